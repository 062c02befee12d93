package store

import (
	"strings"
	"time"

	"linqiao/domain"
)

// JournalRange is what was booked on an account within a time by records of a
// region subtree; "" = everywhere.
type JournalRange struct {
	Program, Account string
	Path             string
	From, Until      time.Time // [From, Until)
}

// where picks the entries of a range; e is the entry's table.
func (r JournalRange) where(tx *Tx, from bool) (w *where, join string) {
	w = &where{tx: tx, conds: []string{"e.county = $1"}, args: []any{tx.county}}
	w.add("e.program = ? AND e.account = ?", r.Program, r.Account)
	if from {
		w.add("e.at >= ?", r.From)
	}
	w.add("e.at < ?", r.Until)
	if r.Path != "" {
		join = " JOIN record r ON r.county = e.county AND r.id = e.record"
		w.path("r.path", r.Path)
	}
	return w, join
}

// entryOf names the columns of an entry in a table's short name.
func entryOf(table string) string {
	return table + "." + strings.ReplaceAll(entryColumns, ", ", ", "+table+".")
}

// Journal lists the entries of a range, oldest first, at most so many.
func (tx *Tx) Journal(r JournalRange, limit int) ([]domain.Entry, error) {
	w, join := r.where(tx, true)
	return many(tx, scanEntry, "SELECT "+entryOf("e")+" FROM entry e"+join+w.String()+" ORDER BY e.at, e.id"+w.fill(" LIMIT ?", int64(limit)), w.args...)
}

// Openings sums what was booked before a range, by dimensions.
func (tx *Tx) Openings(r JournalRange) (map[string]int64, error) {
	r.Until = r.From
	w, join := r.where(tx, false)
	type row struct {
		dims   string
		amount int64
	}
	list, err := many(tx, func(rows rowScanner, x *row) error { return rows.Scan(&x.dims, &x.amount) },
		"SELECT e.dims, CAST(SUM(e.amount) AS BIGINT) FROM entry e"+join+w.String()+" GROUP BY e.dims", w.args...)
	out := make(map[string]int64, len(list))
	for _, x := range list {
		out[x.dims] = x.amount
	}
	return out, err
}

// UndoneLater lists the reversals, booked after a range, of entries within it.
func (tx *Tx) UndoneLater(r JournalRange, limit int) ([]domain.Entry, error) {
	w, join := r.where(tx, true)
	w.add("u.at >= ?", r.Until)
	return many(tx, scanEntry, "SELECT "+entryOf("u")+" FROM entry e JOIN entry u ON u.county = e.county AND u.reverses = e.id AND u.reverses <> ''"+join+w.String()+
		" ORDER BY u.at, u.id"+w.fill(" LIMIT ?", int64(limit)), w.args...)
}
