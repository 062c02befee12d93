package testkit_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestShelf: what an enterprise sees of the products before it has asked for
// anything, what a person without an enterprise sees, and that nobody learns what
// another enterprise lacks.
func TestShelf(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := demoCounty(t, engine, "sme-finance")
			firm := c.Stranger().SignIn(t, string(c.Code), "hetang", scenario.Password)
			shelves := testkit.Items(firm.Must(t, http.MethodGet, "/offers", nil), "items")
			var parties []testkit.Object
			for _, s := range shelves {
				if testkit.Text(s, "record") == "loan" {
					parties = testkit.Items(s, "parties")
				}
			}
			if len(parties) != 1 {
				t.Fatalf("shelves of an enterprise: %v", shelves)
			}
			shelfOfFirm(t, firm, testkit.Text(parties[0], "id"))
			_, resident := c.Resident(t, "linju", firstTown(t, c))
			shelfOfAnybody(t, resident, testkit.Text(parties[0], "id"))
		})
	}
}

const loans = "/programs/sme-finance/offers/loan"

func shelfOfFirm(t *testing.T, firm *testkit.Client, party string) {
	t.Helper()
	ask := func(q url.Values) testkit.Object {
		q.Set("subject", party)
		return firm.Must(t, http.MethodGet, loans+"?"+q.Encode(), nil)
	}
	titles := func(o testkit.Object, verdict string) (out []string) {
		for _, i := range testkit.Items(o, "items") {
			if testkit.Text(i, "verdict") == verdict {
				out = append(out, testkit.Text(i, "offer", "title"))
			}
		}
		return out
	}
	open := ask(url.Values{})
	if got := titles(open, "ask"); !slices.Contains(got, "食品链贷") || len(titles(open, "fit")) > 0 {
		t.Errorf("before the amount is known: ask %v, fit %v", got, titles(open, "fit"))
	}
	known := ask(url.Values{"need": {`{"amount":60000000}`}}) // 600,000 yuan
	if fit := titles(known, "fit"); !slices.Contains(fit, "食品链贷") || !slices.Contains(fit, "惠民信用贷") {
		t.Errorf("600,000 yuan: fit %v", fit)
	}
	if first := testkit.Items(known, "items")[0]; testkit.Text(first, "offer", "title") != "食品链贷" {
		t.Errorf("the one for its own chain comes first, not %v", first)
	}
	large := ask(url.Values{"need": {`{"amount":600000000}`}})
	for _, i := range testkit.Items(large, "items") {
		if testkit.Text(i, "offer", "title") == "食品链贷" && !strings.Contains(fmt.Sprint(i["missing"]), "500万") {
			t.Errorf("6,000,000 yuan: %v", i)
		}
	}
	if got := testkit.Items(ask(url.Values{"q": {"链贷"}}), "items"); len(got) != 1 {
		t.Errorf("searched: %v", got)
	}
	for _, i := range testkit.Items(ask(url.Values{"where": {"collateral:true"}}), "items") {
		if testkit.Text(i, "offer", "title") != "厂房抵押贷" {
			t.Errorf("filtered: %v", i)
		}
	}
	page := firm.Must(t, http.MethodGet, loans+"?limit=1", nil)
	next := firm.Must(t, http.MethodGet, loans+"?limit=1&cursor="+testkit.Text(page, "next"), nil)
	if a, b := testkit.Items(page, "items"), testkit.Items(next, "items"); len(a) != 1 || len(b) != 1 || testkit.Text(a[0], "offer", "id") == testkit.Text(b[0], "offer", "id") {
		t.Errorf("pages: %v then %v", a, b)
	}
	for query, path := range map[string]string{`{"amount":"many"}`: "need.amount", `{"secret":1}`: "need.secret", `[1`: "need"} {
		a := firm.Do(t, http.MethodGet, loans+"?"+url.Values{"subject": {party}, "need": {query}}.Encode(), nil)
		if a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Raw), `"`+path+`"`) {
			t.Errorf("need=%s: %d %s", query, a.Status, a.Raw)
		}
	}
}

func shelfOfAnybody(t *testing.T, resident *testkit.Client, party string) {
	t.Helper()
	v := resident.Must(t, http.MethodGet, loans, nil)
	if len(testkit.Items(v, "items")) == 0 || len(testkit.Items(v, "parties")) > 0 || v["begin"] != nil {
		t.Errorf("public facts: %v", v)
	}
	for _, i := range testkit.Items(v, "items") {
		if i["verdict"] != nil || len(testkit.Items(i, "missing")) > 0 {
			t.Errorf("a verdict about nobody: %v", i)
		}
	}
	for path, status := range map[string]int{
		loans + "?subject=" + party:                http.StatusNotFound, // what another lacks
		"/programs/sme-finance/offers/demand":      http.StatusNotFound, // no offer
		"/programs/sme-finance/offers/application": http.StatusNotFound,
		"/programs/no-such/offers/loan":            http.StatusNotFound,
	} {
		if a := resident.Do(t, http.MethodGet, path, nil); a.Status != status {
			t.Errorf("%s: %d %s", path, a.Status, a.Raw)
		}
	}
}

// demoCounty plays the demo story of a program.
func demoCounty(t *testing.T, engine storetest.Engine, key string) *testkit.County {
	t.Helper()
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, _ := program.Load(dirs)
	src, err := fs.ReadFile(dirs[key], "demo.txt")
	if err != nil {
		t.Fatal(err)
	}
	story, issues := scenario.Parse("demo.txt", src)
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	var c *testkit.County
	open := func(code domain.CountyCode, _ string) (*scenario.Target, error) {
		c = testkit.Open(t, engine, code)
		return c.Target(), nil
	}
	if err := scenario.Play(context.Background(), story, set, open, func(scenario.Line, error) {}); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMine: what concerns somebody is less than all that he may see, and nothing of
// what he may not see.
func TestMine(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := demoCounty(t, engine, "volunteer-service")
			aunt := c.Stranger().SignIn(t, string(c.Code), "zhangayi", scenario.Password)
			party := testkit.Text(aunt.Must(t, http.MethodGet, "/session", nil), "account", "party", "id")
			all, mine := aunt.All(t, "/records?running=true"), aunt.All(t, "/records?running=true&mine=true")
			if len(mine) == 0 || len(mine) >= len(all) {
				t.Fatalf("%d of %d running records are hers", len(mine), len(all))
			}
			for _, r := range mine {
				if testkit.Text(r, "subject", "id") != party {
					t.Errorf("not about her: %v", r)
				}
			}
		})
	}
}
