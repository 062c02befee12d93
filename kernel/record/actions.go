package record

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// run does the actions of a move, a rung or a run, in order.
func (u *Unit) run(r *Row, list []*program.Action, extra map[string]any) error {
	for _, a := range list {
		if err := u.act(r, a, extra); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) act(r *Row, a *program.Action, extra map[string]any) error {
	v := r.varsWith(extra)
	if a.When != nil {
		if ok, err := u.test(a.When, v); err != nil || !ok {
			return err
		}
	}
	if a.Each == nil {
		return u.actOnce(r, a, v)
	}
	list, err := u.value(a.Each, v)
	if err != nil {
		if isUnset(err) {
			return nil
		}
		return err
	}
	items, _ := list.([]any)
	for _, it := range items {
		if err := u.actOnce(r, a, v.with("each", it)); err != nil {
			return err
		}
	}
	return nil
}

func (u *Unit) actOnce(r *Row, a *program.Action, v *vars) error {
	switch a.Verb {
	case "open":
		return u.actOpen(r, a, v)
	case "move":
		return u.actMove(r, a, v)
	case "start":
		return u.actStart(r, a, v)
	case "stop":
		return u.actStop(r, a, v)
	case "enter":
		return u.actEnter(r, a, v)
	case "reverse":
		return u.actReverse(r)
	case "issue":
		return u.actIssue(r, a)
	case "join", "leave":
		return u.actRoster(r, a, v)
	case "mark":
		return u.actMark(r, a, v)
	case "notify":
		for _, role := range strings.Fields(a.Target) {
			if err := u.notify(r, role, a.Say, ""); err != nil {
				return err
			}
		}
		return nil
	}
	return domain.E(domain.KindInternal, "action_unknown", "verb", a.Verb)
}

// marker is the part of a World that sets and reads standings.
type marker interface {
	// StandingOf is the state that a party is in now; "" = in none, or no longer.
	StandingOf(program, standing string, party domain.PartyID) (string, error)
	Mark(program, standing, state string, party domain.PartyID, rec domain.RecordID) error
}

func (u *Unit) actMark(r *Row, a *program.Action, v *vars) error {
	ids, err := u.targets(a, v, string(r.Subject))
	if err != nil {
		return err
	}
	key := strings.TrimPrefix(a.Target, "standing.")
	for _, id := range ids {
		if err := u.w.(marker).Mark(r.P.Key, key, a.As, domain.PartyID(id), r.ID); err != nil {
			return err
		}
	}
	return nil
}

// actOpen creates a record; child of this one where `of` fits.
func (u *Unit) actOpen(r *Row, a *program.Action, v *vars) error {
	p, t, mv, err := u.resolve(r.P, a.Target)
	if err != nil {
		return err
	}
	act := Act{trusted: true, opener: r, Subject: r.Subject, Region: r.Region, preset: map[string]any{}}
	if t.Of == r.Key && p.Key == r.P.Key {
		act.Parent = r.ID
	} else if t.Of != "" && r.Record.Parent != "" {
		if par, err := u.Parent(r); err == nil && par != nil && par.Key == t.Of {
			act.Parent = par.ID
		}
	}
	for _, w := range a.With {
		val, err := u.value(w.Expr, v)
		if err != nil {
			if isUnset(err) {
				continue
			}
			return err
		}
		switch w.Target {
		case "subject":
			act.Subject = domain.PartyID(idOf(val))
		case "parent":
			act.Parent = domain.RecordID(idOf(val))
		case "channel":
			act.Channel = text(val)
		case "region":
			act.Region = domain.RegionID(text(val))
		default:
			act.preset[w.Target] = fromRule(val)
		}
	}
	if d := r.dialog; d != nil {
		act.Fields = u.childFields(d, t, p, mv)
		act.At = d.At
		act.Proof = d.Proof
	}
	_, err = u.Create(p, t, mv, act)
	return err
}

// childFields are the dialog's values that the opened child asks for.
func (u *Unit) childFields(d *Act, t *program.RecordType, p *program.Program, mv *program.Move) map[string]any {
	out := map[string]any{}
	fields, _ := Accepts(t, p, mv)
	for _, f := range fields {
		if v, ok := d.Child[f.Key]; ok {
			out[f.Key] = v
		} else if v, ok := d.Fields[f.Key]; ok {
			out[f.Key] = v
		}
	}
	return out
}

// resolve finds `record[.move]` or `program.record[.move]`.
func (u *Unit) resolve(p *program.Program, target string) (*program.Program, *program.RecordType, *program.Move, error) {
	key, move := splitAddr(target)
	t, ok := p.Records.Find(key)
	if !ok {
		other, err := u.w.Program(key, 0)
		if err != nil {
			return nil, nil, nil, err
		}
		p = other
		key, move = splitAddr(move)
		if t, ok = p.Records.Find(key); !ok {
			return nil, nil, nil, domain.E(domain.KindInternal, "target_missing", "target", target)
		}
	}
	return p, t, intakeOf(t, move), nil
}

func (u *Unit) actMove(r *Row, a *program.Action, v *vars) error {
	key, move := splitAddr(a.Target)
	if move == "" { // `move: m` = this record
		mv := r.T.Moves.Get(key)
		if mv == nil || !slices.Contains(mv.From, r.Stage) {
			return nil
		}
		return u.Move(r, mv, u.actWith(a, v))
	}
	ids, err := u.targets(a, v, "")
	if err != nil {
		return err
	}
	if a.Of == nil && key == r.Key {
		ids = []string{string(r.ID)}
	}
	var failed []string
	for _, id := range ids {
		row, err := u.Load(domain.RecordID(id))
		if err != nil {
			return err
		}
		mv := row.T.Moves.Get(move)
		if mv == nil || !slices.Contains(mv.From, row.Stage) {
			failed = append(failed, row.Title())
			continue
		}
		done := len(u.events)
		if err := u.Move(row, mv, u.actWith(a, v)); err != nil {
			// a member that was refused before anything happened stays out; one that
			// is refused half way takes the whole batch with it
			if r.Noun == domain.Batch && domain.KindOf(err) == domain.KindRefused && len(u.events) == done {
				failed = append(failed, row.Title()+"："+sayOf(err))
				continue
			}
			return err
		}
	}
	if r.Noun == domain.Batch && len(failed) > 0 {
		if len(failed) == len(ids) {
			return domain.Refuse("批次内无一可行：" + strings.Join(failed, "；"))
		}
		r.set("failed", strings.Join(failed, "；"))
	}
	return nil
}

func sayOf(err error) string {
	if e, ok := err.(*domain.Error); ok && e.Args["say"] != "" {
		return e.Args["say"]
	}
	return err.Error()
}

func (u *Unit) actWith(a *program.Action, v *vars) Act {
	act := Act{trusted: true, preset: map[string]any{}, Fields: map[string]any{}}
	for _, w := range a.With {
		if val, err := u.value(w.Expr, v); err == nil {
			act.Fields[w.Target] = fromRule(val)
		}
	}
	return act
}

// targets reads `of`: one record or party, or a list of them.
func (u *Unit) targets(a *program.Action, v *vars, def string) ([]string, error) {
	if a.Of == nil {
		if def == "" {
			return nil, nil
		}
		return []string{def}, nil
	}
	val, err := u.value(a.Of, v)
	if err != nil {
		if isUnset(err) {
			return nil, nil
		}
		return nil, err
	}
	if list, ok := val.([]any); ok {
		out := make([]string, 0, len(list))
		for _, it := range list {
			out = append(out, idOf(it))
		}
		return out, nil
	}
	return []string{idOf(val)}, nil
}

// idOf gives the id of anything that has one.
func idOf(v any) string {
	if s, ok := v.(rule.Struct); ok {
		id, err := s.Get("id")
		if err == nil {
			return text(id)
		}
	}
	return text(v)
}

func (u *Unit) actStart(r *Row, a *program.Action, v *vars) error {
	kind, key := splitAddr(a.Target)
	switch kind {
	case "match":
		return u.startMatch(r, r.P.Matches.Get(key))
	case "panel":
		return u.startPanel(r, r.P.Panels.Get(key))
	case "choice":
		return u.startChoice(r, r.P.Choices.Get(key))
	case "ballot":
		return u.startBallot(r, r.P.Ballots.Get(key))
	case "duty":
		return u.w.StartDuty(r.P, r.P.Duties.Get(key), r.Record)
	case "notice":
		return u.w.StartNotice(r.P, r.P.Notices.Get(key), r.Record)
	}
	return domain.E(domain.KindInternal, "start_unknown", "target", a.Target)
}

func (u *Unit) actStop(r *Row, a *program.Action, v *vars) error {
	kind, key := splitAddr(a.Target)
	if kind == "choice" {
		ids, err := u.targets(a, v, string(r.Subject))
		if err != nil {
			return err
		}
		return u.stopChoice(r, r.P.Choices.Get(key), ids)
	}
	if kind == "match" {
		return u.stopMatch(r, r.P.Matches.Get(key))
	}
	if s, ok := u.w.(stopper); ok {
		return s.Stop(kind, key, r.Record)
	}
	return nil
}

// stopper is the part of a World that ends passes and notices.
type stopper interface {
	Stop(kind, key string, rec *domain.Record) error
}

func (u *Unit) actIssue(r *Row, a *program.Action) error {
	kind, key := splitAddr(a.Target)
	if kind == "pass" {
		return u.w.IssuePass(key, r.P.Passes.Get(key), r.Record)
	}
	if err := u.w.IssueDocument(r.P.Documents.Get(key), r.Record); err != nil {
		return err
	}
	list, err := u.HappenedOn(r, "document."+key+".issued", nil, domain.DateOf(u.w.Now()))
	if err == nil {
		u.join(r, list)
	}
	return err
}

func (u *Unit) actRoster(r *Row, a *program.Action, v *vars) error {
	ids, err := u.targets(a, v, string(r.Subject))
	if err != nil {
		return err
	}
	_, key, _ := strings.Cut(a.Target, ".")
	for _, id := range ids {
		if a.Verb == "join" {
			err = u.w.Join(r.P.Key, key, id)
		} else {
			err = u.w.Leave(r.P.Key, key, id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notify tells everybody who holds the role relative to the row.
func (u *Unit) notify(r *Row, role, message, why string) error {
	n := Notice{Program: r.P.Key, Role: role, Record: r.Record, Message: message, Why: why, Via: []string{"push"}}
	if m := r.P.Messages.Get(message); m != nil {
		n.Text = u.say(m.Text, r.vars())
		n.Urgent, n.Lasts = m.Urgent, m.Lasts
		if len(m.Via) > 0 {
			n.Via = m.Via
		}
	} else {
		n.Text = message
	}
	return u.w.Notify(n)
}
