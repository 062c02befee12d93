package app

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
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
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
