package store

import (
	"math"
	"time"

	"linqiao/domain"
)

// BoardFilter selects running records for a dispatcher.
type BoardFilter struct {
	RecordFilter
	Overdue  time.Time // with a clock past due at this instant, when set
	Unserved string    // cases without a living or finished order of this kind, when set
}

// noDue is where records without a deadline stand: after all others.
const noDue = int64(math.MaxInt64 / 2048)

func (tx *Tx) boardWhere(f *BoardFilter) (*where, error) {
	w, err := tx.recordWhere(&f.RecordFilter)
	if err != nil {
		return nil, err
	}
	if !f.Overdue.IsZero() {
		w.add("id IN (SELECT record FROM clock WHERE county = $1 AND state = 'running' AND due_at > 0 AND due_at < ?)", f.Overdue)
	}
	if f.Unserved != "" {
		w.add("NOT EXISTS (SELECT 1 FROM record AS o WHERE o.county = record.county AND o.parent = record.id AND o.key = ? AND o.phase IN ('proposed', 'accepted', 'done'))", f.Unserved)
	}
	return w, nil
}

// Board lists ids of records by their earliest running deadline: the longest overdue
// first, those without a deadline last.
func (tx *Tx) Board(f BoardFilter) (ids []domain.RecordID, next string, err error) {
	w, err := tx.boardWhere(&f)
	if err != nil {
		return nil, "", err
	}
	query := "SELECT id, due FROM (SELECT id, COALESCE((SELECT MIN(c.due_at) FROM clock AS c WHERE c.county = record.county AND c.record = record.id" +
		" AND c.state = 'running' AND c.due_at > 0), " + w.param(noDue) + ") AS due FROM record" + w.String() + ") AS t"
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return nil, "", err
		}
		query += w.fill(" WHERE (due, id) > (?, ?)", c.at, c.id)
	}
	limit := pageSize(f.Limit)
	type row struct {
		id  string
		due int64
	}
	list, err := many(tx, func(rows rowScanner, r *row) error { return rows.Scan(&r.id, &r.due) },
		query+" ORDER BY due, id"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return nil, "", err
	}
	page := cut(list, limit, func(r *row) (time.Time, string) { return time.UnixMilli(r.due), r.id })
	for _, r := range page.Items {
		ids = append(ids, domain.RecordID(r.id))
	}
	return ids, page.Next, nil
}

// CountBoard counts up to most.
func (tx *Tx) CountBoard(f BoardFilter, most int) (int, error) {
	w, err := tx.boardWhere(&f)
	if err != nil {
		return 0, err
	}
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM record"+w.String()+w.fill(" LIMIT ?", int64(most))+") AS t", w.args...)
	return int(n), err
}
