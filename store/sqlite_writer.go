package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// sqliteWriter is the session of the one writer. While it defers, rows of
// insertions wait in memory until the group commits, or until a statement names
// their table.
type sqliteWriter struct {
	*sqliteConn
	defers bool
	nested int // open savepoints of a use case; nothing waits inside one
	writes int // statements so far that may have changed something

	queues  map[*insertion]*rowQueue
	order   []*rowQueue // as they were first used
	log     []*rowQueue // a row each, in order of arrival
	pending uint32      // tables with rows that wait
	broken  error       // rows went in by half: the group must be undone

	notes        []recordNote // what the group did to records and clocks
	recordWrites int          // statements that wrote to the table of records or of clocks
}

// waitMost bounds the rows that wait: a roster is written in one transaction.
const waitMost = 4096

type rowQueue struct {
	ins  *insertion
	rows [][]any
}

func newSQLiteWriter(c *sqliteConn) *sqliteWriter {
	return &sqliteWriter{sqliteConn: c, queues: map[*insertion]*rowQueue{}}
}

// ready prepares a statement and writes what it must not overtake.
func (w *sqliteWriter) ready(query string) (*sqliteStmt, error) {
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	if w.pending != 0 && (s.tables&w.pending != 0 || s.ends) {
		if err := w.flush(); err != nil {
			return nil, err
		}
	}
	if s.writes {
		w.writes++
		if s.records {
			w.recordWrites++
		}
	}
	return s, nil
}

// note keeps what a transaction did to a record or a clock, for the fronts.
func (w *sqliteWriter) note(n recordNote) { w.notes = append(w.notes, n) }

func (w *sqliteWriter) forgetNotes() {
	clear(w.notes)
	w.notes, w.recordWrites = w.notes[:0], 0
}

// allNoted: every write to the table of records is among the notes. A statement of
// another kind (a restore, a nested part that was undone) is not.
func (w *sqliteWriter) allNoted() bool {
	n := 0
	for i := range w.notes {
		if w.notes[i].rec != nil {
			n++
		}
	}
	return n == w.recordWrites
}

func (w *sqliteWriter) exec(_ context.Context, query string, args []any) (int64, error) {
	switch {
	case strings.HasPrefix(query, "SAVEPOINT "):
		if err := w.flush(); err != nil {
			return 0, err
		}
		w.nested++
		w.writes++
	case strings.HasPrefix(query, "ROLLBACK "):
		w.recordWrites++ // notes of the part that is undone are wrong
	case strings.HasPrefix(query, "RELEASE "):
		w.nested--
	}
	s, err := w.ready(query)
	if err != nil {
		return 0, err
	}
	return s.exec(args)
}

func (w *sqliteWriter) query(_ context.Context, query string, args []any) (rowSet, error) {
	s, err := w.ready(query)
	if err != nil {
		return nil, err
	}
	return s.query(args)
}

func (w *sqliteWriter) execLater(ctx context.Context, query string, args []any) error {
	_, err := w.exec(ctx, query, args)
	return err
}

func (w *sqliteWriter) insertLater(_ context.Context, ins *insertion, args []any) error {
	if !w.defers || w.nested > 0 {
		w.writes++
		return w.insert(ins, [][]any{args})
	}
	q := w.queues[ins]
	if q == nil {
		q = &rowQueue{ins: ins}
		w.queues[ins] = q
	}
	if len(q.rows) == 0 {
		w.order = append(w.order, q)
		w.pending |= ins.bit
	}
	q.rows = append(q.rows, args)
	w.log = append(w.log, q)
	if len(w.log) >= waitMost {
		return w.flush()
	}
	return nil
}

// undo takes back the rows that wait since a mark of the log.
func (w *sqliteWriter) undo(mark int) {
	for len(w.log) > mark {
		q := w.log[len(w.log)-1]
		q.rows = q.rows[:len(q.rows)-1]
		w.log = w.log[:len(w.log)-1]
	}
}

// forgetRows drops all that waits.
func (w *sqliteWriter) forgetRows() {
	for _, q := range w.order {
		clear(q.rows)
		q.rows = q.rows[:0]
	}
	clear(w.log)
	w.order, w.log, w.pending, w.nested, w.broken = w.order[:0], w.log[:0], 0, 0, nil
}

// flush writes all that waits.
func (w *sqliteWriter) flush() error {
	if w.pending == 0 || w.broken != nil {
		return w.broken
	}
	w.writes++
	for _, q := range w.order {
		if w.broken = w.insert(q.ins, q.ins.order(q.rows)); w.broken != nil {
			return w.broken
		}
	}
	w.forgetRows()
	return nil
}

func (w *sqliteWriter) insert(ins *insertion, rows [][]any) error {
	var args []any
	for _, n := range insertRows {
		for len(rows) >= n {
			args = args[:0]
			for _, r := range rows[:n] {
				args = append(args, r...)
			}
			s, err := w.prepare(ins.lite[n])
			if err == nil {
				_, err = s.exec(args)
			}
			if err != nil {
				return fmt.Errorf("%w [%s]", err, head(ins.lite[n]))
			}
			rows = rows[n:]
		}
	}
	return nil
}

// lookup finds a row by its key among those that wait, else in the table.
func (w *sqliteWriter) lookup(_ context.Context, ins *insertion, query string, key []any) (rowSet, error) {
	if q := w.queues[ins]; q != nil {
		for i := len(q.rows) - 1; i >= 0; i-- {
			if compareKeys(q.rows[i][:len(key)], key) == 0 {
				return &heldRow{values: q.rows[i]}, nil
			}
		}
	}
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.query(key)
}

// heldRow is a cursor over one row that has not reached its table yet.
type heldRow struct {
	values []any
	read   bool
}

// Next gives the row once.
func (r *heldRow) Next() bool {
	next := !r.read
	r.read = true
	return next
}

// Err is nil.
func (r *heldRow) Err() error { return nil }

// Close has nothing to end.
func (r *heldRow) Close() error { return nil }

// Columns are not known here; nobody asks.
func (r *heldRow) Columns() ([]string, error) { return nil, nil }

// Scan reads the values.
func (r *heldRow) Scan(targets ...any) error {
	for i, target := range targets {
		v := r.values[i]
		switch to := target.(type) {
		case *string:
			*to, _ = v.(string)
		case *int64:
			*to, _ = v.(int64)
		case *[]byte:
			*to, _ = v.([]byte)
		case sql.Scanner:
			if err := to.Scan(v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("sqlite: cannot read a waiting value into %T", target)
		}
	}
	return nil
}
