package api

import (
	"context"

	"linqiao/app"
	"linqiao/domain"
)

func (s *Server) signInWays(context.Context, *app.Who, *struct{}) (*body[*app.SignInWays], error) {
	return answer(s.app.Ways(), nil)
}

// countyIn names the county where a server has several.
type countyIn struct {
	Body struct {
		County domain.CountyCode `json:"county,omitempty" maxLength:"12"`
	}
}

func (s *Server) askSignIn(ctx context.Context, _ *app.Who, in *countyIn) (*body[*app.PasskeyAsk], error) {
	return answer(s.app.AskSignIn(ctx, in.Body.County))
}

type passkeyIn struct{ Body app.PasskeyAnswer }

func (s *Server) signInPasskey(ctx context.Context, _ *app.Who, in *passkeyIn) (*sessionOut, error) {
	v, err := s.app.SignInPasskey(ctx, in.Body, requestOf(ctx).client)
	return s.signedIn(ctx, v, err)
}

func (s *Server) askPasskey(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.PasskeyAsk], error) {
	return answer(s.app.AskPasskey(ctx, who))
}

type proofIn struct{ Body app.Proof }

func (s *Server) secondStep(ctx context.Context, who *app.Who, in *proofIn) (*sessionOut, error) {
	v, err := s.app.SecondStep(ctx, who, in.Body, requestOf(ctx).client)
	return s.signedIn(ctx, v, err)
}

func (s *Server) stepUp(ctx context.Context, who *app.Who, in *proofIn) (*none, error) {
	return nil, s.app.StepUp(ctx, who, in.Body, requestOf(ctx).client)
}

func (s *Server) factors(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.FactorsView], error) {
	return answer(s.app.Factors(ctx, who))
}

func (s *Server) beginTOTP(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.TOTPView], error) {
	return answer(s.app.BeginTOTP(ctx, who))
}

type totpIn struct {
	ByID
	Body app.TOTPAct
}

// enrolledOut carries a new cookie where the sign-in was waiting for this factor.
type enrolledOut struct {
	SetCookie []string `header:"Set-Cookie"`
	Body      *app.EnrolledView
}

func (s *Server) enrolled(ctx context.Context, v *app.EnrolledView, err error) (*enrolledOut, error) {
	if err != nil {
		return nil, err
	}
	out := &enrolledOut{Body: v}
	if v.Session != nil {
		c := cookie(ctx, v.Session.Token)
		out.SetCookie = []string{c.String()}
	}
	return out, nil
}

func (s *Server) finishTOTP(ctx context.Context, who *app.Who, in *totpIn) (*enrolledOut, error) {
	v, err := s.app.FinishTOTP(ctx, who, in.ID, in.Body, requestOf(ctx).client)
	return s.enrolled(ctx, v, err)
}

func (s *Server) beginPasskey(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.PasskeyAsk], error) {
	return answer(s.app.BeginPasskey(ctx, who))
}

func (s *Server) finishPasskey(ctx context.Context, who *app.Who, in *passkeyIn) (*enrolledOut, error) {
	v, err := s.app.FinishPasskey(ctx, who, in.Body, requestOf(ctx).client)
	return s.enrolled(ctx, v, err)
}

func (s *Server) dropFactor(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.DropFactor(ctx, who, in.ID)
}

func (s *Server) newRecoveryCodes(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.RecoveryView], error) {
	return answer(s.app.NewRecoveryCodes(ctx, who))
}

func (s *Server) signInRules(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.SignInRules], error) {
	return answer(s.app.SignInRules(ctx, who))
}

type signInRulesIn struct{ Body app.SignInRules }

func (s *Server) setSignInRules(ctx context.Context, who *app.Who, in *signInRulesIn) (*body[app.SignInRules], error) {
	return answer(s.app.SetSignInRules(ctx, who, requestOf(ctx).once, in.Body))
}
