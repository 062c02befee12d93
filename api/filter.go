package api

import (
	"context"

	"linqiao/app"
)

type filtersIn struct {
	List string `query:"list" maxLength:"130"`
}

func (s *Server) savedFilters(ctx context.Context, who *app.Who, in *filtersIn) (*body[app.List[app.SavedFilterView]], error) {
	return answer(s.app.SavedFilters(ctx, who, in.List))
}

type filterIn struct{ Body app.SavedFilterAct }

func (s *Server) saveFilter(ctx context.Context, who *app.Who, in *filterIn) (*body[*app.SavedFilterView], error) {
	return answer(s.app.SaveFilter(ctx, who, requestOf(ctx).once, in.Body))
}

func (s *Server) dropFilter(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.DropFilter(ctx, who, requestOf(ctx).once, in.ID)
}
