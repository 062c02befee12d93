package storetest

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func deliveryTries(t *testing.T, e Engine) {
	db := Seeded(t, e)
	d := &domain.Delivery{ToAccount: "a1", Channel: "sms", Route: "c1", Message: "due", Text: "还剩 1 个工作日", State: "queued", NextAt: Start, Expires: Start.Add(time.Hour), Record: "r1"}
	in := &domain.Delivery{ToAccount: "a1", Channel: "push", Message: "due", Text: "还剩 1 个工作日", State: "sent", Record: "r1"}
	Write(t, db, func(tx *store.Tx) error { return firstError(tx.InsertDelivery(d), tx.InsertDelivery(in)) })
	var took atomic.Int64
	together(8, func(int) {
		var ok bool
		err := TryWrite(db, func(tx *store.Tx) (err error) {
			ok, err = tx.TakeDelivery(d.ID, 0, Start.Add(time.Minute))
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if ok {
			took.Add(1)
		}
	})
	if took.Load() != 1 {
		t.Errorf("%d workers took one message", took.Load())
	}
	Read(t, db, func(tx *store.Tx) error {
		now, err := tx.DueDeliveries("c1", Start, 0, 5)
		later, err2 := tx.DueDeliveries("c1", Start.Add(time.Minute), 0, 5)
		other, err3 := tx.DueDeliveries("c2", Start.Add(time.Minute), 0, 5)
		went, err4 := tx.TriedSince("c1", Start.Add(-time.Second))
		if len(now) != 0 || len(later) != 1 || later[0].Tries != 1 || len(other) != 0 || went != 1 {
			t.Errorf("due now %d, after the worker died %d, by another channel %d, went %d", len(now), len(later), len(other), went)
		}
		return firstError(err, err2, err3, err4)
	})
	d.Tries = 1
	Write(t, db, func(tx *store.Tx) error {
		d.State, d.NextAt, d.Ended, d.Answer = "sent", time.Time{}, Start, "OK"
		return firstError(tx.EndDelivery(d), tx.ReadDelivery(in.ID, "a1"))
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.ReadDelivery(in.ID, "somebody") }), "stale")
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.ReadDelivery(d.ID, "a1") }), "stale")
	d.Tries = 0
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.EndDelivery(d) }), "stale")
	Read(t, db, func(tx *store.Tx) error {
		box, err := tx.Deliveries(store.DeliveryFilter{Account: "a1", Channels: []string{"push"}, States: []string{"read"}})
		of, err2 := tx.Deliveries(store.DeliveryFilter{Record: "r1", Message: "due"})
		out, err3 := tx.Deliveries(store.DeliveryFilter{Out: true, States: []string{"sent"}, Not: []string{"rung"}})
		n, err4 := tx.CountOut("sent")
		if len(box.Items) != 1 || len(of.Items) != 2 || len(out.Items) != 1 || box.Items[0].Text != d.Text || out.Items[0].Answer != "OK" || n != 1 {
			t.Errorf("box %+v, of the record %d, out %+v, %d", box.Items, len(of.Items), out.Items, n)
		}
		return firstError(err, err2, err3, err4)
	})
}

// deliveryExpiry: what is out of date ends with a record, what is being sent or not
// out of date stays; reading all spares what came later.
func deliveryExpiry(t *testing.T, e Engine) {
	db := Seeded(t, e)
	var ids []string
	Write(t, db, func(tx *store.Tx) error {
		for _, x := range []struct {
			state string
			ends  time.Time
		}{{"queued", Start}, {"queued", Start.Add(time.Hour)}, {"sending", Start}} {
			d := &domain.Delivery{ToAccount: "a1", Channel: "sms", Route: "c1", Text: "x", State: x.state, NextAt: Start, Expires: x.ends}
			if err := tx.InsertDelivery(d); err != nil {
				return err
			}
			ids = append(ids, d.ID)
		}
		for range 3 {
			d := &domain.Delivery{ToAccount: "a1", Channel: "push", Text: "y", State: "sent"}
			if err := tx.InsertDelivery(d); err != nil {
				return err
			}
			ids = append(ids, d.ID)
		}
		return nil
	})
	Write(t, db, func(tx *store.Tx) error {
		any, err := tx.AnyExpired()
		n, err2 := tx.ExpireDeliveries(10)
		again, err3 := tx.AnyExpired()
		if !any || n != 1 || again {
			t.Errorf("expired %v %d %v", any, n, again)
		}
		read, err4 := tx.ReadAll("a1", ids[4])
		left, err5 := tx.Unread("a1", 100)
		capped, err6 := tx.Unread("a1", 0)
		if read != 2 || left != 1 || capped != 0 {
			t.Errorf("read %d, left %d, capped %d", read, left, capped)
		}
		first, err7 := tx.Delivery(ids[0])
		if first.State != "expired" || !first.NextAt.IsZero() || first.Ended.IsZero() {
			t.Errorf("first %+v", first)
		}
		return firstError(err, err2, err3, err4, err5, err6, err7)
	})
}

// channelsAndContacts: secrets come back as they were put in and stand nowhere in
// the clear; one worker at a time has a channel; a stale edit is refused.
func channelsAndContacts(t *testing.T, e Engine) {
	db := Seeded(t, e)
	c := &domain.Channel{Kind: "wecom", Name: "窗口群", Active: true, PerMinute: 20, Config: map[string]any{"sign": ""},
		Secret: map[string]any{"url": "https://robot.invalid/send?key=geheim-9371"}}
	a := &domain.Account{Login: "tell", Name: "受话人", Active: true}
	Write(t, db, func(tx *store.Tx) error { return firstError(tx.InsertChannel(c), tx.InsertAccount(a)) })
	var took atomic.Int64
	together(6, func(int) {
		var ok bool
		if err := TryWrite(db, func(tx *store.Tx) (err error) {
			ok, err = tx.LeaseChannel(c.ID, Start.Add(time.Minute))
			return err
		}); err != nil {
			t.Error(err)
		}
		if ok {
			took.Add(1)
		}
	})
	if took.Load() != 1 {
		t.Errorf("%d workers have the channel", took.Load())
	}
	who := &domain.Contact{Account: a.ID, Phone: "13800009371", Off: []string{"call"}, QuietFrom: 1320, QuietUntil: 480, Gather: 10}
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.FreeChannel(c.ID), tx.SaveContact(who),
			tx.SaveHealth(c.ID, domain.ChannelHealth{Fails: 2, Closed: 1, OpenAt: Start.Add(time.Minute), LastFail: Start, Error: "timeout"}))
	})
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Channel(c.ID)
		list, err2 := tx.Channels()
		con, err3 := tx.Contact(a.ID)
		if got.Secret["url"] != c.Secret["url"] || got.Health.Closed != 1 || len(list) != 1 || con.Phone != who.Phone || len(con.Off) != 1 || con.Rest {
			t.Errorf("channel %+v, %d, contact %+v", got, len(list), con)
		}
		_, err4 := tx.In(Neighbour).Channel(c.ID)
		WantCode(t, err4, "not_found")
		return firstError(err, err2, err3)
	})
	Write(t, db, func(tx *store.Tx) error { c.Name = "新名"; return tx.UpdateChannel(c) })
	stale := *c
	stale.Rev = 1
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateChannel(&stale) }), "stale")
	old := *who
	old.Rev = 0
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.SaveContact(&old) }), "stale")
	var text strings.Builder
	if _, err := db.Backup(t.Context(), &text); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"geheim-9371", "13800009371"} {
		if strings.Contains(text.String(), secret) {
			t.Errorf("%s stands in the clear", secret)
		}
	}
}
