package testkit_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const awards = "/programs/award-roll"

// What stands in the rows and must never be read outside.
var secretsOfAward = []string{"王小芳", "13800138000", "慢性病", "45800", "4580000", "2026-02-14", "1958"}

// award is a county with a mechanism that publishes its rows, and people of it.
type award struct {
	*testkit.County
	desk, insider, self, neighbour *testkit.Client
	id                             string
}

func openAward(t *testing.T, engine storetest.Engine) *award {
	c := testkit.Open(t, engine, storetest.Home)
	c.Clock.Set(time.Date(2026, 3, 2, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("award-roll")); err != nil {
		t.Fatal(err)
	}
	a := &award{County: c}
	town := firstTown(t, c)
	_, people := c.Staff(t, "award_desk", "town", town, "desk")
	_, panel := c.Staff(t, "award_panel", "town", town, "panel")
	_, self := c.Resident(t, "wang", town)
	_, neighbour := c.Resident(t, "li", town)
	a.desk, a.insider, a.self, a.neighbour = people[0], panel[0], self, neighbour
	who := a.desk.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": "王小芳", "region": town, "fields": testkit.Object{"birth_date": "1958-06-01"}})
	v := a.desk.Must(t, http.MethodPost, awards+"/records/award/name", testkit.Object{"subject": testkit.Text(who, "id"), "fields": testkit.Object{
		"deed": "照看邻居老人三年", "phone": "13800138000", "income": 4580000, "day": "2026-02-14", "health": "慢性病"}})
	a.id = testkit.Text(v, "id")
	return a
}

func (a *award) signInAgain(t *testing.T) {
	t.Helper()
	a.desk, a.insider, a.self, a.neighbour = a.SignIn(t, "desk"), a.SignIn(t, "panel"), a.SignIn(t, "wang"), a.SignIn(t, "li")
}

func (a *award) wait(t *testing.T, d time.Duration) {
	t.Helper()
	a.Clock.Set(a.Clock.Now().Add(d))
	if err := a.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.signInAgain(t)
}

// everywhere is all that a stranger can read of publications.
func (a *award) everywhere(t *testing.T, ids ...string) string {
	t.Helper()
	var b strings.Builder
	for _, p := range []string{"/", "/?lang=en", "/notices", "/notices.rss", "/services/award-roll", "/services?q=award", "/api/v1/public/notices"} {
		b.Write(a.Stranger().Page(t, p).Raw)
	}
	for _, id := range ids {
		for _, p := range []string{"/notices/" + id, "/notices/" + id + "?lang=en&type=large", "/notices/" + id + "/table.csv", "/api/v1/public/notices/" + id} {
			b.Write(a.Stranger().Page(t, p).Raw)
		}
	}
	return b.String()
}

func (a *award) keepsSecrets(t *testing.T, text string) {
	t.Helper()
	for _, s := range secretsOfAward {
		if strings.Contains(text, s) {
			t.Errorf("%q is published", s)
		}
	}
}

// TestNoticeOfRows publishes rows of a record on both engines: masked, reviewed,
// objected to, and acted on when the time is over.
func TestNoticeOfRows(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			a := openAward(t, engine)
			notice := a.isReviewed(t)
			a.isMasked(t, notice)
			objection := a.isObjectedTo(t, notice)
			a.runsOut(t, notice, objection)
			a.listsMany(t)
			a.isForOneRoleOnly(t)
		})
	}
}

// isReviewed: an action proposes, only who reviews lets it out.
func (a *award) isReviewed(t *testing.T) string {
	v := a.desk.Must(t, http.MethodPost, "/records/"+a.id+"/moves/show", testkit.Object{})
	if v["stage"] != "shown" {
		t.Fatalf("stage %v", v["stage"])
	}
	if told := a.desk.All(t, "/notifications"); len(told) != 1 || !strings.Contains(testkit.Text(told[0], "text"), "请审核公示") {
		t.Errorf("the reviewer was told %v", told)
	}
	if text := a.everywhere(t); strings.Contains(text, "拟表彰公示 ") {
		t.Error("a proposed notice is listed")
	}
	list := testkit.Items(a.desk.Must(t, http.MethodGet, awards+"/notices", nil), "items")
	if len(list) != 1 || list[0]["state"] != "proposed" || list[0]["can_review"] != true {
		t.Fatalf("proposed: %v", list)
	}
	id := testkit.Text(list[0], "id")
	for name, who := range map[string]*testkit.Client{"insider": a.insider, "self": a.self, "stranger": a.Stranger()} {
		if got := who.Do(t, http.MethodGet, "/notices/"+id, nil); got.Status == http.StatusOK {
			t.Errorf("%s reads a proposed notice", name)
		}
		if got := who.Do(t, http.MethodPost, awards+"/notices/grant", testkit.Object{"target": a.id}); got.Status < 400 {
			t.Errorf("%s publishes (%d)", name, got.Status)
		}
		if got := who.Do(t, http.MethodGet, awards+"/notices/grant/preview?target="+a.id, nil); got.Status < 400 {
			t.Errorf("%s previews (%d)", name, got.Status)
		}
	}
	preview := a.desk.Must(t, http.MethodGet, awards+"/notices/grant/preview?target="+a.id, nil)
	if rows := testkit.Items(preview, "rows"); len(rows) != 1 || testkit.At(rows[0], "cells", "subject.name") != "王**" {
		t.Errorf("preview: %v", preview)
	}
	key := testkit.Key(testkit.NewKey())
	out := a.desk.Must(t, http.MethodPost, awards+"/notices/grant", testkit.Object{"target": a.id}, key)
	again := a.desk.Must(t, http.MethodPost, awards+"/notices/grant", testkit.Object{"target": a.id}, key)
	if testkit.Text(out, "id") != id || testkit.Text(again, "id") != id {
		t.Errorf("published %v, then %v, proposed was %s", out, again, id)
	}
	if got := a.desk.Do(t, http.MethodPost, awards+"/notices/grant", testkit.Object{"target": a.id}); got.Object()["type"] != "notice_live" {
		t.Errorf("published twice: %d %s", got.Status, got.Raw)
	}
	return id
}

// isMasked: the page, the API and the file say no more than the masks let through.
func (a *award) isMasked(t *testing.T, id string) {
	text := a.everywhere(t, id)
	a.keepsSecrets(t, text)
	for _, want := range []string{"王**", "*******8000", "2万–5万元", "2026-02", "照看邻居老人三年", "拟表彰公示"} {
		if !strings.Contains(text, want) {
			t.Errorf("the publication lacks %q", want)
		}
	}
	file := a.Stranger().Page(t, "/notices/"+id+"/table.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.Raw), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][1] != "王**" {
		t.Errorf("csv: %v %v", rows, err)
	}
}

// isObjectedTo: by a villager, in time, once each; the answer to it decides.
func (a *award) isObjectedTo(t *testing.T, id string) string {
	page := string(a.Stranger().Page(t, "/notices/"+id).Raw)
	if !strings.Contains(page, "/m/start/award-roll/objection/raise?notice="+url.QueryEscape(id)) {
		t.Error("the page does not say how to object")
	}
	raise := awards + "/records/objection/raise"
	body := testkit.Object{"notice": id, "fields": testkit.Object{"claim": "事迹是别人做的"}}
	if got := a.neighbour.Do(t, http.MethodPost, raise, testkit.Object{"notice": "nothing", "fields": body["fields"]}); got.Object()["type"] != "notice_unknown" {
		t.Errorf("objected to nothing: %d %s", got.Status, got.Raw)
	}
	answer := a.neighbour.Do(t, http.MethodPost, raise, body)
	if answer.Status != http.StatusCreated || strings.Contains(string(answer.Raw), "王小芳") {
		t.Fatalf("the objection is answered %d %s", answer.Status, answer.Raw)
	}
	objection := testkit.Text(answer.Object(), "id")
	// Who objected follows it; nobody else of the village does.
	if v := a.neighbour.Must(t, http.MethodGet, "/records/"+objection, nil); v["stage"] != "raised" {
		t.Errorf("to who objected: %v", v["stage"])
	}
	if list := a.neighbour.All(t, "/records?record=objection&mine=true"); len(list) != 1 || testkit.Text(list[0], "id") != objection {
		t.Errorf("the objections of who objected: %v", list)
	}
	if got := a.self.Do(t, http.MethodGet, "/records/"+objection, nil); got.Status != http.StatusNotFound {
		t.Errorf("to who is objected against: %d", got.Status)
	}
	if list := a.self.All(t, "/records?record=objection"); len(list) != 0 {
		t.Errorf("the objections of somebody else: %v", list)
	}
	a.keepsSecrets(t, a.everywhere(t, id))
	if got := a.everywhere(t, id); strings.Contains(got, "事迹是别人做的") {
		t.Error("the objection is published")
	}
	a.wait(t, 4*24*time.Hour)
	if got := a.neighbour.Do(t, http.MethodPost, raise, body); got.Object()["type"] != "objection_late" {
		t.Errorf("objected too late: %d %s", got.Status, got.Raw)
	}
	if page := string(a.Stranger().Page(t, "/notices/"+id).Raw); strings.Contains(page, "/m/start/") {
		t.Error("the page still asks for objections")
	}
	return objection
}

// runsOut: an open objection holds the decision back, a dismissed one lets it go.
func (a *award) runsOut(t *testing.T, id, objection string) {
	a.wait(t, 4*24*time.Hour)
	if page := a.Stranger().Page(t, "/notices/"+id); page.Status != http.StatusNotFound {
		t.Errorf("the notice is still shown (%d)", page.Status)
	}
	stage := func() any { return a.desk.Must(t, http.MethodGet, "/records/"+a.id, nil)["stage"] }
	if got := stage(); got != "shown" {
		t.Errorf("decided with an objection open: %v", got)
	}
	a.desk.Must(t, http.MethodPost, "/records/"+objection+"/moves/deny", testkit.Object{"fields": testkit.Object{"answer": "已核实"}})
	if got := stage(); got != "granted" {
		t.Errorf("stage %v after the objection was dismissed", got)
	}
}

// listsMany: a list by its condition, kept up with its rows, and of balances.
func (a *award) listsMany(t *testing.T) {
	roll := testkit.Text(a.desk.Must(t, http.MethodPost, awards+"/notices/roll", testkit.Object{}), "id")
	points := testkit.Text(a.desk.Must(t, http.MethodPost, awards+"/notices/points", testkit.Object{}), "id")
	if offered := testkit.Items(a.desk.Must(t, http.MethodGet, awards+"/notices", nil), "publish"); len(offered) != 1 || offered[0]["key"] != "inside" {
		t.Errorf("lists that are out are offered again: %v", offered)
	}
	text := a.everywhere(t, roll, points)
	a.keepsSecrets(t, text)
	if !strings.Contains(text, "好邻居名单") || !strings.Contains(string(a.Stranger().Page(t, "/notices/"+points).Raw), "10分") {
		t.Error("the lists are not published")
	}
	home := string(a.Stranger().Page(t, "/notices").Raw)
	if ids := regexp.MustCompile(`/notices/[0-9a-f-]{36}`).FindAllString(home, -1); len(ids) != 2 {
		t.Errorf("listed: %v", ids)
	}
	before := a.Stranger().Must(t, http.MethodGet, "/public/notices/"+roll, nil)
	a.wait(t, 11*time.Minute)
	if after := a.Stranger().Must(t, http.MethodGet, "/public/notices/"+roll, nil); testkit.Text(before, "table", "hash") != testkit.Text(after, "table", "hash") {
		t.Error("nothing changed, yet the list did")
	}
	if got := a.insider.Do(t, http.MethodDelete, awards+"/notices/roll?id="+roll, nil); got.Status != http.StatusNotFound {
		t.Errorf("taken down by who may not (%d)", got.Status)
	}
	a.desk.Do(t, http.MethodDelete, awards+"/notices/roll?id="+roll, nil)
	if page := a.Stranger().Page(t, "/notices/"+roll); page.Status != http.StatusNotFound {
		t.Errorf("taken down, yet shown (%d)", page.Status)
	}
	a.isAudited(t)
}

// isAudited: the journal says who let out what, and who took it down.
func (a *award) isAudited(t *testing.T) {
	if _, err := a.App.OpenOffice(t.Context(), a.Code, app.RoleAuditor, app.Office{Name: "审计办", Login: "auditor", Admin: "审计员", Password: testkit.Password}); err != nil {
		t.Fatal(err)
	}
	auditor := a.SignIn(t, "auditor")
	for action, want := range map[string]int{"publish": 3, "unpublish": 1} {
		if rows := auditor.All(t, "/audit?action="+action); len(rows) != want || !strings.Contains(testkit.Text(rows[0], "actor", "name"), "desk") {
			t.Errorf("the journal notes %d × %s: %v", len(rows), action, rows)
		}
	}
}

// isForOneRoleOnly: what is published to a role is not public.
func (a *award) isForOneRoleOnly(t *testing.T) {
	id := testkit.Text(a.desk.Must(t, http.MethodPost, awards+"/notices/inside", testkit.Object{}), "id")
	if text := a.everywhere(t, id); strings.Contains(text, "评议名单") {
		t.Error("published to a role, yet a stranger reads of it")
	}
	if page := a.Stranger().Page(t, "/notices/"+id); page.Status != http.StatusNotFound {
		t.Errorf("a stranger reads it (%d)", page.Status)
	}
	v := a.insider.Must(t, http.MethodGet, "/notices/"+id, nil)
	if rows := testkit.Items(v["table"].(map[string]any), "rows"); len(rows) != 1 || testkit.At(rows[0], "cells", "subject.name") != "王小芳" {
		t.Errorf("the role reads %v", v["table"])
	}
	if got := a.self.Do(t, http.MethodGet, "/notices/"+id, nil); got.Status != http.StatusNotFound {
		t.Errorf("another role reads it (%d)", got.Status)
	}
}

// TestRollOfHonour publishes the hours of volunteers by surname, on both engines.
func TestRollOfHonour(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			_, people := c.Staff(t, "practice_centre", "county", string(c.Code), "centre")
			town := firstTown(t, c)
			_, others := c.Staff(t, "practice_institute", "town", town, "institute")
			for i, name := range []string{"欧阳海", "陈建国", "何秀英"} {
				who := testkit.Text(people[0].Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": name, "region": town}), "id")
				if err := c.App.DB.Write(t.Context(), func(tx *store.Tx) error {
					_, _, err := tx.In(c.Code).Enter(store.Posting{Program: "volunteer-service", From: "issued", To: "held", FromFloor: store.NoFloor,
						ToDims: "volunteer=" + who, Amount: int64(60 * (i + 1))})
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			path := "/programs/volunteer-service/notices/honour"
			if got := others[0].Do(t, http.MethodPost, path, testkit.Object{}); got.Status != http.StatusForbidden {
				t.Errorf("published by who does not review it (%d)", got.Status)
			}
			id := testkit.Text(people[0].Must(t, http.MethodPost, path, testkit.Object{}), "id")
			page := string(c.Stranger().Page(t, "/notices/"+id).Raw)
			at := -1
			for _, want := range []string{"时长光荣榜", "志愿时长", "何**", "3小时0分", "陈**", "2小时0分", "欧**", "1小时0分"} {
				next := strings.Index(page[at+1:], want)
				if next < 0 {
					t.Fatalf("%q does not follow:\n%s", want, page)
				}
				at += next + 1
			}
			for _, secret := range []string{"阳海", "建国", "秀英"} {
				for _, p := range []string{"/notices/" + id, "/notices/" + id + "/table.csv", "/api/v1/public/notices/" + id, "/notices.rss", "/"} {
					if strings.Contains(string(c.Stranger().Page(t, p).Raw), secret) {
						t.Errorf("%s names a volunteer", p)
					}
				}
			}
		})
	}
}

// TestCheckIsRateLimited: numbers run on, so nobody may try them all.
func TestCheckIsRateLimited(t *testing.T) {
	c := testkit.Open(t, storetest.Engines(t)[0], storetest.Home)
	stranger := c.Stranger()
	unknown := stranger.Page(t, "/check?serial=ZY2026-00001")
	forged := stranger.Page(t, "/check?serial=ZY2026-99999")
	strip := func(b []byte) string {
		return strings.NewReplacer("ZY2026-00001", "", "ZY2026-99999", "").Replace(string(b))
	}
	if unknown.Status != http.StatusNotFound || strip(unknown.Raw) != strip(forged.Raw) {
		t.Error("one number that is not there is answered otherwise than another")
	}
	last := 0
	for range 70 {
		last = stranger.Page(t, "/check?serial=ZY2026-00001").Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the seventieth look is answered %d", last)
	}
	if got := stranger.Do(t, http.MethodGet, "/public/check/ZY2026-00001", nil); got.Status != http.StatusTooManyRequests {
		t.Errorf("the API answers %d", got.Status)
	}
	c.Clock.Set(c.Clock.Now().Add(11 * time.Minute))
	if got := stranger.Page(t, "/check?serial=ZY2026-00001"); got.Status != http.StatusNotFound {
		t.Errorf("after a while: %d", got.Status)
	}
}
