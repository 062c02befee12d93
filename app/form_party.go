package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
)

// FillPartyForm files a response on a party itself (a form `of: subject`, such as
// what a visitor found at somebody's home), not on one of its records.
func (a *App) FillPartyForm(ctx context.Context, who *Who, once Once, party domain.PartyID, prog, key string, answers map[string]any, at *time.Time) (*FormResult, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*FormResult, error) {
		subject, err := w.Party(party)
		if err != nil || !w.maySeeParty(subject) {
			return nil, domain.NotFound("party")
		}
		p, err := w.Program(prog, 0)
		if err != nil {
			return nil, err
		}
		f := p.Forms.Get(key)
		if f == nil || !slices.Contains(f.Of, "subject") {
			return nil, domain.NotFound("form")
		}
		row, err := w.unit.SubjectRow(p, subject.ID)
		if err != nil {
			return nil, err
		}
		if !w.unit.MayFill(row, f) {
			return nil, domain.E(domain.KindForbidden, "form_forbidden", "form", f.Label)
		}
		return w.fill(p, f, nil, subject.ID, answers, at)
	})
}
