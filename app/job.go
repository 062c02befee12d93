package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

const (
	jobLease   = 12 * time.Second    // a worker that is silent for so long has died
	jobTries   = 8                   // runs without progress before a job is given up
	jobsOpen   = 10                  // that one person may have waiting or running
	jobKept    = 30 * 24 * time.Hour // what became of a job can be looked up for
	jobFileFor = 7 * 24 * time.Hour  // its file can be fetched for
)

var (
	errJobLost      = errors.New("app: another worker has the job")
	errJobCancelled = errors.New("app: the job was cancelled")
)

// jobRunner does the whole of a job, or the rest of it: it is called again after a
// restart or a passing error and goes on where JobRun.Job's Mark and Done stand.
// It changes data only inside JobRun.Write.
type jobRunner func(ctx context.Context, r *JobRun) error

// JobRun is one job in the hands of one worker.
type JobRun struct {
	Job domain.Job // as last saved; changed by Write alone
	app *App
	who *Who // whose job it is, with the standing that he has now
	mu  sync.Mutex
}

// Write runs one step of the job: what fn changes, and the progress it notes on j,
// become durable together, so that a step is done once or not at all. It fails when
// the job was cancelled or given to another worker. fn may run twice.
func (r *JobRun) Write(ctx context.Context, fn func(w *work, j *domain.Job) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var saved domain.Job
	err := r.app.write(ctx, r.who, func(w *work) error {
		if err := r.hold(w); err != nil {
			return err
		}
		j := r.Job
		j.Mark, j.Result, j.Tries, j.Fault = maps.Clone(j.Mark), maps.Clone(j.Result), 0, ""
		if err := fn(w, &j); err != nil {
			return err
		}
		j.State, j.NextAt = domain.JobRunning, w.Now().Add(jobLease)
		held, err := w.tx.SaveJob(&j)
		if err == nil && !held {
			err = errJobLost
		}
		saved = j
		return err
	})
	if err != nil {
		return err
	}
	r.Job = saved
	r.app.stream.job(&saved)
	return nil
}

func (r *JobRun) hold(w *work) error {
	state, err := w.tx.HoldJob(r.Job.ID, r.Job.Worker, w.Now().Add(jobLease))
	switch {
	case err != nil:
		return err
	case state == "":
		return errJobLost
	case state == domain.JobCancelling:
		return errJobCancelled
	}
	return nil
}

// Progress notes how far a long piece of work has come that changes nothing yet.
func (r *JobRun) Progress(ctx context.Context, done, total int64) error {
	return r.Write(ctx, func(_ *work, j *domain.Job) error {
		j.Done, j.Total = done, total
		return nil
	})
}

// beat keeps the lease while a step takes long; it ends the run's context when the
// job was cancelled or lost.
func (r *JobRun) beat(ctx context.Context, stop context.CancelCauseFunc) {
	tick := time.NewTicker(jobLease / 10)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !r.mu.TryLock() {
			last = time.Now() // a step is being written, and prolongs the lease
			continue
		}
		state, err := domain.JobRunning, error(nil)
		if time.Since(last) >= jobLease/3 {
			last = time.Now()
			err = r.app.DB.Write(ctx, func(tx *store.Tx) (err error) {
				state, err = tx.In(r.Job.County).HoldJob(r.Job.ID, r.Job.Worker, tx.Now().Add(jobLease))
				return err
			})
		}
		r.mu.Unlock()
		switch {
		case err != nil:
		case state == "":
			stop(errJobLost)
		case state == domain.JobCancelling:
			stop(errJobCancelled)
		}
	}
}

// startJob queues a job of the caller in his transaction.
func (w *work) startJob(kind string, payload map[string]any, total int) (*domain.Job, error) {
	return w.startJobWith(kind, payload, map[string]any{}, total)
}

// startJobWith is startJob for one of which something is known to tell already.
func (w *work) startJobWith(kind string, payload, result map[string]any, total int) (*domain.Job, error) {
	if _, ok := w.app.jobRunner(kind); !ok {
		return nil, fmt.Errorf("app: no such job: %s", kind)
	}
	if !w.who.System {
		open, err := w.tx.Jobs(store.JobFilter{Owner: w.who.Account, Open: true, Limit: jobsOpen})
		if err != nil {
			return nil, err
		}
		if len(open.Items) >= jobsOpen {
			return nil, domain.E(domain.KindRefused, "jobs_too_many", "n", itoa64(jobsOpen))
		}
	}
	j := &domain.Job{Kind: kind, Owner: w.who.Account, Payload: payload, Total: int64(total), Mark: map[string]any{}, Result: result}
	return j, w.tx.InsertJob(j)
}

// RunJobs takes up the next job that waits and works on it until it is over, or
// until the context ends; it reports how many it took. Several workers, also of
// several processes, may call it.
func (a *App) RunJobs(ctx context.Context) (int, error) {
	var due []domain.Job
	if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		due, err = tx.DueJobs(a.Now(), 4)
		return err
	}); err != nil {
		return 0, err
	}
	for i := range due {
		r, err := a.takeJob(ctx, &due[i])
		if err != nil {
			return 0, err
		}
		if r != nil {
			return 1, a.workJob(ctx, r)
		}
	}
	return 0, nil
}

// takeJob claims a job; nil when another worker was faster.
func (a *App) takeJob(ctx context.Context, due *domain.Job) (r *JobRun, err error) {
	worker := store.NewID()
	err = a.DB.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(due.County)
		r = nil
		mine, err := tx.TakeJob(due.ID, worker, tx.Now().Add(jobLease))
		if err != nil || !mine {
			return err
		}
		j, err := tx.Job(due.ID)
		if err == nil {
			r = &JobRun{Job: *j, app: a}
		}
		return err
	})
	return r, err
}

// workJob runs a job and notes how the run ended.
func (a *App) workJob(ctx context.Context, r *JobRun) error {
	err := a.runJob(ctx, r)
	if errors.Is(err, errJobLost) {
		return nil
	}
	j := r.Job
	after := context.WithoutCancel(ctx)
	now := a.Now()
	switch {
	case err == nil:
		j.State, j.Fault, j.Ended = domain.JobDone, "", now
	case errors.Is(err, errJobCancelled):
		j.State, j.Ended = domain.JobCancelled, now
	case ctx.Err() != nil: // the process stops: another may go on at once
		j.NextAt, j.Tries = now, max(j.Tries-1, 0)
	case passing(err) && j.Tries < jobTries:
		j.Fault, j.NextAt = domain.CodeOf(err), now.Add(time.Second<<min(j.Tries, 8))
	default:
		j.State, j.Fault, j.Ended = domain.JobFailed, domain.CodeOf(err), now
	}
	if j.State.Over() {
		j.NextAt = time.Time{}
	}
	if err != nil && !errors.Is(err, errJobCancelled) && ctx.Err() == nil {
		a.Log.Error("job", "kind", j.Kind, "id", j.ID, "err", err)
	}
	err = a.DB.Write(after, func(tx *store.Tx) error {
		_, err := tx.In(j.County).SaveJob(&j)
		return err
	})
	if err == nil {
		a.stream.job(&j)
	}
	return err
}

func (a *App) runJob(ctx context.Context, r *JobRun) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job %s: panic: %v", r.Job.Kind, p)
		}
	}()
	run, ok := a.jobRunner(r.Job.Kind)
	switch {
	case r.Job.State == domain.JobCancelling:
		return errJobCancelled
	case !ok:
		return domain.E(domain.KindInternal, "job_kind")
	case r.Job.Tries > jobTries:
		return domain.E(domain.KindInternal, "job_gave_up")
	}
	if r.who, err = a.standingOf(ctx, r.Job.County, r.Job.Owner); err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go r.beat(ctx, stop)
	err = run(ctx, r)
	if cause := context.Cause(ctx); err != nil && (errors.Is(cause, errJobLost) || errors.Is(cause, errJobCancelled)) {
		return cause
	}
	return err
}

// standingOf tells what an account may do now, also when it has signed out since.
// The nameless one is the kernel itself.
func (a *App) standingOf(ctx context.Context, county domain.CountyCode, id domain.AccountID) (*Who, error) {
	if id == "" {
		return System(county), nil
	}
	who := &Who{County: county, Lang: "zh-CN"}
	err := a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		acc, err := tx.Account(id)
		if err != nil {
			return err
		}
		if !acc.Active {
			return domain.E(domain.KindForbidden, "job_owner_gone")
		}
		who.Actor, err = actorOf(tx, acc)
		return err
	})
	return who, err
}
