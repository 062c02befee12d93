package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// Proof shows that the person of a sign-in is at the screen: one of its fields is set.
type Proof struct {
	Code     string         `json:"code,omitempty" maxLength:"20" doc:"动态口令"`
	Recovery string         `json:"recovery,omitempty" maxLength:"40" doc:"恢复码，用一个少一个"`
	Passkey  *PasskeyAnswer `json:"passkey,omitempty"`
	Password string         `json:"password,omitempty" maxLength:"600" doc:"没有第二因素的账号用"`
}

func errFactorWrong() error {
	return domain.E(domain.KindInvalid, "factor_wrong").With("code", "factor_wrong")
}

// SecondStep completes a sign-in that has had its password.
func (a *App) SecondStep(ctx context.Context, who *Who, in Proof, from Client) (*SessionView, error) {
	how, err := a.prove(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return a.complete(ctx, who, how, from)
}

// complete replaces a sign-in that was waiting by a whole one, with a new token.
func (a *App) complete(ctx context.Context, who *Who, how string, from Client) (*SessionView, error) {
	v, err := a.open(ctx, who.County, who.Account, entry{how: how, proved: true}, from)
	if err != nil {
		return nil, err
	}
	return v, a.SignOut(ctx, who)
}

// StepUp notes that the caller has proved himself again, for dangerous acts.
func (a *App) StepUp(ctx context.Context, who *Who, in Proof, from Client) error {
	has := false
	if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		has, err = tx.In(who.County).HasFactor(who.Account)
		return err
	}); err != nil {
		return err
	}
	var how string
	var err error
	if has {
		how, err = a.prove(ctx, who, in)
	} else {
		how, err = wayPassword, a.provePassword(ctx, who, in.Password, from)
	}
	if err != nil {
		return err
	}
	defer a.people.forget(who.Account)
	return a.write(ctx, who, func(w *work) error {
		if err := w.tx.StrengthenSignIn(who.session); err != nil {
			return err
		}
		return w.audit("step_up", "account/"+string(who.Account), "", map[string]any{"how": how})
	})
}

// provePassword is the proof of whoever has no second factor.
func (a *App) provePassword(ctx context.Context, who *Who, password string, from Client) error {
	now := a.Now()
	key := "password/" + string(who.Account) + "/" + from.Address
	if a.door.full(key, wrongMost, wrongFor, now) {
		return errTooMany("sign_in_locked", wrongFor)
	}
	var acc *domain.Account
	if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		acc, err = tx.In(who.County).Account(who.Account)
		return err
	}); err != nil {
		return err
	}
	if len(password) > 4*passwordMost || !a.door.hasher.check(password, acc.PasswordHash) {
		a.door.count(key, wrongFor, now)
		return domain.E(domain.KindInvalid, "password_wrong").With("password", "password_wrong")
	}
	a.door.clear(key)
	return nil
}

// prove checks a second factor. Each try is counted before it is judged and survives a
// restart: five wrong ones in a row close the second step for a while. Only who has the
// password, or is signed in already, comes as far as this.
func (a *App) prove(ctx context.Context, who *Who, in Proof) (how string, err error) {
	right := false
	err = a.DB.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(who.County)
		if err := tx.CountFactorTry(who.Account); err != nil {
			return err
		}
		acc, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		if acc.LockedUntil.After(tx.Now()) {
			return errTooMany("factor_locked", acc.LockedUntil.Sub(tx.Now()))
		}
		list, err := tx.Factors(acc.ID)
		if err != nil {
			return err
		}
		if how, right, err = a.checkProof(tx, acc, list, in); err != nil {
			return err
		}
		if right {
			return tx.SettleFactorTries(acc.ID, time.Time{})
		}
		if acc.Failed >= wrongMost {
			if err := tx.SettleFactorTries(acc.ID, tx.Now().Add(wrongFor)); err != nil {
				return err
			}
		}
		return tx.AppendAudit(&domain.Audit{Actor: acc.ID, Action: "factor_wrong", Object: "account/" + string(acc.ID), Detail: map[string]any{"how": how}})
	})
	if err == nil && !right {
		err = errFactorWrong()
	}
	return how, err
}

func (a *App) checkProof(tx *store.Tx, acc *domain.Account, list []domain.Factor, in Proof) (how string, right bool, err error) {
	switch {
	case in.Passkey != nil:
		right, err = a.passkeys.answered(tx, acc, list, *in.Passkey)
		return wayPasskey, right, err
	case in.Recovery != "":
		digest, err := recoveryDigest(tx, acc.ID, in.Recovery)
		if err != nil {
			return wayRecovery, false, err
		}
		right, err = tx.TakeRecoveryCode(acc.ID, digest)
		return wayRecovery, right, err
	}
	right, err = useTOTP(tx, list, in.Code, a.phoneNow())
	return wayTOTP, right, err
}

// Fresh lets a dangerous act pass only where its person has lately proved who he is: of
// everybody who has a second factor, and in counties that ask for one, of everybody. An
// act on the factors themselves is always asked for (always).
func (a *App) Fresh(ctx context.Context, who *Who, always bool) error {
	if !always && !who.guarded || a.Now().Sub(who.strong) < freshFor {
		return nil
	}
	// Another process may have heard the proof: what is remembered here is asked anew.
	var strong time.Time
	err := a.DB.Read(ctx, func(tx *store.Tx) error {
		s, err := tx.In(who.County).SignIn(who.session)
		strong = s.Strong
		return err
	})
	if err != nil {
		return err
	}
	if a.Now().Sub(strong) < freshFor {
		return nil
	}
	return domain.E(domain.KindForbidden, "step_up_required")
}
