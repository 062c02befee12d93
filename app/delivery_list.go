package app

import (
	"context"
	"crypto/hmac"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

// DeliveryView is one message that leaves the county, as the operator sees it: to
// whom, by what, and what became of it. Its text is at most internal.
type DeliveryView struct {
	ID       string          `json:"id"`
	Channel  string          `json:"channel"`
	Way      string          `json:"way,omitempty"` // name of the channel it goes by
	To       *AccountRef     `json:"to,omitempty"`  // nobody: a group
	Text     string          `json:"text"`
	Program  string          `json:"program,omitempty"`
	Message  string          `json:"message,omitempty"`
	Record   domain.RecordID `json:"record,omitempty"`
	State    string          `json:"state"`
	Why      string          `json:"why,omitempty"` // a code: no_channel, no_number, not_wanted
	Answer   string          `json:"answer,omitempty"`
	Urgent   bool            `json:"urgent,omitempty"`
	Tries    int             `json:"tries"`
	Replays  int             `json:"replays,omitempty"`
	Created  time.Time       `json:"created"`
	Next     *time.Time      `json:"next,omitempty"`
	Expires  *time.Time      `json:"expires,omitempty"`
	Ended    *time.Time      `json:"ended,omitempty"`
	CanRetry bool            `json:"can_retry"`
}

// DeliveryQuery selects messages that leave the county.
type DeliveryQuery struct {
	State   string
	Channel string // kind
	Way     string // id of a channel
	Account domain.AccountID
	Record  domain.RecordID
	Cursor  string
	Limit   int
}

var deliveryStates = []string{domain.DeliveryQueued, domain.DeliverySending, domain.DeliverySent, domain.DeliveryDelivered, domain.DeliveryFailed,
	domain.DeliveryExpired, domain.DeliverySkipped, domain.DeliveryMerged}

// retryable are the states from which the operator may send a message again.
var retryable = []string{domain.DeliveryFailed, domain.DeliveryExpired, domain.DeliverySkipped}

// skipWhy are the reasons of the product itself; anything else is a gateway's answer.
var skipWhy = []string{"no_channel", "no_number", "not_wanted"}

// Deliveries lists messages that leave the county, newest first.
func (a *App) Deliveries(ctx context.Context, who *Who, q DeliveryQuery) (l List[DeliveryView], err error) {
	if !who.Admin && !who.Auditor {
		return l, domain.E(domain.KindForbidden, "admin_only")
	}
	f := store.DeliveryFilter{Out: true, Account: q.Account, Record: q.Record, Route: q.Way, Cursor: q.Cursor, Limit: limitOf(q.Limit)}
	if q.State != "" {
		if !slices.Contains(deliveryStates, q.State) {
			return l, domain.E(domain.KindInvalid, "fields").With("state", "option")
		}
		f.States = []string{q.State}
	}
	if q.Channel != "" {
		f.Channels = []string{q.Channel}
	}
	err = a.read(ctx, who, func(w *work) error {
		page, err := w.tx.Deliveries(f)
		if err != nil {
			return err
		}
		out := make([]DeliveryView, 0, len(page.Items))
		for i := range page.Items {
			v, err := w.deliveryView(&page.Items[i])
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

func (w *work) deliveryView(d *domain.Delivery) (DeliveryView, error) {
	v := DeliveryView{ID: d.ID, Channel: d.Channel, Text: d.Text, Program: d.Program, Message: d.Message, Record: d.Record, State: d.State, Answer: d.Answer,
		Urgent: d.Urgent, Tries: d.Tries, Replays: d.Replays, Created: d.Created, Next: instantOf(d.NextAt), Expires: instantOf(d.Expires), Ended: instantOf(d.Ended),
		CanRetry: slices.Contains(retryable, d.State) && d.Message != "test"}
	if slices.Contains(skipWhy, d.Answer) {
		v.Why, v.Answer = d.Answer, ""
	}
	if d.ToAccount != "" {
		acc, err := w.Account(d.ToAccount)
		if err != nil {
			return v, err
		}
		v.To = &AccountRef{acc.ID, acc.Name}
	}
	ways, err := w.channels()
	if err != nil {
		return v, err
	}
	if i := slices.IndexFunc(ways, func(c domain.Channel) bool { return c.ID == d.Route }); i >= 0 {
		v.Way = ways[i].Name
	}
	return v, nil
}

// DeliveryCounts are how many messages stand in each state, each at most 10,000.
type DeliveryCounts map[string]int

// CountDeliveries counts what left, waits or was given up.
func (a *App) CountDeliveries(ctx context.Context, who *Who) (out DeliveryCounts, err error) {
	if !who.Admin && !who.Auditor {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		out = DeliveryCounts{}
		for _, s := range deliveryStates {
			n, err := w.tx.CountOut(s)
			if err != nil {
				return err
			}
			out[s] = n
		}
		return nil
	})
	return out, err
}

// ReplayAct names the messages to send again, or a state of which all are meant.
type ReplayAct struct {
	IDs   []string `json:"ids,omitempty" maxItems:"200"`
	State string   `json:"state,omitempty" maxLength:"20"`
	Way   string   `json:"way,omitempty" maxLength:"64"`
}

// ReplayView says how many were queued again and how many of a state are left.
type ReplayView struct {
	Done int  `json:"done"`
	More bool `json:"more"`
}

// replayMost is how many messages one request queues again.
const replayMost = 500

// Replay queues messages again that were given up: as fresh ones, for the channel
// that the county has for them now. What was taken by a gateway is never sent twice
// by this way.
func (a *App) Replay(ctx context.Context, who *Who, once Once, in ReplayAct) (*ReplayView, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*ReplayView, error) {
		if err := w.adminOnly(); err != nil {
			return nil, err
		}
		list, more, err := w.replayed(in)
		if err != nil {
			return nil, err
		}
		v := &ReplayView{More: more}
		for i := range list {
			done, err := w.requeue(&list[i])
			if err != nil {
				return nil, err
			}
			if done {
				v.Done++
			}
		}
		return v, w.audit("delivery_replay", "delivery", "", map[string]any{"count": int64(v.Done), "state": in.State, "way": in.Way})
	})
}

func (w *work) replayed(in ReplayAct) (list []domain.Delivery, more bool, err error) {
	if len(in.IDs) == 0 {
		if !slices.Contains(retryable, in.State) {
			return nil, false, domain.E(domain.KindInvalid, "fields").With("state", "option")
		}
		page, err := w.tx.Deliveries(store.DeliveryFilter{Out: true, States: []string{in.State}, Route: in.Way, Limit: replayMost})
		slices.Reverse(page.Items) // the oldest of them goes first
		return page.Items, page.Next != "", err
	}
	for _, id := range in.IDs {
		d, err := w.tx.Delivery(id)
		if err != nil {
			return nil, false, err
		}
		if d.Channel == domain.InApp {
			return nil, false, domain.NotFound("delivery")
		}
		list = append(list, *d)
	}
	return list, false, nil
}

func (w *work) requeue(d *domain.Delivery) (bool, error) {
	if !slices.Contains(retryable, d.State) || d.Message == "test" {
		return false, nil
	}
	ways, err := w.channels()
	if err != nil {
		return false, err
	}
	if i := slices.IndexFunc(ways, func(c domain.Channel) bool { return c.ID == d.Route }); i < 0 || !ways[i].Active {
		kinds := []string{d.Channel}
		if !notify.Personal(d.Channel) {
			kinds = []string{notify.WeCom, notify.DingTalk}
		}
		way, err := w.wayFor(ways, d.ToAccount, kinds...)
		if err != nil {
			return false, err
		}
		if way == nil {
			return false, nil
		}
		d.Route = way.ID
	}
	d.State, d.NextAt, d.Expires, d.Ended = domain.DeliveryQueued, w.Now(), w.Now().Add(deliverWithin), time.Time{}
	d.Fails, d.Answer = 0, ""
	d.Replays++
	return true, w.tx.EndDelivery(d)
}

// ReportAct is what a gateway reports of a message it has taken.
type ReportAct struct {
	ID     string `json:"id" maxLength:"100"`
	Status string `json:"status" enum:"delivered,failed"`
	Detail string `json:"detail,omitempty" maxLength:"500"`
}

// reportSkew is how far a report's timestamp may lie from now.
const reportSkew = 10 * time.Minute

// Report takes a gateway's report of arrival in. It is signed as our requests are:
// X-Timestamp and X-Signature under the channel's secret. Whatever does not fit is
// answered as if there were no such channel.
func (a *App) Report(ctx context.Context, channel, stamp, signature string, raw []byte, in ReportAct) error {
	county, id, err := a.channelOf(ctx, channel)
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || a.Now().Sub(time.Unix(at, 0)).Abs() > reportSkew {
		return domain.NotFound("channel")
	}
	return a.write(ctx, System(county), func(w *work) error {
		c, err := w.tx.Channel(id)
		if err != nil {
			return err
		}
		secret := asText(c.Secret["secret"])
		if secret == "" || !hmac.Equal([]byte(notify.Signature(secret, stamp, raw)), []byte(signature)) {
			return domain.NotFound("channel")
		}
		d, err := w.tx.Delivery(in.ID)
		if err != nil || d.Route != id {
			return domain.NotFound("delivery")
		}
		if d.State != domain.DeliverySent && d.State != domain.DeliverySending {
			return nil // reported before, or sent again meanwhile
		}
		d.State, d.NextAt, d.Ended = domain.DeliveryDelivered, time.Time{}, w.Now()
		if in.Status == "failed" {
			d.State = domain.DeliveryFailed
		}
		if in.Detail != "" {
			d.Answer = notify.Scrub(in.Detail)
		}
		return w.tx.EndDelivery(d)
	})
}

// channelOf finds the county of a channel: a report names only the channel.
func (a *App) channelOf(ctx context.Context, channel string) (domain.CountyCode, string, error) {
	code, id, _ := cutCounty(channel)
	found := false
	err := a.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := orNil(tx.In(code).Channel(id))
		found = c != nil
		return err
	})
	if err != nil || !found {
		return "", "", domain.NotFound("channel")
	}
	return code, id, nil
}

// cutCounty splits "440902-01a2…": an address outside of any session says whose
// channel it means.
func cutCounty(s string) (domain.CountyCode, string, bool) {
	if len(s) < 8 || s[6] != '-' {
		return "", "", false
	}
	return domain.CountyCode(s[:6]), s[7:], true
}
