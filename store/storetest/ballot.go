package storetest

import (
	"fmt"
	"sync"
	"testing"

	"linqiao/store"
)

// ballotOnce: everybody on the roll votes once a period, whatever is repeated and
// however many come at once; nothing that stays joins a voter to a pick.
func ballotOnce(t *testing.T, e Engine) {
	db := Seeded(t, e)
	const voters = 120
	roll := make([]string, voters)
	for i := range roll {
		roll[i] = fmt.Sprintf("voter-%03d", i)
	}
	Write(t, db, func(tx *store.Tx) error { return tx.EnrollBallot("b1", append(roll, roll[0])) })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		_, _, err := tx.StrikeVoter("b1", store.Strike{Voter: "stranger", Period: "1", Channel: "app", Most: 1})
		return err
	}), "not_found")
	vote := func(i, try int) error {
		return TryWrite(db, func(tx *store.Tx) error {
			_, again, err := tx.StrikeVoter("b1", store.Strike{Voter: roll[i], Period: "day 1", Channel: "app", Most: 1, Ticket: fmt.Sprint("t", i, try/2)})
			if err != nil || again {
				return err
			}
			return tx.DropPaper("b1", store.Paper{Picks: []string{fmt.Sprint("p", i%3)}}, false)
		})
	}
	var wg sync.WaitGroup
	for i := range roll {
		for try := range 3 { // the second repeats the first; the third is another vote
			wg.Go(func() {
				if err := vote(i, try); err != nil {
					WantCode(t, err, "voted")
				}
			})
		}
		if i%40 == 39 {
			Write(t, db, func(tx *store.Tx) error { _, err := tx.MixUrn("b1", 10); return err })
		}
	}
	wg.Wait()
	Write(t, db, func(tx *store.Tx) error { _, err := tx.MixUrn("b1", 1); return err })
	Write(t, db, func(tx *store.Tx) error {
		n, err := tx.MixUrn("b1", 1)
		votes, voted, err2 := tx.BallotCount("b1")
		if n != 0 || len(votes) != 3 || votes["p0"] != 40 || votes["p1"] != 40 || votes["p2"] != 40 || voted["app"] != voters {
			t.Errorf("%d left, %v, %v", n, votes, voted)
		}
		period, times, err3 := tx.RollLine("b1", roll[7])
		if period != "day 1" || times != 1 {
			t.Errorf("roll says %s, %d", period, times)
		}
		_, _, err4 := tx.StrikeVoter("b1", store.Strike{Voter: roll[7], Period: "day 2", Channel: "desk", Most: 2})
		_, _, err5 := tx.StrikeVoter("b1", store.Strike{Voter: roll[7], Period: "day 2", Channel: "desk", Most: 2})
		_, voted, err6 := tx.BallotCount("b1")
		if voted["app"] != voters || voted["desk"] != 0 {
			t.Errorf("who came a second day is counted anew: %v", voted)
		}
		return firstError(err, err2, err3, err4, err5, err6)
	})
}

// ballotChange: of a named ballot the last paper counts, counted before or not.
func ballotChange(t *testing.T, e Engine) {
	db := Seeded(t, e)
	drop := func(pick string) {
		Write(t, db, func(tx *store.Tx) error {
			return tx.DropPaper("b2", store.Paper{Picks: []string{pick}, Voter: "v1", Sealed: true}, true)
		})
	}
	want := func(pick string) {
		t.Helper()
		Write(t, db, func(tx *store.Tx) error {
			_, err := tx.MixUrn("b2", 1)
			votes, _, err2 := tx.BallotCount("b2")
			for k, n := range votes {
				if k == pick && n != 1 || k != pick && n != 0 {
					t.Errorf("%v, want one for %s", votes, pick)
				}
			}
			return firstError(err, err2)
		})
	}
	drop("yes")
	drop("no")
	want("no")
	drop("yes")
	want("yes")
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.DropPaper("b2", store.Paper{Picks: []string{"yes", "no"}, Voter: "v2"}, false), tx.DropPaper("b2", store.Paper{Picks: []string{"no"}, Voter: "v2"}, false))
	})
	Write(t, db, func(tx *store.Tx) error {
		_, err := tx.MixUrn("b2", 1)
		votes, _, err2 := tx.BallotCount("b2")
		if votes["yes"] != 2 || votes["no"] != 2 {
			t.Errorf("%v", votes)
		}
		return firstError(err, err2)
	})
}
