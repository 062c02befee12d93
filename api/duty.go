package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

// ProgramPart is a program and one of its parts.
type ProgramPart struct {
	Program string `path:"p" maxLength:"64"`
	Key     string `path:"k" maxLength:"64"`
}

type rosterIn struct {
	ProgramPart
	Region domain.RegionID `query:"region" maxLength:"64"`
	Paging
}

func (s *Server) roster(ctx context.Context, who *app.Who, in *rosterIn) (*body[*app.RosterView], error) {
	return answer(s.app.Roster(ctx, who, app.RosterQuery{Program: in.Program, Roster: in.Key, Region: in.Region, Cursor: in.Cursor, Limit: in.Limit}))
}

type membersIn struct {
	ProgramPart
	Body struct {
		Parties []string `json:"parties" minItems:"1" maxItems:"5000"`
	}
}

func (s *Server) addMembers(ctx context.Context, who *app.Who, in *membersIn) (*none, error) {
	return nil, s.app.AddToRoster(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.Parties)
}

type memberIn struct {
	ProgramPart
	Party string `path:"party" maxLength:"64"`
}

func (s *Server) removeMember(ctx context.Context, who *app.Who, in *memberIn) (*none, error) {
	return nil, s.app.RemoveFromRoster(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Party)
}

func (s *Server) rounds(ctx context.Context, who *app.Who, in *ProgramPart) (*body[app.List[app.RoundView]], error) {
	return answer(s.app.Rounds(ctx, who, in.Program, in.Key))
}

type startRoundIn struct {
	ProgramPart
	Body struct {
		From   string          `json:"from" maxLength:"10"`
		To     string          `json:"to" maxLength:"10"`
		Region domain.RegionID `json:"region,omitempty" maxLength:"64"`
	}
}

func (s *Server) startRound(ctx context.Context, who *app.Who, in *startRoundIn) (*body[*app.RoundView], error) {
	return answer(s.app.StartRound(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.From, in.Body.To, in.Body.Region))
}

func (s *Server) round(ctx context.Context, who *app.Who, in *ByID) (*body[*app.RoundView], error) {
	return answer(s.app.Round(ctx, who, in.ID))
}

type roundItemsIn struct {
	ByID
	State  string          `query:"state" enum:"open,done,missed"`
	Region domain.RegionID `query:"region" maxLength:"64"`
	Org    domain.OrgID    `query:"org" maxLength:"64"`
	Nobody bool            `query:"nobody" doc:"只看未分派的"`
	Paging
}

func (s *Server) roundItems(ctx context.Context, who *app.Who, in *roundItemsIn) (*body[app.List[app.DutyItemView]], error) {
	return answer(s.app.RoundItems(ctx, who, in.ID,
		app.RoundQuery{State: in.State, Region: in.Region, Org: in.Org, Nobody: in.Nobody, Cursor: in.Cursor, Limit: in.Limit}))
}

type assignIn struct {
	ByID
	Body app.AssignAct
}

func (s *Server) assignItems(ctx context.Context, who *app.Who, in *assignIn) (*body[*app.RoundView], error) {
	return answer(s.app.AssignItems(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

func (s *Server) work(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.WorkView], error) {
	return answer(s.app.Work(ctx, who))
}
