package match

import (
	"math"
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
	wild  bool    // has every key
	num   float64
}

// yes is the only key of a flag that holds.
var yes = []int64{1}

// scale is what the blocks of a column share; fixed when an index is built.
type scale struct {
	// bounds cut an orderColumn's keys: bucket g has those up to bounds[g] and
	// above bounds[g-1], and one more bucket has the rest.
	bounds []int64
	// nums are the distinct values of a numberColumn, ascending.
	nums []float64
}

// maxBuckets limits the masks of an orderColumn. With no more distinct keys than
// that, a comparison is a stored mask; else few rows remain to be compared.
const maxBuckets = 128

// bucket is the bucket of key k, and whether k is its upper bound.
func (s *scale) bucket(k int64) (int, bool) { return slices.BinarySearch(s.bounds, k) }

// columnBlock is a column over one block; immutable once in a snapshot.
type columnBlock struct {
	*scale
	unset, odd mask // nil when empty
	t          mask // flag: where it holds; order: which rows have a key

	// order: the key of each position; levels[g] is the positions with a key up to
	// bounds[g]; impure[g] tells that a key of bucket g is not its bound.
	raw    chunks[int64]
	levels []mask
	impure []bool

	// member: the distinct keys, ascending, and who has them; wild rows are among the
	// holders of every key, and alone those of any other (nil: none).
	keys    []int64
	holders []holders
	wild    mask

	// number: the values that came after the index was built, numbered on from those
	// of the scale. The block holds each position's number.
	later []float64
}

// holders are the positions with one key: a mask when many, a list when few.
type holders struct {
	mask mask
	list []uint16
}

// fewHolders is how many positions are kept as a list.
const fewHolders = 64

func (h *holders) fill(m mask) {
	if h.mask != nil {
		copy(m, h.mask)
		return
	}
	clear(m)
	h.addTo(m)
}

func (h *holders) addTo(m mask) {
	if h.mask != nil {
		m.or(h.mask)
		return
	}
	for _, pos := range h.list {
		m.set(int(pos))
	}
}

func (h *holders) has(pos int) bool {
	if h.mask != nil {
		return h.mask.has(pos)
	}
	return slices.Contains(h.list, uint16(pos))
}

// put gives the holders with pos in or out.
func (h *holders) put(pos, words int, in bool) holders {
	switch {
	case h.has(pos) == in:
		return *h
	case in:
		return h.with(pos, words)
	}
	return h.without(pos)
}

// with gives the holders and one more; h itself is not changed.
func (h *holders) with(pos, words int) holders {
	if h.mask != nil {
		m := slices.Clone(h.mask)
		m.set(pos)
		return holders{mask: m}
	}
	list := append(slices.Clip(h.list), uint16(pos))
	if len(list) <= fewHolders {
		return holders{list: list}
	}
	m := make(mask, words)
	for _, p := range list {
		m.set(int(p))
	}
	return holders{mask: m}
}

func (h *holders) without(pos int) holders {
	if h.mask != nil {
		m := slices.Clone(h.mask)
		m.clear(pos)
		return holders{mask: m}
	}
	list := slices.Clone(h.list)
	if i := slices.Index(list, uint16(pos)); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	return holders{list: list}
}

// newColumnBlock makes an empty column of so many words.
func newColumnBlock(kind columnKind, s *scale, words int) *columnBlock {
	b := &columnBlock{scale: s}
	switch kind {
	case flagColumn:
		b.t = make(mask, words)
	case orderColumn:
		b.t = make(mask, words)
		b.raw = newChunks(words*64, int64(0))
		b.impure = make([]bool, len(s.bounds))
		flat := make(mask, len(s.bounds)*words)
		b.levels = make([]mask, len(s.bounds))
		for g := range b.levels {
			b.levels[g] = flat[g*words : (g+1)*words : (g+1)*words]
		}
	}
	return b
}

// put gives the column with a cell at pos, where nothing or an older cell is; a
// numberColumn has nothing at a position.
func (b *columnBlock) put(kind columnKind, pos, words int, c *cell) *columnBlock {
	if b.equal(kind, pos, c) {
		return b
	}
	n := *b
	n.unset = mark(slices.Clone(b.unset), pos, words, c.unset)
	n.odd = mark(slices.Clone(b.odd), pos, words, c.odd)
	switch kind {
	case flagColumn:
		n.t = n.t.with(pos, len(c.keys) > 0)
	case orderColumn:
		n.putKey(pos, c)
	case memberColumn:
		n.keys, n.holders = slices.Clone(b.keys), slices.Clone(b.holders)
		n.putKeys(pos, words, c)
	}
	return &n
}

// numbered gives a numberColumn that knows the value, and the value's number.
func (b *columnBlock) numbered(x float64) (*columnBlock, int32) {
	n := *b
	n.later = slices.Clip(b.later)
	place := n.placeOf(x)
	if len(n.later) == len(b.later) {
		return b, place
	}
	return &n, place
}

// placeOf finds a number's place, giving it a later one if need be.
func (b *columnBlock) placeOf(x float64) int32 {
	if i, ok := slices.BinarySearch(b.nums, x); ok {
		return int32(i)
	}
	i := slices.Index(b.later, x)
	if i < 0 {
		i = len(b.later)
		b.later = append(b.later, x)
	}
	return int32(len(b.nums) + i)
}

// number reads a value by its place.
func (b *columnBlock) number(place int32) float64 {
	if i := int(place); i < len(b.nums) {
		return b.nums[i]
	}
	return b.later[int(place)-len(b.nums)]
}

// mark sets or clears a position of a mask that is nil when empty.
func mark(m mask, pos, words int, in bool) mask {
	if m == nil {
		if !in {
			return nil
		}
		m = make(mask, words)
	}
	m.put(pos, in)
	if !in && m.empty() {
		return nil
	}
	return m
}

// putKey changes only the levels between the old key's bucket and the new one's.
func (b *columnBlock) putKey(pos int, c *cell) {
	stated := len(c.keys) > 0
	b.t = b.t.with(pos, stated)
	from := len(b.levels)
	if stated {
		from = b.state(pos, c.keys[0], true)
	}
	b.levels = slices.Clone(b.levels)
	for g := range b.levels {
		b.levels[g] = b.levels[g].with(pos, g >= from)
	}
}

// state notes a key and returns its bucket; shared tells that the parts changed
// belong to a snapshot.
func (b *columnBlock) state(pos int, k int64, shared bool) int {
	if shared {
		b.raw = b.raw.replaced(pos, k)
	} else {
		*b.raw.at(pos) = k
	}
	g, exact := b.bucket(k)
	if !exact && g < len(b.impure) && !b.impure[g] {
		b.impure = slices.Clone(b.impure)
		b.impure[g] = true
	}
	return g
}

func (b *columnBlock) putKeys(pos, words int, c *cell) {
	b.wild = mark(slices.Clone(b.wild), pos, words, c.wild)
	for i := range b.holders {
		_, in := slices.BinarySearch(c.keys, b.keys[i])
		b.holders[i] = b.holders[i].put(pos, words, in || c.wild)
	}
	for _, k := range c.keys {
		i, ok := slices.BinarySearch(b.keys, k)
		if !ok {
			b.keys = slices.Insert(b.keys, i, k)
			b.holders = slices.Insert(b.holders, i, holders{mask: slices.Clone(b.wild)})
		}
		b.holders[i] = b.holders[i].put(pos, words, true)
	}
}

// equal reports whether the block has just this cell at pos.
func (b *columnBlock) equal(kind columnKind, pos int, c *cell) bool {
	if (b.unset != nil && b.unset.has(pos)) != c.unset || (b.odd != nil && b.odd.has(pos)) != c.odd {
		return false
	}
	switch kind {
	case flagColumn:
		return b.t.has(pos) == (len(c.keys) > 0)
	case orderColumn:
		return b.t.has(pos) == (len(c.keys) > 0) && (len(c.keys) == 0 || *b.raw.at(pos) == c.keys[0])
	}
	if c.wild || b.wild != nil && b.wild.has(pos) {
		return c.wild && b.wild != nil && b.wild.has(pos)
	}
	n := 0
	for i := range b.holders {
		if b.holders[i].has(pos) {
			if n == len(c.keys) || c.keys[n] != b.keys[i] {
				return false
			}
			n++
		}
	}
	return n == len(c.keys)
}

// upTo gives the rows of an orderColumn whose key is surely at most k, and those
// for which it may be; where the two differ, raw decides. nil is the empty mask.
func (b *columnBlock) upTo(k int64, at cut) (sure, may mask) {
	if k == math.MaxInt64 {
		return b.t, b.t
	}
	if at.exact {
		return b.levels[at.bucket], b.levels[at.bucket]
	}
	if at.bucket > 0 {
		sure = b.levels[at.bucket-1]
	}
	switch {
	case at.bucket == len(b.levels):
		return sure, b.t
	case b.impure[at.bucket]:
		return sure, b.levels[at.bucket]
	}
	return sure, sure
}

// cut is a key's bucket.
type cut struct {
	bucket int
	exact  bool
}

// find gives the holders of key k; ok is false for none.
func (b *columnBlock) find(k int64) (h holders, ok bool) {
	if i, ok := slices.BinarySearch(b.keys, k); ok {
		return b.holders[i], true
	}
	return holders{mask: b.wild}, b.wild != nil
}
