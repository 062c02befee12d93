package record

import (
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/match"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// OpenOrder opens an order by hand below a need, for an offer that must fit the
// match which makes this kind of order.
func (u *Unit) OpenOrder(p *program.Program, t *program.RecordType, mv *program.Move, need *Row, offer string, a Act) (*Row, error) {
	var m *program.Match
	for _, x := range p.Matches.All() {
		if x.Makes == t.Key {
			m = x
			break
		}
	}
	if m == nil || mv == nil {
		return nil, domain.E(domain.KindInvalid, "order_without_match")
	}
	found, err := u.Find(need, m, -1)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if f.Offer != offer {
			continue
		}
		if f.Verdict == match.Miss {
			return nil, domain.Refuse(f.Missing[0])
		}
		a.Parent, a.Subject = need.ID, need.Subject
		a.preset = map[string]any{"offer": offer, "step": int64(1), "as": m.As}
		if f.Candidate.Offer != nil {
			a.provider = f.Candidate.Offer.Provider
		} else if f.Candidate.Org != nil {
			a.provider = f.Candidate.Org.ID
		}
		o, err := u.Create(p, t, mv, a)
		if err != nil {
			return nil, err
		}
		if err := u.toPerson(o, f.Candidate); err != nil {
			return nil, err
		}
		if err := u.fixings(o); err != nil {
			return nil, err
		}
		return o, u.noticeOrder(o)
	}
	return nil, domain.E(domain.KindInvalid, "pick_unknown").With("offer", "pick_unknown")
}

// Open creates a record by a rule outside any move: what a duty makes. Preset
// values count as filled.
func (u *Unit) Open(p *program.Program, t *program.RecordType, mv *program.Move, a Act, preset map[string]any, owner domain.AccountID, org domain.OrgID) (*Row, error) {
	a.trusted, a.preset = true, preset
	r, err := u.Create(p, t, mv, a)
	if err != nil {
		return nil, err
	}
	r.Owner, r.OwnerOrg = owner, org
	return r, nil
}

// HandIn makes the record of what was handed in without a name: its guards were
// asked then, and whoever delivers it is not its author.
func (u *Unit) HandIn(p *program.Program, t *program.RecordType, mv *program.Move, a Act) (*Row, error) {
	a.trusted, a.accepted = true, true
	return u.Create(p, t, mv, a)
}

// TryIn asks everything that an intake by ticket asks, on a unit that is thrown away.
func (u *Unit) TryIn(p *program.Program, t *program.RecordType, mv *program.Move, a Act) (*Row, error) {
	a.trusted = true
	return u.Create(p, t, mv, a)
}

// Note logs something that happened to a row beside its moves.
func (u *Unit) Note(r *Row, typ string, data map[string]any) error {
	u.touch(r)
	ev := &domain.Event{County: r.County, ID: domain.EventID(u.w.NewID()), Record: r.ID, Root: r.Root, Subject: r.Subject,
		Program: r.P.Key, Key: r.Key, Type: typ, OccurredAt: u.w.Now(), RecordedAt: u.w.Now(), Data: data, Class: r.Class}
	if !u.actor.System && r.T.Identity != "none" {
		ev.Actor = u.actor.Account
		if m := u.actor.standing(); m != nil {
			ev.Org = m.Org
		}
	}
	u.record(r, ev)
	return nil
}

// HandOver gives the row, and its children, another owner.
func (u *Unit) HandOver(r *Row, to domain.AccountID, org domain.OrgID) error {
	if err := u.setOwner(r, to, org); err != nil {
		return err
	}
	return u.Note(r, "owner", map[string]any{"to": string(to)})
}

func (u *Unit) setOwner(r *Row, to domain.AccountID, org domain.OrgID) error {
	from := r.Owner
	r.Owner, r.OwnerOrg = to, org
	u.touch(r)
	for _, key := range r.T.Children {
		if t := r.P.Records.Get(key); t == nil || t.Noun == domain.Batch {
			continue
		}
		list, err := u.Children(r, key)
		if err != nil {
			return err
		}
		for _, c := range list {
			if c.Owner == from {
				if err := u.setOwner(c, to, org); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Urgent does what a form's urgent answer asks for.
func (u *Unit) Urgent(p *program.Program, r *Row, subject domain.PartyID, do []*program.Action, extra map[string]any) error {
	if r == nil {
		var err error
		if r, err = u.SubjectRow(p, subject); err != nil {
			return err
		}
	}
	return u.run(r, do, extra)
}

// SubjectRow stands for a party where a row is asked for: roles relative to the
// party, and what a form on it opens. It is never stored.
func (u *Unit) SubjectRow(p *program.Program, subject domain.PartyID) (*Row, error) {
	party, err := u.w.Party(subject)
	if err != nil {
		return nil, err
	}
	rec := &domain.Record{County: u.w.County(), Subject: subject, Region: party.Region, Path: party.Path, Program: p.Key, Data: map[string]any{}, Secret: map[string]any{}}
	return &Row{Record: rec, P: p, T: &program.RecordType{}, u: u}, nil
}

// PlaceRow stands for a division where a row is asked for. It is never stored.
func (u *Unit) PlaceRow(p *program.Program, region domain.RegionID, path string) *Row {
	rec := &domain.Record{County: u.w.County(), Region: region, Path: path, Program: p.Key, Data: map[string]any{}, Secret: map[string]any{}}
	return &Row{Record: rec, P: p, T: &program.RecordType{}, u: u}
}

// CountHappened adds counts of something outside a row to an event of its own.
func (u *Unit) CountHappened(p *program.Program, typ string, subject domain.PartyID, list []Count) {
	if len(list) == 0 {
		return
	}
	now := u.w.Now()
	ev := &domain.Event{County: u.w.County(), ID: domain.EventID(u.w.NewID()), Subject: subject, Program: p.Key, Key: "duty", Type: typ,
		OccurredAt: now, RecordedAt: now, Data: map[string]any{}}
	addCounts(ev, list)
	u.events = append(u.events, ev)
}

// memberVars are the names of rosters and duties: the member, and the county's
// own names.
type memberVars struct {
	u      *Unit
	p      *program.Program
	member any
	after  *Row
}

func (v memberVars) Var(name string) (any, error) {
	switch name {
	case "member":
		return v.member, nil
	case "today":
		return v.u.Today(), nil
	case "never":
		return rule.Never, nil
	case "param":
		return paramView{v.u, v.p}, nil
	case "roster":
		return rosterRoot{v.u, v.p, nil}, nil
	case "table":
		return tableRoot{v.p}, nil
	case "actor":
		return actorView{v.u}, nil
	case "choice":
		return choiceRoot{v.u, v.p, nil}, nil
	}
	return nil, &rule.Unset{Path: name}
}

// SpanOf settles a duration that does not hang on a row: written out, or a parameter.
func (u *Unit) SpanOf(p *program.Program, s program.Span) (program.Span, error) {
	if s.Param != "" {
		return u.paramSpan(p, s.Param)
	}
	return s, nil
}

// Holder gives who holds a balance as conditions read him: a party, an account, or
// the bare key of another dimension.
func (u *Unit) Holder(id string) (any, error) {
	if v, err := u.partyOf(domain.PartyID(id), "holder"); err == nil {
		return v, nil
	}
	if v, err := u.accountOf(domain.AccountID(id), "holder"); err == nil {
		return v, nil
	}
	return id, nil
}

// PartyVars are the names of a roster's `where` for one party.
func (u *Unit) PartyVars(p *program.Program, party domain.PartyID) (rule.Vars, error) {
	m, err := u.partyOf(party, "member")
	return memberVars{u: u, p: p, member: m}, err
}

// RowVars are the names of a duty's conditions for one record.
func (u *Unit) RowVars(r *Row) rule.Vars { return memberVars{u: u, p: r.P, member: recordView{r}} }

// Eval evaluates an expression; unset is reported as ok = false.
func (u *Unit) Eval(x *rule.Expr, v rule.Vars) (val any, ok bool, err error) {
	val, err = u.value(x, v)
	if isUnset(err) {
		return nil, false, nil
	}
	return val, err == nil, err
}

// Test is Eval for a condition: unset is false.
func (u *Unit) Test(x *rule.Expr, v rule.Vars) (bool, error) { return u.test(x, v) }

// Waits reports whether a when-move of the row holds now.
func (u *Unit) Waits(r *Row) bool {
	for _, mv := range r.T.Whens {
		if slices.Contains(mv.From, r.Stage) && !r.firedThisStay(mv) {
			if ok, err := u.test(mv.When, r.vars()); err == nil && ok {
				return true
			}
		}
	}
	return false
}

// Look gives a row's when-moves another look.
func (u *Unit) Look(r *Row) error {
	r.is.quiet = false
	_, err := u.whens(r)
	return err
}

// Recalculate calculates a row's fields and saves it when one has changed.
func (u *Unit) Recalculate(r *Row) error {
	changed, err := u.calc(r)
	if changed {
		u.touch(r)
	}
	return err
}

// Vars are the names of a row's own expressions.
func (r *Row) Vars() rule.Vars { return r.vars() }

// Stored turns a rule value into a stored one.
func Stored(v any) any { return fromRule(v) }

// Fired notes a rung as fired without doing it: it has been done before.
func (u *Unit) Fired(r *Row, key, rung string) error {
	k, err := u.w.Clock(r.ID, key)
	if err != nil || k == nil {
		return err
	}
	k.Fired = append(slices.Clone(k.Fired), rung)
	u.nextRung(r, r.T.Clocks.Get(key), k)
	return u.w.SaveClock(k)
}

// DueTimes computes when each running clock of a row is due, without saving it.
func (u *Unit) DueTimes(r *Row) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	for key, c := range r.T.Clocks.All() {
		k, err := u.computeClock(r, c)
		if err != nil {
			return nil, err
		}
		if k.State == ClockRunning && !k.DueAt.IsZero() {
			out[key] = k.DueAt
		}
	}
	return out, nil
}

// SayPlain fills the holes of a sentence that is about no row.
func (u *Unit) SayPlain(p *program.Program, t *program.Text) string {
	return u.say(t, (&Row{Record: &domain.Record{County: u.w.County(), Program: p.Key, Data: map[string]any{}, Secret: map[string]any{}}, P: p, T: &program.RecordType{}, u: u}).vars())
}
