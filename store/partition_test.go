package store_test

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"linqiao/store"
	"linqiao/store/storetest"
)

// TestPartitioned creates every table hash-partitioned by county on PostgreSQL,
// which then refuses any key that lacks the county, and plays the tests that
// lean on keys: the schema will fit several machines.
func TestPartitioned(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		if e.Name != "postgres" {
			continue
		}
		open := e.Open
		e.Open = func(t testing.TB, cfg store.Config) *store.DB {
			cfg.PartitionByCounty = 4
			return open(t, cfg)
		}
		t.Run("Suite", func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, e, "Record_Unique", "Party_Ident", "Clock_RungOnce", "Duty_Once", "Entry_Reverse", "Counter_Concurrent", "Idempotency")
		})
		t.Run("EveryTable", func(t *testing.T) {
			t.Parallel()
			e.Open(t, store.Config{})
			db, err := sql.Open("pgx", os.Getenv(storetest.PostgresEnv))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var plain int
			err = db.QueryRowContext(context.Background(), `SELECT COUNT(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
				WHERE n.nspname = (SELECT nspname FROM pg_namespace WHERE nspname LIKE 't%' AND EXISTS (SELECT 1 FROM pg_class p
					WHERE p.relnamespace = pg_namespace.oid AND p.relname = 'record' AND p.relkind = 'p') LIMIT 1)
				AND c.relkind = 'r' AND NOT c.relispartition AND c.relname NOT LIKE 'goose%'`).Scan(&plain)
			if err != nil {
				t.Fatal(err)
			}
			if plain != 0 {
				t.Errorf("%d tables are not partitioned", plain)
			}
		})
	}
}
