package domain

import "time"

// Occasion is when a session is.
type Occasion struct {
	County     CountyCode
	Record     RecordID
	Program    string
	Key        string
	Parent     RecordID
	Start, End time.Time
}

// Commitment is a time that somebody or something has given to a record: the
// holder is "p:" and a party, "a:" and an account, or "o:" and an offer.
type Commitment struct {
	Holder   string
	Record   RecordID
	From, To time.Time
}
