package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
	"linqiao/domain"
)

type jobsIn struct {
	Kind string `query:"kind" maxLength:"200" doc:"several with commas"`
	Paging
}

func (s *Server) jobs(ctx context.Context, who *app.Who, in *jobsIn) (*body[app.List[app.JobView]], error) {
	var kinds []string
	if in.Kind != "" {
		kinds = strings.Split(in.Kind, ",")
	}
	l, err := s.app.Jobs(ctx, who, kinds, in.Cursor, in.Limit)
	for i := range l.Items {
		sayFault(ctx, &l.Items[i])
	}
	return answer(l, err)
}

// sayFault words why a job failed, in the reader's language.
func sayFault(ctx context.Context, v *app.JobView) {
	if v.Fault != nil {
		v.Fault.Title = problemOf(domain.E(domain.KindRefused, v.Fault.Type), requestOf(ctx)).Title
	}
}

func (s *Server) job(ctx context.Context, who *app.Who, in *ByID) (*body[*app.JobView], error) {
	v, err := s.app.Job(ctx, who, in.ID)
	return jobAnswer(ctx, v, err)
}

func (s *Server) cancelJob(ctx context.Context, who *app.Who, in *ByID) (*body[*app.JobView], error) {
	v, err := s.app.CancelJob(ctx, who, in.ID)
	return jobAnswer(ctx, v, err)
}

func jobAnswer(ctx context.Context, v *app.JobView, err error) (*body[*app.JobView], error) {
	if err == nil {
		sayFault(ctx, v)
	}
	return answer(v, err)
}

func (s *Server) jobFile(ctx context.Context, who *app.Who, in *ByID) (*huma.StreamResponse, error) {
	v, file, err := s.app.OpenJobFile(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer file.Close()
		_, w := humago.Unwrap(c)
		w.Header().Set("Cache-Control", "no-store")
		sendFile(w, &app.AttachmentView{Name: v.Name, MIME: fileType(v.Name), Size: v.Size}, file)
	}}, nil
}

func fileType(name string) string {
	if strings.HasSuffix(name, ".csv") {
		return "text/csv; charset=utf-8"
	}
	return xlsxType
}
