package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
)

const bookingProgram = `
program: booking
version: 1
title: 预约
class: internal
consents:
  care: {label: 同意, by: [self], lasts: 1y, evidence: [tick], shares: [job]}
roles:
  desk:    {label: 服务台, is: area, held_by: {org: desk}, read: personal}
  adviser: {label: 咨询师, is: owner, of: advice, held_by: {org: clinic}, read: personal}
  me:      {label: 本人, is: self, held_by: {party: person}, read: personal}
  anyone:  {label: 居民, is: public, read: public}
records:
  advice:
    label: 咨询
    is: offer
    for: account
    class: public
    kept_by: adviser
    keep: 1y
    fields:
      hours: {label: 可约时间, type: schedule}
  slot:
    label: 时段
    is: session
    of: advice
    class: public
    keep: 1y
    plan: {hours: offer, length: 50m, gap: 10m, while: "parent.phase == 'live'"}
    capacity: 1
    book: {opens: 7d, closes: 2h, cancel: 12h, most: 2, wait: true, missed: {count: 2, bars: 30d}}
    stages: {planned: {label: 可约, phase: planned}, held: {label: 已办, phase: done}, gone: {label: 取消, phase: void}}
    moves:
      plan: {label: 放号, to: planned}
      hold: {label: 完成, from: planned, to: held, by: adviser, do: [{move: visit.miss, of: "all.visit.filter(v, v.phase == 'in')"}]}
      drop: {label: 停诊, from: planned, to: gone, by: adviser, text: required}
  visit:
    label: 预约
    is: booking
    of: slot
    for: [person, none]
    unique: [subject, parent]
    class: personal
    keep: 1y
    stages: {booked: {label: 已约, phase: in}, waiting: {label: 候补, phase: waiting}, here: {label: 到场, phase: present}, gone: {label: 取消, phase: out}, missed: {label: 爽约, phase: absent}}
    moves:
      book:   {label: 预约, to: booked, by: [me, desk]}
      queue:  {label: 候补, to: waiting, by: [me, desk]}
      up:     {label: 递补, from: waiting, to: booked}
      arrive: {label: 到场, from: booked, to: here, by: [adviser, desk]}
      count:  {label: 清点, to: here, by: desk}
      cancel: {label: 取消, from: [booked, waiting], to: gone, by: [me, desk]}
      miss:   {label: 爽约, from: booked, to: missed, by: [adviser, desk]}
  course:
    label: 班
    is: activity
    for: none
    class: public
    keep: 1y
    fields:
      kind:  {label: 类型, list: {daily: 每天, weekly: 每周}}
      times: {label: 时间, type: schedule}
      long:  {label: 时长, type: span, default: 2h}
    stages: {open: {label: 开班, phase: live}, done: {label: 结班, phase: done}}
    moves:
      open: {label: 开班, to: open, by: desk, need: [capacity], ask: [kind, times]}
      end:  {label: 结班, from: open, to: done, by: desk}
  lesson:
    label: 课
    is: session
    of: course
    class: public
    keep: 1y
    plan: {every: {per: parent.kind, daily: school-day 16:30, weekly: week sat 08:30}, length: 90m}
    stages: {planned: {label: 待上, phase: planned}, held: {label: 已上, phase: done}}
    moves:
      plan: {label: 排课, to: planned}
      hold: {label: 下课, from: planned, to: held, by: desk}
  talk:
    label: 讲座
    is: session
    of: course
    class: public
    keep: 1y
    plan: {every: parent.times, length: parent.long}
    stages: {planned: {label: 待讲, phase: planned}, held: {label: 已讲, phase: done}}
    moves: {plan: {label: 排讲, to: planned}, hold: {label: 讲毕, from: planned, to: held, by: desk}}
  seat:
    label: 学位
    is: booking
    of: course
    for: person
    class: internal
    keep: 1y
    stages: {sits: {label: 在读, phase: in}, left: {label: 退出, phase: out}}
    moves:
      enrol: {label: 报名, to: sits, by: desk}
      leave: {label: 退出, from: sits, to: left, by: desk}
  attend:
    label: 到课
    is: booking
    of: lesson
    for: person
    class: internal
    keep: 1y
    fields:
      seat: {label: 学位, type: ref, to: seat}
    stages: {due: {label: 应到, phase: in}, here: {label: 到课, phase: present}, gone: {label: 放学, phase: done}, away: {label: 不来, phase: out}}
    moves:
      due:  {label: 应到, to: due}
      come: {label: 到课, from: due, to: here, by: desk}
      go:   {label: 放学, from: here, to: gone, by: desk}
      away: {label: 不来, from: due, to: away}
  want:
    label: 需求
    is: case
    for: person
    keep: 1y
    fields:
      slot: {label: 时间, type: interval}
    stages: {open: {label: 开, phase: open}, done: {label: 完, phase: done}}
    moves:
      ask:  {label: 提, to: open, by: desk, need: [slot], do: [{start: match.find}]}
      end:  {label: 完, from: open, to: done, by: desk}
  job:
    label: 派单
    is: order
    of: want
    offers: advice
    keep: 1y
    shows: {before: [want.slot], after: [subject.name]}
    terms: {task: "'做'", standard: "'好'", duty: "'承接'", limit: answer}
    stages: {proposed: {label: 待, phase: proposed}, taken: {label: 应, phase: accepted}, done: {label: 完, phase: done}, expired: {label: 逾, phase: expired}, back: {label: 退, phase: returned}}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: crew}
      finish:  {label: 完, from: taken, to: done, by: crew}
      back:    {label: 退, from: taken, to: back, by: crew}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1d, ladder: {due: {to: desk, do: [{move: expire}]}}}
matches:
  find: {label: 找, makes: job, as: lead, max: 1, steps: [{mode: assign}], eligible: [{if: "offer.free(need.slot.start, need.slot.end)", say: 时间冲突}]}
`

type bookingWorld struct {
	*county
	adviser, desk, ann, ben, cat *Actor
	advice                       domain.RecordID
}

func newBooking(t *testing.T) *bookingWorld {
	src := bookingProgram
	src = strings.Replace(src, "  anyone:", "  crew:    {label: 承接人, is: receiver, of: job, held_by: {org: clinic}, read: personal}\n  anyone:", 1)
	w := &bookingWorld{county: newCounty(t, src)}
	w.desk = w.staff("wang", "hall", "desk", wholeway)
	w.adviser = w.staff("li", "heart", "clinic", wholeway)
	w.ann, w.ben, w.cat = w.citizen("ann"), w.citizen("ben"), w.citizen("cat")
	w.advice = w.offerHours("周一至周五 09:00-12:00")
	return w
}

func (w *bookingWorld) offerHours(hours string) (id domain.RecordID) {
	w.t.Helper()
	p := w.program()
	err := w.as(w.adviser, func(u *Unit) error {
		r, err := u.Create(p, p.Records.Get("advice"), nil, Act{Fields: map[string]any{"hours": hours}, Region: villageA})
		if r != nil {
			id = r.ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// session makes one of a kind below a parent, as the daily look would.
func (w *bookingWorld) session(key string, parent domain.RecordID, start string, length time.Duration) (id domain.RecordID) {
	w.t.Helper()
	p := w.program()
	err := w.as(system, func(u *Unit) error {
		t := p.Records.Get(key)
		at := beijing(start)
		s, err := u.Open(p, t, t.Moves.Get("plan"), Act{Parent: parent}, map[string]any{
			"start": at.Format(time.RFC3339), "end": at.Add(length).Format(time.RFC3339)}, "", "")
		if err != nil {
			return err
		}
		id = s.ID
		return u.ExpectAll(s)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *bookingWorld) times(key string, parent domain.RecordID, days int) (out []string) {
	w.look(system, parent, func(u *Unit, r *Row) {
		list, err := u.PlanTimes(r.P.Records.Get(key), r, days)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, o := range list {
			out = append(out, o.Start.In(domain.Beijing).Format("0102 15:04")+"-"+o.End.In(domain.Beijing).Format("15:04"))
		}
	})
	return out
}

func (w *bookingWorld) book(who *Actor, move string, slot domain.RecordID) (domain.RecordID, error) {
	w.t.Helper()
	return w.try(who, "visit."+move, Act{Subject: who.Parties[0], Parent: slot})
}

// Hours of an offer are cut into sessions with a gap; what has passed and what its
// person is committed to is left out.
func TestPlanHours(t *testing.T) {
	w := newBooking(t)
	got := w.times("slot", w.advice, 2)
	want := []string{"0309 10:00-10:50", "0309 11:00-11:50", "0310 09:00-09:50", "0310 10:00-10:50", "0310 11:00-11:50"}
	if !slices.Equal(got, want) {
		t.Errorf("times %v", got)
	}
	from := beijing("2026-03-10 10:30")
	if ok, _ := w.Commit("elsewhere", []string{AccountHolder("li")}, from, from.Add(time.Hour)); !ok {
		t.Fatal("not committed")
	}
	if got := w.times("slot", w.advice, 2); slices.Contains(got, "0310 10:00-10:50") || slices.Contains(got, "0310 11:00-11:50") || !slices.Contains(got, "0310 09:00-09:50") {
		t.Errorf("planned over a commitment: %v", got)
	}
}

// Recurrences chosen by a field, read from a field, and on school days.
func TestPlanEvery(t *testing.T) {
	w := newBooking(t)
	daily := w.make(w.desk, "course.open", Act{Region: villageA, Fields: map[string]any{"capacity": 3, "kind": "daily", "times": "周二、周四 19:00-21:00"}})
	if got := w.times("lesson", daily, 6); !slices.Equal(got, []string{"0309 16:30-18:00", "0310 16:30-18:00", "0311 16:30-18:00", "0312 16:30-18:00", "0313 16:30-18:00"}) {
		t.Errorf("school days %v", got)
	}
	if got := w.times("talk", daily, 6); !slices.Equal(got, []string{"0310 19:00-21:00", "0312 19:00-21:00"}) {
		t.Errorf("from a schedule %v", got)
	}
	weekly := w.make(w.desk, "course.open", Act{Region: villageA, Fields: map[string]any{"capacity": 3, "kind": "weekly"}})
	if got := w.times("lesson", weekly, 8); !slices.Equal(got, []string{"0314 08:30-10:00"}) {
		t.Errorf("weekly %v", got)
	}
	w.now = beijing("2026-04-30 10:00") // 1–5 May are holidays, 9 May is worked
	if got := w.times("lesson", daily, 10); !slices.Equal(got, []string{"0430 16:30-18:00", "0506 16:30-18:00", "0507 16:30-18:00", "0508 16:30-18:00", "0509 16:30-18:00"}) {
		t.Errorf("over the holidays %v", got)
	}
}

// The last place goes to one; the next waits and moves up, longest waiting first.
func TestWaitingList(t *testing.T) {
	w := newBooking(t)
	slot := w.session("slot", w.advice, "2026-03-11 09:00", 50*time.Minute)
	first, err := w.book(w.ann, "book", slot)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.book(w.ben, "book", slot)
	wantErr(t, err, "booking_full", "")
	second, err := w.book(w.ben, "queue", slot)
	if err != nil {
		t.Fatal(err)
	}
	third, err := w.book(w.cat, "queue", slot)
	if err != nil {
		t.Fatal(err)
	}
	w.must(w.ann, first, "cancel", Act{})
	if w.stage(second) != "booked" || w.stage(third) != "waiting" {
		t.Errorf("after one place came free: %s, %s", w.stage(second), w.stage(third))
	}
	if n, _, _ := w.Seats("booking", TakenKey, slot); n != 1 {
		t.Errorf("%d taken", n)
	}
	w.must(w.ben, second, "cancel", Act{})
	if w.stage(third) != "booked" {
		t.Errorf("the last: %s", w.stage(third))
	}
}

// Nobody is booked twice into one session; who has cancelled may book again; heads
// without a name are counted as often as need be.
func TestBookedOnce(t *testing.T) {
	w := newBooking(t)
	slot := w.session("slot", w.advice, "2026-03-11 09:00", 50*time.Minute)
	first, err := w.book(w.ann, "book", slot)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.try(w.desk, "visit.count", Act{Subject: w.ann.Parties[0], Parent: slot})
	wantErr(t, err, "unique", "")
	w.must(w.ann, first, "cancel", Act{})
	if _, err := w.book(w.ann, "book", slot); err != nil {
		t.Errorf("again, after cancelling: %v", err)
	}
	for range 2 {
		if _, err := w.try(w.desk, "visit.count", Act{Parent: slot}); err != nil {
			t.Errorf("a count of heads: %v", err)
		}
	}
}

// Whoever books for himself keeps to the times; the desk may be late for him.
func TestBookWindow(t *testing.T) {
	w := newBooking(t)
	far := w.session("slot", w.advice, "2026-03-20 09:00", 50*time.Minute)
	_, err := w.book(w.ann, "book", far)
	wantErr(t, err, "booking_early", "")
	near := w.session("slot", w.advice, "2026-03-09 11:00", 50*time.Minute)
	_, err = w.book(w.ann, "book", near)
	wantErr(t, err, "booking_closed", "")
	id, err := w.try(w.desk, "visit.book", Act{Subject: w.ann.Parties[0], Parent: near})
	if err != nil {
		t.Fatalf("the desk: %v", err)
	}
	wantErr(t, w.move(w.ann, id, "cancel", Act{}), "booking_cancel_late", "")
	w.must(w.desk, id, "cancel", Act{})
	past := w.session("slot", w.advice, "2026-03-09 09:00", 50*time.Minute)
	_, err = w.try(w.desk, "visit.book", Act{Subject: w.ann.Parties[0], Parent: past})
	wantErr(t, err, "booking_closed", "")
}

// So many at once; and who misses twice waits thirty days.
func TestBookMostAndMissed(t *testing.T) {
	w := newBooking(t)
	var ids []domain.RecordID
	for _, at := range []string{"2026-03-10 09:00", "2026-03-10 10:00"} {
		id, err := w.book(w.ann, "book", w.session("slot", w.advice, at, 50*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	more := w.session("slot", w.advice, "2026-03-12 09:00", 50*time.Minute)
	_, err := w.book(w.ann, "book", more)
	wantErr(t, err, "booking_most", "")
	w.now = beijing("2026-03-10 12:00")
	for _, id := range ids {
		w.must(w.adviser, id, "miss", Act{})
	}
	if ev := w.events[len(w.events)-1]; ev.Actor != "li" {
		t.Errorf("nobody said that he did not come: %+v", ev.Actor)
	}
	_, err = w.book(w.ann, "book", more)
	wantErr(t, err, "booking_barred", "")
	w.now = beijing("2026-04-10 12:00")
	if _, err := w.book(w.ann, "book", w.session("slot", w.advice, "2026-04-14 09:00", 50*time.Minute)); err != nil {
		t.Errorf("after thirty days: %v", err)
	}
}

// One calendar: a person is in one place at a time, and so is whose time is
// offered, across kinds of record; back to back is allowed.
func TestNoDoubleBooking(t *testing.T) {
	w := newBooking(t)
	a := w.session("slot", w.advice, "2026-03-10 09:00", 50*time.Minute)
	if _, err := w.book(w.ann, "book", a); err != nil {
		t.Fatal(err)
	}
	other := w.offerHours("周一至周五 08:00-12:00") // of the same account
	over := w.session("slot", other, "2026-03-10 09:30", 50*time.Minute)
	_, err := w.book(w.ben, "book", over)
	wantErr(t, err, "booking_taken_elsewhere", "")
	if _, err := w.book(w.ben, "book", w.session("slot", other, "2026-03-10 09:50", 50*time.Minute)); err != nil {
		t.Errorf("back to back: %v", err)
	}
	course := w.make(w.desk, "course.open", Act{Region: villageA, Fields: map[string]any{"capacity": 3, "kind": "daily"}})
	w.session("lesson", course, "2026-03-10 09:30", time.Hour)
	_, err = w.try(w.desk, "seat.enrol", Act{Subject: w.ann.Parties[0], Parent: course})
	wantErr(t, err, "booking_clash", "")

	want := w.make(w.desk, "want.ask", Act{Subject: w.cat.Parties[0], Fields: map[string]any{"slot": "2026-03-10 09:00-10:00"}})
	if n := len(w.only(want, "job")); n != 0 {
		t.Errorf("%d jobs for one whose time is taken", n)
	}
	want = w.make(w.desk, "want.ask", Act{Subject: w.cat.Parties[0], Fields: map[string]any{"slot": "2026-03-11 09:00-10:00"}})
	job := w.only(want, "job")[0]
	w.must(w.adviser, job.ID, "take", Act{})
	late := w.session("slot", other, "2026-03-11 09:30", 50*time.Minute)
	_, err = w.book(w.ben, "book", late)
	wantErr(t, err, "booking_taken_elsewhere", "")
	w.must(w.adviser, job.ID, "back", Act{}) // asked of the other offer of the same person, whose time it keeps
	_, err = w.book(w.ben, "book", late)
	wantErr(t, err, "booking_taken_elsewhere", "")
	w.tickTo(beijing("2026-03-11 00:30")) // nobody answered
	if _, err := w.book(w.ben, "book", late); err != nil {
		t.Errorf("given back: %v", err)
	}
}

// The enrolled are expected in every session; who leaves is not, unless he came.
func TestActivityAndSessions(t *testing.T) {
	w := newBooking(t)
	course := w.make(w.desk, "course.open", Act{Region: villageA, Fields: map[string]any{"capacity": 2, "kind": "daily"}})
	early := w.session("lesson", course, "2026-03-09 16:30", time.Hour)
	seat := w.make(w.desk, "seat.enrol", Act{Subject: w.ann.Parties[0], Parent: course})
	later := w.session("lesson", course, "2026-03-10 16:30", time.Hour)
	for _, s := range []domain.RecordID{early, later} {
		list := w.only(s, "attend")
		if len(list) != 1 || list[0].Data["seat"] != string(seat) || list[0].Data["number"] == nil {
			t.Fatalf("expected: %d", len(list))
		}
	}
	w.make(w.desk, "seat.enrol", Act{Subject: w.ben.Parties[0], Parent: course})
	_, err := w.try(w.desk, "seat.enrol", Act{Subject: w.cat.Parties[0], Parent: course})
	wantErr(t, err, "booking_full", "")
	here := w.only(early, "attend")[0]
	w.must(w.desk, here.ID, "come", Act{})
	w.look(w.desk, early, func(u *Unit, r *Row) {
		v := recordView{r}
		taken, _ := v.Get("taken")
		present, _ := v.Get("present")
		if taken != int64(2) || present != int64(1) {
			t.Errorf("taken %v, present %v", taken, present)
		}
	})
	w.must(w.desk, here.ID, "go", Act{})
	if w.field(here.ID, "in_at") == nil || w.field(here.ID, "out_at") == nil {
		t.Error("no time of coming or going")
	}
	w.must(w.desk, seat, "leave", Act{})
	if s := w.stage(here.ID); s != "gone" {
		t.Errorf("who came is %s", s)
	}
	if s := w.stage(w.only(later, "attend")[0].ID); s != "away" {
		t.Errorf("who left is %s", s)
	}
}
