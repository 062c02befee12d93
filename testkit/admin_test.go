package testkit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestPostsHaveDays: a post gives its rights from its first day to its last, and
// neither before nor after; the administrator sees it all the time.
func TestPostsHaveDays(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			admin := e.SignIn(t, e.Admin.Login)
			org := testkit.Text(testkit.Items(e.desk.Must(t, http.MethodGet, "/session", nil), "memberships")[0], "org", "id")
			acc := admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "daiban", "name": "代班小李", "password": testkit.Password,
				"memberships": []testkit.Object{{"org": org, "from": "2026-03-12", "until": "2026-03-13"}}})
			path := "/records/" + e.errand
			for _, day := range []struct {
				at   int
				sees bool
			}{{11, false}, {12, true}, {13, true}, {14, false}} {
				e.Clock.Set(time.Date(2026, 3, day.at, 9, 0, 0, 0, domain.Beijing))
				who := e.SignIn(t, "daiban")
				if a := who.Do(t, http.MethodGet, path, nil); (a.Status == http.StatusOK) != day.sees {
					t.Errorf("on the %dth: %d %s", day.at, a.Status, a.Raw)
				}
				admin = e.SignIn(t, e.Admin.Login)
				ms := testkit.Items(admin.Must(t, http.MethodGet, "/accounts/"+testkit.Text(acc, "id"), nil), "memberships")
				if len(ms) != 1 || ms[0]["holds"] != day.sees || ms[0]["until"] != "2026-03-13" {
					t.Errorf("on the %dth the administrator sees %v", day.at, ms)
				}
			}
			a := admin.Do(t, http.MethodPost, "/accounts/"+testkit.Text(acc, "id")+"/memberships", testkit.Object{"org": org, "from": "2026-04-02", "until": "2026-04-01"})
			if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Raw), `"until"`) {
				t.Errorf("a post that ends before it begins: %d %s", a.Status, a.Raw)
			}
		})
	}
}

// TestAccountsFoundAndEdited: by a part of a name or a login, by a whole phone
// number, by unit and state; a stale edit is shown; the phone is never told.
func TestAccountsFoundAndEdited(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			admin := e.SignIn(t, e.Admin.Login)
			org := testkit.Text(testkit.Items(e.desk.Must(t, http.MethodGet, "/session", nil), "memberships")[0], "org", "id")
			acc := admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "zhaoqian", "name": "赵_前", "phone": "13800007777",
				"memberships": []testkit.Object{{"org": org}}})
			id := testkit.Text(acc, "id")
			found := func(query string) (n int) {
				for _, x := range admin.All(t, "/accounts?"+query) {
					if x["id"] == id {
						n++
					}
					if strings.Contains(query, "q=%E8%B5%B5_") && x["name"] != "赵_前" {
						t.Errorf("%s finds %v: _ is a wildcard", query, x)
					}
				}
				return n
			}
			for query, want := range map[string]int{"q=%E8%B5%B5_": 1, "q=zhaoq": 1, "q=13800007777": 1, "q=nobody": 0, "q=%25": 0, "org=" + org: 1, "state=locked": 0} {
				if got := found(query); got != want {
					t.Errorf("%s finds %d, want %d", query, got, want)
				}
			}
			edited := admin.Must(t, http.MethodPatch, "/accounts/"+id, testkit.Object{"rev": acc["rev"], "name": "赵前进", "phone": ""})
			if edited["name"] != "赵前进" || edited["phone"] != false {
				t.Errorf("edited: %v", edited)
			}
			if a := admin.Do(t, http.MethodPatch, "/accounts/"+id, testkit.Object{"rev": acc["rev"], "name": "赵后退"}); a.Status != http.StatusConflict || !strings.Contains(string(a.Raw), "赵前进") {
				t.Errorf("a stale edit: %d %s", a.Status, a.Raw)
			}
			admin.Must(t, http.MethodPost, "/accounts/"+id+"/lock", testkit.Object{})
			if found("state=locked") != 1 || found("state=active") != 0 {
				t.Error("a locked account is not found by its state")
			}
		})
	}
}

// TestProgramTried: versions and their difference for those who oversee; a draft is
// checked with file and line, and changes nothing.
func TestProgramTried(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			admin := e.SignIn(t, e.Admin.Login)
			versions := testkit.Items(admin.Must(t, http.MethodGet, "/programs/errand-desk/versions", nil), "items")
			if len(versions) != 1 || versions[0]["state"] != "live" {
				t.Fatalf("versions: %v", versions)
			}
			files := admin.Must(t, http.MethodGet, "/programs/errand-desk/source", nil)["files"].(testkit.Object)
			yaml := testkit.Text(files, "program.yaml")
			try := func(text string) testkit.Object {
				return admin.Must(t, http.MethodPost, "/programs/errand-desk/simulate", testkit.Object{"files": testkit.Object{"program.yaml": text}})
			}
			if v := try(yaml); v["unchanged"] != true {
				t.Errorf("the same text: %v", v)
			}
			broken := testkit.Items(try(strings.Replace(yaml, "to: met,", "to: nowhere,", 1)), "issues")
			if len(broken) == 0 || broken[0]["line"] == nil || !strings.Contains(testkit.Text(broken[0], "file"), "program.yaml") {
				t.Errorf("a fault is not named by line: %v", broken)
			}
			good := try(strings.NewReplacer("version: 1", "version: 2", "limit: 1d", "limit: 3d").Replace(yaml))
			changes := testkit.Items(good["simulation"].(testkit.Object), "changes")
			if len(changes) < 2 || good["simulation"].(testkit.Object)["to"] != float64(2) {
				t.Errorf("what it would do: %v", good)
			}
			if now := admin.Must(t, http.MethodGet, "/programs/errand-desk", nil); now["version"] != float64(1) {
				t.Errorf("a trial has changed the program: %v", now["version"])
			}
			for name, body := range map[string]testkit.Object{"a path that leaves the folder": {"files": testkit.Object{"../x.yaml": "a"}}, "another kind of file": {"files": testkit.Object{"x.exe": "a"}}} {
				if a := admin.Do(t, http.MethodPost, "/programs/errand-desk/simulate", body); a.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s: %d %s", name, a.Status, a.Raw)
				}
			}
		})
	}
}
