package testkit_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const tally = "/programs/tally-desk"

// tallies are a county with two towns in which people help each other by the hour:
// the desk writes it down, the office reads figures only.
type tallies struct {
	*testkit.County
	desk, second, office, self, other, elsewhere *testkit.Client
	party                                        string
	towns                                        []string
	helps                                        []string
}

func openTally(t *testing.T, engine storetest.Engine) *tallies {
	c := testkit.Open(t, engine, storetest.Home)
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("tally-desk")); err != nil {
		t.Fatal(err)
	}
	d := &tallies{County: c}
	for _, r := range c.SignIn(t, c.Admin.Login).All(t, "/regions?level=town&parent="+string(c.Code))[:2] {
		d.towns = append(d.towns, testkit.Text(r, "id"))
	}
	_, desks := c.Staff(t, "tally_desk", "county", string(c.Code), "desk", "second")
	_, offices := c.Staff(t, "tally_office", "county", string(c.Code), "office")
	_, far := c.Staff(t, "tally_desk", "town", d.towns[1], "elsewhere")
	d.desk, d.second, d.office, d.elsewhere = desks[0], desks[1], offices[0], far[0]
	d.party, d.self = c.Resident(t, "jumin", d.towns[0])
	away, other := c.Resident(t, "linju", d.towns[1])
	d.other = other
	for i, h := range []struct {
		party, kind string
		spent       int // 0: goes on
	}{{d.party, "farm", 60}, {d.party, "home", 90}, {d.party, "home", 30}, {away, "home", 120}, {away, "home", 0}, {away, "home", 45}} {
		v := d.desk.Must(t, http.MethodPost, tally+"/records/help/begin", testkit.Object{"subject": h.party, "fields": testkit.Object{"kind": h.kind}})
		d.helps = append(d.helps, testkit.Text(v, "id"))
		if h.spent > 0 {
			d.desk.Must(t, http.MethodPost, "/records/"+d.helps[i]+"/moves/finish", testkit.Object{"fields": testkit.Object{"spent": h.spent, "fee": h.spent * 100}})
		}
	}
	return d
}

// wait moves the clock; sessions that ended meanwhile begin anew.
func (d *tallies) wait(t *testing.T, until time.Time) {
	t.Helper()
	d.Clock.Set(until)
	for login, who := range map[string]**testkit.Client{"desk": &d.desk, "second": &d.second, "office": &d.office, "elsewhere": &d.elsewhere, "jumin": &d.self, "linju": &d.other} {
		*who = d.SignIn(t, login)
	}
}

func forEngines(t *testing.T, test func(t *testing.T, d *tallies)) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) { test(t, openTally(t, engine)) })
	}
}

// opened pages through a cell, two rows at a time.
func opened(t *testing.T, who *testkit.Client, stat, query string) (v testkit.Object, rows []testkit.Object) {
	t.Helper()
	cursor := ""
	for {
		v = who.Must(t, http.MethodGet, tally+"/ledgers/monthly/cells/"+stat+"?period=2026-03&limit=2&"+query+cursor, nil)
		rows = append(rows, testkit.Items(v, "items")...)
		next, more := v["next"].(string)
		if !more {
			return v, rows
		}
		cursor = "&cursor=" + next
	}
}

// TestLedgerCell: every figure of a ledger, whole and by area, opens to exactly the
// rows it is made of; frozen, it stays what it was.
func TestLedgerCell(t *testing.T) {
	forEngines(t, func(t *testing.T, d *tallies) {
		d.cellsAgree(t, d.desk)
		d.cellsAgree(t, d.office)
		_, rows := opened(t, d.desk, "done", "row="+d.towns[0])
		if len(rows) != 3 || testkit.Text(rows[0], "record", "id") == "" || len(testkit.Items(rows[0], "events")) != 1 || testkit.Text(testkit.Items(rows[0], "events")[0], "label") != "完成" {
			t.Errorf("rows of a cell: %v", rows)
		}
		// two hours later one is taken back, in the same period
		d.desk.Must(t, http.MethodPost, "/records/"+d.helps[0]+"/moves/undo", testkit.Object{"text": "登记错了"})
		d.cellsAgree(t, d.desk)

		d.wait(t, time.Date(2026, 4, 1, 9, 0, 0, 0, domain.Beijing))
		d.desk.Must(t, http.MethodPost, tally+"/ledgers/monthly/freeze", testkit.Object{"period": "2026-03"})
		d.wait(t, time.Date(2026, 4, 1, 9, 5, 0, 0, domain.Beijing))
		// what is filed late, dated into the frozen month, is no part of it
		d.desk.Must(t, http.MethodPost, "/records/"+d.helps[4]+"/moves/finish", testkit.Object{"fields": testkit.Object{"spent": 15}, "at": "2026-03-30T02:00:00Z"})
		d.cellsAgree(t, d.desk)
		if v := d.desk.Must(t, http.MethodGet, tally+"/stats/done?period=2026-03", nil); v["value"] != 6.0 {
			t.Errorf("the late one is not in the open figure: %v", v)
		}
		if v, _ := opened(t, d.desk, "done", ""); v["frozen_at"] == nil {
			t.Errorf("does not say that it is frozen: %v", v)
		}
		if same, err := d.App.Rebuild(t.Context(), app.System(d.Code), "tally-desk"); err != nil || !same {
			t.Errorf("the figures are not what the events say: %v", err)
		}
		d.cellsAgree(t, d.desk)
	})
}

// cellsAgree compares each cell of the ledger with what it opens to.
func (d *tallies) cellsAgree(t *testing.T, who *testkit.Client) {
	t.Helper()
	v := who.Must(t, http.MethodGet, tally+"/ledgers/monthly?period=2026-03", nil)
	seen := 0
	for _, row := range testkit.Items(v, "rows") {
		for _, stat := range []string{"begun", "done", "minutes", "people", "open"} {
			want, set := testkit.At(row, "cells", stat).(float64)
			if !set {
				continue
			}
			seen++
			cell, rows := opened(t, who, stat, "row="+testkit.Text(row, "key"))
			sum := 0.0
			for _, r := range rows {
				sum += r["value"].(float64)
			}
			if cell["sum"] != want || sum != want || cell["count"] != float64(len(rows)) {
				t.Errorf("%s of %q is %v, opens to %v in %d rows (said: %v, %v)", stat, testkit.Text(row, "key"), want, sum, len(rows), cell["sum"], cell["count"])
			}
			if want > 0 && stat != "minutes" && len(rows) != int(want) {
				t.Errorf("%s of %q is %v, opens to %d rows", stat, testkit.Text(row, "key"), want, len(rows))
			}
		}
	}
	if seen < 12 {
		t.Errorf("only %d cells", seen)
	}
}

// TestLedgerCellAccess: who sees the figure but not the records counts them and reads
// nothing else; a small cell stays shut, and so does the whole it could be found from;
// nobody else opens anything.
func TestLedgerCellAccess(t *testing.T) {
	forEngines(t, func(t *testing.T, d *tallies) {
		v, rows := opened(t, d.office, "done", "")
		if len(rows) != 5 {
			t.Errorf("%d rows", len(rows))
		}
		for _, r := range rows {
			if r["hidden"] != true || r["record"] != nil || r["key"] != nil || len(testkit.Items(r, "events")) != 0 {
				t.Errorf("the office reads %v", r)
			}
		}
		if strings.Contains(fmt.Sprint(v, rows), "jumin") || strings.Contains(fmt.Sprint(rows), d.helps[0]) {
			t.Error("the office reads who")
		}
		for _, row := range []string{"", d.towns[0]} {
			if a := d.desk.Do(t, http.MethodGet, tally+"/ledgers/monthly/cells/small?period=2026-03&row="+row, nil); a.Status != http.StatusForbidden || a.Object()["type"] != "cell_suppressed" {
				t.Errorf("a small cell (%q): %d %s", row, a.Status, a.Raw)
			}
		}
		far, rows := opened(t, d.elsewhere, "done", "")
		if len(rows) != 2 || far["count"] != 2.0 {
			t.Errorf("another town opens %v", rows)
		}
		for name, path := range map[string]string{"another town's row": "/ledgers/monthly/cells/done?period=2026-03&row=" + d.towns[0], "no such figure": "/ledgers/monthly/cells/fee?period=2026-03",
			"no such ledger": "/ledgers/none/cells/done?period=2026-03", "no such row": "/ledgers/monthly/cells/done?period=2026-03&row=x", "a figure of another ledger": "/ledgers/list/cells/people?period=2026-03"} {
			if a := d.elsewhere.Do(t, http.MethodGet, tally+path, nil); a.Status != http.StatusNotFound {
				t.Errorf("%s: %d %s", name, a.Status, a.Raw)
			}
		}
		if a := d.desk.Do(t, http.MethodGet, tally+"/ledgers/monthly/cells/done?period=soon", nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("a bad period: %d %s", a.Status, a.Raw)
		}
		for i, want := range []string{"完成件数", "登记件数"} {
			v := d.desk.Must(t, http.MethodGet, fmt.Sprintf("%s/ledgers/monthly/cells/rate?period=2026-03&part=%d", tally, i), nil)
			if parts := testkit.Items(v, "parts"); len(parts) != 2 || testkit.Text(parts[i], "label") != want || v["count"] != float64([]int{5, 6}[i]) {
				t.Errorf("part %d of a ratio: %v", i, v)
			}
		}
	})
}

// TestStatement: opening, entries with what stands after each, closing; by period and
// page; and only for the holder and those who see the figures where he lives.
func TestStatement(t *testing.T) {
	forEngines(t, func(t *testing.T, d *tallies) {
		d.wait(t, time.Date(2026, 4, 2, 9, 0, 0, 0, domain.Beijing))
		d.desk.Must(t, http.MethodPost, "/records/"+d.helps[0]+"/moves/undo", testkit.Object{"text": "登记错了"})
		path := tally + "/accounts/held/entries?holder=" + d.party
		v := d.self.Must(t, http.MethodGet, path, nil)
		d.balanced(t, v, 0, 120, 4)
		lines := testkit.Items(v, "items")
		if testkit.Text(lines[0], "what") == "" || lines[0]["record"] != d.helps[0] || lines[3]["undoes"] != true || lines[3]["amount"] != -60.0 {
			t.Errorf("lines: %v", lines)
		}
		april := d.desk.Must(t, http.MethodGet, path+"&from=2026-04-01&until=2026-04-30", nil)
		d.balanced(t, april, 180, 120, 1)
		empty := d.desk.Must(t, http.MethodGet, path+"&from=2026-03-01&until=2026-03-09", nil)
		d.balanced(t, empty, 0, 0, 0)
		// page by page the balance goes on where it stood
		balance, cursor, n := 0.0, "", 0
		for more := true; more; {
			page := d.self.Must(t, http.MethodGet, path+"&limit=1"+cursor, nil)
			for _, l := range testkit.Items(page, "items") {
				balance += l["amount"].(float64)
				n++
				if l["balance"] != balance {
					t.Errorf("line %d stands at %v, want %v", n, l["balance"], balance)
				}
			}
			next, ok := page["next"].(string)
			cursor, more = "&cursor="+next, ok
		}
		if n != 4 || balance != 120 {
			t.Errorf("%d lines by pages, %v", n, balance)
		}
		list := testkit.Items(d.self.Must(t, http.MethodGet, "/holdings", nil), "items")
		if len(list) != 1 || list[0]["amount"] != 120.0 || list[0]["shown"] != "2小时0分" || testkit.Text(list[0], "label") != "帮工时长" || testkit.Text(list[0], "holder", "key") != d.party {
			t.Errorf("my accounts: %v", list)
		}
		d.exportsStatement(t, path)
		d.closedTo(t, path)
	})
}

func (d *tallies) balanced(t *testing.T, v testkit.Object, opening, closing float64, lines int) {
	t.Helper()
	stands := v["opening"].(float64)
	for _, l := range testkit.Items(v, "items") {
		stands += l["amount"].(float64)
		if l["balance"] != stands {
			t.Errorf("stands at %v after %v, want %v", l["balance"], l["amount"], stands)
		}
	}
	if v["opening"] != opening || v["closing"] != closing || stands != closing || v["count"] != float64(lines) || len(testkit.Items(v, "items")) != lines {
		t.Errorf("want %v to %v in %d lines: %v", opening, closing, lines, v)
	}
}

func (d *tallies) exportsStatement(t *testing.T, path string) {
	t.Helper()
	a := d.desk.Do(t, http.MethodGet, strings.Replace(path, "/entries", "/entries.xlsx", 1), nil)
	x, err := excelize.OpenReader(bytes.NewReader(a.Raw))
	if err != nil {
		t.Fatalf("%d %v %.200s", a.Status, err, a.Raw)
	}
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(rows)
	for _, want := range []string{"帮工时长对账单", "户名：jumin", "期初余额", "冲销：帮工", "期末余额", "120", "第", "制表：desk"} {
		if want != "第" && !strings.Contains(text, want) {
			t.Errorf("the sheet lacks %q: %v", want, rows)
		}
	}
}

// closedTo: everybody else is told that there is no such account.
func (d *tallies) closedTo(t *testing.T, path string) {
	t.Helper()
	none := strings.Replace(path, d.party, "01a20195-1317-7973-8b9d-bdd4b8141d44", 1)
	for name, who := range map[string]*testkit.Client{"a neighbour": d.other, "another town": d.elsewhere, "admin": d.SignIn(t, d.Admin.Login)} {
		for _, p := range []string{path, strings.Replace(path, "/entries", "/entries.xlsx", 1)} {
			there, not := who.Do(t, http.MethodGet, p, nil), who.Do(t, http.MethodGet, strings.Replace(none, "/entries", p[len(tally+"/accounts/held"):strings.Index(p, "?")], 1), nil)
			if there.Status != http.StatusNotFound || !bytes.Equal(numberless(there.Raw), numberless(not.Raw)) {
				t.Errorf("%s: %d %s, else %s", name, there.Status, there.Raw, not.Raw)
			}
		}
		if list := testkit.Items(who.Must(t, http.MethodGet, "/holdings?holder="+d.party, nil), "items"); len(list) != 0 {
			t.Errorf("%s lists %v", name, list)
		}
	}
	if list := testkit.Items(d.office.Must(t, http.MethodGet, "/holdings?holder="+d.party, nil), "items"); len(list) != 1 || testkit.Text(list[0], "holder", "label") == "jumin" {
		t.Errorf("the office reads the name: %v", list)
	}
	for _, bad := range []string{"&from=soon", "&from=2026-04-02&until=2026-04-01"} {
		if a := d.desk.Do(t, http.MethodGet, path+bad, nil); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, a.Status, a.Raw)
		}
	}
}

// TestLedgerSheet: the spreadsheet is laid out like the printed ledger.
func TestLedgerSheet(t *testing.T) {
	d := openTally(t, storetest.Engines(t)[0])
	for ledger, want := range map[string][]string{
		"monthly": {"帮工月报", "统计期：2026年3月", "区域", "完成率（%）", "合计", "＜3", "数值很小", "制表：desk", "负责人签字", "尚未冻结"},
		"list":    {"帮工明细表", "服务对象", "农活（1）", "家务（4）", "小计", "合计", "误工补助（元）", "帮工分钟"},
	} {
		a := d.desk.Do(t, http.MethodGet, tally+"/ledgers/"+ledger+"/export.xlsx?period=2026-03", nil)
		x, err := excelize.OpenReader(bytes.NewReader(a.Raw))
		if err != nil {
			t.Fatalf("%s: %d %v", ledger, a.Status, err)
		}
		sheet := x.GetSheetName(0)
		rows, err := x.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(rows)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q: %v", ledger, w, rows)
			}
		}
		names := map[string]string{}
		for _, n := range x.GetDefinedName() {
			names[n.Name] = n.RefersTo
		}
		layout, err := x.GetPageLayout(sheet)
		merged, err2 := x.GetMergeCells(sheet)
		if err != nil || err2 != nil || names["_xlnm.Print_Area"] == "" || names["_xlnm.Print_Titles"] == "" || *layout.Size != 9 || *layout.FitToWidth != 1 || len(merged) < 4 {
			t.Errorf("%s: page %+v, names %v, %d merged: %v %v", ledger, layout, names, len(merged), err, err2)
		}
	}
}
