package form

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

var update = flag.Bool("update", false, "write the phone's vectors anew")

// vectorFile holds conditions, answers and what the server makes of them. The phone's
// evaluator is held to the same file (web/shared/rule/vectors.test.ts), so that a
// question shown on the phone is a question the server expects.
const vectorFile = "../../web/shared/rule/vectors.json"

const vectorToday = "2026-11-22"

const vectorProgram = `
program: vectors
version: 1
title: 条件
class: internal
roles:
  desk: {label: 经办, is: area, held_by: {org: desk}, read: personal}
records:
  call:
    label: 走访
    is: visit
    for: none
    keep: 1y
    stages: {todo: {label: 待, phase: open}, seen: {label: 访, phase: done}}
    moves:
      plan: {label: 排, to: todo, by: desk}
      done: {label: 完, from: todo, to: seen, by: desk}
forms:
  sheet:
    label: 表
    of: call
    by: desk
    offline: true
    fields:
      alone:  {label: 是否, type: bool}
      also:   {label: 也, type: bool}
      num:    {label: 数, type: int}
      k:      {label: 另一数, type: int}
      amount: {label: 金额, type: money}
      share:  {label: 比例, type: bp}
      weight: {label: 重量, type: number}
      words:  {label: 文字, type: text}
      kind:   {label: 类, list: {finance: 融资, labour: 用工, none: 无}}
      needs:  {label: 需求, list: {finance: 融资, labour: 用工, policy: 政策}, many: true}
      born:   {label: 出生, type: date}
      since:  {label: 起, type: date}
      checks: {label: 检查, type: checks, items: {fire: {label: 消防}, stairs: {label: 楼梯}}}
      home:   {label: 住址, type: place}
      spot:   {label: 位置, type: place}
      people: {label: 人员, type: rows, fields: {age: {label: 年龄, type: int}, sick: {label: 患病, type: bool}}}
      loan:   {label: 利率, type: rate}
    require:
`

// vectors is the file: one letter a case, T true, F false, U unset (the phone does not
// tell an unset condition from one that cannot be evaluated; both show nothing).
type vectors struct {
	Today   string              `json:"today"`
	Fields  []program.FieldView `json:"fields"`
	Answers []map[string]any    `json:"answers"`
	Cases   []vectorCase        `json:"cases"`
}

type vectorCase struct {
	If   string `json:"if"`
	Want string `json:"want"`
}

// said are conditions as programs write them, and the corners of the rules.
var said = []string{
	`alone`, `!alone`, `alone && also`, `alone || also`, `!(alone || also)`, `num > 3`, `num >= 3 && num <= 9`, `num == k`, `num != k`, `num + k > 10`, `num - k < 0`,
	`num * 2 == k`, `num / k > 1`, `num % 2 == 0`, `num / 0 == 1`, `-num < 0`, `alone ? num > 3 : k > 3`, `amount >= 5000000`, `amount * 2 > 10000`, `share >= 3000`, `share < 10000`,
	`weight > 1.5`, `weight < 0.1 + 0.2`, `weight == 60.0`, `double(num) > weight`, `words == ''`, `words.size() > 3`, `words.contains('老')`, `words.startsWith('一')`, `words.endsWith('。')`,
	`kind == 'finance'`, `kind != 'finance'`, `kind in ['finance', 'labour']`, `'finance' in needs`, `!('finance' in needs)`, `needs.size() == 0`, `needs.size() > 1`,
	`needs.exists(x, x == 'policy')`, `needs.all(x, x != 'policy')`, `needs.exists_one(x, x == 'labour')`, `needs.filter(x, x != 'labour').size() == 1`,
	`age(born, today) < 14`, `age(born, today) >= 60`, `age(born, since) == 13`, `months(since, today) >= 6`, `months(born, since) > 100`, `days(since, today) > 30`, `days(today, since) > 0`,
	`born < since`, `born <= today`, `since == today`, `since > today`, `checks.all_pass`, `checks.any_fail`, `checks.failed == '消防'`, `checks.failed == ''`, `checks.fire == 'pass'`, `checks.stairs != 'unknown'`,
	`near(home, spot, 500)`, `near(home, spot, 5)`, `!near(home, spot, 100000)`, `home.lat > 21.6`, `home.address != ''`, `people.exists(p, p.age < 18)`, `people.all(p, p.age >= 18)`,
	`people.size() > 1`, `people.exists(p, p.sick)`, `people.exists(p, p.sick && p.age > 60)`, `people.map(p, p.age).exists(a, a == 9)`, `loan.bp > 30`, `loan.base == 'LPR1Y'`,
	`has(it.num)`, `!has(it.num)`, `has(it.num) && num > 3`, `has(it.words) || alone`, `has(it.born) ? age(born, today) > 59 : alone`, `has(it.needs)`, `has(it.home) && near(home, spot, 1000)`, `has(it.checks)`,
	`num > 3 || k > 3`, `num > 3 && k > 3`, `num > 3 || alone`, `num > 3 && alone`, `alone || num / 0 == 1`, `alone && num / 0 == 1`, `[num, k].exists(x, x > 8)`, `[1, 2, 3].all(x, x < num)`,
	`string(num) == '7'`, `size(needs) == 2`, `kind == 'finance' && amount >= 100000 || kind == 'labour' && people.size() > 0`, `true`, `false`,
}

// guess writes conditions at random, of the right types, no deeper than depth.
type writer struct{ *rand.Rand }

func (w writer) one(list ...string) string { return list[w.IntN(len(list))] }

func (w writer) number(depth int) string {
	if depth == 0 || w.IntN(3) == 0 {
		return w.one("num", "k", "amount", "share", "age(born, today)", "months(since, today)", "days(since, today)", "needs.size()", "people.size()", "loan.bp", "words.size()",
			fmt.Sprint(w.IntN(20)), fmt.Sprint(w.IntN(2_000_000)))
	}
	return fmt.Sprintf("(%s %s %s)", w.number(depth-1), w.one("+", "-", "*", "/", "%"), w.number(depth-1))
}

func (w writer) test(depth int) string {
	if depth > 0 && w.IntN(2) == 0 {
		switch w.IntN(5) {
		case 0:
			return "!(" + w.test(depth-1) + ")"
		case 1:
			return fmt.Sprintf("(%s ? %s : %s)", w.test(depth-1), w.test(depth-1), w.test(depth-1))
		default:
			return fmt.Sprintf("(%s %s %s)", w.test(depth-1), w.one("&&", "||"), w.test(depth-1))
		}
	}
	switch w.IntN(9) {
	case 0:
		return w.one("alone", "also", "checks.all_pass", "checks.any_fail")
	case 1:
		return "has(it." + w.one("alone", "num", "amount", "words", "kind", "needs", "born", "since", "home", "people", "loan") + ")"
	case 2:
		return fmt.Sprintf("kind %s '%s'", w.one("==", "!="), w.one("finance", "labour", "none"))
	case 3:
		return fmt.Sprintf("'%s' in %s", w.one("finance", "labour", "policy"), w.one("needs", "['finance', 'none']"))
	case 4:
		return fmt.Sprintf("%s %s %s", w.one("born", "since", "today"), w.one("<", "<=", ">", ">=", "==", "!="), w.one("born", "since", "today"))
	case 5:
		return fmt.Sprintf("people.%s(p, %s)", w.one("exists", "all", "exists_one"), w.one("p.age < 18", "p.age >= num", "p.sick", "p.sick || p.age > 60", "!p.sick"))
	case 6:
		return fmt.Sprintf("near(home, spot, %d)", 1+w.IntN(3000))
	case 7:
		return fmt.Sprintf("weight %s %s", w.one("<", ">="), w.one("0.5", "60.0", "12.25"))
	default:
		return fmt.Sprintf("%s %s %s", w.number(depth), w.one("<", "<=", ">", ">=", "==", "!="), w.number(depth))
	}
}

// answers are filled sheets: nothing, everything, and any part of it.
func (w writer) answers() map[string]any {
	all := map[string]any{
		"alone": w.IntN(2) == 0, "also": w.IntN(2) == 0, "num": int64(w.IntN(20)), "k": int64(w.IntN(5)), "amount": int64(w.IntN(8_000_000)), "share": int64(w.IntN(12_000)),
		"weight": float64(w.IntN(400)) / 4, "words": w.one("老人在家。", "一切都好", "x", "一人独居，老伴去世。"), "kind": w.one("finance", "labour", "none"),
		"needs": []any{w.one("finance", "labour"), "policy"}[:1+w.IntN(2)], "born": w.day(1930, 90), "since": w.day(2024, 3),
		"checks": map[string]any{"fire": map[string]any{"v": w.one("pass", "fail", "unknown")}, "stairs": map[string]any{"v": w.one("pass", "fail")}},
		"home":   map[string]any{"lat": 21.66, "lng": 110.91, "address": "示范村"}, "spot": map[string]any{"lat": 21.66 + float64(w.IntN(30))/1000, "lng": 110.91},
		"people": w.people(), "loan": map[string]any{"base": w.one("LPR1Y", "fixed"), "bp": int64(w.IntN(80))},
	}
	for _, key := range slices.Sorted(maps.Keys(all)) { // the same file every time
		if w.IntN(4) == 0 {
			delete(all, key)
		}
	}
	return all
}

func (w writer) day(from, years int) string {
	return fmt.Sprintf("%04d-%02d-%02d", from+w.IntN(years), 1+w.IntN(12), 1+w.IntN(28))
}

func (w writer) people() []any {
	out := []any{}
	for range 1 + w.IntN(3) {
		p := map[string]any{"age": int64(w.IntN(90)), "sick": w.IntN(2) == 0}
		if w.IntN(5) == 0 {
			delete(p, "sick")
		}
		out = append(out, p)
	}
	return out
}

// TestPhoneVectors keeps the phone's vectors equal to what the server says now.
func TestPhoneVectors(t *testing.T) {
	w := writer{rand.New(rand.NewPCG(20261122, 8))}
	conditions := append([]string{}, said...)
	for seen := map[string]bool{}; len(conditions) < len(said)+400; {
		if c := w.test(2); !seen[c] && len(c) < 200 {
			seen[c] = true
			conditions = append(conditions, c)
		}
	}
	p, f := sheetOf(t, conditions)
	today, err := domain.ParseDate(vectorToday)
	if err != nil {
		t.Fatal(err)
	}
	v := vectors{Today: vectorToday, Answers: []map[string]any{{}}}
	for len(v.Answers) < 40 {
		v.Answers = append(v.Answers, w.answers())
	}
	counts := map[byte]int{}
	for i, g := range f.Require {
		c := vectorCase{If: conditions[i]}
		for _, a := range v.Answers {
			letter := outcome(t, g.If, NewVars(f, a, today))
			counts[letter]++
			c.Want += string(letter)
		}
		v.Cases = append(v.Cases, c)
	}
	for _, letter := range []byte("TFU") {
		if counts[letter] < 1000 {
			t.Errorf("only %d cases are %c", counts[letter], letter)
		}
	}
	for _, field := range f.Fields.All() {
		v.Fields = append(v.Fields, p.ViewOf(field, "zh-CN"))
	}
	got := encodeVectors(t, v)
	if *update {
		if err := os.WriteFile(vectorFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Error("the phone's vectors differ: go test ./kernel/form -run Vectors -update, then the tests of web/shared")
	}
}

func sheetOf(t *testing.T, conditions []string) (*program.Program, *program.Form) {
	t.Helper()
	var b strings.Builder
	b.WriteString(vectorProgram)
	for _, c := range conditions {
		quoted, _ := json.Marshal(c)
		fmt.Fprintf(&b, "      - {if: %s, say: 不行}\n", quoted)
	}
	set, issues := program.Load(map[string]fs.FS{"vectors": fstest.MapFS{"program.yaml": {Data: []byte(b.String())}, "README.md": {Data: []byte("# 条件")}}})
	if program.Fatal(issues) {
		for _, i := range issues[:min(len(issues), 10)] {
			t.Error(i.Msg, i.Line)
		}
		t.FailNow()
	}
	p := set.Program("vectors")
	return p, p.Forms.Get("sheet")
}

func outcome(t *testing.T, x *rule.Expr, vars rule.Vars) byte {
	t.Helper()
	ok, err := x.Bool(vars)
	var unset *rule.Unset
	switch {
	case err == nil && ok:
		return 'T'
	case err == nil:
		return 'F'
	case !errors.As(err, &unset) && !strings.Contains(err.Error(), "zero") && !strings.Contains(err.Error(), "overflow"):
		t.Fatalf("%s: %v", x.Src(), err)
	}
	return 'U'
}

// encodeVectors writes a line a case, so that a change is read easily.
func encodeVectors(t *testing.T, v vectors) []byte {
	t.Helper()
	var b strings.Builder
	line := func(x any) string {
		raw, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(raw))
	}
	fmt.Fprintf(&b, "{\n\"today\": %s,\n\"fields\": [\n", line(v.Today))
	list := func(n int, at func(int) any) {
		for i := range n {
			b.WriteString(line(at(i)))
			if i < n-1 {
				b.WriteByte(',')
			}
			b.WriteByte('\n')
		}
	}
	list(len(v.Fields), func(i int) any { return v.Fields[i] })
	b.WriteString("],\n\"answers\": [\n")
	list(len(v.Answers), func(i int) any { return v.Answers[i] })
	b.WriteString("],\n\"cases\": [\n")
	list(len(v.Cases), func(i int) any { return v.Cases[i] })
	b.WriteString("]\n}\n")
	return []byte(b.String())
}
