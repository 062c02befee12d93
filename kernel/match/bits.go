package match

import "math/bits"

// blockSize is the number of rows answered together: eight machine words, so
// that a condition over a block costs a few instructions.
const blockSize = 512

// mask is a set of positions within a block.
type mask [blockSize / 64]uint64

var full = func() (m mask) {
	for i := range m {
		m[i] = ^uint64(0)
	}
	return m
}()

func (m *mask) set(pos uint16)      { m[pos>>6] |= 1 << (pos & 63) }
func (m *mask) clear(pos uint16)    { m[pos>>6] &^= 1 << (pos & 63) }
func (m *mask) has(pos uint16) bool { return m[pos>>6]&(1<<(pos&63)) != 0 }

func (m *mask) and(o *mask) {
	for i := range m {
		m[i] &= o[i]
	}
}

func (m *mask) or(o *mask) {
	for i := range m {
		m[i] |= o[i]
	}
}

func (m *mask) andNot(o *mask) {
	for i := range m {
		m[i] &^= o[i]
	}
}

// setNot makes m the complement of o; the two may be one.
func (m *mask) setNot(o *mask) {
	for i := range m {
		m[i] = ^o[i]
	}
}

func (m *mask) empty() bool {
	return m[0]|m[1]|m[2]|m[3]|m[4]|m[5]|m[6]|m[7] == 0
}

func (m *mask) count() int {
	n := 0
	for _, w := range m {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls f for every position, ascending.
func (m *mask) each(f func(pos uint16)) {
	for i, w := range m {
		for ; w != 0; w &= w - 1 {
			f(uint16(i<<6 + bits.TrailingZeros64(w)))
		}
	}
}

// tri is the answer of a condition for a block: t holds, p may hold (t ⊆ p), and
// x (⊆ p minus t) are those the index cannot decide. The rest of p is unset, what
// is outside p fails.
type tri struct{ t, p, x mask }

// not: what surely failed now surely holds.
func (r *tri) not() {
	r.t, r.p = r.p, r.t
	r.t.setNot(&r.t)
	r.p.setNot(&r.p)
}

// and follows CEL: one false decides, whatever the other is.
func (r *tri) and(o *tri) {
	r.t.and(&o.t)
	r.p.and(&o.p)
	r.x.or(&o.x)
	r.x.and(&r.p)
}

// or follows CEL: one true decides, whatever the other is.
func (r *tri) or(o *tri) {
	r.t.or(&o.t)
	r.p.or(&o.p)
	r.x.or(&o.x)
	r.x.andNot(&r.t)
}

// certain makes an answer that is true on t and false elsewhere.
func (r *tri) certain(t *mask) { r.t, r.p, r.x = *t, *t, mask{} }
