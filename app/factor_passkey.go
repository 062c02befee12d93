package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"linqiao/domain"
	"linqiao/store"
)

// challengeFor is how long a challenge of a passkey waits.
const challengeFor = 5 * time.Minute

// Uses of challenges.
const (
	useRegister = "passkey-register"
	useProve    = "passkey-prove"
	useSignIn   = "passkey-sign-in"
)

// passkeys speaks WebAuthn for one public address of the server; nil = not set up.
type passkeys struct {
	party  *webauthn.WebAuthn
	public string
}

// newPasskeys takes the public address, `https://linqiao.example.gov.cn`. A key made for it
// works nowhere else, which is what keeps it from being phished.
func newPasskeys(origin string) (*passkeys, error) {
	if origin == "" {
		return nil, nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" {
		return nil, domain.E(domain.KindInvalid, "origin_bad")
	}
	public := u.Scheme + "://" + u.Host
	party, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "邻桥 Linqiao", RPOrigins: []string{public},
		AttestationPreference: protocol.PreferNoAttestation})
	if err != nil {
		return nil, domain.E(domain.KindInvalid, "origin_bad").Wrap(err)
	}
	return &passkeys{party, public}, nil
}

func (p *passkeys) origin() string {
	if p == nil {
		return ""
	}
	return p.public
}

func (p *passkeys) there() error {
	if p == nil {
		return domain.E(domain.KindRefused, "passkeys_off")
	}
	return nil
}

// holder is an account as the library knows users.
type holder struct {
	acc  *domain.Account
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.acc.ID) }
func (h holder) WebAuthnName() string                       { return h.acc.Login }
func (h holder) WebAuthnDisplayName() string                { return h.acc.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(acc *domain.Account, list []domain.Factor) (holder, error) {
	h := holder{acc: acc}
	for _, f := range list {
		if !f.Active || f.Kind != domain.FactorPasskey {
			continue
		}
		var c webauthn.Credential
		text, _ := f.Secret["key"].(string)
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return h, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

func handleOf(credential []byte) string {
	sum := sha256.Sum256(credential)
	return hex.EncodeToString(sum[:])
}

// PasskeyAsk is what a browser is asked. Options are those of navigator.credentials, with
// bytes in base64url.
type PasskeyAsk struct {
	ID      string         `json:"id"` // of the challenge, sent back with the answer
	Options map[string]any `json:"options"`
}

// PasskeyAnswer is what the browser answered.
type PasskeyAnswer struct {
	ID       string         `json:"id" maxLength:"120"`
	Response map[string]any `json:"response" doc:"PublicKeyCredential.toJSON()"`
	Name     string         `json:"name,omitempty" maxLength:"60"`
}

// ask keeps a challenge and words it for the browser. Its id begins with the county.
func ask(tx *store.Tx, account domain.AccountID, use string, s *webauthn.SessionData, options any) (*PasskeyAsk, error) {
	kept, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	c := &domain.Challenge{ID: string(tx.County()) + "-" + randomText(40), Account: account, Use: use, Expires: tx.Now().Add(challengeFor),
		Secret: map[string]any{"session": string(kept)}}
	if err := tx.InsertChallenge(c); err != nil {
		return nil, err
	}
	v := &PasskeyAsk{ID: c.ID}
	raw, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	return v, json.Unmarshal(raw, &v.Options)
}

// asked gives back what a challenge was about. An unknown or old one is no error of ours.
func asked(tx *store.Tx, id, use string, account domain.AccountID) (*webauthn.SessionData, error) {
	c, err := orNil(tx.TakeChallenge(id, use))
	if err != nil || c == nil || c.Account != account {
		return nil, err
	}
	var s webauthn.SessionData
	text, _ := c.Secret["session"].(string)
	return &s, json.Unmarshal([]byte(text), &s)
}

// BeginPasskey asks the caller's browser to make a key.
func (a *App) BeginPasskey(ctx context.Context, who *Who) (v *PasskeyAsk, err error) {
	if err := a.passkeys.there(); err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		if err := w.room(); err != nil {
			return err
		}
		h, err := w.holder()
		if err != nil {
			return err
		}
		options, s, err := a.passkeys.party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()),
			webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}))
		if err != nil {
			return err
		}
		v, err = ask(w.tx, who.Account, useRegister, s, options.Response)
		return err
	})
	return v, err
}

func (w *work) holder() (holder, error) {
	acc, err := w.tx.Account(w.who.Account)
	if err != nil {
		return holder{}, err
	}
	list, err := w.tx.Factors(acc.ID)
	if err != nil {
		return holder{}, err
	}
	return holderOf(acc, list)
}

// FinishPasskey makes a new key the caller's second factor.
func (a *App) FinishPasskey(ctx context.Context, who *Who, in PasskeyAnswer, from Client) (v *EnrolledView, err error) {
	if err := a.passkeys.there(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(in.Response)
	if err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		s, err := asked(w.tx, in.ID, useRegister, who.Account)
		if err != nil {
			return err
		}
		h, err := w.holder()
		if err != nil {
			return err
		}
		bad := domain.E(domain.KindInvalid, "passkey_bad").With("response", "passkey_bad")
		if s == nil {
			return bad
		}
		parsed, err := protocol.ParseCredentialCreationResponseBytes(raw)
		if err != nil {
			return bad
		}
		key, err := a.passkeys.party.CreateCredential(h, *s, parsed)
		if err != nil {
			return bad
		}
		text, err := json.Marshal(key)
		if err != nil {
			return err
		}
		f := &domain.Factor{Account: who.Account, Kind: domain.FactorPasskey, Handle: handleOf(key.ID), Secret: map[string]any{"key": string(text)}}
		v, err = w.enrol(f, in.Name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.enrolled(ctx, who, v, from)
}

// AskPasskey asks for one of the caller's keys: the second step, or a step-up.
func (a *App) AskPasskey(ctx context.Context, who *Who) (v *PasskeyAsk, err error) {
	if err := a.passkeys.there(); err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		h, err := w.holder()
		if err != nil {
			return err
		}
		if len(h.keys) == 0 {
			return domain.E(domain.KindRefused, "factor_none")
		}
		options, s, err := a.passkeys.party.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
		if err != nil {
			return err
		}
		v, err = ask(w.tx, who.Account, useProve, s, options.Response)
		return err
	})
	return v, err
}

// answered checks the answer of a second step or a step-up.
func (p *passkeys) answered(tx *store.Tx, acc *domain.Account, list []domain.Factor, in PasskeyAnswer) (bool, error) {
	if p == nil {
		return false, nil
	}
	s, err := asked(tx, in.ID, useProve, acc.ID)
	if err != nil || s == nil {
		return false, err
	}
	h, err := holderOf(acc, list)
	if err != nil {
		return false, err
	}
	parsed, ok := parseAnswer(in)
	if !ok {
		return false, nil
	}
	key, err := p.party.ValidateLogin(h, *s, parsed)
	if err != nil {
		return false, nil // what exactly did not fit is nobody's business
	}
	return keyUsed(tx, list, key)
}

func parseAnswer(in PasskeyAnswer) (*protocol.ParsedCredentialAssertionData, bool) {
	raw, err := json.Marshal(in.Response)
	if err != nil {
		return nil, false
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(raw)
	return parsed, err == nil
}

// keyUsed keeps a key's counter. A counter that goes back tells of a copied key.
func keyUsed(tx *store.Tx, list []domain.Factor, key *webauthn.Credential) (bool, error) {
	if key.Authenticator.CloneWarning {
		return false, nil
	}
	text, err := json.Marshal(key)
	if err != nil {
		return false, err
	}
	for i := range list {
		if f := &list[i]; f.Handle == handleOf(key.ID) {
			f.Used, f.Secret = tx.Now(), map[string]any{"key": string(text)}
			return true, tx.SaveFactor(f)
		}
	}
	return false, nil
}

// AskSignIn asks any browser for a key that signs its person in, without a login name.
func (a *App) AskSignIn(ctx context.Context, county domain.CountyCode) (v *PasskeyAsk, err error) {
	if err := a.passkeys.there(); err != nil {
		return nil, err
	}
	if county, err = a.countyOf(ctx, county); err != nil {
		return nil, err
	}
	options, s, err := a.passkeys.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	err = a.DB.Write(ctx, func(tx *store.Tx) error {
		v, err = ask(tx.In(county), "", useSignIn, s, options.Response)
		return err
	})
	return v, err
}

// SignInPasskey opens a whole session by a key alone: it has verified its person itself,
// by finger, face or PIN.
func (a *App) SignInPasskey(ctx context.Context, in PasskeyAnswer, from Client) (*SessionView, error) {
	if err := a.passkeys.there(); err != nil {
		return nil, err
	}
	county, ok := tokenCounty(in.ID)
	parsed, fine := parseAnswer(in)
	if !ok || !fine {
		return nil, domain.E(domain.KindUnauthenticated, "passkey_unknown")
	}
	now := a.Now()
	if a.door.full("from/"+from.Address, addressMost, wrongFor, now) {
		return nil, errTooMany("sign_in_locked", wrongFor)
	}
	var acc *domain.Account
	err := a.DB.Write(ctx, func(tx0 *store.Tx) (err error) {
		acc, err = a.passkeys.signer(tx0.In(county), in.ID, parsed)
		return err
	})
	if err != nil {
		return nil, err
	}
	if acc == nil {
		a.door.count("from/"+from.Address, wrongFor, now)
		if err := a.noteWrong(ctx, county, nil); err != nil {
			return nil, err
		}
		return nil, domain.E(domain.KindUnauthenticated, "passkey_unknown")
	}
	return a.open(ctx, county, acc.ID, entry{how: wayPasskey, proved: true}, from)
}

// signer finds whose key answered; nil when nobody's did.
func (p *passkeys) signer(tx *store.Tx, id string, parsed *protocol.ParsedCredentialAssertionData) (*domain.Account, error) {
	s, err := asked(tx, id, useSignIn, "")
	if err != nil || s == nil {
		return nil, err
	}
	acc, err := orNil(tx.Account(domain.AccountID(parsed.Response.UserHandle)))
	if err != nil || acc == nil || !acc.Active {
		return nil, err
	}
	list, err := tx.Factors(acc.ID)
	if err != nil {
		return nil, err
	}
	h, err := holderOf(acc, list)
	if err != nil {
		return nil, err
	}
	key, err := p.party.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, *s, parsed)
	if err != nil {
		return nil, nil
	}
	if ok, err := keyUsed(tx, list, key); err != nil || !ok {
		return nil, err
	}
	return acc, nil
}
