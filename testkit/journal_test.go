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
	"strings"
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
	pursePay     = "zhuan-kuan-zhuan-yong-2026"
	purseProgram = "purse-desk"
	purseClients = 32
	purseActs    = 10_000 // answered requests
	purseKills   = 6
)

// TestJournal lets many clerks put money into purses, spend it, take entries back and
// close purses, all at once and at random, and kills the server among it. In the end
// every request that was answered has happened exactly once or not at all, as it was
// answered; no purse is or ever was below nought for any of its purposes; both sides
// of the journal are equal to the fen.
func TestJournal(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "testdata", purseProgram), os.DirFS("../testdata/"+purseProgram)); err != nil {
				t.Fatal(err)
			}
			p := &purses{inOrder: engine.Name == "sqlite", pots: map[string]bool{}, slips: map[string]*purseSlip{}, install: &testkit.Install{Bin: bin, DB: testkit.NewDatabase(t, engine.Name, dir),
				Key: filepath.Join(dir, "key"), Programs: "testdata", Dir: dir, Env: []string{"LINQIAO_PASSWORD=" + pursePay, "LINQIAO_COUNTY=" + killCounty}}}
			p.play(t)
		})
	}
}

// purses is what the clients know: what was answered.
type purses struct {
	install *testkit.Install
	server  *testkit.Running
	clients []*purseClient

	mu      sync.Mutex
	pots    map[string]bool       // id → closed
	slips   map[string]*purseSlip // tag → as answered
	done    int                   // answered with yes
	refused map[string]int        // by code
	wanted  int                   // acts of this run
	inOrder bool                  // entries stand in the order of their commits: one writer
}

type purseSlip struct {
	id, pot, purpose string
	amount           int64 // positive = put
	undone           bool
}

type purseClient struct {
	api     testkit.Client
	n       int
	asked   int
	waiting *purseAct
}

// purseAct is one request; said takes note of a yes.
type purseAct struct {
	key, path string
	body      testkit.Object
	said      func(id string)
}

func (p *purses) play(t *testing.T) {
	p.refused, p.wanted = map[string]int{}, purseActs
	if testing.Short() {
		p.wanted = 1500
	}
	p.install.Must(t, "account", "create-admin", "--powers", "joint")
	p.start(t)
	p.hire(t)
	begun := time.Now()
	for kill := 1; p.answered() < p.wanted; kill++ {
		p.work(t, p.wanted*kill/purseKills)
		p.start(t)
		p.repeat(t)
	}
	t.Logf("%d acts answered (%d done, refused %v) with %d kills in %.1f s", p.answered(), p.done, p.refused, purseKills, time.Since(begun).Seconds())
	p.server.Stop(t)
	p.audit(t)
}

func (p *purses) start(t *testing.T) {
	p.server = p.install.Serve(t, testkit.FreeAddress(t))
	p.server.Ready(t, 30*time.Second)
	for _, c := range p.clients {
		c.api.Base, c.api.HTTP = p.server.Base, p.server.HTTP
	}
}

func (p *purses) hire(t *testing.T) {
	admin := p.server.SignIn(t, killCounty, "admin", pursePay)
	org := admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": "账台", "kind": "purse_desk", "level": "county", "region": killCounty})
	var people []*testkit.Client
	for i := range 4 {
		login := fmt.Sprintf("zhangtai%d", i)
		admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": login, "name": "账台", "password": pursePay, "memberships": []testkit.Object{{"org": org["id"]}}})
		people = append(people, p.server.SignIn(t, killCounty, login, pursePay))
	}
	for range 6 {
		pot := people[0].Must(t, http.MethodPost, "/programs/"+purseProgram+"/records/pot/open", testkit.Object{"region": killCounty})
		p.pots[testkit.Text(pot, "id")] = false
	}
	for i := range purseClients {
		p.clients = append(p.clients, &purseClient{api: *people[i%len(people)], n: i})
	}
}

func (p *purses) answered() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.done
	for _, k := range p.refused {
		n += k
	}
	return n
}

// work lets all clients act until so many acts are answered, then kills the server
// while they go on.
func (p *purses) work(t *testing.T, until int) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	for _, c := range p.clients {
		wg.Go(func() {
			for ctx.Err() == nil && p.next(c) && p.send(ctx, c) == nil {
			}
		})
	}
	for p.answered() < until && ctx.Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	p.server.Kill()
	stop()
	wg.Wait()
}

// next chooses what a client does: mostly money in and out, sometimes taking an entry
// back (also one that another takes back now), seldom a purse closed or opened.
func (p *purses) next(c *purseClient) bool {
	c.asked++
	p.mu.Lock()
	defer p.mu.Unlock()
	pots := slices.Sorted(maps.Keys(p.pots))
	pot := pots[rand.IntN(len(pots))]
	tag := fmt.Sprintf("c%d-%d", c.n, c.asked)
	switch dice := rand.IntN(200); {
	case dice < 40 && len(p.slips) > 10:
		var slip *purseSlip
		for _, slip = range p.slips { // any: the order of a map is random
			break
		}
		c.waiting = &purseAct{testkit.NewKey(), "/records/" + slip.id + "/moves/undo", testkit.Object{"text": "记错"}, func(string) { slip.undone = true }}
	case dice == 40:
		c.waiting = &purseAct{testkit.NewKey(), "/records/" + pot + "/moves/close", testkit.Object{}, func(string) { p.pots[pot] = true }}
	case dice == 41:
		c.waiting = &purseAct{testkit.NewKey(), "/programs/" + purseProgram + "/records/pot/open", testkit.Object{"region": killCounty}, func(id string) { p.pots[id] = false }}
	default:
		move, sign := "put", int64(1)
		if dice > 120 {
			move, sign = "spend", -1
		}
		amount, purpose := int64(1+rand.IntN(50_000)), []string{"any", "food", "school"}[rand.IntN(3)]
		c.waiting = &purseAct{testkit.NewKey(), "/programs/" + purseProgram + "/records/slip/" + move,
			testkit.Object{"parent": pot, "region": killCounty, "fields": testkit.Object{"tag": tag, "purpose": purpose, "amount": amount}},
			func(id string) {
				p.slips[tag] = &purseSlip{id: id, pot: pot, purpose: purpose, amount: sign * amount}
			}}
	}
	return true
}

// send sends what waits; an error means that nothing was answered. Busy is no answer:
// the same request goes again.
func (p *purses) send(ctx context.Context, c *purseClient) error {
	for {
		a, err := c.api.Try(ctx, http.MethodPost, c.waiting.path, c.waiting.body, testkit.Key(c.waiting.key), testkit.Header{Name: "Prefer", Value: "return=minimal"})
		if err != nil {
			return err
		}
		if a.Status == http.StatusServiceUnavailable || a.Status == http.StatusConflict && testkit.Text(a.Object(), "type") == "busy" {
			continue
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		switch {
		case a.Status < 300:
			p.done++
			c.waiting.said(testkit.Text(a.Object(), "id"))
		case a.Status >= 500:
			return fmt.Errorf("%s: %d %s", c.waiting.path, a.Status, a.Raw)
		default:
			p.refused[testkit.Text(a.Object(), "type")]++
		}
		c.waiting = nil
		return nil
	}
}

// repeat sends again what the kill left unanswered, every other one twice at once.
func (p *purses) repeat(t *testing.T) {
	var wg sync.WaitGroup
	for i, c := range p.clients {
		if c.waiting == nil {
			continue
		}
		if i%2 == 0 {
			act := *c.waiting
			wg.Go(func() {
				_, _ = c.api.Try(t.Context(), http.MethodPost, act.path, act.body, testkit.Key(act.key))
			})
		}
		wg.Go(func() {
			if err := p.send(t.Context(), c); err != nil {
				t.Errorf("repeated after the restart: %v", err)
			}
		})
	}
	wg.Wait()
}

// audit opens the database itself and adds everything up again.
func (p *purses) audit(t *testing.T) {
	ctx := t.Context()
	key, err := store.ReadKeyFile(p.install.Key)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := store.NewKeyring(store.SuiteAES, key)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(ctx, store.Config{DSN: p.install.DB, Sealer: ring})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Read(ctx, func(tx *store.Tx) error { return p.compare(t, tx.In(killCounty)) }); err != nil {
		t.Fatal(err)
	}
	differ, err := app.New(app.Options{DB: db}).RebuildAll(ctx, app.System(killCounty))
	if err != nil || len(differ) > 0 {
		t.Errorf("figures differ from a rebuild: %v %v", differ, err)
	}
	rep, err := db.Verify(ctx)
	if err != nil || len(rep.Broken) > 0 {
		t.Errorf("verify: %v %v", rep, err)
	}
}

func (p *purses) compare(t *testing.T, tx *store.Tx) error {
	want := map[string]int64{} // pot, purpose → what was answered
	byID := map[string]*purseSlip{}
	for tag, s := range p.slips {
		if byID[s.id] != nil {
			t.Errorf("%s has the record of another: %s", tag, s.id)
		}
		byID[s.id] = s
		if !s.undone {
			want["pot="+s.pot+"&purpose="+s.purpose] += s.amount
		}
	}
	inside, err := tx.Balances(purseProgram, "purse")
	if err != nil {
		return err
	}
	var total int64
	for dims, n := range inside {
		if n < 0 {
			t.Errorf("%s stands at %d", dims, n)
		}
		if n != want[dims] {
			t.Errorf("%s stands at %d, the answers say %d", dims, n, want[dims])
		}
		delete(want, dims)
		total += n
	}
	for dims, n := range want {
		if n != 0 {
			t.Errorf("%s is not kept, the answers say %d", dims, n)
		}
	}
	outside, err := tx.Balances(purseProgram, "outside")
	if err != nil {
		return err
	}
	for _, n := range outside {
		total += n
	}
	if total != 0 {
		t.Errorf("the two sides of the journal differ by %d fen", total)
	}
	if err := p.entries(t, tx, byID); err != nil {
		return err
	}
	for pot, closed := range p.pots {
		if err := p.closed(t, tx, pot, closed, inside); err != nil {
			return err
		}
	}
	return nil
}

// entries looks at every entry of the purses: two for each answered slip, two more
// when it was taken back, none of anything else.
func (p *purses) entries(t *testing.T, tx *store.Tx, byID map[string]*purseSlip) error {
	sums, counts, stood := map[string]int64{}, map[string]int{}, map[string]int64{}
	from := time.Now().Add(-24 * time.Hour)
	list, err := tx.Journal(store.JournalRange{Program: purseProgram, Account: "purse", From: from, Until: time.Now().Add(time.Hour)}, 1_000_000)
	if err != nil {
		return err
	}
	for _, e := range list {
		sums[string(e.Record)] += e.Amount
		counts[string(e.Record)]++
		if stood[e.Dims] += e.Amount; stood[e.Dims] < 0 && p.inOrder {
			t.Errorf("%s stood at %d", e.Dims, stood[e.Dims])
		}
		if byID[string(e.Record)] == nil {
			t.Errorf("an entry of %d by %s, which nobody was told of", e.Amount, e.Record)
		}
	}
	undone := 0
	for id, s := range byID {
		n, sum := 1, s.amount
		if s.undone {
			n, sum = 2, 0
			undone++
		}
		if counts[id] != n || sums[id] != sum {
			t.Errorf("%s: %d entries of %d in all, want %d of %d", id, counts[id], sums[id], n, sum)
		}
	}
	t.Logf("%d slips, %d of them taken back, %d entries", len(byID), undone, len(list))
	if len(byID) < p.wanted/4 || undone < p.wanted/100 {
		t.Error("too little was written to prove anything")
	}
	return nil
}

// closed: a purse is closed if and only if that was answered, and then holds nothing.
func (p *purses) closed(t *testing.T, tx *store.Tx, pot string, closed bool, inside map[string]int64) error {
	r, err := tx.Record(domain.RecordID(pot))
	if err != nil {
		return err
	}
	if (r.Stage == "closed") != closed {
		t.Errorf("%s is %s, answered closed = %v", pot, r.Stage, closed)
	}
	for dims, n := range inside {
		if closed && n != 0 && strings.HasPrefix(dims, "pot="+pot+"&") {
			t.Errorf("%s is closed and holds %d", dims, n)
		}
	}
	return nil
}
