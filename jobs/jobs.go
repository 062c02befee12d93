// Package jobs runs what happens without anybody asking: due clocks, duties,
// signatures by silence, messages, and long work that somebody has started. It decides nothing; each step is one use case
// of package app that is safe to run again and safe to run in two processes.
package jobs

import (
	"context"
	"log/slog"
	"time"

	"linqiao/app"
)

// step is one background task and how long it rests when there was nothing to do.
type step struct {
	name string
	rest time.Duration
	run  func(context.Context) (int, error)
}

// Run works until the context ends. A failing step is logged and tried again;
// it never stops the others.
func Run(ctx context.Context, a *app.App, log *slog.Logger) {
	if err := a.Resume(ctx); err != nil && ctx.Err() == nil {
		log.Error("resume", "err", err)
	}
	steps := []step{
		{"clocks", 250 * time.Millisecond, a.FireDue},
		{"signatures", time.Minute, a.CloseDue},
		{"panels", time.Minute, a.PanelsDue},
		{"ballots", 20 * time.Second, a.BallotsDue},
		{"voices", time.Minute, a.VoicesDue},
		{"duties", time.Minute, a.OweDue},
		{"notices", time.Minute, a.NoticesDue},
		{"libraries", 5 * time.Minute, a.LibrariesDue},
		{"grounds", time.Minute, a.GroundsDue},
		{"devices", time.Minute, a.DevicesDue},
		{"shifts", 10 * time.Minute, a.ShiftsDue},
		{"imports", 300 * time.Millisecond, a.WorkImports},
		{"messages", 2 * time.Second, a.Deliver},
		{"exchange", 3 * time.Second, a.ExchangeDue},
		{"work 1", 300 * time.Millisecond, a.RunJobs},
		{"work 2", 450 * time.Millisecond, a.RunJobs}, // so that a short job does not wait for a long one
		{"house", 5 * time.Second, a.House},
	}
	done := make(chan struct{})
	go func() {
		defer func() { done <- struct{}{} }()
		if err := a.Relay(ctx); err != nil && ctx.Err() == nil {
			log.Error("relay", "err", err)
		}
	}()
	for _, s := range steps {
		go func() {
			defer func() { done <- struct{}{} }()
			loop(ctx, s, log)
		}()
	}
	for range len(steps) + 1 {
		<-done
	}
}

func loop(ctx context.Context, s step, log *slog.Logger) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		wait := s.rest
		n, err := s.run(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error("job", "step", s.name, "err", err)
			wait = max(wait, 5*time.Second)
		case n > 0:
			wait = time.Millisecond // more may wait
		}
		rest.Reset(wait)
	}
}
