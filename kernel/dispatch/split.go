// Package dispatch gives work to people: it assigns a batch of needs to providers
// at least cost, and splits a list of places among teams.
//
// The package is pure: it reads no clock, no random source and no store, and the
// same input always gives the same plan. It knows costs, sizes and region paths
// only; which need may go to whom is decided by kernel/match and by the caller.
package dispatch

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Item is one place to be visited. Path is its region path (44/4409/440902).
type Item struct {
	ID, Path string
	Lat, Lng float64
}

// Team takes the items below its region path. Size is the number of people; less
// than one counts as one. An empty path covers everything.
type Team struct {
	ID, Path string
	Size     int
}

// balance is the greatest load a team may have over the mean of its group
// (docs/performance.md §4), as far as whole items allow.
const balance = 1.05

// SplitGrid gives every item to a team whose path is a prefix of the item's; the
// deepest such path wins, however many items that means. Teams of one path share
// by size, each an unbroken run of items in the order of region path, then of a
// space-filling curve, so that a team's items lie together. A cut is moved to a
// region border where the balance allows. Items that no team covers are returned
// in order of id.
func SplitGrid(items []Item, teams []Team) (byTeam map[string][]string, unassigned []string) {
	byTeam = make(map[string][]string, len(teams))
	groups := make(map[string][]Team)
	for _, t := range teams {
		path := strings.Trim(t.Path, "/")
		t.Size = max(t.Size, 1)
		groups[path] = append(groups[path], t)
	}
	lists := make(map[string][]Item, len(groups))
	for _, it := range items {
		it.Path = strings.Trim(it.Path, "/")
		if path, ok := deepest(groups, it.Path); ok {
			lists[path] = append(lists[path], it)
		} else {
			unassigned = append(unassigned, it.ID)
		}
	}
	for path, list := range lists {
		share(byTeam, list, groups[path])
	}
	slices.Sort(unassigned)
	return byTeam, unassigned
}

// deepest returns the longest key of groups that is a prefix of path, by whole
// segments.
func deepest(groups map[string][]Team, path string) (string, bool) {
	for {
		if _, ok := groups[path]; ok {
			return path, true
		}
		if path == "" {
			return "", false
		}
		path = path[:max(strings.LastIndexByte(path, '/'), 0)]
	}
}

// share cuts list into one run per team.
func share(byTeam map[string][]string, list []Item, teams []Team) {
	sortItems(list)
	slices.SortFunc(teams, func(a, b Team) int { return cmp.Compare(a.ID, b.ID) })
	from := 0
	for k, to := range cuts(list, teams) {
		ids := make([]string, 0, to-from)
		for _, it := range list[from:to] {
			ids = append(ids, it.ID)
		}
		if len(ids) > 0 {
			byTeam[teams[k].ID] = ids
		}
		from = to
	}
}

// cuts returns the end of each team's run. Cut k may lie up to a slack from its
// proportional place; two slacks and the rounding stay within the balance.
func cuts(list []Item, teams []Team) []int {
	total := 0
	for _, t := range teams {
		total += t.Size
	}
	ends := make([]int, len(teams))
	done := 0
	for k, t := range teams {
		done += t.Size
		ideal := (len(list)*done + total/2) / total
		if k == len(teams)-1 {
			ends[k] = len(list)
			break
		}
		smaller := float64(len(list)) * float64(min(t.Size, teams[k+1].Size)) / float64(total)
		ends[k] = border(list, ideal, int((balance*smaller-math.Ceil(smaller))/2))
	}
	return ends
}

// border returns the cut within slack of ideal that breaks the least: it falls
// between the regions that part highest up, the nearest of those.
func border(list []Item, ideal, slack int) int {
	best, bestDepth := ideal, math.MaxInt
	for d := 0; d <= slack; d++ {
		for _, at := range [2]int{ideal - d, ideal + d} {
			if at < 1 || at >= len(list) {
				continue
			}
			if depth := common(list[at-1].Path, list[at].Path); depth < bestDepth {
				best, bestDepth = at, depth
			}
		}
	}
	return best
}

// common counts the leading segments that two paths share; equal paths share one
// more than any other pair could.
func common(a, b string) int {
	if a == b {
		return strings.Count(a, "/") + 2
	}
	n := 0
	for a != "" && b != "" {
		x, restA, _ := strings.Cut(a, "/")
		y, restB, _ := strings.Cut(b, "/")
		if x != y {
			break
		}
		n, a, b = n+1, restA, restB
	}
	return n
}

// sortItems orders by region path, then along a Hilbert curve over the box of all
// items, then by id.
func sortItems(list []Item) {
	type keyed struct {
		Item
		at uint64
	}
	box := boxOf(list)
	rows := make([]keyed, len(list))
	for i, it := range list {
		rows[i] = keyed{it, box.hilbert(it.Lat, it.Lng)}
	}
	slices.SortFunc(rows, func(a, b keyed) int {
		return cmp.Or(comparePaths(a.Path, b.Path), cmp.Compare(a.at, b.at), cmp.Compare(a.ID, b.ID))
	})
	for i, r := range rows {
		list[i] = r.Item
	}
}

// comparePaths orders by segments, so that a subtree is one unbroken run: as
// plain text "a/b-g03" would fall between "a/b" and "a/b/c".
func comparePaths(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if a[i] == '/' {
			return -1
		}
		if b[i] == '/' {
			return 1
		}
		return cmp.Compare(a[i], b[i])
	}
	return cmp.Compare(len(a), len(b))
}

type box struct{ lat, lng, span float64 }

func boxOf(list []Item) box {
	b := box{lat: math.Inf(1), lng: math.Inf(1)}
	top, right := math.Inf(-1), math.Inf(-1)
	for _, it := range list {
		b.lat, top = min(b.lat, it.Lat), max(top, it.Lat)
		b.lng, right = min(b.lng, it.Lng), max(right, it.Lng)
	}
	b.span = max(top-b.lat, right-b.lng)
	return b
}

// hilbert is the place of a point on a Hilbert curve of 2^16 × 2^16 cells.
func (b box) hilbert(lat, lng float64) uint64 {
	if !(b.span > 0) || math.IsInf(b.span, 0) {
		return 0
	}
	const side = 1 << 16
	x := min(uint64((lng-b.lng)/b.span*side), side-1)
	y := min(uint64((lat-b.lat)/b.span*side), side-1)
	var at uint64
	for s := uint64(side / 2); s > 0; s /= 2 {
		var rx, ry uint64
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		at += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = side-1-x, side-1-y
			}
			x, y = y, x
		}
	}
	return at
}
