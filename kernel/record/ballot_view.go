package record

import (
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

func whole10(s string) (int, error) { return strconv.Atoi(s) }

// ballotRoot: ballot.k, of the row or of its nearest ancestor that has one.
type ballotRoot struct{ r *Row }

func (v ballotRoot) TypeName() string { return "ballot" }
func (v ballotRoot) Get(key string) (any, error) {
	b := v.r.P.Ballots.Get(key)
	if b == nil {
		return nil, &rule.Unset{Path: "ballot." + key}
	}
	return ballotView{v.r.u, v.r.u.nearest(v.r, []string{b.Of}), b}, nil
}

type ballotView struct {
	u *Unit
	r *Row // the record that votes; nil when there is none here
	b *program.Ballot
}

func (v ballotView) TypeName() string { return "ballot." + v.b.Key }

func (v ballotView) run() (*domain.PanelRun, error) {
	if v.r == nil {
		return nil, nil
	}
	return v.u.w.Round(KindBallot, v.r.ID, v.b.Key)
}

func (v ballotView) unset(name string) error { return &rule.Unset{Path: name, Label: v.b.Label} }

// Get: `turnout` is bp of the roll, floor; `passed` needs the tally, the quorum
// and the program's own condition.
func (v ballotView) Get(name string) (any, error) {
	run, err := v.run()
	if err != nil {
		return nil, err
	}
	switch name {
	case "closed":
		return run != nil && run.State == BallotClosed, nil
	case "turnout":
		if run == nil {
			return nil, v.unset(name)
		}
		voted, err := v.voted(run)
		return voted * 10000 / max(whole(run.Data["roll"]), 1), err
	case "passed":
		return v.passed(run)
	}
	return nil, v.unset(name)
}

func (v ballotView) voted(run *domain.PanelRun) (int64, error) {
	if run.State == BallotClosed {
		return whole(run.Data["voted"]), nil
	}
	_, voters, err := v.u.urn().Count(run.ID)
	n := int64(0)
	for _, k := range voters {
		n += k
	}
	return n, err
}

func (v ballotView) passed(run *domain.PanelRun) (bool, error) {
	if run == nil || run.State != BallotClosed {
		return false, nil
	}
	if whole(run.Data["voted"])*10000 < int64(v.b.Quorum)*whole(run.Data["roll"]) {
		return false, nil
	}
	if v.b.Pass == nil {
		return true, nil
	}
	return v.u.test(v.b.Pass, v.r.vars())
}

// Call: votes(option) is unset before the tally, but of a `live` ballot.
func (v ballotView) Call(_ string, args []any) (any, error) {
	run, err := v.run()
	if err != nil {
		return nil, err
	}
	if run == nil {
		return nil, v.unset("votes")
	}
	key := idOf(args[0])
	if run.State == BallotClosed {
		tally, _ := run.Data["tally"].(map[string]any)
		return whole(tally[key]), nil
	}
	if !v.b.Live {
		return nil, v.unset("votes")
	}
	votes, _, err := v.u.urn().Count(run.ID)
	return votes[key], err
}

// BallotState is what a record's ballot has come to, for those who may see it.
type BallotState struct {
	Ballot  *program.Ballot
	State   string
	Opens   time.Time
	Closes  time.Time
	Options []string
	Marks   int
	Roll    int64
	Voted   int64
	Votes   map[string]int64 // nil before the tally, but of a live ballot
	Sheet   *Sheet           // for those who keep the papers
	Hash    string           // of the tally
	Passed  bool
	Mine    domain.PartyID // as whom the actor may vote; "" when he is not on the roll
	Done    bool           // he has no vote left now
	Desk    bool           // he hands out and counts papers
	Signs   bool           // he signs their sheet
}

// Ballots lists the ballots of a row that have begun.
func (u *Unit) Ballots(r *Row) ([]BallotState, error) {
	var out []BallotState
	for _, b := range r.P.Ballots.All() {
		if b.Of != r.Key {
			continue
		}
		run, err := u.w.Round(KindBallot, r.ID, b.Key)
		if err != nil {
			return nil, err
		}
		if run == nil {
			continue
		}
		s, err := u.ballotState(r, b, run)
		if err != nil {
			return nil, err
		}
		out = append(out, *s)
	}
	return out, nil
}

// Ballot is one run of a ballot as the actor sees it.
func (u *Unit) Ballot(r *Row, b *program.Ballot, run *domain.PanelRun) (*BallotState, error) {
	return u.ballotState(r, b, run)
}

func (u *Unit) ballotState(r *Row, b *program.Ballot, run *domain.PanelRun) (*BallotState, error) {
	v := ballotView{u, r, b}
	s := &BallotState{Ballot: b, State: run.State, Opens: opensAt(run), Closes: run.DueAt, Options: texts(run.Data["options"]),
		Marks: marksOf(b), Roll: whole(run.Data["roll"]), Hash: text(run.Data["hash"]),
		Desk: u.mayKeepPapers(r, b.PaperBy) == nil, Signs: u.mayKeepPapers(r, b.PaperSign) == nil}
	var err error
	if s.Voted, err = v.voted(run); err != nil {
		return nil, err
	}
	if s.Passed, err = v.passed(run); err != nil {
		return nil, err
	}
	if run.State == BallotClosed || b.Live {
		s.Votes = map[string]int64{}
		for _, k := range s.Options {
			n, err := v.Call("votes", []any{k})
			if err != nil {
				return nil, err
			}
			s.Votes[k] = whole(n)
		}
	}
	if s.Desk || s.Signs {
		s.Sheet = sheetView(run)
	}
	return s, u.myVote(b, run, s)
}

func sheetView(run *domain.PanelRun) *Sheet {
	m := sheetOf(run)
	if m == nil {
		return nil
	}
	s := &Sheet{Votes: map[string]int64{}, Papers: whole(m["papers"]), Invalid: whole(m["invalid"]), By: text(m["by"]), Signed: text(m["signed"])}
	votes, _ := m["votes"].(map[string]any)
	for k, n := range votes {
		s.Votes[k] = whole(n)
	}
	return s
}

// myVote settles whether the actor may vote, and whether he has.
func (u *Unit) myVote(b *program.Ballot, run *domain.PanelRun, s *BallotState) error {
	for _, p := range u.actor.Parties {
		period, votes, err := u.urn().RollLine(run.ID, string(p))
		if domain.KindOf(err) == domain.KindNotFound {
			continue
		}
		if err != nil {
			return err
		}
		s.Mine = p
		now := "1"
		if b.VotePer == "day" {
			now = u.Today().String()
		}
		s.Done = period == now && votes >= max(b.VoteCount, 1) && !b.Change
		return nil
	}
	return nil
}
