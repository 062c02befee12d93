package testkit_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestClockSetBack opens a store on a machine whose clock is a year behind what the store
// holds. Time goes on from there, new ids follow the old, the chain of the journal stays
// whole, and the operator may say that the clock is right.
func TestClockSetBack(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			ctx, dsn := t.Context(), testkit.NewDatabase(t, engine.Name, filepath.Clean(t.TempDir()))
			later := time.Now().AddDate(1, 0, 0).UTC().Truncate(time.Millisecond)
			db := openAt(t, store.Config{DSN: dsn, Now: func() time.Time { return later }})
			note(t, db, true)
			if db.ClockBehind() != 0 {
				t.Error("a clock that was given is never behind")
			}
			closed(t, db)

			db = openAt(t, store.Config{DSN: dsn})
			if now := db.Now(); now.Before(later) || now.After(later.Add(time.Minute)) {
				t.Errorf("goes on at %v, not from %v", now, later)
			}
			if d := db.ClockBehind(); d < 360*24*time.Hour {
				t.Errorf("behind by %v", d)
			}
			if id := store.NewID(); id < store.FloorID(later) {
				t.Errorf("the next id %s sorts before those there are, from %s", id, store.FloorID(later))
			}
			note(t, db, false)
			if err := db.Write(ctx, func(tx *store.Tx) error { _, err := tx.In(storetest.Home).LinkAudit(10); return err }); err != nil {
				t.Fatal(err)
			}
			if rep, err := db.Verify(ctx); err != nil || len(rep.Broken) > 0 || rep.Audit[storetest.Home] != 2 {
				t.Errorf("verify: %+v %v", rep, err)
			}
			closed(t, db)

			db = openAt(t, store.Config{DSN: dsn, TrustClock: true})
			if now := db.Now(); now.After(time.Now().Add(time.Minute)) || db.ClockBehind() != 0 {
				t.Errorf("the operator trusts the clock, it shows %v", now)
			}
			closed(t, db)
		})
	}
}

func openAt(t *testing.T, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func closed(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// note writes a line of the journal, and the county before the first.
func note(t *testing.T, db *store.DB, first bool) {
	t.Helper()
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		tx = tx.In(storetest.Home)
		if first {
			if err := tx.SaveTenant(&domain.Tenant{Code: storetest.Home, Name: "茂南区"}); err != nil {
				return err
			}
		}
		return tx.AppendAudit(&domain.Audit{Action: "sign_in", Object: "account/x"})
	})
	if err != nil {
		t.Fatal(err)
	}
}
