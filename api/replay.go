package api

import (
	"context"
	"sync"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

// replays keeps first answers by request key, for use cases that do not keep
// them in their own transaction. It lives in memory: it covers a phone that lost
// the answer and asks again, not a restart in between.
type replays struct {
	mu   sync.Mutex
	seen map[string]*replay
	now  func() time.Time
}

type replay struct {
	hash string
	at   time.Time
	done chan struct{}
	out  any
	err  error
}

const (
	replayFor  = 24 * time.Hour
	replayMost = 20_000
)

func newReplays() *replays { return &replays{seen: map[string]*replay{}, now: time.Now} }

// once runs fn for the first request with a key; later ones get its answer. A
// failed first request is forgotten, so that it can be mended and sent again.
func (p *replays) once(ctx context.Context, who *app.Who, o app.Once, fn func() (any, error)) (any, error) {
	key := string(who.County) + "/" + string(who.Account) + "/" + o.Key
	p.mu.Lock()
	if old := p.seen[key]; old != nil && p.now().Sub(old.at) < replayFor {
		p.mu.Unlock()
		return old.wait(ctx, o.Hash)
	}
	p.makeRoom()
	r := &replay{hash: o.Hash, at: p.now(), done: make(chan struct{})}
	p.seen[key] = r
	p.mu.Unlock()

	finished := false
	defer func() {
		if r.err != nil || !finished { // also when fn panics
			p.mu.Lock()
			delete(p.seen, key)
			p.mu.Unlock()
		}
		close(r.done)
	}()
	r.out, r.err = fn()
	finished = true
	return r.out, r.err
}

func (r *replay) wait(ctx context.Context, hash string) (any, error) {
	if r.hash != hash {
		return nil, domain.E(domain.KindConflict, "idempotency_mismatch")
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if r.out == nil && r.err == nil {
		return nil, domain.E(domain.KindUnavailable, "store_busy")
	}
	return r.out, r.err
}

// makeRoom drops what is old; all of it, if that is not enough. The caller
// holds the lock.
func (p *replays) makeRoom() {
	if len(p.seen) < replayMost {
		return
	}
	for k, r := range p.seen {
		if p.now().Sub(r.at) >= replayFor {
			delete(p.seen, k)
		}
	}
	if len(p.seen) >= replayMost {
		clear(p.seen)
	}
}
