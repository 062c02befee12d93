package testkit_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

func theirs(a *testkit.Answer) map[string]any {
	out := map[string]any{}
	for _, f := range testkit.Items(a.Object(), "fields") {
		out[testkit.Text(f, "path")] = f["theirs"]
	}
	return out
}

// TestTwoPhonesOneVisit: the second phone to arrive is told what the first has filed,
// field by field, and settles it; nothing is overwritten unseen.
func TestTwoPhonesOneVisit(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			id := testkit.Text(e.desk.Must(t, http.MethodPost, "/programs/errand-desk/records/visit/plan", testkit.Object{"subject": e.party}), "id")
			path := "/records/" + id + "/moves/serve"
			e.desk.Must(t, http.MethodPost, path, testkit.Object{"rev": 1, "base": testkit.Object{}, "fields": testkit.Object{"spent": 60, "outcome": "well", "note": "在晒太阳"}})
			second := testkit.Object{"rev": 1, "base": testkit.Object{}, "fields": testkit.Object{"spent": 90, "outcome": "well", "note": "在晒太阳，问起儿子"}}
			a := e.desk.Do(t, http.MethodPost, path, second)
			got := theirs(a)
			if a.Status != http.StatusConflict || testkit.Text(a.Object(), "type") != "move_made" || got["fields.spent"] != float64(60) || got["fields.note"] != "在晒太阳" || got["fields.outcome"] != nil {
				t.Fatal(a.Status, string(a.Raw))
			}
			v := e.desk.Must(t, http.MethodGet, "/records/"+id, nil)
			mine := testkit.Object{"amend": true, "rev": v["rev"], "fields": testkit.Object{"note": "在晒太阳，问起儿子"}}
			for name, x := range map[string]struct {
				who  *testkit.Client
				rev  any
				want string
			}{"the resident": {e.self, v["rev"], "move_forbidden"}, "unseen": {e.desk, 1, "stale"}, "without a version": {e.desk, 0, "rev_missing"}} {
				body := testkit.Object{"amend": true, "rev": x.rev, "fields": testkit.Object{"spent": 1}}
				if a := x.who.Do(t, http.MethodPost, path, body); testkit.Text(a.Object(), "type") != x.want {
					t.Errorf("%s: %s", name, a.Raw)
				}
			}
			if a := e.desk.Do(t, http.MethodPost, path, testkit.Object{"amend": true, "rev": v["rev"], "fields": testkit.Object{"spent": 9999}}); testkit.Text(a.Object(), "type") != "fields_invalid" {
				t.Error(string(a.Raw))
			}
			v = e.desk.Must(t, http.MethodPost, path, mine)
			if testkit.At(v, "fields", "spent") != float64(60) || testkit.Text(v, "fields", "note") != "在晒太阳，问起儿子" || testkit.Text(v, "stage") != "shown" {
				t.Error("settled:", v["fields"])
			}
			last := testkit.Items(e.desk.Must(t, http.MethodGet, "/records/"+id+"/events", nil), "items")[0]
			if last["type"] != "amend" || testkit.Text(last, "label") != "更正" {
				t.Error("the timeline does not tell:", last)
			}
		})
	}
}

// TestBase: an act that saw an older version goes through when nothing it fills has been
// changed since, and is a conflict of those fields alone when something has.
func TestBase(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			later := func(body testkit.Object) *testkit.Answer {
				return e.desk.Do(t, http.MethodPost, "/records/"+e.errand+"/moves/later", body)
			}
			day := func(d string) testkit.Object { return testkit.Object{"day": d} }
			rev := e.desk.Must(t, http.MethodGet, "/records/"+e.errand, nil)["rev"]
			if a := later(testkit.Object{"rev": rev, "fields": day("2026-03-12")}); a.Status != http.StatusOK {
				t.Fatal(string(a.Raw))
			}
			if a := later(testkit.Object{"rev": rev, "base": testkit.Object{}, "fields": day("2026-03-15")}); testkit.Text(a.Object(), "type") != "stale" || theirs(a)["fields.day"] != "2026-03-12" {
				t.Error("both have changed it:", string(a.Raw))
			}
			if a := later(testkit.Object{"rev": rev, "base": testkit.Object{}, "fields": day("2026-03-12")}); a.Status != http.StatusOK {
				t.Error("both to the same:", string(a.Raw))
			}
			if a := later(testkit.Object{"rev": rev, "base": day("2026-03-12"), "fields": day("2026-03-18")}); a.Status != http.StatusOK {
				t.Error("it stands as it was seen:", string(a.Raw))
			}
		})
	}
}

// TestClockOff: what a phone whose clock is a day off has captured is marked; nothing is
// dated into the future, and nothing older than thirty days is taken.
func TestClockOff(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			now := e.Clock.Now()
			for name, x := range map[string]struct {
				at    time.Time
				clock int
				off   float64
				when  time.Time
			}{
				"right":           {now.Add(-time.Hour), 0, 0, now.Add(-time.Hour)},
				"a little":        {now.Add(-time.Hour), 120, 0, now.Add(-time.Hour)},
				"behind, mended":  {now.Add(-time.Hour), 86400, 86400, now.Add(-time.Hour)},
				"ahead, unmended": {now.Add(24 * time.Hour), 0, -86400, now},
			} {
				id := testkit.Text(e.desk.Must(t, http.MethodPost, "/programs/errand-desk/records/visit/plan", testkit.Object{"subject": e.party}), "id")
				e.desk.Must(t, http.MethodPost, "/records/"+id+"/moves/serve", testkit.Object{"at": x.at, "clock": x.clock, "fields": testkit.Object{"spent": 30}})
				ev := testkit.Items(e.desk.Must(t, http.MethodGet, "/records/"+id+"/events", nil), "items")[0]
				off, _ := ev["clock_off"].(float64)
				if off != x.off || testkit.Text(ev, "at") != x.when.UTC().Format(time.RFC3339) {
					t.Errorf("%s: off %v at %v", name, ev["clock_off"], ev["at"])
				}
			}
			id := testkit.Text(e.desk.Must(t, http.MethodPost, "/programs/errand-desk/records/visit/plan", testkit.Object{"subject": e.party}), "id")
			a := e.desk.Do(t, http.MethodPost, "/records/"+id+"/moves/serve", testkit.Object{"at": now.Add(-31 * 24 * time.Hour), "fields": testkit.Object{"spent": 30}})
			if testkit.Text(a.Object(), "type") != "at_too_early" {
				t.Error(string(a.Raw))
			}
		})
	}
}

// TestVaultKey: an account gets the same key at every sign-in, and nobody else that one.
func TestVaultKey(t *testing.T) {
	e := openErrands(t, storetest.Engines(t)[0])
	key := func(c *testkit.Client) string {
		return testkit.Text(c.Must(t, http.MethodGet, "/session", nil), "vault")
	}
	desk := key(e.desk)
	if len(desk) != 64 || key(e.SignIn(t, "desk")) != desk || key(e.team) == desk {
		t.Error("keys:", len(desk), key(e.team) == desk)
	}
}

// TestFormerVersion: a record that began on an older version is drawn by that one.
func TestFormerVersion(t *testing.T) {
	e := openErrands(t, storetest.Engines(t)[0])
	for v, want := range map[int]int{0: http.StatusOK, 1: http.StatusOK, 7: http.StatusNotFound} {
		if a := e.desk.Do(t, http.MethodGet, fmt.Sprintf("/programs/errand-desk?version=%d", v), nil); a.Status != want {
			t.Error(v, a.Status, string(a.Raw))
		}
	}
}
