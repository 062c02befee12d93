package app

import (
	"context"
	"io"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// JobView is a piece of background work as its owner sees it.
type JobView struct {
	ID      string          `json:"id"`
	Kind    string          `json:"kind"`
	State   domain.JobState `json:"state"`
	Done    int64           `json:"done"`
	Failed  int64           `json:"failed"`
	Total   int64           `json:"total"`
	Result  map[string]any  `json:"result"`
	Fault   *JobFault       `json:"fault,omitempty"`
	File    *JobFile        `json:"file,omitempty"`
	Created time.Time       `json:"created"`
	Started *time.Time      `json:"started,omitempty"`
	Ended   *time.Time      `json:"ended,omitempty"`
}

// JobFault is why a job failed, or waits to be tried again. The HTTP layer adds
// the words.
type JobFault struct {
	Type  string `json:"type"`
	Title string `json:"title"`
}

// JobFile is what a job has made, to be fetched until it expires.
type JobFile struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	Expires time.Time `json:"expires"`
}

// Keys of a job's Result that stand for its file.
const (
	resultFileName = "file_name"
	resultFileSize = "file_size"
)

func jobView(j *domain.Job) JobView {
	v := JobView{ID: j.ID, Kind: j.Kind, State: j.State, Done: j.Done, Failed: j.Failed, Total: j.Total, Result: map[string]any{}, Created: j.Created}
	for k, x := range j.Result {
		if k != resultFileName && k != resultFileSize {
			v.Result[k] = x
		}
	}
	if j.Fault != "" {
		v.Fault = &JobFault{Type: j.Fault}
	}
	if !j.Started.IsZero() {
		v.Started = &j.Started
	}
	if !j.Ended.IsZero() {
		v.Ended = &j.Ended
	}
	if j.File != "" && j.State == domain.JobDone {
		size, _ := wholeNumber(j.Result[resultFileSize])
		v.File = &JobFile{Name: asText(j.Result[resultFileName]), Size: size, Expires: j.Ended.Add(jobFileFor)}
	}
	return v
}

// Jobs lists the caller's own background work, newest first.
func (a *App) Jobs(ctx context.Context, who *Who, kinds []string, cursor string, limit int) (l List[JobView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		page, err := w.tx.Jobs(store.JobFilter{Owner: who.Account, Kinds: kinds, Cursor: cursor, Limit: min(max(limit, 0), 200)})
		if err != nil {
			return err
		}
		out := make([]JobView, 0, len(page.Items))
		for i := range page.Items {
			out = append(out, jobView(&page.Items[i]))
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

// ownJob reads a job of the caller; anybody else's is not there.
func (w *work) ownJob(id string) (*domain.Job, error) {
	j, err := w.tx.Job(id)
	if err != nil {
		return nil, err
	}
	if j.Owner != w.who.Account || w.who.Account == "" {
		return nil, domain.NotFound("job")
	}
	return j, nil
}

// Job shows one piece of the caller's background work.
func (a *App) Job(ctx context.Context, who *Who, id string) (v *JobView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		j, err := w.ownJob(id)
		if err != nil {
			return err
		}
		x := jobView(j)
		v = &x
		return nil
	})
	return v, err
}

// CancelJob stops a job that is not over; what is done stays done.
func (a *App) CancelJob(ctx context.Context, who *Who, id string) (*JobView, error) {
	err := a.write(ctx, who, func(w *work) error {
		j, err := w.ownJob(id)
		if err != nil || j.State.Over() {
			return err
		}
		return w.tx.CancelJob(id)
	})
	if err != nil {
		return nil, err
	}
	return a.Job(ctx, who, id)
}

// OpenJobFile opens what a job has made. Taking it out is audited.
func (a *App) OpenJobFile(ctx context.Context, who *Who, id string) (*JobFile, io.ReadCloser, error) {
	var v JobView
	sha := ""
	err := a.write(ctx, who, func(w *work) error {
		j, err := w.ownJob(id)
		if err != nil {
			return err
		}
		if v = jobView(j); v.File == nil || !w.Now().Before(v.File.Expires) {
			return domain.E(domain.KindNotFound, "job_file_gone")
		}
		sha = j.File
		return w.audit("download", "job/"+id, "", map[string]any{"kind": j.Kind})
	})
	if err != nil {
		return nil, nil, err
	}
	file, err := a.Blobs.Get(ctx, sha)
	return v.File, file, err
}

// attach stores a file that a job has made; it shows when the job is done.
func (r *JobRun) attach(ctx context.Context, name string, content io.Reader, result map[string]any) error {
	sha, size, err := r.app.Blobs.Put(ctx, content)
	if err != nil {
		return err
	}
	return r.Write(ctx, func(_ *work, j *domain.Job) error {
		j.File = sha
		for k, x := range result {
			j.Result[k] = x
		}
		j.Result[resultFileName], j.Result[resultFileSize] = name, size
		return nil
	})
}

// houseJobs drops expired files, and jobs that are long over.
func (a *App) houseJobs(ctx context.Context, county domain.CountyCode) error {
	now := a.Now()
	var list []domain.Job
	if err := a.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		list, err = tx.In(county).StaleJobs(now.Add(-jobFileFor), now.Add(-jobKept), 50)
		return err
	}); err != nil {
		return err
	}
	for i := range list {
		j, unused := &list[i], false
		if err := a.DB.Write(ctx, func(tx0 *store.Tx) (err error) {
			tx := tx0.In(county)
			if j.File != "" {
				if unused, err = tx.DropJobFile(j.ID, j.File); err != nil {
					return err
				}
			}
			if now.Sub(j.Ended) < jobKept {
				return nil
			}
			return tx.DropJob(j.ID)
		}); err != nil {
			return err
		}
		if unused {
			a.dropBlob(ctx, j.File)
		}
	}
	return nil
}
