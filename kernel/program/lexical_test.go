package program

import (
	"reflect"
	"testing"
)

func TestParseMoney(t *testing.T) {
	for s, want := range map[string]int64{
		"1": 100, "0.5": 50, "300万": 300_000_000, "1.2亿": 12_000_000_000, "4771万": 4_771_000_000,
		"278.45万": 278_450_000, "-3": -300, "1,000元": 100_000, "0": 0,
	} {
		if got, ok := ParseMoney(s); !ok || got != want {
			t.Errorf("ParseMoney(%q) = %d, %v; want %d fen", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "万", "1.234", "1e6", "三百", "99999999999999999999", "1.00000000001亿"} {
		if got, ok := ParseMoney(s); ok {
			t.Errorf("ParseMoney(%q) = %d, want refusal", s, got)
		}
	}
}

func TestParseSpan(t *testing.T) {
	for s, want := range map[string]Span{
		"30m": {N: 30, Unit: "m"}, "4wh": {N: 4, Unit: "wh"}, "-2wd": {N: -2, Unit: "wd"}, "+1h": {N: 1, Unit: "h"}, "3y": {N: 3, Unit: "y"},
	} {
		if got, ok := parseSpan(s); !ok || got != want {
			t.Errorf("parseSpan(%q) = %+v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "d", "5", "5 d", "5days", "1.5h"} {
		if _, ok := parseSpan(s); ok {
			t.Errorf("parseSpan(%q) accepted", s)
		}
	}
}

func TestParseRung(t *testing.T) {
	for s, want := range map[string]Rung{
		"75%": {Key: "75%", Percent: 75, Base: "from"}, "due": {Key: "due", Base: "due"},
		"-2wd": {Key: "-2wd", Base: "due", Offset: Span{N: -2, Unit: "wd"}}, "+1h": {Key: "+1h", Base: "due", Offset: Span{N: 1, Unit: "h"}},
		"0m": {Key: "0m", Base: "from", Offset: Span{Unit: "m"}},
	} {
		if got, ok := parseRung(s); !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("parseRung(%q) = %+v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"0%", "101%", "soon", "1y"} {
		if _, ok := parseRung(s); ok {
			t.Errorf("parseRung(%q) accepted", s)
		}
	}
}

func TestParseRecur(t *testing.T) {
	type want struct {
		n, weekday, month, day int
		unit, at               string
	}
	for s, w := range map[string]want{
		"14d": {n: 14, unit: "d"}, "day 08:30": {n: 1, unit: "day", at: "08:30"}, "work-day": {n: 1, unit: "work-day"},
		"week sat 08:00": {n: 1, unit: "week", weekday: 6, at: "08:00"}, "month": {n: 1, unit: "month"},
		"year 03-01": {n: 1, unit: "year", month: 3, day: 1}, "school-day 16:30": {n: 1, unit: "school-day", at: "16:30"},
	} {
		r, ok := parseRecur(s)
		if got := (want{r.N, r.Weekday, r.Month, r.Day, r.Unit, r.At}); !ok || got != w {
			t.Errorf("parseRecur(%q) = %+v, %v; want %+v", s, got, ok, w)
		}
	}
	for _, s := range []string{"", "week someday", "year 13-01", "0d", "monthly", "day 25:00", "quarter 1"} {
		if _, ok := parseRecur(s); ok {
			t.Errorf("parseRecur(%q) accepted", s)
		}
	}
}

func TestParseRate(t *testing.T) {
	for s, want := range map[string]map[string]any{
		"LPR1Y+35": {"base": "LPR1Y", "bp": int64(35)}, "fixed 403": {"base": "fixed", "bp": int64(403)}, "LPR5Y-20": {"base": "LPR5Y", "bp": int64(-20)},
	} {
		got, ok := parseRate(s)
		if !ok || got["base"] != want["base"] || got["bp"] != want["bp"] {
			t.Errorf("parseRate(%q) = %v, %v", s, got, ok)
		}
	}
	if _, ok := parseRate("4.03%"); ok {
		t.Error("a bare percentage is no rate: its base is unknown")
	}
}

func TestParseBP(t *testing.T) {
	for s, want := range map[string]int64{"403": 403, "4.03%": 403, "70%": 7000} {
		if got, ok := parseBP(s); !ok || got != want {
			t.Errorf("parseBP(%q) = %d, %v", s, got, ok)
		}
	}
	if _, ok := parseBP("1.005%"); ok {
		t.Error("a fraction of a basis point is refused")
	}
}
