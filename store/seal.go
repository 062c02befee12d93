package store

import (
	"encoding/base64"

	"linqiao/domain"
)

// Sealer encrypts what is stored of class personal and above, and makes blind
// indexes: keyed hashes by which an identifier can be found but not read.
// aad ties a sealed value to its row, so that it opens nowhere else.
type Sealer interface {
	Seal(county domain.CountyCode, aad string, plain []byte) []byte
	Open(county domain.CountyCode, aad string, sealed []byte) ([]byte, error)
	Index(county domain.CountyCode, kind, value string) string
}

// seal encrypts a secret map for a row; nil stays nil.
func (tx *Tx) seal(aad string, secret map[string]any) ([]byte, error) {
	if secret == nil {
		return nil, nil
	}
	if tx.db.cfg.Sealer == nil {
		return nil, domain.E(domain.KindInternal, "no_sealer")
	}
	return tx.db.cfg.Sealer.Seal(tx.county, aad, encodeObject(secret)), nil
}

// open decrypts a secret column; an empty one is an empty map.
func (tx *Tx) open(aad string, sealed []byte) (map[string]any, error) {
	if len(sealed) == 0 {
		return map[string]any{}, nil
	}
	if tx.db.cfg.Sealer == nil {
		return nil, domain.E(domain.KindInternal, "no_sealer")
	}
	plain, err := tx.db.cfg.Sealer.Open(tx.county, aad, sealed)
	if err != nil {
		return nil, domain.E(domain.KindInternal, "unseal").Wrap(err)
	}
	return decodeObject(string(plain))
}

// Conceal encrypts a short text that stands inside a row's data.
func (tx *Tx) Conceal(label, text string) (string, error) {
	b, err := tx.seal(label, map[string]any{"text": text})
	return base64.StdEncoding.EncodeToString(b), err
}

// Reveal gives back what Conceal made under the same label.
func (tx *Tx) Reveal(label, concealed string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(concealed)
	if err != nil {
		return "", domain.E(domain.KindInternal, "unseal").Wrap(err)
	}
	m, err := tx.open(label, b)
	s, _ := m["text"].(string)
	return s, err
}

// Index makes the blind index of an identifier in this county; kind keeps equal
// values of different kinds apart (resident_id, phone, uscc).
func (tx *Tx) Index(kind, value string) (string, error) {
	if tx.db.cfg.Sealer == nil {
		return "", domain.E(domain.KindInternal, "no_sealer")
	}
	return tx.db.cfg.Sealer.Index(tx.county, kind, value), nil
}
