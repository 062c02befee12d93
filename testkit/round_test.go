package testkit_test

import (
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestRoundReassigned: what nobody covers is shared out once a team covers it, items
// go from one team to another with what they made, and only who starts the duty
// may do so; pace and missing lists agree with the items.
func TestRoundReassigned(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 3, 9, 9, 0, 0, 0, domain.Beijing)) // a Monday
			if _, err := c.App.Apply(t.Context(), app.System(c.Code), map[string]fs.FS{"sme-finance": os.DirFS("../programs/sme-finance")}); err != nil {
				t.Fatal(err)
			}
			admin := c.SignIn(t, c.Admin.Login)
			towns := admin.All(t, "/regions?level=town&parent="+string(c.Code))
			here, there := testkit.Text(towns[0], "id"), testkit.Text(towns[1], "id")
			_, force := c.Staff(t, "finance_office", "county", string(c.Code), "banzhang")
			first, visitors := c.Staff(t, "visit_team", "town", here, "zoufang")
			var firms []string
			for i, town := range []string{here, here, there, there} {
				f := force[0].Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "enterprise", "name": "厂" + string(rune('A'+i)), "region": town})
				firms = append(firms, testkit.Text(f, "id"))
			}
			force[0].Must(t, http.MethodPost, "/programs/sme-finance/rosters/firms/members", testkit.Object{"parties": firms})
			round := force[0].Must(t, http.MethodPost, "/programs/sme-finance/duties/visit_round/rounds", testkit.Object{"from": "2026-03-09", "to": "2026-03-20"})
			path := "/duty-rounds/" + testkit.Text(round, "id")
			if round["unassigned"] != float64(2) || len(testkit.Items(round, "unassigned_list")) != 2 || round["can_assign"] != true {
				t.Fatalf("a fresh round: %v", round)
			}
			c.Clock.Set(time.Date(2026, 3, 16, 9, 0, 0, 0, domain.Beijing)) // five of ten working days gone
			force[0], visitors[0] = c.SignIn(t, "banzhang"), c.SignIn(t, "zoufang")
			pace := force[0].Must(t, http.MethodGet, path, nil)["pace"].(testkit.Object)
			if pace["days"] != float64(10) || pace["gone"] != float64(5) || pace["expected"] != float64(2) || pace["per_day"] != float64(1) {
				t.Errorf("pace: %v", pace)
			}
			lost := force[0].All(t, path+"/items?nobody=true&state=open")
			if len(lost) != 2 {
				t.Fatalf("unassigned: %v", lost)
			}
			refused := func(who *testkit.Client, body testkit.Object, status int, code string) {
				t.Helper()
				if a := who.Do(t, http.MethodPost, path+"/assign", body); a.Status != status || !strings.Contains(string(a.Raw), code) {
					t.Errorf("%v: %d %s", body, a.Status, a.Raw)
				}
			}
			id := testkit.Text(lost[0], "id")
			refused(force[0], testkit.Object{"split": true}, http.StatusUnprocessableEntity, "assign_nobody")
			refused(force[0], testkit.Object{"items": []string{id}, "org": "none"}, http.StatusUnprocessableEntity, "assign_org")
			refused(force[0], testkit.Object{"org": first}, http.StatusUnprocessableEntity, "assign_items")
			refused(force[0], testkit.Object{"items": []string{c.Admin.Login}, "org": first}, http.StatusUnprocessableEntity, "assign_unknown")
			refused(visitors[0], testkit.Object{"items": []string{id}, "org": first}, http.StatusForbidden, "round_forbidden")

			key := testkit.Key(testkit.NewKey())
			for range 2 { // a retry gives nothing away twice
				v := force[0].Must(t, http.MethodPost, path+"/assign", testkit.Object{"items": []string{id}, "org": first}, key)
				if v["unassigned"] != float64(1) {
					t.Errorf("after giving one: %v", v["unassigned"])
				}
			}
			second, more := c.Staff(t, "visit_team", "town", there, "zoufang2")
			if v := force[0].Must(t, http.MethodPost, path+"/assign", testkit.Object{"split": true}); v["unassigned"] != float64(0) {
				t.Errorf("after sharing out: %v", v)
			}
			mine := more[0].All(t, "/records?program=sme-finance&record=visit")
			if len(mine) != 1 || testkit.Text(mine[0], "owner_org", "id") != second {
				t.Errorf("the visit did not go along: %v", mine)
			}
			if n := len(visitors[0].All(t, "/records?program=sme-finance&record=visit")); n != 3 {
				t.Errorf("the first team has %d visits", n)
			}
			if n := len(force[0].All(t, path+"/items?org="+second)); n != 1 {
				t.Errorf("items of the second team: %d", n)
			}
		})
	}
}

// TestRoundInBackground: a round over more rows than one transaction holds is opened
// by a job; what the request wrote itself and a job that runs twice owe nobody twice.
func TestRoundInBackground(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 3, 9, 9, 0, 0, 0, domain.Beijing))
			if _, err := c.App.Apply(t.Context(), app.System(c.Code), map[string]fs.FS{"sme-finance": os.DirFS("../programs/sme-finance")}); err != nil {
				t.Fatal(err)
			}
			_, force := c.Staff(t, "finance_office", "county", string(c.Code), "banzhang")
			var firms []string
			for i := range 250 {
				f := force[0].Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "enterprise", "name": "厂" + strconv.Itoa(i), "region": string(c.Code)})
				firms = append(firms, testkit.Text(f, "id"))
			}
			force[0].Must(t, http.MethodPost, "/programs/sme-finance/rosters/firms/members", testkit.Object{"parties": firms})
			round := force[0].Must(t, http.MethodPost, "/programs/sme-finance/duties/visit_round/rounds", testkit.Object{"from": "2026-03-09", "to": "2026-03-20"})
			if round["due"] != float64(200) {
				t.Errorf("the request opened %v", round["due"])
			}
			if err := c.App.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			job := force[0].All(t, "/jobs?kind=round")
			if len(job) != 1 || job[0]["state"] != "done" || job[0]["done"] != float64(250) {
				t.Errorf("job: %v", job)
			}
			after := force[0].Must(t, http.MethodGet, "/duty-rounds/"+testkit.Text(round, "id"), nil)
			if after["due"] != float64(250) {
				t.Errorf("owed: %v", after["due"])
			}
			if n := force[0].All(t, "/records?program=sme-finance&record=visit"); len(n) != 250 {
				t.Errorf("%d visits", len(n))
			}
		})
	}
}
