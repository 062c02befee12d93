package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Client is where a request comes from.
type Client struct {
	Address string // network address, for limits and for the list of sign-ins
	Agent   string // what the browser calls itself
}

// SignInAct is a sign-in by login and password. County may be left out where
// there is only one.
type SignInAct struct {
	Login    string            `json:"login"`
	Password string            `json:"password"`
	County   domain.CountyCode `json:"county,omitempty"`
}

type CountyRef struct {
	Code domain.CountyCode `json:"code"`
	Name string            `json:"name"`
}

type SessionAccount struct {
	ID    domain.AccountID `json:"id"`
	Name  string           `json:"name"`
	Party *PartyRef        `json:"party,omitempty"`
}

type MembershipView struct {
	ID     string     `json:"id"`
	Org    OrgRef     `json:"org"`
	Region *RegionRef `json:"region,omitempty"`
	Post   string     `json:"post,omitempty"`
	// PostLabel is the post in words, as the mechanisms call who holds it.
	PostLabel string `json:"post_label,omitempty"`
	Role      string `json:"role,omitempty"`
	From      string `json:"from,omitempty"`  // first day
	Until     string `json:"until,omitempty"` // last day
	Holds     bool   `json:"holds"`           // today
}

type RoleRef struct {
	Program string `json:"program"`
	Role    string `json:"role"`
	Label   string `json:"label"`
}

// SessionView says who is signed in, and for whom he may act. Token is set only
// in the answer to a sign-in.
type SessionView struct {
	Token       string           `json:"token,omitempty"`
	Account     SessionAccount   `json:"account"`
	County      CountyRef        `json:"county"`
	Memberships []MembershipView `json:"memberships"`
	Roles       []RoleRef        `json:"roles"`
	Admin       bool             `json:"admin"`
	Auditor     bool             `json:"auditor"`
	Security    bool             `json:"security"`
	Parties     []PartyRef       `json:"parties"`
	Demo        bool             `json:"demo"`
	Now         time.Time        `json:"now"`
	// Vault is the key under which the account's phone seals what it keeps. It leaves the
	// phone at sign-out; what was sealed can be opened again only after another sign-in.
	Vault string `json:"vault,omitempty"`
	// Step is what this sign-in still lacks; until then it opens nothing else.
	Step string   `json:"step,omitempty" enum:"factor,enrol"`
	Ways []string `json:"ways,omitempty"` // in which the step can be done
}

func errWrongSignIn() error { return domain.E(domain.KindUnauthenticated, "sign_in_wrong") }

// SignIn opens a session. Unknown logins, wrong passwords and locked accounts get
// one answer after equal work. Five wrong tries close the way from that address
// to that login for a while; nobody can lock out somebody else.
func (a *App) SignIn(ctx context.Context, in SignInAct, from Client) (*SessionView, error) {
	county, err := a.countyOf(ctx, in.County)
	if err != nil {
		return nil, err
	}
	login := normLogin(in.Login)
	now := a.Now()
	key := string(county) + "/" + login + "/" + from.Address
	if a.door.full(key, wrongMost, wrongFor, now) || a.door.full("from/"+from.Address, addressMost, wrongFor, now) {
		return nil, errTooMany("sign_in_locked", wrongFor)
	}
	var acc *domain.Account
	err = a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		acc, err = orNil(tx.In(county).AccountByLogin(login))
		return err
	})
	if err != nil {
		return nil, err
	}
	hash := ""
	if acc != nil && acc.Active {
		hash = acc.PasswordHash
	}
	if len(in.Password) > 4*passwordMost || !a.door.hasher.check(in.Password, hash) {
		a.door.count(key, wrongFor, now)
		a.door.count("from/"+from.Address, wrongFor, now)
		if err := a.noteWrong(ctx, county, acc); err != nil {
			return nil, err
		}
		return nil, errWrongSignIn()
	}
	a.door.clear(key)
	return a.open(ctx, county, acc.ID, entry{how: wayPassword}, from)
}

// noteWrong writes a failed sign-in to the journal, for unknown logins too: the
// answer takes equally long, and what was typed is not kept.
func (a *App) noteWrong(ctx context.Context, county domain.CountyCode, acc *domain.Account) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		row := &domain.Audit{Action: "sign_in_failed"}
		if acc != nil {
			row.Object = "account/" + string(acc.ID)
		}
		return tx.In(county).AppendAudit(row)
	})
}

func normLogin(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// countyOf settles the county of a sign-in: the named one, or the only one.
func (a *App) countyOf(ctx context.Context, code domain.CountyCode) (county domain.CountyCode, err error) {
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Tenants()
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.Code == code || code == "" && len(list) == 1 {
				county = t.Code
				return nil
			}
		}
		return domain.E(domain.KindInvalid, "county_unknown").With("county", "county_unknown")
	})
	return county, err
}

// entry is how somebody came in; proved says that he needs no second step.
type entry struct {
	how    string
	proved bool
}

// open writes the sign-in and answers with its token. Who has a second factor, or must
// have one, is let in only as far as that step.
func (a *App) open(ctx context.Context, county domain.CountyCode, id domain.AccountID, in entry, from Client) (v *SessionView, err error) {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	token := string(county) + "-" + base64.RawURLEncoding.EncodeToString(secret)
	sum := sha256.Sum256([]byte(token))
	var who *Who
	err = a.DB.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(county)
		acc, err := tx.Account(id)
		if err != nil {
			return err
		}
		if !acc.Active {
			return errWrongSignIn()
		}
		actor, err := actorOf(tx, acc)
		if err != nil {
			return err
		}
		s := &signedIn{created: tx.Now()}
		who = &Who{County: county, Actor: actor, Lang: "zh-CN", session: hex.EncodeToString(sum[:])}
		if who.Stage, who.guarded, err = a.stageOf(tx, actor, in); err != nil {
			return err
		}
		s.idle, s.most = lasting(actor, who.Stage)
		who.strong = s.created
		err = tx.InsertSignIn(&domain.SignIn{TokenHash: who.session, Account: id, Created: s.created, Seen: s.created,
			Expires: s.ends(s.created), Agent: cutText(from.Agent, 200), Address: cutText(from.Address, 64), Stage: who.Stage, Strong: s.created})
		if err != nil {
			return err
		}
		if who.Stage == "" {
			if err := tx.SeeAccount(id); err != nil {
				return err
			}
		}
		return tx.AppendAudit(&domain.Audit{Actor: id, Action: "sign_in", Object: "account/" + string(id), Detail: signInDetail(in, who.Stage)})
	})
	if err != nil {
		return nil, err
	}
	if v, err = a.Session(ctx, who); err == nil {
		v.Token = token
	}
	return v, err
}

func signInDetail(in entry, stage string) map[string]any {
	d := map[string]any{"how": in.how}
	if stage != "" {
		d["stage"] = stage
	}
	return d
}

// stageOf says which step a sign-in still lacks, and whether dangerous acts of this
// account ask for a fresh proof.
func (a *App) stageOf(tx *store.Tx, actor *record.Actor, in entry) (stage string, guarded bool, err error) {
	has, err := tx.HasFactor(actor.Account)
	if err != nil {
		return "", false, err
	}
	t, err := tx.Tenant()
	if err != nil {
		return "", false, err
	}
	rules := rulesOf(t)
	guarded = has || rules.SecondFactor != FactorsOff && len(actor.Memberships) > 0
	switch {
	case in.proved || !has && rules.SecondFactor == FactorsOff:
		return "", guarded, nil
	case has:
		return domain.StageFactor, guarded, nil
	}
	set, err := a.programs.of(tx)
	if err == nil && rules.needsFactor(set.set, actor) {
		stage = domain.StageEnrol
	}
	return stage, guarded, err
}

// Session tells the caller who he is here.
func (a *App) Session(ctx context.Context, who *Who) (v *SessionView, err error) {
	if who.Account == "" {
		return nil, errSignedOut()
	}
	err = a.read(ctx, who, func(w *work) error {
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		acc, err := w.Account(who.Account)
		if err != nil {
			return err
		}
		v = &SessionView{Account: SessionAccount{ID: acc.ID, Name: acc.Name}, County: CountyRef{t.Code, t.Name},
			Admin: who.Admin, Auditor: who.Auditor, Security: who.Security, Demo: a.Demo, Now: a.Now(), Parties: []PartyRef{}}
		if who.Stage != "" {
			return w.waiting(v)
		}
		if v.Roles, err = w.roles(); err != nil {
			return err
		}
		for _, id := range append(append([]domain.PartyID{}, who.Parties...), who.Wards...) {
			p, err := w.Party(id)
			if err != nil {
				return err
			}
			v.Parties = append(v.Parties, PartyRef{p.ID, p.Kind, p.Name})
			if p.ID == acc.Party {
				v.Account.Party = &v.Parties[len(v.Parties)-1]
			}
		}
		if v.Vault, err = w.vaultKey(); err != nil {
			return err
		}
		v.Memberships, err = w.membershipViews(who.Account, false)
		return err
	})
	return v, err
}

// waiting cuts the view of a sign-in that lacks its second step down to that step.
func (w *work) waiting(v *SessionView) error {
	v.Step, v.Admin, v.Auditor, v.Security = w.who.Stage, false, false, false
	v.Memberships, v.Roles = []MembershipView{}, []RoleRef{}
	list, err := w.tx.Factors(w.who.Account)
	if err != nil {
		return err
	}
	n, err := w.tx.RecoveryCodes(w.who.Account)
	if w.who.Stage == domain.StageFactor {
		v.Ways = waysOf(list, n)
	}
	return err
}

// vaultKey is 32 bytes in hex, the same at every sign-in of the account, known to nobody
// without the county's master key.
func (w *work) vaultKey() (string, error) {
	a, err := w.tx.Index("phone vault 1", string(w.who.Account))
	if err != nil {
		return "", err
	}
	b, err := w.tx.Index("phone vault 2", string(w.who.Account))
	return a + b, err
}

// roles lists the program roles that the caller may be expected to act in.
func (w *work) roles() ([]RoleRef, error) {
	out := []RoleRef{}
	for _, p := range w.set.set.Programs.All() {
		for k, r := range p.Roles.All() {
			if !w.who.Serves(p, r) {
				continue
			}
			ok, err := w.fitsParty(r)
			if err != nil {
				return nil, err
			}
			if ok {
				out = append(out, RoleRef{p.Key, k, w.words(p).Role(k)})
			}
		}
	}
	return out, nil
}

// fitsParty reports whether a role that one holds for oneself or for a ward can be
// held by the caller's own kinds of party: an enterprise's role is no person's.
func (w *work) fitsParty(r *program.Role) (bool, error) {
	if r.Is != "self" && r.Is != "guardian" || len(w.who.Qualified(r)) > 0 {
		return true, nil
	}
	if r.Is == "guardian" {
		return len(w.who.Wards) > 0, nil
	}
	for _, id := range w.who.Parties {
		p, err := w.Party(id)
		if err != nil {
			return false, err
		}
		if len(r.HeldBy.Party) == 0 || slices.Contains(r.HeldBy.Party, p.Kind) {
			return true, nil
		}
	}
	return false, nil
}

func (w *work) membershipViews(id domain.AccountID, anyDay bool) ([]MembershipView, error) {
	list, err := w.tx.Memberships(store.MembershipFilter{Account: id, AnyDay: anyDay})
	out := make([]MembershipView, 0, len(list))
	for _, m := range list {
		o, err := w.Org(m.Org)
		if err != nil {
			return nil, err
		}
		v := MembershipView{ID: m.ID, Org: OrgRef{o.ID, o.Name, o.Kind}, Post: m.Post, Role: m.Role, Holds: m.From <= w.today() && (m.Until == 0 || m.Until >= w.today())}
		v.PostLabel = w.postLabel(o, m.Post)
		if m.From != 0 {
			v.From = m.From.String()
		}
		if m.Until != 0 {
			v.Until = m.Until.String()
		}
		region := m.Region
		if region == "" {
			region = o.Region
		}
		if g, err := w.Region(region); err == nil {
			v.Region = &RegionRef{g.ID, g.Name, g.Level}
		}
		out = append(out, v)
	}
	return out, err
}

// postLabel words a post of a unit: the role that some mechanism gives to who holds it,
// or the post as it was written.
func (w *work) postLabel(o *domain.Org, post string) string {
	if post == "" || w.set == nil {
		return post
	}
	for _, p := range w.set.set.Programs.All() {
		for _, r := range p.Roles.All() {
			h := &r.HeldBy
			if slices.Contains(h.Post, post) && (len(h.Org) == 0 || slices.Contains(h.Org, o.Kind)) {
				return w.words(p).Role(r.Key)
			}
		}
	}
	return post
}

// SignOut ends the caller's session.
func (a *App) SignOut(ctx context.Context, who *Who) error {
	err := a.DB.Write(ctx, func(tx *store.Tx) error { return tx.In(who.County).DeleteSignIn(who.session) })
	a.people.forget(who.Account)
	return err
}

// SignInView is one live sign-in of the caller.
type SignInView struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Expires time.Time `json:"expires"`
	Agent   string    `json:"agent"`
	Address string    `json:"address"`
	Current bool      `json:"current"`
}

// SignIns lists the caller's sign-ins, on all his devices.
func (a *App) SignIns(ctx context.Context, who *Who) (l List[SignInView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.SignIns(who.Account)
		out := make([]SignInView, 0, len(list))
		for _, s := range list {
			out = append(out, SignInView{signInID(s.TokenHash), s.Created, s.Seen, s.Expires, s.Agent, s.Address, s.TokenHash == who.session})
		}
		l = listOf(out, "")
		return err
	})
	return l, err
}

// signInID names a sign-in outside; the stored hash stays inside.
func signInID(hash string) string { return hash[:min(16, len(hash))] }

// Revoke ends one of the caller's sign-ins.
func (a *App) Revoke(ctx context.Context, who *Who, id string) error {
	defer a.people.forget(who.Account)
	return a.write(ctx, who, func(w *work) error {
		list, err := w.tx.SignIns(who.Account)
		if err != nil {
			return err
		}
		for _, s := range list {
			if signInID(s.TokenHash) == id {
				if err := w.tx.DeleteSignIn(s.TokenHash); err != nil {
					return err
				}
				return w.audit("sign_in_revoke", "account/"+string(who.Account), "", nil)
			}
		}
		return domain.NotFound("session")
	})
}

// PasswordAct changes one's own password.
type PasswordAct struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// ChangePassword also ends the account's other sign-ins.
func (a *App) ChangePassword(ctx context.Context, who *Who, in PasswordAct, from Client) error {
	now := a.Now()
	key := "password/" + string(who.Account) + "/" + from.Address
	if a.door.full(key, wrongMost, wrongFor, now) {
		return errTooMany("sign_in_locked", wrongFor)
	}
	var acc *domain.Account
	var past []string
	err := a.read(ctx, who, func(w *work) (err error) {
		if acc, err = w.tx.Account(who.Account); err == nil {
			past, err = w.tx.PastPasswords(acc.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	// A resident who came by phone has no password yet.
	if acc.PasswordHash != "" && !a.door.hasher.check(in.Old, acc.PasswordHash) {
		a.door.count(key, wrongFor, now)
		return domain.E(domain.KindInvalid, "password_wrong").With("old", "password_wrong")
	}
	if err := checkPassword(acc.Login, in.New); err != nil {
		return err
	}
	if a.usedBefore(in.New, append(past, acc.PasswordHash)) {
		return domain.E(domain.KindInvalid, "password_used", "n", itoa64(passwordsKept)).With("password", "password_used", "n", itoa64(passwordsKept))
	}
	hash := a.door.hasher.hash(in.New)
	defer a.people.forget(who.Account)
	return a.write(ctx, who, func(w *work) error {
		fresh, err := w.tx.Account(who.Account)
		if err != nil {
			return err
		}
		if err := w.giveUpPassword(fresh); err != nil {
			return err
		}
		fresh.PasswordHash = hash
		if err := w.tx.UpdateAccount(fresh); err != nil {
			return err
		}
		list, err := w.tx.SignIns(who.Account)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.TokenHash != who.session {
				if err := w.tx.DeleteSignIn(s.TokenHash); err != nil {
					return err
				}
			}
		}
		return w.audit("password", "account/"+string(who.Account), "", nil)
	})
}
