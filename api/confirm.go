package api

import (
	"context"

	"linqiao/app"
)

type confirmationIn struct {
	RecordPath
	Body app.HalfAct
}

// confirm takes the other side's half of a two-sided confirmation.
func (s *Server) confirm(ctx context.Context, who *app.Who, in *confirmationIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.Confirm(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}
