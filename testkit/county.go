// Package testkit opens whole counties for tests: a real database, the whole
// product over HTTP, and a clock that the test sets. It is imported by tests only.
package testkit

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/identity"
	"linqiao/kernel/calendar"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store"
	"linqiao/store/storetest"
)

// County is one county behind HTTP.
type County struct {
	App    *app.App
	Clock  *storetest.Clock
	Server *httptest.Server
	Admin  scenario.Credentials
	Code   domain.CountyCode
	Log    *LogBook

	options app.Options
	handler *atomic.Pointer[api.Server]
}

// LogBook keeps what the server logs, to be searched for what must not stand there.
type LogBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *LogBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Text is all that was logged.
func (l *LogBook) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// faults are the last lines about answers that were the server's fault.
func (l *LogBook) faults() string {
	var out []string
	for line := range strings.Lines(l.Text()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, "level=WARN") || strings.Contains(line, " status=5") {
			out = append(out, line)
		}
	}
	return strings.Join(out[max(0, len(out)-20):], "")
}

// Open makes an empty county with all programs of the repository applied.
func Open(t testing.TB, engine storetest.Engine, code domain.CountyCode) *County {
	t.Helper()
	return OpenWith(t, engine, code, nil)
}

// OpenWith is Open with identity providers.
func OpenWith(t testing.TB, engine storetest.Engine, code domain.CountyCode, providers []*identity.Provider) *County {
	t.Helper()
	clock := storetest.NewClock()
	db := engine.Open(t, store.Config{Now: clock.Now})
	blobs, err := store.NewDiskBlobs(t.TempDir(), app.RecordingUsual)
	if err != nil {
		t.Fatal(err)
	}
	book := &LogBook{}
	quiet := slog.New(slog.NewTextHandler(book, nil))
	options := app.Options{DB: db, Blobs: blobs, Log: quiet, Now: clock.Now, Demo: true, Hash: app.LightCost, Origin: Origin, Providers: providers}
	a := app.New(options)
	ctx := context.Background()
	if _, err := a.ImportDivisions(ctx, app.System(code), code, nil); err != nil {
		t.Fatal(err)
	}
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Apply(ctx, app.System(code), dirs); err != nil {
		t.Fatal(err)
	}
	c := &County{App: a, Clock: clock, Code: code, Log: book, Admin: scenario.Credentials{Login: "root", Password: Password}, options: options, handler: &atomic.Pointer[api.Server]{}}
	if _, err := a.OpenOffice(ctx, code, app.RoleAdmin, app.Office{Name: "县办公室", Login: c.Admin.Login, Admin: "系统管理员", Password: c.Admin.Password}); err != nil {
		t.Fatal(err)
	}
	c.handler.Store(api.New(api.Options{App: a, Log: quiet}))
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.handler.Load().ServeHTTP(w, r) }))
	t.Cleanup(c.Server.Close)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("what the server logged as its own fault:\n" + book.faults())
		}
	})
	return c
}

// Target lets scenarios act on the county.
func (c *County) Target() *scenario.Target {
	return &scenario.Target{
		BaseURL: c.Server.URL,
		Client:  c.Server.Client(),
		Clock:   c.Clock,
		Tick:    func(ctx context.Context) error { return c.App.RunDue(ctx) },
		Restart: c.restart,
		Find:    c.find,
		NextDue: func(ctx context.Context) (time.Time, bool, error) { return c.App.NextDue(ctx) },
		Rebuild: func(ctx context.Context) ([]string, error) {
			return c.App.RebuildAll(ctx, app.System(c.Code))
		},
		Workday: calendar.Official().WorkDay,
		Admin:   c.Admin,
		Workers: 2,
	}
}

// Origin is the public address that a County's passkeys are made for.
const Origin = "https://linqiao.example"

// Password is that of every account made by a County.
const Password = "shi-yan-mi-ma-2026"

// Stranger is a client that is not signed in.
func (c *County) Stranger() *Client {
	return &Client{Base: c.Server.URL, HTTP: c.Server.Client()}
}

// SignIn signs an account of this county in.
func (c *County) SignIn(t testing.TB, login string) *Client {
	t.Helper()
	return c.Stranger().SignIn(t, string(c.Code), login, Password)
}

// Region makes a region below another one and gives its id.
func (c *County) Region(t testing.TB, name, level, parent string) string {
	t.Helper()
	admin := c.SignIn(t, c.Admin.Login)
	return Text(admin.Must(t, http.MethodPost, "/regions", Object{"name": name, "level": level, "parent": parent}), "id")
}

// Staff makes a unit of a kind in a region and people in it.
func (c *County) Staff(t testing.TB, kind, level, region string, logins ...string) (org string, people []*Client) {
	t.Helper()
	admin := c.SignIn(t, c.Admin.Login)
	org = Text(admin.Must(t, http.MethodPost, "/orgs", Object{"name": logins[0] + "的单位", "kind": kind, "level": level, "region": region}), "id")
	for _, login := range logins {
		admin.Must(t, http.MethodPost, "/accounts", Object{"login": login, "name": login, "password": Password, "memberships": []Object{{"org": org}}})
		people = append(people, c.SignIn(t, login))
	}
	return org, people
}

// Resident makes a person in a region who can sign in for himself.
func (c *County) Resident(t testing.TB, login, region string) (party string, self *Client) {
	t.Helper()
	admin := c.SignIn(t, c.Admin.Login)
	party = Text(admin.Must(t, http.MethodPost, "/parties", Object{"kind": "person", "name": login, "region": region}), "id")
	admin.Must(t, http.MethodPost, "/accounts", Object{"login": login, "name": login, "password": Password, "party": party})
	return party, c.SignIn(t, login)
}
