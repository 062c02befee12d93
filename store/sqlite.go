package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"sync"
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
)

// sqliteEngine is one writer goroutine beside a pool of read connections on the
// same file in WAL mode. All writes that wait share one durable commit; each
// runs in a savepoint of its own, so that an error undoes only its own work.
type sqliteEngine struct {
	cfg     Config
	writeDB *sql.DB
	readDB  *sql.DB
	readers chan *sqliteConn
	writer  *sqliteConn

	jobs    chan *writeJob
	closing chan struct{}
	stopped chan struct{}
	once    sync.Once
	groups  atomic.Int64 // commits so far
}

// writeJob is one closure on its way through the writer. state decides the race
// between the caller giving up and the writer starting it: whoever swaps first.
type writeJob struct {
	fn    func(session, time.Time) error
	state atomic.Int32 // 0 waiting, 1 started, 2 given up
	err   error
	done  chan struct{}
}

func openSQLite(ctx context.Context, cfg Config) (*sqliteEngine, error) {
	e := &sqliteEngine{
		cfg:     cfg,
		jobs:    make(chan *writeJob, groupMax),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	var err error
	if e.writeDB, err = openFile(cfg.DSN, "cache_size(-16000)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)"); err != nil {
		return nil, err
	}
	e.writeDB.SetMaxOpenConns(1)
	if e.writer, err = newSQLiteConn(ctx, e.writeDB); err != nil {
		e.writeDB.Close()
		return nil, err
	}
	if err := e.openReaders(ctx); err != nil {
		e.writer.close()
		e.writeDB.Close()
		return nil, err
	}
	go e.loop()
	return e, nil
}

func (e *sqliteEngine) openReaders(ctx context.Context) error {
	n := e.cfg.Readers
	if n <= 0 {
		n = 4
	}
	var err error
	if e.readDB, err = openFile(e.cfg.DSN, "query_only(1)", "cache_size(-8000)"); err != nil {
		return err
	}
	e.readDB.SetMaxOpenConns(n)
	e.readers = make(chan *sqliteConn, n)
	for range n {
		c, err := newSQLiteConn(ctx, e.readDB)
		if err != nil {
			e.readDB.Close()
			return err
		}
		e.readers <- c
	}
	return nil
}

// openFile opens the database file. synchronous=FULL with WAL syncs the log at
// every commit: what is acknowledged survives a power cut.
func openFile(path string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{}
	q.Add("_pragma", "busy_timeout(10000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "temp_store(MEMORY)")
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	return sql.Open("sqlite", u.String())
}

func (e *sqliteEngine) handle() *sql.DB { return e.writeDB }

func (e *sqliteEngine) ready(ctx context.Context) error {
	return e.read(ctx, func(s session, _ time.Time) error {
		_, err := s.exec(ctx, "SELECT 1", nil)
		return err
	})
}

// read takes a connection of the pool and holds one snapshot for fn.
func (e *sqliteEngine) read(ctx context.Context, fn func(session, time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var c *sqliteConn
	select {
	case c = <-e.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return errClosed()
	}
	defer func() { e.readers <- c }()
	if _, err := c.exec(ctx, "BEGIN", nil); err != nil {
		return err
	}
	err := fn(c, fixedNow(&e.cfg))
	if _, end := c.exec(ctx, "ROLLBACK", nil); end != nil && err == nil {
		err = end
	}
	return err
}

func errClosed() error { return domain.E(domain.KindUnavailable, "store_closed") }

// write hands fn to the writer and waits. A caller that gives up before the
// writer has started leaves nothing behind; one that gives up later still waits
// for the truth, which comes within one group.
func (e *sqliteEngine) write(ctx context.Context, _ writeOptions, fn func(session, time.Time) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	job := &writeJob{fn: fn, done: make(chan struct{})}
	select {
	case e.jobs <- job:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return errClosed()
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.state.CompareAndSwap(0, 2) {
			return ctx.Err()
		}
		<-job.done
	case <-e.stopped:
		select {
		case <-job.done:
		default:
			return errClosed()
		}
	}
	return job.err
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
	ctx := context.Background()
	ran := make([]*writeJob, 0, 16)
	_, fatal := e.writer.exec(ctx, "BEGIN IMMEDIATE", nil)
	began := fatal == nil
	start := time.Now()
	for job := first; job != nil; {
		if job.state.CompareAndSwap(0, 1) {
			ran = append(ran, job)
			if fatal == nil {
				job.err, fatal = e.savepoint(ctx, job)
			}
		}
		job = nil
		if fatal == nil && len(ran) < groupMax && time.Since(start) < groupTime {
			select {
			case job = <-e.jobs:
			default:
			}
		}
	}
	if began {
		if fatal == nil {
			_, fatal = e.writer.exec(ctx, "COMMIT", nil)
		}
		if fatal != nil {
			// SQLite may have rolled back by itself; then this one fails, harmlessly.
			_, _ = e.writer.exec(ctx, "ROLLBACK", nil)
		}
	}
	e.groups.Add(1)
	for _, job := range ran {
		if fatal != nil && job.err == nil {
			job.err = domain.E(domain.KindUnavailable, "store_busy").Wrap(fatal)
		}
		close(job.done)
	}
}

// savepoint runs one job inside the open group. Its own error is the job's; a
// fatal one means that the whole group is lost (disk full, I/O error).
func (e *sqliteEngine) savepoint(ctx context.Context, job *writeJob) (own, fatal error) {
	if _, fatal = e.writer.exec(ctx, "SAVEPOINT job", nil); fatal != nil {
		return nil, fatal
	}
	own = job.fn(e.writer, fixedNow(&e.cfg))
	if own != nil {
		if _, fatal = e.writer.exec(ctx, "ROLLBACK TO SAVEPOINT job", nil); fatal != nil {
			return own, fatal
		}
	}
	_, fatal = e.writer.exec(ctx, "RELEASE SAVEPOINT job", nil)
	return own, fatal
}

func (e *sqliteEngine) close() error {
	e.once.Do(func() { close(e.closing) })
	<-e.stopped
	for range cap(e.readers) {
		c := <-e.readers
		c.close()
	}
	e.writer.close()
	if err := e.readDB.Close(); err != nil {
		return fmt.Errorf("close readers: %w", err)
	}
	return e.writeDB.Close()
}
