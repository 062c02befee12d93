package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

// BallotPath names a ballot of a record.
type BallotPath struct {
	RecordPath
	Ballot string `path:"ballot" maxLength:"64"`
}

type voteIn struct {
	BallotPath
	Body app.VoteAct
}

// vote keeps no copy of what was asked: the roll itself knows a repeated request.
func (s *Server) vote(ctx context.Context, who *app.Who, in *voteIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.Vote(ctx, who, requestOf(ctx).once.Key, in.ID, in.Ballot, in.Body))
}

type votersIn struct {
	BallotPath
	Q string `query:"q" maxLength:"100"`
}

func (s *Server) voters(ctx context.Context, who *app.Who, in *votersIn) (*body[app.List[app.Voter]], error) {
	return answer(s.app.Voters(ctx, who, in.ID, in.Ballot, in.Q))
}

type deskIn struct {
	BallotPath
	Body struct {
		Voter domain.PartyID `json:"voter" maxLength:"64"`
	}
}

func (s *Server) handOutPaper(ctx context.Context, who *app.Who, in *deskIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.HandOutPaper(ctx, who, requestOf(ctx).once, in.ID, in.Ballot, in.Body.Voter))
}

type papersIn struct {
	BallotPath
	Body app.PapersAct
}

func (s *Server) enterPapers(ctx context.Context, who *app.Who, in *papersIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.EnterPapers(ctx, who, requestOf(ctx).once, in.ID, in.Ballot, in.Body))
}

type signPapersIn struct{ BallotPath }

func (s *Server) signPapers(ctx context.Context, who *app.Who, in *signPapersIn) (*recordOut, error) {
	return s.recordAfter(ctx, who, in.ID, s.app.SignPapers(ctx, who, requestOf(ctx).once, in.ID, in.Ballot))
}
