package domain

// Distinct types for every kind of name, so that a signature explains itself.
// Ids made here are UUIDv7 in their usual text form (36 bytes); region ids are
// division codes (GB/T 2260 and GB/T 10114), or such a code with a suffix that
// the county chose for a grid or a circle (440902001001-g03).
type (
	CountyCode string // six digits; first column of every key
	RegionID   string
	OrgID      string
	AccountID  string
	PartyID    string
	RecordID   string
	EventID    string
)
