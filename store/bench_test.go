package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// oneCase is what one request writes: a case with its event, clock, counter,
// audit row and saved answer.
func oneCase(tx *store.Tx, key string) error {
	r := storetest.Case(func(r *domain.Record) { r.Owner, r.OwnerOrg = "a1", "o1" })
	if err := tx.InsertRecord(r); err != nil {
		return err
	}
	if err := tx.AppendEvent(&domain.Event{Record: r.ID, Root: r.ID, Program: r.Program, Key: r.Key, Type: "made", Actor: "a1"}); err != nil {
		return err
	}
	if err := tx.SaveClock(&domain.Clock{Record: r.ID, Key: "reply", State: "running", FromAt: tx.Now(), DueAt: tx.Now().Add(time.Hour), NextAt: tx.Now().Add(time.Hour), NextRung: "due"}); err != nil {
		return err
	}
	if err := tx.AddCounts([]domain.Count{{Program: "test", Stat: "cases", Day: 1, Path: r.Path, Value: 1, N: 1}}); err != nil {
		return err
	}
	if err := tx.AppendAudit(&domain.Audit{Actor: "a1", Action: "create", Object: string(r.ID)}); err != nil {
		return err
	}
	return tx.SaveAnswer("a1", key, "h", store.Answer{Status: 201})
}

// BenchmarkWrite measures durable transactions a second, as each caller sees
// them: every one is acknowledged only after its commit is on disk.
func BenchmarkWrite(b *testing.B) {
	for _, e := range storetest.Engines(b) {
		for _, clients := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", e.Name, clients), func(b *testing.B) {
				db := e.Open(b, store.Config{Pool: 16})
				storetest.Seed(b, db)
				var n atomic.Int64
				var wg sync.WaitGroup
				b.ResetTimer()
				for range clients {
					wg.Go(func() {
						for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
							if err := storetest.TryWrite(db, func(tx *store.Tx) error { return oneCase(tx, fmt.Sprint(i)) }); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
			})
		}
	}
}

// BenchmarkList measures the first page of a county's list at two sizes: it
// should not know the difference.
func BenchmarkList(b *testing.B) {
	for _, e := range storetest.Engines(b) {
		for _, rows := range []int{1000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", e.Name, rows), func(b *testing.B) {
				db := e.Open(b, store.Config{})
				storetest.Seed(b, db)
				fillCases(b, db, rows)
				for name, f := range map[string]store.RecordFilter{
					"county":  {Path: "44/4409/440902"},
					"town":    {Path: "44/4409/440902/440902003"},
					"village": {Path: "44/4409/440902/440902003/440902003007"},
					"stage":   {Stages: []string{"review"}},
					"owner":   {Owner: "a7"},
				} {
					f.Program, f.Keys, f.Access = "test", []string{"need"}, store.AccessAll
					b.Run(name, func(b *testing.B) {
						for range b.N {
							storetest.Read(b, db, func(tx *store.Tx) error {
								page, err := tx.Records(f)
								if len(page.Items) == 0 {
									b.Error("empty page")
								}
								return err
							})
						}
					})
				}
			})
		}
	}
}

func fillCases(b *testing.B, db *store.DB, rows int) {
	b.Helper()
	for at := 0; at < rows; at += 1000 {
		storetest.Write(b, db, func(tx *store.Tx) error {
			for i := at; i < at+1000; i++ {
				r := storetest.Case(func(r *domain.Record) {
					town := fmt.Sprintf("440902%03d", 1+i%20)
					r.Path = fmt.Sprintf("44/4409/440902/%s/%s%03d", town, town, 1+i/20%25)
					r.Stage = []string{"new", "review", "done"}[i%3]
					r.Owner = domain.AccountID(fmt.Sprint("a", i%200))
					r.Created = storetest.Start.Add(time.Duration(i) * time.Second)
				})
				if err := tx.InsertRecord(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// BenchmarkRoster measures new parties a second as an import writes them: two hundred a
// transaction, each with its identifier and all that a search finds it by.
func BenchmarkRoster(b *testing.B) {
	for _, e := range storetest.Engines(b) {
		b.Run(e.Name, func(b *testing.B) {
			db := e.Open(b, store.Config{})
			storetest.Seed(b, db)
			const part = 200
			n := 0
			b.ResetTimer()
			for b.Loop() {
				storetest.Write(b, db, func(tx *store.Tx) error {
					for range part {
						n++
						p := &domain.Party{Kind: "enterprise", Name: fmt.Sprintf("茂名市茂南区新塘第%d农产品加工有限责任公司", n), Active: true}
						if err := tx.InsertPartyLater(p, store.Ident{Kind: "uscc", Value: fmt.Sprintf("U%08d", n)}); err != nil {
							return err
						}
					}
					return nil
				})
			}
			b.ReportMetric(float64(part*b.N)/b.Elapsed().Seconds(), "parties/s")
		})
	}
}
