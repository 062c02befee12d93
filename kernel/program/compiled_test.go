package program

import (
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"

	"linqiao/kernel/rule"
)

// TestEveryExpressionCompiled walks the programs of the repository: no condition
// may be left empty by a decoder that forgot to compile it.
func TestEveryExpressionCompiled(t *testing.T) {
	set, issues := Load(repository(t))
	if Fatal(issues) {
		t.Fatal(issues)
	}
	total := 0
	for key, p := range set.Programs.All() {
		seen := map[uintptr]bool{}
		walkExprs(reflect.ValueOf(p), key, seen, func(path string, x *rule.Expr) {
			total++
			if x.Src() == "" || x.Type().Kind == 0 && x.Src() != "" {
				t.Errorf("%s: expression not compiled or of no type (%q)", path, x.Src())
			}
		})
	}
	if total < 150 {
		t.Errorf("only %d expressions found: the walk misses some", total)
	}
}

var exprType = reflect.TypeFor[rule.Expr]()

func walkExprs(v reflect.Value, path string, seen map[uintptr]bool, f func(string, *rule.Expr)) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		if v.Type().Elem() == exprType {
			f(path, (*rule.Expr)(v.UnsafePointer()))
			return
		}
		walkExprs(v.Elem(), path, seen, f)
	case reflect.Struct:
		for i := range v.NumField() {
			walkExprs(v.Field(i), path+"."+v.Type().Field(i).Name, seen, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkExprs(v.Index(i), path, seen, f)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			walkExprs(v.MapIndex(k), path+"."+k.String(), seen, f)
		}
	}
}

// TestRepositoryDetails holds the two first programs to what engines rely on.
func TestRepositoryDetails(t *testing.T) {
	set, _ := Load(repository(t))
	sme, vol := set.Program("sme-finance"), set.Program("volunteer-service")
	if sme == nil || vol == nil {
		t.Skip("the programs are not in the repository")
	}
	app := sme.Records.Get("application")
	if l := app.Clocks.Get("decision").Limit; l.Param != "bank_days" || sme.Params.Get("bank_days").Value.(Span).N != 30 {
		t.Errorf("decision limit = %+v", l)
	}
	if f := sme.Files["enterprise"].Fields.Get("industry"); f.List.Options.Len() < 10 {
		t.Error("a list of the pack is not resolved")
	}
	if m := sme.Matches.Get("by_list"); m.Makes != "application" || m.Offers != "loan" || m.Need != "demand" || m.Steps[0].Mode != "assign" {
		t.Errorf("by_list = %+v", m)
	}
	if st := sme.Stats.Get("loan_money"); st.Unit != "fen" || st.Record != "drawdown" || st.Agg != "sum" {
		t.Errorf("loan_money = %+v", st)
	}
	if d := sme.Records.Get("demand"); len(d.Batches) != 1 || d.Batches[0] != "shortlist" {
		t.Errorf("batches = %v", d.Batches)
	}
	if f := sme.Records.Get("application").Stages.Get("lent"); !f.Final {
		t.Error("lent is final: only a person moves on from it")
	}
	answer := vol.Records.Get("serve").Clocks.Get("answer").Limit
	if answer.Per == nil || answer.Per.Is["3"].Unit != "wh" {
		t.Errorf("serve answer = %+v", answer)
	}
	if p := vol.Records.Get("saturday").Plan; p.Every.Weekday != 6 || p.Every.At != "08:00" || p.Length.String() != "2h" {
		t.Errorf("saturday plan = %+v", p)
	}
	if st := vol.Records.Get("turnout").Stages.Get("present"); !st.Final {
		t.Error("present is final where no move leaves it")
	}
}

// TestNoRuleIsShownRaw: of every program of the repository, what a figure counts and when
// a clock ends is said in words, or is said to stand in the file; never in the rule's signs.
func TestNoRuleIsShownRaw(t *testing.T) {
	set, issues := Load(repository(t))
	if Fatal(issues) {
		t.Fatal(issues)
	}
	all, left := 0, 0
	for key, p := range set.Programs.All() {
		v := p.View("zh-CN")
		said := map[string]string{}
		for _, st := range v.Stats {
			said[st.Key] = st.Words
		}
		for _, rt := range v.Records {
			for _, c := range rt.Clocks {
				said[rt.Key+"."+c.Key] = c.Words
			}
		}
		for what, words := range said {
			all++
			if rawRule.MatchString(words) || rawName.MatchString(words) {
				t.Errorf("%s %s: %s", key, what, words)
			}
			if strings.Contains(words, "机制文件") {
				left++
			}
		}
	}
	if left*10 > all {
		t.Errorf("%d of %d are left to the file", left, all)
	}
	w := set.Program("credit-village").In("zh-CN")
	rt := set.Program("credit-village").Records.Get("village")
	for src, want := range map[string]string{
		"date(period.year + 1, 1, 31)": "次年1月31日", "day_end(created)": "登记 当天结束", "duration('24h')": "24 小时", "ended == never": "办结 是 还没有", "it.nobody_knows": "机制文件所写的条件",
	} {
		if got := w.Said(rt, src); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}

// TestWords: rules are put into words as far as their names are known, in both
// languages, and what is unknown stays as written.
func TestWords(t *testing.T) {
	set, issues := Load(map[string]fs.FS{"good": os.DirFS("testdata/good")})
	if Fatal(issues) {
		t.Fatal(issues)
	}
	p := set.Program("good")
	for _, lang := range []string{"zh-CN", "en"} {
		w := p.In(lang)
		for _, rt := range p.Records.All() {
			for _, c := range rt.Clocks.All() {
				if got := w.ClockRule(rt, c, "5wd"); strings.Contains(got, "entered.") || strings.Contains(got, "left.") {
					t.Errorf("%s %s.%s: %s", lang, rt.Key, c.Key, got)
				}
			}
		}
		v := p.View(lang)
		for _, st := range v.Stats {
			if st.Words == "" || strings.Contains(st.Words, "；；") {
				t.Errorf("%s %s: %q", lang, st.Key, st.Words)
			}
		}
	}
	zh, en := p.In("zh-CN"), p.In("en")
	for text, want := range map[string][2]string{"5wd": {"5 个工作日", "5 working days"}, "2h": {"2 小时", "2 hours"}, "soon": {"soon", "soon"}} {
		if zh.Span(text) != want[0] || en.Span(text) != want[1] {
			t.Errorf("%s: %s, %s", text, zh.Span(text), en.Span(text))
		}
	}
	for key, want := range map[string]string{"due": "到期时", "75%": "用去 75% 时", "-2wd": "到期前 2 个工作日", "+1h": "逾期 1 小时后", "0m": "一开始"} {
		if got := zh.RungAt(key); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := zh.Rule(nil, "a == 'x' && !b.c(d)"); got != "a 是 “x” 且 非 b.c(d)" {
		t.Errorf("unknown names: %q", got)
	}
}
