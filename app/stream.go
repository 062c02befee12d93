package app

import (
	"context"
	"sync"

	"linqiao/domain"
	"linqiao/store"
)

// StreamEvent says that a record, or the reader's own background work (type job),
// changed. Who receives it asks for it himself, so nothing but its id leaves by
// this way.
type StreamEvent struct {
	Type string          `json:"type"`
	ID   domain.RecordID `json:"id"`
	Rev  int64           `json:"rev"`
}

// broadcast fans changes out to the open screens of those who may list the
// record. A slow screen loses events, never holds a writer up: it asks again
// anyway.
type broadcast struct {
	mu   sync.Mutex
	subs map[chan StreamEvent]subscriber
}

type subscriber struct {
	county  domain.CountyCode
	account domain.AccountID
	access  []store.AccessClause
}

func newBroadcast() *broadcast { return &broadcast{subs: map[chan StreamEvent]subscriber{}} }

func (b *broadcast) changed(rec *domain.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch, s := range b.subs {
		if s.county != rec.County || !store.Allows(s.access, rec) {
			continue
		}
		select {
		case ch <- StreamEvent{"record", rec.ID, rec.Rev}:
		default:
		}
	}
}

// job tells the owner of background work that it has gone on: rev counts what is
// done.
func (b *broadcast) job(j *domain.Job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch, s := range b.subs {
		if s.county != j.County || s.account != j.Owner || j.Owner == "" {
			continue
		}
		select {
		case ch <- StreamEvent{"job", domain.RecordID(j.ID), j.Done}:
		default:
		}
	}
}

// Subscribe opens a feed of changes that the reader may see; call the returned
// function to end it.
func (a *App) Subscribe(ctx context.Context, who *Who) (<-chan StreamEvent, func(), error) {
	s := subscriber{county: who.County, account: who.Account}
	if err := a.read(ctx, who, func(w *work) error {
		s.access = w.access("", "")
		return nil
	}); err != nil {
		return nil, nil, err
	}
	ch := make(chan StreamEvent, 64)
	a.stream.mu.Lock()
	a.stream.subs[ch] = s
	a.stream.mu.Unlock()
	return ch, func() {
		a.stream.mu.Lock()
		delete(a.stream.subs, ch)
		a.stream.mu.Unlock()
	}, nil
}
