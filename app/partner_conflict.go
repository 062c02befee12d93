package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// ConflictView is a field that this side and a partner have both changed, for who
// decides. Values that the reader may not see are absent, and then he cannot decide.
type ConflictView struct {
	ID          string        `json:"id"`
	Partner     string        `json:"partner"`
	Record      RecordSummary `json:"record"`
	Field       string        `json:"field"`
	Label       string        `json:"label"`
	Ours        any           `json:"ours,omitempty"`
	Theirs      any           `json:"theirs,omitempty"`
	OursShown   string        `json:"ours_shown"`
	TheirsShown string        `json:"theirs_shown"`
	Older       bool          `json:"older"` // theirs is a version from before
	At          time.Time     `json:"at"`
	Rev         int64         `json:"rev"`
}

// Conflicts lists what waits for a decision of this reader in a program.
func (a *App) Conflicts(ctx context.Context, who *Who, prog, cursor string) (out List[ConflictView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p := w.set.set.Program(prog)
		if p == nil {
			return domain.NotFound("program")
		}
		list, err := w.tx.PartnerConflicts(prog, domain.ConflictOpen, cursor, 201)
		if err != nil {
			return err
		}
		next := ""
		if len(list) > 200 {
			list = list[:200]
			next = list[199].ID
		}
		items := []ConflictView{}
		for i := range list {
			v, err := w.conflictView(&list[i])
			if domain.KindOf(err) == domain.KindNotFound && err != nil {
				continue
			}
			if err != nil {
				return err
			}
			items = append(items, *v)
		}
		out = listOf(items, next)
		return nil
	})
	return out, err
}

// decider checks that the caller may see and decide a conflict: one of the roles that
// the mapping asks, towards the row, cleared for the field.
func (w *work) decider(c *domain.PartnerConflict) (*domain.Partner, *record.Row, sight, *program.PartnerField, error) {
	gone := domain.NotFound("conflict")
	pt, err := w.tx.Partner(c.Partner)
	if err != nil {
		return nil, nil, sight{}, nil, gone
	}
	_, def := w.mappingOf(pt)
	r, s, err := w.row(c.Record)
	if err != nil || def == nil {
		return nil, nil, sight{}, nil, gone
	}
	asked := false
	for _, k := range def.Asks {
		asked = asked || w.unit.Holds(r, k)
	}
	rt := def.Records.Get(r.Key)
	if !asked || rt == nil {
		return nil, nil, sight{}, nil, gone
	}
	f := rt.Field(c.Name)
	if f == nil || f.Own == "" || !s.may(r, r.T.Fields.Get(f.Own)) {
		return nil, nil, sight{}, nil, gone
	}
	return pt, r, s, f, nil
}

func (w *work) conflictView(c *domain.PartnerConflict) (*ConflictView, error) {
	pt, r, s, f, err := w.decider(c)
	if err != nil {
		return nil, err
	}
	link, err := w.tx.PartnerLink(pt.ID, r.ID)
	if err != nil {
		return nil, err
	}
	field := r.T.Fields.Get(f.Own)
	ours := r.Value(f.Own)
	v := &ConflictView{ID: c.ID, Partner: pt.Name, Field: f.Own, Label: w.words(r.P).Field(field), Ours: ours, Theirs: c.Secret["theirs"],
		OursShown: w.display(field, ours), TheirsShown: w.display(field, c.Secret["theirs"]), Older: c.Version < link.Theirs, At: c.At, Rev: c.Rev}
	v.Record, err = w.summary(r, s)
	return v, err
}

// DecideConflict settles a field: ours stays or theirs is taken, and the partner is told.
// It carries the version of the conflict that was seen: a value of theirs that came
// since is shown first. Ours is what stands in the record, also when it has changed.
func (a *App) DecideConflict(ctx context.Context, who *Who, once Once, id, pick string, rev int64) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		c, err := w.tx.PartnerConflict(id)
		if err != nil {
			return err
		}
		pt, r, _, f, err := w.decider(c)
		if err != nil {
			return err
		}
		if c.State != domain.ConflictOpen {
			return domain.E(domain.KindConflict, "conflict_decided")
		}
		if rev != c.Rev {
			return domain.E(domain.KindConflict, "conflict_moved")
		}
		link, err := w.tx.PartnerLink(pt.ID, r.ID)
		if err != nil {
			return err
		}
		st := stateOf(link)
		theirs := c.Secret["theirs"]
		st.rebase(f.Name, theirs)
		state := domain.ConflictOurs
		if pick == "theirs" {
			state = domain.ConflictTheirs
			st.settled(f.Name, theirs)
			if err := w.unit.Receive(r, map[string]any{f.Own: theirs}, pt.Name); err != nil {
				return err
			}
		} else if err := w.unit.Note(r, "partner_ours", map[string]any{"text": pt.Name}); err != nil {
			return err
		}
		st.Chose = append(st.Chose, f.Name) // either way: the other side asks about it too
		st.into(link)
		if err := w.tx.SavePartnerLink(link); err != nil {
			return err
		}
		if err := w.tx.MarkPartnerDue(pt.ID, r.ID); err != nil {
			return err
		}
		return w.endConflict(c, state)
	})
}
