package testkit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// offices are the three officers of a county whose powers are separated.
type offices struct {
	*errands
	admin, security, auditor *testkit.Client
	org, someone             string // a unit, and an account without a post
}

func openOffices(t *testing.T, engine storetest.Engine) *offices {
	e := openErrands(t, engine)
	o := &offices{errands: e}
	for role, login := range map[string]string{app.RoleSecurity: "anquan", app.RoleAuditor: "shenji"} {
		if _, err := e.App.OpenOffice(t.Context(), e.Code, role, app.Office{Name: "县办公室", Login: login, Admin: login, Password: testkit.Password}); err != nil {
			t.Fatal(err)
		}
	}
	o.admin, o.security, o.auditor = e.SignIn(t, e.Admin.Login), e.SignIn(t, "anquan"), e.SignIn(t, "shenji")
	if v := o.admin.Must(t, http.MethodPut, "/powers", testkit.Object{"powers": "separated"}); v["powers"] != "separated" || v["security"] != float64(1) {
		t.Fatalf("powers: %v", v)
	}
	o.org = testkit.Text(testkit.Items(e.desk.Must(t, http.MethodGet, "/session", nil), "memberships")[0], "org", "id")
	o.someone = testkit.Text(o.admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "xinren", "name": "新来的", "password": testkit.Password}), "id")
	return o
}

func (o *offices) code(t *testing.T, who *testkit.Client, method, path string, body any, want string) {
	t.Helper()
	a := who.Do(t, method, path, body)
	if got := testkit.Text(a.Object(), "type"); got != want || a.Status < 400 {
		t.Errorf("%s %s: %d %s, want %s", method, path, a.Status, a.Raw, want)
	}
}

func (o *offices) propose(t *testing.T, body testkit.Object) string {
	t.Helper()
	body["reason"] = "单位来函，工作需要"
	return testkit.Text(o.admin.Must(t, http.MethodPost, "/approvals", body), "id")
}

func (o *offices) posts(t *testing.T, id string) int {
	t.Helper()
	return len(testkit.Items(o.admin.Must(t, http.MethodGet, "/accounts/"+id, nil), "memberships"))
}

// TestSeparatedPowers: every change of a right is proposed by one officer and made by
// another's approval; none does another's work, nor anything for himself.
func TestSeparatedPowers(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			o := openOffices(t, engine)
			join := func() testkit.Object {
				return testkit.Object{"kind": "account_join", "account": o.someone, "memberships": []testkit.Object{{"org": o.org}}}
			}
			// Nothing goes past the proposal.
			at := "/accounts/" + o.someone
			o.code(t, o.admin, http.MethodPost, at+"/memberships", testkit.Object{"org": o.org}, "needs_approval")
			o.code(t, o.admin, http.MethodPost, at+"/password", testkit.Object{}, "needs_approval")
			o.code(t, o.admin, http.MethodPatch, at, testkit.Object{"rev": 1, "phone": "13800001234"}, "needs_approval")
			o.code(t, o.admin, http.MethodPatch, "/orgs/"+o.org, testkit.Object{"kind": "bank", "rev": 1}, "needs_approval")
			o.code(t, o.admin, http.MethodPost, "/approvals", join(), "fields_invalid") // no reason
			// One office does not do another's work.
			id := o.propose(t, join())
			for who, c := range map[string]*testkit.Client{"admin": o.admin, "auditor": o.auditor} {
				if a := c.Do(t, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{}); a.Status != http.StatusForbidden {
					t.Errorf("%s approves: %d %s", who, a.Status, a.Raw)
				}
			}
			o.code(t, o.security, http.MethodPost, "/approvals", join(), "admin_only")
			o.code(t, o.security, http.MethodGet, "/audit", nil, "auditor_only")
			o.code(t, o.security, http.MethodPost, "/accounts", testkit.Object{"login": "wode", "name": "我的"}, "admin_only")
			o.code(t, o.auditor, http.MethodPost, "/approvals", join(), "admin_only")
			o.code(t, o.desk, http.MethodGet, "/approvals", nil, "officer_only")
			o.code(t, o.admin, http.MethodPost, "/approvals", func() testkit.Object { j := join(); j["reason"] = "再提一次吧"; return j }(), "approval_waits")
			if n := o.posts(t, o.someone); n != 0 {
				t.Fatalf("a proposal alone gives %d posts", n)
			}
			v := o.security.Must(t, http.MethodGet, "/approvals/"+id, nil)
			if v["decide"] != true || testkit.Text(testkit.Items(v, "lines")[0], "after") == "" || v["state"] != "open" {
				t.Errorf("as the approver sees it: %v", v)
			}
			o.code(t, o.security, http.MethodPost, "/approvals/"+id+"/refuse", testkit.Object{}, "fields")
			if v := o.security.Must(t, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{"note": "已核来函"}); v["state"] != "applied" {
				t.Errorf("approved: %v", v)
			}
			if n := o.posts(t, o.someone); n != 1 {
				t.Errorf("%d posts after approval", n)
			}
			o.code(t, o.security, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{}, "approval_decided")
			seen := map[string]int{}
			for _, r := range o.auditor.All(t, "/audit") {
				seen[testkit.Text(r, "action")]++
			}
			if seen["propose"] == 0 || seen["approve"] != 1 || seen["account_join"] == 0 || seen["powers"] != 1 {
				t.Errorf("the journal: %v", seen)
			}
		})
	}
}

// TestApprovalOfOneself: nobody proposes or decides about himself, and nobody holds two
// offices, not even by a second account with the same phone.
func TestApprovalOfOneself(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			o := openOffices(t, engine)
			me := func(c *testkit.Client) string {
				return testkit.Text(c.Must(t, http.MethodGet, "/session", nil), "account", "id")
			}
			with := func(kind, account string) testkit.Object {
				return testkit.Object{"kind": kind, "account": account, "reason": "自己想要这样", "memberships": []testkit.Object{{"org": o.org}}}
			}
			o.code(t, o.admin, http.MethodPost, "/approvals", with("account_join", me(o.admin)), "approval_self")
			security := me(o.security)
			id := o.propose(t, with("account_join", security))
			o.code(t, o.security, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{}, "approval_self")
			two := with("account_join", security)
			two["memberships"] = []testkit.Object{{"org": o.org, "role": "auditor"}}
			o.code(t, o.admin, http.MethodPost, "/approvals", two, "one_office")
			o.code(t, o.admin, http.MethodPost, "/accounts/"+security+"/lock", testkit.Object{}, "needs_approval")
			o.code(t, o.admin, http.MethodPut, "/powers", testkit.Object{"powers": "joint"}, "fields") // proposed, so it wants a reason
			o.admin.Must(t, http.MethodPut, "/powers", testkit.Object{"powers": "joint", "reason": "人手太少了"})
			if v := o.admin.Must(t, http.MethodGet, "/powers", nil); v["powers"] != "separated" {
				t.Errorf("joined without approval: %v", v)
			}
		})
	}
}

// TestApprovalStale: what has changed since it was proposed is shown as such and not
// made; after two weeks a proposal is over; a password is seen by its proposer alone.
func TestApprovalStale(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			o := openOffices(t, engine)
			at := "/accounts/" + o.someone
			first := o.propose(t, testkit.Object{"kind": "account_join", "account": o.someone, "memberships": []testkit.Object{{"org": o.org}}})
			o.admin.Must(t, http.MethodPost, at+"/lock", testkit.Object{}) // takes rights away: needs nobody
			v := o.security.Must(t, http.MethodGet, "/approvals/"+first, nil)
			if v["state"] != "stale" || v["decide"] != false {
				t.Errorf("a stale proposal: %v", v)
			}
			o.code(t, o.security, http.MethodPost, "/approvals/"+first+"/approve", testkit.Object{}, "approval_stale")
			if o.posts(t, o.someone) != 0 {
				t.Error("a stale proposal was made")
			}
			o.admin.Must(t, http.MethodDelete, "/approvals/"+first, nil)
			unlock := o.propose(t, testkit.Object{"kind": "account_unlock", "account": o.someone})
			o.security.Must(t, http.MethodPost, "/approvals/"+unlock+"/approve", testkit.Object{})
			reset := o.propose(t, testkit.Object{"kind": "account_password", "account": o.someone})
			if v := o.security.Must(t, http.MethodPost, "/approvals/"+reset+"/approve", testkit.Object{}); v["state"] != "granted" {
				t.Errorf("an approved reset: %v", v)
			}
			if a := o.admin.Must(t, http.MethodPost, at+"/password", testkit.Object{}); len(testkit.Text(a, "password")) < 12 {
				t.Errorf("the reset: %v", a)
			}
			o.code(t, o.admin, http.MethodPost, at+"/password", testkit.Object{}, "needs_approval") // once
			phone := o.propose(t, testkit.Object{"kind": "account_phone", "account": o.someone, "phone": "13800005555"})
			if v := o.security.Must(t, http.MethodGet, "/approvals/"+phone, nil); strings.Contains(testkit.Text(testkit.Items(v, "lines")[0], "after"), "13800005555") {
				t.Errorf("the whole number is shown: %v", v)
			}
			o.Clock.Set(o.Clock.Now().AddDate(0, 0, 15))
			security := o.SignIn(t, "anquan")
			if v := security.Must(t, http.MethodGet, "/approvals/"+phone, nil); v["state"] != "expired" {
				t.Errorf("after two weeks: %v", v)
			}
			o.code(t, security, http.MethodPost, "/approvals/"+phone+"/approve", testkit.Object{}, "approval_expired")
			if left := security.All(t, "/approvals?state=open"); len(left) != 0 {
				t.Errorf("%d wait", len(left))
			}
		})
	}
}

// TestRecoveryByTwo: somebody has lost his phone. One officer asks, another approves, and
// only then may he sign in by his password and bind a new one. A factor that is bound
// meanwhile makes the proposal stale.
func TestRecoveryByTwo(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			o := openOffices(t, engine)
			ask := func() testkit.Object { return testkit.Object{"kind": "account_factors", "account": o.someone} }
			no := ask()
			no["reason"] = "手机丢失，本人到场"
			o.code(t, o.admin, http.MethodPost, "/approvals", no, "approval_nothing")
			him := o.SignIn(t, "xinren")
			bind(t, o.County, him)
			id := o.propose(t, ask())
			o.code(t, o.admin, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{}, "security_only")
			half(t, o.County, "xinren", "factor") // a proposal alone opens nothing
			if v := o.security.Must(t, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{"note": "已当面核对"}); v["state"] != "applied" {
				t.Errorf("approved: %v", v)
			}
			refused(t, him.Do(t, http.MethodGet, "/work", nil), "unauthenticated") // whoever was signed in is out
			him = o.SignIn(t, "xinren")
			bind(t, o.County, him)
			id = o.propose(t, ask())
			later(o.County, time.Minute)
			bind(t, o.County, him)
			o.code(t, o.security, http.MethodPost, "/approvals/"+id+"/approve", testkit.Object{}, "approval_stale")
		})
	}
}
