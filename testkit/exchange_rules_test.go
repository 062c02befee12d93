package testkit_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/exchange"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// wins gives a system a mapping whose conflicts are settled in another way.
func (s *system) wins(t *testing.T, version, rule string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, changed(t, "step-desk", "version: 1", "version: "+version)["step-desk"]); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "partners", "other.yaml")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	for i := range lines {
		if strings.HasPrefix(lines[i], "wins:") {
			lines[i] = "wins: " + rule
		}
	}
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.App.Apply(t.Context(), app.System(s.Code), map[string]fs.FS{"step-desk": os.DirFS(dir)}); err != nil {
		t.Fatal(err)
	}
}

// TestWhoseValueStands: where both sides have changed a field, the mapping says whose
// stands, field by field, and both sides end with the same; what it leaves open is asked.
func TestWhoseValueStands(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		a.wins(t, "2", "{default: ask, officer: ours, since: newer, visits: theirs}")
		b.wins(t, "2", "{default: ask, officer: theirs, since: newer, visits: ours}")
		ida := a.enter(t, testkit.Object{"level": "some", "officer": "李文", "visits": 1, "since": "2026-01-01", "phone": "13800001111"})
		a.pass(t, b, time.Minute)
		idb := testkit.Text(b.only(t), "id")
		a.wire.mode.Store("down")
		b.wire.mode.Store("down")
		b.edit(t, idb, testkit.Object{"officer": "赵敏", "visits": 9, "since": "2026-02-01", "level": "none", "phone": "13900002222"})
		a.pass(t, b, 5*time.Minute) // b's are built first: the day of a's is the newer
		a.edit(t, ida, testkit.Object{"officer": "王强", "visits": 5, "since": "2026-03-01", "level": "hard"})
		a.pass(t, b, 5*time.Minute)
		a.wire.mode.Store("")
		b.wire.mode.Store("")
		for range 6 {
			a.pass(t, b, 15*time.Minute)
		}
		for _, s := range []*system{a, b} {
			s.wants(t, "officer", "王强")      // a's own word
			s.wants(t, "visits", float64(9)) // b's own word
			s.wants(t, "since", "2026-03-01")
			s.wants(t, "phone", "13900002222") // only b had changed it: nobody's rule is asked
			list := s.conflicts(t)
			if len(list) != 1 || testkit.Text(list[0], "field") != "level" {
				t.Errorf("%s asks about %v", s.Code, list)
			}
		}
		a.wants(t, "level", "hard")
		b.wants(t, "level", "none")
		id := testkit.Text(b.conflicts(t)[0], "id")
		b.keeper.Must(t, http.MethodPost, "/conflicts/"+id, testkit.Object{"pick": "theirs", "rev": b.conflicts(t)[0]["rev"]})
		for range 4 {
			a.pass(t, b, time.Minute)
		}
		for _, s := range []*system{a, b} {
			s.wants(t, "level", "hard")
			if n := len(s.conflicts(t)) + s.count(t, "queued") + s.count(t, "dead") + s.count(t, "held"); n != 0 {
				t.Errorf("%s: %d wait: %v", s.Code, n, s.view(t))
			}
		}
	})
}

// TestStopPartner: a program that stops a record's exchange stops it both ways and for
// good: the partner is told to expect no more, what he sends is kept aside, and only a
// consent given anew lets it go on.
func TestStopPartner(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		a, b := pair(t, engine, "push")
		ida := a.enter(t, testkit.Object{"level": "some", "visits": 1})
		a.pass(t, b, time.Minute)
		idb := testkit.Text(b.only(t), "id")
		a.desk.Must(t, http.MethodPost, "/records/"+ida+"/moves/pause", testkit.Object{})
		a.edit(t, ida, testkit.Object{"visits": 2})
		b.edit(t, idb, testkit.Object{"level": "hard"})
		for range 3 {
			a.pass(t, b, time.Minute)
		}
		b.wants(t, "visits", float64(1))
		a.wants(t, "level", "some")
		if n := a.count(t, "held"); n != 1 {
			t.Errorf("%d of the partner's are kept aside: %v", n, a.view(t))
		}
		if text := a.feedText(t); !strings.Contains(text, exchange.TypeWithdrawn) || strings.Contains(text, exchange.TypeChanged) {
			t.Errorf("the feed after the stop: %s", text)
		}
		// Nothing but a new consent lets it go on: not an edit, not a system set up anew.
		a.rev = a.admin.Must(t, http.MethodPatch, "/partners/"+a.partner, testkit.Object{"active": false, "rev": a.view(t)["rev"]})["rev"]
		a.admin.Must(t, http.MethodPatch, "/partners/"+a.partner, testkit.Object{"active": true, "rev": a.rev})
		a.pass(t, b, time.Minute)
		b.wants(t, "visits", float64(1))
		a.consent(t, a.party)
		a.pass(t, b, time.Minute)
		b.wants(t, "visits", float64(2))
		a.admin.Must(t, http.MethodPost, "/partners/"+a.partner+"/redo", testkit.Object{"all": true, "what": "retake"})
		a.wants(t, "level", "hard")
	})
}

// TestPartnerRate: one partner that asks without end is slowed down, told when to come
// back, and slows nobody else; what he wanted to hand over goes through afterwards.
func TestPartnerRate(t *testing.T) {
	eachEngine(t, func(t *testing.T, engine storetest.Engine) {
		b := openSystem(t, engine, storetest.Home)
		other := b.admin.Must(t, http.MethodPost, "/partners", testkit.Object{"name": "第三家", "program": "step-desk", "mapping": "other"})
		shown := b.admin.Must(t, http.MethodPost, "/partners/"+testkit.Text(other, "id")+"/key", nil)
		ev := caseEvent("e-1", "their-1", 1, map[string]any{"sfzh": stepChild, "cd": "some"})
		ok, slowed := 0, 0
		var said testkit.Object
		for range app.PartnerPerMinute + 20 {
			status, got := b.send(t, ev)
			switch status {
			case http.StatusOK:
				ok++
			case http.StatusTooManyRequests:
				slowed, said = slowed+1, got
			default:
				t.Fatalf("%d %v", status, got)
			}
		}
		if ok != app.PartnerPerMinute || slowed != 20 || !strings.Contains(testkit.Text(said, "detail")+testkit.Text(said, "message"), "600") {
			t.Errorf("%d were taken, %d slowed down: %v", ok, slowed, said)
		}
		third, _ := exchange.ParseKey(testkit.Text(shown, "key"))
		mine := *b
		mine.path = testkit.Text(other, "path")
		if status, got := mine.call(t, third, b.App.Now(), http.MethodGet, "?after=0", nil, nil); status != http.StatusOK {
			t.Errorf("another partner is slowed down too: %d %v", status, got)
		}
		b.Clock.Set(b.Clock.Now().Add(time.Minute))
		if status, got := b.send(t, caseEvent("e-2", "their-1", 2, map[string]any{"sfzh": stepChild, "cd": "hard"})); status != http.StatusOK {
			t.Errorf("a minute later: %d %v", status, got)
		}
		b.keeper = b.SignIn(t, "keeper")
		b.wants(t, "level", "hard")
	})
}
