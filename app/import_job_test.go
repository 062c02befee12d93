package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// rosterCSV is a good roster of n enterprises.
func rosterCSV(n int) []byte {
	var b strings.Builder
	b.WriteString("名称,所在区划,联系电话\n")
	for i := range n {
		fmt.Fprintf(&b, "企业%04d,金塘镇,0668-2%06d\n", i, i)
	}
	return []byte(b.String())
}

func (c *desk) partyCount(who *Who) int {
	c.t.Helper()
	n, cursor := 0, ""
	for {
		l, err := c.a.Parties(c.t.Context(), who, PartyQuery{Limit: 200, Cursor: cursor})
		if err != nil {
			c.t.Fatal(err)
		}
		n += len(l.Items)
		if l.Next == nil {
			return n
		}
		cursor = *l.Next
	}
}

// newJob is an import as a process takes it up.
func (c *desk) newJob(id string) *importJob {
	c.t.Helper()
	j := &importJob{a: c.a, who: System(storetest.Home)}
	storetest.Read(c.t, c.a.DB, func(tx *store.Tx) error {
		run, err := tx.In(storetest.Home).ImportRun(id)
		if err != nil {
			return err
		}
		d, err := detailOf(run)
		j.run, j.d = *run, *d
		return err
	})
	return j
}

// TestImportRestart: a process dies after some parts; another one waits for its
// lease and goes on with the next line, none is written twice or left out.
func TestImportRestart(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	const n = 3*importChunk + 20
	v, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, rosterCSV(n))
	if v.Counts.Good != n {
		t.Fatalf("%+v", v)
	}
	if _, err := c.a.ConfirmImport(ctx, admin, Once{}, v.ID, ConfirmAct{}); err != nil {
		t.Fatal(err)
	}
	dying := c.newJob(v.ID)
	for range 2 {
		if err := dying.advance(ctx, dying.writePart); err != nil {
			t.Fatal(err)
		}
	}
	written := c.partyCount(admin)
	if now, _ := c.look(admin, v.ID); now.State != importWriting || now.Done != written || written < importChunk {
		t.Fatalf("%d written, %+v", written, now)
	}
	other := New(Options{DB: c.a.DB, Blobs: c.a.Blobs, Now: c.clock.Now, Hash: LightCost, Log: slog.New(slog.DiscardHandler)})
	if worked, err := other.WorkImports(ctx); err != nil || worked != 0 {
		t.Errorf("another process takes what is held: %d %v", worked, err)
	}
	c.clock.Set(c.clock.Now().Add(importLease + time.Second))
	if worked, err := other.WorkImports(ctx); err != nil || worked != 1 {
		t.Errorf("nobody goes on: %d %v", worked, err)
	}
	if now, _ := c.look(admin, v.ID); now.State != importDone || now.Written != n || c.partyCount(admin) != n {
		t.Errorf("%d on file, %+v", c.partyCount(admin), now)
	}
	if err := dying.advance(ctx, dying.writePart); err != errImportGone {
		t.Errorf("the first process goes on: %v", err)
	}
}

// TestImportGivenUp: what keeps failing is tried again some times; then what was
// written is taken back, and the import says so.
func TestImportGivenUp(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	const n = 2*importChunk + 1
	v, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, rosterCSV(n))
	if _, err := c.a.ConfirmImport(ctx, admin, Once{}, v.ID, ConfirmAct{}); err != nil {
		t.Fatal(err)
	}
	j := c.newJob(v.ID)
	if err := j.advance(ctx, j.writePart); err != nil {
		t.Fatal(err)
	}
	j.release()
	// The lines of the last part are lost: it cannot be written.
	storetest.Write(t, c.a.DB, func(tx *store.Tx) error {
		return tx.SaveImportPart(&domain.ImportPart{Run: v.ID, Kind: partVerdicts, Seq: 2, Data: []byte("{")})
	})
	for range importTries {
		if _, err := c.a.WorkImports(ctx); err == nil {
			t.Fatal("a broken part was written")
		}
	}
	storetest.Write(t, c.a.DB, func(tx *store.Tx) error {
		return tx.SaveImportPart(&domain.ImportPart{Run: v.ID, Kind: partVerdicts, Seq: 2, Data: []byte("[]")})
	})
	c.work()
	if now, _ := c.look(admin, v.ID); now.State != importFailed || now.Fault == nil || now.Fault.Code != "import_broken" || c.partyCount(admin) != 0 {
		t.Errorf("%d left, %+v", c.partyCount(admin), now)
	}
}

// TestImportChanged: what was put on file between the check and the word leaves
// its line out, with the reason; the rest is written.
func TestImportChanged(t *testing.T) {
	c := newDesk(t)
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	v, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte("名称,统一社会信用代码,所在区划\n金塘食品厂,"+goodUSCC+",金塘镇\n公馆化工厂,91350100M000100Y44,公馆镇\n"))
	c.party(domain.Enterprise, "食品厂", "440902100", Identifiers{USCC: goodUSCC})
	done := c.confirm(admin, v.ID, ConfirmAct{})
	if done.State != importDone || done.Written != 1 || done.Counts.Duplicate != 1 {
		t.Fatalf("%+v", done)
	}
	if rows := c.rows(admin, v.ID, lineDuplicate); len(rows) != 1 || !strings.Contains(notesOf(rows[0], false), "line_changed") {
		t.Errorf("%+v", rows)
	}
}

// TestImportMapping: headers nobody knows are said once, remembered for the same
// set whatever its order, and a wrong saying names its column.
func TestImportMapping(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	file := "单位全名,机构号,所在镇街,机构号\n金塘食品厂," + goodUSCC + ",金塘镇,x\n"
	v, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte(file))
	if v.State != importMapping || !v.Can.Map || v.Columns[2].Key != "region" || !v.Columns[1].Twin || v.Columns[1].Sample[0] != goodUSCC {
		t.Fatalf("%+v", v)
	}
	say := func(keys ...string) error {
		act := ImportMapAct{HeadLine: 1, Rev: v.Rev}
		for at, k := range keys {
			act.Columns = append(act.Columns, ImportMapping{at, k})
		}
		_, err := c.a.MapImport(ctx, admin, Once{}, v.ID, act)
		return err
	}
	for want, keys := range map[string][]string{"import_columns": {"", "uscc"}, "import_column_twice": {"name", "uscc", "name"}, "import_column_unknown": {"name", "cats"}} {
		err := say(keys...)
		if e, ok := err.(*domain.Error); !ok || len(e.Fields) == 0 || e.Fields[0].Code != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := say("name", "uscc", "region", ""); err != nil {
		t.Fatal(err)
	}
	c.work()
	if v, _ = c.look(admin, v.ID); v.State != importChecked || v.Counts.Good != 1 {
		t.Fatalf("%+v", v)
	}
	again, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte("备注\n所在镇街,机构号,机构号,单位全名\n金塘镇,"+goodUSCC+",x,公馆食品厂\n"))
	if again.State != importChecked || !again.Remembered || again.HeadLine != 2 || again.Counts.Good != 1 {
		t.Errorf("%+v", again)
	}
	// A file without headers is said by its columns.
	v, _ = c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte("金塘木业,金塘镇\n公馆木业,公馆镇\n"))
	if _, err := c.a.MapImport(ctx, admin, Once{}, v.ID, ImportMapAct{Columns: []ImportMapping{{0, "name"}, {1, "region"}}}); err != nil {
		t.Fatal(err)
	}
	c.work()
	if v, rows := c.look(admin, v.ID); v.Counts.Good+v.Counts.Warning != 2 || rows[0].Row != 1 {
		t.Errorf("%+v %+v", v, rows)
	}
}

// TestImportAlike: names that sound the same are shown with the one on file, or
// with the earlier line; two numbers that differ are two enterprises.
func TestImportAlike(t *testing.T) {
	c := newDesk(t)
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	c.party(domain.Enterprise, "金塘加工厂", "440902100", Identifiers{})
	c.party(domain.Enterprise, "公馆五金", "440902101", Identifiers{USCC: goodUSCC})
	file := "名称,统一社会信用代码,所在区划\n" +
		"金糖加工厂,,金塘镇\n" + // sounds like one on file
		"金塘加工厂,,金塘镇\n" + // the same name, the same place, no number
		"公馆五金,91350100M000100Y44,公馆镇\n" + // another number: another enterprise
		"河西木业,,公馆镇\n" +
		"和西木业,,公馆镇\n" // sounds like the line before
	v, rows := c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte(file))
	states := []string{}
	for _, r := range rows {
		states = append(states, r.State)
	}
	if got := strings.Join(states, " "); got != "alike duplicate warning warning alike" {
		t.Errorf("%s", got)
	}
	if rows[0].OnFile == nil || rows[0].OnFile.Name != "金塘加工厂" || rows[4].Like != 5 {
		t.Errorf("%+v\n%+v", rows[0], rows[4])
	}
	done := c.confirm(admin, v.ID, ConfirmAct{SkipAlike: true, LeaveOut: []int{4}})
	if done.Written != 1 || done.Counts.Skipped != 3 {
		t.Errorf("%+v", done)
	}
}

// TestImportExpires: what nobody confirms is dropped after a day, and no roster is
// kept for ever.
func TestImportExpires(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	v, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, rosterCSV(3))
	done, _ := c.checked(admin, ImportAct{Kind: ImportEnterprises}, []byte("名称,所在区划\n石浪砖厂,公馆镇\n"))
	c.confirm(admin, done.ID, ConfirmAct{})
	c.clock.Set(c.clock.Now().Add(importKept + time.Hour))
	if _, err := c.a.House(ctx); err != nil {
		t.Fatal(err)
	}
	if now, rows := c.look(admin, v.ID); now.State != importExpired || len(rows) != 0 {
		t.Errorf("%+v %d", now, len(rows))
	}
	if rows := c.rows(admin, done.ID, ""); len(rows) != 1 {
		t.Errorf("%d rows of a written import", len(rows))
	}
	c.clock.Set(c.clock.Now().Add(importUndoes))
	if _, err := c.a.House(ctx); err != nil {
		t.Fatal(err)
	}
	if rows := c.rows(admin, done.ID, ""); len(rows) != 0 {
		t.Errorf("%d rows kept", len(rows))
	}
	_, err := c.a.TakeBackImport(ctx, admin, Once{}, done.ID)
	wantCode(t, err, "import_undo_late")
}

// TestImportSheets: the template can be filled in and read again, and no cell of
// the verdicts is taken for a formula.
func TestImportSheets(t *testing.T) {
	c := newDesk(t)
	ctx := t.Context()
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	var b bytes.Buffer
	if _, err := c.a.ImportTemplate(ctx, admin, ImportAct{Kind: ImportEnterprises}, &b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, text := range map[string]string{"A2": "=HYPERLINK(\"x\")", "B2": goodUSCC, "D2": "金塘镇"} {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	b.Reset()
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	v, rows := c.checked(admin, ImportAct{Kind: ImportEnterprises, Name: "表.xlsx"}, b.Bytes())
	if v.State != importChecked || len(rows) != 1 || rows[0].State != lineGood {
		t.Fatalf("%+v %+v", v, rows)
	}
	b.Reset()
	if _, err := c.a.ImportVerdict(ctx, admin, v.ID, "", &b); err != nil {
		t.Fatal(err)
	}
	out, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if s, err := out.GetCellValue("Sheet1", "A2"); err != nil || s != "'=HYPERLINK(\"x\")" {
		t.Errorf("%q %v", s, err)
	}
	if c.audits("export") != 1 {
		t.Error("the take-out is not in the journal")
	}
}

// TestImportWords: every note has its sentence in both languages, with the same
// arguments.
func TestImportWords(t *testing.T) {
	for word, say := range importWords {
		if say[0] == "" || say[1] == "" || strings.Count(say[0], "{") != strings.Count(say[1], "{") && !strings.Contains(say[0], "{name?") {
			t.Errorf("%s: %q", word, say)
		}
	}
	if got := importSay("zh-CN", "range", map[string]string{"min": "1"}); got != "超出范围，不小于 1" {
		t.Error(got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if j := (&importJob{}); j.passing(ctx.Err()) != nil {
		t.Error("a stopping process is a fault")
	}
}
