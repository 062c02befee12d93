package dispatch

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Need asks for one provider.
type Need struct {
	ID       string
	Skill    string // "" for any provider
	Path     string // region path
	Lat, Lng float64
}

// Provider takes up to Capacity needs of a batch.
type Provider struct {
	ID       string
	Capacity int
	Load     int // already at work before the batch; counts for fairness only
	Skills   []string
	Area     string // region path served; "" for everywhere
	Lat, Lng float64
}

// Options of an assignment. The zero value asks for the least cost among the
// plans that assign as many needs as can be.
type Options struct {
	// Fairness is the cost of each need that a provider has before the next one:
	// the k-th costs k × Fairness more than the first. 0 looks at cost alone.
	Fairness int64
	// Unassigned is the cost of leaving a need open. 0 means that no cost is too
	// high.
	Unassigned int64
	// Told[i] is the provider already promised to need i, or -1; nil for none.
	// Moving the need to another costs Stay more.
	Told []int
	Stay int64
}

// Pair gives a need to a provider, by their places in the input.
type Pair struct{ Need, Provider int }

// Reason says why a need stays open.
type Reason int

const (
	NoCandidate Reason = iota + 1 // no provider may take it
	NoCapacity                    // those who may are needed more elsewhere
	TooDear                       // every way costs more than leaving it open
)

func (r Reason) String() string {
	switch r {
	case NoCandidate:
		return "无符合条件的承接方"
	case NoCapacity:
		return "符合条件的承接方均已满"
	}
	return "代价高于暂不派出"
}

// Open is a need without a provider.
type Open struct {
	Need   int
	Reason Reason
}

// Plan is an optimal assignment. Price is its certificate: any reader can
// compute LowerBound from it.
type Plan struct {
	Pairs      []Pair // in order of need
	Unassigned []Open // in order of need
	Cost       int64  // of the pairs, with fairness and moves
	LowerBound int64  // no plan that leaves as many needs open costs less
	Price      []int64
}

// maxCost bounds the cost of one pair, so that sums over a batch fit in 63 bits.
const maxCost = 1 << 40

// ErrCost: a pair's cost, an option or the batch is out of the range in which
// sums stay exact.
var ErrCost = errors.New("dispatch: cost out of range")

// Assign gives needs to providers at least total cost. cost returns the cost of a
// pair and whether it is allowed; it is called once for each pair. The plan is
// exact: Cost equals LowerBound, which follows from Price alone.
//
// Method: shortest augmenting paths with prices (Hungarian family), after a
// start that lets each need take its best provider while that is free.
func Assign(needs []Need, providers []Provider, cost func(i, j int) (int64, bool), opt Options) (Plan, error) {
	s := &solver{n: len(needs), m: len(providers), providers: providers, opt: opt}
	if err := s.load(cost); err != nil {
		return Plan{}, err
	}
	s.start()
	for i := range s.n {
		if s.at[i] < 0 {
			s.augment(i)
		}
	}
	return s.plan(), nil
}

// barred is the cost of a pair that is not allowed.
const barred = math.MaxInt64 / 4

const nobody = -1

type solver struct {
	n, m      int
	providers []Provider
	opt       Options
	costs     []int64 // n × m
	open      int64   // cost of leaving a need open

	at    []int   // provider of each need, or nobody
	with  [][]int // needs of each provider
	price []int64
	search
}

// search is the working state of one shortest-path search over providers.
type search struct {
	dist []int64
	from []int   // need through which a provider was reached
	toll []int64 // price, or too much for a finished provider
	gap  []int64 // what ending at a provider adds; finished when it is full
	seen []seen  // finished providers

	// The cheapest end so far: at provider last or, if that is nobody, with need
	// out left open (nobody: the need that the search began with).
	end       int64
	last, out int
}

type seen struct {
	provider int
	dist     int64
}

func (s *solver) row(i int) []int64 { return s.costs[i*s.m : (i+1)*s.m] }

// load fills the cost matrix and checks ranges.
func (s *solver) load(cost func(i, j int) (int64, bool)) error {
	if s.opt.Told != nil && len(s.opt.Told) != s.n {
		return fmt.Errorf("dispatch: %d promises for %d needs", len(s.opt.Told), s.n)
	}
	if min(s.opt.Fairness, s.opt.Stay, s.opt.Unassigned) < 0 || max(s.opt.Fairness, s.opt.Stay, s.opt.Unassigned) > maxCost {
		return ErrCost
	}
	s.costs = make([]int64, s.n*s.m)
	var least, most int64
	for i := range s.n {
		row := s.row(i)
		for j := range row {
			c, ok := cost(i, j)
			if !ok || s.providers[j].Capacity < 1 {
				row[j] = barred
				continue
			}
			if s.opt.Told != nil && s.opt.Told[i] >= 0 && s.opt.Told[i] != j {
				c += s.opt.Stay
			}
			if c < -maxCost || c > maxCost {
				return fmt.Errorf("%w: need %d, provider %d: %d", ErrCost, i, j, c)
			}
			row[j] = c
			least, most = min(least, c), max(most, c)
		}
	}
	return s.prepare(least, most)
}

// prepare sets prices and the cost of an open need, which must exceed whatever a
// chain of moves could save.
func (s *solver) prepare(least, most int64) error {
	s.at = slices.Repeat([]int{nobody}, s.n)
	s.with = make([][]int, s.m)
	s.price = make([]int64, s.m)
	top := int64(0)
	for j, p := range s.providers {
		if p.Load < 0 {
			return fmt.Errorf("dispatch: provider %d has load %d", j, p.Load)
		}
		s.price[j] = s.slot(j, 0)
		top = max(top, s.slot(j, max(min(p.Capacity, s.n)-1, 0)))
	}
	s.open = s.opt.Unassigned
	if s.open == 0 {
		widest := most - least + top + 1
		s.open = widest * int64(s.n+1)
		if widest > barred/8/int64(s.n+1) {
			return fmt.Errorf("%w: %d needs with costs up to %d", ErrCost, s.n, widest)
		}
	}
	s.search = search{dist: make([]int64, s.m), from: make([]int, s.m), toll: make([]int64, s.m), gap: make([]int64, s.m)}
	return nil
}

// slot is what provider j's next need costs for fairness when k came before it in
// this batch.
func (s *solver) slot(j, k int) int64 { return s.opt.Fairness * int64(s.providers[j].Load+k) }

// free reports whether provider j can take one more, and what that slot costs.
func (s *solver) free(j int) (int64, bool) {
	if len(s.with[j]) >= s.providers[j].Capacity {
		return 0, false
	}
	return s.slot(j, len(s.with[j])), true
}

// start lets needs take their best provider, twice through: a need may put out
// another from a provider of one place, whose price then rises to where the
// putting-out is just worth it. Prices stay fair: everyone assigned is at a
// provider that is best for him at these prices.
func (s *solver) start() {
	queue := make([]int, s.n)
	for i := range queue {
		queue[i] = i
	}
	for range 2 {
		var later []int
		steps := 4 * s.n
		for len(queue) > 0 {
			i := queue[0]
			queue = queue[1:]
			out := s.bid(i)
			switch {
			case out == nobody:
			case steps > 0 && out != i:
				queue = append([]int{out}, queue...)
				steps--
			default:
				later = append(later, out)
			}
		}
		queue = later
	}
}

// bid gives need i its best provider if that is free or can be taken over, and
// returns who is left without: i itself, the one put out, or nobody.
func (s *solver) bid(i int) int {
	first, second, j1, j2 := int64(barred), int64(barred), nobody, nobody
	for j, c := range s.row(i) {
		if v := c + s.price[j]; v < second {
			if v < first {
				first, second, j1, j2 = v, first, j, j1
			} else {
				second, j2 = v, j
			}
		}
	}
	for _, j := range [2]int{j1, j2} {
		if j == nobody || j == j2 && second > first || first >= min(s.open, barred) {
			continue
		}
		if c, ok := s.free(j); ok && c == s.price[j] {
			s.give(i, j)
			return nobody
		}
	}
	limit := min(second, s.open)
	if j1 == nobody || first >= limit || s.providers[j1].Capacity != 1 || len(s.with[j1]) != 1 {
		return i
	}
	s.price[j1] += limit - first
	out := s.with[j1][0]
	s.take(out)
	s.give(i, j1)
	return out
}

func (s *solver) give(i, j int) {
	s.at[i] = j
	s.with[j] = append(s.with[j], i)
}

func (s *solver) take(i int) {
	j := s.at[i]
	list := s.with[j]
	k := slices.Index(list, i)
	list[k] = list[len(list)-1]
	s.with[j], s.at[i] = list[:len(list)-1], nobody
}

// augment finds the cheapest way to place need i, moving others along a chain,
// and raises prices so that they stay fair. It is Dijkstra's search over
// providers: to reach a full one is to put out, in turn, each need it has.
func (s *solver) augment(i int) {
	s.reset()
	next := s.relax(i, 0)
	for next != nobody && s.dist[next] < s.end {
		j := next
		d := s.dist[j]
		s.seen = append(s.seen, seen{j, d})
		s.dist[j], s.toll[j] = finished, 2*finished
		next = nobody
		for _, r := range s.with[j] {
			own := s.row(r)[j] + s.price[j]
			if v := d + s.open - own; v < s.end {
				s.end, s.last, s.out = v, nobody, r
			}
			next = s.relax(r, d-own)
		}
		if len(s.with[j]) == 0 {
			next = nearest(s.dist)
		}
	}
	for _, p := range s.seen {
		if p.dist < s.end {
			s.price[p.provider] += s.end - p.dist
		}
	}
	s.shift(i)
}

// finished is the distance of a finished provider: above any real one, and with
// its toll too high to be reached again.
const finished = barred

func (s *solver) reset() {
	s.seen = s.seen[:0]
	s.end, s.last, s.out = s.open, nobody, nobody
	for j := range s.dist {
		s.dist[j], s.toll[j], s.gap[j] = finished, s.price[j], finished
		if c, ok := s.free(j); ok {
			s.gap[j] = c - s.price[j]
		}
	}
}

// relax tries to reach every provider through need r; shift is the distance to r
// less what r pays now. It returns the nearest provider.
func (s *solver) relax(r int, shift int64) int {
	dist := s.dist
	toll := s.toll[:len(dist)]
	best, least := nobody, int64(barred/2)
	for j, c := range s.row(r)[:len(dist)] {
		v, d := c+toll[j]+shift, dist[j]
		if v < d {
			dist[j], s.from[j] = v, r
			if e := v + s.gap[j]; e < s.end {
				s.end, s.last = e, j
			}
			d = v
		}
		if d < least {
			best, least = j, d
		}
	}
	return best
}

func nearest(dist []int64) int {
	best, least := nobody, int64(barred/2)
	for j, d := range dist {
		if d < least {
			best, least = j, d
		}
	}
	return best
}

// shift moves needs along the chain found, back from its end to need i.
func (s *solver) shift(i int) {
	j := s.last
	if j == nobody {
		if s.out == nobody {
			return
		}
		j = s.at[s.out]
		s.take(s.out)
	}
	for {
		r := s.from[j]
		before := s.at[r]
		if r != i {
			s.take(r)
		}
		s.give(r, j)
		if r == i {
			return
		}
		j = before
	}
}

// plan reads the result.
func (s *solver) plan() Plan {
	p := Plan{Price: s.price}
	for i, j := range s.at {
		if j == nobody {
			p.Unassigned = append(p.Unassigned, Open{i, s.reason(i)})
			continue
		}
		p.Pairs = append(p.Pairs, Pair{i, j})
		p.Cost += s.row(i)[j]
	}
	for j := range s.with {
		for k := range s.with[j] {
			p.Cost += s.slot(j, k)
		}
	}
	p.LowerBound = s.bound() - s.open*int64(len(p.Unassigned))
	return p
}

func (s *solver) reason(i int) Reason {
	switch {
	case len(s.row(i)) == 0 || slices.Min(s.row(i)) >= barred:
		return NoCandidate
	case s.opt.Unassigned == 0:
		return NoCapacity
	}
	return TooDear
}

// bound is the value of the dual: each need pays at most its best offer at these
// prices, each provider keeps what a place earns above its own cost. It holds for
// any prices, so it needs no trust in how they were found.
func (s *solver) bound() int64 {
	total := int64(0)
	for i := range s.n {
		best := s.open
		for j, c := range s.row(i) {
			if c < barred {
				best = min(best, c+s.price[j])
			}
		}
		total += best
	}
	for j, p := range s.providers {
		for k := range min(p.Capacity, s.n) {
			earned := s.price[j] - s.slot(j, k)
			if earned <= 0 {
				break
			}
			total -= earned
		}
	}
	return total
}
