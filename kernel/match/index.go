package match

import (
	"slices"
	"sync"
	"sync/atomic"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Row is what an index holds many of: an offer or, turned round, a need. Vars
// gives the variables that vary by row and must not change afterwards; when the
// row changes in any way its conditions can see, Put it again.
type Row struct {
	ID   string
	Vars rule.Vars
}

// Index answers a match for many rows at once, exactly as Evaluate and Order
// would. Reading is safe beside writing and never waits: every change makes a new
// snapshot that shares all but one block with the old.
type Index struct {
	plan *plan

	mu    sync.Mutex // writers
	where map[string]int
	free  []int // positions without a row
	snap  atomic.Pointer[snapshot]
}

// snapshot is an immutable state of the index.
type snapshot struct {
	blocks []*block
	texts  *texts
	rows   int
}

// block holds up to blockSize rows; immutable.
type block struct {
	valid   mask
	columns []*columnBlock
	odd     bool // some column has a value left to CEL
	rows    []Row
}

// NewIndex makes an empty index for a match and one of its steps (-1: none).
// rowVars names the variables that vary by row: `offer` to ask which offers a
// need may have, `need` and `subject` to ask whom a new offer suits.
func NewIndex(m *program.Match, step int, rowVars ...string) (*Index, error) {
	p, err := newPlan(m, step, rowVars)
	if err != nil {
		return nil, err
	}
	ix := &Index{plan: p, where: map[string]int{}}
	ix.snap.Store(&snapshot{texts: newTexts(0)})
	return ix, nil
}

// Len is the number of rows.
func (ix *Index) Len() int { return ix.snap.Load().rows }

// Build replaces all rows. Like rows are laid together, so that most blocks can
// be passed over; rows that come later by Put fill gaps instead, so an index that
// has changed much is worth building again.
func (ix *Index) Build(rows []Row) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	edit := newTexts(len(rows)).edit()
	table := newTable(ix.plan.columns, rows, edit)
	order := table.cluster()
	next := &snapshot{rows: len(rows)}
	where := make(map[string]int, len(rows))
	for from := 0; from < len(order); from += blockSize {
		part := order[from:min(from+blockSize, len(order))]
		for i, r := range part {
			where[rows[r].ID] = from + i
		}
		next.blocks = append(next.blocks, table.block(part))
	}
	next.texts = edit.done(newTexts(0))
	ix.where, ix.free = where, nil
	for pos := len(rows); pos < len(next.blocks)*blockSize; pos++ {
		ix.free = append(ix.free, pos)
	}
	ix.snap.Store(next)
}

// Put adds a row or replaces the one of the same id.
func (ix *Index) Put(row Row) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	old := ix.snap.Load()
	next := &snapshot{blocks: slices.Clone(old.blocks), rows: old.rows}
	pos, replaces := ix.where[row.ID]
	if !replaces {
		next.rows++
		pos = ix.place(next)
		ix.where[row.ID] = pos
	}
	edit := old.texts.edit()
	b := next.blocks[pos/blockSize].clone()
	at := uint16(pos % blockSize)
	b.rows[at] = row
	b.valid.set(at)
	for i := range ix.plan.columns {
		c := &ix.plan.columns[i]
		cell := c.cell(row.Vars, edit.add)
		b.columns[i] = b.columns[i].replace(c.kind, at, &cell)
		b.odd = b.odd || cell.odd
	}
	next.blocks[pos/blockSize] = b
	next.texts = edit.done(old.texts)
	ix.snap.Store(next)
}

// Remove takes a row out; an unknown id is nothing.
func (ix *Index) Remove(id string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	pos, ok := ix.where[id]
	if !ok {
		return
	}
	old := ix.snap.Load()
	next := &snapshot{blocks: slices.Clone(old.blocks), texts: old.texts, rows: old.rows - 1}
	b := next.blocks[pos/blockSize].clone()
	b.valid.clear(uint16(pos % blockSize))
	b.rows[pos%blockSize] = Row{}
	next.blocks[pos/blockSize] = b
	delete(ix.where, id)
	ix.free = append(ix.free, pos)
	ix.snap.Store(next)
}

// place finds a free position, opening a block when there is none.
func (ix *Index) place(next *snapshot) int {
	if len(ix.free) == 0 {
		empty := &block{rows: make([]Row, blockSize)}
		for _, c := range ix.plan.columns {
			empty.columns = append(empty.columns, newColumnBlock(c.kind, nil))
		}
		for pos := (len(next.blocks)+1)*blockSize - 1; pos >= len(next.blocks)*blockSize; pos-- {
			ix.free = append(ix.free, pos)
		}
		next.blocks = append(next.blocks, empty)
	}
	pos := ix.free[len(ix.free)-1]
	ix.free = ix.free[:len(ix.free)-1]
	return pos
}

func (b *block) clone() *block {
	return &block{valid: b.valid, odd: b.odd, columns: slices.Clone(b.columns), rows: slices.Clone(b.rows)}
}
