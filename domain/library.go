package domain

import "time"

// LibraryItem is the line of a published item in its content library (内容库).
type LibraryItem struct {
	County    CountyCode
	ID        RecordID
	Program   string
	Key       string // of the library
	Title     string
	Lead      string // its first words
	Kind      string // article audio video
	State     string // live over
	Topics    []string
	Published time.Time // when it was published first
	Ended     time.Time // when it was withdrawn
	Opened    int64     // openings up to the last day that is over
}

// LibraryDay is how often an item was opened on a day. Nothing in it tells by whom.
type LibraryDay struct {
	Item    RecordID
	Day     Date
	N       int64
	Counted int64 // of N, what figures have already
}
