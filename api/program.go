package api

import (
	"context"

	"linqiao/app"
)

func (s *Server) programs(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ProgramSummary]], error) {
	return answer(s.app.Programs(ctx, who))
}

// program answers with the program's own view type; package kernel/program says
// what is in it.
func (s *Server) program(ctx context.Context, who *app.Who, in *programKey) (*body[any], error) {
	v, err := s.app.Program(ctx, who, in.Program)
	if err != nil {
		return nil, err
	}
	return &body[any]{v}, nil
}

func (s *Server) stages(ctx context.Context, who *app.Who, in *programKey) (*body[*app.StageCounts], error) {
	return answer(s.app.Stages(ctx, who, in.Program))
}

func (s *Server) source(ctx context.Context, who *app.Who, in *programKey) (*body[*app.SourceView], error) {
	return answer(s.app.Source(ctx, who, in.Program))
}
