package program

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"linqiao/domain"
)

func goodFS(t testing.TB, edit func(src string) string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range []string{"program.yaml", "en.yaml", "tables/grade.csv"} {
		b, err := os.ReadFile("testdata/good/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "program.yaml" && edit != nil {
			b = []byte(edit(string(b)))
		}
		out[name] = &fstest.MapFile{Data: b}
	}
	return out
}

func loadGood(t testing.TB, edit func(string) string) (*Program, []Issue) {
	t.Helper()
	set, issues := Load(map[string]fs.FS{"good": goodFS(t, edit)})
	return set.Program("good"), issues
}

func TestLoadGood(t *testing.T) {
	p, issues := loadGood(t, nil)
	for _, i := range issues {
		t.Error(i.Error())
	}
	t.Run("values", func(t *testing.T) {
		if v := p.Params.Get("subsidy").Value; v != int64(1_000_000) {
			t.Errorf("1万 = %v fen, want 1000000", v)
		}
		if d := p.Params.Get("subsidy").Dated; len(d) != 2 || d[0].Value != int64(500_000) {
			t.Errorf("dated = %v", d)
		}
		rate := p.Records.Get("help").Fields.Get("rate").Default.(map[string]any)
		if rate["base"] != "LPR1Y" || rate["bp"] != int64(35) {
			t.Errorf("rate = %v", rate)
		}
		if rows := p.Tables.Get("grade").Rows; len(rows) != 2 || rows[1]["min"] != int64(60) {
			t.Errorf("table rows = %v", rows)
		}
	})
	t.Run("moves", func(t *testing.T) {
		ask := p.Records.Get("ask")
		raise := ask.Moves.Get("raise")
		if !raise.Intake() || raise.LabelEN != "Ask for help" || raise.Guard[0].If.Src() != "consent.home" {
			t.Errorf("raise = %+v", raise)
		}
		fin := ask.Moves.Get("finish")
		if fin.Proof.Within != 500 || fin.Sign[0].By[0] != "client" || fin.Sign[0].Silent.String() != "48h" {
			t.Errorf("finish = %+v", fin)
		}
		if fin.Do[1].Verb != "enter" || fin.Do[1].At[0].Expr.Src() != "each" {
			t.Errorf("enter = %+v", fin.Do[1])
		}
		if !ask.Stages.Get("done").Final || ask.Stages.Get("doing").Final {
			t.Error("done should be final, doing not")
		}
		if got := ask.Children; !slices.Equal(got, []string{"job"}) {
			t.Errorf("children = %v", got)
		}
		if len(ask.Whens) != 1 || ask.Whens[0].Key != "begin" {
			t.Errorf("whens = %v", ask.Whens)
		}
	})
	t.Run("calcs in order", func(t *testing.T) {
		var keys []string
		for _, f := range p.Records.Get("ask").Calcs {
			keys = append(keys, f.Key)
		}
		if !slices.Equal(keys, []string{"score", "level"}) {
			t.Errorf("calcs = %v", keys)
		}
	})
	t.Run("clock", func(t *testing.T) {
		c := p.Records.Get("ask").Clocks.Get("serve")
		if c.Limit.Per.Is["repair"].Unit != "wd" || c.Limit.Per.Expr.Src() != "kind" {
			t.Errorf("limit = %+v", c.Limit.Per)
		}
		if c.Ladder[0].Percent != 75 || !slices.Equal(c.Ladder[1].To, []string{"desk", "team"}) || c.Ladder[1].Base != "due" {
			t.Errorf("ladder = %+v", c.Ladder)
		}
	})
	t.Run("like", func(t *testing.T) {
		m := p.Matches.Get("again")
		if m.Makes != "job" || len(m.Steps) != 1 || len(m.Eligible) != 1 || m.Need != "ask" {
			t.Errorf("again = %+v", m)
		}
	})
	t.Run("text holes", func(t *testing.T) {
		say := p.Matches.Get("find").Eligible[0].Say
		if len(say.Parts) != 2 || say.Parts[0].Lit != "不做" || say.Parts[1].Expr.Src() != "need.kind" {
			t.Errorf("say = %+v", say.Parts)
		}
	})
	t.Run("stat", func(t *testing.T) {
		st := p.Stats.Get("closed")
		if st.Record != "ask" || st.By[0].Label != "地区" || st.By[1].Label != "项目" || st.By[1].Field == nil {
			t.Errorf("stat = %+v", st)
		}
	})
	t.Run("offline stages of an offer", func(t *testing.T) {
		if !p.Records.Get("help").Stages.Has("live") {
			t.Error("an offer without stages has the standard ones")
		}
	})
}

// The ten faults are planted into a copy of the good program. Each line of the
// copy is known, so the report must name it.
func TestTenFaults(t *testing.T) {
	type fault struct{ old, new, code string }
	faults := []fault{
		{"law: [志愿服务条例]", "laws: [志愿服务条例]", "unknown-key"},
		{"value: 3d, range: [1d, 5d]", "value: 9d, range: [1d, 5d]", "out-of-range"},
		{"kind: {label: 项目, list: kind}", "kind: {label: 项目, list: kinds}", "unknown-list"},
		{"class: personal}\n      spent", "class: secret}\n      spent", "unknown-class"},
		{"spent * 2 : 0", "spents * 2 : 0", "cel"},
		{"from: new, to: doing, when", "from: newly, to: doing, when", "unresolved"},
		{"limit: {per: kind, clean: 5d, repair: 2wd}", "limit: {per: kind, clean: 5d}", "uncovered-option"},
		{"duty: \"'承接'\", ", "", "missing-key"},
		{"reason: refuse}\n      finish:  {label: 完成, from: taken", "reason: refuse, by: team}\n      finish:  {label: 完成, from: taken", "duplicate-key"},
		{"over: roster.elders, every: month", "over: roster.elders, every: monthly", "bad-recurrence"},
	}
	b, err := os.ReadFile("testdata/good/program.yaml")
	if err != nil {
		t.Fatal(err)
	}
	src := string(b)
	for _, f := range faults {
		if strings.Count(src, f.old) != 1 {
			t.Fatalf("%q stands %d times in the good program", f.old, strings.Count(src, f.old))
		}
		src = strings.Replace(src, f.old, f.new, 1)
	}
	_, issues := loadGood(t, func(string) string { return src })
	for _, f := range faults {
		line := lineOf(src, f.new, f.code)
		if !slices.ContainsFunc(issues, func(i Issue) bool { return i.Rule == f.code && i.Line == line && i.File == "good/program.yaml" }) {
			t.Errorf("no %s reported at line %d", f.code, line)
		}
	}
	if !slices.IsSortedFunc(issues, func(a, b Issue) int { return a.Line - b.Line }) {
		t.Error("issues are not in the order of the file")
	}
	for _, i := range issues {
		if i.Line == 0 || i.Msg == "" {
			t.Errorf("issue without place or message: %+v", i)
		}
	}
	if t.Failed() {
		for _, i := range issues {
			t.Log(i.Error())
		}
	}
}

func lineOf(src, fragment, code string) int {
	if fragment == "" { // the removed word: its block is on the line of `terms`
		fragment = "terms: {task"
	}
	return strings.Count(src[:strings.Index(src, fragment)], "\n") + 1
}

// Each rule is shown by the smallest edit of the good program that breaks it.
func TestRules(t *testing.T) {
	cases := []struct{ name, old, new, code string }{
		{"anchor", "kind:   {label: 类别", "kind:   &k {label: 类别", "anchor"},
		{"yaml boolean key", "options: {far: 太远", "options: {no: 太远", "forbidden-key"},
		{"bare boolean", "refresh: true", "refresh: yes", "bare-bool"},
		{"bare time", "title: 邻里互助", "title: 16:30", "bare-time"},
		{"bare yes", "title: 邻里互助", "title: yes", "bare-bool"},
		{"reserved field", "spent: {label: 分钟", "today: {label: 分钟", "reserved-name"},
		{"reserved record", "  help:\n    label: 服务项目", "  person:\n    label: 服务项目", "reserved-name"},
		{"calc cycle", `"has(it.spent) ? spent * 2 : 0"`, `"level == '一般' ? 1 : 0"`, "calc-cycle"},
		{"stuck stage", "finish:  {label: 完成, from: taken, to: done}", "finish:  {label: 完成, from: proposed, to: done}", "stuck-stage"},
		{"unreachable stage", "closed: {label: 取消, phase: void}", "closed: {label: 取消, phase: void}\n      lost: {label: 丢失, phase: void}", "unreachable-stage"},
		{"nobody", "finish:  {label: 完成, from: taken, to: done}", "finish:  {label: 完成, from: taken, to: done}\n      undo: {label: 撤, from: proposed, to: declined}", "nobody-can"},
		{"leaves final", "when: match.find.accepted}", "when: match.find.accepted}\n      reopen: {label: 重开, from: done, to: doing, by: desk}", "leaves-final"},
		{"when cycle", "when: match.find.accepted}", "when: match.find.accepted}\n      back: {label: 退回, from: doing, to: new, when: match.find.unmet}", "when-cycle"},
		{"clock without limit", "limit: param.answer, ", "", "limit-or-due"},
		{"wrong phase", "proposed: {label: 待应, phase: proposed}", "proposed: {label: 待应, phase: open}", "wrong-phase"},
		{"wrong type", "by: \"-minutes(offer.place, need.place)\"", "by: need.kind", "cel-type"},
		{"unknown option", "offer.kind == need.kind", "offer.kind == 'cleaning'", "unknown-option"},
		{"unknown stage in condition", "member.stage == 'done'", "member.stage == 'finished'", "unknown-option"},
		{"offline claim", "take:    {label: 接单,", "take:    {label: 接单, offline: true,", "claim-offline"},
		{"no clock on order", "from: entered.proposed, until: left.proposed", "from: entered.taken, until: left.taken", "no-answer-clock"},
		{"published above public", "show: [kind, provider]", "show: [kind, provider, owner]", "class-too-high"},
		{"personal in a short message", "编号 {ref_no} 已完成。", "{subject.name} 已完成。", "class-too-high"},
		{"shown without consent", "lasts: 1y, shares: [job]}", "lasts: 1y}", ""},
		{"open dimension", ", at: {account: each}", "", "open-dimension"},
		{"floor or outside", "unit: minutes, by: [account], floor: 0", "unit: minutes, by: [account]", "floor-or-outside"},
		{"ratio dimensions", "flow: job.take, by: [area, month]", "flow: job.take, by: [area]", "ratio-dimension"},
		{"unknown sibling", "like: find", "like: fynd", "unknown-sibling"},
		{"misspelt presence test", `why: "stars < 3"`, `why: "has(it.star) && stars < 3"`, "cel"},
		{"server name on phone", `why: "stars < 3"`, `why: "subject.age < 3"`, "cel"},
		{"two timings", "every: month, window", "every: month, by: desk, window", "two-timings"},
		{"computed field", "need: [spent], ask: [safe]", "need: [spent], ask: [safe], sets: {score: \"1\"}", "computed-field"},
		{"action of signed move", "{move: job.finish,", "{move: ask.finish,", "action-needs-sign"},
		{"reads now in a move", "when: match.find.accepted", "when: \"now > created\"", "cel"},
		{"no holder", "held_by: {org: station, level: village}, ", "", "no-holder"},
		{"an area of residents", "held_by: {org: station, level: village}, ", "held_by: {party: person}, ", "no-holder"},
		{"sealed child", "    of: ask\n    offers: help", "    of: ask\n    class: sealed\n    offers: help", "higher-child"},
		{"no such file", "file: tables/grade.csv", "file: tables/none.csv", "missing-file"},
		{"unquoted call", "from: doing, to: done, by: team", "when: all.job.size() > 0, from: doing, to: done, by: team", "unquoted-cel"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b, _ := os.ReadFile("testdata/good/program.yaml")
			if n := strings.Count(string(b), c.old); n == 0 {
				t.Fatalf("%q is not in the good program", c.old)
			}
			_, issues := loadGood(t, func(s string) string { return strings.Replace(s, c.old, c.new, 1) })
			found := slices.ContainsFunc(issues, func(i Issue) bool { return i.Rule == c.code })
			if c.code != "" && !found {
				t.Errorf("no %s; got %v", c.code, issues)
			}
			if c.code == "" && Fatal(issues) {
				t.Errorf("consent tested on the way should do; got %v", issues)
			}
		})
	}
}

func TestMutualUse(t *testing.T) {
	mk := func(key, other string) fs.FS {
		src := fmt.Sprintf(`program: %[1]s
version: 1
title: 甲
uses: [%[2]s]
lists:
  colour: {label: 颜色, options: {red: 红}}
roles:
  desk: {label: 台, is: area, held_by: {org: station}, read: internal}
records:
  thing_%[1]s:
    label: 事
    is: case
    for: none
    keep: 1y
    fields: {colour: {label: 色, list: %[2]s.colour}, other: {label: 彼, type: ref, to: %[2]s.thing_%[2]s}}
    stages: {a: {label: 始, phase: open}, b: {label: 终, phase: done}}
    moves:
      open: {label: 立, to: a, by: desk, ask: [colour, other]}
      end:  {label: 结, from: a, to: b, by: desk, guard: [{if: "other.stage == 'b'", say: 彼未结}], do: [{open: %[2]s.thing_%[2]s.made, when: "colour == 'red'"}]}
      made: {label: 派生, to: a}
`, key, other)
		return fstest.MapFS{"program.yaml": {Data: []byte(src)}}
	}
	set, issues := Load(map[string]fs.FS{"one": mk("one", "two"), "two": mk("two", "one")})
	for _, i := range issues {
		t.Error(i.Error())
	}
	if rt := set.RecordType("two.thing_two.made", "one"); rt == nil || rt.Program != "two" {
		t.Errorf("two.thing_two from one = %v", rt)
	}
	if l := set.ListOf("two.colour", "one"); l == nil || !l.Options.Has("red") {
		t.Errorf("two.colour from one = %v", l)
	}
	if rt := set.RecordType("two.thing_two", "nobody"); rt != nil {
		t.Error("an unknown program sees nothing")
	}
}

func TestView(t *testing.T) {
	p, _ := loadGood(t, nil)
	b, err := json.Marshal(p.View("zh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"label":"求助"`, `"key":"kind","label":"项目","type":"choice","options":[{"key":"clean","label":"打扫"}`,
		`"reason":[{"key":"far","label":"太远"}`, `"show":{"why":"stars \u003c 3"}`, `"final":true`, `"value":"3d"`,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("view lacks %s", want)
		}
	}
	en := p.View("en")
	if en.Title != "Neighbourly help" || en.Records[0].Label != "Request" || en.Records[0].Moves[0].Label != "Ask for help" {
		t.Errorf("English view: %s, %s", en.Title, en.Records[0].Label)
	}
	if en.Records[0].Fields[0].Options[0].Label != "Cleaning" {
		t.Error("option label is not English")
	}
}

func TestBuiltins(t *testing.T) {
	for noun := range domain.Phases {
		seen := map[string]bool{}
		for _, f := range append(Common(), Builtins(noun)...) {
			if seen[f.Key] || f.Label == "" {
				t.Errorf("%s.%s: declared twice or no label", noun, f.Key)
			}
			seen[f.Key] = true
		}
		for _, st := range standardStages(noun) {
			if !slices.Contains(domain.Phases[noun], st.Phase) {
				t.Errorf("%s has no phase %s", noun, st.Phase)
			}
		}
	}
}
