package form

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Days, times of day, spans, intervals.

func init() {
	self := func(_ *program.Field, v any) string { s, _ := v.(string); return s }
	kinds[program.TypeDate] = kind{normDate, textDate, self}
	kinds[program.TypeTime] = kind{normTime, textTime, showTime}
	kinds[program.TypeSpan] = kind{normSpan, asIs, showSpan}
	kinds[program.TypeInterval] = kind{normInterval, textInterval, showInterval}
}

func lessText(a, b any) bool {
	x, ok1 := a.(string)
	y, ok2 := b.(string)
	return ok1 && ok2 && x < y
}

func normDate(f *program.Field, raw any) (any, *fault) {
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	d, err := domain.ParseDate(strings.TrimSpace(s))
	if err != nil {
		return nil, bad("date")
	}
	if d < domain.NewDate(1850, 1, 1) || d >= domain.NewDate(2200, 1, 1) {
		return nil, bad("range", "min", "1850-01-01", "max", "2199-12-31")
	}
	return d.String(), within(f, d.String(), lessText)
}

var dateRE = regexp.MustCompile(`^(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?$`)

// textDate reads 2026-11-22, 2026/11/2, 2026.11.22, 2026年11月22日, 20261122;
// a spreadsheet's midnight after it is dropped.
func textDate(_ *program.Field, s string) (any, *fault) {
	s = strings.TrimSuffix(strings.TrimSuffix(half(s), " 00:00:00"), " 00:00")
	if m := dateRE.FindStringSubmatch(s); m != nil {
		return fmt.Sprintf("%s-%02s-%02s", m[1], pad(m[2]), pad(m[3])), nil
	}
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		return s[:4] + "-" + s[4:6] + "-" + s[6:], nil
	}
	return nil, bad("date")
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

var timeRE = regexp.MustCompile(`^(\d{1,2})(?::|时|点)(\d{1,2})?分?(?::\d{2})?$`)

// normTime takes a time of day, 15:04, or an instant, RFC 3339. Programs use the
// type for both: opening hours are the first, the end of a vote the second.
func normTime(f *program.Field, raw any) (any, *fault) {
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	if t, ok := clockTime(s); ok {
		return t, within(f, t, lessText)
	}
	at, w := instant(strings.TrimSpace(s))
	if w != nil {
		return nil, bad("time")
	}
	v := at.Format(time.RFC3339)
	return v, within(f, v, lessText)
}

// clockTime brings 8:30, 08:30:00, 8时30分, 8点 to 08:30.
func clockTime(s string) (string, bool) {
	m := timeRE.FindStringSubmatch(half(s))
	if m == nil {
		return "", false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	if h > 23 || min > 59 || m[2] == "" && strings.Contains(s, ":") {
		return "", false
	}
	return fmt.Sprintf("%02d:%02d", h, min), true
}

// textTime reads 8:30 and, Beijing time, 2026-11-22 8:30.
func textTime(f *program.Field, s string) (any, *fault) {
	day, clock, ok := strings.Cut(half(s), " ")
	if !ok {
		return s, nil
	}
	t, w := dayTime(f, day, strings.TrimSpace(clock))
	if w != nil {
		return nil, w
	}
	return t.Format(time.RFC3339), nil
}

func showTime(_ *program.Field, v any) string {
	s, _ := v.(string)
	if t, w := instant(s); w == nil {
		return t.In(domain.Beijing).Format("2006-01-02 15:04")
	}
	return s
}

var spanRE = regexp.MustCompile(`^(\d{1,6})\s*([^\d\s]+)$`)

// spanUnits gives for each unit its word and a rough length in minutes, for
// ranges only; programs write it short.
var spanUnits = map[string]struct {
	word    string
	minutes int64
}{
	"m": {"分钟", 1}, "h": {"小时", 60}, "wh": {"个工作小时", 60}, "d": {"天", 1440}, "wd": {"个工作日", 1440},
	"month": {"个月", 43_200}, "y": {"年", 525_600},
}

var spanWords = map[string]string{
	"分": "m", "分钟": "m", "时": "h", "小时": "h", "个小时": "h", "工作小时": "wh", "个工作小时": "wh",
	"日": "d", "天": "d", "工作日": "wd", "个工作日": "wd", "月": "month", "个月": "month", "mo": "month", "年": "y",
	"min": "m", "周": "w", "星期": "w", "个星期": "w", "w": "w",
}

// ParseSpan reads a span in its stored form (5d) or in words (5 个工作日).
func ParseSpan(s string) (program.Span, bool) {
	m := spanRE.FindStringSubmatch(half(s))
	if m == nil {
		return program.Span{}, false
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	unit := m[2]
	if w, ok := spanWords[unit]; ok {
		unit = w
	}
	if unit == "w" {
		n, unit = n*7, "d"
	}
	_, ok := spanUnits[unit]
	return program.Span{N: n, Unit: unit}, ok
}

func normSpan(f *program.Field, raw any) (any, *fault) {
	sp, ok := toSpan(raw)
	if !ok {
		return nil, bad("span")
	}
	return spanKey(sp), within(f, sp, lessSpan)
}

func toSpan(v any) (program.Span, bool) {
	switch x := v.(type) {
	case program.Span:
		u := x.Unit
		if w, ok := spanWords[u]; ok && w != "w" {
			u = w
		}
		_, ok := spanUnits[u]
		return program.Span{N: x.N, Unit: u}, ok && x.Param == "" && x.Per == nil && x.N >= 0
	case string:
		return ParseSpan(x)
	}
	return program.Span{}, false
}

func spanKey(s program.Span) string { return strconv.FormatInt(s.N, 10) + s.Unit }

func lessSpan(a, b any) bool {
	x, ok1 := toSpan(a)
	y, ok2 := toSpan(b)
	return ok1 && ok2 && x.N*spanUnits[x.Unit].minutes < y.N*spanUnits[y.Unit].minutes
}

func showSpan(_ *program.Field, v any) string {
	s, ok := toSpan(v)
	if !ok {
		return ""
	}
	return strconv.FormatInt(s.N, 10) + " " + spanUnits[s.Unit].word
}

func normInterval(f *program.Field, raw any) (any, *fault) {
	m, ok := raw.(map[string]any)
	if !ok {
		if s, isText := raw.(string); isText {
			return readOne(f, s)
		}
		return nil, bad("type")
	}
	start, w := instant(m["start"])
	if w != nil {
		return nil, w.under("start")
	}
	end, w := instant(m["end"])
	if w != nil {
		return nil, w.under("end")
	}
	if !end.After(start) {
		return nil, bad("order").under("end")
	}
	return map[string]any{"start": start.Format(time.RFC3339), "end": end.Format(time.RFC3339)}, nil
}

func instant(raw any) (time.Time, *fault) {
	s, ok := raw.(string)
	if !ok || s == "" {
		return time.Time{}, bad("required")
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1850 || t.Year() > 2199 {
		return time.Time{}, bad("date")
	}
	return t.UTC().Truncate(time.Second), nil
}

var intervalRE = regexp.MustCompile(`^(\d{4}\S+?)[ T]+(\d{1,2}:\d{2})\s*(?:~|-|–|—|至|到)\s*(?:(\d{4}\S+?)[ T]+)?(\d{1,2}:\d{2})$`)

// textInterval reads 2026-11-22 14:00-16:00 and 2026-11-22 22:00 至 2026-11-23
// 06:00, Beijing time. An end before the start is on the next day.
func textInterval(f *program.Field, s string) (any, *fault) {
	m := intervalRE.FindStringSubmatch(half(s))
	if m == nil {
		return nil, bad("interval")
	}
	day1, day2 := m[1], m[3]
	if day2 == "" {
		day2 = day1
	}
	start, w := dayTime(f, day1, m[2])
	if w != nil {
		return nil, w
	}
	end, w := dayTime(f, day2, m[4])
	if w != nil {
		return nil, w
	}
	if m[3] == "" && end.Before(start) {
		end = end.Add(24 * time.Hour)
	}
	return map[string]any{"start": start.Format(time.RFC3339), "end": end.Format(time.RFC3339)}, nil
}

func dayTime(f *program.Field, day, clock string) (time.Time, *fault) {
	d, w := textDate(f, day)
	if w != nil {
		return time.Time{}, w
	}
	c, ok := clockTime(clock)
	if !ok {
		return time.Time{}, bad("time")
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", d.(string)+" "+c, domain.Beijing)
	if err != nil {
		return time.Time{}, bad("date")
	}
	return t, nil
}

func showInterval(_ *program.Field, v any) string {
	m, _ := v.(map[string]any)
	start, w1 := instant(m["start"])
	end, w2 := instant(m["end"])
	if w1 != nil || w2 != nil {
		return ""
	}
	a, b := start.In(domain.Beijing), end.In(domain.Beijing)
	if domain.DateOf(a) == domain.DateOf(b) {
		return a.Format("2006-01-02 15:04") + "–" + b.Format("15:04")
	}
	return a.Format("2006-01-02 15:04") + " 至 " + b.Format("2006-01-02 15:04")
}
