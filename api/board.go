package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type boardIn struct {
	Program string          `path:"p" maxLength:"64"`
	Record  string          `path:"record" maxLength:"64"`
	Region  domain.RegionID `query:"region" maxLength:"64"`
	Overdue bool            `query:"overdue"`
	Column  string          `query:"column" maxLength:"64"`
	Cursor  string          `query:"cursor" maxLength:"200"`
	Limit   int             `query:"limit" maximum:"200"`
}

type boardOut struct {
	Columns []app.BoardColumn `json:"columns"`
}

func (s *Server) board(ctx context.Context, who *app.Who, in *boardIn) (*body[boardOut], error) {
	cols, err := s.app.Board(ctx, who, in.Program, in.Record, app.BoardQuery{Region: in.Region, Overdue: in.Overdue, Column: in.Column, Cursor: in.Cursor, Limit: in.Limit})
	return answer(boardOut{cols}, err)
}
