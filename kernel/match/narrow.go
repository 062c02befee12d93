package match

import (
	"math"
	"math/bits"
)

// Most conditions are a stored mask, its complement, or two of them joined by
// "or". narrow takes those in one pass over memory, without an answer of its own;
// a comparison whose bound lies within a bucket leaves a check behind for the few
// rows that survive everything else.

// check is a comparison still to be made, for the rows outside except and, as
// above says, outside or inside limit.
type check struct {
	column *columnBlock
	limit  mask // nil is empty
	except side
	k      int64
	above  bool // the key must be above k; else at most k
}

// side is a stored mask or its complement; a nil mask is empty.
type side struct {
	mask    mask
	inverse bool
}

// narrow takes n from q.left and reports whether it could.
func (q *query) narrow(n *bound) bool {
	if n.kind == boundOr && len(n.kids) == 2 {
		for i, k := range n.kids {
			if s, ok := q.stored(k); ok {
				return q.either(s, n.kids[1-i])
			}
		}
		return false
	}
	return q.either(side{}, n)
}

// stored gives a condition that is a stored mask.
func (q *query) stored(n *bound) (side, bool) {
	switch n.kind {
	case boundFlag:
		c := q.block.columns[n.column]
		return side{c.t, false}, c.unset == nil && c.odd == nil
	case boundMember:
		c := q.block.columns[n.column]
		if len(n.keys) != 1 || c.unset != nil || c.odd != nil {
			return side{}, false
		}
		h, found := c.find(n.keys[0])
		return side{h.mask, false}, !found || h.mask != nil
	case boundNot:
		s, ok := q.stored(n.kids[0])
		s.inverse = !s.inverse
		return s, ok
	}
	return side{}, false
}

// either narrows to the rows of s or those for which n holds.
func (q *query) either(s side, n *bound) bool {
	if other, ok := q.stored(n); ok {
		q.keep(s, other)
		return true
	}
	if n.kind != boundRange {
		return false
	}
	c := q.block.columns[n.column]
	below, above := n.lo <= noKey+1, n.hi == math.MaxInt64
	if below == above || c.odd != nil || c.unset != nil && !q.within(c.unset, s) {
		return false
	}
	if below {
		sure, may := c.upTo(n.hi, n.hiCut)
		q.keep(s, side{may, false})
		if !one(sure, may) {
			q.checks = append(q.checks, check{c, sure, s, n.hi, false})
		}
		return true
	}
	sure, may := c.upTo(n.lo-1, n.loCut)
	q.keep(s, side{sure, true})
	if !one(sure, may) {
		q.checks = append(q.checks, check{c, may, s, n.lo - 1, true})
	}
	return true
}

// within reports whether all rows of m are in s: rows without a key are then
// decided by s alone.
func (q *query) within(m mask, s side) bool {
	for i, w := range m {
		if w&q.block.valid[i]&^s.word(i) != 0 {
			return false
		}
	}
	return true
}

func (s side) word(i int) uint64 {
	w := uint64(0)
	if s.mask != nil {
		w = s.mask[i]
	}
	if s.inverse {
		return ^w
	}
	return w
}

// one reports whether two masks are the same stored one.
func one(a, b mask) bool { return a == nil && b == nil || a != nil && b != nil && &a[0] == &b[0] }

// keep narrows left to the rows of a or b.
func (q *query) keep(a, b side) {
	left := q.left
	if a.mask == nil {
		if a.inverse {
			return
		}
		a, b = b, a
	}
	x := a.mask
	switch {
	case x == nil:
		if !a.inverse && !b.inverse {
			clear(left)
		}
	case b.mask == nil && b.inverse:
	case b.mask == nil && a.inverse:
		left.andNot(x)
	case b.mask == nil:
		left.and(x)
	default:
		keepEither(left, x, b.mask, flip(a.inverse), flip(b.inverse))
	}
}

func keepEither(left, x, y mask, flipX, flipY uint64) {
	x, y = x[:len(left)], y[:len(left)]
	for i := range left {
		left[i] &= (x[i] ^ flipX) | (y[i] ^ flipY)
	}
}

func flip(inverse bool) uint64 {
	if inverse {
		return ^uint64(0)
	}
	return 0
}

// compare makes the comparisons that narrow left, for the rows still there.
func (q *query) compare() {
	if len(q.checks) == 0 {
		return
	}
	open := resize(q.open, q.left)
	q.open = open
	clear(open)
	for i := range q.checks {
		q.checks[i].addOpen(open)
	}
	for i := range open {
		for w := open[i] & q.left[i]; w != 0; w &= w - 1 {
			bit := w & -w
			if q.fails(i, bit, i<<6+bits.TrailingZeros64(w)) {
				q.left[i] &^= bit
			}
		}
	}
}

// fails reports whether a comparison left open for a row does not hold.
func (q *query) fails(word int, bit uint64, pos int) bool {
	for i := range q.checks {
		c := &q.checks[i]
		if (c.limit == nil || c.limit[word]&bit == 0) == c.above || c.except.word(word)&bit != 0 {
			continue
		}
		if *c.column.raw.at(pos) > c.k != c.above {
			return true
		}
	}
	return false
}

// addOpen adds the rows that neither limit nor except decides.
func (c *check) addOpen(open mask) {
	if c.limit == nil {
		for i := range open {
			if !c.above {
				open[i] |= ^c.except.word(i)
			}
		}
		return
	}
	limit, flipLimit := c.limit[:len(open)], flip(!c.above)
	if c.except.mask == nil { // too many when it is the inverse of nothing, which does no harm
		for i := range open {
			open[i] |= limit[i] ^ flipLimit
		}
		return
	}
	except, flipExcept := c.except.mask[:len(open)], flip(!c.except.inverse)
	for i := range open {
		open[i] |= (limit[i] ^ flipLimit) & (except[i] ^ flipExcept)
	}
}
