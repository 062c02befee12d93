package record

import (
	"maps"
	"slices"
	"testing"

	"linqiao/domain"
)

const statProgram = `
program: figures
version: 1
title: 数字
class: internal
lists:
  why: {label: 理由, options: {far: 太远, other: 其他}}
files:
  person:
    marks: {label: 标记, list: {a: 甲, b: 乙, c: 丙}, many: true}
roles:
  desk: {label: 经办, is: area, held_by: {org: desk}, read: internal}
records:
  ask:
    label: 求助
    is: case
    for: person
    keep: 1y
    fields:
      kind:   {label: 项目, list: {clean: 打扫, mend: 小修}}
      amount: {label: 金额, type: money}
      day:    {label: 日子, type: date}
      kinds:  {label: 多项, list: {k1: 一, k2: 二, k3: 三}, many: true}
    stages:
      new:  {label: 新, phase: open}
      paid: {label: 付, phase: done}
      void: {label: 废, phase: void}
    moves:
      raise: {label: 提, to: new, by: desk, channels: [window, hotline], ask: [kind, amount, day, kinds]}
      edit:  {label: 改, from: new, by: desk, ask: [kind, amount]}
      pay:   {label: 付, from: new, to: paid, by: desk}
      void:  {label: 废, from: new, to: void, by: desk, reason: why}
      redo:  {label: 反, from: [paid, void], to: new, by: desk, text: required}
stats:
  raised:  {label: 提出, flow: ask.raise, by: [area, channel, kind, month]}
  big:     {label: 大额, flow: ask.raise, where: "amount > 1000"}
  money:   {label: 金额, flow: ask.raise, sum: amount, by: [area]}
  people:  {label: 人数, flow: ask.raise, distinct: subject.id, by: [area]}
  middle:  {label: 中位, flow: ask.pay, median: amount}
  dated:   {label: 按日, flow: ask.pay, at: day}
  ended:   {label: 了结, flow: [ask.pay, ask.void], by: [reason]}
  marked:  {label: 标记, flow: ask.raise, by: [subject.marks, kinds]}
  share:   {label: 兑现率, ratio: [ask.pay, ask.raise], by: [kind]}
  share2:  {label: 兑现率二, ratio: [ended, raised]}
  waiting: {label: 在办, stock: ask, where: "phase == 'open'", by: [area, kind]}
  held:    {label: 在办金额, stock: ask, where: "phase == 'open'", sum: amount}
`

func statCounty(t *testing.T) (w *county, desk *Actor, raise func(who string, fields map[string]any) domain.RecordID) {
	w = newCounty(t, statProgram)
	desk = w.staff("wang", "hall", "desk", wholeway)
	for _, p := range []string{"p1", "p2"} {
		w.person(p)
	}
	return w, desk, func(who string, fields map[string]any) domain.RecordID {
		return w.make(desk, "ask.raise", Act{Subject: domain.PartyID(who), Channel: "hotline", Fields: fields})
	}
}

func TestFlows(t *testing.T) {
	w, desk, raise := statCounty(t)
	w.parties["p1"].Data["marks"] = []any{"b", "c", "a"}
	a := raise("p1", map[string]any{"kind": "clean", "amount": 500, "day": "2026-02-28", "kinds": []any{"k2", "k1"}})
	b := raise("p1", map[string]any{"kind": "mend", "amount": 1500})
	c := raise("p2", map[string]any{})
	w.must(desk, a, "pay", Act{})
	w.must(desk, b, "pay", Act{})
	w.must(desk, c, "void", Act{Reason: "far"})

	today := domain.DateOf(w.now)
	for stat, want := range map[string][]Count{
		"raised": {
			{Stat: "raised", Day: today, Path: pathA, Dims: `{"channel":"hotline","kind":"clean"}`, Value: 1, N: 1},
			{Stat: "raised", Day: today, Path: pathA, Dims: `{"channel":"hotline","kind":"mend"}`, Value: 1, N: 1},
			{Stat: "raised", Day: today, Path: pathA, Dims: `{"channel":"hotline"}`, Value: 1, N: 1},
		},
		"big":   {{Stat: "big", Day: today, Path: pathA, Value: 1, N: 1}},
		"money": {{Stat: "money", Day: today, Path: pathA, Value: 500, N: 1}, {Stat: "money", Day: today, Path: pathA, Value: 1500, N: 1}},
		"people": {
			{Stat: "people", Day: today, Path: pathA, Value: 1, N: 1, Member: "p1"}, {Stat: "people", Day: today, Path: pathA, Value: 1, N: 1, Member: "p1"},
			{Stat: "people", Day: today, Path: pathA, Value: 1, N: 1, Member: "p2"},
		},
		"middle": {{Stat: "middle", Day: today, Path: pathA, Value: 500, N: 1, Sample: true}, {Stat: "middle", Day: today, Path: pathA, Value: 1500, N: 1, Sample: true}},
		"dated":  {{Stat: "dated", Day: domain.NewDate(2026, 2, 28), Path: pathA, Value: 1, N: 1}, {Stat: "dated", Day: today, Path: pathA, Value: 1, N: 1}},
		"ended": {
			{Stat: "ended", Day: today, Path: pathA, Dims: `{"reason":""}`, Value: 1, N: 1}, {Stat: "ended", Day: today, Path: pathA, Dims: `{"reason":""}`, Value: 1, N: 1},
			{Stat: "ended", Day: today, Path: pathA, Dims: `{"reason":"far"}`, Value: 1, N: 1},
		},
		"marked": {
			{Stat: "marked", Day: today, Path: pathA, Dims: `{"kinds":["k1","k2"],"subject.marks":["a","b","c"]}`, Value: 1, N: 1},
			{Stat: "marked", Day: today, Path: pathA, Dims: `{"kinds":[],"subject.marks":["a","b","c"]}`, Value: 1, N: 1},
			{Stat: "marked", Day: today, Path: pathA, Dims: `{"kinds":[],"subject.marks":[]}`, Value: 1, N: 1},
		},
		// a happening as a part of a ratio has a counter of its own, a stat is read from its own
		PartKey("share", 0): {
			{Stat: "share#0", Day: today, Path: pathA, Dims: `{"kind":"clean"}`, Value: 1, N: 1}, {Stat: "share#0", Day: today, Path: pathA, Dims: `{"kind":"mend"}`, Value: 1, N: 1},
		},
		PartKey("share", 1): {
			{Stat: "share#1", Day: today, Path: pathA, Dims: `{"kind":"clean"}`, Value: 1, N: 1}, {Stat: "share#1", Day: today, Path: pathA, Dims: `{"kind":"mend"}`, Value: 1, N: 1},
			{Stat: "share#1", Day: today, Path: pathA, Value: 1, N: 1},
		},
		PartKey("share2", 0): nil,
	} {
		if got := w.counts(stat); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", stat, got, want)
		}
	}
}

// The day of a count is the day of the happening in Beijing, also when it is
// reported late.
func TestFlowDay(t *testing.T) {
	w, desk, raise := statCounty(t)
	w.now = beijing("2026-03-10 00:30") // the 9th in London
	id := raise("p1", nil)
	if d := w.counts("raised")[0].Day; d != domain.NewDate(2026, 3, 10) {
		t.Errorf("counted on %s", d)
	}
	w.now = beijing("2026-03-12 09:00")
	w.must(desk, id, "pay", Act{At: beijing("2026-03-11 23:59")})
	if d := w.counts("dated")[0].Day; d != domain.NewDate(2026, 3, 11) {
		t.Errorf("reported late, counted on %s", d)
	}
}

// What stands: one up when a row begins to count, one down when it ends, both
// when it changes its dimension or its amount.
func TestStocks(t *testing.T) {
	w, desk, raise := statCounty(t)
	stand := func(stat string) map[string]int64 {
		out := map[string]int64{}
		for _, c := range w.counts(stat) {
			out[c.Dims] += c.N
			if out[c.Dims] == 0 {
				delete(out, c.Dims)
			}
		}
		return out
	}
	clean, mend := `{"kind":"clean"}`, `{"kind":"mend"}`
	a := raise("p1", map[string]any{"kind": "clean", "amount": 500})
	b := raise("p2", map[string]any{"kind": "clean", "amount": 300})
	for _, x := range []struct {
		name  string
		do    func()
		stand map[string]int64
		held  int64
	}{
		{"raised", func() {}, map[string]int64{clean: 2}, 800},
		{"no change", func() { w.must(desk, a, "edit", Act{}) }, map[string]int64{clean: 2}, 800},
		{"another kind", func() { w.must(desk, a, "edit", Act{Fields: map[string]any{"kind": "mend"}}) }, map[string]int64{clean: 1, mend: 1}, 800},
		{"another amount", func() { w.must(desk, a, "edit", Act{Fields: map[string]any{"amount": 900}}) }, map[string]int64{clean: 1, mend: 1}, 1200},
		{"ended", func() { w.must(desk, a, "pay", Act{}) }, map[string]int64{clean: 1}, 300},
		{"once more", func() { w.must(desk, a, "redo", Act{Text: "错付"}) }, map[string]int64{clean: 1, mend: 1}, 1200},
		{"all ended", func() { w.must(desk, a, "pay", Act{}); w.must(desk, b, "void", Act{Reason: "far"}) }, map[string]int64{}, 0},
	} {
		x.do()
		if got := stand("waiting"); !maps.Equal(got, x.stand) {
			t.Errorf("%s: %v, want %v", x.name, got, x.stand)
		}
		if _, v := w.total("held"); v != x.held {
			t.Errorf("%s: held %d, want %d", x.name, v, x.held)
		}
	}
	if s := w.recs[a].Data["_stock"]; s != nil {
		t.Errorf("an ended row still remembers %v", s)
	}
}

// Every count of a transaction travels with an event: adding the events again is
// a rebuild.
func TestCountsTravelWithEvents(t *testing.T) {
	w, desk, raise := statCounty(t)
	id := raise("p1", map[string]any{"kind": "clean", "amount": 500})
	w.must(desk, id, "pay", Act{})
	if len(w.events) != 2 {
		t.Fatalf("%d events", len(w.events))
	}
	for _, ev := range w.events {
		if list, _ := ev.Stats["counts"].([]Count); len(list) == 0 || ev.Record != id {
			t.Errorf("%s carries nothing", ev.Move)
		}
	}
}
