package api

import (
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
)

type cellIn struct {
	ProgramPart
	Stat   string `path:"stat" maxLength:"64"`
	Period string `query:"period" maxLength:"24"`
	Row    string `query:"row" maxLength:"64" doc:"行（区域）；不填为合计"`
	Part   int    `query:"part" minimum:"0" maximum:"1" doc:"比率的分子（0）或分母（1）"`
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" maximum:"200"`
}

func (s *Server) ledgerCell(ctx context.Context, who *app.Who, in *cellIn) (*body[*app.CellView], error) {
	return answer(s.app.LedgerCell(ctx, who, in.Program, in.Key, in.Stat,
		app.CellQuery{Period: in.Period, Row: in.Row, Part: in.Part, Cursor: in.Cursor, Limit: in.Limit}))
}

type statementIn struct {
	ProgramPart
	Holder string `query:"holder" maxLength:"64"`
	From   string `query:"from" maxLength:"10"`
	Until  string `query:"until" maxLength:"10"`
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" maximum:"200"`
}

func (in *statementIn) query() app.StatementQuery {
	return app.StatementQuery{Holder: in.Holder, From: in.From, Until: in.Until, Cursor: in.Cursor, Limit: in.Limit}
}

func (s *Server) statement(ctx context.Context, who *app.Who, in *statementIn) (*body[*app.StatementView], error) {
	return answer(s.app.Statement(ctx, who, in.Program, in.Key, in.query()))
}

func (s *Server) exportStatement(ctx context.Context, who *app.Who, in *statementIn) (*huma.StreamResponse, error) {
	return download(in.Key+".xlsx", func(w io.Writer) error {
		return s.app.ExportStatement(ctx, who, in.Program, in.Key, in.query(), w)
	}), nil
}

type holdingsIn struct {
	Holder string `query:"holder" maxLength:"64"`
}

func (s *Server) holdings(ctx context.Context, who *app.Who, in *holdingsIn) (*body[app.List[app.HoldingView]], error) {
	return answer(s.app.Holdings(ctx, who, in.Holder))
}
