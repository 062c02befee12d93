package testkit_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linqiao/app"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// sendTable uploads a table as a person does and gives the import's id.
func sendTable(t *testing.T, who *testkit.Client, kind, name string, data []byte, headers ...testkit.Header) *testkit.Answer {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("kind", kind); err != nil {
		t.Fatal(err)
	}
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return who.Do(t, http.MethodPost, "/imports", b.Bytes(), append(headers, testkit.Header{Name: "Content-Type", Value: m.FormDataContentType()})...)
}

// settle lets the background work until the import waits for somebody.
func settle(t *testing.T, c *testkit.County, who *testkit.Client, id string) testkit.Object {
	t.Helper()
	for range 100 {
		if _, err := c.App.WorkImports(t.Context()); err != nil {
			t.Fatal(err)
		}
		v := who.Must(t, http.MethodGet, "/imports/"+id, nil)
		if !slices.Contains([]string{"reading", "checking", "writing", "undoing", "failing"}, testkit.Text(v, "state")) {
			return v
		}
	}
	t.Fatal("the import never settles")
	return nil
}

// planted is one fault of the roster: where it is, and what it must be called.
type planted struct {
	letter, word string
	spoil        func(row []string, i int)
}

var plantedFaults = []planted{
	{"A", "required", func(row []string, _ int) { row[0] = "" }},
	{"B", "uscc", func(row []string, _ int) { row[1] = "9144090" }},
	{"B", "number_spoiled", func(row []string, _ int) { row[1] = "9.1440902E+17" }},
	{"B", "duplicate_in_file", func(row []string, _ int) { row[1] = rosterCode(0) }},
	{"C", "region_unknown", func(row []string, _ int) { row[2] = "没有的镇" }},
	{"C", "region_elsewhere", func(row []string, _ int) { row[2] = "360922100000" }},
	{"D", "phone", func(row []string, i int) { row[3] = fmt.Sprintf("电话%d", i) }},
	{"E", "date", func(row []string, _ int) { row[4] = "去年春天" }},
	{"F", "type", func(row []string, _ int) { row[5] = "十来个" }},
	{"G", "type", func(row []string, _ int) { row[6] = "不详" }},
}

// rosterCode is a credit code of the right form; the check digits are not right,
// which warns and refuses nobody.
func rosterCode(i int) string { return fmt.Sprintf("91440902MA4%06dX", i) }

// roster is a table of n enterprises with faults in every step-th line.
func roster(t *testing.T, towns []string, n, step int) (csv []byte, faults map[int]planted) {
	t.Helper()
	faults = map[int]planted{}
	var b strings.Builder
	b.WriteString("企业名称,统一社会信用代码,所在镇街,联系电话,成立日期,从业人员,年营业收入（万元）\n")
	days := []string{"2019-05-06", "2019年5月6日", "2019/5/6", "20190506", "43591"}
	words := []string{"五金", "木业", "食品", "电子", "纺织", "建材", "化工", "农机", "果蔬", "水产"}
	for i := range n {
		name := fmt.Sprintf("%s%s第%d号加工厂", strings.TrimSuffix(towns[i%len(towns)], "街道"), words[i%len(words)], i)
		row := []string{name, rosterCode(i), towns[i%len(towns)], fmt.Sprintf("0668-2%06d", i), days[i%len(days)], fmt.Sprint(i % 300), fmt.Sprintf("%d.5", i%900)}
		if i%step == step-1 {
			p := plantedFaults[(i/step)%len(plantedFaults)]
			p.spoil(row, i)
			faults[i+2] = p
		}
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	return []byte(b.String()), faults
}

// journals only grow: they tell that the import was, and that it was taken back.
var journals = []string{"event", "audit", "idempotency", "import_run", "import_mapping", "outbox_cursor", "sign_in"}

// tablesOf gives every row of every table that is no journal.
func tablesOf(t *testing.T, c *testkit.County) map[string]map[string]bool {
	t.Helper()
	var dump bytes.Buffer
	if _, err := c.App.DB.Backup(t.Context(), &dump); err != nil {
		t.Fatal(err)
	}
	out, table := map[string]map[string]bool{}, ""
	lines := bufio.NewScanner(&dump)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), `["table","`); ok {
			table, _, _ = strings.Cut(name, `"`)
			out[table] = map[string]bool{}
		} else if strings.HasPrefix(lines.Text(), `["row"`) && !slices.Contains(journals, table) {
			out[table][lines.Text()] = true
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestImportRoster imports 10,000 enterprises with 300 planted faults: every fault
// is named by row and column, the good lines are in, and taking the import back
// leaves every table as it was.
func TestImportRoster(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole roster")
	}
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			admin := c.SignIn(t, c.Admin.Login)
			var towns []string
			for _, g := range admin.All(t, "/regions?level=town&parent="+string(c.Code)) {
				towns = append(towns, testkit.Text(g, "name"))
			}
			csv, faults := roster(t, towns, 10_000, 33)
			if len(faults) < 300 {
				t.Fatalf("%d faults planted", len(faults))
			}
			before := tablesOf(t, c)
			start := time.Now()
			answer := sendTable(t, admin, "enterprises", "企业.csv", csv)
			if answer.Status != http.StatusCreated {
				t.Fatalf("%d %s", answer.Status, answer.Raw)
			}
			id := testkit.Text(answer.Object(), "id")
			v := settle(t, c, admin, id)
			checked := time.Since(start)
			if testkit.Text(v, "state") != "checked" || number(v, "total") != 10_000 || number(v, "counts", "fault") != len(faults) {
				t.Fatalf("%v", v)
			}
			if after := tablesOf(t, c); len(after["party"]) != len(before["party"]) {
				t.Error("something was written before the word")
			}
			rows := admin.All(t, "/imports/"+id+"/rows?state=fault")
			for _, r := range rows {
				line := number(r, "row")
				want, planted := faults[line]
				if !planted {
					t.Errorf("line %d is good, it is said: %v", line, r)
					continue
				}
				delete(faults, line)
				if note := testkit.Items(r, "notes")[0]; note["letter"] != want.letter || note["code"] != want.word || note["fault"] != true || testkit.Text(note, "message") == "" {
					t.Errorf("line %d: %v, want %s %s", line, note, want.letter, want.word)
				}
			}
			for line := range faults {
				t.Errorf("the fault in line %d was not found", line)
			}

			start = time.Now()
			admin.Must(t, http.MethodPost, "/imports/"+id+"/confirm", testkit.Object{"skip_bad": true, "rev": v["rev"]})
			v = settle(t, c, admin, id)
			good := 10_000 - len(rows)
			if testkit.Text(v, "state") != "done" || number(v, "written") != good {
				t.Fatalf("%v", v)
			}
			written := time.Since(start)
			if after := tablesOf(t, c); len(after["party"])-len(before["party"]) != good {
				t.Errorf("%d parties, want %d more than %d", len(after["party"]), good, len(before["party"]))
			}
			var mem runtime.MemStats
			runtime.ReadMemStats(&mem)
			t.Logf("%s: checked in %v, written in %v, heap in use %d MB", engine.Name, checked, written, mem.HeapInuse>>20)
			checkVerdict(t, admin, id, len(rows))

			admin.Must(t, http.MethodDelete, "/imports/"+id, nil)
			v = settle(t, c, admin, id)
			if testkit.Text(v, "state") != "undone" || number(v, "removed") != good || number(v, "counts", "kept") != 0 {
				t.Errorf("%v", v)
			}
			after := tablesOf(t, c)
			for table, rows := range after {
				for row := range rows {
					if !before[table][row] {
						t.Errorf("%s is left: %.200s", table, row)
						break
					}
				}
				if len(rows) != len(before[table]) {
					t.Errorf("%s had %d rows, has %d", table, len(before[table]), len(rows))
				}
			}
			if bad := grep(c.Log.Text(), "level=ERROR"); bad != "" {
				t.Errorf("errors were logged:\n%s", bad)
			}
		})
	}
}

// checkVerdict opens the spreadsheet of verdicts: a line for each faulty one, its
// own cells first.
func checkVerdict(t *testing.T, who *testkit.Client, id string, want int) {
	t.Helper()
	a := who.Do(t, http.MethodGet, "/imports/"+id+"/verdict.xlsx?state=fault", nil)
	f, err := excelize.OpenReader(bytes.NewReader(a.Raw))
	if err != nil {
		t.Fatalf("%d %v", a.Status, err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil || len(rows) != want+1 || rows[0][0] != "企业名称" || rows[0][7] != "原行号" || rows[1][8] != "有错，不导入" || !strings.Contains(rows[1][9], "：") {
		t.Errorf("%d rows, %v: %v", len(rows), err, rows[:min(2, len(rows))])
	}
}

func number(o testkit.Object, path ...string) int {
	n, _ := testkit.At(o, path...).(float64)
	return int(n)
}

// TestImportSight: an import is its owner's and the administrators'. To others it
// answers word for word as what does not exist, and it tells nobody of whom he may
// not see.
func TestImportSight(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			towns := c.people["admin"].All(t, "/regions?level=town&parent="+string(c.Code))
			desk, other := c.people["desk"], c.people["elsewhere"]
			table := "姓名,所在区划,联系电话\n隐名人,,13911112222\n远处的人," + testkit.Text(towns[1], "name") + ",13911113333\n"
			id := testkit.Text(sendTable(t, other, "people", "名单.csv", []byte(strings.ReplaceAll(table, testkit.Text(towns[1], "name"), testkit.Text(towns[0], "name")))).Object(), "id")
			v := settle(t, c.County, other, id)
			if number(v, "counts", "fault") != 1 {
				t.Errorf("a line of another town: %v", v)
			}
			if rows := other.All(t, "/imports/"+id+"/rows?state=fault"); len(rows) != 1 || testkit.Items(rows[0], "notes")[0]["code"] != "region_forbidden" {
				t.Errorf("%v", rows)
			}
			none := "01a20195-1317-7973-8b9d-bdd4b8141d44"
			for name, who := range map[string]*testkit.Client{"desk": desk, "another county": c.foreign, "auditor": c.people["auditor"]} {
				for _, r := range []struct {
					method, path string
					body         any
				}{
					{http.MethodGet, "", nil}, {http.MethodGet, "/rows", nil}, {http.MethodGet, "/verdict.xlsx", nil},
					{http.MethodPut, "/mapping", testkit.Object{"head_line": 1, "columns": []testkit.Object{}}},
					{http.MethodPost, "/confirm", testkit.Object{"skip_bad": true}}, {http.MethodDelete, "", nil},
				} {
					there, not := who.Do(t, r.method, "/imports/"+id+r.path, r.body), who.Do(t, r.method, "/imports/"+none+r.path, r.body)
					if there.Status != http.StatusNotFound || there.Status != not.Status || !bytes.Equal(numberless(there.Raw), numberless(not.Raw)) {
						t.Errorf("%s %s tells %s: %d %s, else %d %s", r.method, r.path, name, there.Status, there.Raw, not.Status, not.Raw)
					}
				}
			}
			if list := desk.All(t, "/imports"); len(list) != 0 {
				t.Errorf("the desk lists %v", list)
			}
			for _, who := range []*testkit.Client{c.people["auditor"], c.people["admin"]} {
				if list := who.All(t, "/imports"); len(list) != 1 || testkit.Text(list[0], "id") != id {
					t.Errorf("%v", list)
				}
			}
			if a := sendTable(t, other, "organisations", "单位.csv", []byte("名称,类别\n甲,bank\n")); a.Status != http.StatusForbidden || testkit.Text(a.Object(), "type") != "import_forbidden" {
				t.Errorf("%d %s", a.Status, a.Raw)
			}

			// The one on file, in another town, is a duplicate without a name.
			other.Must(t, http.MethodPost, "/imports/"+id+"/confirm", testkit.Object{"skip_bad": true})
			if v := settle(t, c.County, other, id); number(v, "written") != 1 {
				t.Fatalf("%v", v)
			}
			_, far := c.Staff(t, "errand_desk", "town", testkit.Text(towns[2], "id"), "far-desk")
			id = testkit.Text(sendTable(t, far[0], "people", "名单.csv", []byte("姓名,联系电话\n隐名人,13911112222\n")).Object(), "id")
			settle(t, c.County, far[0], id)
			rows := far[0].All(t, "/imports/"+id+"/rows")
			if len(rows) != 1 || testkit.Text(rows[0], "state") != "duplicate" || rows[0]["on_file"] != nil {
				t.Errorf("%v", rows)
			}
			raw, err := json.Marshal(rows[0]["notes"])
			if err != nil || strings.Contains(string(raw), testkit.Text(towns[1], "name")) {
				t.Errorf("%s", raw)
			}
		})
	}
}

// TestImportOnce: an upload and a word that are sent again happen once, also to a
// server that was started anew.
func TestImportOnce(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			admin := c.SignIn(t, c.Admin.Login)
			key, table := testkit.Key(testkit.NewKey()), []byte("名称,所在区划\n甲厂,\n乙厂,\n")
			first, again := sendTable(t, admin, "enterprises", "企业.csv", table, key), sendTable(t, admin, "enterprises", "企业.csv", table, key)
			id := testkit.Text(first.Object(), "id")
			if again.Status != http.StatusCreated || testkit.Text(again.Object(), "id") != id || len(admin.All(t, "/imports")) != 1 {
				t.Errorf("%d %s", again.Status, again.Raw)
			}
			v := settle(t, c, admin, id)
			if a := admin.Do(t, http.MethodPost, "/imports/"+id+"/confirm", testkit.Object{"rev": 1}); a.Status != http.StatusConflict {
				t.Errorf("a stale word: %d %s", a.Status, a.Raw)
			}
			word := testkit.Key(testkit.NewKey())
			for range 2 {
				admin.Must(t, http.MethodPost, "/imports/"+id+"/confirm", testkit.Object{"rev": v["rev"]}, word)
				if v := settle(t, c, admin, id); number(v, "written") != 2 {
					t.Errorf("%v", v)
				}
			}
			if l, err := c.App.Parties(t.Context(), app.System(c.Code), app.PartyQuery{}); err != nil || len(l.Items) != 2 {
				t.Errorf("%d parties, %v", len(l.Items), err)
			}
		})
	}
}
