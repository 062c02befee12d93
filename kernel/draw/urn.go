package draw

import (
	"slices"
	"strings"
)

// urn holds the entries not drawn yet, by group; within a group in the order of
// codes, with the sums of weights in a Fenwick tree.
type urn struct {
	groups []*group // in the order of their names
}

type group struct {
	name  string
	codes []string
	sums  []uint64 // Fenwick tree over weights
	left  uint64   // weight of those not drawn
	given int
}

func newUrn(pool []Entry, spread bool) *urn {
	u := &urn{}
	at := map[string]*group{}
	for _, e := range pool {
		name := ""
		if spread {
			name = e.Group
		}
		g := at[name]
		if g == nil {
			g = &group{name: name, sums: []uint64{0}}
			at[name], u.groups = g, append(u.groups, g)
		}
		g.codes = append(g.codes, e.Code)
		g.sums = append(g.sums, uint64(e.Weight))
		g.left += uint64(e.Weight)
	}
	slices.SortFunc(u.groups, func(a, b *group) int { return strings.Compare(a.name, b.name) })
	for _, g := range u.groups {
		for i := 1; i < len(g.sums); i++ {
			if up := i + i&-i; up < len(g.sums) {
				g.sums[up] += g.sums[i]
			}
		}
	}
	return u
}

// turn is the fewest that any group with somebody left has given.
func (u *urn) turn() int {
	least := -1
	for _, g := range u.groups {
		if g.left > 0 && (least < 0 || g.given < least) {
			least = g.given
		}
	}
	return least
}

// tickets counts those that take part in the next step.
func (u *urn) tickets() (n uint64) {
	least := u.turn()
	for _, g := range u.groups {
		if g.given == least {
			n += g.left
		}
	}
	return n
}

// take removes the entry that holds ticket x, counted from 0.
func (u *urn) take(x uint64) string {
	least := u.turn()
	for _, g := range u.groups {
		if g.given != least {
			continue
		}
		if x < g.left {
			return g.take(x)
		}
		x -= g.left
	}
	panic("draw: a ticket beyond the urn")
}

func (g *group) take(x uint64) string {
	i, step := 0, 1
	for step*2 < len(g.sums) {
		step *= 2
	}
	before := uint64(0)
	for ; step > 0; step /= 2 {
		if next := i + step; next < len(g.sums) && before+g.sums[next] <= x {
			i, before = next, before+g.sums[next]
		}
	}
	i++ // the entry whose tickets reach past x
	w := g.weight(i)
	for j := i; j < len(g.sums); j += j & -j {
		g.sums[j] -= w
	}
	g.left -= w
	g.given++
	return g.codes[i-1]
}

// weight of entry i that is still in the urn.
func (g *group) weight(i int) uint64 {
	sum := func(i int) (n uint64) {
		for ; i > 0; i -= i & -i {
			n += g.sums[i]
		}
		return n
	}
	return sum(i) - sum(i-1)
}
