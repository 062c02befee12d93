package testkit_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// nasty are values that break what was written for polite ones.
var nasty = []any{
	nil, "", " ", secret, "a\x00b", "\u202e\ufeff", "'; DROP TABLE record; --", "%_\\", "{{.}}<script>", strings.Repeat("长", 70_000),
	-1, 0, 1 << 62, 1e18, -0.5, true, []any{}, []any{nil, secret, 7}, map[string]any{}, map[string]any{secret: secret}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
}

// schema is as much of a JSON schema as the test walks.
type schema struct {
	Ref        string            `json:"$ref"`
	Properties map[string]schema `json:"properties"`
}

type document struct {
	Paths map[string]map[string]struct {
		RequestBody struct {
			Content map[string]struct {
				Schema schema `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

// members lists the names in a route's JSON body, as the server describes it.
func (d *document) members(r route) []string {
	s := d.Paths["/api/v1"+r.path][strings.ToLower(r.method)].RequestBody.Content["application/json"].Schema
	if s.Ref != "" {
		s = d.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
	}
	return slices.Sorted(maps.Keys(s.Properties))
}

// ownLife are routes that would end the sitting of who asks.
var ownLife = []string{"PUT /session/password", "DELETE /session", "DELETE /sessions/{id}"}

// TestNasty puts every nasty value in every member of every body that the server
// describes, as staff and as administrator, on things that exist. Nothing breaks
// the server, and nothing that was refused comes back.
func TestNasty(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			var doc document
			if err := json.Unmarshal(c.Stranger().Page(t, "/openapi.json").Raw, &doc); err != nil {
				t.Fatal(err)
			}
			sent := 0
			for _, r := range accessTable(t) {
				if r.method == http.MethodGet || slices.Contains(ownLife, r.method+" "+r.path) {
					continue
				}
				ids := c.ids(c.errand)
				if strings.HasPrefix(r.path, "/parties") {
					ids["id"] = c.party
				}
				if strings.HasPrefix(r.path, "/regions") {
					ids["id"] = c.abolished
				}
				if strings.HasPrefix(r.path, "/programs/{p}/records") {
					ids["move"] = "raise"
				}
				for _, member := range doc.members(r) {
					for _, v := range nasty {
						c.throw(t, r, ids, member, v)
						sent++
					}
				}
			}
			if sent < 1000 {
				t.Errorf("only %d requests", sent)
			}
			t.Logf("%d requests", sent)
			if bad := grep(c.Log.Text(), "level=ERROR"); bad != "" {
				t.Errorf("errors were logged:\n%.2000s", bad)
			}
		})
	}
}

func (c *crowd) throw(t *testing.T, r route, ids map[string]string, member string, v any) {
	t.Helper()
	body := testkit.Object{}
	for suffix, b := range c.bodies(ids) {
		if strings.HasSuffix(r.path, suffix) {
			body = maps.Clone(b)
		}
	}
	body[member] = v
	who := c.desk
	if r.standing != "signed-in" && r.standing != "staff" && r.standing != "public" {
		who = c.people["admin"]
	}
	path := placeholder.ReplaceAllStringFunc(r.path, func(p string) string { return ids[strings.Trim(p, "{}")] })
	a := who.Do(t, r.method, path, body)
	if a.Status >= 500 || a.Status == http.StatusUnauthorized && !strings.HasPrefix(r.path, "/session") {
		t.Errorf("%s %s %s=%.60q: %d %s", r.method, r.path, member, v, a.Status, a.Raw)
	}
	if a.Status >= 400 && bytes.Contains(a.Raw, []byte("QJXW7788")) {
		t.Errorf("%s %s %s: what was sent comes back: %s", r.method, r.path, member, a.Raw)
	}
}

// TestLastPlace: several accept at once what only one can have.
func TestLastPlace(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			town := firstTown(t, e.County)
			helper := e.team.Must(t, http.MethodPost, "/programs/errand-desk/records/helper/create",
				testkit.Object{"fields": testkit.Object{"name": "三人队", "capacity": 3, "area": []string{town}}})
			var orders []string
			for range 8 {
				id := e.raise(t, "同时")
				e.desk.Must(t, http.MethodPost, "/records/"+id+"/matches/find", testkit.Object{"offers": []any{helper["id"]}})
			}
			for _, r := range e.team.All(t, "/records?program=errand-desk&record=job&phase=proposed") {
				orders = append(orders, testkit.Text(r, "id"))
			}
			var wg sync.WaitGroup
			var mu sync.Mutex
			took := 0
			for _, id := range orders {
				wg.Go(func() {
					a := e.team.Do(t, http.MethodPost, "/records/"+id+"/moves/take", testkit.Object{})
					mu.Lock()
					defer mu.Unlock()
					if a.Status < 300 {
						took++
					} else if a.Status >= 500 || !chinese(testkit.Text(a.Object(), "title")) {
						t.Errorf("%d %s", a.Status, a.Raw)
					}
				})
			}
			wg.Wait()
			if len(orders) != 8 || took != 3 {
				t.Errorf("%d of %d orders were accepted, there were 3 places", took, len(orders))
			}
		})
	}
}
