package app

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

const (
	claimLook  = 20  // due messages looked at in one go
	claimMost  = 200 // messages moved on in one transaction
	mergeMost  = 200 // messages told together
	joinedMost = 140 // characters that two or three messages may have together in one SMS
)

// parcel is a message claimed for one try, with its address.
type parcel struct {
	delivery *domain.Delivery
	to       string
}

// claim takes the next message of a channel that may go now. On the way it gives up
// what is out of date, skips whom the channel cannot or may not reach, holds back
// what falls into somebody's quiet time, and merges what would be many messages.
func (w *work) claim(channel string) (*parcel, int, error) {
	c, err := w.tx.Channel(channel)
	if err != nil || !c.Active || c.Health.OpenAt.After(w.Now()) {
		return nil, 0, err
	}
	went, err := w.tx.TriedSince(c.ID, w.Now().Add(-time.Minute))
	if err != nil || went >= c.PerMinute {
		return nil, 0, err
	}
	// After a failure another message probes the gateway than the last time: one that
	// cannot be sent must not keep the channel closed for all others.
	skip := 0
	if c.Health.Closed > 0 {
		skip = (c.Health.Closed - 1) % 3
	}
	moved := 0
	for moved < claimMost {
		list, err := w.tx.DueDeliveries(c.ID, w.Now(), skip, claimLook)
		if err != nil {
			return nil, moved, err
		}
		if len(list) == 0 && skip == 0 {
			return nil, moved, nil
		}
		skip = 0
		for i := range list {
			p, err := w.pack(c, &list[i])
			if p != nil || err != nil {
				return p, moved, err
			}
			moved++
		}
	}
	return nil, moved, nil
}

// pack makes a message ready, or moves it on and gives nil.
func (w *work) pack(c *domain.Channel, d *domain.Delivery) (*parcel, error) {
	now, err := w.tx.Delivery(d.ID)
	if err != nil || now.Tries != d.Tries || now.State != d.State {
		return nil, err // merged into one before it, or another worker has it
	}
	if !d.Expires.IsZero() && !d.Expires.After(w.Now()) {
		return nil, w.end(d, domain.DeliveryExpired, d.Answer)
	}
	if !notify.Personal(c.Kind) {
		return w.packGroup(c, d)
	}
	who, err := w.contact(d.ToAccount)
	if err != nil {
		return nil, err
	}
	to, err := w.number(d.ToAccount, who)
	if err != nil {
		return nil, err
	}
	switch {
	case to == "":
		return nil, w.end(d, domain.DeliverySkipped, "no_number")
	case d.Urgent:
		return w.take(d, to, nil)
	case slices.Contains(who.Off, c.Kind):
		return nil, w.end(d, domain.DeliverySkipped, "not_wanted")
	}
	if until := quietUntil(w.Now(), who, w.app.cal); !until.IsZero() {
		return nil, w.hold(d, until)
	}
	gather := time.Duration(who.Gather) * time.Minute
	if until := who.Told.Add(gather); gather > 0 && until.After(w.Now()) && d.Tries == 0 {
		return nil, w.hold(d, until)
	}
	if gather > 0 {
		if d, err = w.merge(c, d, func() ([]domain.Delivery, error) { return w.tx.DueTo(c.ID, d.ToAccount, w.Now(), mergeMost) }); err != nil {
			return nil, err
		}
	}
	return w.take(d, to, who)
}

// packGroup joins what waits for a group's robot: it takes few messages a minute.
func (w *work) packGroup(c *domain.Channel, d *domain.Delivery) (*parcel, error) {
	if d.Urgent {
		return w.take(d, "", nil)
	}
	d, err := w.merge(c, d, func() ([]domain.Delivery, error) { return w.tx.DueTo(c.ID, "", w.Now(), mergeMost) })
	if err != nil {
		return nil, err
	}
	return w.take(d, "", nil)
}

// merge puts a message and others of the same receiver into a new one, when there
// are others. A message that may have been sent already keeps its own words and key.
func (w *work) merge(c *domain.Channel, d *domain.Delivery, others func() ([]domain.Delivery, error)) (*domain.Delivery, error) {
	if d.State != domain.DeliveryQueued || d.Fails > 0 || d.Tries > 0 {
		return d, nil
	}
	list, err := others()
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(o domain.Delivery) bool { return o.Tries > 0 })
	if len(list) < 2 {
		return d, nil
	}
	text, n := together(c.Kind, list)
	list = list[:n]
	all := &domain.Delivery{ID: store.NewID(), ToAccount: d.ToAccount, Channel: d.Channel, Route: d.Route, Message: "digest", Text: text,
		State: domain.DeliveryQueued, NextAt: w.Now(), Created: w.Now()}
	for i := range list {
		if o := &list[i]; o.Expires.After(all.Expires) {
			all.Expires = o.Expires
		}
		list[i].Merged = all.ID
		if err := w.end(&list[i], domain.DeliveryMerged, ""); err != nil {
			return nil, err
		}
	}
	return all, w.tx.InsertDelivery(all)
}

// together words several messages as one, and says how many of them it tells. A
// group reads them line by line, as many as fit; a phone gets two or three short
// ones in full, otherwise their number.
func together(kind string, list []domain.Delivery) (string, int) {
	var lines []string
	for i := range list {
		if t := list[i].Text; t != neutralText && !slices.Contains(lines, t) {
			lines = append(lines, t)
		}
	}
	if notify.Personal(kind) {
		if text := strings.Join(lines, "\n"); len(lines) == len(list) && utf8.RuneCountInString(text) <= joinedMost {
			return text, len(list)
		}
		return "您在邻桥有 " + itoa64(int64(len(list))) + " 条新消息，请登录查看。", len(list)
	}
	var b strings.Builder
	n := 0
	for i := range list {
		line := itoa64(int64(i+1)) + ". " + list[i].Text + "\n"
		if n > 0 && b.Len()+len(line) > notify.MostBytes(kind)-1 {
			break
		}
		b.WriteString(line)
		n++
	}
	return strings.TrimSuffix(b.String(), "\n"), n
}

// take claims a message for one try.
func (w *work) take(d *domain.Delivery, to string, who *domain.Contact) (*parcel, error) {
	ok, err := w.tx.TakeDelivery(d.ID, d.Tries, w.Now().Add(deliveryLease))
	if err != nil || !ok {
		return nil, err
	}
	d.Tries++
	if who != nil {
		if err := w.tx.NoteTold(who); err != nil {
			return nil, err
		}
	}
	return &parcel{d, to}, nil
}

func (w *work) end(d *domain.Delivery, state, why string) error {
	d.State, d.NextAt, d.Ended, d.Answer = state, time.Time{}, w.Now(), why
	return w.tx.EndDelivery(d)
}

func (w *work) hold(d *domain.Delivery, until time.Time) error {
	d.State, d.NextAt = domain.DeliveryQueued, until
	return w.tx.EndDelivery(d)
}

func (w *work) contact(acc domain.AccountID) (*domain.Contact, error) {
	c, err := orNil(w.tx.Contact(acc))
	if c == nil && err == nil {
		return newContact(acc), nil
	}
	return c, err
}

// number is where a person is reached: what he or the administrator has given, else
// the number on his own file.
func (w *work) number(acc domain.AccountID, who *domain.Contact) (string, error) {
	if who.Phone != "" {
		return who.Phone, nil
	}
	account, err := w.Account(acc)
	if err != nil || !account.Active || account.Party == "" {
		return "", err
	}
	p, err := w.Party(account.Party)
	if err != nil {
		return "", err
	}
	return partyText(p, identPhone), nil
}
