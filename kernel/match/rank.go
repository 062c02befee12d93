package match

import (
	"cmp"
	"math"
	"slices"

	"linqiao/kernel/rule"
)

// ranking scores a group of hits exactly as Order does.
type ranking struct {
	q       *query
	hits    []hit
	numbers []int32     // of the number columns, a hit's side by side
	ranks   [][]float64 // by rank entry: the dense rank of each hit
	values  [][]float64 // by rank entry: the value of each hit, nil for a number column
}

func (q *query) ranked(hits []hit) *ranking {
	r := &ranking{q: q, hits: hits}
	r.gather()
	for i := range q.plan.ranks {
		rp := &q.plan.ranks[i]
		ranks, values := r.entry(rp)
		for h := range hits {
			hits[h].score += float64(float64(rp.W) * ranks[h])
		}
		r.ranks, r.values = append(r.ranks, ranks), append(r.values, values)
	}
	return r
}

// gather reads the number columns of all hits, one visit to each row.
func (r *ranking) gather() {
	stride := r.q.plan.numbers
	if stride == 0 {
		return
	}
	r.numbers = make([]int32, 0, stride*len(r.hits))
	for i := range r.hits {
		h := &r.hits[i]
		b := r.q.snap.blocks[h.block]
		for n := range stride {
			r.numbers = append(r.numbers, *b.numbers.at(int(h.pos)*stride + n))
		}
	}
}

// value is a rank entry's value for hit i.
func (r *ranking) value(e, i int) float64 {
	if r.values[e] != nil {
		return r.values[e][i]
	}
	c := r.q.plan.ranks[e].column
	return r.columnValue(c, i)
}

func (r *ranking) columnValue(c, i int) float64 {
	n := r.numbers[i*r.q.plan.numbers+r.q.plan.columns[c].number]
	return r.q.snap.blocks[r.hits[i].block].columns[c].number(n)
}

// entry gives every hit's dense rank, and its value unless a number column has it.
func (r *ranking) entry(rp *rankPlan) (ranks, values []float64) {
	boolean := rp.By.Type().Kind == rule.Bool
	if rp.column >= 0 {
		if ranks = r.numbered(rp.column); ranks != nil {
			return ranks, nil
		}
	}
	values = make([]float64, len(r.hits))
	switch {
	case rp.column >= 0:
		for i := range values {
			values[i] = r.columnValue(rp.column, i)
		}
	case rp.same:
		x := r.q.numberByCEL(rp, &r.hits[0])
		for i := range values {
			values[i] = x
		}
	case rp.node != nil:
		r.q.conditionNumbers(rp, r.hits, values)
	default:
		for i := range values {
			values[i] = r.q.numberByCEL(rp, &r.hits[i])
		}
	}
	return denseNumbers(values, boolean), values
}

// numbered ranks by a number column. Its values are numbered in order, so dense
// ranks follow from which numbers occur. nil when a hit has a later value, or all
// have the same.
func (r *ranking) numbered(column int) []float64 {
	known := int32(len(r.q.snap.scales[column].nums))
	stride, from := r.q.plan.numbers, r.q.plan.columns[column].number
	occurs := make(mask, known/64+1)
	for i := from; i < len(r.numbers); i += stride {
		n := r.numbers[i]
		if n >= known {
			return nil
		}
		occurs.set(int(n))
	}
	levels := occurs.count()
	if levels < 2 {
		return nil
	}
	rank := make([]float64, known)
	at := 0
	occurs.each(func(n int) {
		rank[n] = float64(at) / float64(levels-1)
		at++
	})
	ranks := make([]float64, len(r.hits))
	for i := range ranks {
		ranks[i] = rank[r.numbers[i*stride+from]]
	}
	return ranks
}

func (q *query) numberByCEL(rp *rankPlan, h *hit) float64 {
	v, err := rp.By.Eval(&joined{q.plan, q.row(h).Vars, q.vars})
	if err != nil {
		return math.Inf(-1)
	}
	return number(v)
}

// conditionNumbers: true is 1, false 0, unset lowest. Hits are in order of
// position, so each block is answered once.
func (q *query) conditionNumbers(rp *rankPlan, hits []hit, nums []float64) {
	n := (&binder{vars: q.vars, snap: q.snap}).bind(rp.node)
	words := q.snap.words()
	q.reserve(n.depth(), words)
	r := newTri(words)
	at := int32(-1)
	for i := range hits {
		h := &hits[i]
		if h.block != at {
			at = h.block
			q.enter(q.snap.blocks[at])
			if t := q.eval(n, 0); t != nil {
				r.certain(t)
			} else {
				copy(r.t, q.tmp[0].t)
				copy(r.p, q.tmp[0].p)
				copy(r.x, q.tmp[0].x)
			}
		}
		pos := int(h.pos)
		switch {
		case r.t.has(pos):
			nums[i] = 1
		case r.x.has(pos):
			nums[i] = q.numberByCEL(rp, h)
		case r.p.has(pos):
			nums[i] = math.Inf(-1)
		}
	}
}

// denseNumbers is dense over numbers; boolean ones are 0 and 1.
func denseNumbers(nums []float64, boolean bool) []float64 {
	set := newLevels(nums)
	ranks := make([]float64, len(nums))
	if len(set.sorted) == 1 {
		if v := set.sorted[0]; v > math.Inf(-1) && !(boolean && v == 0) {
			for i := range ranks {
				ranks[i] = 1
			}
		}
		return ranks
	}
	for i, x := range nums {
		ranks[i] = float64(set.rank(x)) / float64(len(set.sorted)-1)
	}
	return ranks
}

// levels finds the distinct numbers of a column with a small hash table: there
// are usually far fewer of them than rows, so sorting only them is cheap.
type levels struct {
	sorted []float64
	slots  []float64
	used   []int32 // 1 + index; then 1 + rank
	shift  uint
}

func newLevels(nums []float64) *levels {
	size, shift := 16, uint(60)
	for size < 2*len(nums) {
		size, shift = size*2, shift-1
	}
	l := &levels{slots: make([]float64, size), used: make([]int32, size), shift: shift}
	for _, x := range nums {
		if i := l.slot(x); l.used[i] == 0 {
			l.slots[i], l.used[i] = x, 1
			l.sorted = append(l.sorted, x)
		}
	}
	slices.Sort(l.sorted)
	for r, x := range l.sorted {
		l.used[l.slot(x)] = int32(r) + 1
	}
	return l
}

func (l *levels) slot(x float64) int {
	i := int(math.Float64bits(x+0) * 0x9e3779b97f4a7c15 >> l.shift) // x+0: -0 is 0
	for l.used[i] != 0 && l.slots[i] != x {
		i = (i + 1) & (len(l.slots) - 1)
	}
	return i
}

func (l *levels) rank(x float64) int { return int(l.used[l.slot(x)]) - 1 }

// best gives the k first hits in order of score and id; k < 0 gives all.
func (r *ranking) best(k int) []int {
	better := func(a, b int) int {
		x, y := &r.hits[a], &r.hits[b]
		if x.score != y.score {
			return cmp.Compare(y.score, x.score)
		}
		return cmp.Compare(r.q.row(x).ID, r.q.row(y).ID)
	}
	if k < 0 || k >= len(r.hits) {
		order := make([]int, len(r.hits))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, better)
		return order
	}
	top := make([]int, 0, k+1)
	for i := range r.hits {
		if len(top) == k && (k == 0 || r.hits[i].score < r.hits[top[k-1]].score) {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, i, better)
		if at < k {
			top = slices.Insert(top, at, i)
			top = top[:min(len(top), k)]
		}
	}
	return top
}

// reasons are those Order gives to hit i.
func (r *ranking) reasons(i int, v Verdict) (list []string) {
	for e, rp := range r.q.plan.ranks {
		if rp.Say != "" && r.holds(e, i, v) {
			list = append(list, rp.Say)
		}
	}
	return list
}

func (r *ranking) holds(e, i int, v Verdict) bool {
	x := r.value(e, i)
	if r.q.plan.ranks[e].By.Type().Kind == rule.Bool {
		return x == 1 && v != Miss
	}
	return x > math.Inf(-1) && r.ranks[e][i] == 1 && v == Fit
}
