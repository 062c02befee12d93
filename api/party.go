package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type partiesIn struct {
	Kind   domain.PartyKind `query:"kind" maxLength:"20"`
	Q      string           `query:"q" maxLength:"100"`
	Region domain.RegionID  `query:"region" maxLength:"64"`
	Tag    string           `query:"tag" maxLength:"64"`
	Paging
}

func (s *Server) parties(ctx context.Context, who *app.Who, in *partiesIn) (*body[app.List[app.PartySummary]], error) {
	return answer(s.app.Parties(ctx, who, app.PartyQuery{Kind: in.Kind, Q: in.Q, Region: in.Region, Tag: in.Tag, Cursor: in.Cursor, Limit: in.Limit}))
}

type PartyPath struct {
	ID domain.PartyID `path:"id" maxLength:"64"`
}

type partyOut struct {
	ETag string `header:"ETag"`
	Body *app.PartyView
}

func partyAnswer(v *app.PartyView, err error) (*partyOut, error) {
	if err != nil {
		return nil, err
	}
	return &partyOut{etag(v.Rev), v}, nil
}

func (s *Server) party(ctx context.Context, who *app.Who, in *PartyPath) (*partyOut, error) {
	return partyAnswer(s.app.Party(ctx, who, in.ID))
}

type partyCreateIn struct{ Body app.PartyAct }

func (s *Server) createParty(ctx context.Context, who *app.Who, in *partyCreateIn) (*partyOut, error) {
	return partyAnswer(s.app.CreateParty(ctx, who, requestOf(ctx).once, in.Body))
}

type partyPatchIn struct {
	PartyPath
	IfMatch
	Body app.PartyAct
}

func (s *Server) patchParty(ctx context.Context, who *app.Who, in *partyPatchIn) (*partyOut, error) {
	rev, err := in.seen(in.Body.Rev)
	if err != nil {
		return nil, err
	}
	in.Body.Rev = rev
	return partyAnswer(s.app.PatchParty(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type revealIn struct {
	PartyPath
	Body app.RevealAct
}

// Revealed is one value shown for a stated purpose.
type Revealed struct {
	Value any `json:"value"`
}

func (s *Server) reveal(ctx context.Context, who *app.Who, in *revealIn) (*body[Revealed], error) {
	v, err := s.app.Reveal(ctx, who, in.ID, in.Body)
	return answer(Revealed{v}, err)
}

type ConsentPath struct {
	PartyPath
	Program string `path:"program" maxLength:"64"`
	Consent string `path:"consent" maxLength:"64"`
}

type giveConsentIn struct {
	ConsentPath
	Body app.ConsentAct
}

func (s *Server) giveConsent(ctx context.Context, who *app.Who, in *giveConsentIn) (*none, error) {
	return nil, s.app.GiveConsent(ctx, who, requestOf(ctx).once, in.ID, in.Program, in.Consent, in.Body)
}

func (s *Server) withdrawConsent(ctx context.Context, who *app.Who, in *ConsentPath) (*none, error) {
	return nil, s.app.WithdrawConsent(ctx, who, requestOf(ctx).once, in.ID, in.Program, in.Consent)
}

type partyFormIn struct {
	PartyPath
	Program string `path:"program" maxLength:"64"`
	Form    string `path:"form" maxLength:"64"`
	Body    formBody
}

func (s *Server) fillPartyForm(ctx context.Context, who *app.Who, in *partyFormIn) (*body[*app.FormResult], error) {
	return answer(s.app.FillPartyForm(ctx, who, requestOf(ctx).once, in.ID, in.Program, in.Form, in.Body.Answers, in.Body.At))
}

type relationIn struct {
	PartyPath
	Body app.RelationAct
}

func (s *Server) addRelation(ctx context.Context, who *app.Who, in *relationIn) (*none, error) {
	return nil, s.app.AddRelation(ctx, who, requestOf(ctx).once, in.ID, in.Body)
}

type partyLifeIn struct {
	PartyPath
	Paging
}

func (s *Server) partyEvents(ctx context.Context, who *app.Who, in *partyLifeIn) (*body[app.List[app.TimelineEntry]], error) {
	return answer(s.app.PartyEvents(ctx, who, in.ID, in.Cursor, in.Limit))
}

func (s *Server) partyTasks(ctx context.Context, who *app.Who, in *PartyPath) (*body[app.List[app.DutyItemView]], error) {
	return answer(s.app.PartyTasks(ctx, who, in.ID))
}

func (s *Server) partyFiles(ctx context.Context, who *app.Who, in *PartyPath) (*body[app.List[app.FileView]], error) {
	return answer(s.app.PartyFiles(ctx, who, in.ID))
}

func (s *Server) accessLog(ctx context.Context, who *app.Who, in *partyLifeIn) (*body[app.List[app.AccessEntry]], error) {
	return answer(s.app.AccessLog(ctx, who, in.ID, in.Cursor, in.Limit))
}
