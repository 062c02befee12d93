package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// States of a ballot's round. A round is open from its start to its tally; votes
// are taken between its two times.
const (
	BallotOpen   = "open"
	BallotClosed = "closed"
)

// Urn is the part of a World that keeps the roll and the papers of ballots. It
// keeps no link from a voter to a pick unless the paper says the voter.
type Urn interface {
	Enroll(ballot string, voters []string) error
	// Strike marks a voter on the roll; again reports that this very request did
	// so before. NotFound when he is not on it, Conflict "voted" when he has voted.
	Strike(ballot, voter, period, channel string, most int) (again bool, err error)
	// Drop puts a paper into the urn; voter "" = a secret one.
	Drop(ballot string, picks []string, voter string, sealed, replace bool) error
	// Mix empties the urn into the count.
	Mix(ballot string) error
	Count(ballot string) (votes, voters map[string]int64, err error)
	// RollLine is NotFound for those not on the roll.
	RollLine(ballot, voter string) (period string, votes int, err error)
}

func (u *Unit) urn() Urn { return u.w.(Urn) }

// startBallot fixes the roll, the options and the times.
func (u *Unit) startBallot(r *Row, b *program.Ballot) error {
	if old, err := u.w.Round(KindBallot, r.ID, b.Key); err != nil {
		return err
	} else if old != nil {
		return domain.Refuse("“" + b.Label + "”已经开始，不能再开一次")
	}
	_, roster := splitAddr(b.Roll)
	voters, err := u.rosterFor(r, r.P, roster)
	if err != nil {
		return err
	}
	if len(voters) == 0 {
		return domain.Refuse("“" + b.Label + "”的投票人名册是空的")
	}
	options, err := u.optionsOf(r, b)
	if err != nil {
		return err
	}
	if len(options) < 2 {
		return domain.Refuse("“" + b.Label + "”的选项不足两个")
	}
	opens, closes, err := u.ballotTimes(r, b)
	if err != nil {
		return err
	}
	run := &domain.PanelRun{County: r.County, ID: u.w.NewID(), Kind: KindBallot, Record: r.ID, Program: r.P.Key, Key: b.Key, Round: 1,
		State: BallotOpen, DueAt: closes, Data: map[string]any{"options": options, "roll": int64(len(voters)), "opens": stamp(opens)}}
	if err := u.urn().Enroll(run.ID, voters); err != nil {
		return err
	}
	u.touch(r)
	return u.w.SaveRound(run)
}

// optionsOf lists the options' keys: fixed ones, or the children that may be chosen.
func (u *Unit) optionsOf(r *Row, b *program.Ballot) ([]string, error) {
	if b.Record == "" {
		return b.Options.Keys(), nil
	}
	rows, err := u.Children(r, b.Record)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, o := range rows {
		if b.Where != nil {
			if ok, err := u.test(b.Where, r.varsWith(map[string]any{"member": recordView{o}})); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		out = append(out, string(o.ID))
	}
	return out, nil
}

func (u *Unit) ballotTimes(r *Row, b *program.Ballot) (opens, closes time.Time, err error) {
	opens = u.w.Now()
	if b.Open != nil {
		if at, err := u.instantOf(r, b.Open); err != nil {
			return opens, closes, err
		} else if at.After(opens) {
			opens = at
		}
	}
	if closes, err = u.instantOf(r, b.Close); err != nil {
		return opens, closes, err
	}
	if !closes.After(opens) {
		return opens, closes, domain.Refuse("“" + b.Label + "”的截止时间须晚于开始时间")
	}
	return opens, closes, nil
}

// instantOf reads a time; a day means its end.
func (u *Unit) instantOf(r *Row, x *rule.Expr) (time.Time, error) {
	val, err := u.value(x, r.vars())
	if m := missing(err); m != "" {
		return time.Time{}, domain.Refuse("缺" + u.labelOf(r, m))
	}
	if err != nil {
		return time.Time{}, err
	}
	switch t := val.(type) {
	case time.Time:
		return t, nil
	case domain.Date:
		return (t + 1).Start(), nil
	}
	return time.Time{}, domain.E(domain.KindInternal, "not_a_time")
}

// Vote is one person's vote: what he picked and through which channel.
type Vote struct {
	Voter   domain.PartyID
	Picks   []string
	Channel string
}

// Cast takes a vote. A vote repeated by the same request changes nothing.
func (u *Unit) Cast(r *Row, b *program.Ballot, v Vote) error {
	run, err := u.running(r, b, v.Channel)
	if err != nil {
		return err
	}
	if !slices.Contains(u.actor.Parties, v.Voter) {
		return domain.E(domain.KindForbidden, "not_on_roll")
	}
	if err := checkPicks(b, run, v.Picks); err != nil {
		return err
	}
	again, err := u.strike(run, b, string(v.Voter), v.Channel)
	if err != nil || again {
		return err
	}
	if b.Identity == "none" {
		return u.urn().Drop(run.ID, v.Picks, "", false, false)
	}
	return u.urn().Drop(run.ID, v.Picks, string(v.Voter), b.Identity == "sealed", b.Change)
}

// running gives the round while votes are taken.
func (u *Unit) running(r *Row, b *program.Ballot, channel string) (*domain.PanelRun, error) {
	run, err := u.w.Round(KindBallot, r.ID, b.Key)
	if err != nil {
		return nil, err
	}
	now := u.w.Now()
	switch {
	case run == nil:
		return nil, domain.Refuse("投票还没有开始")
	case run.State != BallotOpen || !now.Before(run.DueAt):
		return nil, domain.Refuse("投票已经截止")
	case now.Before(opensAt(run)):
		return nil, domain.Refuse("投票还没有开始")
	case channel != "" && len(b.Channels) > 0 && !slices.Contains(b.Channels, channel):
		return nil, domain.Refuse("这次投票不能从这里投")
	}
	return run, nil
}

func opensAt(run *domain.PanelRun) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, text(run.Data["opens"]))
	return t
}

// marksOf is how many options one paper may pick.
func marksOf(b *program.Ballot) int {
	if len(b.Marks) == 1 {
		if n, err := whole10(b.Marks[0]); err == nil && n > 0 {
			return n
		}
	}
	return 1
}

func checkPicks(b *program.Ballot, run *domain.PanelRun, picks []string) error {
	options := texts(run.Data["options"])
	switch n := marksOf(b); {
	case len(picks) == 0:
		return domain.E(domain.KindInvalid, "fields").With("picks", "required")
	case len(picks) > n:
		return domain.E(domain.KindInvalid, "fields").With("picks", "too_many_picks", "most", fmt.Sprint(n))
	}
	for i, k := range picks {
		if !slices.Contains(options, k) || slices.Contains(picks[:i], k) {
			return domain.E(domain.KindInvalid, "fields").With("picks", "option")
		}
	}
	return nil
}

// strike marks the voter; `change` lets him come back with another paper.
func (u *Unit) strike(run *domain.PanelRun, b *program.Ballot, voter, channel string) (again bool, err error) {
	period, most := "1", max(b.VoteCount, 1)
	if b.VotePer == "day" {
		period = u.Today().String()
	}
	if b.Change {
		most = maxChanges
	}
	again, err = u.urn().Strike(run.ID, voter, period, channel, most)
	if domain.KindOf(err) == domain.KindNotFound {
		return false, domain.E(domain.KindForbidden, "not_on_roll")
	}
	return again, err
}

// maxChanges bounds how often a vote may be changed.
const maxChanges = 1000

// HandOut marks a voter who takes a paper at the desk: he cannot vote elsewhere,
// and one paper more is expected in the box.
func (u *Unit) HandOut(r *Row, b *program.Ballot, voter domain.PartyID) error {
	if err := u.mayKeepPapers(r, b.PaperBy); err != nil {
		return err
	}
	run, err := u.running(r, b, "")
	if err != nil {
		return err
	}
	_, err = u.strike(run, b, string(voter), deskChannel)
	return err
}

const deskChannel = "desk"

// KeepsPapers: the caller hands out papers of the ballot.
func (u *Unit) KeepsPapers(r *Row, b *program.Ballot) bool {
	return u.mayKeepPapers(r, b.PaperBy) == nil
}

func (u *Unit) mayKeepPapers(r *Row, roles []string) error {
	if !slices.ContainsFunc(roles, func(k string) bool { return u.Holds(r, k) }) {
		return domain.E(domain.KindForbidden, "no_role")
	}
	return nil
}

// Sheet is what was counted by hand from the papers of the desk.
type Sheet struct {
	Votes   map[string]int64 `json:"votes"`
	Papers  int64            `json:"papers"`  // in the box
	Invalid int64            `json:"invalid"` // of them
	By      string           `json:"by"`
	Signed  string           `json:"signed"` // by whom; "" = waits
}

// EnterPapers writes the sheet of the papers counted by hand; a new one replaces
// one that is not signed yet. The papers are those handed out, no more.
func (u *Unit) EnterPapers(r *Row, b *program.Ballot, s Sheet) error {
	if err := u.mayKeepPapers(r, b.PaperBy); err != nil {
		return err
	}
	run, err := u.w.Round(KindBallot, r.ID, b.Key)
	if err != nil {
		return err
	}
	if run == nil || run.State != BallotOpen {
		return domain.Refuse("投票没有在进行，不能录入纸票")
	}
	if text(sheetOf(run)["signed"]) != "" {
		return domain.Refuse("纸票统计已经签字，不能再改")
	}
	_, voters, err := u.urn().Count(run.ID)
	if err != nil {
		return err
	}
	if err := checkSheet(b, run, s, voters[deskChannel]); err != nil {
		return err
	}
	votes := map[string]any{}
	for k, n := range s.Votes {
		votes[k] = n
	}
	run.Data["sheet"] = map[string]any{"votes": votes, "papers": s.Papers, "invalid": s.Invalid, "by": string(u.actor.Account), "signed": ""}
	u.touch(r)
	return u.w.SaveRound(run)
}

func sheetOf(run *domain.PanelRun) map[string]any {
	m, _ := run.Data["sheet"].(map[string]any)
	return m
}

func checkSheet(b *program.Ballot, run *domain.PanelRun, s Sheet, out int64) error {
	bad := func(field, code string) error { return domain.E(domain.KindInvalid, "fields").With(field, code) }
	if s.Papers < 0 || s.Papers > out {
		return domain.E(domain.KindInvalid, "fields").With("papers", "papers_handed_out", "most", fmt.Sprint(out))
	}
	if s.Invalid < 0 || s.Invalid > s.Papers {
		return bad("invalid", "range")
	}
	sum, options := int64(0), texts(run.Data["options"])
	for k, n := range s.Votes {
		if !slices.Contains(options, k) {
			return bad("votes", "option")
		}
		if n < 0 || n > s.Papers-s.Invalid {
			return bad("votes", "range")
		}
		sum += n
	}
	if sum > (s.Papers-s.Invalid)*int64(marksOf(b)) {
		return bad("votes", "votes_exceed_papers")
	}
	return nil
}

// SignPapers confirms the sheet: another person than the one who entered it.
func (u *Unit) SignPapers(r *Row, b *program.Ballot) error {
	signers := b.PaperSign
	if len(signers) == 0 {
		signers = b.PaperBy
	}
	if err := u.mayKeepPapers(r, signers); err != nil {
		return err
	}
	run, err := u.w.Round(KindBallot, r.ID, b.Key)
	if err != nil {
		return err
	}
	if run == nil || sheetOf(run) == nil || run.State != BallotOpen {
		return domain.Refuse("没有等待签字的纸票统计")
	}
	sheet := maps.Clone(sheetOf(run))
	if text(sheet["by"]) == string(u.actor.Account) {
		return domain.Refuse("录入人不能自己签字")
	}
	sheet["signed"] = string(u.actor.Account)
	run.Data["sheet"] = sheet
	u.touch(r)
	return u.w.SaveRound(run)
}

// CloseBallot makes the tally once the time is up. While papers were handed out at
// the desk and their sheet is not signed it waits, and reports false.
func (u *Unit) CloseBallot(r *Row, b *program.Ballot) (bool, error) {
	run, err := u.w.Round(KindBallot, r.ID, b.Key)
	if err != nil || run == nil || run.State != BallotOpen || u.w.Now().Before(run.DueAt) {
		return false, err
	}
	if err := u.urn().Mix(run.ID); err != nil {
		return false, err
	}
	votes, voters, err := u.urn().Count(run.ID)
	if err != nil {
		return false, err
	}
	sheet := sheetOf(run)
	if voters[deskChannel] > 0 && text(sheet["signed"]) == "" {
		return false, nil
	}
	onPaper, _ := sheet["votes"].(map[string]any)
	tally, lines := map[string]any{}, ""
	for _, k := range texts(run.Data["options"]) {
		n := votes[k] + whole(onPaper[k])
		tally[k] = n
		lines += k + "\t" + text(n) + "\n"
	}
	voted := int64(0)
	for _, n := range voters {
		voted += n
	}
	lines += "voted\t" + text(voted) + "\nroll\t" + text(run.Data["roll"]) + "\ninvalid\t" + text(whole(sheet["invalid"])) + "\n"
	sum := sha256.Sum256([]byte(lines))
	run.State = BallotClosed
	run.Data["tally"], run.Data["voted"], run.Data["hash"], run.Data["closed"] = tally, voted, hex.EncodeToString(sum[:]), stamp(u.w.Now())
	u.touch(r)
	return true, u.w.SaveRound(run)
}
