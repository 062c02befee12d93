package program

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func edited(t *testing.T, pairs ...string) *Program {
	t.Helper()
	p, issues := loadGood(t, func(s string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(s, pairs[i]) {
				t.Fatalf("%q is not in the good program", pairs[i])
			}
			s = strings.Replace(s, pairs[i], pairs[i+1], 1)
		}
		return s
	})
	if Fatal(issues) {
		t.Fatal(issues)
	}
	return p
}

func TestDiff(t *testing.T) {
	old := edited(t)
	if d := Diff(old, old); len(d) != 0 {
		t.Errorf("a program differs from itself: %v", d)
	}
	cases := []struct{ name, old, new, path, kind string }{
		{"longer limit", "repair: 2wd}", "repair: 3wd}", "records.ask.clocks.serve.limit.repair", Weakens},
		{"signer added", "sign: [{by: client, silent: 48h}]", "sign: [{by: client, silent: 48h}, desk]", "records.ask.moves.finish.sign", Strengthens},
		{"guard dropped", ", guard: [{if: consent.home, say: 请先同意上门}]", "", "records.ask.moves.raise.guard", Weakens},
		{"higher class", "spent: {label: 分钟, type: int,", "spent: {label: 分钟, type: int, class: personal,", "records.ask.fields.spent.class", Strengthens},
		{"new label", "label: 求助", "label: 互助", "records.ask.label", Neutral},
		{"narrower read", "read: {ask: personal}", "read: {ask: internal}", "roles.client.read.ask", Strengthens},
		{"shorter keep", "then: warn}\n    keep: 3y", "then: warn}\n    keep: 1y", "records.ask.keep", Weakens},
		{"figure means something else", "sum: spent", "sum: spent, where: \"spent > 5\"", "stats.minutes", Weakens},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Diff(old, edited(t, c.old, c.new))
			if !slices.ContainsFunc(got, func(x Change) bool { return x.Path == c.path && x.Kind == c.kind && x.Text != "" }) {
				t.Errorf("no %s at %s; got %v", c.kind, c.path, got)
			}
		})
	}
}

func TestCheckMigrate(t *testing.T) {
	old := edited(t)
	rename := []string{
		"version: 2", "version: 3",
		"doing:  {label: 服务中, phase: open}", "busy:  {label: 服务中, phase: open}",
		"to: doing, when", "to: busy, when",
		"from: doing, to: done, by: team", "from: busy, to: done, by: team",
		"from: [new, doing]", "from: [new, busy]",
		"until: left.doing", "until: left.busy",
	}
	codes := func(p *Program) []string {
		var out []string
		for _, i := range CheckMigrate(old, p) {
			out = append(out, i.Rule)
		}
		return out
	}
	if got := codes(edited(t, rename...)); !slices.Equal(got, []string{"unmapped-stage"}) {
		t.Errorf("renamed stage without a map: %v", got)
	}
	mapped := append(slices.Clone(rename), "ledgers:\n", "migrate: {from: 2, stages: {ask.doing: busy}}\n\nledgers:\n")
	if got := codes(edited(t, mapped...)); len(got) != 0 {
		t.Errorf("mapped stage: %v", got)
	}
	lost := []string{"version: 2", "version: 3", "      safe:  {label: 安全, type: checks, items: {door: {label: 门窗}, gas: {label: 用气, suggest: \"kind == 'clean'\"}}}\n", "", ", ask: [safe]", ""}
	if got := codes(edited(t, lost...)); !slices.Equal(got, []string{"lost-field"}) {
		t.Errorf("lost field: %v", got)
	}
	if got := codes(edited(t, append(lost, "ledgers:\n", "migrate: {from: 2, drop: [ask.safe]}\n\nledgers:\n")...)); len(got) != 0 {
		t.Errorf("dropped field: %v", got)
	}
	if got := codes(edited(t, "version: 2", "version: 3", "clean: 打扫, repair: 小修", "clean: 打扫", ", repair: 2wd", "")); !slices.Contains(got, "removed-option") {
		t.Errorf("removed option: %v", got)
	}
}

func TestOverlay(t *testing.T) {
	load := func(over string) (*Program, []Issue) {
		dirs := map[string]fs.FS{
			"good":   goodFS(t, nil),
			"county": fstest.MapFS{"program.yaml": {Data: []byte("program: county\nversion: 1\ntitle: 本县\nextends: good\nuses: [good]\n" + over)}},
		}
		set, issues := Load(dirs)
		return set.Program("county"), issues
	}
	t.Run("strengthens", func(t *testing.T) {
		p, issues := load("records:\n  ask:\n    moves:\n      close: {sign: [team]}\n    clocks:\n      serve: {limit: {per: kind, clean: 3d, repair: 1wd}}\n")
		if Fatal(issues) {
			t.Fatal(issues)
		}
		ask := p.Records.Get("ask")
		if len(ask.Moves.Get("close").Sign) != 1 || ask.Moves.Get("close").Reason != "refuse" || ask.Clocks.Get("serve").Limit.Per.Is["clean"].N != 3 {
			t.Errorf("close = %+v", ask.Moves.Get("close"))
		}
	})
	t.Run("weakens", func(t *testing.T) {
		_, issues := load("records:\n  ask:\n    keep: 1y\n    moves:\n      close: {by: [client]}\n")
		var lines []int
		for _, i := range issues {
			if i.Rule == "overlay-weakens" && i.File == "county/program.yaml" {
				lines = append(lines, i.Line)
			}
		}
		if !slices.Equal(lines, []int{8, 10}) {
			t.Errorf("lines %v of %v", lines, issues)
		}
	})
}
