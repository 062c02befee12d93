package store

import (
	"context"
	"sync"
	"time"

	"linqiao/domain"
)

// readers lends the read connections, the one used last first: its pages are the
// freshest, and a commit makes all of them old.
type readers struct {
	mu   sync.Mutex
	idle []*sqliteConn
	slot chan struct{} // a token for each connection that is free
}

func newReaders(list []*sqliteConn) *readers {
	r := &readers{idle: list, slot: make(chan struct{}, len(list))}
	for range list {
		r.slot <- struct{}{}
	}
	return r
}

// take needs a token from slot.
func (r *readers) take() *sqliteConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.idle[len(r.idle)-1]
	r.idle = r.idle[:len(r.idle)-1]
	return c
}

func (r *readers) give(c *sqliteConn) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.slot <- struct{}{}
}

// close waits for all to come back.
func (r *readers) close() {
	for range cap(r.slot) {
		<-r.slot
		r.take().close()
	}
}

// sqliteReader is the session of one read. Its snapshot begins with its first
// statement: who is answered from memory needs none.
type sqliteReader struct {
	*sqliteConn
	e     *sqliteEngine
	begun bool
}

func (r *sqliteReader) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	return r.run("BEGIN")
}

func (r *sqliteReader) exec(ctx context.Context, query string, args []any) (int64, error) {
	if err := r.begin(); err != nil {
		return 0, err
	}
	return r.sqliteConn.exec(ctx, query, args)
}

func (r *sqliteReader) query(ctx context.Context, query string, args []any) (rowSet, error) {
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r.sqliteConn.query(ctx, query, args)
}

func (r *sqliteReader) execLater(ctx context.Context, query string, args []any) error {
	_, err := r.exec(ctx, query, args)
	return err
}

func (r *sqliteReader) insertLater(ctx context.Context, ins *insertion, args []any) error {
	return r.execLater(ctx, ins.one(), args)
}

func (r *sqliteReader) lookup(ctx context.Context, _ *insertion, query string, key []any) (rowSet, error) {
	return r.query(ctx, query, key)
}

// read takes a connection of the pool and holds one snapshot for fn.
func (e *sqliteEngine) read(ctx context.Context, fn func(session, time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-e.readers.slot:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return errClosed()
	}
	r := &sqliteReader{sqliteConn: e.readers.take(), e: e}
	defer func() { e.readers.give(r.sqliteConn) }()
	err := fn(r, fixedNow(&e.cfg))
	if !r.begun {
		return err
	}
	if end := r.run("ROLLBACK"); end != nil && err == nil {
		err = end
	}
	return err
}

// Front gives the first page of a list from memory, where it is kept there: what
// Records would give now. False sends the caller to the tables.
func (tx *Tx) Front(f RecordFilter) (page Page[*FrontRecord], ok bool, err error) {
	r, reads := tx.session.(*sqliteReader)
	if !reads || r.begun || tx.county == "" {
		return page, false, nil
	}
	keys, ok := f.frontKeys(tx.county)
	if !ok {
		return page, false, nil
	}
	c := r.e.fronts
	state, ok := r.e.state.now()
	if !ok || !c.follows(state) {
		return page, false, nil
	}
	limit := pageSize(f.Limit)
	rows, more, ok := c.get(state, keys, limit)
	if !ok {
		for _, k := range c.missing(keys) {
			if err := tx.fillFront(r.e, state, k); err != nil {
				return page, false, err
			}
		}
		if rows, more, ok = c.get(state, keys, limit); !ok {
			return page, false, nil
		}
	}
	page.Items = rows
	if more {
		last := &rows[len(rows)-1].Record
		page.Next = encodeCursor(last.Created, string(last.ID))
	}
	return page, true, nil
}

// fillFront reads the front of a list. It is kept only when the snapshot it was
// read in is the state it is meant for.
func (tx *Tx) fillFront(e *sqliteEngine, state fileState, k frontKey) error {
	f := RecordFilter{Program: k.program, Keys: []string{k.key}, Limit: frontRows}
	if k.stage != "" {
		f.Stages = []string{k.stage}
	}
	a := AccessClause{MaxClass: domain.Sealed, Program: k.program, Keys: f.Keys}
	switch k.by {
	case 'p':
		a.Path = k.value
	case 'o':
		a.Owner = domain.AccountID(k.value)
	case 'u':
		a.OwnerOrg = domain.OrgID(k.value)
	case 'v':
		a.Provider = domain.OrgID(k.value)
	}
	f.Access = []AccessClause{a}
	refs, err := tx.RecordRefs(f)
	if err != nil {
		return err
	}
	if now, ok := e.state.now(); !ok || now != state {
		return nil
	}
	ids := make([]domain.RecordID, len(refs.Items))
	at := make(map[domain.RecordID]int, len(ids))
	for i, ref := range refs.Items {
		ids[i], at[ref.ID] = ref.ID, i
	}
	recs, err := tx.RecordsByID(ids)
	if err != nil {
		return err
	}
	clocks, err := tx.RunningClocks(ids)
	if err != nil {
		return err
	}
	rows := make([]*FrontRecord, len(ids))
	for _, rec := range recs {
		rows[at[rec.ID]] = &FrontRecord{Record: rec, Clocks: clocks[rec.ID]}
	}
	e.fronts.put(state, k, rows, refs.Next == "")
	return nil
}
