package store

import (
	"time"

	"linqiao/domain"
)

const consentColumns = "county, id, party, program, key, by_party, by_account, evidence, role, purpose, scope, text_version, given_at, until_at, withdrawn_at, withdrawn_by"

func scanConsent(rows rowScanner, c *domain.Consent) error {
	return rows.Scan((*string)(&c.County), &c.ID, (*string)(&c.Party), &c.Program, &c.Key, (*string)(&c.ByParty),
		(*string)(&c.ByAccount), &c.Evidence, &c.Role, &c.Purpose, &c.Scope, &c.TextVersion, instant{&c.GivenAt}, instant{&c.Until}, instant{&c.WithdrawnAt},
		(*string)(&c.WithdrawnBy))
}

// InsertConsent writes a consent given.
func (tx *Tx) InsertConsent(c *domain.Consent) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if c.ID == "" {
		c.ID = NewID()
	}
	if c.GivenAt.IsZero() {
		c.GivenAt = tx.now
	}
	return tx.insert(insertSQL("consent", consentColumns), c.County, c.ID, c.Party, c.Program, c.Key, c.ByParty, c.ByAccount,
		c.Evidence, c.Role, c.Purpose, c.Scope, c.TextVersion, c.GivenAt, c.Until, c.WithdrawnAt, c.WithdrawnBy)
}

// Consent reads one consent.
func (tx *Tx) Consent(id string) (*domain.Consent, error) {
	c, err := one(tx, "consent", scanConsent, "SELECT "+consentColumns+" FROM consent WHERE county = $1 AND id = $2", tx.county, id)
	return &c, err
}

// WithdrawConsent ends a consent once; again it is a conflict "stale".
func (tx *Tx) WithdrawConsent(id string, by domain.AccountID, at time.Time) error {
	return tx.change("consent", "UPDATE consent SET withdrawn_at = $3, withdrawn_by = $4 WHERE county = $1 AND id = $2 AND withdrawn_at = 0", tx.county, id, at, by)
}

// Consents lists a party's consents, withdrawn and ended ones too, newest first;
// program "" = of all programs.
func (tx *Tx) Consents(party domain.PartyID, program string) ([]domain.Consent, error) {
	w := tx.where()
	w.add("party = ?", party)
	w.eq("program", program)
	return many(tx, scanConsent, "SELECT "+consentColumns+" FROM consent"+w.String()+" ORDER BY given_at DESC, id DESC", w.args...)
}

// Consented reports whether a consent of the key stands now.
func (tx *Tx) Consented(party domain.PartyID, program, key string) (bool, error) {
	n, err := one(tx, "consent", scanInt, "SELECT COUNT(*) FROM consent WHERE county = $1 AND party = $2 AND program = $3 AND key = $4"+
		" AND withdrawn_at = 0 AND given_at <= $5 AND (until_at = 0 OR until_at > $5)", tx.county, party, program, key, tx.now)
	return n > 0, err
}
