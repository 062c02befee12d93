// Package storetest is the conformance suite of the store: one set of tests that
// both engines must pass, on real databases. It is imported by tests only.
package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to create schemas

	"linqiao/domain"
	"linqiao/store"
)

// PostgresEnv names the variable that holds the address of a PostgreSQL server
// on which the suite may create schemas.
const PostgresEnv = "LINQIAO_TEST_PG"

// Home is the county of the standing test data.
const Home domain.CountyCode = "440902"

// Neighbour is a second county, to show that counties do not see each other.
const Neighbour domain.CountyCode = "360922"

// Start is the instant at which the clock of every test store stands.
var Start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// Clock is a settable clock.
type Clock struct{ ms atomic.Int64 }

// NewClock stands at Start.
func NewClock() *Clock {
	c := &Clock{}
	c.Set(Start)
	return c
}

// Set moves the clock.
func (c *Clock) Set(t time.Time) { c.ms.Store(t.UnixMilli()) }

// Now reads the clock.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

// Sealer is a keyring with a fixed key.
func Sealer(t testing.TB, suite store.Suite) *store.Keyring {
	t.Helper()
	k, err := store.NewKeyring(suite, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Engine opens empty, migrated stores of one kind.
type Engine struct {
	Name string
	Open func(t testing.TB, cfg store.Config) *store.DB
}

// Engines are those at hand: SQLite always, PostgreSQL when its address is set.
func Engines(t testing.TB) []Engine {
	t.Helper()
	list := []Engine{{Name: "sqlite", Open: openSQLite}}
	if os.Getenv(PostgresEnv) == "" {
		t.Logf("*** POSTGRESQL NOT TESTED: %s is not set ***", PostgresEnv)
		return list
	}
	return append(list, Engine{Name: "postgres", Open: openPostgres})
}

func openSQLite(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	cfg.DSN = filepath.Join(t.TempDir(), "linqiao.db")
	return open(t, cfg)
}

var schemaNumber atomic.Int64

// openPostgres makes a schema of its own, dropped at the end of the test.
func openPostgres(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	address := os.Getenv(PostgresEnv)
	schema := fmt.Sprintf("t%d_%d", os.Getpid(), schemaNumber.Add(1))
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE SCHEMA " + schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
		admin.Close()
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	cfg.DSN = u.String()
	if cfg.Pool == 0 {
		cfg.Pool = 8
	}
	return open(t, cfg)
}

func open(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	ctx := context.Background()
	if cfg.Now == nil {
		cfg.Now = NewClock().Now
	}
	if cfg.Sealer == nil {
		cfg.Sealer = Sealer(t, store.SuiteAES)
	}
	db, err := store.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return db
}

// Seeded opens a store with two counties in it.
func Seeded(t testing.TB, e Engine) *store.DB {
	t.Helper()
	db := e.Open(t, store.Config{})
	Seed(t, db)
	return db
}

// Seed writes the two counties.
func Seed(t testing.TB, db *store.DB) {
	t.Helper()
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.SaveTenant(&domain.Tenant{Code: Home, Name: "茂南区"}); err != nil {
			return err
		}
		return tx.SaveTenant(&domain.Tenant{Code: Neighbour, Name: "万载县"})
	})
}

// Write runs fn in the home county and fails the test on an error.
func Write(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := TryWrite(db, fn); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// TryWrite runs fn in the home county, as use cases do: in a transaction that it may share.
func TryWrite(db *store.DB, fn func(tx *store.Tx) error) error {
	return db.Write(context.Background(), func(tx *store.Tx) error { return fn(tx.In(Home)) }, store.Small)
}

// writeAlone is TryWrite in a transaction of its own, as jobs write.
func writeAlone(db *store.DB, fn func(tx *store.Tx) error) error {
	return db.Write(context.Background(), func(tx *store.Tx) error { return fn(tx.In(Home)) })
}

// Read runs fn in the home county and fails the test on an error.
func Read(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Read(context.Background(), func(tx *store.Tx) error { return fn(tx.In(Home)) }); err != nil {
		t.Fatalf("read: %v", err)
	}
}

// WantCode fails unless the error has the code.
func WantCode(t testing.TB, err error, code string) {
	t.Helper()
	if err == nil || domain.CodeOf(err) != code {
		t.Fatalf("error %v, want code %q", err, code)
	}
}

// Case makes a valid record of a test program.
func Case(mods ...func(*domain.Record)) *domain.Record {
	r := &domain.Record{
		Program: "test", Version: 1, Key: "need", Noun: domain.Case, Stage: "new", Phase: domain.PhaseOpen,
		Class: domain.Internal, Region: "440902001", Path: "44/4409/440902/440902001",
		Data: map[string]any{"title": "贷款", "amount": int64(3_000_000_00)},
	}
	for _, m := range mods {
		m(r)
	}
	return r
}

// Person makes a party.
func Person(name string) *domain.Party {
	return &domain.Party{Kind: domain.Person, Name: name, Region: "440902001", Path: "44/4409/440902/440902001", Active: true}
}
