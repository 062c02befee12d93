package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// The ceiling: a server of the standard library that gives back what it was
// sent, and for a list as many bytes as our list has. It does no work at all.

// sizes are the body lengths of one cycle, learnt from our own server.
type sizes struct{ act, answer, list int }

func serveEcho(addr string) error {
	blank := bytes.Repeat([]byte("x"), 4<<20)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/echo/{n}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		n, _ := strconv.Atoi(r.PathValue("n"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(blank[:min(max(n, 0), len(blank))])
	})
	s := &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return s.ListenAndServe()
}

func startEcho(dir string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(dir, "echo", "/ready", 10*time.Second, func(addr string) *exec.Cmd { return exec.Command(self, "-echo", addr) })
}

// echoCaller walks the same cycle as the others: four changes and a list.
type echoCaller struct {
	t    *target
	n    int
	body []byte
	s    sizes
}

func echoCallers(base string, n int, s sizes) []caller {
	t := &target{base, newHTTP(n)}
	out := make([]caller, n)
	for i := range out {
		out[i] = &echoCaller{t: t, body: bytes.Repeat([]byte("x"), s.act), s: s}
	}
	return out
}

func (c *echoCaller) step(ctx context.Context) (string, error) {
	c.n++
	if c.n%5 == 0 {
		_, err := c.t.send(ctx, "GET", "/echo/"+strconv.Itoa(c.s.list), nil, nil)
		return "list", err
	}
	_, err := c.t.send(ctx, "POST", "/echo/"+strconv.Itoa(c.s.answer), nil, c.body)
	return "change", err
}
