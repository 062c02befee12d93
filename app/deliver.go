package app

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

// Messages leave the county at least once: a message is claimed, handed to the
// gateway, and then noted as sent. A crash between the last two leaves it claimed;
// after the lease it is handed over again under the same idempotency key, by which
// a gateway that honours keys drops the second one.
const (
	deliveryLease = time.Minute // longer than any answer takes
	maxFails      = 8           // failures of its own after which a message is given up
	closeAfter    = 3           // failures in a row after which a channel is closed for a while
	turnMost      = 200         // messages of one channel in one pass
	turnFor       = 45 * time.Second
)

// Deliver hands due messages to their channels, each channel at its own pace. It
// reports how many messages it moved on.
func (a *App) Deliver(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		m, err := a.deliverCounty(ctx, county)
		n += m
		return err
	})
	return n, err
}

func (a *App) deliverCounty(ctx context.Context, county domain.CountyCode) (int, error) {
	var ready []domain.Channel
	stale := false
	if err := a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		ready = nil
		var err error
		if stale, err = tx.AnyExpired(); err != nil {
			return err
		}
		ways, err := tx.Channels()
		if err != nil {
			return err
		}
		for _, c := range ways {
			due, err := tx.DueDeliveries(c.ID, a.Now(), 0, 1)
			if err != nil {
				return err
			}
			if len(due) > 0 && c.Active && !c.Health.OpenAt.After(a.Now()) && !c.Health.Lease.After(a.Now()) {
				ready = append(ready, c)
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	total := 0
	if stale {
		if err := a.DB.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.In(county).ExpireDeliveries(tickBatch)
			total = int(n)
			return err
		}); err != nil {
			return 0, err
		}
	}
	n, err := a.deliverBy(ctx, county, ready)
	return total + n, err
}

// Resume takes up at once what this process had in hand when it was killed. Only
// where no other process can have it in hand now; elsewhere leases run out.
func (a *App) Resume(ctx context.Context) error {
	if a.DB.Shared() {
		return nil
	}
	return a.counties(ctx, func(county domain.CountyCode) error {
		return a.DB.Write(ctx, func(tx *store.Tx) error {
			if err := tx.In(county).FreePartnerOut(); err != nil {
				return err
			}
			return tx.In(county).FreeDeliveries()
		})
	})
}

// deliverBy works the channels side by side: a slow gateway holds up no other.
func (a *App) deliverBy(ctx context.Context, county domain.CountyCode, ways []domain.Channel) (total int, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i := range ways {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n, one := a.deliverChannel(ctx, county, &ways[i])
			mu.Lock()
			defer mu.Unlock()
			total += n
			err = errors.Join(err, one)
		}()
	}
	wg.Wait()
	return total, err
}

// deliverChannel works one channel under a lease, so that of several processes one
// keeps its order and its pace.
func (a *App) deliverChannel(ctx context.Context, county domain.CountyCode, c *domain.Channel) (int, error) {
	mine := false
	if err := a.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.In(county).LeaseChannel(c.ID, tx.Now().Add(deliveryLease))
		return err
	}); err != nil || !mine {
		return 0, err
	}
	defer func() {
		// A stopping process still frees what it holds; else the lease runs out.
		if err := a.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.In(county).FreeChannel(c.ID) }); err != nil {
			a.Log.Warn("free channel", "channel", c.ID, "err", err)
		}
	}()
	way, err := a.openWay(c.Kind, configOf(c))
	if err != nil {
		return 0, a.closeBroken(ctx, county, c.ID, err)
	}
	var last *outcome
	total := 0
	start := time.Now()
	for {
		next, moved, err := a.turn(ctx, county, c.ID, last)
		if err != nil {
			return total, err
		}
		total += moved
		if next == nil {
			return total, nil
		}
		last = handOver(ctx, way, next)
		if total++; total >= turnMost || time.Since(start) > turnFor || ctx.Err() != nil {
			return total, a.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return a.noteOutcome(tx.In(county), last) })
		}
	}
}

// outcome is what became of one message.
type outcome struct {
	delivery *domain.Delivery
	receipt  notify.Receipt
	failure  *notify.Failure
}

func handOver(ctx context.Context, way notify.Channel, p *parcel) *outcome {
	out := &outcome{delivery: p.delivery}
	r, err := way.Send(ctx, notify.Message{ID: sendingID(p.delivery), To: p.to, Text: p.delivery.Text})
	if err != nil {
		out.failure = notify.FailureOf(err)
	}
	out.receipt = r
	return out
}

// sendingID is the idempotency key of a message. The operator's replay is meant to
// send it again, so it has one of its own.
func sendingID(d *domain.Delivery) string {
	if d.Replays == 0 {
		return d.ID
	}
	return d.ID + "." + itoa64(int64(d.Replays))
}

// turn notes what became of the last message and claims the next, in one durable
// transaction. moved counts messages held back, merged or given up on the way.
func (a *App) turn(ctx context.Context, county domain.CountyCode, channel string, last *outcome) (next *parcel, moved int, err error) {
	if last != nil {
		// What was sent is noted even when the process is stopping.
		ctx = context.WithoutCancel(ctx)
	}
	err = a.write(ctx, System(county), func(w *work) (err error) {
		next, moved = nil, 0
		if last != nil {
			if err := a.noteOutcome(w.tx, last); err != nil {
				return err
			}
		}
		next, moved, err = w.claim(channel)
		return err
	})
	return next, moved, err
}

// noteOutcome writes how a try ended, on the message and on its channel.
func (a *App) noteOutcome(tx *store.Tx, o *outcome) error {
	d, err := tx.Delivery(o.delivery.ID)
	if err != nil {
		return err
	}
	c, err := tx.Channel(d.Route)
	if err != nil {
		return err
	}
	a.judgeChannel(tx.Now(), &c.Health, o.failure)
	if err := tx.SaveHealth(c.ID, c.Health); err != nil {
		return err
	}
	if d.Tries != o.delivery.Tries || d.State != domain.DeliverySending {
		return nil // a report of the gateway was faster, or the lease ran out
	}
	judgeDelivery(tx.Now(), d, o)
	return tx.EndDelivery(d)
}

func judgeDelivery(now time.Time, d *domain.Delivery, o *outcome) {
	f := o.failure
	if f == nil {
		d.State, d.NextAt, d.Ended, d.Receipt, d.Answer = domain.DeliverySent, time.Time{}, now, o.receipt.ID, o.receipt.Answer
		return
	}
	d.Answer = f.Code
	if f.Answer != "" {
		d.Answer += " " + f.Answer
	}
	switch {
	case f.Fault == notify.Down:
		// Not its own fault: it keeps its place in the row. The channel is what waits;
		// the short pause lets others show whether the gateway lives.
		d.State, d.NextAt = domain.DeliveryQueued, now.Add(jitter(20*time.Second))
		return
	case f.Fault == notify.Later:
		if d.Fails++; d.Fails < maxFails {
			d.State, d.NextAt = domain.DeliveryQueued, now.Add(max(f.After, backoff(d.Fails, time.Hour)))
			return
		}
	}
	d.State, d.NextAt, d.Ended = domain.DeliveryFailed, time.Time{}, now
}

// judgeChannel is the circuit breaker. A channel that failed several times in a row,
// or whose gateway said to wait, is closed; when its time is over one message is
// tried, and either all go again or it is closed for longer.
func (a *App) judgeChannel(now time.Time, h *domain.ChannelHealth, f *notify.Failure) {
	if f == nil {
		*h = domain.ChannelHealth{LastOK: now, LastFail: h.LastFail, Error: h.Error, Lease: h.Lease}
		return
	}
	h.Fails++
	h.LastFail, h.Error = now, f.Code
	if f.Answer != "" {
		h.Error += " " + f.Answer
	}
	if h.Fails >= closeAfter || h.Closed > 0 || f.After > 0 && f.Fault == notify.Down {
		h.Closed++
		h.OpenAt = now.Add(max(f.After, backoff(h.Closed, 10*time.Minute)))
	}
}

// closeBroken closes a channel whose configuration cannot be opened.
func (a *App) closeBroken(ctx context.Context, county domain.CountyCode, id string, cause error) error {
	a.Log.Warn("channel cannot be opened", "channel", id, "err", cause)
	return a.DB.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		c, err := tx.Channel(id)
		if err != nil {
			return err
		}
		a.judgeChannel(tx.Now(), &c.Health, &notify.Failure{Fault: notify.Down, Code: "config", After: 10 * time.Minute})
		return tx.SaveHealth(id, c.Health)
	})
}

// backoff is 30 s, 1 min, 2 min … up to most, a fifth more or less, so that many
// that failed together do not come again together.
func backoff(n int, most time.Duration) time.Duration {
	return jitter(min(30*time.Second<<min(max(n-1, 0), 12), most))
}

func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5+1)
}

// configOf reads the settings of a stored channel.
func configOf(c *domain.Channel) notify.Config {
	return notify.Config{URL: asText(c.Secret["url"]), Key: asText(c.Secret["key"]), Secret: asText(c.Secret["secret"]), Sign: asText(c.Config["sign"]),
		Body: asText(c.Config["body"]), OKPath: asText(c.Config["ok_path"]), OK: asText(c.Config["ok"]), IDPath: asText(c.Config["id_path"])}
}
