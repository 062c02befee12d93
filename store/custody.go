package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"linqiao/domain"
)

const custodyColumns = "county, attachment, seq, record, act, account, at, sha256, note, hash"

func scanHeld(rows rowScanner, h *domain.Held) error {
	return rows.Scan((*string)(&h.County), &h.Attachment, num(&h.Seq), (*string)(&h.Record), &h.Act, (*string)(&h.Account), instant{&h.At}, &h.SHA256, &h.Note, &h.Hash)
}

// custodyHash is the hash of a link: of what it says, after the hash of the one
// before. Times count in milliseconds, as they are stored.
func custodyHash(before string, h *domain.Held) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%d\n%s\n%s\n%s\n%d\n%s\n%s\n", before, h.Attachment, h.Seq, h.Record, h.Act, h.Account, h.At.UnixMilli(), h.SHA256, h.Note))
	return hex.EncodeToString(sum[:])
}

// Hold adds a link to the chain of a file. Two at once queue up on the file's row.
func (tx *Tx) Hold(h *domain.Held) error {
	if err := tx.home(&h.County); err != nil {
		return err
	}
	if _, err := one(tx, "attachment", scanText, "SELECT id FROM attachment WHERE county = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.county, h.Attachment); err != nil {
		return err
	}
	last, err := many(tx, scanHeld, "SELECT "+custodyColumns+" FROM custody WHERE county = $1 AND attachment = $2 ORDER BY seq DESC LIMIT 1", tx.county, h.Attachment)
	if err != nil {
		return err
	}
	before := ""
	if h.Seq = 1; len(last) == 1 {
		h.Seq, before = last[0].Seq+1, last[0].Hash
	}
	if h.At.IsZero() {
		h.At = tx.now
	}
	h.Hash = custodyHash(before, h)
	return tx.insert(insertSQL("custody", custodyColumns), h.County, h.Attachment, h.Seq, h.Record, h.Act, h.Account, h.At, h.SHA256, h.Note, h.Hash)
}

// Custody reads the chain of a file from its beginning, and whether it is whole: no
// link is missing, and each hash is that of its link.
func (tx *Tx) Custody(attachment string) (chain []domain.Held, whole bool, err error) {
	chain, err = many(tx, scanHeld, "SELECT "+custodyColumns+" FROM custody WHERE county = $1 AND attachment = $2 ORDER BY seq", tx.county, attachment)
	before := ""
	for i := range chain {
		if h := &chain[i]; h.Seq != int64(i+1) || h.Hash != custodyHash(before, h) {
			return chain, false, err
		}
		before = chain[i].Hash
	}
	return chain, len(chain) > 0, err
}
