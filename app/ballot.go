package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// mixLeast is how many secret papers must wait before they are counted while a
// ballot runs: sums that change by one vote at a time would tell whose it was.
const mixLeast = 10

// BallotView is a vote on a record, as its reader sees it.
type BallotView struct {
	Key      string         `json:"key"`
	Label    string         `json:"label"`
	State    string         `json:"state"` // open, closed
	Secret   bool           `json:"secret"`
	Opens    time.Time      `json:"opens"`
	Closes   time.Time      `json:"closes"`
	Marks    int            `json:"marks"` // how many options one vote may pick
	Per      string         `json:"per,omitempty"`
	Roll     int64          `json:"roll"`
	Voted    int64          `json:"voted"`
	Options  []BallotOption `json:"options"`
	Hash     string         `json:"hash,omitempty"`
	Passed   bool           `json:"passed"`
	Voter    domain.PartyID `json:"voter,omitempty"` // as whom the reader may vote
	Done     bool           `json:"done"`            // he has no vote left now
	CanVote  bool           `json:"can_vote"`
	CanDesk  bool           `json:"can_desk"`
	CanSign  bool           `json:"can_sign"`
	Channels []string       `json:"channels"`
	Sheet    *record.Sheet  `json:"sheet,omitempty"`
}

// BallotOption is one option; votes only once they may be known.
type BallotOption struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Votes *int64 `json:"votes,omitempty"`
}

func (w *work) viewBallots(r *record.Row, s sight, v *RecordView) error {
	v.Ballots = []BallotView{}
	if !s.full {
		return nil
	}
	list, err := w.unit.Ballots(r)
	if err != nil {
		return err
	}
	for i := range list {
		b, err := w.ballotView(&list[i])
		if err != nil {
			return err
		}
		v.Ballots = append(v.Ballots, *b)
	}
	return nil
}

func (w *work) ballotView(s *record.BallotState) (*BallotView, error) {
	v := &BallotView{Key: s.Ballot.Key, Label: s.Ballot.Label, State: s.State, Secret: s.Ballot.Identity == "none", Opens: s.Opens, Closes: s.Closes,
		Marks: s.Marks, Per: s.Ballot.VotePer, Roll: s.Roll, Voted: s.Voted, Options: []BallotOption{}, Hash: s.Hash, Passed: s.Passed,
		Voter: s.Mine, Done: s.Done, Channels: s.Ballot.Channels, CanSign: s.Signs && s.State == record.BallotOpen,
		CanDesk: s.Desk && s.State == record.BallotOpen, Sheet: s.Sheet}
	v.CanVote = w.mayVote(s)
	if v.Channels == nil {
		v.Channels = []string{}
	}
	for _, k := range s.Options {
		o := BallotOption{Key: k, Label: k}
		if opt := s.Ballot.Options.Get(k); opt != nil {
			o.Label = opt.Label
		} else if row, rs, err := w.row(domain.RecordID(k)); err == nil {
			sum, err := w.summary(row, rs)
			if err != nil {
				return nil, err
			}
			o.Label = sum.Title
		} else if domain.KindOf(err) != domain.KindNotFound {
			return nil, err
		}
		if s.Votes != nil {
			n := s.Votes[k]
			o.Votes = &n
		}
		v.Options = append(v.Options, o)
	}
	return v, nil
}

// workVotes: the open ballots on whose roll one of the reader's parties stands with a
// vote left.
func (w *work) workVotes(v *WorkView) error {
	seen := map[string]bool{}
	for _, voter := range w.who.Parties {
		open, err := w.tx.OpenBallotsOf(string(voter), workCap)
		if err != nil {
			return err
		}
		for i := range open {
			if seen[open[i].ID] || len(v.Votes) >= workCap {
				continue
			}
			seen[open[i].ID] = true
			if err := w.workVote(v, &open[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) workVote(v *WorkView, run *domain.PanelRun) error {
	r, s, err := w.row(run.Record)
	if domain.KindOf(err) == domain.KindNotFound || err == nil && !s.full {
		return nil // on the roll, and without sight of the matter
	}
	if err != nil {
		return err
	}
	b := r.P.Ballots.Get(run.Key)
	if b == nil {
		return nil
	}
	state, err := w.unit.Ballot(r, b, run)
	if err != nil {
		return err
	}
	if !w.mayVote(state) {
		return nil
	}
	sum, err := w.summary(r, s)
	if err != nil {
		return err
	}
	v.Votes = append(v.Votes, WorkVote{sum, b.Key, w.words(r.P).Named("ballots", b.Key, b.Label), state.Closes})
	return nil
}

func (w *work) mayVote(s *record.BallotState) bool {
	now := w.Now()
	return s.Mine != "" && !s.Done && s.State == record.BallotOpen && !now.Before(s.Opens) && now.Before(s.Closes)
}

// VoteAct is what a voter sends.
type VoteAct struct {
	Picks   []string       `json:"picks" maxItems:"100"`
	Channel string         `json:"channel,omitempty" maxLength:"32"`
	Voter   domain.PartyID `json:"voter,omitempty" maxLength:"64"` // as whom; the caller's first party unless said
}

// PapersAct is what was counted by hand from the papers of the desk.
type PapersAct struct {
	Votes   map[string]int64 `json:"votes"`
	Papers  int64            `json:"papers"`
	Invalid int64            `json:"invalid,omitempty"`
}

// ballotOn finds a ballot of a record that the caller may read.
func (w *work) ballotOn(id domain.RecordID, key string) (*record.Row, *program.Ballot, error) {
	r, s, err := w.row(id)
	if err != nil {
		return nil, nil, err
	}
	b := r.P.Ballots.Get(key)
	if b == nil || b.Of != r.Key || !s.full {
		return nil, nil, domain.NotFound("ballot")
	}
	return r, b, nil
}

// Vote takes a vote. It leaves no event and no audit row: a request that is
// repeated is known by a keyed hash of its key on the roll, not by what it said.
func (a *App) Vote(ctx context.Context, who *Who, key string, id domain.RecordID, ballot string, in VoteAct) error {
	v := record.Vote{Voter: in.Voter, Picks: in.Picks, Channel: in.Channel}
	return a.write(ctx, who, func(w *work) error {
		r, b, err := w.ballotOn(id, ballot)
		if err != nil {
			return err
		}
		if key != "" {
			if w.ticket, err = w.tx.Index("ballot", string(who.Account)+"/"+key); err != nil {
				return err
			}
		}
		if v.Voter == "" && len(who.Parties) > 0 {
			v.Voter = who.Parties[0]
		}
		return w.unit.Cast(r, b, v)
	})
}

// HandOutPaper strikes a voter off the roll who takes a paper at the desk.
func (a *App) HandOutPaper(ctx context.Context, who *Who, once Once, id domain.RecordID, ballot string, voter domain.PartyID) error {
	return a.onBallot(ctx, who, once, id, ballot, func(w *work, r *record.Row, b *program.Ballot) error {
		return w.unit.HandOut(r, b, voter)
	})
}

// EnterPapers writes what was counted by hand.
func (a *App) EnterPapers(ctx context.Context, who *Who, once Once, id domain.RecordID, ballot string, in PapersAct) error {
	s := record.Sheet{Votes: in.Votes, Papers: in.Papers, Invalid: in.Invalid}
	return a.onBallot(ctx, who, once, id, ballot, func(w *work, r *record.Row, b *program.Ballot) error {
		return w.unit.EnterPapers(r, b, s)
	})
}

// SignPapers confirms what another counted.
func (a *App) SignPapers(ctx context.Context, who *Who, once Once, id domain.RecordID, ballot string) error {
	return a.onBallot(ctx, who, once, id, ballot, func(w *work, r *record.Row, b *program.Ballot) error {
		return w.unit.SignPapers(r, b)
	})
}

func (a *App) onBallot(ctx context.Context, who *Who, once Once, id domain.RecordID, ballot string, fn func(w *work, r *record.Row, b *program.Ballot) error) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, b, err := w.ballotOn(id, ballot)
		if err != nil {
			return "", err
		}
		return id, fn(w, r, b)
	})
	return err
}

// BallotsDue empties urns into counts, and makes the tally of ballots whose time
// is up.
func (a *App) BallotsDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var open []domain.PanelRun
		if err := a.read(ctx, System(county), func(w *work) (err error) {
			open, err = w.tx.OpenRounds(record.KindBallot, tickBatch)
			return err
		}); err != nil {
			return err
		}
		for i := range open {
			done, err := a.ballotDue(ctx, county, &open[i])
			if err != nil {
				return err
			}
			if done {
				n++
			}
		}
		return nil
	})
	return n, err
}

func (a *App) ballotDue(ctx context.Context, county domain.CountyCode, run *domain.PanelRun) (done bool, err error) {
	for mixed := 1; mixed > 0; {
		if err := a.write(ctx, System(county), func(w *work) (err error) {
			mixed, err = w.tx.MixUrn(run.ID, mixLeast)
			return err
		}); err != nil {
			return false, err
		}
	}
	if a.now().Before(run.DueAt) {
		return false, nil
	}
	err = a.write(ctx, System(county), func(w *work) error {
		r, err := w.unit.Load(run.Record)
		if err != nil {
			return err
		}
		b := r.P.Ballots.Get(run.Key)
		if b == nil {
			return nil
		}
		done, err = w.unit.CloseBallot(r, b)
		return err
	})
	return done, err
}

// The methods below make work an Urn.

func (w *work) Enroll(ballot string, voters []string) error {
	w.lasting()
	w.later("roll/"+ballot, func() error { return w.tx.EnrollBallot(ballot, voters) })
	return nil
}

func (w *work) Strike(ballot, voter, period, channel string, most int) (bool, error) {
	w.lasting()
	_, again, err := w.tx.StrikeVoter(ballot, store.Strike{Voter: voter, Period: period, Channel: channel, Most: most, Ticket: w.ticket})
	return again, err
}

func (w *work) Drop(ballot string, picks []string, voter string, sealed, replace bool) error {
	w.lasting()
	return w.tx.DropPaper(ballot, store.Paper{Picks: picks, Voter: voter, Sealed: sealed}, replace)
}

func (w *work) Mix(ballot string) error {
	w.lasting()
	for {
		if n, err := w.tx.MixUrn(ballot, 1); err != nil || n == 0 {
			return err
		}
	}
}

func (w *work) Count(ballot string) (votes, voters map[string]int64, err error) {
	return w.tx.BallotCount(ballot)
}

func (w *work) RollLine(ballot, voter string) (string, int, error) {
	return w.tx.RollLine(ballot, voter)
}
