package record

import (
	"linqiao/domain"
	"linqiao/kernel/program"
)

// Made reports whether the move was made on the row and nothing has happened to its
// stage since: what its dialog asked may still be put right.
func (r *Row) Made(mv *program.Move) bool {
	_, made := r.Hist["m:"+mv.Key]
	return made && (mv.To == "" || mv.To == r.Stage)
}

// Amend puts right what an offline move has filed: two people served without a network,
// the second to arrive settles field by field what holds. The move is not made again:
// its actions and counts stand; the event says what was changed and by whom.
func (u *Unit) Amend(r *Row, mv *program.Move, a Act) error {
	switch {
	case !mv.Offline || !r.Made(mv):
		return domain.E(domain.KindConflict, "move_not_now", "move", mv.Label, "stage", r.T.Stages.Get(r.Stage).Label)
	case !u.MayMove(r, mv):
		return domain.E(domain.KindForbidden, "move_forbidden", "move", mv.Label)
	case a.Rev == 0:
		return domain.E(domain.KindInvalid, "rev_missing").With("rev", "rev_missing")
	}
	if err := u.checkRev(r, a); err != nil {
		return err
	}
	vals, ferr := u.fill(r, mv, a)
	if len(ferr) > 0 {
		return fieldsErr(ferr)
	}
	for k, v := range vals {
		r.set(k, v)
	}
	u.touch(r)
	return u.log(r, "amend", mv, a, vals)
}
