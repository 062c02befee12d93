package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"linqiao/domain"
)

// A closure that lost against another one is run again this many times.
const writeTries = 12

const (
	beginRead   = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
	beginWrite  = "BEGIN ISOLATION LEVEL READ COMMITTED"
	beginStrict = "BEGIN ISOLATION LEVEL SERIALIZABLE"
)

// postgresEngine runs each closure in a transaction of its own, or small ones that wait
// together in one (pgGrouper). Durable as long as synchronous_commit is on, which
// is the server's default.
type postgresEngine struct {
	cfg  Config
	pool *pgxpool.Pool
	std  *sql.DB // the same pool, for migrations

	numbers *numbers
	groups  *pgGrouper
}

func openPostgres(ctx context.Context, cfg Config) (*postgresEngine, error) {
	pc, err := pgxpool.ParseConfig(cfg.DSN)
	if err != nil {
		return nil, err
	}
	if pc.MaxConns = int32(cfg.Pool); cfg.Pool <= 0 {
		pc.MaxConns = 16
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	numbers, err := openNumbers(ctx, pc)
	if err != nil {
		pool.Close()
		return nil, err
	}
	e := &postgresEngine{cfg: cfg, pool: pool, std: stdlib.OpenDBFromPool(pool), numbers: numbers}
	e.groups = newPGGrouper(e)
	return e, nil
}

func (e *postgresEngine) ready(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgresEngine) grown(ctx context.Context, tables []string) error {
	_, err := e.pool.Exec(ctx, "ANALYZE "+strings.Join(tables, ", "))
	return err
}

func (e *postgresEngine) close() error {
	e.groups.close()
	err := errors.Join(e.numbers.close(), e.std.Close())
	e.pool.Close()
	return err
}

func (e *postgresEngine) read(ctx context.Context, fn func(session, time.Time) error) error {
	return e.once(ctx, beginRead, fn)
}

func (e *postgresEngine) write(ctx context.Context, opts writeOptions, fn func(session, time.Time) error) error {
	switch {
	case opts.serializable:
		return e.alone(ctx, beginStrict, fn)
	case opts.small:
		return e.groups.do(ctx, fn)
	}
	return e.alone(ctx, beginWrite, fn)
}

// alone runs a closure in a transaction of its own, and again when it lost against
// another one.
func (e *postgresEngine) alone(ctx context.Context, begin string, fn func(session, time.Time) error) error {
	var err error
	for try := range writeTries {
		if err = e.once(ctx, begin, fn); err == nil || !postgresDialect.retry(err) {
			return err
		}
		pause := time.Duration(1+rand.IntN(4<<min(try, 6))) * time.Millisecond
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return domain.E(domain.KindConflict, "busy").Wrap(err)
}

func (e *postgresEngine) once(ctx context.Context, begin string, fn func(session, time.Time) error) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	s := &pgSession{conn: conn.Conn(), begin: begin, numbers: e.numbers}
	if err := fn(s, fixedNow(&e.cfg)); err != nil {
		s.rollback(ctx)
		giveBack(s.drawn)
		return err
	}
	if err := s.commit(ctx); err != nil {
		s.rollback(ctx)
		if undone(err) {
			giveBack(s.drawn)
		}
		return err
	}
	return nil
}

// pgSession is one transaction. Every statement costs a way to the server and
// back, so BEGIN travels with the first one, statements of execLater with the
// next one, and the last of them with COMMIT.
type pgSession struct {
	conn  *pgx.Conn
	begin string // not sent yet; "" = the transaction is open
	later []pgStatement

	numbers *numbers
	drawn   []drawn
}

// pgStatement is one that waits: a text with its values, or rows of an insertion.
type pgStatement struct {
	query string
	args  []any
	ins   *insertion
	rows  [][]any
}

// queue hands the statement over; rows go in by as few texts as there are.
func (l *pgStatement) queue(b *pgx.Batch) {
	if l.ins == nil {
		b.Queue(l.query, l.args...)
		return
	}
	rows := l.ins.order(l.rows)
	if text := l.ins.texts[wideRows]; text != "" {
		for ; len(rows) >= wideRows; rows = rows[wideRows:] {
			b.Queue(text, slices.Concat(rows[:wideRows]...)...)
		}
	}
	for _, n := range insertRows {
		for ; len(rows) >= n; rows = rows[n:] {
			b.Queue(l.ins.texts[n], slices.Concat(rows[:n]...)...)
		}
	}
}

func (s *pgSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	if !s.waiting() {
		tag, err := s.conn.Exec(ctx, query, args...)
		return tag.RowsAffected(), err
	}
	br, err := s.send(ctx, query, args)
	if err != nil {
		return 0, err
	}
	tag, err := br.Exec()
	if end := br.Close(); err == nil {
		err = end
	}
	return tag.RowsAffected(), err
}

func (s *pgSession) query(ctx context.Context, query string, args []any) (rowSet, error) {
	if !s.waiting() {
		rows, err := s.conn.Query(ctx, query, args...)
		return &pgRows{Rows: rows}, err
	}
	br, err := s.send(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := br.Query()
	if err != nil {
		return nil, errors.Join(err, br.Close())
	}
	return &pgRows{Rows: rows, batch: br}, nil
}

func (s *pgSession) execLater(_ context.Context, query string, args []any) error {
	s.later = append(s.later, pgStatement{query: query, args: args})
	return nil
}

// insertLater joins the rows of one insertion, but never past a statement that
// waits: it may be about the same table.
func (s *pgSession) insertLater(_ context.Context, ins *insertion, args []any) error {
	for i := len(s.later) - 1; i >= 0 && s.later[i].ins != nil; i-- {
		if s.later[i].ins == ins {
			s.later[i].rows = append(s.later[i].rows, args)
			return nil
		}
	}
	s.later = append(s.later, pgStatement{ins: ins, rows: [][]any{args}})
	return nil
}

func (s *pgSession) lookup(ctx context.Context, _ *insertion, query string, key []any) (rowSet, error) {
	return s.query(ctx, query, key)
}

func (s *pgSession) waiting() bool { return s.begin != "" || len(s.later) > 0 }

// send lets what waits travel before a statement, checks it, and leaves the
// results at the statement's own.
func (s *pgSession) send(ctx context.Context, query string, args []any) (pgx.BatchResults, error) {
	var b pgx.Batch
	if s.begin != "" {
		b.Queue(s.begin)
		s.begin = ""
	}
	for i := range s.later {
		s.later[i].queue(&b)
	}
	s.later = nil
	b.Queue(query, args...)
	br := s.conn.SendBatch(ctx, &b)
	for range b.Len() - 1 {
		if _, err := br.Exec(); err != nil {
			_ = br.Close() // says the same
			return nil, err
		}
	}
	return br, nil
}

var errRolledBack = errors.New("postgres: the transaction had failed and was rolled back")

// commit ends the transaction. It does not listen to the caller's cancellation:
// a commit cut off half-way would leave nobody knowing whether it happened.
func (s *pgSession) commit(ctx context.Context) error {
	if s.begin != "" && len(s.later) == 0 {
		return nil // nothing was ever asked
	}
	ctx = context.WithoutCancel(ctx)
	br, err := s.send(ctx, "COMMIT", nil)
	if err != nil {
		return err
	}
	tag, err := br.Exec()
	if end := br.Close(); err == nil {
		err = end
	}
	if err == nil && tag.String() == "ROLLBACK" {
		// A closure passed over an error: the server commits nothing then.
		err = errRolledBack
	}
	return err
}

// rollback leaves the connection fit for the pool, or closes it.
func (s *pgSession) rollback(ctx context.Context) {
	if s.begin != "" || s.conn.IsClosed() || s.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := s.conn.Exec(ctx, "ROLLBACK"); err != nil {
		_ = s.conn.Close(ctx)
	}
}

// pgRows is a cursor that ends the batch it came with.
type pgRows struct {
	pgx.Rows
	batch  pgx.BatchResults
	closed bool
}

// Close ends the cursor; only then are errors of the statement known.
func (r *pgRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.Rows.Close()
	err := r.Rows.Err()
	if r.batch != nil {
		if end := r.batch.Close(); err == nil {
			err = end
		}
	}
	if err != nil {
		return fmt.Errorf("rows: %w", err)
	}
	return nil
}

// Columns names the columns.
func (r *pgRows) Columns() ([]string, error) {
	var names []string
	for _, f := range r.FieldDescriptions() {
		names = append(names, f.Name)
	}
	return names, nil
}
