package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const readClients = 16

// reads measures W2: lists and figures over a small and a large county, beside
// PocketBase with as many rows. The small one stands for an empty one, whose lists
// have no rows to compare.
func (b *bench) reads(ctx context.Context) error {
	b.section(fmt.Sprintf("W2: reads with %d clients, requests/s", readClients))
	place := b.dir
	if b.keep != "" {
		place = b.keep
		if err := os.MkdirAll(place, 0o700); err != nil {
			return err
		}
	}
	small, err := b.readCounty(ctx, "small", filepath.Join(b.dir, "small.db"), 1000)
	if err != nil {
		return err
	}
	large, err := b.readCounty(ctx, "large", filepath.Join(place, fmt.Sprintf("large-%d.db", b.cases)), b.cases)
	if err != nil {
		return err
	}
	pb := b.readPocketBase(ctx, place)
	many := thousands(fmt.Sprint(b.cases))
	for _, r := range reads {
		n := r.name
		if r.isDashboard() {
			b.compare(n+": "+many+" against 1,000 cases", large.rates[n], small.rates[n], "/s", atLeast(0.95, "×"))
			if pb[n] > 0 {
				b.compare(n+", against PocketBase", large.rates[n], pb[n], "/s", atLeast(300, "×"))
			}
			continue
		}
		b.compare(n+": "+many+" against 1,000 cases", large.rates[n], small.rates[n], "/s", atLeast(0.8, "×"))
		if pb[n] > 0 {
			b.compare(n+", against PocketBase", large.rates[n], pb[n], "/s", atLeast(5, "×"))
		}
	}
	b.note("p99 ms at %s cases: %s", many, strings.Join(large.p99, ", "))
	b.note("processor µs a request: %s", strings.Join(large.cpu, ", "))
	b.value("start to ready with "+many+" cases", large.ready.Seconds(), " s", atMost(2, " s"))
	b.value("resident memory, idle, "+many+" cases", large.idle, " MiB", atMost(120, " MiB"))
	b.value("resident memory after the reads", large.busy, " MiB", atMost(400, " MiB"))
	return nil
}

// county is what was measured of one county.
type county struct {
	rates      map[string]float64
	p99, cpu   []string
	ready      time.Duration
	idle, busy float64
}

func (b *bench) readCounty(ctx context.Context, name, file string, cases int) (*county, error) {
	began := time.Now()
	a, err := openCounty(ctx, file, b.keyFile())
	if err != nil {
		return nil, err
	}
	if err := seed(ctx, a, cases); err != nil {
		a.DB.Close()
		return nil, fmt.Errorf("seed: %w", err)
	}
	if err := a.DB.Close(); err != nil {
		return nil, err
	}
	if cases > 0 {
		b.note("%s county: %s cases, made or found in %.1f s", name, thousands(fmt.Sprint(cases)), time.Since(began).Seconds())
	}
	d, p, err := b.startDesk(ctx, name, file)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	c := &county{rates: map[string]float64{}, ready: p.ready}
	time.Sleep(5 * time.Second) // idle is after the start has been given back
	c.idle = p.rss()
	d.t.client = newHTTP(readClients)
	for _, r := range reads {
		path := strings.ReplaceAll(r.desk, "{month}", time.Now().Format("2006-01"))
		got := runOn(p, readers(d.t, readClients, r.name, path, d.auth(r.login)), b.each/4, b.each)
		if got.first != nil {
			return nil, fmt.Errorf("%w; %s", got.first, tail(p.log))
		}
		c.rates[r.name] = got.rate()
		c.p99 = append(c.p99, fmt.Sprintf("%s %s", r.name, number(ms(got.all, 99))))
		c.cpu = append(c.cpu, fmt.Sprintf("%s %s", r.name, number(micros(got.cpu))))
	}
	c.busy = p.rss()
	return c, nil
}

// readPocketBase measures the same reads there; none when it is not to be had.
func (b *bench) readPocketBase(ctx context.Context, place string) map[string]float64 {
	out := map[string]float64{}
	if b.others == "" {
		return out
	}
	began := time.Now()
	p, err := startPocketBase(place, fmt.Sprintf("pocketbase-%d", b.pbCases), b.others, b.pbCases, 5*time.Minute)
	if err != nil {
		b.skip("PocketBase reads", err)
		return out
	}
	defer p.stop()
	b.note("PocketBase: %s cases, made or found in %.1f s", thousands(fmt.Sprint(b.pbCases)), time.Since(began).Seconds())
	s := &pbSide{t: &target{"http://" + p.addr, newHTTP(readClients)}}
	if err := s.signIn(ctx); err != nil {
		b.skip("PocketBase reads", err)
		return out
	}
	for _, r := range reads {
		if r.other == "" {
			continue
		}
		got := runOn(p, readers(s.t, readClients, r.name, r.other, s.tokens[0]), b.each/4, b.each)
		if got.first != nil {
			b.skip("PocketBase: "+r.name, got.first)
			continue
		}
		out[r.name] = got.rate()
	}
	b.note("PocketBase resident memory after its reads: %s MiB", number(p.rss()))
	return out
}
