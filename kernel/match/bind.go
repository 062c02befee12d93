package match

import (
	"math"

	"linqiao/kernel/rule"
)

// boundKind is a condition with the query's values filled in.
type boundKind uint8

const (
	boundTrue boundKind = iota
	boundFalse
	boundUnset
	boundCEL
	boundFlag
	boundRange  // lo ≤ column ≤ hi
	boundMember // column has one of keys
	boundAnd
	boundOr
	boundNot
)

type bound struct {
	kind   boundKind
	column int
	lo, hi int64
	// where lo-1 and hi fall on the column's scale
	loCut, hiCut cut
	keys         []int64
	one          [1]int64 // keys, when there is one
	kids         []*bound
}

var (
	isTrue  = &bound{kind: boundTrue}
	isFalse = &bound{kind: boundFalse}
	unset   = &bound{kind: boundUnset}
	byCEL   = &bound{kind: boundCEL}
)

// binder fills a query's values into conditions.
type binder struct {
	vars  rule.Vars
	snap  *snapshot
	loops []loop
	spare []bound
}

// make gives a new condition; they come in batches.
func (b *binder) make(kind boundKind, column int) *bound {
	if len(b.spare) == 0 {
		b.spare = make([]bound, 32)
	}
	n := &b.spare[0]
	b.spare = b.spare[1:]
	n.kind, n.column = kind, column
	return n
}

// loop is a variable bound by a macro, with the element at hand.
type loop struct {
	name  string
	value any
}

// Var implements rule.Vars.
func (b *binder) Var(name string) (any, error) {
	for i := len(b.loops) - 1; i >= 0; i-- {
		if b.loops[i].name == name {
			return b.loops[i].value, nil
		}
	}
	return b.vars.Var(name)
}

func (b *binder) bind(n *node) *bound {
	switch n.kind {
	case nodeFlag:
		return b.make(boundFlag, n.column)
	case nodeAnd, nodeOr:
		kids := make([]*bound, len(n.kids))
		for i, k := range n.kids {
			kids[i] = b.bind(k)
		}
		return join(n.kind == nodeAnd, kids)
	case nodeNot:
		return negate(b.bind(n.kids[0]))
	case nodeUnless:
		n, flag := b.bind(n.kids[1]), n.kids[0]
		if n.kind == boundMember || n.kind == boundRange && n.hi >= lowest {
			return n
		}
		return join(false, []*bound{b.bind(flag), n})
	case nodeCEL:
		return byCEL
	}
	return b.value(n)
}

// value binds a condition that reads an operand of the query.
func (b *binder) value(n *node) *bound {
	v, ok := n.x.read(b)
	if !ok {
		if n.kind == nodeShare { // true or false for rows with an empty list
			return byCEL
		}
		return unset
	}
	switch n.kind {
	case nodeQuery:
		return constant(v)
	case nodeIf:
		switch v {
		case true:
			return b.bind(n.kids[0])
		case false:
			return b.bind(n.kids[1])
		}
	case nodeSome, nodeEvery:
		if list, ok := v.([]any); ok {
			return b.quantifier(n, list)
		}
	case nodeOrder:
		if k := keyOf(v, b.snap.texts.find); k != noKey {
			return b.compare(n.op, n.column, k)
		}
	case nodeMember, nodeAmong, nodeShare:
		return b.member(n, v)
	}
	return byCEL
}

func (b *binder) member(n *node, v any) *bound {
	m := b.make(boundMember, n.column)
	if list, ok := v.([]any); ok {
		exact := false
		if m.keys, exact = keys(list, b.snap.texts.find); !exact {
			return byCEL
		}
		return m
	}
	if m.one[0] = keyOf(v, b.snap.texts.find); m.one[0] == noKey {
		return byCEL
	}
	m.keys = m.one[:]
	return m
}

func constant(v any) *bound {
	switch v {
	case true:
		return isTrue
	case false:
		return isFalse
	}
	return byCEL
}

func (b *binder) quantifier(n *node, list []any) *bound {
	kids := make([]*bound, len(list))
	at := len(b.loops)
	b.loops = append(b.loops, loop{name: n.bind})
	for i, v := range list {
		b.loops[at].value = v
		kids[i] = b.bind(n.kids[0])
	}
	b.loops = b.loops[:at]
	return join(n.kind == nodeEvery, kids)
}

// compare makes a comparison a closed range of keys.
func (b *binder) compare(op orderOp, column int, k int64) *bound {
	r := b.make(boundRange, column)
	r.lo, r.hi = math.MinInt64, math.MaxInt64
	switch op {
	case opEQ:
		r.lo, r.hi = k, k
	case opLT:
		r.hi = k - 1 // k is above noKey, the least integer
	case opLE:
		r.hi = k
	case opGT:
		if r.lo = k + 1; k == math.MaxInt64 {
			return byCEL
		}
	case opGE:
		r.lo = k
	}
	s := b.snap.scales[column]
	if r.lo > noKey+1 {
		r.loCut.bucket, r.loCut.exact = s.bucket(r.lo - 1)
	}
	r.hiCut.bucket, r.hiCut.exact = s.bucket(r.hi)
	return r
}

func negate(k *bound) *bound {
	switch k.kind {
	case boundTrue:
		return isFalse
	case boundFalse:
		return isTrue
	case boundUnset, boundCEL:
		return k
	case boundNot:
		return k.kids[0]
	}
	return &bound{kind: boundNot, kids: []*bound{k}}
}

// join is a conjunction (all) or disjunction. What decides alone decides, what
// changes nothing goes, and memberships of one column become one.
func join(all bool, kids []*bound) *bound {
	kind, decides, neutral := boundOr, boundTrue, boundFalse
	if all {
		kind, decides, neutral = boundAnd, boundFalse, boundTrue
	}
	kept := make([]*bound, 0, len(kids))
	for _, k := range kids {
		switch {
		case k.kind == decides:
			return k
		case k.kind == neutral:
		case !all && merge(kept, k):
		case k.kind == kind:
			kept = append(kept, k.kids...)
		default:
			kept = append(kept, k)
		}
	}
	switch {
	case len(kept) == 1:
		return kept[0]
	case len(kept) > 0:
		return &bound{kind: kind, kids: kept}
	case all:
		return isTrue
	}
	return isFalse
}

// merge adds k's keys to a membership of the same column among kept.
func merge(kept []*bound, k *bound) bool {
	if k.kind != boundMember {
		return false
	}
	for _, o := range kept {
		if o.kind == boundMember && o.column == k.column {
			o.keys = append(o.keys, k.keys...)
			return true
		}
	}
	return false
}
