package api

import (
	"context"
	"net/http"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

// sessionCookie carries the token of a browser's session.
const sessionCookie = "lq_session"

// residentCookie is how long a resident's phone stays signed in; the server's own
// limits are stricter. Staff share desks: theirs ends with the browser.
const residentCookie = 30 * 24 * time.Hour

type sessionOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      *app.SessionView
}

type signInIn struct{ Body app.SignInAct }

func (s *Server) signIn(ctx context.Context, _ *app.Who, in *signInIn) (*sessionOut, error) {
	v, err := s.app.SignIn(ctx, in.Body, requestOf(ctx).client)
	return s.signedIn(ctx, v, err)
}

type phoneCodeIn struct {
	Body struct {
		Phone  string            `json:"phone" maxLength:"40"`
		County domain.CountyCode `json:"county,omitempty" maxLength:"12"`
	}
}

func (s *Server) phoneCode(ctx context.Context, _ *app.Who, in *phoneCodeIn) (*none, error) {
	return nil, s.app.PhoneCode(ctx, in.Body.County, in.Body.Phone, requestOf(ctx).client)
}

type phoneIn struct{ Body app.PhoneAct }

func (s *Server) signInPhone(ctx context.Context, _ *app.Who, in *phoneIn) (*sessionOut, error) {
	v, err := s.app.SignInPhone(ctx, in.Body, requestOf(ctx).client)
	return s.signedIn(ctx, v, err)
}

func (s *Server) signedIn(ctx context.Context, v *app.SessionView, err error) (*sessionOut, error) {
	if err != nil {
		return nil, err
	}
	c := cookie(ctx, v.Token)
	if len(v.Memberships) == 0 {
		c.MaxAge = int(residentCookie.Seconds())
	}
	return &sessionOut{SetCookie: c, Body: v}, nil
}

func cookie(ctx context.Context, token string) http.Cookie {
	return http.Cookie{Name: sessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: requestOf(ctx).secure}
}

func (s *Server) session(ctx context.Context, who *app.Who, _ *struct{}) (*body[*app.SessionView], error) {
	return answer(s.app.Session(ctx, who))
}

type signOutOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, who *app.Who, _ *struct{}) (*signOutOut, error) {
	c := cookie(ctx, "")
	c.MaxAge = -1
	return &signOutOut{c}, s.app.SignOut(ctx, who)
}

func (s *Server) signIns(ctx context.Context, who *app.Who, _ *struct{}) (*body[app.List[app.SignInView]], error) {
	return answer(s.app.SignIns(ctx, who))
}

type ByID struct {
	ID string `path:"id" maxLength:"64"`
}

func (s *Server) revoke(ctx context.Context, who *app.Who, in *ByID) (*none, error) {
	return nil, s.app.Revoke(ctx, who, in.ID)
}

type passwordIn struct{ Body app.PasswordAct }

func (s *Server) changePassword(ctx context.Context, who *app.Who, in *passwordIn) (*none, error) {
	return nil, s.app.ChangePassword(ctx, who, in.Body, requestOf(ctx).client)
}

// answer wraps what a use case gave.
func answer[T any](v T, err error) (*body[T], error) {
	if err != nil {
		return nil, err
	}
	return &body[T]{v}, nil
}
