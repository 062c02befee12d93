package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

const (
	relayEvery = 150 * time.Millisecond // changes are told to the other processes in bundles
	relayMost  = 60                     // ids of one bundle: well within what one announcement holds
	relayQueue = 4096
)

// bundle is what one process tells the others: ids only, as everybody on the
// database could hear it.
type bundle struct {
	From     string             `json:"p"`
	County   domain.CountyCode  `json:"c"`
	Records  []domain.RecordID  `json:"r,omitempty"`
	Accounts []domain.AccountID `json:"a,omitempty"`
	Jobs     []jobStep          `json:"j,omitempty"`
	Reset    bool               `json:"x,omitempty"`
}

type jobStep struct {
	ID      string           `json:"i"`
	Account domain.AccountID `json:"a"`
	Done    int64            `json:"n"`
}

// Relay carries changes between the processes that work on one database, until the
// context ends. Where there is but one process it only waits.
func (a *App) Relay(ctx context.Context) error {
	if !a.DB.Shared() {
		<-ctx.Done()
		return ctx.Err()
	}
	out := make(chan change, relayQueue)
	lost := make(chan struct{}, 1)
	a.stream.relayBy(func(c change) {
		select {
		case out <- c:
		default: // the database is away or slow: the others' readers must ask again
			select {
			case lost <- struct{}{}:
			default:
			}
		}
	})
	defer a.stream.relayBy(nil)
	go a.hear(ctx)
	beat := time.NewTicker(relayEvery)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
		}
		for _, b := range bundles(a.stream.name, out, lost) {
			if err := a.announce(ctx, b); err != nil && ctx.Err() == nil {
				a.Log.Warn("relay", "err", err)
				select {
				case lost <- struct{}{}:
				default:
				}
				break
			}
		}
	}
}

func (a *App) announce(ctx context.Context, b bundle) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return a.DB.Announce(ctx, string(text))
}

// bundles takes what waits, each record and account once.
func bundles(from string, out <-chan change, lost <-chan struct{}) []bundle {
	select {
	case <-lost:
		for len(out) > 0 {
			<-out
		}
		return []bundle{{From: from, Reset: true}}
	default:
	}
	var list []bundle
	at := map[domain.CountyCode]int{}
	seen := map[string]bool{}
	for range len(out) {
		c := <-out
		key := string(c.county) + "/" + string(c.account) + "/" + c.job + "/" + itoa64(c.done)
		if c.record != nil {
			key = string(c.county) + "/r/" + string(c.record.ID)
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		i, ok := at[c.county]
		if !ok || len(list[i].Records)+len(list[i].Accounts)+len(list[i].Jobs) >= relayMost {
			i = len(list)
			at[c.county] = i
			list = append(list, bundle{From: from, County: c.county})
		}
		switch {
		case c.record != nil:
			list[i].Records = append(list[i].Records, c.record.ID)
		case c.job != "":
			list[i].Jobs = append(list[i].Jobs, jobStep{c.job, c.account, c.done})
		default:
			list[i].Accounts = append(list[i].Accounts, c.account)
		}
	}
	return list
}

// hear takes in what other processes tell. After every gap readers are told to ask
// again.
func (a *App) hear(ctx context.Context) {
	for ctx.Err() == nil {
		err := a.DB.Listen(ctx, func() { a.stream.publish(change{reset: true}, false) }, func(text string) { a.heard(ctx, text) })
		if ctx.Err() != nil {
			return
		}
		a.Log.Warn("listen", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
}

func (a *App) heard(ctx context.Context, text string) {
	var b bundle
	if err := json.Unmarshal([]byte(text), &b); err != nil || b.From == a.stream.name {
		return
	}
	// Nobody of that county looks on here: who comes back later asks again.
	if b.Reset || !a.stream.watched(b.County) {
		a.stream.publish(change{county: b.County, reset: true}, false)
		return
	}
	for _, j := range b.Jobs {
		a.stream.publish(change{county: b.County, account: j.Account, job: j.ID, done: j.Done}, false)
	}
	for _, acc := range b.Accounts {
		a.stream.publish(change{county: b.County, account: acc}, false)
	}
	var changed []*domain.Record
	err := a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(b.County)
		changed = changed[:0]
		for _, id := range b.Records {
			r, err := orNil(tx.Record(id))
			if err != nil {
				return err
			}
			if r != nil {
				changed = append(changed, r)
			}
		}
		return nil
	})
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			a.Log.Warn("heard", "err", err)
		}
		a.stream.publish(change{county: b.County, reset: true}, false)
		return
	}
	for _, r := range changed {
		a.stream.publish(change{county: r.County, record: outline(r)}, false)
	}
}

func (h *hub) relayBy(send func(change)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.send = send
}

// watched reports whether a screen of the county is open here.
func (h *hub) watched(county domain.CountyCode) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		if s.who.County == county {
			return true
		}
	}
	return false
}
