package app

import (
	"bytes"
	"context"
	"io"
	"time"

	"linqiao/domain"
)

// Kinds of imports.
const (
	ImportEnterprises   = "enterprises"
	ImportPeople        = "people"
	ImportOrganisations = "organisations"
	ImportOffers        = "offers" // of one record of one program
)

// States of an import (domain.ImportRun.State).
const (
	importChecked = "checked"
	importRunning = "running"
	importDone    = "done"
	importFailed  = "failed"
	importUndone  = "undone"
)

const (
	importBatch  = 250            // rows of one transaction: other writers wait that long (about 1 ms a row)
	importKept   = 24 * time.Hour // an unconfirmed file is dropped after
	importUndoes = 7 * 24 * time.Hour
)

// ImportAct says what a file holds. Program and Record are for offers.
type ImportAct struct {
	Kind    string `json:"kind"`
	Program string `json:"program,omitempty"`
	Record  string `json:"record,omitempty"`
	Name    string `json:"name,omitempty"` // of the file
}

// CellError is what is wrong, or noticed, in one cell.
type CellError struct {
	Column  string `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// RowVerdict is the verdict on one line of the file. A duplicate is neither
// written nor wrong.
type RowVerdict struct {
	Row       int         `json:"row"` // as the spreadsheet counts
	Name      string      `json:"name"`
	OK        bool        `json:"ok"`
	Duplicate string      `json:"duplicate,omitempty"` // id of the one on file
	Errors    []CellError `json:"errors,omitempty"`
	Warnings  []CellError `json:"warnings,omitempty"`
}

func (v *RowVerdict) bad(column, code string, args map[string]string) {
	v.OK = false
	v.Errors = append(v.Errors, CellError{column, code, importSay(code, args)})
}

func (v *RowVerdict) warn(column, code string) {
	v.Warnings = append(v.Warnings, CellError{column, code, importSay(code, nil)})
}

// ImportPlan is what would happen, or has happened, with a file.
type ImportPlan struct {
	ID         string       `json:"id"`
	Kind       string       `json:"kind"`
	Name       string       `json:"name"`
	State      string       `json:"state"`
	Columns    []string     `json:"columns"` // headers that are read
	Ignored    []string     `json:"ignored"` // headers nobody knows
	Rows       []RowVerdict `json:"rows"`
	Total      int          `json:"total"`
	Good       int          `json:"good"`
	Bad        int          `json:"bad"`
	Duplicates int          `json:"duplicates"`
	Done       int          `json:"done"`
	By         *AccountRef  `json:"by,omitempty"`
	Created    time.Time    `json:"created"`
}

// importer knows one kind of rows. check may look rows up but writes nothing;
// seen holds what earlier lines of the file had, nil when that is settled.
type importer interface {
	columns() []importColumn
	check(w *work, r *rowReader, cells map[string]string, v *RowVerdict, seen seenLines) (draft any)
	write(w *work, draft any, v *RowVerdict) (id string, err error)
	undo(w *work, id string) error
}

// seenLines tells in which line something stood first.
type seenLines map[string]int

// again notes a value of a line and complains when an earlier one has it.
func (s seenLines) again(key, value, column string, v *RowVerdict) {
	if s == nil || value == "" {
		return
	}
	if first, ok := s[key+"/"+value]; ok {
		v.bad(column, "duplicate_in_file", map[string]string{"line": lineName(first)})
		return
	}
	s[key+"/"+value] = v.Row
}

func (w *work) importer(in ImportAct) (importer, error) {
	switch in.Kind {
	case ImportEnterprises:
		return &partyImport{w: w, kind: domain.Enterprise}, nil
	case ImportPeople:
		return &partyImport{w: w, kind: domain.Person}, nil
	case ImportOrganisations:
		return &orgImport{}, nil
	case ImportOffers:
		return newOfferImport(w, in)
	}
	return nil, domain.E(domain.KindInvalid, "import_kind").With("kind", "import_kind")
}

// Import reads a file and gives a verdict for every row. Nothing is written into
// the county's files before ConfirmImport.
func (a *App) Import(ctx context.Context, who *Who, in ImportAct, file io.Reader) (*ImportPlan, error) {
	if !who.Admin && !who.System {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	data, err := io.ReadAll(io.LimitReader(file, importBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > importBytes {
		return nil, domain.E(domain.KindTooLarge, "import_too_large")
	}
	plan, err := a.planImport(ctx, who, in, data)
	if err != nil {
		return nil, err
	}
	sha, _, err := a.Blobs.Put(ctx, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var stale []string
	err = a.write(ctx, who, func(w *work) error {
		run := &domain.ImportRun{Kind: in.Kind, By: who.Account, State: importChecked, Total: plan.Total, Failed: plan.Bad,
			Data: map[string]any{"name": fileName(in.Name), "program": in.Program, "record": in.Record, "blob": sha}}
		if err := w.tx.InsertImportRun(run); err != nil {
			return err
		}
		plan.ID, plan.State, plan.Created, plan.Name = run.ID, run.State, run.Created, fileName(in.Name)
		if stale, err = w.staleImports(sha); err != nil {
			return err
		}
		return w.audit("import_check", "import/"+run.ID, "", map[string]any{"kind": in.Kind, "rows": int64(plan.Total)})
	})
	for _, s := range stale {
		a.dropBlob(ctx, s)
	}
	return plan, err
}

// staleImports closes unconfirmed imports of yesterday; their files go.
func (w *work) staleImports(keep string) (blobs []string, err error) {
	runs, err := w.tx.ImportRuns(200)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		r := &runs[i]
		if r.State != importChecked || w.Now().Sub(r.Created) < importKept {
			continue
		}
		if sha := asText(r.Data["blob"]); sha != keep {
			blobs = append(blobs, sha)
		}
		r.State = importFailed
		delete(r.Data, "blob")
		if err := w.tx.UpdateImportRun(r); err != nil {
			return nil, err
		}
	}
	return blobs, nil
}

// dropBlob deletes a worked-off file: it is full of personal data.
func (a *App) dropBlob(ctx context.Context, sha string) {
	if sha == "" {
		return
	}
	if err := a.Blobs.Delete(ctx, sha); err != nil {
		a.Log.Warn("import file not deleted", "error", err)
	}
}

// planImport checks a file against the county as it is now.
func (a *App) planImport(ctx context.Context, who *Who, in ImportAct, data []byte) (*ImportPlan, error) {
	t, err := readTable(data)
	if err != nil {
		return nil, err
	}
	var plan *ImportPlan
	err = a.read(ctx, who, func(w *work) error {
		imp, err := w.importer(in)
		if err != nil {
			return err
		}
		r, line, err := w.rowReader(imp, t)
		if err != nil {
			return err
		}
		plan = &ImportPlan{Kind: in.Kind, Rows: []RowVerdict{}, Columns: []string{}, Ignored: r.ignored}
		for _, h := range r.heads {
			plan.Columns = append(plan.Columns, h.label)
		}
		seen := seenLines{}
		for i := line + 1; i < len(t.rows); i++ {
			if v, _ := r.verdict(w, imp, i, seen); v != nil {
				plan.add(*v)
			}
		}
		return nil
	})
	return plan, err
}

func (p *ImportPlan) add(v RowVerdict) {
	p.Rows = append(p.Rows, v)
	p.Total++
	switch {
	case !v.OK:
		p.Bad++
	case v.Duplicate != "":
		p.Duplicates++
	default:
		p.Good++
	}
}

func (w *work) rowReader(imp importer, t *table) (*rowReader, int, error) {
	line, heads, ignored, err := readHeadings(t, imp.columns())
	if err != nil {
		return nil, 0, err
	}
	names, err := w.regionNames()
	if ignored == nil {
		ignored = []string{}
	}
	return &rowReader{t: t, heads: heads, names: names, ignored: ignored}, line, err
}

// verdict checks one line; nil for a blank one.
func (r *rowReader) verdict(w *work, imp importer, line int, seen seenLines) (*RowVerdict, any) {
	cells := r.cells(line)
	if cells == nil {
		return nil, nil
	}
	v := &RowVerdict{Row: line + 1, Name: cells["name"], OK: true}
	for _, h := range r.heads {
		if h.column.needed && cells[h.column.key] == "" {
			v.bad(h.label, "required", nil)
		}
	}
	return v, imp.check(w, r, cells, v, seen)
}

// ImportPlan checks a stored file again and gives its verdicts.
func (a *App) ImportPlan(ctx context.Context, who *Who, id string) (*ImportPlan, error) {
	run, err := a.importRun(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if run.State != importChecked {
		return planOf(run), nil
	}
	data, err := a.importFile(ctx, run)
	if err != nil {
		return nil, err
	}
	plan, err := a.planImport(ctx, who, actOf(run), data)
	if err != nil {
		return nil, err
	}
	head := planOf(run)
	plan.ID, plan.Name, plan.State, plan.Created = head.ID, head.Name, head.State, head.Created
	return plan, nil
}

func actOf(run *domain.ImportRun) ImportAct {
	return ImportAct{Kind: run.Kind, Program: asText(run.Data["program"]), Record: asText(run.Data["record"]), Name: asText(run.Data["name"])}
}

func planOf(run *domain.ImportRun) *ImportPlan {
	return &ImportPlan{ID: run.ID, Kind: run.Kind, Name: asText(run.Data["name"]), State: run.State, Columns: []string{}, Ignored: []string{},
		Rows: []RowVerdict{}, Total: run.Total, Bad: run.Failed, Done: run.Done, Created: run.Created}
}

func (a *App) importRun(ctx context.Context, who *Who, id string) (run *domain.ImportRun, err error) {
	if !who.Admin && !who.System {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		run, err = w.tx.ImportRun(id)
		return err
	})
	return run, err
}

func (a *App) importFile(ctx context.Context, run *domain.ImportRun) ([]byte, error) {
	body, err := a.Blobs.Get(ctx, asText(run.Data["blob"]))
	if err != nil {
		return nil, domain.E(domain.KindRefused, "import_expired").Wrap(err)
	}
	defer func() { _ = body.Close() }()
	return io.ReadAll(body)
}

// Imports lists the county's imports, newest first.
func (a *App) Imports(ctx context.Context, who *Who) (l List[ImportPlan], err error) {
	if !who.Admin && !who.Auditor && !who.System {
		return l, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		runs, err := w.tx.ImportRuns(100)
		out := make([]ImportPlan, 0, len(runs))
		for i := range runs {
			p := planOf(&runs[i])
			if acc, err := w.Account(runs[i].By); err == nil {
				p.By = &AccountRef{acc.ID, acc.Name}
			}
			out = append(out, *p)
		}
		l = listOf(out, "")
		return err
	})
	return l, err
}
