package testkit_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// finish runs the background work until nothing waits, and gives the job.
func (e *errands) finish(t *testing.T, who *testkit.Client, job testkit.Object) testkit.Object {
	t.Helper()
	for {
		n, err := e.App.RunJobs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	v := who.Must(t, http.MethodGet, "/jobs/"+testkit.Text(job, "id"), nil)
	if testkit.Text(v, "state") != "done" {
		t.Fatalf("job %v", v)
	}
	return v
}

// preview plays a batch and expects so many to pass and to be refused.
func (e *errands) preview(t *testing.T, who *testkit.Client, body testkit.Object, pass, refused int) testkit.Object {
	t.Helper()
	v := e.finish(t, who, who.Must(t, http.MethodPost, "/bulk", body))
	wantDone(t, v, pass, refused)
	return v
}

func wantDone(t *testing.T, v testkit.Object, pass, refused int) {
	t.Helper()
	if v["done"] != float64(pass+refused) || v["failed"] != float64(refused) {
		t.Fatalf("want %d done, %d refused: %v", pass, refused, v)
	}
}

func (e *errands) confirm(t *testing.T, who *testkit.Client, check testkit.Object, pass, refused int) testkit.Object {
	t.Helper()
	v := e.finish(t, who, who.Must(t, http.MethodPost, "/bulk/"+testkit.Text(check, "id")+"/confirm", testkit.Object{}))
	wantDone(t, v, pass, refused)
	return v
}

func (e *errands) undo(t *testing.T, who *testkit.Client, batch testkit.Object, back, kept int) testkit.Object {
	t.Helper()
	v := e.finish(t, who, who.Must(t, http.MethodPost, "/bulk/"+testkit.Text(batch, "id")+"/undo", testkit.Object{}))
	wantDone(t, v, back, kept)
	if testkit.Text(v, "result", "record_label") != testkit.Text(batch, "result", "record_label") || testkit.Text(v, "result", "op") == "" {
		t.Errorf("the undo does not say of what: %v", v["result"])
	}
	return v
}

func (e *errands) figuresHold(t *testing.T) {
	t.Helper()
	if same, err := e.App.Rebuild(t.Context(), app.System(e.Code), "errand-desk"); err != nil || !same {
		t.Errorf("the figures are not what the events say: %v", err)
	}
}

// state is what people see of records: stage, owner, due, fields.
func (e *errands) state(t *testing.T, ids []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, id := range ids {
		v := e.desk.Must(t, http.MethodGet, "/records/"+id, nil)
		out[id] = fmt.Sprint(v["stage"], v["owner"], v["fields"], v["clocks"], v["children"], v["matches"], v["stages_walked"])
	}
	return out
}

func (e *errands) raiseMany(t *testing.T, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = e.raise(t, fmt.Sprintf("送药%d", i))
	}
	return ids
}

func same(t *testing.T, what string, before, after map[string]string, but ...string) {
	t.Helper()
	for id, s := range before {
		changed := after[id] != s
		for _, b := range but {
			if b == id {
				changed = false
			}
		}
		if changed {
			t.Errorf("%s: %s\nwas %s\nis  %s", what, id, s, after[id])
		}
	}
}

// TestBulk: a batch is previewed, done once, and taken back as one; each record by
// the rights and guards of the single act.
func TestBulk(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			ids := e.raiseMany(t, 60)
			all := append(append([]string{}, ids...), e.ended, "01a20195-1317-7973-8b9d-bdd4b8141d44")
			before := e.state(t, ids)
			rows := e.rows(t)

			later := testkit.Object{"op": "move", "move": "later", "act": testkit.Object{"fields": testkit.Object{"day": "2026-03-20"}}, "ids": all}
			check := e.preview(t, e.desk, later, 60, 2)
			for table, x := range e.rows(t) {
				if rows[table] != x && table != "job" && table != "job_item" && table != "idempotency" {
					t.Errorf("the preview has changed %s", table)
				}
			}
			if got := testkit.Items(testkit.Object{"items": testkit.At(check, "result", "reasons")}, "items"); len(got) != 2 || got[0]["title"] == "" {
				t.Errorf("reasons %v", got)
			}
			if testkit.Text(check, "result", "label") != "改期" {
				t.Errorf("label %v", check["result"])
			}

			// Confirmed once, whatever is pressed again.
			key := testkit.Key(testkit.NewKey())
			path := "/bulk/" + testkit.Text(check, "id") + "/confirm"
			one, two := e.desk.Must(t, http.MethodPost, path, testkit.Object{}, key), e.desk.Must(t, http.MethodPost, path, testkit.Object{}, key)
			if testkit.Text(one, "id") != testkit.Text(two, "id") {
				t.Error("a retry starts it again")
			}
			if a := e.desk.Do(t, http.MethodPost, path, testkit.Object{}); a.Status != http.StatusConflict {
				t.Errorf("confirmed twice: %d %s", a.Status, a.Raw)
			}
			batch := e.finish(t, e.desk, one)
			wantDone(t, batch, 60, 0)
			for _, id := range ids {
				n := 0
				for _, ev := range e.desk.All(t, "/records/"+id+"/events") {
					if testkit.Text(ev, "label") == "改期" {
						n++
					}
				}
				if v := e.desk.Must(t, http.MethodGet, "/records/"+id, nil); n != 1 || testkit.Text(v, "fields", "day") != "2026-03-20" {
					t.Fatalf("%s: moved %d times, day %v", id, n, testkit.At(v, "fields", "day"))
				}
			}

			// One has moved on since: it stays, and is named.
			e.desk.Must(t, http.MethodPost, "/records/"+ids[7]+"/moves/later", testkit.Object{"fields": testkit.Object{"day": "2026-03-25"}})
			e.undo(t, e.desk, batch, 59, 1)
			kept := e.desk.All(t, "/jobs/"+testkit.Text(batch, "id")+"/items?state=kept")
			if len(kept) != 1 || testkit.Text(kept[0], "record", "id") != ids[7] || testkit.Text(kept[0], "type") != "moved_on" {
				t.Errorf("kept %v", kept)
			}
			same(t, "after the undo", before, e.state(t, ids), ids[7])
			if a := e.desk.Do(t, http.MethodPost, "/bulk/"+testkit.Text(batch, "id")+"/undo", testkit.Object{}); a.Status != http.StatusConflict {
				t.Errorf("undone twice: %d", a.Status)
			}
			e.figuresHold(t)
		})
	}
}

// TestBulkDispatch sends each need to its best fit: orders, runs, clocks and
// messages go again with the undo, but for the one that was taken meanwhile.
func TestBulkDispatch(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			e.team.Must(t, http.MethodPost, "/programs/errand-desk/records/helper/create",
				testkit.Object{"fields": testkit.Object{"name": "大队", "capacity": 100, "area": []string{firstTown(t, e.County)}}})
			ids := e.raiseMany(t, 8)
			before := e.state(t, ids)
			find := testkit.Object{"op": "match", "match": "find", "filter": testkit.Object{"program": "errand-desk", "record": "errand", "stage": "raised", "q": "送药"}}
			check := e.preview(t, e.desk, find, 8, 0)
			if n := len(e.team.All(t, "/records?program=errand-desk&record=job")); n != 1 {
				t.Fatalf("the preview has sent %d orders", n-1)
			}
			batch := e.confirm(t, e.desk, check, 8, 0)
			orders := e.team.All(t, "/records?program=errand-desk&record=job&stage=sent")
			if len(orders) != 8 {
				t.Fatalf("%d orders", len(orders))
			}
			e.figuresHold(t)
			taken := testkit.Text(orders[0], "id")
			need := testkit.Text(e.team.Must(t, http.MethodPost, "/records/"+taken+"/moves/take", testkit.Object{}), "parent", "id")
			e.undo(t, e.desk, batch, 7, 1)
			if left := e.team.All(t, "/records?program=errand-desk&record=job&stage=sent"); len(left) != 0 {
				t.Errorf("%d orders are left", len(left))
			}
			for _, n := range e.team.All(t, "/notifications") {
				if id := testkit.Text(n, "record"); id != "" && e.team.Do(t, http.MethodGet, "/records/"+id, nil).Status != http.StatusOK {
					t.Errorf("a message leads to an order that is gone: %v", n)
				}
			}
			if need == "" {
				for _, x := range e.desk.All(t, "/jobs/"+testkit.Text(batch, "id")+"/items?state=kept") {
					need = testkit.Text(x, "record", "id")
				}
			}
			same(t, "after the undo", before, e.state(t, ids), need)
			e.figuresHold(t)
		})
	}
}

// TestBulkRights: a batch does nothing that the single act would refuse, and tells
// nothing of what its owner may not see.
func TestBulkRights(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := openCrowd(t, engine)
			e := c.errands
			ids := e.raiseMany(t, 3)
			before := e.state(t, ids)
			body := testkit.Object{"op": "move", "move": "meet", "ids": ids}
			check := e.preview(t, c.people["elsewhere"], body, 0, 3)
			for _, x := range c.people["elsewhere"].All(t, "/jobs/"+testkit.Text(check, "id")+"/items") {
				if x["record"] != nil || testkit.Text(x, "type") != "not_found" {
					t.Errorf("tells of what may not be seen: %v", x)
				}
			}
			if a := c.people["elsewhere"].Do(t, http.MethodPost, "/bulk/"+testkit.Text(check, "id")+"/confirm", testkit.Object{}); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("confirmed an empty batch: %d", a.Status)
			}
			list := testkit.Object{"op": "move", "move": "meet", "filter": testkit.Object{"program": "errand-desk", "record": "errand"}}
			e.preview(t, c.people["elsewhere"], list, 0, 0)
			mine := e.preview(t, e.desk, body, 3, 0)
			for _, step := range []string{"/confirm", "/undo"} {
				if a := c.people["elsewhere"].Do(t, http.MethodPost, "/bulk/"+testkit.Text(mine, "id")+step, testkit.Object{}); a.Status != http.StatusNotFound {
					t.Errorf("another's batch: %d %s", a.Status, a.Raw)
				}
			}
			if a := c.people["elsewhere"].Do(t, http.MethodGet, "/jobs/"+testkit.Text(mine, "id")+"/items", nil); a.Status != http.StatusNotFound {
				t.Errorf("another's items: %d", a.Status)
			}
			// What was changed after the preview is left alone.
			e.desk.Must(t, http.MethodPost, "/records/"+ids[0]+"/moves/drop", testkit.Object{"text": "不用了"})
			batch := e.confirm(t, e.desk, mine, 2, 1)
			if testkit.Text(e.desk.Must(t, http.MethodGet, "/records/"+ids[0], nil), "stage") != "ended" {
				t.Error("a record that was changed since the preview was moved")
			}
			e.undo(t, e.desk, batch, 2, 0)
			same(t, "after the undo", before, e.state(t, ids), ids[0])
		})
	}
}

// TestBulkOwner hands many records over and reminds of them.
func TestBulkOwner(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			ids := e.raiseMany(t, 4)
			before := e.state(t, ids)
			town := firstTown(t, e.County)
			_, other := e.Staff(t, "errand_desk", "town", town, "desk2")
			account := testkit.Text(other[0].Must(t, http.MethodGet, "/session", nil), "account", "id")
			batch := e.confirm(t, e.desk, e.preview(t, e.desk, testkit.Object{"op": "owner", "account": account, "ids": ids}, 4, 0), 4, 0)
			if got := e.desk.All(t, "/records?program=errand-desk&record=errand&owner="+account); len(got) != 4 {
				t.Errorf("the filter by owner finds %d", len(got))
			}
			e.undo(t, e.desk, batch, 4, 0)
			same(t, "after the undo", before, e.state(t, ids))
			remind := testkit.Object{"op": "remind", "ids": append(ids, e.ended)}
			e.confirm(t, e.desk, e.preview(t, e.desk, remind, 4, 1), 4, 0)
			if n := len(other[0].All(t, "/notifications")); n != 4 {
				t.Errorf("%d reminders", n)
			}
			e.preview(t, e.desk, remind, 0, 5)
			e.Clock.Set(e.Clock.Now().Add(5 * time.Hour))
			e.desk = e.County.SignIn(t, "desk")
			e.preview(t, e.desk, remind, 4, 1)
		})
	}
}

// TestBulkStops: the process goes down in the middle of a batch and of its undo;
// another goes on, and nothing is done twice.
func TestBulkStops(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			e := openErrands(t, engine)
			ids := e.raiseMany(t, 160)
			before := e.state(t, ids)
			later := testkit.Object{"op": "move", "move": "later", "act": testkit.Object{"fields": testkit.Object{"day": "2026-03-20"}}, "ids": ids}
			check := e.preview(t, e.desk, later, 160, 0)
			job := e.desk.Must(t, http.MethodPost, "/bulk/"+testkit.Text(check, "id")+"/confirm", testkit.Object{})
			e.stopAt(t, testkit.Text(job, "id"), 50)
			batch := e.finish(t, e.desk, job)
			wantDone(t, batch, 160, 0)
			for _, id := range ids {
				v := e.desk.Must(t, http.MethodGet, "/records/"+id, nil)
				if v["rev"] != float64(2) {
					t.Fatalf("%s has version %v", id, v["rev"])
				}
			}
			job = e.desk.Must(t, http.MethodPost, "/bulk/"+testkit.Text(batch, "id")+"/undo", testkit.Object{})
			e.stopAt(t, testkit.Text(job, "id"), 50)
			wantDone(t, e.finish(t, e.desk, job), 160, 0)
			same(t, "after the undo", before, e.state(t, ids))
			e.figuresHold(t)
		})
	}
}

// stopAt runs a job until it has done so many, then stops the worker.
func (e *errands) stopAt(t *testing.T, id string, most float64) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		_, err := e.App.RunJobs(ctx)
		ended <- err
	}()
	for {
		v := e.desk.Must(t, http.MethodGet, "/jobs/"+id, nil)
		if n, _ := v["done"].(float64); n >= most {
			stop()
			<-ended
			return
		}
	}
}
