package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// caller is one client of the load: its own sign-in, its own next step.
type caller interface {
	// step sends one request and reports its kind.
	step(ctx context.Context) (kind string, err error)
}

// sample is what one run of the load measured.
type sample struct {
	took     time.Duration
	all      []time.Duration            // of every request, sorted
	kinds    map[string][]time.Duration // by kind, sorted
	sent     int                        // with those of the warming up
	failures int
	first    error         // the first failure, for the report
	cpu      time.Duration // processor time of the server for one request
}

// rate is requests answered a second.
func (s *sample) rate() float64 { return float64(len(s.all)) / s.took.Seconds() }

// ms gives a percentile in milliseconds.
func ms(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := min(len(sorted)-1, int(p/100*float64(len(sorted))))
	return float64(sorted[i].Microseconds()) / 1000
}

// Bounds of one run, besides its time.
const (
	requestsMost = 2_000_000
	failuresMost = 20
)

// runOn is run with the server's processor time: what a request costs it does not
// depend on who else uses the machine.
func runOn(p *process, callers []caller, warm, measured time.Duration) *sample {
	before := p.cpu()
	s := run(callers, warm, measured)
	if s.sent > 0 {
		s.cpu = (p.cpu() - before) / time.Duration(s.sent)
	}
	return s
}

// run lets the callers work side by side, first to warm up, then measured. It
// ends by itself: by time, by count, or after a few failures.
func run(callers []caller, warm, measured time.Duration) *sample {
	start := time.Now()
	from, until := start.Add(warm), start.Add(warm+measured)
	ctx, cancel := context.WithDeadline(context.Background(), until.Add(90*time.Second))
	defer cancel()
	parts := make([]*sample, len(callers))
	var wg sync.WaitGroup
	for i, c := range callers {
		wg.Go(func() { parts[i] = work(ctx, c, from, until, requestsMost/len(callers)) })
	}
	wg.Wait()
	return join(parts, time.Since(from))
}

func work(ctx context.Context, c caller, from, until time.Time, most int) *sample {
	s := &sample{kinds: map[string][]time.Duration{}}
	for n := 0; n < most && s.failures < failuresMost; n++ {
		at := time.Now()
		if !at.Before(until) {
			break
		}
		kind, err := c.step(ctx)
		took := time.Since(at)
		if err != nil {
			s.failures++
			if s.first == nil {
				s.first = fmt.Errorf("%s: %w", kind, err)
			}
			continue
		}
		s.sent++
		if at.After(from) {
			s.kinds[kind] = append(s.kinds[kind], took)
		}
	}
	return s
}

func join(parts []*sample, took time.Duration) *sample {
	s := &sample{took: took, kinds: map[string][]time.Duration{}}
	for _, p := range parts {
		for k, list := range p.kinds {
			s.kinds[k] = append(s.kinds[k], list...)
			s.all = append(s.all, list...)
		}
		s.failures += p.failures
		s.sent += p.sent
		if s.first == nil {
			s.first = p.first
		}
	}
	for _, list := range s.kinds {
		slices.Sort(list)
	}
	slices.Sort(s.all)
	return s
}

// newHTTP makes a client whose connections stay open, one a caller.
func newHTTP(callers int) *http.Client {
	return &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{
		MaxIdleConns: callers + 8, MaxIdleConnsPerHost: callers + 8, IdleConnTimeout: 5 * time.Minute, DisableCompression: true,
		DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext}}
}

// target is one server under load. Only loopback addresses are ever called.
type target struct {
	base   string // http://127.0.0.1:port
	client *http.Client
}

var errStatus = errors.New("status")

// send makes one request and reads the whole answer.
func (t *target) send(ctx context.Context, method, path string, head map[string]string, body []byte) ([]byte, error) {
	var r io.Reader
	if body != nil {
		r = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, t.base+path, r)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range head {
		req.Header.Set(k, v)
	}
	res, err := t.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode/100 != 2 {
		return answer, fmt.Errorf("%w %d of %s %s: %.300s", errStatus, res.StatusCode, method, path, answer)
	}
	return answer, nil
}
