package store

import (
	"time"

	"linqiao/domain"
)

const jobColumns = "county, id, kind, owner, state, done, failed, total, mark, result, fault, file, worker, next_at, tries, created, started, ended"

var jobSelect = "SELECT " + jobColumns + " FROM job"

func jobAAD(id string) string { return "job/" + id }

func scanJob(rows rowScanner, j *domain.Job) error { return rows.Scan(jobTargets(j)...) }

func jobTargets(j *domain.Job) []any {
	return []any{(*string)(&j.County), &j.ID, &j.Kind, (*string)(&j.Owner), (*string)(&j.State), num(&j.Done), num(&j.Failed), num(&j.Total),
		object{&j.Mark}, object{&j.Result}, &j.Fault, &j.File, &j.Worker, instant{&j.NextAt}, num(&j.Tries), instant{&j.Created}, instant{&j.Started}, instant{&j.Ended}}
}

// InsertJob queues a job; it may be taken up at once.
func (tx *Tx) InsertJob(j *domain.Job) error {
	if err := tx.home(&j.County); err != nil {
		return err
	}
	if j.ID == "" {
		j.ID = NewID()
	}
	j.State, j.Created, j.NextAt = domain.JobQueued, tx.now, tx.now
	if j.Payload == nil {
		j.Payload = map[string]any{}
	}
	sealed, err := tx.seal(jobAAD(j.ID), j.Payload)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("job", jobColumns+", payload"), j.County, j.ID, j.Kind, j.Owner, string(j.State), j.Done, j.Failed, j.Total,
		j.Mark, j.Result, j.Fault, j.File, j.Worker, j.NextAt, j.Tries, j.Created, j.Started, j.Ended, sealed)
}

// Job reads one job with its payload.
func (tx *Tx) Job(id string) (*domain.Job, error) {
	var sealed []byte
	j, err := one(tx, "job", func(rows rowScanner, j *domain.Job) error { return rows.Scan(append(jobTargets(j), &sealed)...) },
		"SELECT "+jobColumns+", payload FROM job WHERE county = $1 AND id = $2", tx.county, id)
	if err != nil {
		return nil, err
	}
	j.Payload, err = tx.open(jobAAD(id), sealed)
	return &j, err
}

// DueJobs lists jobs that wait to be taken up, of all counties or the bound one:
// new ones, and those whose worker has not been heard of.
func (tx *Tx) DueJobs(now time.Time, limit int) ([]domain.Job, error) {
	list := func(c domain.CountyCode, limit int) ([]domain.Job, error) {
		return many(tx, scanJob, jobSelect+" WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $3", c, now, int64(limit))
	}
	if tx.county != "" {
		return list(tx.county, limit)
	}
	return perCounty(tx, limit, list, func(j *domain.Job) time.Time { return j.NextAt })
}

// TakeJob gives a due job to a worker until an instant: of two workers one gets
// true.
func (tx *Tx) TakeJob(id, worker string, until time.Time) (bool, error) {
	n, err := tx.exec("UPDATE job SET worker = $3, next_at = $4, tries = tries + 1, state = CASE state WHEN 'queued' THEN 'running' ELSE state END,"+
		" started = CASE started WHEN 0 THEN $5 ELSE started END WHERE county = $1 AND id = $2 AND next_at > 0 AND next_at <= $5",
		tx.county, id, worker, until, tx.now)
	return n == 1, err
}

// SaveJob saves progress and state of a job that its worker still holds, and
// reports whether he does.
func (tx *Tx) SaveJob(j *domain.Job) (held bool, err error) {
	n, err := tx.exec("UPDATE job SET state = CASE WHEN state = 'cancelling' AND $4 = 'running' THEN state ELSE $4 END, done = $5, failed = $6, total = $7, mark = $8,"+
		" result = $9, fault = $10, next_at = $11, tries = $12, ended = $13, file = $14 WHERE county = $1 AND id = $2 AND worker = $3 AND ended = 0",
		tx.county, j.ID, j.Worker, string(j.State), j.Done, j.Failed, j.Total, j.Mark, j.Result, j.Fault, j.NextAt, j.Tries, j.Ended, j.File)
	return n == 1, err
}

// HoldJob prolongs a worker's hold and reports the job's state; "" when he has
// lost it.
func (tx *Tx) HoldJob(id, worker string, until time.Time) (domain.JobState, error) {
	n, err := tx.exec("UPDATE job SET next_at = $4 WHERE county = $1 AND id = $2 AND worker = $3 AND ended = 0", tx.county, id, worker, until)
	if err != nil || n == 0 {
		return "", err
	}
	s, err := one(tx, "job", scanText, "SELECT state FROM job WHERE county = $1 AND id = $2", tx.county, id)
	return domain.JobState(s), err
}

// CancelJob stops a job that is not over: one that nobody has begun at once, a
// running one at its next step.
func (tx *Tx) CancelJob(id string) error {
	return tx.change("job", "UPDATE job SET ended = CASE state WHEN 'queued' THEN $3 ELSE ended END, next_at = CASE state WHEN 'queued' THEN 0 ELSE next_at END,"+
		" state = CASE state WHEN 'queued' THEN 'cancelled' ELSE 'cancelling' END WHERE county = $1 AND id = $2 AND ended = 0", tx.county, id, tx.now)
}

// SetJobResult changes the result of a job that is over.
func (tx *Tx) SetJobResult(id string, result map[string]any) error {
	return tx.change("job", "UPDATE job SET result = $3 WHERE county = $1 AND id = $2 AND ended > 0", tx.county, id, result)
}

// DropJobFile takes the file from a job and reports whether its bytes are now
// unused in this county.
func (tx *Tx) DropJobFile(id, sha string) (unused bool, err error) {
	if err := tx.change("job", "UPDATE job SET file = '' WHERE county = $1 AND id = $2 AND file = $3", tx.county, id, sha); err != nil {
		return false, err
	}
	n, err := one(tx, "job", scanInt, "SELECT (SELECT COUNT(*) FROM job WHERE county = $1 AND file = $2 AND file <> '') +"+
		" (SELECT COUNT(*) FROM attachment WHERE county = $1 AND sha256 = $2)", tx.county, sha)
	return n == 0, err
}

// JobFilter selects jobs.
type JobFilter struct {
	Owner  domain.AccountID
	Kinds  []string
	Open   bool // not over
	Cursor string
	Limit  int
}

// Jobs lists jobs, newest first, without their payload.
func (tx *Tx) Jobs(f JobFilter) (Page[domain.Job], error) {
	w := tx.where()
	w.eq("owner", string(f.Owner))
	in(w, "kind", f.Kinds)
	if f.Open {
		w.add("ended = 0")
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return Page[domain.Job]{}, err
		}
		w.add("id < ?", c.id)
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scanJob, jobSelect+w.String()+" ORDER BY id DESC"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Job]{}, err
	}
	return cut(rows, limit, func(j *domain.Job) (time.Time, string) { return j.Created, j.ID }), nil
}

// StaleJobs lists jobs whose file was made before one instant, or that were over
// before another.
func (tx *Tx) StaleJobs(file, over time.Time, limit int) ([]domain.Job, error) {
	return many(tx, scanJob, jobSelect+" WHERE county = $1 AND ended > 0 AND (ended < $3 OR ended < $2 AND file <> '') ORDER BY ended LIMIT $4",
		tx.county, file, over, int64(limit))
}

// DropJob deletes a job and its items.
func (tx *Tx) DropJob(id string) error {
	if _, err := tx.exec("DELETE FROM job_item WHERE county = $1 AND job = $2", tx.county, id); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM job WHERE county = $1 AND id = $2", tx.county, id)
	return err
}

const jobItemColumns = "county, job, n, target, state, code, data"

func scanJobItem(rows rowScanner, i *domain.JobItem) error {
	return rows.Scan((*string)(&i.County), &i.Job, num(&i.N), &i.Target, &i.State, &i.Code, object{&i.Data})
}

func jobItemAAD(job, target string) string { return "job/" + job + "/" + target }

// InsertJobItem adds one thing to work on.
func (tx *Tx) InsertJobItem(i *domain.JobItem) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	return tx.later(insertSQL("job_item", jobItemColumns), i.County, i.Job, i.N, i.Target, i.State, i.Code, i.Data)
}

// EndJobItem notes what became of an item and how it stood before.
func (tx *Tx) EndJobItem(i *domain.JobItem) error {
	sealed, err := tx.seal(jobItemAAD(i.Job, i.Target), i.Undo)
	if err != nil {
		return err
	}
	if sealed == nil {
		return tx.later("UPDATE job_item SET state = $4, code = $5, data = $6 WHERE county = $1 AND job = $2 AND n = $3",
			tx.county, i.Job, i.N, i.State, i.Code, i.Data)
	}
	return tx.later("UPDATE job_item SET state = $4, code = $5, data = $6, undo = $7 WHERE county = $1 AND job = $2 AND n = $3",
		tx.county, i.Job, i.N, i.State, i.Code, i.Data, sealed)
}

// JobItems lists the items of a job after a place, in order; state "" = all.
func (tx *Tx) JobItems(job, state string, after int64, limit int) ([]domain.JobItem, error) {
	w := tx.where()
	w.add("job = ?", job)
	w.eq("state", state)
	w.add("n > ?", after)
	return many(tx, scanJobItem, "SELECT "+jobItemColumns+" FROM job_item"+w.String()+" ORDER BY n"+w.fill(" LIMIT ?", int64(limit)), w.args...)
}

// JobItemUndo opens how an item stood before.
func (tx *Tx) JobItemUndo(i *domain.JobItem) (map[string]any, error) {
	sealed, err := one(tx, "job_item", func(rows rowScanner, b *[]byte) error { return rows.Scan(b) },
		"SELECT undo FROM job_item WHERE county = $1 AND job = $2 AND n = $3", tx.county, i.Job, i.N)
	if err != nil {
		return nil, err
	}
	return tx.open(jobItemAAD(i.Job, i.Target), sealed)
}

// JobItemsOpened lists items as JobItems does, with what they keep sealed.
func (tx *Tx) JobItemsOpened(job, state string, after int64, limit int) ([]domain.JobItem, error) {
	return many(tx, func(rows rowScanner, i *domain.JobItem) error {
		var sealed []byte
		err := rows.Scan((*string)(&i.County), &i.Job, num(&i.N), &i.Target, &i.State, &i.Code, object{&i.Data}, &sealed)
		if err == nil {
			i.Undo, err = tx.open(jobItemAAD(i.Job, i.Target), sealed)
		}
		return err
	}, "SELECT "+jobItemColumns+", undo FROM job_item WHERE county = $1 AND job = $2 AND state = $3 AND n > $4 ORDER BY n LIMIT $5",
		tx.county, job, state, after, int64(limit))
}

// CopyJobItems gives a job the items of another that are in a state, as waiting,
// and reports how many.
func (tx *Tx) CopyJobItems(from, state, to string) (int64, error) {
	return tx.exec("INSERT INTO job_item ("+jobItemColumns+") SELECT county, $4, n, target, 'waiting', '', data FROM job_item"+
		" WHERE county = $1 AND job = $2 AND state = $3", tx.county, from, state, to)
}

// JobItemsDown lists the items of a job in a state, last first.
func (tx *Tx) JobItemsDown(job, state string, limit int) ([]domain.JobItem, error) {
	return many(tx, scanJobItem, "SELECT "+jobItemColumns+" FROM job_item WHERE county = $1 AND job = $2 AND state = $3 ORDER BY n DESC LIMIT $4",
		tx.county, job, state, int64(limit))
}

// Reason is why items of a job ended in a state, and how many did.
type Reason struct {
	Code  string
	Data  map[string]any
	Count int64
}

// JobReasons counts the items in a state by their reason, the most frequent first.
func (tx *Tx) JobReasons(job, state string, limit int) ([]Reason, error) {
	return many(tx, func(rows rowScanner, r *Reason) error { return rows.Scan(&r.Code, object{&r.Data}, &r.Count) },
		"SELECT code, data, COUNT(*) AS n FROM job_item WHERE county = $1 AND job = $2 AND state = $3 GROUP BY code, data ORDER BY n DESC, code, data LIMIT $4",
		tx.county, job, state, int64(limit))
}
