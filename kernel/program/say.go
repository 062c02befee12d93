package program

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Words says the parts of a program in one language: English where en.yaml has
// it, else the Chinese reference. It also puts rules into words, so that people
// who did not write the program can read why a deadline stands where it does.
type Words struct{ viewer }

// In gives the words of a program in a language ("en", or Chinese).
func (p *Program) In(lang string) Words { return Words{viewer{p, lang == "en"}} }

func (w Words) Title() string              { return w.pick(w.p.Title, w.p.TitleEN) }
func (w Words) Kind(rt *RecordType) string { return w.pick(rt.Label, rt.LabelEN) }
func (w Words) Move(m *Move) string        { return w.pick(m.Label, m.LabelEN) }
func (w Words) Field(f *Field) string      { return w.pick(f.Label, f.LabelEN) }
func (w Words) Option(o *Option) string    { return w.pick(o.Label, o.LabelEN) }
func (w Words) Form(f *Form) string        { return w.pick(f.Label, f.LabelEN) }
func (w Words) Stat(s *Stat) string        { return w.pick(s.Label, s.LabelEN) }
func (w Words) Match(m *Match) string      { return w.label(m.Label, "matches."+m.Key) }
func (w Words) Consent(c *Consent) string  { return w.label(c.Label, "consents."+c.Key) }
func (w Words) Ledger(l *Ledger) string    { return w.label(l.Label, "ledgers."+l.Key) }
func (w Words) Duty(d *Duty) string        { return w.label(d.Label, "duties."+d.Key) }

// Named is the label of an entry of a block that keeps no English of its own.
func (w Words) Named(block, key, zh string) string { return w.label(zh, block+"."+key) }

// Stage is the label of a stage; a stage of a former version is its key.
func (w Words) Stage(rt *RecordType, key string) string {
	if st := rt.Stages.Get(key); st != nil {
		return w.pick(st.Label, st.LabelEN)
	}
	return key
}

// Role is the label of a role; "" when the program has none of that key.
func (w Words) Role(key string) string {
	if r := w.p.Roles.Get(key); r != nil {
		return w.label(r.Label, "roles."+key)
	}
	return ""
}

func (w Words) Clock(rt *RecordType, c *Clock) string {
	return w.label(c.Label, "records."+rt.Key+".clocks."+c.Key)
}

// spanUnits word a duration: Chinese, English.
var spanUnits = map[string][2]string{
	"s": {"秒", "seconds"}, "m": {"分钟", "minutes"}, "h": {"小时", "hours"}, "wh": {"个工作小时", "working hours"},
	"d": {"天", "days"}, "wd": {"个工作日", "working days"}, "mo": {"个月", "months"}, "y": {"年", "years"},
}

// Span words a duration as the format writes it (`5wd`); other text stays.
func (w Words) Span(text string) string {
	unit := strings.TrimLeft(text, "0123456789")
	n, err := strconv.ParseInt(strings.TrimSuffix(text, unit), 10, 64)
	u, ok := spanUnits[unit]
	if err != nil || !ok {
		return text
	}
	return fmt.Sprintf("%d %s", n, w.pick(u[0], u[1]))
}

// limit words the limit of a clock that has not begun: fixed, chosen by a
// condition, or read from a setting.
func (w Words) limit(s Span) string {
	switch {
	case s.Param != "":
		if p := w.p.Params.Get(s.Param); p != nil {
			return w.label(p.Label, "params."+s.Param) + w.pick("（", " (") + w.Span(fmt.Sprint(jsonValue(p.Value))) + w.pick("）", ")")
		}
	case s.Per != nil:
		return w.pick("按情形而定的时间", "a time that depends on the case")
	}
	return w.Span(s.String())
}

// ClockRule says where a clock runs from, how long, and what meets it. Limit is
// the one that a record's own clock was given ("" for the program's).
func (w Words) ClockRule(rt *RecordType, c *Clock, limit string) string {
	var parts []string
	if c.Due != nil {
		parts = append(parts, w.pick("到期时间是", "Due at ")+w.Said(rt, c.Due.Src()))
	} else {
		within := w.limit(c.Limit)
		if limit != "" {
			within = w.Span(limit)
		}
		parts = append(parts, w.pick("从"+w.Said(rt, srcOf(c.From))+"起 "+within+"内", "Within "+within+" of "+w.Said(rt, srcOf(c.From))))
	}
	if c.Until != nil {
		parts = append(parts, w.pick(w.Said(rt, c.Until.Src())+"即为完成", "met by "+w.Said(rt, c.Until.Src())))
	}
	if c.When != nil {
		parts = append(parts, w.pick("仅当"+w.Said(rt, c.When.Src()), "only if "+w.Said(rt, c.When.Src())))
	}
	return strings.Join(parts, w.pick("；", "; "))
}

// RungAt words when a reminder fires: `75%`, `due`, `-2wd`, `+1h`, `0m`.
func (w Words) RungAt(key string) string {
	switch {
	case key == "due":
		return w.pick("到期时", "when due")
	case strings.HasSuffix(key, "%"):
		return w.pick("用去 "+key+" 时", "at "+key+" of the time")
	case strings.HasPrefix(key, "-"):
		return w.pick("到期前 "+w.Span(key[1:]), w.Span(key[1:])+" before due")
	case strings.HasPrefix(key, "+"):
		return w.pick("逾期 "+w.Span(key[1:])+"后", w.Span(key[1:])+" after due")
	case strings.TrimLeft(key, "0") != key:
		return w.pick("一开始", "at once")
	}
	return w.Span(key)
}

// ruleToken cuts a rule into texts, names (a call keeps its bracket) and signs.
var ruleToken = regexp.MustCompile(`'[^']*'|"[^"]*"|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\(?|&&|\|\||==|!=|<=|>=|!`)

var ruleSigns = map[string][2]string{
	"&&": {" 且 ", " and "}, "||": {" 或 ", " or "}, "==": {" 是 ", " is "}, "!=": {" 不是 ", " is not "}, "<=": {"≤", "≤"}, ">=": {"≥", "≥"},
	"!": {"非 ", "not "}, "in": {" 属于 ", " among "}, "true": {"是", "yes"}, "false": {"否", "no"}, "now": {"现在", "now"}, "never": {"还没有", "never"}, "today": {"今天", "today"},
	"first_of(": {"最先发生的一个(", "the first of ("}, "created": {"登记", "its creation"}, "ended": {"办结", "its end"}, "stage": {"状态", "stage"},
	"size(": {"个数(", "the number of ("}, "has(": {"已填(", "filled ("},
}

// Rule puts a condition into words as far as its names are known: stages, moves,
// fields, options. It explains; the rule itself decides.
func (w Words) Rule(rt *RecordType, src string) string {
	out := ruleToken.ReplaceAllStringFunc(w.calls(src), func(tok string) string {
		if s, ok := ruleSigns[tok]; ok {
			return w.pick(s[0], s[1])
		}
		if tok[0] == '\'' || tok[0] == '"' {
			return w.literal(rt, tok[1:len(tok)-1])
		}
		return w.name(rt, tok)
	})
	out = strings.Join(strings.Fields(out), " ")
	if !w.en {
		out = strings.NewReplacer("( ", "(", " )", ")", ", ", "、", "[", "", "]", "").Replace(out)
	}
	return out
}

// literal is a key in quotation marks: a stage or an option when it is one.
func (w Words) literal(rt *RecordType, key string) string {
	if rt != nil {
		if rt.Stages.Has(key) {
			return w.quote(w.Stage(rt, key))
		}
		for _, f := range rt.Fields.All() {
			if f.List != nil && f.List.Options.Has(key) {
				return w.quote(w.Option(f.List.Options.Get(key)))
			}
		}
	}
	for _, l := range w.p.Lists.All() {
		if l.Options.Has(key) {
			return w.quote(w.Option(l.Options.Get(key)))
		}
	}
	return w.quote(key)
}

func (w Words) quote(s string) string { return w.pick("“"+s+"”", "“"+s+"”") }

// roots word the first part of a dotted name.
var roots = map[string][2]string{"subject": {"服务对象的", "the subject's "}, "member": {"对象的", "the member's "}, "need": {"需求的", "the need's "}, "parent": {"上级的", "the parent's "}, "offer": {"供给的", "the offer's "}, "order": {"派单的", "the order's "}}

func (w Words) name(rt *RecordType, tok string) string {
	if s, ok := w.special(rt, tok); ok {
		return s
	}
	call := strings.HasSuffix(tok, "(")
	root, rest, dotted := strings.Cut(strings.TrimSuffix(tok, "("), ".")
	if !dotted && !call && rt != nil {
		if f := rt.Field(root); f != nil {
			return w.Field(f)
		}
		return tok
	}
	switch root {
	case "entered", "left":
		if rt != nil {
			zh, en := "进入", "entering "
			if root == "left" {
				zh, en = "离开", "leaving "
			}
			return w.pick(zh, en) + w.quote(w.Stage(rt, rest))
		}
	case "made":
		if rt != nil {
			if mv := rt.Moves.Get(rest); mv != nil {
				return w.pick("办理", "making ") + w.quote(w.Move(mv))
			}
		}
	case "param":
		if p := w.p.Params.Get(rest); p != nil {
			return w.label(p.Label, "params."+rest)
		}
	case "stat":
		if s := w.p.Stats.Get(rest); s != nil {
			return w.quote(w.Stat(s))
		}
	}
	if s, ok := roots[root]; ok && dotted && !call {
		if rest == "id" { // who, not which number
			return strings.TrimSuffix(w.pick(strings.TrimSuffix(s[0], "的"), strings.TrimSuffix(s[1], "'s ")), " ")
		}
		if f := w.far(rt, root, rest); f != nil {
			return w.pick(s[0], s[1]) + w.Field(f)
		}
	}
	return tok
}

// far finds the field that a path through another record or the subject names.
func (w Words) far(rt *RecordType, root, key string) *Field {
	if root == "subject" || root == "member" {
		for _, file := range w.p.Files {
			if f, ok := file.Fields.Find(key); ok {
				return f
			}
		}
		return nil
	}
	if rt == nil {
		return nil
	}
	other := rt.Of
	if root == "offer" {
		other = rt.Offers
	}
	if t := w.p.Records.Get(other); t != nil {
		return t.Field(key)
	}
	return nil
}
