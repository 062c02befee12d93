package testkit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// system is one of two counties that are kept in step over a wire that can be cut.
type system struct {
	*testkit.County
	admin, desk, keeper, clerk *testkit.Client
	party, partner, path       string
	key                        exchange.Key // that the other side was given
	rev                        any
	wire                       *wire // in front of this system
}

// wire stands between two systems.
type wire struct {
	server *httptest.Server
	mode   atomic.Value // "", down, 500, lost
	passed atomic.Int64
}

func newWire(t *testing.T, to string) *wire {
	w := &wire{}
	w.mode.Store("")
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		mode := w.mode.Load().(string)
		switch mode {
		case "down":
			panic(http.ErrAbortHandler)
		case "500":
			http.Error(rw, "no", http.StatusInternalServerError)
			return
		}
		body, _ := io.ReadAll(r.Body)
		req, _ := http.NewRequestWithContext(r.Context(), r.Method, to+r.URL.RequestURI(), bytes.NewReader(body))
		req.Header = r.Header.Clone()
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		defer res.Body.Close()
		w.passed.Add(1)
		if mode == "lost" { // it arrived, and nobody learns of it
			panic(http.ErrAbortHandler)
		}
		rw.WriteHeader(res.StatusCode)
		_, _ = io.Copy(rw, res.Body)
	}))
	t.Cleanup(w.server.Close)
	return w
}

const stepChild = "110101199003072818"

// pair opens two counties that know the same person and hold his consent, each with a
// system of the other's and the key that the other gave.
func pair(t *testing.T, engine storetest.Engine, ways ...string) (a, b *system) {
	t.Helper()
	a, b = openSystem(t, engine, storetest.Home), openSystem(t, engine, storetest.Neighbour)
	give := func(to, from *system) {
		body := testkit.Object{"url": from.wire.server.URL + from.path, "key": from.key.Text(), "rev": to.rev}
		for _, w := range ways {
			body[w] = true
		}
		to.rev = to.admin.Must(t, http.MethodPatch, "/partners/"+to.partner, body)["rev"]
	}
	give(a, b)
	give(b, a)
	return a, b
}

func openSystem(t *testing.T, engine storetest.Engine, code domain.CountyCode) *system {
	t.Helper()
	s := &system{County: testkit.Open(t, engine, code)}
	s.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := s.App.Apply(t.Context(), app.System(code), mechanisms("step-desk")); err != nil {
		t.Fatal(err)
	}
	s.wire = newWire(t, s.Server.URL)
	s.admin = s.SignIn(t, s.Admin.Login)
	county := string(code)
	_, people := s.Staff(t, "step_desk", "county", county, "desk")
	s.desk = people[0]
	_, people = s.Staff(t, "step_office", "county", county, "keeper")
	s.keeper = people[0]
	_, people = s.Staff(t, "step_clerk", "county", county, "clerk")
	s.clerk = people[0]
	s.party = s.person(t, "陈小禾", stepChild)
	s.consent(t, s.party)
	made := s.admin.Must(t, http.MethodPost, "/partners", testkit.Object{"name": "邻县", "program": "step-desk", "mapping": "other"})
	s.partner, s.path = testkit.Text(made, "id"), testkit.Text(made, "path")
	shown := s.admin.Must(t, http.MethodPost, "/partners/"+s.partner+"/key", nil)
	key, ok := exchange.ParseKey(testkit.Text(shown, "key"))
	if !ok {
		t.Fatalf("no key in %v", shown)
	}
	s.key, s.rev = key, shown["rev"]
	return s
}

func (s *system) person(t *testing.T, name, number string) string {
	t.Helper()
	towns := s.admin.All(t, "/regions?level=town&parent="+string(s.Code))
	return testkit.Text(s.admin.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": name,
		"region": testkit.Text(towns[0], "id"), "identifiers": testkit.Object{"id_number": number}}), "id")
}

func (s *system) consent(t *testing.T, party string) {
	t.Helper()
	s.desk.Must(t, http.MethodPost, "/parties/"+party+"/consents/step-desk/share", testkit.Object{"evidence": "paper"})
}

func (s *system) enter(t *testing.T, fields testkit.Object) string {
	t.Helper()
	return testkit.Text(s.desk.Must(t, http.MethodPost, "/programs/step-desk/records/case/enter", testkit.Object{"subject": s.party, "fields": fields}), "id")
}

func (s *system) edit(t *testing.T, id string, fields testkit.Object) {
	t.Helper()
	s.desk.Must(t, http.MethodPost, "/records/"+id+"/moves/edit", testkit.Object{"fields": fields})
}

// only is the one record of this system.
func (s *system) only(t *testing.T) testkit.Object {
	t.Helper()
	list := s.keeper.All(t, "/records?program=step-desk&record=case")
	if len(list) != 1 {
		held := s.admin.Must(t, http.MethodGet, "/partners/"+s.partner+"/items?state=held", nil)
		t.Fatalf("%s: %d records; %v; held %v", s.Code, len(list), s.view(t), held)
	}
	return s.keeper.Must(t, http.MethodGet, "/records/"+testkit.Text(list[0], "id"), nil)
}

func (s *system) field(t *testing.T, key string) any {
	t.Helper()
	return testkit.At(s.only(t), "fields", key)
}

func (s *system) wants(t *testing.T, key string, want any) {
	t.Helper()
	if got := s.field(t, key); got != want {
		t.Errorf("%s: %s is %v, want %v", s.Code, key, got, want)
	}
}

func (s *system) run(t *testing.T) {
	t.Helper()
	if _, err := s.App.ExchangeDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (s *system) view(t *testing.T) testkit.Object {
	t.Helper()
	return testkit.Items(s.admin.Must(t, http.MethodGet, "/partners", nil), "items")[0]
}

func (s *system) count(t *testing.T, key string) int {
	t.Helper()
	n, _ := s.view(t)[key].(float64)
	return int(n)
}

func (s *system) conflicts(t *testing.T) []testkit.Object {
	t.Helper()
	return testkit.Items(s.keeper.Must(t, http.MethodGet, "/programs/step-desk/conflicts", nil), "items")
}

// received counts what the record's history says came from the other side.
func (s *system) received(t *testing.T) int {
	t.Helper()
	n := 0
	for _, e := range s.keeper.All(t, "/records/"+testkit.Text(s.only(t), "id")+"/events") {
		if testkit.Text(e, "type") == "received" {
			n++
		}
	}
	return n
}

// call sends a request to this system as its partner, signed with a key at a time.
func (s *system) call(t *testing.T, key exchange.Key, at time.Time, method, query string, body []byte, spoil func(*http.Request)) (int, testkit.Object) {
	t.Helper()
	target := s.path + "/events" + query
	req, err := http.NewRequestWithContext(t.Context(), method, s.Server.URL+target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	stamp, signature := exchange.Sign(key.Secret(), at, method, target, body)
	req.Header.Set("Authorization", "Bearer "+key.Access())
	req.Header.Set(exchange.HeaderTime, stamp)
	req.Header.Set(exchange.HeaderSignature, signature)
	req.Header.Set("Content-Type", exchange.ContentType)
	if spoil != nil {
		spoil(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var o testkit.Object
	_ = json.Unmarshal(raw, &o)
	return res.StatusCode, o
}

func (s *system) send(t *testing.T, ev *exchange.Event) (int, testkit.Object) {
	t.Helper()
	body, err := ev.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return s.call(t, s.key, s.App.Now(), http.MethodPost, "", body, nil)
}

func caseEvent(id, theirs string, version int64, fields map[string]any) *exchange.Event {
	return &exchange.Event{ID: id, Source: "urn:test:other", Type: exchange.TypeChanged, Time: time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC),
		Data: exchange.Data{Program: "step-desk", Record: "case", ID: theirs, Version: version, Fields: fields}}
}

// feedText is all that the partner could fetch.
func (s *system) feedText(t *testing.T) string {
	t.Helper()
	status, page := s.call(t, s.key, s.App.Now(), http.MethodGet, "?after=0", nil, nil)
	if status != http.StatusOK {
		t.Fatalf("feed: %d %v", status, page)
	}
	raw, _ := json.Marshal(page)
	return string(raw)
}

func eachEngine(t *testing.T, run func(t *testing.T, engine storetest.Engine)) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { run(t, engine) })
	}
}

// TestInStep: what one side enters stands on the other, and back, once each.
func TestInStep(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		a.enter(t, testkit.Object{"level": "some", "officer": "李文", "visits": 2, "phone": "13800001111", "story": "秘密的家事", "since": "2026-01-05"})
		a.run(t)
		if n := a.count(t, "queued"); n != 0 {
			t.Fatalf("%v", a.view(t))
		}
		b.wants(t, "level", "some")
		b.wants(t, "phone", "13800001111")
		b.wants(t, "visits", float64(2))
		b.wants(t, "since", "2026-01-05")
		b.wants(t, "story", nil)
		b.run(t)
		b.edit(t, testkit.Text(b.only(t), "id"), testkit.Object{"level": "hard", "visits": 3})
		b.run(t)
		a.wants(t, "level", "hard")
		a.wants(t, "visits", float64(3))
		a.wants(t, "story", "秘密的家事")
		for range 3 { // nothing echoes
			a.run(t)
			b.run(t)
		}
		if n := a.received(t); n != 1 {
			t.Errorf("a was changed %d times from outside", n)
		}
		if n := b.received(t); n != 0 {
			t.Errorf("b was changed %d times from outside, made once", n)
		}
		if a.count(t, "queued")+a.count(t, "dead")+b.count(t, "queued")+b.count(t, "dead")+b.count(t, "held") != 0 {
			t.Errorf("something waits: %v %v", a.view(t), b.view(t))
		}
		for key, want := range map[string]float64{"queued": 1, "delivered": 1} {
			if got := a.keeper.Must(t, http.MethodGet, "/programs/step-desk/stats/"+key, nil); got["value"] != want {
				t.Errorf("%s: %v", key, got)
			}
		}
	})
}

// TestWhoMaySpeak: a wrong key, a tampered body, an old stamp and a revoked partner are
// let in nowhere, and nothing has changed; the same event twice is one.
func TestWhoMaySpeak(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		_, b := pair(t, engine, "push")
		ev := caseEvent("e-1", "their-1", 1, map[string]any{"sfzh": stepChild, "cd": "some"})
		body, _ := ev.Encode()
		other, err := exchange.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		now := b.App.Now()
		for name, try := range map[string]func() int{
			"a wrong key": func() int { s, _ := b.call(t, other, now, http.MethodPost, "", body, nil); return s },
			"a tampered body": func() int {
				s, _ := b.call(t, b.key, now, http.MethodPost, "", body, func(r *http.Request) {
					r.Body = io.NopCloser(strings.NewReader(strings.Replace(string(body), "some", "hard", 1)))
				})
				return s
			},
			"no signature": func() int {
				s, _ := b.call(t, b.key, now, http.MethodPost, "", body, func(r *http.Request) { r.Header.Del(exchange.HeaderSignature) })
				return s
			},
			"an old stamp": func() int {
				s, _ := b.call(t, b.key, now.Add(-6*time.Minute), http.MethodPost, "", body, nil)
				return s
			},
			"a stamp to come": func() int { s, _ := b.call(t, b.key, now.Add(6*time.Minute), http.MethodPost, "", body, nil); return s },
			"another's feed":  func() int { s, _ := b.call(t, other, now, http.MethodGet, "?after=0", nil, nil); return s },
		} {
			if s := try(); s != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, s)
			}
		}
		if list := b.keeper.All(t, "/records?program=step-desk"); len(list) != 0 {
			t.Fatalf("%d records were made", len(list))
		}
		for i, want := range []string{"applied", "repeated", "repeated"} {
			status, got := b.send(t, ev)
			if status != http.StatusOK || testkit.Text(got, "status") != want {
				t.Errorf("time %d: %d %v", i, status, got)
			}
		}
		b.only(t)
		b.renews(t, ev)
		if got := b.admin.Do(t, http.MethodDelete, "/partners/"+b.partner+"/key", nil); got.Status >= 300 {
			t.Fatalf("revoke: %d %s", got.Status, got.Raw)
		}
		if s, _ := b.send(t, ev); s != http.StatusUnauthorized {
			t.Errorf("a revoked partner: %d", s)
		}
		if strings.Contains(b.Log.Text(), b.key.Access()) || strings.Contains(b.Log.Text(), b.key.Secret()) || strings.Contains(b.Log.Text(), stepChild) {
			t.Error("a key or a number stands in the log")
		}
	})
}

// renews changes the key: the old one is good until the new one is used.
func (s *system) renews(t *testing.T, ev *exchange.Event) {
	t.Helper()
	fresh, _ := exchange.ParseKey(testkit.Text(s.admin.Must(t, http.MethodPost, "/partners/"+s.partner+"/key", nil), "key"))
	if status, _ := s.send(t, ev); status != http.StatusOK {
		t.Errorf("the old key before the new one is used: %d", status)
	}
	old := s.key
	s.key = fresh
	if status, _ := s.send(t, ev); status != http.StatusOK {
		t.Errorf("the new key: %d", status)
	}
	body, _ := ev.Encode()
	if status, _ := s.call(t, old, s.App.Now(), http.MethodPost, "", body, nil); status != http.StatusUnauthorized {
		t.Errorf("the old key after the new one was used: %d", status)
	}
}

// TestBadEvents: each fault names its place, changes nothing and repeats no value.
func TestBadEvents(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		_, b := pair(t, engine, "push")
		for name, try := range map[string]struct {
			fields map[string]any
			path   string
			spoil  func(*exchange.Event)
		}{
			"an option":        {map[string]any{"sfzh": stepChild, "cd": "geheim"}, "data.fields.cd", nil},
			"a number":         {map[string]any{"sfzh": stepChild, "cs": "geheim"}, "data.fields.cs", nil},
			"a range":          {map[string]any{"sfzh": stepChild, "cs": 1000}, "data.fields.cs", nil},
			"a date":           {map[string]any{"sfzh": stepChild, "rq": "2026-13-45"}, "data.fields.rq", nil},
			"an unknown field": {map[string]any{"sfzh": stepChild, "story": "geheim"}, "data.fields.story", nil},
			"a kind":           {map[string]any{"cd": "some"}, "data.record", func(e *exchange.Event) { e.Data.Record = "geheim" }},
			"a version":        {map[string]any{"cd": "some"}, "data.version", func(e *exchange.Event) { e.Data.Version = 0 }},
			"a type":           {map[string]any{"cd": "some"}, "type", func(e *exchange.Event) { e.Type = "geheim" }},
		} {
			ev := caseEvent("bad", "their-1", 1, try.fields)
			if try.spoil != nil {
				try.spoil(ev)
			}
			status, got := b.send(t, ev)
			raw, _ := json.Marshal(got)
			if status != http.StatusUnprocessableEntity || !strings.Contains(string(raw), `"`+try.path) || strings.Contains(string(raw), "geheim") {
				t.Errorf("%s: %d %s", name, status, raw)
			}
		}
		if list := b.keeper.All(t, "/records?program=step-desk"); len(list) != 0 {
			t.Fatalf("%d records were made", len(list))
		}
		big := append([]byte(`{"x":"`), bytes.Repeat([]byte("a"), exchange.BodyMost)...)
		if status, _ := b.call(t, b.key, b.App.Now(), http.MethodPost, "", append(big, `"}`...), nil); status != http.StatusRequestEntityTooLarge {
			t.Errorf("too large: %d", status)
		}
	})
}

// TestCutAndHealed: both sides go on while the wire is cut; what one side alone has
// changed arrives, what both have is shown with both values and decided once.
func TestCutAndHealed(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		ida := a.enter(t, testkit.Object{"level": "some", "officer": "李文", "visits": 1, "phone": "13800001111"})
		a.run(t)
		b.run(t)
		idb := testkit.Text(b.only(t), "id")
		a.wire.mode.Store("down")
		b.wire.mode.Store("down")
		a.edit(t, ida, testkit.Object{"level": "hard", "officer": "王强", "visits": 5})
		b.edit(t, idb, testkit.Object{"level": "none", "officer": "赵敏", "phone": "13900002222"})
		for range 5 {
			a.pass(t, b, 20*time.Minute)
		}
		if a.count(t, "queued") != 1 || b.count(t, "queued") != 1 {
			t.Fatalf("waiting: %v, %v", a.view(t), b.view(t))
		}
		a.toldOnce(t)
		a.wire.mode.Store("")
		b.wire.mode.Store("")
		for range 4 {
			a.pass(t, b, 15*time.Minute)
		}
		a.wants(t, "level", "hard") // nobody's value was overwritten
		b.wants(t, "level", "none")
		a.wants(t, "phone", "13900002222") // only b had changed it
		b.wants(t, "visits", float64(5))   // only a had
		a.decides(t, b)
	})
}

// TestCrossing: an event that was built before its sender had taken in our change says
// the old value, and arrives after we know that he has the new one. It is no change of his.
func TestCrossing(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		ida := a.enter(t, testkit.Object{"level": "some", "visits": 1})
		a.run(t)
		b.run(t)
		b.wire.mode.Store("down") // in front of b: a's do not come
		a.edit(t, ida, testkit.Object{"visits": 2})
		a.run(t) // built, not handed over
		b.edit(t, testkit.Text(b.only(t), "id"), testkit.Object{"level": "hard"})
		b.run(t)
		a.wants(t, "level", "hard")
		b.wire.mode.Store("")
		for range 4 {
			a.pass(t, b, 15*time.Minute)
		}
		for _, s := range []*system{a, b} {
			s.wants(t, "level", "hard")
			s.wants(t, "visits", float64(2))
			if list := s.conflicts(t); len(list) != 0 || s.count(t, "queued") != 0 {
				t.Errorf("%v, %v", list, s.view(t))
			}
		}
	})
}

// pass lets time go by on both sides, and each do what is due.
func (s *system) pass(t *testing.T, other *system, d time.Duration) {
	t.Helper()
	now := s.Clock.Now().Add(d)
	s.Clock.Set(now)
	other.Clock.Set(now)
	s.run(t)
	other.run(t)
	s.admin, s.desk, s.keeper = s.SignIn(t, s.Admin.Login), s.SignIn(t, "desk"), s.SignIn(t, "keeper")
	other.admin, other.desk, other.keeper = other.SignIn(t, other.Admin.Login), other.SignIn(t, "desk"), other.SignIn(t, "keeper")
}

func (s *system) toldOnce(t *testing.T) {
	t.Helper()
	n := 0
	for _, m := range s.keeper.All(t, "/notifications") {
		if strings.Contains(testkit.Text(m, "text"), "中断") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the silence was told %d times", n)
	}
}

func (s *system) decides(t *testing.T, other *system) {
	t.Helper()
	list := s.conflicts(t)
	var level testkit.Object
	for _, c := range list {
		if testkit.Text(c, "field") == "level" {
			level = c
		}
	}
	if level == nil || testkit.Text(level, "ours") != "hard" || testkit.Text(level, "theirs") != "none" || testkit.Text(level, "theirs_shown") != "无" {
		t.Fatalf("conflicts: %v", list)
	}
	id := testkit.Text(level, "id")
	for who, c := range map[string]*testkit.Client{"desk": s.desk, "clerk": s.SignIn(t, "clerk"), "admin": s.admin} {
		if got := c.Do(t, http.MethodPost, "/conflicts/"+id, testkit.Object{"pick": "theirs", "rev": level["rev"]}); got.Status != http.StatusNotFound {
			t.Errorf("%s decides: %d %s", who, got.Status, got.Raw)
		}
		if n := len(testkit.Items(c.Must(t, http.MethodGet, "/programs/step-desk/conflicts", nil), "items")); n != 0 {
			t.Errorf("%s sees %d conflicts", who, n)
		}
	}
	if got := s.keeper.Do(t, http.MethodPost, "/conflicts/"+id, testkit.Object{"pick": "ours", "rev": 99}); got.Status != http.StatusConflict {
		t.Errorf("a decision on what was not seen: %d", got.Status)
	}
	s.keeper.Must(t, http.MethodPost, "/conflicts/"+id, testkit.Object{"pick": "ours", "rev": level["rev"]})
	for range 4 {
		s.pass(t, other, time.Minute)
	}
	s.wants(t, "level", "hard")
	other.wants(t, "level", "hard")
	for _, c := range append(s.conflicts(t), other.conflicts(t)...) {
		t.Errorf("still open: %v", c)
	}
}

// TestPartnerFailsForADay: a partner that answers 500 for a day loses nothing and gets
// the latest once; an event whose answer is lost is taken once.
func TestPartnerFailsForADay(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		b.wire.mode.Store("500")
		id := a.enter(t, testkit.Object{"level": "some", "visits": 1})
		for i := range 24 {
			if i%6 == 0 {
				a.edit(t, id, testkit.Object{"visits": 2 + i})
			}
			a.pass(t, b, time.Hour)
		}
		if a.count(t, "queued") != 1 || a.count(t, "dead") != 0 {
			t.Fatalf("after a day: %v", a.view(t))
		}
		b.wire.mode.Store("lost")
		a.pass(t, b, time.Hour)
		b.wire.mode.Store("")
		a.pass(t, b, time.Hour)
		a.pass(t, b, time.Hour)
		if a.count(t, "queued") != 0 || b.wire.passed.Load() < 2 {
			t.Fatalf("after the healing: %v", a.view(t))
		}
		b.wants(t, "visits", float64(20))
		if taken := testkit.Items(b.admin.Must(t, http.MethodGet, "/partners/"+b.partner+"/items?state=taken", nil), "items"); len(taken) != 1 {
			t.Errorf("%d events were taken", len(taken))
		}
	})
}

// TestOlderVersion: what comes from before overwrites nothing; both values are shown.
func TestOlderVersion(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		_, b := pair(t, engine, "push")
		b.send(t, caseEvent("v5", "their-1", 5, map[string]any{"sfzh": stepChild, "cd": "hard", "cs": 7}))
		status, got := b.send(t, caseEvent("v3", "their-1", 3, map[string]any{"sfzh": stepChild, "cd": "some", "cs": 7}))
		if status != http.StatusOK || len(got["conflicts"].([]any)) != 1 {
			t.Fatalf("%d %v", status, got)
		}
		b.wants(t, "level", "hard")
		list := b.conflicts(t)
		if len(list) != 1 || list[0]["older"] != true || testkit.Text(list[0], "theirs") != "some" {
			t.Fatalf("%v", list)
		}
		b.keeper.Must(t, http.MethodPost, "/conflicts/"+testkit.Text(list[0], "id"), testkit.Object{"pick": "theirs", "rev": list[0]["rev"]})
		b.wants(t, "level", "some")
	})
}

// TestHeldAndRefused: what somebody here can mend waits for him; what the other side has
// to mend is a dead letter there.
func TestHeldAndRefused(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		const stranger = "110101199003074610"
		status, got := b.send(t, caseEvent("h1", "their-9", 1, map[string]any{"sfzh": stranger, "cd": "some"}))
		if status != http.StatusOK || testkit.Text(got, "status") != "held" {
			t.Fatalf("%d %v", status, got)
		}
		item := testkit.Items(b.admin.Must(t, http.MethodGet, "/partners/"+b.partner+"/items?state=held", nil), "items")[0]
		if raw, _ := json.Marshal(item); strings.Contains(string(raw), stranger) || testkit.Text(item, "problem") == "" {
			t.Errorf("the list of held events: %s", raw)
		}
		redo := func(s *system, what string) testkit.Object {
			return s.admin.Must(t, http.MethodPost, "/partners/"+s.partner+"/redo", testkit.Object{"all": true, "what": what})
		}
		if out := redo(b, "retake"); out["done"] != float64(0) || out["left"] != float64(1) {
			t.Errorf("before he is on file: %v", out)
		}
		b.consent(t, b.person(t, "何新", stranger))
		if out := redo(b, "retake"); out["done"] != float64(1) {
			t.Errorf("once he is on file: %v", out)
		}
		if n := b.count(t, "held"); n != 0 {
			t.Errorf("%d still held", n)
		}
		// The other side's mapping takes no such number: it refuses for good.
		a.enter(t, testkit.Object{"level": "some", "visits": 7})
		if _, err := b.App.Apply(t.Context(), app.System(b.Code), changed(t, "step-desk", "version: 1", "version: 2", "range: [0, 999]", "range: [0, 5]")); err != nil {
			t.Fatal(err)
		}
		a.run(t)
		if a.count(t, "dead") != 1 {
			t.Fatalf("%v", a.view(t))
		}
		if _, err := b.App.Apply(t.Context(), app.System(b.Code), changed(t, "step-desk", "version: 1", "version: 3")); err != nil {
			t.Fatal(err)
		}
		if out := redo(a, "resend"); out["done"] != float64(1) {
			t.Errorf("resend: %v", out)
		}
		a.run(t)
		if a.count(t, "dead") != 0 || a.count(t, "queued") != 0 {
			t.Errorf("after the mending: %v", a.view(t))
		}
	})
}

// TestFeedTellsNoMore: what a class does not allow is absent from every way out, and a
// withdrawn consent empties what waits.
func TestFeedTellsNoMore(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a := openSystem(t, engine, storetest.Home)
		a.enter(t, testkit.Object{"level": "some", "officer": "李文", "phone": "13800001111", "story": "秘密的家事"})
		a.run(t)
		text := a.feedText(t)
		if !strings.Contains(text, "13800001111") || !strings.Contains(text, stepChild) {
			t.Fatalf("the feed lacks what it may tell: %s", text)
		}
		if strings.Contains(text, "秘密") || strings.Contains(text, "story") {
			t.Fatalf("the feed tells what is not mapped: %s", text)
		}
		a.rev = a.admin.Must(t, http.MethodPatch, "/partners/"+a.partner, testkit.Object{"ceiling": "internal", "rev": a.view(t)["rev"]})["rev"]
		for range 2 {
			if text = a.feedText(t); strings.Contains(text, "13800001111") || strings.Contains(text, stepChild) {
				t.Fatalf("above the ceiling: %s", text)
			}
			a.run(t)
		}
		if !strings.Contains(text, "李文") && !strings.Contains(a.feedText(t), "李文") {
			t.Error("what is still allowed is gone")
		}
		if got := a.admin.Do(t, http.MethodPatch, "/partners/"+a.partner, testkit.Object{"ceiling": "sealed", "rev": a.rev}); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("a ceiling above the mapping's: %d", got.Status)
		}
		a.desk.Do(t, http.MethodDelete, "/parties/"+a.party+"/consents/step-desk/share", nil)
		for range 2 {
			if text = a.feedText(t); strings.Contains(text, "李文") {
				t.Fatalf("after the withdrawal: %s", text)
			}
			a.run(t)
		}
		if !strings.Contains(a.feedText(t), exchange.TypeWithdrawn) {
			t.Error("the partner is not told that no more will come")
		}
		for who, c := range map[string]*testkit.Client{"desk": a.desk, "keeper": a.keeper, "clerk": a.clerk, "stranger": a.Stranger()} {
			if got := c.Do(t, http.MethodGet, "/partners/"+a.partner+"/items?state=sent", nil); got.Status < 400 {
				t.Errorf("%s reads what goes out: %d", who, got.Status)
			}
		}
	})
}

// TestPull: a side that can only ask is kept in step by asking.
func TestPull(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "pull")
		id := a.enter(t, testkit.Object{"level": "some", "visits": 1})
		a.run(t)
		b.run(t)
		b.wants(t, "level", "some")
		b.edit(t, testkit.Text(b.only(t), "id"), testkit.Object{"level": "hard"})
		a.edit(t, id, testkit.Object{"visits": 9})
		for range 5 {
			a.pass(t, b, time.Minute)
		}
		a.wants(t, "level", "hard")
		b.wants(t, "visits", float64(9))
		if len(a.conflicts(t))+len(b.conflicts(t)) != 0 || a.count(t, "queued")+b.count(t, "queued") != 0 {
			t.Errorf("%v %v", a.view(t), b.view(t))
		}
	})
}

// changed is a mechanism with words of its file put in place of others.
func changed(t *testing.T, name string, words ...string) map[string]fs.FS {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "testdata", name))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "program.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.NewReplacer(words...).Replace(string(raw))), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]fs.FS{name: os.DirFS(dir)}
}

// TestAddressOfPartner: where no partner may stand, nothing is sent.
func TestAddressOfPartner(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a := openSystem(t, engine, storetest.Home)
		for _, bad := range []string{"http://example.com/x", "ftp://10.0.0.1/x", "https://user@example.com/x", "https://example.com/x?y=1", "x"} {
			if got := a.admin.Do(t, http.MethodPatch, "/partners/"+a.partner, testkit.Object{"url": bad, "rev": a.rev}); got.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d", bad, got.Status)
			}
		}
		client := exchange.NewClient("https://169.254.169.254/latest", a.key, time.Now)
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		if _, err := client.Push(ctx, []byte("{}")); err == nil || !strings.Contains(err.Error(), "address") {
			t.Errorf("a link-local address: %v", err)
		}
		if raw, _ := json.Marshal(a.view(t)); strings.Contains(string(raw), url.QueryEscape(a.key.Secret())) {
			t.Error("a key is shown again")
		}
	})
}
