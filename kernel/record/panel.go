package record

import (
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// A panel is several people who fill one form on one thing. Its result is made of
// the sheets of the present round: the latest of each person, the extremes dropped
// where the program says so. A blind panel shows nobody another's sheet, nor
// anything made of the sheets, before its round is closed.

// startPanel asks several people for their opinion.
func (u *Unit) startPanel(r *Row, p *program.Panel) error {
	round := 1
	if old, err := u.w.Round(KindPanel, r.ID, p.Key); err == nil && old != nil {
		round = old.Round + 1
	}
	earlier, err := u.w.Responses(r.ID, p.Form)
	if err != nil {
		return err
	}
	run := &domain.PanelRun{County: r.County, ID: u.w.NewID(), Kind: KindPanel, Record: r.ID, Program: r.P.Key, Key: p.Key,
		Round: round, State: "open", Data: map[string]any{"started": stamp(u.w.Now()), "earlier": int64(len(earlier))}}
	if !p.Limit.IsZero() {
		run.DueAt, _ = u.w.Calendar().Due(u.w.Now(), p.Limit.N, p.Limit.Unit, true)
	}
	for _, role := range p.Members {
		if err := u.w.Notify(Notice{Program: r.P.Key, Role: role, Record: r.Record, Via: []string{"push"},
			Text: r.Title() + "“" + p.Label + "”请填写意见", Why: "panel"}); err != nil {
			return err
		}
	}
	return u.w.SaveRound(run)
}

// panelResponses lists the round's opinions, one per person: the latest counts.
func (u *Unit) panelResponses(r *Row, p *program.Panel, run *domain.PanelRun) ([]*domain.Response, error) {
	all, err := u.w.Responses(r.ID, p.Form)
	if err != nil {
		return nil, err
	}
	var out []*domain.Response
	started, _ := time.Parse(time.RFC3339Nano, text(run.Data["started"]))
	earlier, counted := integer(run.Data["earlier"]) // a round may begin in the instant of the last sheet
	for n, x := range all {
		if counted && int64(n) < earlier || !counted && x.RecordedAt.Before(started) {
			continue
		}
		if i := slices.IndexFunc(out, func(y *domain.Response) bool { return y.ByAccount == x.ByAccount }); i >= 0 {
			out[i] = x
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

// PanelState is how far a panel's present round has come. Score, mean and sum stand
// only where the sheets may be read: never while a blind round is open.
type PanelState struct {
	Panel   *program.Panel
	Run     *domain.PanelRun
	Sheets  []*domain.Response // one per person, in order of arrival
	Counted []*domain.Response // those that make the result: the extremes left out
	Quorum  int
	Count   int // seats; 0 = as many as come
	Done    bool
	Closed  bool // no more sheets; a blind panel's are shown
}

// Panel gives the state of a panel on a row; nil when it was never started.
func (u *Unit) Panel(r *Row, p *program.Panel) (*PanelState, error) {
	run, err := u.w.Round(KindPanel, r.ID, p.Key)
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, err
	}
	if run == nil || err != nil {
		return nil, nil
	}
	s := &PanelState{Panel: p, Run: run, Quorum: u.panelNumber(r.P, p.Quorum, p.QuorumParam), Count: u.panelNumber(r.P, p.Count, p.CountParam)}
	if s.Sheets, err = u.panelResponses(r, p, run); err != nil {
		return nil, err
	}
	if s.Quorum == 0 {
		s.Quorum = max(s.Count, 1)
	}
	n := len(s.Sheets)
	s.Done = n >= s.Quorum
	late := run.State != "open" || !run.DueAt.IsZero() && !u.w.Now().Before(run.DueAt)
	switch {
	case s.Count > 0:
		s.Closed = n >= s.Count || late && s.Done
	case p.Blind:
		s.Closed = s.Done
	}
	s.Counted = dropExtremes(s.Sheets, p.Drop)
	return s, nil
}

// Hidden: nothing made of the sheets may be seen yet.
func (s *PanelState) Hidden() bool { return s.Panel.Blind && !s.Closed }

func (u *Unit) panelNumber(p *program.Program, n int, param string) int {
	if param == "" {
		return n
	}
	v, _ := integer(u.param(p, param))
	return int(v)
}

// dropExtremes leaves out the highest and the lowest sheets once there are `from` of
// them; at least one stays. Of equal ones it does not matter which goes.
func dropExtremes(list []*domain.Response, d *program.Drop) []*domain.Response {
	if d == nil || len(list) < d.From || len(list) <= d.High+d.Low {
		return list
	}
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b *domain.Response) int { return a.Score - b.Score })
	return out[d.Low : len(out)-d.High]
}

// Combined makes one number of several by the panel's rule, in hundredths, half up;
// ok is false when there are none.
func (s *PanelState) Combined(list []int) (n int64, ok bool) {
	if len(list) == 0 {
		return 0, false
	}
	sum := 0
	for _, x := range list {
		sum += x
	}
	switch s.Panel.Combine {
	case "sum":
		return int64(sum) * 100, true
	case "median":
		list = slices.Sorted(slices.Values(list))
		return int64(list[(len(list)-1)/2]+list[len(list)/2]) * 50, true
	}
	return hundredths(sum, len(list)), true
}

func hundredths(sum, n int) int64 { return int64((sum*200 + n) / (2 * n)) }

// Score is the panel's result in hundredths.
func (s *PanelState) Score() (int64, bool) { return s.Combined(s.totals()) }

func (s *PanelState) totals() []int {
	out := make([]int, len(s.Counted))
	for i, x := range s.Counted {
		out[i] = x.Score
	}
	return out
}

// Criterion is the result for one question of the form, in hundredths.
func (s *PanelState) Criterion(key string) (int64, bool) {
	var list []int
	for _, x := range s.Counted {
		v, ok := x.Data[key]
		if !ok {
			v = x.Secret[key]
		}
		if n, ok := integer(v); ok {
			list = append(list, int(n))
		}
	}
	return s.Combined(list)
}

// BlindForm reports whether a form belongs to a blind panel of the row, and whether
// its sheets are hidden from everybody but who wrote them.
func (u *Unit) BlindForm(r *Row, f *program.Form) (blind, hidden bool, err error) {
	for _, p := range r.P.Panels.All() {
		if p.Form != f.Key || p.Of != r.Key || !p.Blind {
			continue
		}
		s, err := u.Panel(r, p)
		return true, s == nil || s.Hidden(), err
	}
	return false, false, nil
}

// PanelDone reports whether a panel's quorum has given its opinion.
func (u *Unit) PanelDone(r *Row, p *program.Panel) (bool, error) {
	s, err := u.Panel(r, p)
	return s != nil && s.Done, err
}

// onForm finds the panel that a form belongs to and the role by which the actor sits
// on it.
func (u *Unit) onForm(r *Row, f *program.Form) (*program.Panel, *program.Role) {
	for _, p := range r.P.Panels.All() {
		if p.Form != f.Key || p.Of != r.Key {
			continue
		}
		for _, k := range p.Members {
			role := r.P.Roles.Get(k)
			if u.Holds(r, k) || role != nil && role.Is == "receiver" && len(u.actor.Qualified(role)) > 0 && u.onPanel(r, k) {
				return p, role
			}
		}
	}
	return nil, nil
}

// OnForm reports whether the actor belongs to the panel that uses a form on the row.
func (u *Unit) OnForm(r *Row, f *program.Form) bool {
	p, _ := u.onForm(r, f)
	return p != nil
}

// FillRefused says why the actor may not fill a form on the row; nil when he may.
func (u *Unit) FillRefused(r *Row, f *program.Form) error {
	if p, role := u.onForm(r, f); p != nil {
		return u.panelRefuses(r, p, role)
	}
	if !u.MayFill(r, f) {
		return domain.E(domain.KindForbidden, "form_forbidden", "form", f.Label)
	}
	return nil
}

// panelRefuses says why somebody who belongs to a panel may not hand in a sheet now:
// he is excluded, the round has not begun, or it is closed.
func (u *Unit) panelRefuses(r *Row, p *program.Panel, role *program.Role) error {
	if say, out := u.excluded(r, p, role); out {
		return domain.E(domain.KindForbidden, "panel_excluded", "panel", p.Label, "say", say)
	}
	s, err := u.Panel(r, p)
	switch {
	case err != nil:
		return err
	case s == nil && (p.Blind || p.Count > 0 || p.CountParam != ""):
		return domain.E(domain.KindRefused, "panel_not_open", "panel", p.Label)
	case s != nil && s.Closed:
		return domain.E(domain.KindRefused, "panel_closed", "panel", p.Label, "n", strconv.Itoa(len(s.Sheets)))
	}
	return nil
}

// excluded reports whether the actor may not sit on a panel, and why: an `exclude`
// that holds, read with him as `member`. What cannot be settled keeps out, too.
func (u *Unit) excluded(r *Row, p *program.Panel, role *program.Role) (say string, out bool) {
	var org domain.OrgID
	if role != nil {
		if ms := u.actor.Qualified(role); len(ms) > 0 {
			org = ms[0].Org
		}
	}
	v := r.varsWith(map[string]any{"member": seatView{u, org}})
	for _, g := range p.Exclude {
		ok, err := u.value(g.If, v)
		switch {
		case isUnset(err):
			return "缺" + missing(err) + "，无法判断是否须回避", true
		case err != nil || ok != false:
			return u.say(g.Say, v), true
		}
	}
	return "", false
}

// seatView is whoever sits on a panel, with the unit by which he does.
type seatView struct {
	u   *Unit
	org domain.OrgID
}

func (v seatView) TypeName() string { return "account" }
func (v seatView) Get(name string) (any, error) {
	a := v.u.actor
	switch name {
	case "id":
		return textOr(string(a.Account), name)
	case "name", "short_name":
		return textOr(a.Name, name)
	case "org":
		return v.u.orgOf(v.org, name)
	case "person":
		if len(a.Parties) > 0 {
			return string(a.Parties[0]), nil
		}
	}
	return nil, &rule.Unset{Path: name}
}

// Call answers related(member, party): by the person behind the account. Somebody
// whose person is not on file cannot be told from a relative.
func (v seatView) Call(method string, args []any) (any, error) {
	a := v.u.actor
	if method != "related" || len(args) != 1 || len(a.Parties) == 0 {
		return nil, &rule.Unset{Path: "member.person", Label: "评议人的个人档案"}
	}
	return v.u.related(a.Parties[0], args[0])
}

// related tells whether two parties are the same, or a relation of any kind holds
// between them today; of a household, with any of its people.
func (u *Unit) related(a domain.PartyID, with any) (bool, error) {
	b := domain.PartyID(idOf(with))
	if a == b {
		return true, nil
	}
	return u.w.Related(a, b)
}
