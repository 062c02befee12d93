package store

import (
	"context"
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

	waitingRows
	broken error // rows went in by half: the group must be undone

	notes        []recordNote // what the group did to records and clocks
	recordWrites int          // statements that wrote to the table of records or of clocks
}

func newSQLiteWriter(c *sqliteConn) *sqliteWriter {
	return &sqliteWriter{sqliteConn: c, waitingRows: newWaitingRows()}
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
	if w.add(ins, args) {
		return w.flush()
	}
	return nil
}

// forgetRows drops all that waits.
func (w *sqliteWriter) forgetRows() {
	w.drop()
	w.nested, w.broken = 0, nil
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
	if row := w.find(ins, key); row != nil {
		return row, nil
	}
	s, err := w.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.query(key)
}
