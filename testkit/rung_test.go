package testkit_test

import (
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// rungProgram owes a daily look at every tool; one that was not looked at becomes
// late, unless it refuses to.
const rungProgram = `program: rung-desk
version: 1
title: 工具间
class: internal
roles:
  keeper: {label: 保管员, is: area, held_by: {org: rung_desk}, read: personal, figures: all}
records:
  tool:
    label: 工具
    is: thing
    for: none
    keep: 1y
    fields:
      name:  {label: 名称, type: text}
      stays: {label: 不记超期, type: bool, default: false}
    stages:
      good: {label: 完好, phase: live}
      late: {label: 超期, phase: live}
      gone: {label: 报废, phase: ended}
    moves:
      add:   {label: 登记, to: good, by: keeper, need: [name], ask: [stays, place]}
      lapse: {label: 超期, from: good, to: late, guard: [{if: "!stays", say: 这件不记超期}]}
      drop:  {label: 报废, from: [good, late], to: gone, by: keeper}
  look:
    label: 检查
    is: visit
    of: tool
    keep: 1y
    stages:
      todo: {label: 待查, phase: open}
      done: {label: 已查, phase: done}
    moves:
      plan: {label: 安排, to: todo, by: keeper}
      note: {label: 登记, from: todo, to: done, by: keeper}
duties:
  daily: {label: 日查, over: tool, every: 3d, window: [-1d, 0d], to: keeper, makes: look.plan, ladder: {due: {to: keeper, do: [{move: tool.lapse, of: member}]}}}
stats:
  late: {label: 超期件数, stock: tool, where: "stage == 'late'", by: [area]}
`

// TestDutyRungActs: the last rung of a duty does what it says to the record that owes.
// One of which it is refused holds up no other: the refusal stands in its timeline.
func TestDutyRungActs(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { rungActs(t, testkit.Open(t, engine, storetest.Home)) })
	}
}

func rungActs(t *testing.T, c *testkit.County) {
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	files := map[string]fs.FS{"rung-desk": fstest.MapFS{"program.yaml": {Data: []byte(rungProgram)}}}
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), files); err != nil {
		t.Fatal(err)
	}
	_, people := c.Staff(t, "rung_desk", "county", string(c.Code), "baoguan")
	keeper := people[0]
	tools := map[string]string{}
	for name, stays := range map[string]bool{"扳手": false, "旧锤": true, "钳子": false, "锯子": false} {
		tools[name] = testkit.Text(keeper.Must(t, http.MethodPost, "/programs/rung-desk/records/tool/add",
			testkit.Object{"region": c.Code, "fields": testkit.Object{"name": name, "stays": stays, "place": testkit.Object{"lat": 21.66, "lng": 110.92}}}), "id")
	}
	for day := range 6 {
		c.Clock.Set(time.Date(2026, 3, 11+day, 9, 0, 0, 0, domain.Beijing))
		if err := c.App.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		keeper = c.SignIn(t, "baoguan") // a sitting does not last for days
		if day == 2 {                   // one is looked at in time
			for _, r := range keeper.All(t, "/records?program=rung-desk&record=look&parent="+tools["锯子"]) {
				keeper.Must(t, http.MethodPost, "/records/"+testkit.Text(r, "id")+"/moves/note", testkit.Object{})
			}
		}
	}
	for name, want := range map[string]string{"扳手": "late", "钳子": "late", "旧锤": "good", "锯子": "good"} {
		if v := keeper.Must(t, http.MethodGet, "/records/"+tools[name], nil); v["stage"] != want {
			t.Errorf("%s is %v, want %s", name, v["stage"], want)
		}
	}
	places(t, c, keeper)
	failed := 0
	for _, e := range keeper.All(t, "/records/"+tools["旧锤"]+"/events") {
		if e["type"] == "rung_failed" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("the refusal stands %d times in the timeline", failed)
	}
	if v := keeper.Must(t, http.MethodGet, "/programs/rung-desk/stats/late", nil); v["value"] != float64(2) {
		t.Errorf("late: %v", v["value"])
	}
}

// places: the map shows whoever keeps the tools where they are and which of them
// nobody looked at; others find none of them.
func places(t *testing.T, c *testkit.County, keeper *testkit.Client) {
	v := keeper.Must(t, http.MethodGet, "/programs/rung-desk/map/things", nil)
	behind := map[string]bool{}
	for _, x := range objects(v["items"]) {
		behind[testkit.Text(testkit.Object(x), "record", "fields", "name")] = x["behind"] == true
	}
	if len(objects(v["items"])) != 4 || v["behind"] != float64(3) || behind["锯子"] || !behind["扳手"] || !behind["旧锤"] {
		t.Errorf("on the map: %v", v)
	}
	_, others := c.Staff(t, "other_desk", "county", string(c.Code), "pangren")
	if a := others[0].Do(t, http.MethodGet, "/programs/rung-desk/map/things", nil); a.Status == http.StatusOK && len(objects(a.Object()["items"])) > 0 {
		t.Errorf("another sees %s", a.Raw)
	}
}
