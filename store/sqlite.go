package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"runtime"
	"sync/atomic"
	"time"

	"linqiao/domain"
)

// One durable commit carries at most groupMax closures and takes in no more once
// groupTime has passed since the first began. Who waits would wait for the next
// commit otherwise, and each costs a sync of the disk: few large groups are sooner
// done than many small ones. A group never waits for work that is not there.
const (
	groupMax  = 256
	groupTime = 20 * time.Millisecond
	// groupYields is how often a group gives way to those who may still join it.
	groupYields = 8
)

// sqliteEngine is one writer goroutine beside a pool of read connections on the
// same file in WAL mode. All writes that wait share one durable commit; each
// runs in a savepoint of its own, so that an error undoes only its own work.
type sqliteEngine struct {
	cfg     Config
	readers *readers
	state   stateFile
	fronts  *fronts
	check   *checkpointer
	writer  *sqliteWriter

	writeQueue
	groups atomic.Int64 // commits so far
	last   int          // jobs of the last group
}

func openSQLite(cfg Config) (*sqliteEngine, error) {
	e := &sqliteEngine{cfg: cfg, writeQueue: newWriteQueue()}
	c, err := newSQLiteConn(cfg.DSN, "cache_size(-16000)", "wal_autocheckpoint(0)", "journal_size_limit(67108864)")
	if err != nil {
		return nil, err
	}
	e.writer = newSQLiteWriter(c)
	if err := e.openReaders(); err != nil {
		e.writer.close()
		return nil, err
	}
	if e.check, err = newCheckpointer(cfg.DSN); err != nil {
		e.readers.close()
		e.writer.close()
		return nil, err
	}
	e.state, e.fronts = openState(cfg.DSN), newFronts()
	go e.loop()
	if e.state.f == nil { // nobody would know how long the log is
		if err := e.writer.run("PRAGMA wal_autocheckpoint(4000)"); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	return e, nil
}

func (e *sqliteEngine) openReaders() error {
	n := e.cfg.Readers
	if n <= 0 {
		n = 4
	}
	var list []*sqliteConn
	for range n {
		c, err := newSQLiteConn(e.cfg.DSN, "query_only(1)", "cache_size(-8000)")
		if err != nil {
			for _, c := range list {
				c.close()
			}
			return err
		}
		list = append(list, c)
	}
	e.readers = newReaders(list)
	return nil
}

// basicPragmas hold on every connection. synchronous=FULL with WAL syncs the log
// at every commit: what is acknowledged survives a power cut.
var basicPragmas = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)"}

// openFile opens the database file through database/sql, for migrations.
func openFile(path string) (*sql.DB, error) {
	q := url.Values{"_pragma": basicPragmas}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

func (e *sqliteEngine) grown(context.Context, []string) error { return nil }

func (e *sqliteEngine) ready(ctx context.Context) error {
	return e.read(ctx, func(s session, _ time.Time) error {
		_, err := s.exec(ctx, "SELECT 1", nil)
		return err
	})
}

func (e *sqliteEngine) write(ctx context.Context, _ writeOptions, fn func(session, time.Time) error) error {
	return e.do(ctx, fn)
}

func (e *sqliteEngine) loop() {
	defer close(e.stopped)
	for {
		select {
		case first := <-e.jobs:
			e.group(first)
		case <-e.closing:
			for {
				select {
				case first := <-e.jobs:
					e.group(first)
				default:
					return
				}
			}
		}
	}
}

// group runs the first job and all that wait behind it, commits once, and only
// then tells the callers.
func (e *sqliteEngine) group(first *writeJob) {
	ran := make([]*writeJob, 0, 16)
	err := e.begin()
	clean := err == nil
	e.writer.defers = true
	start := time.Now()
	for job := first; job != nil; {
		if job.state.CompareAndSwap(0, 1) {
			ran = append(ran, job)
			if clean {
				clean = e.run(job)
			}
		}
		job = nil
		if clean && len(ran) < groupMax && time.Since(start) < groupTime {
			job = e.next(len(ran))
		}
	}
	e.last = len(ran)
	if clean {
		if err = e.writer.flush(); err == nil {
			err = e.end()
		}
		clean = err == nil
	}
	e.writer.defers = false
	if !clean {
		err = e.again(ran)
	}
	e.groups.Add(1)
	for _, job := range ran {
		if err != nil && job.err == nil {
			job.err = lost(err)
		}
		close(job.done)
	}
	if state, ok := e.state.now(); ok {
		e.check.after(e.writer.sqliteConn, state)
	}
}

// lost is why a whole group came to nothing: the disk is full or the file may not be
// written, else that the store is busy. Nothing of it was acknowledged, so that all may
// be tried again.
func lost(err error) error {
	var known *domain.Error
	if t := sqliteDialect.translate(err); errors.As(t, &known) && known.Kind == domain.KindUnavailable {
		return t
	}
	return domain.E(domain.KindUnavailable, "store_busy").Wrap(err)
}

// next gives the job that waits. Where many write at once, the answers to the last
// group are just being read and asked after: a group that is still small gives
// way a few times before it costs a commit. It never sleeps.
func (e *sqliteEngine) next(ran int) *writeJob {
	for try := 0; ; try++ {
		select {
		case job := <-e.jobs:
			return job
		default:
		}
		if ran >= e.last*3/4 || try == groupYields {
			return nil
		}
		runtime.Gosched()
	}
}

// run runs one job in the open group without a savepoint. False means that the
// job failed after it had written: what the group did so far must be undone with
// it.
func (e *sqliteEngine) run(job *writeJob) bool {
	w := e.writer
	writes, mark, notes := w.writes, len(w.log), len(w.notes)
	if job.err = job.fn(w, fixedNow(&e.cfg)); job.err == nil {
		return w.broken == nil && w.inTransaction()
	}
	if w.writes != writes || !w.inTransaction() {
		return false
	}
	w.undo(mark)
	w.notes = w.notes[:notes]
	return true
}

// again undoes a group and runs its jobs once more, each in a savepoint of its
// own, so that a failure undoes only its own work. A job keeps nothing of a run
// that was undone, as everywhere in Write.
func (e *sqliteEngine) again(ran []*writeJob) error {
	e.rollback()
	fatal := e.begin()
	began := fatal == nil
	for _, job := range ran {
		if job.err = nil; fatal == nil {
			job.err, fatal = e.savepoint(job)
		}
	}
	if began {
		if fatal == nil {
			fatal = e.end()
		}
		if fatal != nil {
			e.rollback()
		}
	}
	return fatal
}

// begin opens a group. From here on no other process writes: the fronts are of the
// state that is found here, or start afresh.
func (e *sqliteEngine) begin() error {
	e.writer.forgetNotes()
	if err := e.writer.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if state, ok := e.state.now(); !ok || !e.fronts.follows(state) {
		e.fronts.reset(state, ok)
	}
	return nil
}

// end commits a group; then the fronts follow.
func (e *sqliteEngine) end() error {
	if err := e.writer.run("COMMIT"); err != nil {
		return err
	}
	state, ok := e.state.now()
	if ok && e.writer.allNoted() {
		e.fronts.wrote(state, e.writer.notes)
	} else {
		e.fronts.reset(state, ok)
	}
	return nil
}

// rollback undoes the group. SQLite may have done so by itself; then this fails,
// harmlessly.
func (e *sqliteEngine) rollback() {
	e.writer.forgetRows()
	_ = e.writer.run("ROLLBACK")
}

// savepoint runs one job inside the open group. Its own error is the job's; a
// fatal one means that the whole group is lost (disk full, I/O error).
func (e *sqliteEngine) savepoint(job *writeJob) (own, fatal error) {
	if fatal = e.writer.run("SAVEPOINT job"); fatal != nil {
		return nil, fatal
	}
	notes, rows := len(e.writer.notes), e.writer.recordWrites
	own = job.fn(e.writer, fixedNow(&e.cfg))
	if own != nil {
		e.writer.notes, e.writer.recordWrites = e.writer.notes[:notes], rows
		if fatal = e.writer.run("ROLLBACK TO SAVEPOINT job"); fatal != nil {
			return own, fatal
		}
	}
	return own, e.writer.run("RELEASE SAVEPOINT job")
}

func (e *sqliteEngine) close() error {
	e.once.Do(func() { close(e.closing) })
	<-e.stopped
	e.readers.close()
	e.check.close()
	e.state.close()
	e.writer.close()
	return nil
}
