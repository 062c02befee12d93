package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"linqiao/domain"
)

// Config says where the data lives. DSN is a file path (SQLite) or a postgres://
// address.
type Config struct {
	DSN string
	// Now is the clock of all transactions; nil = the machine's, which never goes back.
	Now func() time.Time
	// TrustClock: the machine's clock is right although the store has seen later times.
	TrustClock bool
	// Sealer encrypts the secret columns; nil = nothing secret can be written.
	Sealer Sealer
	// Readers is the number of SQLite read connections; 0 = 4.
	Readers int
	// Pool is the number of PostgreSQL connections; 0 = 16.
	Pool int
	// PartitionByCounty hash-partitions every table on PostgreSQL when it is
	// created (number of partitions; 0 = plain tables).
	PartitionByCounty int
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	cfg     Config
	dialect *dialect
	engine  engine
	steady  *steady // nil when the clock was given
}

// engine is what the two databases do differently with a closure.
type engine interface {
	read(ctx context.Context, fn func(session, time.Time) error) error
	write(ctx context.Context, opts writeOptions, fn func(session, time.Time) error) error
	ready(ctx context.Context) error
	grown(ctx context.Context, tables []string) error
	close() error
}

// session runs statements on one connection inside one transaction.
type session interface {
	exec(ctx context.Context, query string, args []any) (int64, error)
	query(ctx context.Context, query string, args []any) (rowSet, error)
	// execLater runs a statement some time before the transaction commits or its
	// next statement that gives a result; an error surfaces then.
	execLater(ctx context.Context, query string, args []any) error
	// insertLater adds a row some time before the transaction commits, or a
	// statement reads its table.
	insertLater(ctx context.Context, ins *insertion, args []any) error
	// lookup finds a row by its key, also one that insertLater has kept back.
	lookup(ctx context.Context, ins *insertion, query string, key []any) (rowSet, error)
}

// rowScanner is one row under a cursor.
type rowScanner interface{ Scan(targets ...any) error }

// rowSet is a cursor over the rows of a query.
type rowSet interface {
	rowScanner
	Next() bool
	Err() error
	Close() error
	Columns() ([]string, error)
}

type writeOptions struct{ serializable, small bool }

// WriteOption changes how one Write runs.
type WriteOption func(*writeOptions)

// Serializable asks PostgreSQL for full isolation: for closures whose decision
// rests on rows they read but do not change. SQLite always gives it.
func Serializable(o *writeOptions) { o.serializable = true }

// Small says that the closure is short: on PostgreSQL it may share its transaction with
// others that wait. SQLite always does so.
func Small(o *writeOptions) { o.small = true }

// Open connects; it does not touch the schema (see Migrate).
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.DSN == "" {
		return nil, errors.New("store: no DSN")
	}
	db := &DB{}
	if cfg.Now == nil {
		db.steady = newSteady()
		cfg.Now = db.steady.now
	}
	db.cfg = cfg
	var err error
	if isPostgres(cfg.DSN) {
		db.dialect = &postgresDialect
		db.engine, err = openPostgres(ctx, cfg)
	} else {
		db.dialect = &sqliteDialect
		db.engine, err = openSQLite(cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return db, nil
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Engine names the database: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.name }

// Ready reports whether the store can answer now.
func (db *DB) Ready(ctx context.Context) error { return db.dialect.translate(db.engine.ready(ctx)) }

// Grown says that tables have become much larger within seconds: PostgreSQL counts them
// again at once. It plans by what it counted last, which it does by itself about once a
// minute; until then each row of a first roster was checked against its party by reading
// all parties. SQLite has nothing to count.
func (db *DB) Grown(ctx context.Context, tables ...string) error {
	return db.dialect.translate(db.engine.grown(ctx, tables))
}

// Close waits for running writes and closes all connections.
func (db *DB) Close() error { return db.engine.close() }

// Read runs fn on a snapshot: everything it reads belongs to one moment. fn must
// not write, and must not call Read or Write again.
func (db *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	var after []func()
	err := db.engine.read(ctx, func(s session, now time.Time) error {
		tx := db.newTx(ctx, s, now)
		tx.readOnly = true
		err := guard(fn, tx)
		after = tx.shared.after
		return err
	})
	if err != nil {
		return db.dialect.translate(err)
	}
	for _, f := range after {
		f()
	}
	return nil
}

// Write runs fn in a transaction and returns only after it is durable. An error
// or a panic of fn undoes all it did. fn may run more than once on PostgreSQL
// (it must keep no result of a former run) and must not call Read or Write.
func (db *DB) Write(ctx context.Context, fn func(tx *Tx) error, opts ...WriteOption) error {
	var o writeOptions
	for _, opt := range opts {
		opt(&o)
	}
	var after []func()
	err := db.engine.write(ctx, o, func(s session, now time.Time) error {
		tx := db.newTx(ctx, s, now)
		err := guard(fn, tx)
		after = tx.shared.after
		return err
	})
	if err != nil {
		return db.dialect.translate(err)
	}
	for _, f := range after {
		f()
	}
	return nil
}

func (db *DB) newTx(ctx context.Context, s session, now time.Time) *Tx {
	return &Tx{db: db, ctx: ctx, session: s, now: now, shared: &txShared{}}
}

// fixedNow is the instant one closure sees: UTC, whole milliseconds, so that
// what is written reads back equal.
func fixedNow(cfg *Config) time.Time { return cfg.Now().UTC().Truncate(time.Millisecond) }

// guard turns a panic of a closure into an error: it must not take the writer,
// and with it everybody's writes, down.
func guard(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = domain.E(domain.KindInternal, "panic").Wrap(fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	return fn(tx)
}
