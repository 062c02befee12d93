package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/notify"
	"linqiao/store"
)

// PhoneCode sends a one-time code to a mobile phone. Known and unknown phones get
// the same answer.
func (a *App) PhoneCode(ctx context.Context, county domain.CountyCode, phone string, from Client) error {
	county, err := a.countyOf(ctx, county)
	if err != nil {
		return err
	}
	norm, mobile, ok := domain.CheckPhone(phone)
	if !ok || !mobile {
		return domain.E(domain.KindInvalid, "phone").With("phone", "phone")
	}
	now := a.Now()
	if a.door.full("code/"+from.Address, codeAddress, time.Hour, now) {
		return errTooMany("code_too_many", time.Hour)
	}
	code, err := newCode(6)
	if err != nil {
		return err
	}
	if err := a.door.newCode(string(county)+"/"+norm, norm, code, now); err != nil {
		return err
	}
	a.door.count("code/"+from.Address, time.Hour, now)
	if err := a.sendCode(ctx, county, norm, code); err != nil {
		a.Log.Warn("phone code not sent", slog.Any("error", err))
		return domain.E(domain.KindUnavailable, "code_not_sent").Wrap(err)
	}
	return nil
}

// sendCode sends a code at once and leaves no delivery behind: a code is a secret
// for five minutes and worth nothing afterwards. In a demo county, which usually has
// no gateway, it stands on the fake phone.
func (a *App) sendCode(ctx context.Context, county domain.CountyCode, phone, code string) error {
	var way *domain.Channel
	if err := a.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.In(county).Channels()
		for i := range list {
			if c := &list[i]; way == nil && c.Active && c.Kind == notify.SMS && c.Org == "" {
				way = c
			}
		}
		return err
	}); err != nil {
		return err
	}
	if way == nil {
		if a.Demo {
			return nil
		}
		return errors.New("no SMS channel of the county")
	}
	gate, err := a.openWay(way.Kind, configOf(way))
	if err != nil {
		return err
	}
	_, err = gate.Send(ctx, notify.Message{ID: store.NewID(), To: phone, Text: "验证码 " + code + "，5 分钟内有效。工作人员不会向您索要验证码。"})
	return err
}

// PhoneAct is a sign-in by phone and code.
type PhoneAct struct {
	Phone  string            `json:"phone"`
	Code   string            `json:"code"`
	County domain.CountyCode `json:"county,omitempty"`
}

// SignInPhone opens a resident's session; a phone never seen gets an account and
// a person on file. Staff sign in by password: a phone alone opens none of their
// work.
func (a *App) SignInPhone(ctx context.Context, in PhoneAct, from Client) (*SessionView, error) {
	county, err := a.countyOf(ctx, in.County)
	if err != nil {
		return nil, err
	}
	norm, mobile, ok := domain.CheckPhone(in.Phone)
	if !ok || !mobile || !a.door.useCode(string(county)+"/"+norm, strings.TrimSpace(in.Code), a.Now()) {
		return nil, domain.E(domain.KindUnauthenticated, "code_wrong")
	}
	var id domain.AccountID
	err = a.write(ctx, System(county), func(w *work) (err error) {
		id, err = w.resident(norm)
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.open(ctx, county, id, entry{how: "phone"}, from)
}

// resident finds or makes the resident's account of a phone.
func (w *work) resident(phone string) (domain.AccountID, error) {
	index, err := w.tx.Index(identPhone, phone)
	if err != nil {
		return "", err
	}
	list, err := w.tx.AccountsByPhone(index)
	if err != nil {
		return "", err
	}
	for _, acc := range list {
		posts, err := w.tx.Memberships(store.MembershipFilter{Account: acc.ID, All: true})
		if err != nil {
			return "", err
		}
		if len(posts) == 0 {
			return acc.ID, nil // a locked one is refused when the session opens
		}
	}
	party, err := w.residentParty(phone)
	if err != nil {
		return "", err
	}
	acc := &domain.Account{Login: "p" + store.NewID(), Name: party.Name, PhoneIndex: index, Party: party.ID, Active: true}
	if err := w.tx.InsertAccount(acc); err != nil {
		return "", err
	}
	return acc.ID, w.happened("account", "create", party.ID, map[string]any{"account": string(acc.ID), "how": "phone"})
}

// residentParty is the person on file with this phone, or a new one. A new
// person's name is unknown: the last four digits stand for it until he says it.
func (w *work) residentParty(phone string) (*domain.Party, error) {
	p, err := orNil(w.tx.PartyByIdent(identPhone, phone))
	if err != nil || p != nil && p.Kind == domain.Person && p.Active {
		return p, err
	}
	county, err := w.Region(domain.RegionID(w.who.County))
	if err != nil {
		return nil, err
	}
	n := &domain.Party{Kind: domain.Person, Name: "居民" + phone[len(phone)-4:], Region: county.ID, Path: county.Path, Active: true,
		Data: map[string]any{}, Secret: map[string]any{"phone": phone}}
	if err := w.tx.InsertParty(n); err != nil {
		return nil, err
	}
	if p == nil {
		err = w.tx.AddIdent(n.ID, identPhone, phone)
	}
	return n, err
}
