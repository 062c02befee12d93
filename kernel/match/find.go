package match

import (
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Found is the answer of an index.
type Found struct {
	Fit, Ask int      // how many there are
	Top      []Result // the first of them, in Order's order; misses are left out
}

// Fill writes a text for one row; vars are the row's and the query's variables.
type Fill func(t *program.Text, vars rule.Vars) string

// Find gives the first k rows that fit, then those to ask about; k < 0 gives all.
// query holds the variables that do not vary by row. A nil fill shows texts with
// their holes.
func (ix *Index) Find(query rule.Vars, k int, fill Fill) Found {
	q := ix.query(query)
	defer ix.done(q)
	q.all()
	f := Found{Fit: len(q.fit), Ask: len(q.ask)}
	f.Top = q.top(f.Top, q.fit, Fit, k, fill)
	if k >= 0 {
		k -= len(f.Top)
	}
	if k != 0 {
		f.Top = q.top(f.Top, q.ask, Ask, k, fill)
	}
	return f
}

// top appends the best k of one kind.
func (q *query) top(list []Result, hits []hit, v Verdict, k int, fill Fill) []Result {
	if len(hits) == 0 {
		return list
	}
	r := q.ranked(hits)
	for _, i := range r.best(k) {
		row := q.row(&hits[i])
		res := Result{Verdict: v}
		if v != Fit {
			res = q.explain(row, fill)
		}
		res.Offer, res.Score, res.Reasons = row.ID, hits[i].score, r.reasons(i, v)
		list = append(list, res)
	}
	return list
}

// explain evaluates every condition of one row for its texts.
func (q *query) explain(row *Row, fill Fill) Result {
	vars := &joined{q.plan, row.Vars, q.vars}
	if fill == nil {
		return Evaluate(q.plan.match, q.plan.step, vars, nil)
	}
	return Evaluate(q.plan.match, q.plan.step, vars, func(t *program.Text) string { return fill(t, vars) })
}

// Near gives the first k rows that miss by exactly one condition.
func (ix *Index) Near(query rule.Vars, k int, fill Fill) []Result {
	q := ix.query(query)
	defer ix.done(q)
	var hits []hit
	for i, b := range q.snap.blocks {
		hits = appendHits(hits, i, q.near(b))
	}
	return q.top(nil, hits, Miss, k, fill)
}

// near answers one block: the rows for which exactly one guard fails.
func (q *query) near(b *block) mask {
	q.enter(b)
	words := len(b.valid)
	once, twice, odd, fails := make(mask, words), make(mask, words), make(mask, words), make(mask, words)
	for _, n := range q.guards {
		if t := q.eval(n, 0); t != nil {
			fails.setNot(t)
		} else {
			fails.setNot(q.tmp[0].p)
			odd.or(q.tmp[0].x)
		}
		for i, f := range fails {
			twice[i] |= once[i] & f
			once[i] |= f
		}
	}
	odd.and(b.valid)
	odd.andNot(twice)
	once.andNot(twice)
	once.and(b.valid)
	odd.each(func(pos int) { once.put(pos, q.failing(b.rows.at(pos).Vars) == 1) })
	return once
}

// failing counts the conditions of a row that fail, up to two.
func (q *query) failing(row rule.Vars) int {
	vars := &joined{q.plan, row, q.vars}
	n := 0
	for i := range q.plan.guards {
		if ok, err := q.plan.guards[i].If.Bool(vars); err == nil && !ok {
			if n++; n == 2 {
				break
			}
		}
	}
	return n
}
