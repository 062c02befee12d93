package match

import (
	"cmp"
	"math"
	"slices"

	"linqiao/kernel/rule"
)

// ranking scores a group of hits exactly as Order does.
type ranking struct {
	q     *query
	hits  []hit
	ranks [][]float64 // by rank entry: the dense rank of each hit
	nums  [][]float64 // by rank entry: the value of each hit as a number
}

func (q *query) ranked(hits []hit) *ranking {
	r := &ranking{q: q, hits: hits}
	for i := range q.plan.ranks {
		rp := &q.plan.ranks[i]
		nums := q.numbers(rp, hits)
		ranks := denseNumbers(nums, rp.By.Type().Kind == rule.Bool)
		for h := range hits {
			hits[h].score += float64(float64(rp.W) * ranks[h])
		}
		r.nums, r.ranks = append(r.nums, nums), append(r.ranks, ranks)
	}
	return r
}

// numbers gives a rank entry's value for every hit.
func (q *query) numbers(rp *rankPlan, hits []hit) []float64 {
	nums := make([]float64, len(hits))
	switch {
	case rp.column >= 0:
		for i, h := range hits {
			nums[i] = q.snap.blocks[h.pos/blockSize].columns[rp.column].nums[h.pos%blockSize]
		}
	case rp.node != nil:
		q.conditionNumbers(rp, hits, nums)
	default:
		for i, h := range hits {
			nums[i] = q.numberByCEL(rp, h)
		}
	}
	return nums
}

func (q *query) numberByCEL(rp *rankPlan, h hit) float64 {
	v, err := rp.By.Eval(&joined{q.plan, q.row(h.pos).Vars, q.vars})
	if err != nil {
		return math.Inf(-1)
	}
	return number(v)
}

// conditionNumbers: true is 1, false 0, unset lowest. Hits are in order of
// position, so each block is answered once.
func (q *query) conditionNumbers(rp *rankPlan, hits []hit, nums []float64) {
	n := (&binder{vars: q.vars, texts: q.snap.texts}).bind(rp.node)
	q.reserve(n.depth())
	at := -1
	var r tri
	for i, h := range hits {
		if b := h.pos / blockSize; b != at {
			at = b
			q.block = q.snap.blocks[b]
			if t := q.eval(n, 0); t != nil {
				r.certain(t)
			} else {
				r = q.tmp[0]
			}
		}
		pos := uint16(h.pos % blockSize)
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
		return cmp.Or(cmp.Compare(r.hits[b].score, r.hits[a].score), cmp.Compare(r.q.row(r.hits[a].pos).ID, r.q.row(r.hits[b].pos).ID))
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
	x := r.nums[e][i]
	if r.q.plan.ranks[e].By.Type().Kind == rule.Bool {
		return x == 1 && v != Miss
	}
	return x > math.Inf(-1) && r.ranks[e][i] == 1 && v == Fit
}
