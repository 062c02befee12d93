// Package identity signs people in by a county's own identity provider, over OpenID Connect
// (authorization code with PKCE). It says who the provider vouches for and knows no account
// of ours, no session and no page. Nothing is fetched before somebody uses it.
package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"linqiao/domain"
)

// answerWithin bounds each question to a provider.
const answerWithin = 10 * time.Second

// Config is one provider of one county, as the file of settings says it.
type Config struct {
	Key      string            `json:"key"`    // in our addresses: letters and digits
	County   domain.CountyCode `json:"county"` // whose accounts it signs in
	Label    string            `json:"label"`  // on the button
	Issuer   string            `json:"issuer"`
	ClientID string            `json:"client_id"`
	// The secret stands in an environment variable or in a file, never in the settings.
	SecretEnv  string `json:"secret_env"`
	SecretFile string `json:"secret_file"`
	// Claim is what names the person, Match what of an account it is compared with: login
	// or phone. An account must have been opened here first.
	Claim string `json:"claim"`
	Match string `json:"match"`
	// StrongAMR are values of `amr` that count as a second factor (RFC 8176: mfa, hwk, otp…).
	StrongAMR []string `json:"strong_amr"`
	Scopes    []string `json:"scopes"` // beside openid
}

// Provider is one identity provider.
type Provider struct {
	Config
	secret   string
	redirect string
	client   *http.Client
	mu       sync.Mutex
	found    *oidc.Provider
}

// Claim is whom a provider vouches for.
type Claim struct {
	Value  string
	Strong bool
}

var plainKey = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Load reads the file of settings: a JSON list. Origin is our public address, to which
// providers send people back.
func Load(file, origin string) ([]*Provider, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []Config
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s：不是一份身份源配置：%w", file, err)
	}
	if origin == "" {
		return nil, fmt.Errorf("%s：须同时用 --origin 写明公开网址", file)
	}
	var out []*Provider
	for i, c := range list {
		p, err := newProvider(c, strings.TrimSuffix(origin, "/"))
		if err != nil {
			return nil, fmt.Errorf("%s 第 %d 项：%w", file, i+1, err)
		}
		if slices.ContainsFunc(out, func(o *Provider) bool { return o.Key == p.Key }) {
			return nil, fmt.Errorf("%s 第 %d 项：key 重复", file, i+1)
		}
		out = append(out, p)
	}
	return out, nil
}

func newProvider(c Config, origin string) (*Provider, error) {
	if c.Claim == "" {
		c.Claim = "preferred_username"
	}
	if c.Match == "" {
		c.Match = "login"
	}
	u, err := url.Parse(c.Issuer)
	local := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
	switch {
	case !plainKey.MatchString(c.Key):
		return nil, errors.New("key 应为小写字母、数字或连字符")
	case len(c.County) != 6:
		return nil, errors.New("county 应为六位县区代码")
	case c.Label == "" || c.ClientID == "":
		return nil, errors.New("label、client_id 须填写")
	case err != nil || u.Scheme != "https" && !local:
		return nil, errors.New("issuer 应为 https 网址")
	case c.Match != "login" && c.Match != "phone":
		return nil, errors.New("match 应为 login 或 phone")
	}
	p := &Provider{Config: c, redirect: origin + "/api/v1/session/oidc/" + c.Key + "/callback", client: &http.Client{Timeout: answerWithin}}
	switch {
	case c.SecretEnv != "":
		p.secret = os.Getenv(c.SecretEnv)
	case c.SecretFile != "":
		b, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return nil, err
		}
		p.secret = strings.TrimSpace(string(b))
	}
	return p, nil
}

// discover asks the provider once where its parts are; a failure is asked again next time.
func (p *Provider) discover(ctx context.Context) (context.Context, *oidc.Provider, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The keys are fetched as long as the process runs, not as long as this request.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return ctx, nil, err
		}
		p.found = found
	}
	return ctx, p.found, nil
}

func (p *Provider) flow(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.secret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
		Scopes: append([]string{oidc.ScopeOpenID}, p.Scopes...)}
}

// Begin gives the address at which the provider asks a person who he is, and the verifier
// to be kept until he comes back.
func (p *Provider) Begin(ctx context.Context, state, nonce string) (address, verifier string, err error) {
	_, found, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	verifier = oauth2.GenerateVerifier()
	return p.flow(found).AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), verifier, nil
}

// ErrUnproved says that what came back proves nothing; anything else is the provider's or
// the network's fault.
var ErrUnproved = errors.New("identity: not proved")

// Finish turns a code into whom the provider vouches for.
func (p *Provider) Finish(ctx context.Context, code, nonce, verifier string) (Claim, error) {
	ctx, found, err := p.discover(ctx)
	if err != nil {
		return Claim{}, err
	}
	token, err := p.flow(found).Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) {
			return Claim{}, errors.Join(ErrUnproved, err)
		}
		return Claim{}, err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil || id.Nonce != nonce {
		return Claim{}, errors.Join(ErrUnproved, err)
	}
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return Claim{}, errors.Join(ErrUnproved, err)
	}
	value, _ := claims[p.Claim].(string)
	if p.Claim == "sub" {
		value = id.Subject
	}
	// An address that nobody has checked proves nothing about who owns it.
	if checked, said := claims[p.Claim+"_verified"].(bool); value == "" || said && !checked {
		return Claim{}, ErrUnproved
	}
	return Claim{Value: value, Strong: p.strong(claims["amr"])}, nil
}

func (p *Provider) strong(amr any) bool {
	list, _ := amr.([]any)
	return slices.ContainsFunc(list, func(x any) bool {
		s, _ := x.(string)
		return s != "" && slices.Contains(p.StrongAMR, s)
	})
}
