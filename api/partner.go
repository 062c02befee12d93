package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"linqiao/app"
	"linqiao/exchange"
)

// PartnerHead is a signed request: what its request carries beside the body.
type PartnerHead struct {
	ID            string `path:"id" maxLength:"80" doc:"县区代码-对接编号"`
	Authorization string `header:"Authorization" maxLength:"200"`
	Stamp         string `header:"X-Timestamp" maxLength:"20" doc:"Unix 秒，前后五分钟内有效"`
	Signature     string `header:"X-Signature" maxLength:"100" doc:"v1=十六进制 HMAC-SHA256(密钥后半, 时间\\n方法\\n路径和查询\\n正文)"`
}

func (h *PartnerHead) signed(ctx context.Context, method, suffix string, body []byte) *app.Signed {
	access, _ := strings.CutPrefix(h.Authorization, "Bearer ")
	return &app.Signed{Address: h.ID, Access: access, Stamp: h.Stamp, Signature: h.Signature, Method: method,
		Target: apiRoot + "/exchange/" + h.ID + "/events" + suffix, Body: body, From: requestOf(ctx).client}
}

type eventIn struct {
	PartnerHead
	RawBody []byte `contentType:"application/cloudevents+json"`
}

func (s *Server) receiveEvent(ctx context.Context, _ *app.Who, in *eventIn) (*body[*exchange.Receipt], error) {
	return answer(s.app.ReceiveEvent(ctx, in.signed(ctx, http.MethodPost, "", in.RawBody)))
}

type feedIn struct {
	PartnerHead
	After int64 `query:"after" required:"true" minimum:"0" doc:"上次答复里的 next；第一次是 0"`
}

func (s *Server) feed(ctx context.Context, _ *app.Who, in *feedIn) (*body[*exchange.Page], error) {
	return answer(s.app.Feed(ctx, in.signed(ctx, http.MethodGet, "?after="+strconv.FormatInt(in.After, 10), nil), in.After))
}

func (s *Server) partners(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.PartnerList], error) {
	return answer(s.app.Partners(ctx, who))
}

type partnerIn struct{ Body app.PartnerAct }

func (s *Server) createPartner(ctx context.Context, who *app.Who, in *partnerIn) (*body[*app.PartnerView], error) {
	return answer(s.app.CreatePartner(ctx, who, requestOf(ctx).once, in.Body))
}

type partnerPatchIn struct {
	ByID
	Body app.PartnerAct
}

func (s *Server) patchPartner(ctx context.Context, who *app.Who, in *partnerPatchIn) (*body[*app.PartnerView], error) {
	return answer(s.app.PatchPartner(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

func (s *Server) newPartnerKey(ctx context.Context, who *app.Who, in *ByID) (*body[*app.PartnerView], error) {
	return answer(s.app.NewPartnerKey(ctx, who, in.ID))
}

func (s *Server) revokePartnerKey(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.RevokePartnerKey(ctx, who, in.ID)
}

type partnerItemsIn struct {
	ByID
	State string `query:"state" required:"true" enum:"queued,sent,dead,held,taken,dropped"`
	Paging
}

func (s *Server) partnerItems(ctx context.Context, who *app.Who, in *partnerItemsIn) (*body[app.List[app.PartnerItemView]], error) {
	return answer(s.app.PartnerItems(ctx, who, in.ID, app.PartnerItemQuery{State: in.State, Cursor: in.Cursor, Limit: in.Limit}))
}

type partnerRedoIn struct {
	ByID
	Body app.PartnerRedo
}

func (s *Server) redoPartner(ctx context.Context, who *app.Who, in *partnerRedoIn) (*body[*app.PartnerRedone], error) {
	return answer(s.app.RedoPartner(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type conflictsIn struct {
	P      string `path:"p" maxLength:"80"`
	Cursor string `query:"cursor" maxLength:"200"`
}

func (s *Server) conflicts(ctx context.Context, who *app.Who, in *conflictsIn) (*body[app.List[app.ConflictView]], error) {
	return answer(s.app.Conflicts(ctx, who, in.P, in.Cursor))
}

type conflictIn struct {
	ByID
	Body struct {
		Pick string `json:"pick" enum:"ours,theirs"`
		Rev  int64  `json:"rev"`
	}
}

func (s *Server) decideConflict(ctx context.Context, who *app.Who, in *conflictIn) (*none, error) {
	return nil, s.app.DecideConflict(ctx, who, requestOf(ctx).once, in.ID, in.Body.Pick, in.Body.Rev)
}
