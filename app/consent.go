package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// Evidence that a member of staff can take down for somebody else. A tick is the
// person's own act.
var staffEvidence = []string{"signature", "paper", "voice"}

// ConsentAct gives a consent. For names the guardian when staff record what a
// guardian has signed.
type ConsentAct struct {
	Evidence string         `json:"evidence"`
	For      domain.PartyID `json:"for,omitempty"`
}

// ageOf is the party's age in whole years, if its birth date is on file.
func (w *work) ageOf(p *domain.Party) (int, bool) {
	born, err := domain.ParseDate(partyText(p, "birth_date"))
	if err != nil {
		return 0, false
	}
	return domain.AgeOn(born, w.today()), true
}

// minor reports whether the guardian acts instead (PIPL art. 31 for under 14;
// programs may set another age). Without a birth date nobody is taken for a child.
func (w *work) minor(p *domain.Party, c *program.Consent) bool {
	age, known := w.ageOf(p)
	return c.Under > 0 && known && age < c.Under
}

// adult: the guardian acts no longer for somebody known to be of age.
func (w *work) adult(p *domain.Party, c *program.Consent) bool {
	age, known := w.ageOf(p)
	return c.Under > 0 && known && age >= c.Under
}

// mayConsent: the caller may give this consent for the party, by himself.
func (w *work) mayConsent(subject domain.PartyID, c *program.Consent) bool {
	p, err := w.Party(subject)
	if err != nil {
		return false
	}
	return w.consentsAs(p, c) == nil
}

// consentsAs says why the caller may not consent for the party, or nil.
func (w *work) consentsAs(p *domain.Party, c *program.Consent) error {
	switch {
	case slices.Contains(w.who.Parties, p.ID):
		return w.selfMay(p, c)
	case slices.Contains(w.who.Wards, p.ID):
		return w.guardianMay(p, c)
	}
	return domain.E(domain.KindForbidden, "consent_forbidden")
}

func (w *work) selfMay(p *domain.Party, c *program.Consent) error {
	if !slices.Contains(c.By, "self") || w.minor(p, c) {
		return domain.E(domain.KindRefused, "consent_guardian", "age", fmt.Sprint(c.Under))
	}
	return nil
}

func (w *work) guardianMay(p *domain.Party, c *program.Consent) error {
	if !slices.Contains(c.By, "guardian") || w.adult(p, c) {
		return domain.E(domain.KindRefused, "consent_self")
	}
	return nil
}

// mayRecordConsent: staff who take records of the program in may write down a
// consent given on paper, by signature or by voice.
func (w *work) mayRecordConsent(p *program.Program, c *program.Consent) bool {
	if !slices.ContainsFunc(c.Evidence, func(e string) bool { return slices.Contains(staffEvidence, e) }) {
		return false
	}
	for _, t := range p.Records.All() {
		if slices.ContainsFunc(t.KeptBy, func(k string) bool { return w.staffRole(p, k) }) {
			return true
		}
		for _, mv := range t.Moves.All() {
			if mv.Intake() && slices.ContainsFunc(mv.By, func(k string) bool { return w.staffRole(p, k) }) {
				return true
			}
		}
	}
	return false
}

func (w *work) staffRole(p *program.Program, key string) bool {
	role := p.Roles.Get(key)
	return role != nil && role.Is != "self" && role.Is != "guardian" && role.Is != "public" && len(w.who.Qualified(role)) > 0
}

func (w *work) consentOf(prog, key string) (*program.Program, *program.Consent, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, err
	}
	c := p.Consents.Get(key)
	if c == nil {
		return nil, nil, domain.NotFound("consent")
	}
	return p, c, nil
}

// GiveConsent notes a consent: by the person, by a guardian, or taken down by
// staff. A consent that stands already is renewed.
func (a *App) GiveConsent(ctx context.Context, who *Who, once Once, party domain.PartyID, prog, key string, in ConsentAct) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		subject, err := w.party(party)
		if err != nil {
			return "", err
		}
		p, c, err := w.consentOf(prog, key)
		if err != nil {
			return "", err
		}
		if !slices.Contains(c.Evidence, in.Evidence) {
			return "", domain.E(domain.KindInvalid, "consent_evidence").With("evidence", "consent_evidence")
		}
		by, err := w.consenter(subject, p, c, in)
		if err != nil {
			return "", err
		}
		role := "self"
		if by != subject.ID {
			role = "guardian"
		}
		row := &domain.Consent{Party: subject.ID, Program: prog, Key: key, ByParty: by, ByAccount: who.Account, Evidence: in.Evidence,
			Role: role, Purpose: c.Purpose, Scope: strings.Join(c.Shares, " "), TextVersion: fmt.Sprintf("%s@%d", prog, p.Version), Until: w.lasts(c.Lasts)}
		if err := w.tx.InsertConsent(row); err != nil {
			return "", err
		}
		if err := w.restartPartners(p, c, subject.ID); err != nil {
			return "", err
		}
		return "", w.consentHappened(p, key, "consent", subject.ID, map[string]any{"consent": key, "evidence": in.Evidence, "by": string(by)})
	})
	return err
}

// consenter settles who consents: the party the caller acts as, or whose paper
// the staff hold in their hands.
func (w *work) consenter(subject *domain.Party, p *program.Program, c *program.Consent, in ConsentAct) (domain.PartyID, error) {
	own := w.consentsAs(subject, c)
	if own == nil {
		if slices.Contains(w.who.Parties, subject.ID) {
			return subject.ID, nil
		}
		return w.who.Parties[0], nil // a guardian acts by his own person
	}
	if w.actsFor(subject.ID) || !w.mayRecordConsent(p, c) {
		return "", own
	}
	if !slices.Contains(staffEvidence, in.Evidence) {
		return "", domain.E(domain.KindInvalid, "consent_evidence_staff").With("evidence", "consent_evidence_staff")
	}
	if in.For == "" || in.For == subject.ID {
		return subject.ID, w.selfMay(subject, c)
	}
	guardians, err := w.Guardians(subject.ID)
	if err != nil {
		return "", err
	}
	if !slices.Contains(guardians, in.For) {
		return "", domain.E(domain.KindInvalid, "consent_not_guardian").With("for", "consent_not_guardian")
	}
	return in.For, w.guardianMay(subject, c)
}

// lasts is the end of a span that begins now; zero = no end.
func (w *work) lasts(s program.Span) time.Time {
	if s.Unit == "" {
		return time.Time{}
	}
	end, _ := w.app.cal.Due(w.Now(), s.N, s.Unit, false)
	return end
}

// WithdrawConsent ends a consent from now on. Whoever could give it may withdraw
// it; staff write a withdrawal down like a consent. What was done before stands.
func (a *App) WithdrawConsent(ctx context.Context, who *Who, once Once, party domain.PartyID, prog, key string) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		subject, err := w.party(party)
		if err != nil {
			return err
		}
		p, c, err := w.consentOf(prog, key)
		if err != nil {
			return err
		}
		// Somebody of age may always take back what his guardian once gave.
		if !w.actsFor(subject.ID) && !w.mayRecordConsent(p, c) {
			return domain.E(domain.KindForbidden, "consent_forbidden")
		}
		list, err := w.tx.Consents(subject.ID, prog)
		if err != nil {
			return err
		}
		n := 0
		for _, row := range list {
			if row.Key != key || !row.WithdrawnAt.IsZero() || !row.Until.IsZero() && !row.Until.After(w.Now()) {
				continue
			}
			if err := w.tx.WithdrawConsent(row.ID, who.Account, w.Now()); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return domain.E(domain.KindRefused, "consent_not_given")
		}
		if err := w.consentHappened(p, key, "withdraw", subject.ID, map[string]any{"consent": key}); err != nil {
			return err
		}
		return w.stopFor(p, key, subject.ID)
	})
}

func (w *work) consentHappened(p *program.Program, key, typ string, subject domain.PartyID, data map[string]any) error {
	delete(w.c.consents, p.Key+"."+key+"/"+string(subject))
	ev := &domain.Event{Program: p.Key, Key: "consent", Type: typ, Subject: subject, Actor: w.who.Account, Class: domain.Personal, Data: data}
	if len(w.who.Memberships) > 0 {
		ev.Org = w.who.Memberships[0].Org
	}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	if err := w.consentRead(p, key, subject); err != nil {
		return err
	}
	if err := w.markPartnersOf(subject, p.Key); err != nil {
		return err
	}
	return w.audit(typ, "party/"+string(subject), "", map[string]any{"program": p.Key, "consent": key})
}

// consentRead calculates again what rows of somebody calculate from his consent: what
// is always true may not wait for the row's next move.
func (w *work) consentRead(p *program.Program, key string, subject domain.PartyID) error {
	var kinds []string
	for _, rt := range p.Records.All() {
		if slices.ContainsFunc(rt.Calcs, func(f *program.Field) bool { return slices.Contains(f.Calc.Reads(), "consent."+key) }) {
			kinds = append(kinds, rt.Key)
		}
	}
	if len(kinds) == 0 {
		return nil
	}
	f := store.RecordFilter{Program: p.Key, Keys: kinds, Subject: subject, Access: store.AccessAll, Limit: 1000}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			r, err := w.unit.Adopt(&page.Items[i])
			if err != nil {
				return err
			}
			if err := w.unit.Recalculate(r); err != nil {
				return err
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return w.unit.Finish()
		}
	}
}

// dossierConsents lists consents given, and those that may be asked for.
func (w *work) dossierConsents(p *domain.Party, v *PartyView) error {
	list, err := w.tx.Consents(p.ID, "")
	if err != nil {
		return err
	}
	stands := map[string]bool{}
	for _, row := range list {
		g := GivenConsent{Role: row.Role, Purpose: row.Purpose, TextVersion: row.TextVersion, Program: row.Program, Key: row.Key, Label: row.Key, Evidence: row.Evidence, GivenAt: row.GivenAt,
			Until: instant(row.Until), WithdrawnAt: instant(row.WithdrawnAt)}
		if pr, c, err := w.consentOf(row.Program, row.Key); err == nil {
			g.Label = w.words(pr).Consent(c)
		}
		if by, err := w.Party(row.ByParty); err == nil {
			g.By = &PartyRef{by.ID, by.Kind, shownName(by, w.partyClass(p))}
		}
		if g.WithdrawnAt == nil && (g.Until == nil || g.Until.After(w.Now())) {
			stands[row.Program+"."+row.Key] = true
		}
		v.Consents = append(v.Consents, g)
	}
	for _, pr := range w.set.set.Programs.All() {
		for k, c := range pr.Consents.All() {
			v.CanConsent = append(v.CanConsent, PartyConsent{pr.Key, k, w.words(pr).Consent(c), stands[pr.Key+"."+k],
				w.consentsAs(p, c) == nil || w.mayRecordConsent(pr, c), c.Evidence, c.Purpose})
		}
	}
	return nil
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
