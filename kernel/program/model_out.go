package program

import (
	"linqiao/domain"
	"linqiao/kernel/rule"
)

// The blocks that come out of a mechanism: documents, passes, figures, notices.

type Document struct {
	Key, Label, Of, Layout, Text string
	Rows                         string
	Cols, Stats                  []string
	Columns                      []Col // Cols, compiled
	FromExpr                     *rule.Expr
	Versions                     bool
	From                         string
	Sign                         []string
	Serial                       string
	Check                        bool
	CheckCols                    []string
	Reading                      bool
	Class                        domain.Class
}

type Pass struct {
	Key, Label, Of string
	Lasts          Span
	Uses           int
	Rotates        Span
	Print, Offline bool
	Proof          []string
	Logs           bool
}

type Standing struct {
	Key, Label, Of string
	States         Map[*Option]
	Lasts          Span
}

type Account struct {
	Key, Label, Unit string
	By               []string
	Floor            *int64
	Outside          bool
}

type Message struct {
	Key    string
	Label  string
	Text   *Text
	Via    []string
	Phones []string
	Urgent bool // neither quiet hours nor merging hold it back
	Lasts  Span // after that nobody is told by it any more; unset = the county's rule
}

type Notice struct {
	Key, Label, Of  string
	Where           *rule.Expr
	Show            []string
	Mask            map[string]string // field → "" (its usual mask), faces, surname, last4, month, range
	To              string
	Lasts           Span
	Review          []string
	Refresh         *Recur // Unit "change": whenever the rows change
	Cols            []Col  // Show, compiled
	ObjectionBy     []string
	ObjectionOpens  string
	ObjectionWithin Span
}

// Stat is one figure. Source names what happened (flow) or stands (stock).
type Stat struct {
	Key, Label, LabelEN string
	Kind                string   // flow stock ratio per
	Sources             []string // demand.raise, duty.k.done, clock.rec.k.met, form.k, account.k…
	Parts               []string // ratio: two of stat key or happening; per: two stats
	Record              string   // record key whose fields Where, Value and dims read; "" for none
	Agg                 string   // count sum distinct median p90
	Value               *rule.Expr
	Where               *rule.Expr
	At                  string // field that dates the happening instead of its own day
	By                  []Dim
	Suppress            int
	Unit                string // of the value: count, fen, minutes, bp…
	// Goals are what is aimed at in a period, by its kind: month, quarter, year, or
	// any; in the stat's own unit.
	Goals map[string]int64
}

// Goal gives what is aimed at in a period of a kind.
func (st *Stat) Goal(kind string) (int64, bool) {
	if n, ok := st.Goals[kind]; ok {
		return n, true
	}
	n, ok := st.Goals["any"]
	return n, ok
}

// Dim is one dimension. Area, month, provider, org, channel, reason and period
// are the kernel's; any other is a path read by Expr.
type Dim struct {
	Key   string // as written
	Label string
	Expr  *rule.Expr
	Field *Field // when the path ends in a declared field: labels of its options
}

type Ledger struct {
	Key, Label string
	Rows       string // record key, duty.k.due…, "" for a table of stats
	Where      *rule.Expr
	Cols       []Col
	Group      string
	Total      []string
	Stats      []string
	By         []string
	Every      *Recur // period: month, quarter, year, week …
	Window     bool   // every: window
	Closes     Span
	Sign       []string
	Layout     string
}

// Col is a column of a rows ledger, a document or a notice.
type Col struct {
	Path  string
	Label string
	Expr  *rule.Expr
	Field *Field
	Class domain.Class // of a ledger's column: the highest that it shows
}

type Migrate struct {
	From   int
	Stages map[string]string
	Fields map[string]string
	Drop   []string
}
