package app

import (
	"sync"
	"time"
)

// brieflyMost bounds a briefly; beyond it starts afresh.
const brieflyMost = 1000

// briefly keeps answers that are dear to compute and may be a little old. Many who
// ask at once for the same wait for one computation. What it gives is shared and
// must not be changed.
type briefly[K comparable, V any] struct {
	mu sync.Mutex
	by map[K]*brieflyOne[V]
}

type brieflyOne[V any] struct {
	mu sync.Mutex
	v  V
	at time.Time // wall clock: a set clock of tests must not stop expiry
}

func newBriefly[K comparable, V any]() *briefly[K, V] {
	return &briefly[K, V]{by: map[K]*brieflyOne[V]{}}
}

// get gives the answer kept of a key when it is younger than ttl, else makes it.
// Errors are not kept.
func (r *briefly[K, V]) get(k K, ttl time.Duration, make func() (V, error)) (V, error) {
	r.mu.Lock()
	one := r.by[k]
	if one == nil {
		if len(r.by) >= brieflyMost {
			clear(r.by)
		}
		one = &brieflyOne[V]{}
		r.by[k] = one
	}
	r.mu.Unlock()
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.at.IsZero() && time.Since(one.at) < ttl {
		return one.v, nil
	}
	v, err := make()
	if err == nil {
		one.v, one.at = v, time.Now()
	}
	return v, err
}
