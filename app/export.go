package app

import (
	"context"
	"io"
	"strings"
)

// ExportLedger writes a period's ledger as a spreadsheet laid out like the printed
// one. The take-out is audited with its number of rows.
func (a *App) ExportLedger(ctx context.Context, who *Who, prog, key, period string, out io.Writer) (name string, err error) {
	v, err := a.Ledger(ctx, who, prog, key, period)
	if err != nil {
		return "", err
	}
	var head paperHead
	if err := a.write(ctx, who, func(w *work) error {
		head = w.paperHead()
		return w.audit("export", "ledger/"+prog+"/"+key, "", map[string]any{"period": period, "rows": len(v.Rows)})
	}); err != nil {
		return "", err
	}
	return v.Label + " " + period + ".xlsx", writeLedger(v, head, out)
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
