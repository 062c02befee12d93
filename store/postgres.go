package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver

	"linqiao/domain"
)

// A closure that lost against another one is run again this many times.
const writeTries = 12

// postgresEngine runs each closure in a transaction of its own; the server
// groups commits by itself. Durable as long as synchronous_commit is on, which
// is the server's default.
type postgresEngine struct {
	cfg Config
	db  *sql.DB
}

func openPostgres(ctx context.Context, cfg Config) (*postgresEngine, error) {
	db, err := sql.Open("pgx", cfg.DSN)
	if err != nil {
		return nil, err
	}
	n := cfg.Pool
	if n <= 0 {
		n = 16
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return &postgresEngine{cfg: cfg, db: db}, nil
}

func (e *postgresEngine) handle() *sql.DB                 { return e.db }
func (e *postgresEngine) ready(ctx context.Context) error { return e.db.PingContext(ctx) }
func (e *postgresEngine) close() error                    { return e.db.Close() }

func (e *postgresEngine) read(ctx context.Context, fn func(session, time.Time) error) error {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return fn(pgSession{tx}, fixedNow(&e.cfg))
}

func (e *postgresEngine) write(ctx context.Context, opts writeOptions, fn func(session, time.Time) error) error {
	var err error
	for try := range writeTries {
		if err = e.once(ctx, opts, fn); err == nil || !postgresDialect.retry(err) {
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

func (e *postgresEngine) once(ctx context.Context, opts writeOptions, fn func(session, time.Time) error) error {
	level := sql.LevelReadCommitted
	if opts.serializable {
		level = sql.LevelSerializable
	}
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: level})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := fn(pgSession{tx}, fixedNow(&e.cfg)); err != nil {
		return err
	}
	return tx.Commit()
}

// pgSession is one transaction; the driver keeps prepared statements per
// connection by itself.
type pgSession struct{ tx *sql.Tx }

func (s pgSession) exec(ctx context.Context, query string, args []any) (int64, error) {
	res, err := s.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (s pgSession) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, query, args...)
}
