package store

import (
	"strings"
	"time"

	"linqiao/domain"
)

const accountColumns = "county, id, login, name, phone_index, party, password_hash, active, failed, locked_until, created"

var (
	accountInsert = insertSQL("account", accountColumns+", rev")
	accountUpdate = updateSQL("account", accountColumns)
	accountSelect = "SELECT " + accountColumns + ", rev, seen FROM account"
)

func scanAccount(rows rowScanner, a *domain.Account) error {
	return rows.Scan((*string)(&a.County), (*string)(&a.ID), &a.Login, &a.Name, &a.PhoneIndex, (*string)(&a.Party), &a.PasswordHash,
		yesNo{&a.Active}, num(&a.Failed), instant{&a.LockedUntil}, instant{&a.Created}, num(&a.Rev), instant{&a.Seen})
}

func accountValues(a *domain.Account) []any {
	return []any{a.County, a.ID, a.Login, a.Name, a.PhoneIndex, a.Party, a.PasswordHash, a.Active, a.Failed, a.LockedUntil, a.Created, a.Rev}
}

// Account reads one account.
func (tx *Tx) Account(id domain.AccountID) (*domain.Account, error) {
	a, err := one(tx, "account", scanAccount, accountSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &a, err
}

// AccountByLogin finds an account by its login name.
func (tx *Tx) AccountByLogin(login string) (*domain.Account, error) {
	a, err := one(tx, "account", scanAccount, accountSelect+" WHERE county = $1 AND login = $2", tx.county, login)
	return &a, err
}

// AccountsByPhone finds the accounts of a phone number by its blind index.
func (tx *Tx) AccountsByPhone(index string) ([]domain.Account, error) {
	return many(tx, scanAccount, accountSelect+" WHERE county = $1 AND phone_index = $2 AND phone_index <> '' ORDER BY id", tx.county, index)
}

// AccountsOf finds the accounts of a person on file.
func (tx *Tx) AccountsOf(party domain.PartyID) ([]domain.Account, error) {
	return many(tx, scanAccount, accountSelect+" WHERE county = $1 AND party = $2 AND party <> '' ORDER BY id", tx.county, party)
}

// Accounts lists accounts by login after the given one.
func (tx *Tx) Accounts(after string, limit int) ([]domain.Account, error) {
	return tx.FindAccounts(AccountFilter{After: after, Limit: limit})
}

// AccountFilter selects accounts. Text is a part of the name or the login of
// somebody with a post, or a whole login: residents, who are many, are not searched.
type AccountFilter struct {
	Text  string
	Org   domain.OrgID // with a post there
	State string       // active, locked, unused; "" = any
	Since time.Time    // unused: nobody of staff signed in since then
	After string       // login
	Limit int
}

// FindAccounts lists accounts by login.
func (tx *Tx) FindAccounts(f AccountFilter) ([]domain.Account, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.add("login > ?", f.After)
	if f.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(f.Text) + "%"
		w.add(`(login = ? OR id IN (SELECT account FROM membership WHERE county = $1 AND active = 1) AND (name LIKE ? ESCAPE '\' OR login LIKE ? ESCAPE '\'))`,
			strings.ToLower(f.Text), like, strings.ToLower(like))
	}
	if f.Org != "" {
		w.add("id IN (SELECT account FROM membership WHERE county = $1 AND org = ? AND active = 1)", f.Org)
	}
	switch f.State {
	case "active":
		w.add("active = 1")
	case "locked":
		w.add("active = 0")
	case "unused":
		w.add("active = 1 AND seen < ? AND created < ?", f.Since, f.Since)
		w.add("id IN (SELECT account FROM membership WHERE county = $1 AND active = 1)")
	}
	return many(tx, scanAccount, accountSelect+w.String()+" ORDER BY login"+w.fill(" LIMIT ?", int64(pageSize(f.Limit))), w.args...)
}

// InsertAccount writes a new account; a login already taken is "duplicate".
func (tx *Tx) InsertAccount(a *domain.Account) error {
	if err := tx.home(&a.County); err != nil {
		return err
	}
	if a.ID == "" {
		a.ID = domain.AccountID(NewID())
	}
	if a.Created.IsZero() {
		a.Created = tx.now
	}
	a.Rev = 1
	return tx.insert(accountInsert, accountValues(a)...)
}

// UpdateAccount saves an account read at a.Rev; stale otherwise.
func (tx *Tx) UpdateAccount(a *domain.Account) error {
	if err := tx.home(&a.County); err != nil {
		return err
	}
	if err := tx.change("account", accountUpdate, accountValues(a)...); err != nil {
		return err
	}
	a.Rev++
	return nil
}

// SeeAccount notes that somebody has signed in to an account; it is no edit of it.
func (tx *Tx) SeeAccount(id domain.AccountID) error {
	_, err := tx.exec("UPDATE account SET seen = $3 WHERE county = $1 AND id = $2", tx.county, id, tx.now)
	return err
}

// PastPasswords lists the hashes of former passwords, newest first.
func (tx *Tx) PastPasswords(id domain.AccountID) ([]string, error) {
	return many(tx, func(rows rowScanner, s *string) error { return rows.Scan(s) },
		"SELECT hash FROM password_past WHERE county = $1 AND account = $2 ORDER BY at DESC", tx.county, id)
}

// KeepPassword adds the hash of a password that is given up; older ones than the newest
// few go.
func (tx *Tx) KeepPassword(id domain.AccountID, hash string, most int) error {
	if err := tx.insert(insertSQL("password_past", "county, account, at, hash"), tx.county, id, tx.now, hash); err != nil {
		return err
	}
	_, err := tx.exec("DELETE FROM password_past WHERE county = $1 AND account = $2 AND at < (SELECT MIN(at) FROM"+
		" (SELECT at FROM password_past WHERE county = $1 AND account = $2 ORDER BY at DESC LIMIT $3) AS newest)", tx.county, id, int64(most))
	return err
}

const membershipColumns = "county, id, account, org, role, post, region, path, active, from_day, until_day"

func scanMembership(rows rowScanner, m *domain.Membership) error {
	return rows.Scan((*string)(&m.County), &m.ID, (*string)(&m.Account), (*string)(&m.Org), &m.Role, &m.Post, (*string)(&m.Region),
		&m.Path, yesNo{&m.Active}, num(&m.From), num(&m.Until))
}

// SaveMembership writes a membership, new or old.
func (tx *Tx) SaveMembership(m *domain.Membership) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	if m.ID == "" {
		m.ID = NewID()
	}
	return tx.insert(insertSQL("membership", membershipColumns)+" ON CONFLICT (county, id) DO UPDATE SET org = excluded.org,"+
		" role = excluded.role, post = excluded.post, region = excluded.region, path = excluded.path, active = excluded.active,"+
		" from_day = excluded.from_day, until_day = excluded.until_day",
		m.County, m.ID, m.Account, m.Org, m.Role, m.Post, m.Region, m.Path, m.Active, m.From, m.Until)
}

// MembershipFilter selects memberships that are active and hold today. Covers keeps those whose region
// subtree holds the given path.
type MembershipFilter struct {
	Account domain.AccountID
	Org     domain.OrgID
	Role    string
	Covers  string
	AnyDay  bool // also those that do not hold yet, or no more
	All     bool // also those taken away
}

// Memberships lists memberships by account.
func (tx *Tx) Memberships(f MembershipFilter) ([]domain.Membership, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.eq("account", string(f.Account))
	w.eq("org", string(f.Org))
	w.eq("role", f.Role)
	if f.Covers != "" {
		w.conds = append(w.conds, inList(w, "path", prefixes(f.Covers)))
	}
	if !f.All {
		w.add("active = 1")
	}
	if !f.All && !f.AnyDay {
		day := domain.DateOf(tx.now)
		w.add("from_day <= ? AND (until_day = 0 OR until_day >= ?)", day, day)
	}
	return many(tx, scanMembership, "SELECT "+membershipColumns+" FROM membership"+w.String()+" ORDER BY account, id", w.args...)
}

// prefixes lists a path and all above it.
func prefixes(path string) []string {
	var list []string
	for i := range len(path) {
		if path[i] == '/' {
			list = append(list, path[:i])
		}
	}
	return append(list, path)
}

const signInColumns = "county, token_hash, account, created, seen, expires, agent, address, stage, strong"

// InsertSignIn writes a new sign-in.
func (tx *Tx) InsertSignIn(s *domain.SignIn) error {
	if err := tx.home(&s.County); err != nil {
		return err
	}
	return tx.insert(insertSQL("sign_in", signInColumns), s.County, s.TokenHash, s.Account, s.Created, s.Seen, s.Expires, s.Agent, s.Address,
		s.Stage, s.Strong)
}

func scanSignIn(rows rowScanner, s *domain.SignIn) error {
	return rows.Scan((*string)(&s.County), &s.TokenHash, (*string)(&s.Account), instant{&s.Created}, instant{&s.Seen},
		instant{&s.Expires}, &s.Agent, &s.Address, &s.Stage, instant{&s.Strong})
}

// SignIn reads a sign-in that has not expired.
func (tx *Tx) SignIn(tokenHash string) (*domain.SignIn, error) {
	s, err := one(tx, "sign-in", scanSignIn, "SELECT "+signInColumns+" FROM sign_in WHERE county = $1 AND token_hash = $2 AND expires > $3",
		tx.county, tokenHash, tx.now)
	return &s, err
}

// SignIns lists the live sign-ins of an account.
func (tx *Tx) SignIns(account domain.AccountID) ([]domain.SignIn, error) {
	return many(tx, scanSignIn, "SELECT "+signInColumns+" FROM sign_in WHERE county = $1 AND account = $2 AND expires > $3 ORDER BY created",
		tx.county, account, tx.now)
}

// TouchSignIn notes that a sign-in was used, and until when it now lasts.
func (tx *Tx) TouchSignIn(tokenHash string, seen, expires time.Time) error {
	_, err := tx.exec("UPDATE sign_in SET seen = $3, expires = $4 WHERE county = $1 AND token_hash = $2", tx.county, tokenHash, seen, expires)
	return err
}

// DeleteSignIn ends one sign-in.
func (tx *Tx) DeleteSignIn(tokenHash string) error {
	_, err := tx.exec("DELETE FROM sign_in WHERE county = $1 AND token_hash = $2", tx.county, tokenHash)
	return err
}

// DeleteSignInsOf ends all sign-ins of an account.
func (tx *Tx) DeleteSignInsOf(account domain.AccountID) error {
	_, err := tx.exec("DELETE FROM sign_in WHERE county = $1 AND account = $2", tx.county, account)
	return err
}

// PurgeSignIns drops expired sign-ins and reports how many.
func (tx *Tx) PurgeSignIns() (int64, error) {
	return tx.exec("DELETE FROM sign_in WHERE county = $1 AND expires <= $2", tx.county, tx.now)
}
