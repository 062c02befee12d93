package app

import (
	"fmt"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// An act made without a network says what it saw (Rev, Base). When the record has
// changed meanwhile, only what both sides have changed is a conflict; it is shown field
// by field, and the person settles it.

// settleBase lets an act through that saw an older version, when nothing it fills has
// been changed since; else it is "stale" with the fields in question.
func (w *work) settleBase(r *record.Row, s sight, in Act, act *record.Act) error {
	if in.Base == nil || in.Rev == 0 || in.Rev == r.Rev {
		return nil
	}
	e := domain.E(domain.KindConflict, "stale", "record", r.T.Label, "rev", fmt.Sprint(r.Rev))
	for _, k := range sortedKeys(in.Fields) {
		w.addTheirs(e, r, s, k, in.Fields[k], in.Base[k])
	}
	if len(e.Fields) > 0 {
		return e
	}
	act.Rev = 0
	return nil
}

// addTheirs adds a field that somebody else has changed to something else than this
// act wants, as far as the caller may see it.
func (w *work) addTheirs(e *domain.Error, r *record.Row, s sight, key string, mine, base any) {
	f := record.FieldOf(r.T, key)
	if f == nil || !s.may(r, f) {
		return
	}
	if now := r.Value(key); !sameValue(now, base) && !sameValue(now, mine) {
		e.Fields = append(e.Fields, domain.FieldError{Path: "fields." + key, Code: "theirs", Args: map[string]string{"label": f.Label}, Theirs: now})
	}
}

// madeBefore: somebody else has made this very move while the caller was away. The
// answer says what he has filed where it differs.
func (w *work) madeBefore(r *record.Row, s sight, mv *program.Move, in Act) error {
	if slices.Contains(mv.From, r.Stage) || !mv.Offline || !r.Made(mv) || !w.unit.MayMove(r, mv) {
		return nil
	}
	e := domain.E(domain.KindConflict, "move_made", "move", mv.Label, "rev", fmt.Sprint(r.Rev))
	for _, k := range sortedKeys(in.Fields) {
		w.addTheirs(e, r, s, k, in.Fields[k], nil)
	}
	return e
}
