package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"hash/crc32"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrate brings the schema up to date: numbered steps, forward only, one
// transaction each. Several processes may call it at once.
func (db *DB) Migrate(ctx context.Context) error {
	steps, err := migrations(db.dialect, db.cfg.PartitionByCounty)
	if err != nil {
		return err
	}
	opts := []goose.ProviderOption{goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	kind := goose.DialectSQLite3
	if db.Engine() == "postgres" {
		kind = goose.DialectPostgres
		locker, err := db.migrationLock(ctx)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	err = db.migrateHandle(ctx, func(h *sql.DB) error {
		p, err := goose.NewProvider(kind, h, nil, opts...)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return db.goOn(ctx)
}

// migrationLock keeps two processes from migrating one schema at once; schemas
// of one database do not wait for each other.
func (db *DB) migrationLock(ctx context.Context) (lock.SessionLocker, error) {
	var schema string
	if err := db.engine.(*postgresEngine).std.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return nil, err
	}
	return lock.NewPostgresSessionLocker(lock.WithLockID(int64(crc32.ChecksumIEEE([]byte("linqiao "+schema)))), lock.WithLockTimeout(1, 300))
}

// migrateHandle gives goose a pool of its own on SQLite, where the store's one
// write connection is held by the writer.
func (db *DB) migrateHandle(ctx context.Context, fn func(*sql.DB) error) error {
	if pg, ok := db.engine.(*postgresEngine); ok {
		return fn(pg.std)
	}
	h, err := openFile(db.cfg.DSN)
	if err != nil {
		return err
	}
	defer h.Close()
	h.SetMaxOpenConns(1)
	return fn(h)
}

// migrations renders the embedded files for one engine.
func migrations(d *dialect, partitions int) ([]*goose.Migration, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var steps []*goose.Migration
	for _, name := range names {
		raw, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		number, err := strconv.ParseInt(strings.SplitN(strings.TrimPrefix(name, "migrations/"), "_", 2)[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: name must begin with its number", name)
		}
		list := statements(d, string(raw), partitions)
		steps = append(steps, goose.NewGoMigration(number, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			for _, s := range list {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return fmt.Errorf("%s: %w", head(s), err)
				}
			}
			return nil
		}}, nil))
	}
	return steps, nil
}

var createTable = regexp.MustCompile(`^CREATE TABLE (\w+)`)

// statements renders a migration and splits it; no statement of ours holds a
// semicolon at the end of a line inside itself.
func statements(d *dialect, raw string, partitions int) []string {
	if partitions > 0 {
		raw = strings.ReplaceAll(raw, "{{partition}}", "PARTITION BY HASH (county)")
	}
	var out []string
	for _, s := range strings.Split(stripComments(d.render(raw)), ";\n") {
		s = strings.TrimRight(strings.TrimSpace(s), ";")
		if s == "" {
			continue
		}
		out = append(out, s)
		if m := createTable.FindStringSubmatch(s); m != nil {
			for i := range partitions {
				out = append(out, fmt.Sprintf("CREATE TABLE %s_p%d PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d)", m[1], i, m[1], partitions, i))
			}
		}
	}
	return out
}

func stripComments(sql string) string {
	lines := strings.Split(sql, "\n")
	kept := lines[:0]
	for _, l := range lines {
		if !strings.HasPrefix(strings.TrimSpace(l), "--") {
			kept = append(kept, strings.TrimRight(l, " "))
		}
	}
	return strings.Join(kept, "\n")
}
