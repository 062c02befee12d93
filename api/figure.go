package api

import (
	"context"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

type dashboardIn struct {
	Program string          `path:"p" maxLength:"64"`
	Period  string          `query:"period" maxLength:"24"`
	Region  domain.RegionID `query:"region" maxLength:"64"`
}

// Items is a list that has no pages.
type Items[T any] struct {
	Items []T `json:"items"`
}

func items[T any](list []T, err error) (*body[Items[T]], error) {
	if list == nil {
		list = []T{}
	}
	return answer(Items[T]{list}, err)
}

func (s *Server) dashboard(ctx context.Context, who *app.Who, in *dashboardIn) (*body[Items[app.StatView]], error) {
	return items(s.app.Dashboard(ctx, who, in.Program, in.Period, in.Region))
}

type statIn struct {
	ProgramPart
	Period string          `query:"period" maxLength:"24"`
	Region domain.RegionID `query:"region" maxLength:"64"`
	By     string          `query:"by" maxLength:"200" doc:"分组维度，逗号分开"`
	Where  string          `query:"where" maxLength:"400" doc:"维度:值，逗号分开"`
}

func (s *Server) stat(ctx context.Context, who *app.Who, in *statIn) (*body[*app.StatView], error) {
	return answer(s.app.Stat(ctx, who, in.Program, in.Key,
		app.StatQuery{Period: in.Period, Region: in.Region, By: commas(in.By), Where: commas(in.Where)}))
}

// commas splits a list written with commas.
func commas(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

type programKey struct {
	Program string `path:"p" maxLength:"64"`
}

func (s *Server) ledgers(ctx context.Context, who *app.Who, in *programKey) (*body[app.List[app.LedgerSummary]], error) {
	return answer(s.app.Ledgers(ctx, who, in.Program))
}

type ledgerIn struct {
	ProgramPart
	Period string `query:"period" maxLength:"24"`
}

func (s *Server) ledger(ctx context.Context, who *app.Who, in *ledgerIn) (*body[*app.LedgerView], error) {
	return answer(s.app.Ledger(ctx, who, in.Program, in.Key, in.Period))
}

type ledgerAct struct {
	ProgramPart
	Body struct {
		Period string `json:"period" maxLength:"24"`
	}
}

func (s *Server) freeze(ctx context.Context, who *app.Who, in *ledgerAct) (*body[*app.LedgerView], error) {
	return answer(s.app.Freeze(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.Period))
}

func (s *Server) signLedger(ctx context.Context, who *app.Who, in *ledgerAct) (*body[*app.LedgerView], error) {
	return answer(s.app.SignLedger(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.Period))
}

type balancesIn struct {
	ProgramPart
	Holder string `query:"holder" maxLength:"64"`
}

func (s *Server) balances(ctx context.Context, who *app.Who, in *balancesIn) (*body[app.List[app.BalanceView]], error) {
	return answer(s.app.Balances(ctx, who, in.Program, in.Key, in.Holder))
}

type issueIn struct {
	ProgramPart
	Body struct {
		Holder string `json:"holder" maxLength:"64"`
	}
}

func (s *Server) issueDocument(ctx context.Context, who *app.Who, in *issueIn) (*body[*app.DocumentRef], error) {
	return answer(s.app.IssueHours(ctx, who, requestOf(ctx).once, in.Program, in.Key, in.Body.Holder))
}
