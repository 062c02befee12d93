package app

import (
	"context"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

type AccountView struct {
	ID          domain.AccountID `json:"id"`
	Login       string           `json:"login"`
	Name        string           `json:"name"`
	Party       *PartyRef        `json:"party,omitempty"`
	Active      bool             `json:"active"`
	Memberships []MembershipView `json:"memberships"`
	Phone       bool             `json:"phone"` // signs in by phone too; the number is only indexed
	Created     time.Time        `json:"created"`
	Seen        *time.Time       `json:"seen,omitempty"` // last sign-in
	Rev         int64            `json:"rev"`
	// Password is set once, in the answer that generated it.
	Password string `json:"password,omitempty"`
}

// MembershipAct gives a post in a unit. Role is a kernel role of the county office
// (admin, security, auditor), empty for everybody else: what others may do follows from
// their unit and post.
type MembershipAct struct {
	Org    domain.OrgID    `json:"org"`
	Region domain.RegionID `json:"region,omitempty"`
	Post   string          `json:"post,omitempty"`
	Role   string          `json:"role,omitempty"`
	From   string          `json:"from,omitempty"`  // first day; "" = at once
	Until  string          `json:"until,omitempty"` // last day; "" = open
}

type AccountAct struct {
	Login       string          `json:"login"`
	Name        string          `json:"name"`
	Password    string          `json:"password,omitempty"` // generated when left out
	Phone       string          `json:"phone,omitempty"`
	Party       domain.PartyID  `json:"party,omitempty"`
	Memberships []MembershipAct `json:"memberships,omitempty"`
	// Reason goes with the posts where somebody else has to approve them.
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// AccountQuery selects accounts; Q is a part of a name or a login, or a whole phone
// number.
type AccountQuery struct {
	Q      string
	Org    domain.OrgID
	State  string // active, locked, unused (for as long as the county's rules say)
	Cursor string
	Limit  int
}

// Accounts lists accounts by login. Administrators and auditors only; others find
// colleagues through their units' records.
func (a *App) Accounts(ctx context.Context, who *Who, q AccountQuery) (l List[AccountView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		if err := w.officersOnly(); err != nil {
			return err
		}
		n := limitOf(q.Limit)
		list, err := w.findAccounts(q, n+1)
		if err != nil {
			return err
		}
		next := ""
		if len(list) > n {
			list = list[:n]
			next = list[n-1].Login
		}
		out := make([]AccountView, 0, len(list))
		for i := range list {
			v, err := w.accountView(&list[i])
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		l = listOf(out, next)
		return nil
	})
	return l, err
}

func (w *work) findAccounts(q AccountQuery, limit int) ([]domain.Account, error) {
	text := strings.TrimSpace(cutText(q.Q, 60))
	if n, _, ok := domain.CheckPhone(text); ok && q.Org == "" && q.State == "" {
		index, err := w.tx.Index(identPhone, n)
		if err != nil {
			return nil, err
		}
		if list, err := w.tx.AccountsByPhone(index); err != nil || len(list) > 0 {
			return list, err
		}
	}
	f := store.AccountFilter{Text: text, Org: q.Org, State: q.State, After: q.Cursor, Limit: limit}
	if q.State == "unused" {
		t, err := w.tx.Tenant()
		if err != nil {
			return nil, err
		}
		f.Since = w.tx.Now().AddDate(0, 0, -rulesOf(t).IdleDays)
	}
	return w.tx.FindAccounts(f)
}

func (w *work) accountView(acc *domain.Account) (AccountView, error) {
	v := AccountView{ID: acc.ID, Login: acc.Login, Name: acc.Name, Active: acc.Active, Phone: acc.PhoneIndex != "", Created: acc.Created, Rev: acc.Rev}
	if acc.Party != "" {
		p, err := w.Party(acc.Party)
		if err != nil {
			return v, err
		}
		v.Party = &PartyRef{p.ID, p.Kind, p.Name}
	}
	if !acc.Seen.IsZero() {
		v.Seen = &acc.Seen
	}
	var err error
	v.Memberships, err = w.membershipViews(acc.ID, true)
	return v, err
}

// AccountView reads one account.
func (a *App) Account(ctx context.Context, who *Who, id domain.AccountID) (v *AccountView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		if err := w.officersOnly(); err != nil && who.Account != id {
			return err
		}
		acc, err := w.Account(id)
		if err != nil {
			return err
		}
		x, err := w.accountView(acc)
		v = &x
		return err
	})
	return v, err
}

// CreateAccount makes an account with its memberships. A password left out is
// generated and stands in this answer only.
func (a *App) CreateAccount(ctx context.Context, who *Who, once Once, in AccountAct) (*AccountView, error) {
	if !who.Admin && !who.System {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	in.Login = normLogin(in.Login)
	password, made := in.Password, ""
	if password == "" {
		password = newPassword()
		made = password
	}
	if err := checkAccount(in, password); err != nil {
		return nil, err
	}
	hash := a.door.hasher.hash(password)
	var fresh domain.AccountID // "" when a retry got the first answer
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		acc, err := w.newAccount(in, hash)
		if err != nil {
			return "", err
		}
		fresh = acc.ID
		return domain.RecordID(acc.ID), nil
	})
	if err != nil {
		return nil, err
	}
	v, err := a.Account(ctx, who, domain.AccountID(id))
	if err == nil && fresh == v.ID {
		v.Password = made
	}
	return v, err
}

func checkAccount(in AccountAct, password string) error {
	e := domain.E(domain.KindInvalid, "fields")
	if n := len(in.Login); n < 2 || n > 64 || strings.ContainsAny(in.Login, " \t\n/\\\"'<>") {
		e.With("login", "login")
	}
	if strings.TrimSpace(in.Name) == "" {
		e.With("name", "required")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return checkPassword(in.Login, password)
}

func (w *work) newAccount(in AccountAct, hash string) (*domain.Account, error) {
	acc := &domain.Account{Login: in.Login, Name: strings.TrimSpace(in.Name), Party: in.Party, PasswordHash: hash, Active: true}
	number := "" // for messages, where it is a mobile one
	if in.Phone != "" {
		var err error
		if number, err = w.setPhone(acc, in.Phone); err != nil {
			return nil, err
		}
	}
	if in.Party != "" {
		if _, err := w.Party(in.Party); err != nil {
			return nil, domain.E(domain.KindInvalid, "party_unknown").With("party", "party_unknown")
		}
	}
	if taken, err := orNil(w.tx.AccountByLogin(in.Login)); err != nil || taken != nil {
		if err != nil {
			return nil, err
		}
		return nil, domain.E(domain.KindConflict, "duplicate", "field", "login").With("login", "duplicate")
	}
	if err := w.tx.InsertAccount(acc); err != nil {
		return nil, err
	}
	if number != "" {
		if err := w.keepPhone(acc.ID, number); err != nil {
			return nil, err
		}
	}
	if err := w.changed("account", "create", string(acc.ID), in.Party, nil); err != nil {
		return nil, err
	}
	return acc, w.firstPosts(acc.ID, in)
}

// firstPosts gives a new account its posts, or asks for them: an account without a post
// may do nothing.
func (w *work) firstPosts(id domain.AccountID, in AccountAct) error {
	if len(in.Memberships) == 0 {
		return nil
	}
	if w.alone() != nil {
		_, err := w.proposeChange(ApprovalAct{Kind: ApproveJoin, Account: id, Memberships: in.Memberships, Reason: in.Reason})
		return err
	}
	for _, m := range in.Memberships {
		if _, err := w.join(id, m); err != nil {
			return err
		}
	}
	return nil
}

// setPhone sets the number that an account is found by; mobile is the number when
// it can receive messages.
func (w *work) setPhone(acc *domain.Account, phone string) (mobile string, err error) {
	n, isMobile, ok := domain.CheckPhone(phone)
	if !ok {
		return "", domain.E(domain.KindInvalid, "fields").With("phone", "phone")
	}
	if isMobile {
		mobile = n
	}
	acc.PhoneIndex, err = w.tx.Index(identPhone, n)
	return mobile, err
}

// join writes a membership.
func (w *work) join(id domain.AccountID, in MembershipAct) (*domain.Membership, error) {
	m, err := w.checkPost(id, in)
	if err != nil {
		return nil, err
	}
	return m, w.tx.SaveMembership(m)
}

// checkPost reads a post that an account is to have.
func (w *work) checkPost(id domain.AccountID, in MembershipAct) (*domain.Membership, error) {
	org, err := w.Org(in.Org)
	if err != nil || !org.Active {
		return nil, domain.E(domain.KindInvalid, "org_unknown").With("org", "org_unknown")
	}
	switch in.Role {
	case "", RoleAdmin, RoleSecurity, RoleAuditor:
	default:
		return nil, domain.E(domain.KindInvalid, "membership_role").With("role", "membership_role")
	}
	m := &domain.Membership{Account: id, Org: org.ID, Role: in.Role, Post: strings.TrimSpace(in.Post), Active: true}
	if in.Region != "" {
		g, err := w.Region(in.Region)
		if err != nil {
			return nil, domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
		}
		m.Region, m.Path = g.ID, g.Path
	}
	if err := postDates(m, in); err != nil {
		return nil, err
	}
	return m, w.oneHat(id, in.Role)
}

// oneHat keeps the three offices apart (等保 8.1.5: separate persons): nobody holds two,
// nor by a second account of the same person or the same phone.
func (w *work) oneHat(id domain.AccountID, role string) error {
	if role == "" {
		return nil
	}
	same, err := w.sameHands(id)
	if err != nil {
		return err
	}
	for _, other := range same {
		list, err := w.tx.Memberships(store.MembershipFilter{Account: other, AnyDay: true})
		if err != nil {
			return err
		}
		for _, m := range list {
			if m.Role != "" && m.Role != role {
				return domain.E(domain.KindRefused, "one_office")
			}
		}
	}
	return nil
}

// sameHands lists an account and the others known to be of the same person.
func (w *work) sameHands(id domain.AccountID) ([]domain.AccountID, error) {
	out := []domain.AccountID{id}
	acc, err := w.tx.Account(id)
	if err != nil {
		return nil, err
	}
	add := func(list []domain.Account, err error) error {
		for _, a := range list {
			out = append(out, a.ID)
		}
		return err
	}
	if acc.Party != "" {
		if err := add(w.tx.AccountsOf(acc.Party)); err != nil {
			return nil, err
		}
	}
	if acc.PhoneIndex != "" {
		err = add(w.tx.AccountsByPhone(acc.PhoneIndex))
	}
	return out, err
}

// Office is the county's own office and its first administrator.
type Office struct {
	Name, Login, Admin, Password string
}

// OpenOffice makes the county office (unit kind county_office) with one account of
// the given kernel role: how a county begins, before anybody can sign in. The
// county and its divisions must be there. It answers with the password when it
// generated one.
func (a *App) OpenOffice(ctx context.Context, county domain.CountyCode, role string, o Office) (*AccountView, error) {
	who := System(county)
	var id domain.OrgID
	err := a.write(ctx, who, func(w *work) error {
		list, err := w.tx.Orgs(store.OrgFilter{Kinds: []string{"county_office"}})
		if err != nil {
			return err
		}
		if len(list) > 0 {
			id = list[0].ID
			return nil
		}
		org, err := w.newOrg(OrgAct{Name: &o.Name, Kind: "county_office"})
		if err == nil {
			id = org.ID
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.CreateAccount(ctx, who, Once{}, AccountAct{Login: o.Login, Name: o.Admin, Password: o.Password,
		Memberships: []MembershipAct{{Org: id, Role: role}}})
}

// StaffView is a colleague as other staff may find him: name and unit, no more.
type StaffView struct {
	ID   domain.AccountID `json:"id"`
	Name string           `json:"name"`
	Org  *OrgRef          `json:"org,omitempty"`
}

// lookUpMost bounds a look-up; whoever searches types another character.
const lookUpMost = 20

// Staff finds colleagues by a part of their name, for handing over and for fields
// that hold a person in charge. Residents neither find nor are found.
func (a *App) Staff(ctx context.Context, who *Who, q string) (l List[StaffView], err error) {
	if len(who.Memberships) == 0 && !who.Admin {
		return l, domain.E(domain.KindForbidden, "staff_only")
	}
	q = strings.TrimSpace(cutText(q, 50))
	err = a.read(ctx, who, func(w *work) error {
		items, after := []StaffView{}, ""
		for len(items) < lookUpMost {
			page, err := w.tx.Accounts(after, 500)
			if err != nil {
				return err
			}
			for i := range page {
				acc := &page[i]
				after = acc.Login
				if !acc.Active || q != "" && !strings.Contains(acc.Name, q) || len(items) >= lookUpMost {
					continue
				}
				ms, err := w.tx.Memberships(store.MembershipFilter{Account: acc.ID})
				if err != nil {
					return err
				}
				if len(ms) == 0 {
					continue
				}
				v := StaffView{ID: acc.ID, Name: acc.Name}
				if o, err := w.Org(ms[0].Org); err == nil {
					v.Org = &OrgRef{o.ID, o.Name, o.Kind}
				}
				items = append(items, v)
			}
			if len(page) < 500 {
				break
			}
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}
