package match

import (
	"cmp"
	"slices"

	"linqiao/kernel/rule"
)

// query is one need's run over a snapshot.
type query struct {
	plan *plan
	snap *snapshot
	vars rule.Vars
	evaluator

	guards []*bound // as the plan's
	byCEL  []int    // guards that may leave rows undecided
	terms  []*bound // the conjunction of all guards, the most selective first
	never  bool     // a guard fails for every row
}

func (ix *Index) query(vars rule.Vars) *query {
	q := &query{plan: ix.plan, snap: ix.snap.Load(), vars: vars}
	b := &binder{vars: vars, texts: q.snap.texts}
	q.guards = make([]*bound, len(q.plan.guards))
	depth := 0
	for i, g := range q.plan.guards {
		n := b.bind(g.node)
		q.guards[i] = n
		depth = max(depth, n.depth())
		if q.undecided(n) {
			q.byCEL = append(q.byCEL, i)
		}
		switch n.kind {
		case boundTrue:
		case boundFalse:
			q.never = true
		case boundAnd:
			q.terms = append(q.terms, n.kids...)
		default:
			q.terms = append(q.terms, n)
		}
	}
	q.reserve(depth)
	return q
}

// undecided: part of the condition is left to CEL. Rows with an odd value are
// found as they come.
func (q *query) undecided(n *bound) bool {
	return n.kind == boundCEL || slices.ContainsFunc(n.kids, q.undecided)
}

// sampleBlocks is how many blocks are tried to order the terms; with few blocks
// any order does.
const sampleBlocks = 4

// arrange puts the terms that leave the fewest rows first.
func (q *query) arrange() {
	blocks := q.snap.blocks
	if len(blocks) <= 2*sampleBlocks || len(q.terms) < 2 {
		return
	}
	left := make(map[*bound]int, len(q.terms))
	for i := range sampleBlocks {
		q.block = blocks[(2*i+1)*len(blocks)/(2*sampleBlocks)]
		for _, n := range q.terms {
			if t := q.eval(n, 0); t != nil {
				left[n] += t.count()
			} else {
				left[n] += q.tmp[0].p.count()
			}
		}
	}
	slices.SortStableFunc(q.terms, func(a, b *bound) int { return cmp.Compare(left[a], left[b]) })
}

// match answers one block: the rows that fit and those to ask about.
func (q *query) match(b *block) (fit, ask mask) {
	q.block = b
	left := b.valid
	var unset, odd mask
	for _, n := range q.terms {
		if t := q.eval(n, 0); t != nil {
			left.and(t)
		} else {
			r := &q.tmp[0]
			left.and(&r.p)
			odd.or(&r.x)
			r.p.andNot(&r.t)
			r.p.andNot(&r.x)
			unset.or(&r.p)
		}
		if left.empty() {
			return mask{}, mask{}
		}
	}
	odd.and(&left)
	odd.each(func(pos uint16) {
		switch q.decide(b, b.rows[pos].Vars) {
		case Ask:
			unset.set(pos)
		case Miss:
			left.clear(pos)
		}
	})
	fit, ask = left, left
	fit.andNot(&unset)
	ask.and(&unset)
	return fit, ask
}

// decide evaluates the conditions that the index may have left open for a row:
// those that need CEL and, where a value of the block is odd, all.
func (q *query) decide(b *block, row rule.Vars) Verdict {
	vars := &joined{q.plan, row, q.vars}
	verdict := Fit
	for i := range q.plan.guards {
		if !slices.Contains(q.byCEL, i) && !b.odd {
			continue
		}
		ok, err := q.plan.guards[i].If.Bool(vars)
		switch {
		case err != nil:
			verdict = Ask
		case !ok:
			return Miss
		}
	}
	return verdict
}

// joined reads the row's variables from the row and the others from the query.
type joined struct {
	plan  *plan
	row   rule.Vars
	query rule.Vars
}

// Var implements rule.Vars.
func (j *joined) Var(name string) (any, error) {
	if j.plan.rowVars[name] {
		return j.row.Var(name)
	}
	return j.query.Var(name)
}

// hit is a row that a query found.
type hit struct {
	pos   int // block × blockSize + position
	score float64
}

func (q *query) row(pos int) *Row {
	return &q.snap.blocks[pos/blockSize].rows[pos%blockSize]
}

// all answers the whole snapshot.
func (q *query) all() (fit, ask []hit) {
	if q.never {
		return nil, nil
	}
	q.arrange()
	for i, b := range q.snap.blocks {
		f, a := q.match(b)
		fit = appendHits(fit, i, &f)
		ask = appendHits(ask, i, &a)
	}
	return fit, ask
}

func appendHits(hits []hit, block int, m *mask) []hit {
	if m.empty() {
		return hits
	}
	m.each(func(pos uint16) { hits = append(hits, hit{pos: block*blockSize + int(pos)}) })
	return hits
}
