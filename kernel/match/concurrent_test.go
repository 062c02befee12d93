package match

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestIndex_Concurrent: readers see whole changes only. Offers come and go in
// twins, of which one fits exactly while the other does not.
func TestIndex_Concurrent(t *testing.T) {
	t.Parallel()
	m := finance(t, testScope(t))
	ix, err := NewIndex(m, -1, "offer")
	if err != nil {
		t.Fatal(err)
	}
	const offers = 600
	row := func(i int, fits bool) Row {
		limit := int64(1000)
		if !fits {
			limit = 1
		}
		return loan(fmt.Sprintf("o%03d", i), int64(300+i), 1, limit, 0, false)
	}
	var rows []Row
	for i := range offers {
		rows = append(rows, row(i, true))
	}
	ix.Build(rows)
	query := restaurant()
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(w)))
			for range 300 { // one of the worker's own offers is out at any time
				i := 2*r.IntN(offers/2) + w
				ix.Put(row(i, false))
				ix.Put(row(i, true))
			}
		})
		wg.Go(func() {
			for range 300 {
				if got := ix.Find(query, 3, nil); got.Fit < offers-2 || got.Fit > offers || len(got.Top) != 3 {
					t.Errorf("%d fit of %d, with at most two out", got.Fit, offers)
					return
				}
			}
		})
	}
	wg.Wait()
	if got := ix.Find(query, 1, nil); got.Fit != offers {
		t.Fatalf("%d fit in the end", got.Fit)
	}
}
