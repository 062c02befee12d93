package domain

import "time"

// Clock is the stored state of one clock of a record (时限). It is a cache of a
// pure function; Inputs lets anybody recompute it.
type Clock struct {
	County    CountyCode
	Record    RecordID
	Key       string
	State     string // idle, running, paused, met, overdue
	FromAt    time.Time
	DueAt     time.Time
	MetAt     time.Time
	LimitText string
	Inputs    map[string]any
	NextAt    time.Time // next rung, zero = none
	NextRung  string
	Fired     []string // rungs already fired for this start
}

// Rung is a step of a ladder that has fired. Start tells the runs of one clock
// apart; a (record, clock, start, rung) fires once for ever.
type Rung struct {
	County  CountyCode
	Record  RecordID
	Clock   string
	Start   time.Time
	Rung    string
	FiredAt time.Time
}
