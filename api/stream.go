package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
)

// Proxies close silent connections; a comment line keeps one open. A stream ends
// by itself so that a sign-in that has run out is noticed: browsers come again.
const (
	streamBeat = 20 * time.Second
	streamMost = 15 * time.Minute
)

func (s *Server) stream(ctx context.Context, who *app.Who, _ *struct{}) (*huma.StreamResponse, error) {
	feed, stop, err := s.app.Subscribe(ctx, who)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer stop()
		_, w := humago.Unwrap(c)
		s.metrics.streams.Inc()
		defer s.metrics.streams.Dec()
		follow(ctx, w, feed, s.ending)
	}}, nil
}

// follow writes events until the reader goes, the time is up or the server stops.
func follow(ctx context.Context, w http.ResponseWriter, feed <-chan app.StreamEvent, ending <-chan struct{}) {
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	send := func(text string) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(streamBeat))
		if _, err := fmt.Fprint(w, text); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	beat, end := time.NewTicker(streamBeat), time.NewTimer(streamMost)
	defer beat.Stop()
	defer end.Stop()
	for ok := send("retry: 3000\n\n"); ok; {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-ending:
			return
		case <-beat.C:
			ok = send(": \n\n")
		case e := <-feed:
			b, err := json.Marshal(e)
			ok = err == nil && send("data: "+string(b)+"\n\n")
		}
	}
}
