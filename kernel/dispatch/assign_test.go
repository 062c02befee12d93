package dispatch

import (
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func matrix(rows [][]int64) func(i, j int) (int64, bool) {
	return func(i, j int) (int64, bool) { return rows[i][j], rows[i][j] >= 0 }
}

func units(m int) []Provider {
	ps := make([]Provider, m)
	for j := range ps {
		ps[j].Capacity = 1
	}
	return ps
}

func TestAssign_Reasons(t *testing.T) {
	t.Parallel()
	rows := [][]int64{{5, -1}, {3, -1}, {-1, -1}}
	p, err := Assign(make([]Need, 3), units(2), matrix(rows), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Pairs) != 1 || p.Pairs[0] != (Pair{1, 0}) || p.Cost != 3 || p.LowerBound != 3 {
		t.Fatalf("got %+v", p)
	}
	if len(p.Unassigned) != 2 || p.Unassigned[0] != (Open{0, NoCapacity}) || p.Unassigned[1] != (Open{2, NoCandidate}) {
		t.Fatalf("open: %+v", p.Unassigned)
	}
	p, _ = Assign(make([]Need, 3), units(2), matrix(rows), Options{Unassigned: 2})
	if len(p.Pairs) != 0 || p.Unassigned[1] != (Open{1, TooDear}) || p.Cost != p.LowerBound {
		t.Fatalf("with open needs at 2: %+v", p)
	}
}

func TestAssign_Fairness(t *testing.T) {
	t.Parallel()
	// Everybody is a little nearer to the first of two providers.
	rows := [][]int64{{1, 2}, {1, 2}, {1, 2}, {1, 2}}
	ps := []Provider{{Capacity: 4}, {Capacity: 4}}
	plain, _ := Assign(make([]Need, 4), ps, matrix(rows), Options{})
	fair, _ := Assign(make([]Need, 4), ps, matrix(rows), Options{Fairness: 2})
	if got := loads(plain, 2); got[0] != 4 {
		t.Fatalf("by cost alone: %v", got)
	}
	if got := loads(fair, 2); got[0] != 2 || fair.Cost != 6+2*2 {
		t.Fatalf("fair: %v, cost %d", got, fair.Cost)
	}
	ps[1].Load = 4
	if busy, _ := Assign(make([]Need, 4), ps, matrix(rows), Options{Fairness: 2}); loads(busy, 2)[0] != 4 {
		t.Fatalf("the second was busy already: %v", loads(busy, 2))
	}
}

func TestAssign_KeepsPromises(t *testing.T) {
	t.Parallel()
	rows := [][]int64{{10, 9}, {10, 11}}
	p, _ := Assign(make([]Need, 2), units(2), matrix(rows), Options{Told: []int{0, 1}, Stay: 5})
	if p.Pairs[0] != (Pair{0, 0}) || p.Pairs[1] != (Pair{1, 1}) || p.Cost != 21 {
		t.Fatalf("a gain of 2 broke two promises worth 10: %+v", p)
	}
	p, _ = Assign(make([]Need, 2), units(2), matrix(rows), Options{Told: []int{0, 1}, Stay: 0})
	if p.Pairs[0] != (Pair{0, 1}) || p.Cost != 19 {
		t.Fatalf("without promises: %+v", p)
	}
}

func TestAssign_Errors(t *testing.T) {
	t.Parallel()
	if _, err := Assign(make([]Need, 1), units(1), matrix([][]int64{{maxCost + 1}}), Options{}); !errors.Is(err, ErrCost) {
		t.Fatalf("cost: %v", err)
	}
	if _, err := Assign(make([]Need, 2), units(1), matrix([][]int64{{1}, {1}}), Options{Told: []int{0}}); err == nil {
		t.Fatal("a promise is missing")
	}
	if p, err := Assign(nil, nil, nil, Options{}); err != nil || len(p.Pairs) != 0 {
		t.Fatalf("nothing to do: %+v, %v", p, err)
	}
}

func loads(p Plan, m int) []int {
	n := make([]int, m)
	for _, x := range p.Pairs {
		n[x.Provider]++
	}
	return n
}

// brute is the least cost over all plans, open needs counted at open.
func brute(rows [][]int64, ps []Provider, opt Options, open int64, i int, load []int) int64 {
	if i == len(rows) {
		return 0
	}
	best := open + brute(rows, ps, opt, open, i+1, load)
	for j, c := range rows[i] {
		if c < 0 || load[j] >= ps[j].Capacity {
			continue
		}
		if opt.Told != nil && opt.Told[i] >= 0 && opt.Told[i] != j {
			c += opt.Stay
		}
		c += opt.Fairness * int64(ps[j].Load+load[j])
		load[j]++
		best = min(best, c+brute(rows, ps, opt, open, i+1, load))
		load[j]--
	}
	return best
}

func TestAssign_Optimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.IntRange(0, 6).Draw(t, "needs"), rapid.IntRange(0, 4).Draw(t, "providers")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		rows := make([][]int64, n)
		for i := range rows {
			rows[i] = make([]int64, m)
			for j := range rows[i] {
				rows[i][j] = int64(r.IntN(13)) - 2 // below 0: not allowed
			}
		}
		ps := make([]Provider, m)
		for j := range ps {
			ps[j] = Provider{Capacity: r.IntN(4), Load: r.IntN(3)}
		}
		opt := Options{Fairness: int64(r.IntN(3)), Stay: int64(r.IntN(4))}
		if r.IntN(2) == 0 {
			opt.Unassigned = int64(1 + r.IntN(12))
		}
		if m > 0 && r.IntN(2) == 0 {
			for range n {
				opt.Told = append(opt.Told, r.IntN(m+1)-1)
			}
		}
		p, err := Assign(make([]Need, n), ps, matrix(rows), opt)
		if err != nil {
			t.Fatal(err)
		}
		open := opt.Unassigned
		if open == 0 {
			open = 10_000
		}
		want := brute(rows, ps, opt, open, 0, make([]int, m))
		if got := p.Cost + open*int64(len(p.Unassigned)); got != want || p.Cost != p.LowerBound {
			t.Fatalf("cost %d, bound %d, open %d; in all %d, want %d", p.Cost, p.LowerBound, len(p.Unassigned), got, want)
		}
		checkPlan(t, p, rows, ps)
	})
}

func checkPlan(t *rapid.T, p Plan, rows [][]int64, ps []Provider) {
	if len(p.Pairs)+len(p.Unassigned) != len(rows) {
		t.Fatalf("%d pairs and %d open of %d", len(p.Pairs), len(p.Unassigned), len(rows))
	}
	for _, x := range p.Pairs {
		if rows[x.Need][x.Provider] < 0 {
			t.Fatalf("%+v is not allowed", x)
		}
	}
	for j, l := range loads(p, len(ps)) {
		if l > ps[j].Capacity {
			t.Fatalf("provider %d has %d of %d", j, l, ps[j].Capacity)
		}
	}
}
