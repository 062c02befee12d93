package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// What somebody reports in windows, for himself, his wards and the members of groups
// he keeps. A phone keeps the list and the hours, and can report without a network.

// CheckIn is one duty of one person.
type CheckIn struct {
	Program string        `json:"program"`
	Duty    string        `json:"duty"`
	Label   string        `json:"label"`
	Form    string        `json:"form"`
	Every   string        `json:"every"`
	Party   PartyRef      `json:"party"`
	As      string        `json:"as"` // self, ward, group
	Windows []CheckWindow `json:"windows"`
}

// CheckWindow is one window of today.
type CheckWindow struct {
	Window   string     `json:"window"`
	Label    string     `json:"label"`
	Opens    time.Time  `json:"opens"`
	Closes   time.Time  `json:"closes"`
	State    string     `json:"state"` // coming, open, done, missed, none (not owed)
	At       *time.Time `json:"at,omitempty"`
	Received *time.Time `json:"received,omitempty"`
}

// CheckIns lists what the caller may report today.
func (a *App) CheckIns(ctx context.Context, who *Who) (l List[CheckIn], err error) {
	err = a.read(ctx, who, func(w *work) error {
		items := []CheckIn{}
		for _, p := range w.set.set.Programs.All() {
			for _, d := range p.Duties.All() {
				if d.Windows.Len() == 0 || d.Form == "" || d.Every == nil {
					continue
				}
				list, err := w.checkIns(p, d)
				if err != nil {
					return err
				}
				items = append(items, list...)
			}
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}

// groupMost bounds how many members of his groups one person reports for.
const groupMost = 300

func (w *work) checkIns(p *program.Program, d *program.Duty) (out []CheckIn, err error) {
	ro, ok := cutRoster(d.Over)
	if !ok {
		return nil, nil
	}
	seen := map[domain.PartyID]bool{}
	add := func(id domain.PartyID, as string) error {
		if seen[id] || len(out) >= groupMost {
			return nil
		}
		seen[id] = true
		pt, err := orNil(w.Party(id))
		if err != nil || pt == nil {
			return err
		}
		row, err := w.unit.SubjectRow(p, id)
		if err != nil || !w.unit.MayFill(row, p.Forms.Get(d.Form)) {
			return err
		}
		x, err := w.checkIn(p, d, pt, as)
		if err == nil {
			out = append(out, x)
		}
		return err
	}
	for i, ids := range [][]domain.PartyID{w.who.Parties, w.who.Wards} {
		for _, id := range ids {
			on, err := w.RosterHas(p.Key, ro, string(id))
			if err != nil {
				return nil, err
			}
			if on {
				if err := add(id, []string{"self", "ward"}[i]); err != nil {
					return nil, err
				}
			}
		}
	}
	group, err := w.groupOf(p, d)
	for _, id := range group {
		if err := add(id, "group"); err != nil {
			return nil, err
		}
	}
	return out, err
}

// groupOf lists the members of the caller's groups: first those who have not reported in
// a window that is open, then the others of the latest window, so that a phone without a
// network knows them before the next one opens.
func (w *work) groupOf(p *program.Program, d *program.Duty) (ids []domain.PartyID, err error) {
	var paths []string
	for _, role := range p.Roles.All() {
		if role.Is == "keeper" {
			paths = append(paths, w.who.KeptPaths(p, role)...)
		}
	}
	if len(paths) == 0 {
		return nil, nil
	}
	asked := []store.DutyFilter{{Program: p.Key, Key: d.Key, Paths: paths, Waiting: true, OpensBy: w.Now(), Limit: groupMost}}
	rounds, err := w.tx.DutyRounds(p.Key, d.Key, 1)
	if err != nil {
		return nil, err
	}
	if len(rounds) > 0 {
		asked = append(asked, store.DutyFilter{Program: p.Key, Key: d.Key, Round: rounds[0].ID, Paths: paths, Limit: groupMost})
	}
	seen := map[domain.PartyID]bool{}
	for _, f := range asked {
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if id := page.Items[i].Party; !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

func (w *work) checkIn(p *program.Program, d *program.Duty, pt *domain.Party, as string) (CheckIn, error) {
	v := CheckIn{Program: p.Key, Duty: d.Key, Label: w.words(p).Duty(d), Form: d.Form, Every: d.Every.Raw,
		Party: PartyRef{pt.ID, pt.Kind, pt.Name}, As: as, Windows: []CheckWindow{}}
	for _, win := range w.app.windowsOn(d, domain.DateOf(w.Now())) {
		x := CheckWindow{Window: win.Key, Label: win.label(), Opens: win.Opens, Closes: win.Closes, State: "coming"}
		if !w.Now().Before(win.Opens) {
			opened, err := w.tx.Marked(windowMark(p.Key, d.Key, win.Key), win.Day)
			if err != nil {
				return v, err
			}
			if x.State = "none"; !opened { // a moment after its beginning
				x.State = "open"
			}
			it, err := orNil(w.tx.WindowItem(p.Key, d.Key, string(pt.ID), win.Opens))
			if err != nil {
				return v, err
			}
			if it != nil {
				x.State = checkState(it, w.Now())
				if !it.DoneAt.IsZero() {
					x.At = &it.DoneAt
					if ms, ok := wholeNumber(it.Data["received"]); ok {
						at := time.UnixMilli(ms).UTC()
						x.Received = &at
					}
				}
			}
		}
		v.Windows = append(v.Windows, x)
	}
	return v, nil
}

func checkState(it *domain.DutyItem, now time.Time) string {
	switch {
	case !it.DoneAt.IsZero():
		return "done"
	case !it.MissedAt.IsZero() || !now.Before(it.Closes):
		return "missed"
	}
	return "open"
}
