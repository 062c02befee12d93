package testkit_test

import (
	"net/http"
	"slices"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// opensOf gives what the view of a program says that somebody may open.
func opensOf(t *testing.T, c *testkit.Client, program string) (view, opens testkit.Object) {
	t.Helper()
	view = c.Must(t, http.MethodGet, "/programs/"+program, nil)
	opens, _ = view["opens"].(map[string]any)
	if opens == nil {
		t.Fatalf("the view of %s says nothing of what may be opened", program)
	}
	return view, opens
}

func texts(v any) (out []string) {
	list, _ := v.([]any)
	for _, x := range list {
		s, _ := x.(string)
		out = append(out, s)
	}
	return out
}

// pageOf is what the page of an entry asks for first.
func pageOf(program, block string, entry testkit.Object) string {
	key := testkit.Text(entry, "key")
	base := "/programs/" + program + "/" + block + "/" + key
	switch {
	case block == "duties" && entry["windows"] != nil:
		return base + "/windows"
	case block == "duties":
		return base + "/rounds"
	case block == "ledgers", block == "stats":
		return base + "?period=2026-03"
	}
	return base
}

// TestOpens: what the view of a program offers a reader is what he is answered, entry by
// entry, and what it does not offer is refused to him.
func TestOpens(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openCheckVillage(t, engine)
			for _, login := range []string{"fangkong", "shuji", "baozu1", "person1", v.Admin.Login} {
				c := v.SignIn(t, login)
				view, opens := opensOf(t, c, "daily-checkin")
				for _, block := range []string{"duties", "ledgers", "stats", "rosters"} {
					for _, entry := range testkit.Items(view, block) {
						offered := slices.Contains(texts(opens[block]), testkit.Text(entry, "key"))
						if a := c.Do(t, http.MethodGet, pageOf("daily-checkin", block, entry), nil); (a.Status == http.StatusOK) != offered {
							t.Errorf("%s, %s %v: offered %v, answered %d %s", login, block, entry["key"], offered, a.Status, a.Raw)
						}
					}
				}
			}
		})
	}
}

// TestFiguresWithoutNames: a county office that sees the figures of a duty reads its
// coverage and the tables made of those figures, and no list of people.
func TestFiguresWithoutNames(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openCheckVillage(t, engine)
			admin := v.SignIn(t, v.Admin.Login)
			admin.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "household", "name": "试验一号户", "region": v.groups[0], "tags": []string{"农户"}})
			v.SignIn(t, "shuji").Must(t, http.MethodPost, checkin+"/duties/survey/rounds", testkit.Object{"from": "2026-03-10", "to": "2026-03-20"})
			v.at(t, 10, 6, 0)
			office := v.SignIn(t, "fangkong")
			_, opens := opensOf(t, office, "daily-checkin")
			if got := texts(opens["ledgers"]); !slices.Equal(got, []string{"day"}) {
				t.Errorf("ledgers of an office that reads figures: %v", got)
			}
			rounds := testkit.Items(office.Must(t, http.MethodGet, checkin+"/duties/survey/rounds", nil), "items")
			if len(rounds) != 1 || rounds[0]["due"] != 1.0 {
				t.Fatalf("rounds: %v", rounds)
			}
			round := office.Must(t, http.MethodGet, "/duty-rounds/"+testkit.Text(rounds[0], "id"), nil)
			if round["can_list"] != false || round["unassigned_list"] != nil || round["visitors"] != nil || len(testkit.Items(round, "regions")) != 1 {
				t.Errorf("the round of one who sees figures: %v", round)
			}
			if items := testkit.Items(office.Must(t, http.MethodGet, "/duty-rounds/"+testkit.Text(rounds[0], "id")+"/items", nil), "items"); len(items) != 0 {
				t.Errorf("he sees who is on the list: %v", items)
			}
			if a := office.Do(t, http.MethodPost, "/prints", testkit.Object{"sheet": "contacts", "round": testkit.Text(rounds[0], "id"), "purpose": "看看有谁"}); a.Status == http.StatusOK {
				t.Errorf("he prints the list: %s", a.Raw)
			}
		})
	}
}
