package testkit_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestPasswordHistory: neither the present password nor the last five are taken again.
func TestPasswordHistory(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			_, people := c.Staff(t, "visit_team", "county", string(c.Code), "wang")
			me, old := people[0], testkit.Password
			change := func(to string) *testkit.Answer {
				later(c, time.Second)
				return me.Do(t, http.MethodPut, "/session/password", testkit.Object{"old": old, "new": to})
			}
			refused(t, change(testkit.Password), "password_used")
			for i := range 6 {
				next := fmt.Sprintf("di-%d-ge-mi-ma", i)
				if a := change(next); a.Status >= 300 {
					t.Fatalf("%s: %d %s", next, a.Status, a.Raw)
				}
				old = next
				if i == 4 {
					refused(t, change(testkit.Password), "password_used")
				}
			}
			refused(t, change("di-1-ge-mi-ma"), "password_used")
			if a := change(testkit.Password); a.Status >= 300 {
				t.Fatalf("the sixth last is still kept: %d %s", a.Status, a.Raw)
			}
		})
	}
}

// TestUnusedAccounts: the list of accounts of staff that nobody has signed in to for long.
func TestUnusedAccounts(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Staff(t, "visit_team", "county", string(c.Code), "busy", "idle")
			c.Resident(t, "jumin", string(c.Code))
			later(c, 80*24*time.Hour)
			c.SignIn(t, "busy")
			later(c, 20*24*time.Hour)
			admin := c.SignIn(t, c.Admin.Login)
			list := admin.All(t, "/accounts?state=unused")
			if len(list) != 1 || testkit.Text(list[0], "login") != "idle" || testkit.Text(list[0], "seen") == "" {
				t.Fatalf("%v", list)
			}
		})
	}
}
