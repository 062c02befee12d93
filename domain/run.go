package domain

import "time"

// MatchRun is one run of a match for a record (匹配).
type MatchRun struct {
	County CountyCode
	ID     string
	Record RecordID
	Key    string
	Step   int
	State  string
	Sent   int
	Data   map[string]any
	Rev    int64
}

// PanelRun is one round of a panel, choice or ballot on a record; Kind tells
// which (panel, choice, ballot).
type PanelRun struct {
	County  CountyCode
	ID      string
	Kind    string
	Record  RecordID
	Program string
	Key     string
	Round   int
	State   string
	DueAt   time.Time
	Data    map[string]any
	Rev     int64
}

// Signature is a move or a ledger that waits for signatures (待签). The hash is
// over the payload as signed; a changed payload is a new signature.
type Signature struct {
	County   CountyCode
	ID       string
	Program  string
	Target   string // record id, or another thing's id
	Move     string
	Payload  map[string]any
	Hash     string
	State    string
	Created  time.Time
	Mover    AccountID
	ClosesAt time.Time // consent by silence; zero = none
	Rev      int64
}

// Sign is one person's answer to a Signature. A slot is answered once.
type Sign struct {
	County    CountyCode
	Signature string
	Slot      int
	Account   AccountID
	Party     PartyID
	Decision  string
	At        time.Time
	Proof     map[string]any
}

// Response is one filled form (填报).
type Response struct {
	County     CountyCode
	ID         string
	Program    string
	Form       string
	Record     RecordID
	Subject    PartyID
	ByAccount  AccountID
	ByParty    PartyID
	At         time.Time
	RecordedAt time.Time
	Data       map[string]any
	Secret     map[string]any // nil = not opened
	Score      int
	Scored     bool
	Band       string
	Class      Class
}
