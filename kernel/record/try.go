package record

import (
	"linqiao/kernel/program"
)

// Try asks everything that an intake by hand asks, up to its guards and its unique
// value, and does nothing: the unit keeps no row of it. What its actions would refuse
// is not asked.
func (u *Unit) Try(p *program.Program, t *program.RecordType, mv *program.Move, a Act) (unique string, err error) {
	r, err := u.blank(p, t, a)
	if err != nil {
		return "", err
	}
	defer delete(u.rows, r.ID)
	if err := u.checkSubject(r); err != nil {
		return "", err
	}
	if !a.trusted {
		if err := u.mayIntake(r, mv); err != nil {
			return "", err
		}
	}
	_, undo, err := u.admit(r, mv, &a)
	if err != nil {
		return "", err
	}
	defer undo()
	return r.uniqueOrNone(), nil
}

// Claims gives the unique value of the record that an intake by rule would make, as
// far as its links say it; "" when the kind has none.
func (u *Unit) Claims(p *program.Program, t *program.RecordType, a Act) (string, error) {
	if len(t.Unique) == 0 {
		return "", nil
	}
	a.trusted = true
	r, err := u.blank(p, t, a)
	if err != nil {
		return "", err
	}
	defer delete(u.rows, r.ID)
	return r.uniqueKey(), nil
}

// Charge makes a standing record the one by which a duty is done, unless it is one
// already.
func (u *Unit) Charge(r *Row, duty string) {
	if r.has("duty") {
		return
	}
	r.set("duty", duty)
	u.touch(r)
}

func (r *Row) uniqueOrNone() string {
	if len(r.T.Unique) == 0 {
		return ""
	}
	return r.uniqueKey()
}

// admit takes the dialog of a move: values read and checked, guards and rules asked.
// The row shows the values until undo.
func (u *Unit) admit(r *Row, mv *program.Move, a *Act) (vals map[string]any, undo func(), err error) {
	f, own := ownAnswers(r, mv, a)
	vals, ferr := u.fill(r, mv, *a)
	if f != nil {
		ferr = append(ferr, u.answered(r, mv, f, own, vals, *a)...)
	}
	if len(ferr) > 0 {
		return nil, nil, fieldsErr(ferr)
	}
	if err := u.checkDialog(r, mv, *a); err != nil {
		return nil, nil, err
	}
	undo = r.overlay(vals) // guards read what the dialog gave
	if !a.accepted {
		err = u.namesNobody(r, mv, vals)
		if err == nil {
			err = u.guards(r, mv.Guard)
		}
	}
	if err == nil {
		err = u.nounRules(r, mv, *a)
	}
	if err == nil {
		err = u.proof(r, mv, *a)
	}
	if err != nil {
		undo()
		return nil, nil, err
	}
	return vals, undo, nil
}
