package app

import (
	"slices"

	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// verdict on one field of an event.
type verdict int

const (
	keepOurs  verdict = iota // only we have changed it, or nothing is new
	agreed                   // both have the same
	takeIt                   // only they have changed it
	askWhom                  // both have
	ourChoice                // both have, and ours stands by the mapping
)

// mergeEvent lays the fields of an event over a row, one by one, and gives the names of
// those on which somebody has to decide.
func (w *work) mergeEvent(pt *domain.Partner, def *program.Partner, rt *program.PartnerRecord, r *record.Row, link *domain.PartnerLink, ev *exchange.Event, vals map[string]any) ([]string, error) {
	st := stateOf(link)
	old := ev.Data.Version <= link.Theirs
	if !old {
		st.acknowledged(ev.Data.Seen, ev.Data.Open)
		st.heard(ev.Data.Seen)
	}
	open, err := w.tx.OpenConflicts(pt.ID, r.ID)
	if err != nil {
		return nil, err
	}
	take := map[string]any{}
	again := false
	for i := range rt.Fields {
		f := &rt.Fields[i]
		theirs, said := vals[f.Own]
		if _, named := ev.Data.Fields[f.Name]; f.Own == "" || !said || !named {
			continue
		}
		ours := r.Value(f.Own)
		c := findConflict(open, f.Name)
		v := judgeField(def, f, st, ev, ours, theirs, old)
		switch v {
		case takeIt:
			take[f.Own] = theirs
			fallthrough
		case agreed:
			st.settled(f.Name, theirs)
			if c != nil {
				if err := w.endConflict(c, domain.ConflictAgreed); err != nil {
					return nil, err
				}
			}
		case ourChoice:
			st.rebase(f.Name, theirs)
			again = true
			if !slices.Contains(st.Chose, f.Name) {
				st.Chose = append(st.Chose, f.Name)
			}
		case askWhom:
			if err := w.openConflict(pt, def, r, c, f, ev.Data.Version, ours, theirs); err != nil {
				return nil, err
			}
		}
	}
	if err := w.unit.Receive(r, take, pt.Name); err != nil {
		return nil, err
	}
	link.Theirs = max(link.Theirs, ev.Data.Version)
	st.into(link)
	if err := w.tx.SavePartnerLink(link); err != nil {
		return nil, err
	}
	if again {
		if err := w.tx.MarkPartnerDue(pt.ID, r.ID); err != nil {
			return nil, err
		}
	}
	return w.openNames(pt, r)
}

func (w *work) openNames(pt *domain.Partner, r *record.Row) ([]string, error) {
	open, err := w.tx.OpenConflicts(pt.ID, r.ID)
	out := make([]string, 0, len(open))
	for _, c := range open {
		out = append(out, c.Name)
	}
	return out, err
}

// judgeField is the three-way comparison: theirs and ours against what both had last when
// the partner built the event.
func judgeField(def *program.Partner, f *program.PartnerField, st *linkState, ev *exchange.Event, ours, theirs any, old bool) verdict {
	base, known := st.baseAt(f.Name, ev.Data.Seen)
	switch {
	case sameOnWire(ours, theirs):
		return agreed
	case old: // an older version came back: it overwrites nothing
		return askWhom
	case slices.Contains(ev.Data.Chose, f.Name) && (st.Decided[f.Name] > ev.Data.Seen || slices.Contains(st.Chose, f.Name)):
		return askWhom // both sides have decided at once, each in its own way: nobody has yet
	case known && sameOnWire(theirs, base):
		return keepOurs // they hold what we last saw
	case known && sameOnWire(ours, base), !known && sameOnWire(ours, nil):
		return takeIt
	}
	switch def.Winner(f) {
	case "ours":
		return ourChoice
	case "theirs":
		return takeIt
	case "newer":
		at := ev.Time
		if t, ok := ev.Data.Changed[f.Name]; ok {
			at = t
		}
		if at.UnixMilli() > st.Changed[f.Name] {
			return takeIt
		}
		return ourChoice
	}
	return askWhom
}

func findConflict(list []domain.PartnerConflict, name string) *domain.PartnerConflict {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// openConflict keeps both values until somebody decides; a newer one of theirs takes the
// place of the former.
func (w *work) openConflict(pt *domain.Partner, def *program.Partner, r *record.Row, c *domain.PartnerConflict, f *program.PartnerField, version int64, ours, theirs any) error {
	fresh := c == nil
	if fresh {
		c = &domain.PartnerConflict{Partner: pt.ID, Program: pt.Program, Record: r.ID, Name: f.Name, State: domain.ConflictOpen}
	}
	c.Version, c.Secret = version, map[string]any{"ours": ours, "theirs": theirs}
	if err := w.tx.SavePartnerConflict(c); err != nil || !fresh {
		return err
	}
	var to []domain.AccountID
	for _, k := range def.Asks {
		role := r.P.Roles.Get(k)
		if role == nil {
			continue
		}
		list, err := w.holders(role, r.Record)
		if err != nil {
			return err
		}
		to = append(to, list...)
	}
	return w.tell(telling{program: pt.Program, message: "partner", text: "与“" + pt.Name + "”不一致，请核对：" + r.Title(), record: r.Record}, to)
}

func (w *work) endConflict(c *domain.PartnerConflict, state string) error {
	c.State, c.Decided, c.By = state, w.Now(), w.who.Account
	return w.tx.SavePartnerConflict(c)
}

// withdrawnBy: the partner will say no more of the record. What is here stays; the file
// says so.
func (w *work) withdrawnBy(pt *domain.Partner, _ *program.Partner, r *record.Row, link *domain.PartnerLink, ev *exchange.Event) error {
	if ev.Data.Version <= link.Theirs {
		return nil
	}
	link.Theirs = ev.Data.Version
	if err := w.tx.SavePartnerLink(link); err != nil {
		return err
	}
	return w.unit.Note(r, "partner_withdrawn", map[string]any{"text": pt.Name})
}
