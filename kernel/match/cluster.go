package match

import (
	"math"
	"slices"
)

// table is all rows' cells while an index is built, column by column.
type table struct {
	plans []columnPlan
	rows  []Row
	cells [][]cell // by column, then row
}

func newTable(plans []columnPlan, rows []Row, edit *builder) *table {
	t := &table{plans: plans, rows: rows, cells: make([][]cell, len(plans))}
	for c := range plans {
		t.cells[c] = make([]cell, len(rows))
		for r := range rows {
			t.cells[c][r] = plans[c].cell(rows[r].Vars, edit.add)
		}
	}
	return t
}

// block makes a block of the rows named.
func (t *table) block(part []int32) *block {
	b := &block{rows: make([]Row, blockSize), columns: make([]*columnBlock, len(t.plans))}
	for i, r := range part {
		b.rows[i] = t.rows[r]
		b.valid.set(uint16(i))
	}
	cells := make([]cell, len(part))
	for c := range t.plans {
		for i, r := range part {
			cells[i] = t.cells[c][r]
		}
		b.columns[c] = newColumnBlock(t.plans[c].kind, cells)
		b.odd = b.odd || !b.columns[c].odd.empty()
	}
	return b
}

// sortKey is the value that clustering compares: the first key, or the least of
// all where there is none.
func (c *cell) sortKey() int64 {
	if len(c.keys) == 0 {
		return math.MinInt64
	}
	return c.keys[0]
}

// cluster orders the rows so that a block's rows are alike: the whole is split in
// two again and again, each time by the column that a query is most likely to
// decide for one half at once.
func (t *table) cluster() []int32 {
	order := make([]int32, len(t.rows))
	for i := range order {
		order[i] = int32(i)
	}
	t.split(order, t.power(), make([]int32, len(order)))
	return order
}

// power guesses, by column, how likely a query passes over a half of the rows: a
// single value to be met exactly is better than a bound, a bound better than one
// of several values, and rows that state nothing are never passed over.
func (t *table) power() []float64 {
	powers := make([]float64, len(t.plans))
	for c, p := range t.plans {
		stated, keys := 0, 0
		for i := range t.cells[c] {
			if n := len(t.cells[c][i].keys); n > 0 {
				stated++
				keys += n
			}
		}
		if stated == 0 || p.kind == numberColumn {
			continue
		}
		powers[c] = float64(stated) / float64(len(t.rows))
		switch p.kind {
		case memberColumn:
			powers[c] *= float64(stated) / float64(keys)
		default:
			powers[c] /= 2
		}
	}
	return powers
}

const splitSample = 128

func (t *table) split(order []int32, powers []float64, spare []int32) {
	if len(order) <= blockSize {
		return
	}
	best, column, cut := 0.05, -1, int64(0)
	for c, power := range powers {
		if power <= best {
			continue
		}
		at, balance := t.median(c, order)
		if gain := power * balance; gain > best {
			best, column, cut = gain, c, at
		}
	}
	if column < 0 {
		return
	}
	cells := t.cells[column]
	low, high := 0, 0
	for _, r := range order {
		if cells[r].sortKey() <= cut {
			order[low] = r
			low++
		} else {
			spare[high] = r
			high++
		}
	}
	copy(order[low:], spare[:high])
	if low == 0 || high == 0 {
		return
	}
	t.split(order[:low], powers, spare)
	t.split(order[low:], powers, spare)
}

// median gives, from a sample, the key that best halves the rows (those up to it
// go left) and how even the halves are, 1 for equal ones.
func (t *table) median(c int, order []int32) (cut int64, balance float64) {
	keys := make([]int64, 0, splitSample)
	for i := range splitSample {
		r := order[i*len(order)/splitSample]
		keys = append(keys, t.cells[c][r].sortKey())
	}
	slices.Sort(keys)
	mid := keys[len(keys)/2]
	from, _ := slices.BinarySearch(keys, mid)
	to := from
	for to < len(keys) && keys[to] == mid {
		to++
	}
	even := func(low int) float64 {
		a := float64(low) / float64(len(keys))
		return 4 * a * (1 - a)
	}
	if from > 0 && even(from) > even(to) {
		return keys[from-1], even(from)
	}
	return mid, even(to)
}
