package domain

import "time"

// Job is long work in the background (后台任务): it has progress, can be left and
// found again, and goes on after a restart.
type Job struct {
	County CountyCode
	ID     string
	Kind   string
	Owner  AccountID
	State  JobState
	Done   int64
	Failed int64 // of Done
	Total  int64 // 0 = not known yet
	// Mark is how far the work has come: what a new run needs to go on. It and
	// Result hold no personal data.
	Mark    map[string]any
	Result  map[string]any
	Fault   string // code of the error that ended or delays it
	File    string // content hash of what can be fetched; "" = none, or expired
	Worker  string // who holds it now
	NextAt  time.Time
	Tries   int // runs without progress
	Created time.Time
	Started time.Time
	Ended   time.Time
	Payload map[string]any // what is asked; sealed, read by Tx.Job alone
}

// JobState is where a job stands.
type JobState string

const (
	JobQueued     JobState = "queued"
	JobRunning    JobState = "running"
	JobCancelling JobState = "cancelling" // asked to stop, and about to
	JobDone       JobState = "done"
	JobFailed     JobState = "failed"
	JobCancelled  JobState = "cancelled"
)

// Over reports whether nobody works on it any more.
func (s JobState) Over() bool { return s == JobDone || s == JobFailed || s == JobCancelled }

// JobItem is one thing a job works on (a record, a row) and what became of it.
type JobItem struct {
	County CountyCode
	Job    string
	N      int64 // its place, from 1
	Target string
	State  string // waiting, done, failed, undone, kept
	Code   string // of the refusal
	Data   map[string]any
	Undo   map[string]any // how it stood before; sealed, read by Tx.JobItemUndo alone
}

// States of a JobItem.
const (
	ItemWaiting = "waiting"
	ItemDone    = "done"
	ItemFailed  = "failed"
	ItemUndone  = "undone"
	ItemKept    = "kept" // not undone: it has moved on since
	ItemArea    = "area" // no record: what is proposed for a division
)
