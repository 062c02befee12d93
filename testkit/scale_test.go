package testkit_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// export makes a file of a list and gives its rows.
func (e *errands) export(t *testing.T, who *testkit.Client, format string, filter testkit.Object) [][]string {
	t.Helper()
	job := e.finish(t, who, who.Must(t, http.MethodPost, "/records/export", testkit.Object{"format": format, "filter": filter}))
	a := who.Do(t, http.MethodGet, "/jobs/"+testkit.Text(job, "id")+"/file", nil)
	if a.Status != http.StatusOK {
		t.Fatalf("file: %d %s", a.Status, a.Raw)
	}
	if format == "csv" {
		raw, found := bytes.CutPrefix(a.Raw, []byte("\ufeff"))
		rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
		if err != nil || !found {
			t.Fatal("csv", found, err)
		}
		return rows
	}
	x, err := excelize.OpenReader(bytes.NewReader(a.Raw))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestExport: a file holds what its reader may list and nothing that a spreadsheet
// would run; taking it out stands in the journal.
func TestExport(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			e := c.errands
			before := len(e.desk.All(t, "/records?program=errand-desk&record=errand"))
			e.raise(t, `=HYPERLINK("http://x","点我")`)
			list := testkit.Object{"program": "errand-desk", "record": "errand"}
			for _, format := range []string{"xlsx", "csv"} {
				rows := e.export(t, e.desk, format, list)
				if len(rows) != before+2 || rows[0][0] != "编号" {
					t.Fatalf("%s: %d rows, head %v", format, len(rows), rows[0])
				}
				what := slices.Index(rows[0], "事由")
				if !slices.ContainsFunc(rows[1:], func(r []string) bool { return strings.HasPrefix(r[what], `'=HYPERLINK`) }) {
					t.Errorf("%s: a formula is not defused", format)
				}
			}
			if rows := e.export(t, e.desk, "csv", testkit.Object{"program": "errand-desk", "record": "errand", "stage": "ended"}); len(rows) != 2 {
				t.Errorf("the filter is not kept: %d rows", len(rows))
			}
			if rows := e.export(t, c.people["elsewhere"], "csv", list); len(rows) != 1 {
				t.Errorf("somebody elsewhere takes out %d rows", len(rows)-1)
			}
			job := testkit.Items(e.desk.Must(t, http.MethodGet, "/jobs?kind=export", nil), "items")[0]
			if a := c.people["elsewhere"].Do(t, http.MethodGet, "/jobs/"+testkit.Text(job, "id")+"/file", nil); a.Status != http.StatusNotFound {
				t.Errorf("another's file: %d", a.Status)
			}
			noted := 0
			storetest.Read(t, e.App.DB, func(tx *store.Tx) error {
				page, err := tx.Audits(store.AuditFilter{Action: "export"})
				for _, r := range page.Items {
					if r.Object == "records/errand-desk/errand" && r.Detail["rows"] != nil {
						noted++
					}
				}
				return err
			})
			if noted != 4 {
				t.Errorf("%d exports in the journal", noted)
			}
		})
	}
}

// TestSavedFilters: named filters are one's own, or seen by one's organisation.
func TestSavedFilters(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			desk, other := c.people["desk"], c.people["elsewhere"]
			own := testkit.Object{"list": "errand-desk/errand", "name": "逾期的", "filters": testkit.Object{"overdue": "1"}}
			made := desk.Must(t, http.MethodPost, "/filters", own)
			if a := desk.Do(t, http.MethodPost, "/filters", own); a.Status != http.StatusConflict {
				t.Errorf("the same name twice: %d", a.Status)
			}
			desk.Must(t, http.MethodPost, "/filters", testkit.Object{"list": "errand-desk/errand", "name": "本台的", "filters": testkit.Object{"stage": "raised"}, "shared": true})
			if l := testkit.Items(desk.Must(t, http.MethodGet, "/filters?list=errand-desk/errand", nil), "items"); len(l) != 2 || testkit.Text(l[1], "filters", "overdue")+testkit.Text(l[0], "filters", "overdue") != "1" {
				t.Errorf("own %v", l)
			}
			mate := c.mate(t)
			if l := testkit.Items(mate.Must(t, http.MethodGet, "/filters?list=errand-desk/errand", nil), "items"); len(l) != 1 || testkit.Text(l[0], "name") != "本台的" || l[0]["mine"] == true {
				t.Errorf("a colleague's %v", l)
			}
			for name, who := range map[string]*testkit.Client{"another office": other, "a resident": c.people["resident"], "another county": c.foreign} {
				if l := testkit.Items(who.Must(t, http.MethodGet, "/filters", nil), "items"); len(l) != 0 {
					t.Errorf("%s sees %v", name, l)
				}
				if a := who.Do(t, http.MethodDelete, "/filters/"+testkit.Text(made, "id"), nil); a.Status != http.StatusNotFound {
					t.Errorf("%s deletes it: %d", name, a.Status)
				}
			}
			if a := desk.Do(t, http.MethodDelete, "/filters/"+testkit.Text(made, "id"), nil); a.Status >= 300 {
				t.Errorf("delete: %d %s", a.Status, a.Raw)
			}
			if a := desk.Do(t, http.MethodPost, "/filters", testkit.Object{"list": "x", "name": " ", "filters": testkit.Object{}}); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("no name: %d", a.Status)
			}
		})
	}
}

// mate is another account of the desk's own organisation.
func (c *crowd) mate(t *testing.T) *testkit.Client {
	t.Helper()
	org := testkit.At(c.desk.Must(t, http.MethodGet, "/session", nil), "memberships").([]any)[0].(map[string]any)["org"].(map[string]any)["id"]
	admin := c.people["admin"]
	admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": "mate", "name": "同事", "password": testkit.Password, "memberships": []testkit.Object{{"org": org}}})
	return c.County.SignIn(t, "mate")
}

// TestListFilters: every filter of a list narrows it, and a stated null clears.
func TestListFilters(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			if l := e.team.All(t, "/records?program=errand-desk&noun=offer"); len(l) != 1 {
				t.Errorf("offers %d", len(l))
			}
			if l := e.team.All(t, "/records?program=errand-desk&noun=order"); len(l) != 1 {
				t.Errorf("orders %d", len(l))
			}
			if l := e.desk.All(t, "/records?program=errand-desk&record=errand&owner=01a20195-1317-7973-8b9d-bdd4b8141d44"); len(l) != 0 {
				t.Errorf("of a stranger %d", len(l))
			}
			all := len(e.desk.All(t, "/records?program=errand-desk&record=errand"))
			me := len(e.desk.All(t, "/records?program=errand-desk&record=errand&owner=me"))
			if none := len(e.desk.All(t, "/records?program=errand-desk&record=errand&owner=none")); me+none != all {
				t.Errorf("%d mine, %d nobody's, %d in all", me, none, all)
			}

			path := "/records/" + e.helper
			e.team.Must(t, http.MethodPatch, path, testkit.Object{"rev": 1, "fields": testkit.Object{"capacity": 3}})
			v := e.team.Must(t, http.MethodPatch, path, testkit.Object{"rev": 2, "fields": testkit.Object{"capacity": nil}})
			if testkit.At(v, "fields", "capacity") != nil || testkit.Text(v, "fields", "name") != "一人队" {
				t.Errorf("after clearing: %v", v["fields"])
			}
			e.desk.Must(t, http.MethodPost, "/records/"+e.errand+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-12"}})
			if a := e.desk.Do(t, http.MethodPost, "/records/"+e.errand+"/moves/later", testkit.Object{"fields": testkit.Object{"day": nil}}); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("a needed field was cleared: %d", a.Status)
			}
		})
	}
}

// TestSearchAll: one box finds parties, records, offers and units by two
// characters, pinyin initials or a number, within what the reader may see.
func TestSearchAll(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			find := func(who *testkit.Client, q, group string) int {
				t.Helper()
				return len(testkit.Items(who.Must(t, http.MethodGet, "/search?q="+q, nil), group))
			}
			desk := c.people["desk"]
			if find(desk, "人队", "offers") != 1 || find(desk, "yrd", "offers") != 1 {
				t.Error("an offer is not found by characters or initials")
			}
			if find(desk, "jumin", "parties")+find(desk, "jumin", "records") == 0 {
				t.Log("names of residents are not pinyin here")
			}
			ref := testkit.Text(desk.Must(t, http.MethodGet, "/records/"+c.errand, nil), "ref_no")
			if find(desk, ref, "records") != 1 || find(c.people["elsewhere"], ref, "records") != 0 || find(c.people["resident"], ref, "records") != 0 {
				t.Error("a number is found by whom it should not, or not found")
			}
			orgs := desk.All(t, "/orgs?kind=errand_team")
			name := []rune(testkit.Text(orgs[0], "name"))
			if find(desk, string(name[:2]), "orgs") == 0 {
				t.Errorf("the unit %s is not found", string(name))
			}
			c.team.Must(t, http.MethodPatch, "/records/"+c.helper, testkit.Object{"rev": 1, "fields": testkit.Object{"name": "夜间陪护"}})
			if find(desk, "ph", "offers") != 1 || find(desk, "人队", "offers") != 0 {
				t.Error("a renamed offer is found by its old name, or not by its new one")
			}
		})
	}
}
