package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"

	"linqiao/domain"
)

// HeldFilter says whose phone asks: what is running and with the account, with one of
// its units, or about one of its parties.
type HeldFilter struct {
	Account domain.AccountID
	Orgs    []domain.OrgID
	Parties []domain.PartyID
	Nouns   []domain.Noun // of what is held
	After   string        // id of the last one seen; ids grow
	Since   string        // event id: only what changed after it; "" = all
	Limit   int
}

// FloorID is below every id made from the instant on, and above all made before.
func FloorID(t time.Time) string {
	ms := uint64(t.UnixMilli())
	return idText([16]byte{byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms), 7 << 4})
}

// FloorNow is FloorID of a moment ago, also while ids run ahead of the machine's clock
// because it was set back: then it lies just above the last id that was made.
func FloorNow(ago time.Duration) string {
	idState.Lock()
	last := idState.last
	idState.Unlock()
	at := time.Now()
	if ahead := time.UnixMilli(int64(binary.BigEndian.Uint64(last[:]) >> 16)); ahead.After(at) {
		if ago == 0 {
			b := [16]byte(bytes.Repeat([]byte{0xff}, 16))
			copy(b[:], last[:])
			return idText(b)
		}
		at = ahead
	}
	return FloorID(at.Add(-ago))
}

func idText(b [16]byte) string {
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// held writes the common table expressions: mine = records that are with the caller;
// scope = these, and the running matters of accepted orders among them.
func (w *where) held(f *HeldFilter) string {
	nouns := inList(w, "noun", f.Nouns)
	var ways []string
	way := func(cond string) {
		ways = append(ways, "SELECT id, parent, root, subject, phase, noun FROM record WHERE county = $1 AND ended = 0 AND "+nouns+" AND "+cond)
	}
	if f.Account != "" {
		way("owner <> '' AND " + w.fill("owner = ?", string(f.Account)))
	}
	if len(f.Orgs) > 0 {
		way("owner_org <> '' AND " + inList(w, "owner_org", f.Orgs))
		way("provider <> '' AND " + inList(w, "provider", f.Orgs))
	}
	if len(f.Parties) > 0 {
		way(inList(w, "subject", f.Parties))
	}
	if len(ways) == 0 {
		way("1 = 0")
	}
	accepted := w.fill("m.noun = ? AND m.phase = ?", string(domain.Order), string(domain.PhaseAccepted))
	return "WITH mine AS (" + strings.Join(ways, " UNION ") + "), scope AS (SELECT id, root, subject FROM mine UNION " +
		"SELECT p.id, p.root, p.subject FROM mine m JOIN record p ON p.county = $1 AND p.id = m.parent WHERE " + accepted + " AND p.ended = 0) "
}

// happened is true for rows of scope s whose tree or subject has an event after f.Since.
func (w *where) happened(f *HeldFilter, subject string) string {
	since := w.param(f.Since)
	return "EXISTS (SELECT 1 FROM event e WHERE e.county = $1 AND e.subject <> '' AND e.subject = " + subject + " AND e.id > " + since + ")"
}

func (w *where) happenedRecord(f *HeldFilter) string {
	since := w.param(f.Since)
	return "(EXISTS (SELECT 1 FROM event e WHERE e.county = $1 AND e.record <> '' AND e.record = s.root AND e.id > " + since + ")" +
		" OR EXISTS (SELECT 1 FROM event e WHERE e.county = $1 AND e.root <> e.record AND e.root = s.root AND e.id > " + since + ")" +
		" OR " + w.happened(f, "s.subject") + ")"
}

// HeldRecords lists the records that the caller's phone holds, by id.
func (tx *Tx) HeldRecords(f HeldFilter) ([]domain.RecordID, error) {
	w := tx.where()
	query := w.held(&f) + "SELECT id FROM scope s WHERE 1 = 1"
	if f.After != "" {
		query += w.fill(" AND id > ?", f.After)
	}
	if f.Since != "" {
		query += " AND " + w.happenedRecord(&f)
	}
	return heldIDs[domain.RecordID](tx, query+w.fill(" ORDER BY id LIMIT ?", int64(f.Limit)), w.args...)
}

// HeldParties lists the parties of these records, of the open duties of the caller and
// his units, and the caller's own, by id.
func (tx *Tx) HeldParties(f HeldFilter) ([]domain.PartyID, error) {
	w := tx.where()
	query := w.held(&f) + ", who AS (SELECT subject AS id FROM scope WHERE subject IS NOT NULL"
	if f.Account != "" {
		query += w.fill(" UNION SELECT party FROM duty_item WHERE county = $1 AND done_at = 0 AND missed_at = 0 AND party <> '' AND to_account = ?", string(f.Account))
	}
	if len(f.Orgs) > 0 {
		query += " UNION SELECT party FROM duty_item WHERE county = $1 AND done_at = 0 AND missed_at = 0 AND party <> '' AND " + inList(w, "to_org", f.Orgs)
	}
	if len(f.Parties) > 0 {
		query += " UNION SELECT id FROM party WHERE county = $1 AND " + inList(w, "id", f.Parties)
	}
	query += ") SELECT id FROM who s WHERE id IS NOT NULL"
	if f.After != "" {
		query += w.fill(" AND id > ?", f.After)
	}
	if f.Since != "" {
		query += " AND " + w.happened(&f, "s.id")
	}
	return heldIDs[domain.PartyID](tx, query+w.fill(" ORDER BY id LIMIT ?", int64(f.Limit)), w.args...)
}

func heldIDs[T ~string](tx *Tx, query string, args ...any) ([]T, error) {
	list, err := many(tx, scanText, query, args...)
	out := make([]T, len(list))
	for i, s := range list {
		out[i] = T(s)
	}
	return out, err
}
