package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

func (s *Server) keepers(ctx context.Context, who *app.Who, in *ProgramPart) (*body[*app.KeepersView], error) {
	return answer(s.app.Keepers(ctx, who, in.Program, in.Key))
}

type keeperIn struct {
	ProgramPart
	Body app.KeeperAct
}

func (s *Server) setKeeper(ctx context.Context, who *app.Who, in *keeperIn) (*body[*app.KeepersView], error) {
	return answer(s.app.SetKeeper(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body))
}

func (s *Server) windowBoard(ctx context.Context, who *app.Who, in *ProgramPart) (*body[*app.WindowBoard], error) {
	return answer(s.app.WindowBoard(ctx, who, in.Program, in.Key))
}

func (s *Server) window(ctx context.Context, who *app.Who, in *ByID) (*body[*app.WindowDetail], error) {
	return answer(s.app.Window(ctx, who, in.ID))
}

type windowRowsIn struct {
	ByID
	State  string          `query:"state" enum:"missing,done,urgent"`
	Region domain.RegionID `query:"region" maxLength:"64"`
	Paging
}

func (s *Server) windowRows(ctx context.Context, who *app.Who, in *windowRowsIn) (*body[app.List[app.WindowRow]], error) {
	return answer(s.app.WindowRows(ctx, who, in.ID, app.WindowQuery{State: in.State, Region: in.Region, Cursor: in.Cursor, Limit: in.Limit}))
}

func (s *Server) remindWindow(ctx context.Context, who *app.Who, in *ByID) (*body[*app.Reminded], error) {
	return answer(s.app.RemindWindow(ctx, who, requestOf(ctx).once, in.ID))
}

func (s *Server) checkIns(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.CheckIn]], error) {
	return answer(s.app.CheckIns(ctx, who))
}
