package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

const auditColumns = "county, id, at, actor, action, object, purpose, detail, seq, prev_hash, hash"

var auditIn = newInsertion("audit", auditColumns, 2, "").each()

var auditSelect = "SELECT " + auditColumns + " FROM audit"

func scanAudit(rows rowScanner, a *domain.Audit) error {
	return rows.Scan((*string)(&a.County), &a.ID, instant{&a.At}, (*string)(&a.Actor), &a.Action, &a.Object, &a.Purpose,
		object{&a.Detail}, num(&a.Seq), &a.PrevHash, &a.Hash)
}

// AppendAudit writes a row of the journal. It is linked into the hash chain by
// LinkAudit, apart from the write itself: a chain grown inside every
// transaction would make all writers of a county wait for one another.
func (tx *Tx) AppendAudit(a *domain.Audit) error {
	if err := tx.home(&a.County); err != nil {
		return err
	}
	if a.ID == "" {
		a.ID = NewID()
	}
	if a.At.IsZero() {
		a.At = tx.now
	}
	a.Seq, a.PrevHash, a.Hash = 0, "", ""
	return tx.put(auditIn, a.County, a.ID, a.At, a.Actor, a.Action, a.Object, a.Purpose, a.Detail, a.Seq, a.PrevHash, a.Hash)
}

// LinkAudit links up to limit loose rows to the county's chain and reports how
// many. The unique index on seq makes two linkers at once safe: one fails.
func (tx *Tx) LinkAudit(limit int) (int, error) {
	if tx.county == "" {
		return 0, errNoCounty
	}
	last, err := many(tx, scanAudit, auditSelect+" WHERE county = $1 AND seq > 0 ORDER BY seq DESC LIMIT 1", tx.county)
	if err != nil {
		return 0, err
	}
	var seq int64
	prev := ""
	if len(last) == 1 {
		seq, prev = last[0].Seq, last[0].Hash
	}
	loose, err := many(tx, scanAudit, auditSelect+" WHERE county = $1 AND seq = 0 ORDER BY id LIMIT $2", tx.county, int64(limit))
	if err != nil {
		return 0, err
	}
	for i := range loose {
		a := &loose[i]
		seq++
		a.Seq, a.PrevHash = seq, prev
		a.Hash = auditHash(a)
		prev = a.Hash
		err := tx.change("audit", "UPDATE audit SET seq = $3, prev_hash = $4, hash = $5 WHERE county = $1 AND id = $2 AND seq = 0",
			tx.county, a.ID, a.Seq, a.PrevHash, a.Hash)
		if err != nil {
			return 0, err
		}
	}
	return len(loose), nil
}

// auditHash is SHA-256 over all fields, each with its length before it, so that
// no two rows can read alike.
func auditHash(a *domain.Audit) string {
	var b strings.Builder
	for _, f := range []string{string(a.County), a.ID, strconv.FormatInt(millis(a.At), 10), string(a.Actor), a.Action, a.Object,
		a.Purpose, string(encodeObject(a.Detail)), strconv.FormatInt(a.Seq, 10), a.PrevHash} {
		b.WriteString(strconv.Itoa(len(f)) + ":" + f + ";")
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// AuditBreak is a place where the chain of a county's journal is not what was written:
// the rows From to Until are missing, or the row From has been changed, exchanged or put
// in.
type AuditBreak struct {
	From, Until int64
	ID          string    // of the row, or of the one after those that are missing
	At          time.Time // of that row, as it now says
	Missing     bool
}

// String says it for an operator.
func (b AuditBreak) String() string {
	at := b.At.In(domain.Beijing).Format(time.DateTime)
	switch {
	case b.Missing && b.From == b.Until:
		return fmt.Sprintf("第 %d 行不见了（在 %s 之前）", b.From, at)
	case b.Missing:
		return fmt.Sprintf("第 %d 至 %d 行不见了（在 %s 之前）", b.From, b.Until, at)
	}
	return fmt.Sprintf("第 %d 行被改过或换过（%s，编号 %s）", b.From, at, b.ID)
}

// auditBreaks is how many breaks are told at most: in a file that was replaced there is
// one to a row.
const auditBreaks = 100

// VerifyAudit walks the chain and reports its breaks and the number of its last row.
// After a break it goes on from what the row itself says, so that each is located. That
// the newest rows are gone shows in no chain: whoever has noted the number and digest of
// the last one sees it.
func (tx *Tx) VerifyAudit() (breaks []AuditBreak, linked int64, err error) {
	prev, told := "", false
	for {
		list, err := many(tx, scanAudit, auditSelect+" WHERE county = $1 AND seq > $2 ORDER BY seq LIMIT 1000", tx.county, linked)
		if err != nil || len(list) == 0 || len(breaks) >= auditBreaks {
			return breaks, linked, err
		}
		for i := range list {
			a := &list[i]
			if a.Seq != linked+1 {
				told = true
				breaks = append(breaks, AuditBreak{From: linked + 1, Until: a.Seq - 1, ID: a.ID, At: a.At, Missing: true})
			}
			// That it does not follow a row that was told of already says nothing of its own.
			if told = a.Hash != auditHash(a) || !told && a.PrevHash != prev; told {
				breaks = append(breaks, AuditBreak{From: a.Seq, Until: a.Seq, ID: a.ID, At: a.At})
			}
			linked, prev = a.Seq, a.Hash
		}
	}
}

// AuditsSince reads what one account did to one object since a time, newest
// first. Row ids begin with their time, so the index on objects bounds the walk; the
// concatenation keeps SQLite from the one on actors, who do much more than is done to
// one object.
func (tx *Tx) AuditsSince(object string, actor domain.AccountID, since time.Time, limit int) ([]domain.Audit, error) {
	return many(tx, scanAudit, auditSelect+" WHERE county = $1 AND object = $2 AND id > $3 AND at >= $4 AND (actor || '') = $5 ORDER BY id DESC LIMIT $6",
		tx.county, object, idAt(since), since, actor, int64(limit))
}

// AuditFilter selects rows of the journal.
type AuditFilter struct {
	Actor  domain.AccountID
	Object string
	Action string
	From   time.Time
	Until  time.Time
	Cursor string
	Limit  int
}

// Audits lists the journal, newest first.
func (tx *Tx) Audits(f AuditFilter) (Page[domain.Audit], error) {
	if tx.county == "" {
		return Page[domain.Audit]{}, errNoCounty
	}
	w := tx.where()
	w.eq("actor", string(f.Actor))
	w.eq("object", f.Object)
	w.eq("action", f.Action)
	if !f.From.IsZero() {
		w.add("at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("at < ?", f.Until)
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return Page[domain.Audit]{}, err
		}
		w.add("id < ?", c.id)
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scanAudit, auditSelect+w.String()+" ORDER BY id DESC"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Audit]{}, err
	}
	return cut(rows, limit, func(a *domain.Audit) (time.Time, string) { return a.At, a.ID }), nil
}
