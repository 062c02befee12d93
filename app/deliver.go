package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

// maxTries is when a message is given up; its record stays.
const maxTries = 8

// deliverOne takes a message, sends it, and notes how it ended. Taking it first
// keeps two processes from sending it twice; a crash in between leads to one
// more try, which is better than none.
func (a *App) deliverOne(ctx context.Context, county domain.CountyCode, d *domain.Delivery) error {
	mine := false
	if err := a.DB.Write(ctx, func(tx *store.Tx) (err error) {
		mine, err = tx.In(county).TakeDelivery(d.ID, d.Tries, a.Now().Add(5*time.Minute))
		return err
	}); err != nil || !mine {
		return err
	}
	state, next := "sent", time.Time{}
	if err := a.Send.Send(ctx, notify.Message{Channel: d.Channel, To: "", Text: d.Text}); err != nil {
		state, next = "queued", a.Now().Add(time.Duration(1<<min(d.Tries, 10))*time.Minute)
		if d.Tries+1 >= maxTries {
			state, next = "failed", time.Time{}
		}
	}
	return a.DB.Write(ctx, func(tx *store.Tx) error { return tx.In(county).EndDelivery(d.ID, state, next) })
}
