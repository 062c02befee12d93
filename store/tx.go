package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

// Tx is one transaction. It is bound to a county by In; every method but the
// few that say otherwise works inside that county. A Tx must not be used by two
// goroutines, nor after its closure has returned.
type Tx struct {
	db       *DB
	ctx      context.Context
	session  session
	now      time.Time
	county   domain.CountyCode
	readOnly bool
	shared   *txShared
}

type txShared struct {
	after []func()
	depth int // of nested savepoints
	// records holds what this transaction last saw of records it may update.
	records map[domain.RecordID]recordPlace
}

var errNoCounty = errors.New("store: transaction is not bound to a county (tx.In)")

// In returns the same transaction bound to a county.
func (tx *Tx) In(county domain.CountyCode) *Tx {
	bound := *tx
	bound.county = county
	return &bound
}

// County is the county the transaction is bound to.
func (tx *Tx) County() domain.CountyCode { return tx.county }

// Now is the one instant of this transaction, UTC in whole milliseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// Context is the caller's context.
func (tx *Tx) Context() context.Context { return tx.ctx }

// AfterCommit runs f once the transaction is durable (a read: has ended); never
// when it fails.
func (tx *Tx) AfterCommit(f func()) { tx.shared.after = append(tx.shared.after, f) }

// Nested runs fn as a part that may fail alone: its error undoes only what it
// did. For batches that report failures member by member.
func (tx *Tx) Nested(fn func(tx *Tx) error) error {
	tx.shared.depth++
	name := "nested" + strconv.Itoa(tx.shared.depth)
	after := len(tx.shared.after)
	numbers, draws := tx.session.(drawer)
	mark := 0
	if draws {
		mark = numbers.drawnSoFar()
	}
	defer func() { tx.shared.depth-- }()
	if _, err := tx.exec("SAVEPOINT " + name); err != nil {
		return err
	}
	if err := guard(fn, tx); err != nil {
		tx.shared.after = tx.shared.after[:after]
		if draws {
			numbers.giveBackFrom(mark)
		}
		if _, back := tx.exec("ROLLBACK TO SAVEPOINT " + name); back != nil {
			return errors.Join(err, back)
		}
		if _, back := tx.exec("RELEASE SAVEPOINT " + name); back != nil {
			return errors.Join(err, back)
		}
		return tx.db.dialect.translate(err)
	}
	_, err := tx.exec("RELEASE SAVEPOINT " + name)
	return err
}

// exec runs a statement and reports the number of rows it touched.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if err := tx.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := tx.session.exec(tx.ctx, query, plain(args))
	if err != nil {
		return 0, tx.db.dialect.translate(fmt.Errorf("%w [%s]", err, head(query)))
	}
	return n, nil
}

func (tx *Tx) query(query string, args ...any) (rowSet, error) {
	if err := tx.ctx.Err(); err != nil {
		return nil, err
	}
	rows, err := tx.session.query(tx.ctx, query, plain(args))
	if err != nil {
		return nil, tx.db.dialect.translate(fmt.Errorf("%w [%s]", err, head(query)))
	}
	return rows, nil
}

// insert writes one row. columns is the list as it stands in SQL, county first.
func (tx *Tx) insert(query string, args ...any) error {
	if tx.county == "" {
		return errNoCounty
	}
	_, err := tx.exec(query, args...)
	return err
}

// later runs a statement that cannot fail but by the engine itself. On
// PostgreSQL it travels together with the next statement, or with the commit.
func (tx *Tx) later(query string, args ...any) error {
	if tx.county == "" {
		return errNoCounty
	}
	if err := tx.ctx.Err(); err != nil {
		return err
	}
	if err := tx.session.execLater(tx.ctx, query, plain(args)); err != nil {
		return tx.db.dialect.translate(fmt.Errorf("%w [%s]", err, head(query)))
	}
	return nil
}

// change runs an UPDATE that carries the version the caller saw. No row touched
// means somebody was faster, or the row is not there.
func (tx *Tx) change(what, query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err != nil {
		return err
	}
	if n == 0 {
		return domain.E(domain.KindConflict, "stale", "what", what)
	}
	return nil
}

// home fills in the county of a row, and refuses a row of another one.
func (tx *Tx) home(county *domain.CountyCode) error {
	switch {
	case tx.county == "":
		return errNoCounty
	case *county == "":
		*county = tx.county
	case *county != tx.county:
		return domain.E(domain.KindInternal, "county", "want", string(tx.county), "got", string(*county))
	}
	return nil
}

// one reads exactly one row, or says NotFound(what).
func one[T any](tx *Tx, what string, scan func(rowScanner, *T) error, query string, args ...any) (T, error) {
	var v T
	rows, err := tx.query(query, args...)
	if err != nil {
		return v, err
	}
	return first(rows, what, scan)
}

// first reads the one row of a cursor, or says NotFound(what).
func first[T any](rows rowSet, what string, scan func(rowScanner, *T) error) (T, error) {
	var v T
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return v, err
		}
		return v, domain.NotFound(what)
	}
	if err := scan(rows, &v); err != nil {
		return v, fmt.Errorf("scan %s: %w", what, err)
	}
	return v, rows.Close()
}

// many reads all rows.
func many[T any](tx *Tx, scan func(rowScanner, *T) error, query string, args ...any) ([]T, error) {
	rows, err := tx.query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, fmt.Errorf("scan [%s]: %w", head(query), err)
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

func scanInt(rows rowScanner, n *int64) error   { return rows.Scan(n) }
func scanText(rows rowScanner, s *string) error { return rows.Scan(s) }

// insertSQL writes the INSERT of a column list: every value a parameter.
func insertSQL(table, columns string) string {
	return "INSERT INTO " + table + " (" + columns + ") VALUES (" + marks(1, strings.Count(columns, ",")+1) + ")"
}

// updateSQL writes the UPDATE of a column list whose first two columns are the
// key (county, id), guarded by the version; rev counts up.
func updateSQL(table, columns string) string {
	names := strings.Split(columns, ",")
	var b strings.Builder
	b.WriteString("UPDATE " + table + " SET rev = rev + 1")
	for i, name := range names[2:] {
		b.WriteString(", " + strings.TrimSpace(name) + " = $" + strconv.Itoa(i+3))
	}
	key := strings.TrimSpace(names[1])
	b.WriteString(" WHERE county = $1 AND " + key + " = $2 AND rev = $" + strconv.Itoa(len(names)+1))
	return b.String()
}

// marks writes "$from, …" for n parameters.
func marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// head is the start of a statement, for error messages (never its values).
func head(query string) string {
	if len(query) > 60 {
		return query[:60] + "…"
	}
	return query
}
