package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"linqiao/domain"
)

// DistinctAll counts the distinct members of a range over all dimensions.
func (tx *Tx) DistinctAll(r StatRange) (int64, error) {
	w := tx.statWhere(r)
	if r.Net {
		return one(tx, "counter_set", scanInt, "SELECT COUNT(DISTINCT member) FROM (SELECT member FROM counter_set"+w.String()+
			" GROUP BY member, path, dims HAVING SUM(n) > 0) AS t", w.args...)
	}
	return one(tx, "counter_set", func(rows rowScanner, n *int64) error { return rows.Scan(n) },
		"SELECT COUNT(DISTINCT member) FROM counter_set"+w.String()+" AND n > 0", w.args...)
}

// StatDump is a hash over all figures of a program that are not zero, so that
// two states of the counters can be compared.
func (tx *Tx) StatDump(program string) (string, error) {
	h := sha256.New()
	for _, q := range [...]string{
		"SELECT stat, day, path, dims, '', CAST(SUM(value) AS BIGINT), CAST(SUM(n) AS BIGINT) FROM counter WHERE county = $1 AND program = $2" +
			" GROUP BY stat, day, path, dims HAVING SUM(value) <> 0 OR SUM(n) <> 0 ORDER BY stat, day, path, dims",
		"SELECT stat, day, path, dims, member, n, 0 FROM counter_set WHERE county = $1 AND program = $2 AND n <> 0 ORDER BY stat, day, path, dims, member",
		"SELECT stat, day, path, dims, event, value, 0 FROM stat_value WHERE county = $1 AND program = $2 ORDER BY stat, day, path, dims, event",
		"SELECT stat, day, path, dims, event || ' ' || record || ' ' || member, value, n FROM stat_fact WHERE county = $1 AND program = $2 ORDER BY stat, day, event, i",
	} {
		lines, err := many(tx, func(rows rowScanner, line *string) error {
			var stat, path, dims, member string
			var day, value, n int64
			if err := rows.Scan(&stat, &day, &path, &dims, &member, &value, &n); err != nil {
				return err
			}
			*line = fmt.Sprintf("%s\t%d\t%s\t%s\t%s\t%d\t%d\n", stat, day, path, dims, member, value, n)
			return nil
		}, q, tx.county, program)
		if err != nil {
			return "", err
		}
		for _, l := range lines {
			h.Write([]byte(l))
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// OverdueRecords lists ids of running records that have a running clock past
// due, longest overdue first; the filter's own conditions hold as in Records.
func (tx *Tx) OverdueRecords(now time.Time, f RecordFilter) (ids []domain.RecordID, next string, err error) {
	w, err := tx.recordWhere(&f)
	if err != nil {
		return nil, "", err
	}
	w.add("id IN (SELECT record FROM clock WHERE county = $1 AND state = 'running' AND due_at > 0 AND due_at < ?)", now)
	limit := pageSize(f.Limit)
	list, err := many(tx, func(rows rowScanner, id *string) error { return rows.Scan(id) },
		"SELECT id FROM record"+w.String()+" ORDER BY entered, id"+w.fill(" LIMIT ?", int64(limit)), w.args...)
	for _, id := range list {
		ids = append(ids, domain.RecordID(id))
	}
	return ids, "", err
}

// UnitCount is how many rows stand with a unit.
type UnitCount struct {
	Org domain.OrgID
	N   int
}

// OverdueByUnit counts running records with a running clock past due by the unit
// that holds them: the provider of an order, else the unit of the owner; most first.
// It walks the running clocks past due, not the records.
func (tx *Tx) OverdueByUnit(now time.Time, program string, access []AccessClause) ([]UnitCount, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.add("program = ?", program)
	w.access(access)
	w.add("id IN (SELECT record FROM clock WHERE county = $1 AND state = 'running' AND due_at > 0 AND due_at < ?)", now)
	return many(tx, func(rows rowScanner, u *UnitCount) error { return rows.Scan((*string)(&u.Org), num(&u.N)) },
		"SELECT CASE WHEN provider <> '' THEN provider ELSE owner_org END AS unit, COUNT(*) AS n FROM record"+w.String()+
			" AND ended = 0 GROUP BY CASE WHEN provider <> '' THEN provider ELSE owner_org END ORDER BY n DESC, unit", w.args...)
}

// PendingSignatures lists what waits for signatures in the county, oldest first.
func (tx *Tx) PendingSignatures(limit int) ([]domain.Signature, error) {
	return many(tx, scanSignature, signatureSelect+" WHERE county = $1 AND state = 'pending' ORDER BY created, id LIMIT $2", tx.county, int64(limit))
}

// Marked reports whether something named was done on that day or later; Mark
// notes it. They keep a daily look at recurring duties from being repeated.
func (tx *Tx) Marked(name string, day domain.Date) (bool, error) {
	n, err := one(tx, "ref_counter", func(rows rowScanner, n *int64) error { return rows.Scan(n) },
		"SELECT n FROM ref_counter WHERE county = $1 AND key = $2", tx.county, name)
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return false, nil
	}
	return n >= int64(day), err
}

// MarkedOn reports whether something named was last done on just that day: a
// demonstration plays one story after the other, and its days go back between them.
func (tx *Tx) MarkedOn(name string, day domain.Date) (bool, error) {
	later, err := tx.Marked(name, day+1)
	if err != nil || later {
		return false, err
	}
	return tx.Marked(name, day)
}

// Mark notes that something named was done on that day.
func (tx *Tx) Mark(name string, day domain.Date) error {
	return tx.insert("INSERT INTO ref_counter (county, key, n) VALUES ($1, $2, $3) ON CONFLICT (county, key) DO UPDATE SET n = excluded.n",
		tx.county, name, int64(day))
}

// UnmadeDuties lists open items of a duty that should have made their record by now.
func (tx *Tx) UnmadeDuties(program, key string, now time.Time, limit int) ([]domain.DutyItem, error) {
	return many(tx, scanItem, itemSelect+" WHERE county = $1 AND program = $2 AND key = $3 AND done_at = 0 AND missed_at = 0 AND record = '' AND opens <= $4 ORDER BY due, id LIMIT $5",
		tx.county, program, key, now, int64(limit))
}

// NextClock is the earliest rung due after an instant, over all counties; zero
// when none is.
func (tx *Tx) NextClock(after time.Time) (time.Time, error) {
	list, err := many(tx, func(rows rowScanner, t *time.Time) error { return rows.Scan(instant{t}) },
		"SELECT next_at FROM clock WHERE next_at > $1 ORDER BY next_at LIMIT 1", after)
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0], nil
}
