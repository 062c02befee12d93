package watch

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"linqiao/domain"
)

// Server listens for watches. The protocol proves nothing of who speaks: only
// numbers that were given out are taken in, nothing is ever told to a watch but that
// it was heard, and the listener belongs behind the operator's own network.
type Server struct {
	// Take takes reports in durably; an alarm is confirmed to the watch only then.
	Take func(ctx context.Context, list []domain.Report) error
	Log  *slog.Logger

	mu   sync.Mutex
	open map[net.Conn]bool
}

const (
	silentMost = 15 * time.Minute // a heartbeat comes every few minutes
	openMost   = 5000             // connections
	frameRate  = 30               // frames a connection may send within frameSpan
	frameSpan  = 10 * time.Second
)

// Serve accepts watches until the context ends.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	s.open = map[net.Conn]bool{}
	stop := context.AfterFunc(ctx, func() {
		_ = ln.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		for c := range s.open {
			_ = c.Close()
		}
	})
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	for {
		c, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		if !s.admit(c) {
			_ = c.Close()
			continue
		}
		running.Go(func() {
			defer s.leave(c)
			s.talk(ctx, c)
		})
	}
}

func (s *Server) admit(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open) >= openMost {
		return false
	}
	s.open[c] = true
	return true
}

func (s *Server) leave(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
	_ = c.Close()
}

// talk reads one watch's frames until it hangs up, falls silent or talks nonsense.
func (s *Server) talk(ctx context.Context, c net.Conn) {
	r := bufio.NewReaderSize(c, 8<<10)
	from, n := time.Now(), 0
	for {
		if err := c.SetReadDeadline(time.Now().Add(silentMost)); err != nil {
			return
		}
		f, err := readFrame(r)
		if err != nil {
			return
		}
		if time.Since(from) > frameSpan {
			from, n = time.Now(), 0
		}
		rep, ok := f.report()
		if n++; n > frameRate && rep.Alarm != "sos" {
			continue
		}
		if ok {
			if err := s.Take(ctx, []domain.Report{rep}); err != nil {
				s.Log.Error("watch report", "kind", f.kind(), "err", err)
				return // not confirmed: the watch says it again
			}
		}
		if f.kind() == "LK" || f.kind() == "AL" {
			if err := c.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
				return
			}
			if _, err := c.Write([]byte(f.answer(f.kind()))); err != nil {
				return
			}
		}
	}
}
