// Package program reads a mechanism's folder into a checked, compiled Program.
// It is the only place that knows the file format (docs/program-format.md); all
// engines and screens work on the types of this file. Nothing here does I/O
// beyond the fs.FS it is given.
package program

import (
	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Program is one checked mechanism. A pack (common lists and tables) is a
// Program without records.
type Program struct {
	Key     string
	Version int
	Title   string
	TitleEN string
	Class   domain.Class
	Uses    []string
	Extends string
	Law     []string
	Hash    string // SHA-256 over the folder's files

	Params     Map[*Param]
	Lists      Map[*List] // own lists; ListOf resolves `pack.k`
	Tables     Map[*Table]
	Files      map[domain.PartyKind]*PartyFile // own file fields
	Consents   Map[*Consent]
	Grounds    Map[*Ground]
	BreakGlass *BreakGlass
	Rosters    Map[*Roster]
	Roles      Map[*Role]
	Records    Map[*RecordType]
	Forms      Map[*Form]
	Matches    Map[*Match]
	Duties     Map[*Duty]
	Panels     Map[*Panel]
	Choices    Map[*Choice]
	Ballots    Map[*Ballot]
	Documents  Map[*Document]
	Passes     Map[*Pass]
	Standings  Map[*Standing]
	Accounts   Map[*Account]
	Messages   Map[*Message]
	Partners   Map[*Partner]
	Devices    Map[*Device]
	Libraries  Map[*Library]
	Notices    Map[*Notice]
	Stats      Map[*Stat]
	Ledgers    Map[*Ledger]
	Migrate    *Migrate

	// EN holds the English texts of en.yaml by dotted address
	// (`records.demand.moves.raise.label`).
	EN map[string]string
	// Sources are the folder's files as read, for storing a version and for the
	// program viewer.
	Sources map[string][]byte
}

type Param struct {
	Key, Label string
	Type       FieldType
	Value      any // normalised; when dated, see Dated
	Dated      []DatedValue
	Range      *[2]any
}

// DatedValue holds from the day on.
type DatedValue struct {
	From  domain.Date
	Value any
}

type List struct {
	Key, Label string
	Options    Map[*Option]
	Open       bool   // the county may add options
	KeptBy     string // role that may
}

type Option struct{ Key, Label, LabelEN string }

type Table struct {
	Key, Label string
	Fields     Map[*Field]
	KeyCols    []string
	Band       string
	Dated      bool
	File       string
	Class      domain.Class
	Rows       []map[string]any // normalised
}

type PartyFile struct{ Fields Map[*Field] }

// FieldType is the type of a field. A field with `list` has type TypeChoice.
type FieldType string

const (
	TypeText     FieldType = "text"
	TypeInt      FieldType = "int"
	TypeNumber   FieldType = "number"
	TypeMoney    FieldType = "money" // fen
	TypeBP       FieldType = "bp"    // basis points
	TypeRate     FieldType = "rate"
	TypeBool     FieldType = "bool"
	TypeDate     FieldType = "date"
	TypeTime     FieldType = "time"
	TypeSpan     FieldType = "span"
	TypeInterval FieldType = "interval"
	TypeSchedule FieldType = "schedule"
	TypePlace    FieldType = "place"
	TypeRegion   FieldType = "region"
	TypeOrg      FieldType = "org"
	TypePerson   FieldType = "person"
	TypeParty    FieldType = "party"
	TypeAccount  FieldType = "account"
	TypePhone    FieldType = "phone"
	TypePhoto    FieldType = "photo"
	TypeFile     FieldType = "file"
	TypeChecks   FieldType = "checks"
	TypeRows     FieldType = "rows"
	TypeRef      FieldType = "ref"
	TypeChoice   FieldType = "choice" // written `list:`
)

type Field struct {
	Key, Label, LabelEN string
	Type                FieldType
	List                *List  // of a choice; resolved, also across packs and tables
	ListRef             string // as written, "" for options in place
	Many                bool
	Class               domain.Class
	Unit                string
	Range               *[2]any
	Digits              int
	Default             any
	DefaultExpr         *rule.Expr      // a default read from a path (`period.year`)
	Items               Map[*CheckItem] // of checks
	Fields              Map[*Field]     // of rows
	To                  string          // of ref: record address `application` or `program.record`
	Calc, Suggest       *rule.Expr
	Differ              []string
	Versions, Custody   bool
	Coarse              string
	Live, Track         bool
	Hint                string
}

// DifferKey names the field beside one with `differ` that holds the reason.
func (f *Field) DifferKey() string { return f.Key + "_differ" }

type CheckItem struct {
	Key, Label, LabelEN string
	Suggest             *rule.Expr // bool
}

type Consent struct {
	Key, Label string
	By         []string // self, guardian
	Under      int      // below this age the guardian acts; 0 = no limit
	Purpose    string   // one sentence, for who is asked
	Evidence   []string
	Lasts      Span
	Shares     []string
	Withdrawn  []*Action
}

type Ground struct {
	Key, Label string
	Law        []string
	By         []string
	Lasts      Span
	Review     string
}

type BreakGlass struct {
	By, Sign []string
	Lasts    Span
	Tells    []string
	Review   string // role that looks at it afterwards
	Within   Span   // by when it must have been looked at
}

type Roster struct {
	Key, Label string
	Of         string // party kind or "account"
	Where      *rule.Expr
	KeptBy     string
	File       string
	Except     Map[*Except]
	Freeze     string // record.move
	GroupBy    string // region level
	Keeper     string // role
	One        bool
	Shifts     *Shifts
	Proxy      []string
	Lasts      Span
}

type Except struct {
	Key, Label string
	If         *rule.Expr
}

type Shifts struct {
	Ranks []string
	Gap   Span
	Tells []string
}

// Role says who someone is relative to a row.
type Role struct {
	Key, Label string
	Is         string   // owner area self guardian receiver member keeper party bearer public
	Of         []string // record keys, `roster.k`, `record.field`…
	Rank       string
	Named      bool // of an owner: he alone, and not his unit with him
	HeldBy     HeldBy
	// Read is what the role may read: one class for every record reached, or a
	// class (and extra fields) per record key.
	ReadAll    *domain.Class
	Read       map[string]*ReadRule
	FiguresAll bool
	Figures    []string
	// Reach is worked out of the records: whom the role's work concerns, by kind of
	// party, and the highest class it reads of records about such.
	Reach map[domain.PartyKind]domain.Class
}

type HeldBy struct {
	Org    []string // organisation kinds
	Level  string   // platform level of the organisation, the first of Levels
	Levels []string // any of these levels
	Post   []string
	Team   bool
	Teams  []string // names of teams; none = any team
	Party  []domain.PartyKind
	Roster string
	Tag    []string
}

type ReadRule struct {
	Class  domain.Class
	Fields []string // readable whatever their class
}

// RecordType describes one kind of record of the program.
type RecordType struct {
	Program             string // key of the program
	Key, Label, LabelEN string
	Noun                domain.Noun
	Of                  string // parent record key, "" for none
	Alone               bool
	For                 []string // party kinds, "account", "region.<level>", "none"
	Where               *rule.Expr
	Unique              []string
	Period              string
	Same                *Same
	Search              bool
	Class               domain.Class
	Identity            string // named sealed none
	KeptBy              []string
	Keep                Span

	Fields Map[*Field] // own fields, in order; built-ins come from Builtins(noun)
	Stages Map[*Stage]
	Moves  Map[*Move]
	Clocks Map[*Clock]

	// order
	Offers string // record key, "organization" or "account"
	Shows  *Shows
	Terms  *Terms
	// Concludes is the field in which the receiver gives what he found; an order is
	// not done without it.
	Concludes string
	// offer
	Assured Span
	// batch
	Takes *rule.Expr
	// session
	Plan *SessionPlan
	Book *SessionBook

	// session
	Capacity *rule.Expr // int
	Lanes    *rule.Expr

	// Batches are the keys of batch records that take this record.
	Batches []string
	// Children are the keys of records whose parent this is, in file order.
	Children []string
	// Whens are the moves with a `when`, in file order.
	Whens []*Move
	// Calcs are the calculated fields in an order in which each needs only earlier ones.
	Calcs []*Field
}

type Same struct {
	By     []string
	Within Span
	Open   bool // while the earlier row runs
	Then   string
}

type Shows struct {
	Before, After, Never []string // dotted: record.field, subject.field
	// Packet opens, beside After, every field of a record up to a class, and those
	// named; the loader writes them out into After.
	Packet map[string]*ReadRule
	Keeps  Span
	// Personal are the paths above class internal: they are shown only while the
	// person's consent, or a ground, stands behind the order.
	Personal map[string]bool
}

type Terms struct {
	Task, Standard, Duty *rule.Expr // text
	Limit                string     // clock key
}

type SessionPlan struct {
	At     *rule.Expr
	Every  *Recur
	Hours  string
	Length Span
	Gap    Span
	While  *rule.Expr
}

type SessionBook struct {
	Opens, Closes, Cancel Span
	Most                  int
	Wait                  bool
	MissedCount           int  // so many absences …
	MissedBars            Span // … bar further bookings for so long
}

type Stage struct {
	Key, Label, LabelEN string
	Phase               domain.Phase
	// Final: no move leaves it for another stage by itself, and its phase ends the life.
	Final bool
}

type Move struct {
	Key, Label, LabelEN string
	Record              *RecordType
	From                []string // empty = intake
	To                  string   // empty = stays
	By                  []string
	When                *rule.Expr
	Channels            []string
	Form                string
	Need, Ask           []string // field keys
	Guard               []Guard
	Sign                []Sign
	Joint               []string // orders below that must have concluded, or come to nothing
	Reason              string   // list key
	ReasonList          *List    // resolved
	TextRequired        bool
	Proof               *Proof
	Offline             bool
	Ticket              *Ticket
	Follow              string
	Sets                []Assign
	Do                  []*Action
}

// Intake reports whether the move creates the record.
func (m *Move) Intake() bool { return len(m.From) == 0 }

type Guard struct {
	If  *rule.Expr
	Say *Text
}

// Text is a sentence with {path} holes.
type Text struct {
	Raw   string
	Parts []TextPart
}

type TextPart struct {
	Lit  string
	Expr *rule.Expr // nil for a literal
}

type Sign struct {
	By     []string
	When   *rule.Expr
	Proof  []string
	Silent Span
}

type Proof struct {
	Near   *rule.Expr // place
	Within float64    // metres
	Photo  int
	Pass   string
	When   *rule.Expr
	Or     string // text, pass
}

type Ticket struct {
	To   string
	Uses int
}

type Assign struct {
	Target string // field, or subject.field
	Expr   *rule.Expr
}

// Action is one entry of a `do`. Exactly one verb is set.
type Action struct {
	Verb   string // open move start stop enter reverse issue mark join leave notify
	Target string // as written: demand.raise, match.by_list, roster.firms…
	Of     *rule.Expr
	When   *rule.Expr
	Each   *rule.Expr
	With   []Assign
	// enter
	From, To string
	Amount   *rule.Expr
	At       []Assign
	// issue
	Copies *rule.Expr
	// mark
	As string
	// notify
	Say string
}

type Clock struct {
	Key, Label string
	From       *rule.Expr // time, or date (its 24:00 start rule as §2)
	Until      *rule.Expr
	Limit      Span
	Due        *rule.Expr
	When       *rule.Expr
	Pause      *rule.Expr
	Extend     *Extend
	Ladder     []Rung
}

type Extend struct {
	By    []string
	Most  Span
	Times int
}

// Rung fires once. At is relative: a percentage of the limit, or an offset from
// the start (Base "from") or the due time (Base "due").
type Rung struct {
	Key     string // as written: 75%, -2wd, due, +1h, 0m
	Percent int
	Base    string
	Offset  Span // may be negative
	To      []string
	Say     string
	Do      []*Action
}

// Span is a duration of the format, possibly chosen per case or read from a param.
type Span struct {
	N     int64
	Unit  string // s m h wh d wd, and mo y for keep/lasts; "" = unset
	Param string // param key that holds the span
	Per   *SpanPer
	Expr  *rule.Expr // a path to a span field
}

func (s Span) IsZero() bool {
	return s.Unit == "" && s.Param == "" && s.Per == nil && s.Expr == nil
}

// SpanPer picks a span by a field's option or by the step of a match.
type SpanPer struct {
	Path string // field path, or "step"
	Expr *rule.Expr
	Is   map[string]Span
}

// Recur is a recurrence of the format.
type Recur struct {
	Raw     string
	N       int    // 14 of 14d
	Unit    string // d day work-day week month quarter year school-day field
	Weekday int    // 1 Monday … 7 Sunday, of week
	Month   int
	Day     int
	At      string // 15:04, "" for none
	Field   *rule.Expr
	Per     *RecurPer
}

// RecurPer picks a recurrence by a field's option.
type RecurPer struct {
	Path string
	Expr *rule.Expr
	Is   map[string]Recur
}
