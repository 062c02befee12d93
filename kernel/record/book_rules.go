package record

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// bookRules holds what `book` of a session or activity asks of who books or
// cancels by hand. Its times bind who acts for himself or his ward; a desk may
// book late for somebody who stands before it. How many and who is barred binds all.
func (u *Unit) bookRules(r *Row, mv *program.Move, a Act) error {
	if r.Noun != domain.Booking || a.trusted {
		return nil
	}
	par, err := u.Parent(r)
	if err != nil || par == nil || par.T.Book == nil {
		return err
	}
	to := phaseOf(r.T, mv.To)
	start, _, timed := u.Times(r)
	if par.Noun == domain.Activity {
		timed = false
	}
	switch {
	case mv.Intake() && (to == domain.PhaseIn || to == domain.PhaseWaiting || to == domain.PhaseAsked):
		return u.mayBook(r, par, mv, to, start, timed)
	case to == domain.PhaseOut && timed && u.forOneself(r, mv):
		return u.mayCancel(r, par, start)
	}
	return nil
}

func (u *Unit) mayBook(r, par *Row, mv *program.Move, to domain.Phase, start time.Time, timed bool) error {
	b, now := par.T.Book, u.w.Now()
	if to == domain.PhaseWaiting && !b.Wait {
		return domain.E(domain.KindRefused, "booking_no_wait", "name", par.T.Label)
	}
	// while a session runs its desk still takes in who stands before it: a queue
	if late := timed && !now.Before(start); late && (par.Phase != domain.PhaseLive || u.forOneself(r, mv)) {
		return domain.E(domain.KindRefused, "booking_closed", "at", shortTime(start))
	}
	if timed && u.forOneself(r, mv) {
		if opens, ok, err := u.before(par, b.Opens, start); err != nil {
			return err
		} else if ok && now.Before(opens) {
			return domain.E(domain.KindRefused, "booking_early", "at", shortTime(opens))
		}
		if closes, ok, err := u.before(par, b.Closes, start); err != nil {
			return err
		} else if ok && now.After(closes) {
			return domain.E(domain.KindRefused, "booking_closed", "at", shortTime(closes))
		}
	}
	if r.Subject == "" {
		return nil
	}
	if b.Most > 0 {
		if n, err := u.w.Bookings(r.P.Key, r.Key, r.Subject); err != nil {
			return err
		} else if n >= int64(b.Most) {
			return domain.E(domain.KindRefused, "booking_most", "most", itoa(b.Most))
		}
	}
	return u.barred(r, par)
}

// barred: so many misses within the time refuse another booking until the earliest
// of them is older than that.
func (u *Unit) barred(r, par *Row) error {
	b := par.T.Book
	if b.MissedCount <= 0 || b.MissedBars.IsZero() {
		return nil
	}
	since, _, err := u.before(par, b.MissedBars, u.w.Now())
	if err != nil {
		return err
	}
	n, err := u.w.Missed(r.P.Key, r.Key, r.Subject, since)
	if err == nil && n >= int64(b.MissedCount) {
		return domain.E(domain.KindRefused, "booking_barred", "count", itoa(int(n)))
	}
	return err
}

func (u *Unit) mayCancel(r, par *Row, start time.Time) error {
	if r.Phase != domain.PhaseIn { // who waits keeps nobody else out
		return nil
	}
	last, ok, err := u.before(par, par.T.Book.Cancel, start)
	if err == nil && ok && u.w.Now().After(last) {
		return domain.E(domain.KindRefused, "booking_cancel_late", "at", shortTime(last))
	}
	return err
}

func (u *Unit) before(r *Row, s program.Span, t time.Time) (time.Time, bool, error) {
	if s.IsZero() {
		return t, false, nil
	}
	x, err := u.span(r, s, r.vars())
	if err != nil {
		return t, false, err
	}
	return u.w.Calendar().Before(t, x.N, x.Unit), true, nil
}

func shortTime(t time.Time) string { return t.In(domain.Beijing).Format("2006-01-02 15:04") }

// forOneself: the actor makes the move for himself or his ward only, and holds no
// other of its roles.
func (u *Unit) forOneself(r *Row, mv *program.Move) bool {
	return !slices.ContainsFunc(mv.By, func(k string) bool {
		role := r.P.Roles.Get(k)
		return role != nil && role.Is != "self" && role.Is != "guardian" && role.Is != "public" && role.Is != "bearer" && u.mayOpen(r, k)
	})
}

// Call answers `offer.free(from, to)`: inside the hours that the offer states, and
// nobody's time is committed yet.
func (v recordView) Call(name string, args []any) (any, error) {
	if name != "free" || len(args) != 2 {
		return nil, domain.E(domain.KindInternal, "no_method", "name", name)
	}
	from, ok1 := args[0].(time.Time)
	to, ok2 := args[1].(time.Time)
	if !ok1 || !ok2 {
		return nil, &rule.Unset{Path: name, Label: "时间"}
	}
	return v.r.u.Free(v.r, from, to)
}

// Free reports whether an offer could be used for all of the time.
func (u *Unit) Free(offer *Row, from, to time.Time) (bool, error) {
	if f := offer.schedule(); f != nil && offer.has(f.Key) && !OpenAt(offer.raw(f.Key), from, to) {
		return false, nil
	}
	holders := offer.holders()
	if len(holders) == 0 {
		return true, nil
	}
	busy, err := u.w.Busy(holders, from, to, "")
	return !busy, err
}

// OpenAt reports whether a stored schedule covers all of the time, within one day.
func OpenAt(schedule any, from, to time.Time) bool {
	a, b := from.In(domain.Beijing), to.In(domain.Beijing)
	day := (int(a.Weekday())+6)%7 + 1
	begin, end := a.Format("15:04"), b.Format("15:04")
	if domain.DateOf(from) != domain.DateOf(to) {
		if end != "00:00" || domain.DateOf(to) != domain.DateOf(from)+1 {
			return false
		}
		end = "24:00"
	}
	for _, s := range form.Slots(schedule) {
		if s.To != "" && slices.Contains(s.Days, day) && s.From <= begin && end <= s.To {
			return true
		}
	}
	return false
}
