package domain

import "time"

// Party is whom a record is for (服务对象): a person, a household, an enterprise,
// an organization. Secret holds the file fields above class internal; nil means
// "not opened", and saving a party with a nil Secret leaves the stored one alone.
type Party struct {
	County     CountyCode
	ID         PartyID
	Kind       PartyKind
	Name       string
	Pinyin     string // full pinyin of the name, made by the store
	Region     RegionID
	Path       string
	Lat, Lng   float64
	Address    string
	Tags       []Tag
	Data       map[string]any
	Secret     map[string]any
	Created    time.Time
	Rev        int64
	Active     bool
	MergedInto PartyID
}

// Ident is an identifier of a party (resident id, USCC, phone), known to the
// store only by its blind index.
type Ident struct {
	County CountyCode
	Kind   string
	Index  string
	Party  PartyID
}

// Relation is a dated relation: A is Kind of B (guardian, legal_representative,
// member, kin…).
type Relation struct {
	County CountyCode
	A      PartyID
	Kind   string
	B      PartyID
	From   Date
	Until  Date // 0 = no end
}

// Consent is one consent given for a program (同意).
type Consent struct {
	County      CountyCode
	ID          string
	Party       PartyID
	Program     string
	Key         string
	ByParty     PartyID // the person, or a guardian
	ByAccount   AccountID
	Evidence    string
	Role        string // in which he spoke: self, guardian
	Purpose     string // the sentence that he was shown
	Scope       string // the orders and partners that it opened to, as the program said then
	TextVersion string
	GivenAt     time.Time
	Until       time.Time // zero = no end
	WithdrawnAt time.Time // zero = stands
	WithdrawnBy AccountID
}

// GroundUse is a legal ground that a named person has taken for doing something
// with somebody's data without his consent (依据), or one glass broken to read what
// is sealed (Key "").
type GroundUse struct {
	County   CountyCode
	ID       string
	Program  string
	Key      string // of the ground, "" = break_glass
	Party    PartyID
	By       AccountID
	Org      OrgID
	Reason   string
	State    string // GroundWaiting, GroundOpen, GroundRefused, GroundReviewed, GroundObjected
	GivenAt  time.Time
	Until    time.Time // zero = no end
	Signer   AccountID // who has countersigned
	ReviewBy time.Time // by when it must have been reviewed; zero = by nobody
	ToldAt   time.Time // when a missing review was told
	Reviewer AccountID
	Reviewed time.Time
	Verdict  string
	EndedAt  time.Time // ended early by who reviewed or took it
	Rev      int64
}

// States of a ground.
const (
	GroundWaiting  = "waiting"  // for a second person
	GroundOpen     = "open"     // it carries
	GroundRefused  = "refused"  // the second person said no
	GroundReviewed = "reviewed" // looked at afterwards, and found right; it carries until its end
	GroundObjected = "objected" // looked at, and found wrong; it ended then
)

// Standing is a dated status of a party that outlives the record (资格).
type Standing struct {
	County  CountyCode
	Party   PartyID
	Program string
	Key     string
	State   string
	Record  RecordID
	From    time.Time
	Until   time.Time // zero = no end
	Rev     int64
}

// RosterMember is a dated membership of a roster (名册).
type RosterMember struct {
	County  CountyCode
	Program string
	Roster  string
	Member  string // party, account or record id
	From    time.Time
	Until   time.Time // zero = still in
	Group   string    // region id of the group it belongs to
	Data    map[string]any
}
