package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/match"
)

const matchProgram = `
program: matches
version: 1
title: 供需
class: internal
params:
  many: {label: 最多, type: int, value: 2, range: [1, 9]}
roles:
  desk:  {label: 经办, is: area, held_by: {org: desk}, read: internal}
  boss:  {label: 主管, is: area, held_by: {org: office}, read: internal}
  crew:  {label: 队伍, is: receiver, of: [job, visit], held_by: {org: crew}, read: {job: internal, visit: internal}}
  lead:  {label: 队长, is: owner, of: service, held_by: {org: crew}, read: {service: internal}}
records:
  ask:
    label: 求助
    is: case
    for: none
    keep: 1y
    fields:
      kind:  {label: 项目, list: {clean: 打扫, mend: 小修}}
      rule:  {label: 标准, type: text}
    stages:
      new:   {label: 新, phase: open}
      out:   {label: 待应, phase: waiting}
      taken: {label: 已应, phase: open}
      unmet: {label: 无人, phase: open}
      done:  {label: 完, phase: done}
    moves:
      raise:  {label: 提出, to: new, by: desk, need: [kind], ask: [rule]}
      claim:  {label: 抢单, from: new, to: out, by: desk, do: [{start: match.claim}]}
      now:    {label: 直派, from: [new, out], to: out, by: [desk, boss], do: [{start: match.now}]}
      ask:    {label: 请派, from: new, to: out, by: [desk, boss], do: [{start: match.confirmed}]}
      pick:   {label: 自选, from: new, to: out, by: desk, do: [{start: match.pick}]}
      visit:  {label: 派站, from: new, to: out, by: desk, do: [{start: match.visit}]}
      stop:   {label: 停, from: out, to: done, by: desk, do: [{stop: match.claim}]}
      taken:  {label: 已应, from: [out, unmet], to: taken, when: "match.claim.accepted || match.now.accepted || match.pick.accepted"}
      nobody: {label: 无人, from: out, to: unmet, when: "match.claim.unmet || match.now.unmet || match.pick.unmet || match.visit.unmet || match.confirmed.unmet"}
      again:  {label: 重派, from: taken, to: out}
  service:
    label: 服务
    is: offer
    class: public
    kept_by: lead
    fields:
      kind:  {label: 项目, list: {clean: 打扫, mend: 小修}}
      close: {label: 近, type: bool}
      score: {label: 分, type: int}
  job:
    label: 派单
    is: order
    of: ask
    offers: service
    keep: 1y
    shows: {before: [ask.kind], after: [ask.rule]}
    terms: {task: need.kind, standard: need.rule, duty: "'承接'", limit: answer}
    stages:
      proposed: {label: 待应, phase: proposed}
      taken:    {label: 已应, phase: accepted}
      done:     {label: 完成, phase: done}
      declined: {label: 谢绝, phase: declined}
      expired:  {label: 逾期, phase: expired}
      returned: {label: 退回, phase: returned}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: crew}
      rush:    {label: 应后即退, from: proposed, to: taken, by: crew, do: [{move: back}]}
      decline: {label: 谢绝, from: proposed, to: declined, by: crew}
      back:    {label: 退回, from: taken, to: returned, by: crew, do: [{move: ask.again, of: parent}]}
      finish:  {label: 完成, from: taken, to: done, by: crew}
      expire:  {label: 逾期, from: proposed, to: expired}
    clocks:
      answer: {label: 应单, from: entered.proposed, until: left.proposed, limit: {per: step, 1: 1h, 2: 2h, 3: 4h}, ladder: {due: {to: [crew, desk], do: [{move: expire}]}}}
  visit:
    label: 派站
    is: order
    of: ask
    offers: organization
    keep: 1y
    shows: {before: [ask.kind]}
    terms: {task: "'上门' + need.kind", standard: "'按规程'", duty: "'站点'", limit: answer}
    stages: {proposed: {label: 待, phase: proposed}, taken: {label: 应, phase: accepted}, done: {label: 完, phase: done}, expired: {label: 逾, phase: expired}}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: crew}
      finish:  {label: 完, from: taken, to: done, by: crew}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1h, ladder: {due: {to: desk, do: [{move: expire}]}}}
matches:
  claim:
    label: 抢
    makes: job
    as: lead
    max: 1
    steps: [{mode: claim, eligible: offer.close}, {mode: claim}, {mode: assign, by: boss}]
    eligible: [{if: "offer.kind == need.kind", say: "不做{need.kind}"}]
    rank: [{w: 1, by: offer.score, say: 分高}]
  now:       {label: 派, like: claim, steps: [{mode: assign}]}
  confirmed: {label: 请, like: claim, steps: [{mode: assign, by: boss}]}
  pick:      {label: 选, like: claim, max: param.many, steps: [{mode: pick, by: desk}]}
  visit:     {label: 站, makes: visit, as: co, max: 1, steps: [{mode: assign}], eligible: [{if: "offer.kind == 'crew'", say: 不是队伍}]}
stats:
  taken: {label: 接单, flow: job.take}
`

type matchCounty struct {
	*county
	desk, boss *Actor
	crews      []*Actor
}

func newMatchCounty(t *testing.T) *matchCounty {
	w := newCounty(t, matchProgram)
	m := &matchCounty{county: w, desk: w.staff("wang", "hall", "desk", wholeway), boss: w.staff("li", "top", "office", wholeway)}
	for _, k := range []string{"1", "2", "3", "4"} {
		m.crews = append(m.crews, w.staff("c"+k, "crew"+k, "crew", pathA))
	}
	return m
}

// offer adds a service of crew i (1-based).
func (m *matchCounty) offer(i int, kind string, near bool, score int, more ...any) domain.RecordID {
	m.t.Helper()
	in := map[string]any{"kind": kind, "close": near, "score": score}
	for j := 0; j+1 < len(more); j += 2 {
		in[more[j].(string)] = more[j+1]
	}
	return m.make(m.crews[i-1], "service", Act{Region: villageA, Fields: in})
}

func (m *matchCounty) ask() domain.RecordID {
	m.t.Helper()
	return m.make(m.desk, "ask.raise", Act{Region: villageA, Fields: map[string]any{"kind": "clean", "rule": "干净"}})
}

// jobs gives "crew stage" of every order below a need, oldest first.
func (m *matchCounty) jobs(id domain.RecordID) (out []string) {
	for _, o := range m.only(id, "job") {
		out = append(out, string(o.Provider)+" "+o.Stage)
	}
	return out
}

func (m *matchCounty) wantJobs(id domain.RecordID, want ...string) {
	m.t.Helper()
	if got := m.jobs(id); !slices.Equal(got, want) {
		m.t.Errorf("orders %v, want %v", got, want)
	}
}

// answer makes a move of the crew's latest order below the need.
func (m *matchCounty) answer(i int, id domain.RecordID, move string) error {
	m.t.Helper()
	who := m.crews[i-1]
	list := m.only(id, "job")
	slices.Reverse(list)
	for _, o := range list {
		if o.Provider == who.Memberships[0].Org {
			return m.move(who, o.ID, move, Act{})
		}
	}
	m.t.Fatalf("crew %d has no order", i)
	return nil
}

func (m *matchCounty) mustAnswer(i int, id domain.RecordID, move string) {
	m.t.Helper()
	if err := m.answer(i, id, move); err != nil {
		m.t.Fatalf("crew %d %s: %v", i, move, err)
	}
}

func (m *matchCounty) run(id domain.RecordID, key string) domain.MatchRun {
	return *m.runs[string(id)+"/"+key]
}

// The first to accept a claim ends the others.
func TestClaim(t *testing.T) {
	m := newMatchCounty(t)
	for i := 1; i <= 3; i++ {
		m.offer(i, "clean", true, i)
	}
	m.offer(4, "mend", true, 9)
	id := m.ask()
	m.must(m.desk, id, "claim", Act{})
	m.wantJobs(id, "crew3 proposed", "crew2 proposed", "crew1 proposed")
	if got := len(m.said("order")); got != 3 {
		t.Errorf("%d crews told", got)
	}
	m.mustAnswer(2, id, "take")
	m.wantJobs(id, "crew3 expired", "crew2 taken", "crew1 expired")
	if r := m.run(id, "claim"); r.State != MatchAccepted || r.Sent != 3 || m.stage(id) != "taken" {
		t.Errorf("run %+v, stage %s", r, m.stage(id))
	}
	wantErr(t, m.answer(1, id, "take"), "move_not_now", "")
	m.tickTo(m.now.Add(48 * time.Hour))
	m.wantJobs(id, "crew3 expired", "crew2 taken", "crew1 expired")
}

// Steps widen when all orders of a step have expired, each with its own limit;
// the last step needs the boss, and nobody who declined is asked twice.
func TestStepsWiden(t *testing.T) {
	m := newMatchCounty(t)
	m.offer(1, "clean", true, 1)
	m.offer(2, "clean", false, 2)
	id := m.ask()
	m.must(m.desk, id, "claim", Act{})
	m.wantJobs(id, "crew1 proposed")
	m.tickTo(m.now.Add(time.Hour))
	m.wantJobs(id, "crew1 expired", "crew2 proposed", "crew1 proposed")
	if d := m.clock(m.only(id, "job")[1].ID, "answer").DueAt; !d.Equal(m.now.Add(2 * time.Hour)) {
		t.Errorf("the second step ends at %s", d)
	}
	m.mustAnswer(2, id, "decline")
	if r := m.run(id, "claim"); r.Step != 2 || r.State != MatchOpen {
		t.Errorf("one has not answered: %+v", r)
	}
	m.tickTo(m.now.Add(2 * time.Hour))
	m.wantJobs(id, "crew1 expired", "crew2 declined", "crew1 expired")
	if r := m.run(id, "claim"); r.Step != 3 || r.State != MatchOpen || m.stage(id) != "out" {
		t.Errorf("the boss has not confirmed: %+v, stage %s", r, m.stage(id))
	}
	choose := func(who *Actor, pick ...string) error {
		return m.as(who, func(u *Unit) error {
			r, err := u.Load(id)
			if err != nil {
				return err
			}
			return u.Choose(r, r.P.Matches.Get("claim"), pick)
		})
	}
	one := string(m.order[0])
	wantErr(t, choose(m.desk, one), "match_forbidden", "")
	wantErr(t, choose(m.boss, "nobody"), "pick_unknown", "")
	if err := choose(m.boss, one); err != nil {
		t.Fatal(err)
	}
	m.mustAnswer(1, id, "decline")
	if r := m.run(id, "claim"); r.State != MatchUnmet || m.stage(id) != "unmet" {
		t.Errorf("%+v, stage %s", r, m.stage(id))
	}
	wantErr(t, choose(m.boss, one), "match_not_open", "")
}

// assign without `by` sends the best at once; who declined is passed over.
func TestAssign(t *testing.T) {
	m := newMatchCounty(t)
	for i := 1; i <= 3; i++ {
		m.offer(i, "clean", true, i)
	}
	id := m.ask()
	m.must(m.desk, id, "now", Act{})
	m.wantJobs(id, "crew3 proposed")
	m.mustAnswer(3, id, "take")
	if m.stage(id) != "taken" {
		t.Fatalf("stage %s", m.stage(id))
	}
	// given back: the same step again, without him
	m.mustAnswer(3, id, "back")
	m.wantJobs(id, "crew3 returned", "crew2 proposed")
	if r := m.run(id, "now"); r.State != MatchOpen || r.Step != 1 || m.stage(id) != "out" {
		t.Errorf("%+v, stage %s", r, m.stage(id))
	}
	m.mustAnswer(2, id, "decline")
	m.wantJobs(id, "crew3 returned", "crew2 declined")
	if m.stage(id) != "unmet" || m.run(id, "now").State != MatchUnmet {
		t.Errorf("after the only step: stage %s", m.stage(id))
	}
	// with `by`: whoever holds the role confirms by starting, others leave it open
	other := m.ask()
	m.must(m.desk, other, "ask", Act{})
	if r := m.run(other, "confirmed"); len(m.jobs(other)) != 0 || r.State != MatchOpen {
		t.Errorf("orders %v, run %+v", m.jobs(other), r)
	}
	third := m.ask()
	m.must(m.boss, third, "ask", Act{})
	m.wantJobs(third, "crew3 proposed")
}

func TestUnmetAtOnce(t *testing.T) {
	m := newMatchCounty(t)
	id := m.ask()
	m.must(m.desk, id, "claim", Act{})
	if r := m.run(id, "claim"); r.State != MatchUnmet || r.Sent != 0 || m.stage(id) != "unmet" {
		t.Errorf("%+v, stage %s", r, m.stage(id))
	}
}

func TestPick(t *testing.T) {
	m := newMatchCounty(t)
	var offers []string
	for i := 1; i <= 3; i++ {
		offers = append(offers, string(m.offer(i, "clean", true, i)))
	}
	wrong := string(m.offer(4, "mend", true, 1))
	blank := string(m.make(m.crews[3], "service", Act{Region: villageA}))
	id := m.ask()
	for _, x := range []struct {
		pick       []string
		code, part string
	}{
		{[]string{wrong}, "guard", "不做打扫"}, {[]string{blank}, "guard", "缺项目"}, {[]string{"zzz"}, "pick_unknown", ""},
		{offers, "pick_too_many", ""},
	} {
		wantErr(t, m.move(m.desk, id, "pick", Act{Pick: x.pick}), x.code, x.part)
		if len(m.jobs(id)) != 0 || m.stage(id) != "new" {
			t.Fatal("a refused pick left an order")
		}
	}
	m.must(m.desk, id, "pick", Act{Pick: []string{offers[0], offers[2]}})
	m.wantJobs(id, "crew1 proposed", "crew3 proposed")
	m.mustAnswer(1, id, "take")
	m.wantJobs(id, "crew1 taken", "crew3 proposed") // two may accept
	m.mustAnswer(1, id, "back")
	if r := m.run(id, "pick"); r.State != MatchOpen {
		t.Errorf("given back while another still waits: run %s", r.State)
	}
	m.mustAnswer(3, id, "decline")
	if m.stage(id) != "unmet" {
		t.Errorf("stage %s", m.stage(id))
	}

	id = m.ask()
	m.must(m.desk, id, "pick", Act{})
	if r := m.run(id, "pick"); r.State != MatchOpen || len(m.jobs(id)) != 0 {
		t.Errorf("nobody chosen yet: %+v", r)
	}
}

// What Find says of every candidate: why, what is missing, what is unknown.
func TestFindVerdicts(t *testing.T) {
	m := newMatchCounty(t)
	best, second := m.offer(1, "clean", true, 9), m.offer(2, "clean", true, 5)
	ask, miss := m.make(m.crews[2], "service", Act{Region: villageA}), m.offer(3, "mend", true, 9)
	full := m.offer(4, "clean", true, 7, "capacity", 1)
	id := m.ask()
	m.must(m.desk, id, "now", Act{})
	first := m.ask()
	m.must(m.desk, first, "pick", Act{Pick: []string{string(full)}})
	m.mustAnswer(4, first, "take")
	m.look(m.desk, id, func(u *Unit, r *Row) {
		found, err := u.Find(r, r.P.Matches.Get("claim"), -1)
		if err != nil {
			t.Fatal(err)
		}
		type line struct {
			offer   domain.RecordID
			verdict match.Verdict
			why     string
		}
		want := []line{{best, match.Fit, "分高"}, {second, match.Fit, ""}, {ask, match.Ask, "项目"}, {full, match.Miss, "名额已满"}, {miss, match.Miss, "不做打扫"}}
		if len(found) != len(want) {
			t.Fatalf("%d found", len(found))
		}
		for _, f := range found {
			i := slices.IndexFunc(want, func(l line) bool { return string(l.offer) == f.Offer })
			why := strings.Join(slices.Concat(f.Reasons, f.Ask, f.Missing), "、")
			if f.Verdict != want[i].verdict || why != want[i].why {
				t.Errorf("%s: %s %q, want %s %q", f.Offer, f.Verdict, why, want[i].verdict, want[i].why)
			}
		}
	})
}

// Capacity: accepted and done orders fill it, a returned one frees it.
func TestCapacity(t *testing.T) {
	m := newMatchCounty(t)
	offer := m.offer(1, "clean", true, 1, "capacity", 1)
	taken := func() int64 {
		n, _ := m.Taken("", offer)
		return n
	}
	a, b := m.ask(), m.ask()
	m.must(m.desk, a, "claim", Act{})
	m.must(m.desk, b, "claim", Act{})
	m.wantJobs(b, "crew1 proposed") // proposals hold no place
	m.mustAnswer(1, a, "take")
	if taken() != 1 {
		t.Errorf("taken %d", taken())
	}
	wantErr(t, m.answer(1, b, "take"), "guard", "名额已满")
	full := m.ask()
	wantErr(t, m.move(m.desk, full, "pick", Act{Pick: []string{string(offer)}}), "guard", "名额已满")
	m.must(m.desk, full, "now", Act{})
	if m.stage(full) != "unmet" {
		t.Errorf("an offer without room was sent an order: %v", m.jobs(full))
	}
	m.mustAnswer(1, a, "back")
	if taken() != 0 {
		t.Errorf("given back, taken %d", taken())
	}
	m.mustAnswer(1, b, "take")
	m.mustAnswer(1, b, "finish")
	if taken() != 1 {
		t.Errorf("done, taken %d", taken())
	}
	if n, _ := m.total("taken"); n != 2 {
		t.Errorf("two acceptances counted as %d", n)
	}
}

// An order that is taken and given back within one move leaves the counter even.
func TestTakenWithinOneMove(t *testing.T) {
	m := newMatchCounty(t)
	offer := m.offer(1, "clean", true, 1, "capacity", 3)
	id := m.ask()
	m.must(m.desk, id, "now", Act{})
	m.mustAnswer(1, id, "rush")
	if n, _ := m.Taken("", offer); n != 0 || m.jobs(id)[0] != "crew1 returned" {
		t.Errorf("taken %d, %v", n, m.jobs(id))
	}
}

func TestStopMatch(t *testing.T) {
	m := newMatchCounty(t)
	m.offer(1, "clean", true, 1)
	m.offer(2, "clean", true, 2)
	id := m.ask()
	m.must(m.desk, id, "claim", Act{})
	m.must(m.desk, id, "stop", Act{})
	m.wantJobs(id, "crew2 expired", "crew1 expired")
	if r := m.run(id, "claim"); r.State != MatchStopped {
		t.Errorf("%+v", r)
	}
	m.tickTo(m.now.Add(24 * time.Hour))
	m.wantJobs(id, "crew2 expired", "crew1 expired") // no further step
}

// The five fixings (五个定): who, what, to which standard, whose duty, by when.
func TestFiveFixings(t *testing.T) {
	m := newMatchCounty(t)
	offer := m.offer(1, "clean", true, 1)
	id := m.make(m.desk, "ask.raise", Act{Region: villageA, Fields: map[string]any{"kind": "clean"}})
	err := m.move(m.desk, id, "now", Act{})
	wantErr(t, err, "five_fixings", "")
	if e := err.(*domain.Error); e.Args["lacks"] != "标准" {
		t.Errorf("lacks %q", e.Args["lacks"])
	}
	m.recs[offer].Provider = ""
	err = m.move(m.desk, m.ask(), "now", Act{})
	wantErr(t, err, "five_fixings", "")
	if e := err.(*domain.Error); !strings.Contains(e.Args["lacks"], "人员") {
		t.Errorf("lacks %q", e.Args["lacks"])
	}
	m.recs[offer].Provider = "crew1"
	good := m.ask()
	m.must(m.desk, good, "now", Act{})
	m.look(m.desk, m.only(good, "job")[0].ID, func(u *Unit, r *Row) {
		if got := u.Terms(r); got != (TermTexts{"打扫", "干净", "承接"}) {
			t.Errorf("terms %+v", got)
		}
		if due, err := u.DueTimes(r); err != nil || !due["answer"].Equal(m.now.Add(time.Hour)) {
			t.Errorf("due %v %v", due, err)
		}
	})
}

// The texts of an order say what stands behind a key, also within a longer text.
func TestTermsSayLabels(t *testing.T) {
	m := newMatchCounty(t)
	id := m.make(m.desk, "ask.raise", Act{Region: villageA, Fields: map[string]any{"kind": "clean", "rule": "干净"}})
	m.must(m.desk, id, "visit", Act{})
	m.look(m.desk, m.only(id, "visit")[0].ID, func(u *Unit, r *Row) {
		if got := u.Terms(r); got.Task != "上门打扫" {
			t.Errorf("task %q", got.Task)
		}
	})
}

// Units may be the offer themselves.
func TestOrganizationsAsOffers(t *testing.T) {
	m := newMatchCounty(t)
	id := m.ask()
	m.must(m.desk, id, "visit", Act{})
	list := m.only(id, "visit")
	if len(list) != 1 || list[0].Provider != "crew1" || list[0].Data["offer"] != "crew1" || list[0].Data["as"] != "co" {
		t.Fatalf("%+v", list)
	}
	m.must(m.crews[0], list[0].ID, "take", Act{})
	if r := m.run(id, "visit"); r.State != MatchAccepted {
		t.Errorf("%+v", r)
	}
}
