package match

import (
	"cmp"
	"slices"
)

// columnKind says what a column keeps of its row expression.
type columnKind uint8

const (
	flagColumn   columnKind = iota // a condition on the row alone
	orderColumn                    // one ordered value, for < <= > >= == !=
	memberColumn                   // one value or a list of them, for == and in
	numberColumn                   // a rank entry on the row alone
)

// cell is one row's part of a column.
type cell struct {
	unset bool
	odd   bool    // left to CEL, see noKey
	keys  []int64 // ascending, distinct; a flag is no key (false) or one (true)
	num   float64
}

// columnBlock is a column over one block; immutable.
type columnBlock struct {
	unset, odd mask
	loose      bool // unset or odd is not empty
	t          mask // flag: where it holds

	// keys are the distinct keys, ascending; the positions that have keys[i] are
	// order[start[i]:start[i+1]].
	keys  []int64
	order []uint16
	start []uint32
	// sets[g] is, in an orderColumn, the positions with one of keys[:g*stride]; in
	// a memberColumn of few keys, the positions with keys[g].
	sets   []mask
	stride int

	nums []float64 // number: by position; lowest where unset
}

const (
	denseKeys  = 64 // up to so many distinct keys a block keeps a mask for each
	rankStride = 16
)

// entry is one key of one position.
type entry struct {
	key int64
	pos uint16
}

// newColumnBlock builds a block from the cells of its first rows.
func newColumnBlock(kind columnKind, cells []cell) *columnBlock {
	b := &columnBlock{}
	var entries []entry
	if kind == numberColumn {
		b.nums = make([]float64, blockSize)
	}
	for i := range cells {
		entries = b.put(kind, entries, uint16(i), &cells[i])
	}
	slices.SortFunc(entries, func(a, c entry) int {
		return cmp.Or(cmp.Compare(a.key, c.key), cmp.Compare(a.pos, c.pos))
	})
	b.build(kind, entries)
	return b
}

// put notes a cell's state and appends its keys.
func (b *columnBlock) put(kind columnKind, entries []entry, pos uint16, c *cell) []entry {
	switch {
	case c.unset:
		b.unset.set(pos)
	case c.odd:
		b.odd.set(pos)
	case kind == flagColumn && len(c.keys) > 0:
		b.t.set(pos)
	case kind != flagColumn:
		for _, k := range c.keys {
			entries = append(entries, entry{k, pos})
		}
	}
	if kind == numberColumn {
		b.nums[pos] = c.num
	}
	return entries
}

// build makes the look-up structures from entries in order of key.
func (b *columnBlock) build(kind columnKind, entries []entry) {
	b.loose = !b.unset.empty() || !b.odd.empty()
	if kind == flagColumn || kind == numberColumn {
		return
	}
	b.order = make([]uint16, len(entries))
	for i, e := range entries {
		if i == 0 || e.key != entries[i-1].key {
			b.keys = append(b.keys, e.key)
			b.start = append(b.start, uint32(i))
		}
		b.order[i] = e.pos
	}
	b.start = append(b.start, uint32(len(entries)))
	if kind == orderColumn {
		b.buildPrefixes()
	} else if len(b.keys) <= denseKeys {
		b.stride = 1
		b.sets = make([]mask, len(b.keys))
		for i := range b.keys {
			b.addKey(&b.sets[i], i)
		}
	}
}

func (b *columnBlock) buildPrefixes() {
	b.stride = 1
	if len(b.keys) > denseKeys {
		b.stride = rankStride
	}
	b.sets = make([]mask, 1, len(b.keys)/b.stride+1)
	var m mask
	for i := range b.keys {
		b.addKey(&m, i)
		if (i+1)%b.stride == 0 {
			b.sets = append(b.sets, m)
		}
	}
}

// addKey adds the positions that have keys[i].
func (b *columnBlock) addKey(m *mask, i int) {
	for _, pos := range b.order[b.start[i]:b.start[i+1]] {
		m.set(pos)
	}
}

// replace gives the block with another cell at pos; the same block if nothing
// changes.
func (b *columnBlock) replace(kind columnKind, pos uint16, c *cell) *columnBlock {
	old := b.cell(kind, pos)
	if old.unset == c.unset && old.odd == c.odd && old.num == c.num && slices.Equal(old.keys, c.keys) {
		return b
	}
	n := &columnBlock{unset: b.unset, odd: b.odd, t: b.t, nums: slices.Clone(b.nums)}
	n.unset.clear(pos)
	n.odd.clear(pos)
	n.t.clear(pos)
	entries := make([]entry, 0, len(b.order)+len(c.keys))
	add := n.put(kind, nil, pos, c)
	for i, k := range b.keys {
		for len(add) > 0 && add[0].key < k {
			entries, add = append(entries, add[0]), add[1:]
		}
		for _, p := range b.order[b.start[i]:b.start[i+1]] {
			if p != pos {
				entries = append(entries, entry{k, p})
			}
		}
	}
	n.build(kind, append(entries, add...))
	return n
}

// cell reads back what the block holds at pos.
func (b *columnBlock) cell(kind columnKind, pos uint16) cell {
	c := cell{unset: b.unset.has(pos), odd: b.odd.has(pos)}
	if kind == numberColumn {
		c.num = b.nums[pos]
	}
	if b.t.has(pos) {
		c.keys = yes
	}
	for i, k := range b.keys {
		if slices.Contains(b.order[b.start[i]:b.start[i+1]], pos) {
			c.keys = append(c.keys, k)
		}
	}
	return c
}

// yes is the only key of a flag that holds.
var yes = []int64{1}

// upTo makes m the positions of an orderColumn whose key is at most k, and
// reports how many distinct keys those are.
func (b *columnBlock) upTo(m *mask, k int64) {
	n := b.rank(k)
	g := n / b.stride
	*m = b.sets[g]
	for i := g * b.stride; i < n; i++ {
		b.addKey(m, i)
	}
}

// rank counts the distinct keys that are at most k.
func (b *columnBlock) rank(k int64) int {
	if len(b.keys) == 0 || k < b.keys[0] {
		return 0
	}
	if k >= b.keys[len(b.keys)-1] {
		return len(b.keys)
	}
	lo, hi := 0, len(b.keys)
	for lo < hi {
		mid := (lo + hi) / 2
		if b.keys[mid] <= k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// with gives the positions of a memberColumn that have key k: a stored mask, or
// scratch filled; nil for none.
func (b *columnBlock) with(k int64, scratch *mask) *mask {
	i := b.rank(k) - 1
	if i < 0 || b.keys[i] != k {
		return nil
	}
	if b.sets != nil {
		return &b.sets[i]
	}
	*scratch = mask{}
	b.addKey(scratch, i)
	return scratch
}
