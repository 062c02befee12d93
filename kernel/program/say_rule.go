package program

import (
	"fmt"
	"regexp"
	"strings"
)

// What rules often call, put into words before their names are: days, ages, durations,
// membership. The order matters: what stands inside another comes first.
var ruleCalls = []struct {
	re  *regexp.Regexp
	say func(w Words, m []string) string
}{
	{regexp.MustCompile(`duration\('([0-9]+)([a-z]+)'\)`), func(w Words, m []string) string { return w.Span(m[1] + m[2]) }},
	{regexp.MustCompile(`date\(period\.year( \+ 1)?, ([0-9]+), ([0-9]+)\)`), func(w Words, m []string) string {
		if m[1] != "" {
			return w.pick("次年"+m[2]+"月"+m[3]+"日", m[3]+"/"+m[2]+" of the next year")
		}
		return w.pick("当年"+m[2]+"月"+m[3]+"日", m[3]+"/"+m[2]+" of the year")
	}},
	{regexp.MustCompile(`date\(([0-9]+), ([0-9]+), ([0-9]+)\)`), func(w Words, m []string) string { return m[1] + "-" + m[2] + "-" + m[3] }},
	{regexp.MustCompile(`birthday\([a-z_.]+, ([0-9]+)\)`), func(w Words, m []string) string {
		return w.pick("满 "+m[1]+" 周岁之日", "the day of turning "+m[1])
	}},
	{regexp.MustCompile(`day_end\(([a-z_.]+)\)`), func(w Words, m []string) string { return m[1] + w.pick(" 当天结束", " (end of that day)") }},
	{regexp.MustCompile(`int\(([^()]*)\)`), func(_ Words, m []string) string { return m[1] }},
	{regexp.MustCompile(`([a-z_.]+)\.exists\(([a-z]+), ([a-z]+) in (\[[^\]]*\])\)`), func(w Words, m []string) string {
		if m[2] != m[3] {
			return m[0]
		}
		return m[1] + w.pick(" 含有 ", " holds ") + m[4]
	}},
	{regexp.MustCompile(`([a-z_.]+)\.size\(\)`), func(w Words, m []string) string { return m[1] + w.pick(" 的个数", " (number)") }},
	{regexp.MustCompile(`-amount\b`), func(w Words, _ []string) string { return w.pick("减少额", "what goes out") }},
}

func (w Words) calls(src string) string {
	for _, c := range ruleCalls {
		src = c.re.ReplaceAllStringFunc(src, func(s string) string { return c.say(w, c.re.FindStringSubmatch(s)) })
	}
	return src
}

// plainNames are built-in names as people say them.
var plainNames = map[string][2]string{
	"amount": {"发生额", "amount"}, "provider": {"服务单位", "the provider"}, "region": {"所在地区", "its region"}, "level": {"级别", "level"},
	"subject": {"服务对象", "the subject"}, "phase": {"状态", "state"}, "owner": {"负责人", "who is in charge"}, "place": {"地址", "place"},
}

// special words names that reach through a clock, a form or the ends of a span of time.
func (w Words) special(rt *RecordType, tok string) (string, bool) {
	tok = strings.TrimPrefix(strings.TrimSuffix(tok, ".id"), "it.") // who, not which number
	at := strings.Split(tok, ".")
	if s, ok := plainNames[tok]; ok && (rt == nil || rt.Field(tok) == nil) {
		return w.pick(s[0], s[1]), true
	}
	switch {
	case len(at) == 3 && at[0] == "clock" && rt != nil && rt.Clocks.Has(at[1]) && at[2] == "spent":
		return w.pick(w.quote(w.Clock(rt, rt.Clocks.Get(at[1])))+"用时", "the time taken for "+w.quote(w.Clock(rt, rt.Clocks.Get(at[1])))), true
	case len(at) == 3 && at[0] == "form" && w.p.Forms.Has(at[1]) && (at[2] == "first" || at[2] == "last"):
		name := w.quote(w.Form(w.p.Forms.Get(at[1])))
		if at[2] == "first" {
			return w.pick("首次填写"+name, "the first "+name), true
		}
		return w.pick("最近填写"+name, "the last "+name), true
	case len(at) == 2 && (at[1] == "start" || at[1] == "end") && rt != nil && rt.Field(at[0]) != nil:
		return w.Field(rt.Field(at[0])) + w.pick(map[string]string{"start": "的开始", "end": "的结束"}[at[1]], " "+at[1]), true
	case len(at) == 1 && rt != nil && rt.Field(at[0]) != nil:
		return w.Field(rt.Field(at[0])), true
	case len(at) == 2 && (at[0] == "offer" || at[0] == "need" || at[0] == "parent") && at[1] == "subject":
		return w.pick(roots[at[0]][0]+"服务对象", roots[at[0]][1]+"subject"), true
	}
	return "", false
}

// rawRule finds what no reader should have to read: a name or a sign of the rule's language.
var rawRule = regexp.MustCompile(`[a-z]+_[a-z]|[a-z]\.[a-z]|[a-z]\(|&&|\|\||[=!]=`)
var rawName = regexp.MustCompile(`[a-z]{2,}`)

// Said is Rule for readers who are shown what a thing counts or when it ends: a rule that
// does not go into words whole is said to stand in the program's file.
func (w Words) Said(rt *RecordType, src string) string {
	s := w.Rule(rt, src)
	if rawRule.MatchString(s) || !w.en && rawName.MatchString(s) {
		return w.pick("机制文件所写的条件", "the rule that stands in the file")
	}
	return s
}

// sourceWords say what feeds a figure that is no move of a record.
func (w Words) sourceWords(s string) string {
	at := strings.Split(s, ".")
	if len(at) < 2 {
		return ""
	}
	switch at[0] {
	case "account":
		if a := w.p.Accounts.Get(at[1]); a != nil {
			return w.pick(fmt.Sprintf("账户“%s”的流水", w.Named("accounts", at[1], a.Label)), "entries of "+w.quote(w.Named("accounts", at[1], a.Label)))
		}
	case "form":
		if f := w.p.Forms.Get(at[1]); f != nil {
			return w.pick("填写"+w.quote(w.Form(f)), "filings of "+w.quote(w.Form(f)))
		}
	case "document":
		if d := w.p.Documents.Get(at[1]); d != nil {
			return w.pick("开具"+w.quote(w.Named("documents", at[1], d.Label)), "issues of "+w.quote(w.Named("documents", at[1], d.Label)))
		}
	case "library":
		if l := w.p.Libraries.Get(at[1]); l != nil {
			return w.pick("打开"+w.quote(w.Named("libraries", at[1], l.Label))+"的内容，同一浏览器半小时内再打开不计", "openings in "+w.quote(w.Named("libraries", at[1], l.Label))+", not counted again for one browser within half an hour")
		}
	case "choice":
		if c := w.p.Choices.Get(at[1]); c != nil {
			return w.pick(w.quote(w.Named("choices", at[1], c.Label))+"选出", "drawn by "+w.quote(w.Named("choices", at[1], c.Label)))
		}
	}
	return ""
}
