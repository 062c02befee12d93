package record

import (
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/match"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// States of a match run.
const (
	MatchOpen     = "open"     // a step is under way
	MatchAccepted = "accepted" // enough orders were accepted
	MatchUnmet    = "unmet"    // the last step ended without one
	MatchStopped  = "stopped"
)

// claimFan bounds how many providers one claim is shown to at once.
const claimFan = 200

// matchVars are the names of `eligible` and `rank`: the need's row, and the offer.
type matchVars struct {
	need  *Row
	offer any
	step  int
}

func (v matchVars) Var(name string) (any, error) {
	switch name {
	case "offer":
		return v.offer, nil
	case "need":
		return recordView{v.need}, nil
	case "step":
		return int64(v.step), nil
	case "subject":
		return v.need.u.partyOf(v.need.Subject, name)
	}
	return v.need.vars().Var(name)
}

// Found is one candidate with its verdict.
type Found struct {
	match.Result
	Candidate Candidate
}

// Find answers for every candidate of a match at a step (0-based; -1 = whole
// match), ranked.
func (u *Unit) Find(r *Row, m *program.Match, step int) ([]Found, error) {
	t := r.P.Records.Get(m.Makes)
	cands, err := u.w.Offers(r.P.Key, t.Offers)
	if err != nil {
		return nil, err
	}
	results := make([]match.Result, 0, len(cands))
	values := make([][]any, 0, len(cands))
	by := make(map[string]Candidate, len(cands))
	for _, c := range cands {
		v, err := u.candidateVars(r, c, step+1)
		if err != nil {
			return nil, err
		}
		res := match.Evaluate(m, step, v, func(t *program.Text) string { return u.say(t, v) })
		if res.Err != nil {
			return nil, res.Err
		}
		res.Offer = c.ID()
		if c.Offer != nil {
			u.checkRoom(v, &res)
			u.checkAssured(v, &res)
		}
		results = append(results, res)
		values = append(values, match.Values(m, v))
		by[c.ID()] = c
	}
	ordered := match.Order(m, results, values)
	out := make([]Found, len(ordered))
	for i, res := range ordered {
		out[i] = Found{res, by[res.Offer]}
	}
	return out, nil
}

func (u *Unit) candidateVars(r *Row, c Candidate, step int) (matchVars, error) {
	v := matchVars{need: r, step: step}
	switch {
	case c.Offer != nil:
		o, err := u.Adopt(c.Offer)
		if err != nil {
			return v, err
		}
		v.offer = recordView{o}
	case c.Org != nil:
		v.offer = orgView{u, c.Org}
	default:
		v.offer = accountView{u, c.Account}
	}
	return v, nil
}

// checkRoom: an offer without free capacity never fits (kernel rule).
func (u *Unit) checkRoom(v matchVars, res *match.Result) {
	o, ok := v.offer.(recordView)
	if !ok {
		return
	}
	if n, err := u.room(o.r); err == nil && n == int64(0) {
		res.Verdict = match.Miss
		res.Missing = append(res.Missing, "名额已满")
	}
}

// checkAssured: an offer whose provider has not confirmed it for longer than the
// program allows (`assured`) is not recommended until he does (HSDS: assured_date).
func (u *Unit) checkAssured(v matchVars, res *match.Result) {
	o, ok := v.offer.(recordView)
	if !ok || o.r.T.Assured.IsZero() {
		return
	}
	from := o.r.Created
	if d, err := domain.ParseDate(o.r.str("assured_on")); err == nil && d.Start().After(from) {
		from = d.Start()
	}
	until, _ := u.w.Calendar().Due(from, o.r.T.Assured.N, o.r.T.Assured.Unit, false)
	if u.w.Now().After(until) {
		res.Verdict = match.Miss
		res.Missing = append(res.Missing, "信息逾期未核实，请供给方确认")
	}
}

// startMatch begins a run on the row.
func (u *Unit) startMatch(r *Row, m *program.Match) error {
	run := &domain.MatchRun{County: r.County, ID: u.w.NewID(), Record: r.ID, Key: m.Key, State: MatchOpen, Data: map[string]any{}}
	if old, err := u.w.MatchRun(r.ID, m.Key); err == nil && old != nil && old.State == MatchOpen {
		old.State = MatchStopped
		if err := u.w.SaveMatchRun(old); err != nil {
			return err
		}
	}
	return u.step(r, m, run, 1)
}

// step starts step n (1-based) or ends the run unmet.
func (u *Unit) step(r *Row, m *program.Match, run *domain.MatchRun, n int) error {
	for ; n <= len(m.Steps); n++ {
		run.Step = n
		sent, waits, err := u.stepOnce(r, m, run)
		if err != nil {
			return err
		}
		if sent > 0 || waits {
			return u.w.SaveMatchRun(run)
		}
	}
	run.State = MatchUnmet
	u.reconsider(r)
	return u.w.SaveMatchRun(run)
}

// reconsider lets when-moves that read the run look again.
func (u *Unit) reconsider(r *Row) {
	r.is.quiet = false
	u.touch(r)
}

// stepOnce sends the orders of a step. waits: a person must choose first.
func (u *Unit) stepOnce(r *Row, m *program.Match, run *domain.MatchRun) (sent int, waits bool, err error) {
	st := m.Steps[run.Step-1]
	most, err := u.most(r, m)
	if err != nil {
		return 0, false, err
	}
	var pick []string
	if r.dialog != nil {
		pick = r.dialog.Pick
	}
	if st.Mode == "pick" && len(pick) == 0 {
		return 0, true, nil
	}
	found, err := u.Find(r, m, run.Step-1)
	if err != nil {
		return 0, false, err
	}
	if len(pick) > 0 {
		if found, err = chosen(found, pick, most); err != nil {
			return 0, false, err
		}
	} else {
		gone, err := u.saidNo(r, m, run)
		if err != nil {
			return 0, false, err
		}
		found = slices.DeleteFunc(found, func(f Found) bool { return f.Verdict != match.Fit || gone[f.Offer] })
		switch st.Mode {
		case "assign":
			if len(st.By) > 0 && !u.mayConfirm(r, st.By) {
				return 0, len(found) > 0, nil // a person of the role must confirm
			}
			found = found[:min(len(found), max(most, 1))]
		default:
			found = found[:min(len(found), claimFan)]
		}
	}
	for _, f := range found {
		if err := u.send(r, m, run, f.Candidate); err != nil {
			return sent, false, err
		}
		sent++
	}
	return sent, false, nil
}

// saidNo lists the offers whose provider declined or gave the order back in this
// run: nobody is asked twice.
func (u *Unit) saidNo(r *Row, m *program.Match, run *domain.MatchRun) (map[string]bool, error) {
	list, err := u.runOrders(r, m, run)
	gone := map[string]bool{}
	for _, o := range list {
		if o.Phase == domain.PhaseDeclined || o.Phase == domain.PhaseReturned {
			gone[o.str("offer")] = true
		}
	}
	return gone, err
}

// mayConfirm: the person who started the run confirms by starting it, if he
// holds one of the roles.
func (u *Unit) mayConfirm(r *Row, by []string) bool {
	return slices.ContainsFunc(by, func(k string) bool { return u.Holds(r, k) })
}

// most is how many orders of a match may be accepted; 0 = not said.
func (u *Unit) most(r *Row, m *program.Match) (int, error) {
	if m.MaxExpr == nil {
		return m.Max, nil
	}
	v, err := u.value(m.MaxExpr, r.vars())
	if err != nil && !isUnset(err) {
		return 0, err
	}
	n, _ := integer(v)
	return int(n), nil
}

// chosen checks the picked offers: each must fit, at most `most` of them.
func chosen(found []Found, pick []string, most int) ([]Found, error) {
	if most > 0 && len(pick) > most {
		return nil, domain.E(domain.KindInvalid, "pick_too_many", "max", itoa(most)).With("pick", "pick_too_many", "max", itoa(most))
	}
	var out []Found
	for _, id := range pick {
		i := slices.IndexFunc(found, func(f Found) bool { return f.Offer == id })
		if i < 0 {
			return nil, domain.E(domain.KindInvalid, "pick_unknown").With("pick", "pick_unknown")
		}
		f := found[i]
		switch f.Verdict {
		case match.Miss:
			return nil, domain.Refuse(f.Missing[0])
		case match.Ask:
			return nil, domain.Refuse("缺" + f.Ask[0])
		}
		out = append(out, f)
	}
	return out, nil
}

// send opens an order for one candidate. The five fixings are a kernel rule: who,
// what, to which standard, under whose duty, by when.
func (u *Unit) send(r *Row, m *program.Match, run *domain.MatchRun, c Candidate) error {
	t := r.P.Records.Get(m.Makes)
	mv := intakeOf(t, "")
	for _, x := range t.Moves.All() { // prefer the intake that rules make
		if x.Intake() && len(x.By) == 0 {
			mv = x
		}
	}
	a := Act{trusted: true, Parent: r.ID, Subject: r.Subject, preset: map[string]any{
		"offer": c.ID(), "step": int64(run.Step), "as": m.As, "match": m.Key, "run": run.ID}}
	switch {
	case c.Offer != nil:
		a.provider = c.Offer.Provider
	case c.Org != nil:
		a.provider = c.Org.ID
	}
	if a.provider == "" && c.Account == nil {
		return domain.E(domain.KindRefused, "five_fixings", "lacks", "人员（承办单位）")
	}
	o, err := u.Create(r.P, t, mv, a)
	if err != nil {
		return err
	}
	if err := u.toPerson(o, c); err != nil {
		return err
	}
	if err := u.fixings(o); err != nil {
		return err
	}
	run.Sent++
	return u.noticeOrder(o)
}

// accountFinder is the part of a World that knows a person's account.
type accountFinder interface {
	AccountOf(party domain.PartyID) (domain.AccountID, error)
}

// toPerson gives an order for what one person offers to his own account, if he has
// one; his unit receives it in any case.
func (u *Unit) toPerson(o *Row, c Candidate) error {
	w, ok := u.w.(accountFinder)
	if !ok || c.Offer == nil || c.Offer.Subject == "" || !offersPerson(o.P, o.T) {
		return nil
	}
	acc, err := w.AccountOf(c.Offer.Subject)
	o.Owner = acc
	return err
}

// fixings refuses an order that lacks one of the five (五个定).
func (u *Unit) fixings(o *Row) error {
	t := o.T.Terms
	if t == nil {
		return domain.E(domain.KindRefused, "five_fixings", "lacks", "任务、标准、责任、时限")
	}
	for _, x := range []struct {
		name string
		ex   *rule.Expr
	}{{"任务", t.Task}, {"标准", t.Standard}, {"责任", t.Duty}} {
		if v, err := u.value(x.ex, o.vars()); err != nil || text(v) == "" {
			return domain.E(domain.KindRefused, "five_fixings", "lacks", x.name)
		}
	}
	c := o.T.Clocks.Get(t.Limit)
	if c == nil {
		return domain.E(domain.KindRefused, "five_fixings", "lacks", "时限")
	}
	return nil
}

// noticeOrder tells the receivers of a new order.
func (u *Unit) noticeOrder(o *Row) error {
	for key, role := range o.P.Roles.All() {
		if role.Is == "receiver" && slices.Contains(role.Of, o.Key) {
			if err := u.w.Notify(Notice{Program: o.P.Key, Role: key, Record: o.Record, Via: []string{"push"},
				Text: "新的" + o.T.Label + "待处理：" + o.RefNo, Why: "order"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Choose sends orders to offers that a person chose in an open run, or starts
// the run with them.
func (u *Unit) Choose(r *Row, m *program.Match, pick []string) error {
	run, err := u.w.MatchRun(r.ID, m.Key)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return err
	}
	if err != nil || run == nil || run.State != MatchOpen {
		return domain.E(domain.KindConflict, "match_not_open")
	}
	st := m.Steps[run.Step-1]
	if !u.mayConfirm(r, st.By) {
		return domain.E(domain.KindForbidden, "match_forbidden")
	}
	found, err := u.Find(r, m, run.Step-1)
	if err != nil {
		return err
	}
	most, err := u.most(r, m)
	if err != nil {
		return err
	}
	if found, err = chosen(found, pick, most); err != nil {
		return err
	}
	for _, f := range found {
		if err := u.send(r, m, run, f.Candidate); err != nil {
			return err
		}
	}
	u.reconsider(r)
	return u.w.SaveMatchRun(run)
}

// runOrders lists the orders of a run.
func (u *Unit) runOrders(r *Row, m *program.Match, run *domain.MatchRun) ([]*Row, error) {
	list, err := u.Children(r, m.Makes)
	if err != nil {
		return nil, err
	}
	var out []*Row
	for _, o := range list {
		if o.str("run") == run.ID {
			out = append(out, o)
		}
	}
	return out, nil
}

// orderChanged keeps the run in step with its orders: the first acceptance of a
// claim ends the others; when all of a step have declined, the next step starts.
func (u *Unit) orderChanged(o *Row) error {
	m := o.P.Matches.Get(o.str("match"))
	if m == nil || o.Record.Parent == "" {
		return nil
	}
	r, err := u.Parent(o)
	if err != nil {
		return err
	}
	run, err := u.w.MatchRun(r.ID, m.Key)
	if err != nil || run == nil || run.ID != o.str("run") {
		if domain.KindOf(err) == domain.KindNotFound || err == nil {
			return nil
		}
		return err
	}
	u.reconsider(r)
	if run.State == MatchStopped {
		return nil
	}
	orders, err := u.runOrders(r, m, run)
	if err != nil {
		return err
	}
	most, err := u.most(r, m)
	if err != nil {
		return err
	}
	accepted, open := 0, 0
	for _, x := range orders {
		switch x.Phase {
		case domain.PhaseAccepted, domain.PhaseDone:
			accepted++
		case domain.PhaseProposed:
			open++
		}
	}
	switch {
	case accepted >= max(most, 1) || accepted > 0 && m.Steps[run.Step-1].Mode == "claim":
		run.State = MatchAccepted
		if err := u.w.SaveMatchRun(run); err != nil {
			return err
		}
		return u.closeRest(orders, o)
	case accepted > 0:
		run.State = MatchAccepted
		return u.w.SaveMatchRun(run)
	case open == 0 && o.Phase != domain.PhaseProposed:
		run.State = MatchOpen
		if o.Phase == domain.PhaseReturned { // taken and given back: the same step again
			return u.step(r, m, run, run.Step)
		}
		return u.step(r, m, run, run.Step+1)
	case open > 0 && run.State == MatchAccepted: // given back while others still wait
		run.State = MatchOpen
		return u.w.SaveMatchRun(run)
	}
	return nil
}

// closeRest expires what others were offered. It is another's acceptance that
// ends them, so no clock counts it as late.
func (u *Unit) closeRest(orders []*Row, but *Row) error {
	for _, x := range orders {
		if x == but || x.Phase != domain.PhaseProposed {
			continue
		}
		for _, mv := range x.T.Moves.All() {
			if st := x.T.Stages.Get(mv.To); st != nil && st.Phase == domain.PhaseExpired && slices.Contains(mv.From, x.Stage) {
				if err := u.Move(x, mv, Act{trusted: true}); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// stopMatch ends a run and the orders that wait.
func (u *Unit) stopMatch(r *Row, m *program.Match) error {
	run, err := u.w.MatchRun(r.ID, m.Key)
	if err != nil || run == nil {
		if domain.KindOf(err) == domain.KindNotFound || err == nil {
			return nil
		}
		return err
	}
	run.State = MatchStopped
	if err := u.w.SaveMatchRun(run); err != nil {
		return err
	}
	orders, err := u.runOrders(r, m, run)
	if err != nil {
		return err
	}
	return u.closeRest(orders, nil)
}

// onPanel reports whether the role sits on a panel that runs on the row.
// Receivers sit there for what their kind of unit knows, with or without an
// order of their own.
func (u *Unit) onPanel(r *Row, role string) bool {
	for _, p := range r.P.Panels.All() {
		if p.Of != r.Key || !slices.Contains(p.Members, role) {
			continue
		}
		if run, err := u.w.Round(KindPanel, r.ID, p.Key); err == nil && run != nil {
			return true
		}
	}
	return false
}

// MayFill reports whether the actor may fill a form on the row.
func (u *Unit) MayFill(r *Row, f *program.Form) bool {
	if p, role := u.onForm(r, f); p != nil {
		return u.panelRefuses(r, p, role) == nil
	}
	if slices.ContainsFunc(f.By, func(k string) bool { return u.Holds(r, k) }) {
		return true
	}
	for _, d := range r.P.Duties.All() {
		if d.Form == f.Key && (slices.ContainsFunc(d.To, func(k string) bool { return u.Holds(r, k) }) || u.proxies(r, d)) {
			return true
		}
	}
	return false
}

// Wish is a need that nobody has filed: a row in memory, to ask a match what a party
// could be offered. Its values are normalised ones; it is never saved.
func (u *Unit) Wish(p *program.Program, t *program.RecordType, subject domain.PartyID, values map[string]any) (*Row, error) {
	party, err := u.w.Party(subject)
	if err != nil {
		return nil, err
	}
	now := u.w.Now()
	rec := &domain.Record{County: u.w.County(), Subject: subject, Region: party.Region, Path: party.Path, Program: p.Key, Version: p.Version,
		Key: t.Key, Noun: t.Noun, Created: now, Entered: now, Data: map[string]any{}, Secret: map[string]any{}, Hist: map[string]time.Time{}}
	r := &Row{Record: rec, P: p, T: t, u: u}
	r.is.new = true // nothing lies under it: the store need not be asked
	for k, v := range values {
		r.set(k, v)
	}
	return r, nil
}

// proxies: the roles that a roster names may file for its members (`proxy`).
func (u *Unit) proxies(r *Row, d *program.Duty) bool {
	key, ok := strings.CutPrefix(d.Over, "roster.")
	ro := r.P.Rosters.Get(key)
	return ok && ro != nil && slices.ContainsFunc(ro.Proxy, func(k string) bool { return u.Holds(r, k) })
}
