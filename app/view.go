package app

import (
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// The views are what a reader gets. Everything in them is already cut to his
// clearance; a field that is not in a view is not his to see.

type PartyRef struct {
	ID   domain.PartyID   `json:"id"`
	Kind domain.PartyKind `json:"kind"`
	Name string           `json:"name"`
}

type OrgRef struct {
	ID   domain.OrgID `json:"id"`
	Name string       `json:"name"`
	Kind string       `json:"kind"`
}

type AccountRef struct {
	ID   domain.AccountID `json:"id"`
	Name string           `json:"name"`
}

type RegionRef struct {
	ID    domain.RegionID    `json:"id"`
	Name  string             `json:"name"`
	Level domain.RegionLevel `json:"level"`
}

type Choice struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

type RecordKind struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

type DueView struct {
	Clock   string    `json:"clock"`
	Label   string    `json:"label"`
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue"`
	Left    string    `json:"left"`
}

type RecordSummary struct {
	ID          domain.RecordID   `json:"id"`
	RefNo       string            `json:"ref_no"`
	Program     string            `json:"program"`
	Record      string            `json:"record"`
	RecordLabel string            `json:"record_label"`
	Noun        domain.Noun       `json:"noun"`
	Title       string            `json:"title"`
	Stage       string            `json:"stage"`
	StageLabel  string            `json:"stage_label"`
	Phase       domain.Phase      `json:"phase"`
	Subject     *PartyRef         `json:"subject,omitempty"`
	Region      *RegionRef        `json:"region,omitempty"`
	Owner       *AccountRef       `json:"owner,omitempty"`
	OwnerOrg    *OrgRef           `json:"owner_org,omitempty"`
	Provider    *OrgRef           `json:"provider,omitempty"`
	Created     time.Time         `json:"created"`
	Entered     time.Time         `json:"entered"`
	Ended       *time.Time        `json:"ended,omitempty"`
	Channel     string            `json:"channel,omitempty"`
	Due         *DueView          `json:"due,omitempty"`
	Fields      map[string]any    `json:"fields"`
	Labels      map[string]string `json:"labels"`
	Rev         int64             `json:"rev"`

	written *writtenSummary // its JSON, where it is known already
}

// ExtendView is how far the reader may extend a clock now.
type ExtendView struct {
	Most  int64  `json:"most"` // at once, in unit
	Unit  string `json:"unit"` // wd, d, h …
	Times int    `json:"times"`
}

type ClockView struct {
	Key     string      `json:"key"`
	Label   string      `json:"label"`
	State   string      `json:"state"`
	From    time.Time   `json:"from"`
	Due     *time.Time  `json:"due,omitempty"`
	Met     *time.Time  `json:"met,omitempty"`
	Overdue bool        `json:"overdue"`
	Left    string      `json:"left"`
	Percent int         `json:"percent"`
	Limit   string      `json:"limit,omitempty"`
	Extend  *ExtendView `json:"extend,omitempty"`
	Note    string      `json:"note,omitempty"`
	Why     string      `json:"why"` // the rule in words: from when, how long, until what
	Ladder  []RungView  `json:"ladder"`
}

// RungView is one reminder of a clock: when it fires, whom it tells, whether it has.
type RungView struct {
	Key   string   `json:"key"`
	At    string   `json:"at"`
	To    []string `json:"to"`
	Does  []string `json:"does"` // moves that the kernel makes by itself then
	Fired bool     `json:"fired"`
}

type ProofView struct {
	Near   bool    `json:"near"`
	Within float64 `json:"within,omitempty"` // metres
	Photo  int     `json:"photo,omitempty"`
	Pass   string  `json:"pass,omitempty"`
	When   string  `json:"when,omitempty"` // condition in the phone's subset
	Or     string  `json:"or,omitempty"`
}

type ChildDialog struct {
	Record string              `json:"record"`
	Label  string              `json:"label"`
	Need   []string            `json:"need"`
	Ask    []string            `json:"ask"`
	Fields []program.FieldView `json:"fields"`
	When   bool                `json:"when"` // opened only on a condition
}

type MoveView struct {
	Key     string              `json:"key"`
	Label   string              `json:"label"`
	Need    []string            `json:"need"`
	Ask     []string            `json:"ask"`
	Fields  []program.FieldView `json:"fields"`
	Reason  []Choice            `json:"reason,omitempty"`
	Text    string              `json:"text"`
	Proof   *ProofView          `json:"proof,omitempty"`
	Form    string              `json:"form,omitempty"`
	Sign    []string            `json:"sign,omitempty"`
	Primary bool                `json:"primary"`
	Offline bool                `json:"offline"`
	To      string              `json:"to,omitempty"`
	Child   *ChildDialog        `json:"child,omitempty"`
	Sends   []string            `json:"sends,omitempty"` // kinds of orders that go out with it
	Joint   []string            `json:"joint,omitempty"` // kinds of orders that must have concluded
}

type SlotView struct {
	Role   string    `json:"role"`
	Label  string    `json:"label"`
	Signed *SignedBy `json:"signed,omitempty"`
}

type SignedBy struct {
	Account AccountRef `json:"account"`
	At      time.Time  `json:"at"`
}

type SignatureView struct {
	ID      string      `json:"id"`
	Move    string      `json:"move"`
	Label   string      `json:"label"`
	By      *AccountRef `json:"by,omitempty"`
	State   string      `json:"state"`
	Created time.Time   `json:"created"`
	Slots   []SlotView  `json:"slots"`
	Mine    bool        `json:"mine"`
	CanCode bool        `json:"can_code"` // the mover may enter the other side's code
}

type TermsView struct {
	Person   string     `json:"person"`
	Task     string     `json:"task"`
	Standard string     `json:"standard"`
	Duty     string     `json:"duty"`
	Due      *time.Time `json:"due,omitempty"`
}

type ChildrenView struct {
	Record string          `json:"record"`
	Label  string          `json:"label"`
	Items  []RecordSummary `json:"items"`
}

type WalkedStage struct {
	Stage string    `json:"stage"`
	Label string    `json:"label"`
	At    time.Time `json:"at"`
}

type MatchState struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Mode  string `json:"mode"`
	State string `json:"state,omitempty"`
	Step  int    `json:"step,omitempty"`
	Open  bool   `json:"open"` // this reader may choose now
	Max   int    `json:"max"`
	Move  string `json:"move,omitempty"` // the move that starts it with a choice
	Makes string `json:"makes"`          // the kind of order that it sends
}

type FormState struct {
	Key    string `json:"key"`
	Label  string `json:"label"`
	Filled int    `json:"filled"`
	Can    bool   `json:"can"`
}

type ConsentState struct {
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	Given    bool     `json:"given"`
	Can      bool     `json:"can"`
	Evidence []string `json:"evidence,omitempty"`
}

type DocumentRef struct {
	ID      string       `json:"id"`
	Key     string       `json:"key"`
	Label   string       `json:"label"`
	Serial  string       `json:"serial"`
	Version int          `json:"version"`
	State   string       `json:"state,omitempty"`
	Issued  *time.Time   `json:"issued,omitempty"`
	Reading *ReadingView `json:"reading,omitempty"` // who has read it, of one that must be read
}

type RecordView struct {
	RecordSummary
	Version     int                      `json:"version"`
	Kind        RecordKind               `json:"kind"`
	Parent      *RecordSummary           `json:"parent,omitempty"`
	Masked      []string                 `json:"masked"`
	Suggest     map[string]any           `json:"suggest"`
	Walked      []WalkedStage            `json:"stages_walked"`
	Clocks      []ClockView              `json:"clocks"`
	Moves       []MoveView               `json:"moves"`
	Matches     []MatchState             `json:"matches"`
	Forms       []FormState              `json:"forms"`
	Signatures  []SignatureView          `json:"signatures"`
	Children    []ChildrenView           `json:"children"`
	Terms       *TermsView               `json:"terms,omitempty"`
	Members     []RecordSummary          `json:"members,omitempty"`
	Documents   []DocumentRef            `json:"documents"`
	Passes      []PassRef                `json:"passes"`
	Consents    []ConsentState           `json:"consents"`
	Choices     []ChoiceView             `json:"choices"`
	Ballots     []BallotView             `json:"ballots"`
	Published   []PublishedRef           `json:"published"`
	Panels      []PanelView              `json:"panels"`
	Rosters     []FrozenView             `json:"rosters"` // frozen for this record
	Tickets     []TicketState            `json:"tickets"`
	Versions    map[string][]TextVersion `json:"versions,omitempty"` // of fields that keep every version
	Conclusions []ConclusionView         `json:"conclusions,omitempty"`
	CanEdit     bool                     `json:"can_edit"`
	Confirms    []ConfirmView            `json:"confirms,omitempty"` // moves that the reader's phone may confirm by code
	Shown       map[string]any           `json:"shown,omitempty"`    // what an order shows of its parent and subject
	ShownLabels map[string]string        `json:"shown_labels,omitempty"`
	ShownHeads  []Choice                 `json:"shown_heads,omitempty"` // what each shown path is called, in the program's order
	SameAs      *RecordSummary           `json:"same_as,omitempty"`
	Device      *DeviceView              `json:"device,omitempty"` // of a thing that reports by itself
	Tracks      map[string][]any         `json:"tracks,omitempty"` // positions of tracked fields, oldest first
}

type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

func listOf[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	l := List[T]{Items: items}
	if next != "" {
		l.Next = &next
	}
	return l
}
