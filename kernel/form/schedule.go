package form

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// A schedule is the weekly hours of an offer, an office or a class. Stored as a
// list of {"days": [1…7 from Monday], "from": "08:30", "to": "12:00"}; a moment
// instead of hours has no "to".

func init() {
	kinds[program.TypeSchedule] = kind{normSchedule, textSchedule, showSchedule}
}

// Slot is one entry of a stored schedule.
type Slot struct {
	Days     []int // 1 Monday … 7 Sunday, in order
	From, To string
}

// Slots reads a stored schedule.
func Slots(v any) []Slot {
	list, _ := v.([]any)
	out := make([]Slot, 0, len(list))
	for _, one := range list {
		m, _ := one.(map[string]any)
		days, _ := m["days"].([]any)
		s := Slot{}
		for _, d := range days {
			if n, ok := toInt(d); ok {
				s.Days = append(s.Days, int(n))
			}
		}
		s.From, _ = m["from"].(string)
		s.To, _ = m["to"].(string)
		out = append(out, s)
	}
	return out
}

func normSchedule(f *program.Field, raw any) (any, *fault) {
	switch x := raw.(type) {
	case string:
		return readOne(f, x)
	case map[string]any:
		raw = []any{x}
	}
	list, ok := raw.([]any)
	if !ok {
		return nil, bad("type")
	}
	if len(list) > maxList {
		return nil, bad("too_many", "max", strconv.Itoa(maxList))
	}
	out := make([]any, 0, len(list))
	for i, one := range list {
		m, ok := one.(map[string]any)
		if !ok {
			return nil, bad("type").under(strconv.Itoa(i))
		}
		slot, w := normSlot(m)
		if w != nil {
			return nil, w.under(strconv.Itoa(i))
		}
		out = append(out, slot)
	}
	return out, nil
}

func normSlot(m map[string]any) (map[string]any, *fault) {
	raw, _ := m["days"].([]any)
	var days []int64
	for _, d := range raw {
		n, ok := toInt(d)
		if !ok || n < 1 || n > 7 {
			return nil, bad("range", "min", "1", "max", "7").under("days")
		}
		days = append(days, n)
	}
	slices.Sort(days)
	days = slices.Compact(days)
	if len(days) == 0 {
		return nil, bad("required").under("days")
	}
	from, ok := m["from"].(string)
	if from, ok = clockTime(from); !ok {
		return nil, bad("time").under("from")
	}
	out := map[string]any{"from": from}
	list := make([]any, len(days))
	for i, d := range days {
		list[i] = d
	}
	out["days"] = list
	if isNothing(m["to"]) {
		return out, nil
	}
	to, _ := m["to"].(string)
	if to != "24:00" {
		if to, ok = clockTime(to); !ok {
			return nil, bad("time").under("to")
		}
	}
	if to <= from {
		return nil, bad("order").under("to")
	}
	out["to"] = to
	return out, nil
}

var (
	slotRE = regexp.MustCompile(`^(.*?)\s*(\d{1,2}[:：时点]\d{0,2}分?)(?:\s*(?:~|-|–|—|至|到)\s*(\d{1,2}[:：时点]\d{0,2}分?))?$`)
	daysRE = regexp.MustCompile(`^(?:(?:每)?(?:周|星期))?([一二三四五六日天1-7])(?:\s*(?:至|到|-|~|–|—)\s*(?:周|星期)?([一二三四五六日天1-7]))?$`)
)

var dayNames = [8]string{"", "一", "二", "三", "四", "五", "六", "日"}

// textSchedule reads 周一至周五 08:30-12:00、14:00-17:30；周六 09:00-11:00, and
// 每天, 工作日, 周末 for the days. Hours without days repeat those before.
func textSchedule(_ *program.Field, s string) (any, *fault) {
	var out []any
	var days []any
	for i, part := range splitMany(half(s)) {
		m := slotRE.FindStringSubmatch(part)
		if m == nil {
			if more, ok := parseDays(part); ok { // 周一、周三 16:30: the days gather
				if len(out) > 0 && len(days) > 0 && used(out, days) {
					days = nil
				}
				days = append(days, more...)
				continue
			}
			return nil, bad("schedule").under(strconv.Itoa(i))
		}
		if m[1] != "" {
			more, ok := parseDays(m[1])
			if !ok {
				return nil, bad("schedule").under(strconv.Itoa(i))
			}
			if used(out, days) {
				days = nil
			}
			days = append(days, more...)
		}
		if len(days) == 0 {
			days, _ = parseDays("每天")
		}
		slot := map[string]any{"days": slices.Clone(days), "from": m[2]}
		if m[3] != "" {
			slot["to"] = m[3]
		}
		out = append(out, slot)
	}
	if len(out) == 0 {
		return nil, bad("schedule")
	}
	return out, nil
}

// used reports whether the gathered days already stand in the last slot.
func used(out []any, days []any) bool {
	if len(out) == 0 {
		return false
	}
	last := out[len(out)-1].(map[string]any)["days"].([]any)
	return slices.Equal(last, days)
}

func parseDays(s string) ([]any, bool) {
	lo, hi := 0, 0
	switch s = strings.TrimSpace(s); s {
	case "每天", "每日", "天天":
		lo, hi = 1, 7
	case "工作日":
		lo, hi = 1, 5
	case "周末", "双休日":
		lo, hi = 6, 7
	default:
		m := daysRE.FindStringSubmatch(s)
		if m == nil {
			return nil, false
		}
		lo = dayNumber(m[1])
		if hi = lo; m[2] != "" {
			hi = dayNumber(m[2])
		}
	}
	var out []any
	for d := lo; ; d = d%7 + 1 {
		out = append(out, int64(d))
		if d == hi {
			return out, true
		}
	}
}

func dayNumber(s string) int {
	if s == "天" {
		return 7
	}
	if i := slices.Index(dayNames[:], s); i > 0 {
		return i
	}
	n, _ := strconv.Atoi(s)
	return n
}

func showSchedule(_ *program.Field, v any) string {
	var parts []string
	last := ""
	for _, s := range Slots(v) {
		days := showDays(s.Days)
		hours := s.From
		if s.To != "" {
			hours += "–" + s.To
		}
		if days == last {
			parts = append(parts, hours)
			continue
		}
		last = days
		parts = append(parts, days+" "+hours)
	}
	return strings.Join(parts, "、")
}

// showDays joins three and more days in a row: 周一至周五、周日.
func showDays(days []int) string {
	if len(days) == 7 {
		return "每天"
	}
	var parts []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j]+1 {
			j++
		}
		name := func(k int) string { return "周" + dayNames[min(max(days[k], 0), 7)] }
		if j-i >= 2 {
			parts = append(parts, name(i)+"至"+name(j))
		} else {
			for k := i; k <= j; k++ {
				parts = append(parts, name(k))
			}
		}
		i = j + 1
	}
	return strings.Join(parts, "、")
}

// Covers reports whether a stored schedule is open on a weekday (1 Monday) at a
// time "15:04"; an entry without an end is open at its own minute only.
func Covers(v any, day int, clock string) bool {
	for _, s := range Slots(v) {
		if slices.Contains(s.Days, day) && clock >= s.From && (clock < s.To || s.To == "" && clock == s.From) {
			return true
		}
	}
	return false
}
