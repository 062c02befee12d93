package match

// evaluator answers bound conditions for one block at a time. Not for concurrent
// use.
type evaluator struct {
	block *block
	tmp   []tri // one per depth of nesting
	spare mask
}

var none mask

// depth counts the levels of a condition.
func (n *bound) depth() int {
	d := 0
	for _, k := range n.kids {
		d = max(d, k.depth())
	}
	return d + 1
}

func (v *evaluator) reserve(depth int) {
	if len(v.tmp) < depth+1 {
		v.tmp = make([]tri, depth+1)
	}
}

// eval answers n for the block. When no row is unset or undecided it returns
// where n holds, valid until the next call; else nil, and the answer is in
// tmp[depth]. Positions without a row get any answer.
func (v *evaluator) eval(n *bound, depth int) *mask {
	out := &v.tmp[depth]
	switch n.kind {
	case boundTrue:
		return &full
	case boundFalse:
		return &none
	case boundUnset:
		out.t, out.p, out.x = mask{}, full, mask{}
		return nil
	case boundFlag:
		c := v.block.columns[n.column]
		return c.answer(&c.t, out)
	case boundRange:
		return v.between(n, out)
	case boundMember:
		return v.member(n, out)
	case boundAnd, boundOr:
		return v.join(n, depth)
	case boundNot:
		if t := v.eval(n.kids[0], depth); t != nil {
			out.t.setNot(t)
			return &out.t
		}
		out.not()
		return nil
	}
	out.t, out.p, out.x = mask{}, full, full
	return nil
}

// answer adds the column's unset and odd rows to the rows t where it holds.
func (c *columnBlock) answer(t *mask, out *tri) *mask {
	if !c.loose {
		return t
	}
	out.t, out.p, out.x = *t, *t, c.odd
	out.p.or(&c.unset)
	out.p.or(&c.odd)
	return nil
}

func (v *evaluator) between(n *bound, out *tri) *mask {
	c := v.block.columns[n.column]
	c.upTo(&out.t, n.hi)
	if n.lo > noKey+1 {
		c.upTo(&v.spare, n.lo-1)
		out.t.andNot(&v.spare)
	}
	return c.answer(&out.t, out)
}

func (v *evaluator) member(n *bound, out *tri) *mask {
	c := v.block.columns[n.column]
	if len(n.keys) == 1 {
		if t := c.with(n.keys[0], &v.spare); t != nil {
			return c.answer(t, out)
		}
		return c.answer(&none, out)
	}
	out.t = mask{}
	for _, k := range n.keys {
		if t := c.with(k, &v.spare); t != nil {
			out.t.or(t)
		}
	}
	return c.answer(&out.t, out)
}

func (v *evaluator) join(n *bound, depth int) *mask {
	out := &v.tmp[depth]
	plain := true
	if t := v.eval(n.kids[0], depth); t != nil {
		out.t = *t
	} else {
		plain = false
	}
	for _, k := range n.kids[1:] {
		t := v.eval(k, depth+1)
		if plain && t != nil {
			if n.kind == boundAnd {
				out.t.and(t)
			} else {
				out.t.or(t)
			}
			continue
		}
		if plain {
			out.p, out.x = out.t, mask{}
			plain = false
		}
		other := &v.tmp[depth+1]
		if t != nil {
			other.certain(t)
		}
		if n.kind == boundAnd {
			out.and(other)
		} else {
			out.or(other)
		}
	}
	if plain {
		return &out.t
	}
	return nil
}
