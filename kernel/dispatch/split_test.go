package dispatch

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplitGrid_Deepest(t *testing.T) {
	t.Parallel()
	items := []Item{
		{ID: "a", Path: "44/4409/440902"},
		{ID: "b", Path: "44/4409/440902/440902001"},
		{ID: "c", Path: "44/4409/4409021"}, // not below 440902: a code is a whole segment
		{ID: "d", Path: "45/4501"},
	}
	teams := []Team{{ID: "county", Path: "44/4409/440902"}, {ID: "town", Path: "44/4409/440902/440902001/"}, {ID: "city", Path: "44/4409"}}
	got, left := SplitGrid(items, teams)
	want := map[string][]string{"county": {"a"}, "town": {"b"}, "city": {"c"}}
	if !reflect.DeepEqual(got, want) || !slices.Equal(left, []string{"d"}) {
		t.Fatalf("got %v, left %v", got, left)
	}
}

func TestSplitGrid_CutsAtRegionBorders(t *testing.T) {
	t.Parallel()
	var items []Item
	for i, n := range []int{98, 103, 99} { // three villages of nearly equal size
		for j := range n {
			items = append(items, Item{ID: fmt.Sprintf("%d-%03d", i, j), Path: fmt.Sprintf("c/t/v%d", i)})
		}
	}
	got, _ := SplitGrid(items, []Team{{ID: "1", Path: "c"}, {ID: "2", Path: "c"}, {ID: "3", Path: "c"}})
	for i, team := range []string{"1", "2", "3"} {
		for _, id := range got[team] {
			if !strings.HasPrefix(id, fmt.Sprint(i)) {
				t.Fatalf("team %s has %s: a village was broken though balance allowed its border", team, id)
			}
		}
	}
}

func TestSplitGrid_BySize(t *testing.T) {
	t.Parallel()
	got, _ := SplitGrid(town(rand.New(rand.NewPCG(1, 2)), 300, "c"), []Team{{ID: "one", Path: "c", Size: 1}, {ID: "two", Path: "c", Size: 2}})
	if one, two := len(got["one"]), len(got["two"]); one+two != 300 || one < 95 || one > 105 {
		t.Fatalf("one %d, two %d; want about 100 and 200", one, two)
	}
}

// town makes n items over five villages of four grids each, below path.
func town(r *rand.Rand, n int, path string) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = Item{
			ID: fmt.Sprintf("%s-%05d", path, i), Path: fmt.Sprintf("%s/v%d/v%d-g%d", path, i%5, i%5, r.IntN(4)),
			Lat: 21 + r.Float64(), Lng: 110 + r.Float64(),
		}
	}
	return items
}

func TestSplitGrid_Properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		n := rapid.IntRange(0, 600).Draw(t, "items")
		items := append(town(r, n, "c/a"), town(r, n/2, "c/b")...)
		items = append(items, town(r, 3, "d")...)
		var teams []Team
		for i := range rapid.IntRange(1, 12).Draw(t, "teams") {
			teams = append(teams, Team{ID: fmt.Sprintf("t%02d", i), Path: []string{"c/a", "c/b", "c"}[r.IntN(3)]})
		}
		got, left := SplitGrid(items, teams)

		r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
		r.Shuffle(len(teams), func(i, j int) { teams[i], teams[j] = teams[j], teams[i] })
		again, leftAgain := SplitGrid(items, teams)
		if !reflect.DeepEqual(got, again) || !slices.Equal(left, leftAgain) {
			t.Fatal("the order of the input changed the result")
		}
		checkSplit(t, items, teams, got, left)
	})
}

func checkSplit(t *rapid.T, items []Item, teams []Team, got map[string][]string, left []string) {
	at := map[string]string{}
	for team, ids := range got {
		for _, id := range ids {
			at[id] = team
		}
	}
	path := map[string]string{}
	size := map[string]int{}
	for _, tm := range teams {
		path[tm.ID] = tm.Path
		size[tm.Path]++
	}
	load := map[string]int{}
	for _, it := range items {
		want := ""
		for p := range size {
			if strings.HasPrefix(it.Path, p+"/") && len(p) > len(want) {
				want = p
			}
		}
		team, ok := at[it.ID]
		if ok == slices.Contains(left, it.ID) || ok != (want != "") || path[team] != want {
			t.Fatalf("%s (%s) is with %q of %q, want a team of %q", it.ID, it.Path, team, path[team], want)
		}
		load[want]++
	}
	for _, tm := range teams {
		mean := float64(load[tm.Path]) / float64(size[tm.Path])
		if n := float64(len(got[tm.ID])); n > balance*mean && n >= mean+1 {
			t.Fatalf("team %s has %v, mean %v", tm.ID, n, mean)
		}
	}
}

func BenchmarkSplitGrid(b *testing.B) {
	items := town(rand.New(rand.NewPCG(1, 2)), 10_000, "c")
	var teams []Team
	for i := range 150 {
		teams = append(teams, Team{ID: fmt.Sprintf("t%03d", i), Path: "c"})
	}
	worst := 0
	for b.Loop() {
		got, _ := SplitGrid(items, teams)
		for ids := range maps.Values(got) {
			worst = max(worst, len(ids))
		}
	}
	b.ReportMetric(float64(worst)*150/10_000, "max/mean")
}
