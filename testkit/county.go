// Package testkit opens whole counties for tests: a real database, the whole
// product over HTTP, and a clock that the test sets. It is imported by tests only.
package testkit

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
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
}

// Open makes an empty county with all programs of the repository applied.
func Open(t testing.TB, engine storetest.Engine, code domain.CountyCode) *County {
	t.Helper()
	clock := storetest.NewClock()
	db := engine.Open(t, store.Config{Now: clock.Now})
	blobs, err := store.NewDiskBlobs(t.TempDir(), 20<<20)
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	a := app.New(app.Options{DB: db, Blobs: blobs, Log: quiet, Now: clock.Now, Demo: true, Hash: app.LightCost})
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
	c := &County{App: a, Clock: clock, Code: code, Admin: scenario.Credentials{Login: "root", Password: "shi-yan-mi-ma-2026"}}
	if _, err := a.OpenOffice(ctx, code, app.RoleAdmin, app.Office{Name: "县办公室", Login: c.Admin.Login, Admin: "系统管理员", Password: c.Admin.Password}); err != nil {
		t.Fatal(err)
	}
	c.Server = httptest.NewServer(api.New(api.Options{App: a, Log: quiet}))
	t.Cleanup(c.Server.Close)
	return c
}

// Target lets scenarios act on the county.
func (c *County) Target() *scenario.Target {
	return &scenario.Target{
		BaseURL: c.Server.URL,
		Client:  c.Server.Client(),
		Clock:   c.Clock,
		Tick:    c.App.RunDue,
		NextDue: func(ctx context.Context) (time.Time, bool, error) { return c.App.NextDue(ctx) },
		Rebuild: func(ctx context.Context) ([]string, error) {
			return c.App.RebuildAll(ctx, app.System(c.Code))
		},
		Workday: calendar.Official().WorkDay,
		Admin:   c.Admin,
		Workers: 2,
	}
}
