package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linqiao/domain"
	"linqiao/store"
)

// together runs fn n times at once and waits.
func together(n int, fn func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	wg.Wait()
}

func recordCount(t testing.TB, db *store.DB, f store.RecordFilter) (n int) {
	t.Helper()
	f.Access = store.AccessAll
	Read(t, db, func(tx *store.Tx) (err error) { n, err = tx.CountRecords(f, 1<<20); return err })
	return n
}

// txErrorIsolation: among writers that share a commit, one that fails takes
// only its own work back.
func txErrorIsolation(t *testing.T, e Engine) {
	t.Run("shared", func(t *testing.T) { errorIsolation(t, Seeded(t, e), TryWrite) })
	t.Run("alone", func(t *testing.T) { errorIsolation(t, Seeded(t, e), writeAlone) })
}

func errorIsolation(t *testing.T, db *store.DB, write func(*store.DB, func(*store.Tx) error) error) {
	errRefused := errors.New("refused")
	var wrong atomic.Int64
	together(64, func(i int) {
		err := write(db, func(tx *store.Tx) error {
			for range 3 {
				if err := tx.InsertRecord(Case(func(r *domain.Record) { r.Stage = fmt.Sprint("w", i) })); err != nil {
					return err
				}
			}
			switch i % 4 {
			case 1:
				return errRefused
			case 2: // a statement the database refuses
				return tx.InsertRecord(Case(func(r *domain.Record) { r.Parent = "nobody" }))
			}
			return nil
		})
		ok := err == nil
		switch i % 4 {
		case 1:
			ok = errors.Is(err, errRefused)
		case 2:
			ok = domain.CodeOf(err) == "reference"
		}
		if !ok {
			wrong.Add(1)
			t.Errorf("writer %d: %v", i, err)
		}
	})
	for i := range 64 {
		want := 3
		if i%4 == 1 || i%4 == 2 {
			want = 0
		}
		if n := recordCount(t, db, store.RecordFilter{Program: "test", Stages: []string{fmt.Sprint("w", i)}}); n != want {
			t.Errorf("writer %d left %d rows, want %d", i, n, want)
		}
	}
}

func txPanic(t *testing.T, e Engine) {
	db := Seeded(t, e)
	err := TryWrite(db, func(tx *store.Tx) error {
		if err := tx.InsertRecord(Case()); err != nil {
			return err
		}
		panic("out of order")
	})
	WantCode(t, err, "panic")
	if !strings.Contains(err.Error(), "out of order") {
		t.Errorf("the cause is lost: %v", err)
	}
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(Case()) })
	if n := recordCount(t, db, store.RecordFilter{}); n != 1 {
		t.Errorf("%d rows, want the second writer's only", n)
	}
}

func txNested(t *testing.T, e Engine) {
	db := Seeded(t, e)
	Write(t, db, func(tx *store.Tx) error {
		failed := 0
		for i := range 6 {
			err := tx.Nested(func(tx *store.Tx) error {
				r := Case(func(r *domain.Record) { r.Unique = fmt.Sprint("u", i/2) })
				if err := tx.InsertRecord(Case(func(r *domain.Record) { r.Stage = "side" })); err != nil {
					return err
				}
				return tx.Nested(func(tx *store.Tx) error { return tx.InsertRecord(r) })
			})
			if err != nil {
				WantCode(t, err, "duplicate")
				failed++
			}
		}
		if failed != 3 {
			t.Errorf("%d members failed, want 3", failed)
		}
		return nil
	})
	if n := recordCount(t, db, store.RecordFilter{Stages: []string{"side"}}); n != 3 {
		t.Errorf("%d side rows stayed, want 3", n)
	}
}

func txConcurrency(t *testing.T, e Engine) {
	t.Run("shared", func(t *testing.T) { concurrency(t, Seeded(t, e), TryWrite) })
	t.Run("alone", func(t *testing.T) { concurrency(t, Seeded(t, e), writeAlone) })
}

func concurrency(t *testing.T, db *store.DB, write func(*store.DB, func(*store.Tx) error) error) {
	r := Case(func(r *domain.Record) { r.Data = map[string]any{"n": int64(0)} })
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	const writers, each = 64, 5
	var stale atomic.Int64
	together(writers, func(i int) {
		for range each {
			for {
				err := write(db, func(tx *store.Tx) error {
					got, err := tx.Record(r.ID)
					if err != nil {
						return err
					}
					got.Data["n"] = got.Data["n"].(int64) + 1
					if err := tx.UpdateRecord(got); err != nil {
						return err
					}
					return tx.AppendEvent(&domain.Event{Record: r.ID, Root: r.ID, Type: "counted", Program: "test", Key: "need"})
				})
				if err == nil {
					break
				}
				if domain.KindOf(err) != domain.KindConflict {
					t.Errorf("writer %d: %v", i, err)
					return
				}
				stale.Add(1)
			}
		}
	})
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err == nil && (got.Data["n"] != int64(writers*each) || got.Rev != writers*each+1) {
			t.Errorf("lost updates: n=%v rev=%d", got.Data["n"], got.Rev)
		}
		page, err2 := tx.Events(store.EventFilter{Record: r.ID, MaxClass: domain.Sealed, Limit: 1000})
		if len(page.Items) != writers*each {
			t.Errorf("%d events for %d updates", len(page.Items), writers*each)
		}
		return firstError(err, err2)
	})
}

// txCancelled: callers that give up either leave nothing or learn the truth.
func txCancelled(t *testing.T, e Engine) {
	t.Run("shared", func(t *testing.T) { cancelled(t, Seeded(t, e), store.Small) })
	t.Run("alone", func(t *testing.T) { cancelled(t, Seeded(t, e)) })
}

func cancelled(t *testing.T, db *store.DB, opts ...store.WriteOption) {
	var done sync.Map
	together(64, func(i int) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if i%2 == 0 {
			go cancel()
		}
		err := db.Write(ctx, func(tx *store.Tx) error {
			tx = tx.In(Home)
			for range 2 {
				if err := tx.InsertRecord(Case(func(r *domain.Record) { r.Stage = fmt.Sprint("c", i) })); err != nil {
					return err
				}
			}
			return nil
		}, opts...)
		done.Store(i, err == nil)
	})
	for i := range 64 {
		n := recordCount(t, db, store.RecordFilter{Program: "test", Stages: []string{fmt.Sprint("c", i)}})
		ok, _ := done.Load(i)
		if n == 1 || (n == 2) != ok.(bool) {
			t.Errorf("caller %d was told %v and left %d rows", i, ok, n)
		}
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Write(gone, func(*store.Tx) error { return nil }); err == nil {
		t.Error("a cancelled caller was served")
	}
}

func txAfterCommit(t *testing.T, e Engine) {
	db := Seeded(t, e)
	var told []string
	Write(t, db, func(tx *store.Tx) error {
		told = nil
		tx.AfterCommit(func() { told = append(told, "a") })
		_ = tx.Nested(func(tx *store.Tx) error {
			tx.AfterCommit(func() { told = append(told, "undone") })
			return errors.New("undo")
		})
		tx.AfterCommit(func() { told = append(told, "b") })
		return nil
	})
	_ = TryWrite(db, func(tx *store.Tx) error {
		tx.AfterCommit(func() { told = append(told, "failed") })
		return errors.New("no")
	})
	if fmt.Sprint(told) != "[a b]" {
		t.Errorf("told %v", told)
	}
}

func txReadSnapshot(t *testing.T, e Engine) {
	db := Seeded(t, e)
	Read(t, db, func(tx *store.Tx) error {
		before, err := tx.CountRecords(store.RecordFilter{Access: store.AccessAll}, 10)
		if err != nil {
			return err
		}
		Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(Case()) })
		after, err := tx.CountRecords(store.RecordFilter{Access: store.AccessAll}, 10)
		if before != 0 || after != 0 {
			t.Errorf("a read saw %d, then %d rows", before, after)
		}
		return err
	})
	if n := recordCount(t, db, store.RecordFilter{}); n != 1 {
		t.Errorf("afterwards %d rows", n)
	}
	err := db.Read(context.Background(), func(tx *store.Tx) error { return tx.In(Home).InsertRecord(Case()) })
	if err == nil {
		t.Error("a read wrote")
	}
}

// txSerializable: two decisions that each rest on what the other changes
// (write skew). At least one of two on duty must stay.
func txSerializable(t *testing.T, e Engine) {
	db := Seeded(t, e)
	a, b := Case(func(r *domain.Record) { r.Stage = "on" }), Case(func(r *domain.Record) { r.Stage = "on" })
	Write(t, db, func(tx *store.Tx) error { return firstError(tx.InsertRecord(a), tx.InsertRecord(b)) })
	together(2, func(i int) {
		id := []domain.RecordID{a.ID, b.ID}[i]
		err := db.Write(context.Background(), func(tx *store.Tx) error {
			tx = tx.In(Home)
			n, err := tx.CountRecords(store.RecordFilter{Stages: []string{"on"}, Access: store.AccessAll}, 10)
			if err != nil || n < 2 {
				return err
			}
			r, err := tx.Record(id)
			if err != nil {
				return err
			}
			r.Stage = "off"
			return tx.UpdateRecord(r)
		}, store.Serializable)
		if err != nil {
			t.Error(err)
		}
	})
	if n := recordCount(t, db, store.RecordFilter{Stages: []string{"on"}}); n != 1 {
		t.Errorf("%d stayed, want 1", n)
	}
}
