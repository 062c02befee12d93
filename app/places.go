package app

import (
	"sync"
	"sync/atomic"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// placesTTL is how long another process's change of a unit or a division may go
// unseen; changes made here are seen at once.
const placesTTL = 5 * time.Second

// placesMost bounds one cache; beyond it starts afresh.
const placesMost = 20_000

// placeKey is an id within its county.
type placeKey[K ~string] struct {
	county domain.CountyCode
	id     K
}

// places keeps units, divisions or accounts that every page names again and again. What it
// gives is shared by requests and must not be changed: whoever edits one reads it
// from the store.
type places[K ~string, V any] struct {
	mu   sync.RWMutex
	by   map[placeKey[K]]kept[V]
	made uint64        // counts invalidations, so that no stale load is put back
	gen  atomic.Uint64 // the same, for who reads it often
}

type kept[V any] struct {
	v      *V
	loaded time.Time // wall clock: a set clock of tests must not stop expiry
}

func newPlaces[K ~string, V any]() *places[K, V] {
	return &places[K, V]{by: map[placeKey[K]]kept[V]{}}
}

// get gives what is known of an id, else what the transaction finds; that is kept
// once it is durable, as the row may be this very transaction's.
func (c *places[K, V]) get(tx *store.Tx, id K, load func(K) (*V, error)) (*V, error) {
	k := placeKey[K]{tx.County(), id}
	c.mu.RLock()
	e, ok := c.by[k]
	made := c.made
	c.mu.RUnlock()
	if ok && time.Since(e.loaded) < placesTTL {
		return e.v, nil
	}
	v, err := load(id)
	if err != nil {
		return nil, err
	}
	tx.AfterCommit(func() { c.put(k, v, made) })
	return v, nil
}

func (c *places[K, V]) put(k placeKey[K], v *V, made uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != made {
		return
	}
	if len(c.by) >= placesMost {
		clear(c.by)
	}
	c.by[k] = kept[V]{v, time.Now()}
}

// forget drops everything: one of them has changed.
func (c *places[K, V]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made++
	c.gen.Add(1)
	clear(c.by)
}

// forgetPlaces drops what is known of units and divisions once the transaction is
// durable; until then it reads what it wrote itself.
func (w *work) forgetPlaces() {
	w.c.fresh = true
	w.tx.AfterCommit(func() {
		w.app.orgs.forget()
		w.app.regions.forget()
	})
}
