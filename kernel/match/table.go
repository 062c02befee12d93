package match

import "slices"

// table is all rows' cells while an index is built, column by column.
type table struct {
	plan  *plan
	plans []columnPlan
	cells [][]cell // by column, then row
}

func newTable(p *plan, rows []Row, edit *builder) *table {
	plans := p.columns
	t := &table{plan: p, plans: plans, cells: make([][]cell, len(plans))}
	for c := range plans {
		t.cells[c] = make([]cell, len(rows))
	}
	for r := range rows { // a row at a time: reading it is the dear part
		for c := range plans {
			t.cells[c][r] = plans[c].cell(rows[r].Vars, edit.add)
		}
	}
	return t
}

// scales chooses the bounds of order columns and numbers the values of number
// columns.
func (t *table) scales() []*scale {
	scales := make([]*scale, len(t.plans))
	for c := range t.plans {
		scales[c] = &scale{}
		switch t.plans[c].kind {
		case orderColumn:
			scales[c].bounds = bounds(t.cells[c])
		case numberColumn:
			scales[c].nums = numbers(t.cells[c])
		}
	}
	return scales
}

// bounds are all distinct keys when few, else keys that cut the rows evenly.
func bounds(cells []cell) []int64 {
	var all, extremes []int64
	for i := range cells {
		for _, k := range cells[i].keys {
			if k == lowest || k == highest { // those of wild rows are bounds of their own
				extremes = append(extremes, k)
			} else {
				all = append(all, k)
			}
		}
	}
	extremes = compact(extremes)
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(distinct) <= maxBuckets {
		return compact(append(distinct, extremes...))
	}
	cuts := make([]int64, 0, maxBuckets)
	for g := range maxBuckets {
		cuts = append(cuts, all[(g+1)*len(all)/maxBuckets-1])
	}
	return compact(append(cuts, extremes...))
}

func compact(keys []int64) []int64 {
	slices.Sort(keys)
	return slices.Compact(keys)
}

func numbers(cells []cell) []float64 {
	all := make([]float64, len(cells))
	for i := range cells {
		all[i] = cells[i].num
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// block makes the block of rows[from:], as many as part has.
func (t *table) block(scales []*scale, from int, part []Row) *block {
	words := (len(part) + 63) / 64
	b := newBlock(t.plan, scales, words)
	for i := range part {
		*b.rows.at(i) = part[i]
		b.valid.set(i)
	}
	for c := range t.plans {
		cells := t.cells[c][from : from+len(part)]
		if t.plans[c].kind == numberColumn {
			for i := range cells {
				*b.number(i, &t.plans[c]) = b.columns[c].placeOf(cells[i].num)
			}
			continue
		}
		b.columns[c].load(t.plans[c].kind, words, cells)
		b.odd = b.odd || b.columns[c].odd != nil
	}
	return b
}

// load fills a new block.
func (b *columnBlock) load(kind columnKind, words int, cells []cell) {
	for pos := range cells {
		c := &cells[pos]
		b.unset = mark(b.unset, pos, words, c.unset)
		b.odd = mark(b.odd, pos, words, c.odd)
		switch kind {
		case flagColumn:
			b.t.put(pos, len(c.keys) > 0)
		case memberColumn:
			b.wild = mark(b.wild, pos, words, c.wild)
			b.loadKeys(pos, words, c)
		case orderColumn:
			if len(c.keys) == 0 {
				continue
			}
			b.t.set(pos)
			if g := b.state(pos, c.keys[0], false); g < len(b.levels) {
				b.levels[g].set(pos)
			}
		}
	}
	for g := 1; g < len(b.levels); g++ {
		b.levels[g].or(b.levels[g-1])
	}
	if b.wild != nil {
		for i := range b.holders {
			m := slices.Clone(b.wild)
			b.holders[i].addTo(m)
			b.holders[i] = holders{mask: m}
		}
	}
}

func (b *columnBlock) loadKeys(pos, words int, c *cell) {
	for _, k := range c.keys {
		i, ok := slices.BinarySearch(b.keys, k)
		if !ok {
			b.keys = slices.Insert(b.keys, i, k)
			b.holders = slices.Insert(b.holders, i, holders{})
		}
		b.holders[i].add(pos, words)
	}
}

// add is with, in place.
func (h *holders) add(pos, words int) {
	if h.mask != nil {
		h.mask.set(pos)
		return
	}
	if len(h.list) < fewHolders {
		h.list = append(h.list, uint16(pos))
		return
	}
	*h = h.with(pos, words)
}
