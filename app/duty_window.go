package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Duties with windows (`windows: {am: ["07:00", "09:00"]}`): on every day on which
// the duty falls, each window is a round. Something is owed by every row for it, from
// its beginning; what is not done at its end is missed, and its ladder is told once
// for the whole list, not once for every row.

// windowState is the state of a round whose window is not settled yet.
const windowState = "window"

// dutyWindow is one window on one day.
type dutyWindow struct {
	Key           string
	Day           domain.Date
	Opens, Closes time.Time
}

// windowsOn lists the windows of a duty on a day, none on a day on which it does not
// fall.
func (a *App) windowsOn(d *program.Duty, day domain.Date) (out []dutyWindow) {
	due, ok := a.nextDue(d.Every, day.Start())
	if !ok || domain.DateOf(due.Add(-time.Second)) != day {
		return nil
	}
	for key, w := range d.Windows.All() {
		out = append(out, dutyWindow{key, day, clockOn(day, w[0]), clockOn(day, w[1])})
	}
	slices.SortFunc(out, func(a, b dutyWindow) int { return a.Opens.Compare(b.Opens) })
	return out
}

// clockOn is a time of day (`15:04`, checked by the loader) on a day, Beijing time.
func clockOn(day domain.Date, hm string) time.Time {
	t, err := time.Parse("15:04", hm)
	if err != nil {
		return day.End()
	}
	return day.Start().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}

func (win dutyWindow) label() string {
	return win.Opens.In(domain.Beijing).Format("15:04") + "–" + win.Closes.In(domain.Beijing).Format("15:04")
}

// roundID makes the id of a window's round out of what it is, so that opening it
// twice, or going on after a crash, is the same round.
func (win dutyWindow) roundID(p *program.Program, d *program.Duty) string {
	h := sha256.Sum256([]byte(fmt.Sprintf("window/%s/%s/%s/%s", p.Key, d.Key, win.Key, win.Day)))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // a UUID of version 8
	x := hex.EncodeToString(h[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:32]
}

// Windows opens, closes and announces the windows of the county's duties.
func (a *App) windows(ctx context.Context, county domain.CountyCode, prog string) (int, error) {
	total := 0
	keys, err := a.windowed(ctx, county, prog)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		n, err := a.openWindows(ctx, county, prog, key)
		total += n
		if err != nil {
			return total, fmt.Errorf("duty %s: %w", key, err)
		}
		if n, err = a.tellWindows(ctx, county, prog, key); err != nil {
			return total, fmt.Errorf("duty %s: %w", key, err)
		}
		total += n
	}
	return total, nil
}

func (a *App) windowed(ctx context.Context, county domain.CountyCode, prog string) (keys []string, err error) {
	err = a.read(ctx, System(county), func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		for k, d := range p.Duties.All() {
			if d.Windows.Len() > 0 && d.Every != nil {
				keys = append(keys, k)
			}
		}
		return nil
	})
	return keys, err
}

// openWindows owes what the windows that have begun ask for. A window that began and
// ended while nothing ran is made up for: what phones kept meanwhile still belongs to
// it. Windows of before the duty was first seen are not.
func (a *App) openWindows(ctx context.Context, county domain.CountyCode, prog, key string) (int, error) {
	n := 0
	var todo []dutyWindow
	since := fmt.Sprintf("windows/%s/%s", prog, key)
	err := a.write(ctx, System(county), func(w *work) error {
		_, d, err := w.duty(prog, key)
		if err != nil {
			return err
		}
		todo = nil
		today := domain.DateOf(w.Now())
		known, err := w.tx.Marked(since, 1)
		if err != nil {
			return err
		}
		if !known {
			if err := w.tx.Mark(since, today); err != nil {
				return err
			}
		}
		for day := today - 1; day <= today; day++ {
			seen, err := w.tx.Marked(since, day+1) // first seen after that day
			if err != nil || seen {
				continue
			}
			for _, win := range a.windowsOn(d, day) {
				if win.Opens.After(w.Now()) || !known && !win.Closes.After(w.Now()) {
					continue
				}
				done, err := w.tx.Marked(windowMark(prog, key, win.Key), day)
				if err != nil {
					return err
				}
				if !done {
					todo = append(todo, win)
				}
			}
		}
		return nil
	})
	for _, win := range todo {
		if err == nil {
			err = a.openWindow(ctx, county, prog, key, win)
			n++
		}
	}
	return n, err
}

func (a *App) openWindow(ctx context.Context, county domain.CountyCode, prog, key string, win dutyWindow) error {
	var rows []owed
	id := ""
	if err := a.write(ctx, System(county), func(w *work) error {
		p, d, err := w.duty(prog, key)
		if err != nil {
			return err
		}
		if rows, err = w.planRound(p, d, ""); err != nil {
			return err
		}
		if id = win.roundID(p, d); len(rows) == 0 {
			return nil // nobody on the roster: there is nothing to close or to show
		}
		if _, err := w.tx.DutyRound(id); domain.KindOf(err) != domain.KindNotFound {
			return err // begun before a crash: go on
		}
		return w.tx.InsertDutyRound(&domain.DutyRound{ID: id, Program: prog, Key: key, From: win.Day, Until: win.Day, Created: win.Opens,
			State: windowState, Note: map[string]any{"window": win.Key, "total": len(rows)}})
	}); err != nil {
		return err
	}
	for part := range slices.Chunk(rows, roundBatch) {
		if err := a.write(ctx, System(county), func(w *work) error {
			p, d, err := w.duty(prog, key)
			if err != nil {
				return err
			}
			for _, x := range part {
				x.window = win.Key
				if err := w.owe(p, d, id, x, win.Opens, win.Closes, win.Closes); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return a.write(ctx, System(county), func(w *work) error {
		return w.tx.Mark(windowMark(prog, key, win.Key), win.Day)
	})
}

// windowMark is set for a day when everything that a window asks for is owed.
func windowMark(prog, duty, window string) string {
	return fmt.Sprintf("windows/%s/%s/%s", prog, duty, window)
}

// windowOf reads a round back into the window it stands for.
func windowOf(d *program.Duty, rd *domain.DutyRound) dutyWindow {
	key := asText(rd.Note["window"])
	w := d.Windows.Get(key)
	return dutyWindow{key, rd.From, clockOn(rd.From, w[0]), clockOn(rd.From, w[1])}
}

// rungTime is when a rung of a window's ladder fires: counted from the window's end.
func (a *App) rungTime(g *program.Rung, win dutyWindow) time.Time {
	switch {
	case g.Offset.N < 0:
		return a.cal.Before(win.Closes, -g.Offset.N, g.Offset.Unit)
	case g.Offset.N > 0:
		at, _ := a.cal.Due(win.Closes, g.Offset.N, g.Offset.Unit, false)
		return at
	case g.Key == "0m":
		return win.Opens
	}
	return win.Closes
}

// windowMoments are the instants at which the windows of a day do something.
func (a *App) windowMoments(d *program.Duty, day domain.Date) (out []time.Time) {
	for _, win := range a.windowsOn(d, day) {
		out = append(out, win.Opens, win.Closes)
		for i := range d.Ladder {
			out = append(out, a.rungTime(&d.Ladder[i], win))
		}
	}
	return out
}

// nextWindow is the next instant at which a window of any duty does something.
func (w *work) nextWindow() (next time.Time) {
	today := domain.DateOf(w.Now())
	for _, p := range w.set.set.Programs.All() {
		for _, d := range p.Duties.All() {
			if d.Windows.Len() == 0 || d.Every == nil {
				continue
			}
			for day := today - 1; day <= today+1; day++ {
				for _, at := range w.app.windowMoments(d, day) {
					if at.After(w.Now()) && (next.IsZero() || at.Before(next)) {
						next = at
					}
				}
			}
		}
	}
	return next
}
