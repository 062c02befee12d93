package store

import (
	"time"

	"linqiao/domain"
)

const signatureColumns = "county, id, program, target, move, payload, hash, state, created, mover, closes_at"

var (
	signatureInsert = insertSQL("signature", signatureColumns+", rev")
	signatureUpdate = updateSQL("signature", signatureColumns)
	signatureSelect = "SELECT " + signatureColumns + ", rev FROM signature"
)

func scanSignature(rows rowScanner, s *domain.Signature) error {
	return rows.Scan((*string)(&s.County), &s.ID, &s.Program, &s.Target, &s.Move, object{&s.Payload}, &s.Hash, &s.State,
		instant{&s.Created}, (*string)(&s.Mover), instant{&s.ClosesAt}, num(&s.Rev))
}

func signatureValues(s *domain.Signature) []any {
	return []any{s.County, s.ID, s.Program, s.Target, s.Move, s.Payload, s.Hash, s.State, s.Created, s.Mover, s.ClosesAt, s.Rev}
}

// InsertSignature writes what waits for signatures.
func (tx *Tx) InsertSignature(s *domain.Signature) error {
	if err := tx.home(&s.County); err != nil {
		return err
	}
	if s.ID == "" {
		s.ID = NewID()
	}
	if s.Created.IsZero() {
		s.Created = tx.now
	}
	s.Rev = 1
	return tx.insert(signatureInsert, signatureValues(s)...)
}

// UpdateSignature saves a signature read at s.Rev; stale otherwise.
func (tx *Tx) UpdateSignature(s *domain.Signature) error {
	if err := tx.home(&s.County); err != nil {
		return err
	}
	if err := tx.change("signature", signatureUpdate, signatureValues(s)...); err != nil {
		return err
	}
	s.Rev++
	return nil
}

// Signature reads one signature.
func (tx *Tx) Signature(id string) (*domain.Signature, error) {
	s, err := one(tx, "signature", scanSignature, signatureSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &s, err
}

// Signatures lists the signatures on a target, oldest first; state "" = all.
func (tx *Tx) Signatures(target, state string) ([]domain.Signature, error) {
	w := tx.where()
	w.add("target = ?", target)
	w.eq("state", state)
	return many(tx, scanSignature, signatureSelect+w.String()+" ORDER BY id", w.args...)
}

// SilentSignatures lists signatures in a state whose time for objection is over
// (consent by silence), in order of closing.
func (tx *Tx) SilentSignatures(state string, now time.Time, limit int) ([]domain.Signature, error) {
	return many(tx, scanSignature, signatureSelect+" WHERE county = $1 AND closes_at > 0 AND closes_at <= $2 AND state = $3 ORDER BY closes_at LIMIT $4",
		tx.county, now, state, int64(limit))
}

const signColumns = "county, signature, slot, account, party, decision, at, proof"

func scanSign(rows rowScanner, s *domain.Sign) error {
	return rows.Scan((*string)(&s.County), &s.Signature, num(&s.Slot), (*string)(&s.Account), (*string)(&s.Party), &s.Decision,
		instant{&s.At}, object{&s.Proof})
}

// InsertSign writes one person's answer; a slot answered before is "duplicate".
func (tx *Tx) InsertSign(s *domain.Sign) error {
	if err := tx.home(&s.County); err != nil {
		return err
	}
	if s.At.IsZero() {
		s.At = tx.now
	}
	return tx.insert(insertSQL("signature_sign", signColumns), s.County, s.Signature, s.Slot, s.Account, s.Party, s.Decision, s.At, s.Proof)
}

// Signs lists the answers to a signature by slot.
func (tx *Tx) Signs(signature string) ([]domain.Sign, error) {
	return many(tx, scanSign, "SELECT "+signColumns+" FROM signature_sign WHERE county = $1 AND signature = $2 ORDER BY slot", tx.county, signature)
}
