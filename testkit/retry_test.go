package testkit_test

import (
	"net/http"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestRetryChangesNothing: a request that is sent again with its key is answered as the
// first time and changes no table, whatever the route's answer is; the same key over
// another request is refused.
func TestRetryChangesNothing(t *testing.T) {
	const boundary = "--part\r\n"
	file := func(text string) []byte {
		return []byte(boundary + "Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + text + "\r\n--part--\r\n")
	}
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			admin := e.SignIn(t, e.Admin.Login)
			org := testkit.Text(testkit.Items(e.team.Must(t, http.MethodGet, "/session", nil), "memberships")[0], "org", "id")
			orgRev := admin.Must(t, http.MethodGet, "/orgs/"+org, nil)["rev"]
			mother := testkit.Text(e.desk.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": "林秀珍", "region": firstTown(t, e.County)}), "id")
			party := e.desk.Must(t, http.MethodGet, "/parties/"+e.party, nil)
			account := testkit.Text(e.team.Must(t, http.MethodGet, "/session", nil), "account", "id")
			multipart := testkit.Header{Name: "Content-Type", Value: "multipart/form-data; boundary=part"}
			for _, x := range []struct {
				who          *testkit.Client
				method, path string
				body, other  any
				headers      []testkit.Header
			}{
				{who: admin, method: http.MethodPatch, path: "/orgs/" + org, body: testkit.Object{"name": "服务一队", "rev": orgRev}, other: testkit.Object{"name": "服务二队", "rev": orgRev}},
				{who: admin, method: http.MethodPatch, path: "/regions/" + e.abolished, body: testkit.Object{"name": "旧村", "rev": 2}, other: testkit.Object{"name": "新村", "rev": 2}},
				{who: admin, method: http.MethodPatch, path: "/accounts/" + account, body: testkit.Object{"name": "张队长", "rev": 1}, other: testkit.Object{"name": "李队长", "rev": 1}},
				{who: e.desk, method: http.MethodPatch, path: "/parties/" + mother, body: testkit.Object{"name": "林秀贞", "rev": 1}, other: testkit.Object{"name": "林秀", "rev": 1}},
				{who: e.desk, method: http.MethodPost, path: "/parties/" + testkit.Text(party, "id") + "/relations", body: testkit.Object{"kind": "guardian", "party": mother}, other: testkit.Object{"kind": "kin", "party": mother}},
				{who: e.team, method: http.MethodPost, path: "/attachments", body: file("证明"), other: file("别的证明"), headers: []testkit.Header{multipart}},
			} {
				key := testkit.Key(testkit.NewKey())
				first := x.who.Do(t, x.method, x.path, x.body, append(x.headers, key)...)
				if first.Status >= 300 {
					t.Errorf("%s %s: %d %s", x.method, x.path, first.Status, first.Raw)
					continue
				}
				before := e.rows(t)
				again := x.who.Do(t, x.method, x.path, x.body, append(x.headers, key)...)
				if again.Status != first.Status {
					t.Errorf("%s %s again: %d %s", x.method, x.path, again.Status, again.Raw)
				}
				if a, b := testkit.Text(first.Object(), "id"), testkit.Text(again.Object(), "id"); a != b {
					t.Errorf("%s %s again answered with %s, not %s", x.method, x.path, b, a)
				}
				other := x.who.Do(t, x.method, x.path, x.other, append(x.headers, key)...)
				if other.Status != http.StatusConflict || testkit.Text(other.Object(), "type") != "idempotency_mismatch" {
					t.Errorf("%s %s, another request: %d %s", x.method, x.path, other.Status, other.Raw)
				}
				compareRows(t, x.path, before, e.rows(t))
			}
		})
	}
}

func compareRows(t *testing.T, path string, before, after map[string]string) {
	t.Helper()
	for table, sum := range after {
		if before[table] != sum {
			t.Errorf("%s: a retry changed the table %s", path, table)
		}
	}
}
