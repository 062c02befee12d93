package app

import (
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// watchProgram gives watches out and opens a case at a call for help.
const watchProgram = `program: guard
version: 1
title: 守护
class: internal

rosters:
  duty: {label: 值班表, of: account, kept_by: office, shifts: {ranks: [first, second], gap: 2d, tells: office}}

roles:
  office: {label: 办公室, is: area, held_by: {org: window}, read: {watch: sensitive, call: internal}}
  first:  {label: 第一人, is: member, of: roster.duty, rank: first, read: {call: sensitive}}
  second: {label: 第二人, is: member, of: roster.duty, rank: second, read: {call: sensitive}}

records:
  watch:
    label: 手表
    is: thing
    for: none
    unique: [code]
    keep: 3y
    stages:
      stock: {label: 在库, phase: paused}
      worn:  {label: 佩戴, phase: live}
      gone:  {label: 停用, phase: ended}
    moves:
      receive: {label: 入库, to: stock, by: office, need: [code]}
      give:    {label: 发放, from: stock, to: worn, by: office, need: [holder]}
      back:    {label: 收回, from: worn, to: stock, by: office}
      retire:  {label: 停用, from: stock, to: gone, by: office}
  call:
    label: 求助
    is: case
    for: person
    same: {by: [subject], within: 30m, then: join}
    keep: 3y
    fields:
      number:   {label: 编号, type: text, class: personal}
      position: {label: 位置, type: place, class: sensitive, track: true}
    stages:
      raised: {label: 待接, phase: open}
      taken:  {label: 已接, phase: done}
    moves:
      raise: {label: 求助, to: raised, by: office, ask: [number, position]}
      take:  {label: 接警, from: raised, to: taken, by: [first, second], sets: {owner: actor}}
    clocks:
      ack: {label: 接警, from: created, until: left.raised, limit: 15m, ladder: {0m: first, 5m: second, due: office}}

devices:
  watch: {label: 手表, of: watch, raises: call.raise, position: position, number: number, reach: 60, battery: 15, silent: 1d, tells: [office]}
`

type guarding struct {
	*desk
	office *Who
	child  *PartyView
	watch  domain.RecordID
}

const watchNumber = "8800000015"

func newGuarding(t *testing.T, engine storetest.Engine) *guarding {
	g := &guarding{desk: newDeskWith(t, engine, "guard", watchProgram)}
	ctx := t.Context()
	g.office = g.staff("office", "window", "440902", "")
	g.child = g.party(domain.Person, "小禾", "440902100", Identifiers{})
	lat, lng := 21.66, 110.91
	if _, err := g.a.PatchParty(ctx, g.office, Once{}, g.child.ID, PartyAct{Place: &PlaceView{Lat: lat, Lng: lng}}); err != nil {
		t.Fatal(err)
	}
	id, err := g.a.Create(ctx, g.office, Once{}, "guard", "watch", "receive", Act{Fields: map[string]any{"code": watchNumber}})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.a.Move(ctx, g.office, Once{}, id, "give", Act{Fields: map[string]any{"holder": string(g.child.ID)}}); err != nil {
		t.Fatal(err)
	}
	g.watch = id
	return g
}

func (g *guarding) say(t *testing.T, r domain.Report) ReportResult {
	t.Helper()
	if r.Number == "" {
		r.Number = watchNumber
	}
	out, err := g.a.Reports(t.Context(), storetest.Home, []domain.Report{r})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (g *guarding) calls(t *testing.T) []RecordSummary {
	t.Helper()
	l, err := g.a.Records(t.Context(), System(storetest.Home), RecordQuery{Record: "call"})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}

func (g *guarding) view(t *testing.T, id domain.RecordID) *RecordView {
	t.Helper()
	v, err := g.a.Record(t.Context(), System(storetest.Home), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func seenAt(lat, lng float64, when time.Time, alarm string) domain.Report {
	return domain.Report{At: when, Alarm: alarm, Placed: true, Lat: lat, Lng: lng, Battery: -1}
}

// TestWatchAlarm: 500 reports of one press make one case; a position in the sea is
// not believed and loses nothing; a late report keeps its time; an unknown watch
// opens nothing.
func TestWatchAlarm(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			g := newGuarding(t, engine)
			now := g.clock.Now()
			if out := g.say(t, domain.Report{Number: "9999999999", Alarm: "sos", Battery: -1}); out.Unknown != 1 || len(g.calls(t)) != 0 {
				t.Fatalf("an unknown watch: %+v", out)
			}
			g.say(t, seenAt(21.6601, 110.9101, now, ""))
			press := seenAt(21.6603, 110.9104, now.Add(-2*time.Minute), "sos") // pressed where there was no network
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for range 125 {
						if _, err := g.a.Reports(t.Context(), storetest.Home, []domain.Report{{Number: watchNumber, At: press.At, Alarm: "sos", Placed: true, Lat: press.Lat, Lng: press.Lng, Battery: -1}}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			list := g.calls(t)
			if len(list) != 1 || !list[0].Created.Equal(press.At) {
				t.Fatalf("%d cases, the first of %v, pressed at %v", len(list), list[0].Created, press.At)
			}
			events, err := g.a.Events(t.Context(), System(storetest.Home), list[0].ID, "", 50)
			if err != nil || len(events.Items) != 1 {
				t.Errorf("500 reports leave %d events: %v", len(events.Items), err)
			}
			if v := g.view(t, g.watch); v.Device == nil || v.Device.Alarms != 500 {
				t.Errorf("device %+v", v.Device)
			}
			// Pressed again ten minutes later, far out at sea.
			g.clock.Set(now.Add(10 * time.Minute))
			g.say(t, seenAt(17.5, 112.3, g.clock.Now(), "sos"))
			v := g.view(t, list[0].ID)
			place, _ := v.Fields["position"].(map[string]any)
			if len(g.calls(t)) != 1 || place["lat"] != 21.6603 && place["lat"] != 21.6601 {
				t.Errorf("the sea is believed: %v", place)
			}
			if v := g.view(t, g.watch); v.Device.Place["lat"] == 17.5 {
				t.Error("the last position lies in the sea")
			}
			// After the first was closed, a new press is a new case, though its only
			// position is no position.
			g.clock.Set(now.Add(2 * time.Hour))
			g.say(t, seenAt(0, 0, g.clock.Now(), "sos"))
			if list = g.calls(t); len(list) != 2 {
				t.Fatalf("%d cases after two hours", len(list))
			}
			events, err = g.a.Events(t.Context(), System(storetest.Home), list[0].ID, "", 50)
			if err != nil || !strings.Contains(events.Items[0].Text, "不可信") {
				t.Errorf("nobody is told that the position is no position: %+v %v", events.Items, err)
			}
			// A clock that runs a year ahead, or stands in 1970, loses no alarm.
			g.clock.Set(now.Add(4 * time.Hour))
			g.say(t, seenAt(21.66, 110.91, now.AddDate(1, 0, 0), "sos"))
			g.clock.Set(now.Add(6 * time.Hour))
			g.say(t, seenAt(21.66, 110.91, time.Unix(0, 0), "sos"))
			if list = g.calls(t); len(list) != 4 || !list[0].Created.Equal(now.Add(6*time.Hour)) || !list[1].Created.Equal(now.Add(4*time.Hour)) {
				t.Errorf("%d cases with a wrong clock", len(list))
			}
		})
	}
}

// TestWatchState: a low battery and silence are told once each; a watch in the
// drawer reports nothing; only who may read positions sees the last one.
func TestWatchState(t *testing.T) {
	g := newGuarding(t, storetest.Engines(t)[0])
	ctx := t.Context()
	told := func() int {
		l, err := g.a.Notifications(ctx, g.signIn("office"), NotificationQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range l.Items {
			if strings.Contains(n.Text, "小禾") || strings.Contains(n.Text, watchNumber) {
				t.Errorf("the message names the wearer or the watch: %s", n.Text)
			}
		}
		return len(l.Items)
	}
	for _, percent := range []int{50, 14, 12, 9, 14} {
		g.clock.Set(g.clock.Now().Add(time.Minute))
		g.say(t, domain.Report{At: g.clock.Now(), Battery: percent})
	}
	if n := told(); n != 1 {
		t.Errorf("a low battery is told %d times", n)
	}
	g.say(t, domain.Report{At: g.clock.Now(), Battery: 90})
	g.clock.Set(g.clock.Now().Add(49 * time.Hour))
	for range 3 {
		if _, err := g.a.DevicesDue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if n := told(); n != 2 {
		t.Errorf("silence is told %d times", n-1)
	}
	if v := g.view(t, g.watch); v.Device.State != "silent" {
		t.Errorf("state %+v", v.Device)
	}
	if err := g.a.Move(ctx, g.signIn("office"), Once{}, g.watch, "back", Act{}); err != nil {
		t.Fatal(err)
	}
	if out := g.say(t, seenAt(21.66, 110.91, g.clock.Now(), "sos")); out.Unknown != 1 || len(g.calls(t)) != 0 {
		t.Errorf("a watch in the drawer calls: %+v", out)
	}
}

// TestShifts: who is on shift may act and sees the cases, before and after he does
// not; an empty rank is told beforehand, once a day.
func TestShifts(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			g := newGuarding(t, engine)
			ctx := t.Context()
			guard := g.staff("ming", "station", "440902", "")
			from := g.clock.Now().Add(time.Hour)
			shift := ShiftAct{From: from, Until: from.Add(12 * time.Hour), Ranks: map[string][]domain.AccountID{"first": {guard.Account}}}
			wantCode(t, g.a.AddShifts(ctx, guard, Once{}, "guard", "duty", shift), "roster_forbidden")
			wantCode(t, g.a.AddShifts(ctx, g.office, Once{}, "guard", "duty", ShiftAct{From: from, Until: from, Ranks: shift.Ranks}), "shift_time")
			wantCode(t, g.a.AddShifts(ctx, g.office, Once{}, "guard", "duty", ShiftAct{From: from, Until: shift.Until, Ranks: map[string][]domain.AccountID{"third": {guard.Account}}}), "shift_rank")
			if err := g.a.AddShifts(ctx, g.office, Once{Key: "shift-0001", Hash: "x"}, "guard", "duty", shift); err != nil {
				t.Fatal(err)
			}
			g.say(t, seenAt(21.66, 110.91, g.clock.Now(), "sos"))
			id := g.calls(t)[0].ID
			sees := func() bool {
				who := g.signIn("ming")
				l, err := g.a.Records(ctx, who, RecordQuery{})
				if err != nil {
					t.Fatal(err)
				}
				_, err = g.a.Record(ctx, who, id)
				if (err == nil) != (len(l.Items) == 1) {
					t.Errorf("opens %v, lists %d", err, len(l.Items))
				}
				return err == nil
			}
			if sees() {
				t.Error("he sees the case before his shift")
			}
			g.clock.Set(from.Add(time.Minute))
			if !sees() {
				t.Error("he does not see the case on his shift")
			}
			board, err := g.a.Shifts(ctx, g.office, "guard", "duty")
			if err != nil || len(board.Items) != 1 || !board.Items[0].Now || board.Items[0].Label != "第一人" || len(board.Gaps) != 2 {
				t.Errorf("board %+v %v", board, err)
			}
			for range 2 {
				if _, err := g.a.ShiftsDue(ctx); err != nil {
					t.Fatal(err)
				}
			}
			l, err := g.a.Notifications(ctx, g.signIn("office"), NotificationQuery{})
			if err != nil || len(l.Items) != 1 || !strings.Contains(l.Items[0].Text, "第二人") {
				t.Errorf("empty ranks are told %+v %v", l.Items, err)
			}
			if err := g.a.Move(ctx, g.signIn("ming"), Once{}, id, "take", Act{}); err != nil {
				t.Fatal(err)
			}
			storetest.Read(t, g.a.DB, func(tx *store.Tx) error {
				r, err := tx.In(storetest.Home).Record(id)
				if r.Owner != guard.Account {
					t.Errorf("owner %q", r.Owner)
				}
				return err
			})
			g.clock.Set(shift.Until.Add(time.Minute))
			if sees() {
				t.Error("he sees the case after his shift")
			}
		})
	}
}

// TestGateway: a platform's key lets it in, a wrong one not, a stopped one no more.
func TestGateway(t *testing.T) {
	g := newGuarding(t, storetest.Engines(t)[0])
	ctx := t.Context()
	v, err := g.a.CreateGateway(ctx, System(storetest.Home), "平台")
	if err != nil {
		t.Fatal(err)
	}
	address := string(storetest.Home) + "-" + v.ID
	rep := []domain.Report{{Number: watchNumber, Battery: -1, At: g.clock.Now()}}
	from := Client{Address: "10.0.0.9"}
	if out, err := g.a.GatewayReports(ctx, address, v.Key, from, rep); err != nil || out.Taken != 1 {
		t.Errorf("%+v %v", out, err)
	}
	for _, x := range [][2]string{{address, v.Key + "0"}, {address, ""}, {"440902-nobody", v.Key}, {"nowhere", v.Key}, {"110113-" + v.ID, v.Key}} {
		_, err := g.a.GatewayReports(ctx, x[0], x[1], from, rep)
		wantCode(t, err, "gateway_key")
	}
	if l, err := g.a.Gateways(ctx, System(storetest.Home)); err != nil || len(l.Items) != 1 || l.Items[0].Key != "" {
		t.Errorf("the key is shown again: %+v %v", l, err)
	}
	if err := g.a.StopGateway(ctx, System(storetest.Home), v.ID); err != nil {
		t.Fatal(err)
	}
	_, err = g.a.GatewayReports(ctx, address, v.Key, from, rep)
	wantCode(t, err, "gateway_key")
}
