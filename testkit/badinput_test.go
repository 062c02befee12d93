package testkit_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// secret is planted into wrong requests; it must come back nowhere.
const secret = "密文甲乙丙丁-QJXW7788"

// errands is a county with a desk, a team with one place left, and residents.
type errands struct {
	*testkit.County
	desk, team, self *testkit.Client
	party, abolished string
	errand, moved    string // open ones; the second has been moved once
	ended            string
	helper           string // full
	rev              int64  // of moved
}

const errandPath = "/programs/errand-desk/records/errand/raise"

func openErrands(t *testing.T, engine storetest.Engine) *errands {
	c := testkit.Open(t, engine, storetest.Home)
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("errand-desk")); err != nil {
		t.Fatal(err)
	}
	e := &errands{County: c}
	town := firstTown(t, c)
	_, desk := c.Staff(t, "errand_desk", "town", town, "desk")
	_, team := c.Staff(t, "errand_team", "town", town, "team")
	e.desk, e.team = desk[0], team[0]
	e.party, e.self = c.Resident(t, "jumin", town)
	e.abolished = c.Region(t, "已撤村", "village", town)
	c.SignIn(t, c.Admin.Login).Must(t, http.MethodPatch, "/regions/"+e.abolished, testkit.Object{"active": false, "rev": 1})

	e.errand, e.moved, e.ended = e.raise(t, "买药"), e.raise(t, "搬家"), e.raise(t, "取件")
	v := e.desk.Must(t, http.MethodPost, "/records/"+e.moved+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-12"}})
	e.rev = int64(v["rev"].(float64))
	e.desk.Must(t, http.MethodPost, "/records/"+e.ended+"/moves/drop", testkit.Object{"text": "不用了"})

	e.helper = testkit.Text(e.team.Must(t, http.MethodPost, "/programs/errand-desk/records/helper/create",
		testkit.Object{"fields": testkit.Object{"name": "一人队", "capacity": 1, "area": []string{town}}}), "id")
	taken := e.raise(t, "送饭")
	e.desk.Must(t, http.MethodPost, "/records/"+taken+"/matches/find", testkit.Object{"offers": []string{e.helper}})
	orders := e.team.All(t, "/records?program=errand-desk&record=job")
	if len(orders) != 1 {
		t.Fatalf("%d orders", len(orders))
	}
	e.team.Must(t, http.MethodPost, "/records/"+testkit.Text(orders[0], "id")+"/moves/take", testkit.Object{})
	return e
}

func (e *errands) raise(t *testing.T, what string) string {
	t.Helper()
	v := e.desk.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": e.party, "fields": testkit.Object{"what": what}})
	return testkit.Text(v, "id")
}

// wrong is a request that must be refused, and how.
type wrong struct {
	name    string
	method  string // POST unless said
	path    string
	body    any
	headers []testkit.Header
	status  int
	code    string
	field   string // the path that must be named, "" = none
}

type header = testkit.Header

// TestBadInput sends what goes wrong in practice. Every answer is a problem in
// Chinese that names the field and how to mend it; nothing of what was sent comes
// back, is logged, or is left in the database.
func TestBadInput(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			before := e.rows(t)
			for _, w := range slices.Concat(e.wrongBodies(), e.wrongValues(), e.wrongMoves(), e.wrongAddresses()) {
				if w.method == "" {
					w.method = http.MethodPost
				}
				a := e.desk.Do(t, w.method, w.path, w.body, w.headers...)
				e.check(t, w, a)
				after := e.rows(t)
				for table := range after {
					if before[table] != after[table] {
						t.Errorf("%s: table %s has changed", w.name, table)
					}
				}
				before = after
			}
			if strings.Contains(e.Log.Text(), secret) {
				t.Error("what was sent stands in the log")
			}
			if strings.Contains(e.Log.Text(), "level=ERROR") {
				t.Errorf("errors were logged:\n%s", grep(e.Log.Text(), "level=ERROR"))
			}
		})
	}
}

func grep(text, word string) string {
	var out []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			out = append(out, line[:min(len(line), 600)])
		}
	}
	return strings.Join(out, "\n")
}

func (e *errands) check(t *testing.T, w wrong, a *testkit.Answer) {
	t.Helper()
	if a.Status != w.status {
		t.Errorf("%s: status %d, want %d: %s", w.name, a.Status, w.status, a.Raw)
		return
	}
	p := a.Object()
	if ct := a.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/problem+json") {
		t.Errorf("%s: content type %q", w.name, ct)
	}
	if p["type"] != w.code {
		t.Errorf("%s: type %v, want %s", w.name, p["type"], w.code)
	}
	if !chinese(testkit.Text(p, "title")) || testkit.Text(p, "request") == "" {
		t.Errorf("%s: no words or no number: %s", w.name, a.Raw)
	}
	fields := testkit.Items(p, "fields")
	if w.field != "" && !slices.ContainsFunc(fields, func(f testkit.Object) bool { return f["path"] == w.field }) {
		t.Errorf("%s: does not name %s: %s", w.name, w.field, a.Raw)
	}
	mend := chinese(testkit.Text(p, "detail"))
	for _, f := range fields {
		mend = mend || chinese(testkit.Text(f, "message"))
	}
	if !mend && w.code != "guard" { // a guard's own sentence is the advice
		t.Errorf("%s: does not say how to mend it: %s", w.name, a.Raw)
	}
	for _, piece := range strings.Split(secret, "-") {
		if bytes.Contains(a.Raw, []byte(piece)) {
			t.Errorf("%s: what was sent comes back: %s", w.name, a.Raw)
		}
	}
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// unlike are tables that a refused request may touch: who asked, and when.
var unlike = []string{"audit", "audit_link", "sign_in", "outbox_cursor"}

// rows gives a digest of each table of the database.
func (e *errands) rows(t *testing.T) map[string]string {
	t.Helper()
	var dump bytes.Buffer
	if _, err := e.App.DB.Backup(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(dump.Bytes(), []byte(secret)) {
		t.Error("what was refused stands in the database")
	}
	sums, table := map[string][32]byte{}, ""
	lines := bufio.NewScanner(&dump)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), `["table","`); ok {
			table, _, _ = strings.Cut(name, `"`)
			continue
		}
		if strings.HasPrefix(lines.Text(), `["end",`) {
			break // the sum over all of it
		}
		old := sums[table]
		sums[table] = sha256.Sum256(append(old[:], lines.Bytes()...))
	}
	out := map[string]string{}
	for name, sum := range sums {
		if !slices.Contains(unlike, name) && name != "" {
			out[name] = fmt.Sprintf("%x", sum)
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %d tables: %v", len(out), slices.Collect(maps.Keys(out)))
	}
	return out
}

func fieldsOf(fields testkit.Object) testkit.Object { return testkit.Object{"fields": fields} }

// wrongBodies are not what the route takes at all.
func (e *errands) wrongBodies() []wrong {
	raw := func(s string) []byte { return []byte(s) }
	deep := strings.Repeat("[", 20_000)
	return []wrong{
		{name: "broken JSON", path: errandPath, body: raw(`{"fields": {"what": "` + secret), status: 422, code: "json_broken"},
		{name: "two values", path: errandPath, body: raw(`{} {}`), status: 422, code: "json_broken"},
		{name: "nothing but depth", path: errandPath, body: raw(`{"fields":` + deep), status: 422, code: "json_broken"},
		{name: "a list", path: errandPath, body: raw(`["` + secret + `"]`), status: 422, code: "fields_invalid"},
		{name: "a text", path: errandPath, body: raw(`"` + secret + `"`), status: 422, code: "fields_invalid"},
		{name: "unknown member", path: errandPath, body: testkit.Object{"subject": e.party, "wat": secret}, status: 422, code: "fields_invalid", field: "wat"},
		{name: "NUL in an id", path: errandPath, body: raw(`{"subject": "a\u0000b"}`), status: 422, code: "subject_unknown", field: "subject"},
		{name: "unknown member named by a secret", path: errandPath, body: testkit.Object{secret: 1}, status: 422, code: "fields_invalid"},
		{name: "huge", path: errandPath, body: testkit.Object{"text": strings.Repeat("大", 500_000)}, status: 413, code: "body_too_large"},
		{name: "not JSON", path: errandPath, body: raw("what=" + secret), headers: []header{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}, status: 422, code: "media_type"},
		{name: "XML", path: errandPath, body: raw("<a>" + secret + "</a>"), headers: []header{{Name: "Content-Type", Value: "text/xml"}}, status: 422, code: "media_type"},
		{name: "no key", path: errandPath, body: testkit.Object{}, headers: []header{{Name: "Idempotency-Key"}}, status: 422, code: "idempotency_key_missing"},
		{name: "short key", path: errandPath, body: testkit.Object{}, headers: []header{testkit.Key("a")}, status: 422, code: "idempotency_key_bad"},
		{name: "long key", path: errandPath, body: testkit.Object{}, headers: []header{testkit.Key(strings.Repeat("k", 200))}, status: 422, code: "idempotency_key_bad"},
		{name: "If-Match", path: "/records/" + e.errand + "/moves/later", body: fieldsOf(testkit.Object{"day": "2026-03-12"}), headers: []header{{Name: "If-Match", Value: secret[:6]}}, status: 422, code: "if_match", field: "If-Match"},
		{name: "fields is a text", path: errandPath, body: testkit.Object{"fields": secret}, status: 422, code: "fields_invalid", field: "fields"},
		{name: "rev too great", path: "/records/" + e.errand + "/moves/later", body: raw(`{"rev": 9223372036854775808}`), status: 422, code: "fields_invalid", field: "rev"},
		{name: "rev is a fraction", path: "/records/" + e.errand + "/moves/later", body: raw(`{"rev": 1.5}`), status: 422, code: "fields_invalid", field: "rev"},
		{name: "a number beyond all", path: errandPath, body: raw(`{"fields": {"fee": 1e999}}`), status: 422, code: "json_broken"},
	}
}

// wrongValues are fields that are not what the program declares.
func (e *errands) wrongValues() []wrong {
	with := func(fields testkit.Object) testkit.Object {
		if _, ok := fields["what"]; !ok {
			fields["what"] = "买药"
		}
		return testkit.Object{"subject": e.party, "fields": fields}
	}
	list := []wrong{}
	add := func(name, field string, body testkit.Object) {
		list = append(list, wrong{name: name, path: errandPath, body: body, status: 422, code: "fields_invalid", field: field})
	}
	add("missing field", "fields.what", testkit.Object{"subject": e.party, "fields": testkit.Object{}})
	add("null field", "fields.what", with(testkit.Object{"what": nil}))
	add("blank field", "fields.what", with(testkit.Object{"what": " \u200b\n"}))
	add("unknown field", "fields.wat", with(testkit.Object{"wat": secret}))
	add("field named by a number", "fields.?", with(testkit.Object{"110101199003070011": 1}))
	add("field named by a secret", "", with(testkit.Object{secret: secret}))
	add("a number for a text", "fields.what", with(testkit.Object{"what": 5}))
	add("an object for a text", "fields.what", with(testkit.Object{"what": testkit.Object{"a": secret}}))
	add("text too long", "fields.what", with(testkit.Object{"what": secret + strings.Repeat("长", 100_000)}))
	add("text for money", "fields.fee", with(testkit.Object{"fee": secret}))
	add("money beyond the range", "fields.fee", with(testkit.Object{"fee": 20_001}))
	add("money below nothing", "fields.fee", with(testkit.Object{"fee": -1}))
	add("money with a fraction", "fields.fee", with(testkit.Object{"fee": 1.5}))
	add("money without end", "fields.fee", with(testkit.Object{"fee": 1e300}))
	add("no such day", "fields.day", with(testkit.Object{"day": "2026-02-30"}))
	add("day as a secret", "fields.day", with(testkit.Object{"day": secret}))
	add("list for a day", "fields.day", with(testkit.Object{"day": []string{"2026-03-01"}}))
	for _, w := range []struct{ name, field, code string }{
		{"subject", "subject", "subject_unknown"}, {"parent", "parent", "parent_unknown"}, {"region", "region", "region_unknown"}} {
		body := with(testkit.Object{})
		body[w.name] = secret
		list = append(list, wrong{name: "unknown " + w.name, path: errandPath, body: body, status: 422, code: w.code, field: w.field})
	}
	abolished := with(testkit.Object{})
	abolished["region"] = e.abolished
	list = append(list, wrong{name: "abolished division", path: errandPath, body: abolished, status: 422, code: "region_abolished", field: "region"})
	early := with(testkit.Object{})
	early["at"] = "2025-03-10T00:00:00Z"
	list = append(list, wrong{name: "a year ago", path: errandPath, body: early, status: 422, code: "at_too_early", field: "at"})
	for i, at := range []any{secret, "2026-13-01T00:00:00Z", "2026-03-10", 5} {
		body := with(testkit.Object{})
		body["at"] = at
		add(fmt.Sprintf("no instant %d", i), "at", body)
	}
	return list
}

// wrongMoves are acts that the record, its version or its provider does not allow.
func (e *errands) wrongMoves() []wrong {
	later := "/moves/later"
	day := testkit.Object{"day": "2026-03-20"}
	return []wrong{
		{name: "ended already", path: "/records/" + e.ended + later, body: fieldsOf(day), status: 409, code: "move_not_now"},
		{name: "stale", path: "/records/" + e.moved + later, body: testkit.Object{"fields": day, "rev": e.rev - 1}, status: 409, code: "stale", field: "fields.day"},
		{name: "stale by header", path: "/records/" + e.moved + later, body: fieldsOf(day), headers: []header{{Name: "If-Match", Value: fmt.Sprintf(`"%d"`, e.rev-1)}}, status: 409, code: "stale", field: "fields.day"},
		{name: "a version to come", path: "/records/" + e.moved + later, body: testkit.Object{"fields": day, "rev": e.rev + 9}, status: 409, code: "stale", field: "stage"},
		{name: "no reason given", path: "/records/" + e.errand + "/moves/drop", body: testkit.Object{}, status: 422, code: "fields_invalid", field: "text"},
		{name: "no such move", path: "/records/" + e.errand + "/moves/fly", body: testkit.Object{}, status: 404, code: "not_found"},
		{name: "an intake on a record", path: "/records/" + e.errand + "/moves/raise", body: testkit.Object{}, status: 404, code: "not_found"},
		{name: "a move as intake", path: "/programs/errand-desk/records/errand/meet", body: testkit.Object{}, status: 404, code: "not_found"},
		{name: "provider is full", path: "/records/" + e.errand + "/matches/find", body: testkit.Object{"offers": []string{e.helper}}, status: 422, code: "guard"},
		{name: "no such offer", path: "/records/" + e.errand + "/matches/find", body: testkit.Object{"offers": []string{secret}}, status: 422, code: "pick_unknown"},
		{name: "no offer", path: "/records/" + e.errand + "/matches/find", body: testkit.Object{"offers": []string{}}, status: 422, code: "pick_missing", field: "offers"},
		{name: "owner unknown", path: "/records/" + e.errand + "/owner", body: testkit.Object{"account": "nobody"}, status: 422, code: "account_unknown", field: "account"},
		{name: "edit without version", method: http.MethodPatch, path: "/records/" + e.errand, body: fieldsOf(day), status: 422, code: "rev_missing", field: "rev"},
		{name: "edit of what moves", method: http.MethodPatch, path: "/records/" + e.errand, body: testkit.Object{"fields": day, "rev": 1}, status: 403, code: "edit_forbidden"},
		{name: "edit without version of a party", method: http.MethodPatch, path: "/parties/" + e.party, body: testkit.Object{"name": secret}, status: 422, code: "rev_missing", field: "rev"},
		{name: "stale edit of a party", method: http.MethodPatch, path: "/parties/" + e.party, body: testkit.Object{"name": secret, "rev": 99}, status: 409, code: "stale", field: "name"},
		{name: "no capacity below nothing", path: "/programs/errand-desk/records/helper/create", body: fieldsOf(testkit.Object{"name": secret, "capacity": -1}), status: 403, code: "move_forbidden"},
	}
}

// wrongAddresses name nothing, or ask for it in a way that no list takes.
func (e *errands) wrongAddresses() []wrong {
	list := []wrong{}
	for i, id := range []string{"x", "nobody", "%00", "%27%20OR%201=1--", "%FF%FE", "..%2F..", "01a20195-1317-7973-8b9d-bdd4b8141d44", "%E5%AF%86"} {
		list = append(list,
			wrong{name: fmt.Sprintf("record id %d", i), method: http.MethodGet, path: "/records/" + id, status: 404, code: "not_found"},
			wrong{name: fmt.Sprintf("party id %d", i), method: http.MethodGet, path: "/parties/" + id, status: 404, code: "not_found"},
			wrong{name: fmt.Sprintf("move on id %d", i), path: "/records/" + id + "/moves/later", body: testkit.Object{}, status: 404, code: "not_found"})
	}
	for name, q := range map[string]string{"limit": "limit=0", "limit ": "limit=" + secret[:6], "wat": "wat=" + secret[:6], "overdue": "overdue=" + secret[:6]} {
		list = append(list, wrong{name: "query " + q, method: http.MethodGet, path: "/records?" + q, status: 422, code: "fields_invalid", field: strings.TrimSpace(name)})
	}
	return append(list,
		wrong{name: "a NUL in a query", method: http.MethodGet, path: "/records?q=%00", status: 422, code: "fields_invalid", field: "q"},
		wrong{name: "bytes in a query", method: http.MethodGet, path: "/records?region=%FF%FE", status: 422, code: "fields_invalid", field: "region"},
		wrong{name: "long id", method: http.MethodGet, path: "/records/" + strings.Repeat("x", 100), status: 422, code: "fields_invalid", field: "id"},
		wrong{name: "cursor", method: http.MethodGet, path: "/records?cursor=wat", status: 422, code: "cursor"},
		wrong{name: "region", method: http.MethodGet, path: "/records?region=wat", status: 422, code: "region_unknown", field: "region"},
		wrong{name: "no such program", path: "/programs/nothing/records/errand/raise", body: testkit.Object{}, status: 404, code: "not_found"},
		wrong{name: "no such page", method: http.MethodGet, path: "/nowhere", status: 404, code: "not_found"},
		wrong{name: "period", method: http.MethodGet, path: "/programs/errand-desk/stats/raised?period=wat", status: 422, code: "period", field: "period"},
	)
}

// TestOddInput sends what looks wrong and is to be borne: it is cleaned, or taken
// as it was meant.
func TestOddInput(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			now := e.Clock.Now()

			// A phone whose clock is a day ahead: the server's own time stands.
			v := e.self.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": e.party, "fields": testkit.Object{"what": "买菜"}, "at": now.Add(24 * time.Hour).Format(time.RFC3339)})
			if got := testkit.Text(v, "created"); got != now.Format(time.RFC3339) {
				t.Errorf("created %s at %s", got, now)
			}
			for _, at := range []string{"9999-12-31T23:59:59Z", now.Add(time.Minute).Format(time.RFC3339)} {
				e.desk.Must(t, http.MethodPost, "/records/"+testkit.Text(v, "id")+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-12"}, "at": at})
			}
			for _, x := range e.desk.All(t, "/records/"+testkit.Text(v, "id")+"/events") {
				if at, err := time.Parse(time.RFC3339, testkit.Text(x, "at")); err != nil || at.After(now) {
					t.Errorf("an event of the future: %v %v", x, err)
				}
			}

			// Characters that no person types.
			v = e.desk.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": e.party, "fields": testkit.Object{"what": "买\u0000菜\u202e"}})
			if got := testkit.At(v, "fields", "what"); got != "买菜" {
				t.Errorf("cleaned to %q", got)
			}
			id := testkit.Text(v, "id")
			e.desk.Must(t, http.MethodPost, "/records/"+id+"/moves/drop", testkit.Object{"text": "不\u0000用了"})
			for _, q := range []string{"%27", "%25", "_", "%22%28"} {
				for _, path := range []string{"/records?q=", "/parties?q=", "/orgs?q=", "/search?q="} {
					e.desk.Must(t, http.MethodGet, path+q, nil)
				}
			}
		})
	}
}

// TestRepeated sends one request many times: it happens once, every time with the
// same answer, and its key serves for no other request.
func TestRepeated(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			many := len(e.desk.All(t, "/records?program=errand-desk&record=errand"))
			body := testkit.Object{"subject": e.party, "fields": testkit.Object{"what": "同一件事"}}
			key := testkit.Key(testkit.NewKey())
			answers := make([]*testkit.Answer, 16)
			var wg sync.WaitGroup
			for i := range answers {
				wg.Go(func() { answers[i] = e.desk.Do(t, http.MethodPost, errandPath, body, key) })
			}
			wg.Wait()
			for _, a := range answers {
				if a.Status != http.StatusCreated || !bytes.Equal(a.Raw, answers[0].Raw) {
					t.Errorf("%d %s\nfirst: %d %s", a.Status, a.Raw, answers[0].Status, answers[0].Raw)
				}
			}
			if n := len(e.desk.All(t, "/records?program=errand-desk&record=errand")); n != many+1 {
				t.Errorf("%d records more", n-many)
			}
			id := testkit.Text(answers[0].Object(), "id")
			other := e.desk.Do(t, http.MethodPost, errandPath, testkit.Object{"subject": e.party, "fields": testkit.Object{"what": secret}}, key)
			e.check(t, wrong{name: "the key again", status: 409, code: "idempotency_mismatch"}, other)
			other = e.desk.Do(t, http.MethodPost, "/records/"+id+"/moves/meet", body, key)
			e.check(t, wrong{name: "the key elsewhere", status: 409, code: "idempotency_mismatch"}, other)
			if a := e.self.Do(t, http.MethodPost, errandPath, body, key); a.Status != http.StatusCreated || testkit.Text(a.Object(), "id") == id {
				t.Errorf("somebody else with the same key: %d %s", a.Status, a.Raw)
			}
		})
	}
}

// TestFormOnce: a form that a phone sends again, also to a server that has been
// started anew since, is filed once.
func TestFormOnce(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			path, body, key := "/records/"+e.errand+"/forms/thanks", testkit.Object{"answers": testkit.Object{"stars": 5}}, testkit.Key(testkit.NewKey())
			first := e.self.Must(t, http.MethodPost, path, body, key)
			other := httptest.NewServer(api.New(api.Options{App: e.App, Log: slog.New(slog.DiscardHandler)}))
			defer other.Close()
			again := &testkit.Client{Base: other.URL, HTTP: other.Client(), Token: e.self.Token}
			var wg sync.WaitGroup
			for _, who := range []*testkit.Client{again, e.self, again} {
				wg.Go(func() {
					if a := who.Do(t, http.MethodPost, path, body, key); a.Status != http.StatusOK || a.Object()["id"] != first["id"] {
						t.Errorf("sent again: %d %s, first %v", a.Status, a.Raw, first)
					}
				})
			}
			wg.Wait()
			if list := testkit.Items(e.self.Must(t, http.MethodGet, "/records/"+e.errand+"/forms", nil), "items"); len(list) != 1 {
				t.Errorf("%d responses", len(list))
			}
			a := again.Do(t, http.MethodPost, path, testkit.Object{"answers": testkit.Object{"stars": 1}}, key)
			e.check(t, wrong{name: "the key again", status: 409, code: "idempotency_mismatch"}, a)
		})
	}
}
