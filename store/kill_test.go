package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

const killEnv = "LINQIAO_TEST_KILL_FILE"

// TestKill kills a process in the middle of grouped writes, several times on
// one file: what was acknowledged is there, and no write is there by half.
func TestKill(t *testing.T) {
	if path := os.Getenv(killEnv); path != "" {
		writeForever(t, path)
		return
	}
	t.Parallel()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "kill.db")
	acknowledged := map[domain.RecordID]bool{}
	for round := range 4 {
		db, err := store.Open(ctx, store.Config{DSN: path})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		storetest.Seed(t, db)
		checkKilled(t, db, acknowledged)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		killAfter(t, path, 150+100*round, acknowledged)
	}
	if len(acknowledged) < 900 {
		t.Errorf("only %d writes were acknowledged in all", len(acknowledged))
	}
}

// killAfter runs a writing process and kills it once n writes are acknowledged.
func killAfter(t *testing.T, path string, n int, acknowledged map[domain.RecordID]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), killEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		if i == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		acknowledged[domain.RecordID(lines.Text())] = true
	}
	_ = cmd.Wait() // it was killed
}

// checkKilled: every acknowledged parent is there, and every parent has its child.
func checkKilled(t *testing.T, db *store.DB, acknowledged map[domain.RecordID]bool) {
	t.Helper()
	storetest.Read(t, db, func(tx *store.Tx) error {
		for id := range acknowledged {
			if _, err := tx.Record(id); err != nil {
				t.Errorf("acknowledged, but lost: %s (%v)", id, err)
			}
		}
		parents, err := tx.CountRecords(store.RecordFilter{Keys: []string{"need"}, Access: store.AccessAll}, 1<<20)
		if err != nil {
			return err
		}
		children, err := tx.CountRecords(store.RecordFilter{Keys: []string{"order"}, Access: store.AccessAll}, 1<<20)
		if parents != children || parents < len(acknowledged) {
			t.Errorf("%d parents, %d children, %d acknowledged", parents, children, len(acknowledged))
		}
		return err
	})
}

func writeForever(t *testing.T, path string) {
	db, err := store.Open(context.Background(), store.Config{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				parent := storetest.Case()
				err := storetest.TryWrite(db, func(tx *store.Tx) error {
					if err := tx.InsertRecord(parent); err != nil {
						return err
					}
					return tx.InsertRecord(storetest.Case(func(r *domain.Record) { r.Key, r.Parent, r.Root = "order", parent.ID, parent.ID }))
				})
				if err != nil {
					return
				}
				mu.Lock()
				fmt.Println(parent.ID)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}
