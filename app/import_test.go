package app

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

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

func columnsOf(v RowVerdict) string {
	var out []string
	for _, e := range v.Errors {
		if e.Message == "" || e.Message == "填写有误" {
			out = append(out, "?")
		}
		out = append(out, e.Column+":"+e.Code)
	}
	return strings.Join(out, " ")
}

func TestImportVerdicts(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	near := c.staff("near", "window", "440902100", "")
	act := ImportAct{Kind: ImportEnterprises, Name: "企业.csv"}
	_, err := c.a.Import(ctx, near, act, strings.NewReader(firmsCSV))
	wantCode(t, err, "admin_only")
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(firmsCSV))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"utf-8": []byte(firmsCSV), "bom": append([]byte("\ufeff"), firmsCSV...), "gbk": gbk} {
		plan, err := c.a.Import(ctx, admin, act, bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if plan.Total != 4 || plan.Good != 2 || plan.Bad != 2 || plan.Duplicates != 0 || len(plan.Columns) != 7 || len(plan.Ignored) != 1 {
			t.Fatalf("%s: %+v", name, plan)
		}
		rows := plan.Rows
		if rows[0].Row != 3 || !rows[0].OK || rows[1].Row != 4 || len(rows[1].Warnings) != 1 || rows[1].Warnings[0].Code != "uscc_digit" {
			t.Errorf("%s: %+v", name, rows[:2])
		}
		if got := columnsOf(rows[2]); got != "所在镇街:region_unknown 统一社会信用代码:uscc 成立日期:date 从业人员:type 年营业收入（万元）:type" || rows[2].Row != 6 {
			t.Errorf("%s: row %d: %s", name, rows[2].Row, got)
		}
		if got := columnsOf(rows[3]); got != "统一社会信用代码:duplicate_in_file" || !strings.Contains(rows[3].Errors[0].Message, "第 3 行") {
			t.Errorf("%s: %s %+v", name, got, rows[3])
		}
	}
	_, err = c.a.Import(ctx, admin, act, strings.NewReader("甲,乙\n1,2\n"))
	wantCode(t, err, "import_columns")
	_, err = c.a.Import(ctx, admin, act, bytes.NewReader([]byte{0xD0, 0xCF, 0x11, 0xE0, 1}))
	wantCode(t, err, "import_xls")
}

func TestImportConfirmAndUndo(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	act := ImportAct{Kind: ImportEnterprises, Name: "企业.csv"}
	plan, err := c.a.Import(ctx, admin, act, strings.NewReader(firmsCSV))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{})
	wantCode(t, err, "import_bad_rows")
	if l, err := c.a.Parties(ctx, admin, PartyQuery{}); err != nil || len(l.Items) != 0 {
		t.Fatalf("a refused import wrote %+v %v", l, err)
	}
	done, err := c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{SkipBad: true})
	if err != nil || done.State != importDone || done.Done != 2 {
		t.Fatalf("%+v %v", done, err)
	}
	_, err = c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{SkipBad: true})
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
	again, err := c.a.Import(ctx, admin, act, strings.NewReader(firmsCSV))
	if err != nil || again.Duplicates != 2 || again.Good != 0 || again.Rows[0].Duplicate != string(v.ID) {
		t.Errorf("%+v %v", again, err)
	}

	// What is in use is not taken back, and then nothing is.
	if _, err := c.a.Create(ctx, c.staff("near", "window", "440902100", ""), Once{}, "help", "request", "ask", Act{Subject: v.ID, Fields: map[string]any{"what": "贷款"}}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, c.a.UndoImport(ctx, admin, plan.ID), "import_in_use")
	if l, _ = c.a.Parties(ctx, admin, PartyQuery{}); len(l.Items) != 2 {
		t.Errorf("half undone: %d left", len(l.Items))
	}
	people := "姓名,身份证号,所在区划,标签\n陈公,11010519491231002X,公馆镇,特困、独居\n"
	plan, err = c.a.Import(ctx, admin, ImportAct{Kind: ImportPeople}, strings.NewReader(people))
	if err != nil || plan.Good != 1 {
		t.Fatalf("%+v %v", plan, err)
	}
	if _, err = c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{}); err != nil {
		t.Fatal(err)
	}
	l, err = c.a.Parties(ctx, admin, PartyQuery{Q: goodID})
	if err != nil || len(l.Items) != 1 || len(l.Items[0].Tags) != 2 {
		t.Fatalf("%+v %v", l, err)
	}
	if err := c.a.UndoImport(ctx, admin, plan.ID); err != nil {
		t.Fatal(err)
	}
	if l, err = c.a.Parties(ctx, admin, PartyQuery{Q: goodID}); err != nil || len(l.Items) != 0 {
		t.Errorf("undone, but there: %+v %v", l, err)
	}
	if runs, err := c.a.Imports(ctx, admin); err != nil || len(runs.Items) != 3 || runs.Items[0].State != importUndone {
		t.Errorf("%+v %v", runs, err)
	}
}

// sheet builds a workbook with one sheet.
func sheet(t *testing.T, rows [][]any, also func(f *excelize.File)) []byte {
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
		{"名称", "统一社会信用代码", "所在区划", "成立日期", "年营业收入"},
		{"金塘食品厂", goodUSCC, "金塘镇", 43591, 30.299999999999997},
		{"公馆化工厂", 9.135e17, "公馆镇", "2020-01-02", 120000000},
	}
	plan, err := c.a.Import(ctx, admin, ImportAct{Kind: ImportEnterprises}, bytes.NewReader(sheet(t, rows, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if plan.Total != 2 || plan.Good != 1 || columnsOf(plan.Rows[1]) != "统一社会信用代码:number_spoiled" {
		t.Errorf("%+v", plan.Rows)
	}
	if _, err := c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{SkipBad: true}); err != nil {
		t.Fatal(err)
	}
	l, err := c.a.Parties(ctx, admin, PartyQuery{Q: goodUSCC})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	v, err := c.a.Party(ctx, admin, l.Items[0].ID)
	if err != nil || v.Fields["founded"] != "2019-05-06" || v.Fields["revenue"] != int64(3030) {
		t.Errorf("%+v %v", v.Fields, err)
	}
	merged := sheet(t, rows, func(f *excelize.File) {
		if err := f.MergeCell("Sheet1", "C2", "C3"); err != nil {
			t.Fatal(err)
		}
	})
	_, err = c.a.Import(ctx, admin, ImportAct{Kind: ImportEnterprises}, bytes.NewReader(merged))
	wantCode(t, err, "import_merged")
	if at := err.(*domain.Error).Args["at"]; at != "C2:C3" {
		t.Errorf("place %q", at)
	}
}

func TestImportOrgs(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	file := "单位名称,类别,层级,所在区划,服务区域\n金塘服务队,team,镇级,金塘镇,金塘镇、公馆镇\n怪队,club,,金塘镇,\n公馆窗口,window,,公馆镇,\n"
	plan, err := c.a.Import(ctx, admin, ImportAct{Kind: ImportOrganisations}, strings.NewReader(file))
	if err != nil || plan.Good != 2 || columnsOf(plan.Rows[1]) != "类别:kind" {
		t.Fatalf("%+v %v", plan, err)
	}
	if _, err := c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{SkipBad: true}); err != nil {
		t.Fatal(err)
	}
	l, err := c.a.Orgs(ctx, admin, OrgQuery{Kind: "team"})
	if err != nil || len(l.Items) != 1 || l.Items[0].Level != "town" || len(l.Items[0].Area) != 2 || l.Items[0].Region.Name != "金塘镇" {
		t.Errorf("%+v %v", l, err)
	}
	if plan, err = c.a.Import(ctx, admin, ImportAct{Kind: ImportOrganisations}, strings.NewReader(file)); err != nil || plan.Duplicates != 2 {
		t.Errorf("%+v %v", plan, err)
	}
}

func TestImportOffers(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	maker := c.staff("wang", "team", "440902100", "")
	act := ImportAct{Kind: ImportOffers, Program: "help", Record: "service"}
	file := "机构名称,项目名称,收费,起始日\nteamwang,理发,15元,2026-01-01\nteamwang,理发,16,\n没有的队,打扫,0,\n"
	plan, err := c.a.Import(ctx, admin, act, strings.NewReader(file))
	if err != nil || plan.Good != 1 || columnsOf(plan.Rows[1]) != "项目名称:duplicate_in_file" || columnsOf(plan.Rows[2]) != "机构名称:org_unknown" {
		t.Fatalf("%+v %v", plan, err)
	}
	if _, err := c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{SkipBad: true}); err != nil {
		t.Fatal(err)
	}
	l, err := c.a.Records(ctx, maker, RecordQuery{Program: "help", Record: "service"})
	if err != nil || len(l.Items) != 1 || l.Items[0].Title != "理发" || l.Items[0].Provider == nil || l.Items[0].Provider.Name != "teamwang" || l.Items[0].Phase != domain.PhaseLive {
		t.Fatalf("%+v %v", l, err)
	}
	if v, err := c.a.Record(ctx, maker, l.Items[0].ID); err != nil || v.Fields["price"] != int64(1500) || v.Region.Name != "金塘镇" || !v.CanEdit {
		t.Errorf("%+v %v", v, err)
	}
	if plan2, err := c.a.Import(ctx, admin, act, strings.NewReader(file)); err != nil || plan2.Duplicates != 2 {
		t.Errorf("%+v %v", plan2, err)
	}
	if err := c.a.UndoImport(ctx, admin, plan.ID); err != nil {
		t.Fatal(err)
	}
	if v, err := c.a.Record(ctx, maker, l.Items[0].ID); err != nil || v.Phase != domain.PhaseEnded {
		t.Errorf("%+v %v", v, err)
	}
	_, err = c.a.Import(ctx, admin, ImportAct{Kind: ImportOffers, Program: "help", Record: "request"}, strings.NewReader(file))
	wantCode(t, err, "import_not_offers")
}

// A batch that fails takes the earlier ones back with it.
func TestImportAllOrNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("writes more than one batch")
	}
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	var b strings.Builder
	b.WriteString("名称,所在区划,联系电话\n")
	for i := range importBatch + 200 {
		fmt.Fprintf(&b, "企业%04d,金塘镇,0668-2%06d\n", i, i)
	}
	plan, err := c.a.Import(ctx, admin, ImportAct{Kind: ImportEnterprises}, strings.NewReader(b.String()))
	if err != nil || plan.Good != importBatch+200 {
		t.Fatalf("%d good, %v", plan.Good, err)
	}
	run, err := c.a.importRun(ctx, admin, plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	tbl, err := readTable([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	err = c.a.write(ctx, admin, func(w *work) error { return w.writeBatch(run, tbl, []int{1, 2, 3}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := c.a.takeBack(ctx, admin, run, importFailed); err != nil {
		t.Fatal(err)
	}
	if l, err := c.a.Parties(ctx, admin, PartyQuery{}); err != nil || len(l.Items) != 0 {
		t.Errorf("%d left, %v", len(l.Items), err)
	}
	plan, err = c.a.Import(ctx, admin, ImportAct{Kind: ImportEnterprises}, strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	done, err := c.a.ConfirmImport(ctx, admin, plan.ID, ConfirmAct{})
	if err != nil || done.Done != importBatch+200 {
		t.Fatalf("%+v %v", done, err)
	}
	if err := c.a.UndoImport(ctx, admin, plan.ID); err != nil {
		t.Fatal(err)
	}
	if l, err := c.a.Parties(ctx, admin, PartyQuery{}); err != nil || len(l.Items) != 0 {
		t.Errorf("%d left, %v", len(l.Items), err)
	}
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
		"公馆镇天河村": "region_unknown", "440903": "region_unknown"} {
		g, code := n.find(text)
		if g != nil {
			code = string(g.ID)
		}
		if code != want {
			t.Errorf("%q: %s, want %s", text, code, want)
		}
	}
}
