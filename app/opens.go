package app

import (
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// ProgramView is the kernel's view of a program with what this reader may open of it.
type ProgramView struct {
	program.View
	Opens ProgramOpens `json:"opens"`
}

// ProgramOpens lists the pages of a program that this reader may open, each by the rule
// that the page itself is refused by. Screens lead to no others.
type ProgramOpens struct {
	Records []string `json:"records"` // lists of which he reads rows or into which he takes in
	Boards  []string `json:"boards"`  // orders that he sees on the dispatch board
	Duties  []string `json:"duties"`
	Rosters []string `json:"rosters"`
	Stats   []string `json:"stats"`
	Ledgers []string `json:"ledgers"`
	// Libraries are content libraries whose items he reads as records: drafts, too.
	Libraries []string `json:"libraries"`
	Shifts    []string `json:"shifts"`  // rosters on which people stand by the hour
	Devices   []string `json:"devices"` // things that report by themselves
	Notices   bool     `json:"notices"`
	// Conflicts: he is asked where this side and a system in step have both changed a field.
	Conflicts bool `json:"conflicts"`
}

func (w *work) opensOf(p *program.Program) (ProgramOpens, error) {
	o := ProgramOpens{Records: keysWhere(p.Records, w.opensRecord(p)), Boards: []string{}, Duties: []string{}, Rosters: []string{}, Stats: []string{}, Ledgers: []string{}, Libraries: []string{},
		Shifts: []string{}, Devices: []string{}}
	var err error
	if o.Notices, err = w.opensNotices(p); err != nil || !w.staff() && !w.who.Admin && !w.who.Auditor {
		return o, err // the other pages are of those who work here
	}
	if w.staff() {
		o.Rosters = append(o.Rosters, p.Rosters.Keys()...)
	}
	if w.who.Admin || slices.ContainsFunc(p.Roles.Keys(), func(k string) bool { return w.who.HoldsStatic(p.Roles.Get(k)) }) {
		o.Shifts = keysWhere(p.Rosters, func(r *program.Roster) bool { return r.Shifts != nil })
	}
	o.Devices = keysWhere(p.Devices, func(d *program.Device) bool { return w.readsRows(p, p.Records.Get(d.Of)) })
	o.Conflicts = slices.ContainsFunc(p.Partners.Keys(), func(k string) bool {
		return slices.ContainsFunc(p.Partners.Get(k).Asks, func(role string) bool { return w.who.HoldsStatic(p.Roles.Get(role)) })
	})
	o.Libraries = keysWhere(p.Libraries, func(l *program.Library) bool { return w.opensLibrary(p, l) })
	o.Boards = keysWhere(p.Records, func(t *program.RecordType) bool { return t.Noun == domain.Order && w.readsRows(p, t) })
	o.Duties = keysWhere(p.Duties, func(d *program.Duty) bool { return w.opensDuty(p, d) })
	o.Ledgers = keysWhere(p.Ledgers, func(l *program.Ledger) bool {
		_, _, err := w.ledgerScope(p, l)
		return err == nil
	})
	paths, err := w.figurePaths(p)
	if err != nil && domain.KindOf(err) != domain.KindForbidden {
		return o, err
	}
	o.Stats = keysWhere(p.Stats, func(st *program.Stat) bool { _, ok := paths[st.Key]; return ok })
	return o, nil
}

func keysWhere[T any](m program.Map[T], ok func(T) bool) []string {
	out := []string{}
	for k, x := range m.All() {
		if ok(x) {
			out = append(out, k)
		}
	}
	return out
}

// staff: somebody with a post, or the system itself.
func (w *work) staff() bool { return len(w.who.Memberships) > 0 || w.who.System }

func (w *work) readsRows(p *program.Program, t *program.RecordType) bool {
	return w.who.System || len(w.access(p.Key, t.Key)) > 0
}

// opensRecord: whoever reads rows of a kind, or takes one in by hand.
func (w *work) opensRecord(p *program.Program) func(*program.RecordType) bool {
	held := func(keys []string) bool {
		return slices.ContainsFunc(keys, func(k string) bool {
			role := p.Roles.Get(k)
			return role != nil && w.who.HoldsStatic(role)
		})
	}
	return func(t *program.RecordType) bool {
		if w.readsRows(p, t) || held(t.KeptBy) {
			return true
		}
		for _, mv := range t.Moves.All() {
			if mv.Intake() && held(mv.By) {
				return true
			}
		}
		return false
	}
}

// opensDuty: the board of a duty with windows, the rounds of any other.
func (w *work) opensDuty(p *program.Program, d *program.Duty) bool {
	if d.Windows.Len() > 0 {
		return len(w.sightOfBoard(p, d).paths) > 0
	}
	return w.seesRounds(p, d)
}

// opensNotices: whoever may be shown a publication of the program, or reviews one.
func (w *work) opensNotices(p *program.Program) (bool, error) {
	for _, nt := range p.Notices.All() {
		role := p.Roles.Get(nt.To)
		if nt.To == noticePublic || role != nil && w.who.HoldsStatic(role) {
			return true, nil
		}
		_, ok, err := w.reviews(p, nt, "")
		if ok || err != nil && domain.KindOf(err) != domain.KindNotFound {
			return ok, err
		}
	}
	return false, nil
}
