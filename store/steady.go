package store

import (
	"context"
	"encoding/binary"
	"sync"
	"time"
)

// steady is the machine's clock, except that it never goes back: not while the process
// runs, and not behind what the store already holds. A clock that was set back (a dead
// battery, a wrong time server, a virtual machine put back) would let deadlines ring
// again, events stand before their causes, and new ids sort among old ones. While the
// machine's clock is behind, time goes on at its own pace from the last that was seen.
type steady struct {
	wall func() time.Time     // the machine's clock
	run  func() time.Duration // goes on whatever the clock is set to

	mu     sync.Mutex
	base   time.Time
	at     time.Duration // of run, when it was base
	behind time.Duration
}

// slip is by how much a time server may put the clock back without a word.
const slip = 2 * time.Second

func newSteady() *steady {
	start := time.Now()
	return &steady{wall: func() time.Time { return time.Now().Round(0) }, run: func() time.Duration { return time.Since(start) }}
}

func (c *steady) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, run := c.wall(), c.run()
	here := c.base.Add(run - c.at)
	if wall.Before(here) {
		c.behind = here.Sub(wall)
		return here
	}
	c.base, c.at, c.behind = wall, run, 0
	return wall
}

// notBefore says that t has been seen.
func (c *steady) notBefore(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if run := c.run(); c.base.Add(run - c.at).Before(t) {
		c.base, c.at = t, run
	}
}

// Now is the store's clock.
func (db *DB) Now() time.Time { return db.cfg.Now() }

// ClockBehind is by how much the machine's clock is behind what the store has seen; 0
// when it is right.
func (db *DB) ClockBehind() time.Duration {
	if db.steady == nil {
		return 0
	}
	db.steady.now()
	db.steady.mu.Lock()
	defer db.steady.mu.Unlock()
	if db.steady.behind <= slip {
		return 0
	}
	return db.steady.behind
}

// goOn takes up the time where the store's last entry of the journal left it.
func (db *DB) goOn(ctx context.Context) error {
	if db.steady == nil {
		return nil
	}
	var last time.Time
	err := db.Read(ctx, func(tx *Tx) error {
		counties, err := tx.Tenants()
		if err != nil {
			return err
		}
		for _, c := range counties {
			ms, err := one(tx, "audit", scanInt, "SELECT COALESCE((SELECT at FROM audit WHERE county = $1 ORDER BY id DESC LIMIT 1), 0)", string(c.Code))
			if err != nil {
				return err
			}
			if at := time.UnixMilli(ms).UTC(); at.After(last) {
				last = at
			}
		}
		return nil
	})
	if err != nil || last.IsZero() {
		return err
	}
	growFrom(last)
	if !db.cfg.TrustClock {
		db.steady.notBefore(last)
	}
	return nil
}

// growFrom lets the ids of this process follow those that were made until t.
func growFrom(t time.Time) {
	idState.Lock()
	defer idState.Unlock()
	if stamp := uint64(t.UnixMilli()+1)<<16 | 7<<12; stamp > binary.BigEndian.Uint64(idState.last[:]) {
		binary.BigEndian.PutUint64(idState.last[:], stamp)
	}
}
