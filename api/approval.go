package api

import (
	"context"

	"linqiao/app"
)

func (s *Server) powers(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.PowersView], error) {
	return answer(s.app.Powers(ctx, who))
}

type powersIn struct{ Body app.PowersAct }

func (s *Server) setPowers(ctx context.Context, who *app.Who, in *powersIn) (*body[*app.PowersView], error) {
	return answer(s.app.SetPowers(ctx, who, requestOf(ctx).once, in.Body))
}

type approvalsIn struct {
	State string `query:"state" enum:"open" doc:"只看待批准的"`
	Paging
}

func (s *Server) approvals(ctx context.Context, who *app.Who, in *approvalsIn) (*body[app.List[app.ApprovalView]], error) {
	return answer(s.app.Approvals(ctx, who, app.ApprovalQuery{Open: in.State == "open", Cursor: in.Cursor, Limit: in.Limit}))
}

type ApprovalPath struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) approval(ctx context.Context, who *app.Who, in *ApprovalPath) (*body[*app.ApprovalView], error) {
	return answer(s.app.Approval(ctx, who, in.ID))
}

type proposeIn struct{ Body app.ApprovalAct }

func (s *Server) propose(ctx context.Context, who *app.Who, in *proposeIn) (*body[*app.ApprovalView], error) {
	return answer(s.app.Propose(ctx, who, requestOf(ctx).once, in.Body))
}

type approvalDecisionIn struct {
	ApprovalPath
	Body app.ApprovalDecision
}

func (s *Server) approve(ctx context.Context, who *app.Who, in *approvalDecisionIn) (*body[*app.ApprovalView], error) {
	return answer(s.app.Approve(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

func (s *Server) refuse(ctx context.Context, who *app.Who, in *approvalDecisionIn) (*body[*app.ApprovalView], error) {
	return answer(s.app.Refuse(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

func (s *Server) withdrawApproval(ctx context.Context, who *app.Who, in *ApprovalPath) (*none, error) {
	return nil, s.app.WithdrawApproval(ctx, who, requestOf(ctx).once, in.ID)
}
