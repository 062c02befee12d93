package store_test

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"testing"

	"linqiao/store"
	"linqiao/store/storetest"
)

// TestNumbersGivenBack: a server that ends gives back what it did not use of its block,
// so that the next one goes on without a gap.
func TestNumbersGivenBack(t *testing.T) {
	address := os.Getenv(storetest.PostgresEnv)
	if address == "" {
		t.Skip("no PostgreSQL")
	}
	ctx := context.Background()
	admin, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE SCHEMA numbers_given_back"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := admin.Exec("DROP SCHEMA numbers_given_back CASCADE"); err != nil {
			t.Error(err)
		}
	}()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", "numbers_given_back")
	u.RawQuery = q.Encode()
	for want := int64(1); want <= 4; want++ {
		db, err := store.Open(ctx, store.Config{DSN: u.String()})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		if err := db.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.In(storetest.Home).DrawRef("ref/2026")
			if n != want {
				t.Errorf("drew %d, want %d", n, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
