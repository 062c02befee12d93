package testkit_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// batchSlips is how many slips one batch closes: enough parts to be cut between them.
const batchSlips = 600

// TestBatchKilled kills the product in the middle of a batch, while it is looked over
// and while it is done. After each restart the batch goes on by itself: every record
// is moved once, and the figures are those of a rebuild.
func TestBatchKilled(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			dir := t.TempDir()
			b := &batchKill{install: &testkit.Install{Bin: bin, DB: testkit.NewDatabase(t, engine.Name, dir), Key: filepath.Join(dir, "key"),
				Programs: "testdata", Dir: dir, Env: []string{"LINQIAO_PASSWORD=" + killPass, "LINQIAO_COUNTY=" + killCounty}}}
			if err := os.CopyFS(filepath.Join(dir, "testdata", killProgram), os.DirFS("../testdata/"+killProgram)); err != nil {
				t.Fatal(err)
			}
			b.play(t)
		})
	}
}

// batchKill is one installation, and the slips that its batch is about.
type batchKill struct {
	install *testkit.Install
	server  *testkit.Running
	keeper  *testkit.Client
	slips   []string
	cut     int // kills that met the batch half done
}

func (b *batchKill) play(t *testing.T) {
	b.install.Must(t, "account", "create-admin", "--powers", "joint")
	b.start(t)
	b.open(t)
	check := b.keeper.Must(t, http.MethodPost, "/bulk", testkit.Object{"op": "move", "move": "close",
		"filter": testkit.Object{"program": killProgram, "record": "slip", "stage": "open"}})
	id := testkit.Text(check, "id")
	b.killHalfway(t, id)
	if v := b.wait(t, id); v["done"] != float64(batchSlips) || v["failed"] != float64(0) {
		t.Fatalf("looked over: %v", v)
	}
	job := b.keeper.Must(t, http.MethodPost, "/bulk/"+id+"/confirm", testkit.Object{})
	id = testkit.Text(job, "id")
	b.killHalfway(t, id)
	b.killHalfway(t, id)
	if v := b.wait(t, id); v["done"] != float64(batchSlips) || v["failed"] != float64(0) {
		t.Fatalf("done: %v", v)
	}
	t.Logf("%d kills met the batch half done", b.cut)
	b.server.Stop(t)
	b.audit(t)
}

func (b *batchKill) start(t *testing.T) {
	b.server = b.install.Serve(t, testkit.FreeAddress(t))
	b.server.Ready(t, 30*time.Second)
	if b.keeper != nil {
		b.keeper.Base, b.keeper.HTTP = b.server.Base, b.server.HTTP
	}
}

// open makes the window, its keeper and the slips.
func (b *batchKill) open(t *testing.T) {
	admin := b.server.SignIn(t, killCounty, "admin", killPass)
	org := admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": "快办窗口", "kind": "window", "level": "county", "region": killCounty})
	admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "keeper", "name": "窗口", "password": killPass,
		"memberships": []testkit.Object{{"org": org["id"]}}})
	b.keeper = b.server.SignIn(t, killCounty, "keeper", killPass)
	b.slips = make([]string, batchSlips)
	var wg sync.WaitGroup
	for lane := range 16 {
		wg.Go(func() {
			for i := lane; i < batchSlips; i += 16 {
				v := b.keeper.Must(t, http.MethodPost, "/programs/"+killProgram+"/records/slip/take",
					testkit.Object{"fields": testkit.Object{"tag": fmt.Sprint(i)}, "region": killCounty})
				b.slips[i] = testkit.Text(v, "id")
			}
		})
	}
	wg.Wait()
}

// killHalfway kills the server as soon as it says that some of a job is done, and
// starts it again.
func (b *batchKill) killHalfway(t *testing.T, id string) {
	for {
		v := b.keeper.Must(t, http.MethodGet, "/jobs/"+id, nil)
		done, _ := v["done"].(float64)
		if done > 0 || ended(v) {
			if !ended(v) {
				b.cut++
			}
			break
		}
	}
	b.server.Kill()
	b.start(t)
}

func (b *batchKill) wait(t *testing.T, id string) testkit.Object {
	for until := time.Now().Add(3 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		v := b.keeper.Must(t, http.MethodGet, "/jobs/"+id, nil)
		if ended(v) {
			return v
		}
		if time.Now().After(until) {
			t.Fatalf("the job does not go on: %v", v)
		}
	}
}

func ended(job testkit.Object) bool { return job["state"] == "done" || job["state"] == "failed" }

// audit opens the database itself: each slip was closed by one move, and the figures
// are those of a rebuild.
func (b *batchKill) audit(t *testing.T) {
	ctx := t.Context()
	key, err := store.ReadKeyFile(b.install.Key)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := store.NewKeyring(store.SuiteAES, key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Config{DSN: b.install.DB, Sealer: ring})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, id := range b.slips {
		closed := 0
		if err := db.Read(ctx, func(tx *store.Tx) error {
			page, err := tx.In(killCounty).Events(store.EventFilter{Record: domain.RecordID(id), MaxClass: domain.Sealed, Limit: 100})
			for i := range page.Items {
				if eventName(&page.Items[i]) == "close" {
					closed++
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if closed != 1 {
			t.Fatalf("slip %s was closed %d times", id, closed)
		}
	}
	differ, err := app.New(app.Options{DB: db}).RebuildAll(ctx, app.System(killCounty))
	if err != nil || len(differ) > 0 {
		t.Errorf("figures differ from a rebuild: %v %v", differ, err)
	}
}
