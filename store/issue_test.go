package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"linqiao/domain"
)

// TestSealDocuments: papers written before they were sealed are sealed afterwards, and
// read as before.
func TestSealDocuments(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := Open(ctx, Config{DSN: filepath.Join(t.TempDir(), "d.db"), Sealer: ring(t, SuiteAES, newKey)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	const county, name = domain.CountyCode("440902"), "胡某"
	err = db.Write(ctx, func(tx *Tx) error {
		tx = tx.In(county)
		if err := tx.insert("INSERT INTO document (county, id, program, key, record, party, serial, version, issued_at, data, hash, state, rev) VALUES ($1, 'old', 'p', 'k', '', '', '', 1, 0, $2, 'h', '有效', 1)",
			county, map[string]any{"name": name}); err != nil {
			return err
		}
		if n, err := tx.SealDocuments(10); n != 1 || err != nil {
			t.Errorf("sealed %d: %v", n, err)
		}
		if n, err := tx.SealDocuments(10); n != 0 || err != nil {
			t.Errorf("sealed %d again: %v", n, err)
		}
		raw, err := one(tx, "document", scanText, "SELECT data FROM document WHERE county = $1 AND id = 'old'", county)
		if err != nil || strings.Contains(raw, name) {
			t.Errorf("stands bare: %s, %v", raw, err)
		}
		d, err := tx.Document("old")
		if err == nil && d.Data["name"] != name {
			t.Errorf("reads %v", d.Data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
