package testkit_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestAccessLog: a dossier says who looked and why, to those who may know it, and
// to nobody else; leafing back is not a second look, and one's own file is none.
func TestAccessLog(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			path := "/parties/" + c.party
			c.desk.Must(t, http.MethodPatch, path, testkit.Object{"rev": c.desk.Must(t, http.MethodGet, path, nil)["rev"], "identifiers": testkit.Object{"phone": "13800009999"}})
			for range 3 {
				c.desk.Must(t, http.MethodGet, path, nil)
				c.self.Must(t, http.MethodGet, path, nil)
			}
			c.desk.Must(t, http.MethodPost, path+"/reveal", testkit.Object{"field": "phone", "purpose": "电话核实送达时间"})
			for name, who := range map[string]*testkit.Client{"desk": c.desk, "self": c.self, "auditor": c.people["auditor"], "admin": c.people["admin"]} {
				log := who.All(t, path+"/access")
				count := map[string]int{}
				for _, e := range log {
					if testkit.Text(e, "actor", "name") == "desk" {
						count[testkit.Text(e, "action")]++
					}
					if testkit.Text(e, "label") == testkit.Text(e, "action") || testkit.Text(e, "actor", "name") == "" {
						t.Errorf("%s reads a bare line: %v", name, e)
					}
				}
				if count["read"] != 1 || count["reveal"] != 1 {
					t.Errorf("%s reads %v", name, count)
				}
				i := slices.IndexFunc(log, func(e testkit.Object) bool { return e["action"] == "reveal" })
				if testkit.Text(log[i], "purpose") != "电话核实送达时间" || testkit.Text(log[i], "field") != "电话" || testkit.Text(log[i], "org", "name") == "" {
					t.Errorf("%s: %v", name, log[i])
				}
			}
			for name, who := range map[string]*testkit.Client{"resident": c.people["resident"], "elsewhere": c.people["elsewhere"], "foreign": c.foreign} {
				for _, part := range []string{"/access", "/events", "/tasks", "/attachments"} {
					if a := who.Do(t, http.MethodGet, path+part, nil); a.Status != http.StatusNotFound {
						t.Errorf("%s gets %s: %d %s", name, part, a.Status, a.Raw)
					}
				}
			}
			// who serves an order may not know who looked into the file
			if a := c.team.Do(t, http.MethodGet, path+"/access", nil); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				t.Errorf("the team reads the log: %d %s", a.Status, a.Raw)
			}
		})
	}
}

// TestDossierParts: the timeline over all programs is that of the records the
// reader sees, a sealed value is said to be masked, and each part has words.
func TestDossierParts(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			v := c.desk.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": c.party, "fields": testkit.Object{"what": "送药", "door": "三单元二〇一"}})
			var change testkit.Object
			for _, e := range c.desk.All(t, "/parties/"+c.party+"/events") {
				if testkit.Text(e, "record", "id") == v["id"] && e["type"] == "move" {
					for _, ch := range testkit.Items(e, "changes") {
						if ch["field"] == "door" {
							change = ch
						}
						if ch["field"] == "what" && ch["to"] != "送药" {
							t.Errorf("an open value is not shown: %v", ch)
						}
					}
				}
				if label := testkit.Text(e, "label"); label == "" || strings.ContainsAny(label, "_") {
					t.Errorf("a bare label: %v", e)
				}
			}
			if change == nil || change["masked"] != true || change["to"] != nil {
				t.Errorf("a sealed value is not said to be masked: %v", change)
			}
			if raw := string(c.desk.Do(t, http.MethodGet, "/records/"+testkit.Text(v, "id")+"/events", nil).Raw); strings.Contains(raw, "三单元") {
				t.Error("the timeline tells a sealed value")
			}
			if files := testkit.Items(c.desk.Must(t, http.MethodGet, "/records/"+testkit.Text(v, "id")+"/attachments", nil), "items"); len(files) != 0 {
				t.Errorf("files: %v", files)
			}
		})
	}
}

// TestInEnglish: on the English face the kernel's own words are English, and what
// is frozen or handed out is not.
func TestInEnglish(t *testing.T) {
	e := openErrands(t, storetest.Engines(t)[0])
	en := testkit.Header{"Accept-Language", "en"}
	v := e.desk.Must(t, http.MethodPost, errandPath, testkit.Object{"subject": e.party, "fields": testkit.Object{"what": "取信", "fee": 12345}}, en)
	if got := testkit.Text(v, "labels", "fee"); got != "¥123.45" {
		t.Errorf("money in English: %q", got)
	}
	orders := e.team.All(t, "/records?program=errand-desk&record=job")
	e.desk.Must(t, http.MethodPost, "/records/"+testkit.Text(v, "id")+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-15"}})
	job := e.team.Do(t, http.MethodGet, "/records/"+testkit.Text(orders[0], "id"), nil, en).Object()
	clocks := testkit.Items(job, "clocks")
	if len(clocks) == 0 || !strings.HasPrefix(testkit.Text(clocks[0], "why"), "Within 1 days of entering") {
		t.Errorf("the rule of a clock in English: %v", clocks)
	}
	zh := testkit.Items(e.team.Must(t, http.MethodGet, "/records/"+testkit.Text(orders[0], "id"), nil), "clocks")
	if why := testkit.Text(zh[0], "why"); why != "从进入“待接单”起 1 天内；离开“待接单”即为完成" {
		t.Errorf("the rule of a clock: %q", why)
	}
	rungs := testkit.Items(zh[0], "ladder")
	if len(rungs) != 1 || testkit.Text(rungs[0], "at") != "到期时" || len(rungs[0]["to"].([]any)) != 1 || rungs[0]["fired"] != false {
		t.Errorf("reminders: %v", rungs)
	}
}

// TestAuditInWords: an auditor reads sentences, filters by words, and takes the
// journal out as a spreadsheet, which is noted too.
func TestAuditInWords(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			auditor := c.people["auditor"]
			c.desk.Must(t, http.MethodGet, "/parties/"+c.party, nil)
			rows := auditor.All(t, "/audit")
			for _, r := range rows {
				if r["label"] == r["action"] || testkit.Text(r, "about") == "" && r["action"] != "sign_in_failed" {
					t.Errorf("a bare line: %v", r)
				}
				if said := testkit.Text(r, "about") + testkit.Text(r, "actor", "name"); strings.Contains(said, "jumin") || strings.Contains(said, "linju") {
					t.Errorf("the auditor reads a person's name: %v", r)
				}
			}
			if len(rows) < 10 {
				t.Errorf("only %d rows", len(rows))
			}
			actions := testkit.Items(auditor.Must(t, http.MethodGet, "/audit/actions", nil), "items")
			if !slices.ContainsFunc(actions, func(a testkit.Object) bool { return a["key"] == "read" && a["label"] == "打开档案" }) {
				t.Errorf("actions: %v", actions)
			}
			if a := auditor.Do(t, http.MethodGet, "/audit/export.xlsx?action=read", nil); a.Status != http.StatusOK || !strings.HasPrefix(string(a.Raw), "PK") {
				t.Errorf("export: %d", a.Status)
			}
			if len(auditor.All(t, "/audit?action=export&object=audit")) != 1 {
				t.Error("taking the journal out is not noted")
			}
		})
	}
}
