package main

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/calendar"
)

// arithmetic measures working-day counting over the official calendar.
func arithmetic(r *report) {
	r.section("Working-day arithmetic (one core)")
	cal := calendar.Official()
	day := domain.NewDate(2024, 1, 1)
	var keep int64
	r.value("add working days", perSecond(func(i int) {
		keep += int64(cal.AddWorkDays(day+domain.Date(i%700), 1+i%30))
	}), "/s", atLeast(5e6, "/s"))
	at := time.Date(2024, 1, 1, 2, 0, 0, 0, time.UTC)
	for _, unit := range []string{"d", "wd", "wh"} {
		r.value("due time of a limit in "+unit, perSecond(func(i int) {
			due, _ := cal.Due(at.Add(time.Duration(i%16_000)*time.Hour), int64(1+i%30), unit, true)
			keep += due.Unix()
		}), "/s", atLeast(5e6, "/s"))
	}
	if keep == 0 {
		r.note("arithmetic gave nothing")
	}
}

// perSecond calls f for half a second.
func perSecond(f func(i int)) float64 {
	const batch = 4096
	n, start := 0, time.Now()
	for time.Since(start) < 500*time.Millisecond {
		for range batch {
			f(n)
			n++
		}
	}
	return float64(n) / time.Since(start).Seconds()
}

// matching runs the benchmarks of the matching engine, which check every answer,
// and reads what they print. The goals are those of docs/performance.md §2.
func matching(ctx context.Context, r *report, root string) {
	r.section("Matching a need to offers (kernel/match)")
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchtime", "300ms", "./kernel/match")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		r.skip("matching", fmt.Errorf("%w: %.300s", err, out))
		return
	}
	p50 := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(f[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		matchLine(r, name, f[2:], p50)
	}
	if few, many := p50["Find/1000"], p50["Find/100000"]; few > 0 {
		r.value("Find: t(100k) / t(1k)", many/few, "×", atMost(25, "×"))
	}
}

// matchGoals are limits by benchmark and unit; times in µs.
var matchGoals = map[string]*goal{
	"Find/100000 p50-µs": atMost(100, " µs"), "Find/100000 p99-µs": atMost(300, " µs"), "Find/100000 ×CEL": atLeast(2000, "×"),
	"Find/100000 ×typed": atLeast(200, "×"), "Find/100000 build-ms": atMost(3000, " ms"), "Find/100000 MB": atMost(60, " MB"),
	"Near_100k µs": atMost(5000, " µs"), "Put_100k µs": atMost(1000, " µs"), "Explain µs": atMost(50, " µs"), "Reverse_1M µs": atMost(20_000, " µs"),
}

func matchLine(r *report, name string, pairs []string, p50 map[string]float64) {
	for i := 0; i+1 < len(pairs); i += 2 {
		v, err := strconv.ParseFloat(pairs[i], 64)
		unit := pairs[i+1]
		switch {
		case err != nil || unit == "B/op" || unit == "allocs/op" || unit == "%fit":
			continue
		case unit == "ns/op" && strings.HasPrefix(name, "Find/"):
			continue // its percentiles say more
		case unit == "ns/op":
			v, unit = v/1000, "µs"
		case unit == "p50-µs":
			p50[name] = v
		}
		r.value(name+" "+unit, v, "", matchGoals[name+" "+unit])
	}
}
