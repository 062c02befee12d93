package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
	"linqiao/domain"
)

type mapIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File  huma.FormFile `form:"file" required:"true"`
		Datum string        `form:"datum" required:"false" maxLength:"8"`
	}]
}

func (s *Server) checkMap(ctx context.Context, who *app.Who, in *mapIn) (*body[*app.MapUpload], error) {
	defer func() { _ = in.RawBody.Form.RemoveAll() }()
	f := in.RawBody.Data()
	if !f.File.IsSet {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("file", "required", "label", "file")
	}
	return answer(s.app.CheckMap(ctx, who, requestOf(ctx).once, app.MapAct{Name: f.File.Filename, Datum: f.Datum}, f.File))
}

func (s *Server) maps(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.MapUpload]], error) {
	return answer(s.app.Maps(ctx, who))
}

func (s *Server) mapUpload(ctx context.Context, who *app.Who, in *ByID) (*body[*app.MapUpload], error) {
	return answer(s.app.Map(ctx, who, in.ID))
}

func (s *Server) confirmMap(ctx context.Context, who *app.Who, in *ByID) (*body[*app.MapUpload], error) {
	return answer(s.app.ConfirmMap(ctx, who, requestOf(ctx).once, in.ID))
}

func (s *Server) undoMap(ctx context.Context, who *app.Who, in *ByID) (*body[*app.MapUpload], error) {
	return answer(s.app.UndoMap(ctx, who, requestOf(ctx).once, in.ID))
}

type shapesIn struct {
	Level  domain.RegionLevel `query:"level" enum:"town,village,grid,circle" default:"town"`
	Region domain.RegionID    `query:"region" maxLength:"64"`
}

func (s *Server) shapes(ctx context.Context, who *app.Who, in *shapesIn) (*body[*app.ShapesView], error) {
	return answer(s.app.Shapes(ctx, who, in.Level, in.Region))
}

type mapPointsIn struct {
	Program string          `path:"p" maxLength:"64"`
	Region  domain.RegionID `query:"region" maxLength:"64"`
	Day     string          `query:"day" maxLength:"10"`
}

func (s *Server) mapUnits(ctx context.Context, who *app.Who, in *mapPointsIn) (*body[*app.UnitsView], error) {
	return answer(s.app.MapUnits(ctx, who, in.Program, in.Region))
}

func (s *Server) mapThings(ctx context.Context, who *app.Who, in *mapPointsIn) (*body[*app.ThingsView], error) {
	return answer(s.app.MapThings(ctx, who, in.Program, in.Region))
}

func (s *Server) mapVisits(ctx context.Context, who *app.Who, in *mapPointsIn) (*body[*app.VisitsView], error) {
	return answer(s.app.MapVisits(ctx, who, in.Program, in.Region, in.Day))
}

func (s *Server) screen(ctx context.Context, who *app.Who, in *programKey) (*body[*app.ScreenView], error) {
	return answer(s.app.Screen(ctx, who, in.Program))
}

type printIn struct{ Body app.PrintAct }

func (s *Server) print(ctx context.Context, who *app.Who, in *printIn) (*body[*app.PrintView], error) {
	return answer(s.app.Print(ctx, who, in.Body))
}
