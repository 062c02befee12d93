package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// report prints one line a figure: its name, ours, the other's, their ratio, the
// goal, and whether it is reached. A goal that is missed is said, never an error.
type report struct {
	out    io.Writer
	missed int
	made   int
}

// goal is a limit of docs/performance.md. more = the ratio (or value) must be at
// least that; otherwise at most.
type goal struct {
	limit float64
	more  bool
	unit  string
}

func atLeast(x float64, unit string) *goal { return &goal{x, true, unit} }
func atMost(x float64, unit string) *goal  { return &goal{x, false, unit} }

func (g *goal) String() string {
	if g == nil {
		return "-"
	}
	sign := "≤"
	if g.more {
		sign = "≥"
	}
	return sign + " " + number(g.limit) + g.unit
}

func (g *goal) reached(x float64) bool {
	if g.more {
		return x >= g.limit
	}
	return x <= g.limit
}

const columns = "%-46s %12s %12s %9s  %-12s %s\n"

func (r *report) section(title string) {
	fmt.Fprintf(r.out, "\n%s (%s)\n", title, busy())
	fmt.Fprintf(r.out, columns, "figure", "ours", "other's", "ratio", "goal", "")
}

// compare prints ours against another's value; the goal is on the ratio.
func (r *report) compare(name string, ours, other float64, unit string, g *goal) {
	ratio := 0.0
	if other != 0 {
		ratio = ours / other
	}
	r.line(name, number(ours)+unit, number(other)+unit, number(ratio)+"×", g, ratio)
}

// value prints a figure that stands alone; the goal is on the value.
func (r *report) value(name string, ours float64, unit string, g *goal) {
	r.line(name, number(ours)+unit, "", "", g, ours)
}

func (r *report) line(name, ours, other, ratio string, g *goal, judged float64) {
	state := ""
	if g != nil {
		r.made++
		state = "reached"
		if !g.reached(judged) {
			state = "MISSED"
			r.missed++
		}
	}
	fmt.Fprintf(r.out, columns, name, ours, other, ratio, g.String(), state)
}

// skip says loudly what could not be measured.
func (r *report) skip(what string, why error) {
	fmt.Fprintf(r.out, "*** SKIPPED: %s: %v\n", what, why)
}

func (r *report) note(format string, args ...any) { fmt.Fprintf(r.out, "    "+format+"\n", args...) }

func (r *report) end() {
	fmt.Fprintf(r.out, "\n%d of %d goals reached\n", r.made-r.missed, r.made)
}

// number writes three significant digits, or the whole part when it is longer.
func number(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x >= 100 || x <= -100:
		return thousands(strconv.FormatFloat(x, 'f', 0, 64))
	case x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

func thousands(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// busy says how much else the machine does: on a shared one, times are inflated
// and only ratios of one run and processor times mean something.
func busy() string {
	load := "?"
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(b), " ")
	}
	return fmt.Sprintf("%d cores, load %s", runtime.NumCPU(), load)
}
