package testkit_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const board = "/programs/errand-desk/board/job"

// column reads one column page by page.
func column(t *testing.T, who *testkit.Client, key, query string) (head testkit.Object, items []testkit.Object) {
	t.Helper()
	cursor := ""
	for {
		cols := testkit.Items(who.Must(t, http.MethodGet, board+"?limit=2&column="+key+query+cursor, nil), "columns")
		if len(cols) != 1 {
			t.Fatalf("%d columns", len(cols))
		}
		head = cols[0]
		items = append(items, testkit.Items(head, "items")...)
		next, more := head["next"].(string)
		if !more {
			return head, items
		}
		cursor = "&cursor=" + next
	}
}

// TestBoard: the longest overdue stand first, counts are those of the whole column,
// what has an order does not wait, and nobody sees what he may not.
func TestBoard(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			roomy := testkit.Text(c.team.Must(t, http.MethodPost, "/programs/errand-desk/records/helper/create",
				testkit.Object{"fields": testkit.Object{"name": "多人队", "capacity": 50, "area": c.areaOf(t)}}), "id")
			var sent []string
			for i := range 5 { // each sent a day after the one before, so each is due a day later
				c.Clock.Set(time.Date(2026, 3, 10+i, 10, 0, 0, 0, domain.Beijing))
				c.desk, c.self = c.SignIn(t, "desk"), c.SignIn(t, "jumin")
				id := c.raise(t, fmt.Sprintf("取件%d", i))
				c.desk.Must(t, http.MethodPost, "/records/"+id+"/matches/find", testkit.Object{"offers": []string{roomy}})
				sent = append(sent, id)
			}
			head, items := column(t, c.desk, "sent", "")
			if head["count"] != 5.0 || len(items) != 5 {
				t.Fatalf("sent: %v, %d items", head, len(items))
			}
			last := ""
			for i, it := range items {
				due := testkit.Text(it, "due", "due")
				if due == "" || due < last {
					t.Errorf("card %d is due %s after %s", i, due, last)
				}
				last = due
			}
			// two are late; only they stand under “overdue”
			c.Clock.Set(time.Date(2026, 3, 13, 1, 0, 0, 0, domain.Beijing))
			c.desk = c.SignIn(t, "desk")
			if head, items = column(t, c.desk, "sent", "&overdue=true"); head["count"] != 2.0 || head["late"] != 2.0 || len(items) != 2 || testkit.At(items[0], "due", "overdue") != true {
				t.Errorf("overdue: %v, %d items", head, len(items))
			}
			waiting, items := column(t, c.desk, "_waiting", "")
			if waiting["waits"] != true || waiting["count"] != float64(len(items)) || len(items) != 2 { // 买药 and 搬家: 取件 has ended, 送饭 is taken
				t.Errorf("waiting: %v, %v", waiting["count"], items)
			}
			for _, it := range items {
				for _, id := range sent {
					if it["id"] == id {
						t.Errorf("%v waits and has an order", it["title"])
					}
				}
			}
			all := testkit.Items(c.desk.Must(t, http.MethodGet, board, nil), "columns")
			if len(all) != 3 || all[0]["key"] != "_waiting" || all[1]["key"] != "sent" || all[2]["key"] != "taken" || testkit.Text(all[1], "label") != "待接单" {
				t.Errorf("columns: %v", all)
			}
			c.boardClosed(t)
		})
	}
}

func (c *crowd) areaOf(t *testing.T) []string {
	t.Helper()
	return []string{testkit.Text(c.SignIn(t, c.Admin.Login).Must(t, http.MethodGet, "/parties/"+c.party, nil), "region", "id")}
}

func (c *crowd) boardClosed(t *testing.T) {
	t.Helper()
	for _, name := range []string{"elsewhere", "auditor"} {
		who := c.SignIn(t, name)
		for _, col := range testkit.Items(who.Must(t, http.MethodGet, board, nil), "columns") {
			if col["count"] != 0.0 || col["late"] != 0.0 || len(testkit.Items(col, "items")) != 0 {
				t.Errorf("%s sees %v", name, col)
			}
		}
	}
	for _, bad := range []string{"/programs/errand-desk/board/errand", "/programs/errand-desk/board/none", board + "?column=done"} {
		if a := c.desk.Do(t, http.MethodGet, bad, nil); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", bad, a.Status, a.Raw)
		}
	}
	if a := c.desk.Do(t, http.MethodGet, board+"?column=sent&cursor=x", nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a bad cursor: %d %s", a.Status, a.Raw)
	}
}
