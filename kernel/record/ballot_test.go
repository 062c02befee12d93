package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"linqiao/domain"
)

// urn is the in-memory Urn: a roll, papers, no link between the two.
type urn struct {
	roll   map[string]rollLine
	papers []paper
	voters map[string]int64
}

type rollLine struct {
	period string
	votes  int
}

type paper struct {
	voter string
	picks []string
}

var urns = map[string]*urn{}

func (w *county) urnOf(ballot string) *urn {
	k := fmt.Sprintf("%p/%s", w, ballot)
	if urns[k] == nil {
		urns[k] = &urn{roll: map[string]rollLine{}, voters: map[string]int64{}}
	}
	return urns[k]
}

func (w *county) Enroll(ballot string, voters []string) error {
	for _, v := range voters {
		w.urnOf(ballot).roll[v] = rollLine{}
	}
	return nil
}
func (w *county) Strike(ballot, voter, period, channel string, most int) (bool, error) {
	u := w.urnOf(ballot)
	l, ok := u.roll[voter]
	if !ok {
		return false, domain.NotFound("voter")
	}
	if l.period == period && l.votes >= most {
		return false, domain.E(domain.KindConflict, "voted")
	}
	if l.period == "" {
		u.voters[channel]++
	}
	if l.period != period {
		l = rollLine{period: period}
	}
	l.votes++
	u.roll[voter] = l
	return false, nil
}
func (w *county) Drop(ballot string, picks []string, voter string, _, replace bool) error {
	u := w.urnOf(ballot)
	if replace {
		u.papers = slices.DeleteFunc(u.papers, func(p paper) bool { return p.voter == voter })
	}
	u.papers = append(u.papers, paper{voter, picks})
	return nil
}
func (w *county) Mix(string) error { return nil }
func (w *county) Count(ballot string) (votes, voters map[string]int64, err error) {
	votes = map[string]int64{}
	for _, p := range w.urnOf(ballot).papers {
		for _, k := range p.picks {
			votes[k]++
		}
	}
	return votes, w.urnOf(ballot).voters, nil
}
func (w *county) RollLine(ballot, voter string) (string, int, error) {
	l, ok := w.urnOf(ballot).roll[voter]
	if !ok {
		return "", 0, domain.NotFound("voter")
	}
	return l.period, l.votes, nil
}

const ballotProgram = `
program: votes
version: 1
title: 表决
class: internal
roles:
  desk:  {label: 主持, is: area, held_by: {org: desk}, read: internal, figures: all}
  board: {label: 监督, is: area, held_by: {org: board}, read: internal}
  voter: {label: 选民, is: member, of: roster.electors, read: public}
rosters:
  electors: {label: 选民名册, of: person, kept_by: desk, freeze: topic.begin}
records:
  topic:
    label: 议题
    is: case
    for: none
    class: public
    keep: 1y
    fields:
      from: {label: 开始, type: time}
      end:  {label: 截止, type: time}
    stages:
      open:   {label: 表决中, phase: open}
      passed: {label: 通过, phase: done}
      failed: {label: 未通过, phase: done}
    moves:
      begin: {label: 表决, to: open, by: desk, need: [from, end], do: [{start: ballot.vote}, {start: ballot.poll}]}
      pass:  {label: 通过, from: open, to: passed, when: "ballot.vote.closed && ballot.vote.passed"}
      fail:  {label: 未通过, from: open, to: failed, when: "ballot.vote.closed && !ballot.vote.passed"}
      count: {label: 查票, from: open, by: desk, guard: [{if: "ballot.vote.votes('agree') > 0", say: 无票}]}
ballots:
  vote:
    label: 表决
    of: topic
    options: {agree: 赞成, oppose: 反对, abstain: 弃权}
    roll: roster.electors
    open: from
    close: end
    identity: none
    channels: [app, desk]
    paper: {by: desk, sign: [board]}
    quorum: 5000
    pass: "ballot.vote.votes('agree') * 2 > ballot.vote.votes('agree') + ballot.vote.votes('oppose')"
  poll:
    label: 议一议
    of: topic
    options: {a: 甲, b: 乙, c: 丙}
    roll: roster.electors
    close: end
    marks: 2
    identity: named
    change: true
    live: true
`

type vote struct {
	*county
	desk, board *Actor
	people      []*Actor
	id          domain.RecordID
}

func newVote(t *testing.T, n int) *vote {
	v := &vote{county: newCounty(t, ballotProgram)}
	v.desk, v.board = v.staff("wang", "hall", "desk", wholeway), v.staff("li", "watch", "board", wholeway)
	for i := range n {
		p := fmt.Sprintf("p%d", i)
		v.people = append(v.people, v.citizen(p))
		v.rosters["electors"] = append(v.rosters["electors"], p)
	}
	v.id = v.make(v.desk, "topic.begin", Act{Fields: map[string]any{"from": "2026-03-10T00:00:00Z", "end": "2026-03-12T00:00:00Z"}})
	return v
}

func (v *vote) cast(who *Actor, key, channel string, picks ...string) error {
	return v.as(who, func(u *Unit) error {
		r, err := u.Load(v.id)
		if err != nil {
			return err
		}
		return u.Cast(r, r.P.Ballots.Get(key), Vote{Voter: who.Parties[0], Picks: picks, Channel: channel})
	})
}

func (v *vote) do(who *Actor, fn func(u *Unit, r *Row) error) error {
	return v.as(who, func(u *Unit) error {
		r, err := u.Load(v.id)
		if err != nil {
			return err
		}
		return fn(u, r)
	})
}

// close runs what the clock runs when the time is up.
func (v *vote) close() (done bool) {
	if err := v.do(system, func(u *Unit, r *Row) (err error) {
		done, err = u.CloseBallot(r, r.P.Ballots.Get("vote"))
		return err
	}); err != nil {
		v.t.Fatal(err)
	}
	return done
}

// A secret ballot from its opening to a tally that anybody can hash again.
func TestBallotSecret(t *testing.T) {
	v := newVote(t, 10)
	wantErr(t, v.cast(v.people[0], "vote", "app", "agree"), "guard", "还没有开始")
	v.now = beijing("2026-03-10 09:00")
	for i, pick := range []string{"agree", "agree", "agree", "oppose"} {
		if err := v.cast(v.people[i], "vote", "app", pick); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, v.cast(v.people[0], "vote", "app", "oppose"), "voted", "")
	wantErr(t, v.cast(v.citizen("stranger"), "vote", "app", "agree"), "not_on_roll", "")
	wantErr(t, v.cast(v.people[5], "vote", "app"), "fields", "")
	wantErr(t, v.cast(v.people[5], "vote", "app", "agree", "oppose"), "fields", "")
	wantErr(t, v.cast(v.people[5], "vote", "app", "maybe"), "fields", "")
	wantErr(t, v.cast(v.people[5], "vote", "visit", "agree"), "guard", "不能从这里投")
	wantErr(t, v.move(v.desk, v.id, "count", Act{}), "guard", "") // no running totals of a secret ballot
	for _, p := range v.urnOf(v.panels["ballot/"+string(v.id)+"/vote"].ID).papers {
		if p.voter != "" {
			t.Errorf("a paper names %s", p.voter)
		}
	}
	for _, ev := range v.events {
		if ev.Type != "move" && ev.Type != "count" {
			t.Errorf("a vote left an event: %+v", ev)
		}
	}
	if v.close() {
		t.Fatal("closed before its time")
	}
	v.now = beijing("2026-03-12 08:00")
	wantErr(t, v.cast(v.people[6], "vote", "app", "agree"), "guard", "已经截止")
	if !v.close() || v.stage(v.id) != "failed" {
		t.Fatalf("4 of 10 voted, a half is needed: %s", v.stage(v.id))
	}
	run := v.panels["ballot/"+string(v.id)+"/vote"]
	sum := sha256.Sum256([]byte("agree\t3\noppose\t1\nabstain\t0\nvoted\t4\nroll\t10\ninvalid\t0\n"))
	if text(run.Data["hash"]) != hex.EncodeToString(sum[:]) {
		t.Errorf("%v", run.Data)
	}
}

// Papers from the desk: their voters are struck off, what is counted by hand is
// bounded by them, and a second person signs before the tally.
func TestBallotOnPaper(t *testing.T) {
	v := newVote(t, 6)
	v.now = beijing("2026-03-10 09:00")
	hand := func(who *Actor, p domain.PartyID) error {
		return v.do(who, func(u *Unit, r *Row) error { return u.HandOut(r, r.P.Ballots.Get("vote"), p) })
	}
	enter := func(who *Actor, s Sheet) error {
		return v.do(who, func(u *Unit, r *Row) error { return u.EnterPapers(r, r.P.Ballots.Get("vote"), s) })
	}
	sign := func(who *Actor) error {
		return v.do(who, func(u *Unit, r *Row) error { return u.SignPapers(r, r.P.Ballots.Get("vote")) })
	}
	if err := v.cast(v.people[0], "vote", "app", "oppose"); err != nil {
		t.Fatal(err)
	}
	wantErr(t, hand(v.board, "p1"), "no_role", "")
	for _, p := range []domain.PartyID{"p1", "p2", "p3"} {
		if err := hand(v.desk, p); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, hand(v.desk, "p0"), "voted", "")                          // voted on the phone
	wantErr(t, v.cast(v.people[1], "vote", "app", "agree"), "voted", "") // took a paper
	wantErr(t, enter(v.desk, Sheet{Votes: map[string]int64{"agree": 4}, Papers: 4}), "fields", "")
	wantErr(t, enter(v.desk, Sheet{Votes: map[string]int64{"agree": 3}, Papers: 3, Invalid: 1}), "fields", "")
	wantErr(t, enter(v.desk, Sheet{Votes: map[string]int64{"agree": 2, "oppose": 1}, Papers: 3, Invalid: 1}), "fields", "")
	wantErr(t, enter(v.board, Sheet{Votes: map[string]int64{"agree": 2}, Papers: 3, Invalid: 1}), "no_role", "")
	v.now = beijing("2026-03-12 08:00")
	if v.close() {
		t.Fatal("tallied without the papers")
	}
	if err := enter(v.desk, Sheet{Votes: map[string]int64{"agree": 2}, Papers: 3, Invalid: 1}); err != nil {
		t.Fatal(err)
	}
	wantErr(t, sign(v.desk), "no_role", "")
	if v.close() {
		t.Fatal("tallied without a signature")
	}
	if err := sign(v.board); err != nil {
		t.Fatal(err)
	}
	wantErr(t, enter(v.desk, Sheet{Votes: map[string]int64{"agree": 3}, Papers: 3}), "guard", "已经签字")
	if !v.close() || v.stage(v.id) != "passed" { // 4 of 6 voted; 2 agree, 1 opposes
		t.Fatalf("%s %v", v.stage(v.id), v.panels["ballot/"+string(v.id)+"/vote"].Data)
	}
}

// A named poll may be changed, and shows its sums while it runs.
func TestBallotNamed(t *testing.T) {
	v := newVote(t, 3)
	for _, picks := range [][]string{{"a", "b"}, {"c"}} {
		if err := v.cast(v.people[0], "poll", "", picks...); err != nil {
			t.Fatal(err)
		}
	}
	wantErr(t, v.cast(v.people[1], "poll", "", "a", "b", "c"), "fields", "")
	v.look(v.desk, v.id, func(u *Unit, r *Row) {
		list, err := u.Ballots(r)
		if err != nil || len(list) != 2 {
			t.Fatal(list, err)
		}
		poll, secret := list[1], list[0]
		if poll.Ballot.Key != "poll" {
			poll, secret = secret, poll
		}
		if poll.Votes["a"] != 0 || poll.Votes["c"] != 1 || poll.Voted != 1 || poll.Mine != "" {
			t.Errorf("%+v", poll)
		}
		if secret.Votes != nil || !secret.Desk || secret.Signs {
			t.Errorf("%+v", secret)
		}
	})
	v.look(v.people[0], v.id, func(u *Unit, r *Row) {
		s, err := u.ballotState(r, r.P.Ballots.Get("poll"), v.panels["ballot/"+string(v.id)+"/poll"])
		if err != nil || s.Mine != "p0" || s.Done || s.Desk {
			t.Errorf("%+v %v", s, err)
		}
	})
}
