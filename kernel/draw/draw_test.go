package draw

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// second is another way to the same order, written from docs/draw.md alone: big
// integers, a plain list of tickets, no tree.
func second(pool []Entry, secret, public string, spread bool) []string {
	text := ""
	for _, e := range pool {
		text += e.Code + "\t" + fmt.Sprint(e.Weight) + "\t" + e.Group + "\n"
	}
	ph := sha256.Sum256([]byte(text))
	seed := sha256.Sum256([]byte("linqiao-draw-1\n" + secret + "\n" + hex.EncodeToString(ph[:]) + "\n" + public + "\n"))
	given := map[string]int{}
	left := slices.Clone(pool)
	var out []string
	for k := 0; len(left) > 0; k++ {
		name := func(e Entry) string {
			if spread {
				return e.Group
			}
			return ""
		}
		least := -1
		for _, e := range left {
			if n := given[name(e)]; least < 0 || n < least {
				least = n
			}
		}
		part := slices.DeleteFunc(slices.Clone(left), func(e Entry) bool { return given[name(e)] != least })
		slices.SortStableFunc(part, func(a, b Entry) int {
			if a, b := name(a), name(b); a != b {
				if a < b {
					return -1
				}
				return 1
			}
			return 0
		})
		total := new(big.Int)
		for _, e := range part {
			total.Add(total, big.NewInt(e.Weight))
		}
		space := new(big.Int).Lsh(big.NewInt(1), 64)
		limit := new(big.Int).Sub(space, new(big.Int).Mod(space, total))
		var x *big.Int
		for attempt := 0; ; attempt++ {
			m := hmac.New(sha256.New, seed[:])
			fmt.Fprintf(m, "%d.%d", k, attempt)
			if x = new(big.Int).SetBytes(m.Sum(nil)[:8]); x.Cmp(limit) < 0 {
				break
			}
		}
		x.Mod(x, total)
		for _, e := range part {
			if x.Cmp(big.NewInt(e.Weight)) < 0 {
				out = append(out, e.Code)
				given[name(e)]++
				left = slices.DeleteFunc(left, func(o Entry) bool { return o.Code == e.Code })
				break
			}
			x.Sub(x, big.NewInt(e.Weight))
		}
	}
	return out
}

func somePool(r *rand.Rand, n, groups int, most int64) []Entry {
	pool := make([]Entry, n)
	for i := range pool {
		pool[i] = Entry{Code: fmt.Sprintf("%05d", i), Weight: 1 + r.Int64N(most), Group: fmt.Sprintf("g%d", r.IntN(groups))}
	}
	Sort(pool)
	return pool
}

func TestOrderEqualsSecond(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		pool := somePool(r, r.IntN(40), 1+r.IntN(5), []int64{1, 3, 1 << 40}[r.IntN(3)])
		secret, public, spread := fmt.Sprintf("%064x", i), fmt.Sprint(r.IntN(1000000)), r.IntN(2) == 0
		got := Order(pool, Seed(secret, PoolHash(pool), public), spread)
		if want := second(pool, secret, public, spread); !slices.Equal(got, want) {
			t.Fatalf("case %d: %v, want %v", i, got, want)
		}
	}
}

// Everybody is drawn once, and equal weights get equal chances: with 10 of 40 in
// 4,000 draws each is among the first ten 1,000 times, give or take five standard
// deviations (27).
func TestOrderIsFair(t *testing.T) {
	pool := make([]Entry, 40)
	for i := range pool {
		pool[i] = Entry{Code: fmt.Sprintf("%02d", i), Weight: 1}
	}
	n := map[string]int{}
	for i := range 4000 {
		order := Order(pool, Seed("s", PoolHash(pool), fmt.Sprint(i)), false)
		if len(slices.Compact(slices.Sorted(slices.Values(order)))) != 40 {
			t.Fatalf("not everybody once: %v", order)
		}
		for _, c := range order[:10] {
			n[c]++
		}
	}
	for c, k := range n {
		if k < 865 || k > 1135 {
			t.Errorf("%s among the first ten %d times of 4,000", c, k)
		}
	}
}

// Weight 3 comes first three times as often as weight 1.
func TestOrderWeighs(t *testing.T) {
	pool := []Entry{{Code: "a", Weight: 1}, {Code: "b", Weight: 3}}
	b := 0
	for i := range 4000 {
		if Order(pool, Seed("s", PoolHash(pool), fmt.Sprint(i)), false)[0] == "b" {
			b++
		}
	}
	if b < 2860 || b > 3140 {
		t.Errorf("the weight of 3 came first %d times of 4,000", b)
	}
}

// With spread the first draws take one of each group.
func TestOrderSpreads(t *testing.T) {
	pool := somePool(rand.New(rand.NewPCG(3, 4)), 60, 6, 5)
	group := map[string]string{}
	for _, e := range pool {
		group[e.Code] = e.Group
	}
	seen := map[string]bool{}
	for _, c := range Order(pool, Seed("s", PoolHash(pool), "1"), true)[:6] {
		if seen[group[c]] {
			t.Errorf("%s twice in the first six", group[c])
		}
		seen[group[c]] = true
	}
}

// Any change of the pool, the secret or the number is another seed.
func TestSeedHangsOnAll(t *testing.T) {
	pool := []Entry{{Code: "1", Weight: 1}, {Code: "2", Weight: 1, Group: "x"}}
	base := Seed("s", PoolHash(pool), "7")
	other := []Entry{{Code: "1", Weight: 1}, {Code: "2", Weight: 1, Group: "y"}}
	for _, s := range [][32]byte{Seed("t", PoolHash(pool), "7"), Seed("s", PoolHash(other), "7"), Seed("s", PoolHash(pool), "8")} {
		if s == base {
			t.Error("the same seed")
		}
	}
	if Commit("s") == Commit("t") || len(Commit("s")) != 64 {
		t.Error("a commit that commits to nothing")
	}
}

func BenchmarkOrder20000(b *testing.B) {
	pool := somePool(rand.New(rand.NewPCG(5, 6)), 20000, 50, 10)
	seed := Seed("s", PoolHash(pool), "1")
	for b.Loop() {
		Order(pool, seed, true)
	}
}

var update = flag.Bool("update", false, "write the vectors anew")

type vector struct {
	Pool   string   `json:"pool"`
	Hash   string   `json:"pool_hash"`
	Secret string   `json:"secret"`
	Commit string   `json:"commit"`
	Public string   `json:"public"`
	Spread bool     `json:"spread"`
	Method string   `json:"method"`
	Order  []string `json:"order"`
}

// TestVectors keeps the file by which the check page's own computation is held to
// this one.
func TestVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var list []vector
	for i := range 12 {
		pool := somePool(r, 1+r.IntN(30), 1+r.IntN(4), []int64{1, 5, 1 << 40}[i%3])
		v := vector{Secret: fmt.Sprintf("%064x", r.Uint64()), Public: []string{"", "061528", "双色球 2026-11-22"}[i%3], Spread: i%2 == 0, Method: Method}
		for _, e := range pool {
			v.Pool += fmt.Sprintf("%s\t%d\t%s\n", e.Code, e.Weight, e.Group)
		}
		v.Hash, v.Commit = PoolHash(pool), Commit(v.Secret)
		v.Order = Order(pool, Seed(v.Secret, v.Hash, v.Public), v.Spread)
		list = append(list, v)
	}
	got, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/vectors.json", append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got)+"\n" {
		t.Error("testdata/vectors.json is another; run with -update")
	}
}
