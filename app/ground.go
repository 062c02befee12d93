package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Legal grounds and broken glasses. Where nobody has consented, a named person may
// take a ground that the program's law gives, with a reason: it carries for its
// time and is reviewed. Breaking the glass opens, to one person and for some hours,
// everything that a program holds sealed about somebody; the keeper of the file and
// the auditors hear of it at once. Neither lets anybody do more than his roles.

// glassMost is how long a broken glass opens at most, whatever the program says.
const glassMost = 3 * time.Hour

// reasonMost bounds a reason; it is read by people.
const reasonMost = 500

// GroundAct takes a ground or breaks a glass.
type GroundAct struct {
	Reason string `json:"reason" maxLength:"1000"`
}

// GroundView is one use of a ground, for those who keep, review or audit.
type GroundView struct {
	ID        string      `json:"id"`
	Program   string      `json:"program"`
	Key       string      `json:"key,omitempty"` // "" = a broken glass
	Label     string      `json:"label"`
	Law       []string    `json:"law,omitempty"`
	Party     *PartyRef   `json:"party,omitempty"`
	By        *AccountRef `json:"by,omitempty"`
	Org       *OrgRef     `json:"org,omitempty"`
	Reason    string      `json:"reason"`
	State     string      `json:"state"`
	Stands    bool        `json:"stands"`
	GivenAt   time.Time   `json:"given_at"`
	Until     *time.Time  `json:"until,omitempty"`
	ReviewBy  *time.Time  `json:"review_by,omitempty"`
	Reviewer  *AccountRef `json:"reviewer,omitempty"`
	Verdict   string      `json:"verdict,omitempty"`
	CanSign   bool        `json:"can_sign,omitempty"`
	CanReview bool        `json:"can_review,omitempty"`
	CanEnd    bool        `json:"can_end,omitempty"`
}

// PartyGround is a ground, or a glass, that the reader may take for a party.
type PartyGround struct {
	Program string   `json:"program"`
	Title   string   `json:"title"`
	Key     string   `json:"key,omitempty"` // "" = break_glass
	Label   string   `json:"label"`
	Law     []string `json:"law,omitempty"`
	Stands  bool     `json:"stands"`
}

// Ground implements record.World.
func (w *work) Ground(prog, key string, party domain.PartyID) (bool, error) {
	return memo(&w.c.consents, prog+".ground."+key+"/"+string(party), func() (bool, error) {
		return w.tx.Grounded(party, prog, key)
	})
}

// TakeGround notes that the caller acts for a party on a legal ground.
func (a *App) TakeGround(ctx context.Context, who *Who, once Once, party domain.PartyID, prog, key string, in GroundAct) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		subject, err := w.party(party)
		if err != nil {
			return err
		}
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		g := p.Grounds.Get(key)
		if g == nil {
			return domain.NotFound("ground")
		}
		if !w.holdsFor(p, subject, g.By) {
			return domain.E(domain.KindForbidden, "ground_forbidden", "ground", g.Label)
		}
		use := &domain.GroundUse{Program: prog, Key: key, Party: subject.ID, State: domain.GroundOpen, Until: w.lasts(g.Lasts)}
		if g.Review != "" {
			use.ReviewBy, _ = w.app.cal.Due(w.Now(), 2, "wd", false) // as for a broken glass without its own limit
		}
		delete(w.c.consents, prog+".ground."+key+"/"+string(subject.ID))
		if err := w.takeGround(use, subject, in); err != nil {
			return err
		}
		return w.tellGround(p, subject, use, g.Label, compactRoles(g.Review), false)
	})
}

// BreakGlass opens to the caller what a program holds sealed about a party.
func (a *App) BreakGlass(ctx context.Context, who *Who, once Once, party domain.PartyID, prog string, in GroundAct) error {
	defer a.people.forget(who.Account)
	return a.onceOnly(ctx, who, once, func(w *work) error {
		subject, err := w.party(party)
		if err != nil {
			return err
		}
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		b := p.BreakGlass
		if b == nil || !w.holdsFor(p, subject, b.By) {
			return domain.E(domain.KindForbidden, "glass_forbidden")
		}
		use := &domain.GroundUse{Program: prog, Party: subject.ID, State: domain.GroundOpen, Until: w.glassEnd(b)}
		if len(b.Sign) > 0 {
			use.State = domain.GroundWaiting
		}
		use.ReviewBy, _ = w.app.cal.Due(w.Now(), 2, "wd", false)
		if !b.Within.IsZero() {
			use.ReviewBy, _ = w.app.cal.Due(w.Now(), b.Within.N, b.Within.Unit, false)
		}
		if err := w.takeGround(use, subject, in); err != nil {
			return err
		}
		return w.tellGround(p, subject, use, w.pick("紧急查看", "Break glass"), append(slices.Clone(b.Tells), b.Sign...), true)
	})
}

func (w *work) glassEnd(b *program.BreakGlass) time.Time {
	end, most := w.lasts(b.Lasts), w.Now().Add(glassMost)
	if end.IsZero() || end.After(most) {
		return most
	}
	return end
}

func compactRoles(keys ...string) []string {
	return slices.DeleteFunc(keys, func(k string) bool { return k == "" })
}

// takeGround writes the use down, with its event and its row in the journal.
func (w *work) takeGround(use *domain.GroundUse, subject *domain.Party, in GroundAct) error {
	use.Reason = strings.TrimSpace(in.Reason)
	if len([]rune(use.Reason)) < purposeMin {
		return domain.E(domain.KindInvalid, "reason_short", "min", itoa64(purposeMin)).With("reason", "reason_short", "min", itoa64(purposeMin))
	}
	use.Reason = cutText(use.Reason, reasonMost)
	use.By = w.who.Account
	if len(w.who.Memberships) > 0 {
		use.Org = w.who.Memberships[0].Org
	}
	if err := w.tx.InsertGround(use); err != nil {
		return err
	}
	action := "ground"
	if use.Key == "" {
		action = "glass"
	}
	return w.groundHappened(use, action, use.Reason)
}

func (w *work) groundHappened(use *domain.GroundUse, action, purpose string) error {
	ev := &domain.Event{Program: use.Program, Key: "ground", Type: action, Subject: use.Party, Actor: w.who.Account, Class: domain.Personal,
		Data: map[string]any{"ground": use.Key}}
	if len(w.who.Memberships) > 0 {
		ev.Org = w.who.Memberships[0].Org
	}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	if err := w.markPartnersOf(use.Party, use.Program); err != nil {
		return err
	}
	return w.audit(action, "party/"+string(use.Party), purpose, map[string]any{"program": use.Program, "ground": use.Key, "id": use.ID})
}

// holdsFor: the caller holds one of the roles towards the party itself, or towards
// a running record about it.
func (w *work) holdsFor(p *program.Program, party *domain.Party, roles []string) bool {
	row := w.unit.PartyRow(p, party)
	if slices.ContainsFunc(roles, func(k string) bool { return w.unit.Holds(row, k) }) {
		return true
	}
	rows, err := w.runningOf(p.Key, party.ID)
	return err == nil && slices.ContainsFunc(rows, func(r *record.Row) bool {
		return slices.ContainsFunc(roles, func(k string) bool { return w.unit.Holds(r, k) })
	})
}

// runningMost bounds the running records of one person that a use case looks at.
const runningMost = 500

// runningOf lists the running records of a program about a party.
func (w *work) runningOf(prog string, party domain.PartyID) ([]*record.Row, error) {
	page, err := w.tx.Records(store.RecordFilter{Program: prog, Subject: party, Running: true, Access: store.AccessAll, Limit: runningMost})
	if err != nil {
		return nil, err
	}
	out := make([]*record.Row, 0, len(page.Items))
	for i := range page.Items {
		r, err := w.unit.Adopt(&page.Items[i])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// tellGround tells the roles named, the owners of the person's running records and,
// of a glass, every auditor. The words name nobody: who may know looks it up.
func (w *work) tellGround(p *program.Program, party *domain.Party, use *domain.GroundUse, label string, roles []string, auditors bool) error {
	rows, err := w.runningOf(p.Key, party.ID)
	if err != nil {
		return err
	}
	var to []domain.AccountID
	recs := []*domain.Record{w.unit.PartyRow(p, party).Record}
	for _, r := range rows {
		if r.Owner != "" {
			to = append(to, r.Owner)
		}
		if r.Record.Parent == "" {
			recs = append(recs, r.Record)
		}
	}
	for _, k := range roles {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		for _, rec := range recs {
			list, err := w.holders(role, rec)
			if err != nil {
				return err
			}
			to = append(to, list...)
		}
	}
	if auditors {
		list, err := w.members(store.MembershipFilter{Role: RoleAuditor}, true)
		if err != nil {
			return err
		}
		to = append(to, list...)
	}
	to = slices.DeleteFunc(to, func(id domain.AccountID) bool { return id == w.who.Account })
	org := ""
	if o, err := w.Org(use.Org); use.Org != "" && err == nil {
		org = o.Name
	}
	text := p.Title + "：" + org + w.who.Name + "以“" + label + "”办理，理由已登记，请查看并复核"
	if use.Key == "" {
		text = p.Title + "：" + org + w.who.Name + "紧急查看了一份密封资料，理由已登记，请查看并复核"
	}
	return w.tell(telling{program: p.Key, message: "ground", text: text, urgent: use.Key == ""}, to)
}

// Decisions on a ground.
const (
	groundSign   = "sign"   // countersign a glass
	groundRefuse = "refuse" // do not
	groundAccept = "accept" // reviewed, right
	groundObject = "object" // reviewed, wrong: it ends
	groundEnd    = "end"    // its taker, or a reviewer, needs it no longer
)

// GroundDecision is what a second person says of a ground.
type GroundDecision struct {
	Decision string `json:"decision" enum:"sign,refuse,accept,object,end"`
	Text     string `json:"text,omitempty" maxLength:"1000"`
}

// DecideGround countersigns, reviews or ends a ground.
func (a *App) DecideGround(ctx context.Context, who *Who, once Once, id string, in GroundDecision) error {
	var taker domain.AccountID
	defer func() { a.people.forget(taker) }()
	return a.onceOnly(ctx, who, once, func(w *work) error {
		use, err := w.tx.Ground(id)
		if err != nil {
			return domain.NotFound("ground")
		}
		v, err := w.groundView(use)
		if err != nil {
			return err
		}
		taker = use.By
		if err := w.decideGround(use, v, in); err != nil {
			return err
		}
		if err := w.tx.UpdateGround(use); err != nil {
			return err
		}
		return w.groundHappened(use, "ground_"+in.Decision, use.Verdict)
	})
}

func (w *work) decideGround(use *domain.GroundUse, v *GroundView, in GroundDecision) error {
	text := cutText(strings.TrimSpace(in.Text), reasonMost)
	may := map[string]bool{groundSign: v.CanSign, groundRefuse: v.CanSign, groundAccept: v.CanReview, groundObject: v.CanReview, groundEnd: v.CanEnd}
	if !may[in.Decision] {
		return domain.E(domain.KindForbidden, "ground_decide")
	}
	if in.Decision == groundObject && len([]rune(text)) < purposeMin {
		return domain.E(domain.KindInvalid, "reason_short", "min", itoa64(purposeMin)).With("text", "reason_short", "min", itoa64(purposeMin))
	}
	switch in.Decision {
	case groundSign:
		use.State, use.Signer = domain.GroundOpen, w.who.Account
		if p, err := w.Program(use.Program, 0); err == nil && p.BreakGlass != nil { // its hours begin when it opens
			use.Until = w.glassEnd(p.BreakGlass)
		}
	case groundRefuse:
		use.State, use.Signer, use.EndedAt = domain.GroundRefused, w.who.Account, w.Now()
	case groundAccept, groundObject:
		use.State, use.Reviewer, use.Reviewed, use.Verdict = domain.GroundReviewed, w.who.Account, w.Now(), text
		if in.Decision == groundObject {
			use.State, use.EndedAt = domain.GroundObjected, w.Now()
		}
	case groundEnd:
		use.EndedAt = w.Now()
	}
	return nil
}

// groundView cuts a use to the reader: NotFound for who has no business with it.
func (w *work) groundView(use *domain.GroundUse) (*GroundView, error) {
	p, err := w.Program(use.Program, 0)
	if err != nil {
		return nil, err
	}
	party, err := w.Party(use.Party)
	if err != nil {
		return nil, err
	}
	v := &GroundView{ID: use.ID, Program: p.Key, Key: use.Key, Label: w.pick("紧急查看", "Break glass"), Reason: use.Reason, State: use.State,
		GivenAt: use.GivenAt, Until: instant(use.Until), ReviewBy: instant(use.ReviewBy), Verdict: use.Verdict}
	v.Stands = (use.State == domain.GroundOpen || use.State == domain.GroundReviewed) && use.EndedAt.IsZero() && (use.Until.IsZero() || use.Until.After(w.Now()))
	var review, sign []string
	if b := p.BreakGlass; use.Key == "" && b != nil {
		review, sign = append(compactRoles(b.Review), b.Tells...), b.Sign
	} else if g := p.Grounds.Get(use.Key); g != nil {
		v.Label, v.Law, review = w.words(p).Named("grounds", g.Key, g.Label), g.Law, compactRoles(g.Review)
	}
	other := use.By != w.who.Account
	reviews := other && (use.Key == "" && w.who.Auditor || w.holdsFor(p, party, review))
	v.CanSign = use.State == domain.GroundWaiting && other && w.holdsFor(p, party, sign)
	v.CanReview = reviews && use.State == domain.GroundOpen && !use.ReviewBy.IsZero()
	v.CanEnd = v.Stands && (!other || reviews)
	if !w.knowsGround(p, party, use, v, reviews) {
		return nil, domain.NotFound("ground")
	}
	v.By, v.Org = w.actorOf(use.By)
	if use.Reviewer != "" {
		v.Reviewer, _ = w.actorOf(use.Reviewer)
	}
	if w.maySeeParty(party) {
		v.Party = &PartyRef{party.ID, party.Kind, shownName(party, w.partyClass(party))}
	}
	return v, nil
}

// knowsGround: who took it, who signs or reviews it, the person and those who act
// for him, the owners of his records, auditors.
func (w *work) knowsGround(p *program.Program, party *domain.Party, use *domain.GroundUse, v *GroundView, reviews bool) bool {
	if w.who.System || w.who.Auditor || use.By == w.who.Account || reviews || v.CanSign || w.actsFor(party.ID) {
		return true
	}
	rows, err := w.runningOf(p.Key, party.ID)
	return err == nil && slices.ContainsFunc(rows, func(r *record.Row) bool { return r.Owner == w.who.Account && r.Owner != "" })
}

// GroundQuery selects uses of grounds.
type GroundQuery struct {
	Party   domain.PartyID
	Waiting bool // that somebody has still to review or countersign
}

// Grounds lists the uses of grounds that the caller may know of, newest first.
func (a *App) Grounds(ctx context.Context, who *Who, q GroundQuery) (l List[*GroundView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		uses, err := w.tx.Grounds(store.GroundFilter{Party: q.Party, Unreviewed: q.Waiting})
		if err != nil {
			return err
		}
		out := make([]*GroundView, 0, len(uses))
		for i := range uses {
			v, err := w.groundView(&uses[i])
			if domain.KindOf(err) == domain.KindNotFound && err != nil {
				continue
			} else if err != nil {
				return err
			}
			out = append(out, v)
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// dossierGrounds lists what the reader may take for the party.
func (w *work) dossierGrounds(p *domain.Party, v *PartyView) error {
	now := w.Now()
	for _, pr := range w.set.set.Programs.All() {
		for k, g := range pr.Grounds.All() {
			if !w.holdsFor(pr, p, g.By) {
				continue
			}
			stands, err := w.Ground(pr.Key, k, p.ID)
			if err != nil {
				return err
			}
			v.CanGround = append(v.CanGround, PartyGround{pr.Key, pr.Title, k, w.words(pr).Named("grounds", k, g.Label), g.Law, stands})
		}
		if b := pr.BreakGlass; b != nil && w.holdsFor(pr, p, b.By) {
			v.CanGround = append(v.CanGround, PartyGround{Program: pr.Key, Title: pr.Title, Label: w.pick("紧急查看", "Break glass"), Stands: w.who.Glass(pr.Key, p.ID, now) != nil})
		}
	}
	return nil
}

// glasses lists what an account has broken that is still open.
func glasses(tx *store.Tx, acc domain.AccountID) (out []record.Glass, err error) {
	list, err := tx.Grounds(store.GroundFilter{By: acc, Glass: true, Standing: true})
	for _, g := range list {
		out = append(out, record.Glass{ID: g.ID, Program: g.Program, Party: g.Party, Until: g.Until})
	}
	return out, err
}

// intact is the caller without his broken glasses: what they open is for his eyes,
// not for files and papers.
func (who *Who) intact() *Who {
	if len(who.Glasses) == 0 {
		return who
	}
	out, actor := *who, *who.Actor
	actor.Glasses = nil
	out.Actor = &actor
	return &out
}

// GroundsDue tells once of every ground whose review is overdue.
func (a *App) GroundsDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		return a.write(ctx, System(county), func(w *work) error {
			list, err := w.tx.Grounds(store.GroundFilter{DueBy: w.Now(), Limit: tickBatch})
			if err != nil {
				return err
			}
			for i := range list {
				if err := w.groundDue(&list[i]); err != nil {
					return err
				}
			}
			n += len(list)
			return nil
		})
	})
	return n, err
}

func (w *work) groundDue(use *domain.GroundUse) error {
	p, err := w.Program(use.Program, 0)
	if err != nil {
		return err
	}
	to, err := w.members(store.MembershipFilter{Role: RoleAuditor}, true)
	if err != nil {
		return err
	}
	if err := w.tell(telling{program: p.Key, message: "ground", text: p.Title + "：一次紧急查看或援引依据逾期未复核，请查看"}, to); err != nil {
		return err
	}
	use.ToldAt = w.Now()
	return w.tx.UpdateGround(use)
}
