package api

import (
	"context"

	"linqiao/app"
)

type extendIn struct {
	RecordPath
	Clock string `path:"clock" maxLength:"64"`
	Body  app.ExtendAct
}

func (s *Server) extendClock(ctx context.Context, who *app.Who, in *extendIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.ExtendClock(ctx, who, requestOf(ctx).once, in.ID, in.Clock, in.Body))
}
