package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// pgGroups is how many groups of closures are on their way at a time: while one waits
// for the server, another works.
const pgGroups = 3

// pgGroupTime is how long a group takes in what waits. Its rows stay locked until it ends.
const pgGroupTime = 10 * time.Millisecond

// beginGroup: a group that meets a lock gives up soon, and its closures run each in a
// transaction of its own; so groups cannot hold each other up.
const beginGroup = "SET LOCAL lock_timeout = '50ms'"

// pgGrouper runs small closures that wait together in one transaction: rows of events,
// counters, clocks, request keys and search words go in together, and one commit is
// synced for all. It is for speed only: a group that fails in any way is undone and its
// closures run one by one, as all others do.
type pgGrouper struct {
	writeQueue
	e       *postgresEngine
	workers sync.WaitGroup
}

func newPGGrouper(e *postgresEngine) *pgGrouper {
	g := &pgGrouper{writeQueue: newWriteQueue(), e: e}
	for range pgGroups {
		g.workers.Go(g.loop)
	}
	return g
}

func (g *pgGrouper) close() {
	g.once.Do(func() { close(g.closing) })
	g.workers.Wait()
	close(g.stopped)
}

func (g *pgGrouper) loop() {
	for {
		select {
		case first := <-g.jobs:
			g.group(first)
		case <-g.closing:
			for {
				select {
				case first := <-g.jobs:
					g.group(first)
				default:
					return
				}
			}
		}
	}
}

// group runs the first job and those that wait behind it, commits once, and only then
// tells the callers.
func (g *pgGrouper) group(first *writeJob) {
	ctx := context.Background()
	conn, err := g.e.pool.Acquire(ctx)
	if err != nil {
		if first.state.CompareAndSwap(0, 1) {
			first.err = err
			close(first.done)
		}
		return
	}
	s := &pgGroup{pgSession: &pgSession{conn: conn.Conn(), begin: beginWrite, numbers: g.e.numbers}, waitingRows: newWaitingRows()}
	ran := make([]*writeJob, 0, 16)
	clean := s.execLater(ctx, beginGroup, nil) == nil
	start := time.Now()
	for job := first; job != nil; {
		if job.state.CompareAndSwap(0, 1) {
			ran = append(ran, job)
			clean = s.run(job, fixedNow(&g.e.cfg))
		}
		job = nil
		if clean && len(ran) < groupMax && time.Since(start) < pgGroupTime {
			select {
			case job = <-g.jobs:
			default:
			}
		}
	}
	unknown := false
	if clean {
		if err = s.end(ctx); err != nil {
			clean, unknown = false, !undone(err)
		}
	}
	if !clean {
		s.rollback(ctx)
		if !unknown {
			giveBack(s.drawn)
		}
	}
	conn.Release()
	for _, job := range ran {
		switch {
		case clean:
		case unknown:
			// The connection was lost in the commit: nobody knows whether it happened.
			// Running a closure again might do it twice; its request key tells the caller.
			job.err = err
		default:
			go func() {
				job.err = g.e.alone(ctx, beginWrite, job.fn)
				close(job.done)
			}()
			continue
		}
		close(job.done)
	}
}

// pgGroup is the session of a group: a transaction in which one closure after another
// runs, and whose insertions wait for its end or for a statement that names their table.
type pgGroup struct {
	*pgSession
	waitingRows
	nested int // open savepoints of a use case; nothing waits inside one
	writes int // statements so far that may have changed something
}

// run runs one job. False: it failed after it had written, or the transaction is lost.
func (s *pgGroup) run(job *writeJob, now time.Time) bool {
	writes, mark, drawn := s.writes, len(s.log), len(s.drawn)
	job.err = job.fn(s, now)
	if status := s.conn.PgConn().TxStatus(); s.begin == "" && status != 'T' {
		return false
	}
	if job.err == nil {
		return true
	}
	if s.writes != writes {
		return false
	}
	s.undo(mark)
	s.giveBackFrom(drawn)
	return true
}

// end writes what waits and commits.
func (s *pgGroup) end(ctx context.Context) error {
	if s.begin != "" && s.pending == 0 {
		return nil // nothing was ever asked
	}
	s.release()
	return s.commit(ctx)
}

// release hands the rows that wait to the next statement. Tables go in one order for
// all groups, so that two never lock rows in opposite order.
func (s *pgGroup) release() {
	if s.pending == 0 {
		return
	}
	s.writes++
	slices.SortFunc(s.order, func(a, b *rowQueue) int { return strings.Compare(a.ins.table, b.ins.table) })
	for _, q := range s.order {
		if len(q.rows) > 0 {
			s.later = append(s.later, pgStatement{ins: q.ins, rows: slices.Clone(q.rows)})
		}
	}
	s.drop()
}

// ready releases what a statement must not overtake, and notes whether it writes.
func (s *pgGroup) ready(query string) {
	switch {
	case strings.HasPrefix(query, "SAVEPOINT "):
		s.release()
		s.nested++
	case strings.HasPrefix(query, "RELEASE "):
		s.nested--
	}
	if s.pending != 0 && s.pending&tablesOf(query) != 0 {
		s.release()
	}
	if !strings.HasPrefix(query, "SELECT ") {
		s.writes++
	}
}

func (s *pgGroup) exec(ctx context.Context, query string, args []any) (int64, error) {
	s.ready(query)
	return s.pgSession.exec(context.WithoutCancel(ctx), query, args)
}

func (s *pgGroup) query(ctx context.Context, query string, args []any) (rowSet, error) {
	s.ready(query)
	return s.pgSession.query(context.WithoutCancel(ctx), query, args)
}

func (s *pgGroup) execLater(ctx context.Context, query string, args []any) error {
	s.ready(query)
	return s.pgSession.execLater(ctx, query, args)
}

func (s *pgGroup) insertLater(ctx context.Context, ins *insertion, args []any) error {
	if s.nested > 0 {
		s.writes++
		return s.pgSession.insertLater(ctx, ins, args)
	}
	if s.add(ins, args) {
		s.release()
	}
	return nil
}

func (s *pgGroup) lookup(ctx context.Context, ins *insertion, query string, key []any) (rowSet, error) {
	if row := s.find(ins, key); row != nil {
		return row, nil
	}
	return s.pgSession.query(context.WithoutCancel(ctx), query, key)
}

// tablesOf is tablesIn, remembered: the texts of statements are few, but lists have many
// forms.
func tablesOf(query string) uint32 {
	tablesKnown.Lock()
	defer tablesKnown.Unlock()
	mask, ok := tablesKnown.of[query]
	if !ok {
		if len(tablesKnown.of) >= 1024 {
			clear(tablesKnown.of)
		}
		mask = tablesIn(query)
		tablesKnown.of[query] = mask
	}
	return mask
}

var tablesKnown = struct {
	sync.Mutex
	of map[string]uint32
}{of: map[string]uint32{}}
