package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
	"linqiao/domain"
)

// Proxies close silent connections; a comment line keeps one open. Rights are looked
// at again every minute. A stream ends by itself now and then so that a server that
// is taken out of service is left: browsers come again and miss nothing.
const (
	streamBeat  = 20 * time.Second
	streamRenew = time.Minute
	streamMost  = 15 * time.Minute
	// streamSlow is how long a reader may take to take one event in; then he is
	// dropped, and comes again with his mark.
	streamSlow = 15 * time.Second
)

type streamIn struct {
	// A browser that reconnects says in this header where it stands; one that opens
	// a stream anew (the screen was hidden) can only say it in the address.
	Last  string `header:"Last-Event-ID" maxLength:"64"`
	Since string `query:"since" maxLength:"64" doc:"上次收到的事件编号"`
}

func (s *Server) stream(ctx context.Context, who *app.Who, in *streamIn) (*huma.StreamResponse, error) {
	feed, err := s.app.Subscribe(ctx, who, orText(in.Last, in.Since))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer feed.Close()
		_, w := humago.Unwrap(c)
		s.metrics.streams.Inc()
		defer s.metrics.streams.Dec()
		f := &follower{w: w, rc: http.NewResponseController(w)}
		f.follow(ctx, feed, s.ending, func() bool { return s.renew(ctx, feed) })
	}}, nil
}

// renew reports whether a stream may go on. A database that is busy is no reason to
// end it.
func (s *Server) renew(ctx context.Context, feed *app.Stream) bool {
	err := s.app.Renew(ctx, feed)
	return err == nil || domain.KindOf(err) == domain.KindUnavailable
}

// follower writes one stream.
type follower struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// follow writes events until the reader goes or is too slow, his sign-in or the time
// is over, or the server stops.
func (f *follower) follow(ctx context.Context, feed *app.Stream, ending <-chan struct{}, renew func() bool) {
	f.w.Header().Set("Content-Type", "text/event-stream")
	f.w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	beat, end, again := time.NewTicker(streamBeat), time.NewTimer(streamMost), time.NewTicker(streamRenew)
	defer beat.Stop()
	defer end.Stop()
	defer again.Stop()
	for ok := f.write("retry: 3000\n\n"); ok; {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-ending:
			return
		case <-feed.Full():
			f.event(app.StreamEvent{Type: "closed"})
			return
		case <-beat.C:
			ok = f.write(": \n\n")
		case <-again.C:
			ok = renew()
		case e := <-feed.Events():
			ok = f.event(e)
		}
	}
}

func (f *follower) event(e app.StreamEvent) bool {
	b, err := json.Marshal(e)
	if err != nil {
		return false
	}
	head := ""
	if e.Mark != "" {
		head = "id: " + e.Mark + "\n"
	}
	return f.write(head + "data: " + string(b) + "\n\n")
}

func (f *follower) write(text string) bool {
	_ = f.rc.SetWriteDeadline(time.Now().Add(streamSlow))
	if _, err := f.w.Write([]byte(text)); err != nil {
		return false
	}
	return f.rc.Flush() == nil
}
