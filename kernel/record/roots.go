package record

import (
	"maps"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// The roots are the names behind which a program's blocks stand: param.x,
// clock.x, match.x … Each gives the struct of one entry.

type paramView struct {
	u *Unit
	p *program.Program
}

func (v paramView) TypeName() string { return "param" }
func (v paramView) Get(key string) (any, error) {
	p := v.p.Params.Get(key)
	if p == nil {
		return nil, &rule.Unset{Path: "param." + key}
	}
	return v.u.convert(&program.Field{Key: key, Label: p.Label, Type: p.Type}, v.u.param(v.p, key), nil)
}

// param gives a parameter's value today: the county's own, else the program's.
func (u *Unit) param(p *program.Program, key string) any {
	if w, ok := u.w.(paramSource); ok {
		if v, ok := w.Param(p.Key, key); ok {
			return v
		}
	}
	q := p.Params.Get(key)
	if q == nil {
		return nil
	}
	v := q.Value
	for _, d := range q.Dated {
		if d.From <= u.Today() {
			v = d.Value
		}
	}
	return v
}

// paramSource is the part of a World that knows the county's own parameters.
type paramSource interface {
	Param(program, key string) (any, bool)
}

type consentView struct{ r *Row }

func (v consentView) TypeName() string { return "consent" }
func (v consentView) Get(key string) (any, error) {
	if v.r.Subject == "" {
		return false, nil
	}
	return v.r.u.w.Consent(v.r.P.Key, key, v.r.Subject)
}
func (v consentView) Call(method string, args []any) (any, error) {
	key := method[:len(method)-len(".of")]
	return v.r.u.w.Consent(v.r.P.Key, key, domain.PartyID(idOf(args[0])))
}

type groundView struct{ r *Row }

func (v groundView) TypeName() string { return "ground" }
func (v groundView) Get(key string) (any, error) {
	if v.r.Subject == "" {
		return false, nil
	}
	return v.r.u.w.Ground(v.r.P.Key, key, v.r.Subject)
}
func (v groundView) Call(method string, args []any) (any, error) {
	return v.r.u.w.Ground(v.r.P.Key, strings.TrimSuffix(method, ".of"), domain.PartyID(idOf(args[0])))
}

type rosterRoot struct {
	u *Unit
	p *program.Program
	r *Row // that asks; nil in a roster's own conditions
}

func (v rosterRoot) TypeName() string { return "roster" }
func (v rosterRoot) Get(key string) (any, error) {
	return rosterView{v.u, v.p, v.r, key}, nil
}

type rosterView struct {
	u   *Unit
	p   *program.Program
	r   *Row
	key string
}

func (v rosterView) TypeName() string { return "roster." + v.key }
func (v rosterView) Get(name string) (any, error) {
	if name != "members" {
		return nil, &rule.Unset{Path: name}
	}
	ids, err := v.u.rosterFor(v.r, v.p, v.key)
	out := make([]any, 0, len(ids))
	for _, id := range ids {
		m, err := v.u.partyOf(domain.PartyID(id), name)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, err
}
func (v rosterView) Call(method string, args []any) (any, error) {
	switch method {
	case "has":
		return v.u.rosterHasFor(v.r, v.p, v.key, idOf(args[0]))
	case "size":
		ids, err := v.u.rosterFor(v.r, v.p, v.key)
		return int64(len(ids)), err
	}
	return nil, domain.E(domain.KindInternal, "no_method", "name", method)
}

type tableRoot struct{ p *program.Program }

func (v tableRoot) TypeName() string { return "table" }
func (v tableRoot) Get(key string) (any, error) {
	t := v.p.Tables.Get(key)
	if t == nil {
		return nil, &rule.Unset{Path: "table." + key}
	}
	return tableView{t}, nil
}

type tableView struct{ t *program.Table }

func (v tableView) TypeName() string { return "table." + v.t.Key }
func (v tableView) row(m map[string]any) mapView {
	f := &program.Field{Key: v.t.Key, Fields: v.t.Fields}
	return mapView{&Unit{}, f, m}
}
func (v tableView) Get(name string) (any, error) {
	if name != "rows" {
		return nil, &rule.Unset{Path: name}
	}
	out := make([]any, len(v.t.Rows))
	for i, m := range v.t.Rows {
		out[i] = v.row(m)
	}
	return out, nil
}
func (v tableView) Call(_ string, args []any) (any, error) {
	for _, m := range v.t.Rows {
		hit := true
		for i, k := range v.t.KeyCols {
			hit = hit && i < len(args) && text(m[k]) == text(fromRule(args[i]))
		}
		if hit && len(v.t.KeyCols) > 0 {
			return v.row(m), nil
		}
	}
	if v.t.Band != "" && len(args) > 0 {
		if m := v.band(args[0]); m != nil {
			return v.row(m), nil
		}
	}
	return nil, &rule.Unset{Path: "table." + v.t.Key, Label: v.t.Label}
}

// band finds the row with the largest lower bound that does not exceed the value.
func (v tableView) band(x any) (best map[string]any) {
	want, _ := number(x)
	for _, m := range v.t.Rows {
		if n, ok := number(m[v.t.Band]); ok && n <= want {
			if b, _ := number(best[v.t.Band]); best == nil || n >= b {
				best = m
			}
		}
	}
	return best
}

type standingRoot struct {
	u *Unit
	p *program.Program
}

func (v standingRoot) TypeName() string { return "standing" }
func (v standingRoot) Get(key string) (any, error) {
	s := v.p.Standings.Get(key)
	if s == nil {
		return nil, &rule.Unset{Path: "standing." + key}
	}
	return standingView{v.u, v.p, s}, nil
}

type standingView struct {
	u *Unit
	p *program.Program
	s *program.Standing
}

func (v standingView) TypeName() string { return "standing." + v.s.Key }
func (v standingView) Get(name string) (any, error) {
	return nil, &rule.Unset{Path: "standing." + v.s.Key + "." + name}
}

// Call answers `standing.k.of(party)`: the state that the party is in now.
func (v standingView) Call(_ string, args []any) (any, error) {
	state, err := v.u.w.(marker).StandingOf(v.p.Key, v.s.Key, domain.PartyID(idOf(args[0])))
	if err == nil && state == "" {
		return nil, &rule.Unset{Path: "standing." + v.s.Key, Label: v.s.Label}
	}
	return state, err
}

type statRoot struct{ r *Row }

func (v statRoot) TypeName() string { return "stat" }
func (v statRoot) Get(key string) (any, error) {
	return v.r.u.w.StatValue(v.r.P.Key, key, v.r.Path, v.r.periodKey())
}

// unsetRoot stands for blocks that hold nothing for this row.
type unsetRoot struct{ name string }

func (v unsetRoot) TypeName() string { return v.name }
func (v unsetRoot) Get(key string) (any, error) {
	return nil, &rule.Unset{Path: v.name + "." + key}
}

type noticeRoot struct{ r *Row }

func (v noticeRoot) TypeName() string { return "notice" }
func (v noticeRoot) Get(key string) (any, error) {
	nt := v.r.P.Notices.Get(key)
	if nt == nil {
		return nil, &rule.Unset{Path: "notice." + key}
	}
	return noticeView{v.r, nt}, nil
}

type noticeView struct {
	r  *Row
	nt *program.Notice
}

func (v noticeView) TypeName() string { return "notice" }
func (v noticeView) Get(name string) (any, error) {
	open, clear, err := v.r.u.w.NoticeState(v.r.P, v.nt, v.r.ID)
	if name == "open" {
		return open, err
	}
	return clear, err
}

type clockRoot struct{ r *Row }

func (v clockRoot) TypeName() string { return "clock" }
func (v clockRoot) Get(key string) (any, error) {
	c := v.r.T.Clocks.Get(key)
	if c == nil {
		return nil, &rule.Unset{Path: "clock." + key}
	}
	k, err := v.r.u.computeClock(v.r, c)
	return clockView{v.r, k}, err
}

type clockView struct {
	r *Row
	k *domain.Clock
}

func (v clockView) TypeName() string { return "clock" }
func (v clockView) Get(name string) (any, error) {
	now := v.r.u.w.Now()
	end := now
	if v.k.State == ClockMet {
		end = v.k.MetAt
	}
	switch name {
	case "met":
		return v.k.State == ClockMet, nil
	case "overdue":
		return !v.k.DueAt.IsZero() && end.After(v.k.DueAt), nil
	case "due":
		return timeOrNever(v.k.DueAt), nil
	}
	if v.k.State == ClockIdle {
		return nil, &rule.Unset{Path: "clock"}
	}
	switch name {
	case "spent":
		return end.Sub(v.k.FromAt), nil
	}
	if v.k.DueAt.IsZero() {
		return nil, &rule.Unset{Path: name}
	}
	switch name {
	case "over": // how long past due
		return max(0, end.Sub(v.k.DueAt)), nil
	case "left":
		return v.k.DueAt.Sub(end), nil
	}
	return nil, &rule.Unset{Path: name}
}

type matchRoot struct{ r *Row }

func (v matchRoot) TypeName() string { return "match" }
func (v matchRoot) Get(key string) (any, error) {
	return matchView{v.r, key}, nil
}

type matchView struct {
	r   *Row
	key string
}

func (v matchView) TypeName() string { return "match" }
func (v matchView) Get(name string) (any, error) {
	run, err := v.r.u.w.MatchRun(v.r.ID, v.key)
	if err != nil {
		if domain.KindOf(err) != domain.KindNotFound {
			return nil, err
		}
		run = nil
	}
	if name == "sent" {
		if run == nil {
			return int64(0), nil
		}
		return int64(run.Sent), nil
	}
	if run == nil {
		return false, nil
	}
	switch name {
	case "open":
		return run.State == MatchOpen, nil
	case "accepted":
		return v.accepted(run)
	case "unmet":
		return run.State == MatchUnmet, nil
	}
	return nil, &rule.Unset{Path: name}
}

func (v matchView) accepted(run *domain.MatchRun) (bool, error) {
	m := v.r.P.Matches.Get(v.key)
	list, err := v.r.u.runOrders(v.r, m, run)
	for _, o := range list {
		if o.Phase == domain.PhaseAccepted || o.Phase == domain.PhaseDone {
			return true, err
		}
	}
	return false, err
}

type panelRoot struct{ r *Row }

func (v panelRoot) TypeName() string { return "panel" }
func (v panelRoot) Get(key string) (any, error) {
	return panelView{v.r, v.r.P.Panels.Get(key)}, nil
}

type panelView struct {
	r *Row
	p *program.Panel
}

func (v panelView) TypeName() string { return "panel" }
func (v panelView) Get(name string) (any, error) {
	s, err := v.r.u.Panel(v.r, v.p)
	if err != nil {
		return nil, err
	}
	switch name {
	case "n":
		if s == nil {
			return int64(0), nil
		}
		return int64(len(s.Sheets)), nil
	case "done":
		return s != nil && s.Done, nil
	case "closed":
		return s != nil && s.Closed, nil
	}
	unset := &rule.Unset{Path: name, Label: v.p.Label}
	if s == nil || s.Hidden() {
		if name == "sum" && s == nil {
			return int64(0), nil
		}
		return nil, unset
	}
	totals := s.totals()
	switch name {
	case "sum", "mean":
		sum := 0
		for _, n := range totals {
			sum += n
		}
		if name == "sum" {
			return int64(sum), nil
		}
		if len(totals) > 0 {
			return hundredths(sum, len(totals)), nil
		}
	case "score":
		if n, ok := s.Score(); ok {
			return n, nil
		}
	}
	return nil, unset
}

// Call answers panel.k.of(criterion).
func (v panelView) Call(method string, args []any) (any, error) {
	s, err := v.r.u.Panel(v.r, v.p)
	if err != nil {
		return nil, err
	}
	if method == "of" && len(args) == 1 && s != nil && !s.Hidden() {
		if n, ok := s.Criterion(text(args[0])); ok {
			return n, nil
		}
	}
	return nil, &rule.Unset{Path: method, Label: v.p.Label}
}

type formRoot struct{ r *Row }

func (v formRoot) TypeName() string { return "form" }
func (v formRoot) Get(key string) (any, error) {
	return formView{v.r, key}, nil
}

type formView struct {
	r   *Row
	key string
}

func (v formView) TypeName() string { return "form" }
func (v formView) Get(name string) (any, error) {
	list, err := v.r.u.answersOf(v.r, v.key)
	if err != nil {
		return nil, err
	}
	switch name {
	case "count":
		return int64(len(list)), nil
	case "at":
		out := make([]any, len(list))
		for i, x := range list {
			out[i] = x.At
		}
		return out, nil
	}
	if len(list) == 0 {
		if name == "first" || name == "last" {
			return rule.Never, nil
		}
		return nil, &rule.Unset{Path: "form." + v.key}
	}
	last := list[len(list)-1]
	switch name {
	case "first":
		return list[0].At, nil
	case "last":
		return last.At, nil
	case "score":
		return int64(last.Score), nil
	case "band":
		return textOr(last.Band, name)
	case "answer":
		f := v.r.P.Forms.Get(v.key)
		given := maps.Clone(last.Data)
		if given == nil {
			given = map[string]any{}
		}
		maps.Copy(given, last.Secret)
		return mapView{v.r.u, &program.Field{Key: v.key, Fields: f.Fields}, given}, nil
	}
	return nil, &rule.Unset{Path: name}
}

type dutyRoot struct{ r *Row }

func (v dutyRoot) TypeName() string { return "duty" }
func (v dutyRoot) Get(key string) (any, error) {
	return dutyView{v.r, key}, nil
}

type dutyView struct {
	r   *Row
	key string
}

func (v dutyView) TypeName() string { return "duty" }
func (v dutyView) Get(name string) (any, error) {
	of := string(v.r.ID)
	if of == "" { // a party stands where a row is asked for
		of = string(v.r.Subject)
	}
	t, err := v.r.u.w.DutyCount(v.r.P.Key, v.key, of)
	switch name {
	case "due":
		return t.Due, err
	case "done":
		return t.Done, err
	case "missed":
		return t.Missed, err
	case "in_row":
		return t.InRow, err
	case "missed_in_row":
		return t.MissedInRow, err
	}
	return nil, &rule.Unset{Path: name}
}

// DutyTally counts a duty of one row up to now: what fell due, was done and was
// missed, and how many of the latest ones in a row were.
type DutyTally struct{ Due, Done, Missed, InRow, MissedInRow int64 }

// Window is one window of a duty on one day, as conditions and figures read it.
type Window struct {
	Key        string
	Start, End time.Time
}

// TypeName implements rule.Struct.
func (v Window) TypeName() string { return "window" }

// Get implements rule.Struct.
func (v Window) Get(name string) (any, error) {
	switch name {
	case "key":
		return v.Key, nil
	case "start":
		return v.Start, nil
	case "end":
		return v.End, nil
	}
	return nil, &rule.Unset{Path: name}
}
