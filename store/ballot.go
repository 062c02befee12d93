package store

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
)

// Paper is one vote as it lies in the urn.
type Paper struct {
	Picks []string
	// Voter is "" in a secret ballot. Otherwise the paper carries his name and
	// stays; Sealed keeps the picks encrypted until they are counted.
	Voter  string
	Sealed bool
}

// paperWaits and paperCounted are the states of a paper that stays.
const (
	paperWaits   = "in"
	paperCounted = "counted"
)

// EnrollBallot writes the roll of a ballot: who may vote. It is frozen with that.
func (tx *Tx) EnrollBallot(ballot string, voters []string) error {
	if tx.county == "" {
		return errNoCounty
	}
	const rows = 500
	for len(voters) > 0 {
		part := voters[:min(rows, len(voters))]
		voters = voters[len(part):]
		args, values := []any{tx.county, ballot}, make([]string, len(part))
		for i, v := range part {
			args = append(args, v)
			values[i] = "($1, $2, $" + strconv.Itoa(i+3) + ", '', 0, '', '')"
		}
		if _, err := tx.exec("INSERT INTO ballot_roll (county, ballot, voter, period, votes, channel, ticket) VALUES "+
			strings.Join(values, ", ")+" ON CONFLICT (county, ballot, voter) DO NOTHING", args...); err != nil {
			return err
		}
	}
	return nil
}

// Strike is how a voter is struck off the roll for a period.
type Strike struct {
	Voter, Period, Channel string
	Most                   int    // votes a period
	Ticket                 string // of the request; the same one again changes nothing
}

// StrikeVoter marks on the roll that somebody votes in a period. again: this
// very request did it already. Not on the roll is NotFound "voter"; no vote left
// in the period is the conflict "voted".
func (tx *Tx) StrikeVoter(ballot string, s Strike) (first, again bool, err error) {
	type line struct {
		period, ticket string
		votes          int64
	}
	l, err := one(tx, "voter", func(rows rowScanner, l *line) error { return rows.Scan(&l.period, num(&l.votes), &l.ticket) },
		"SELECT period, votes, ticket FROM ballot_roll WHERE county = $1 AND ballot = $2 AND voter = $3"+tx.db.dialect.forUpdate, tx.county, ballot, s.Voter)
	if err != nil {
		return false, false, err
	}
	if s.Ticket != "" && l.ticket == s.Ticket {
		return false, true, nil
	}
	if l.period == s.Period && l.votes >= int64(s.Most) {
		return false, false, domain.E(domain.KindConflict, "voted")
	}
	votes := int64(1)
	if l.period == s.Period {
		votes = l.votes + 1
	}
	_, err = tx.exec("UPDATE ballot_roll SET period = $4, votes = $5, channel = $6, ticket = $7 WHERE county = $1 AND ballot = $2 AND voter = $3",
		tx.county, ballot, s.Voter, s.Period, votes, s.Channel, s.Ticket)
	if first = l.period == ""; first && err == nil {
		err = tx.addVotes(ballot, map[string]int64{turnoutOf + s.Channel: 1})
	}
	return first, false, err
}

// turnoutOf goes before a channel in the count: how many voted there at least
// once. No pick begins with it.
const turnoutOf = "@"

// RollLine reads what the roll says of a voter: in which period he voted last, and
// how often in it. NotFound "voter" when he is not on it.
func (tx *Tx) RollLine(ballot, voter string) (period string, votes int, err error) {
	type line struct {
		period string
		votes  int
	}
	l, err := one(tx, "voter", func(rows rowScanner, l *line) error { return rows.Scan(&l.period, num(&l.votes)) },
		"SELECT period, votes FROM ballot_roll WHERE county = $1 AND ballot = $2 AND voter = $3", tx.county, ballot, voter)
	return l.period, l.votes, err
}

// RollParties finds those on the roll whose name holds the query.
func (tx *Tx) RollParties(ballot, query string, limit int) ([]domain.Party, error) {
	w := tx.where()
	if err := tx.searchCond(w, "party", query, "party.id"); err != nil {
		return nil, err
	}
	w.conds = append(w.conds, "EXISTS (SELECT 1 FROM ballot_roll l WHERE l.county = $1 AND l.voter = party.id AND l.ballot = "+w.param(ballot)+")")
	return many(tx, scanParty, partySelect+w.String()+" ORDER BY name, id"+w.fill(" LIMIT ?", int64(limit)), w.args...)
}

// DropPaper puts a vote into the urn. Of a named ballot an earlier paper of the
// same voter that was not final (`change`) is taken back first.
func (tx *Tx) DropPaper(ballot string, p Paper, replace bool) error {
	number := p.Voter
	if number == "" {
		var b [16]byte
		rand.Read(b[:])
		number = hex.EncodeToString(b[:])
	} else if !replace {
		number += "/" + NewID()
	}
	picks, sealed := strings.Join(p.Picks, "\n"), []byte(nil)
	if p.Sealed {
		var err error
		if sealed, err = tx.seal("ballot/"+ballot, map[string]any{"picks": picks}); err != nil {
			return err
		}
		picks = ""
	}
	if replace {
		if err := tx.takeBack(ballot, number); err != nil {
			return err
		}
	}
	return tx.insert("INSERT INTO ballot_paper (county, ballot, paper, state, picks, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
		tx.county, ballot, number, paperWaits, picks, sealed)
}

type paperRow struct {
	number, state, picks string
	sealed               []byte
}

const paperSelect = "SELECT paper, state, picks, sealed FROM ballot_paper WHERE county = $1 AND ballot = $2"

func scanPaper(rows rowScanner, p *paperRow) error {
	return rows.Scan(&p.number, &p.state, &p.picks, &p.sealed)
}

func (tx *Tx) picksOf(ballot string, p *paperRow) ([]string, error) {
	picks := p.picks
	if len(p.sealed) > 0 {
		m, err := tx.open("ballot/"+ballot, p.sealed)
		if err != nil {
			return nil, err
		}
		picks, _ = m["picks"].(string)
	}
	if picks == "" {
		return nil, nil
	}
	return strings.Split(picks, "\n"), nil
}

// takeBack removes a voter's paper and, when it was counted, its count.
func (tx *Tx) takeBack(ballot, number string) error {
	list, err := many(tx, scanPaper, paperSelect+" AND paper = $3"+tx.db.dialect.forUpdate, tx.county, ballot, number)
	if err != nil || len(list) == 0 {
		return err
	}
	if list[0].state == paperCounted {
		picks, err := tx.picksOf(ballot, &list[0])
		if err != nil {
			return err
		}
		sums := map[string]int64{}
		for _, k := range picks {
			sums[k]--
		}
		if err := tx.addVotes(ballot, sums); err != nil {
			return err
		}
	}
	_, err = tx.exec("DELETE FROM ballot_paper WHERE county = $1 AND ballot = $2 AND paper = $3", tx.county, ballot, number)
	return err
}

// MixUrn moves papers from the urn into the count when at least so many wait, and
// says how many. Secret papers are gone with that; others stay, as counted.
func (tx *Tx) MixUrn(ballot string, least int) (int, error) {
	const most = 2000
	list, err := many(tx, scanPaper, paperSelect+" AND state = $3 ORDER BY paper LIMIT $4"+tx.db.dialect.forUpdate, tx.county, ballot, paperWaits, int64(most))
	if err != nil || len(list) < least || len(list) == 0 {
		return 0, err
	}
	sums := map[string]int64{}
	for i := range list {
		picks, err := tx.picksOf(ballot, &list[i])
		if err != nil {
			return 0, err
		}
		for _, k := range picks {
			sums[k]++
		}
		// A secret paper's number holds no "/" and is 32 hex digits; the caller's
		// voters are ids of another form.
		query := "UPDATE ballot_paper SET state = '" + paperCounted + "' WHERE county = $1 AND ballot = $2 AND paper = $3"
		if secretNumber(list[i].number) {
			query = "DELETE FROM ballot_paper WHERE county = $1 AND ballot = $2 AND paper = $3"
		}
		if _, err := tx.exec(query, tx.county, ballot, list[i].number); err != nil {
			return 0, err
		}
	}
	return len(list), tx.addVotes(ballot, sums)
}

func secretNumber(s string) bool {
	if len(s) != 32 {
		return false
	}
	_, err := hex.DecodeString(s)
	return err == nil
}

func (tx *Tx) addVotes(ballot string, sums map[string]int64) error {
	for _, k := range slices.Sorted(maps.Keys(sums)) { // one order for all: no circle of locks
		if _, err := tx.exec("INSERT INTO ballot_count (county, ballot, pick, n) VALUES ($1, $2, $3, $4)"+
			" ON CONFLICT (county, ballot, pick) DO UPDATE SET n = ballot_count.n + excluded.n", tx.county, ballot, k, sums[k]); err != nil {
			return err
		}
	}
	return nil
}

// BallotCount is how many votes each pick has, of the papers mixed so far, and how
// many voters have voted, by channel.
func (tx *Tx) BallotCount(ballot string) (votes, voters map[string]int64, err error) {
	type sum struct {
		pick string
		n    int64
	}
	list, err := many(tx, func(rows rowScanner, s *sum) error { return rows.Scan(&s.pick, num(&s.n)) },
		"SELECT pick, n FROM ballot_count WHERE county = $1 AND ballot = $2", tx.county, ballot)
	votes, voters = map[string]int64{}, map[string]int64{}
	for _, s := range list {
		if channel, ok := strings.CutPrefix(s.pick, turnoutOf); ok {
			voters[channel] = s.n
		} else {
			votes[s.pick] = s.n
		}
	}
	return votes, voters, err
}

// OpenBallotsOf lists the ballots that are open and have the voter on their roll, the
// one that closes first first.
func (tx *Tx) OpenBallotsOf(voter string, limit int) ([]domain.PanelRun, error) {
	return many(tx, scanPanelRun, panelSelect+` WHERE county = $1 AND state = 'open' AND kind = 'ballot' AND due_at > 0
		AND EXISTS (SELECT 1 FROM ballot_roll v WHERE v.county = panel_run.county AND v.ballot = panel_run.id AND v.voter = $2)
		ORDER BY due_at LIMIT $3`, tx.county, voter, int64(limit))
}

// OpenRounds lists the rounds of a kind that still run, soonest end first.
func (tx *Tx) OpenRounds(kind string, limit int) ([]domain.PanelRun, error) {
	return many(tx, scanPanelRun, panelSelect+" WHERE county = $1 AND state = 'open' AND kind = $2 AND due_at > 0 ORDER BY due_at LIMIT $3",
		tx.county, kind, int64(limit))
}
