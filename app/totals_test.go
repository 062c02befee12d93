package app

import (
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// TestTotals: what is held of past days never differs from what the rows say,
// whether a fact comes today, late for a day that is held, or for a day to come.
func TestTotals(t *testing.T) {
	c := newDesk(t)
	today := domain.DateOf(c.a.Now())
	add := func(day domain.Date, dims string, n int64) {
		t.Helper()
		err := c.a.write(t.Context(), System(storetest.Home), func(w *work) error {
			counts := []domain.Count{{Program: "help", Stat: "asked", Day: day, Path: "44/4409/440902", Dims: dims, Value: n, N: n}}
			w.tx.AfterCommit(func() { w.app.totals.wrote(storetest.Home, counts) })
			return w.tx.AddCounts(counts)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sum := func(from, until domain.Date, straight bool) map[string]int64 {
		t.Helper()
		out := map[string]int64{}
		err := c.a.read(t.Context(), System(storetest.Home), func(w *work) error {
			w.screen = !straight
			list, err := w.totals(store.StatRange{Program: "help", Stat: "asked", From: from, Until: until, Path: "44"})
			for _, x := range list {
				out[x.Dims] += x.N
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	check := func(when string) {
		t.Helper()
		for _, r := range [][2]domain.Date{{0, 99_999}, {0, today}, {0, today - 1}, {today - 3, today}, {today, today}, {today, today + 9}, {today - 9, today - 2}} {
			held, rows := sum(r[0], r[1], false), sum(r[0], r[1], true)
			if len(held) != len(rows) {
				t.Fatalf("%s, days %d to %d: held %v, rows %v", when, r[0], r[1], held, rows)
			}
			for k, n := range rows {
				if held[k] != n {
					t.Fatalf("%s, days %d to %d, %q: held %d, rows %d", when, r[0], r[1], k, held[k], n)
				}
			}
		}
	}
	add(today-5, "a", 2)
	add(today-1, "b", 3)
	check("at first")
	check("held")
	add(today, "a", 1)
	check("after a fact of today")
	add(today-5, "a", 10)
	check("after a late fact")
	add(today-1, "a", -2)
	check("after a fact is taken back")
	add(today+4, "c", 7)
	check("after a fact of a day to come")
	c.clock.Set(storetest.Start.Add(48 * time.Hour))
	today += 2
	check("two days later")
	add(today-1, "b", 5)
	check("late again")
	c.clock.Set(storetest.Start)
	today -= 2
	add(today, "b", 1)
	check("with the clock set back")
}

// TestTotals_OldReader: a sum read by a transaction that began before a change is
// not kept for those that begin after it.
func TestTotals_OldReader(t *testing.T) {
	c := newTotals()
	k := totalKey{statKey: statKey{"440902", "p", "s"}, until: 100}
	c.entry(k)
	began := c.now()
	c.wrote("440902", []domain.Count{{Program: "p", Stat: "s", Day: 50}})
	_, changed := c.entry(k)
	if began >= changed {
		t.Errorf("epoch %d of the old reader passes for %d", began, changed)
	}
	c.wrote("440902", []domain.Count{{Program: "p", Stat: "s", Day: 101}, {Program: "p", Stat: "other", Day: 1}})
	if _, again := c.entry(k); again != changed {
		t.Error("a day that is not held makes the sum void")
	}
}

// TestPlaces: an edit is seen at once, by the editing transaction itself too; one
// that fails leaves nothing behind.
func TestPlaces(t *testing.T) {
	c := newDesk(t)
	name := func() string {
		t.Helper()
		v, err := c.a.Region(t.Context(), System(storetest.Home), "440902100")
		if err != nil {
			t.Fatal(err)
		}
		return v.Name
	}
	if name() != "金塘镇" {
		t.Fatal(name())
	}
	if _, err := c.a.PatchRegion(t.Context(), System(storetest.Home), Once{}, "440902100", RegionAct{Name: "新塘镇"}); err != nil {
		t.Fatal(err)
	}
	if name() != "新塘镇" {
		t.Errorf("a renamed town is still %s", name())
	}
	broken := domain.E(domain.KindRefused, "x")
	err := c.a.write(t.Context(), System(storetest.Home), func(w *work) error {
		g, err := w.tx.Region("440902101")
		if err != nil {
			return err
		}
		g.Name = "不存在镇"
		w.forgetPlaces()
		if err := w.tx.UpdateRegion(g); err != nil {
			return err
		}
		if seen, err := w.Region("440902101"); err != nil || seen.Name != "不存在镇" {
			t.Errorf("the transaction does not see its own change: %+v %v", seen, err)
		}
		return broken
	})
	if err == nil {
		t.Fatal("the transaction must fail")
	}
	err = c.a.read(t.Context(), System(storetest.Home), func(w *work) error {
		g, err := w.Region("440902101")
		if err == nil && g.Name != "公馆镇" {
			t.Errorf("an undone name is shown: %s", g.Name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
