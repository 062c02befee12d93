package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type regionsIn struct {
	Parent domain.RegionID    `query:"parent" maxLength:"64"`
	Level  domain.RegionLevel `query:"level" maxLength:"20"`
	All    bool               `query:"all" doc:"也列出已撤销的"`
	Paging
}

func (s *Server) regions(ctx context.Context, who *app.Who, in *regionsIn) (*body[app.List[app.RegionView]], error) {
	return answer(s.app.Regions(ctx, who, app.RegionQuery{Parent: in.Parent, Level: in.Level, All: in.All, Cursor: in.Cursor, Limit: in.Limit}))
}

type RegionPath struct {
	ID domain.RegionID `path:"id" maxLength:"64"`
}

func (s *Server) region(ctx context.Context, who *app.Who, in *RegionPath) (*body[*app.RegionView], error) {
	return answer(s.app.Region(ctx, who, in.ID))
}

type regionCreateIn struct{ Body app.RegionAct }

func (s *Server) createRegion(ctx context.Context, who *app.Who, in *regionCreateIn) (*body[*app.RegionView], error) {
	return answer(s.app.CreateRegion(ctx, who, requestOf(ctx).once, in.Body))
}

type regionPatchIn struct {
	RegionPath
	IfMatch
	Body app.RegionAct
}

func (s *Server) patchRegion(ctx context.Context, who *app.Who, in *regionPatchIn) (*body[*app.RegionView], error) {
	rev, err := in.seen(in.Body.Rev)
	if err != nil {
		return nil, err
	}
	in.Body.Rev = rev
	return answer(s.app.PatchRegion(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type orgsIn struct {
	Kind   string          `query:"kind" maxLength:"200" doc:"多个用逗号分开"`
	Q      string          `query:"q" maxLength:"100"`
	Region domain.RegionID `query:"region" maxLength:"64"`
	All    bool            `query:"all" doc:"也列出已停用的"`
	Paging
}

func (s *Server) orgs(ctx context.Context, who *app.Who, in *orgsIn) (*body[app.List[app.OrgView]], error) {
	return answer(s.app.Orgs(ctx, who, app.OrgQuery{Kind: in.Kind, Q: in.Q, Region: in.Region, All: in.All, Cursor: in.Cursor, Limit: in.Limit}))
}

type OrgPath struct {
	ID domain.OrgID `path:"id" maxLength:"64"`
}

func (s *Server) org(ctx context.Context, who *app.Who, in *OrgPath) (*body[*app.OrgView], error) {
	return answer(s.app.Org(ctx, who, in.ID))
}

type orgCreateIn struct{ Body app.OrgAct }

func (s *Server) createOrg(ctx context.Context, who *app.Who, in *orgCreateIn) (*body[*app.OrgView], error) {
	return answer(s.app.CreateOrg(ctx, who, requestOf(ctx).once, in.Body))
}

type orgPatchIn struct {
	OrgPath
	IfMatch
	Body app.OrgAct
}

func (s *Server) patchOrg(ctx context.Context, who *app.Who, in *orgPatchIn) (*body[*app.OrgView], error) {
	rev, err := in.seen(in.Body.Rev)
	if err != nil {
		return nil, err
	}
	in.Body.Rev = rev
	return answer(s.app.PatchOrg(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}
