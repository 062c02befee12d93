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
	where map[string]place
	free  []place
	snap  atomic.Pointer[snapshot]

	idle sync.Pool // of *query, for their working memory
}

// snapshot is an immutable state of the index.
type snapshot struct {
	blocks []*block
	scales []*scale // by column
	texts  *texts
	rows   int
}

// words is the length of the longest mask.
func (s *snapshot) words() int {
	n := 0
	for _, b := range s.blocks {
		n = max(n, len(b.valid))
	}
	return n
}

// place is where a row is.
type place struct{ block, pos int }

// block holds up to blockSize rows; immutable.
type block struct {
	valid   mask
	columns []*columnBlock
	odd     bool // some column has a value left to CEL
	rows    chunks[Row]
	// numbers are the values of the numberColumns, a row's side by side, as numbers
	// of their columns' scales.
	numbers chunks[int32]
	stride  int
}

// number is where a row's value of a numberColumn is.
func (b *block) number(pos int, c *columnPlan) *int32 {
	return b.numbers.at(pos*b.stride + c.number)
}

// NewIndex makes an empty index for a match and one of its steps (-1: none).
// rowVars names the variables that vary by row: `offer` to ask which offers a
// need may have, `need` and `subject` to ask whom a new offer suits.
func NewIndex(m *program.Match, step int, rowVars ...string) (*Index, error) {
	p, err := newPlan(m, step, rowVars)
	if err != nil {
		return nil, err
	}
	ix := &Index{plan: p}
	ix.Build(nil)
	return ix, nil
}

// Len is the number of rows.
func (ix *Index) Len() int { return ix.snap.Load().rows }

// Build replaces all rows. Its scales suit these rows: after rows have come and
// changed in number, by Put, an index answers as exactly but less fast.
func (ix *Index) Build(rows []Row) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	edit := newTexts(len(rows)).edit()
	t := newTable(ix.plan, rows, edit)
	next := &snapshot{rows: len(rows), scales: t.scales()}
	where := make(map[string]place, len(rows))
	for from := 0; from < len(rows); from += blockSize {
		part := rows[from:min(from+blockSize, len(rows))]
		for i, r := range part {
			where[r.ID] = place{len(next.blocks), i}
		}
		next.blocks = append(next.blocks, t.block(next.scales, from, part))
	}
	next.texts = edit.done(newTexts(0))
	ix.where, ix.free = where, nil
	ix.snap.Store(next)
}

// Put adds a row or replaces the one of the same id.
func (ix *Index) Put(row Row) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	old := ix.snap.Load()
	next := &snapshot{blocks: slices.Clone(old.blocks), scales: old.scales, rows: old.rows}
	at, replaces := ix.where[row.ID]
	if !replaces {
		next.rows++
		at = ix.vacancy(next)
		ix.where[row.ID] = at
	}
	edit := old.texts.edit()
	b := next.blocks[at.block].clone()
	b.rows = b.rows.replaced(at.pos, row)
	b.valid.set(at.pos)
	for i := range ix.plan.columns {
		c := &ix.plan.columns[i]
		cell := c.cell(row.Vars, edit.add)
		if c.kind == numberColumn {
			var n int32
			b.columns[i], n = b.columns[i].numbered(cell.num)
			b.numbers = b.numbers.replaced(at.pos*b.stride+c.number, n)
			continue
		}
		b.columns[i] = b.columns[i].put(c.kind, at.pos, len(b.valid), &cell)
		b.odd = b.odd || cell.odd
	}
	next.blocks[at.block] = b
	next.texts = edit.done(old.texts)
	ix.snap.Store(next)
}

// Remove takes a row out; an unknown id is nothing.
func (ix *Index) Remove(id string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	at, ok := ix.where[id]
	if !ok {
		return
	}
	old := ix.snap.Load()
	next := &snapshot{blocks: slices.Clone(old.blocks), scales: old.scales, texts: old.texts, rows: old.rows - 1}
	b := next.blocks[at.block].clone()
	b.valid.clear(at.pos)
	b.rows = b.rows.replaced(at.pos, Row{})
	next.blocks[at.block] = b
	delete(ix.where, id)
	ix.free = append(ix.free, at)
	ix.snap.Store(next)
}

// smallest is the least number of rows that a block has room for.
const smallest = 512

// vacancy finds a place for a new row, opening a block when there is none.
func (ix *Index) vacancy(next *snapshot) place {
	if len(ix.free) == 0 {
		words := min(max(next.rows/8, smallest), blockSize) / 64
		for pos := words*64 - 1; pos >= 0; pos-- {
			ix.free = append(ix.free, place{len(next.blocks), pos})
		}
		next.blocks = append(next.blocks, newBlock(ix.plan, next.scales, words))
	}
	at := ix.free[len(ix.free)-1]
	ix.free = ix.free[:len(ix.free)-1]
	return at
}

func newBlock(p *plan, scales []*scale, words int) *block {
	b := &block{
		valid: make(mask, words), rows: newChunks(words*64, Row{}),
		numbers: newChunks(words*64*p.numbers, int32(0)), stride: p.numbers,
	}
	for i := range p.columns {
		b.columns = append(b.columns, newColumnBlock(p.columns[i].kind, scales[i], words))
	}
	return b
}

func (b *block) clone() *block {
	n := *b
	n.valid, n.columns = slices.Clone(b.valid), slices.Clone(b.columns)
	return &n
}
