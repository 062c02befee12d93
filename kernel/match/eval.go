package match

// evaluator answers bound conditions for one block at a time. Not for concurrent
// use.
type evaluator struct {
	block *block
	tmp   []tri // one per depth of nesting
	all   mask  // every position
	none  mask
}

// depth counts the levels of a condition.
func (n *bound) depth() int {
	d := 0
	for _, k := range n.kids {
		d = max(d, k.depth())
	}
	return d + 1
}

// reserve makes room for conditions of a depth over a block.
func (v *evaluator) reserve(depth, words int) {
	if len(v.tmp) > depth && cap(v.all) >= words {
		return
	}
	words = max(words, cap(v.all))
	v.tmp = make([]tri, depth+1)
	for i := range v.tmp {
		v.tmp[i] = newTri(words)
	}
	v.all, v.none = make(mask, words), make(mask, words)
	v.all.setNot(v.all)
}

// enter turns to a block; scratch masks take its length.
func (v *evaluator) enter(b *block) {
	v.block = b
	words := len(b.valid)
	for i := range v.tmp {
		r := &v.tmp[i]
		r.t, r.p, r.x = r.t[:words], r.p[:words], r.x[:words]
	}
	v.all, v.none = v.all[:words], v.none[:words]
}

// eval answers n for the block. When no row is unset or undecided it returns
// where n holds, not to be changed and valid until the next call; else nil, and
// the answer is in tmp[depth]. Positions without a row get any answer.
func (v *evaluator) eval(n *bound, depth int) mask {
	out := &v.tmp[depth]
	switch n.kind {
	case boundTrue:
		return v.all
	case boundFalse:
		return v.none
	case boundUnset:
		clear(out.t)
		copy(out.p, v.all)
		clear(out.x)
		return nil
	case boundFlag:
		c := v.block.columns[n.column]
		return c.answer(c.t, out)
	case boundRange:
		return v.between(n, out)
	case boundMember:
		return v.member(n, out)
	case boundAnd, boundOr:
		return v.join(n, depth)
	case boundNot:
		if t := v.eval(n.kids[0], depth); t != nil {
			out.t.setNot(t)
			return out.t
		}
		out.not()
		return nil
	}
	clear(out.t)
	copy(out.p, v.all)
	copy(out.x, v.all)
	return nil
}

// answer adds the column's unset and odd rows to the rows t where it holds.
func (c *columnBlock) answer(t mask, out *tri) mask {
	if c.unset == nil && c.odd == nil {
		return t
	}
	if &t[0] != &out.t[0] {
		copy(out.t, t)
	}
	copy(out.p, t)
	clear(out.x)
	if c.unset != nil {
		out.p.or(c.unset)
	}
	if c.odd != nil {
		out.p.or(c.odd)
		copy(out.x, c.odd)
	}
	return nil
}

// between answers lo ≤ key ≤ hi.
func (v *evaluator) between(n *bound, out *tri) mask {
	c := v.block.columns[n.column]
	sure, may := c.upTo(n.hi, n.hiCut)
	v.fillUpTo(out.t, c, n.hi, sure, may)
	if n.lo > noKey+1 {
		sure, may = c.upTo(n.lo-1, n.loCut)
		v.fillUpTo(out.p, c, n.lo-1, sure, may)
		out.t.andNot(out.p)
	}
	return c.answer(out.t, out)
}

// fillUpTo makes m the rows with a key up to k, comparing those between sure and
// may one by one.
func (v *evaluator) fillUpTo(m mask, c *columnBlock, k int64, sure, may mask) {
	if may == nil {
		clear(m)
		return
	}
	copy(m, may)
	if same := sure != nil && &sure[0] == &may[0]; same {
		return
	}
	if sure != nil {
		m.andNot(sure)
	}
	m.each(func(pos int) {
		if *c.raw.at(pos) > k {
			m.clear(pos)
		}
	})
	if sure != nil {
		m.or(sure)
	}
}

func (v *evaluator) member(n *bound, out *tri) mask {
	c := v.block.columns[n.column]
	if len(n.keys) == 1 {
		h, ok := c.find(n.keys[0])
		switch {
		case !ok:
			return c.answer(v.none, out)
		case h.mask != nil:
			return c.answer(h.mask, out)
		}
		h.fill(out.t)
		return c.answer(out.t, out)
	}
	clear(out.t)
	copy(out.t, c.wild)
	for _, k := range n.keys {
		if h, ok := c.find(k); ok {
			h.addTo(out.t)
		}
	}
	return c.answer(out.t, out)
}

func (v *evaluator) join(n *bound, depth int) mask {
	out, other := &v.tmp[depth], &v.tmp[depth+1]
	plain := true
	if t := v.eval(n.kids[0], depth); t == nil {
		plain = false
	} else if &t[0] != &out.t[0] {
		copy(out.t, t)
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
			copy(out.p, out.t)
			clear(out.x)
			plain = false
		}
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
		return out.t
	}
	return nil
}
