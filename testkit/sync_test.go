package testkit_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// phone is what a phone holds, kept as the phone app keeps it.
type phone struct {
	who    *testkit.Client
	cursor string
	holds  map[string]testkit.Object // by key; a nil value = must not be seen
	came   int                       // items of the last run
}

// sync takes one whole run, then drops what should not be held.
func (p *phone) sync(t *testing.T) testkit.Object {
	t.Helper()
	p.came = 0
	seen := map[string]bool{}
	for {
		page := p.who.Must(t, http.MethodGet, "/sync?cursor="+url.QueryEscape(p.cursor), nil)
		for _, item := range testkit.Items(page, "items") {
			p.came++
			key := testkit.Text(item, "key")
			value, _ := item["value"].(testkit.Object)
			p.holds[key], seen[key] = value, true
		}
		p.cursor = testkit.Text(page, "cursor")
		if page["more"] == true {
			continue
		}
		if page["whole"] == true {
			for key := range p.holds {
				if !seen[key] {
					delete(p.holds, key)
				}
			}
		}
		if !p.agrees(page) {
			keys, _ := p.who.Must(t, http.MethodGet, "/sync/keys", nil)["items"].([]any)
			for key := range p.holds {
				if !slices.Contains(keys, any(key)) {
					delete(p.holds, key)
				}
			}
			if !p.agrees(page) {
				t.Fatalf("the phone holds %d, should %v", len(p.holds), page["held"])
			}
		}
		return page
	}
}

func (p *phone) agrees(page testkit.Object) bool {
	var mark [8]byte
	for key := range p.holds {
		raw, _ := hex.DecodeString(key)
		for i := range mark {
			mark[i] ^= raw[i]
		}
	}
	return testkit.Text(page, "held", "mark") == hex.EncodeToString(mark[:]) && testkit.At(page, "held", "count") == float64(len(p.holds))
}

// ids of a kind that the phone can open.
func (p *phone) ids(kind string) (out []string) {
	for _, v := range p.holds {
		if _, isRecord := v["ref_no"]; v != nil && isRecord == (kind == "record") {
			out = append(out, testkit.Text(v, "id"))
		}
	}
	slices.Sort(out)
	return out
}

// TestSync: a phone holds exactly what its person may open of what is with him, hears of
// every change, and drops what was taken from him.
func TestSync(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			phones := map[string]*phone{}
			for name, who := range map[string]*testkit.Client{"desk": c.desk, "team": c.team, "self": c.self, "elsewhere": c.people["elsewhere"], "foreign": c.foreign, "resident": c.people["resident"]} {
				p := &phone{who: who, holds: map[string]testkit.Object{}}
				p.sync(t)
				phones[name] = p
				for _, kind := range []string{"record", "party"} {
					for _, id := range p.ids(kind) {
						path := map[string]string{"record": "/records/", "party": "/parties/"}[kind] + id
						opened := who.Must(t, http.MethodGet, path, nil)
						for _, held := range p.holds {
							if testkit.Text(held, "id") == id && !reflect.DeepEqual(held, opened) {
								t.Errorf("%s holds of %s %v, opens %v", name, path, held, opened)
							}
						}
					}
				}
			}
			for name, p := range phones {
				t.Logf("%s holds %d records, %d dossiers of %d", name, len(p.ids("record")), len(p.ids("party")), len(p.holds))
			}
			for _, name := range []string{"elsewhere", "foreign"} {
				if len(phones[name].holds) != 0 {
					t.Errorf("%s holds %v", name, phones[name].holds)
				}
			}
			if self := phones["self"]; !slices.Contains(self.ids("record"), c.errand) || !slices.Contains(self.ids("party"), c.party) {
				t.Error("the resident does not hold his own", self.ids("record"))
			}
			if len(phones["resident"].ids("record")) != 0 || len(phones["team"].ids("record")) == 0 {
				t.Error("wrong phones", phones["resident"].ids("record"), phones["team"].ids("record"))
			}
			c.later(t, phones)
		})
	}
}

// later: changes come, endings and hand-overs take away, a quiet run is small.
func (c *crowd) later(t *testing.T, phones map[string]*phone) {
	t.Helper()
	self, desk := phones["self"], phones["desk"]
	c.desk.Must(t, http.MethodPost, "/records/"+c.errand+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-20"}})
	self.sync(t)
	day := ""
	for _, v := range self.holds {
		if testkit.Text(v, "id") == c.errand {
			day = testkit.Text(v, "fields", "day")
		}
	}
	if day != "2026-03-20" {
		t.Errorf("the change did not come: %q", day)
	}
	if c.App.DB.Engine() == "sqlite" { // on PostgreSQL the last seconds come twice
		if self.sync(t); self.came != 0 {
			t.Errorf("%d items came though nothing has changed", self.came)
		}
	}
	c.desk.Must(t, http.MethodPost, "/records/"+c.errand+"/moves/drop", testkit.Object{"text": "不用了"})
	for _, p := range []*phone{self, desk} {
		p.sync(t)
		if slices.Contains(p.ids("record"), c.errand) {
			t.Error("what has ended is still held")
		}
	}
	if before := len(desk.ids("record")); before > 0 { // another desk of the town takes them over
		admin := c.people["admin"]
		me := testkit.Text(c.desk.Must(t, http.MethodGet, "/session", nil), "account", "id")
		ms := testkit.Items(c.desk.Must(t, http.MethodGet, "/session", nil), "memberships")
		for _, m := range ms {
			admin.Must(t, http.MethodDelete, "/accounts/"+me+"/memberships/"+testkit.Text(m, "id"), nil)
		}
		desk.sync(t)
		for _, id := range desk.ids("record") {
			if a := c.desk.Do(t, http.MethodGet, "/records/"+id, nil); a.Status != http.StatusOK {
				t.Errorf("the phone still holds %s, which its person may not open any more", id)
			}
		}
		if len(desk.ids("record")) >= before {
			t.Errorf("left the office with %d of %d records", len(desk.ids("record")), before)
		}
	}
	if a := c.self.Do(t, http.MethodGet, "/sync?cursor=x", nil); a.Status != http.StatusUnprocessableEntity || testkit.Text(a.Object(), "type") != "cursor" {
		t.Error(a.Status, string(a.Raw))
	}
	if a := c.Stranger().Do(t, http.MethodGet, "/sync", nil); a.Status != http.StatusUnauthorized {
		t.Error(a.Status)
	}
}

// TestSyncMany measures a phone with many dossiers: LINQIAO_SYNC=2000 for the figure
// in docs/performance.md.
func TestSyncMany(t *testing.T) {
	n := 150
	if s := os.Getenv("LINQIAO_SYNC"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatal(err)
		}
	}
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			town := firstTown(t, e.County)
			for i := range n {
				o := e.desk.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": fmt.Sprintf("老人%d", i), "region": town})
				e.desk.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": testkit.Text(o, "id"), "fields": testkit.Object{"what": "买药"}})
			}
			p := &phone{who: e.desk, holds: map[string]testkit.Object{}}
			at := time.Now()
			p.sync(t)
			first := time.Since(at)
			raw, _ := json.Marshal(p.holds)
			at = time.Now()
			p.sync(t)
			t.Logf("%s: %d records, %d dossiers, %d kB first %v, then %v (%d items)", engine.Name, len(p.ids("record")), len(p.ids("party")), len(raw)>>10, first, time.Since(at), p.came)
			if len(p.ids("party")) < n || strings.Contains(string(raw), "null,null") {
				t.Errorf("%d dossiers of %d", len(p.ids("party")), n)
			}
		})
	}
}
