package domain

import "time"

// DutyRound is one start of a duty by a person, or one due time of a recurring
// one (任务轮次).
type DutyRound struct {
	County    CountyCode
	ID        string
	Program   string
	Key       string
	From      Date
	Until     Date
	ByAccount AccountID
	Region    RegionID
	Path      string
	Created   time.Time
	State     string
	Note      map[string]any
	Rev       int64
}

// DutyItem is one thing owed (任务): for one row of what the duty runs over.
// OverKind is roster, record, region or org; OverID the row's id.
type DutyItem struct {
	County    CountyCode
	ID        string
	Program   string
	Key       string
	Round     string
	OverKind  string
	OverID    string
	Record    RecordID // made for it, "" before
	Party     PartyID
	Region    RegionID
	Path      string
	ToAccount AccountID
	ToOrg     OrgID
	Opens     time.Time
	Due       time.Time
	Closes    time.Time
	DoneAt    time.Time // zero = not done
	MissedAt  time.Time // zero = not missed
	Data      map[string]any
	Urgent    bool // answered in a way that its form calls urgent
	Rev       int64
}

// Open reports whether the item still waits.
func (d *DutyItem) Open() bool { return d.DoneAt.IsZero() && d.MissedAt.IsZero() }

// RosterKeeper is the contact of one group of a roster (包组联系人). The group is
// all of the roster that lies in a region.
type RosterKeeper struct {
	County  CountyCode
	Program string
	Roster  string
	Region  RegionID
	Account AccountID
	Path    string
	Since   time.Time
}
