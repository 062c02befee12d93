package app

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store/storetest"
)

// ask raises a request in a town by its window.
func (c *desk) ask(who *Who, party domain.PartyID, region domain.RegionID) domain.RecordID {
	c.t.Helper()
	id, err := c.a.Create(c.t.Context(), who, Once{}, "help", "request", "ask", Act{Subject: party, Region: region, Fields: map[string]any{"what": "换灯泡"}})
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// take reads what waits in a feed, without waiting.
func take(s *Stream) (list []StreamEvent) {
	for {
		select {
		case e := <-s.Events():
			list = append(list, e)
		default:
			return list
		}
	}
}

func types(list []StreamEvent) (out []string) {
	for _, e := range list {
		out = append(out, e.Type)
	}
	return out
}

func (c *desk) subscribe(who *Who, since string) *Stream {
	c.t.Helper()
	s, err := c.a.Subscribe(c.t.Context(), who, since)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(s.Close)
	return s
}

// TestStreamFilter: a reader hears of the records he may list and of his own
// messages, and of nothing else, not even that something happened.
func TestStreamFilter(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		here, there := c.staff("here", "window", "440902100", ""), c.staff("there", "window", "440902101", "")
		p := c.party(domain.Person, "刘一", "440902100", Identifiers{})
		self := c.resident("self", p.ID)
		a, b, r := c.subscribe(here, ""), c.subscribe(there, ""), c.subscribe(self, "")
		for _, s := range []*Stream{a, b, r} {
			if got := take(s); len(got) != 1 || got[0].Type != "ready" || got[0].Mark == "" {
				t.Fatalf("first %+v", got)
			}
		}
		id := c.ask(here, p.ID, "440902100")
		c.tell(telling{text: "x", via: []string{"push"}}, here.Account)
		if got := take(a); !slices.Equal(types(got), []string{"record", "notice"}) || got[0].ID != id || got[1].ID != "" {
			t.Errorf("the window hears %+v", got)
		}
		if got := take(r); !slices.Equal(types(got), []string{"record"}) {
			t.Errorf("the person hears %+v", got)
		}
		if got := take(b); len(got) != 0 {
			t.Errorf("the other town hears %+v", got)
		}
	})
}

// TestStreamResume: who comes back with his mark gets what he missed, as far as he
// may know of it; with a mark of another process or too old, a reset.
func TestStreamResume(t *testing.T) {
	c := newDesk(t)
	here, there := c.staff("here", "window", "440902100", ""), c.staff("there", "window", "440902101", "")
	p := c.party(domain.Person, "刘一", "440902100", Identifiers{})
	q := c.party(domain.Person, "陈二", "440902101", Identifiers{})
	first := c.subscribe(here, "")
	mark := take(first)[0].Mark
	first.Close()
	mine := c.ask(here, p.ID, "440902100")
	c.ask(there, q.ID, "440902101")
	got := take(c.subscribe(here, mark))
	if !slices.Equal(types(got), []string{"record", "ready"}) || got[0].ID != mine {
		t.Errorf("resumed with %+v", got)
	}
	// Where he stands now: nothing comes twice.
	if again := take(c.subscribe(here, got[1].Mark)); !slices.Equal(types(again), []string{"ready"}) {
		t.Errorf("resumed again with %+v", again)
	}
	for _, bad := range []string{"0badbad00000-5", "x", "-", c.a.stream.name + "-zzzzzz"} {
		if got := take(c.subscribe(here, bad)); !slices.Equal(types(got), []string{"reset"}) {
			t.Errorf("mark %q: %+v", bad, got)
		}
	}
	for range hubKept + 1 {
		c.a.stream.told(storetest.Home, there.Account)
	}
	if got := take(c.subscribe(here, mark)); !slices.Equal(types(got), []string{"reset"}) {
		t.Errorf("an old mark: %+v", got)
	}
}

// TestStreamSlow: a reader that takes nothing in holds nobody up; he is told to ask
// again, once. The seventh screen of an account takes the place of the first.
func TestStreamSlow(t *testing.T) {
	c := newDesk(t)
	who := c.staff("here", "window", "440902100", "")
	slow := c.subscribe(who, "")
	for range 10 * hubQueue {
		c.a.stream.told(storetest.Home, who.Account)
	}
	got := take(slow)
	if len(got) > hubQueue || got[0].Type != "reset" {
		t.Errorf("%d events, first %+v", len(got), got[0])
	}
	if last := got[len(got)-1].Mark; !slices.Equal(types(take(c.subscribe(who, last))), []string{"ready"}) {
		t.Error("the last event marks where the feed stands")
	}
	for range streamsEach {
		time.Sleep(time.Millisecond) // the oldest is told by its time
		c.subscribe(who, "")
	}
	select {
	case <-slow.Full():
	default:
		t.Error("the first screen was not closed")
	}
	if n := len(c.a.stream.subs); n != streamsEach {
		t.Errorf("%d screens open", n)
	}
}

// TestStreamRights: a feed follows the rights of its reader: a post that ended is
// heard of no more, an account that was locked has no feed. An open feed keeps no
// sign-in alive.
func TestStreamRights(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		who := c.staff("here", "window", "440902100", "")
		p := c.party(domain.Person, "刘一", "440902100", Identifiers{})
		s := c.subscribe(who, "")
		if err := c.a.Renew(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		acc, err := c.a.Account(t.Context(), System(storetest.Home), who.Account)
		if err != nil {
			t.Fatal(err)
		}
		other := c.staff("other", "window", "440902100", "")
		if err := c.a.DropMembership(t.Context(), System(storetest.Home), Once{}, who.Account, acc.Memberships[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := c.a.Renew(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		take(s)
		c.ask(other, p.ID, "440902100")
		if got := take(s); len(got) != 0 {
			t.Errorf("without a post he hears %+v", got)
		}
		open := c.subscribe(other, "")
		c.pass(staffIdle + time.Minute)
		wantCode(t, c.a.Renew(t.Context(), open), "unauthenticated")
		if err := c.a.LockAccount(t.Context(), System(storetest.Home), other.Account); err != nil {
			t.Fatal(err)
		}
		wantCode(t, c.a.Renew(t.Context(), open), "unauthenticated")
	})
}

// TestRelay: what one process changes is heard in another that works on the same
// PostgreSQL, by those who may hear it.
func TestRelay(t *testing.T) {
	engines := storetest.Engines(t)
	if len(engines) < 2 {
		t.Skip("needs PostgreSQL: one process has a SQLite file")
	}
	c := newDeskOn(t, engines[1])
	here, there := c.staff("here", "window", "440902100", ""), c.staff("there", "window", "440902101", "")
	p := c.party(domain.Person, "刘一", "440902100", Identifiers{})
	second := New(Options{DB: c.a.DB, Blobs: c.a.Blobs, Log: c.a.Log, Now: c.clock.Now, Demo: true, Hash: LightCost})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for _, a := range []*App{c.a, second} {
		go func() { done <- a.Relay(ctx) }()
	}
	defer func() {
		stop()
		for range 2 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
	}()
	open := func(who *Who) *Stream {
		s, err := second.Subscribe(t.Context(), who, "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		return s
	}
	a, b := open(here), open(there)
	// Until both listen, messages to the first window are repeated.
	await(t, a, "notice", func() { c.tell(telling{text: "x", via: []string{"push"}}, here.Account) })
	id := c.ask(here, p.ID, "440902100")
	for {
		if e := <-a.Events(); e.Type == "record" {
			if e.ID != id {
				t.Errorf("heard of %s", e.ID)
			}
			break
		}
	}
	for _, e := range take(b) {
		if e.Type == "record" || e.Type == "notice" {
			t.Errorf("the other town hears %+v", e)
		}
	}
}

// await does something again and again until a feed has an event of a type.
func await(t *testing.T, s *Stream, typ string, again func()) {
	t.Helper()
	for {
		again()
		select {
		case e := <-s.Events():
			if e.Type == typ {
				return
			}
		case <-time.After(300 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal("not heard")
		}
	}
}
