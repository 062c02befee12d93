package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type noticesIn struct {
	County domain.CountyCode `query:"county" maxLength:"12"`
}

func (s *Server) notices(ctx context.Context, _ *app.Who, in *noticesIn) (*body[Items[app.PublicNotice]], error) {
	return items(s.app.Notices(ctx, in.County))
}

type noticeIn struct {
	ByID
	Page int `query:"page" minimum:"1" maximum:"1000" default:"1" doc:"表格的第几页"`
}

func (s *Server) notice(ctx context.Context, _ *app.Who, in *noticeIn) (*body[*app.PublicNotice], error) {
	return answer(s.app.PublicNotice(ctx, in.ID, in.Page))
}

func (s *Server) noticeFor(ctx context.Context, who *app.Who, in *noticeIn) (*body[*app.PublicNotice], error) {
	return answer(s.app.NoticeFor(ctx, who, in.ID, in.Page))
}

func (s *Server) myNotices(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.PublicNotice]], error) {
	return answer(s.app.MyNotices(ctx, who))
}

type programNoticesIn struct {
	Program string `path:"p" maxLength:"64"`
}

func (s *Server) programNotices(ctx context.Context, who *app.Who, in *programNoticesIn) (*body[*app.NoticeList], error) {
	return answer(s.app.ProgramNotices(ctx, who, in.Program))
}

type previewIn struct {
	ProgramPart
	Target string `query:"target" maxLength:"64" doc:"台账期间、记录或文书；公布整份名单时不填"`
}

func (s *Server) noticePreview(ctx context.Context, who *app.Who, in *previewIn) (*body[*app.PublicTable], error) {
	return answer(s.app.NoticePreview(ctx, who, in.Program, in.Key, in.Target))
}

type publishIn struct {
	ProgramPart
	Body struct {
		Target string `json:"target,omitempty" maxLength:"64" doc:"台账期间（如 2026-11）、记录或文书；公布整份名单时不填"`
	}
}

func (s *Server) publish(ctx context.Context, who *app.Who, in *publishIn) (*body[*app.Published], error) {
	return answer(s.app.Publish(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.Target))
}

type unpublishIn struct {
	ProgramPart
	ID string `query:"id" required:"true" maxLength:"64"`
}

func (s *Server) unpublish(ctx context.Context, who *app.Who, in *unpublishIn) (*none, error) {
	return nil, s.app.Unpublish(ctx, who, requestOf(ctx).once, in.ID)
}

type serialIn struct {
	Serial string `path:"serial" maxLength:"64"`
}

func (s *Server) checkSerial(ctx context.Context, _ *app.Who, in *serialIn) (*body[*app.CheckView], error) {
	return answer(s.app.CheckSerial(ctx, requestOf(ctx).client.Address, in.Serial))
}
