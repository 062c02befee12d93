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

type notificationsIn struct {
	Unread bool `query:"unread"`
	Paging
}

func (s *Server) notifications(ctx context.Context, who *app.Who, in *notificationsIn) (*body[app.List[app.NotificationView]], error) {
	return answer(s.app.Notifications(ctx, who, in.Unread, in.Cursor, in.Limit))
}

func (s *Server) readNotification(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.ReadNotification(ctx, who, in.ID)
}
