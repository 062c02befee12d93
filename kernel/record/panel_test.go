package record

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linqiao/domain"
	"linqiao/kernel/program"
)

const panelProgram = `
program: rating
version: 1
title: 评议
class: internal
params:
  raters: {label: 人数, type: int, value: 3, range: [3, 9]}
roles:
  desk:  {label: 办事员, is: area, held_by: {org: desk}, read: internal}
  rater: {label: 评议员, is: area, held_by: {org: committee}, read: internal}
  home:  {label: 本人, is: self, held_by: {party: person}, read: internal}
records:
  house:
    label: 评定
    is: case
    for: person
    keep: 1y
    fields:
      score: {label: 得分, type: int, calc: panel.review.score}
      skill: {label: 技能分, type: int, calc: "panel.review.of('skill')"}
    stages: {listed: {label: 在册, phase: open}, rating: {label: 评议, phase: open}, scored: {label: 已评, phase: done}}
    moves:
      list: {label: 列入, to: listed, by: desk}
      rate: {label: 评议, from: [listed, rating], to: rating, by: desk, do: [{start: panel.review}]}
      done: {label: 已评, from: rating, to: scored, when: panel.review.closed}
  jury:
    label: 评审
    is: case
    for: person
    keep: 1y
    fields:
      mid: {label: 中位, type: int, calc: panel.jury.score}
    stages: {open: {label: 评, phase: open}, done: {label: 完, phase: done}}
    moves:
      open:  {label: 开, to: open, by: desk, do: [{start: panel.jury}]}
      close: {label: 完, from: open, to: done, by: desk, guard: [{if: "panel.jury.score == 8000", say: "得分{panel.jury.score}"}]}
forms:
  card: {label: 评分卡, of: house, by: rater, fields: {skill: {label: 技能, type: int, range: [0, 50]}, trust: {label: 信用, type: int, range: [0, 50]}}, score: {sum: [skill, trust], max: 100}}
  note: {label: 评分, of: jury, by: rater, fields: {skill: {label: 分, type: int, range: [0, 100]}}, score: {sum: [skill], max: 100}}
panels:
  review: {label: 背靠背评议, of: house, members: [rater], count: param.raters, exclude: [{if: "related(member, subject)", say: 亲属回避}], form: card, blind: true, quorum: 2, limit: 5wd, ladder: {due: desk}}
  jury:   {label: 专家, of: jury, members: [rater], form: note, quorum: 1, combine: median, drop: {high: 1, low: 1, from: 5}}
`

// raters are committee members with persons of their own behind them.
func (w *county) raters(names ...string) map[string]*Actor {
	out := map[string]*Actor{}
	for _, n := range names {
		a := w.staff(n, "village", "committee", pathA)
		a.Parties = []domain.PartyID{w.person("p-" + n)}
		out[n] = a
	}
	return out
}

func (w *county) sheet(id domain.RecordID, form, by string, skill, trust int) {
	w.now = w.now.Add(time.Minute)
	w.responses = append(w.responses, &domain.Response{Record: id, Form: form, ByAccount: domain.AccountID(by), RecordedAt: w.now,
		Data: map[string]any{"skill": int64(skill), "trust": int64(trust)}, Score: skill + trust, Scored: true})
}

func (w *county) refusal(who *Actor, id domain.RecordID, form string) error {
	w.who = who
	u := Begin(w)
	r, err := u.Load(id)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.FillRefused(r, r.P.Forms.Get(form))
}

// A blind panel: nothing is known of the sheets before all seats are filled; then the
// round closes by itself, the mean stands, and nobody hands in another sheet.
func TestBlindPanel(t *testing.T) {
	w := newCounty(t, panelProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	a := w.raters("zhao", "qian", "sun", "li")
	subject := w.person("feng")
	w.kin = map[domain.PartyID]domain.PartyID{"p-li": subject}
	id := w.make(desk, "house.list", Act{Subject: subject})
	wantErr(t, w.refusal(a["zhao"], id, "card"), "panel_not_open", "")
	w.must(desk, id, "rate", Act{})

	wantErr(t, w.refusal(a["li"], id, "card"), "panel_excluded", "亲属回避")
	stranger := w.staff("zhou", "village", "committee", pathA) // no person on file: cannot be told from a relative
	wantErr(t, w.refusal(stranger, id, "card"), "panel_excluded", "缺评议人的个人档案")
	wantErr(t, w.refusal(desk, id, "card"), "form_forbidden", "")

	w.sheet(id, "card", "zhao", 40, 45)
	w.sheet(id, "card", "qian", 30, 40)
	if err := w.refusal(a["zhao"], id, "card"); err != nil {
		t.Errorf("one's own sheet may be corrected while the round is open: %v", err)
	}
	w.who = desk
	u := Begin(w)
	r, _ := u.Load(id)
	if blind, hidden, err := u.BlindForm(r, r.P.Forms.Get("card")); !blind || !hidden || err != nil {
		t.Errorf("two of three sheets are shown: %v %v %v", blind, hidden, err)
	}
	for _, name := range []string{"mean", "sum", "score"} {
		if v, err := (panelView{r, r.P.Panels.Get("review")}).Get(name); !isUnset(err) {
			t.Errorf("%s of an open blind round: %v %v", name, v, err)
		}
	}
	if v, err := (panelView{r, r.P.Panels.Get("review")}).Call("of", []any{"skill"}); !isUnset(err) {
		t.Errorf("a criterion of an open blind round: %v %v", v, err)
	}
	w.sheet(id, "card", "sun", 41, 44)
	w.who = a["sun"]
	u = Begin(w)
	r, _ = u.Load(id)
	if err := u.Note(r, "form", nil); err != nil {
		t.Fatal(err)
	}
	if err := u.Finish(); err != nil {
		t.Fatal(err)
	}
	if w.stage(id) != "scored" || w.field(id, "score") != int64(8000) || w.field(id, "skill") != int64(3700) {
		t.Errorf("%s %v %v", w.stage(id), w.field(id, "score"), w.field(id, "skill"))
	}
	wantErr(t, w.refusal(a["zhao"], id, "card"), "panel_closed", "")
}

// When the time is over a panel closes with its quorum, and not before.
func TestPanelCloseByTime(t *testing.T) {
	w := newCounty(t, panelProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	w.raters("zhao", "qian")
	id := w.make(desk, "house.list", Act{Subject: w.person("feng")})
	w.must(desk, id, "rate", Act{})
	closed := func() bool {
		w.who = desk
		u := Begin(w)
		r, _ := u.Load(id)
		s, err := u.Panel(r, r.P.Panels.Get("review"))
		if err != nil || s == nil {
			t.Fatal(err)
		}
		return s.Closed
	}
	w.sheet(id, "card", "zhao", 40, 40)
	w.now = w.now.AddDate(0, 0, 14)
	if closed() {
		t.Error("one sheet is no quorum of two")
	}
	w.sheet(id, "card", "qian", 50, 50)
	if !closed() {
		t.Error("the quorum closes a round whose time is over")
	}
	w.must(desk, id, "rate", Act{})
	if closed() {
		t.Error("a new round begins without sheets")
	}
}

// The extremes go once there are enough sheets; what is left is combined by the
// panel's rule.
func TestPanelCombine(t *testing.T) {
	w := newCounty(t, panelProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	w.raters("a", "b", "c", "d", "e")
	id := w.make(desk, "jury.open", Act{Subject: w.person("feng")})
	for by, n := range map[string]int{"a": 100, "b": 0, "c": 70, "d": 81} {
		w.sheet(id, "note", by, n, 0)
	}
	wantErr(t, w.move(desk, id, "close", Act{}), "guard", "得分75.5") // four: none is dropped
	w.sheet(id, "note", "e", 80, 0)
	w.must(desk, id, "close", Act{}) // 70 80 81
	if n := w.field(id, "mid"); n != int64(8000) {
		t.Errorf("result %v", n)
	}
}

// TestPanelSecondCount counts panels a second time, by another way: the extremes are
// struck out one by one, and the result is made with exact fractions.
func TestPanelSecondCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &program.Panel{Combine: rapid.SampledFrom([]string{"mean", "sum", "median"}).Draw(t, "combine")}
		if rapid.Bool().Draw(t, "drops") {
			p.Drop = &program.Drop{High: rapid.IntRange(0, 2).Draw(t, "high"), Low: rapid.IntRange(0, 2).Draw(t, "low"), From: rapid.IntRange(1, 8).Draw(t, "from")}
		}
		marks := rapid.SliceOfN(rapid.IntRange(0, 100), 0, 12).Draw(t, "marks")
		var sheets []*domain.Response
		for _, m := range marks {
			sheets = append(sheets, &domain.Response{Score: m})
		}
		s := &PanelState{Panel: p, Sheets: sheets, Counted: dropExtremes(sheets, p.Drop)}
		got, ok := s.Score()

		left := slices.Clone(marks)
		strike := func(worse func(a, b int) bool) {
			at := 0
			for i := range left {
				if worse(left[i], left[at]) {
					at = i
				}
			}
			left = slices.Delete(left, at, at+1)
		}
		if d := p.Drop; d != nil && len(marks) >= d.From && len(marks) > d.High+d.Low {
			for range d.High {
				strike(func(a, b int) bool { return a > b })
			}
			for range d.Low {
				strike(func(a, b int) bool { return a < b })
			}
		}
		if ok != (len(left) > 0) {
			t.Fatalf("%v of %v: a result is %v", p, marks, ok)
		}
		if !ok {
			return
		}
		want := new(big.Rat)
		switch {
		case p.Combine == "median": // what as many lie above as below
			for len(left) > 2 {
				strike(func(a, b int) bool { return a > b })
				strike(func(a, b int) bool { return a < b })
			}
			fallthrough
		case p.Combine == "mean":
			for _, m := range left {
				want.Add(want, big.NewRat(int64(m), int64(len(left))))
			}
		default:
			for _, m := range left {
				want.Add(want, big.NewRat(int64(m), 1))
			}
		}
		// Nearest hundredth, half up.
		off := new(big.Rat).Sub(big.NewRat(got, 100), want)
		if half := big.NewRat(1, 200); off.Cmp(half) > 0 || off.Cmp(new(big.Rat).Neg(half)) <= 0 {
			t.Fatalf("%s of %v without extremes: %d hundredths, not %s", p.Combine, left, got, want.FloatString(4))
		}
	})
}
