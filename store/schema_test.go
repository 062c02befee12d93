package store

import (
	"context"
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write schema.sql anew")

// TestSchema keeps schema.sql, which people read, equal to what the migrations
// make on SQLite.
func TestSchema(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := Open(ctx, Config{DSN: filepath.Join(t.TempDir(), "s.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		t.Fatalf("migrating twice: %v", err)
	}
	var got strings.Builder
	got.WriteString("-- The SQLite schema after all migrations, for reading. Written by: go test ./store -run TestSchema -update\n")
	err = db.migrateHandle(ctx, func(h *sql.DB) error {
		rows, err := h.Query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY rowid")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				return err
			}
			if strings.HasPrefix(s, "CREATE TABLE") {
				got.WriteString("\n")
			}
			got.WriteString(strings.TrimSpace(s) + ";\n")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.sql", []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Error("schema.sql is not what the migrations make; run with -update")
	}
}

// TestSchema_CountyFirst: the county is the first column of every primary key,
// foreign key and index; no sequence, no trigger.
func TestSchema_CountyFirst(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	schema := string(raw)
	keys := regexp.MustCompile(`(?:PRIMARY KEY|FOREIGN KEY|UNIQUE|REFERENCES \w+|ON \w+) \(([^)]*)\)`).FindAllStringSubmatch(schema, -1)
	if len(keys) < 100 {
		t.Fatalf("only %d keys found", len(keys))
	}
	for _, k := range keys {
		if first, _, _ := strings.Cut(k[1], ","); strings.TrimSpace(first) != "county" {
			t.Errorf("%s: county is not first", k[0])
		}
	}
	for _, bad := range []string{"AUTOINCREMENT", " SERIAL", "BIGSERIAL", "CREATE TRIGGER", "CREATE SEQUENCE"} {
		if strings.Contains(schema, bad) {
			t.Errorf("the schema uses %s", bad)
		}
	}
	list, err := tables()
	if err != nil || len(list) != strings.Count(schema, "CREATE TABLE") {
		t.Errorf("tables() finds %d of %d, %v", len(list), strings.Count(schema, "CREATE TABLE"), err)
	}
}
