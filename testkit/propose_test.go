package testkit_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// ratedStory leads twelve households of three villages to their points: the last of
// each village misses one condition.
const ratedStory = `剧本 成批核定
程序 credit-village@1
地区 440902 茂南区
日历 2026
时间 2026-09-07 09:00
区划 核定镇 级=镇 上级=茂南区
区划 核定村{1..3} 级=村 上级=核定镇
单位 核定镇政府 是 government 区=核定镇 级=town
单位 核定评定委员会 是 committee 区=核定镇 级=town
人员 镇里老温 任 town 在 核定镇政府: 登录=zhen1
人员 文书小于 任 clerk 在 核定评定委员会: 登录=wenshu
个人 外人一: region=核定镇
个人 外人二: region=核定镇
个人 外人三: region=核定镇
人员 评议一 任 rater 在 核定评定委员会: 本人=外人一
人员 评议二 任 rater 在 核定评定委员会: 本人=外人二
人员 评议三 任 rater 在 核定评定委员会: 本人=外人三
批量 12 户 家庭 核定户{n} 走 登记: region=轮流(核定村1，核定村2，核定村3)
名册 households 加 [核定户{1..12}]
时间 2026-09-08 09:00
捷径 评 = 同意 score(方式=signature)，找 credit_household，credit_household.rate，填 card(credit=28，income=20，virtue=18，business=12，bonus=6，related=否)
批量 9 户 核定户{n} 走 评 由 评议一: criteria=全通过，borrows=是，arrears=否
捷径 再评 = 找 credit_household，填 card(credit=28，income=20，virtue=18，business=12，bonus=6，related=否)
批量 9 户 核定户{n} 走 再评 由 评议二
批量 9 户 核定户{n} 走 再评 由 评议三
`

// TestProposals: a batch takes from each record what the program suggests for it. The
// preview is the proposal, added up by division; it holds only when it is confirmed,
// and not for a record of which the suggestion has changed since.
func TestProposals(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { proposals(t, testkit.Open(t, engine, "440902")) })
	}
}

func proposals(t *testing.T, c *testkit.County) {
	playText(t, c, ratedStory)
	e := &errands{County: c}
	clerk := c.Stranger().SignIn(t, string(c.Code), "wenshu", scenario.Password)
	town := c.Stranger().SignIn(t, string(c.Code), "zhen1", scenario.Password)
	filter := testkit.Object{"program": "credit-village", "record": "credit_household", "stage": "scored"}
	ask := testkit.Object{"op": "move", "move": "grade", "filter": filter}
	one := testkit.Text(clerk.All(t, "/records?program=credit-village&record=credit_household&stage=scored")[0], "id")

	check := e.preview(t, clerk, ask, 9, 0)
	if got := proposedCounts(check); got["colour=white"] != 9 || len(got) != 1 {
		t.Errorf("proposed %v", got)
	}
	areas := clerk.Must(t, http.MethodGet, "/jobs/"+testkit.Text(check, "id")+"/areas?limit=2", nil)
	rest := clerk.Must(t, http.MethodGet, "/jobs/"+testkit.Text(check, "id")+"/areas?cursor="+testkit.Text(areas, "next"), nil)
	list := append(objects(areas["items"]), objects(rest["items"])...)
	if len(list) != 3 || check["result"].(map[string]any)["areas"] != float64(3) {
		t.Fatalf("three villages, got %v", list)
	}
	for _, a := range list {
		counts, _ := a["counts"].(map[string]any)
		if a["n"] != float64(3) || !strings.HasPrefix(testkit.Text(testkit.Object(a), "region", "name"), "核定村") || counts["colour"].(map[string]any)["white"] != float64(3) {
			t.Errorf("area %v", a)
		}
	}
	for _, other := range []*testkit.Client{town} {
		if a := other.Do(t, http.MethodGet, "/jobs/"+testkit.Text(check, "id")+"/areas", nil); a.Status != http.StatusNotFound {
			t.Errorf("another reads the proposals of %d: %s", a.Status, a.Raw)
		}
	}
	if v := clerk.Must(t, http.MethodGet, "/records/"+one, nil); v["fields"].(map[string]any)["colour"] != nil {
		t.Errorf("a proposal was written before anybody confirmed it: %v", v["fields"])
	}
	for _, it := range objects(clerk.Must(t, http.MethodGet, "/jobs/"+testkit.Text(check, "id")+"/items?limit=200", nil)["items"]) {
		if it["state"] == domain.ItemArea {
			t.Errorf("a division stands among the records: %v", it)
		}
	}

	// The first household's veto becomes known between the proposal and its confirming.
	vetoed := c.App.DB.Write(t.Context(), changeSecret(c.Code, domain.RecordID(one), "veto", []any{"defaulter"}))
	if vetoed != nil {
		t.Fatal(vetoed)
	}
	done := e.confirm(t, clerk, check, 8, 1)
	if why := objects(done["result"].(map[string]any)["reasons"]); len(why) != 1 || why[0]["type"] != "bulk_changed" {
		t.Errorf("reasons %v", why)
	}
	n := 0
	for _, r := range clerk.All(t, "/records?program=credit-village&record=credit_household&stage=scored") {
		v := town.Must(t, http.MethodGet, "/records/"+testkit.Text(r, "id"), nil)
		if v["fields"].(map[string]any)["colour"] == "white" {
			n++
		}
	}
	if n != 8 {
		t.Errorf("%d households graded, want 8", n)
	}
	e.undo(t, clerk, done, 8, 0)
	if same, err := c.App.Rebuild(t.Context(), app.System(c.Code), "credit-village"); err != nil || !same {
		t.Errorf("figures: %v", err)
	}
}

func proposedCounts(job testkit.Object) map[string]int {
	out := map[string]int{}
	for _, f := range objects(job["result"].(map[string]any)["proposed"]) {
		for _, o := range objects(f["options"]) {
			n, _ := o["count"].(float64)
			out[f["key"].(string)+"="+o["key"].(string)] = int(n)
		}
	}
	return out
}

func objects(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, x := range list {
		m, _ := x.(map[string]any)
		out = append(out, m)
	}
	return out
}

// playText plays a story on a county that stands.
func playText(t *testing.T, c *testkit.County, text string) {
	t.Helper()
	story, issues := scenario.Parse("inline.txt", []byte(text))
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, faults := program.Load(dirs)
	if program.Fatal(faults) {
		t.Fatal(faults)
	}
	c.Clock.Set(time.Date(2026, 9, 7, 9, 0, 0, 0, domain.Beijing))
	open := func(domain.CountyCode, string) (*scenario.Target, error) { return c.Target(), nil }
	if err := scenario.Play(context.Background(), story, set, open, func(l scenario.Line, err error) {
		if err != nil {
			t.Errorf("%d %s\n\t%v", l.No, l.Text, err)
		}
	}); err != nil {
		t.Fatal(err)
	}
}

// changeSecret changes a sealed field of a record behind everybody's back.
func changeSecret(county domain.CountyCode, id domain.RecordID, key string, v any) func(tx *store.Tx) error {
	return func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		r, err := tx.RecordOpen(id)
		if err != nil {
			return err
		}
		r.Secret[key] = v
		return tx.UpdateRecord(r)
	}
}
