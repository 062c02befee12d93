package app

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

const (
	jobExport  = "export"
	exportPage = 1000 // records read in one transaction
	// exportMost is what one file holds: the programs that people open it with slow
	// down beyond.
	exportMost = 200_000
)

// ExportAct asks for the records of a list as a file.
type ExportAct struct {
	Format string      `json:"format"` // xlsx or csv
	Filter RecordQuery `json:"filter"`
}

// StartExport starts the writing of a file in the background.
func (a *App) StartExport(ctx context.Context, who *Who, once Once, in ExportAct) (*JobView, error) {
	if in.Format != "xlsx" && in.Format != "csv" {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("format", "export_format")
	}
	return onceAnswered(ctx, a, who, once, func(w *work) (*JobView, error) {
		t, err := w.recordType(in.Filter)
		if err != nil {
			return nil, err
		}
		payload, err := asPayload(in)
		if err != nil {
			return nil, err
		}
		j, err := w.startJobWith(jobExport, payload, map[string]any{"record_label": t.Label}, 0)
		if err != nil {
			return nil, err
		}
		v := jobView(j)
		return &v, nil
	})
}

func (w *work) recordType(q RecordQuery) (*program.RecordType, error) {
	p, err := w.Program(q.Program, 0)
	if err != nil {
		return nil, err
	}
	t := p.Records.Get(q.Record)
	if t == nil {
		return nil, domain.NotFound("record_type")
	}
	return t, nil
}

// runExport writes the file and notes in the journal what was taken out. A run that
// was cut off begins anew: half a file is no file.
func (a *App) runExport(ctx context.Context, r *JobRun) error {
	in, err := payloadOf[ExportAct](&r.Job)
	if err != nil {
		return err
	}
	label := ""
	if err := r.Write(ctx, func(w *work, j *domain.Job) error {
		t, err := w.recordType(in.Filter)
		if err != nil {
			return err
		}
		f, err := w.filter(in.Filter)
		if err != nil {
			return err
		}
		n, err := w.tx.CountRecords(f, exportMost+1)
		if err != nil {
			return err
		}
		if n > exportMost && !in.Filter.Overdue {
			return domain.E(domain.KindRefused, "export_too_many", "max", itoa64(exportMost))
		}
		label, j.Done, j.Total = t.Label, 0, int64(n)
		j.Result["record_label"], j.Result["format"] = t.Label, in.Format
		return nil
	}); err != nil {
		return err
	}
	pr, pw := io.Pipe()
	rows := 0
	go func() {
		n, err := a.writeRecords(ctx, r.who, in, pw, func(done int) error { return r.Progress(ctx, int64(done), r.Job.Total) })
		rows = n
		pw.CloseWithError(err)
	}()
	name := label + " " + domain.DateOf(a.Now()).String() + "." + in.Format
	sha, size, err := a.Blobs.Put(ctx, pr)
	if err != nil {
		pr.CloseWithError(err)
		return cmpErr(ctx, err)
	}
	return r.Write(ctx, func(w *work, j *domain.Job) error {
		j.File, j.Done, j.Total = sha, int64(rows), int64(rows)
		j.Result[resultFileName], j.Result[resultFileSize] = name, size
		return w.auditExport(in, rows)
	})
}

// cmpErr prefers why the context ended to what broke because of it.
func cmpErr(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// auditExport notes the filter and the number of rows; what was searched for may be
// a name and is not written down.
func (w *work) auditExport(in ExportAct, rows int) error {
	q := in.Filter
	detail := map[string]any{"rows": rows, "format": in.Format, "stage": q.Stage, "overdue": q.Overdue, "running": q.Running, "searched": q.Q != ""}
	if q.Region != "" {
		if g, err := w.Region(q.Region); err == nil {
			detail["region"] = g.Name
		}
	}
	return w.audit("export", "records/"+q.Program+"/"+q.Record, "", detail)
}

// ExportRecords writes a file at once, for the command line.
func (a *App) ExportRecords(ctx context.Context, who *Who, q RecordQuery, out io.Writer) (rows int, err error) {
	who = who.intact()
	in := ExportAct{Format: "xlsx", Filter: q}
	if rows, err = a.writeRecords(ctx, who, in, out, func(int) error { return nil }); err != nil {
		return rows, err
	}
	return rows, a.write(ctx, who, func(w *work) error { return w.auditExport(in, rows) })
}

// tableFile is a table file that grows row by row.
type tableFile interface {
	row(cells []any) error
	end() error
}

// writeRecords writes what the reader may list, page by page, so that memory does
// not grow with the county.
func (a *App) writeRecords(ctx context.Context, who *Who, in ExportAct, out io.Writer, tell func(done int) error) (rows int, err error) {
	var s tableFile
	if in.Format == "csv" {
		s, err = newCSV(out)
	} else {
		s, err = newXLSX(out)
	}
	if err != nil {
		return 0, err
	}
	heads, cursor := []*program.Field(nil), ""
	for first := true; first || cursor != ""; first = false {
		err := a.read(ctx, who, func(w *work) error {
			if first {
				if heads, err = w.exportHeads(in.Filter, s); err != nil {
					return err
				}
			}
			recs, next, err := w.exportPage(in.Filter, cursor)
			if err != nil {
				return err
			}
			cursor = next
			n, err := w.exportRows(recs, heads, s)
			rows += n
			return err
		})
		if err != nil {
			return rows, err
		}
		if rows > exportMost {
			return rows, domain.E(domain.KindRefused, "export_too_many", "max", itoa64(exportMost))
		}
		if err := tell(rows); err != nil {
			return rows, err
		}
	}
	return rows, s.end()
}

func (w *work) exportHeads(q RecordQuery, s tableFile) ([]*program.Field, error) {
	t, err := w.recordType(q)
	if err != nil {
		return nil, err
	}
	head := []any{"编号", "状态", "服务对象", "区划", "承接单位", "责任人", "建立时间", "办结时间", "时限"}
	var heads []*program.Field
	for _, f := range t.Fields.All() {
		if f.Type == program.TypeRows || f.Type == program.TypePhoto || f.Type == program.TypeFile {
			continue
		}
		heads = append(heads, f)
		unit := ""
		if f.Type == program.TypeMoney {
			unit = "（元）"
		}
		head = append(head, safeCell(f.Label+unit))
	}
	return heads, s.row(head)
}

// exportPage reads the next records, and in one go the parties that they are about.
func (w *work) exportPage(q RecordQuery, cursor string) ([]domain.Record, string, error) {
	q.Cursor = cursor
	f, err := w.filter(q)
	if err != nil {
		return nil, "", err
	}
	next := ""
	f.Limit = exportPage
	if q.Overdue {
		if f.IDs, next, err = w.tx.OverdueRecords(w.Now(), f); err != nil || len(f.IDs) == 0 {
			return nil, "", err
		}
		f.Cursor = ""
	}
	page, err := w.tx.Records(f)
	if err != nil {
		return nil, "", err
	}
	if !q.Overdue {
		next = page.Next
	}
	return page.Items, next, w.knowParties(page.Items)
}

// knowParties reads the subjects of a page at once.
func (w *work) knowParties(recs []domain.Record) error {
	seen := map[domain.PartyID]bool{}
	var ids []domain.PartyID
	for i := range recs {
		if s := recs[i].Subject; s != "" && !seen[s] {
			seen[s] = true
			ids = append(ids, s)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	page, err := w.tx.Parties(store.PartyFilter{IDs: ids, All: true, Open: true, Limit: exportPage})
	if err != nil {
		return err
	}
	if w.c.parties == nil {
		w.c.parties = map[domain.PartyID]*domain.Party{}
	}
	for i := range page.Items {
		w.c.parties[page.Items[i].ID] = &page.Items[i]
	}
	return nil
}

func (w *work) exportRows(recs []domain.Record, heads []*program.Field, s tableFile) (n int, err error) {
	clocks, err := w.tx.RunningClocks(running(recs))
	if err != nil {
		return 0, err
	}
	for i := range recs {
		r, err := w.unit.Adopt(&recs[i])
		if err != nil {
			return n, err
		}
		sight, err := w.look(r)
		if domain.KindOf(err) == domain.KindNotFound && err != nil {
			continue
		}
		if err != nil {
			return n, err
		}
		sum, err := w.summary(r, sight)
		if err != nil {
			return n, err
		}
		sum.Due = w.nearest(r, clocks[r.ID])
		cells := exportHead(&sum)
		for _, f := range heads {
			x := r.Value(f.Key)
			if x == nil || !sight.may(r, f) {
				cells = append(cells, "")
				continue
			}
			cells = append(cells, w.exportCell(f, x))
		}
		if err := s.row(cells); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (w *work) exportCell(f *program.Field, x any) any {
	if n, ok := x.(int64); ok && !f.Many {
		switch f.Type {
		case program.TypeMoney:
			return float64(n) / 100
		case program.TypeInt:
			return n
		}
	}
	return safeCell(w.display(f, x))
}

const exportTime = "2006-01-02 15:04"

func exportHead(r *RecordSummary) []any {
	cells := []any{r.RefNo, r.StageLabel, "", "", "", "", r.Created.In(domain.Beijing).Format(exportTime), "", ""}
	if r.Subject != nil {
		cells[2] = safeCell(r.Subject.Name)
	}
	if r.Region != nil {
		cells[3] = safeCell(r.Region.Name)
	}
	if r.Provider != nil {
		cells[4] = safeCell(r.Provider.Name)
	}
	if r.Owner != nil {
		cells[5] = safeCell(r.Owner.Name)
	}
	if r.Ended != nil {
		cells[7] = r.Ended.In(domain.Beijing).Format(exportTime)
	}
	if r.Due != nil {
		cells[8] = r.Due.Left
	}
	return cells
}

// xlsxSheet writes a spreadsheet. Its rows go to a temporary file beyond some
// megabytes; the finished one is streamed.
type xlsxSheet struct {
	x    *excelize.File
	sw   *excelize.StreamWriter
	out  io.Writer
	line int
}

func newXLSX(out io.Writer) (*xlsxSheet, error) {
	x := excelize.NewFile()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return &xlsxSheet{x: x, sw: sw, out: out}, sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (s *xlsxSheet) row(cells []any) error {
	s.line++
	return s.sw.SetRow(fmt.Sprintf("A%d", s.line), cells)
}

func (s *xlsxSheet) end() error {
	defer s.x.Close()
	if err := s.sw.Flush(); err != nil {
		return err
	}
	return s.x.Write(s.out)
}

// csvSheet writes UTF-8 with a byte order mark, which the usual programs need to
// read Chinese right.
type csvSheet struct{ w *csv.Writer }

func newCSV(out io.Writer) (*csvSheet, error) {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return nil, err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	return &csvSheet{w}, nil
}

func (s *csvSheet) row(cells []any) error {
	line := make([]string, len(cells))
	for i, c := range cells {
		switch x := c.(type) {
		case string:
			line[i] = x
		case float64:
			line[i] = strings.TrimSuffix(fmt.Sprintf("%.2f", x), ".00")
		default:
			line[i] = fmt.Sprint(x)
		}
	}
	return s.w.Write(line)
}

func (s *csvSheet) end() error {
	s.w.Flush()
	return s.w.Error()
}
