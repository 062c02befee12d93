package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

// oidcCookie ties the way back from an identity provider to the browser that set out.
const oidcCookie = "lq_oidc"

type ProviderPath struct {
	Key string `path:"key" maxLength:"32"`
}

type oidcBeginIn struct {
	ProviderPath
	Body struct {
		Face string `json:"face,omitempty" enum:"console,m"`
	}
}

type oidcBeginOut struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      *app.OIDCBegun
}

func wayCookie(ctx context.Context, value string, lasts time.Duration) http.Cookie {
	c := http.Cookie{Name: oidcCookie, Value: value, Path: apiRoot + "/session/oidc", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: requestOf(ctx).secure, MaxAge: int(lasts.Seconds())}
	if lasts == 0 {
		c.MaxAge = -1
	}
	return c
}

func (s *Server) beginOIDC(ctx context.Context, _ *app.Who, in *oidcBeginIn) (*oidcBeginOut, error) {
	v, err := s.app.BeginOIDC(ctx, in.Key, orText(in.Body.Face, "console"))
	if err != nil {
		return nil, err
	}
	return &oidcBeginOut{wayCookie(ctx, v.Browser, 10*time.Minute), v}, nil
}

// oidcBackIn takes what providers send along; the state decides, the rest is ignored.
type oidcBackIn struct {
	ProviderPath
	Code    string `query:"code" maxLength:"4000"`
	State   string `query:"state" maxLength:"200"`
	Error   string `query:"error" maxLength:"200"`
	About   string `query:"error_description" maxLength:"2000"`
	URI     string `query:"error_uri" maxLength:"2000"`
	Issuer  string `query:"iss" maxLength:"500"`
	Scope   string `query:"scope" maxLength:"500"`
	Sitting string `query:"session_state" maxLength:"500"`
	Browser string `cookie:"lq_oidc" maxLength:"200"`
}

type oidcBackOut struct {
	Status    int
	Location  string   `header:"Location"`
	SetCookie []string `header:"Set-Cookie"`
}

// finishOIDC answers a person's browser, not a script: it always leads to a page of ours.
func (s *Server) finishOIDC(ctx context.Context, _ *app.Who, in *oidcBackIn) (*oidcBackOut, error) {
	v, face, err := s.app.FinishOIDC(ctx, app.OIDCBack{Provider: in.Key, State: in.State, Code: in.Code, Browser: in.Browser}, requestOf(ctx).client)
	root := "/console/"
	if face == "m" {
		root = "/m/"
	}
	gone := wayCookie(ctx, "", 0)
	out := &oidcBackOut{Status: http.StatusSeeOther, Location: root, SetCookie: []string{gone.String()}}
	if err != nil {
		code := "oidc_failed"
		var e *domain.Error
		if errors.As(err, &e) && (e.Code == "oidc_unknown" || e.Code == "oidc_down") {
			code = e.Code
		} else if asDomain(err).Kind == domain.KindInternal {
			return nil, err
		}
		out.Location = root + "sign-in?problem=" + code
		return out, nil
	}
	signed, err := s.signedIn(ctx, v, nil)
	if err != nil {
		return nil, err
	}
	out.SetCookie = append(out.SetCookie, signed.SetCookie.String())
	return out, nil
}
