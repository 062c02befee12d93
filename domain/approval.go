package domain

import "time"

// ApprovalState is how far a proposed change has come.
type ApprovalState string

const (
	ApprovalOpen      ApprovalState = "open"
	ApprovalGranted   ApprovalState = "granted" // approved; its proposer has yet to carry it out
	ApprovalApplied   ApprovalState = "applied"
	ApprovalRefused   ApprovalState = "refused"
	ApprovalWithdrawn ApprovalState = "withdrawn"
	ApprovalStale     ApprovalState = "stale"   // what it would change has changed since
	ApprovalExpired   ApprovalState = "expired" // nobody decided in time; told, never stored
)

// Approval is a change of a right (待批准的变更): proposed by one person, approved by
// another, and made only then. Object is `noun/id` of what it changes; Change is what
// would be done, and Seen a digest of that object as the proposer saw it.
type Approval struct {
	County   CountyCode
	ID       string
	Kind     string
	Object   string
	Proposer AccountID
	Reason   string
	State    ApprovalState
	Seen     string
	Decider  AccountID
	Note     string
	Created  time.Time
	Expires  time.Time
	Decided  time.Time
	Change   map[string]any
}
