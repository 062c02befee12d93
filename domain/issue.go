package domain

import "time"

// Pass is a revocable code (凭码); only its hash is kept.
type Pass struct {
	County  CountyCode
	Hash    string
	Program string
	Key     string
	Record  RecordID
	Until   time.Time // zero = no end
	Left    int       // uses left, -1 = unlimited
	Revoked bool
}

// Document is an issued, frozen paper (文书).
type Document struct {
	County   CountyCode
	ID       string
	Program  string
	Key      string
	Record   RecordID
	Party    PartyID
	Serial   string
	Version  int
	IssuedAt time.Time
	Data     map[string]any
	Hash     string
	State    string
	Rev      int64
}

// Reading says that somebody has read a document.
type Reading struct {
	County   CountyCode
	Document string
	Account  AccountID
	Party    PartyID
	At       time.Time
}

// Held is one link of a file's chain of custody: who had it in hand, when, for what.
// Hash covers the link and, by it, all links before.
type Held struct {
	County     CountyCode
	Attachment string
	Seq        int64
	Record     RecordID
	Act        string // filed, seen, handed
	Account    AccountID
	At         time.Time
	SHA256     string
	Note       string
	Hash       string
}

// Ledger is one frozen period table (台账); its signatures are Signature rows
// whose target is the ledger's id.
type Ledger struct {
	County   CountyCode
	ID       string
	Program  string
	Key      string
	Period   string
	Path     string
	State    string
	Data     map[string]any
	Hash     string
	FrozenAt time.Time
	FrozenBy AccountID
	Rev      int64
}

// Notice is one publication (公示).
type Notice struct {
	County      CountyCode
	ID          string
	Program     string
	Key         string
	Target      string
	State       string
	Data        map[string]any
	PublishedAt time.Time
	Until       time.Time
	Rev         int64
}

// Attachment is a stored file (附件); the bytes are in the blob store under SHA256.
type Attachment struct {
	County    CountyCode
	ID        string
	SHA256    string
	Size      int64
	MIME      string
	Name      string
	Record    RecordID
	ByAccount AccountID
	Created   time.Time
	Class     Class
}
