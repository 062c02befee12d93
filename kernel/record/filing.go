package record

import (
	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// A move whose form has questions of its own files that form: the answers come in the
// same dialog, are checked with it and kept in the same transaction. What is urgent in
// them is done after the move.

// filing is a form filled in a move's dialog, until it is kept.
type filing struct {
	form   *program.Form
	resp   *domain.Response
	urgent []program.Urgent
	given  map[string]any // the answers as conditions read them
}

// filer is the part of a World that keeps filled forms, and tells who waits for them.
type filer interface {
	File(r *Row, f *program.Form, resp *domain.Response, urgent bool, given map[string]any) error
}

// OwnForm is the form that a move files, nil when it only asks fields of the record.
func OwnForm(p *program.Program, mv *program.Move) *program.Form {
	if mv == nil {
		return nil
	}
	f := p.Forms.Get(mv.Form)
	if f == nil || f.Fields.Len() == 0 {
		return nil
	}
	return f
}

// ownAnswers takes the answers of the move's form out of the dialog. A rule that makes
// the move answers nothing, and files nothing.
func ownAnswers(r *Row, mv *program.Move, a *Act) (*program.Form, map[string]any) {
	f := OwnForm(r.P, mv)
	if f == nil {
		return nil, nil
	}
	rest, own := map[string]any{}, map[string]any{}
	for k, v := range a.Fields {
		if f.Fields.Has(k) && FieldOf(r.T, k) == nil {
			own[k] = v
		} else {
			rest[k] = v
		}
	}
	if a.trusted && len(own) == 0 {
		return nil, nil
	}
	a.Fields = rest
	return f, own
}

// answered checks the answers, with the record's fields that the dialog gave, and keeps
// them with the row until the move is made: guards read them.
func (u *Unit) answered(r *Row, mv *program.Move, f *program.Form, own, vals map[string]any, a Act) []domain.FieldError {
	fields, _ := Accepts(r.T, r.P, mv)
	answers, errs := form.Take("fields.", f, own, u.Today(), vals, fields...)
	if len(errs) > 0 {
		return errs
	}
	all := map[string]any{}
	for k, v := range vals {
		all[k] = v
	}
	for k, v := range answers {
		all[k] = v
	}
	vars := form.NewVars(f, all, u.Today(), fields...)
	if errs := form.RequireVars(f, vars); len(errs) > 0 {
		return errs
	}
	x := &filing{form: f, urgent: form.Urgents(f, vars), given: map[string]any{}}
	for k := range f.Fields.All() {
		if v, err := vars.Var(k); err == nil {
			x.given[k] = v
		}
	}
	x.resp = &domain.Response{County: r.County, ID: u.w.NewID(), Program: r.P.Key, Form: f.Key, Record: r.ID, Subject: r.Subject,
		At: u.at(a), RecordedAt: u.w.Now(), Class: f.Class}
	if r.T.Identity != "none" {
		x.resp.ByAccount = u.actor.Account
		if len(u.actor.Parties) > 0 {
			x.resp.ByParty = u.actor.Parties[0]
		}
	}
	x.resp.Data, x.resp.Secret = SplitAnswers(f, answers)
	if total, band, ok := form.Score(f, answers); ok {
		x.resp.Score, x.resp.Band, x.resp.Scored = total, band, true
	}
	r.filing = x
	return nil
}

// SplitAnswers parts the answers of a form: what is above internal, by the form's class
// or the question's own, is kept encrypted.
func SplitAnswers(f *program.Form, answers map[string]any) (open, sealed map[string]any) {
	if f.Class >= domain.Personal {
		return nil, answers
	}
	for k, v := range answers {
		into := &open
		if q := f.Fields.Get(k); q != nil && q.Class > domain.Internal {
			into = &sealed
		}
		if *into == nil {
			*into = map[string]any{}
		}
		(*into)[k] = v
	}
	return open, sealed
}

// file keeps what the dialog answered. What was handed in without a name has called for
// help when it was handed in, not when its record is made.
func (u *Unit) file(r *Row, a Act) ([]program.Urgent, map[string]any, error) {
	x := r.filing
	if x == nil {
		return nil, nil, nil
	}
	r.filing = nil
	w, ok := u.w.(filer)
	if !ok {
		return nil, nil, domain.E(domain.KindInternal, "forms_not_kept")
	}
	if err := w.File(r, x.form, x.resp, len(x.urgent) > 0, x.given); err != nil {
		return nil, nil, err
	}
	if a.accepted || r.T.Identity == "none" {
		return nil, nil, nil
	}
	return x.urgent, x.given, nil
}

// UrgentHere does what an urgent answer asks for where nobody and no row may be named:
// it opens in the place alone.
func (u *Unit) UrgentHere(p *program.Program, region domain.RegionID, do []*program.Action) error {
	g, err := u.w.Region(region)
	if err != nil {
		return err
	}
	rec := &domain.Record{County: u.w.County(), Region: region, Path: g.Path, Program: p.Key, Data: map[string]any{}, Secret: map[string]any{}}
	return u.run(&Row{Record: rec, P: p, T: &program.RecordType{}, u: u}, do, nil)
}

// answersOf gives the responses of a form on the row, oldest first, with the one that
// the dialog is filing.
func (u *Unit) answersOf(r *Row, key string) ([]*domain.Response, error) {
	list, err := u.w.Responses(r.ID, key)
	if x := r.filing; err == nil && x != nil && x.form.Key == key {
		list = append(list[:len(list):len(list)], x.resp)
	}
	return list, err
}
