package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Who must have a second factor, in a county's settings.
const (
	FactorsOff    = "off"    // nobody; whoever has one is asked for it
	FactorsReveal = "reveal" // staff who may read personal data, and the county's own officers
	FactorsAll    = "all"    // all staff
)

const (
	stagedFor     = 10 * time.Minute // for a sign-in that waits for its second step
	freshFor      = 10 * time.Minute // after a proof, dangerous acts ask for no other
	recoveryCodes = 10
	factorsMost   = 10 // of one account
)

// SignInRules are a county's own rules of signing in.
type SignInRules struct {
	SecondFactor string `json:"second_factor" enum:"off,reveal,all"`
	IdleDays     int    `json:"idle_days" minimum:"1" maximum:"3650" doc:"多少天没有登录算长期未用"`
}

const signInSetting = "sign_in"

// IdleDaysUsual is after how many days an account counts as long unused, unless the
// county says otherwise.
const IdleDaysUsual = 90

// rulesOf reads a county's rules; a county that says nothing asks for no second factor.
func rulesOf(t *domain.Tenant) SignInRules {
	m, _ := t.Settings[signInSetting].(map[string]any)
	r := SignInRules{SecondFactor: FactorsOff, IdleDays: IdleDaysUsual}
	if s, _ := m["second_factor"].(string); s != "" {
		r.SecondFactor = s
	}
	if n, ok := wholeNumber(m["idle_days"]); ok && n > 0 {
		r.IdleDays = int(n)
	}
	return r
}

// SignInRules tells a county's rules of signing in to whoever works for it.
func (a *App) SignInRules(ctx context.Context, who *Who) (r SignInRules, err error) {
	err = a.read(ctx, who, func(w *work) error {
		t, err := w.tx.Tenant()
		if err == nil {
			r = rulesOf(t)
		}
		return err
	})
	return r, err
}

// SetSignInRules changes them; from the next request on they hold for everybody.
func (a *App) SetSignInRules(ctx context.Context, who *Who, once Once, in SignInRules) (SignInRules, error) {
	if !slices.Contains([]string{FactorsOff, FactorsReveal, FactorsAll}, in.SecondFactor) {
		return in, domain.E(domain.KindInvalid, "fields").With("second_factor", "option")
	}
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		before := rulesOf(t)
		if t.Settings == nil {
			t.Settings = map[string]any{}
		}
		t.Settings[signInSetting] = map[string]any{"second_factor": in.SecondFactor, "idle_days": int64(in.IdleDays)}
		if err := w.tx.SaveTenant(t); err != nil {
			return err
		}
		return w.audit("sign_in_rules", "county/"+string(who.County), "", map[string]any{"second_factor": in.SecondFactor, "before": before.SecondFactor,
			"idle_days": int64(in.IdleDays)})
	})
	if err != nil {
		return in, err
	}
	a.people.forgetAll()
	return a.SignInRules(ctx, who)
}

// needsFactor reports whether the rules ask a second factor of somebody. It is computed
// from what his roles may read, never from their names.
func (r SignInRules) needsFactor(set *program.Set, actor *record.Actor) bool {
	if len(actor.Memberships) == 0 {
		return false
	}
	switch r.SecondFactor {
	case FactorsAll:
		return true
	case FactorsReveal:
		return actor.Admin || actor.Auditor || actor.Security || readsPersonal(set, actor)
	}
	return false
}

// readsPersonal reports whether somebody holds, by a post, a role that reads personal
// data or more of anything.
func readsPersonal(set *program.Set, actor *record.Actor) bool {
	for _, p := range set.Programs.All() {
		for _, r := range p.Roles.All() {
			if !reads(p, r, domain.Personal) || len(actor.Qualified(r)) == 0 {
				continue
			}
			if actor.Serves(p, r) {
				return true
			}
		}
	}
	return false
}

// reads reports whether a role reads anything of a class, field by field where it is let
// read single fields.
func reads(p *program.Program, r *program.Role, class domain.Class) bool {
	if r.ReadAll != nil && *r.ReadAll >= class {
		return true
	}
	for key, rule := range r.Read {
		if rule.Class >= class {
			return true
		}
		rt := p.Records.Get(key)
		if rt == nil {
			continue
		}
		for _, name := range rule.Fields {
			if f := rt.Field(name); f != nil && f.Class >= class {
				return true
			}
		}
	}
	return false
}

// SignInWays is how this server lets people in beside login and password.
type SignInWays struct {
	PasskeyOrigin string        `json:"passkey_origin,omitempty"` // the address at which passkeys work
	Providers     []ProviderRef `json:"providers"`
}

// ProviderRef is a county's own identity provider, as its button says.
type ProviderRef struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// Ways tells anybody how he can sign in here.
func (a *App) Ways() *SignInWays {
	v := &SignInWays{PasskeyOrigin: a.passkeys.origin(), Providers: []ProviderRef{}}
	for _, p := range a.providers {
		v.Providers = append(v.Providers, ProviderRef{p.Key, p.Label})
	}
	return v
}

// FactorView is one second factor of the caller.
type FactorView struct {
	ID      string     `json:"id"`
	Kind    string     `json:"kind" enum:"totp,passkey"`
	Name    string     `json:"name"`
	Created time.Time  `json:"created"`
	Used    *time.Time `json:"used,omitempty"`
}

// FactorsView is what the caller can prove himself by.
type FactorsView struct {
	Items    []FactorView `json:"items"`
	Recovery int          `json:"recovery"` // recovery codes left
	Required bool         `json:"required"` // by the county's rules
	// Ways are what a second step or a step-up may be answered with here and now.
	Ways   []string `json:"ways"`
	Origin string   `json:"origin,omitempty"` // where passkeys work; "" = not at all
}

// Ways to prove oneself.
const (
	wayTOTP     = "totp"
	wayPasskey  = "passkey"
	wayRecovery = "recovery"
	wayPassword = "password"
)

// Factors lists the caller's second factors.
func (a *App) Factors(ctx context.Context, who *Who) (v *FactorsView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.Factors(who.Account)
		if err != nil {
			return err
		}
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		v = &FactorsView{Items: []FactorView{}, Origin: a.passkeys.origin(), Required: rulesOf(t).needsFactor(w.set.set, who.Actor)}
		for i := range list {
			if f := &list[i]; f.Active {
				v.Items = append(v.Items, factorView(f))
			}
		}
		if v.Recovery, err = w.tx.RecoveryCodes(who.Account); err != nil {
			return err
		}
		v.Ways = waysOf(list, v.Recovery)
		return nil
	})
	return v, err
}

func factorView(f *domain.Factor) FactorView {
	v := FactorView{ID: f.ID, Kind: f.Kind, Name: f.Name, Created: f.Created}
	if !f.Used.IsZero() {
		v.Used = &f.Used
	}
	return v
}

// waysOf lists how somebody can prove himself again: by his factors, or, without any, by
// his password.
func waysOf(list []domain.Factor, recovery int) []string {
	ways := []string{}
	for _, kind := range []string{wayPasskey, wayTOTP} {
		if slices.ContainsFunc(list, func(f domain.Factor) bool { return f.Active && f.Kind == kind }) {
			ways = append(ways, kind)
		}
	}
	if len(ways) == 0 {
		return []string{wayPassword}
	}
	if recovery > 0 {
		ways = append(ways, wayRecovery)
	}
	return ways
}

// DropFactor takes one of the caller's factors away; the last one not while the county's
// rules ask for one.
func (a *App) DropFactor(ctx context.Context, who *Who, id string) error {
	defer a.people.forget(who.Account)
	return a.write(ctx, who, func(w *work) error {
		list, err := w.tx.Factors(who.Account)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(f domain.Factor) bool { return f.ID == id })
		if i < 0 {
			return domain.NotFound("factor")
		}
		kind := list[i].Kind
		list = slices.Delete(list, i, i+1)
		if len(activeOf(list)) > 0 {
			err = w.tx.DeleteFactor(who.Account, id)
		} else {
			t, tenantErr := w.tx.Tenant()
			if tenantErr != nil {
				return tenantErr
			}
			if rulesOf(t).needsFactor(w.set.set, who.Actor) {
				return domain.E(domain.KindRefused, "factor_last")
			}
			err = w.tx.DeleteFactors(who.Account)
		}
		if err != nil {
			return err
		}
		return w.audit("factor_drop", "account/"+string(who.Account), "", map[string]any{"kind": kind})
	})
}

func activeOf(list []domain.Factor) []domain.Factor {
	return slices.DeleteFunc(slices.Clone(list), func(f domain.Factor) bool { return !f.Active })
}

// RecoveryView holds recovery codes, shown this once.
type RecoveryView struct {
	Codes []string `json:"codes"`
}

// NewRecoveryCodes replaces the caller's recovery codes.
func (a *App) NewRecoveryCodes(ctx context.Context, who *Who) (v *RecoveryView, err error) {
	err = a.write(ctx, who, func(w *work) error {
		has, err := w.tx.HasFactor(who.Account)
		if err != nil {
			return err
		}
		if !has {
			return domain.E(domain.KindRefused, "factor_none")
		}
		codes, err := w.recoveryCodes(who.Account)
		if err != nil {
			return err
		}
		v = &RecoveryView{codes}
		return w.audit("recovery_codes", "account/"+string(who.Account), "", nil)
	})
	return v, err
}

// recoveryCodes makes codes like k7mp-x3fz-9q; only keyed digests of them are kept.
func (w *work) recoveryCodes(id domain.AccountID) ([]string, error) {
	codes, digests := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = randomText(4) + "-" + randomText(4) + "-" + randomText(4)
		var err error
		if digests[i], err = recoveryDigest(w.tx, id, codes[i]); err != nil {
			return nil, err
		}
	}
	return codes, w.tx.SetRecoveryCodes(id, digests)
}

func recoveryDigest(tx *store.Tx, id domain.AccountID, code string) (string, error) {
	plain := strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code))
	return tx.Index("recovery_code", string(id)+"/"+plain)
}

// EnrolledView answers whoever has just made a factor his own. Session is set where this
// completed a sign-in that was waiting for it.
type EnrolledView struct {
	Factor  FactorView   `json:"factor"`
	Codes   []string     `json:"codes,omitempty"` // recovery codes, shown this once
	Session *SessionView `json:"session,omitempty"`
}

// enrol makes a proven factor the caller's, with recovery codes when it is the first.
func (w *work) enrol(f *domain.Factor, name string) (*EnrolledView, error) {
	list, err := w.tx.Factors(f.Account)
	if err != nil {
		return nil, err
	}
	f.Active, f.Used = true, w.tx.Now()
	if f.Name = strings.TrimSpace(cutText(name, 40)); f.Name == "" {
		f.Name = map[string]string{domain.FactorTOTP: "动态口令", domain.FactorPasskey: "通行密钥"}[f.Kind]
	}
	if err := w.tx.SaveFactor(f); err != nil {
		return nil, err
	}
	v := &EnrolledView{Factor: factorView(f)}
	if len(activeOf(list)) == 0 {
		if v.Codes, err = w.recoveryCodes(f.Account); err != nil {
			return nil, err
		}
	}
	return v, w.audit("factor_add", "account/"+string(f.Account), "", map[string]any{"kind": f.Kind})
}

// enrolled lets the sign-in that waited for a factor go on as a whole one.
func (a *App) enrolled(ctx context.Context, who *Who, v *EnrolledView, from Client) (*EnrolledView, error) {
	a.people.forget(who.Account)
	if who.Stage != domain.StageEnrol {
		return v, nil
	}
	var err error
	v.Session, err = a.complete(ctx, who, v.Factor.Kind, from)
	return v, err
}

// room refuses a factor too many.
func (w *work) room() error {
	list, err := w.tx.Factors(w.who.Account)
	if err == nil && len(activeOf(list)) >= factorsMost {
		err = domain.E(domain.KindRefused, "factor_many", "max", itoa64(factorsMost))
	}
	return err
}

// ClearFactors takes away all second factors of an account whose person has lost them, and
// ends its sign-ins. Only the kernel itself may: the operator at the machine, or two
// officers together.
func (a *App) ClearFactors(ctx context.Context, who *Who, id domain.AccountID) error {
	if !who.System {
		return domain.E(domain.KindForbidden, "forbidden")
	}
	defer a.people.forget(id)
	return a.write(ctx, who, func(w *work) error { return w.clearFactors(id) })
}

func (w *work) clearFactors(id domain.AccountID) error {
	if err := w.tx.DeleteFactors(id); err != nil {
		return err
	}
	if err := w.tx.SettleFactorTries(id, time.Time{}); err != nil {
		return err
	}
	if err := w.tx.DeleteSignInsOf(id); err != nil {
		return err
	}
	return w.audit("factors_clear", "account/"+string(id), "", nil)
}
