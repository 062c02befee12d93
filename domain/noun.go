package domain

// Noun is what a record is to the kernel (`is:` in a program). Everything else
// about a record is the program's own.
type Noun string

const (
	Case     Noun = "case"     // 事项
	Order    Noun = "order"    // 派单
	Offer    Noun = "offer"    // 供给
	Visit    Noun = "visit"    // 走访
	Batch    Noun = "batch"    // 批次
	Activity Noun = "activity" // 活动
	Session  Noun = "session"  // 场次
	Booking  Noun = "booking"  // 预约·签到
	Item     Noun = "item"     // 明细
	Thing    Noun = "thing"    // 物件
)

// Phase is all that the kernel asks of a stage. Stage names belong to programs.
type Phase string

const (
	PhaseOpen     Phase = "open"
	PhaseWaiting  Phase = "waiting"
	PhaseDone     Phase = "done"
	PhaseVoid     Phase = "void"
	PhaseProposed Phase = "proposed"
	PhaseAccepted Phase = "accepted"
	PhaseDeclined Phase = "declined"
	PhaseExpired  Phase = "expired"
	PhaseReturned Phase = "returned"
	PhaseDraft    Phase = "draft"
	PhaseLive     Phase = "live"
	PhasePaused   Phase = "paused"
	PhaseEnded    Phase = "ended"
	PhasePlanned  Phase = "planned"
	PhaseAsked    Phase = "asked"
	PhaseIn       Phase = "in"
	PhasePresent  Phase = "present"
	PhaseAbsent   Phase = "absent"
	PhaseOut      Phase = "out"
)

// Phases is the closed list of phases of each noun.
var Phases = map[Noun][]Phase{
	Case:     {PhaseOpen, PhaseWaiting, PhaseDone, PhaseVoid},
	Order:    {PhaseProposed, PhaseAccepted, PhaseDeclined, PhaseExpired, PhaseDone, PhaseReturned},
	Offer:    {PhaseDraft, PhaseLive, PhasePaused, PhaseEnded},
	Visit:    {PhaseOpen, PhaseDone, PhaseVoid},
	Batch:    {PhaseDraft, PhaseWaiting, PhaseDone, PhaseVoid},
	Activity: {PhaseDraft, PhaseLive, PhaseDone, PhaseVoid},
	Session:  {PhasePlanned, PhaseLive, PhaseDone, PhaseVoid},
	Booking:  {PhaseAsked, PhaseWaiting, PhaseIn, PhasePresent, PhaseAbsent, PhaseOut, PhaseDone},
	Item:     {PhaseOpen, PhaseDone, PhaseVoid},
	Thing:    {PhaseLive, PhasePaused, PhaseEnded},
}

// Final reports whether the phase ends a record's life. `present` is final only
// where no move leaves it; the program loader decides that.
func (p Phase) Final() bool {
	switch p {
	case PhaseDone, PhaseVoid, PhaseDeclined, PhaseExpired, PhaseReturned, PhaseEnded, PhaseOut, PhaseAbsent:
		return true
	}
	return false
}

// PartyKind is the kind of a party (服务对象).
type PartyKind string

const (
	Person       PartyKind = "person"
	Household    PartyKind = "household"
	Enterprise   PartyKind = "enterprise"
	Organization PartyKind = "organization"
)

// RegionLevel is a level of the administrative tree (行政区划), plus the two
// levels that a county adds itself: grid and circle.
type RegionLevel string

const (
	Province RegionLevel = "province"
	City     RegionLevel = "city"
	County   RegionLevel = "county"
	Town     RegionLevel = "town"
	Village  RegionLevel = "village"
	Grid     RegionLevel = "grid"   // 网格
	Circle   RegionLevel = "circle" // 服务圈
)

// IsRegionLevel tells a level's name from other words.
func IsRegionLevel(s string) bool {
	switch RegionLevel(s) {
	case Province, City, County, Town, Village, Grid, Circle:
		return true
	}
	return false
}
