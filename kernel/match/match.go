// Package match says which offers a need may have: fit, miss with what is
// missing, or ask because an attribute is unknown; and in which order.
//
// Evaluate and Order are the meaning, in terms of a program's CEL conditions.
// Index is the same answer for many offers at once, without touching most of
// them; a property test keeps the two equal. The package is pure: it reads no
// store and no clock, and it knows no program.
package match

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Verdict is three-valued: a condition that read an unset value neither holds nor
// fails.
type Verdict int

const (
	Fit  Verdict = iota // every condition holds
	Ask                 // none fails, at least one is unknown
	Miss                // at least one fails
)

func (v Verdict) String() string {
	switch v {
	case Fit:
		return "fit"
	case Ask:
		return "ask"
	}
	return "miss"
}

// Result is the answer for one offer.
type Result struct {
	Offer   string
	Verdict Verdict
	Reasons []string // why it is recommended: the `say` of rank entries; set by Order
	Missing []string // the `say` of the conditions that fail
	Ask     []string // labels of the unknown attributes, each once
	Score   float64  // sum of the weights, each times a rank of 0..1; set by Order
	// Err is the first failure that is neither true, false nor unset (a cost limit
	// was passed, a number overflowed). Such a condition counts as unknown.
	Err error
}

// failedStep is said when a step's own condition fails: the format lets a step
// state a condition without a text.
const failedStep = "不符合本轮条件"

// Evaluate answers for the offer in vars: the match's conditions and those of the
// step (0-based; -1 for none). A nil fill shows texts with their holes.
func Evaluate(m *program.Match, step int, vars rule.Vars, fill func(*program.Text) string) Result {
	var r Result
	r.add(m.Eligible, vars, fill)
	if step >= 0 && step < len(m.Steps) {
		r.add(m.Steps[step].Eligible, vars, fill)
	}
	switch {
	case len(r.Missing) > 0:
		r.Verdict = Miss
	case len(r.Ask) > 0 || r.Err != nil:
		r.Verdict = Ask
	}
	return r
}

func (r *Result) add(guards []program.Guard, vars rule.Vars, fill func(*program.Text) string) {
	for _, g := range guards {
		ok, err := g.If.Bool(vars)
		switch {
		case err != nil:
			r.unknown(err)
		case !ok:
			r.Missing = append(r.Missing, say(g, fill))
		}
	}
}

// unknown notes what a condition could not read.
func (r *Result) unknown(err error) {
	var u *rule.Unset
	if !errors.As(err, &u) {
		if r.Err == nil {
			r.Err = err
		}
		return
	}
	if label := cmp.Or(u.Label, u.Path); !slices.Contains(r.Ask, label) {
		r.Ask = append(r.Ask, label)
	}
}

func say(g program.Guard, fill func(*program.Text) string) string {
	switch {
	case g.Say == nil:
		return failedStep
	case fill == nil:
		return g.Say.Raw
	}
	return fill(g.Say)
}

// Values reads the match's rank entries for the offer in vars, in order; nil
// where unset. They are what Order compares.
func Values(m *program.Match, vars rule.Vars) []any {
	values := make([]any, len(m.Rank))
	for i, r := range m.Rank {
		if v, err := r.By.Eval(vars); err == nil {
			values[i] = v
		}
	}
	return values
}

// Order ranks the results and gives them scores and reasons; values[i] belongs to
// results[i]. Fitting offers come first, then those to ask about, then misses, of
// which those with fewer missing first; each kind is ranked among itself: entry by
// entry a value becomes its dense
// rank of 0..1 (unset is lowest, false is below true), times the weight. Equal
// scores stand in order of offer id. A boolean entry is a reason where it holds,
// a number where it is the best of the fitting offers. results is not changed.
func Order(m *program.Match, results []Result, values [][]any) []Result {
	type row struct {
		Result
		values []any
	}
	rows := make([]row, len(results))
	for i, r := range results {
		r.Score, r.Reasons = 0, nil
		rows[i] = row{r, values[i]}
	}
	kinds := func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(len(a.Missing), len(b.Missing)))
	}
	slices.SortStableFunc(rows, kinds)
	ordered := make([]Result, 0, len(rows))
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && kinds(rows[n], rows[0]) == 0 {
			n++
		}
		kind := rows[:n]
		rows = rows[n:]
		for e, entry := range m.Rank {
			column := make([]any, n)
			for i := range kind {
				column[i] = kind[i].values[e]
			}
			for i, s := range dense(column) {
				kind[i].Score += float64(float64(entry.W) * s) // rounded here, on every machine
				if entry.Say != "" && isReason(column[i], s, kind[i].Verdict) {
					kind[i].Reasons = append(kind[i].Reasons, entry.Say)
				}
			}
		}
		slices.SortFunc(kind, func(a, b row) int {
			return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Offer, b.Offer))
		})
		for i := range kind {
			ordered = append(ordered, kind[i].Result)
		}
	}
	return ordered
}

// isReason: see Order; rank 1 is the best of the column. A miss is not
// recommended, so it has no reasons.
func isReason(value any, rank float64, v Verdict) bool {
	if b, ok := value.(bool); ok {
		return b && v != Miss
	}
	return isSet(value) && rank == 1 && v == Fit
}

// dense gives every value its dense rank in 0..1; a column of one value is 1,
// unless that value is unset or false.
func dense(column []any) []float64 {
	numbers := make([]float64, len(column))
	for i, v := range column {
		numbers[i] = number(v)
	}
	levels := slices.Clone(numbers)
	slices.Sort(levels)
	levels = slices.Compact(levels)
	ranks := make([]float64, len(column))
	for i, v := range column {
		at, _ := slices.BinarySearch(levels, numbers[i])
		switch {
		case len(levels) > 1:
			ranks[i] = float64(at) / float64(len(levels)-1)
		case isSet(v) && v != false:
			ranks[i] = 1
		}
	}
	return ranks
}

// number makes values comparable; unset, and what is no finite number, is lowest.
func number(v any) float64 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1
		}
		return 0
	case int64:
		return float64(v)
	case float64:
		if !math.IsNaN(v) {
			return v
		}
	}
	return math.Inf(-1)
}

func isSet(v any) bool { return number(v) > math.Inf(-1) }
