package api

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

// How the public pages word days, figures and limits.

// day words an instant as a day in Beijing.
func day(v any) string {
	switch t := v.(type) {
	case time.Time:
		return domain.DateOf(t).String()
	case *time.Time:
		return domain.DateOf(*t).String()
	}
	return ""
}

func clock(t time.Time) string { return t.In(domain.Beijing).Format("15:04:05") }

// cell shows a value of a table as it was worded, or as it is.
func cell(labels map[string]string, cells map[string]any, key string) string {
	if s := labels[key]; s != "" {
		return s
	}
	if v := cells[key]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// named reports whether a table's rows have names: a table of figures, whose own
// first row is the whole.
func named(rows []app.LedgerRow) bool { return len(rows) > 0 && rows[0].Labels["_row"] != "" }

// figure words one cell for people; the labels are written for spreadsheets. In a
// table of figures an area where nothing happened counts nought, a share of
// nothing is not set.
func figure(row app.LedgerRow, col app.LedgerColumn) string {
	v := row.Cells[col.Key]
	if v == nil && row.Labels["_row"] != "" && col.Unit != "bp" {
		v = int64(0)
	}
	switch {
	case v == nil && row.Labels["_row"] != "":
		return "—"
	case col.Unit == "fen":
		if fen, ok := wholeNumber(v); ok {
			return moneyWords(fen)
		}
	case v != nil && row.Labels[col.Key] == "":
		return fmt.Sprint(v)
	}
	return strings.Replace(cell(row.Labels, row.Cells, col.Key), ".00%", "%", 1)
}

func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64: // of a frozen ledger, read back from its text
		return int64(n), n == math.Trunc(n)
	}
	return 0, false
}

// moneyWords says fen as people do: 200万元, 1.2亿元, 350元.
func moneyWords(fen int64) string {
	yuan, unit := float64(fen)/100, "元"
	switch {
	case math.Abs(yuan) >= 1e8:
		yuan, unit = yuan/1e8, "亿元"
	case math.Abs(yuan) >= 1e4:
		yuan, unit = yuan/1e4, "万元"
	}
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(yuan, 'f', 6, 64), "0"), ".") + unit
}

// limitWords says a limit as people do: 3个工作日, 2 hours.
func limitWords(d app.ServiceDeadline, lang string) string {
	zh := map[string]string{"m": "分钟", "h": "小时", "wh": "个工作小时", "d": "天", "wd": "个工作日", "mo": "个月", "y": "年"}
	en := map[string]string{"m": "minute", "h": "hour", "wh": "working hour", "d": "day", "wd": "working day", "mo": "month", "y": "year"}
	if lang != "en" {
		return strconv.FormatInt(d.N, 10) + zh[d.Unit]
	}
	s := strconv.FormatInt(d.N, 10) + " " + en[d.Unit]
	if d.N != 1 {
		s += "s"
	}
	return s
}
