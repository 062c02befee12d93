package testkit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const checkin = "/programs/daily-checkin"

// checkVillage is two groups with a contact each, a secretary, the county's office and
// three people who report every morning and evening.
type checkVillage struct {
	*testkit.County
	place   string
	groups  [2]string
	parties [3]string
	people  [3]string // logins
}

func openCheckVillage(t *testing.T, engine storetest.Engine) *checkVillage {
	c := testkit.Open(t, engine, storetest.Home)
	v := &checkVillage{County: c}
	c.Clock.Set(time.Date(2026, 3, 9, 20, 0, 0, 0, domain.Beijing))
	admin := c.SignIn(t, c.Admin.Login)
	v.place = c.Region(t, "试验村", "village", firstTown(t, c))
	v.groups = [2]string{c.Region(t, "试验一组", "grid", v.place), c.Region(t, "试验二组", "grid", v.place)}
	org := testkit.Text(admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": "试验村委会", "kind": "village_committee", "level": "village", "region": v.place}), "id")
	ids := map[string]string{}
	for login, post := range map[string]string{"shuji": "secretary", "baozu1": "", "baozu2": ""} {
		ids[login] = testkit.Text(admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": login, "name": login, "password": testkit.Password,
			"memberships": []testkit.Object{{"org": org, "post": post}}}), "id")
	}
	c.Staff(t, "epidemic_office", "county", string(c.Code), "fangkong")
	for i, name := range []string{"甲大伯", "乙大妈", "丙小弟"} {
		v.people[i] = "person" + string(rune('1'+i))
		v.parties[i] = testkit.Text(admin.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": name, "region": v.groups[i/2],
			"identifiers": testkit.Object{"phone": "1380000500" + string(rune(49+i))}}), "id")
		admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": v.people[i], "name": name, "password": testkit.Password, "party": v.parties[i]})
	}
	boss := c.SignIn(t, "shuji")
	for i, login := range []string{"baozu1", "baozu2"} {
		boss.Must(t, http.MethodPut, checkin+"/rosters/people/keepers", testkit.Object{"region": v.groups[i], "account": ids[login]})
	}
	boss.Must(t, http.MethodPost, checkin+"/rosters/people/members", testkit.Object{"parties": v.parties[:]})
	return v
}

// at moves the clock and does what is due.
func (v *checkVillage) at(t *testing.T, day, hour, minute int) {
	t.Helper()
	v.Clock.Set(time.Date(2026, 3, day, hour, minute, 0, 0, domain.Beijing))
	if err := v.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (v *checkVillage) report(t *testing.T, login string, who int, temperature float64, at time.Time) *testkit.Answer {
	t.Helper()
	body := testkit.Object{"answers": testkit.Object{"temperature": temperature, "spot": "home"}}
	if !at.IsZero() {
		body["at"] = at.Format(time.RFC3339)
	}
	return v.SignIn(t, login).Do(t, http.MethodPost, "/parties/"+v.parties[who]+"/forms/daily-checkin/report", body)
}

func (v *checkVillage) window(t *testing.T, login, window string) testkit.Object {
	t.Helper()
	for _, w := range testkit.Items(v.SignIn(t, login).Must(t, http.MethodGet, checkin+"/duties/report/windows", nil), "windows") {
		if w["window"] == window {
			return w
		}
	}
	t.Fatalf("%s sees no window %s", login, window)
	return nil
}

func wantSums(t *testing.T, w testkit.Object, due, done, missed float64) {
	t.Helper()
	if w["due"] != due || w["done"] != done || w["missed"] != missed {
		t.Errorf("window: %v, want due %v done %v missed %v", w, due, done, missed)
	}
}

// TestWindows: what is reported in time counts, also when it arrives late; a clock
// that runs ahead, and an hour outside the windows, are refused and change nothing;
// whoever is ill is always heard.
func TestWindows(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openCheckVillage(t, engine)
			v.at(t, 10, 7, 0)
			v.at(t, 10, 7, 0) // opening it again is the same round
			wantSums(t, v.window(t, "shuji", "am"), 3, 0, 0)
			v.at(t, 10, 8, 0)
			refused := func(a *testkit.Answer, code string) {
				t.Helper()
				if a.Status < 400 || !strings.Contains(string(a.Raw), code) {
					t.Errorf("want %s: %d %s", code, a.Status, a.Raw)
				}
			}
			refused(v.report(t, "person1", 0, 36.5, v.Clock.Now().Add(40*time.Minute)), "clock_ahead")
			refused(v.report(t, "person1", 0, 30, time.Time{}), "range")
			refused(v.report(t, "person2", 0, 36.5, time.Time{}), "not_found") // for somebody else
			wantSums(t, v.window(t, "shuji", "am"), 3, 0, 0)
			if a := v.report(t, "person1", 0, 36.5, time.Time{}); a.Status != http.StatusOK {
				t.Fatalf("in time: %d %s", a.Status, a.Raw)
			}
			if a := v.report(t, "person1", 0, 36.6, time.Time{}); a.Status != http.StatusOK { // again: kept, counted once
				t.Fatalf("again: %d %s", a.Status, a.Raw)
			}
			wantSums(t, v.window(t, "shuji", "am"), 3, 1, 0)

			kept := v.Clock.Now() // on a phone with no signal
			v.at(t, 10, 9, 0)
			wantSums(t, v.window(t, "shuji", "am"), 3, 1, 2)
			v.at(t, 10, 10, 30) // the ladder's last rung has fired: the window is settled
			refused(v.report(t, "person2", 1, 36.5, time.Time{}), "window_closed")
			if a := v.report(t, "person2", 1, 36.5, kept); a.Status != http.StatusOK {
				t.Fatalf("arrived late: %d %s", a.Status, a.Raw)
			}
			w := v.window(t, "shuji", "am")
			wantSums(t, w, 3, 2, 1)
			done := v.SignIn(t, "baozu1").All(t, "/duty-windows/"+testkit.Text(w, "id")+"/items?state=done")
			if len(done) != 2 || testkit.Text(done[1], "at") == testkit.Text(done[1], "received") {
				t.Errorf("both times must stand: %v", done)
			}
			if a := v.report(t, "person3", 2, 38.2, time.Time{}); a.Status != http.StatusOK || !strings.Contains(string(a.Raw), "120") {
				t.Errorf("ill outside the hours: %d %s", a.Status, a.Raw)
			}
			if n := len(v.SignIn(t, "baozu2").All(t, "/records?program=daily-checkin&record=abnormal")); n != 1 {
				t.Errorf("%d cases", n)
			}
			same, err := v.App.RebuildAll(t.Context(), app.System(v.Code))
			if err != nil || len(same) > 0 {
				t.Errorf("rebuilt figures differ: %v %v", same, err)
			}
		})
	}
}

// TestWindowsSeen: a contact sees his own group and nobody else's; the county's
// office counts and masked names, no telephone, no answer; residents nothing.
func TestWindowsSeen(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openCheckVillage(t, engine)
			v.at(t, 10, 7, 0)
			v.at(t, 10, 7, 30)
			if a := v.report(t, "baozu1", 1, 37.9, time.Time{}); a.Status != http.StatusOK { // for him, as his contact
				t.Fatalf("by the contact: %d %s", a.Status, a.Raw)
			}
			if a := v.report(t, "baozu2", 0, 36.5, time.Time{}); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				t.Errorf("by another group's contact: %d %s", a.Status, a.Raw)
			}
			wantSums(t, v.window(t, "baozu1", "am"), 2, 1, 0)
			wantSums(t, v.window(t, "baozu2", "am"), 1, 0, 0)
			office := v.window(t, "fangkong", "am")
			wantSums(t, office, 3, 1, 0)
			if office["urgent"] != nil {
				t.Errorf("the county's office reads how many are ill by window: %v", office)
			}
			path := "/duty-windows/" + testkit.Text(office, "id")
			all := string(v.SignIn(t, "fangkong").Do(t, http.MethodGet, path+"/items", nil).Raw)
			for _, s := range []string{"甲大伯", "乙大妈", "37.9", "50001", "urgent"} {
				if strings.Contains(all, s) {
					t.Errorf("the county's office reads %q: %s", s, all)
				}
			}
			if a := v.SignIn(t, "fangkong").Do(t, http.MethodGet, path+"/items?state=urgent", nil); a.Status != http.StatusForbidden {
				t.Errorf("who is ill: %d", a.Status)
			}
			mine := v.SignIn(t, "baozu1").All(t, path+"/items?state=urgent")
			if len(mine) != 1 || testkit.Text(mine[0], "by", "name") != "baozu1" || !strings.Contains(testkit.Text(mine[0], "brief"), "37.9") {
				t.Errorf("ill in one's own group: %v", mine)
			}
			if n := len(v.SignIn(t, "baozu2").All(t, path+"/items")); n != 1 {
				t.Errorf("another group's contact sees %d rows", n)
			}
			for _, p := range []string{path, path + "/items", checkin + "/duties/report/windows", checkin + "/rosters/people/keepers"} {
				if a := v.SignIn(t, "person1").Do(t, http.MethodGet, p, nil); a.Status != http.StatusForbidden {
					t.Errorf("%s for a resident: %d", p, a.Status)
				}
			}
			key := testkit.Key(testkit.NewKey())
			for range 2 { // a retry tells nobody twice
				if r := v.SignIn(t, "shuji").Must(t, http.MethodPost, path+"/remind", testkit.Object{}, key); r["told"] != float64(2) {
					t.Errorf("reminded %v", r)
				}
			}
			if r := v.SignIn(t, "shuji").Must(t, http.MethodPost, path+"/remind", testkit.Object{}); r["told"] != float64(0) {
				t.Errorf("within the hour again: %v", r)
			}
			if a := v.SignIn(t, "fangkong").Do(t, http.MethodPost, path+"/remind", testkit.Object{}); a.Status != http.StatusForbidden {
				t.Errorf("the county's office reminds: %d", a.Status)
			}
			list := testkit.Items(v.SignIn(t, "person1").Must(t, http.MethodGet, "/check-ins", nil), "items")
			if len(list) != 1 || testkit.Text(list[0], "party", "name") != "甲大伯" {
				t.Errorf("what one may report: %v", list)
			}
		})
	}
}

// TestReportAtTheStroke: who reports the moment a window begins, before everything that
// it asks for has been written, is heard and counted once; who is not on the roster is not.
func TestReportAtTheStroke(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openCheckVillage(t, engine)
			v.at(t, 10, 6, 0)
			v.Clock.Set(time.Date(2026, 3, 10, 7, 0, 1, 0, domain.Beijing))
			list := testkit.Items(v.SignIn(t, "person1").Must(t, http.MethodGet, "/check-ins", nil), "items")
			if windows := testkit.Items(list[0], "windows"); len(windows) != 2 || windows[0]["state"] != "open" {
				t.Errorf("a second after it began: %v", list)
			}
			v.SignIn(t, "shuji").Must(t, http.MethodDelete, checkin+"/rosters/people/members/"+v.parties[1], nil)
			if a := v.report(t, "person2", 1, 36.5, time.Time{}); a.Status < 400 {
				t.Errorf("taken off the roster: %d %s", a.Status, a.Raw)
			}
			for range 2 {
				if a := v.report(t, "person1", 0, 36.5, time.Time{}); a.Status != http.StatusOK {
					t.Fatalf("before his row was written: %d %s", a.Status, a.Raw)
				}
			}
			v.at(t, 10, 7, 1)
			wantSums(t, v.window(t, "shuji", "am"), 2, 1, 0)
			group := testkit.Items(v.SignIn(t, "baozu1").Must(t, http.MethodGet, "/check-ins", nil), "items")
			if len(group) != 1 || testkit.Text(group[0], "party", "name") != "甲大伯" || testkit.Items(group[0], "windows")[0]["state"] != "done" {
				t.Errorf("the contact's phone keeps whoever has reported, too: %v", group)
			}
		})
	}
}
