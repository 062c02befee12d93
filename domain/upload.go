package domain

import "time"

// Upload is a file on its way in, in parts: it may be cut off and go on later. Size and
// SHA256 are those of the whole file as the sender has it.
type Upload struct {
	County     CountyCode
	ID         string
	Account    AccountID
	Name       string
	Size       int64
	SHA256     string
	Received   int64  // bytes that are here, from the start without a gap
	Attachment string // what it became; "" while it is not whole
	Created    time.Time
}

// Confirmation is one side's half of a two-sided confirmation, kept until the other
// half arrives. Facts is the text that both sides had before their eyes.
type Confirmation struct {
	County     CountyCode
	Record     RecordID
	Account    AccountID
	Facts      string
	At         time.Time
	RecordedAt time.Time
	State      string // waiting, used
}
