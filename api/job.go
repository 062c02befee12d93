package api

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
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
		sayJob(ctx, &l.Items[i])
	}
	return answer(l, err)
}

// sayJob puts words to why a job failed and why parts of it were refused.
func sayJob(ctx context.Context, v *app.JobView) {
	if v.Fault != nil {
		v.Fault.Title = sayRefusal(ctx, v.Fault.Type, nil)
	}
	reasons, _ := v.Result["reasons"].([]any)
	said := make([]any, 0, len(reasons))
	for _, x := range reasons {
		r, _ := x.(map[string]any)
		code, _ := r["type"].(string)
		args := map[string]string{}
		given, _ := r["args"].(map[string]any)
		for k, a := range given {
			args[k], _ = a.(string)
		}
		said = append(said, map[string]any{"type": code, "title": sayRefusal(ctx, code, args), "count": r["count"]})
	}
	if reasons != nil {
		v.Result["reasons"] = said
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
		sayJob(ctx, v)
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
