package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func balance(t testing.TB, db *store.DB, account, dims string) (n int64) {
	t.Helper()
	Read(t, db, func(tx *store.Tx) (err error) { n, err = tx.Balance("test", account, dims); return err })
	return n
}

func entryFloor(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case()
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertRecord(r); err != nil {
			return err
		}
		_, _, err := tx.Enter(store.Posting{Program: "test", From: "outside", To: "fund", FromFloor: store.NoFloor, ToDims: "town=1", Amount: 100, Record: r.ID})
		return err
	})
	pay := func(amount int64) error {
		return TryWrite(db, func(tx *store.Tx) error {
			_, _, err := tx.Enter(store.Posting{Program: "test", From: "fund", FromDims: "town=1", To: "paid", Amount: amount, Record: r.ID})
			return err
		})
	}
	WantCode(t, pay(101), "floor")
	WantCode(t, pay(0), "amount")
	if err := pay(100); err != nil {
		t.Fatal(err)
	}
	WantCode(t, pay(1), "floor")
	if balance(t, db, "fund", "town=1") != 0 || balance(t, db, "paid", "") != 100 || balance(t, db, "outside", "") != -100 || balance(t, db, "never", "") != 0 {
		t.Error("balances are wrong")
	}
	Read(t, db, func(tx *store.Tx) error {
		own, err := tx.EntriesOf(r.ID)
		list, err2 := tx.Entries("test", "fund", "*", "", 10)
		all, err3 := tx.Balances("test", "fund")
		if len(own) != 4 || len(list) != 2 || all["town=1"] != 0 || len(all) != 1 {
			t.Errorf("%d entries of the record, %d of the account, balances %v", len(own), len(list), all)
		}
		return firstError(err, err2, err3)
	})
}

// statement: a holder is found by any of his dimensions; what was booked before,
// within and up to an entry adds up.
func statement(t *testing.T, e Engine) {
	db := Seeded(t, e)
	var ids []string
	for i, dims := range []string{"year=2025&holder=h1", "year=2026&holder=h1", "year=2026&holder=h1", "year=2026&holder=h2"} {
		Write(t, db, func(tx *store.Tx) error {
			_, into, err := tx.Enter(store.Posting{Program: "test", From: "outside", To: "share", FromFloor: store.NoFloor, ToDims: dims, Amount: int64(10 * (i + 1))})
			ids = append(ids, into.ID)
			return err
		})
	}
	Read(t, db, func(tx *store.Tx) error {
		held, amounts, err := tx.Holdings("h1", "", "", 10)
		none, _, err2 := tx.Holdings("h3", "test", "share", 10)
		if len(held) != 2 || held[0].Dims != "year=2025&holder=h1" || amounts[0] != 10 || amounts[1] != 50 || len(none) != 0 {
			t.Errorf("held %v %v, none %v", held, amounts, none)
		}
		f := store.StatementFilter{Program: "test", Account: "share", Dims: []string{held[0].Dims, held[1].Dims}, Until: tx.Now().Add(time.Hour), Limit: 2}
		list, err3 := tx.Statement(f)
		in, out, n, err4 := tx.Booked(f)
		if len(list) != 2 || list[0].ID != ids[0] || in != 60 || out != 0 || n != 3 {
			t.Errorf("%d entries, in %d, out %d, %d in all", len(list), in, out, n)
		}
		f.After = ids[1]
		rest, err5 := tx.Statement(f)
		upTo, _, _, err6 := tx.Booked(f)
		f.Dims = nil
		nothing, err7 := tx.Statement(f)
		if len(rest) != 1 || rest[0].Amount != 30 || upTo != 30 || len(nothing) != 0 {
			t.Errorf("rest %v, up to it %d, of nobody %v", rest, upTo, nothing)
		}
		return firstError(err, err2, err3, err4, err5, err6, err7)
	})
}

// facts: a figure opens to what it is made of, net of what was taken back, by record,
// by event where there is none, and by member.
func facts(t *testing.T, e Engine) {
	db := Seeded(t, e)
	day, town, village := domain.NewDate(2026, 3, 2), "44/4409/440902/440902001", "44/4409/440902/440902001/440902001001"
	fact := func(stat, event, record, path, member string, n int64) domain.Fact {
		return domain.Fact{Program: "test", Stat: stat, Day: day, Event: domain.EventID(event), Record: domain.RecordID(record), Path: path, Member: member, Value: n, N: n, At: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	}
	late := fact("v", "e6", "r4", town, "", 1)
	late.At = late.At.Add(48 * time.Hour)
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.AddFacts([]domain.Fact{fact("v", "e1", "r1", town, "", 1), fact("m", "e1", "r1", town, "p1", 1)}),
			tx.AddFacts([]domain.Fact{fact("v", "e2", "r2", village, "", 1), fact("m", "e2", "r2", town, "p1", 1)}), tx.AddFacts([]domain.Fact{fact("v", "e3", "", village, "", 1), fact("m", "e3", "", town, "p2", 1)}),
			tx.AddFacts([]domain.Fact{fact("v", "e4", "r3", town, "", 1)}), tx.AddFacts([]domain.Fact{fact("v", "e5", "r3", town, "", -1)}), tx.AddFacts([]domain.Fact{late}))
	})
	Read(t, db, func(tx *store.Tx) error {
		f := store.FactFilter{StatRange: store.StatRange{Program: "test", Stat: "v", From: day, Until: day, Path: town}, Limit: 3}
		sum, err := tx.FactSum(f)
		page, err2 := tx.FactGroups(f)
		if sum != (store.FactSum{Groups: 4, Value: 4, N: 4}) || len(page) != 3 || page[0].Key != "r4" || page[2].Key != "r1" {
			t.Errorf("sum %+v, page %+v", sum, page)
		}
		f.After = page[2].Key
		rest, err3 := tx.FactGroups(f)
		lines, err4 := tx.FactsOf(f, rest, 10)
		if len(rest) != 1 || rest[0].Key != "e3" || rest[0].Record != "" || len(lines) != 1 || lines[0].Event != "e3" {
			t.Errorf("rest %+v, lines %+v", rest, lines)
		}
		f.After, f.Before = "", time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
		frozen, err5 := tx.FactSum(f)
		f.Here = true
		here, err6 := tx.FactSum(f)
		who, err7 := tx.FactSum(store.FactFilter{StatRange: store.StatRange{Program: "test", Stat: "m", From: day, Until: day}, Member: true})
		if frozen.N != 3 || here.N != 1 || who.Groups != 2 {
			t.Errorf("frozen %+v, here %+v, members %+v", frozen, here, who)
		}
		return firstError(err, err2, err3, err4, err5, err6, err7)
	})
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.ClearStats("test"); err != nil {
			return err
		}
		sum, err := tx.FactSum(store.FactFilter{StatRange: store.StatRange{Program: "test", Stat: "v", Until: day}})
		if sum.Groups != 0 {
			t.Error("facts stay after clearing")
		}
		return err
	})
}

// entryFloorConcurrent: many payers on one small balance; it never goes below
// its floor, and money is neither made nor lost. Transfers run in both
// directions, so that a wrong locking order would deadlock.
func entryFloorConcurrent(t *testing.T, e Engine) {
	db := Seeded(t, e)
	enter := func(from, to string, amount, floor int64) error {
		return TryWrite(db, func(tx *store.Tx) error {
			_, _, err := tx.Enter(store.Posting{Program: "test", From: from, To: to, Amount: amount, FromFloor: floor})
			return err
		})
	}
	if err := enter("outside", "a", 100, store.NoFloor); err != nil {
		t.Fatal(err)
	}
	var paid atomic.Int64
	together(64, func(i int) {
		from, to := "a", "b"
		if i%4 == 3 {
			from, to = "b", "a"
		}
		err := enter(from, to, 7, 0)
		switch {
		case err == nil && from == "a":
			paid.Add(7)
		case err == nil:
			paid.Add(-7)
		case domain.CodeOf(err) != "floor":
			t.Error(err)
		}
	})
	a, b := balance(t, db, "a", ""), balance(t, db, "b", "")
	if a < 0 || b < 0 || a+b != 100 || b != paid.Load() {
		t.Errorf("a=%d b=%d, told %d", a, b, paid.Load())
	}
}

func entryReverse(t *testing.T, e Engine) {
	db := Seeded(t, e)
	enter := func(tx *store.Tx, from, to, dims string, amount int64) error {
		floor := map[string]int64{"outside": store.NoFloor}
		_, _, err := tx.Enter(store.Posting{Program: "test", From: from, To: to, FromDims: dims, ToDims: dims, FromFloor: floor[from], ToFloor: floor[to],
			Amount: amount, Record: "r1"})
		return err
	}
	// money that passes through an account and is undone: no balance is judged half way
	Write(t, db, func(tx *store.Tx) error {
		return firstError(enter(tx, "outside", "hours", "by=a&of=x", 90), enter(tx, "hours", "spent", "by=a&of=x", 90), enter(tx, "outside", "hours", "by=b&of=x", 5))
	})
	undo := func(tx *store.Tx) error {
		list, err := tx.EntriesOf("r1")
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(x domain.Entry) bool { return x.Reverses != "" })
		floors := make([]int64, len(list))
		for i, x := range list {
			if x.Account == "outside" {
				floors[i] = store.NoFloor
			}
		}
		return tx.ReverseAll(list, floors, "e9")
	}
	below := func(dims string) (n int64) {
		Read(t, db, func(tx *store.Tx) (err error) { n, err = tx.BalanceBelow("test", "hours", dims); return err })
		return n
	}
	if balance(t, db, "spent", "by=a&of=x") != 90 || below("") != 5 || below("by=b&") != 5 || below("by=a&") != 0 {
		t.Error("balances before the reversal")
	}
	Write(t, db, undo)
	if balance(t, db, "spent", "by=a&of=x") != 0 || balance(t, db, "outside", "by=a&of=x") != 0 || below("") != 0 {
		t.Error("a reversal does not undo")
	}
	WantCode(t, TryWrite(db, undo), "duplicate")
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.EntriesOf("r1")
		if len(list) != 12 || list[11].Reverses == "" || list[11].Event != "e9" || list[0].Other != "hours" {
			t.Errorf("entries %+v", list)
		}
		return err
	})
}

func counterAdd(t *testing.T, e Engine) {
	db := Seeded(t, e)
	day := domain.NewDate(2026, 3, 2)
	town, village := "44/4409/440902/440902001", "44/4409/440902/440902001/440902001001"
	count := func(d domain.Date, path, dims string, v int64) domain.Count {
		return domain.Count{Program: "test", Stat: "visits", Day: d, Path: path, Dims: dims, Value: v, N: 1}
	}
	Write(t, db, func(tx *store.Tx) error {
		return firstError(
			tx.AddCounts([]domain.Count{count(day, town, "", 10), count(day, village, "", 5), count(day+1, town, "", 1), count(day, town, "k=a", 2)}),
			tx.AddCounts([]domain.Count{count(day, town, "", 10)}), tx.AddCounts(nil),
			tx.AddMarks([]domain.Mark{{Program: "test", Stat: "homes", Day: day, Path: town, Member: "p1", N: 1}, {Program: "test", Stat: "homes", Day: day + 1, Path: town, Member: "p1", N: 1},
				{Program: "test", Stat: "homes", Day: day, Path: village, Member: "p2", N: 1}, {Program: "test", Stat: "homes", Day: day, Path: village, Member: "p3", N: 1}}),
			tx.AddMarks([]domain.Mark{{Program: "test", Stat: "homes", Day: day, Path: village, Member: "p3", N: -1}}),
			tx.AddSamples([]domain.Sample{{Program: "test", Stat: "hours", Day: day, Path: town, Value: 9, Event: "e1"}, {Program: "test", Stat: "hours", Day: day, Path: town, Value: 3, Event: "e2"},
				{Program: "test", Stat: "hours", Day: day, Path: town, Value: 3, Event: "e2"}}))
	})
	Read(t, db, func(tx *store.Tx) error {
		r := store.StatRange{Program: "test", Stat: "visits", From: day, Until: day + 5, Path: town}
		rows, err := tx.Counts(r)
		if len(rows) != 4 || rows[0].Value != 20 || rows[0].N != 2 {
			t.Errorf("counters %+v", rows)
		}
		total, err2 := tx.Total(r)
		if len(total) != 2 || total[0].Value != 26 || total[0].N != 4 || total[1].Dims != "k=a" {
			t.Errorf("total %+v", total)
		}
		homes, err3 := tx.Distinct(store.StatRange{Program: "test", Stat: "homes", From: day, Until: day + 1})
		if homes[""] != 2 {
			t.Errorf("distinct %v", homes)
		}
		values, err4 := tx.Samples(store.StatRange{Program: "test", Stat: "hours", From: day, Until: day})
		if len(values) != 2 || values[0].Value != 3 {
			t.Errorf("samples %+v", values)
		}
		marks, err5 := tx.Marks(store.StatRange{Program: "test", Stat: "homes", From: day, Until: day})
		if len(marks) != 2 {
			t.Errorf("marks %+v", marks)
		}
		return firstError(err, err2, err3, err4, err5)
	})
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.ClearStats("test"); err != nil {
			return err
		}
		rows, err := tx.Counts(store.StatRange{Program: "test", Stat: "visits", Until: day + 5})
		if len(rows) != 0 {
			t.Error("figures stay after clearing")
		}
		return err
	})
}

func counterConcurrent(t *testing.T, e Engine) {
	db := Seeded(t, e)
	const writers, each = 32, 10
	together(writers, func(i int) {
		for j := range each {
			batch := []domain.Count{{Program: "test", Stat: "a", Day: 1, Value: 2, N: 1}, {Program: "test", Stat: "b", Day: 1, Value: 1, N: 1}}
			if (i+j)%2 == 0 {
				batch[0], batch[1] = batch[1], batch[0]
			}
			if err := TryWrite(db, func(tx *store.Tx) error { return tx.AddCounts(batch) }); err != nil {
				t.Error(err)
			}
		}
	})
	Read(t, db, func(tx *store.Tx) error {
		rows, err := tx.Counts(store.StatRange{Program: "test", Stat: "a", Until: 9})
		if len(rows) != 1 || rows[0].N != writers*each || rows[0].Value != 2*writers*each {
			t.Errorf("counted %+v", rows)
		}
		return err
	})
}

func idempotency(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	var made atomic.Int64
	request := func(hash string) (status int, err error) {
		err = TryWrite(db, func(tx *store.Tx) error {
			saved, err := tx.Idempotent("a1", "k1", hash)
			if err != nil {
				return err
			}
			if saved != nil {
				status = saved.Status
				return nil
			}
			if err := tx.InsertRecord(Case()); err != nil {
				return err
			}
			status = 201
			return tx.SaveAnswer("a1", "k1", hash, store.Answer{Status: 201, Body: []byte("{}")})
		})
		return status, err
	}
	together(16, func(int) {
		status, err := request("h1")
		if err == nil && status == 201 {
			made.Add(1)
		} else if domain.CodeOf(err) != "duplicate" {
			t.Errorf("status %d, %v", status, err)
		}
	})
	if n := recordCount(t, db, store.RecordFilter{}); n != 1 || made.Load() < 1 {
		t.Errorf("%d records made by one key", n)
	}
	_, err := request("another request")
	WantCode(t, err, "idempotency_mismatch")
	clock.Set(Start.Add(25 * time.Hour))
	Write(t, db, func(tx *store.Tx) error {
		n, err := tx.PurgeAnswers(Start.Add(time.Hour))
		if n != 1 {
			t.Errorf("purged %d", n)
		}
		saved, err2 := tx.Idempotent("a1", "k1", "h1")
		if saved != nil {
			t.Error("a purged answer is still there")
		}
		return firstError(err, err2)
	})
}

func auditChain(t *testing.T, e Engine) {
	db := Seeded(t, e)
	together(8, func(i int) {
		for j := range 5 {
			err := TryWrite(db, func(tx *store.Tx) error {
				return tx.AppendAudit(&domain.Audit{Actor: domain.AccountID(fmt.Sprint("a", i%2)), Action: "reveal", Object: fmt.Sprint("party/", j),
					Purpose: "回访", Detail: map[string]any{"fields": []any{"phone"}}})
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	link := func(want int) {
		t.Helper()
		Write(t, db, func(tx *store.Tx) error {
			n, err := tx.LinkAudit(30)
			if n != want {
				t.Errorf("linked %d, want %d", n, want)
			}
			return err
		})
	}
	link(30)
	link(10)
	link(0)
	Read(t, db, func(tx *store.Tx) error {
		breaks, n, err := tx.VerifyAudit()
		if len(breaks) > 0 || n != 40 {
			t.Errorf("chain broken at %v of %d", breaks, n)
		}
		list, err2 := tx.Audits(store.AuditFilter{Actor: "a1", Object: "party/2"})
		if len(list.Items) != 4 {
			t.Errorf("%d rows of one actor on one object", len(list.Items))
		}
		return firstError(err, err2)
	})
}
