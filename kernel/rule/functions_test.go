package rule_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"linqiao/kernel/rule"
)

// Beijing to Shanghai, city centres: 1,067 km by the usual great-circle tables.
func TestMetres(t *testing.T) {
	t.Parallel()
	if m := rule.Metres(39.9042, 116.4074, 31.2304, 121.4737); math.Abs(m-1_067_000) > 1500 {
		t.Errorf("%.0f m", m)
	}
	if m := rule.Metres(30, 104, 30, 104); m != 0 {
		t.Errorf("%.3f m from a place to itself", m)
	}
	if got := rule.Minutes(1000); got != 17 { // 1000 × 1.3 ÷ 80 = 16.25
		t.Errorf("%d minutes for 1 km", got)
	}
}

// Every fen is given out, and nobody is more than one fen from the exact share.
func TestSplit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1e12, 1e12).Draw(t, "total")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e9), 1, 40).Draw(t, "weights")
		parts, err := rule.Split(total, weights)
		var all, sum int64
		for _, w := range weights {
			all += w
		}
		if all == 0 {
			var u *rule.Unset
			if !errors.As(err, &u) {
				t.Fatalf("no weights: %v", err)
			}
			return
		}
		for i, p := range parts {
			sum += p
			if exact := float64(total) * float64(weights[i]) / float64(all); math.Abs(float64(p)-exact) > 1.001 {
				t.Fatalf("part %d is %d, exactly %f", i, p, exact)
			}
		}
		if sum != total {
			t.Fatalf("parts add up to %d of %d", sum, total)
		}
	})
}

func TestShare(t *testing.T) {
	t.Parallel()
	for _, r := range []struct{ part, whole, want int64 }{{1, 2, 5000}, {2, 3, 6666}, {-1, 3, -3334}, {1, -3, -3334}, {7, 7, 10000}, {math.MaxInt64, math.MaxInt64, 10000}} {
		if got, ok := rule.Share(r.part, r.whole); !ok || got != r.want {
			t.Errorf("%d of %d: %d %v, want %d", r.part, r.whole, got, ok, r.want)
		}
	}
	if _, ok := rule.Share(1, 0); ok {
		t.Error("a share of nothing")
	}
}

// A fifth of the ids is drawn, always the same, and a larger percentage only adds.
func TestSample(t *testing.T) {
	t.Parallel()
	n := 0
	for i := range 10_000 {
		id := string(rune('a'+i%26)) + "-" + string(rune(0x4e00+i))
		if rule.Sample(id, 20) {
			n++
			if !rule.Sample(id, 50) {
				t.Fatalf("%s is in 20%% and not in 50%%", id)
			}
		}
	}
	if n < 1850 || n > 2150 {
		t.Errorf("%d of 10000 drawn for 20%%", n)
	}
	if rule.Sample("01890a5d-ac96-774b-bcce-b302099a8057", 20) != rule.Sample("01890a5d-ac96-774b-bcce-b302099a8057", 20) {
		t.Error("not stable")
	}
}
