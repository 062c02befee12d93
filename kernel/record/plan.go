package record

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// Occasion is one time at which a session should be.
type Occasion struct{ Start, End time.Time }

// firstBell is when a session begins whose recurrence states no time.
const firstBell = "09:00"

// PlanAhead is for how many days sessions of a kind are planned: a week, or as far
// ahead as they can be booked.
func (u *Unit) PlanAhead(t *program.RecordType) int {
	const week, most = 8, 60
	if t.Book == nil || t.Book.Opens.Unit != "d" {
		return week
	}
	return min(max(week, int(t.Book.Opens.N)+1), most)
}

// PlanTimes lists when the sessions of a parent should be from now on, for so many
// days, by the `plan` of their kind.
func (u *Unit) PlanTimes(t *program.RecordType, parent *Row, days int) ([]Occasion, error) {
	pl, probe := t.Plan, u.probe(t, parent)
	length, err := u.span(probe, pl.Length, probe.vars())
	if err != nil {
		return nil, ignoreUnset(err)
	}
	end := func(start time.Time) time.Time {
		at, _ := u.w.Calendar().Due(start, length.N, length.Unit, false)
		return at
	}
	var out []Occasion
	switch {
	case pl.At != nil:
		v, err := u.value(pl.At, probe.vars())
		if err != nil {
			return nil, ignoreUnset(err)
		}
		if at, ok := v.(time.Time); ok {
			out = append(out, Occasion{at, end(at)})
		}
	case pl.Every != nil:
		if out, err = u.everyTimes(probe, pl.Every, days, end); err != nil {
			return nil, ignoreUnset(err)
		}
	case pl.Hours != "":
		gap, err := u.span(probe, pl.Gap, probe.vars())
		if err != nil {
			return nil, ignoreUnset(err)
		}
		out = u.hourTimes(parent, days, spanDuration(length), spanDuration(gap))
	}
	return u.wanted(t, parent, out)
}

func ignoreUnset(err error) error {
	if isUnset(err) {
		return nil
	}
	return err
}

// wanted keeps those that are still to come and that `while` wants.
func (u *Unit) wanted(t *program.RecordType, parent *Row, list []Occasion) (out []Occasion, err error) {
	for _, o := range list {
		if o.Start.Before(u.w.Now()) || o.Start.Before(parent.Created) {
			continue
		}
		if t.Plan.While != nil {
			probe := u.probe(t, parent)
			probe.Data["start"], probe.Data["end"] = o.Start.UTC().Format(time.RFC3339), o.End.UTC().Format(time.RFC3339)
			if ok, err := u.test(t.Plan.While, probe.vars()); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// probe is a session that is not made yet, for the conditions of its plan.
func (u *Unit) probe(t *program.RecordType, parent *Row) *Row {
	rec := &domain.Record{County: parent.County, Parent: parent.ID, Program: parent.P.Key, Path: parent.Path, Key: t.Key, Noun: t.Noun,
		Data: map[string]any{}, Secret: map[string]any{}}
	return &Row{Record: rec, P: parent.P, T: t, u: u}
}

func (u *Unit) everyTimes(probe *Row, r *program.Recur, days int, end func(time.Time) time.Time) (out []Occasion, err error) {
	if r.Per != nil {
		key, err := u.value(r.Per.Expr, probe.vars())
		if err != nil {
			return nil, err
		}
		one, ok := r.Per.Is[text(key)]
		if !ok {
			return nil, nil
		}
		r = &one
	}
	today := u.Today()
	if r.Field == nil {
		for d := today; d < today+domain.Date(days); d++ {
			if u.falls(r, d) {
				start := clockOn(d, r.At)
				out = append(out, Occasion{start, end(start)})
			}
		}
		return out, nil
	}
	switch v := u.rawAt(probe, r.Raw).(type) {
	case string: // a moment, or a bare time of every day
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return []Occasion{{at, end(at)}}, nil
		}
		for d := today; d < today+domain.Date(days); d++ {
			start := clockOn(d, v)
			out = append(out, Occasion{start, end(start)})
		}
	case []any:
		for d := today; d < today+domain.Date(days); d++ {
			for _, s := range form.Slots(v) {
				if slices.Contains(s.Days, isoDay(d)) {
					start := clockOn(d, s.From)
					out = append(out, Occasion{start, end(start)})
				}
			}
		}
	}
	return out, nil
}

// hourTimes cuts the hours that an offer states into sessions, leaving out what its
// people or things are committed to already.
func (u *Unit) hourTimes(offer *Row, days int, length, gap time.Duration) (out []Occasion) {
	f := offer.schedule()
	if f == nil || length <= 0 {
		return nil
	}
	today, holders := u.Today(), offer.holders()
	for d := today; d < today+domain.Date(days); d++ {
		for _, s := range form.Slots(offer.raw(f.Key)) {
			if s.To == "" || !slices.Contains(s.Days, isoDay(d)) {
				continue
			}
			stop := clockOn(d, s.To)
			for start := clockOn(d, s.From); !start.Add(length).After(stop); start = start.Add(length + gap) {
				if busy, err := u.w.Busy(holders, start, start.Add(length), ""); err == nil && !busy {
					out = append(out, Occasion{start, start.Add(length)})
				}
			}
		}
	}
	return out
}

// falls reports whether a recurrence has an occurrence on a day. A school day is a
// working day: in whose weeks school is in, the term's own dates say (`plan.while`).
func (u *Unit) falls(r *program.Recur, d domain.Date) bool {
	y, m, day := d.YMD()
	switch r.Unit {
	case "day":
		return true
	case "work-day", "school-day":
		return u.w.Calendar().WorkDay(d)
	case "d":
		n := domain.Date(max(r.N, 1))
		return d%n == n-1
	case "week":
		return isoDay(d) == r.Weekday || r.Weekday == 0 && isoDay(d) == 7
	case "month":
		if r.Day > 0 {
			return day == min(r.Day, lastOfMonth(y, int(m)))
		}
		return day == lastOfMonth(y, int(m))
	case "quarter":
		return int(m)%3 == 0 && day == lastOfMonth(y, int(m))
	case "year":
		if r.Month > 0 {
			return int(m) == r.Month && day == max(r.Day, 1)
		}
		return m == 12 && day == 31
	}
	return false
}

func lastOfMonth(y, m int) int {
	_, _, d := (domain.NewDate(y, m+1, 1) - 1).YMD()
	return d
}

func isoDay(d domain.Date) int { return (int(d.Weekday())+6)%7 + 1 }

func clockOn(d domain.Date, at string) time.Time {
	if at == "" {
		at = firstBell
	}
	h, m, _ := strings.Cut(at, ":")
	hour, _ := strconv.Atoi(h)
	minute, _ := strconv.Atoi(m)
	return d.Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// rawAt reads the stored value at the end of a path of parents (`parent.times`).
func (u *Unit) rawAt(r *Row, path string) any {
	for {
		head, rest, dotted := strings.Cut(path, ".")
		if !dotted {
			return r.raw(head)
		}
		par, err := u.Parent(r)
		if head != "parent" || err != nil || par == nil {
			return nil
		}
		r, path = par, rest
	}
}

// Reschedule gives a session another time; what its bookings have committed moves
// with it, where the new time is free.
func (u *Unit) Reschedule(s *Row, o Occasion) error {
	from, to, _ := u.Times(s)
	if from.Equal(o.Start) && to.Equal(o.End) {
		return nil
	}
	s.set("start", o.Start.UTC().Format(time.RFC3339))
	s.set("end", o.End.UTC().Format(time.RFC3339))
	for _, key := range s.T.Children {
		list, err := u.Children(s, key)
		if err != nil {
			return err
		}
		for _, b := range list {
			if b.Noun == domain.Booking && b.Phase == domain.PhaseIn {
				if err := u.commitBooking(b, s, Act{lenient: true}); err != nil {
					return err
				}
			}
			u.touch(b) // its reminders count from the session's time
		}
	}
	return u.Note(s, "rescheduled", map[string]any{"values": map[string]any{"start": s.raw("start"), "end": s.raw("end")}})
}
