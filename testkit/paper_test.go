package testkit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestPapers: living texts with their differences and receipts, the chain of custody of
// evidence, what the audited unit sees of it, and score sheets filled back to back.
func TestPapers(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			p := openPapers(t, testkit.Open(t, engine, storetest.Home))
			p.livingText(t)
			p.custody(t)
			p.backToBack(t)
			p.minutes(t)
			p.stolen(t)
		})
	}
}

type papers struct {
	*testkit.County
	desk, lead, audited, court *testkit.Client
	raters                     []*testkit.Client
}

// namedInEvidence stands in what is sealed, and may be read in no stolen file.
const namedInEvidence = "胡某案涉案人"

func openPapers(t *testing.T, c *testkit.County) *papers {
	t.Helper()
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("paper-desk")); err != nil {
		t.Fatal(err)
	}
	p := &papers{County: c}
	one := func(kind, login string) *testkit.Client {
		_, people := c.Staff(t, kind, "county", string(c.Code), login)
		return people[0]
	}
	p.desk, p.lead, p.audited, p.court = one("paper_desk", "chengban"), one("paper_lead", "zuzhang"), one("paper_shop", "beijiandu"), one("paper_court", "jieshou")
	for i := range 3 {
		p.raters = append(p.raters, one("paper_rater", fmt.Sprint("pingyi", i)))
	}
	return p
}

func (p *papers) begin(t *testing.T, record, move string, fields testkit.Object) string {
	t.Helper()
	return testkit.Text(p.desk.Must(t, http.MethodPost, "/programs/paper-desk/records/"+record+"/"+move, testkit.Object{"region": p.Code, "fields": fields}), "id")
}

func (p *papers) move(t *testing.T, who *testkit.Client, id, move string, fields testkit.Object) testkit.Object {
	t.Helper()
	return who.Must(t, http.MethodPost, "/records/"+id+"/moves/"+move, testkit.Object{"fields": fields})
}

// livingText: a text is amended; the old one stays readable with what changed, the
// serial stays, the publication follows, and receipts are for the version read.
func (p *papers) livingText(t *testing.T) {
	rule := p.begin(t, "rule", "adopt", testkit.Object{"articles": "第一条 垃圾入桶。第二条 红白事从简。"})
	doc := func() testkit.Object {
		list := testkit.Items(p.desk.Must(t, http.MethodGet, "/records/"+rule, nil), "documents")
		return list[len(list)-1]
	}
	first := doc()
	read := "/documents/" + testkit.Text(first, "id") + "/readings"
	for range 2 {
		p.audited.Must(t, http.MethodPost, read, testkit.Object{})
	}
	got := p.desk.Must(t, http.MethodGet, "/records/"+rule, nil)
	if r := testkit.Items(got, "documents")[0]["reading"].(testkit.Object); r["count"] != 1.0 || r["mine"] != false || testkit.Text(testkit.Items(r, "latest")[0], "account", "name") != "beijiandu" {
		t.Errorf("receipts as the desk sees them: %v", r)
	}
	got = p.audited.Must(t, http.MethodGet, "/records/"+rule, nil)
	if r := testkit.Items(got, "documents")[0]["reading"].(testkit.Object); r["mine"] != true || r["count"] != 1.0 || len(testkit.Items(r, "latest")) != 0 {
		t.Errorf("receipts as another reader sees them: %v", r)
	}
	if a := p.Stranger().Do(t, http.MethodPost, read, testkit.Object{}); a.Status != http.StatusUnauthorized {
		t.Errorf("a stranger gives a receipt: %d", a.Status)
	}
	p.desk.Must(t, http.MethodPost, "/programs/paper-desk/notices/rule", testkit.Object{"target": rule})
	p.move(t, p.desk, rule, "revise", testkit.Object{"articles": "第一条 垃圾分干湿入桶。第二条 红白事从简。"})
	second := doc()
	if second["serial"] != first["serial"] || second["version"] != 2.0 || second["state"] != "有效" || second["reading"].(testkit.Object)["count"] != 0.0 {
		t.Errorf("the second version: %v", second)
	}
	if a := p.audited.Do(t, http.MethodPost, read, testkit.Object{}); a.Status != http.StatusConflict || !bytes.Contains(a.Raw, []byte("已有新版")) {
		t.Errorf("a receipt for the old version: %d %s", a.Status, a.Raw)
	}
	versions := testkit.Items(p.audited.Must(t, http.MethodGet, "/records/"+rule, nil)["versions"].(testkit.Object), "articles")
	if len(versions) != 2 || versions[1]["text"] != "第一条 垃圾入桶。第二条 红白事从简。" || pieces(versions[0]) != "第一条 垃圾+分干湿+入桶。第二条 红白事从简。" {
		t.Errorf("versions: %v", versions)
	}
	p.Clock.Set(p.Clock.Now().Add(11 * time.Minute))
	if err := p.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := testkit.Items(p.Stranger().Must(t, http.MethodGet, "/public/notices", nil), "items")
	page := p.Stranger().Page(t, "/notices/"+testkit.Text(list[0], "id"))
	for _, w := range []string{"<ins>分干湿</ins>", "第一条 垃圾入桶。第二条 红白事从简。", "现行文本"} {
		if !bytes.Contains(page.Raw, []byte(w)) {
			t.Errorf("the public page does not say %s", w)
		}
	}
	sheet := p.desk.Must(t, http.MethodPost, "/prints", testkit.Object{"sheet": "certificate", "document": first["id"], "purpose": "核对旧的条文"})
	if texts := testkit.Items(sheet["document"].(testkit.Object), "texts"); len(texts) != 1 || texts[0]["text"] != "第一条 垃圾入桶。第二条 红白事从简。" {
		t.Errorf("the old paper: %v", texts)
	}
}

// pieces writes a comparison in one line: what was added between +, what went between -.
func pieces(v testkit.Object) string {
	out := ""
	for _, d := range testkit.Items(v, "diff") {
		mark := map[string]string{"added": "+", "gone": "-"}[testkit.Text(d, "op")]
		out += mark + testkit.Text(d, "text") + mark
	}
	return out
}

func (p *papers) attach(t *testing.T, who *testkit.Client, name, text string) string {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write([]byte(text))
	m.Close()
	return testkit.Text(who.Must(t, http.MethodPost, "/attachments", b.Bytes(), testkit.Header{Name: "Content-Type", Value: m.FormDataContentType()}), "id")
}

// custody: each step of a file is a link; the packet lists the files with their hashes;
// who receives it may open them; the audited unit finds nothing anywhere.
func (p *papers) custody(t *testing.T) {
	const text = "%PDF-1.4 票据一号"
	file := p.attach(t, p.desk, "票据一号.pdf", text)
	clue := p.begin(t, "clue", "take", testkit.Object{"what": "以次充好", "person": namedInEvidence, "evidence": []string{file}})
	p.move(t, p.desk, clue, "weigh", testkit.Object{"fine": 100000})
	if a := p.desk.Do(t, http.MethodPost, "/records/"+clue+"/moves/weigh", testkit.Object{"fields": testkit.Object{"fine": 50000}}); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("处理金额与建议不同的理由")) {
		t.Errorf("another value than proposed, without a reason: %d %s", a.Status, a.Raw)
	}
	if v := p.move(t, p.desk, clue, "weigh", testkit.Object{"fine": 50000, "fine_differ": "less"}); testkit.Text(v, "labels", "fine_differ") != "情节较轻" {
		t.Errorf("the reason: %v", v["labels"])
	}
	if v := p.move(t, p.desk, clue, "weigh", testkit.Object{"fine": 100000}); testkit.At(v, "fields", "fine_differ") != nil {
		t.Errorf("a reason stays beside the value proposed: %v", v["fields"])
	}
	if a := p.lead.Do(t, http.MethodGet, "/attachments/"+file, nil); a.Status != http.StatusOK || string(a.Raw) != text {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	if a := p.court.Do(t, http.MethodGet, "/attachments/"+file, nil); a.Status != http.StatusNotFound {
		t.Errorf("opened before it was handed over: %d", a.Status)
	}
	v := p.move(t, p.desk, clue, "hand", nil)
	order := testkit.Text(testkit.Items(testkit.Items(v, "children")[0], "items")[0], "id")
	p.move(t, p.court, order, "take", nil)
	if a := p.court.Do(t, http.MethodGet, "/attachments/"+file, nil); a.Status != http.StatusOK {
		t.Errorf("who received it cannot open it: %d", a.Status)
	}
	chain := p.desk.Must(t, http.MethodGet, "/attachments/"+file+"/custody", nil)
	sum := sha256.Sum256([]byte(text))
	steps := ""
	for _, x := range testkit.Items(chain, "items") {
		steps += testkit.Text(x, "act") + " " + testkit.Text(x, "by", "name") + "; "
	}
	if steps != "filed chengban; seen zuzhang; handed chengban; seen jieshou; " || chain["whole"] != true || chain["sha256"] != hex.EncodeToString(sum[:]) {
		t.Errorf("chain: %s, %v", steps, chain)
	}
	packet := testkit.Items(p.desk.Must(t, http.MethodGet, "/records/"+clue, nil), "documents")[0]
	sheet := p.desk.Must(t, http.MethodPost, "/prints", testkit.Object{"sheet": "certificate", "document": packet["id"], "purpose": "移交卷宗核对"})
	if files := testkit.Items(sheet["document"].(testkit.Object), "files"); len(files) != 1 || files[0]["sha256"] != hex.EncodeToString(sum[:]) || files[0]["name"] != "票据一号.pdf" {
		t.Errorf("the packet's list: %v", files)
	}
	p.hiddenFrom(t, p.audited, clue, file, testkit.Text(packet, "id"))
	storetest.Read(t, p.App.DB, func(tx *store.Tx) error {
		_, whole, err := tx.Custody(file)
		if !whole {
			t.Error("the chain is broken")
		}
		return err
	})
}

// hiddenFrom: by no way out does somebody learn of a clue.
func (p *papers) hiddenFrom(t *testing.T, who *testkit.Client, clue, file, packet string) {
	t.Helper()
	for _, path := range []string{"/records/" + clue, "/records/" + clue + "/events", "/records/" + clue + "/attachments", "/attachments/" + file, "/attachments/" + file + "/custody"} {
		if a := who.Do(t, http.MethodGet, path, nil); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.Status, a.Raw)
		}
	}
	if a := who.Do(t, http.MethodPost, "/documents/"+packet+"/readings", testkit.Object{}); a.Status != http.StatusNotFound {
		t.Errorf("reads the packet: %d", a.Status)
	}
	if a := who.Do(t, http.MethodPost, "/prints", testkit.Object{"sheet": "certificate", "document": packet, "purpose": "想看一看卷宗"}); a.Status != http.StatusNotFound {
		t.Errorf("prints the packet: %d", a.Status)
	}
	for _, path := range []string{"/records?program=paper-desk&record=clue", "/records?program=paper-desk", "/search?q=%E8%83%A1%E6%9F%90", "/work", "/notifications"} {
		if a := who.Do(t, http.MethodGet, path, nil); bytes.Contains(a.Raw, []byte(clue)) || bytes.Contains(a.Raw, []byte(namedInEvidence)) {
			t.Errorf("%s tells of the clue: %s", path, a.Raw)
		}
	}
}

// backToBack: nobody sees another's sheet, nor anything made of the sheets, before the
// last one is in; afterwards the result stands, and no name beside a sheet.
func (p *papers) backToBack(t *testing.T) {
	trial := p.begin(t, "trial", "begin", testkit.Object{"what": "案例一"})
	fill := func(i, worth int) *testkit.Answer {
		return p.raters[i].Do(t, http.MethodPost, "/records/"+trial+"/forms/sheet", testkit.Object{"answers": testkit.Object{"worth": worth, "effort": 20, "remark": fmt.Sprint("悄悄话", i)}})
	}
	for i, worth := range []int{31, 47} {
		if a := fill(i, worth); a.Status >= 300 {
			t.Fatalf("%d %s", a.Status, a.Raw)
		}
	}
	for name, who := range map[string]*testkit.Client{"rater 1": p.raters[1], "rater 2": p.raters[2], "desk": p.desk, "lead": p.lead} {
		for _, path := range []string{"/records/" + trial, "/records/" + trial + "/forms", "/records/" + trial + "/events", "/records?program=paper-desk&record=trial", "/work", "/notifications", "/search?q=%E6%82%84%E6%82%84"} {
			a := who.Do(t, http.MethodGet, path, nil)
			if bytes.Contains(a.Raw, []byte("悄悄话0")) || bytes.Contains(a.Raw, []byte(`"score":51`)) || bytes.Contains(a.Raw, []byte(`"score":"`)) {
				t.Errorf("%s learns of a sheet at %s: %s", name, path, a.Raw)
			}
		}
		panel := testkit.Items(who.Must(t, http.MethodGet, "/records/"+trial, nil), "panels")[0]
		if panel["sheets"] != 2.0 || panel["closed"] != false || panel["score"] != nil || panel["criteria"] != nil {
			t.Errorf("%s sees of the open panel: %v", name, panel)
		}
	}
	job := p.desk.Must(t, http.MethodPost, "/records/export", testkit.Object{"format": "csv", "filter": testkit.Object{"program": "paper-desk", "record": "trial"}})
	if err := p.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := p.App.RunJobs(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a := p.desk.Do(t, http.MethodGet, "/jobs/"+testkit.Text(job, "id")+"/file", nil); a.Status != http.StatusOK || bytes.Contains(a.Raw, []byte("悄悄话")) || bytes.Contains(a.Raw, []byte("51")) {
		t.Errorf("the export tells of a sheet: %d %s", a.Status, a.Raw)
	}
	fill(2, 39)
	panel := testkit.Items(p.desk.Must(t, http.MethodGet, "/records/"+trial, nil), "panels")[0]
	if panel["closed"] != true || panel["score"] != "59" || panel["counted"] != 3.0 || len(testkit.Items(panel, "criteria")) != 2 {
		t.Errorf("the result: %v", panel)
	}
	if a := p.desk.Do(t, http.MethodGet, "/records/"+trial+"/forms", nil); !bytes.Contains(a.Raw, []byte("悄悄话0")) || bytes.Contains(a.Raw, []byte("pingyi")) {
		t.Errorf("sheets after the end: %s", a.Raw)
	}
	if a := fill(0, 60); a.Status < 400 || !strings.Contains(string(a.Raw), "背靠背评议") {
		t.Errorf("a sheet after the end: %d %s", a.Status, a.Raw)
	}
}

// minutes: rows of opinions go out as they were frozen, once a second person has let
// them out, with what was said for the public only; taken down, they are gone.
func (p *papers) minutes(t *testing.T) {
	meeting := p.begin(t, "meeting", "begin", testkit.Object{"topic": "食堂"})
	for i := range 3 {
		p.desk.Must(t, http.MethodPost, "/programs/paper-desk/records/point/note", testkit.Object{"parent": meeting,
			"fields": testkit.Object{"said": fmt.Sprint("原话", i), "public_text": fmt.Sprint("第几件", i), "reply": "今晚加开一个窗口"}})
	}
	v := p.move(t, p.desk, meeting, "finish", nil)
	paper := testkit.Text(testkit.Items(v, "documents")[0], "id")
	waits := testkit.Items(p.lead.Must(t, http.MethodGet, "/programs/paper-desk/notices", nil), "items")
	id := ""
	for _, n := range waits {
		if n["notice"] == "minutes" && n["state"] == "proposed" {
			id = testkit.Text(n, "id")
		}
	}
	if a := p.Stranger().Page(t, "/notices/"+id); id == "" || a.Status != http.StatusNotFound {
		t.Fatalf("before the review: %q %d", id, a.Status)
	}
	if a := p.desk.Do(t, http.MethodPost, "/programs/paper-desk/notices/minutes", testkit.Object{"target": paper}); a.Status != http.StatusForbidden {
		t.Errorf("who wrote them lets them out: %d %s", a.Status, a.Raw)
	}
	p.lead.Must(t, http.MethodPost, "/programs/paper-desk/notices/minutes", testkit.Object{"target": paper})
	page := p.Stranger().Page(t, "/notices/"+id)
	feed := p.Stranger().Page(t, "/notices.rss")
	if !bytes.Contains(page.Raw, []byte("第几件2")) || !bytes.Contains(page.Raw, []byte("今晚加开一个窗口")) || bytes.Contains(page.Raw, []byte("原话")) || !bytes.Contains(feed.Raw, []byte(id)) {
		t.Errorf("the minutes in public: %d %s", page.Status, page.Raw)
	}
	sheet := p.desk.Must(t, http.MethodPost, "/prints", testkit.Object{"sheet": "certificate", "document": paper, "purpose": "存档备查一份"})
	if rows := testkit.Items(sheet["document"].(testkit.Object), "rows"); len(rows) != 3 || rows[1]["public_text"] != "第几件1" {
		t.Errorf("the minutes on paper: %v", rows)
	}
	p.lead.Must(t, http.MethodDelete, "/programs/paper-desk/notices/minutes?id="+id, nil)
	if a := p.Stranger().Page(t, "/notices/"+id); a.Status != http.StatusNotFound {
		t.Errorf("taken down, and still there: %d", a.Status)
	}
}

// stolen: the whole of what is stored, read without the key, names nobody.
func (p *papers) stolen(t *testing.T) {
	doc := &domain.Document{Program: "paper-desk", Key: "packet", Serial: "移-旧", State: "有效", Data: map[string]any{"person": namedInEvidence}, Hash: "h"}
	storetest.Write(t, p.App.DB, func(tx *store.Tx) error { return tx.InsertDocument(doc) })
	var b bytes.Buffer
	if _, err := p.App.DB.Backup(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte("移-旧")) || bytes.Contains(b.Bytes(), []byte(namedInEvidence)) {
		t.Error("what is stored names somebody")
	}
	storetest.Read(t, p.App.DB, func(tx *store.Tx) error {
		got, err := tx.Document(doc.ID)
		if err == nil && got.Data["person"] != namedInEvidence {
			t.Errorf("a sealed paper reads %v", got.Data)
		}
		return err
	})
}
