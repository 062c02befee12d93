package store

import (
	"errors"
	"time"

	"linqiao/domain"
)

// Answer is what a request was answered with; a retry gets it again.
type Answer struct {
	Status int
	Body   []byte
}

var answerIn = newInsertion("idempotency", "county, account, key, hash, status, body, created", 3, "").each()

// Idempotent looks for the answer to a key. nil means: not answered yet, do the
// work and call SaveAnswer in the same transaction. The same key with another
// request is a conflict "idempotency_mismatch".
func (tx *Tx) Idempotent(account domain.AccountID, key, requestHash string) (*Answer, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	type row struct {
		hash string
		Answer
	}
	var of [3]string
	r, err := lookup(tx, "answer", func(rows rowScanner, r *row) error {
		return rows.Scan(&of[0], &of[1], &of[2], &r.hash, num(&r.Status), &r.Body)
	}, answerIn, "SELECT county, account, key, hash, status, body FROM idempotency WHERE county = $1 AND account = $2 AND key = $3",
		tx.county, account, key)
	var e *domain.Error
	switch {
	case errors.As(err, &e) && e.Kind == domain.KindNotFound:
		return nil, nil //nolint:nilnil // documented: no answer yet
	case err != nil:
		return nil, err
	case r.hash != requestHash:
		return nil, domain.E(domain.KindConflict, "idempotency_mismatch")
	}
	return &r.Answer, nil
}

// SaveAnswer keeps the answer to a key. Two requests with one key at the same
// time: the second is a conflict "duplicate" and undoes its work.
func (tx *Tx) SaveAnswer(account domain.AccountID, key, requestHash string, a Answer) error {
	return tx.put(answerIn, tx.county, account, key, requestHash, a.Status, a.Body, tx.now)
}

// PurgeAnswers drops answers older than an instant and reports how many.
func (tx *Tx) PurgeAnswers(before time.Time) (int64, error) {
	return tx.exec("DELETE FROM idempotency WHERE county = $1 AND created < $2", tx.county, before)
}
