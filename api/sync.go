package api

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
)

type syncIn struct {
	Cursor string `query:"cursor" maxLength:"400"`
	Coding string `header:"Accept-Encoding"`
}

// sync answers a page of what the phone keeps, compressed: views hold much of the same.
func (s *Server) sync(ctx context.Context, who *app.Who, in *syncIn) (*huma.StreamResponse, error) {
	v, err := s.app.Sync(ctx, who, in.Cursor)
	if err != nil {
		return nil, err
	}
	return packed(v, in.Coding), nil
}

func (s *Server) syncKeys(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[string]], error) {
	return answer(s.app.SyncKeys(ctx, who))
}

// packed writes JSON, gzipped when the client can read that.
func packed(v any, coding string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		_, w := humago.Unwrap(c)
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Cache-Control", "no-store")
		h.Set("Vary", "Accept-Encoding, Cookie")
		if !strings.Contains(coding, "gzip") {
			_ = json.NewEncoder(w).Encode(v)
			return
		}
		h.Set("Content-Encoding", "gzip")
		z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		_ = json.NewEncoder(z).Encode(v)
		_ = z.Close()
	}}
}
