package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// tickBatch is how many due things one pass takes up; the next pass goes on.
const tickBatch = 500

// FireDue fires the clock rungs that are due, in due order, each in its own
// transaction: a rung's unique row makes it fire exactly once, also when two
// processes try or one dies in between. It reports how many it looked at.
func (a *App) FireDue(ctx context.Context) (int, error) {
	var due []domain.Clock
	if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.DueClocks(a.Now(), tickBatch)
		return err
	}); err != nil {
		return 0, err
	}
	for i := range due {
		if err := a.fireOne(ctx, &due[i]); err != nil {
			if passing(err) {
				return i, err // nothing is wrong with the rung: it is tried again
			}
			a.Log.Error("rung", "record", due[i].Record, "clock", due[i].Key, "err", err)
			if err := a.skipRung(ctx, &due[i]); err != nil {
				return i, err
			}
		}
	}
	return len(due), nil
}

// passing reports whether an error is of the moment and not of the matter: a
// database that is busy or away, a lost race, a process that is stopping.
func passing(err error) bool {
	switch domain.KindOf(err) {
	case domain.KindUnavailable:
		return true
	case domain.KindConflict:
		return domain.CodeOf(err) == "busy" || lostRace(err)
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (a *App) fireOne(ctx context.Context, c *domain.Clock) error {
	return a.write(ctx, System(c.County), func(w *work) error {
		now, err := w.tx.Clock(c.Record, c.Key)
		if err != nil {
			return err
		}
		if now.NextRung != c.NextRung || now.NextAt.IsZero() || now.NextAt.After(w.Now()) {
			return nil // met, moved or fired meanwhile
		}
		first, err := w.tx.FireRung(c.Record, c.Key, now.FromAt, now.NextRung)
		if err != nil {
			return err
		}
		r, err := w.unit.Load(c.Record)
		if err != nil {
			return err
		}
		if !first {
			return w.unit.Fired(r, c.Key, now.NextRung)
		}
		return w.unit.Fire(r, c.Key, now.NextRung)
	})
}

// skipRung marks a rung whose actions were refused as fired, so that one record
// cannot hold up all others; the refusal stands in the record's timeline.
func (a *App) skipRung(ctx context.Context, c *domain.Clock) error {
	return a.write(ctx, System(c.County), func(w *work) error {
		r, err := w.unit.Load(c.Record)
		if err != nil {
			return err
		}
		if _, err := w.tx.FireRung(c.Record, c.Key, c.FromAt, c.NextRung); err != nil {
			return err
		}
		if err := w.unit.Fired(r, c.Key, c.NextRung); err != nil {
			return err
		}
		return w.unit.Note(r, "rung_failed", map[string]any{"clock": c.Key, "rung": c.NextRung})
	})
}

// CloseDue completes signatures given by silence.
func (a *App) CloseDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var list []domain.Signature
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.In(county).SilentSignatures(record.SignPending, a.Now(), tickBatch)
			return err
		}); err != nil {
			return err
		}
		for i := range list {
			if err := a.CloseSilent(ctx, county, list[i].ID); err != nil {
				a.Log.Error("silent signature", "signature", list[i].ID, "err", err)
				continue
			}
			n++
		}
		return nil
	})
	return n, err
}

// counties runs fn for every county of the instance.
func (a *App) counties(ctx context.Context, fn func(domain.CountyCode) error) error {
	var list []domain.Tenant
	if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.Tenants()
		return err
	}); err != nil {
		return err
	}
	for _, t := range list {
		if err := fn(t.Code); err != nil {
			return err
		}
	}
	return nil
}

// OweDue writes the items of recurring duties whose window has opened, makes
// their records, marks lapsed items as missed, plans sessions ahead, and gives
// when-moves that wait for a day their daily look.
func (a *App) OweDue(ctx context.Context) (int, error) {
	total := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		progs, err := a.programKeys(ctx, county)
		if err != nil {
			return err
		}
		for _, key := range progs {
			n, err := a.oweProgram(ctx, county, key)
			total += n
			if err != nil {
				return err
			}
			n, err = a.lookToday(ctx, county, key)
			total += n
			if err != nil {
				return err
			}
		}
		n, err := a.openItems(ctx, county)
		total += n
		if err != nil {
			return err
		}
		if n, err = a.lapse(ctx, county); err != nil {
			return err
		}
		total += n
		for _, key := range progs {
			n, err := a.windows(ctx, county, key)
			total += n
			if err != nil {
				return err
			}
		}
		return nil
	})
	return total, err
}

func (a *App) programKeys(ctx context.Context, county domain.CountyCode) (keys []string, err error) {
	err = a.read(ctx, System(county), func(w *work) error {
		for k, p := range w.set.set.Programs.All() {
			if p.Duties.Len() > 0 || p.Records.Len() > 0 {
				keys = append(keys, k)
			}
		}
		return nil
	})
	return keys, err
}

func (a *App) oweProgram(ctx context.Context, county domain.CountyCode, prog string) (int, error) {
	n := 0
	err := a.write(ctx, System(county), func(w *work) error {
		n = 0
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		if err := w.planSessions(p); err != nil {
			return err
		}
		for _, d := range p.Duties.All() {
			if err := w.remind(p, d); err != nil {
				return fmt.Errorf("duty %s: %w", d.Key, err)
			}
			if d.Every == nil || d.Windows.Len() > 0 {
				continue
			}
			m, err := w.oweRecurring(p, d)
			n += m
			if err != nil {
				return fmt.Errorf("duty %s: %w", d.Key, err)
			}
		}
		return nil
	})
	return n, err
}

// oweRecurring owes the occurrence whose window is open now, once for every row.
func (w *work) oweRecurring(p *program.Program, d *program.Duty) (int, error) {
	if p.Records.Has(d.Over) {
		return w.oweRecords(p, d)
	}
	due, ok := w.app.nextDue(d.Every, w.Now())
	if !ok {
		return 0, nil
	}
	opens, closes := w.window(d, due)
	if w.Now().Before(opens) || w.Now().After(closes) {
		return 0, nil
	}
	mark := fmt.Sprintf("duty/%s/%s/%s", p.Key, d.Key, domain.DateOf(due.Add(-time.Second)))
	done, err := w.tx.MarkedOn(mark, domain.DateOf(w.Now()))
	if err != nil || done {
		return 0, err // this occurrence was looked at today already
	}
	rows, err := w.planRound(p, d, "")
	if err != nil {
		return 0, err
	}
	for _, x := range rows {
		if err := w.owe(p, d, mark, x, opens, due, closes); err != nil {
			return 0, err
		}
	}
	return len(rows), w.tx.Mark(mark, domain.DateOf(w.Now()))
}

// nextDue is the end of the present occurrence of a recurrence: the last moment
// of the day, week, month … that now lies in, or the stated day and time.
func (a *App) nextDue(r *program.Recur, now time.Time) (time.Time, bool) {
	today := domain.DateOf(now)
	y, m, _ := today.YMD()
	at := func(d domain.Date) time.Time {
		if r.At == "" {
			return d.End()
		}
		t, err := time.Parse("15:04", r.At)
		if err != nil {
			return d.End()
		}
		return d.Start().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	}
	switch r.Unit {
	case "day":
		return at(today), true
	case "work-day", "school-day": // in whose weeks school is in, `where` says
		if !a.cal.WorkDay(today) {
			return time.Time{}, false
		}
		return at(today), true
	case "d":
		n := domain.Date(max(r.N, 1))
		return at(today - today%n + n - 1), true
	case "week":
		wd := domain.Date((int(today.Weekday()) + 6) % 7) // Monday 0
		target := domain.Date(6)
		if r.Weekday > 0 {
			target = domain.Date(r.Weekday - 1)
		}
		return at(today - wd + target), true
	case "month":
		if r.Day > 0 { // the 31st of a short month is its last day
			return at(min(domain.NewDate(y, int(m), 1)+domain.Date(r.Day-1), domain.NewDate(y, int(m)+1, 1)-1)), true
		}
		return at(domain.NewDate(y, int(m)+1, 1) - 1), true
	case "quarter":
		return at(domain.NewDate(y, (int(m)-1)/3*3+4, 1) - 1), true
	case "year":
		if r.Month > 0 {
			return at(domain.NewDate(y, r.Month, max(r.Day, 1))), true
		}
		return at(domain.NewDate(y, 12, 31)), true
	}
	return time.Time{}, false
}

// openItems makes the records of items whose window has opened since.
func (a *App) openItems(ctx context.Context, county domain.CountyCode) (int, error) {
	n := 0
	err := a.write(ctx, System(county), func(w *work) error {
		n = 0
		for _, p := range w.set.set.Programs.All() {
			for _, d := range p.Duties.All() {
				if d.Makes == "" {
					continue
				}
				list, err := w.tx.UnmadeDuties(p.Key, d.Key, w.Now(), tickBatch)
				if err != nil {
					return err
				}
				for i := range list {
					if err := w.make(p, d, &list[i]); err != nil {
						return err
					}
				}
				n += len(list)
			}
		}
		return nil
	})
	return n, err
}

// lapse marks what was not done in its window as missed.
func (a *App) lapse(ctx context.Context, county domain.CountyCode) (int, error) {
	n := 0
	err := a.write(ctx, System(county), func(w *work) error {
		list, err := w.tx.LapsedDuties(w.Now(), tickBatch)
		if err != nil {
			return err
		}
		n = len(list)
		for i := range list {
			it := &list[i]
			p, d, err := w.duty(it.Program, it.Key)
			if err != nil {
				return err
			}
			it.MissedAt = w.Now()
			if d.Windows.Len() > 0 {
				it.MissedAt = it.Closes
			}
			if err := w.tx.UpdateDutyItem(it); err != nil {
				return err
			}
			if err := w.dutyHappened(p, d, it, "missed", it.Due); err != nil {
				return err
			}
			if err := w.tellMissed(p, d, it); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (w *work) tellMissed(p *program.Program, d *program.Duty, it *domain.DutyItem) error {
	if d.Windows.Len() > 0 { // told once for the whole list
		return nil
	}
	for i := range d.Ladder {
		if g := &d.Ladder[i]; g.Key == "due" {
			if err := w.fireDuty(p, d, g, it, "任务逾期未完成："+d.Label); err != nil {
				return err
			}
		}
	}
	return nil
}

// RunDue does everything that is due now, until nothing more is.
func (a *App) RunDue(ctx context.Context) error {
	for round := 0; round < 10_000; round++ {
		total := 0
		for _, f := range []func(context.Context) (int, error){a.FireDue, a.CloseDue, a.PanelsDue, a.BallotsDue, a.VoicesDue, a.OweDue, a.WorkImports, a.RunJobs, a.NoticesDue, a.ExchangeDue, a.LibrariesDue, a.Deliver} {
			n, err := f(ctx)
			if err != nil {
				return err
			}
			total += n
		}
		if total == 0 {
			return nil
		}
	}
	return domain.E(domain.KindInternal, "never_quiet")
}

// keepAnswers is how long a retry finds its first answer: longer than an act may be
// dated back, so that what a phone sends again after weeks is either found here or
// refused as too old, never done twice.
const keepAnswers = maxEarly + 5*24*time.Hour

// House keeps house: links new audit rows into the chain, drops answers and
// sign-ins that nobody can ask for any more.
func (a *App) House(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		if err := a.houseJobs(ctx, county); err != nil {
			return err
		}
		return a.DB.Write(ctx, func(tx0 *store.Tx) error {
			tx := tx0.In(county)
			linked, err := tx.LinkAudit(tickBatch)
			if err != nil {
				return err
			}
			n += linked
			sealed, err := tx.SealDocuments(tickBatch)
			if err != nil {
				return err
			}
			n += sealed
			if err := a.ageImports(tx); err != nil {
				return err
			}
			if _, err := tx.PurgeAnswers(a.Now().Add(-keepAnswers)); err != nil {
				return err
			}
			if _, err := tx.PurgeUploads(a.Now().Add(-keepUploads)); err != nil {
				return err
			}
			if err := tx.PurgePartnerIn(a.Now().Add(-partnerKept)); err != nil {
				return err
			}
			_, err = tx.PurgeSignIns()
			return err
		})
	})
	return n, err
}

// NextDue is the next instant at which the background would do something that
// people wait for; the daily look at duties is at midnight.
func (a *App) NextDue(ctx context.Context) (next time.Time, ok bool, err error) {
	next = (domain.DateOf(a.Now()) + 1).Start().UTC()
	if err := a.counties(ctx, func(county domain.CountyCode) error {
		return a.read(ctx, System(county), func(w *work) error {
			if at := w.nextWindow(); !at.IsZero() && at.Before(next) {
				next = at
			}
			return nil
		})
	}); err != nil {
		return next, true, err
	}
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		at, err := tx.NextClock(a.Now())
		if err == nil && !at.IsZero() && at.Before(next) {
			next = at
		}
		return err
	})
	return next, true, err
}

// RebuildAll rebuilds the figures of every program and names those that differed.
func (a *App) RebuildAll(ctx context.Context, who *Who) (differ []string, err error) {
	keys, err := a.programKeys(ctx, who.County)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		same, err := a.Rebuild(ctx, who, k)
		if err != nil {
			return nil, err
		}
		if !same {
			differ = append(differ, k)
		}
	}
	return differ, nil
}
