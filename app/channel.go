package app

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

// ChannelView is one way out of the county as administrators and auditors see it.
// Of its address only the host is shown, and of its secrets that they are there.
type ChannelView struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	Org       *OrgRef  `json:"org,omitempty"`
	Active    bool     `json:"active"`
	PerMinute int      `json:"per_minute"`
	Host      string   `json:"host"`
	Sign      string   `json:"sign,omitempty"`
	Body      string   `json:"body,omitempty"`
	OKPath    string   `json:"ok_path,omitempty"`
	OK        string   `json:"ok,omitempty"`
	IDPath    string   `json:"id_path,omitempty"`
	Sealed    []string `json:"sealed"` // which secrets are set: url, key, secret
	Rev       int64    `json:"rev"`

	State    string     `json:"state"` // ok, waiting, closed, off, unused
	Waiting  int        `json:"waiting"`
	OpenAt   *time.Time `json:"open_at,omitempty"`
	LastOK   *time.Time `json:"last_ok,omitempty"`
	LastFail *time.Time `json:"last_fail,omitempty"`
	Error    string     `json:"error,omitempty"`
}

// ChannelAct makes or changes a channel; what is left out stays. Secrets are only
// ever written.
type ChannelAct struct {
	Kind      string        `json:"kind,omitempty" maxLength:"20"`
	Name      *string       `json:"name,omitempty" maxLength:"60"`
	Org       *domain.OrgID `json:"org,omitempty" maxLength:"64"`
	Active    *bool         `json:"active,omitempty"`
	PerMinute *int          `json:"per_minute,omitempty"`
	URL       *string       `json:"url,omitempty" maxLength:"1000"`
	Key       *string       `json:"key,omitempty" maxLength:"200"`
	Secret    *string       `json:"secret,omitempty" maxLength:"200"`
	Sign      *string       `json:"sign,omitempty" maxLength:"20"`
	Body      *string       `json:"body,omitempty" maxLength:"4000"`
	OKPath    *string       `json:"ok_path,omitempty" maxLength:"100"`
	OK        *string       `json:"ok,omitempty" maxLength:"100"`
	IDPath    *string       `json:"id_path,omitempty" maxLength:"100"`
	Rev       int64         `json:"rev,omitempty"`
}

// Channels lists the ways out of the county with how they fare.
func (a *App) Channels(ctx context.Context, who *Who) (l List[ChannelView], err error) {
	if !who.Admin && !who.Auditor {
		return l, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.Channels()
		if err != nil {
			return err
		}
		out := make([]ChannelView, 0, len(list))
		for i := range list {
			v, err := w.channelView(&list[i])
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

func (a *App) channel(ctx context.Context, who *Who, id string) (v *ChannelView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		c, err := w.tx.Channel(id)
		if err != nil {
			return err
		}
		v, err = w.channelView(c)
		return err
	})
	return v, err
}

func (w *work) channelView(c *domain.Channel) (*ChannelView, error) {
	waiting, err := w.tx.Waiting(c.ID)
	if err != nil {
		return nil, err
	}
	cfg := configOf(c)
	v := &ChannelView{ID: c.ID, Kind: c.Kind, Name: c.Name, Active: c.Active, PerMinute: c.PerMinute, Host: hostOf(cfg.URL), Sign: cfg.Sign, Body: cfg.Body,
		OKPath: cfg.OKPath, OK: cfg.OK, IDPath: cfg.IDPath, Sealed: []string{}, Rev: c.Rev, Waiting: waiting, Error: c.Health.Error,
		OpenAt: instantOf(c.Health.OpenAt), LastOK: instantOf(c.Health.LastOK), LastFail: instantOf(c.Health.LastFail)}
	for _, k := range []string{"url", "key", "secret"} {
		if asText(c.Secret[k]) != "" {
			v.Sealed = append(v.Sealed, k)
		}
	}
	if c.Org != "" {
		if o, err := w.Org(c.Org); err == nil {
			v.Org = &OrgRef{o.ID, o.Name, o.Kind}
		}
	}
	v.State = channelState(c, waiting, w.Now())
	return v, nil
}

func channelState(c *domain.Channel, waiting int, now time.Time) string {
	switch {
	case !c.Active:
		return "off"
	case c.Health.Closed > 0:
		return "closed"
	case c.Health.LastOK.IsZero() && c.Health.LastFail.IsZero():
		return "unused"
	case waiting > c.PerMinute:
		return "waiting"
	}
	return "ok"
}

func instantOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// CreateChannel adds a way out of the county.
func (a *App) CreateChannel(ctx context.Context, who *Who, once Once, in ChannelAct) (*ChannelView, error) {
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		c := &domain.Channel{ID: store.NewID(), Kind: in.Kind, Active: true, PerMinute: notify.PerMinute(in.Kind), Config: map[string]any{}, Secret: map[string]any{}}
		if !slices.Contains(notify.Kinds, in.Kind) {
			return "", domain.E(domain.KindInvalid, "fields").With("kind", "option")
		}
		if in.Name == nil || in.URL == nil {
			e := domain.E(domain.KindInvalid, "fields")
			if in.Name == nil {
				e.With("name", "required")
			}
			if in.URL == nil {
				e.With("url", "required")
			}
			return "", e
		}
		if err := w.fillChannel(c, in); err != nil {
			return "", err
		}
		if err := w.tx.InsertChannel(c); err != nil {
			return "", err
		}
		return domain.RecordID(c.ID), w.changed("channel", "create", c.ID, "", map[string]any{"kind": c.Kind, "name": c.Name})
	})
	if err != nil {
		return nil, err
	}
	return a.channel(ctx, who, string(id))
}

// PatchChannel changes a channel at the version the caller saw.
func (a *App) PatchChannel(ctx context.Context, who *Who, once Once, id string, in ChannelAct) (*ChannelView, error) {
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		c, err := w.tx.Channel(id)
		if err != nil {
			return err
		}
		if in.Rev != c.Rev {
			return nameTheirs(c.Name, c.Rev)
		}
		if err := w.fillChannel(c, in); err != nil {
			return err
		}
		if err := w.tx.UpdateChannel(c); err != nil {
			return err
		}
		return w.changed("channel", "edit", id, "", map[string]any{"name": c.Name, "active": c.Active, "secrets": in.URL != nil || in.Key != nil || in.Secret != nil})
	})
	if err != nil {
		return nil, err
	}
	return a.channel(ctx, who, id)
}

func (w *work) fillChannel(c *domain.Channel, in ChannelAct) error {
	e := domain.E(domain.KindInvalid, "fields")
	if in.Name != nil {
		if c.Name = strings.TrimSpace(*in.Name); c.Name == "" {
			e.With("name", "required")
		}
	}
	if in.Org != nil {
		if c.Org = *in.Org; c.Org != "" {
			if o, err := w.Org(c.Org); err != nil || !o.Active {
				e.With("org", "org_unknown")
			}
		}
	}
	if in.Active != nil {
		c.Active = *in.Active
	}
	if in.PerMinute != nil {
		if c.PerMinute = *in.PerMinute; c.PerMinute < 1 || c.PerMinute > perMinuteMost(c.Kind) {
			e.With("per_minute", "range", "min", "1", "max", itoa64(int64(perMinuteMost(c.Kind))))
		}
	}
	for k, v := range map[string]*string{"url": in.URL, "key": in.Key, "secret": in.Secret} {
		if v != nil {
			c.Secret[k] = strings.TrimSpace(*v)
		}
	}
	for k, v := range map[string]*string{"sign": in.Sign, "body": in.Body, "ok_path": in.OKPath, "ok": in.OK, "id_path": in.IDPath} {
		if v != nil {
			c.Config[k] = strings.TrimSpace(*v)
		}
	}
	var bad *notify.ConfigError
	if err := notify.Check(c.Kind, configOf(c)); errors.As(err, &bad) {
		e.With(bad.Field, bad.Code)
	} else if err != nil {
		return err
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// perMinuteMost: the limits of robots are those of their makers; a gateway's is a
// matter of the contract.
func perMinuteMost(kind string) int {
	if notify.Personal(kind) {
		return 6000
	}
	return notify.PerMinute(kind)
}

// TestView is how a test message fared.
type TestView struct {
	OK     bool   `json:"ok"`
	Code   string `json:"code,omitempty"`
	Answer string `json:"answer,omitempty"`
}

// TestChannel sends a message at once, by the administrator's order, and says what the
// gateway answered. It stands among the deliveries like any other.
func (a *App) TestChannel(ctx context.Context, who *Who, once Once, id, phone string) (*TestView, error) {
	var c *domain.Channel
	d := &domain.Delivery{ID: store.NewID(), Message: "test", Text: "这是邻桥发出的测试消息，收到即表示渠道已接通。", State: domain.DeliverySending, Tries: 1, Urgent: true}
	kept, err := a.once(ctx, who, once, func(w *work) (_ domain.RecordID, err error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		if c, err = w.tx.Channel(id); err != nil {
			return "", err
		}
		if notify.Personal(c.Kind) {
			n, mobile, ok := domain.CheckPhone(phone)
			if !ok || !mobile {
				return "", domain.E(domain.KindInvalid, "fields").With("phone", "phone")
			}
			phone = n
		}
		// No next try: whoever tests sees the answer and tries again himself.
		d.Route, d.Channel, d.ToAccount, d.Tried = c.ID, c.Kind, who.Account, w.Now()
		if err := w.tx.InsertDelivery(d); err != nil {
			return "", err
		}
		return domain.RecordID(d.ID), w.audit("channel_test", "channel/"+id, "", nil)
	})
	if err != nil {
		return nil, err
	}
	if string(kept) != d.ID {
		return a.tested(ctx, who, string(kept))
	}
	out := &outcome{delivery: d}
	way, err := a.openWay(c.Kind, configOf(c))
	if err == nil {
		out.receipt, err = way.Send(ctx, notify.Message{ID: d.ID, To: phone, Text: d.Text})
	}
	v := &TestView{OK: err == nil, Answer: out.receipt.Answer}
	if err != nil {
		f := *notify.FailureOf(err)
		v.Code, v.Answer = f.Code, f.Answer
		f.Fault = notify.Refused // a test is not repeated by itself
		out.failure = &f
	}
	return v, a.DB.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return a.noteTest(tx.In(who.County), out) })
}

// tested answers a retry: what became of the message that the first request sent.
func (a *App) tested(ctx context.Context, who *Who, id string) (v *TestView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		d, err := w.tx.Delivery(id)
		if err != nil {
			return err
		}
		v = &TestView{OK: d.State == domain.DeliverySent || d.State == domain.DeliveryDelivered, Answer: d.Answer}
		return nil
	})
	return v, err
}

// noteTest notes how a test ended. Its success opens a closed channel; its failure
// closes none.
func (a *App) noteTest(tx *store.Tx, o *outcome) error {
	d, err := tx.Delivery(o.delivery.ID)
	if err != nil {
		return err
	}
	if o.failure == nil {
		c, err := tx.Channel(d.Route)
		if err != nil {
			return err
		}
		a.judgeChannel(tx.Now(), &c.Health, nil)
		if err := tx.SaveHealth(c.ID, c.Health); err != nil {
			return err
		}
	}
	judgeDelivery(tx.Now(), d, o)
	return tx.EndDelivery(d)
}
