package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/identity"
	"linqiao/store"
)

const (
	oidcFor = 10 * time.Minute // from the button to the way back
	useOIDC = "oidc"
)

// OIDCBegun sends a browser to its county's identity provider. Browser is a secret that
// stays with it: whoever comes back with another one began somewhere else.
type OIDCBegun struct {
	URL     string `json:"url"`
	Browser string `json:"-"`
}

func (a *App) provider(key string) *identity.Provider {
	i := slices.IndexFunc(a.providers, func(p *identity.Provider) bool { return p.Key == key })
	if i < 0 {
		return nil
	}
	return a.providers[i]
}

// BeginOIDC begins a sign-in by an identity provider. Face is where it shall end: the
// console, or the phone app.
func (a *App) BeginOIDC(ctx context.Context, key, face string) (*OIDCBegun, error) {
	p := a.provider(key)
	if p == nil {
		return nil, domain.NotFound("provider")
	}
	county, err := a.countyOf(ctx, p.County)
	if err != nil {
		return nil, err
	}
	state, nonce, browser := string(county)+"-"+randomText(40), randomText(40), randomText(40)
	url, verifier, err := p.Begin(ctx, state, nonce)
	if err != nil {
		a.Log.Warn("identity provider", slog.String("provider", key), slog.Any("error", err))
		return nil, domain.E(domain.KindUnavailable, "oidc_down").Wrap(err)
	}
	err = a.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.In(county).InsertChallenge(&domain.Challenge{ID: state, Use: useOIDC, Expires: tx.Now().Add(oidcFor),
			Secret: map[string]any{"provider": key, "nonce": nonce, "verifier": verifier, "browser": sum256(browser), "face": face}})
	})
	return &OIDCBegun{url, browser}, err
}

func sum256(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// OIDCBack is what a browser brings back from its provider.
type OIDCBack struct {
	Provider, State, Code, Browser string
}

// FinishOIDC signs in whom the provider vouches for, where an account of that name has been
// opened here. Face is known even when it fails.
func (a *App) FinishOIDC(ctx context.Context, in OIDCBack, from Client) (v *SessionView, face string, err error) {
	bad := domain.E(domain.KindUnauthenticated, "oidc_failed")
	p := a.provider(in.Provider)
	county, ok := tokenCounty(in.State)
	if p == nil || !ok || county != p.County {
		return nil, "", bad
	}
	var c *domain.Challenge
	if err := a.DB.Write(ctx, func(tx *store.Tx) (err error) {
		c, err = orNil(tx.In(county).TakeChallenge(in.State, useOIDC))
		return err
	}); err != nil {
		return nil, "", err
	}
	if c == nil {
		return nil, "", bad
	}
	face = asText(c.Secret["face"])
	if asText(c.Secret["provider"]) != p.Key || !sameText(asText(c.Secret["browser"]), sum256(in.Browser)) || in.Code == "" {
		return nil, face, bad
	}
	claim, err := p.Finish(ctx, in.Code, asText(c.Secret["nonce"]), asText(c.Secret["verifier"]))
	switch {
	case errors.Is(err, identity.ErrUnproved):
		return nil, face, errors.Join(bad, a.noteWrong(ctx, county, nil))
	case err != nil:
		a.Log.Warn("identity provider", slog.String("provider", p.Key), slog.Any("error", err))
		return nil, face, domain.E(domain.KindUnavailable, "oidc_down").Wrap(err)
	}
	acc, err := a.vouched(ctx, p, claim.Value)
	if err != nil {
		return nil, face, err
	}
	if acc == nil {
		if err := a.noteWrong(ctx, county, nil); err != nil {
			return nil, face, err
		}
		return nil, face, domain.E(domain.KindUnauthenticated, "oidc_unknown")
	}
	v, err = a.open(ctx, county, acc.ID, entry{how: useOIDC, proved: claim.Strong}, from)
	return v, face, err
}

// vouched finds the account that a provider's claim names: exactly one, of staff, at work.
func (a *App) vouched(ctx context.Context, p *identity.Provider, value string) (found *domain.Account, err error) {
	err = a.DB.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(p.County)
		var list []domain.Account
		if p.Match == "phone" {
			norm, _, ok := domain.CheckPhone(value)
			if !ok {
				return nil
			}
			index, err := tx.Index(identPhone, norm)
			if err != nil {
				return err
			}
			if list, err = tx.AccountsByPhone(index); err != nil {
				return err
			}
		} else {
			acc, err := orNil(tx.AccountByLogin(normLogin(value)))
			if err != nil {
				return err
			}
			if acc != nil {
				list = []domain.Account{*acc}
			}
		}
		var fit []domain.Account
		for _, acc := range list {
			posts, err := tx.Memberships(store.MembershipFilter{Account: acc.ID})
			if err != nil {
				return err
			}
			if acc.Active && len(posts) > 0 {
				fit = append(fit, acc)
			}
		}
		if len(fit) == 1 {
			found = &fit[0]
		}
		return nil
	})
	return found, err
}
