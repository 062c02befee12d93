package store

import (
	"time"

	"linqiao/domain"
)

// WindowRounds lists the rounds of a duty whose windows are not settled yet.
func (tx *Tx) WindowRounds(program, key string) ([]domain.DutyRound, error) {
	return many(tx, scanRound, roundSelect+" WHERE county = $1 AND program = $2 AND key = $3 AND state = 'window' ORDER BY created, id",
		tx.county, program, key)
}

// LatestDuty is the last thing that a row owed of a duty, by its due time.
func (tx *Tx) LatestDuty(program, key, over string) (*domain.DutyItem, error) {
	d, err := one(tx, "duty_item", scanItem, itemSelect+" WHERE county = $1 AND over_id = $2 AND program = $3 AND key = $4 ORDER BY due DESC, id DESC LIMIT 1",
		tx.county, over, program, key)
	return &d, err
}

// LatestOverDuty is the last thing that a row owed of a duty and of which it is known
// what became: done or missed.
func (tx *Tx) LatestOverDuty(program, key, over string) (*domain.DutyItem, error) {
	d, err := one(tx, "duty_item", scanItem, itemSelect+" WHERE county = $1 AND over_id = $2 AND program = $3 AND key = $4 AND (done_at <> 0 OR missed_at <> 0) ORDER BY due DESC, id DESC LIMIT 1",
		tx.county, over, program, key)
	return &d, err
}

// RoundTally is due, done, missed and urgent of one round in one region.
type RoundTally struct {
	Path                      string
	Due, Done, Missed, Urgent int
}

// RoundTallies sums the items of a round by region.
func (tx *Tx) RoundTallies(round string) ([]RoundTally, error) {
	return many(tx, func(rows rowScanner, t *RoundTally) error {
		return rows.Scan(&t.Path, num(&t.Due), num(&t.Done), num(&t.Missed), num(&t.Urgent))
	}, "SELECT path, COUNT(*), SUM(CASE WHEN done_at <> 0 THEN 1 ELSE 0 END), SUM(CASE WHEN missed_at <> 0 THEN 1 ELSE 0 END), SUM(urgent)"+
		" FROM duty_item WHERE county = $1 AND round = $2 AND round <> '' GROUP BY path ORDER BY path", tx.county, round)
}

// WindowItem finds what a party owes of a duty at an instant: the item whose window
// holds it, whatever became of it.
func (tx *Tx) WindowItem(program, key, over string, at time.Time) (*domain.DutyItem, error) {
	d, err := one(tx, "duty_item", scanItem, itemSelect+" WHERE county = $1 AND over_id = $2 AND program = $3 AND key = $4 AND opens <= $5 AND closes >= $5"+
		" ORDER BY opens DESC LIMIT 1", tx.county, over, program, key, at)
	return &d, err
}
