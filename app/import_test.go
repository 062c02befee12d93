package app

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

const firmsCSV = `企业台账
企业名称*,统一社会信用代码,所在镇街,成立日期,从业人员,年营业收入（万元）,联系电话,备注
金塘食品厂,91350100M000100Y43,金塘镇,2019/5/6,12,300.5,13800000001,老客户
公馆化工厂,91350100M000100Y44,公馆,2020年1月2日,8,,0668-2345678,

茂南机械厂,12345,河西街道,去年,八,一百,110,
金塘食品厂（分）,91350100M000100Y43,440902100,,,,,
`

func faultsOf(v ImportRow) string { return notesOf(v, true) }

func notesOf(v ImportRow, fault bool) string {
	var out []string
	for _, e := range v.Notes {
		if e.Message == "" || e.Message == "填写有误" || strings.ContainsAny(e.Message, "{}") {
			out = append(out, "?"+e.Message)
		}
		if e.Fault == fault {
			out = append(out, e.Column+":"+e.Code)
		}
	}
	return strings.Join(out, " ")
}

// work does what imports wait for.
func (c *desk) work() {
	c.t.Helper()
	if _, err := c.a.WorkImports(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// checked sends a file and gives its verdicts.
func (c *desk) checked(who *Who, in ImportAct, file []byte) (*ImportView, []ImportRow) {
	c.t.Helper()
	v, err := c.a.Import(c.t.Context(), who, Once{}, in, bytes.NewReader(file))
	if err != nil {
		c.t.Fatal(err)
	}
	c.work()
	return c.look(who, v.ID)
}

func (c *desk) look(who *Who, id string) (*ImportView, []ImportRow) {
	c.t.Helper()
	v, err := c.a.ImportView(c.t.Context(), who, id)
	if err != nil {
		c.t.Fatal(err)
	}
	return v, c.rows(who, id, "")
}

func (c *desk) rows(who *Who, id, state string) []ImportRow {
	c.t.Helper()
	var out []ImportRow
	for cursor := ""; ; {
		l, err := c.a.ImportRows(c.t.Context(), who, id, state, cursor, 100)
		if err != nil {
			c.t.Fatal(err)
		}
		out = append(out, l.Items...)
		if l.Next == nil {
			return out
		}
		cursor = *l.Next
	}
}

func (c *desk) confirm(who *Who, id string, in ConfirmAct) *ImportView {
	c.t.Helper()
	if _, err := c.a.ConfirmImport(c.t.Context(), who, Once{}, id, in); err != nil {
		c.t.Fatal(err)
	}
	c.work()
	v, _ := c.look(who, id)
	return v
}

func (c *desk) takeBack(who *Who, id string) *ImportView {
	c.t.Helper()
	if _, err := c.a.TakeBackImport(c.t.Context(), who, Once{}, id); err != nil {
		c.t.Fatal(err)
	}
	c.work()
	v, _ := c.look(who, id)
	return v
}

func TestImportVerdicts(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	act := ImportAct{Kind: ImportEnterprises, Name: "企业.csv"}
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(firmsCSV))
	if err != nil {
		t.Fatal(err)
	}
	utf16le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(firmsCSV))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"utf-8": []byte(firmsCSV), "bom": append([]byte("\ufeff"), firmsCSV...), "gbk": gbk, "utf-16": utf16le} {
		v, rows := c.checked(admin, act, file)
		if v.State != importChecked || v.Total != 4 || v.Counts != (ImportCounts{Good: 1, Warning: 1, Fault: 2}) || len(v.Columns) != 8 || v.HeadLine != 2 {
			t.Fatalf("%s: %+v", name, v)
		}
		if rows[0].Row != 3 || rows[0].State != lineGood || rows[1].Row != 4 || notesOf(rows[1], false) != "统一社会信用代码:uscc_digit" {
			t.Errorf("%s: %+v", name, rows[:2])
		}
		if got := faultsOf(rows[2]); got != "所在镇街:region_unknown 统一社会信用代码:uscc 成立日期:date 从业人员:type 年营业收入（万元）:type" || rows[2].Row != 6 {
			t.Errorf("%s: row %d: %s", name, rows[2].Row, got)
		}
		if n := rows[2].Notes[0]; n.Letter != "C" || n.Value != "河西街道" {
			t.Errorf("%s: place %+v", name, n)
		}
		if got := faultsOf(rows[3]); got != "统一社会信用代码:duplicate_in_file" || !strings.Contains(rows[3].Notes[0].Message, "第 3 行") {
			t.Errorf("%s: %s %+v", name, got, rows[3])
		}
		if l := c.rows(admin, v.ID, lineFault); len(l) != 2 || l[0].Row != 6 {
			t.Errorf("%s: faults %+v", name, l)
		}
	}
	_, err = c.a.Import(ctx, admin, Once{}, act, bytes.NewReader([]byte{0xD0, 0xCF, 0x11, 0xE0, 1}))
	wantCode(t, err, "import_xls")
	_, err = c.a.Import(ctx, admin, Once{}, ImportAct{Kind: "cats"}, strings.NewReader(firmsCSV))
	wantCode(t, err, "import_kind")
}

func TestImportConfirmAndUndo(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	act := ImportAct{Kind: ImportEnterprises, Name: "企业.csv"}
	plan, _ := c.checked(admin, act, []byte(firmsCSV))
	_, err := c.a.ConfirmImport(ctx, admin, Once{}, plan.ID, ConfirmAct{})
	wantCode(t, err, "import_bad_rows")
	if l, err := c.a.Parties(ctx, admin, PartyQuery{}); err != nil || len(l.Items) != 0 {
		t.Fatalf("a refused import wrote %+v %v", l, err)
	}
	done := c.confirm(admin, plan.ID, ConfirmAct{SkipBad: true})
	if done.State != importDone || done.Written != 2 || !done.Can.Undo {
		t.Fatalf("%+v", done)
	}
	_, err = c.a.ConfirmImport(ctx, admin, Once{}, plan.ID, ConfirmAct{SkipBad: true})
	wantCode(t, err, "import_state")
	l, err := c.a.Parties(ctx, admin, PartyQuery{Q: goodUSCC})
	if err != nil || len(l.Items) != 1 || l.Items[0].Name != "金塘食品厂" {
		t.Fatalf("%+v %v", l, err)
	}
	v, err := c.a.Party(ctx, admin, l.Items[0].ID)
	if err != nil || v.Fields["revenue"] != int64(3_005_000_00) || v.Fields["founded"] != "2019-05-06" || v.Fields["staff"] != int64(12) || v.Region.Name != "金塘镇" {
		t.Errorf("%+v %v", v, err)
	}
	storetest.Read(t, c.a.DB, func(tx *store.Tx) error {
		p, err := tx.Party(v.ID)
		if _, open := p.Data["revenue"]; open || p.Data["staff"] != int64(12) {
			t.Errorf("a personal field stands open: %v", p.Data)
		}
		return err
	})
	again, rows := c.checked(admin, act, []byte(firmsCSV))
	if again.Counts.Duplicate != 2 || again.Counts.Good != 0 || again.Can.Confirm || rows[0].OnFile == nil || rows[0].OnFile.ID != string(v.ID) || rows[0].OnFile.Name != "金塘食品厂" {
		t.Errorf("%+v %+v", again, rows[0])
	}
	_, err = c.a.ConfirmImport(ctx, admin, Once{}, again.ID, ConfirmAct{SkipBad: true})
	wantCode(t, err, "import_nothing")

	// What is in use stays and is named; the rest goes.
	if _, err := c.a.Create(ctx, c.staff("near", "window", "440902100", ""), Once{}, "help", "request", "ask", Act{Subject: v.ID, Fields: map[string]any{"what": "贷款"}}); err != nil {
		t.Fatal(err)
	}
	undone := c.takeBack(admin, plan.ID)
	if undone.State != importUndone || undone.Removed != 1 || undone.Counts.Kept != 1 {
		t.Errorf("%+v", undone)
	}
	if kept := c.rows(admin, plan.ID, "kept"); len(kept) != 1 || kept[0].Row != 3 || kept[0].Kept != "已有办件" {
		t.Errorf("%+v", kept)
	}
	if l, _ = c.a.Parties(ctx, admin, PartyQuery{}); len(l.Items) != 1 {
		t.Errorf("%d left", len(l.Items))
	}
	people := "姓名,身份证号,所在区划,标签\n陈公,11010519491231002X,公馆镇,特困、独居\n"
	plan, _ = c.checked(admin, ImportAct{Kind: ImportPeople}, []byte(people))
	if done = c.confirm(admin, plan.ID, ConfirmAct{}); done.Written != 1 {
		t.Fatalf("%+v", done)
	}
	l, err = c.a.Parties(ctx, admin, PartyQuery{Q: goodID})
	if err != nil || len(l.Items) != 1 || len(l.Items[0].Tags) != 2 {
		t.Fatalf("%+v %v", l, err)
	}
	if undone = c.takeBack(admin, plan.ID); undone.Removed != 1 || undone.Counts.Kept != 0 {
		t.Errorf("%+v", undone)
	}
	if l, err = c.a.Parties(ctx, admin, PartyQuery{Q: goodID}); err != nil || len(l.Items) != 0 {
		t.Errorf("undone, but there: %+v %v", l, err)
	}
	runs, err := c.a.Imports(ctx, admin, "", 0)
	if err != nil || len(runs.Items) != 3 || runs.Items[0].State != importUndone || runs.Items[0].By.Name != "admin" || runs.Items[0].Columns != nil {
		t.Errorf("%+v %v", runs, err)
	}
}

// sheetOf builds a workbook with one sheet.
func sheetOf(t *testing.T, rows [][]any, also func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if also != nil {
		also(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImportXLSX(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	rows := [][]any{
		{"企业名录"},
		{"名称", "统一社会信用代码", "所在区划", "成立日期", "年营业收入", "从业人员"},
		{"金塘食品厂", goodUSCC, "金塘镇", 43591, 30.299999999999997, "12"},
		{"公馆化工厂", 9.135e17, nil, "2020-01-02", 120000000, 8},
		{"茂南机械厂", nil, "公馆镇", "20240305", "1,200", nil},
		{"石浪砖厂", "#N/A", "公馆镇", "2024年3月5日", nil, nil},
	}
	file := sheetOf(t, rows, func(f *excelize.File) {
		for _, err := range []error{f.MergeCell("Sheet1", "A1", "F1"), f.MergeCell("Sheet1", "C3", "C4"), f.SetCellFormula("Sheet1", "F5", "3+4"), f.MergeCell("Sheet1", "D6", "F6")} {
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	v, list := c.checked(admin, ImportAct{Kind: ImportEnterprises}, file)
	if v.Total != 4 || v.HeadLine != 2 || v.Counts.Good != 1 {
		t.Fatalf("%+v %+v", v, list)
	}
	for i, want := range []string{"", "统一社会信用代码:number_spoiled", "从业人员:cell_formula", "统一社会信用代码:cell_error 成立日期:cell_merged_across"} {
		if got := faultsOf(list[i]); got != want {
			t.Errorf("line %d: %s, want %s", list[i].Row, got, want)
		}
	}
	if got := notesOf(list[1], false); got != "所在区划:cell_merged" {
		t.Errorf("merged: %s", got)
	}
	c.confirm(admin, v.ID, ConfirmAct{SkipBad: true})
	l, err := c.a.Parties(ctx, admin, PartyQuery{Q: goodUSCC})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	p, err := c.a.Party(ctx, admin, l.Items[0].ID)
	if err != nil || p.Fields["founded"] != "2019-05-06" || p.Fields["revenue"] != int64(3030) || p.Fields["staff"] != int64(12) {
		t.Errorf("%+v %v", p.Fields, err)
	}
}

func TestImportOrgs(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	file := []byte("单位名称,类别,层级,所在区划,服务区域\n金塘服务队,team,镇级,金塘镇,金塘镇、公馆镇\n怪队,club,,金塘镇,\n公馆窗口,window,,公馆镇,\n")
	v, rows := c.checked(admin, ImportAct{Kind: ImportOrganisations}, file)
	if v.Counts.Good != 2 || faultsOf(rows[1]) != "类别:kind" {
		t.Fatalf("%+v %+v", v, rows)
	}
	c.confirm(admin, v.ID, ConfirmAct{SkipBad: true})
	l, err := c.a.Orgs(ctx, admin, OrgQuery{Kind: "team"})
	if err != nil || len(l.Items) != 1 || l.Items[0].Level != "town" || len(l.Items[0].Area) != 2 || l.Items[0].Region.Name != "金塘镇" {
		t.Errorf("%+v %v", l, err)
	}
	if v, _ := c.checked(admin, ImportAct{Kind: ImportOrganisations}, file); v.Counts.Duplicate != 2 {
		t.Errorf("%+v", v)
	}
	if _, err := c.a.CreateAccount(ctx, System(storetest.Home), Once{}, AccountAct{Login: "dui", Name: "dui", Password: testPassword, Memberships: []MembershipAct{{Org: l.Items[0].ID}}}); err != nil {
		t.Fatal(err)
	}
	if u := c.takeBack(admin, v.ID); u.Removed != 1 || u.Counts.Kept != 1 {
		t.Errorf("%+v", u)
	}
	if kept := c.rows(admin, v.ID, "kept"); len(kept) != 1 || kept[0].Kept != "已有人员任职" {
		t.Errorf("%+v", kept)
	}
}

func TestImportOffers(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	maker := c.staff("wang", "team", "440902100", "")
	act := ImportAct{Kind: ImportOffers, Program: "help", Record: "service"}
	file := []byte("机构名称,项目名称,收费,起始日\nteamwang,理发,15元,2026-01-01\nteamwang,理发,16,\n没有的队,打扫,0,\n")
	v, rows := c.checked(admin, act, file)
	if v.Counts.Good != 1 || faultsOf(rows[1]) != "项目名称:duplicate_in_file" || faultsOf(rows[2]) != "机构名称:org_unknown" {
		t.Fatalf("%+v %+v", v, rows)
	}
	c.confirm(admin, v.ID, ConfirmAct{SkipBad: true})
	l, err := c.a.Records(ctx, maker, RecordQuery{Program: "help", Record: "service"})
	if err != nil || len(l.Items) != 1 || l.Items[0].Title != "理发" || l.Items[0].Provider == nil || l.Items[0].Provider.Name != "teamwang" || l.Items[0].Phase != domain.PhaseLive {
		t.Fatalf("%+v %v", l, err)
	}
	if r, err := c.a.Record(ctx, maker, l.Items[0].ID); err != nil || r.Fields["price"] != int64(1500) || r.Region.Name != "金塘镇" || !r.CanEdit {
		t.Errorf("%+v %v", r, err)
	}
	// Who keeps such offers imports those of his own unit.
	own, rows := c.checked(maker, act, []byte("机构名称,项目名称,收费\nteamwang,理发,15\nteamwang,打扫,5\n县办,修伞,1\n"))
	if own.Counts.Duplicate != 1 || own.Counts.Good != 1 || faultsOf(rows[2]) != "机构名称:org_unknown" {
		t.Errorf("%+v %+v", own, rows)
	}
	c.staff("zhang", "team", "440902100", "")
	_, rows = c.checked(maker, act, []byte("机构名称,项目名称\nteamzhang,打扫\n"))
	if faultsOf(rows[0]) != "机构名称:org_forbidden" {
		t.Errorf("%+v", rows)
	}
	if u := c.takeBack(admin, v.ID); u.Removed != 1 {
		t.Errorf("%+v", u)
	}
	if r, err := c.a.Record(ctx, maker, l.Items[0].ID); err != nil || r.Phase != domain.PhaseEnded {
		t.Errorf("%+v %v", r, err)
	}
	_, err = c.a.Import(ctx, admin, Once{}, ImportAct{Kind: ImportOffers, Program: "help", Record: "request"}, bytes.NewReader(file))
	wantCode(t, err, "import_not_offers")
}

func TestRegionNames(t *testing.T) {
	n := &regionNames{top: "440902", byID: map[domain.RegionID]*domain.Region{}, kids: map[domain.RegionID][]*domain.Region{}, name: map[string][]*domain.Region{}}
	for _, g := range []domain.Region{{ID: "440902", Name: "茂南区"}, {ID: "440902100", Parent: "440902", Name: "金塘镇"}, {ID: "440902101", Parent: "440902", Name: "公馆镇"},
		{ID: "440902100201", Parent: "440902100", Name: "白土村委会"}, {ID: "440902101201", Parent: "440902101", Name: "白土村委会"}, {ID: "440902101202", Parent: "440902101", Name: "石浪村委会"}} {
		n.byID[g.ID] = &g
		n.kids[g.Parent] = append(n.kids[g.Parent], &g)
		for _, s := range shortNames(g.Name) {
			n.name[s] = append(n.name[s], &g)
		}
	}
	for text, want := range map[string]string{"": "440902", "茂南区": "440902", "440902101000": "440902101", "公馆": "440902101", "石浪村": "440902101202",
		"白土村": "region_ambiguous", "公馆镇白土村": "440902101201", "茂南区/金塘镇/白土村委会": "440902100201", "金塘镇 白土": "440902100201", "天河区": "region_unknown",
		"公馆镇天河村": "region_unknown", "440903": "region_elsewhere", "440902999": "region_unknown"} {
		g, code := n.find(text)
		if g != nil {
			code = string(g.ID)
		}
		if code != want {
			t.Errorf("%q: %s, want %s", text, code, want)
		}
	}
}

// TestImportHouseholds puts households and groups on file, each under its own kind.
func TestImportHouseholds(t *testing.T) {
	c := newDesk(t)
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	for kind, want := range map[string]struct {
		file string
		of   domain.PartyKind
	}{
		ImportHouseholds: {"户主姓名,所在区划,联系电话\n陈大户,公馆镇,13800006001\n", domain.Household},
		ImportGroups:     {"社会组织名称,所在区划\n公馆商会,公馆镇\n", domain.Organization},
	} {
		v, _ := c.checked(admin, ImportAct{Kind: kind}, []byte(want.file))
		if done := c.confirm(admin, v.ID, ConfirmAct{}); done.Written != 1 {
			t.Fatalf("%s: %+v", kind, done)
		}
		l, err := c.a.Parties(t.Context(), admin, PartyQuery{Kind: want.of})
		if err != nil || len(l.Items) != 1 || l.Items[0].Kind != want.of {
			t.Errorf("%s: %+v %v", kind, l.Items, err)
		}
	}
}
