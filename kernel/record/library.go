package record

import (
	"linqiao/domain"
	"linqiao/kernel/program"
)

// nounRules are what the kernel asks of a move whatever the program says: of bookings,
// and of what a library shows.
func (u *Unit) nounRules(r *Row, mv *program.Move, a Act) error {
	if err := u.publishable(r, mv); err != nil {
		return err
	}
	if err := u.jointRule(r, mv); err != nil {
		return err
	}
	return u.bookRules(r, mv, a)
}

// publishable refuses that an item of a content library is shown without its title,
// without anything to read, or with a recording that has no transcript: who cannot
// hear or see it must be able to read it (WCAG 2.2, 1.2.1). The row carries what the
// dialog gave; it is looked at before anybody is asked to sign.
func (u *Unit) publishable(r *Row, mv *program.Move) error {
	l := r.P.LibraryOf(r.Key)
	if l == nil || !liveAfter(r, mv) {
		return nil
	}
	var lacks []domain.FieldError
	miss := func(key, code string) {
		if f := r.T.Fields.Get(key); f != nil && text(r.raw(key)) == "" {
			lacks = append(lacks, domain.FieldError{Path: "fields." + key, Code: code, Args: map[string]string{"label": f.Label}})
		}
	}
	miss(l.Title, "required")
	if l.Media == "" || text(r.raw(l.Media)) == "" {
		miss(l.Text, "required")
	} else {
		miss(l.Transcript, "transcript_missing")
	}
	if len(lacks) > 0 {
		return fieldsErr(lacks)
	}
	return nil
}

// liveAfter reports whether a row is shown once the move is made; without a move, as
// it stands.
func liveAfter(r *Row, mv *program.Move) bool {
	if mv == nil || mv.To == "" {
		return r.Phase == domain.PhaseLive
	}
	st := r.T.Stages.Get(mv.To)
	return st != nil && st.Phase == domain.PhaseLive
}

// Opened gives the counts of an item's openings on a day: what figures make of one,
// as often as it happened.
func (u *Unit) Opened(r *Row, l *program.Library, day domain.Date, times int64) ([]Count, error) {
	list, err := u.HappenedOn(r, "library."+l.Key+".opened", nil, day)
	for i := range list {
		list[i].N *= times
		list[i].Value *= times
	}
	return list, err
}
