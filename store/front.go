package store

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"linqiao/domain"
)

// The first page of a list is what people look at all day. SQLite throws a reader's
// pages away at every commit, so a list under writes reads its rows from the log
// again and again. The fronts of lists are therefore kept in memory: the newest
// records of a program as one way of access gives them. The writer brings them up
// to date as it commits; what it cannot follow, it drops.
//
// They are of exactly one committed state of the file, told by the header of the
// log's index. A reader looks at that header first: another state, also one made by
// another process, sends it to the tables.

const (
	frontRows = 64  // kept of one list; a page of 50 and one more must be among them
	frontPage = 51  // rows that a front must be able to give
	frontMost = 200 // lists kept (35 MiB at most with their rows); beyond, one gives way
)

// FrontRecord is one version of a record, with its running clocks. It is shared and
// never changed.
type FrontRecord struct {
	Record domain.Record // its Secret is closed
	Clocks []domain.Clock
	// Memo is the caller's, for what it makes of this version.
	Memo atomic.Value

	uses int // fronts that it stands in
}

// frontKey is one way to a list: a dimension and its value.
type frontKey struct {
	county  domain.CountyCode
	program string
	key     string
	stage   string // "" = all
	by      byte   // 'a' all, 'p' region subtree, 'o' owner, 'u' owner's unit, 'v' provider
	value   string
}

type recordKey struct {
	county domain.CountyCode
	id     domain.RecordID
}

// front is the newest records of one way, newest first.
type front struct {
	rows []*FrontRecord
	full bool // the list has no more rows than these
}

type fronts struct {
	mu      sync.RWMutex
	state   fileState
	valid   bool
	lists   map[frontKey]*front
	records map[recordKey]*FrontRecord
	keys    []frontKey // for a moment only
}

func newFronts() *fronts {
	return &fronts{lists: map[frontKey]*front{}, records: map[recordKey]*FrontRecord{}}
}

// newer is the order of lists.
func newer(a, b *domain.Record) int {
	return -cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
}

// keysOf appends all ways to a record, without and with its stage.
func keysOf(keys []frontKey, r *domain.Record) []frontKey {
	add := func(by byte, value string) {
		k := frontKey{county: r.County, program: r.Program, key: r.Key, by: by, value: value}
		keys = append(keys, k)
		k.stage = r.Stage
		keys = append(keys, k)
	}
	add('a', "")
	for i := range len(r.Path) + 1 {
		if i > 0 && (i == len(r.Path) || r.Path[i] == '/') {
			add('p', r.Path[:i])
		}
	}
	if r.Owner != "" {
		add('o', string(r.Owner))
	}
	if r.OwnerOrg != "" {
		add('u', string(r.OwnerOrg))
	}
	if r.Provider != "" {
		add('v', string(r.Provider))
	}
	return keys
}

// holds: the way leads to the record. Its program and kind never change.
func (k *frontKey) holds(r *domain.Record) bool {
	if k.stage != "" && k.stage != r.Stage {
		return false
	}
	switch k.by {
	case 'p':
		rest, ok := strings.CutPrefix(r.Path, k.value)
		return ok && (rest == "" || rest[0] == '/')
	case 'o':
		return k.value == string(r.Owner)
	case 'u':
		return k.value == string(r.OwnerOrg)
	case 'v':
		return k.value == string(r.Provider)
	}
	return true
}

// frontKeys gives the ways of a filter, or false when fronts cannot answer it.
func (f *RecordFilter) frontKeys(county domain.CountyCode) ([]frontKey, bool) {
	if f.Program == "" || len(f.Keys) != 1 || len(f.Stages) > 1 || f.Nouns != nil || f.Phases != nil || f.Subject != "" || f.Subjects != nil ||
		f.Parent != "" || f.Root != "" || f.Owner != "" || f.OwnerOrg != "" || f.Providers != nil || f.IDs != nil || f.Path != "" ||
		!f.From.IsZero() || !f.Until.IsZero() || f.Running || f.Query != "" || f.Oldest || f.Open || f.Cursor != "" || pageSize(f.Limit) >= frontPage {
		return nil, false
	}
	base := frontKey{county: county, program: f.Program, key: f.Keys[0]}
	if len(f.Stages) == 1 {
		base.stage = f.Stages[0]
	}
	if base.key == "" || len(f.Stages) == 1 && base.stage == "" {
		return nil, false
	}
	var keys []frontKey
	for i := range f.Access {
		a := &f.Access[i]
		if a.Program != "" && a.Program != base.program || !among(a.Keys, base.key) {
			continue
		}
		k := base
		if !k.way(a) {
			return nil, false
		}
		keys = append(keys, k)
	}
	return keys, true
}

// way reads one access clause.
func (k *frontKey) way(a *AccessClause) bool {
	if a.MaxClass < domain.Sealed || a.Subjects != nil || a.Parents != nil || a.Roots != nil || a.IDs != nil || a.Org != "" {
		return false
	}
	k.by = 'a'
	n := 0
	for by, v := range map[byte]string{'p': a.Path, 'o': string(a.Owner), 'u': string(a.OwnerOrg), 'v': string(a.Provider)} {
		if v != "" {
			k.by, k.value = by, v
			n++
		}
	}
	return n <= 1
}

// get gives a page from memory. state is what the file is in now.
func (c *fronts) get(state fileState, keys []frontKey, limit int) (rows []*FrontRecord, more, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.valid || c.state != state {
		return nil, false, false
	}
	for i, k := range keys {
		l := c.lists[k]
		if l == nil {
			return nil, false, false
		}
		list := l.rows[:min(len(l.rows), limit+1)]
		if i == 0 {
			rows = append(make([]*FrontRecord, 0, len(keys)*(limit+1)), list...)
		} else {
			rows = append(rows, list...)
		}
	}
	if len(keys) > 1 {
		slices.SortFunc(rows, func(a, b *FrontRecord) int { return newer(&a.Record, &b.Record) })
		rows = slices.CompactFunc(rows, func(a, b *FrontRecord) bool { return a.Record.ID == b.Record.ID })
	}
	if more = len(rows) > limit; more {
		rows = rows[:limit]
	}
	return rows, more, true
}

// missing are the keys that have no front.
func (c *fronts) missing(keys []frontKey) []frontKey {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []frontKey
	for _, k := range keys {
		if c.lists[k] == nil {
			out = append(out, k)
		}
	}
	return out
}

// put keeps the front of a list as it is in a state.
func (c *fronts) put(state fileState, k frontKey, rows []*FrontRecord, full bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.valid || c.state != state || c.lists[k] != nil {
		return
	}
	for old, l := range c.lists { // any one: a map gives them in no order
		if len(c.lists) >= frontMost {
			c.drop(old, l)
		}
		break
	}
	l := &front{full: full}
	for _, r := range rows {
		id := recordKey{r.Record.County, r.Record.ID}
		if here := c.records[id]; here != nil {
			r = here // of the same state, so the same version
		} else {
			c.records[id] = r
		}
		r.uses++
		l.rows = append(l.rows, r)
	}
	c.lists[k] = l
}

func (c *fronts) clear() {
	clear(c.lists)
	clear(c.records)
}

// reset starts afresh in a state that the writer did not make.
func (c *fronts) reset(state fileState, valid bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear()
	c.state, c.valid = state, valid
}

// follows reports whether the fronts are of a state.
func (c *fronts) follows(state fileState) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.valid && c.state == state
}

// wrote brings the fronts to the state after a commit.
func (c *fronts) wrote(state fileState, notes []recordNote) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = state
	if len(c.lists) == 0 {
		return
	}
	for i := range notes {
		c.apply(&notes[i])
	}
}

func (c *fronts) apply(n *recordNote) {
	id := recordKey{n.county, n.id}
	old := c.records[id]
	if n.rec == nil && old == nil {
		return
	}
	now := n.version(old)
	known := n.isNew || old != nil // of all its clocks
	if old != nil {
		c.take(id, old, now)
	}
	if n.rec == nil { // the same record with another clock stands where it stood
		if now.uses > 0 {
			c.records[id] = now
		}
		return
	}
	c.keys = keysOf(c.keys[:0], &now.Record)
	for _, k := range c.keys {
		l := c.lists[k]
		if l == nil {
			continue
		}
		at, found := slices.BinarySearchFunc(l.rows, now, func(a, b *FrontRecord) int { return newer(&a.Record, &b.Record) })
		switch {
		case found || at == len(l.rows) && !l.full:
		case !known:
			c.drop(k, l)
		default:
			c.insert(l, at, now)
		}
	}
	if now.uses > 0 {
		c.records[id] = now
	}
}

// take puts the new version where the old one stands, or takes it out of lists that
// it has left.
func (c *fronts) take(id recordKey, old, now *FrontRecord) {
	c.keys = keysOf(c.keys[:0], &old.Record)
	for _, k := range c.keys {
		l := c.lists[k]
		if l == nil {
			continue
		}
		at, found := slices.BinarySearchFunc(l.rows, old, func(a, b *FrontRecord) int { return newer(&a.Record, &b.Record) })
		if !found {
			continue
		}
		if k.holds(&now.Record) {
			l.rows[at] = now
			now.uses++
			continue
		}
		l.rows = slices.Delete(l.rows, at, at+1)
		if len(l.rows) < frontPage && !l.full {
			c.drop(k, l)
		}
	}
	delete(c.records, id)
}

func (c *fronts) insert(l *front, at int, r *FrontRecord) {
	l.rows = slices.Insert(l.rows, at, r)
	r.uses++
	if len(l.rows) > frontRows {
		last := l.rows[frontRows]
		l.rows[frontRows] = nil
		l.rows, l.full = l.rows[:frontRows], false
		c.release(last)
	}
}

// drop forgets a list that can no longer be followed.
func (c *fronts) drop(k frontKey, l *front) {
	for _, r := range l.rows {
		c.release(r)
	}
	delete(c.lists, k)
}

func (c *fronts) release(r *FrontRecord) {
	if r.uses--; r.uses == 0 {
		id := recordKey{r.Record.County, r.Record.ID}
		if c.records[id] == r {
			delete(c.records, id)
		}
	}
}

// recordNote is what a transaction did to one record or to one of its clocks.
type recordNote struct {
	county domain.CountyCode
	id     domain.RecordID
	rec    *domain.Record // nil: a clock alone
	data   string         // its fields as written
	isNew  bool
	clock  *domain.Clock
}

// version makes what stands now: as it would be read back.
func (n *recordNote) version(old *FrontRecord) *FrontRecord {
	v := &FrontRecord{}
	if n.rec == nil {
		v.Record, v.Clocks = old.Record, withClock(old.Clocks, n.clock)
		return v
	}
	v.Record = *n.rec
	r := &v.Record
	r.Created, r.Entered, r.Ended = fromMillis(millis(r.Created)), fromMillis(millis(r.Entered)), fromMillis(millis(r.Ended))
	r.Data, _ = decodeObject(n.data) // written by this very package
	r.Secret = nil
	r.Hist = make(map[string]time.Time, len(n.rec.Hist))
	for k, t := range n.rec.Hist {
		r.Hist[k] = fromMillis(millis(t))
	}
	r.Walk = slices.Clone(r.Walk)
	if old != nil {
		v.Clocks = old.Clocks
	}
	return v
}

// withClock gives the running clocks with one of them as it is now, by key.
func withClock(list []domain.Clock, k *domain.Clock) []domain.Clock {
	out := make([]domain.Clock, 0, len(list)+1)
	for _, c := range list {
		if c.Key != k.Key {
			out = append(out, c)
		}
	}
	if k.MetAt.IsZero() {
		out = append(out, domain.Clock{Record: k.Record, Key: k.Key, State: k.State, DueAt: fromMillis(millis(k.DueAt)), LimitText: k.LimitText})
	}
	slices.SortFunc(out, func(a, b domain.Clock) int { return strings.Compare(a.Key, b.Key) })
	return out
}
