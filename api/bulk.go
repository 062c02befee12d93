package api

import (
	"context"
	"strconv"

	"linqiao/app"
	"linqiao/domain"
)

type bulkIn struct {
	Body app.BulkAct
}

// jobAccepted answers a route that starts background work.
type jobAccepted struct {
	Status int
	Body   *app.JobView
}

func accepted(ctx context.Context, v *app.JobView, err error) (*jobAccepted, error) {
	if err != nil {
		return nil, err
	}
	sayJob(ctx, v)
	return &jobAccepted{202, v}, nil
}

func (s *Server) checkBulk(ctx context.Context, who *app.Who, in *bulkIn) (*jobAccepted, error) {
	v, err := s.app.CheckBulk(ctx, who, requestOf(ctx).once, in.Body)
	return accepted(ctx, v, err)
}

func (s *Server) confirmBulk(ctx context.Context, who *app.Who, in *ByID) (*jobAccepted, error) {
	v, err := s.app.ConfirmBulk(ctx, who, requestOf(ctx).once, in.ID)
	return accepted(ctx, v, err)
}

func (s *Server) undoBulk(ctx context.Context, who *app.Who, in *ByID) (*jobAccepted, error) {
	v, err := s.app.UndoBulk(ctx, who, requestOf(ctx).once, in.ID)
	return accepted(ctx, v, err)
}

type jobAreasIn struct {
	ByID
	Cursor string `query:"cursor" maxLength:"20"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) jobAreas(ctx context.Context, who *app.Who, in *jobAreasIn) (*body[app.List[app.JobArea]], error) {
	after, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	return answer(s.app.JobAreas(ctx, who, in.ID, after, in.Limit))
}

// placeOf reads a cursor that is a place in a list.
func placeOf(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil {
		return 0, domain.E(domain.KindInvalid, "cursor").With("cursor", "cursor")
	}
	return n, nil
}

type jobItemsIn struct {
	ByID
	State  string `query:"state" enum:"waiting,done,failed,undone,kept"`
	Cursor string `query:"cursor" maxLength:"20"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) jobItems(ctx context.Context, who *app.Who, in *jobItemsIn) (*body[app.List[app.JobItemView]], error) {
	after, err := placeOf(in.Cursor)
	if err != nil {
		return nil, err
	}
	l, err := s.app.JobItems(ctx, who, in.ID, in.State, after, in.Limit)
	for i := range l.Items {
		x := &l.Items[i]
		x.Title = sayRefusal(ctx, x.Type, x.Args)
	}
	return answer(l, err)
}

// sayRefusal words a refusal that was written down as code and arguments.
func sayRefusal(ctx context.Context, code string, args map[string]string) string {
	if code == "" {
		return ""
	}
	e := domain.E(domain.KindRefused, code)
	e.Args = args
	return problemOf(e, requestOf(ctx)).Title
}
