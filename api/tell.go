package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type notificationsIn struct {
	Unread bool   `query:"unread"`
	Kind   string `query:"kind" maxLength:"20"`
	Paging
}

func (s *Server) notifications(ctx context.Context, who *app.Who, in *notificationsIn) (*body[app.List[app.NotificationView]], error) {
	return answer(s.app.Notifications(ctx, who, app.NotificationQuery{Unread: in.Unread, Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit}))
}

func (s *Server) unread(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.UnreadView], error) {
	return answer(s.app.Unread(ctx, who))
}

func (s *Server) readNotification(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.ReadNotification(ctx, who, in.ID)
}

type readAllIn struct {
	Body struct {
		UpTo string `json:"up_to" maxLength:"64" doc:"屏幕上最新一条的编号"`
	}
}

func (s *Server) readNotifications(ctx context.Context, who *app.Who, in *readAllIn) (*none, error) {
	return nil, s.app.ReadAllNotifications(ctx, who, in.Body.UpTo)
}

func (s *Server) preferences(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.PreferenceView], error) {
	return answer(s.app.Preferences(ctx, who))
}

type preferencesIn struct{ Body app.PreferenceAct }

func (s *Server) setPreferences(ctx context.Context, who *app.Who, in *preferencesIn) (*body[*app.PreferenceView], error) {
	return answer(s.app.SetPreferences(ctx, who, requestOf(ctx).once, in.Body))
}

func (s *Server) channels(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.ChannelView]], error) {
	return answer(s.app.Channels(ctx, who))
}

type channelIn struct{ Body app.ChannelAct }

func (s *Server) createChannel(ctx context.Context, who *app.Who, in *channelIn) (*body[*app.ChannelView], error) {
	return answer(s.app.CreateChannel(ctx, who, requestOf(ctx).once, in.Body))
}

type channelPatchIn struct {
	ByID
	Body app.ChannelAct
}

func (s *Server) patchChannel(ctx context.Context, who *app.Who, in *channelPatchIn) (*body[*app.ChannelView], error) {
	if in.Body.Rev == 0 {
		return nil, domain.E(domain.KindInvalid, "rev_missing").With("rev", "required")
	}
	return answer(s.app.PatchChannel(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type channelTestIn struct {
	ByID
	Body struct {
		Phone string `json:"phone,omitempty" maxLength:"30" doc:"短信、电话渠道试发到的手机号"`
	}
}

func (s *Server) testChannel(ctx context.Context, who *app.Who, in *channelTestIn) (*body[*app.TestView], error) {
	return answer(s.app.TestChannel(ctx, who, requestOf(ctx).once, in.ID, in.Body.Phone))
}

type reportIn struct {
	ID        string `path:"id" maxLength:"80" doc:"县区代码-渠道编号"`
	Stamp     string `header:"X-Timestamp" maxLength:"20"`
	Signature string `header:"X-Signature" maxLength:"100"`
	RawBody   []byte
	Body      app.ReportAct
}

func (s *Server) report(ctx context.Context, _ *app.Who, in *reportIn) (*none, error) {
	return nil, s.app.Report(ctx, in.ID, in.Stamp, in.Signature, in.RawBody, in.Body)
}

type deliveriesIn struct {
	State   string           `query:"state" maxLength:"20"`
	Channel string           `query:"channel" maxLength:"20"`
	Way     string           `query:"way" maxLength:"64"`
	Account domain.AccountID `query:"account" maxLength:"64"`
	Record  domain.RecordID  `query:"record" maxLength:"64"`
	Paging
}

func (s *Server) deliveries(ctx context.Context, who *app.Who, in *deliveriesIn) (*body[app.List[app.DeliveryView]], error) {
	return answer(s.app.Deliveries(ctx, who, app.DeliveryQuery{State: in.State, Channel: in.Channel, Way: in.Way, Account: in.Account, Record: in.Record,
		Cursor: in.Cursor, Limit: in.Limit}))
}

func (s *Server) countDeliveries(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.DeliveryCounts], error) {
	return answer(s.app.CountDeliveries(ctx, who))
}

type replayIn struct{ Body app.ReplayAct }

func (s *Server) replay(ctx context.Context, who *app.Who, in *replayIn) (*body[*app.ReplayView], error) {
	return answer(s.app.Replay(ctx, who, requestOf(ctx).once, in.Body))
}
