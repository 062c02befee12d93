package main

import (
	"bufio"
	"bytes"
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
			due, _ := cal.Due(at.Add(time.Duration(i%16_000)*time.Hour), 1+i%30, unit)
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

// matching runs the benchmarks of the matching engine and reads their output.
// Goals by benchmark name stand in docs/performance.md §2.
func matching(ctx context.Context, r *report, root string) {
	r.section("Matching a need to offers (kernel/match)")
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", ".", "-benchtime", "300ms", "./kernel/match")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		r.skip("matching", fmt.Errorf("%w: %.300s", err, out))
		return
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(f[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 {
			name = name[:i]
		}
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil || strings.HasSuffix(f[i+1], "B/op") || strings.HasSuffix(f[i+1], "allocs/op") {
				continue
			}
			if f[i+1] == "ns/op" {
				r.value(name, v/1000, " µs", matchGoals[name])
				continue
			}
			r.value(name, v, " "+f[i+1], nil)
		}
	}
}
