package store

import (
	"fmt"
	"strconv"
	"strings"

	"linqiao/domain"
)

// A record is read as one text with a separator between its columns: each column
// of a result costs several calls into the engine, and a list reads fifty rows of
// thirty columns. The separator never stands in a column (see checkPlain); the
// JSON columns write it escaped.
const rowSeparator = "\x1f"

// recordColumns stand in the order in which rows are written and packed.
const recordColumns = "county, id, program, version, key, noun, ref_no, parent, root, subject, class, uniq, stage, phase, " +
	"owner, owner_org, provider, org, region, path, channel, reason, created, entered, ended, rev, data, hist, walk"

const recordPacked = "concat_ws('" + rowSeparator + "', county, id, program, version, key, noun, ref_no, COALESCE(parent, ''), root, " +
	"COALESCE(subject, ''), class, uniq, stage, phase, owner, owner_org, provider, org, region, path, channel, reason, " +
	"created, entered, ended, rev, data, hist, walk)"

var (
	recordInsert = insertSQL("record", recordColumns+", secret")
	recordSelect = "SELECT " + recordPacked + " FROM record"
	recordOpened = "SELECT " + recordPacked + ", secret FROM record"
)

func scanRecord(rows rowScanner, r *domain.Record) error {
	var packed string
	if err := rows.Scan(&packed); err != nil {
		return err
	}
	return unpackRecord(packed, r)
}

// scanOpened returns a scanner that also opens the secret column.
func (tx *Tx) scanOpened() func(rowScanner, *domain.Record) error {
	return func(rows rowScanner, r *domain.Record) error {
		var packed string
		var sealed []byte
		if err := rows.Scan(&packed, &sealed); err != nil {
			return err
		}
		if err := unpackRecord(packed, r); err != nil {
			return err
		}
		var err error
		r.Secret, err = tx.open(recordAAD(r.ID), sealed)
		return err
	}
}

// unpackRecord takes a packed row apart.
func unpackRecord(packed string, r *domain.Record) error {
	u := unpacker{rest: packed}
	r.County, r.ID, r.Program = domain.CountyCode(u.text()), domain.RecordID(u.text()), u.text()
	r.Version, r.Key, r.Noun, r.RefNo = int(u.int()), u.text(), domain.Noun(u.text()), u.text()
	r.Parent, r.Root, r.Subject = domain.RecordID(u.text()), domain.RecordID(u.text()), domain.PartyID(u.text())
	r.Class, r.Unique = domain.Class(u.int()), u.text()
	r.Stage, r.Phase = u.text(), domain.Phase(u.text())
	r.Owner, r.OwnerOrg, r.Provider, r.Org = domain.AccountID(u.text()), domain.OrgID(u.text()), domain.OrgID(u.text()), domain.OrgID(u.text())
	r.Region, r.Path, r.Channel, r.Reason = domain.RegionID(u.text()), u.text(), u.text(), u.text()
	r.Created, r.Entered, r.Ended, r.Rev = fromMillis(u.int()), fromMillis(u.int()), fromMillis(u.int()), u.int()
	data, hist, walk := u.text(), u.text(), u.rest
	if u.err != nil || u.short {
		return fmt.Errorf("record row of %d bytes cannot be taken apart: %w", len(packed), u.err)
	}
	if err := (object{&r.Data}).Scan(data); err != nil {
		return err
	}
	if err := (history{&r.Hist}).Scan(hist); err != nil {
		return err
	}
	return texts{&r.Walk}.Scan(walk)
}

// unpacker reads a packed row from the left.
type unpacker struct {
	rest  string
	short bool // a separator was missing
	err   error
}

func (u *unpacker) text() string {
	s, rest, ok := strings.Cut(u.rest, rowSeparator)
	u.rest = rest
	u.short = u.short || !ok
	return s
}

func (u *unpacker) int() int64 {
	n, err := strconv.ParseInt(u.text(), 10, 64)
	if err != nil && u.err == nil {
		u.err = err
	}
	return n
}

// checkPlain keeps the separator out of the columns that are plain text. Most are
// ids and keys; what people may type is the number, the channel and the reason.
func checkPlain(r *domain.Record) error {
	for _, s := range [...]string{r.RefNo, r.Unique, r.Channel, r.Reason, r.Stage, string(r.ID), string(r.Region), r.Path} {
		if strings.Contains(s, rowSeparator) {
			return domain.E(domain.KindInvalid, "control_character")
		}
	}
	return nil
}
