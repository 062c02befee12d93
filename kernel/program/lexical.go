package program

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"linqiao/domain"
)

// The small languages inside scalars: durations, recurrences, money, rates and
// rung marks (program-format §2).

var (
	spanRE = regexp.MustCompile(`^([+-]?\d{1,6})(wh|wd|m|h|d|s|y|mo)$`)
	keyRE  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	progRE = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	timeRE = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)
	moneRE = regexp.MustCompile(`^(-?\d+)(?:\.(\d+))?(万|亿)?$`)
	rateRE = regexp.MustCompile(`^(LPR1Y|LPR5Y|fixed)\s*([+-]?)\s*(\d{1,5})?$`)
	monRE  = regexp.MustCompile(`^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
)

// parseSpan reads 5d, 1wd, 4wh, -2wd, 3y. Seconds are kept as the unit s, which
// only a rotating pass uses.
func parseSpan(s string) (Span, bool) {
	m := spanRE.FindStringSubmatch(s)
	if m == nil {
		return Span{}, false
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(m[1], "+"), 10, 64)
	return Span{N: n, Unit: m[2]}, err == nil
}

// parseRung reads the mark of a ladder's rung: 75%, 0m, -2wd, due, +1h. A
// negative or signed offset counts from the due time, a bare one from the start.
func parseRung(key string) (Rung, bool) {
	r := Rung{Key: key, Base: "due"}
	if key == "due" {
		return r, true
	}
	if p, ok := strings.CutSuffix(key, "%"); ok {
		n, err := strconv.Atoi(p)
		r.Percent, r.Base = n, "from"
		return r, err == nil && n > 0 && n <= 100
	}
	span, ok := parseSpan(key)
	if !ok || span.Unit == "s" || span.Unit == "y" || span.Unit == "mo" {
		return r, false
	}
	r.Offset = span
	if key[0] != '+' && key[0] != '-' {
		r.Base = "from"
	}
	return r, true
}

var weekdays = map[string]int{"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}

// parseRecur reads `14d · day 08:30 · work-day · week mon 08:00 · month ·
// quarter · year 03-01 · school-day 16:30`.
func parseRecur(s string) (Recur, bool) {
	r := Recur{Raw: s}
	words := strings.Fields(s)
	if n := len(words); n > 1 && timeRE.MatchString(words[n-1]) {
		r.At, words = words[n-1], words[:n-1]
	}
	if len(words) == 0 {
		return r, false
	}
	rest := words[1:]
	if span, ok := parseSpan(words[0]); ok && span.Unit == "d" && span.N > 0 {
		r.N, r.Unit = int(span.N), "d"
		return r, len(rest) == 0
	}
	r.N, r.Unit = 1, words[0]
	switch r.Unit {
	case "day", "work-day", "school-day", "month", "quarter":
		if r.Unit == "month" && len(rest) == 1 {
			d, err := strconv.Atoi(rest[0])
			r.Day = d
			return r, err == nil && d >= 1 && d <= 31
		}
		return r, len(rest) == 0
	case "week":
		if len(rest) == 0 {
			return r, true
		}
		r.Weekday = weekdays[rest[0]]
		return r, len(rest) == 1 && r.Weekday > 0
	case "year":
		if len(rest) == 0 {
			return r, true
		}
		m := monRE.FindStringSubmatch(rest[0])
		if m == nil || len(rest) != 1 {
			return r, false
		}
		r.Month, _ = strconv.Atoi(m[1])
		r.Day, _ = strconv.Atoi(m[2])
		return r, true
	}
	return r, false
}

// ParseRecur reads a recurrence as a person writes it into a field.
func ParseRecur(s string) (Recur, bool) { return parseRecur(s) }

// nearRecur gives the recurrence a misspelt single word is meant to be.
func nearRecur(s string) string {
	return nearest(s, []string{"day", "work-day", "school-day", "week", "month", "quarter", "year"})
}

// ParseMoney reads yuan, also in 万 and 亿, into fen; exact, no rounding.
func ParseMoney(s string) (int64, bool) {
	m := moneRE.FindStringSubmatch(strings.TrimSuffix(strings.ReplaceAll(s, ",", ""), "元"))
	if m == nil {
		return 0, false
	}
	scale := 2 // fen
	switch m[3] {
	case "万":
		scale += 4
	case "亿":
		scale += 8
	}
	frac := strings.TrimRight(m[2], "0")
	if len(frac) > scale || len(m[1])+scale > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1]+frac+strings.Repeat("0", scale-len(frac)), 10, 64)
	return n, err == nil
}

// parseRate reads `LPR1Y+35` (basis points over a base) and `fixed 403`.
func parseRate(s string) (map[string]any, bool) {
	m := rateRE.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || (m[1] == "fixed" && m[3] == "") {
		return nil, false
	}
	bp := int64(0)
	if m[3] != "" {
		n, err := strconv.ParseInt(m[3], 10, 64)
		if err != nil {
			return nil, false
		}
		bp = n
	}
	if m[2] == "-" {
		bp = -bp
	}
	return map[string]any{"base": m[1], "bp": bp}, true
}

// parseBP reads basis points, or a percentage written with its sign (3.5%).
func parseBP(s string) (int64, bool) {
	p, percent := strings.CutSuffix(s, "%")
	if !percent {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(p, 64)
	bp := math.Round(f * 100)
	return int64(bp), err == nil && math.Abs(bp-f*100) < 1e-6
}

// value normalises a scalar of the files to the stored form of its type
// (domain.Record): int64, float64, bool, string, map. A span stays a Span.
func value(t FieldType, s string) (any, error) {
	bad := func(want string) (any, error) { return nil, fmt.Errorf("“%s”不是%s", s, want) }
	switch t {
	case TypeInt:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		return bad("整数")
	case TypeBP:
		if n, ok := parseBP(s); ok {
			return n, nil
		}
		return bad("基点整数或百分数")
	case TypeMoney:
		if n, ok := ParseMoney(s); ok {
			return n, nil
		}
		return bad("金额（元，可写 300万、1.2亿）")
	case TypeNumber:
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
		return bad("数")
	case TypeBool:
		if s == "true" || s == "false" {
			return s == "true", nil
		}
		return bad("真假值 true / false")
	case TypeDate:
		if _, err := domain.ParseDate(s); err == nil {
			return s, nil
		}
		return bad("日期（2006-01-02）")
	case TypeSpan:
		if span, ok := parseSpan(s); ok {
			return span, nil
		}
		return bad("时长（如 5d、1wd、4h）")
	case TypeRate:
		if r, ok := parseRate(s); ok {
			return r, nil
		}
		return bad("利率（LPR1Y+35 或 fixed 403）")
	}
	return s, nil
}

// reservedCEL are the words of the CEL language; `void` is allowed as a stage or
// move key because nothing reads it bare.
var reservedCEL = words(`as break const continue else for function if import in let loop package
	namespace return var void while true false null`)

// celVars are the variables of §6: a field or record may not take their names.
var celVars = words(`it subject actor parent offer need members member all entered left made clock
	match panel ballot choice roster standing table notice document account form duty consent ground
	param stat offset window round each step period previous today now never list`)

// yamlTraps are keys that a YAML 1.1 reader turns into something else.
var yamlTraps = words(`on off yes no true false null y n`)

// placeKeys may not be record keys: they would read like a subject or a region.
var placeKeys = words(`person household enterprise organization province city county town village grid circle`)

func words(s string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
