package record

import (
	"slices"
	"testing"
	"time"

	"linqiao/domain"
)

const clockProgram = `
program: clocks
version: 1
title: 时限
class: internal
params:
  patience: {label: 耐心, type: span, value: 2d, range: [1d, 9d]}
roles:
  desk: {label: 服务台, is: area, held_by: {org: desk}, read: internal}
  boss: {label: 主管, is: area, held_by: {org: office}, read: internal}
records:
  job:
    label: 事
    is: case
    for: none
    keep: 1y
    fields:
      day:  {label: 日期, type: date}
      kind: {label: 类型, list: {slow: 慢, fast: 快}}
    stages:
      new:   {label: 新, phase: open}
      doing: {label: 办理, phase: open}
      done:  {label: 完成, phase: done}
    moves:
      open:   {label: 提出, to: new, by: desk, ask: [day, kind]}
      begin:  {label: 开办, from: new, to: doing, by: desk}
      again:  {label: 重来, from: doing, to: new, by: desk}
      fill:   {label: 补填, from: [new, doing], by: desk, ask: [day, kind]}
      finish: {label: 办结, from: [new, doing], to: done, by: desk}
    clocks:
      work:  {label: 三个工作日, from: entered.new, until: left.new, limit: 3wd, ladder: {50%: desk, -1wd: boss, due: [desk, boss], +1wd: boss}}
      days:  {label: 五日, from: entered.new, until: left.new, limit: 5d, ladder: {due: [desk, boss]}}
      hours: {label: 四小时, from: entered.new, until: left.new, limit: 4h, ladder: {0m: desk, 75%: desk, -30m: desk, due: [desk, boss], +90m: boss}}
      dated: {label: 从日期起, from: day, until: made.finish, limit: 3d, ladder: {due: [desk, boss]}}
      stated: {label: 到日期止, from: created, until: made.finish, due: day, ladder: {due: [desk, boss]}}
      param: {label: 参数, from: created, until: ended, limit: param.patience, ladder: {due: [desk, boss]}}
      kinds: {label: 按类型, from: created, until: ended, limit: {per: kind, slow: 9d, fast: 1h}, ladder: {due: [desk, boss]}}
      if:    {label: 有条件, from: created, until: ended, when: "kind == 'fast'", limit: 1d, ladder: {due: [desk, boss]}}
stats:
  kept: {label: 按期, flow: clock.job.hours.met}
  due:  {label: 到期, flow: clock.job.hours.due}
  rate: {label: 按期率, ratio: [clock.job.hours.met, clock.job.hours.due]}
`

func clockCounty(t *testing.T) (*county, *Actor) {
	w := newCounty(t, clockProgram)
	return w, w.staff("wang", "hall", "desk", wholeway)
}

func (w *county) clock(id domain.RecordID, key string) *domain.Clock {
	w.t.Helper()
	c := w.clocks[string(id)+"/"+key]
	if c == nil {
		w.t.Fatalf("clock %s was not saved", key)
	}
	return c
}

// Limits: units, a first day that is not counted, a last day that gives way to
// the next working day, dates and parameters.
func TestClockDue(t *testing.T) {
	for _, x := range []struct {
		name, now, key string
		in             map[string]any
		from, due      string
	}{
		{"working days from Monday", "2026-03-09 10:00", "work", nil, "2026-03-09 10:00", "2026-03-13 00:00"},
		{"working days over a weekend", "2026-03-12 23:59", "work", nil, "2026-03-12 23:59", "2026-03-18 00:00"},
		{"working days over a holiday with make-up days", "2026-02-13 09:00", "work", nil, "2026-02-13 09:00", "2026-02-26 00:00"},
		{"days that end on a Saturday", "2026-03-09 10:00", "days", nil, "2026-03-09 10:00", "2026-03-17 00:00"},
		{"days that end on a Tuesday", "2026-03-12 10:00", "days", nil, "2026-03-12 10:00", "2026-03-18 00:00"},
		{"days that end on a make-up Saturday", "2026-02-09 10:00", "days", nil, "2026-02-09 10:00", "2026-02-15 00:00"},
		{"hours go on at night", "2026-03-13 22:00", "hours", nil, "2026-03-13 22:00", "2026-03-14 02:00"},
		{"a date as from is not counted", "2026-03-09 10:00", "dated", map[string]any{"day": "2026-03-10"}, "2026-03-10 00:00", "2026-03-14 00:00"},
		{"a date as due is its 24:00", "2026-03-09 10:00", "stated", map[string]any{"day": "2026-03-14"}, "2026-03-09 10:00", "2026-03-15 00:00"},
		{"a parameter", "2026-03-09 10:00", "param", nil, "2026-03-09 10:00", "2026-03-12 00:00"},
		{"per option", "2026-03-09 10:00", "kinds", map[string]any{"kind": "fast"}, "2026-03-09 10:00", "2026-03-09 11:00"},
		{"per option, in days", "2026-03-09 10:00", "kinds", map[string]any{"kind": "slow"}, "2026-03-09 10:00", "2026-03-19 00:00"},
		{"when holds", "2026-03-09 10:00", "if", map[string]any{"kind": "fast"}, "2026-03-09 10:00", "2026-03-11 00:00"},
	} {
		t.Run(x.name, func(t *testing.T) {
			w, desk := clockCounty(t)
			w.now = beijing(x.now)
			id := w.make(desk, "job.open", Act{Region: villageA, Fields: x.in})
			c := w.clock(id, x.key)
			if c.State != ClockRunning || !c.FromAt.Equal(beijing(x.from)) || !c.DueAt.Equal(beijing(x.due)) {
				t.Errorf("%s from %s due %s", c.State, c.FromAt.In(domain.Beijing), c.DueAt.In(domain.Beijing))
			}
			if c.Inputs["note"] != nil {
				t.Errorf("note %v in a published year", c.Inputs["note"])
			}
		})
	}
}

// A clock has not begun while what it reads is unset or its condition is false.
func TestClockNotBegun(t *testing.T) {
	w, desk := clockCounty(t)
	id := w.make(desk, "job.open", Act{Region: villageA})
	for _, key := range []string{"dated", "kinds", "if"} {
		if c := w.clocks[string(id)+"/"+key]; c != nil {
			t.Errorf("%s is %s", key, c.State)
		}
	}
	if c := w.clock(id, "stated"); !c.DueAt.IsZero() || !c.NextAt.IsZero() {
		t.Errorf("without a date it is due at %s", c.DueAt)
	}
	w.must(desk, id, "fill", Act{Fields: map[string]any{"kind": "fast", "day": "2026-03-20"}})
	for _, key := range []string{"dated", "kinds", "if"} {
		if c := w.clock(id, key); c.State != ClockRunning || c.NextAt.IsZero() {
			t.Errorf("%s is %s, next %s", key, c.State, c.NextAt)
		}
	}
}

// A year whose holidays are not published counts weekends only, and says so.
func TestClockUnpublishedYear(t *testing.T) {
	w, desk := clockCounty(t)
	w.cal = w.cal.Without(2026)
	id := w.make(desk, "job.open", Act{Region: villageA})
	if n := w.clock(id, "work").Inputs["note"]; n != "calendar-unknown" {
		t.Errorf("note %v", n)
	}
	if n := w.clock(id, "hours").Inputs["note"]; n != nil {
		t.Errorf("hours need no holidays: %v", n)
	}
}

// Rungs fire at their instants, once each, in order.
func TestLadder(t *testing.T) {
	w, desk := clockCounty(t)
	id := w.make(desk, "job.open", Act{Region: villageA})
	type firing struct {
		rung string
		at   time.Time
	}
	var got []firing
	collect := func() {
		got = nil
		for _, ev := range w.events {
			if ev.Type == "rung" && ev.Data["clock"] != "days" && ev.Data["clock"] != "param" {
				got = append(got, firing{ev.Data["clock"].(string) + " " + ev.Data["rung"].(string), ev.OccurredAt})
			}
		}
	}
	w.tickTo(beijing("2026-03-20 00:00"))
	collect()
	want := []firing{
		{"hours 0m", beijing("2026-03-09 10:00")}, {"hours 75%", beijing("2026-03-09 13:00")}, {"hours -30m", beijing("2026-03-09 13:30")},
		{"hours due", beijing("2026-03-09 14:00")}, {"hours +90m", beijing("2026-03-09 15:30")},
		{"work 50%", beijing("2026-03-11 00:00")}, {"work -1wd", beijing("2026-03-12 00:00")}, {"work due", beijing("2026-03-13 00:00")},
		{"work +1wd", beijing("2026-03-14 00:00")},
	}
	if !slices.EqualFunc(got, want, func(a, b firing) bool { return a.rung == b.rung && a.at.Equal(b.at) }) {
		t.Errorf("fired %v", got)
	}
	if roles := w.said("work due"); !slices.Equal(roles, []string{"desk", "boss"}) {
		t.Errorf("told %v", roles)
	}
	before := len(w.events)
	w.tickTo(beijing("2026-04-20 00:00"))
	if len(w.events) != before {
		t.Error("a rung fired twice")
	}
	if n := w.clock(id, "work"); len(n.Fired) != 4 || !n.NextAt.IsZero() {
		t.Errorf("fired %v, next %s", n.Fired, n.NextAt)
	}
}

// Coming back to the stage starts the clock again: its rungs fire again.
func TestRestartClearsRungs(t *testing.T) {
	w, desk := clockCounty(t)
	id := w.make(desk, "job.open", Act{Region: villageA})
	w.tickTo(beijing("2026-03-09 13:10"))
	if f := w.clock(id, "hours").Fired; !slices.Equal(f, []string{"0m", "75%"}) {
		t.Fatalf("fired %v", f)
	}
	w.must(desk, id, "begin", Act{})
	if c := w.clock(id, "hours"); c.State != ClockMet || !c.MetAt.Equal(w.now) || !c.NextAt.IsZero() {
		t.Fatalf("left in time: %s at %s", c.State, c.MetAt)
	}
	w.now = beijing("2026-03-10 08:00")
	w.must(desk, id, "again", Act{})
	c := w.clock(id, "hours")
	if c.State != ClockRunning || len(c.Fired) != 0 || c.NextRung != "0m" || !c.MetAt.IsZero() || !c.DueAt.Equal(beijing("2026-03-10 12:00")) {
		t.Errorf("again: %+v", c)
	}
	w.must(desk, id, "fill", Act{Fields: map[string]any{"kind": "slow"}})
	w.tickTo(beijing("2026-03-10 09:00"))
	if f := w.clock(id, "hours").Fired; !slices.Equal(f, []string{"0m"}) {
		t.Errorf("after the restart %v", f)
	}
}

// A clock counts once per start: as due, and as met when it was met in time.
func TestClockCounts(t *testing.T) {
	for _, x := range []struct {
		name     string
		finish   string
		tick     bool // the background was awake
		met, due int64
	}{
		{"in time", "2026-03-09 13:59", true, 1, 1},
		{"at the last moment", "2026-03-09 14:00", false, 1, 1},
		{"late, rung fired", "2026-03-10 09:00", true, 0, 1},
		{"late, rung never fired", "2026-03-10 09:00", false, 0, 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			w, desk := clockCounty(t)
			id := w.make(desk, "job.open", Act{Region: villageA})
			if x.tick {
				w.tickTo(beijing(x.finish))
			}
			w.now = beijing(x.finish)
			w.must(desk, id, "begin", Act{})
			w.must(desk, id, "finish", Act{})
			w.tickTo(w.now.Add(100 * time.Hour))
			for stat, want := range map[string]int64{"kept": x.met, "due": x.due, PartKey("rate", 0): x.met, PartKey("rate", 1): x.due} {
				if n, _ := w.total(stat); n != want {
					t.Errorf("%s %d, want %d", stat, n, want)
				}
			}
		})
	}
}

// An arrival reported late counts from when it happened, not from when it came in.
func TestOfflineMeetsClock(t *testing.T) {
	w, desk := clockCounty(t)
	id := w.make(desk, "job.open", Act{Region: villageA})
	w.now = beijing("2026-03-09 18:00")
	w.must(desk, id, "begin", Act{At: beijing("2026-03-09 12:00")})
	if c := w.clock(id, "hours"); c.State != ClockMet || !c.MetAt.Equal(beijing("2026-03-09 12:00")) {
		t.Errorf("%s at %s", c.State, c.MetAt)
	}
	if n, _ := w.total("kept"); n != 1 {
		t.Errorf("kept %d", n)
	}
	w2, desk := clockCounty(t)
	id = w2.make(desk, "job.open", Act{Region: villageA})
	w2.must(desk, id, "begin", Act{At: w2.now.Add(time.Hour)})
	if got := w2.recs[id].Entered; !got.Equal(w2.now) {
		t.Errorf("a phone whose clock runs ahead dates into the future: %s", got)
	}
}
