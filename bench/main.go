// Command bench measures the product against the goals of docs/performance.md:
// it builds and starts the servers itself, puts the same load on each, and prints
// one line a figure with its ratio and its goal. It speaks to loopback addresses
// only, is bounded in count and time, and never fails because a goal is missed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	cases   int
	pbCases int
	each    time.Duration
	rounds  int
	quick   bool
	only    string
	keep    string
	pprof   string
	sides   string
	clients []int
}

func main() {
	var o options
	echo := flag.String("echo", "", "serve as the echo server at this address (started by the benchmark itself)")
	flag.IntVar(&o.cases, "cases", 1_000_000, "cases in the large county")
	flag.IntVar(&o.pbCases, "pbcases", 1_000_000, "cases in PocketBase for the reads")
	flag.DurationVar(&o.each, "each", 4*time.Second, "how long one point is measured")
	flag.IntVar(&o.rounds, "rounds", 2, "times the servers of W1 take turns at each number of clients")
	flag.BoolVar(&o.quick, "quick", false, "small counties, short points")
	flag.StringVar(&o.only, "only", "micro,w1,w2,roster,people,batch", "which parts: micro, w1, w2, roster, people, batch")
	flag.StringVar(&o.keep, "keep", "", "keep (and reuse) the large county in this directory")
	flag.StringVar(&o.pprof, "pprof", "", "loopback address where our server offers its profile")
	flag.StringVar(&o.sides, "sides", "echo,pocketbase,postgres", "what W1 is set beside: echo, pocketbase, postgres (none: our server alone)")
	clients := flag.String("clients", "1,16,64", "numbers of clients of W1")
	flag.Parse()
	if *echo != "" {
		fmt.Fprintln(os.Stderr, serveEcho(*echo))
		os.Exit(1)
	}
	for n := range strings.SplitSeq(*clients, ",") {
		c, err := strconv.Atoi(n)
		if err != nil || c < 1 || c > 1000 {
			fmt.Fprintln(os.Stderr, "bench: -clients: numbers from 1 to 1000")
			os.Exit(2)
		}
		o.clients = append(o.clients, c)
	}
	if o.quick {
		o.cases, o.pbCases, o.each, o.rounds = min(o.cases, 20_000), min(o.pbCases, 20_000), time.Second, 1
	}
	if err := measure(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (o *options) has(part string) bool { return strings.Contains(","+o.only+",", ","+part+",") }

func (o *options) beside(side string) bool { return strings.Contains(","+o.sides+",", ","+side+",") }

// bench is one run: its place, its binaries, its report.
type bench struct {
	options
	*report
	root   string // of the repository
	dir    string // thrown away at the end
	ours   string // our binary
	others string // PocketBase, "" when it could not be built
}

func measure(o options) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "linqiao-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{options: o, report: &report{out: os.Stdout}, root: root, dir: dir}
	if o.has("micro") {
		arithmetic(b.report)
		matching(ctx, b.report, root)
	}
	if o.has("w1") || o.has("w2") || o.has("roster") || o.has("people") || o.has("batch") {
		if err := b.build(ctx); err != nil {
			return err
		}
	}
	if o.has("w1") {
		if err := b.life(ctx); err != nil {
			return err
		}
	}
	if o.has("w2") {
		if err := b.reads(ctx); err != nil {
			return err
		}
	}
	if o.has("roster") {
		if err := b.rosters(ctx); err != nil {
			return err
		}
	}
	if o.has("people") {
		if err := b.people(ctx); err != nil {
			return err
		}
	}
	if o.has("batch") {
		if err := b.scores(ctx); err != nil {
			return err
		}
	}
	b.end()
	return nil
}

// build compiles both servers. PocketBase is fetched as any Go module; without
// it the rest is measured all the same.
func (b *bench) build(ctx context.Context) error {
	b.ours = filepath.Join(b.dir, "linqiao")
	if err := build(ctx, b.root, "./cmd/linqiao", b.ours); err != nil {
		return err
	}
	if !b.beside("pocketbase") {
		return nil
	}
	pb := filepath.Join(b.dir, "pocketbase-bench")
	if err := build(ctx, filepath.Join(b.root, "bench", "pocketbase"), ".", pb); err != nil {
		b.skip("PocketBase (could not be built)", err)
		return nil
	}
	b.others = pb
	return nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
