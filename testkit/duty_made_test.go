package testkit_test

import (
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestDutyAdoptsWhatIsMade: a duty whose record somebody made by hand before it was due
// takes that record for its own. It neither fails, which would hold up every other
// duty, nor makes a second one; and it is done when the record is.
func TestDutyAdoptsWhatIsMade(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { dutyAdopts(t, testkit.Open(t, engine, storetest.Home)) })
	}
}

func dutyAdopts(t *testing.T, c *testkit.County) {
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	source := strings.NewReplacer("program: rung-desk", "program: made-desk", "of: tool\n    keep: 1y", "of: tool\n    unique: [parent]\n    keep: 1y", "org: rung_desk", "org: made_desk",
		"stats:\n", "stats:\n  owed: {label: 应做, flow: duty.daily.due}\n  kept: {label: 已做, flow: duty.daily.done}\n").Replace(rungProgram)
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), map[string]fs.FS{"made-desk": fstest.MapFS{"program.yaml": {Data: []byte(source)}}}); err != nil {
		t.Fatal(err)
	}
	_, people := c.Staff(t, "made_desk", "county", string(c.Code), "baoguan")
	keeper := people[0]
	var tools []string
	for _, name := range []string{"扳手", "旧锤"} {
		tools = append(tools, testkit.Text(keeper.Must(t, http.MethodPost, "/programs/made-desk/records/tool/add",
			testkit.Object{"region": c.Code, "fields": testkit.Object{"name": name, "place": testkit.Object{"lat": 21.66, "lng": 110.92}}}), "id"))
	}
	look := testkit.Text(keeper.Must(t, http.MethodPost, "/programs/made-desk/records/look/plan", testkit.Object{"parent": tools[0]}), "id")
	for day := range 3 {
		c.Clock.Set(time.Date(2026, 3, 11+day, 9, 0, 0, 0, domain.Beijing))
		if err := c.App.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	keeper = c.SignIn(t, "baoguan")
	for i, tool := range tools {
		looks := keeper.All(t, "/records?program=made-desk&record=look&parent="+tool)
		if len(looks) != 1 || i == 0 && testkit.Text(looks[0], "id") != look {
			t.Fatalf("tool %d has %v", i, looks)
		}
	}
	figures := func(due, done float64) {
		t.Helper()
		for stat, want := range map[string]float64{"owed": due, "kept": done} {
			if v := keeper.Must(t, http.MethodGet, "/programs/made-desk/stats/"+stat, nil); v["value"] != want {
				t.Errorf("%s: %v, want %v", stat, v["value"], want)
			}
		}
	}
	figures(2, 0)
	keeper.Must(t, http.MethodPost, "/records/"+look+"/moves/note", testkit.Object{})
	figures(2, 1)
}
