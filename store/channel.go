package store

import (
	"time"

	"linqiao/domain"
)

const channelColumns = "county, id, kind, name, org, active, per_minute, config, secret, created, fails, closed, open_at, last_ok, last_fail, error, lease, rev"

func (tx *Tx) scanChannel(rows rowScanner, c *domain.Channel) error {
	var secret []byte
	h := &c.Health
	if err := rows.Scan((*string)(&c.County), &c.ID, &c.Kind, &c.Name, (*string)(&c.Org), yesNo{&c.Active}, num(&c.PerMinute), object{&c.Config}, &secret,
		instant{&c.Created}, num(&h.Fails), num(&h.Closed), instant{&h.OpenAt}, instant{&h.LastOK}, instant{&h.LastFail}, &h.Error, instant{&h.Lease}, num(&c.Rev)); err != nil {
		return err
	}
	var err error
	c.Secret, err = tx.open(channelAAD(c.ID), secret)
	return err
}

func channelAAD(id string) string { return "channel/" + id }

// InsertChannel writes a new way out of the county.
func (tx *Tx) InsertChannel(c *domain.Channel) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if c.ID == "" {
		c.ID = NewID()
	}
	c.Created, c.Rev = tx.now, 1
	secret, err := tx.seal(channelAAD(c.ID), c.Secret)
	if err != nil {
		return err
	}
	h := &c.Health
	return tx.insert(insertSQL("channel", channelColumns), c.County, c.ID, c.Kind, c.Name, c.Org, c.Active, c.PerMinute, c.Config, secret,
		c.Created, h.Fails, h.Closed, h.OpenAt, h.LastOK, h.LastFail, h.Error, h.Lease, c.Rev)
}

// UpdateChannel saves the settings of a channel read at c.Rev; stale otherwise. How
// it fares is left alone, save that a change opens it again.
func (tx *Tx) UpdateChannel(c *domain.Channel) error {
	secret, err := tx.seal(channelAAD(c.ID), c.Secret)
	if err != nil {
		return err
	}
	if err := tx.change("channel", "UPDATE channel SET rev = rev + 1, name = $3, org = $4, active = $5, per_minute = $6, config = $7, secret = $8,"+
		" fails = 0, closed = 0, open_at = 0 WHERE county = $1 AND id = $2 AND rev = $9",
		tx.county, c.ID, c.Name, c.Org, c.Active, c.PerMinute, c.Config, secret, c.Rev); err != nil {
		return err
	}
	c.Rev++
	c.Health.Fails, c.Health.Closed, c.Health.OpenAt = 0, 0, time.Time{}
	return nil
}

// Channel reads one channel.
func (tx *Tx) Channel(id string) (*domain.Channel, error) {
	c, err := one(tx, "channel", tx.scanChannel, "SELECT "+channelColumns+" FROM channel WHERE county = $1 AND id = $2", tx.county, id)
	return &c, err
}

// Channels lists all channels of the county, in the order in which they were made.
func (tx *Tx) Channels() ([]domain.Channel, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	return many(tx, tx.scanChannel, "SELECT "+channelColumns+" FROM channel WHERE county = $1 ORDER BY id", tx.county)
}

// LeaseChannel gives a channel to one worker until an instant: of two one gets true.
func (tx *Tx) LeaseChannel(id string, until time.Time) (bool, error) {
	n, err := tx.exec("UPDATE channel SET lease = $3 WHERE county = $1 AND id = $2 AND lease <= $4", tx.county, id, until, tx.now)
	return n == 1, err
}

// FreeChannel ends a lease.
func (tx *Tx) FreeChannel(id string) error {
	_, err := tx.exec("UPDATE channel SET lease = 0 WHERE county = $1 AND id = $2", tx.county, id)
	return err
}

// SaveHealth notes how a channel fares.
func (tx *Tx) SaveHealth(id string, h domain.ChannelHealth) error {
	_, err := tx.exec("UPDATE channel SET fails = $3, closed = $4, open_at = $5, last_ok = $6, last_fail = $7, error = $8 WHERE county = $1 AND id = $2",
		tx.county, id, h.Fails, h.Closed, h.OpenAt, h.LastOK, h.LastFail, h.Error)
	return err
}

const contactColumns = "county, account, phone, off, quiet_from, quiet_until, rest, gather, told_at, rev"

func contactAAD(a domain.AccountID) string { return "contact/" + string(a) }

func (tx *Tx) scanContact(rows rowScanner, c *domain.Contact) error {
	var phone []byte
	if err := rows.Scan((*string)(&c.County), (*string)(&c.Account), &phone, texts{&c.Off}, num(&c.QuietFrom), num(&c.QuietUntil), yesNo{&c.Rest},
		num(&c.Gather), instant{&c.Told}, num(&c.Rev)); err != nil {
		return err
	}
	m, err := tx.open(contactAAD(c.Account), phone)
	if err != nil {
		return err
	}
	c.Phone, _ = m["phone"].(string)
	return nil
}

// Contact reads how an account wishes to be told; NotFound when it never said.
func (tx *Tx) Contact(a domain.AccountID) (*domain.Contact, error) {
	c, err := one(tx, "contact", tx.scanContact, "SELECT "+contactColumns+" FROM contact WHERE county = $1 AND account = $2", tx.county, a)
	return &c, err
}

// SaveContact writes how an account wishes to be told: a new row when Rev is 0,
// otherwise the row read at Rev; stale when somebody was faster.
func (tx *Tx) SaveContact(c *domain.Contact) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	var phone []byte
	if c.Phone != "" {
		var err error
		if phone, err = tx.seal(contactAAD(c.Account), map[string]any{"phone": c.Phone}); err != nil {
			return err
		}
	}
	if c.Rev == 0 {
		n, err := tx.exec("INSERT INTO contact ("+contactColumns+") VALUES ("+marks(1, 10)+") ON CONFLICT (county, account) DO NOTHING",
			c.County, c.Account, phone, encodeTexts(c.Off), c.QuietFrom, c.QuietUntil, c.Rest, c.Gather, c.Told, 1)
		if err == nil && n == 0 {
			return domain.E(domain.KindConflict, "stale", "what", "contact")
		}
		c.Rev = 1
		return err
	}
	if err := tx.change("contact", "UPDATE contact SET rev = rev + 1, phone = $3, off = $4, quiet_from = $5, quiet_until = $6, rest = $7, gather = $8"+
		" WHERE county = $1 AND account = $2 AND rev = $9", tx.county, c.Account, phone, encodeTexts(c.Off), c.QuietFrom, c.QuietUntil, c.Rest, c.Gather, c.Rev); err != nil {
		return err
	}
	c.Rev++
	return nil
}

// NoteTold notes when an account was last told by a personal channel.
func (tx *Tx) NoteTold(c *domain.Contact) error {
	if c.Rev == 0 {
		c.Told = tx.now
		return tx.SaveContact(c)
	}
	_, err := tx.exec("UPDATE contact SET told_at = $3 WHERE county = $1 AND account = $2", tx.county, c.Account, tx.now)
	return err
}
