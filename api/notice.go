package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type noticesIn struct {
	County domain.CountyCode `query:"county" maxLength:"12"`
}

func (s *Server) notices(ctx context.Context, _ *app.Who, in *noticesIn) (*body[Items[app.PublicNotice]], error) {
	return items(s.app.Notices(ctx, in.County))
}

func (s *Server) notice(ctx context.Context, _ *app.Who, in *ByID) (*body[*app.PublicNotice], error) {
	return answer(s.app.PublicNotice(ctx, in.ID))
}

type publishIn struct {
	ProgramPart
	Body struct {
		Target string `json:"target" maxLength:"64" doc:"台账期间，如 2026-11"`
	}
}

// Published names a publication.
type Published struct {
	ID string `json:"id"`
}

func (s *Server) publish(ctx context.Context, who *app.Who, in *publishIn) (*body[Published], error) {
	id, err := s.app.Publish(ctx, who, in.Program, in.Key, in.Body.Target)
	return answer(Published{id}, err)
}

type unpublishIn struct {
	ProgramPart
	ID string `query:"id" required:"true" maxLength:"64"`
}

func (s *Server) unpublish(ctx context.Context, who *app.Who, in *unpublishIn) (*none, error) {
	return nil, s.app.Unpublish(ctx, who, in.ID)
}

type serialIn struct {
	Serial string `path:"serial" maxLength:"64"`
}

func (s *Server) checkSerial(ctx context.Context, _ *app.Who, in *serialIn) (*body[*app.CheckView], error) {
	return answer(s.app.CheckSerial(ctx, in.Serial))
}
