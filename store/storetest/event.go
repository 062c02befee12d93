package storetest

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func event(r *domain.Record, kind string) *domain.Event {
	return &domain.Event{Record: r.ID, Root: r.Root, Program: r.Program, Key: r.Key, Type: kind, Class: domain.Internal}
}

func eventOutbox(t *testing.T, e Engine) {
	db := Seeded(t, e)
	parent := Case()
	var ids []domain.EventID
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertRecord(parent); err != nil {
			return err
		}
		child := Case(func(r *domain.Record) { r.Parent, r.Root = parent.ID, parent.ID })
		if err := tx.InsertRecord(child); err != nil {
			return err
		}
		for i, r := range []*domain.Record{parent, child, parent} {
			ev := event(r, fmt.Sprint("e", i))
			ev.Data = map[string]any{"i": int64(i)}
			ev.OccurredAt = Start.Add(-time.Hour)
			if i == 1 {
				ev.Class = domain.Sealed
			}
			if err := tx.AppendEvent(ev); err != nil {
				return err
			}
			ids = append(ids, ev.ID)
		}
		return nil
	})
	Read(t, db, func(tx *store.Tx) error {
		own, err := tx.Events(store.EventFilter{Record: parent.ID, MaxClass: domain.Sealed})
		tree, err2 := tx.Events(store.EventFilter{Root: parent.ID, MaxClass: domain.Sealed, Newest: true})
		low, err3 := tx.Events(store.EventFilter{Root: parent.ID, MaxClass: domain.Personal})
		if len(own.Items) != 2 || len(tree.Items) != 3 || len(low.Items) != 2 || tree.Items[0].ID != ids[2] {
			t.Errorf("%d own, %d in the tree, %d below sealed", len(own.Items), len(tree.Items), len(low.Items))
		}
		one, err4 := tx.Event(ids[1])
		if err4 == nil && (!reflect.DeepEqual(one.Data, map[string]any{"i": int64(1)}) || !one.RecordedAt.Equal(Start) || !one.OccurredAt.Equal(Start.Add(-time.Hour))) {
			t.Errorf("read back %+v", one)
		}
		return firstError(err, err2, err3, err4)
	})
	settle(t, db, "jobs", 3)
	take := func(name string, n int) (got []domain.Event) {
		Write(t, db, func(tx *store.Tx) (err error) {
			if got, err = tx.Outbox(name, n); err != nil || len(got) == 0 {
				return err
			}
			return tx.Handled(name, got[len(got)-1].ID)
		})
		return got
	}
	if a, b, c := take("jobs", 2), take("jobs", 2), take("jobs", 2); len(a) != 2 || len(b) != 1 || len(c) != 0 || a[0].ID != ids[0] {
		t.Errorf("outbox gave %d, %d, %d", len(a), len(b), len(c))
	}
	if a := take("other", 10); len(a) != 3 {
		t.Errorf("another reader got %d", len(a))
	}
}

// settleTime is how long an outbox may be held back: on PostgreSQL it waits for
// every older transaction of the server, those of other tests among them.
const settleTime = 90 * time.Second

// settle waits until n events are in the outbox of a reader.
func settle(t testing.TB, db *store.DB, name string, n int) {
	t.Helper()
	for deadline := time.Now().Add(settleTime); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var got []domain.Event
		Read(t, db, func(tx *store.Tx) (err error) { got, err = tx.Outbox(name, n); return err })
		if len(got) >= n {
			return
		}
	}
	t.Fatalf("fewer than %d events settled", n)
}

// eventOutboxConcurrent: a reader that runs beside many writers gets every
// event exactly once, although transactions commit in another order than their
// ids were made.
func eventOutboxConcurrent(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case()
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	const writers, each = 16, 20
	seen := map[domain.EventID]int{}
	stop := make(chan struct{})
	var reader sync.WaitGroup
	read := func() (n int) {
		var got []domain.Event
		Write(t, db, func(tx *store.Tx) (err error) {
			if got, err = tx.Outbox("jobs", 7); err != nil || len(got) == 0 {
				return err
			}
			return tx.Handled("jobs", got[len(got)-1].ID)
		})
		for _, ev := range got {
			seen[ev.ID]++
		}
		return len(got)
	}
	reader.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				read()
			}
		}
	})
	together(writers, func(i int) {
		for j := range each {
			err := TryWrite(db, func(tx *store.Tx) error {
				ev := event(r, "x")
				if err := tx.AppendEvent(ev); err != nil {
					return err
				}
				if (i+j)%3 == 0 {
					time.Sleep(time.Millisecond) // commit late
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	close(stop)
	reader.Wait()
	for deadline := time.Now().Add(settleTime); len(seen) < writers*each && time.Now().Before(deadline); {
		if read() == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	if len(seen) != writers*each {
		t.Errorf("%d events came, want %d", len(seen), writers*each)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("event %s came %d times", id, n)
		}
	}
}

func clockDue(t *testing.T, e Engine) {
	db := Seeded(t, e)
	var recs []*domain.Record
	Write(t, db, func(tx *store.Tx) error {
		for i := range 5 {
			r := Case()
			if err := tx.InsertRecord(r); err != nil {
				return err
			}
			recs = append(recs, r)
			c := domain.Clock{Record: r.ID, Key: "reply", State: "running", FromAt: Start, DueAt: Start.Add(time.Hour),
				NextAt: Start.Add(time.Duration(5-i) * time.Minute), NextRung: "75%", LimitText: "3wd", Fired: []string{"0m"},
				Inputs: map[string]any{"from": "2026-03-02"}}
			if i == 4 {
				c.NextAt = time.Time{}
			}
			if err := tx.SaveClock(&c); err != nil {
				return err
			}
		}
		return nil
	})
	Read(t, db, func(tx *store.Tx) error {
		due, err := tx.In("").DueClocks(Start.Add(4*time.Minute), 10)
		if len(due) != 3 || due[0].Record != recs[3].ID || due[2].Record != recs[1].ID {
			t.Errorf("due: %+v", due)
		}
		few, err2 := tx.DueClocks(Start.Add(time.Hour), 2)
		if len(few) != 2 {
			t.Errorf("limit gave %d", len(few))
		}
		c, err3 := tx.Clock(recs[0].ID, "reply")
		if err3 == nil && (c.LimitText != "3wd" || c.Fired[0] != "0m" || c.Inputs["from"] != "2026-03-02" || !c.MetAt.IsZero()) {
			t.Errorf("read back %+v", c)
		}
		by, err4 := tx.ClocksOf([]domain.RecordID{recs[0].ID, recs[4].ID, "none"})
		if len(by) != 2 {
			t.Errorf("clocks of a page: %d", len(by))
		}
		open, err5 := tx.OpenClocks("", "", 3)
		rest, err6 := tx.OpenClocks(open[2].Record, open[2].Key, 10)
		if len(open) != 3 || len(rest) != 2 {
			t.Errorf("open clocks %d and %d", len(open), len(rest))
		}
		return firstError(err, err2, err3, err4, err5, err6)
	})
	Write(t, db, func(tx *store.Tx) error {
		c, err := tx.Clock(recs[3].ID, "reply")
		if err != nil {
			return err
		}
		c.State, c.MetAt, c.NextAt = "met", tx.Now(), time.Time{}
		return tx.SaveClock(c)
	})
	Read(t, db, func(tx *store.Tx) error {
		due, err := tx.DueClocks(Start.Add(4*time.Minute), 10)
		if len(due) != 2 {
			t.Errorf("a met clock is still due")
		}
		return err
	})
}

// clockRungOnce: of many workers that see the same due rung, one fires it.
func clockRungOnce(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case()
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	var mu sync.Mutex
	fired := map[string]int{}
	together(32, func(i int) {
		for _, rung := range []string{"0m", "75%", "due"} {
			var first bool
			err := TryWrite(db, func(tx *store.Tx) (err error) {
				if first, err = tx.FireRung(r.ID, "reply", Start, rung); err != nil || !first {
					return err
				}
				return tx.AppendEvent(event(r, "rung"))
			})
			if err != nil {
				t.Error(err)
			}
			if first {
				mu.Lock()
				fired[rung]++
				mu.Unlock()
			}
		}
	})
	if !reflect.DeepEqual(fired, map[string]int{"0m": 1, "75%": 1, "due": 1}) {
		t.Errorf("fired %v", fired)
	}
	Write(t, db, func(tx *store.Tx) error {
		again, err := tx.FireRung(r.ID, "reply", Start.Add(time.Hour), "due")
		if !again {
			t.Error("a new start of the clock is a new rung")
		}
		list, err2 := tx.Rungs(r.ID)
		if len(list) != 4 {
			t.Errorf("%d rungs on file", len(list))
		}
		return firstError(err, err2)
	})
}
