package api

import (
	"context"
	"io"

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

func (s *Server) startImport(ctx context.Context, who *app.Who, in *importIn) (*body[*app.ImportView], error) {
	defer func() { _ = in.RawBody.Form.RemoveAll() }()
	f := in.RawBody.Data()
	if !f.File.IsSet {
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("file", "required", "label", "file")
	}
	act := app.ImportAct{Kind: f.Kind, Program: f.Program, Record: f.Record, Name: f.File.Filename}
	return s.importAnswer(ctx)(s.app.Import(ctx, who, requestOf(ctx).once, act, f.File))
}

// importAnswer words the fault of a file as a refused request would be worded.
func (s *Server) importAnswer(ctx context.Context) func(*app.ImportView, error) (*body[*app.ImportView], error) {
	return func(v *app.ImportView, err error) (*body[*app.ImportView], error) {
		if v != nil {
			wordImport(ctx, v)
		}
		return answer(v, err)
	}
}

func wordImport(ctx context.Context, v *app.ImportView) {
	if f := v.Fault; f != nil {
		f.Title, f.Detail = catalogue(requestOf(ctx).lang).of(f.Code, f.Args)
	}
}

type importsIn struct {
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit"`
}

func (s *Server) imports(ctx context.Context, who *app.Who, in *importsIn) (*body[app.List[app.ImportView]], error) {
	l, err := s.app.Imports(ctx, who, in.Cursor, in.Limit)
	for i := range l.Items {
		wordImport(ctx, &l.Items[i])
	}
	return answer(l, err)
}

func (s *Server) importKinds(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ImportKind]], error) {
	return answer(s.app.ImportKinds(ctx, who))
}

type templateIn struct {
	Kind    string `query:"kind" required:"true" maxLength:"32"`
	Program string `query:"program" maxLength:"64"`
	Record  string `query:"record" maxLength:"64"`
}

func (s *Server) importTemplate(ctx context.Context, who *app.Who, in *templateIn) (*huma.StreamResponse, error) {
	return download("导入模板.xlsx", func(w io.Writer) error {
		_, err := s.app.ImportTemplate(ctx, who, app.ImportAct{Kind: in.Kind, Program: in.Program, Record: in.Record}, w)
		return err
	}), nil
}

func (s *Server) importView(ctx context.Context, who *app.Who, in *ByID) (*body[*app.ImportView], error) {
	return s.importAnswer(ctx)(s.app.ImportView(ctx, who, in.ID))
}

type importRowsIn struct {
	ByID
	State  string `query:"state" maxLength:"20"`
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit"`
}

func (s *Server) importRows(ctx context.Context, who *app.Who, in *importRowsIn) (*body[app.List[app.ImportRow]], error) {
	return answer(s.app.ImportRows(ctx, who, in.ID, in.State, in.Cursor, in.Limit))
}

type verdictIn struct {
	ByID
	State string `query:"state" maxLength:"20"`
}

func (s *Server) importVerdict(ctx context.Context, who *app.Who, in *verdictIn) (*huma.StreamResponse, error) {
	return download("检查结果.xlsx", func(w io.Writer) error {
		_, err := s.app.ImportVerdict(ctx, who, in.ID, in.State, w)
		return err
	}), nil
}

type importMapIn struct {
	ByID
	Body app.ImportMapAct
}

func (s *Server) mapImport(ctx context.Context, who *app.Who, in *importMapIn) (*body[*app.ImportView], error) {
	return s.importAnswer(ctx)(s.app.MapImport(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type confirmIn struct {
	ByID
	Body *app.ConfirmAct
}

func (s *Server) confirmImport(ctx context.Context, who *app.Who, in *confirmIn) (*body[*app.ImportView], error) {
	act := app.ConfirmAct{}
	if in.Body != nil {
		act = *in.Body
	}
	return s.importAnswer(ctx)(s.app.ConfirmImport(ctx, who, requestOf(ctx).once, in.ID, act))
}

func (s *Server) takeBackImport(ctx context.Context, who *app.Who, in *ByID) (*body[*app.ImportView], error) {
	return s.importAnswer(ctx)(s.app.TakeBackImport(ctx, who, requestOf(ctx).once, in.ID))
}
