package scenario

import (
	"context"
	"fmt"
	"slices"
	"time"

	"linqiao/domain"
)

// dayItem is one act that waits: an act of a batch for its day (日=), or a sentence
// said of every day (每天) for its time.
type dayItem struct {
	day   domain.Date
	at    time.Time // zero: the opening hour of the day
	alone bool      // not at the same time as the others of its instant
	run   func(ctx context.Context) error
}

func (d dayItem) when() time.Time {
	if d.at.IsZero() {
		return d.day.Start().Add(openingHour)
	}
	return d.at
}

// openingHour is when acts queued by 日= begin on their day.
const openingHour = 9 * time.Hour

// setTime plays the acts queued for the days on the way, in time order, then
// walks to the instant. The first 时间 of a scene only sets the clock.
func (w *world) setTime(ctx context.Context, at time.Time) error {
	if len(w.things) == 1 && w.last == nil { // nothing but the county exists
		w.target.Clock.Set(at)
		return w.tick(ctx)
	}
	if err := w.playDue(ctx, at); err != nil {
		return err
	}
	return w.walk(ctx, at)
}

func (w *world) playDue(ctx context.Context, until time.Time) error {
	w.mu.Lock()
	due := w.due
	w.due = nil
	w.mu.Unlock()
	slices.SortStableFunc(due, func(a, b dayItem) int { return a.when().Compare(b.when()) })
	for len(due) > 0 {
		n := 1
		for !due[0].alone && n < len(due) && due[n].when().Equal(due[0].when()) && !due[n].alone {
			n++
		}
		start := due[0].when()
		if start.After(until) {
			w.mu.Lock()
			w.due = append(due, w.due...)
			w.mu.Unlock()
			return nil
		}
		if start.After(w.now()) {
			if err := w.walk(ctx, start); err != nil {
				return err
			}
		}
		today := due[:n]
		if err := w.each(n, func(i int) error { return today[i].run(ctx) }); err != nil {
			return err
		}
		due = due[n:]
	}
	return nil
}

func (w *world) advance(ctx context.Context, s Advance) error {
	at := w.now().Add(s.By)
	for n := s.WorkDays; n > 0; {
		at = at.AddDate(0, 0, 1)
		if w.workday(domain.DateOf(at)) {
			n--
		}
	}
	if err := w.playDue(ctx, at); err != nil {
		return err
	}
	return w.walk(ctx, at)
}

func (w *world) workday(d domain.Date) bool {
	if w.target.Workday != nil {
		return w.target.Workday(d)
	}
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday
}

// walk moves the clock to the instant, stopping at every moment at which
// something falls due.
func (w *world) walk(ctx context.Context, to time.Time) error {
	if to.Before(w.now()) {
		return fmt.Errorf("时间倒退：现在是 %s", w.now().Format("2006-01-02 15:04"))
	}
	for w.now().Before(to) {
		at, err := w.nextStop(ctx, to)
		if err != nil {
			return err
		}
		w.target.Clock.Set(at)
		if err := w.tick(ctx); err != nil {
			return err
		}
	}
	return w.tick(ctx)
}

// farAway is the distance beyond which a walk without NextDue takes a few stops
// a day instead of one an hour.
const farAway = 72 * time.Hour

var dailyStops = []int{0, 8, 12, 18, 24} // hours of the day, Beijing time

// nextStop is the next due moment, but no later than to; without NextDue the
// next full hour, or the next of a day's stops while the goal is far away.
func (w *world) nextStop(ctx context.Context, to time.Time) (time.Time, error) {
	at := w.now().Truncate(time.Hour).Add(time.Hour)
	if to.Sub(w.now()) > farAway {
		day := w.day().Start()
		for _, h := range dailyStops {
			if at = day.Add(time.Duration(h) * time.Hour); at.After(w.now()) {
				break
			}
		}
	}
	if w.target.NextDue != nil {
		due, ok, err := w.target.NextDue(ctx)
		if err != nil {
			return at, err
		}
		if !ok {
			return to, nil
		}
		at = due
		if !at.After(w.now()) { // due already and still there: do not stand still
			at = w.now().Add(time.Minute)
		}
	}
	if at.After(to) {
		at = to
	}
	return at, nil
}

func (w *world) tick(ctx context.Context) error {
	if w.target.Tick == nil {
		return nil
	}
	return w.target.Tick(ctx)
}
