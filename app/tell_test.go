package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/kernel/program"
	"linqiao/notify"
	"linqiao/store"
	"linqiao/store/storetest"
)

// gateway is a fake SMS gateway or robot on this machine: it keeps what it takes,
// each idempotency key once, and can be away.
type gateway struct {
	*httptest.Server
	mu    sync.Mutex
	taken []notify.Message
	keys  map[string]bool
	asked int
	away  bool
	answ  string
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{keys: map[string]bool{}, answ: `{"code":"OK","errcode":0}`}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.asked++
		raw, _ := io.ReadAll(r.Body)
		if g.away {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var b struct {
			ID, Phone, Text any
		}
		_ = json.Unmarshal(raw, &b)
		text := fmt.Sprint(b.Text)
		if m, ok := b.Text.(map[string]any); ok {
			text = fmt.Sprint(m["content"])
		}
		key := r.Header.Get("Idempotency-Key")
		if g.answ == `{"code":"OK","errcode":0}` && (key == "" || !g.keys[key]) {
			g.keys[key] = true
			to, _ := b.Phone.(string)
			g.taken = append(g.taken, notify.Message{ID: key, To: to, Text: text})
		}
		_, _ = io.WriteString(w, g.answ)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) got() []notify.Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.taken)
}

func (g *gateway) set(away bool, answer string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.away, g.answ = away, answer
}

// channel makes a channel of the county to the gateway.
func (g *gateway) channel(c *desk, kind string, change ...func(*ChannelAct)) *ChannelView {
	c.t.Helper()
	name, path, ok := kind+" 渠道", "code", "OK"
	act := ChannelAct{Kind: kind, Name: &name, URL: &g.URL}
	if notify.Personal(kind) {
		act.OKPath, act.OK = &path, &ok
	}
	for _, f := range change {
		f(&act)
	}
	v, err := c.a.CreateChannel(c.t.Context(), System(storetest.Home), Once{}, act)
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

// person makes a member of a unit with a mobile number.
func (c *desk) person(login string, org domain.OrgID) domain.AccountID {
	c.t.Helper()
	c.phones++
	v, err := c.a.CreateAccount(c.t.Context(), System(storetest.Home), Once{}, AccountAct{Login: login, Name: login, Password: testPassword,
		Phone: fmt.Sprintf("139%08d", c.phones), Memberships: []MembershipAct{{Org: org}}})
	if err != nil {
		c.t.Fatal(err)
	}
	return v.ID
}

func (c *desk) unit(name string) domain.OrgID {
	c.t.Helper()
	o, err := c.a.CreateOrg(c.t.Context(), System(storetest.Home), Once{}, OrgAct{Name: &name, Kind: "window", Region: "440902100"})
	if err != nil {
		c.t.Fatal(err)
	}
	return o.ID
}

func (c *desk) tell(t telling, to ...domain.AccountID) {
	c.t.Helper()
	if t.via == nil {
		t.via = []string{"push", "sms"}
	}
	if err := c.a.write(c.t.Context(), System(storetest.Home), func(w *work) error { return w.tell(t, to) }); err != nil {
		c.t.Fatal(err)
	}
}

func (c *desk) deliver() {
	c.t.Helper()
	for range 100 {
		n, err := c.a.Deliver(c.t.Context())
		if err != nil {
			c.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	c.t.Fatal("never quiet")
}

func (c *desk) pass(d time.Duration) { c.clock.Set(c.clock.Now().Add(d)) }

// out lists what left or should have left the county, oldest first.
func (c *desk) out(states ...string) []domain.Delivery {
	c.t.Helper()
	var list []domain.Delivery
	storetest.Read(c.t, c.a.DB, func(tx *store.Tx) error {
		page, err := tx.Deliveries(store.DeliveryFilter{Out: true, States: states, Limit: 1000})
		list = page.Items
		return err
	})
	slices.Reverse(list)
	return list
}

// noon is a working Monday's noon in Beijing, when nobody wishes quiet.
var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// TestQuiet: quiet hours across midnight, of rest days, of a Sunday that is worked,
// of people who want none.
func TestQuiet(t *testing.T) {
	cal := calendar.Official()
	usual := newContact("a")
	rest := newContact("a")
	rest.Rest = true
	none := &domain.Contact{}
	lunch := &domain.Contact{QuietFrom: 12 * 60, QuietUntil: 14 * 60}
	for _, x := range []struct {
		who        *domain.Contact
		now, until string // Beijing; "" = not quiet
	}{
		{usual, "2026-03-02 21:59", ""},
		{usual, "2026-03-02 22:00", "2026-03-03 08:00"},
		{usual, "2026-03-03 03:00", "2026-03-03 08:00"},
		{usual, "2026-03-03 08:00", ""},
		{usual, "2026-03-07 10:00", ""}, // a Saturday
		{rest, "2026-03-06 23:00", "2026-03-09 08:00"},
		{rest, "2026-03-07 10:00", "2026-03-09 08:00"},
		{rest, "2026-02-13 22:30", "2026-02-14 08:00"}, // before Spring Festival: the Saturday is worked
		{rest, "2026-02-14 22:30", "2026-02-24 08:00"}, // and then nine days off
		{rest, "2026-10-01 09:00", "2026-10-08 08:00"},
		{none, "2026-03-03 03:00", ""},
		{lunch, "2026-03-03 12:30", "2026-03-03 14:00"},
		{lunch, "2026-03-03 23:30", ""},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", x.now, domain.Beijing)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if until := quietUntil(now, x.who, cal); !until.IsZero() {
			got = until.In(domain.Beijing).Format("2006-01-02 15:04")
		}
		if got != x.until {
			t.Errorf("%s %+v: quiet until %q, want %q", x.now, x.who, got, x.until)
		}
	}
}

// TestQuietHours: at night a message waits for the morning, an urgent one does not;
// who opted out gets the urgent one only.
func TestQuietHours(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		g.channel(c, "sms")
		org := c.unit("窗口")
		a, b := c.person("wa", org), c.person("wb", org)
		who := c.signIn("wb")
		off := []string{"sms"}
		if _, err := c.a.SetPreferences(t.Context(), who, Once{Key: "k-12345678", Hash: "h"}, PreferenceAct{Rev: 1, Off: &off}); err != nil {
			t.Fatal(err)
		}
		c.clock.Set(noon.Add(11 * time.Hour)) // 23:00
		c.tell(telling{text: "明日有会"}, a, b)
		c.tell(telling{text: "告急", urgent: true}, a, b)
		c.deliver()
		if got := g.got(); len(got) != 2 || got[0].Text != "告急" || got[1].Text != "告急" {
			t.Fatalf("at night %+v", got)
		}
		c.pass(9*time.Hour - time.Minute)
		c.deliver()
		if len(g.got()) != 2 {
			t.Fatalf("before eight %+v", g.got())
		}
		c.pass(time.Minute)
		c.deliver()
		if got := g.got(); len(got) != 3 || got[2].Text != "明日有会" {
			t.Fatalf("in the morning %+v", got)
		}
		if skipped := c.out("skipped"); len(skipped) != 1 || skipped[0].Answer != "not_wanted" || skipped[0].ToAccount != b {
			t.Errorf("skipped %+v", skipped)
		}
		list, err := c.a.Notifications(t.Context(), who, NotificationQuery{})
		if err != nil || len(list.Items) != 2 {
			t.Errorf("inside the product %+v %v", list, err)
		}
	})
}

// TestOutageOfADay: the gateway is away for a day. Nothing is lost and nothing comes
// twice; what was out of date by then is dropped with a record; the rest arrives in
// the order in which it was written; the dead gateway was asked seldom.
func TestOutageOfADay(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		g.channel(c, "sms")
		org := c.unit("窗口")
		var people []domain.AccountID
		for i := range 24 {
			people = append(people, c.person("p"+strconv.Itoa(i), org))
		}
		c.clock.Set(noon)
		g.set(true, g.answ)
		var want []string
		for i, p := range people {
			short := telling{text: fmt.Sprintf("第 %d 个小时前有效", i), lasts: program.Span{N: 2, Unit: "h"}, urgent: true}
			keep := telling{text: fmt.Sprintf("消息 %02d", i), urgent: true}
			if i < 20 {
				c.tell(short, p)
			}
			c.tell(keep, p)
			want = append(want, keep.text)
			for range 12 {
				c.deliver()
				c.pass(5 * time.Minute)
			}
		}
		if len(g.got()) != 0 || len(c.out("expired")) < 18 {
			t.Fatalf("taken %d, expired %d", len(g.got()), len(c.out("expired")))
		}
		if g.asked > 24*6+30 {
			t.Errorf("the dead gateway was asked %d times", g.asked)
		}
		v, err := c.a.Channels(t.Context(), c.staff("root", "county_office", "440902", RoleAdmin))
		if err != nil || v.Items[0].State != "closed" || v.Items[0].Waiting < 24 || !strings.HasPrefix(v.Items[0].Error, "503") {
			t.Errorf("channel %+v %v", v.Items, err)
		}
		g.set(false, g.answ)
		for range 40 {
			c.deliver()
			c.pass(time.Minute)
		}
		var got []string
		for _, m := range g.got() {
			if strings.HasPrefix(m.Text, "消息") {
				got = append(got, m.Text)
			}
		}
		if len(got) != len(want) || len(c.out("sent"))+len(c.out("expired")) != 44 {
			t.Fatalf("got %d of %d; sent %d, expired %d", len(got), len(want), len(c.out("sent")), len(c.out("expired")))
		}
		// One message probes the gateway out of its turn; all others keep their order.
		moved := 0
		for i := 1; i < len(got); i++ {
			if got[i] < got[i-1] {
				moved++
			}
		}
		if moved > 1 {
			t.Errorf("order %v", got)
		}
	})
}

// dying hands one message over and is gone before it can say so.
type dying struct {
	notify.Channel
	die *bool
}

func (d dying) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	r, err := d.Channel.Send(ctx, m)
	if *d.die {
		runtime.Goexit()
	}
	return r, err
}

// TestDeathBetweenSendAndRecord: the worker dies after the gateway took a message
// and before that is written down. The message is sent again, under the same key,
// so that a gateway that honours keys gives it out once.
func TestDeathBetweenSendAndRecord(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		g.channel(c, "sms")
		a := c.person("wa", c.unit("窗口"))
		c.clock.Set(noon)
		c.tell(telling{text: "您的订单已接单"}, a)
		die := true
		c.a.openWay = func(kind string, cfg notify.Config) (notify.Channel, error) {
			ch, err := notify.Open(kind, cfg)
			return dying{ch, &die}, err
		}
		if _, err := c.a.Deliver(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list := c.out(); len(list) != 1 || list[0].State != "sending" || len(g.got()) != 1 {
			t.Fatalf("after the death %+v, taken %+v", list, g.got())
		}
		die = false
		c.deliver()
		if g.asked != 1 {
			t.Fatal("sent again before the lease ran out")
		}
		c.pass(deliveryLease + time.Second)
		c.deliver()
		if list := c.out(); list[0].State != "sent" || list[0].Tries != 2 || g.asked != 2 || len(g.got()) != 1 {
			t.Errorf("%+v, asked %d, given out %d", list, g.asked, len(g.got()))
		}
	})
}

// TestResume: what a killed process had in hand on a database of its own goes on at
// once when it starts again.
func TestResume(t *testing.T) {
	c := newDesk(t)
	g := newGateway(t)
	g.channel(c, "sms")
	a := c.person("wa", c.unit("窗口"))
	c.clock.Set(noon)
	c.tell(telling{text: "甲"}, a)
	die := true
	c.a.openWay = func(kind string, cfg notify.Config) (notify.Channel, error) {
		ch, err := notify.Open(kind, cfg)
		return dying{ch, &die}, err
	}
	if _, err := c.a.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	die = false
	if err := c.a.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.deliver()
	if list := c.out("sent"); len(list) != 1 || len(g.got()) != 1 {
		t.Errorf("%+v", list)
	}
}

// TestNothingPersonalLeaves: neither a record above internal, nor a number or the
// person's name in a text, leaves the county in words.
func TestNothingPersonalLeaves(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g, robot := newGateway(t), newGateway(t)
		g.channel(c, "sms")
		robot.channel(c, "wecom")
		a := c.person("wa", c.unit("窗口"))
		p := c.party(domain.Person, "司徒静怡", "440902100", Identifiers{})
		c.clock.Set(noon)
		both := []string{"push", "sms", "wecom", "call", "screen"}
		for _, x := range []telling{
			{text: "内部编号 77 的心理档案", record: &domain.Record{ID: "r1", Class: domain.Sensitive}},
			{text: "请回电 138 0013 8000", record: &domain.Record{ID: "r2", Class: domain.Internal}},
			{text: "身份证 44090219900101123X 待核", record: &domain.Record{ID: "r3"}},
			{text: "司徒静怡的走访已到期", record: &domain.Record{ID: "r4", Subject: p.ID}},
		} {
			x.via, x.urgent = both, true
			c.tell(x, a)
		}
		c.tell(telling{text: "订单 440902-26-000123 无人接单", via: both, urgent: true, record: &domain.Record{ID: "r5", Subject: p.ID}}, a)
		c.deliver()
		said := fmt.Sprint(g.got(), robot.got())
		for _, leak := range []string{"心理", "0013", "1123X", "司徒"} {
			if strings.Contains(said, leak) {
				t.Errorf("%s left the county: %s", leak, said)
			}
		}
		if len(g.got()) != 5 || len(robot.got()) != 5 || strings.Count(said, neutralText) != 8 || strings.Count(said, "000123") != 2 {
			t.Errorf("left %s", said)
		}
		for _, d := range c.out() {
			if d.Channel == "call" && (d.State != "skipped" || d.Answer != "no_channel") {
				t.Errorf("call %+v", d)
			}
		}
		list, err := c.a.Notifications(t.Context(), c.signIn("wa"), NotificationQuery{})
		if err != nil || len(list.Items) != 5 || !strings.Contains(list.Items[1].Text, "司徒静怡") {
			t.Errorf("inside the product %+v %v", list.Items, err)
		}
	})
}

// TestOnePersonOnce: two accounts of one person are told once by phone, as the one
// wishes that said so, and both inside the product.
func TestOnePersonOnce(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		g.channel(c, "sms")
		p := c.party(domain.Person, "刘一", "440902100", Identifiers{Phone: "13700000001"})
		one, two := c.resident("one", p.ID), c.resident("two", p.ID)
		from := "11:00"
		c.clock.Set(noon)
		if _, err := c.a.SetPreferences(t.Context(), two, Once{}, PreferenceAct{QuietFrom: &from}); err != nil {
			t.Fatal(err)
		}
		c.tell(telling{text: "甲"}, one.Account, two.Account)
		c.deliver()
		if len(g.got()) != 0 {
			t.Errorf("in the quiet time %+v", g.got())
		}
		c.tell(telling{text: "乙", urgent: true}, one.Account, two.Account)
		c.deliver()
		if got := g.got(); len(got) != 1 || got[0].To != "13700000001" {
			t.Errorf("told %+v", got)
		}
		for _, who := range []*Who{one, two} {
			if v, err := c.a.Unread(t.Context(), who); err != nil || v.Unread != 2 {
				t.Errorf("inside the product %+v %v", v, err)
			}
		}
	})
}

// TestNotFortyTimes: forty messages in a row are two to a phone and a few to a group,
// however many of its members they are for.
func TestNotFortyTimes(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g, robot := newGateway(t), newGateway(t)
		g.channel(c, "sms")
		org := c.unit("窗口")
		a, b := c.person("wa", org), c.person("wb", org)
		robot.channel(c, "dingtalk", func(x *ChannelAct) { x.Org = &org })
		c.clock.Set(noon)
		c.tell(telling{text: "第一件", via: []string{"sms"}}, a)
		c.deliver()
		for i := range 40 {
			c.tell(telling{text: fmt.Sprintf("第 %d 单待接", i), via: []string{"sms", "wecom"}}, a, b)
		}
		c.deliver()
		c.pass(10 * time.Minute)
		c.deliver()
		for i, want := range []string{"第一件", "您在邻桥有 40 条新消息，请登录查看。", "您在邻桥有 40 条新消息，请登录查看。"} {
			if got := g.got(); len(got) != 3 || got[i].Text != want {
				t.Fatalf("phones %+v", got)
			}
		}
		if got := robot.got(); len(got) != 1 || strings.Count(got[0].Text, "\n") != 39 || !strings.Contains(got[0].Text, "40. 第 39 单待接") {
			t.Errorf("group %+v", got)
		}
		if n := len(c.out("merged")); n != 120 {
			t.Errorf("merged %d", n)
		}
		who := c.signIn("wb")
		if v, err := c.a.Unread(t.Context(), who); err != nil || v.Unread != 40 {
			t.Errorf("unread %+v %v", v, err)
		}
	})
}

// TestPace: a robot gets at most twenty messages in any sixty seconds, across several
// passes and whatever waits.
func TestPace(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		robot := newGateway(t)
		robot.channel(c, "wecom")
		a := c.person("wa", c.unit("窗口"))
		c.clock.Set(noon)
		for i := range 50 {
			c.tell(telling{text: "告急 " + strconv.Itoa(i), via: []string{"wecom"}, urgent: true}, a)
		}
		var at []time.Time
		for range 40 {
			before := len(robot.got())
			c.deliver()
			for range len(robot.got()) - before {
				at = append(at, c.clock.Now())
			}
			c.pass(7 * time.Second)
		}
		if len(at) != 50 {
			t.Fatalf("sent %d", len(at))
		}
		for i := 20; i < len(at); i++ {
			if at[i].Sub(at[i-20]) < time.Minute {
				t.Errorf("message %d comes %s after the one twenty before", i, at[i].Sub(at[i-20]))
			}
		}
	})
}

// TestDeadLetters: what the gateway refuses is kept and can be sent again, by one or
// all; a test and what was taken cannot. A bad key does not eat the whole queue.
func TestDeadLetters(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		way := g.channel(c, "sms")
		admin := c.staff("root", "county_office", "440902", RoleAdmin)
		org := c.unit("窗口")
		c.clock.Set(noon)
		g.set(false, `{"code":"isv.BAD_KEY"}`)
		for i := range 30 {
			c.tell(telling{text: "消息"}, c.person("p"+strconv.Itoa(i), org))
		}
		c.deliver()
		dead := c.out("failed")
		if len(dead) != closeAfter || !strings.HasPrefix(dead[0].Answer, "isv.BAD_KEY") {
			t.Fatalf("dead %d %+v", len(dead), dead)
		}
		if v, err := c.a.TestChannel(t.Context(), admin, Once{}, way.ID, "13900000099"); err != nil || v.OK || v.Code != "isv.BAD_KEY" {
			t.Errorf("test %+v %v", v, err)
		}
		g.set(false, `{"code":"OK","errcode":0}`)
		if v, err := c.a.TestChannel(t.Context(), admin, Once{}, way.ID, "13900000099"); err != nil || !v.OK {
			t.Errorf("test %+v %v", v, err)
		}
		once := Once{Key: "replay-0001", Hash: "h"}
		for range 2 { // the retry of the request does nothing more
			v, err := c.a.Replay(t.Context(), admin, once, ReplayAct{State: "failed"})
			if err != nil || v.Done != closeAfter || v.More {
				t.Errorf("replay %+v %v", v, err)
			}
		}
		c.deliver()
		if n := len(c.out("sent")); n != 31 || len(g.got()) != 31 {
			t.Errorf("sent %d, taken %d", n, len(g.got()))
		}
		if v, err := c.a.Replay(t.Context(), admin, Once{}, ReplayAct{IDs: []string{dead[0].ID}}); err != nil || v.Done != 0 {
			t.Errorf("replay of what was sent %+v %v", v, err)
		}
		_, err := c.a.Replay(t.Context(), c.signIn("p1"), Once{}, ReplayAct{State: "failed"})
		wantCode(t, err, "admin_only")
	})
}

// TestReports: a signed report says that a message arrived; any other is as if there
// were no such channel.
func TestReports(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		secret := "geheim"
		way := g.channel(c, "sms", func(x *ChannelAct) { x.Secret = &secret })
		c.clock.Set(noon)
		c.tell(telling{text: "甲"}, c.person("wa", c.unit("窗口")))
		c.deliver()
		d := c.out("sent")[0]
		in := ReportAct{ID: d.ID, Status: "delivered", Detail: "DELIVRD 13900000001"}
		raw := []byte(`{"id":"` + d.ID + `"}`)
		stamp := strconv.FormatInt(c.clock.Now().Unix(), 10)
		address := string(storetest.Home) + "-" + way.ID
		for _, x := range []struct{ address, stamp, sign string }{
			{address, stamp, ""}, {address, stamp, notify.Signature("other", stamp, raw)},
			{address, "1", notify.Signature(secret, "1", raw)}, {string(storetest.Neighbour) + "-" + way.ID, stamp, notify.Signature(secret, stamp, raw)},
			{"x", stamp, notify.Signature(secret, stamp, raw)},
		} {
			wantCode(t, c.a.Report(t.Context(), x.address, x.stamp, x.sign, raw, in), "not_found")
		}
		if err := c.a.Report(t.Context(), address, stamp, notify.Signature(secret, stamp, raw), raw, in); err != nil {
			t.Fatal(err)
		}
		if got := c.out("delivered"); len(got) != 1 || got[0].Answer != "DELIVRD 139****01" {
			t.Errorf("%+v", got)
		}
	})
}

// TestChannelSettings: secrets go in and never come out; wrong settings are named;
// a stale edit is shown; only administrators touch them, auditors may look.
func TestChannelSettings(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		g := newGateway(t)
		secret, path := "geheim-4711", g.URL+"/send?key=robot-key-4711"
		v := g.channel(c, "wecom", func(x *ChannelAct) { x.URL, x.Secret = &path, &secret })
		admin, auditor := c.staff("root", "county_office", "440902", RoleAdmin), c.staff("looker", "county_office", "440902", RoleAuditor)
		for _, who := range []*Who{admin, auditor} {
			l, err := c.a.Channels(t.Context(), who)
			raw, _ := json.Marshal(l)
			if err != nil || len(l.Items) != 1 || strings.Contains(string(raw), "4711") || !slices.Equal(l.Items[0].Sealed, []string{"url", "secret"}) {
				t.Errorf("%s %v", raw, err)
			}
		}
		clerk := c.staff("clerk", "window", "440902100", "")
		_, err := c.a.Channels(t.Context(), clerk)
		wantCode(t, err, "admin_only")
		_, err = c.a.Deliveries(t.Context(), clerk, DeliveryQuery{})
		wantCode(t, err, "admin_only")
		off := false
		_, err = c.a.PatchChannel(t.Context(), auditor, Once{}, v.ID, ChannelAct{Rev: v.Rev, Active: &off})
		wantCode(t, err, "admin_only")
		far, many := "http://8.8.8.8/x", 21
		_, err = c.a.PatchChannel(t.Context(), admin, Once{}, v.ID, ChannelAct{Rev: v.Rev, URL: &far, PerMinute: &many})
		if e, ok := err.(*domain.Error); !ok || len(e.Fields) != 2 {
			t.Errorf("%v", err)
		}
		if v, err = c.a.PatchChannel(t.Context(), admin, Once{}, v.ID, ChannelAct{Rev: v.Rev, Active: &off}); err != nil || v.State != "off" {
			t.Fatalf("%+v %v", v, err)
		}
		_, err = c.a.PatchChannel(t.Context(), admin, Once{}, v.ID, ChannelAct{Rev: 1, Active: &off})
		wantCode(t, err, "stale")
		if c.audits("channel_edit") != 1 || c.audits("channel_create") != 1 {
			t.Error("the journal does not know of it")
		}
	})
}

// TestPreferences: numbers are masked and sealed, wrong values named, stale edits shown.
func TestPreferences(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		newGateway(t).channel(c, "sms")
		c.person("wa", c.unit("窗口"))
		who := c.signIn("wa")
		v, err := c.a.Preferences(t.Context(), who)
		if err != nil || v.Phone != "139****0001" || v.QuietFrom != "22:00" || v.QuietUntil != "08:00" || v.Gather != 10 || !slices.Equal(v.Kinds, []string{"sms"}) {
			t.Fatalf("%+v %v", v, err)
		}
		bad, odd, seven := "25:00", "12345", 7
		_, err = c.a.SetPreferences(t.Context(), who, Once{}, PreferenceAct{Rev: v.Rev, QuietFrom: &bad, Phone: &odd, Gather: &seven, Off: &[]string{"wecom"}})
		if e, ok := err.(*domain.Error); !ok || len(e.Fields) != 4 {
			t.Errorf("%v", err)
		}
		from, rest := "21:30", true
		w, err := c.a.SetPreferences(t.Context(), who, Once{}, PreferenceAct{Rev: v.Rev, QuietFrom: &from, Rest: &rest})
		if err != nil || w.QuietFrom != "21:30" || w.QuietUntil != "08:00" || !w.Rest || w.Phone != v.Phone {
			t.Errorf("%+v %v", w, err)
		}
		_, err = c.a.SetPreferences(t.Context(), who, Once{}, PreferenceAct{Rev: v.Rev, Rest: &rest})
		wantCode(t, err, "stale")
	})
}
