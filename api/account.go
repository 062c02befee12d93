package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

type accountsIn struct {
	Q     string       `query:"q" maxLength:"60" doc:"姓名、账号的一部分，或完整手机号"`
	Org   domain.OrgID `query:"org" maxLength:"64"`
	State string       `query:"state" enum:"active,locked,unused"`
	Paging
}

func (s *Server) accounts(ctx context.Context, who *app.Who, in *accountsIn) (*body[app.List[app.AccountView]], error) {
	return answer(s.app.Accounts(ctx, who, app.AccountQuery{Q: in.Q, Org: in.Org, State: in.State, Cursor: in.Cursor, Limit: in.Limit}))
}

type accountEditIn struct {
	AccountPath
	IfMatch
	Body app.AccountEdit
}

func (s *Server) editAccount(ctx context.Context, who *app.Who, in *accountEditIn) (*body[*app.AccountView], error) {
	rev, err := in.seen(in.Body.Rev)
	if err != nil {
		return nil, err
	}
	in.Body.Rev = rev
	return answer(s.app.EditAccount(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type AccountPath struct {
	ID domain.AccountID `path:"id" maxLength:"64"`
}

func (s *Server) account(ctx context.Context, who *app.Who, in *AccountPath) (*body[*app.AccountView], error) {
	return answer(s.app.Account(ctx, who, in.ID))
}

type accountCreateIn struct{ Body app.AccountAct }

func (s *Server) createAccount(ctx context.Context, who *app.Who, in *accountCreateIn) (*body[*app.AccountView], error) {
	return answer(s.app.CreateAccount(ctx, who, requestOf(ctx).once, in.Body))
}

type membershipIn struct {
	AccountPath
	Body app.MembershipAct
}

func (s *Server) addMembership(ctx context.Context, who *app.Who, in *membershipIn) (*body[*app.AccountView], error) {
	return answer(s.app.AddMembership(ctx, who, requestOf(ctx).once, in.ID, in.Body))
}

type membershipID struct {
	AccountPath
	Membership string `path:"m" maxLength:"64"`
}

func (s *Server) dropMembership(ctx context.Context, who *app.Who, in *membershipID) (*none, error) {
	return nil, s.app.DropMembership(ctx, who, requestOf(ctx).once, in.ID, in.Membership)
}

func (s *Server) lockAccount(ctx context.Context, who *app.Who, in *AccountPath) (*none, error) {
	return nil, s.app.LockAccount(ctx, who, in.ID)
}

func (s *Server) unlockAccount(ctx context.Context, who *app.Who, in *AccountPath) (*none, error) {
	return nil, s.app.UnlockAccount(ctx, who, in.ID)
}

// NewPassword is said once.
type NewPassword struct {
	Password string `json:"password"`
}

func (s *Server) resetPassword(ctx context.Context, who *app.Who, in *AccountPath) (*body[NewPassword], error) {
	p, err := s.app.ResetPassword(ctx, who, in.ID)
	return answer(NewPassword{p}, err)
}

type staffIn struct {
	Q string `query:"q" maxLength:"50"`
}

func (s *Server) staff(ctx context.Context, who *app.Who, in *staffIn) (*body[app.List[app.StaffView]], error) {
	return answer(s.app.Staff(ctx, who, in.Q))
}
