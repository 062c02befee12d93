package rule_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/kernel/rule"
)

func TestCompile_Faults(t *testing.T) {
	t.Parallel()
	s := scope(t)
	rows := []struct {
		src, msg, hint string
		want           []rule.Type
		col            int
	}{
		{src: "amont > 1", msg: "没有“amont”这个字段或变量", hint: "是不是“amount”？", col: 1},
		{src: "1 > subject.fuonded", msg: "没有“fuonded”这个字段或变量", hint: "是不是“founded”？"},
		{src: "has(it.previos)", msg: "没有“previos”这个字段或变量", hint: "是不是“previous”？"},
		{src: "all.order.exists(o, o.phse == 'x')", msg: "没有“phse”这个字段或变量", hint: "是不是“phase”？"},
		{src: "all.order.filter(o, o.amount > 1).map(o, o.subject).exists(p, p.naem == '')", msg: "没有“naem”", hint: "是不是“name”？"},
		{src: "founded < today", msg: "没有“founded”这个字段或变量", hint: "是不是“other.founded”？"},
		{src: "related(1, subject)", msg: "函数 related 不接受整数"},
		{src: "note.free(now, now)", msg: "函数 free 不接受文字"},
		{src: "now.getHours() > 8", msg: "没有“getHours”这个函数"},
		{src: "note == null", msg: "类型不符", hint: "has("},
		{src: "ok &&\n  day < now", msg: "类型不符：“<”", col: 13},
		{src: "zzzzzz", msg: "没有“zzzzzz”这个字段或变量"},
		{src: "int > 3", msg: "没有“int”这个字段或变量"},
		{src: "place", msg: "没有“place”这个字段或变量"},
		{src: "moths(day, today)", msg: "没有“moths”这个函数", hint: "是不是“months”？"},
		{src: "nums.smu()", msg: "没有“smu”这个函数", hint: "是不是“sum”？"},
		{src: "roster.firms.hass(subject)", msg: "没有“hass”这个函数", hint: "是不是“has”？"},
		{src: "roster.firms.size", msg: "没有“size”", hint: "要带括号"},
		{src: "day < now", msg: "类型不符：“<”不能用于(日期, 时刻)", hint: "day_end"},
		{src: "day == now", msg: "类型不符：“==”", hint: "day_end"},
		{src: "day + duration('24h')", msg: "类型不符：“+”"},
		{src: "day in times", msg: "类型不符"},
		{src: "days(day, now)", msg: "类型不符：函数 days"},
		{src: "note > 1", msg: "类型不符：“>”不能用于(文字, 整数)"},
		{src: "rate * amount", msg: "类型不符", hint: "double"},
		{src: "amount.x", msg: "类型不符：整数没有下级字段“x”"},
		{src: "amount", want: []rule.Type{tBool}, msg: "类型不符：应为是否，结果是整数"},
		{src: "note", want: []rule.Type{tTime, tDate}, msg: "类型不符：应为时刻或日期，结果是文字"},
		{src: "amount ? 1 : 2", msg: "类型不符"},
		{src: "ok ? 1 : 'x'", msg: "类型不符"},
		{src: "roster.firms.has('x')", msg: "类型不符：函数 has"},
		{src: "consent.share_bank.of('x')", msg: "类型不符：函数 share_bank.of"},
		{src: "near(here, here)", msg: "类型不符：函数 near"},
		{src: "amount >", msg: "写法有误"},
		{src: "note == “x”", msg: "写法有误", hint: "单引号"},
		{src: "", msg: "空"},
		{src: "{'a': 1}.size()", msg: "映射"},
		{src: "dyn(1) == 1", msg: "没有“dyn”"},
		{src: "type(1) == type(2)", msg: "没有“type”"},
		{src: "b'x' == b'x'", msg: ""},
		{src: "null", msg: "类型不符"},
		{src: "now > created + duration('3 days')", msg: "时长写法有误", hint: "24h"},
		{src: "date(2025, 2, 30)", msg: "常量算不出来"},
		{src: "nums.all(a, nums.all(b, nums.all(c, a + b + c > 0)))", msg: "太费算力"},
		{src: strings.Repeat("(", 500) + "1" + strings.Repeat(")", 500), msg: ""},
		{src: strings.Repeat("amount + ", 2000) + "1", msg: ""},
	}
	for _, r := range rows {
		_, err := s.Compile(r.src, r.want...)
		var ce *rule.CompileError
		if !errors.As(err, &ce) {
			t.Errorf("%.60s: got %v, want a compile error", r.src, err)
			continue
		}
		if !strings.Contains(ce.Msg, r.msg) || !strings.Contains(ce.Hint, r.hint) || ce.Col < 1 || r.col != 0 && ce.Col != r.col {
			t.Errorf("%.60s: %q hint %q col %d, want %q %q", r.src, ce.Msg, ce.Hint, ce.Col, r.msg, r.hint)
		}
	}
	_, err := s.Compile("1 > amont")
	if ce := err.(*rule.CompileError); ce.Col != 5 {
		t.Errorf("column %d, want 5", ce.Col)
	}
}

func TestCompile_Types(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for src, want := range map[string]rule.Type{
		"amount": tInt, "subject": object("party.enterprise"), "day": tDate, "now": tTime, "now - created": tDur,
		"all.order.map(o, o.amount)": list(tInt), "all.order": list(object("loan.order")), "rate": tDouble,
		"ok": tBool, "note": tText, "lists.union()": list(tText),
	} {
		if got := compile(t, s, src, want).Type(); got.String() != want.String() || got.Kind != want.Kind {
			t.Errorf("%s: %v, want %v", src, got, want)
		}
	}
	compile(t, s, "[]", list(tInt))
	compile(t, s, "day", tTime, tDate)
}

func TestReads(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for src, want := range map[string][]string{
		"amount > 1 && subject.founded < today":                  {"amount", "subject.founded", "today"},
		"all.order.exists(o, o.phase == note)":                   {"all.order", "note"},
		"roster.firms.has(subject)":                              {"roster.firms", "subject"},
		"account.fund(subject) > 0":                              {"account.fund", "subject"},
		"consent.share_bank.of(subject) || consent.share_bank":   {"consent.share_bank", "subject"},
		"has(it.note) && note != ''":                             {"note"},
		"offer.area.covers(subject.region)":                      {"offer.area", "subject.region"},
		"1 + 2":                                                  {},
		"subject.head.name == subject.name":                      {"subject.head.name", "subject.name"},
		"all.order.map(o, o.amount).exists(amount, amount > 10)": {"all.order"},
	} {
		if got := compile(t, s, src).Reads(); !slices.Equal(got, want) {
			t.Errorf("%s: reads %q, want %q", src, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for src, want := range map[string]bool{
		"amount > 1 && note != '' && has(it.note)":        true,
		"age(day, today) >= 14 && months(day, today) > 1": true,
		"days(day, today) < 3 && near(here, here, 100)":   true,
		"words.exists(w, w == 'a') && words.size() > 1":   true,
		"subject.founded < today":                         false,
		"all.order.size() > 0":                            false,
		"now > created":                                   false,
		"note.mentions(words)":                            false,
		"nums.sum() > 3":                                  false,
		"minutes(here, here) > 3":                         false,
		"actor.name == 'x'":                               false,
	} {
		if err := compile(t, s, src).Phone(); (err == nil) != want {
			t.Errorf("%s: %v, want phone=%v", src, err, want)
		}
	}
}

func TestConst(t *testing.T) {
	t.Parallel()
	s := scope(t)
	for src, want := range map[string]any{"true": true, "-5": int64(-5), "'x'": "x", "duration('1h')": time.Hour, "date(2025, 1, 2)": day(2025, 1, 2), "[3, 1].max()": int64(3)} {
		if got, ok := compile(t, s, src).Const(); !ok || got != want {
			t.Errorf("%s: %v %v, want %v", src, got, ok, want)
		}
	}
	if _, ok := compile(t, s, "amount + 1").Const(); ok {
		t.Error("amount + 1 is no constant")
	}
	if got, err := compile(t, s, "1 + 1").Eval(nil); err != nil || got != int64(2) {
		t.Errorf("constant without variables: %v, %v", got, err)
	}
}

// A declared variable wins over CEL's types and functions of the same name.
func TestScope_NamesOfCEL(t *testing.T) {
	t.Parallel()
	u := universe(t)
	v := vars{}
	types := map[string]rule.Type{}
	names := []string{"type", "size", "min", "max", "duration", "string", "int", "list", "map", "bool", "double", "days", "date", "timestamp", "matches", "has", "all", "exists", "filter", "age", "share", "place", "sum", "of", "dyn", "uint", "bytes", "null_type"}
	for i, n := range names {
		types[n], v[n] = tInt, int64(i)
	}
	s, err := u.Scope(types)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range names {
		if got, err := compile(t, s, n+" + 0").Eval(v); err != nil || got != int64(i) {
			t.Errorf("%s: %v, %v", n, got, err)
		}
	}
	if got, err := compile(t, s, "size + [1, 2].size() + size([1]) + [max, min].max() + int(duration('1s')) + days(date(2025, 1, 1), date(2025, 1, 2))").Eval(v); err != nil || got != int64(1+2+1+3+1+1) {
		t.Errorf("variables and functions together: %v, %v", got, err)
	}
}

func TestScope_Extend(t *testing.T) {
	t.Parallel()
	s := scope(t)
	e, err := s.Extend(map[string]rule.Type{"each": object("loan.order"), "amount": tText})
	if err != nil {
		t.Fatal(err)
	}
	v := world()
	v["each"], v["amount"] = v["need"], "three"
	if got, err := compile(t, e, "each.amount == 300 && amount == 'three'").Bool(v); err != nil || !got {
		t.Errorf("%v %v", got, err)
	}
	if _, err := s.Compile("each.amount"); err == nil {
		t.Error("Extend changed its parent")
	}
	if _, err := s.Extend(map[string]rule.Type{"x": object("nobody")}); err == nil {
		t.Error("an undeclared type passed")
	}
}

func TestNewUniverse_Refuses(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]rule.StructDecl{
		"undeclared type": {Fields: map[string]rule.Type{"x": object("nobody")}},
		"no kind":         {Fields: map[string]rule.Type{"x": {}}},
		"list of nothing": {Fields: map[string]rule.Type{"x": {Kind: rule.List}}},
		"macro name":      {Methods: map[string]rule.Method{"filter": {Args: []rule.Type{tInt}, Result: tBool}}},
		"bad optional":    {Methods: map[string]rule.Method{"of": {Optional: 1, Result: tBool}}},
	} {
		if _, err := rule.NewUniverse(map[string]rule.StructDecl{"s": d}); err == nil {
			t.Errorf("%s passed", name)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"amount > 1", "all.order.exists(o, o.x)", "has(it.note)", "a.b.c(d)", "[1,", "'", "x ? y : z", "consent.share_bank.of(1)", ".amount", "date(1,2,3)", "{}", "subject{}", "`a`.b", "nums[?0]", "a.?b", "duration('x')", "note.matches('[')"} {
		f.Add(s)
	}
	s, v := scope(f), world()
	f.Fuzz(func(t *testing.T, src string) {
		x, err := s.Compile(src)
		if err != nil {
			var ce *rule.CompileError
			if !errors.As(err, &ce) || ce.Msg == "" || ce.Col < 1 {
				t.Fatalf("%q: %#v", src, err)
			}
			return
		}
		x.Eval(v)
		x.Eval(vars{})
	})
}
