package dispatch

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// orLibrary reads an instance in the form of the OR-Library (J. E. Beasley): n,
// then n × n costs. The instances are not part of this repository; name the folder
// that has them in LINQIAO_ASSIGN.
func orLibrary(t testing.TB, name string) [][]int64 {
	t.Helper()
	dir := os.Getenv("LINQIAO_ASSIGN")
	if dir == "" {
		t.Skip("LINQIAO_ASSIGN is not set")
	}
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	words := bytes.Fields(text)
	next := func() int64 {
		v, err := strconv.ParseInt(string(words[0]), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		words = words[1:]
		return v
	}
	rows := make([][]int64, next())
	for i := range rows {
		for range rows {
			rows[i] = append(rows[i], next())
		}
	}
	return rows
}

func TestAssign_ORLibrary(t *testing.T) {
	t.Parallel()
	for name, optimum := range map[string]int64{"assign100.txt": 305, "assign500.txt": 991} {
		rows := orLibrary(t, name)
		p, err := Assign(make([]Need, len(rows)), units(len(rows)), matrix(rows), Options{})
		if err != nil || p.Cost != optimum || p.LowerBound != optimum {
			t.Errorf("%s: cost %d, bound %d, want %d (%v)", name, p.Cost, p.LowerBound, optimum, err)
		}
	}
}

func random(n int, most int64) [][]int64 {
	r := rand.New(rand.NewPCG(uint64(n), uint64(most)))
	rows := make([][]int64, n)
	for i := range rows {
		for range n {
			rows[i] = append(rows[i], 1+r.Int64N(most))
		}
	}
	return rows
}

// BenchmarkAssign measures square instances of two cost ranges beside the plain
// textbook method (shortest augmenting paths without a start).
func BenchmarkAssign(b *testing.B) {
	for _, n := range []int{500, 700} {
		for _, most := range []int64{100, 1_000_000} {
			rows := random(n, most)
			name := fmt.Sprintf("%d/costs=%d", n, most)
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					if p, err := Assign(make([]Need, n), units(n), matrix(rows), Options{}); err != nil || p.Cost != p.LowerBound {
						b.Fatal(p.Cost, p.LowerBound, err)
					}
				}
			})
			b.Run(name+"/textbook", func(b *testing.B) {
				for b.Loop() {
					textbook(rows)
				}
			})
		}
	}
}

// textbook is the Hungarian method as commonly taught, O(n³).
func textbook(rows [][]int64) int64 {
	n := len(rows)
	const inf = 1 << 60
	u, v := make([]int64, n+1), make([]int64, n+1)
	at, way := make([]int, n+1), make([]int, n+1)
	for i := 1; i <= n; i++ {
		at[0] = i
		j0 := 0
		least := make([]int64, n+1)
		used := make([]bool, n+1)
		for j := range least {
			least[j] = inf
		}
		for {
			used[j0] = true
			i0, j1, delta := at[j0], 0, int64(inf)
			for j := 1; j <= n; j++ {
				if used[j] {
					continue
				}
				if c := rows[i0-1][j-1] - u[i0] - v[j]; c < least[j] {
					least[j], way[j] = c, j0
				}
				if least[j] < delta {
					delta, j1 = least[j], j
				}
			}
			for j := 0; j <= n; j++ {
				if used[j] {
					u[at[j]] += delta
					v[j] -= delta
				} else {
					least[j] -= delta
				}
			}
			if j0 = j1; at[j0] == 0 {
				break
			}
		}
		for j0 != 0 {
			j1 := way[j0]
			at[j0], j0 = at[j1], j1
		}
	}
	return -v[0]
}

// BenchmarkAssign_Batch is a day's batch: 1,000 needs, 500 providers with skills,
// capacity, area, 15 minutes, fairness, and promises for half of the needs.
func BenchmarkAssign_Batch(b *testing.B) {
	needs, providers := batch(1000, 500)
	first, err := Assign(needs, providers, Nearby(needs, providers, 15), Options{Fairness: 3})
	if err != nil {
		b.Fatal(err)
	}
	told := make([]int, len(needs))
	for i := range told {
		told[i] = nobody
	}
	for _, p := range first.Pairs[:len(first.Pairs)/2] {
		told[p.Need] = p.Provider
	}
	b.ResetTimer()
	for b.Loop() {
		p, err := Assign(needs, providers, Nearby(needs, providers, 15), Options{Fairness: 3, Told: told, Stay: 10})
		if err != nil || p.Cost != p.LowerBound {
			b.Fatal(p.Cost, p.LowerBound, err)
		}
	}
	b.ReportMetric(float64(len(first.Unassigned)), "open")
}

func batch(n, m int) ([]Need, []Provider) {
	r := rand.New(rand.NewPCG(uint64(n), uint64(m)))
	needs, providers := make([]Need, n), make([]Provider, m)
	at := func() (lat, lng float64) { return 21.6 + r.Float64()/40, 110.8 + r.Float64()/40 }
	for i := range needs {
		needs[i] = Need{ID: strconv.Itoa(i), Skill: strconv.Itoa(r.IntN(4)), Path: "44/4409/440902"}
		needs[i].Lat, needs[i].Lng = at()
	}
	for j := range providers {
		providers[j] = Provider{
			ID: strconv.Itoa(j), Capacity: 1 + r.IntN(4), Load: r.IntN(3), Area: "44/4409",
			Skills: []string{strconv.Itoa(r.IntN(4)), strconv.Itoa(r.IntN(4))},
		}
		providers[j].Lat, providers[j].Lng = at()
	}
	return needs, providers
}
