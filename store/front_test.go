package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"linqiao/domain"
)

// TestFronts makes, moves and hands over records at random, some of it by another
// process, and asks each list from memory and from the tables in one read.
func TestFronts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fronts.db")
	db, other := openFronts(t, path), openFronts(t, path)
	g := &frontGame{t: t, dice: rand.New(rand.NewPCG(5, 8)), from: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	for step := range 1500 {
		by := db
		if g.dice.IntN(40) == 0 {
			by = other
		}
		g.write(by)
		if step%3 == 0 {
			g.compare(db)
		}
	}
	if g.answered < 100 {
		t.Errorf("memory answered %d lists only", g.answered)
	}
}

func openFronts(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), Config{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db
}

const frontCounty = domain.CountyCode("990101")

type frontGame struct {
	t        *testing.T
	dice     *rand.Rand
	from     time.Time
	ids      []domain.RecordID
	answered int
}

func (g *frontGame) pick(list ...string) string { return list[g.dice.IntN(len(list))] }

func (g *frontGame) place(r *domain.Record) {
	r.Stage, r.Phase = g.pick("doing", "done"), domain.PhaseOpen
	r.Path = "99/9901/990101" + g.pick("", "/990101001", "/990101002", "/990101001/990101001001")
	r.Owner, r.OwnerOrg, r.Provider = domain.AccountID(g.pick("", "a", "b")), domain.OrgID(g.pick("", "u")), domain.OrgID(g.pick("", "v"))
	if r.Ended = (time.Time{}); r.Stage == "done" {
		r.Ended = g.from.Add(time.Hour)
	}
}

// write does a few things in one transaction; now and then it fails in the end.
func (g *frontGame) write(db *DB) {
	fail := g.dice.IntN(10) == 0
	var made []domain.RecordID
	err := db.Write(context.Background(), func(tx *Tx) error {
		made = nil
		tx = tx.In(frontCounty)
		if len(g.ids) == 0 {
			if err := tx.SaveTenant(&domain.Tenant{Code: frontCounty, Name: "测"}); err != nil {
				return err
			}
		}
		for range 1 + g.dice.IntN(3) {
			id, err := g.one(tx)
			if err != nil {
				return err
			}
			made = append(made, id)
		}
		if fail {
			return domain.E(domain.KindRefused, "test")
		}
		return nil
	})
	if fail != (err != nil) {
		g.t.Fatal(err)
	}
	for _, id := range made {
		if err == nil && id != "" {
			g.ids = append(g.ids, id)
		}
	}
}

func (g *frontGame) one(tx *Tx) (domain.RecordID, error) {
	if len(g.ids) > 0 && g.dice.IntN(5) > 0 {
		r, err := tx.Record(g.ids[len(g.ids)-1-g.dice.IntN(min(len(g.ids), 90))])
		if err != nil {
			return "", err
		}
		if g.dice.IntN(4) == 0 {
			return "", g.clock(tx, r.ID)
		}
		g.place(r)
		r.Data["n"] = int64(g.dice.IntN(100))
		return "", tx.UpdateRecord(r)
	}
	created := g.from.Add(time.Duration(len(g.ids)) * time.Second).Add(-time.Duration(g.dice.IntN(50)) * time.Second)
	r := &domain.Record{Program: "p", Key: g.pick("matter", "other"), Noun: domain.Case, Version: 1, Created: created,
		Data: map[string]any{"title": fmt.Sprint("第", len(g.ids), "件"), "at": created, "day": domain.DateOf(created)},
		Hist: map[string]time.Time{"m:open": created}, Secret: map[string]any{}}
	r.Secret = nil
	g.place(r)
	if err := tx.InsertRecord(r); err != nil {
		return "", err
	}
	return r.ID, g.clock(tx, r.ID)
}

func (g *frontGame) clock(tx *Tx, id domain.RecordID) error {
	k := &domain.Clock{Record: id, Key: g.pick("finish", "start"), State: "running", FromAt: g.from, DueAt: g.from.Add(time.Duration(g.dice.IntN(99)) * time.Hour), LimitText: "5wd"}
	if g.dice.IntN(2) == 0 {
		k.MetAt = g.from.Add(time.Hour)
	}
	return tx.SaveClock(k)
}

func (g *frontGame) compare(db *DB) {
	f := RecordFilter{Program: "p", Keys: []string{"matter"}, Limit: 50}
	if g.dice.IntN(3) == 0 {
		f.Limit = 3
	}
	if g.dice.IntN(3) == 0 {
		f.Stages = []string{g.pick("doing", "done")}
	}
	all := []AccessClause{
		{MaxClass: domain.Sealed},
		{MaxClass: domain.Sealed, Program: "p", Keys: f.Keys, Path: "99/9901/990101/990101001"},
		{MaxClass: domain.Sealed, Program: "p", Keys: f.Keys, Path: "99/9901/990101"},
		{MaxClass: domain.Sealed, Program: "p", Owner: "a"},
		{MaxClass: domain.Sealed, Program: "p", OwnerOrg: "u"},
		{MaxClass: domain.Sealed, Program: "p", Provider: "v"},
	}
	for range 1 + g.dice.IntN(2) {
		f.Access = append(f.Access, all[g.dice.IntN(len(all))])
	}
	err := db.Read(context.Background(), func(tx *Tx) error {
		tx = tx.In(frontCounty)
		got, ok, err := tx.Front(f)
		if err != nil || !ok {
			return err
		}
		g.answered++
		want, err := tx.Records(f)
		if err != nil {
			return err
		}
		if got.Next != want.Next || len(got.Items) != len(want.Items) {
			return fmt.Errorf("%d rows then %q, want %d then %q", len(got.Items), got.Next, len(want.Items), want.Next)
		}
		var ids []domain.RecordID
		for i := range want.Items {
			ids = append(ids, want.Items[i].ID)
			if !reflect.DeepEqual(got.Items[i].Record, want.Items[i]) {
				return fmt.Errorf("row %d of %+v:\n%+v\nwant\n%+v", i, f, got.Items[i].Record, want.Items[i])
			}
		}
		clocks, err := tx.RunningClocks(ids)
		if err != nil {
			return err
		}
		for _, r := range got.Items {
			if !slices.EqualFunc(r.Clocks, clocks[r.Record.ID], func(a, b domain.Clock) bool { return reflect.DeepEqual(a, b) }) {
				return fmt.Errorf("clocks of %s:\n%+v\nwant\n%+v", r.Record.ID, r.Clocks, clocks[r.Record.ID])
			}
		}
		return nil
	})
	if err != nil {
		g.t.Fatal(err)
	}
}
