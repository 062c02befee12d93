package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// NotificationView is one message to the caller inside the product.
type NotificationView struct {
	ID      string          `json:"id"`
	Text    string          `json:"text"`
	Message string          `json:"message,omitempty"` // its key, for icons
	Record  domain.RecordID `json:"record,omitempty"`
	Created time.Time       `json:"created"`
	Read    bool            `json:"read"`
}

// Notifications lists the caller's messages, newest first; unread alone on demand.
func (a *App) Notifications(ctx context.Context, who *Who, unread bool, cursor string, limit int) (l List[NotificationView], err error) {
	if who.Account == "" {
		return l, errSignedOut()
	}
	err = a.read(ctx, who, func(w *work) error {
		f := store.DeliveryFilter{Account: who.Account, Cursor: cursor, Limit: limitOf(limit)}
		if unread {
			f.States = []string{"queued", "sending", "sent", "failed"}
		}
		page, err := w.tx.Deliveries(f)
		if err != nil {
			return err
		}
		out := make([]NotificationView, 0, len(page.Items))
		for _, d := range page.Items {
			out = append(out, NotificationView{d.ID, d.Text, d.Message, d.Record, d.Created, d.State == "read"})
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

// ReadNotification marks one of the caller's messages as read; again is no error.
func (a *App) ReadNotification(ctx context.Context, who *Who, id string) error {
	err := a.write(ctx, who, func(w *work) error { return w.tx.ReadDelivery(id, who.Account) })
	if domain.CodeOf(err) == "stale" && err != nil {
		return domain.NotFound("notification")
	}
	return err
}
