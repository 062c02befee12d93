package record

import (
	"testing"
	"time"
)

const changeProgram = `
program: changes
version: 1
title: 暂停与延期
class: internal
roles:
  desk: {label: 服务台, is: area, held_by: {org: desk}, read: internal}
  boss: {label: 主管, is: area, held_by: {org: office}, read: internal}
records:
  job:
    label: 事
    is: case
    for: none
    keep: 1y
    stages:
      new:  {label: 办理, phase: open}
      wait: {label: 待补正, phase: waiting}
      done: {label: 完成, phase: done}
    moves:
      open:   {label: 提出, to: new, by: desk}
      ask:    {label: 要求补正, from: new, to: wait, by: desk}
      resume: {label: 已补正, from: wait, to: new, by: desk}
      finish: {label: 办结, from: [new, wait], to: done, by: desk}
    clocks:
      work:  {label: 办理, from: created, until: ended, limit: 5wd, pause: "stage == 'wait'", extend: {by: boss, most: 3wd, times: 2}, ladder: {80%: desk, due: [desk, boss]}}
      hours: {label: 小时, from: created, until: ended, limit: 4h, pause: "stage == 'wait'", ladder: {50%: desk, due: [desk, boss]}}
`

// A clock stands still while `pause` holds: days move by the working days between,
// hours by the time, and no rung fires meanwhile.
func TestClockPauses(t *testing.T) {
	w := newCounty(t, changeProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	id := w.make(desk, "job.open", Act{}) // Monday 2026-03-09 10:00; due Monday 16th 24:00
	if got := w.clock(id, "work").DueAt; !got.Equal(beijing("2026-03-17 00:00")) {
		t.Fatal(got)
	}
	w.now = beijing("2026-03-09 11:00")
	w.must(desk, id, "ask", Act{})
	if k := w.clock(id, "hours"); k.State != ClockPaused || !k.NextAt.IsZero() {
		t.Fatalf("%+v", k)
	}
	w.tickTo(beijing("2026-03-12 09:00")) // Thursday: three working days later
	if len(w.said("hours due")) != 0 || len(w.said("hours 50%")) != 0 {
		t.Errorf("rungs fired while the clock stood: %v", w.notices)
	}
	w.must(desk, id, "resume", Act{})
	if got := w.clock(id, "work").DueAt; !got.Equal(beijing("2026-03-20 00:00")) {
		t.Errorf("days: %v", got.In(time.Local))
	}
	hours := w.clock(id, "hours")
	if !hours.DueAt.Equal(beijing("2026-03-12 12:00")) || !hours.NextAt.Equal(beijing("2026-03-12 10:00")) {
		t.Errorf("hours: due %v, half at %v", hours.DueAt, hours.NextAt)
	}
	w.tickTo(beijing("2026-03-12 12:00"))
	if len(w.said("hours 50%")) != 1 || len(w.said("hours due")) != 2 {
		t.Errorf("%v", w.notices)
	}
	// A second pause, and an end while it lasts.
	w.must(desk, id, "ask", Act{})
	w.now = beijing("2026-03-16 09:00")
	w.must(desk, id, "finish", Act{})
	if k := w.clock(id, "work"); k.State != ClockMet || k.DueAt.Before(beijing("2026-03-20 00:00")) {
		t.Errorf("%+v", k)
	}
}

// An extension is granted by its role, in its unit, so often, with a reason, and
// before the time is up.
func TestClockExtended(t *testing.T) {
	w := newCounty(t, changeProgram)
	desk, boss := w.staff("wang", "hall", "desk", wholeway), w.staff("li", "office", "office", wholeway)
	id := w.make(desk, "job.open", Act{})
	extend := func(who *Actor, clock string, n int64, why string) error {
		return w.as(who, func(u *Unit) error {
			r, err := u.Load(id)
			if err != nil {
				return err
			}
			return u.Extend(r, clock, n, why)
		})
	}
	wantErr(t, extend(desk, "work", 1, "材料多"), "no_role", "")
	wantErr(t, extend(boss, "hours", 1, "材料多"), "not_found", "")
	wantErr(t, extend(boss, "work", 4, "材料多"), "fields", "")
	wantErr(t, extend(boss, "work", 1, " "), "fields", "")
	if err := extend(boss, "work", 3, "材料多"); err != nil {
		t.Fatal(err)
	}
	if got := w.clock(id, "work").DueAt; !got.Equal(beijing("2026-03-20 00:00")) {
		t.Errorf("three working days more: %v", got)
	}
	w.look(boss, id, func(u *Unit, r *Row) {
		may := u.MayExtend(r, r.T.Clocks.Get("work"), w.clock(id, "work"))
		if may == nil || may.Most != 3 || may.Unit != "wd" || may.Times != 1 {
			t.Errorf("%+v", may)
		}
	})
	if err := extend(boss, "work", 1, "仍在核对"); err != nil {
		t.Fatal(err)
	}
	if got := w.clock(id, "work").DueAt; !got.Equal(beijing("2026-03-21 00:00")) {
		t.Errorf("one more: %v", got)
	}
	wantErr(t, extend(boss, "work", 1, "再等等"), "guard", "次数已用完")
	w.must(desk, id, "ask", Act{}) // a pause keeps what was granted
	w.now = beijing("2026-03-10 10:00")
	w.must(desk, id, "resume", Act{})
	if got := w.clock(id, "work").DueAt; !got.Equal(beijing("2026-03-24 00:00")) {
		t.Errorf("after a day's pause: %v", got)
	}
	other := w.make(desk, "job.open", Act{})
	id = other
	w.tickTo(beijing("2026-03-18 10:00"))
	wantErr(t, extend(boss, "work", 1, "忘了"), "guard", "到期前")
}
