package app

import (
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// What a filed form means for the windows of a duty.

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
		if owed, err := w.owesWindow(p, d, subject, at); err != nil || owed {
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

// owesWindow reports whether somebody owes something for a window at an instant. Opening
// a window takes a while in a large county: who is on the roster and reports before his
// own row is written gets it now.
func (w *work) owesWindow(p *program.Program, d *program.Duty, subject domain.PartyID, at time.Time) (bool, error) {
	it, err := orNil(w.tx.WindowItem(p.Key, d.Key, string(subject), at))
	ro, rostered := cutRoster(d.Over)
	if err != nil || it != nil || !rostered {
		return it != nil, err
	}
	for _, win := range w.app.windowsOn(d, domain.DateOf(at)) {
		if at.Before(win.Opens) || at.After(win.Closes) || w.Now().Before(win.Opens) {
			continue
		}
		opened, err := w.tx.Marked(windowMark(p.Key, d.Key, win.Key), win.Day)
		if err != nil || opened {
			return false, err
		}
		on, err := w.RosterHas(p.Key, ro, string(subject))
		if err != nil || !on {
			return false, err
		}
		list, err := w.rosterRow(p, d, subject, "")
		if err != nil || len(list) == 0 {
			return false, err
		}
		if err := w.assignAll(p, d, list); err != nil {
			return false, err
		}
		list[0].window = win.Key
		return true, w.owe(p, d, win.roundID(p, d), list[0], win.Opens, win.Closes, win.Closes)
	}
	return false, nil
}
