package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

func (s *Server) consentEffects(ctx context.Context, who *app.Who, in *ConsentPath) (*body[*app.ConsentStops], error) {
	return answer(s.app.ConsentEffects(ctx, who, in.ID, in.Program, in.Consent))
}

type takeGroundIn struct {
	PartyPath
	Program string `path:"program" maxLength:"64"`
	Ground  string `path:"ground" maxLength:"64"`
	Body    app.GroundAct
}

func (s *Server) takeGround(ctx context.Context, who *app.Who, in *takeGroundIn) (*none, error) {
	return nil, s.app.TakeGround(ctx, who, requestOf(ctx).once, in.ID, in.Program, in.Ground, in.Body)
}

type breakGlassIn struct {
	PartyPath
	Program string `path:"program" maxLength:"64"`
	Body    app.GroundAct
}

func (s *Server) breakGlass(ctx context.Context, who *app.Who, in *breakGlassIn) (*none, error) {
	return nil, s.app.BreakGlass(ctx, who, requestOf(ctx).once, in.ID, in.Program, in.Body)
}

type groundsIn struct {
	Party   domain.PartyID `query:"party" maxLength:"64"`
	Waiting bool           `query:"waiting"`
}

func (s *Server) grounds(ctx context.Context, who *app.Who, in *groundsIn) (*body[app.List[*app.GroundView]], error) {
	return answer(s.app.Grounds(ctx, who, app.GroundQuery{Party: in.Party, Waiting: in.Waiting}))
}

type decideGroundIn struct {
	ID   string `path:"id" maxLength:"64"`
	Body app.GroundDecision
}

func (s *Server) decideGround(ctx context.Context, who *app.Who, in *decideGroundIn) (*none, error) {
	return nil, s.app.DecideGround(ctx, who, requestOf(ctx).once, in.ID, in.Body)
}
