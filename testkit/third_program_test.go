package testkit_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// mechanisms are folders under testdata by their keys.
func mechanisms(names ...string) map[string]fs.FS {
	out := map[string]fs.FS{}
	for _, name := range names {
		out[name] = os.DirFS(filepath.Join("..", "testdata", name))
	}
	return out
}

// TestNewMechanism puts a mechanism into a running county as a mere folder and
// uses it whole, from the first request to the published figure.
func TestNewMechanism(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
			results, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("borrow-desk"))
			if err != nil {
				t.Fatal(err)
			}
			if len(results) != 1 || results[0].State != "applied" {
				t.Fatalf("applied %+v", results)
			}
			d := openDesk(t, c)
			d.isListed(t)
			d.lendTo(t)
			d.refuses(t)
			d.counts(t)
			d.publishes(t)
		})
	}
}

// borrowing is a desk, the town above it, and a resident.
type borrowing struct {
	*testkit.County
	town          string
	clerk, second *testkit.Client
	self          *testkit.Client
	party         string
	lending       string
}

const borrow = "/programs/borrow-desk"

func openDesk(t *testing.T, c *testkit.County) *borrowing {
	d := &borrowing{County: c, town: firstTown(t, c)}
	_, people := c.Staff(t, "borrow_desk", "town", d.town, "desk1", "desk2")
	d.clerk, d.second = people[0], people[1]
	d.party, d.self = c.Resident(t, "jumin", d.town)
	return d
}

// wait moves the county's clock; the people sign in again, as on another day.
func (d *borrowing) wait(t *testing.T, until time.Time) {
	t.Helper()
	d.Clock.Set(until)
	d.clerk, d.second, d.self = d.SignIn(t, "desk1"), d.SignIn(t, "desk2"), d.SignIn(t, "jumin")
}

func firstTown(t *testing.T, c *testkit.County) string {
	t.Helper()
	towns := c.SignIn(t, c.Admin.Login).All(t, "/regions?level=town&parent="+string(c.Code))
	if len(towns) < 2 {
		t.Fatalf("%d towns", len(towns))
	}
	return testkit.Text(towns[0], "id")
}

func (d *borrowing) isListed(t *testing.T) {
	for name, who := range map[string]*testkit.Client{"clerk": d.clerk, "resident": d.self} {
		list := testkit.Items(who.Must(t, http.MethodGet, "/programs", nil), "items")
		if !slices.ContainsFunc(list, func(p testkit.Object) bool { return p["key"] == "borrow-desk" && p["title"] == "便民借用台" }) {
			t.Errorf("%s: not among the programs", name)
		}
	}
	view := d.clerk.Must(t, http.MethodGet, borrow, nil)
	if records := testkit.Items(view, "records"); len(records) != 1 || records[0]["label"] != "借用" {
		t.Errorf("view of the program: %v", view["records"])
	}
	if home := d.Stranger().Page(t, "/"); home.Status != http.StatusOK || !strings.Contains(string(home.Raw), "便民借用台") {
		t.Errorf("the home page does not offer the service (%d)", home.Status)
	}
	if page := d.Stranger().Page(t, "/services/borrow-desk"); page.Status != http.StatusOK || !strings.Contains(string(page.Raw), "到期归还") {
		t.Errorf("the service has no page (%d)", page.Status)
	}
}

// lendTo walks one thing out and back again, in time.
func (d *borrowing) lendTo(t *testing.T) {
	v := d.self.Must(t, http.MethodPost, borrow+"/records/lending/ask", testkit.Object{"subject": d.party, "fields": testkit.Object{"kind": "wheelchair", "days": 7}})
	d.lending = testkit.Text(v, "id")
	if v["stage"] != "asked" || testkit.Text(v, "ref_no") == "" {
		t.Fatalf("asked: %v", v)
	}
	v = d.clerk.Must(t, http.MethodPost, "/records/"+d.lending+"/moves/lend", testkit.Object{})
	clocks := testkit.Items(v, "clocks")
	if v["stage"] != "lent" || len(clocks) != 1 || !strings.HasPrefix(testkit.Text(clocks[0], "due"), "2026-03-17T16:00") {
		t.Errorf("lent: %v, due %v", v["stage"], clocks)
	}
	list := d.clerk.All(t, "/records?program=borrow-desk&phase=waiting")
	if len(list) != 1 || list[0]["id"] != d.lending {
		t.Errorf("list: %v", list)
	}
	d.wait(t, time.Date(2026, 3, 16, 9, 0, 0, 0, domain.Beijing))
	if err := d.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if told := d.clerk.All(t, "/notifications"); len(told) != 1 {
		t.Errorf("the desk was told %d times at 75%%", len(told))
	}
	v = d.clerk.Must(t, http.MethodPost, "/records/"+d.lending+"/moves/bring", testkit.Object{})
	if v["stage"] != "returned" || v["phase"] != "done" {
		t.Errorf("returned: %v", v["stage"])
	}
}

// refuses: the guard says why in the words of the file, with the parameter's value.
func (d *borrowing) refuses(t *testing.T) {
	v := d.clerk.Must(t, http.MethodPost, borrow+"/records/lending/ask", testkit.Object{"subject": d.party, "fields": testkit.Object{"kind": "ladder", "days": 20}})
	id := testkit.Text(v, "id")
	a := d.clerk.Do(t, http.MethodPost, "/records/"+id+"/moves/lend", testkit.Object{})
	if p := a.Object(); a.Status != http.StatusUnprocessableEntity || p["type"] != "guard" || !strings.Contains(testkit.Text(p, "title"), "最多借14天") {
		t.Errorf("guard: %d %s", a.Status, a.Raw)
	}
	if v = d.clerk.Must(t, http.MethodPost, "/records/"+id+"/moves/refuse", testkit.Object{"reason": "unfit"}); v["stage"] != "refused" {
		t.Errorf("refused: %v", v["stage"])
	}
}

func (d *borrowing) counts(t *testing.T) {
	for stat, want := range map[string]float64{"lent": 1, "returned": 1, "in_time": 10000} {
		v := d.clerk.Must(t, http.MethodGet, borrow+"/stats/"+stat+"?period=2026-03", nil)
		if v["value"] != want {
			t.Errorf("figure %s = %v, want %v", stat, v["value"], want)
		}
	}
	by := testkit.Items(d.clerk.Must(t, http.MethodGet, borrow+"/stats/lent?period=2026-03&by=kind", nil), "cells")
	if len(by) != 1 || testkit.At(by[0], "dims", "kind", "label") != "轮椅" || by[0]["value"] != 1.0 {
		t.Errorf("by kind: %v", by)
	}
	if differ, err := d.App.RebuildAll(t.Context(), app.System(d.Code)); err != nil || len(differ) > 0 {
		t.Errorf("rebuild differs: %v %v", differ, err)
	}
}

// publishes: frozen by one, signed by another, published, and read by anybody.
func (d *borrowing) publishes(t *testing.T) {
	ledger, period := borrow+"/ledgers/monthly", testkit.Object{"period": "2026-03"}
	if a := d.clerk.Do(t, http.MethodPost, ledger+"/freeze", period); a.Status != http.StatusUnprocessableEntity || a.Object()["type"] != "ledger_early" {
		t.Errorf("frozen before the month was over: %d %s", a.Status, a.Raw)
	}
	d.wait(t, time.Date(2026, 4, 1, 9, 0, 0, 0, domain.Beijing))
	frozen := d.clerk.Must(t, http.MethodPost, ledger+"/freeze", period)
	if a := d.second.Do(t, http.MethodPost, borrow+"/notices/monthly", testkit.Object{"target": "2026-03"}); a.Object()["type"] != "notice_unsigned" {
		t.Errorf("published unsigned: %d %s", a.Status, a.Raw)
	}
	if a := d.clerk.Do(t, http.MethodPost, ledger+"/sign", period); a.Status != http.StatusForbidden || a.Object()["type"] != "sign_self" {
		t.Errorf("signed by who froze it: %d %s", a.Status, a.Raw)
	}
	d.second.Must(t, http.MethodPost, ledger+"/sign", period)
	notice := testkit.Text(d.second.Must(t, http.MethodPost, borrow+"/notices/monthly", testkit.Object{"target": "2026-03"}), "id")

	home := string(d.Stranger().Page(t, "/").Raw)
	if !strings.Contains(home, "/notices/"+notice) || !strings.Contains(home, "借用月报 2026-03") {
		t.Error("the home page does not show the publication")
	}
	page := d.Stranger().Page(t, "/notices/"+notice)
	for _, want := range []string{"借出件数", "按期归还率", "100%", testkit.Text(frozen, "hash")} {
		if page.Status != http.StatusOK || !strings.Contains(string(page.Raw), want) {
			t.Errorf("the public page lacks %q (%d)", want, page.Status)
		}
	}
	if strings.Contains(string(page.Raw), "desk1") {
		t.Error("the public page names who froze the table")
	}
}
