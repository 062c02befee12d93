package domain

import "time"

// Event is what happened (记录): append-only, and the outbox too. OccurredAt is
// when it happened in the world, RecordedAt when the server learned of it.
type Event struct {
	County     CountyCode
	ID         EventID
	Record     RecordID
	Root       RecordID
	Subject    PartyID
	Program    string
	Key        string // record key, or the noun the event is about
	Type       string
	Move       string
	Actor      AccountID // "" for the kernel itself and for identity: none
	Org        OrgID
	OccurredAt time.Time
	RecordedAt time.Time
	Data       map[string]any
	Stats      map[string]any // values read by guards on stats
	Class      Class
}

// Audit is one row of the tamper-evident journal (审计): who looked at or took
// out what, and why. Seq, PrevHash and Hash are set when the row is linked.
type Audit struct {
	County   CountyCode
	ID       string
	At       time.Time
	Actor    AccountID
	Action   string
	Object   string
	Purpose  string
	Detail   map[string]any
	Seq      int64
	PrevHash string
	Hash     string
}
