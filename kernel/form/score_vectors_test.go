package form

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"linqiao/kernel/program"
	"linqiao/programs"
)

// scoreFile holds ten thousand filled scales and their scores. Go's score and an
// independent second one agree on each here; the phone's is held to the same file
// (web/shared/form/score.test.ts).
const scoreFile = "../../web/shared/form/scores.json"

const scoresEach = 2500

// scaleWords uses every word of `score`: weights, a reversed item, a bound, numbers, yes
// and no, options by place and by digits.
const scaleWords = `
program: scales
version: 1
title: 计分
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
  words:
    label: 各样计分
    of: call
    by: desk
    fields:
      a: {label: 数, type: int, range: [1, 5]}
      b: {label: 反向数, type: int, range: [1, 5]}
      c: {label: 是否, type: bool}
      d: {label: 反向是否, type: bool}
      e: {label: 按次序, list: {never: 从不, some: 有时, often: 常常}}
      f: {label: 反向数字键, list: {f0: 零, f2: 二, f5: 五}}
    score: {weights: {a: 2, b: 1, c: 3, d: 1, e: 2, f: 1}, reverse: [b, d, f], max: 20, bands: [{from: 5, key: low, label: 低}, {from: 12, key: mid, label: 中}, {from: 18, key: high, label: 高}]}
`

type scoreVectors struct {
	Forms []scoreForm `json:"forms"`
}

type scoreForm struct {
	Form program.FormView `json:"form"`
	// Cases are "answers total band": an answer a letter, its place among the choices of
	// the item (a first), "-" for none; without a score "x".
	Cases []string `json:"cases"`
}

// choices of an item, in order; nil for one not answered.
func choices(f *program.Field) []any {
	switch {
	case f.Type == program.TypeBool:
		return []any{false, true}
	case f.List != nil:
		var out []any
		for _, k := range f.List.Options.Keys() {
			out = append(out, k)
		}
		return out
	}
	return []any{int64(1), int64(2), int64(3), int64(4), int64(5)}
}

// second is the other implementation: it knows the scales by their published rules, not
// by the words of the form.
func second(key string, at []int) (total int, band string) {
	pick := func(ends []int, names ...string) string {
		name := ""
		for i, from := range ends {
			if total >= from {
				name = names[i]
			}
		}
		return name
	}
	if key == "words" {
		yes := []int{0, 3}
		total = 2*(at[0]+1) + (5 - at[1]) + yes[at[2]] + (1 - at[3]) + 2*at[4] + []int{5, 3, 0}[at[5]]
		if total > 20 {
			total = 20
		}
		return total, pick([]int{5, 12, 18}, "low", "mid", "high")
	}
	for _, n := range at {
		total += n
	}
	switch key {
	case "phq9":
		return total, pick([]int{0, 5, 10, 15, 20}, "none", "mild", "moderate", "modsev", "severe")
	case "gad7":
		return total, pick([]int{0, 5, 10, 15}, "none", "mild", "moderate", "severe")
	}
	return total, pick([]int{0, 3, 6, 9}, "none", "mild", "moderate", "severe")
}

func TestTenThousandScores(t *testing.T) {
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	dirs["scales"] = fstest.MapFS{"program.yaml": {Data: []byte(scaleWords)}, "README.md": {Data: []byte("# 计分")}}
	set, issues := program.Load(map[string]fs.FS(dirs))
	if program.Fatal(issues) {
		t.Fatal(issues)
	}
	mind := set.Program("mental-health")
	w := rand.New(rand.NewPCG(20261122, 37))
	var file scoreVectors
	n := 0
	for _, x := range []struct {
		p     *program.Program
		key   string
		given [][]int
	}{
		{mind, "phq9", [][]int{{0, 0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 0, 0, 0, 0}, {3, 3, 3, 3, 3, 3, 3, 3, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 1}, {3, 3, 3, 3, 3, 0, 0, 0, 0}}},
		{mind, "gad7", [][]int{{0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 0, 0}, {3, 3, 3, 3, 3, 3, 3}}},
		{mind, "phq4", nil},
		{set.Program("scales"), "words", nil},
	} {
		f := x.p.Forms.Get(x.key)
		out := scoreForm{Form: program.FormView{Key: x.key, Fields: x.p.ViewsOf(f.Fields, "zh-CN"), Score: program.ScoreViewOf(f)}}
		for i := range scoresEach {
			answers, at, row := map[string]any{}, []int{}, ""
			missing := false
			for j, k := range Items(f) {
				all := choices(f.Fields.Get(k))
				c := w.IntN(len(all))
				if i < len(x.given) {
					c = x.given[i][j]
				} else if w.IntN(60) == 0 {
					missing, row = true, row+"-"
					continue
				}
				answers[k], row = all[c], row+string(rune('a'+c))
				at = append(at, c)
			}
			total, band, ok := Score(f, answers)
			if ok == missing {
				t.Fatalf("%s %s: scored %v", x.key, row, ok)
			}
			if !ok {
				out.Cases = append(out.Cases, row+" x")
			} else {
				if want, name := second(x.key, at); want != total || name != band {
					t.Errorf("%s %s: %d %s, the second says %d %s", x.key, row, total, band, want, name)
				}
				out.Cases = append(out.Cases, fmt.Sprintf("%s %d %s", row, total, band))
			}
			n++
		}
		file.Forms = append(file.Forms, out)
	}
	if n != 10_000 {
		t.Errorf("%d vectors", n)
	}
	got, err := json.MarshalIndent(file, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(scoreFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(scoreFile)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(want)) != strings.TrimSpace(string(got)) {
		t.Error("the scores differ: go test ./kernel/form -run TenThousand -update, then the tests of web/shared")
	}
}

// TestScaleMissing: a scale with a missing answer is refused, naming the question; an
// urgent answer is taken all the same, without a score.
func TestScaleMissing(t *testing.T) {
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, _ := program.Load(dirs)
	f := set.Program("mental-health").Forms.Get("phq9")
	in := map[string]any{}
	for _, k := range Items(f) {
		in[k] = "f0"
	}
	delete(in, "q04")
	if _, errs := Take("answers.", f, in, 0, nil); len(errs) != 1 || errs[0].Path != "answers.q04" || errs[0].Code != "scale_item" {
		t.Errorf("one missing: %v", errs)
	}
	in["q09"] = "f1"
	vals, errs := Take("answers.", f, in, 0, nil)
	if len(errs) != 0 || vals["q09"] != "f1" {
		t.Errorf("urgent and incomplete: %v %v", vals, errs)
	}
	if _, _, ok := Score(f, vals); ok {
		t.Error("an incomplete scale has a score")
	}
}
