package match

import (
	"fmt"
	"math"
	"slices"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// plan is a match taken apart once, before any row is known: conditions as trees
// over columns of the rows and operands of the query.
type plan struct {
	match   *program.Match
	step    int
	rowVars map[string]bool
	guards  []guard
	ranks   []rankPlan
	columns []columnPlan
	numbers int // of the columns, how many are numberColumns
}

type guard struct {
	program.Guard
	node *node
}

type columnPlan struct {
	kind   columnKind
	number int // of a numberColumn: which of them it is
	*operand

	// A row for which wild holds suits any comparison: it has the key wildKey in an
	// orderColumn and every key in a memberColumn.
	wild    *operand
	wildKey int64
}

// The keys of wild rows: at most, or at least, whatever is asked.
const (
	lowest  = noKey + 1
	highest = math.MaxInt64
)

// rankPlan is a rank entry: a column of the rows, the same for all rows, a
// condition, or else CEL.
type rankPlan struct {
	program.Rank
	column int // -1 when none
	same   bool
	node   *node
}

type nodeKind uint8

const (
	nodeCEL    nodeKind = iota // left to CEL
	nodeFlag                   // column is a condition on the row alone
	nodeQuery                  // x is a condition on the query alone
	nodeOrder                  // column op x
	nodeMember                 // x is in column
	nodeAmong                  // column is in the list x
	nodeShare                  // column shares an element with the list x
	nodeAnd
	nodeOr
	nodeNot
	nodeIf    // kids[0] or kids[1], as x says
	nodeSome  // kids[0] holds for some element, called bind, of the list x
	nodeEvery // for every element
	// kids[0], a nodeFlag, or kids[1], whose column counts a row of the flag as one
	// that suits whatever is asked
	nodeUnless
)

// orderOp is a comparison with the column on the left.
type orderOp uint8

const (
	opEQ orderOp = iota
	opLT
	opLE
	opGT
	opGE
)

// node is a condition, row values on one side and the query's on the other.
type node struct {
	kind   nodeKind
	column int
	op     orderOp
	x      *operand
	bind   string
	kids   []*node
}

// newPlan takes apart the conditions of a match and one of its steps (-1: none).
func newPlan(m *program.Match, step int, rowVars []string) (*plan, error) {
	p := &plan{match: m, step: step, rowVars: make(map[string]bool, len(rowVars))}
	for _, v := range rowVars {
		p.rowVars[v] = true
	}
	guards := slices.Clone(m.Eligible)
	if step >= 0 && step < len(m.Steps) {
		guards = append(guards, m.Steps[step].Eligible...)
	}
	for _, g := range guards {
		n, err := p.extract(g.If)
		if err != nil {
			return nil, fmt.Errorf("match %s: %w", m.Key, err)
		}
		p.guards = append(p.guards, guard{g, n})
	}
	for _, r := range m.Rank {
		rp, err := p.rank(r)
		if err != nil {
			return nil, fmt.Errorf("match %s: %w", m.Key, err)
		}
		p.ranks = append(p.ranks, rp)
	}
	p.prune()
	return p, nil
}

func (p *plan) rank(r program.Rank) (rankPlan, error) {
	rp := rankPlan{Rank: r, column: -1}
	e := extractor{plan: p, x: r.By}
	root := r.By.Checked().Expr()
	if e.rowOnly(root) {
		o, err := newOperand(r.By, root)
		rp.column = p.column(numberColumn, o)
		return rp, err
	}
	if rp.same = e.queryOnly(root); rp.same || r.By.Type().Kind != rule.Bool {
		return rp, nil
	}
	var err error
	rp.node, err = p.extract(r.By)
	return rp, err
}

func (p *plan) extract(x *rule.Expr) (*node, error) {
	e := extractor{plan: p, x: x}
	n := e.condition(x.Checked().Expr())
	return n, e.err
}

// column finds or adds a column.
func (p *plan) column(kind columnKind, o *operand) int {
	if o == nil {
		return -1
	}
	i := slices.IndexFunc(p.columns, func(c columnPlan) bool { return c.kind == kind && c.text == o.text && c.wild == nil })
	if i < 0 {
		i = len(p.columns)
		p.columns = append(p.columns, columnPlan{kind: kind, number: p.numbers, operand: o})
		if kind == numberColumn {
			p.numbers++
		}
	}
	return i
}

// lenient finds or adds the column that is like one but for wild rows.
func (p *plan) lenient(column int, wild *operand, wildKey int64) int {
	like := p.columns[column]
	i := slices.IndexFunc(p.columns, func(c columnPlan) bool {
		return c.kind == like.kind && c.text == like.text && c.wild != nil && c.wild.text == wild.text && c.wildKey == wildKey
	})
	if i < 0 {
		i = len(p.columns)
		like.wild, like.wildKey = wild, wildKey
		p.columns = append(p.columns, like)
	}
	return i
}

// prune drops columns that no condition uses any more.
func (p *plan) prune() {
	used := make([]bool, len(p.columns))
	for _, n := range p.nodes() {
		if n.hasColumn() {
			used[n.column] = true
		}
	}
	for _, r := range p.ranks {
		if r.column >= 0 {
			used[r.column] = true
		}
	}
	at := make([]int, len(p.columns))
	var kept []columnPlan
	for i, c := range p.columns {
		at[i] = len(kept)
		if used[i] {
			kept = append(kept, c)
		}
	}
	for _, n := range p.nodes() {
		if n.hasColumn() {
			n.column = at[n.column]
		}
	}
	for i := range p.ranks {
		if c := p.ranks[i].column; c >= 0 {
			p.ranks[i].column = at[c]
		}
	}
	p.columns = kept
}

func (n *node) hasColumn() bool {
	switch n.kind {
	case nodeFlag, nodeOrder, nodeMember, nodeAmong, nodeShare:
		return true
	}
	return false
}

// nodes are all nodes of all conditions, each once.
func (p *plan) nodes() (list []*node) {
	var walk func(n *node)
	walk = func(n *node) {
		list = append(list, n)
		for _, k := range n.kids {
			walk(k)
		}
	}
	for _, g := range p.guards {
		walk(g.node)
	}
	for _, r := range p.ranks {
		if r.node != nil {
			walk(r.node)
		}
	}
	return list
}

// cell evaluates a column for one row.
func (c *columnPlan) cell(row rule.Vars, text func(string) int64) cell {
	if c.wild != nil {
		switch v, ok := c.wild.read(row); {
		case !ok:
			return cell{odd: true}
		case v == true && c.kind == orderColumn:
			return cell{keys: []int64{c.wildKey}}
		case v == true:
			return cell{wild: true}
		}
	}
	v, ok := c.read(row)
	switch {
	case c.kind == numberColumn:
		return cell{num: number(v), unset: !ok || !isSet(v)}
	case !ok:
		return cell{unset: true}
	case c.kind == flagColumn:
		if v == true {
			return cell{keys: yes}
		}
		return cell{odd: v != false}
	}
	list, exact := keys(v, text)
	if !exact {
		return cell{odd: true}
	}
	slices.Sort(list)
	return cell{keys: slices.Compact(list)}
}
