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
	"linqiao/store"
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
	for _, key := range a.windowed(ctx, county, prog) {
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

func (a *App) windowed(ctx context.Context, county domain.CountyCode, prog string) (keys []string) {
	_ = a.read(ctx, System(county), func(w *work) error {
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
	return keys
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
				done, err := w.tx.Marked(since+"/"+win.Key, day)
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
		return w.tx.Mark(fmt.Sprintf("windows/%s/%s/%s", prog, key, win.Key), win.Day)
	})
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

// tellWindows fires the rungs that are due and settles windows that are over.
func (a *App) tellWindows(ctx context.Context, county domain.CountyCode, prog, key string) (int, error) {
	var list []domain.DutyRound
	if err := a.read(ctx, System(county), func(w *work) (err error) {
		list, err = w.tx.WindowRounds(prog, key)
		return err
	}); err != nil {
		return 0, err
	}
	n := 0
	for i := range list {
		did, err := a.tellWindow(ctx, county, prog, key, list[i].ID)
		if err != nil {
			return n, err
		}
		if did {
			n++
		}
	}
	return n, nil
}

// tellWindow does one step of one window: a part of a rung, or the settling.
func (a *App) tellWindow(ctx context.Context, county domain.CountyCode, prog, key, id string) (did bool, err error) {
	err = a.write(ctx, System(county), func(w *work) error {
		did = false
		p, d, err := w.duty(prog, key)
		if err != nil {
			return err
		}
		rd, err := w.tx.DutyRound(id)
		if err != nil || rd.State != windowState {
			return err
		}
		if !d.Windows.Has(asText(rd.Note["window"])) { // a later version knows it no more
			did = true
			rd.State = "closed"
			return w.tx.UpdateDutyRound(rd)
		}
		win := windowOf(d, rd)
		over := !w.Now().Before(win.Closes)
		if over { // whoever is late must be on the list before the list is told
			page, err := w.tx.DutyItems(store.DutyFilter{Program: prog, Key: key, Round: id, Waiting: true, Limit: 1})
			if err != nil || len(page.Items) > 0 {
				return err
			}
		}
		fired := listed(rd.Note["fired"])
		left := 0
		for i := range d.Ladder {
			g := &d.Ladder[i]
			if slices.Contains(fired, g.Key) {
				continue
			}
			left++
			if w.Now().Before(w.app.rungTime(g, win)) {
				continue
			}
			did = true
			return w.fireWindow(p, d, rd, win, g)
		}
		if !over || left > 0 {
			return nil
		}
		did = true
		return w.settleWindow(rd)
	})
	return did, err
}

// settleWindow keeps the sums of a window that is over: its board and the trend read
// them instead of counting the rows again.
func (w *work) settleWindow(rd *domain.DutyRound) error {
	sums, err := w.tx.RoundTallies(rd.ID)
	if err != nil {
		return err
	}
	groups := map[string]any{}
	for _, t := range sums {
		groups[t.Path] = tallyNote(t)
	}
	rd.State, rd.Note["groups"] = "closed", groups
	delete(rd.Note, "after")
	return w.tx.UpdateDutyRound(rd)
}

// fireWindow does a rung for the next part of the window's rows: those that wait
// before the end, those that are missing after it. What concerns a row (himself, his
// guardian, the rung's actions) is done row by row; everybody else is told once, with
// the number, when the last part is done.
func (w *work) fireWindow(p *program.Program, d *program.Duty, rd *domain.DutyRound, win dutyWindow, g *program.Rung) error {
	early := w.app.rungTime(g, win).Before(win.Closes)
	f := store.DutyFilter{Program: p.Key, Key: d.Key, Round: rd.ID, Waiting: early, Missed: !early, Cursor: asText(rd.Note["after"]), Limit: roundBatch}
	page, err := w.tx.DutyItems(f)
	if err != nil {
		return err
	}
	for i := range page.Items {
		if err := w.fireWindowItem(p, d, g, &page.Items[i]); err != nil {
			return err
		}
	}
	if rd.Note["after"] = page.Next; page.Next != "" {
		return w.tx.UpdateDutyRound(rd)
	}
	if err := w.tellWindowStaff(p, d, rd, win, g, early); err != nil {
		return err
	}
	rd.Note["fired"] = append(rawList(rd.Note["fired"]), g.Key)
	delete(rd.Note, "after")
	return w.tx.UpdateDutyRound(rd)
}

func concernsOne(role *program.Role) bool { return role.Is == "self" || role.Is == "guardian" }

func (w *work) fireWindowItem(p *program.Program, d *program.Duty, g *program.Rung, it *domain.DutyItem) error {
	rec := &domain.Record{County: it.County, Program: p.Key, Subject: it.Party, Path: it.Path}
	for _, k := range g.To {
		role := p.Roles.Get(k)
		if role == nil || !concernsOne(role) {
			continue
		}
		accs, err := w.holders(role, rec)
		if err != nil {
			return err
		}
		if err := w.tell(w.rungTelling(p, d, g, rec, ""), accs); err != nil {
			return err
		}
	}
	if len(g.Do) == 0 {
		return nil
	}
	return w.doRung(p, d, g, it)
}

// tellWindowStaff tells the other roles of a rung once, each with how many of his own
// it is about.
func (w *work) tellWindowStaff(p *program.Program, d *program.Duty, rd *domain.DutyRound, win dutyWindow, g *program.Rung, early bool) error {
	sums, err := w.tx.RoundTallies(rd.ID)
	if err != nil {
		return err
	}
	count := map[domain.AccountID]int{}
	var order []domain.AccountID
	for _, t := range sums {
		n := t.Missed
		if early {
			n = t.Due - t.Done
		}
		if n == 0 {
			continue
		}
		once := map[domain.AccountID]bool{}
		for _, k := range g.To {
			role := p.Roles.Get(k)
			if role == nil || concernsOne(role) {
				continue
			}
			accs, err := w.holders(role, &domain.Record{County: rd.County, Program: p.Key, Path: t.Path})
			if err != nil {
				return err
			}
			for _, acc := range accs {
				if once[acc] {
					continue
				}
				once[acc] = true
				if count[acc] == 0 {
					order = append(order, acc)
				}
				count[acc] += n
			}
		}
	}
	for _, acc := range order {
		more := fmt.Sprintf("（%s %s，%d 人未报）", rd.From, win.label(), count[acc])
		if err := w.tell(w.rungTelling(p, d, g, nil, more), []domain.AccountID{acc}); err != nil {
			return err
		}
	}
	return nil
}

// rungTelling is the message of a rung, or the kernel's words where it names none.
func (w *work) rungTelling(p *program.Program, d *program.Duty, g *program.Rung, rec *domain.Record, more string) telling {
	t := telling{program: p.Key, message: "rung", text: "任务提醒：" + d.Label + more, record: rec}
	if m := p.Messages.Get(g.Say); m != nil {
		t.message, t.via, t.urgent, t.lasts = m.Key, m.Via, m.Urgent, m.Lasts
		t.text = w.unit.SayPlain(p, m.Text) + more
	}
	return t
}

// fileWindow settles what a filed form means for the windows of a duty: it counts for
// the window in which it was filled, also when it arrives after the window's end.
func (w *work) fileWindow(p *program.Program, d *program.Duty, over string, resp *domain.Response, urgent bool) error {
	it, err := orNil(w.tx.WindowItem(p.Key, d.Key, over, resp.At))
	if err != nil || it == nil {
		return err
	}
	again := !it.DoneAt.IsZero()
	it.Urgent = it.Urgent || urgent
	if again { // a second report in one window: kept, and counted once
		if urgent {
			return w.tx.UpdateDutyItem(it)
		}
		return nil
	}
	late := !it.MissedAt.IsZero()
	it.DoneAt, it.MissedAt = resp.At, time.Time{}
	it.Data["response"], it.Data["by"], it.Data["received"] = resp.ID, string(resp.ByAccount), resp.RecordedAt.UnixMilli()
	w.lasting()
	if err := w.tx.UpdateDutyItem(it); err != nil {
		return err
	}
	if late {
		if err := w.unmiss(p, d, it, urgent); err != nil {
			return err
		}
	}
	return w.dutyHappened(p, d, it, "done", it.DoneAt.Add(time.Second))
}

// unmiss takes back that an item was missed: it was done in time and arrived late.
// What its ladder has done stays.
func (w *work) unmiss(p *program.Program, d *program.Duty, it *domain.DutyItem, urgent bool) error {
	if err := w.dutyUncounted(p, d, it, "missed"); err != nil {
		return err
	}
	rd, err := w.tx.DutyRound(it.Round)
	if err != nil || rd.State == windowState {
		return err
	}
	groups, _ := rd.Note["groups"].(map[string]any)
	t := tallyOf(groups[it.Path])
	t.Done, t.Missed = t.Done+1, max(t.Missed-1, 0)
	if urgent {
		t.Urgent++
	}
	groups[it.Path] = tallyNote(t)
	return w.tx.UpdateDutyRound(rd)
}

// inWindow refuses a form outside the windows of the duty that owes it, where the
// form says so (`late: refuse`). What is urgent is always taken.
func (w *work) inWindow(p *program.Program, f *program.Form, subject domain.PartyID, at time.Time, urgent bool) error {
	if f.Late != "refuse" || urgent {
		return nil
	}
	for _, d := range p.Duties.All() {
		if d.Form != f.Key || d.Windows.Len() == 0 {
			continue
		}
		it, err := orNil(w.tx.WindowItem(p.Key, d.Key, string(subject), at))
		if err != nil || it != nil {
			return err
		}
		words := ""
		for _, win := range w.app.windowsOn(d, domain.DateOf(at)) {
			if !at.Before(win.Opens) && !at.After(win.Closes) {
				return domain.E(domain.KindRefused, "window_not_owed", "duty", d.Label)
			}
			if words != "" {
				words += "、"
			}
			words += win.label()
		}
		if words == "" {
			words = "今天不报"
		}
		return domain.E(domain.KindRefused, "window_closed", "duty", d.Label, "windows", words, "at", at.In(domain.Beijing).Format("2006-01-02 15:04"))
	}
	return nil
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

func rawList(v any) []any {
	list, _ := v.([]any)
	return slices.Clone(list)
}

// tallyOf reads the sums that a settled window keeps.
func tallyOf(v any) (t store.RoundTally) {
	list, _ := v.([]any)
	for i, x := range []*int{&t.Due, &t.Done, &t.Missed, &t.Urgent} {
		if i < len(list) {
			n, _ := wholeNumber(list[i])
			*x = int(n)
		}
	}
	return t
}

func tallyNote(t store.RoundTally) []any {
	return []any{int64(t.Due), int64(t.Done), int64(t.Missed), int64(t.Urgent)}
}
