package api

import (
	"context"

	"linqiao/app"
)

type searchIn struct {
	Q string `query:"q" maxLength:"100"`
}

func (s *Server) search(ctx context.Context, who *app.Who, in *searchIn) (*body[*app.SearchView], error) {
	return answer(s.app.Search(ctx, who, in.Q))
}
