package match

import "math/bits"

// blockSize is the most rows of a block: their mask is a kilobyte, so that one
// condition over all of them is a short run through memory.
const blockSize = 8192

// mask is a set of positions within a block; all masks of a block are of one
// length.
type mask []uint64

func (m mask) set(pos int)      { m[pos>>6] |= 1 << (pos & 63) }
func (m mask) clear(pos int)    { m[pos>>6] &^= 1 << (pos & 63) }
func (m mask) has(pos int) bool { return m[pos>>6]&(1<<(pos&63)) != 0 }

func (m mask) put(pos int, in bool) {
	if in {
		m.set(pos)
	} else {
		m.clear(pos)
	}
}

// with gives the mask with pos in or out; m itself is not changed.
func (m mask) with(pos int, in bool) mask {
	if m.has(pos) == in {
		return m
	}
	n := append(mask(nil), m...)
	n.put(pos, in)
	return n
}

func (m mask) and(o mask) {
	o = o[:len(m)]
	for i := range m {
		m[i] &= o[i]
	}
}

func (m mask) or(o mask) {
	o = o[:len(m)]
	for i := range m {
		m[i] |= o[i]
	}
}

func (m mask) andNot(o mask) {
	o = o[:len(m)]
	for i := range m {
		m[i] &^= o[i]
	}
}

// setNot makes m the complement of o; the two may be one.
func (m mask) setNot(o mask) {
	o = o[:len(m)]
	for i := range m {
		m[i] = ^o[i]
	}
}

func (m mask) empty() bool {
	for _, w := range m {
		if w != 0 {
			return false
		}
	}
	return true
}

func (m mask) count() int {
	n := 0
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls f for every position, ascending.
func (m mask) each(f func(pos int)) {
	for i, w := range m {
		for ; w != 0; w &= w - 1 {
			f(i<<6 + bits.TrailingZeros64(w))
		}
	}
}

// tri is the answer of a condition for a block: t holds, p may hold (t ⊆ p), and
// x (⊆ p minus t) are those the index cannot decide. The rest of p is unset, what
// is outside p fails.
type tri struct{ t, p, x mask }

func newTri(words int) tri {
	m := make(mask, 3*words)
	return tri{m[:words:words], m[words : 2*words : 2*words], m[2*words:]}
}

// not: what surely failed now surely holds.
func (r *tri) not() {
	r.t, r.p = r.p, r.t
	r.t.setNot(r.t)
	r.p.setNot(r.p)
}

// and follows CEL: one false decides, whatever the other is.
func (r *tri) and(o *tri) {
	r.t.and(o.t)
	r.p.and(o.p)
	r.x.or(o.x)
	r.x.and(r.p)
}

// or follows CEL: one true decides, whatever the other is.
func (r *tri) or(o *tri) {
	r.t.or(o.t)
	r.p.or(o.p)
	r.x.or(o.x)
	r.x.andNot(r.t)
}

// certain makes an answer that is true on t and false elsewhere.
func (r *tri) certain(t mask) {
	copy(r.t, t)
	copy(r.p, t)
	clear(r.x)
}
