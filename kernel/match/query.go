package match

import (
	"math/bits"
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
	terms  []*bound // all that must hold
	never  bool     // a guard fails for every row

	// working memory, kept from query to query
	left, unset, odd, open mask
	checks                 []check
	fit, ask               []hit
}

func (ix *Index) query(vars rule.Vars) *query {
	q, ok := ix.idle.Get().(*query)
	if !ok {
		q = &query{plan: ix.plan, guards: make([]*bound, len(ix.plan.guards))}
	}
	q.snap, q.vars, q.never = ix.snap.Load(), vars, false
	q.byCEL, q.terms, q.fit, q.ask = q.byCEL[:0], q.terms[:0], q.fit[:0], q.ask[:0]
	b := &binder{vars: vars, snap: q.snap}
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
	q.reserve(depth, q.snap.words())
	return q
}

// done gives the working memory back; results must not refer to it.
func (ix *Index) done(q *query) {
	q.snap, q.vars, q.block = nil, nil, nil
	clear(q.checks[:cap(q.checks)])
	ix.idle.Put(q)
}

// undecided: part of the condition is left to CEL. Rows with an odd value are
// found as they come.
func (q *query) undecided(n *bound) bool {
	return n.kind == boundCEL || slices.ContainsFunc(n.kids, q.undecided)
}

// match answers one block: left are the rows that do not fail, unset those of
// them to ask about. Both are valid until the next call.
func (q *query) match(b *block) (left, unset mask) {
	q.enter(b)
	q.left, q.unset, q.odd = resize(q.left, b.valid), resize(q.unset, b.valid), resize(q.odd, b.valid)
	copy(q.left, b.valid)
	clear(q.unset)
	clear(q.odd)
	q.checks = q.checks[:0]
	loose := false
	for _, n := range q.terms {
		if q.narrow(n) {
			continue
		}
		if t := q.eval(n, 0); t != nil {
			q.left.and(t)
			continue
		}
		loose = true
		r := &q.tmp[0]
		q.left.and(r.p)
		q.odd.or(r.x)
		r.p.andNot(r.t)
		r.p.andNot(r.x)
		q.unset.or(r.p)
	}
	q.compare()
	if loose {
		q.settle()
	}
	return q.left, q.unset
}

func resize(m, like mask) mask {
	if cap(m) < len(like) {
		return make(mask, len(like))
	}
	return m[:len(like)]
}

// settle evaluates the rows that the index cannot decide.
func (q *query) settle() {
	q.odd.and(q.left)
	q.odd.each(func(pos int) {
		switch q.decide(q.block, q.block.rows.at(pos).Vars) {
		case Ask:
			q.unset.set(pos)
		case Miss:
			q.left.clear(pos)
		}
	})
	q.unset.and(q.left)
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
	block, pos int32
	score      float64
}

func (q *query) row(h *hit) *Row { return q.snap.blocks[h.block].rows.at(int(h.pos)) }

// all answers the whole snapshot, into fit and ask.
func (q *query) all() {
	if q.never {
		return
	}
	for i, b := range q.snap.blocks {
		left, unset := q.match(b)
		q.ask = appendHits(q.ask, i, unset)
		left.andNot(unset)
		q.fit = appendHits(q.fit, i, left)
	}
}

func appendHits(hits []hit, block int, m mask) []hit {
	for i, w := range m {
		for ; w != 0; w &= w - 1 {
			hits = append(hits, hit{block: int32(block), pos: int32(i<<6 + bits.TrailingZeros64(w))})
		}
	}
	return hits
}
