package app

import (
	"context"
	"fmt"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// What the ladder of a window tells and does, and the sums that are kept when it is over.

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
