package match

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// BenchmarkFind prints, per number of offers, the time of a match by the index
// beside CEL in a loop and a typed Go loop over the same offers, as ratios; the
// goals are those of docs/performance.md §2. Every answer is checked.
func BenchmarkFind(b *testing.B) {
	m := bulkMatch(b, bulkScope(b))
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchFind(b, m, n) })
	}
}

func benchFind(b *testing.B, m *program.Match, n int) {
	offers, rows := bulk(n)
	ix, err := NewIndex(m, -1, "offer")
	if err != nil {
		b.Fatal(err)
	}
	before := heap()
	began := time.Now()
	ix.Build(rows)
	build := time.Since(began)
	size := heap() - before

	r := rand.New(rand.NewPCG(1, 1))
	var typed [][]int64
	var queries []vars
	for range 64 {
		t, q := bulkNeed(r)
		typed, queries = append(typed, t), append(queries, q)
	}
	byLoop, fits := timeTyped(offers, typed)
	byCEL := timeCEL(m, rows, queries[:max(1, 4_000/n)])

	var times []time.Duration
	at := 0
	for b.Loop() {
		q := at % len(queries)
		at++
		start := time.Now()
		got := ix.Find(queries[q], 20, nil)
		times = append(times, time.Since(start))
		if got.Fit != fits[q] {
			b.Fatalf("%d fit, want %d", got.Fit, fits[q])
		}
	}
	slices.Sort(times)
	p50, p99 := times[len(times)/2], times[len(times)*99/100]
	b.ReportMetric(float64(build.Milliseconds()), "build-ms")
	b.ReportMetric(float64(size)/(1<<20), "MB")
	b.ReportMetric(float64(p50.Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(p99.Nanoseconds())/1000, "p99-µs")
	b.ReportMetric(float64(byCEL)/float64(p50), "×CEL")
	b.ReportMetric(float64(byLoop)/float64(p50), "×typed")
	b.ReportMetric(float64(fits[0])/float64(n)*100, "%fit")
}

func heap() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

func timeTyped(offers []bulkOffer, needs [][]int64) (each time.Duration, fits []int) {
	start := time.Now()
	for _, need := range needs {
		n := 0
		for i := range offers {
			if offers[i].suits(need) {
				n++
			}
		}
		fits = append(fits, n)
	}
	return time.Since(start) / time.Duration(len(needs)), fits
}

// timeCEL evaluates the conditions of every offer until one fails.
func timeCEL(m *program.Match, rows []Row, queries []vars) time.Duration {
	start := time.Now()
	for _, q := range queries {
		for i := range rows {
			v := &joined{&plan{rowVars: map[string]bool{"offer": true}}, rows[i].Vars, q}
			for _, g := range m.Eligible {
				if ok, err := g.If.Bool(v); err == nil && !ok {
					break
				}
			}
		}
	}
	return time.Since(start) / time.Duration(len(queries))
}

func benchIndex(b *testing.B, n int) (*Index, []Row, vars) {
	ix, err := NewIndex(bulkMatch(b, bulkScope(b)), -1, "offer")
	if err != nil {
		b.Fatal(err)
	}
	_, rows := bulk(n)
	ix.Build(rows)
	_, query := bulkNeed(rand.New(rand.NewPCG(2, 2)))
	return ix, rows, query
}

func BenchmarkNear_100k(b *testing.B) {
	ix, _, query := benchIndex(b, 100_000)
	for b.Loop() {
		ix.Near(query, 20, nil)
	}
}

func BenchmarkPut_100k(b *testing.B) {
	ix, rows, _ := benchIndex(b, 100_000)
	r := rand.New(rand.NewPCG(3, 3))
	for b.Loop() {
		o := bulkOfferOf(r)
		ix.Put(o.row(rows[r.IntN(len(rows))].ID))
	}
}

func BenchmarkExplain(b *testing.B) {
	m := bulkMatch(b, bulkScope(b))
	_, rows := bulk(64)
	_, query := bulkNeed(rand.New(rand.NewPCG(2, 2)))
	for i := 0; b.Loop(); i++ {
		Evaluate(m, -1, both{rows[i%64].Vars, query}, nil)
	}
}

// BenchmarkReverse asks which of a million needs a new offer suits.
func BenchmarkReverse_1M(b *testing.B) {
	ix, err := NewIndex(bulkMatch(b, bulkScope(b)), -1, "need")
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 5))
	rows := make([]Row, 1_000_000)
	for i := range rows {
		_, need := bulkNeed(r)
		rows[i] = Row{fmt.Sprintf("n%07d", i), rule.Vars(need)}
	}
	ix.Build(rows)
	for b.Loop() {
		o := bulkOfferOf(r)
		ix.Find(o.row("").Vars, 20, nil)
	}
}
