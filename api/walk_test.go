package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/programs"
	"linqiao/store"
)

const (
	testCounty   = domain.CountyCode("440902")
	testPassword = "Huo-Gou-2026!"
	// planted stands in every request that is sent; no answer may hold it.
	planted = "planted7secret"
)

// cast is a county behind a real server, and a token for each of its people.
type cast struct {
	t      testing.TB
	app    *app.App
	server *httptest.Server
	log    *bytes.Buffer
	tokens map[string]string
}

var people = []string{"anonymous", "resident", "elsewhere", "staff", "admin", "auditor", "security"}

func newCast(t testing.TB) *cast {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ring, err := store.NewKeyring(store.SuiteAES, make([]byte, store.KeySize))
	must(err)
	db, err := store.Open(ctx, store.Config{DSN: filepath.Join(t.TempDir(), "walk.db"), Sealer: ring})
	must(err)
	t.Cleanup(func() { _ = db.Close() })
	must(db.Migrate(ctx))
	blobs, err := store.NewDiskBlobs(t.TempDir(), app.AttachmentMost)
	must(err)
	c := &cast{t: t, log: &bytes.Buffer{}, tokens: map[string]string{}}
	log := slog.New(slog.NewJSONHandler(c.log, nil))
	c.app = app.New(app.Options{DB: db, Blobs: blobs, Log: log, Hash: app.LightCost})
	system := app.System(testCounty)
	_, err = c.app.ImportDivisions(ctx, system, testCounty, nil)
	must(err)
	dirs, err := programs.FS()
	must(err)
	_, err = c.app.Apply(ctx, system, dirs)
	must(err)
	for role, login := range map[string]string{app.RoleAdmin: "admin", app.RoleAuditor: "auditor", app.RoleSecurity: "security"} {
		_, err = c.app.OpenOffice(ctx, testCounty, role, app.Office{Name: "县办公室", Login: login, Admin: login, Password: testPassword})
		must(err)
	}
	towns, err := c.app.Regions(ctx, system, app.RegionQuery{Level: domain.Town, Limit: 10})
	must(err)
	for i, login := range []string{"staff", "elsewhere"} {
		name := "工作组 " + login
		org, err := c.app.CreateOrg(ctx, system, app.Once{}, app.OrgAct{Name: &name, Kind: "visit_team", Region: towns.Items[i].ID})
		must(err)
		_, err = c.app.CreateAccount(ctx, system, app.Once{}, app.AccountAct{Login: login, Name: login, Password: testPassword,
			Memberships: []app.MembershipAct{{Org: org.ID}}})
		must(err)
	}
	_, err = c.app.CreateAccount(ctx, system, app.Once{}, app.AccountAct{Login: "resident", Name: "居民", Password: testPassword})
	must(err)
	c.server = httptest.NewServer(New(Options{App: c.app, Log: log}))
	t.Cleanup(c.server.Close)
	for _, who := range people[1:] {
		status, body := c.send("", http.MethodPost, apiRoot+"/session", fmt.Sprintf(`{"login":%q,"password":%q}`, who, testPassword), nil)
		var v struct{ Token string }
		must(json.Unmarshal(body, &v))
		if status != http.StatusOK || v.Token == "" {
			t.Fatalf("%s cannot sign in: %d %s", who, status, body)
		}
		c.tokens[who] = v.Token
	}
	return c
}

// send makes one request as somebody, with a fresh request key.
func (c *cast) send(who, method, path, body string, head map[string]string) (int, []byte) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.server.URL+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", store.NewID())
	if t := c.tokens[who]; t != "" {
		r.Header.Set("Authorization", "Bearer "+t)
	}
	for k, v := range head {
		if v == "" {
			r.Header.Del(k)
		} else {
			r.Header.Set(k, v)
		}
	}
	client := *c.server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // where it leads is another route
	res, err := client.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return res.StatusCode, nil // it would never end
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, b
}

// operations reads the routes from the document that the server itself gives out.
func (c *cast) operations() map[string]string {
	c.t.Helper()
	_, b := c.send("", http.MethodGet, "/openapi.json", "", nil)
	var doc struct {
		Paths map[string]map[string]struct {
			Rule string `json:"x-rule"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		c.t.Fatal(err)
	}
	out := map[string]string{}
	for path, ops := range doc.Paths {
		for method, op := range ops {
			out[strings.ToUpper(method)+" "+path] = op.Rule
		}
	}
	return out
}

// allowed says who may pass a rule at all.
var allowed = map[string][]string{
	"public": people, "nameless": people, "signed-in": people[1:], "staff": people[2:], "admin": {"admin"}, "auditor": {"auditor"},
	"overseer": {"admin", "auditor"}, "officer": {"admin", "auditor", "security"}, "security": {"security"}, "demo": nil,
}

var holes = regexp.MustCompile(`\{(\w+)\}`)

// realPath fills a route with things that exist where there are such, so that a
// refusal is one of standing and not only of an unknown address.
func realPath(route string) string {
	real := map[string]string{"p": "sme-finance", "program": "sme-finance", "record": "demand", "k": "loans", "move": "raise"}
	return holes.ReplaceAllStringFunc(route, func(h string) string {
		name := h[1 : len(h)-1]
		if strings.Contains(route, "/regions/{id}") && name == "id" {
			return string(testCounty)
		}
		return orText(real[name], planted)
	})
}

// TestEveryRouteForEverybody sends to every route, as everybody, a body that
// means nothing: nobody passes a rule that is not his, nothing breaks the
// server, and nothing that was sent comes back.
func TestEveryRouteForEverybody(t *testing.T) {
	c := newCast(t)
	routes := c.operations()
	if len(routes) < 70 {
		t.Fatalf("only %d routes in the document", len(routes))
	}
	bodies := []string{
		`{"nonsense":"` + planted + `","` + planted + ` 某":1}`, // a name that is no plain word is not repeated either
		`{"fields":{"amount":"` + planted + `"},"name":"` + planted + `","rev":1,"purpose":"` + planted + `"}`,
		planted,
	}
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		method, path, _ := strings.Cut(route, " ")
		may, known := allowed[routes[route]]
		if !known {
			t.Errorf("%s states no rule", route)
		}
		if path == apiRoot+"/session" && method == http.MethodDelete {
			continue // it would end the session of the cast; see TestSignOut
		}
		for _, who := range people {
			for i, b := range bodies {
				if method == http.MethodGet && i > 0 {
					break
				}
				status, answer := c.send(who, method, realPath(path), b, nil)
				checkWalk(t, fmt.Sprintf("%s as %s, body %d", route, who, i), status, answer, slices.Contains(may, who), routes[route])
			}
		}
	}
	if strings.Contains(c.log.String(), planted) {
		t.Error("the log holds what was sent")
	}
}

func checkWalk(t *testing.T, what string, status int, answer []byte, may bool, rule string) {
	t.Helper()
	if status >= 500 {
		t.Errorf("%s: %d %s", what, status, answer)
	}
	if status >= 400 && bytes.Contains(answer, []byte(planted)) {
		t.Errorf("%s: the answer echoes what was sent: %s", what, answer)
	}
	if status >= 400 {
		var p Problem
		if json.Unmarshal(answer, &p) != nil || p.Type == "" || p.Title == "" || p.Status != status || p.Request == "" {
			t.Errorf("%s: not a problem answer: %d %s", what, status, answer)
		}
	}
	refused := status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
	if !may && !refused {
		t.Errorf("%s: rule %s let him pass: %d %s", what, rule, status, answer)
	}
}

// Without a request key nothing that changes something is done.
func TestMutationsNeedARequestKey(t *testing.T) {
	c := newCast(t)
	for route, rule := range c.operations() {
		method, path, _ := strings.Cut(route, " ")
		if method == http.MethodGet || strings.HasPrefix(path, apiRoot+"/session") {
			continue
		}
		if strings.HasSuffix(path, "/reports") || path == apiRoot+"/exchange/{id}/events" {
			continue // of gateways, partners and devices: signed, and the same report again changes nothing
		}
		if path == apiRoot+"/public/voices/form" || path == apiRoot+"/public/voices/answer" {
			continue // they only read: the code stands in the body because addresses are logged
		}
		who := "admin"
		if !slices.Contains(allowed[rule], who) {
			continue
		}
		status, b := c.send(who, method, realPath(path), `{}`, map[string]string{"Idempotency-Key": ""})
		if status != http.StatusUnprocessableEntity || !bytes.Contains(b, []byte("idempotency_key_missing")) {
			t.Errorf("%s without a key: %d %s", route, status, b)
		}
	}
}

func TestSignOut(t *testing.T) {
	c := newCast(t)
	if status, _ := c.send("staff", http.MethodDelete, apiRoot+"/session", "", nil); status != http.StatusOK && status != http.StatusNoContent {
		t.Fatalf("sign out: %d", status)
	}
	if status, _ := c.send("staff", http.MethodGet, apiRoot+"/work", "", nil); status != http.StatusUnauthorized {
		t.Fatalf("the token still works: %d", status)
	}
}

// A page of another site cannot use a reader's cookie.
func TestCookieFromAnotherSite(t *testing.T) {
	c := newCast(t)
	cookie := map[string]string{"Cookie": sessionCookie + "=" + c.tokens["admin"]}
	if status, b := c.send("", http.MethodPost, apiRoot+"/accounts/x/lock", `{}`, cookie); status == http.StatusForbidden {
		t.Fatalf("own pages are refused: %s", b)
	}
	cookie["Sec-Fetch-Site"] = "cross-site"
	status, b := c.send("", http.MethodPost, apiRoot+"/accounts/x/lock", `{}`, cookie)
	if status != http.StatusForbidden || !bytes.Contains(b, []byte("cross_origin")) {
		t.Fatalf("another site got through: %d %s", status, b)
	}
}

// The same key gives the same answer; with another body it is refused.
func TestRetryGetsTheFirstAnswer(t *testing.T) {
	c := newCast(t)
	key := map[string]string{"Idempotency-Key": "retry-test-1"}
	name := `{"name":"桥头工作站","kind":"station"}`
	status, first := c.send("admin", http.MethodPost, apiRoot+"/orgs", name, key)
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, first)
	}
	status, second := c.send("admin", http.MethodPost, apiRoot+"/orgs", name, key)
	if status != http.StatusCreated || !bytes.Equal(first, second) {
		t.Errorf("retry: %d %s, want %s", status, second, first)
	}
	status, b := c.send("admin", http.MethodPost, apiRoot+"/orgs", `{"name":"另一站","kind":"station"}`, key)
	if status != http.StatusConflict || !bytes.Contains(b, []byte("idempotency_mismatch")) {
		t.Errorf("same key, other body: %d %s", status, b)
	}
}

func TestUnknownFieldIsNamed(t *testing.T) {
	c := newCast(t)
	status, b := c.send("admin", http.MethodPost, apiRoot+"/orgs", `{"nmae":"x","kind":"station"}`, nil)
	var p Problem
	if err := json.Unmarshal(b, &p); err != nil || status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", status, b)
	}
	if len(p.Fields) != 1 || p.Fields[0].Path != "nmae" || p.Fields[0].Code != "unknown_field" || p.Fields[0].Message != "没有这个栏目" {
		t.Errorf("%+v", p.Fields)
	}
}

func TestErrorsSpeakTheReadersLanguage(t *testing.T) {
	c := newCast(t)
	for lang, title := range map[string]string{"zh-CN": "请先登录", "en-GB,zh;q=0.5": "Sign in first", "fr": "请先登录"} {
		_, b := c.send("", http.MethodGet, apiRoot+"/work", "", map[string]string{"Accept-Language": lang})
		if !bytes.Contains(b, []byte(title)) {
			t.Errorf("%s: %s", lang, b)
		}
	}
}
