package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
	"linqiao/domain"
)

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File    huma.FormFile `form:"file" required:"true"`
		Kind    string        `form:"kind" required:"true" maxLength:"32"`
		Program string        `form:"program" required:"false" maxLength:"64"`
		Record  string        `form:"record" required:"false" maxLength:"64"`
	}]
}

func (s *Server) planImport(ctx context.Context, who *app.Who, in *importIn) (*body[*app.ImportPlan], error) {
	defer func() { _ = in.RawBody.Form.RemoveAll() }()
	f := in.RawBody.Data()
	if !f.File.IsSet {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("file", "required", "label", "file")
	}
	return answer(s.app.Import(ctx, who, app.ImportAct{Kind: f.Kind, Program: f.Program, Record: f.Record, Name: f.File.Filename}, f.File))
}

func (s *Server) imports(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ImportPlan]], error) {
	return answer(s.app.Imports(ctx, who))
}

func (s *Server) importPlan(ctx context.Context, who *app.Who, in *ByID) (*body[*app.ImportPlan], error) {
	return answer(s.app.ImportPlan(ctx, who, in.ID))
}

type confirmIn struct {
	ByID
	Body *app.ConfirmAct
}

func (s *Server) confirmImport(ctx context.Context, who *app.Who, in *confirmIn) (*body[*app.ImportPlan], error) {
	act := app.ConfirmAct{}
	if in.Body != nil {
		act = *in.Body
	}
	return answer(s.app.ConfirmImport(ctx, who, in.ID, act))
}

func (s *Server) undoImport(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.UndoImport(ctx, who, in.ID)
}
