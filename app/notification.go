package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// Kinds of messages as people tell them apart.
const (
	noticeReminder = "reminder" // a clock's rung, something is due
	noticeTask     = "task"     // something to do has come
	noticeNews     = "news"     // what a program has to say
)

// noticeKeys are the message keys of the kernel's own words by kind; all others are
// news, save that a clock's words have no key at all.
var noticeKeys = map[string][]string{noticeReminder: {"rung"}, noticeTask: {"duty"}}

// NotificationView is one message to the caller inside the product.
type NotificationView struct {
	ID      string          `json:"id"`
	Text    string          `json:"text"`
	Kind    string          `json:"kind"`
	Message string          `json:"message,omitempty"` // its key
	Program string          `json:"program,omitempty"`
	Record  domain.RecordID `json:"record,omitempty"`
	Created time.Time       `json:"created"`
	Read    bool            `json:"read"`
	Urgent  bool            `json:"urgent,omitempty"`
}

// NotificationQuery selects the caller's messages.
type NotificationQuery struct {
	Unread bool
	Kind   string
	Cursor string
	Limit  int
}

// Notifications lists the caller's messages, newest first.
func (a *App) Notifications(ctx context.Context, who *Who, q NotificationQuery) (l List[NotificationView], err error) {
	if who.Account == "" {
		return l, errSignedOut()
	}
	f := store.DeliveryFilter{Account: who.Account, Channels: []string{domain.InApp}, Unread: q.Unread, Cursor: q.Cursor, Limit: limitOf(q.Limit)}
	switch q.Kind {
	case "":
	case noticeReminder, noticeTask:
		f.Messages = noticeKeys[q.Kind]
	case noticeNews:
		f.Not = []string{"rung", "duty"}
	default:
		return l, domain.E(domain.KindInvalid, "fields").With("kind", "option")
	}
	err = a.read(ctx, who, func(w *work) error {
		page, err := w.tx.Deliveries(f)
		if err != nil {
			return err
		}
		out := make([]NotificationView, 0, len(page.Items))
		for i := range page.Items {
			out = append(out, notificationView(&page.Items[i]))
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

func notificationView(d *domain.Delivery) NotificationView {
	v := NotificationView{ID: d.ID, Text: d.Text, Kind: noticeNews, Message: d.Message, Program: d.Program, Record: d.Record, Created: d.Created,
		Read: d.State == domain.DeliveryRead, Urgent: d.Urgent}
	switch d.Message {
	case "rung":
		v.Kind = noticeReminder
	case "duty":
		v.Kind = noticeTask
	}
	return v
}

// unreadMost is where counting stops; a screen shows “99+”.
const unreadMost = 100

// UnreadView is the number on the bell.
type UnreadView struct {
	Unread int `json:"unread"`
}

// Unread counts what the caller has not read, at most unreadMost.
func (a *App) Unread(ctx context.Context, who *Who) (v UnreadView, err error) {
	if who.Account == "" {
		return v, errSignedOut()
	}
	err = a.read(ctx, who, func(w *work) (err error) {
		v.Unread, err = w.tx.Unread(who.Account, unreadMost)
		return err
	})
	return v, err
}

// ReadNotification marks one of the caller's messages as read; again is no error.
func (a *App) ReadNotification(ctx context.Context, who *Who, id string) error {
	err := a.write(ctx, who, func(w *work) error {
		if _, err := w.tx.Delivery(id); err != nil {
			return err
		}
		w.told(who.Account)
		return w.tx.ReadDelivery(id, who.Account)
	})
	if err != nil && (domain.CodeOf(err) == "stale" || domain.KindOf(err) == domain.KindNotFound) {
		return domain.NotFound("notification")
	}
	return err
}

// ReadAllNotifications marks everything the caller was told up to a message as read:
// what came after it was on no screen when he pressed the button.
func (a *App) ReadAllNotifications(ctx context.Context, who *Who, upTo string) error {
	return a.write(ctx, who, func(w *work) error {
		w.told(who.Account)
		_, err := w.tx.ReadAll(who.Account, upTo)
		return err
	})
}
