package program

import (
	"linqiao/domain"
	"linqiao/kernel/rule"
)

// The blocks in which several people act on a record: forms, matches, duties,
// panels, choices, ballots.

type Form struct {
	Key, Label, LabelEN string
	Of                  []string // record keys, subject, region
	By                  []string
	Ask                 []string
	Fields              Map[*Field]
	Show                map[string]*rule.Expr
	Require             []Guard
	Repeat              string
	Offline             bool
	Time                string
	Late                string
	Score               *Score
	Urgent              []Urgent
	Class               domain.Class
	Keep                Span
	Source, Licence     string // of a scale
}

type Score struct {
	Sum     []string
	Weights map[string]int
	Max     int
	Reverse []string
	Bands   []Band
}

type Band struct {
	From       int
	Key, Label string
	Say        string // to who filled it in
}

type Urgent struct {
	If   *rule.Expr
	Say  string
	Call []string
	Do   []*Action
}

type Match struct {
	Key, Label string
	Makes      string // order record key
	Need       string // record key that has the need (parent of Makes)
	As         string
	Max        int        // 0 when MaxExpr says it
	MaxExpr    *rule.Expr // int, when it is no literal
	Offers     string     // what the order offers: record address, "organization", "account"
	Steps      []Step
	Eligible   []Guard
	Rank       []Rank
}

type Step struct {
	Mode     string // pick assign claim broadcast
	By       []string
	Eligible []Guard
}

type Rank struct {
	W   int
	By  *rule.Expr
	Say string
}

type Duty struct {
	Key, Label string
	Over       string // roster.k, record key, region.level, org.kind, choice.k
	Where      *rule.Expr
	By         []string // rounds are started by
	Every      *Recur
	After      *rule.Expr
	At         []Span
	Window     [2]Span // around the due day; zero spans mean the day itself
	Windows    Map[[2]string]
	Split      string
	To         []string
	Makes      string // record.move
	Form       string
	Done       *rule.Expr
	Ladder     []Rung
}

type Panel struct {
	Key, Label  string
	Of          string
	Members     []string
	Count       int
	CountParam  string // a param stands for Count
	Exclude     []Guard
	Form        string
	Blind       bool
	Quorum      int
	QuorumParam string
	Combine     string
	Drop        *Drop
	Limit       Span
	Ladder      []Rung
}

type Drop struct{ High, Low, From int }

type Choice struct {
	Key, Label, Of, From, By string
	Where, Take              *rule.Expr
	Weight, Rank             *rule.Expr
	Ranks                    []Rank // instead of Rank: weighted entries
	Tie                      []*rule.Expr
	SeedCommit, SeedPublic   string
	Spread, Reveal           string
	Replace                  Span
	Show                     []string
}

type Ballot struct {
	Key, Label, Of, Record, Roll string
	Options                      Map[*Option] // instead of Record
	Where, Open, Close           *rule.Expr
	Change                       bool
	VoteCount                    int
	VotePer                      string
	Marks                        []string
	Identity                     string
	Channels                     []string
	PaperBy, PaperSign           []string
	Live                         bool
	Quorum                       int
	Pass                         *rule.Expr
}
