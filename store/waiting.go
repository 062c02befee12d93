package store

import (
	"database/sql"
	"fmt"
)

// waitMost bounds the rows that wait: a roster is written in one transaction.
const waitMost = 4096

// waitingRows are rows of insertions that wait in memory until a group commits, or until
// a statement names their table.
type waitingRows struct {
	queues  map[*insertion]*rowQueue
	order   []*rowQueue // as they were first used
	log     []*rowQueue // a row each, in order of arrival
	pending uint32      // tables with rows that wait
}

type rowQueue struct {
	ins  *insertion
	rows [][]any
}

func newWaitingRows() waitingRows { return waitingRows{queues: map[*insertion]*rowQueue{}} }

// add keeps a row back. True: so many wait that they should be written now.
func (w *waitingRows) add(ins *insertion, args []any) bool {
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
	return len(w.log) >= waitMost
}

// undo takes back the rows that wait since a mark of the log.
func (w *waitingRows) undo(mark int) {
	for len(w.log) > mark {
		q := w.log[len(w.log)-1]
		q.rows = q.rows[:len(q.rows)-1]
		w.log = w.log[:len(w.log)-1]
	}
}

// drop forgets all that waits.
func (w *waitingRows) drop() {
	for _, q := range w.order {
		clear(q.rows)
		q.rows = q.rows[:0]
	}
	clear(w.log)
	w.order, w.log, w.pending = w.order[:0], w.log[:0], 0
}

// find gives the row of a key among those that wait, the latest first; nil: none waits.
func (w *waitingRows) find(ins *insertion, key []any) rowSet {
	q := w.queues[ins]
	if q == nil {
		return nil
	}
	for i := len(q.rows) - 1; i >= 0; i-- {
		if compareKeys(q.rows[i][:len(key)], key) == 0 {
			return &heldRow{values: q.rows[i]}
		}
	}
	return nil
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
