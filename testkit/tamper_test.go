package testkit_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestTampered is somebody with the database in his hands, past the product: he changes
// a row of the journal, takes one out, exchanges two, makes one up, and mends the digests
// he can reckon. Each is found by `linqiao verify`, at its place.
func TestTampered(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			dir := t.TempDir()
			i := &testkit.Install{Bin: bin, DB: testkit.NewDatabase(t, engine.Name, dir), Key: filepath.Join(dir, "key"), Dir: dir}
			i.Must(t, "migrate")
			journal(t, i.DB, 40)
			i.Must(t, "verify")
			driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[engine.Name]
			raw, err := sql.Open(driver, i.DB)
			if err != nil {
				t.Fatal(err)
			}
			defer raw.Close()
			row := func(seq int) (id string) {
				if err := raw.QueryRow(fmt.Sprintf("SELECT id FROM audit WHERE seq = %d", seq)).Scan(&id); err != nil {
					t.Fatal(err)
				}
				return id
			}
			for _, c := range []struct {
				what string
				do   []string
				says []string
			}{
				{"a purpose", []string{"UPDATE audit SET purpose = '核实' WHERE seq = 5"}, []string{"第 5 行被改过或换过", row(5)}},
				{"who it was", []string{"UPDATE audit SET actor = 'a9' WHERE seq = 6"}, []string{"第 6 行被改过或换过", row(6)}},
				{"when it was", []string{"UPDATE audit SET at = at - 86400000 WHERE seq = 7"}, []string{"第 7 行被改过或换过", row(7)}},
				{"one taken out", []string{"DELETE FROM audit WHERE seq = 12"}, []string{"第 12 行不见了"}},
				{"three taken out", []string{"DELETE FROM audit WHERE seq IN (15, 16, 17)"}, []string{"第 15 至 17 行不见了"}},
				{"one taken out and the rest moved up", []string{"DELETE FROM audit WHERE seq = 22", "UPDATE audit SET seq = seq - 1 WHERE seq = 23"},
					[]string{"第 22 行被改过或换过", "第 23 行不见了"}},
				{"two exchanged", []string{"UPDATE audit SET seq = 90 WHERE seq = 30", "UPDATE audit SET seq = 30 WHERE seq = 31", "UPDATE audit SET seq = 31 WHERE seq = 90"},
					[]string{"第 30 行被改过或换过", "第 31 行被改过或换过"}},
			} {
				t.Run(c.what, func(t *testing.T) {
					before := told(t, i)
					for _, q := range c.do {
						if _, err := raw.Exec(q); err != nil {
							t.Fatal(err)
						}
					}
					out, code := i.Run(t, "verify")
					for _, want := range c.says {
						if code == 0 || !strings.Contains(out, want) || strings.Contains(out, "数据库完好") {
							t.Errorf("exit %d, does not say %q:\n%s", code, want, out)
						}
					}
					if now := told(t, i); len(now) != len(before)+max(1, strings.Count(strings.Join(c.says, " "), "第")) {
						t.Errorf("told of %d places, now of %d:\n%s", len(before), len(now), strings.Join(now, "\n"))
					}
				})
			}
		})
	}
}

// told are the breaks of the chain that verify names.
func told(t *testing.T, i *testkit.Install) []string {
	out, _ := i.Run(t, "verify")
	return slices.DeleteFunc(strings.Split(out, "\n"), func(s string) bool { return !strings.Contains(s, "不完好： 审计链") })
}

// journal makes a county with a chain of n rows.
func journal(t *testing.T, dsn string, n int) {
	t.Helper()
	db := openAt(t, store.Config{DSN: dsn})
	defer closed(t, db)
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		tx = tx.In(storetest.Home)
		if err := tx.SaveTenant(&domain.Tenant{Code: storetest.Home, Name: "茂南区"}); err != nil {
			return err
		}
		for k := range n {
			err := tx.AppendAudit(&domain.Audit{Actor: "a1", Action: "reveal", Object: fmt.Sprintf("party/%d", k), Purpose: "回访", At: time.Now().Add(time.Duration(k) * time.Second)})
			if err != nil {
				return err
			}
		}
		_, err := tx.LinkAudit(n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
