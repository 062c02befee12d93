package store

import (
	"time"

	"linqiao/domain"
)

const factorColumns = "county, id, account, kind, name, active, handle, step, created, used, secret"

func factorAAD(id string) string    { return "factor/" + id }
func challengeAAD(id string) string { return "challenge/" + id }

func (tx *Tx) scanFactor(rows rowScanner, f *domain.Factor) error {
	var secret []byte
	if err := rows.Scan((*string)(&f.County), &f.ID, (*string)(&f.Account), &f.Kind, &f.Name, yesNo{&f.Active}, &f.Handle, &f.Step,
		instant{&f.Created}, instant{&f.Used}, &secret); err != nil {
		return err
	}
	var err error
	f.Secret, err = tx.open(factorAAD(f.ID), secret)
	return err
}

// Factors lists the second factors of an account, those just begun too.
func (tx *Tx) Factors(account domain.AccountID) ([]domain.Factor, error) {
	return many(tx, tx.scanFactor, "SELECT "+factorColumns+" FROM factor WHERE county = $1 AND account = $2 ORDER BY created, id", tx.county, account)
}

// HasFactor reports whether an account has a second factor that works.
func (tx *Tx) HasFactor(account domain.AccountID) (bool, error) {
	ids, err := many(tx, func(rows rowScanner, id *string) error { return rows.Scan(id) },
		"SELECT id FROM factor WHERE county = $1 AND account = $2 AND active = 1 LIMIT 1", tx.county, account)
	return len(ids) > 0, err
}

// SaveFactor writes a factor, new or old.
func (tx *Tx) SaveFactor(f *domain.Factor) error {
	if err := tx.home(&f.County); err != nil {
		return err
	}
	if f.ID == "" {
		f.ID = NewID()
	}
	if f.Created.IsZero() {
		f.Created = tx.now
	}
	secret, err := tx.seal(factorAAD(f.ID), f.Secret)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("factor", factorColumns)+" ON CONFLICT (county, id) DO UPDATE SET name = excluded.name, active = excluded.active,"+
		" handle = excluded.handle, step = excluded.step, used = excluded.used, secret = excluded.secret",
		f.County, f.ID, f.Account, f.Kind, f.Name, f.Active, f.Handle, f.Step, f.Created, f.Used, secret)
}

// TakeStep notes that the code of a time step was used, and reports false when it, or a
// later one, had been used before.
func (tx *Tx) TakeStep(id string, step int64) (bool, error) {
	n, err := tx.exec("UPDATE factor SET step = $3, used = $4 WHERE county = $1 AND id = $2 AND step < $3", tx.county, id, step, tx.now)
	return n == 1, err
}

// DeleteFactor takes one factor of an account away.
func (tx *Tx) DeleteFactor(account domain.AccountID, id string) error {
	_, err := tx.exec("DELETE FROM factor WHERE county = $1 AND account = $2 AND id = $3", tx.county, account, id)
	return err
}

// DeleteFactors takes away all factors and recovery codes of an account.
func (tx *Tx) DeleteFactors(account domain.AccountID) error {
	if _, err := tx.exec("DELETE FROM factor WHERE county = $1 AND account = $2", tx.county, account); err != nil {
		return err
	}
	return tx.SetRecoveryCodes(account, nil)
}

// SetRecoveryCodes replaces an account's recovery codes by others, given as keyed digests.
func (tx *Tx) SetRecoveryCodes(account domain.AccountID, digests []string) error {
	if _, err := tx.exec("DELETE FROM recovery_code WHERE county = $1 AND account = $2", tx.county, account); err != nil {
		return err
	}
	for _, d := range digests {
		if err := tx.insert(insertSQL("recovery_code", "county, account, digest"), tx.county, account, d); err != nil {
			return err
		}
	}
	return nil
}

// TakeRecoveryCode uses a recovery code up and reports whether there was such a one.
func (tx *Tx) TakeRecoveryCode(account domain.AccountID, digest string) (bool, error) {
	n, err := tx.exec("DELETE FROM recovery_code WHERE county = $1 AND account = $2 AND digest = $3", tx.county, account, digest)
	return n == 1, err
}

// RecoveryCodes counts the recovery codes that an account has left.
func (tx *Tx) RecoveryCodes(account domain.AccountID) (int, error) {
	list, err := many(tx, func(rows rowScanner, n *int) error { return rows.Scan(num(n)) },
		"SELECT COUNT(*) FROM recovery_code WHERE county = $1 AND account = $2", tx.county, account)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// CountFactorTry notes one try at the second step before it is judged, so that tries made
// at once wait for one another and are all counted.
func (tx *Tx) CountFactorTry(account domain.AccountID) error {
	_, err := tx.exec("UPDATE account SET failed = failed + 1 WHERE county = $1 AND id = $2", tx.county, account)
	return err
}

// SettleFactorTries begins to count anew, and closes the second step until an instant.
func (tx *Tx) SettleFactorTries(account domain.AccountID, until time.Time) error {
	_, err := tx.exec("UPDATE account SET failed = 0, locked_until = $3 WHERE county = $1 AND id = $2", tx.county, account, until)
	return err
}

const challengeColumns = "county, id, account, use, expires, secret"

// InsertChallenge keeps a question that is to be answered; what has expired goes.
func (tx *Tx) InsertChallenge(c *domain.Challenge) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM challenge WHERE county = $1 AND expires <= $2", tx.county, tx.now); err != nil {
		return err
	}
	secret, err := tx.seal(challengeAAD(c.ID), c.Secret)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("challenge", challengeColumns), c.County, c.ID, c.Account, c.Use, c.Expires, secret)
}

// TakeChallenge gives a question that is still open for this use and closes it.
func (tx *Tx) TakeChallenge(id, use string) (*domain.Challenge, error) {
	c, err := one(tx, "challenge", tx.scanChallenge, "SELECT "+challengeColumns+" FROM challenge WHERE county = $1 AND id = $2 AND use = $3 AND expires > $4",
		tx.county, id, use, tx.now)
	if err != nil {
		return nil, err
	}
	n, err := tx.exec("DELETE FROM challenge WHERE county = $1 AND id = $2", tx.county, id)
	if err == nil && n != 1 {
		err = domain.NotFound("challenge")
	}
	return &c, err
}

func (tx *Tx) scanChallenge(rows rowScanner, c *domain.Challenge) error {
	var secret []byte
	if err := rows.Scan((*string)(&c.County), &c.ID, (*string)(&c.Account), &c.Use, instant{&c.Expires}, &secret); err != nil {
		return err
	}
	var err error
	c.Secret, err = tx.open(challengeAAD(c.ID), secret)
	return err
}

// StrengthenSignIn notes that the person of a sign-in has just proved who he is.
func (tx *Tx) StrengthenSignIn(tokenHash string) error {
	_, err := tx.exec("UPDATE sign_in SET strong = $3 WHERE county = $1 AND token_hash = $2", tx.county, tokenHash, tx.now)
	return err
}
