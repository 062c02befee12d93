package main

import (
	"context"
	"log/slog"
	"net"

	"linqiao/domain"
	"linqiao/watch"
)

// hearWatches listens for watches of the one county that the instance serves, or of
// the one that was named.
func (i *instance) hearWatches(ctx context.Context, c *config, log *slog.Logger) (stop func(), err error) {
	county, err := i.theCounty(ctx, c)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", c.Watches)
	if err != nil {
		return nil, err
	}
	inner, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	s := &watch.Server{Log: log, Take: func(ctx context.Context, list []domain.Report) error {
		_, err := i.app.Reports(ctx, county, list)
		return err
	}}
	go func() {
		defer close(done)
		if err := s.Serve(inner, ln); err != nil {
			log.Error("watches", "err", err)
		}
	}()
	log.Info("listening for watches", "address", ln.Addr().String())
	return func() { cancel(); <-done }, nil
}
