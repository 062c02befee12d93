package store

import (
	"strings"
	"time"

	"linqiao/domain"
)

// Holding is one part of an account that somebody holds.
type Holding struct{ Program, Account, Dims string }

// hold notes who holds the part of an account that an entry moves: every value
// among its dimensions.
func (tx *Tx) hold(e *domain.Entry) error {
	for part := range strings.SplitSeq(e.Dims, "&") {
		_, holder, _ := strings.Cut(part, "=")
		if holder == "" {
			continue
		}
		if err := tx.insert("INSERT INTO holding (county, holder, program, account, dims) VALUES ($1, $2, $3, $4, $5)"+
			" ON CONFLICT (county, holder, program, account, dims) DO NOTHING", e.County, holder, e.Program, e.Account, e.Dims); err != nil {
			return err
		}
	}
	return nil
}

// Holdings lists what somebody holds, in one program and account or in all, with
// the balances as they stand.
func (tx *Tx) Holdings(holder, program, account string, most int) (list []Holding, amounts []int64, err error) {
	w := tx.where()
	w.conds = []string{"h.county = $1"}
	w.add("h.holder = ?", holder)
	if program != "" {
		w.add("h.program = ?", program)
	}
	if account != "" {
		w.add("h.account = ?", account)
	}
	type row struct {
		Holding
		amount int64
	}
	rows, err := many(tx, func(rows rowScanner, r *row) error { return rows.Scan(&r.Program, &r.Account, &r.Dims, &r.amount) },
		"SELECT h.program, h.account, h.dims, b.amount FROM holding AS h JOIN balance AS b ON b.county = h.county AND b.program = h.program"+
			" AND b.account = h.account AND b.dims = h.dims"+w.String()+" ORDER BY h.program, h.account, h.dims"+w.fill(" LIMIT ?", int64(most)), w.args...)
	for _, r := range rows {
		list, amounts = append(list, r.Holding), append(amounts, r.amount)
	}
	return list, amounts, err
}

// StatementFilter selects the entries of some parts of one account.
type StatementFilter struct {
	Program, Account string
	Dims             []string
	From, Until      time.Time // entries in [From, Until)
	After            string    // continue after this entry
	Limit            int
}

func (tx *Tx) statementWhere(f StatementFilter) *where {
	w := tx.where()
	w.add("program = ? AND account = ?", f.Program, f.Account)
	if f.Dims == nil {
		f.Dims = []string{}
	}
	in(w, "dims", f.Dims)
	return w
}

// Statement lists entries in the order they were booked.
func (tx *Tx) Statement(f StatementFilter) ([]domain.Entry, error) {
	w := tx.statementWhere(f)
	w.add("at >= ? AND at < ?", f.From, f.Until)
	w.add("id > ?", f.After)
	return many(tx, scanEntry, entrySelect+w.String()+" ORDER BY id"+w.fill(" LIMIT ?", int64(pageSize(f.Limit))), w.args...)
}

// Booked sums what was booked in [From, Until): what came in, what went out, and how
// many entries. With After it is all up to and with that entry.
func (tx *Tx) Booked(f StatementFilter) (in, out, n int64, err error) {
	w := tx.statementWhere(f)
	w.add("at >= ? AND at < ?", f.From, f.Until)
	if f.After != "" {
		w.add("id <= ?", f.After)
	}
	type sums struct{ in, out, n int64 }
	s, err := one(tx, "entry", func(rows rowScanner, s *sums) error { return rows.Scan(&s.in, &s.out, &s.n) },
		"SELECT CAST(COALESCE(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END), 0) AS BIGINT), COUNT(*) FROM entry"+w.String(), w.args...)
	return s.in, s.out, s.n, err
}
