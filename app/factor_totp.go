package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"linqiao/domain"
	"linqiao/store"
)

// One-time codes as every authenticator app makes them (RFC 6238): SHA-1, six digits,
// thirty seconds, one step of tolerance to either side.
const (
	totpSeconds = 30
	totpSeed    = 20 // bytes
	totpSlack   = 1  // steps
)

// TOTPView is a seed that waits to be shown to work. It leaves the server this once.
type TOTPView struct {
	ID     string `json:"id"`
	Secret string `json:"secret"` // to be typed in where no camera is at hand
	URL    string `json:"url"`    // otpauth:…, drawn as a QR code by the screen itself
}

// BeginTOTP makes a seed for an authenticator app.
func (a *App) BeginTOTP(ctx context.Context, who *Who) (v *TOTPView, err error) {
	raw := make([]byte, totpSeed)
	_, _ = rand.Read(raw)
	seed := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	err = a.write(ctx, who, func(w *work) error {
		if err := w.room(); err != nil {
			return err
		}
		list, err := w.tx.Factors(who.Account)
		if err != nil {
			return err
		}
		for _, f := range list {
			if !f.Active {
				if err := w.tx.DeleteFactor(who.Account, f.ID); err != nil {
					return err
				}
			}
		}
		acc, err := w.tx.Account(who.Account)
		if err != nil {
			return err
		}
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		f := &domain.Factor{Account: who.Account, Kind: domain.FactorTOTP, Secret: map[string]any{"seed": seed}}
		if err := w.tx.SaveFactor(f); err != nil {
			return err
		}
		v = &TOTPView{f.ID, seed, totpURL("邻桥 "+t.Name, acc.Login, seed)}
		return nil
	})
	return v, err
}

// totpURL is what authenticator apps read from the picture.
func totpURL(issuer, login, seed string) string {
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + login}
	q := url.Values{"secret": {seed}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // apps show a plus as it stands
	return u.String()
}

// TOTPAct shows that an app makes the right codes.
type TOTPAct struct {
	Code string `json:"code" maxLength:"20"`
	Name string `json:"name,omitempty" maxLength:"60"`
}

// FinishTOTP makes a seed the caller's second factor once a code of it is right.
func (a *App) FinishTOTP(ctx context.Context, who *Who, id string, in TOTPAct, from Client) (v *EnrolledView, err error) {
	err = a.write(ctx, who, func(w *work) error {
		list, err := w.tx.Factors(who.Account)
		if err != nil {
			return err
		}
		for i := range list {
			f := &list[i]
			if f.ID != id || f.Kind != domain.FactorTOTP || f.Active {
				continue
			}
			step, ok := totpStep(f, in.Code, a.phoneNow())
			if !ok {
				return domain.E(domain.KindInvalid, "factor_wrong").With("code", "factor_wrong")
			}
			f.Step = step
			v, err = w.enrol(f, in.Name)
			return err
		}
		return domain.NotFound("factor")
	})
	if err != nil {
		return nil, err
	}
	return a.enrolled(ctx, who, v, from)
}

// totpStep finds the time step that a code belongs to, of those not used yet.
func totpStep(f *domain.Factor, code string, now time.Time) (int64, bool) {
	seed, _ := f.Secret["seed"].(string)
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / totpSeconds
	for step := at - totpSlack; step <= at+totpSlack; step++ {
		if step <= f.Step {
			continue
		}
		ok, err := hotp.ValidateCustom(code, uint64(step), seed, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok {
			return step, true
		}
	}
	return 0, false
}

// useTOTP takes a code in: right, of this moment, and once.
func useTOTP(tx *store.Tx, list []domain.Factor, code string, now time.Time) (bool, error) {
	for i := range list {
		f := &list[i]
		if !f.Active || f.Kind != domain.FactorTOTP {
			continue
		}
		if step, ok := totpStep(f, code, now); ok {
			return tx.TakeStep(f.ID, step)
		}
	}
	return false, nil
}
