package api

import (
	"context"

	"linqiao/app"
)

func (s *Server) programs(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ProgramSummary]], error) {
	return answer(s.app.Programs(ctx, who))
}

// programVersion names a program, and a former version for records that began on it.
type programVersion struct {
	Program string `path:"p" maxLength:"64"`
	Version int    `query:"version" minimum:"0"`
}

// program answers with the program's own view type; package kernel/program says
// what is in it.
func (s *Server) program(ctx context.Context, who *app.Who, in *programVersion) (*body[any], error) {
	v, err := s.app.Program(ctx, who, in.Program, in.Version)
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

func (s *Server) versions(ctx context.Context, who *app.Who, in *programKey) (*body[Items[app.VersionView]], error) {
	return items(s.app.Versions(ctx, who, in.Program))
}

type diffIn struct {
	Program string `path:"p" maxLength:"64"`
	From    int    `query:"from" minimum:"0" doc:"0 或不写为现行版"`
	To      int    `query:"to" minimum:"0"`
}

func (s *Server) diff(ctx context.Context, who *app.Who, in *diffIn) (*body[Items[app.ProgramChange]], error) {
	return items(s.app.DiffVersions(ctx, who, in.Program, in.From, in.To))
}

type draftIn struct {
	Program string `path:"p" maxLength:"64"`
	Body    app.Draft
}

func (s *Server) simulate(ctx context.Context, who *app.Who, in *draftIn) (*body[*app.Trial], error) {
	return answer(s.app.TryDraft(ctx, who, in.Program, in.Body))
}
