package storetest

import (
	"bytes"
	"context"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// fill writes a bit of everything that a backup could get wrong.
func fill(t testing.TB, db *store.DB) *domain.Record {
	t.Helper()
	p := Person("王芳")
	p.Secret = map[string]any{"phone": "13800000000"}
	r := Case(func(r *domain.Record) {
		r.ID = "zz-parent-sorts-last"
		r.Secret, r.Unique, r.RefNo = map[string]any{"income": int64(7)}, "u1", "R1"
		r.Data = map[string]any{"share": 2.0, "text": "行\n\"末\"", "n": int64(1 << 60)}
		r.Hist, r.Walk = map[string]time.Time{"e:new": Start}, []string{"new"}
	})
	Write(t, db, func(tx *store.Tx) error {
		if err := firstError(tx.InsertParty(p), tx.InsertRecord(r)); err != nil {
			return err
		}
		child := Case(func(c *domain.Record) { c.ID, c.Parent, c.Root, c.Subject = "aa-child", r.ID, r.ID, p.ID })
		if err := tx.InsertRecord(child); err != nil {
			return err
		}
		for range 3 {
			if err := tx.AppendEvent(event(r, "made")); err != nil {
				return err
			}
		}
		got, err := tx.Events(store.EventFilter{Record: r.ID, MaxClass: domain.Sealed})
		if err != nil {
			return err
		}
		return firstError(tx.Handled("jobs", got.Items[1].ID), tx.AppendAudit(&domain.Audit{Actor: "a1", Action: "reveal", Detail: map[string]any{"x": 1.5}}),
			tx.SaveProgram(&domain.ProgramVersion{Program: "test", Version: 1, Source: []byte{0, 255, 10}, State: "live"}),
			tx.AddCounts([]domain.Count{{Program: "test", Stat: "a", Day: 1, Value: 5, N: 1}}))
	})
	Write(t, db, func(tx *store.Tx) error { _, err := tx.LinkAudit(10); return err })
	return r
}

// backupRestore carries a store to a fresh one of each engine at hand.
func backupRestore(t *testing.T, e Engine) {
	ctx := context.Background()
	db := Seeded(t, e)
	want := fill(t, db)
	var file bytes.Buffer
	sum, err := db.Backup(ctx, &file)
	if err != nil {
		t.Fatal(err)
	}
	if sum["record"] != 2 || sum["event"] != 3 || sum["tenant"] != 2 {
		t.Errorf("counts %v", sum)
	}
	if strings.Contains(file.String(), "13800000000") {
		t.Error("a sealed value stands open in the backup")
	}
	for _, target := range Engines(t) {
		fresh := target.Open(t, store.Config{})
		got, err := fresh.Restore(ctx, bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatalf("into %s: %v", target.Name, err)
		}
		if !reflect.DeepEqual(got, sum) {
			t.Errorf("into %s: counts %v", target.Name, got)
		}
		Read(t, fresh, func(tx *store.Tx) error {
			r, err := tx.RecordOpen(want.ID)
			if err == nil && !reflect.DeepEqual(r, want) {
				t.Errorf("into %s: record\n%+v\nwant\n%+v", target.Name, r, want)
			}
			return err
		})
		Write(t, fresh, func(tx *store.Tx) error {
			if err := tx.AppendEvent(event(want, "after")); err != nil {
				return err
			}
			return nil
		})
		settle(t, fresh, "jobs", 2)
		Read(t, fresh, func(tx *store.Tx) error {
			left, err := tx.Outbox("jobs", 10)
			if len(left) != 2 || left[1].Type != "after" {
				t.Errorf("into %s: %d events wait, want the third and the new one", target.Name, len(left))
			}
			return err
		})
		rep, err := fresh.Verify(ctx)
		if err != nil || len(rep.Broken) > 0 || rep.Audit[Home] != 1 || rep.Counts["record"] != 2 {
			t.Errorf("into %s: %+v, %v", target.Name, rep, err)
		}
		_, err = fresh.Restore(ctx, bytes.NewReader(file.Bytes()))
		WantCode(t, err, "store_not_empty")
	}
	if _, err := store.VerifyBackup(bytes.NewReader(file.Bytes())); err != nil {
		t.Error(err)
	}
	raw := file.Bytes()
	for name, bad := range map[string][]byte{
		"cut":     raw[:len(raw)/2],
		"changed": bytes.Replace(raw, []byte("王芳"), []byte("王方"), 1),
		"no end":  raw[:bytes.LastIndex(raw[:len(raw)-1], []byte("\n"))+1],
		"other":   []byte("[\"else\",1]\n"),
	} {
		if _, err := store.VerifyBackup(bytes.NewReader(bad)); err == nil {
			t.Errorf("a backup %s passes", name)
		}
	}
	if db.Engine() == "sqlite" {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := db.Snapshot(ctx, path); err != nil {
			t.Fatal(err)
		}
		if n := Probe(t, path, "SELECT COUNT(*) FROM record"); n != "2" {
			t.Errorf("the copy has %s records", n)
		}
	}
}
