package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"linqiao/kernel/calendar"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// What stands on a screen is said in the reader's language: English where the
// program has it, else the Chinese reference.

func (w *work) en() bool { return w.who.Lang == "en" }

// inChinese is the same work for texts that are kept or handed out: frozen
// ledgers, certificates and publications are in the reference language, whoever
// presses the button.
func (w *work) inChinese() *work {
	who := *w.who
	who.Lang = "zh-CN"
	zh := *w
	zh.who = &who
	return &zh
}

// words are the words of a program for the reader.
func (w *work) words(p *program.Program) program.Words { return p.In(w.who.Lang) }

// pick is for texts of the kernel itself.
func (w *work) pick(zh, en string) string {
	if w.en() {
		return en
	}
	return zh
}

func (w *work) dutyLabel(prog string, d *program.Duty) string {
	if p, err := w.Program(prog, 0); err == nil {
		return w.words(p).Duty(d)
	}
	return d.Label
}

func (w *work) stageLabel(r *record.Row) string { return w.words(r.P).Stage(r.T, r.Stage) }

// left says what is left of a deadline, in the unit it is counted in.
func (w *work) left(now, due time.Time, unit string) string {
	n, text := w.app.cal.Left(now, due, unit)
	if !w.en() {
		return text
	}
	over := !now.Before(due)
	switch unit {
	case calendar.Day, calendar.WorkDay, calendar.Month, calendar.Year, "mo":
		word := "day"
		if unit == calendar.WorkDay {
			word = "working day"
		}
		return leftEN(n, word, over)
	}
	if n < 0 {
		n = -n
	}
	span := fmt.Sprintf("%d h %d min", n/60, n%60)
	switch {
	case n < 60:
		span = fmt.Sprintf("%d min", n)
	case n > 72*60 && unit != calendar.WorkHour:
		span = fmt.Sprintf("%d d %d h", n/(24*60), n/60%24)
	}
	if over {
		return span + " overdue"
	}
	return span + " left"
}

func leftEN(n int64, word string, over bool) string {
	if n < 0 {
		n = -n
	}
	if n != 1 {
		word += "s"
	}
	switch {
	case n == 0 && over:
		return "overdue"
	case n == 0:
		return "due today"
	case over:
		return fmt.Sprintf("%d %s overdue", n, word)
	}
	return fmt.Sprintf("%d %s left", n, word)
}

// format writes a value that is no reference, in the reader's language.
func (w *work) format(f *program.Field, v any) string {
	if !w.en() {
		return form.Format(f, v)
	}
	if list, ok := v.([]any); ok && f.Many && f.Type != program.TypePhoto && f.Type != program.TypeFile {
		parts := make([]string, 0, len(list))
		one := *f
		one.Many = false
		for _, x := range list {
			if s := w.format(&one, x); s != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, ", ")
	}
	switch f.Type {
	case program.TypeChoice:
		if f.List != nil {
			if o := f.List.Options.Get(asText(v)); o != nil && o.LabelEN != "" {
				return o.LabelEN
			}
		}
	case program.TypeChecks:
		return checksEN(f, v)
	case program.TypeMoney:
		if n, ok := v.(int64); ok {
			return yuanEN(n)
		}
	case program.TypeBool:
		if b, ok := v.(bool); ok {
			return map[bool]string{true: "Yes", false: "No"}[b]
		}
	case program.TypePlace:
		if m, ok := v.(map[string]any); ok && asText(m["address"]) == "" {
			if lat, ok := m["lat"].(float64); ok {
				lng, _ := m["lng"].(float64)
				return form.Degrees(lat, lng, true)
			}
		}
	case program.TypeRate:
		return strings.NewReplacer("一年期", "1-year ", "五年期", "5-year ", "固定", "fixed ").Replace(form.Format(f, v))
	}
	return form.Format(f, v)
}

// yuanEN writes fen as ¥1,234,567 or ¥1,234.50.
func yuanEN(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	s := strconv.FormatInt(fen/100, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if fen%100 != 0 {
		s += fmt.Sprintf(".%02d", fen%100)
	}
	return sign + "¥" + s
}

// checksEN says how many checks pass, and names those that do not.
func checksEN(f *program.Field, v any) string {
	answers, _ := v.(map[string]any)
	passed, open := 0, []string{}
	for k, it := range f.Items.All() {
		one, _ := answers[k].(map[string]any)
		if asText(one["v"]) == "pass" {
			passed++
			continue
		}
		label := it.Label
		if it.LabelEN != "" {
			label = it.LabelEN
		}
		open = append(open, label)
	}
	if len(open) == 0 {
		return "all pass"
	}
	return fmt.Sprintf("%d of %d pass; not: %s", passed, f.Items.Len(), strings.Join(open, ", "))
}

// channels are the words of the ways in that programs name without wording them.
var channels = map[string][2]string{
	"app": {"手机", "phone"}, "online": {"网上", "online"}, "web": {"公开网页", "public page"}, "console": {"工作台", "desk"}, "desk": {"服务台", "service desk"},
	"window": {"窗口", "window"}, "counter": {"柜台", "counter"}, "hotline": {"热线", "hotline"}, "visit": {"走访", "visit"}, "import": {"表格导入", "import"},
	"device": {"设备", "device"}, "meeting": {"会议", "meeting"},
}

// channelWord words the way by which a record came in: as the program does, else as all do.
func channelWord(p *program.Program, lang, key string) string {
	if l := p.Lists.Get("channel"); l != nil {
		if o := l.Options.Get(key); o != nil {
			return p.In(lang).Option(o)
		}
	}
	switch l, ok := channels[key]; {
	case !ok:
		return key
	case lang == "en":
		return l[1]
	default:
		return l[0]
	}
}
