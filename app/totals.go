package app

import (
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// totalsTTL is how long another process's late fact may be missing from a figure
// on a screen; what this process writes is seen at once.
const totalsTTL = 5 * time.Second

// totalsMost bounds the cache; beyond it starts afresh.
const totalsMost = 20_000

// totals keeps sums over days that are over, so that a dashboard reads the rows of
// today only and is as fast after ten years as on the first day. Rules and ledgers
// read in their own transactions and never through it.
type totals struct {
	mu    sync.Mutex
	by    map[totalKey]*total
	stats map[statKey]*statMark
	epoch uint64 // counts changes of the past
}

type statKey struct {
	county        domain.CountyCode
	program, stat string
}

type totalKey struct {
	statKey
	from, until domain.Date
	path        string
}

// statMark says which days of a counter are held in sums, and the epoch of the
// last change among them.
type statMark struct {
	until   domain.Date
	changed uint64
}

// total is one sum, made once even when many ask at the same time.
type total struct {
	mu     sync.Mutex
	list   []domain.Count
	loaded time.Time // wall clock; zero = not yet
	epoch  uint64    // at which the transaction began that read it
}

func newTotals() *totals {
	return &totals{by: map[totalKey]*total{}, stats: map[statKey]*statMark{}}
}

// sum gives the counts of a range by dimensions; the same ones may come twice, for
// past days and for today. epoch is that of the transaction's begin.
func (c *totals) sum(tx *store.Tx, epoch uint64, r store.StatRange) ([]domain.Count, error) {
	today := domain.DateOf(tx.Now())
	if r.From >= today {
		return tx.Total(r)
	}
	past, rest := r, r
	past.Until, rest.From = min(r.Until, today-1), today
	list, err := c.past(tx, epoch, past)
	if err != nil || r.Until < today {
		return list, err
	}
	fresh, err := tx.Total(rest)
	return append(fresh, list...), err
}

func (c *totals) past(tx *store.Tx, epoch uint64, r store.StatRange) ([]domain.Count, error) {
	t, changed := c.entry(totalKey{statKey{tx.County(), r.Program, r.Stat}, r.From, r.Until, r.Path})
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.loaded.IsZero() && t.epoch >= changed && time.Since(t.loaded) < totalsTTL {
		return t.list, nil
	}
	list, err := tx.Total(r)
	if err != nil {
		return nil, err
	}
	t.list, t.loaded, t.epoch = list, time.Now(), epoch
	return list, nil
}

func (c *totals) entry(k totalKey) (*total, uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.stats[k.statKey]
	if m == nil {
		m = &statMark{}
		c.stats[k.statKey] = m
	}
	m.until = max(m.until, k.until)
	t := c.by[k]
	if t == nil {
		if len(c.by) >= totalsMost {
			clear(c.by)
		}
		t = &total{}
		c.by[k] = t
	}
	return t, m.changed
}

// wrote makes void what is held of a counter whose past has changed. It is called
// once the change is durable.
func (c *totals) wrote(county domain.CountyCode, counts []domain.Count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range counts {
		n := &counts[i]
		if m := c.stats[statKey{county, n.Program, n.Stat}]; m != nil && n.Day <= m.until {
			c.epoch++
			m.changed = c.epoch
		}
	}
}

// now is the epoch that a transaction begins in.
func (c *totals) now() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// forget makes everything of a county void.
func (c *totals) forget(county domain.CountyCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	for k, m := range c.stats {
		if k.county == county {
			m.changed = c.epoch
		}
	}
}

// totals sums counters by dimensions: for screens with the help of what is held of
// past days, for rules and ledgers from the rows alone.
func (w *work) totals(r store.StatRange) ([]domain.Count, error) {
	if !w.screen {
		return w.tx.Total(r)
	}
	return w.app.totals.sum(w.tx, w.epoch, r)
}
