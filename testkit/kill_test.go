package testkit_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const (
	killCounty  = "440902"
	killProgram = "fast-desk"
	killClients = 64
	killRounds  = 20
	killPass    = "qiang-zhi-zhong-zhi-2026"
)

// TestKill runs the product as a process of its own and kills it again and again
// while many clients write. After each restart the clients repeat what was not
// answered, with the keys they used. In the end everything that a client asked
// for has happened exactly once, the clocks have rung once each, and the figures
// are those of a rebuild.
func TestKill(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			newKilling(t, bin, testkit.NewDatabase(t, engine.Name, dir), dir).play(t)
		})
	}
}

// newKilling is an installation with its files in dir.
func newKilling(t *testing.T, bin, db, dir string) *killing {
	t.Helper()
	if err := os.CopyFS(filepath.Join(dir, "testdata", killProgram), os.DirFS("../testdata/"+killProgram)); err != nil {
		t.Fatal(err)
	}
	return &killing{install: &testkit.Install{Bin: bin, DB: db, Key: filepath.Join(dir, "key"), Programs: "testdata", Dir: dir,
		Env: []string{"LINQIAO_PASSWORD=" + killPass, "LINQIAO_COUNTY=" + killCounty}}}
}

// killing is one database and what its clients know.
type killing struct {
	install *testkit.Install
	server  *testkit.Running
	clients []*writer
	starts  []time.Duration
}

// request is one change a client wants, with the key it keeps until it is answered.
type request struct {
	key, path string
	body      testkit.Object
}

// writer is one client: it opens a slip and writes notes on it until it is cut
// off, and closes some of them.
type writer struct {
	api     testkit.Client
	name    string
	slip    string   // the record it works on, "" = none
	waiting *request // sent, not answered
	asked   int
	slips   map[string]string // tag → id as acknowledged
	notes   map[string]int    // id → notes acknowledged
	closed  map[string]bool
}

func (k *killing) play(t *testing.T) {
	k.install.Must(t, "account", "create-admin", "--powers", "joint")
	k.start(t)
	k.hire(t)
	rounds := killRounds
	if n, err := strconv.Atoi(os.Getenv("LINQIAO_KILLS")); err == nil {
		rounds = n
	} else if testing.Short() {
		rounds = 4
	}
	for range rounds {
		k.workUntilKilled(t)
		k.start(t)
		k.repeat(t)
		k.look(t)
	}
	k.await(t)
	k.compare(t)
	k.server.Stop(t)
	k.audit(t)
	slices.Sort(k.starts)
	t.Logf("%d kills; start to ready: median %d ms, longest %d ms", rounds, k.starts[len(k.starts)/2].Milliseconds(), k.starts[len(k.starts)-1].Milliseconds())
}

// start starts the server. Now and then it is killed while it starts.
func (k *killing) start(t *testing.T) {
	addr := testkit.FreeAddress(t)
	if len(k.starts)%5 == 4 {
		s := k.install.Serve(t, addr)
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		s.Kill()
	}
	begun := time.Now()
	k.server = k.install.Serve(t, addr)
	k.server.Ready(t, 10*time.Second)
	k.starts = append(k.starts, time.Since(begun))
	for _, w := range k.clients {
		w.api.Base, w.api.HTTP = k.server.Base, k.server.HTTP
	}
}

// hire makes the window and the people at it; several clients share an account.
func (k *killing) hire(t *testing.T) {
	admin := k.server.SignIn(t, killCounty, "admin", killPass)
	org := admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": "快办窗口", "kind": "window", "level": "county", "region": killCounty})
	var people []*testkit.Client
	for i := range 4 {
		login := fmt.Sprintf("keeper%d", i)
		admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": login, "name": "窗口", "password": killPass,
			"memberships": []testkit.Object{{"org": org["id"]}}})
		people = append(people, k.server.SignIn(t, killCounty, login, killPass))
	}
	for i := range killClients {
		k.clients = append(k.clients, &writer{api: *people[i%len(people)], name: fmt.Sprintf("c%d", i),
			slips: map[string]string{}, notes: map[string]int{}, closed: map[string]bool{}})
	}
}

// workUntilKilled lets all clients write and kills the server in the middle.
func (k *killing) workUntilKilled(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for _, w := range k.clients {
		wg.Go(func() {
			for w.slip == "" || rand.IntN(24) > 0 {
				if !w.next(ctx) {
					return
				}
			}
			w.slip = ""
		})
	}
	time.Sleep(time.Duration(300+rand.IntN(700)) * time.Millisecond)
	k.server.Kill()
	stop()
	wg.Wait()
	for _, w := range k.clients {
		if rand.IntN(3) == 0 && w.waiting == nil {
			w.slip = "" // the next round begins with a new one
		}
	}
}

// next sends the client's next request; false when it was not answered.
func (w *writer) next(ctx context.Context) bool {
	w.asked++
	switch {
	case w.slip == "":
		w.waiting = &request{testkit.NewKey(), "/programs/" + killProgram + "/records/slip/take",
			testkit.Object{"fields": testkit.Object{"tag": fmt.Sprintf("%s-%d", w.name, w.asked)}, "region": killCounty}}
	case rand.IntN(12) == 0:
		w.waiting = &request{testkit.NewKey(), "/records/" + w.slip + "/moves/close", testkit.Object{}}
	default:
		w.waiting = &request{testkit.NewKey(), "/records/" + w.slip + "/moves/note", testkit.Object{"text": fmt.Sprintf("%s-%d", w.name, w.asked)}}
	}
	return w.send(ctx) == nil
}

// toldNo is an answer that did not acknowledge.
type toldNo struct {
	path   string
	status int
	raw    string
}

func (r toldNo) Error() string { return fmt.Sprintf("%s: %d %s", r.path, r.status, r.raw) }

// send sends what waits and takes note of the answer.
func (w *writer) send(ctx context.Context) error {
	r := w.waiting
	a, err := w.api.Try(ctx, http.MethodPost, r.path, r.body, testkit.Key(r.key), testkit.Header{Name: "Prefer", Value: "return=minimal"})
	if err != nil {
		return err
	}
	if a.Status >= 300 {
		return toldNo{r.path, a.Status, string(a.Raw)}
	}
	w.waiting = nil
	id := testkit.Text(a.Object(), "id")
	switch {
	case r.body["fields"] != nil:
		w.slip = id
		w.slips[testkit.Text(r.body, "fields", "tag")] = id
	case r.body["text"] != nil:
		w.notes[id]++
	default:
		w.closed[id] = true
		w.slip = ""
	}
	return nil
}

// repeat sends again what the cut left unanswered, one time in two over two
// connections at once.
func (k *killing) repeat(t *testing.T) {
	var wg sync.WaitGroup
	for _, w := range k.clients {
		if w.waiting == nil {
			continue
		}
		wg.Go(func() {
			twin := *w
			twin.slips, twin.notes, twin.closed = maps.Clone(w.slips), maps.Clone(w.notes), maps.Clone(w.closed)
			if rand.IntN(2) == 0 {
				wg.Go(func() {
					if err := twin.send(t.Context()); err != nil {
						t.Errorf("the same request twice at once: %v", err)
					}
				})
			}
			if err := w.send(t.Context()); err != nil {
				t.Errorf("repeated after the restart: %v", err)
				w.waiting, w.slip = nil, ""
			}
		})
	}
	wg.Wait()
}

// look reads some of what was acknowledged back.
func (k *killing) look(t *testing.T) {
	for _, w := range k.clients {
		for _, id := range slices.Sorted(maps.Values(w.slips)) {
			if rand.IntN(8) > 0 {
				continue
			}
			v := w.api.Must(t, http.MethodGet, "/records/"+id, nil)
			if want := map[bool]string{true: "closed", false: "open"}[w.closed[id]]; v["stage"] != want {
				t.Errorf("%s is %v, acknowledged %s", id, v["stage"], want)
			}
		}
	}
}

// await waits until no clock has a rung left that is due.
func (k *killing) await(t *testing.T) { time.Sleep(7 * time.Second) }

// compare holds what the API lists against what the clients know.
func (k *killing) compare(t *testing.T) {
	api := &k.clients[0].api
	listed := map[string]string{}
	for _, r := range api.All(t, "/records?program="+killProgram+"&record=slip") {
		tag := testkit.Text(r, "fields", "tag")
		if tag == "" {
			tag = testkit.Text(api.Must(t, http.MethodGet, "/records/"+testkit.Text(r, "id"), nil), "fields", "tag")
		}
		if old := listed[tag]; old != "" {
			t.Errorf("%s was taken in twice: %s, %s", tag, old, r["id"])
		}
		listed[tag] = testkit.Text(r, "id")
	}
	slips, notes := 0, 0
	for _, w := range k.clients {
		for tag, id := range w.slips {
			if listed[tag] != id {
				t.Errorf("%s acknowledged as %s, listed as %q", tag, id, listed[tag])
			}
			slips++
			notes += w.notes[id]
		}
	}
	if len(listed) != slips {
		t.Errorf("%d slips listed, %d acknowledged", len(listed), slips)
	}
	t.Logf("%d slips, %d notes acknowledged", slips, notes)
	if slips < 2*killClients || notes < 4*killClients {
		t.Error("too little was written to prove anything")
	}
	for stat, want := range map[string]int{"taken": slips, "noted": notes} {
		v := api.Must(t, http.MethodGet, "/programs/"+killProgram+"/stats/"+stat, nil)
		if n, _ := v["value"].(float64); int(n) != want {
			t.Errorf("figure %s = %v, acknowledged %d", stat, v["value"], want)
		}
	}
}

// audit opens the database itself: moves and rungs one by one, the figures
// against a rebuild, and the audit chain.
func (k *killing) audit(t *testing.T) {
	ctx := t.Context()
	key, err := store.ReadKeyFile(k.install.Key)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := store.NewKeyring(store.SuiteAES, key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Config{DSN: k.install.DB, Sealer: ring})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rungs := 0
	for _, w := range k.clients {
		for tag, id := range w.slips {
			err := db.Read(ctx, func(tx *store.Tx) error {
				n, err := checkSlip(t, tx.In(killCounty), domain.RecordID(id), tag, w)
				rungs += n
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d rungs fired", rungs)
	differ, err := app.New(app.Options{DB: db}).RebuildAll(ctx, app.System(killCounty))
	if err != nil || len(differ) > 0 {
		t.Errorf("figures differ from a rebuild: %v %v", differ, err)
	}
	rep, err := db.Verify(ctx)
	if err != nil || len(rep.Broken) > 0 {
		t.Errorf("verify: %v %v", rep, err)
	}
}

// checkSlip counts what happened to one slip. A slip closed early rings no more;
// every other one has rung all its rungs, once each.
func checkSlip(t *testing.T, tx *store.Tx, id domain.RecordID, tag string, w *writer) (rungs int, err error) {
	page, err := tx.Events(store.EventFilter{Record: id, MaxClass: domain.Sealed, Limit: 1000})
	if err != nil {
		return 0, err
	}
	seen := map[string]int{}
	for _, e := range page.Items {
		seen[eventName(&e)]++
	}
	want := map[string]int{"take": 1, "note": w.notes[string(id)], "close": 0}
	if w.closed[string(id)] {
		want["close"] = 1
	}
	for move, n := range want {
		if seen[move] != n {
			t.Errorf("%s (%s): %d × %s, acknowledged %d", id, tag, seen[move], move, n)
		}
	}
	fired, err := tx.Rungs(id)
	if err != nil {
		return 0, err
	}
	nudges, err := tx.Children(id, "nudge")
	if err != nil {
		return 0, err
	}
	for _, g := range []string{"2%", "5%", "8%"} {
		n := seen["rung "+g]
		if n > 1 || n == 0 && !w.closed[string(id)] {
			t.Errorf("%s (%s): rung %s fired %d times", id, tag, g, n)
		}
	}
	if len(nudges) != seen["rung 5%"] || seen["rung_failed"] > 0 || len(fired) != seen["rung 2%"]+seen["rung 5%"]+seen["rung 8%"] {
		t.Errorf("%s (%s): %d nudges, %d rung rows, seen %v", id, tag, len(nudges), len(fired), seen)
	}
	return len(fired), nil
}

func eventName(e *domain.Event) string {
	switch {
	case e.Type == "rung":
		return fmt.Sprintf("rung %v", e.Data["rung"])
	case e.Move != "":
		return e.Move
	}
	return e.Type
}
