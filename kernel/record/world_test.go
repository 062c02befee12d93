package record

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/kernel/program"
)

// county is an in-memory World: maps, and one transaction at a time. What a
// transaction wrote is gone when it fails, as in a database.
type county struct {
	state
	t    testing.TB
	set  *program.Set
	cal  *calendar.Calendar
	now  time.Time
	who  *Actor
	seq  int
	same *domain.Record // what `same: refuse` finds
	// what never changes in a test
	parties   map[domain.PartyID]*domain.Party
	kin       map[domain.PartyID]domain.PartyID
	accounts  map[domain.AccountID]*domain.Account
	orgs      map[domain.OrgID]*domain.Org
	regions   map[domain.RegionID]*domain.Region
	stats     map[string]int64
	responses []*domain.Response
}

// state is what a transaction may change.
type state struct {
	recs      map[domain.RecordID]*domain.Record
	order     []domain.RecordID
	clocks    map[string]*domain.Clock
	fired     map[string]bool // (record, clock, start, rung)
	diary     []commitment
	runs      map[string]*domain.MatchRun
	panels    map[string]*domain.PanelRun
	sigs      []*domain.Signature
	signs     map[string][]*domain.Sign
	rosters   map[string][]string
	consents  map[string]bool
	balances  map[string]int64
	events    []*domain.Event
	notices   []Notice
	published []string
	done      []string // passes, documents, duties, marks: what was asked for
}

func clonePtrs[K comparable, V any](m map[K]*V) map[K]*V {
	out := make(map[K]*V, len(m))
	for k, v := range m {
		c := *v
		out[k] = &c
	}
	return out
}

func (s *state) copy() state {
	c := *s
	c.recs, c.clocks, c.runs, c.panels = clonePtrs(s.recs), clonePtrs(s.clocks), clonePtrs(s.runs), clonePtrs(s.panels)
	c.order, c.events, c.notices, c.done = slices.Clone(s.order), slices.Clone(s.events), slices.Clone(s.notices), slices.Clone(s.done)
	c.diary = slices.Clone(s.diary)
	c.fired, c.balances, c.consents = maps.Clone(s.fired), maps.Clone(s.balances), maps.Clone(s.consents)
	c.sigs = nil
	for _, x := range s.sigs {
		y := *x
		c.sigs = append(c.sigs, &y)
	}
	c.signs, c.rosters = map[string][]*domain.Sign{}, map[string][]string{}
	for k, v := range s.signs {
		c.signs[k] = slices.Clone(v)
	}
	for k, v := range s.rosters {
		c.rosters[k] = slices.Clone(v)
	}
	return c
}

const (
	villageA = "440902001001"
	villageB = "440902002001"
	pathA    = "44/4409/440902/440902001/440902001001"
	pathB    = "44/4409/440902/440902002/440902002001"
	townA    = "44/4409/440902/440902001"
	wholeway = "44/4409/440902"
)

var system = &Actor{System: true}

// monday is 2026-03-09, a Monday without a holiday in sight, 10:00 in Beijing.
var monday = beijing("2026-03-09 10:00")

func beijing(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, domain.Beijing)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// newCounty loads programs from their text; each begins with `program: <key>`.
func newCounty(t testing.TB, sources ...string) *county {
	t.Helper()
	dirs := map[string]fs.FS{}
	for _, src := range sources {
		first, _, _ := strings.Cut(strings.TrimSpace(src), "\n")
		key := strings.TrimSpace(strings.TrimPrefix(first, "program:"))
		dirs[key] = fstest.MapFS{"program.yaml": {Data: []byte(strings.TrimSpace(src) + "\n")}}
	}
	set, issues := program.Load(dirs)
	for _, i := range issues {
		t.Error(i.Error())
	}
	if t.Failed() {
		t.FailNow()
	}
	w := &county{t: t, set: set, cal: calendar.Official(), now: monday, who: system,
		state: state{recs: map[domain.RecordID]*domain.Record{}, clocks: map[string]*domain.Clock{}, fired: map[string]bool{},
			runs: map[string]*domain.MatchRun{}, panels: map[string]*domain.PanelRun{}, signs: map[string][]*domain.Sign{},
			rosters: map[string][]string{}, consents: map[string]bool{}, balances: map[string]int64{}},
		parties: map[domain.PartyID]*domain.Party{}, accounts: map[domain.AccountID]*domain.Account{},
		orgs: map[domain.OrgID]*domain.Org{}, regions: map[domain.RegionID]*domain.Region{}, stats: map[string]int64{}}
	for _, p := range []string{pathA, pathB} {
		parts := strings.Split(p, "/")
		for i, id := range parts {
			level, _ := domain.RegionLevelOf(domain.RegionID(id))
			w.regions[domain.RegionID(id)] = &domain.Region{ID: domain.RegionID(id), Level: level, Name: "区" + id, Path: strings.Join(parts[:i+1], "/"), Active: true}
		}
	}
	return w
}

// person adds a person of village A.
func (w *county) person(id string) domain.PartyID {
	w.parties[domain.PartyID(id)] = &domain.Party{ID: domain.PartyID(id), Kind: domain.Person, Name: "张" + id, Region: villageA, Path: pathA,
		Data: map[string]any{}, Secret: map[string]any{}, Active: true}
	return domain.PartyID(id)
}

// staff adds an account with one post: in the unit of that kind, over the paths.
func (w *county) staff(id, org, kind string, paths ...string) *Actor {
	if w.orgs[domain.OrgID(org)] == nil {
		w.orgs[domain.OrgID(org)] = &domain.Org{ID: domain.OrgID(org), Kind: kind, Name: "单位" + org, Path: wholeway, Active: true}
	}
	w.accounts[domain.AccountID(id)] = &domain.Account{ID: domain.AccountID(id), Name: id}
	return &Actor{Account: domain.AccountID(id), Name: id, Memberships: []Membership{{ID: "m-" + id, Org: domain.OrgID(org), Kind: kind, Paths: paths}}}
}

// citizen adds the account of a person.
func (w *county) citizen(id string) *Actor {
	p := w.person(id)
	w.accounts[domain.AccountID("a-"+id)] = &domain.Account{ID: domain.AccountID("a-" + id), Party: p}
	return &Actor{Account: domain.AccountID("a-" + id), Parties: []domain.PartyID{p}}
}

func (w *county) program() *program.Program {
	for _, p := range w.set.Programs.All() {
		return p
	}
	return nil
}

// as runs one transaction.
func (w *county) as(who *Actor, fn func(u *Unit) error) error {
	keep := w.state.copy()
	w.who = who
	u := Begin(w)
	err := fn(u)
	if err == nil {
		err = u.Finish()
	}
	if err != nil {
		w.state = keep
	}
	return err
}

// try makes a record by `record.move`.
func (w *county) try(who *Actor, addr string, a Act) (id domain.RecordID, err error) {
	w.t.Helper()
	key, move, _ := strings.Cut(addr, ".")
	p := w.program()
	t := p.Records.Get(key)
	if t == nil || move != "" && t.Moves.Get(move) == nil {
		w.t.Fatalf("no %s", addr)
	}
	err = w.as(who, func(u *Unit) error {
		r, err := u.Create(p, t, t.Moves.Get(move), a)
		if r != nil {
			id = r.ID
		}
		return err
	})
	return id, err
}

// make is try that must succeed.
func (w *county) make(who *Actor, addr string, a Act) domain.RecordID {
	w.t.Helper()
	id, err := w.try(who, addr, a)
	if err != nil {
		w.t.Fatalf("%s: %v", addr, err)
	}
	return id
}

func (w *county) move(who *Actor, id domain.RecordID, move string, a Act) error {
	w.t.Helper()
	return w.as(who, func(u *Unit) error {
		r, err := u.Load(id)
		if err != nil {
			return err
		}
		mv := r.T.Moves.Get(move)
		if mv == nil {
			w.t.Fatalf("no move %s", move)
		}
		return u.Move(r, mv, a)
	})
}

func (w *county) must(who *Actor, id domain.RecordID, move string, a Act) {
	w.t.Helper()
	if err := w.move(who, id, move, a); err != nil {
		w.t.Fatalf("%s: %v", move, err)
	}
}

// look reads a row outside any change.
func (w *county) look(who *Actor, id domain.RecordID, fn func(u *Unit, r *Row)) {
	w.t.Helper()
	w.who = who
	u := Begin(w)
	r, err := u.Load(id)
	if err != nil {
		w.t.Fatal(err)
	}
	fn(u, r)
}

func (w *county) stage(id domain.RecordID) string { return w.recs[id].Stage }

// only gives the records of a key below a parent, oldest first.
func (w *county) only(parent domain.RecordID, key string) []*domain.Record {
	list, _ := w.Children(parent, key)
	return list
}

// tickTo lets time pass: every rung that falls due on the way fires at its instant.
func (w *county) tickTo(at time.Time) {
	w.t.Helper()
	for n := 0; n < 1000; n++ {
		var next *domain.Clock
		for _, k := range slices.Sorted(maps.Keys(w.clocks)) {
			c := w.clocks[k]
			if !c.NextAt.IsZero() && !c.NextAt.After(at) && (next == nil || c.NextAt.Before(next.NextAt)) {
				next = c
			}
		}
		if next == nil {
			w.now = at
			return
		}
		if next.NextAt.After(w.now) {
			w.now = next.NextAt
		}
		rung := *next
		once := fmt.Sprint(rung.Record, rung.Key, rung.FromAt, rung.NextRung)
		err := w.as(system, func(u *Unit) error {
			r, err := u.Load(rung.Record)
			if err != nil {
				return err
			}
			if w.fired[once] {
				return u.Fired(r, rung.Key, rung.NextRung)
			}
			w.fired[once] = true
			return u.Fire(r, rung.Key, rung.NextRung)
		})
		if err != nil {
			w.t.Fatalf("%s %s: %v", rung.Key, rung.NextRung, err)
		}
	}
	w.t.Fatal("rungs without end")
}

// counts lists every count of a stat in the order of its events.
func (w *county) counts(stat string) (out []Count) {
	for _, ev := range w.events {
		list, _ := ev.Stats["counts"].([]Count)
		for _, c := range list {
			if c.Stat == stat {
				out = append(out, c)
			}
		}
	}
	return out
}

// total adds the counts of a stat: how many, and how much.
func (w *county) total(stat string) (n, value int64) {
	for _, c := range w.counts(stat) {
		n, value = n+c.N, value+c.Value
	}
	return n, value
}

// said lists the notices with this reason, as role keys.
func (w *county) said(why string) (roles []string) {
	for _, n := range w.notices {
		if n.Why == why {
			roles = append(roles, n.Role)
		}
	}
	return roles
}

// wantErr checks the code of an error and a part of its text.
func wantErr(t testing.TB, err error, code, part string) {
	t.Helper()
	if err == nil || domain.CodeOf(err) != code || !strings.Contains(err.Error(), part) {
		t.Fatalf("want %s with %q, got %v", code, part, err)
	}
}
