package domain

import "time"

// Partner is a system outside that is kept in step with one mapping of a program. Its
// key is a machine's account: it opens the exchange and nothing else.
type Partner struct {
	County  CountyCode
	ID      string
	Name    string
	Program string
	Key     string // of the mapping in the program
	Ceiling Class  // what may travel, at most; never above the mapping's own
	Push    bool   // we hand our events over
	Pull    bool   // we ask for theirs
	Active  bool
	Hash    string // of the half of the key that is shown; "" = none given or revoked
	Next    string // of a key that was made anew and not used yet
	// Secret: url, key (what they gave us), sign and next (the halves that sign).
	Secret  map[string]any
	Health  ChannelHealth
	Seq     int64     // of the latest event built for it
	Pulled  int64     // up to where its feed was taken in
	Filled  string    // how far the first run over the records has come; PartnerFull = done
	LastIn  time.Time // when it was last heard of
	Told    time.Time // when its silence was told; zero = not
	Created time.Time
	By      AccountID
	Rev     int64
}

// PartnerFull: the first run is over.
const PartnerFull = "-"

// States of what goes out and comes in.
const (
	PartnerQueued = "queued"
	PartnerSent   = "sent"
	PartnerDead   = "dead"
	PartnerTaken  = "taken"
	PartnerHeld   = "held"
	PartnerDrop   = "dropped"
)

// PartnerDue is a record that may have something to tell a partner. N counts how often
// it was said, so that what is said while an event is built is not lost.
type PartnerDue struct {
	County  CountyCode
	Partner string
	Record  RecordID
	N       int64
}

// PartnerOut is an event for a partner, frozen when it was built. Of one record only
// the latest is kept: it says all.
type PartnerOut struct {
	County    CountyCode
	Partner   string
	Seq       int64
	ID        string
	Record    RecordID
	Type      string
	State     string
	Tries     int
	Fails     int // failures that were its own
	NextAt    time.Time
	FirstFail time.Time
	Created   time.Time
	Ended     time.Time
	Error     string
	Body      string // the exact bytes, sealed at rest
}

// PartnerIn is an event of a partner. Its body is kept only while it is held.
type PartnerIn struct {
	County  CountyCode
	ID      string
	Partner string
	Source  string
	Event   string
	State   string
	Record  RecordID
	Kind    string // of record, as the event says
	At      time.Time
	Error   string // code of why it is held
	Body    string
}

// PartnerLink joins a record to the partner's own, and keeps what each side knows.
type PartnerLink struct {
	County   CountyCode
	Partner  string
	Record   RecordID
	External string
	SentSeq  int64 // of the latest event about it; 0 = none
	Theirs   int64 // their latest version that was taken in
	Gone     bool  // we have said that no more will come
	// Secret: known (our values as the partner knows them), base (values on which both
	// agreed last), changed, chose, decided; by the names of the mapping.
	Secret map[string]any
	Rev    int64
}

// PartnerConflict is a field that both sides have changed: ours stands until somebody
// decides.
type PartnerConflict struct {
	County  CountyCode
	ID      string
	Partner string
	Program string
	Record  RecordID
	Name    string // of the field in the mapping
	Version int64  // of theirs
	State   string // open, ours, theirs, agreed
	At      time.Time
	By      AccountID
	Decided time.Time
	Secret  map[string]any // ours, theirs
	Rev     int64
}

// States of a conflict.
const (
	ConflictOpen   = "open"
	ConflictOurs   = "ours"
	ConflictTheirs = "theirs"
	ConflictAgreed = "agreed"
)
