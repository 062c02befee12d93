package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
)

// ExportLedger writes a period's ledger as a spreadsheet. The take-out is
// audited with its number of rows.
func (a *App) ExportLedger(ctx context.Context, who *Who, prog, key, period string, out io.Writer) (name string, err error) {
	v, err := a.Ledger(ctx, who, prog, key, period)
	if err != nil {
		return "", err
	}
	if err := a.write(ctx, who, func(w *work) error {
		return w.audit("export", "ledger/"+prog+"/"+key, "", map[string]any{"period": period, "rows": len(v.Rows)})
	}); err != nil {
		return "", err
	}
	return v.Label + " " + period + ".xlsx", writeLedger(v, out)
}

func writeLedger(v *LedgerView, out io.Writer) error {
	x := excelize.NewFile()
	defer x.Close()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	head := []any{}
	if len(v.Rows) > 0 && v.Rows[0].Labels["_row"] != "" {
		head = append(head, "区域")
	}
	named := len(head) > 0
	for _, c := range v.Columns {
		head = append(head, safeCell(c.Label+unitLabel(c.Unit)))
	}
	line := 1
	put := func(cells []any) error {
		err := sw.SetRow(fmt.Sprintf("A%d", line), cells)
		line++
		return err
	}
	if err := put([]any{safeCell(v.Label), v.Period, map[string]string{"open": "未冻结", "frozen": "已冻结", "signed": "已签字"}[v.State]}); err != nil {
		return err
	}
	if err := put(head); err != nil {
		return err
	}
	for _, part := range [][]LedgerRow{v.Rows, v.Corrections} {
		for _, r := range part {
			if err := put(ledgerCells(v, r, named)); err != nil {
				return err
			}
		}
	}
	if !named {
		for _, k := range sortedKeys(v.TotalLabels) {
			if err := put([]any{"合计：" + v.TotalLabels[k], v.Total[k]}); err != nil {
				return err
			}
		}
	}
	if v.Hash != "" {
		if err := put([]any{"校验值 SHA-256", v.Hash}); err != nil {
			return err
		}
	}
	if err := sw.Flush(); err != nil {
		return err
	}
	return x.Write(out)
}

func ledgerCells(v *LedgerView, r LedgerRow, named bool) []any {
	var cells []any
	if named {
		cells = append(cells, safeCell(r.Labels["_row"]))
	}
	for _, c := range v.Columns {
		n, isInt := wholeNumber(r.Cells[c.Key])
		switch {
		case isInt && c.Unit == "fen":
			cells = append(cells, float64(n)/100)
		case isInt && c.Unit != "bp":
			cells = append(cells, n)
		default:
			cells = append(cells, safeCell(r.Labels[c.Key]))
		}
	}
	if s := r.Labels["_correction"]; s != "" {
		cells = append(cells, s)
	}
	return cells
}

func wholeNumber(v any) (int64, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case float64:
		return int64(x), x == float64(int64(x))
	}
	return 0, false
}

func unitLabel(unit string) string {
	switch unit {
	case "fen":
		return "（元）"
	case "bp":
		return "（%）"
	case "minutes":
		return "（分钟）"
	}
	return ""
}

// safeCell keeps a spreadsheet from taking a text for a formula (OWASP: CSV
// injection): a leading = + - @ tab or return gets an apostrophe before it.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// ExportRecords writes what the reader may list of a record as a spreadsheet,
// page by page, so that memory does not grow with the county.
func (a *App) ExportRecords(ctx context.Context, who *Who, q RecordQuery, out io.Writer) (rows int, err error) {
	x := excelize.NewFile()
	defer x.Close()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return 0, err
	}
	var heads []Choice
	if heads, err = a.exportHeads(ctx, who, q); err != nil {
		return 0, err
	}
	head := []any{"编号", "状态", "服务对象", "区划", "承办", "建立时间", "时限"}
	for _, h := range heads {
		head = append(head, safeCell(h.Label))
	}
	if err := sw.SetRow("A1", head); err != nil {
		return 0, err
	}
	q.Limit = 200
	for {
		page, err := a.Records(ctx, who, q)
		if err != nil {
			return rows, err
		}
		for _, r := range page.Items {
			rows++
			if err := sw.SetRow(fmt.Sprintf("A%d", rows+1), exportRow(r, heads)); err != nil {
				return rows, err
			}
		}
		if page.Next == nil {
			break
		}
		q.Cursor = *page.Next
	}
	if err := sw.Flush(); err != nil {
		return rows, err
	}
	if err := a.write(ctx, who, func(w *work) error {
		return w.audit("export", "records/"+q.Program+"/"+q.Record, "", map[string]any{"rows": rows, "stage": q.Stage, "q": q.Q != ""})
	}); err != nil {
		return rows, err
	}
	return rows, x.Write(out)
}

func (a *App) exportHeads(ctx context.Context, who *Who, q RecordQuery) (out []Choice, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(q.Program, 0)
		if err != nil {
			return err
		}
		t := p.Records.Get(q.Record)
		if t == nil {
			return domain.NotFound("record_type")
		}
		for k, f := range t.Fields.All() {
			out = append(out, Choice{k, f.Label})
		}
		return nil
	})
	return out, err
}

func exportRow(r RecordSummary, heads []Choice) []any {
	cells := []any{r.RefNo, r.StageLabel, "", "", "", r.Created.In(domain.Beijing).Format("2006-01-02 15:04"), ""}
	if r.Subject != nil {
		cells[2] = safeCell(r.Subject.Name)
	}
	if r.Region != nil {
		cells[3] = safeCell(r.Region.Name)
	}
	if r.Provider != nil {
		cells[4] = safeCell(r.Provider.Name)
	}
	if r.Due != nil {
		cells[6] = r.Due.Left
	}
	for _, h := range heads {
		cells = append(cells, safeCell(r.Labels[h.Key]))
	}
	return cells
}
