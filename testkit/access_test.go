package testkit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// route is one line of the API with the standing it asks for.
type route struct{ method, path, standing string }

// standings say who passes the door of a route; what stands behind it is decided
// by the row.
var standings = map[string][]string{
	"nameless":  {"stranger", "resident", "elsewhere", "desk", "admin", "auditor", "security"},
	"public":    {"stranger", "resident", "elsewhere", "desk", "admin", "auditor", "security"},
	"signed-in": {"resident", "elsewhere", "desk", "admin", "auditor", "security"},
	"staff":     {"elsewhere", "desk", "admin", "auditor", "security"},
	"officer":   {"admin", "auditor", "security"},
	"security":  {"security"},
	"overseer":  {"admin", "auditor"},
	"admin":     {"admin"},
	"auditor":   {"auditor"},
}

// accessTable is the reviewed list of routes; the server's own list must be the
// same, so that a new route is let in by a person and not by forgetting.
func accessTable(t *testing.T) []route {
	t.Helper()
	raw, err := os.ReadFile("testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []route
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) != 3 || standings[f[2]] == nil {
			t.Fatalf("access.txt: %q", line)
		}
		out = append(out, route{f[0], f[1], f[2]})
	}
	return out
}

// served are the routes that the server says it has.
func served(t *testing.T, c *testkit.County) map[string]bool {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(c.Stranger().Page(t, "/openapi.json").Raw, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for path, methods := range doc.Paths {
		for m := range methods {
			if m = strings.ToUpper(m); slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, m) {
				out[m+" "+strings.TrimPrefix(path, "/api/v1")] = true
			}
		}
	}
	return out
}

// crowd are people of every standing, in two counties.
type crowd struct {
	*errands
	people  map[string]*testkit.Client
	foreign *testkit.Client // staff of another county
}

func openCrowd(t *testing.T, engine storetest.Engine) *crowd {
	e := openErrands(t, engine)
	towns := e.SignIn(t, e.Admin.Login).All(t, "/regions?level=town&parent="+string(e.Code))
	_, other := e.Staff(t, "errand_desk", "town", testkit.Text(towns[1], "id"), "elsewhere")
	_, resident := e.Resident(t, "linju", testkit.Text(towns[0], "id"))
	if _, err := e.App.OpenOffice(t.Context(), e.Code, app.RoleAuditor, app.Office{Name: "审计办", Login: "auditor", Admin: "审计员", Password: testkit.Password}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.App.OpenOffice(t.Context(), e.Code, app.RoleSecurity, app.Office{Name: "安全办", Login: "security", Admin: "安全员", Password: testkit.Password}); err != nil {
		t.Fatal(err)
	}
	c := &crowd{errands: e, people: map[string]*testkit.Client{"stranger": e.Stranger(), "resident": resident, "elsewhere": other[0],
		"desk": e.desk, "admin": e.SignIn(t, e.Admin.Login), "auditor": e.SignIn(t, "auditor"), "security": e.SignIn(t, "security")}}
	c.foreign = neighbour(t, e.County)
	return c
}

// neighbour opens a second county in the same instance and gives the person at
// its desk.
func neighbour(t *testing.T, c *testkit.County) *testkit.Client {
	t.Helper()
	ctx, code := t.Context(), storetest.Neighbour
	if _, err := c.App.ImportDivisions(ctx, app.System(code), code, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := c.App.Apply(ctx, app.System(code), mechanisms("errand-desk")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.App.OpenOffice(ctx, code, app.RoleAdmin, app.Office{Name: "邻县办公室", Login: "root", Admin: "管理员", Password: testkit.Password}); err != nil {
		t.Fatal(err)
	}
	other := *c
	other.Code = code
	_, people := other.Staff(t, "errand_desk", "county", string(code), "desk")
	return people[0]
}

// call sends a request that is as good as the route can expect, on given ids.
func (c *crowd) call(t *testing.T, who *testkit.Client, r route, ids map[string]string) *testkit.Answer {
	t.Helper()
	path := placeholder.ReplaceAllStringFunc(r.path, func(p string) string { return ids[strings.Trim(p, "{}")] })
	if r.path == "/programs/{p}/notices/{k}" && r.method == http.MethodDelete {
		path += "?id=" + ids["id"]
	}
	if r.method == http.MethodGet || r.method == http.MethodDelete {
		return c.send(t, who, r.method, path, nil)
	}
	for suffix, body := range c.bodies(ids) {
		if strings.HasSuffix(r.path, suffix) {
			return c.send(t, who, r.method, path, body)
		}
	}
	return c.send(t, who, r.method, path, testkit.Object{"rev": 1})
}

func (c *crowd) send(t *testing.T, who *testkit.Client, method, path string, body any) *testkit.Answer {
	t.Helper()
	if body == nil {
		return who.Do(t, method, path, nil)
	}
	return who.Do(t, method, path, body)
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// bodies are by the end of the route's path.
func (c *crowd) bodies(ids map[string]string) map[string]testkit.Object {
	return map[string]testkit.Object{
		"/moves/{move}":                  {},
		"/records/export":                {"format": "csv", "filter": testkit.Object{"program": "errand-desk", "record": "errand"}},
		"/bulk":                          {"op": "move", "move": "later", "ids": []string{ids["id"]}},
		"/sign/{signature}":              {"decision": "sign"},
		"/confirmations":                 {"facts": "{}"},
		"/owner":                         {"account": "nobody"},
		"/forms/{form}":                  {"answers": testkit.Object{}},
		"/matches/{match}":               {"offers": []string{c.helper}},
		"/passes/{pass}":                 {},
		"/ballots/{ballot}":              {"picks": []string{"a"}},
		"/extend":                        {"n": 1, "text": "材料多"},
		"/desk":                          {"voter": ids["id"]},
		"/papers":                        {"votes": testkit.Object{}, "papers": 0},
		"/reveal":                        {"field": "phone", "purpose": "核对身份信息"},
		"/consents/{program}/{consent}":  {"evidence": "tick"},
		"/grounds/{program}/{ground}":    {"reason": "核对情况"},
		"/glass/{program}":               {"reason": "核对情况"},
		"/relations":                     {"kind": "kin", "party": ids["id"]},
		"/records/{id}":                  {"rev": 1, "fields": testkit.Object{}},
		"/members":                       {"parties": []string{ids["id"]}},
		"/session/phone-code":            {"phone": "13800000000"},
		"/session/phone":                 {"phone": "13800000000", "code": "000000"},
		"/session":                       {"login": "nobody", "password": "wrong"},
		"/freeze":                        {"period": "2026-02"},
		"/programs/{p}/ledgers/{k}/sign": {"period": "2026-02"},
	}
}

func (c *crowd) ids(id string) map[string]string {
	return map[string]string{"id": id, "p": "errand-desk", "program": "errand-desk", "record": "errand", "move": "later", "signature": id, "form": "none",
		"match": "find", "order": "none", "pass": "none", "ballot": "none", "clock": "none", "consent": "none", "ground": "none", "m": "none", "k": "raised", "stat": "raised", "party": id, "serial": "none"}
}

// endless answers do not end by themselves, or end the sitting of who asks.
var endless = []string{"GET /stream", "DELETE /session"}

// TestAccess sends every route as everybody: nobody passes a door that is not
// open to him, and nothing that anybody sends breaks the server.
func TestAccess(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { everyDoor(t, openCrowd(t, engine)) })
	}
}

func everyDoor(t *testing.T, c *crowd) {
	table := accessTable(t)
	have := served(t, c.County)
	for _, r := range table {
		if !have[r.method+" "+r.path] {
			t.Errorf("access.txt has %s %s, the server has not", r.method, r.path)
		}
		delete(have, r.method+" "+r.path)
	}
	for name := range have {
		t.Errorf("%s is not in access.txt: say who may use it", name)
	}
	for _, r := range table {
		if slices.Contains(endless, r.method+" "+r.path) {
			continue
		}
		for name, who := range c.people {
			if r.method != http.MethodGet && slices.Contains([]string{"admin", "auditor", "security"}, r.standing) && slices.Contains(standings[r.standing], name) {
				continue // would be done: locks accounts, changes the county
			}
			a := c.call(t, who, r, c.ids("01a20195-1317-7973-8b9d-bdd4b8141d44"))
			checkDoor(t, r, name, a)
		}
	}
	if bad := grep(c.Log.Text(), "level=ERROR"); bad != "" {
		t.Errorf("errors were logged:\n%s", bad)
	}
}

func checkDoor(t *testing.T, r route, name string, a *testkit.Answer) {
	t.Helper()
	kind := testkit.Text(a.Object(), "type")
	turned := kind == "unauthenticated" || kind == "session_expired" || strings.HasSuffix(kind, "_only")
	if a.Status >= 500 {
		t.Errorf("%s %s as %s: %d %s", r.method, r.path, name, a.Status, a.Raw)
	}
	switch passes := slices.Contains(standings[r.standing], name); {
	case passes && turned:
		t.Errorf("%s %s turns %s away: %s", r.method, r.path, name, a.Raw)
	case !passes && name == "stranger" && a.Status != http.StatusUnauthorized:
		t.Errorf("%s %s answers a stranger %d %s", r.method, r.path, a.Status, a.Raw)
	case !passes && name != "stranger" && (a.Status != http.StatusForbidden || !turned):
		t.Errorf("%s %s answers %s %d %s", r.method, r.path, name, a.Status, a.Raw)
	}
}

// TestUnseen: what somebody may not see answers him word for word as what does
// not exist, on every route that names it.
func TestUnseen(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			none := "01a20195-1317-7973-8b9d-bdd4b8141d44"
			before := c.rows(t)
			tried := 0
			for _, r := range accessTable(t) {
				id := map[string]string{"records": c.errand, "parties": c.party}[strings.SplitN(r.path[1:], "/", 2)[0]]
				if id == "" || !strings.Contains(r.path, "{id}") {
					continue
				}
				for name, who := range map[string]*testkit.Client{"resident": c.people["resident"], "elsewhere": c.people["elsewhere"], "another county": c.foreign} {
					tried++
					there, not := c.call(t, who, r, c.ids(id)), c.call(t, who, r, c.ids(none))
					if there.Status != not.Status || !bytes.Equal(numberless(there.Raw), numberless(not.Raw)) {
						t.Errorf("%s %s tells %s what exists: %d %s, else %d %s", r.method, r.path, name, there.Status, there.Raw, not.Status, not.Raw)
					}
					if there.Status < 300 {
						t.Errorf("%s %s lets %s in: %d %s", r.method, r.path, name, there.Status, there.Raw)
					}
				}
			}
			if tried < 50 {
				t.Errorf("only %d requests", tried)
			}
			after := c.rows(t)
			for table := range after {
				if before[table] != after[table] && table != "idempotency" {
					t.Errorf("table %s has changed", table)
				}
			}
			for name, who := range map[string]*testkit.Client{"resident": c.people["resident"], "elsewhere": c.people["elsewhere"], "another county": c.foreign} {
				for _, path := range []string{"/records", "/records?q=买药", "/parties?q=jumin", "/records?subject=" + c.party, "/records?program=errand-desk&overdue=1"} {
					for _, x := range who.All(t, path) {
						if x["id"] != nil && (x["subject"] != nil || x["kind"] == "person") && testkit.Text(x, "name") != "linju" {
							t.Errorf("%s lists %v to %s", path, x, name)
						}
					}
				}
			}
		})
	}
}

var requestNumber = regexp.MustCompile(`"request":"[0-9a-f]+"`)

func numberless(raw []byte) []byte { return requestNumber.ReplaceAll(raw, nil) }

// TestListsAgree: what a person's lists hold is exactly what he can open, for
// people of many standings over records of many kinds. Beside that, who receives
// an order may open what it serves, cut to what the order shows; that stands in
// no list of his.
func TestListsAgree(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			c.scatter(t)
			var all []domain.RecordID
			q := app.RecordQuery{Limit: 200}
			for {
				page, err := c.App.Records(t.Context(), app.System(c.Code), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Items {
					all = append(all, r.ID)
				}
				if page.Next == nil {
					break
				}
				q.Cursor = *page.Next
			}
			if len(all) < 30 {
				t.Fatalf("only %d records", len(all))
			}
			seen := map[int]bool{}
			for name, who := range c.everybody(t) {
				listed, shown := map[string]bool{}, map[string]bool{}
				for _, r := range who.All(t, "/records") {
					listed[testkit.Text(r, "id")] = true
					if r["record"] == "job" {
						v := who.Must(t, http.MethodGet, "/records/"+testkit.Text(r, "id"), nil)
						shown[testkit.Text(v, "parent", "id")] = true
					}
				}
				for _, id := range all {
					a := who.Do(t, http.MethodGet, "/records/"+string(id), nil)
					open := a.Status == http.StatusOK
					if open && !listed[string(id)] && shown[string(id)] {
						checkShown(t, a.Object())
						continue
					}
					if open != listed[string(id)] {
						t.Errorf("%s: %s opens %v, listed %v: %.300s", name, id, open, listed[string(id)], a.Raw)
					}
				}
				count := who.Must(t, http.MethodGet, "/records/count", nil)
				if n, _ := count["count"].(float64); int(n) != len(listed) {
					t.Errorf("%s: counts %v, lists %d", name, n, len(listed))
				}
				seen[len(listed)] = true
			}
			if len(seen) < 4 {
				t.Errorf("everybody sees the same: %v", seen)
			}
		})
	}
}

// checkShown: of what an order serves, its receiver sees what the order shows.
func checkShown(t *testing.T, v testkit.Object) {
	t.Helper()
	fields, _ := v["fields"].(testkit.Object)
	for k := range fields {
		if k != "what" {
			t.Errorf("%v shows %s", v["id"], k)
		}
	}
	if v["subject"] != nil || len(testkit.Items(v, "moves")) > 0 || len(testkit.Items(v, "children")) > 1 {
		t.Errorf("%v shows more than its order says: %v", v["id"], v)
	}
}

// scatter raises errands in several towns, for several people, and sends some.
func (c *crowd) scatter(t *testing.T) {
	towns := c.people["admin"].All(t, "/regions?level=town&parent="+string(c.Code))
	for i := range 4 {
		town := testkit.Text(towns[i], "id")
		_, desk := c.Staff(t, "errand_desk", "town", town, fmt.Sprintf("desk-%d", i))
		_, team := c.Staff(t, "errand_team", "town", town, fmt.Sprintf("team-%d", i))
		party, _ := c.Resident(t, fmt.Sprintf("ren-%d", i), town)
		helper := team[0].Must(t, http.MethodPost, "/programs/errand-desk/records/helper/create",
			testkit.Object{"fields": testkit.Object{"name": "队", "capacity": 9, "area": []string{town}}})
		for j := range 5 {
			v := desk[0].Must(t, http.MethodPost, errandPath, testkit.Object{"subject": party, "fields": testkit.Object{"what": "事"}})
			if j%2 == 0 {
				desk[0].Must(t, http.MethodPost, "/records/"+testkit.Text(v, "id")+"/matches/find", testkit.Object{"offers": []any{helper["id"]}})
			}
		}
	}
}

func (c *crowd) everybody(t *testing.T) map[string]*testkit.Client {
	out := map[string]*testkit.Client{"foreign": c.foreign, "self": c.self, "team": c.team}
	for name, who := range c.people {
		if name != "stranger" {
			out[name] = who
		}
	}
	for i := range 4 {
		for _, kind := range []string{"desk", "team", "ren"} {
			login := fmt.Sprintf("%s-%d", kind, i)
			out[login] = c.SignIn(t, login)
		}
	}
	return out
}
