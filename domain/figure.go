package domain

import "time"

// Entry is one amount moved in or out of an account of a program (流水). Amounts
// are in the account's unit: fen, minutes, pieces, points. Reverses names the
// entry it undoes.
type Entry struct {
	County   CountyCode
	ID       string
	Program  string
	Account  string
	Dims     string // canonical dimension string, "k=v&k=v", in the order the account is kept by
	Amount   int64
	Record   RecordID
	Event    EventID // of the move that caused it
	At       time.Time
	Reverses string // the entry that this one undoes
	Other    string // the account on the other side of the posting
}

// Count is one change of a counter: what a stat counts on a day, in a region,
// for a combination of dimensions.
type Count struct {
	Program string
	Stat    string
	Day     Date
	Path    string
	Dims    string
	Value   int64
	N       int64
}

// Mark is one member of a distinct count; N is how many times it was seen (may
// fall to 0 when a fact is taken back).
type Mark struct {
	Program string
	Stat    string
	Day     Date
	Path    string
	Dims    string
	Member  string
	N       int64
}

// Fact is one thing that an event counted for a figure: what the counters are the
// sum of. Record is empty when the happening has none.
type Fact struct {
	Program string
	Stat    string
	Day     Date
	Event   EventID
	Path    string
	Dims    string
	Member  string
	Record  RecordID
	Value   int64
	N       int64
	At      time.Time
}

// Sample is one value kept for a median or percentile.
type Sample struct {
	Program string
	Stat    string
	Day     Date
	Path    string
	Dims    string
	Value   int64
	Event   EventID
}

// ProgramVersion is one applied version of a program folder.
type ProgramVersion struct {
	County    CountyCode
	Program   string
	Version   int
	Hash      string
	Source    []byte // zip of the folder
	AppliedAt time.Time
	By        AccountID
	State     string // live, superseded, draft
}

// ParamValue is a dated value of a program's parameter.
type ParamValue struct {
	County  CountyCode
	Program string
	Key     string
	From    Date
	Value   string // JSON
	By      AccountID
	At      time.Time
}
