package app

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
)

// counting is a job of ten steps that notes what it has counted; died stops it in
// the middle as a kill would.
func counting(counted *[]int64, before func(n int64) error) jobRunner {
	return func(ctx context.Context, r *JobRun) error {
		for r.Job.Done < 10 {
			if err := before(r.Job.Done); err != nil {
				return err
			}
			err := r.Write(ctx, func(_ *work, j *domain.Job) error {
				j.Done++
				j.Mark["last"] = j.Done
				return nil
			})
			if err != nil {
				return err
			}
			*counted = append(*counted, r.Job.Done)
		}
		return r.attach(ctx, "十步.csv", strings.NewReader("一,二\n"), map[string]any{"steps": int64(10)})
	}
}

func (c *desk) startJob(who *Who, kind string) string {
	c.t.Helper()
	id := ""
	if err := c.a.write(c.t.Context(), who, func(w *work) error {
		j, err := w.startJob(kind, map[string]any{"secret": "张三"}, 10)
		if err == nil {
			id = j.ID
		}
		return err
	}); err != nil {
		c.t.Fatal(err)
	}
	return id
}

// workOff takes up the next job, which must be there.
func (c *desk) workOff() {
	c.t.Helper()
	if n, err := c.a.RunJobs(c.t.Context()); err != nil || n != 1 {
		c.t.Fatalf("took %d jobs: %v", n, err)
	}
}

func TestJob(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		li, wang := c.staff("li", "window", "440902100", ""), c.staff("wang", "window", "440902100", "")
		var counted []int64
		stop := errors.New("not yet set")
		c.a.extraJobs = map[string]jobRunner{"count": counting(&counted, func(n int64) error {
			if n == 4 {
				return stop
			}
			return nil
		})}
		stop = domain.E(domain.KindUnavailable, "store_busy")
		id := c.startJob(li, "count")
		feed := c.subscribe(li, "")
		take(feed)

		// A passing error: the job waits, then goes on where it stood.
		c.workOff()
		v, err := c.a.Job(ctx, li, id)
		if err != nil || v.State != domain.JobRunning || v.Done != 4 || v.Fault.Type != "store_busy" || v.File != nil {
			t.Fatalf("after a passing error: %+v %v", v, err)
		}
		if n, _ := c.a.RunJobs(ctx); n != 0 {
			t.Error("it is tried again at once")
		}
		if e := <-feed.Events(); e.Type != "job" || string(e.ID) != id {
			t.Errorf("stream %+v", e)
		}
		stop = nil
		c.clock.Set(c.clock.Now().Add(time.Minute))
		c.workOff()
		if !slices.Equal(counted, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Errorf("counted %v", counted)
		}
		v, err = c.a.Job(ctx, li, id)
		if err != nil || v.State != domain.JobDone || v.Done != 10 || v.Result["steps"] != int64(10) || v.Fault != nil || v.Ended == nil || v.File == nil {
			t.Fatalf("done: %+v %v", v, err)
		}

		// It is his alone.
		_, err = c.a.Job(ctx, wang, id)
		wantCode(t, err, "not_found")
		_, err = c.a.CancelJob(ctx, wang, id)
		wantCode(t, err, "not_found")
		_, _, err = c.a.OpenJobFile(ctx, wang, id)
		wantCode(t, err, "not_found")
		if l, err := c.a.Jobs(ctx, wang, nil, "", 0); err != nil || len(l.Items) != 0 {
			t.Errorf("others list it: %v %v", l, err)
		}
		if l, err := c.a.Jobs(ctx, li, []string{"count"}, "", 0); err != nil || len(l.Items) != 1 {
			t.Errorf("list: %v %v", l, err)
		}

		// The file can be fetched, and expires; the job itself goes later.
		f, body, err := c.a.OpenJobFile(ctx, li, id)
		if err != nil || f.Name != "十步.csv" {
			t.Fatal(f, err)
		}
		if b, _ := io.ReadAll(body); string(b) != "一,二\n" {
			t.Errorf("file %q", b)
		}
		_ = body.Close()
		if c.audits("download") != 1 {
			t.Error("the download is not in the journal")
		}
		c.clock.Set(c.clock.Now().Add(jobFileFor + time.Minute))
		if err := c.a.houseJobs(ctx, li.County); err != nil {
			t.Fatal(err)
		}
		_, _, err = c.a.OpenJobFile(ctx, li, id)
		wantCode(t, err, "job_file_gone")
		c.clock.Set(c.clock.Now().Add(jobKept))
		if err := c.a.houseJobs(ctx, li.County); err != nil {
			t.Fatal(err)
		}
		_, err = c.a.Job(ctx, li, id)
		wantCode(t, err, "not_found")
	})
}

// TestJobLost: a worker that was silent too long loses the job to another, and
// what it still tries to write is refused.
func TestJobLost(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		li := c.staff("li", "window", "440902100", "")
		var counted []int64
		taken := false
		c.a.extraJobs = map[string]jobRunner{"count": counting(&counted, func(n int64) error {
			if n == 5 && !taken {
				taken = true
				c.clock.Set(c.clock.Now().Add(2 * jobLease))
				c.workOff() // the other worker finishes it
			}
			return nil
		})}
		id := c.startJob(li, "count")
		c.workOff()
		if !slices.Equal(counted, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
			t.Errorf("counted %v", counted)
		}
		if v, err := c.a.Job(t.Context(), li, id); err != nil || v.State != domain.JobDone || v.Done != 10 {
			t.Errorf("%+v %v", v, err)
		}
	})
}

func TestJobEnds(t *testing.T) {
	onDesks(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		li := c.staff("li", "window", "440902100", "")
		var counted []int64
		var id string
		at := func(n int64) error { return nil }
		c.a.extraJobs = map[string]jobRunner{"count": counting(&counted, func(n int64) error { return at(n) })}
		state := func(want domain.JobState, done int64) *JobView {
			t.Helper()
			v, err := c.a.Job(ctx, li, id)
			if err != nil || v.State != want || v.Done != done {
				t.Fatalf("want %s %d: %+v %v", want, done, v, err)
			}
			return v
		}

		// Cancelled before it began, and in the middle.
		id = c.startJob(li, "count")
		if _, err := c.a.CancelJob(ctx, li, id); err != nil {
			t.Fatal(err)
		}
		state(domain.JobCancelled, 0)
		if n, _ := c.a.RunJobs(ctx); n != 0 {
			t.Error("a cancelled job runs")
		}
		id = c.startJob(li, "count")
		at = func(n int64) error {
			if n == 3 {
				_, err := c.a.CancelJob(ctx, li, id)
				return err
			}
			return nil
		}
		c.workOff()
		state(domain.JobCancelled, 3)

		// Refused for good.
		at = func(n int64) error { return domain.E(domain.KindRefused, "guard") }
		id = c.startJob(li, "count")
		c.workOff()
		if v := state(domain.JobFailed, 0); v.Fault.Type != "guard" {
			t.Errorf("fault %+v", v.Fault)
		}

		// A panic is an error of the job, not of the process.
		at = func(n int64) error { panic("broken") }
		id = c.startJob(li, "count")
		c.workOff()
		state(domain.JobFailed, 0)

		// A worker that dies again and again: given up.
		at = func(n int64) error { t.Error("it still runs"); return nil }
		id = c.startJob(li, "count")
		for range jobTries {
			if r, err := c.a.takeJob(ctx, &domain.Job{County: li.County, ID: id}); err != nil || r == nil {
				t.Fatal(r, err)
			}
			c.clock.Set(c.clock.Now().Add(2 * jobLease))
		}
		c.workOff()
		if v := state(domain.JobFailed, 0); v.Fault.Type != "job_gave_up" {
			t.Errorf("fault %+v", v.Fault)
		}

		// Its owner was locked out meanwhile.
		at = func(n int64) error { t.Error("it runs without its owner"); return nil }
		id = c.startJob(li, "count")
		if err := c.a.LockAccount(ctx, System(li.County), li.Account); err != nil {
			t.Fatal(err)
		}
		c.workOff()
		if v := state(domain.JobFailed, 0); v.Fault.Type != "job_owner_gone" {
			t.Errorf("fault %+v", v.Fault)
		}

		// Nobody fills the queue.
		for range jobsOpen {
			c.startJob(li, "count")
		}
		err := c.a.write(ctx, li, func(w *work) error {
			_, err := w.startJob("count", nil, 0)
			return err
		})
		wantCode(t, err, "jobs_too_many")
	})
}
