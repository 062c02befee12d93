package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linqiao/store"
)

// side is one server of W1.
type side struct {
	name    string
	p       *process
	callers func(n int) []caller
	got     map[int]*sample // by number of clients: the run in the middle
}

// life measures W1: create, assign, append an event, close, list. The servers
// take turns at each number of clients, so that a slow minute of the machine
// falls on all of them.
func (b *bench) life(ctx context.Context) error {
	b.section("W1: the life of a request (signed in, synchronous=FULL), requests/s")
	ours, s, err := b.ourSide(ctx, "sqlite", filepath.Join(b.dir, "w1.db"))
	if err != nil {
		return err
	}
	defer ours.p.stop()
	echo, err := startEcho(b.dir)
	if err != nil {
		return err
	}
	defer echo.stop()
	ceiling := &side{name: "echo", p: echo, callers: func(n int) []caller { return echoCallers("http://"+echo.addr, n, s) }}
	sides := []*side{ours}
	if b.beside("echo") {
		sides = append(sides, ceiling)
	}
	pb := b.pocketBaseSide(ctx)
	if pb != nil {
		defer pb.p.stop()
		sides = append(sides, pb)
	}
	pg := b.postgresSide(ctx)
	if pg != nil {
		defer pg.p.stop()
		sides = append(sides, pg)
	}
	if err := b.takeTurns(sides); err != nil {
		return err
	}
	for _, n := range b.clients {
		b.lifeLines(n, ceiling.got[n], ours.got[n], pb, pg)
	}
	b.value("resident memory after W1 (SQLite)", ours.p.rss(), " MiB", atMost(400, " MiB"))
	return nil
}

func (b *bench) takeTurns(sides []*side) error {
	for _, s := range sides {
		s.got = map[int]*sample{}
	}
	for _, n := range b.clients {
		runs := map[*side][]*sample{}
		for range b.rounds {
			for _, s := range sides {
				got := runOn(s.p, s.callers(n), b.each/4, b.each)
				if got.first != nil {
					return fmt.Errorf("%s: %d requests failed, the first: %w; %s", s.name, got.failures, got.first, tail(s.p.log))
				}
				runs[s] = append(runs[s], got)
			}
		}
		for s, list := range runs {
			slices.SortFunc(list, func(x, y *sample) int { return int(x.rate() - y.rate()) })
			s.got[n] = list[len(list)/2]
		}
	}
	return nil
}

func (b *bench) lifeLines(n int, ceiling, ours *sample, pb, pg *side) {
	at := fmt.Sprintf("%d clients", n)
	if n == 1 {
		at = "1 client"
	}
	var ofEcho, ofPB *goal
	if n == 64 {
		ofEcho, ofPB = atLeast(0.4, "×"), atLeast(8, "×")
	}
	if ceiling != nil {
		b.compare(at+", against the echo ceiling", ours.rate(), ceiling.rate(), "/s", ofEcho)
	}
	if pb != nil {
		b.compare(at+", against PocketBase", ours.rate(), pb.got[n].rate(), "/s", ofPB)
	}
	if pg != nil {
		b.compare(at+", PostgreSQL against SQLite", pg.got[n].rate(), ours.rate(), "/s", atLeast(0.5, "×"))
	}
	var p99 *goal
	if n == 64 {
		p99 = atMost(30, " ms")
	}
	b.value(at+", p50", ms(ours.all, 50), " ms", nil)
	b.value(at+", p99", ms(ours.all, 99), " ms", p99)
	var kinds []string
	for _, k := range stepNames {
		kinds = append(kinds, fmt.Sprintf("%s %s/%s", k, number(ms(ours.kinds[k], 50)), number(ms(ours.kinds[k], 99))))
	}
	b.note("p50/p99 ms by kind: %s", strings.Join(kinds, ", "))
	if pb == nil {
		b.value(at+", processor time a request", micros(ours.cpu), " µs", nil)
		return
	}
	b.note("PocketBase p50/p99 ms: %s/%s", number(ms(pb.got[n].all, 50)), number(ms(pb.got[n].all, 99)))
	b.compare(at+", processor time a request", micros(ours.cpu), micros(pb.got[n].cpu), " µs", nil)
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// ourSide starts our server over a database that holds the county.
func (b *bench) ourSide(ctx context.Context, name, dsn string) (*side, sizes, error) {
	d, p, err := b.startDesk(ctx, name, dsn)
	if err != nil {
		return nil, sizes{}, err
	}
	s, err := d.measureSizes(ctx)
	if err != nil {
		p.stop()
		return nil, sizes{}, err
	}
	return &side{name: "linqiao on " + name, p: p, callers: func(n int) []caller {
		d.t.client = newHTTP(n)
		return d.callers(n)
	}}, s, nil
}

// startDesk sets the county up where it is not, serves it and signs all in.
func (b *bench) startDesk(ctx context.Context, name, dsn string) (*deskSide, *process, error) {
	a, err := openCounty(ctx, dsn, b.keyFile())
	if err != nil {
		return nil, nil, err
	}
	if err := a.DB.Close(); err != nil {
		return nil, nil, err
	}
	p, err := b.serve(name, dsn)
	if err != nil {
		return nil, nil, err
	}
	d := &deskSide{t: &target{"http://" + p.addr, newHTTP(16)}}
	if err := d.signIn(ctx); err != nil {
		p.stop()
		return nil, nil, err
	}
	return d, p, nil
}

func (b *bench) keyFile() string {
	if b.keep != "" {
		return filepath.Join(b.keep, "bench.key")
	}
	return filepath.Join(b.dir, "bench.key")
}

func (b *bench) serve(name, dsn string) (*process, error) {
	return start(b.dir, name, "/readyz", time.Minute, func(addr string) *exec.Cmd {
		args := []string{"serve", "--addr", addr, "--db", dsn, "--key", b.keyFile()}
		if b.pprof != "" {
			args = append(args, "--pprof", b.pprof)
		}
		cmd := exec.Command(b.ours, args...)
		cmd.Dir = b.dir
		return cmd
	})
}

func (b *bench) pocketBaseSide(ctx context.Context) *side {
	if b.others == "" {
		return nil
	}
	p, err := startPocketBase(b.dir, "pocketbase", b.others, 0, time.Minute)
	if err != nil {
		b.skip("PocketBase", err)
		return nil
	}
	s := &pbSide{t: &target{"http://" + p.addr, newHTTP(16)}}
	if err := s.signIn(ctx); err != nil {
		p.stop()
		b.skip("PocketBase", err)
		return nil
	}
	return &side{name: "PocketBase", p: p, callers: func(n int) []caller {
		s.t.client = newHTTP(n)
		return s.callers(n)
	}}
}

var errNoPostgres = errors.New("set " + pgEnv + " to the address of a server, or install PostgreSQL for scripts/postgres.sh")

const pgEnv = "LINQIAO_TEST_PG"

// postgresSide serves the same county from PostgreSQL: the server named in the
// environment, in a schema of its own.
func (b *bench) postgresSide(ctx context.Context) *side {
	if !b.beside("postgres") {
		return nil
	}
	dsn := os.Getenv(pgEnv)
	if dsn == "" {
		b.skip("PostgreSQL", errNoPostgres)
		return nil
	}
	dsn, drop, err := freshSchema(ctx, dsn)
	if err != nil {
		b.skip("PostgreSQL", err)
		return nil
	}
	s, _, err := b.ourSide(ctx, "postgres", dsn)
	if err != nil {
		drop()
		b.skip("PostgreSQL", err)
		return nil
	}
	s.p.after = drop
	return s
}

// sealer reads the key of the county, made on first use.
func sealer(file string) (*store.Keyring, error) {
	key, err := store.ReadKeyFile(file)
	if errors.Is(err, os.ErrNotExist) {
		if err = store.CreateKeyFile(file); err == nil {
			key, err = store.ReadKeyFile(file)
		}
	}
	if err != nil {
		return nil, err
	}
	return store.NewKeyring(store.SuiteAES, key)
}
