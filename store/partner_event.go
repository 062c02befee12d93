package store

import (
	"time"

	"linqiao/domain"
)

const partnerOutColumns = "county, partner, seq, id, record, type, state, tries, fails, next_at, first_fail, created, ended, error, secret"

func partnerOutAAD(o *domain.PartnerOut) string { return "partner_out/" + o.Partner + "/" + o.ID }

func (tx *Tx) scanPartnerOut(rows rowScanner, o *domain.PartnerOut) error {
	var secret []byte
	if err := rows.Scan((*string)(&o.County), &o.Partner, num(&o.Seq), &o.ID, (*string)(&o.Record), &o.Type, &o.State, num(&o.Tries), num(&o.Fails),
		instant{&o.NextAt}, instant{&o.FirstFail}, instant{&o.Created}, instant{&o.Ended}, &o.Error, &secret); err != nil {
		return err
	}
	body, err := tx.open(partnerOutAAD(o), secret)
	o.Body, _ = body["body"].(string)
	return err
}

// InsertPartnerOut writes an event for a partner and drops what was built earlier of
// the same record: the new one says all.
func (tx *Tx) InsertPartnerOut(o *domain.PartnerOut) error {
	if err := tx.home(&o.County); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM partner_out WHERE county = $1 AND partner = $2 AND record = $3", tx.county, o.Partner, o.Record); err != nil {
		return err
	}
	o.Created = tx.now
	secret, err := tx.seal(partnerOutAAD(o), map[string]any{"body": o.Body})
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("partner_out", partnerOutColumns), o.County, o.Partner, o.Seq, o.ID, o.Record, o.Type, o.State, o.Tries, o.Fails,
		o.NextAt, o.FirstFail, o.Created, o.Ended, o.Error, secret)
}

const partnerOutSelect = "SELECT " + partnerOutColumns + " FROM partner_out o WHERE county = $1 AND partner = $2"

// noneDue leaves out events of records that have changed since: a newer one is built
// first, which may say less.
const noneDue = " AND NOT EXISTS (SELECT 1 FROM partner_due d WHERE d.county = o.county AND d.partner = o.partner AND d.record = o.record)"

// DuePartnerOut gives the next event to hand over, nil when none is due.
func (tx *Tx) DuePartnerOut(partner string) (*domain.PartnerOut, error) {
	list, err := many(tx, tx.scanPartnerOut, partnerOutSelect+" AND state = 'queued' AND next_at <= $3"+noneDue+" ORDER BY seq LIMIT 1", tx.county, partner, tx.now)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// PartnerFeed lists the events after a mark that are not given up, in order.
func (tx *Tx) PartnerFeed(partner string, after int64, limit int) ([]domain.PartnerOut, error) {
	return many(tx, tx.scanPartnerOut, partnerOutSelect+" AND seq > $3 AND state <> 'dead' ORDER BY seq LIMIT $4", tx.county, partner, after, int64(limit))
}

// QueuedPartnerOut lists events up to a mark that are not known to have arrived.
func (tx *Tx) QueuedPartnerOut(partner string, mark int64, limit int) ([]domain.PartnerOut, error) {
	return many(tx, tx.scanPartnerOut, partnerOutSelect+" AND state = 'queued' AND seq <= $3 ORDER BY seq LIMIT $4", tx.county, partner, mark, int64(limit))
}

// AnyPartnerDue reports whether a record has changed since its event was built.
func (tx *Tx) AnyPartnerDue(partner string, record domain.RecordID) (bool, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM partner_due WHERE county = $1 AND partner = $2 AND record = $3", tx.county, partner, record)
	return n > 0, err
}

// PartnerOut reads one event by its number.
func (tx *Tx) PartnerOut(partner string, seq int64) (*domain.PartnerOut, error) {
	o, err := one(tx, "partner_out", tx.scanPartnerOut, partnerOutSelect+" AND seq = $3", tx.county, partner, seq)
	return &o, err
}

// SavePartnerOut notes how an event fares; false when a newer one has taken its place.
func (tx *Tx) SavePartnerOut(o *domain.PartnerOut) (bool, error) {
	n, err := tx.exec("UPDATE partner_out SET state = $4, tries = $5, fails = $6, next_at = $7, first_fail = $8, ended = $9, error = $10"+
		" WHERE county = $1 AND partner = $2 AND seq = $3", tx.county, o.Partner, o.Seq, o.State, o.Tries, o.Fails, o.NextAt, o.FirstFail, o.Ended, o.Error)
	return n == 1, err
}

// RebuildPartnerOut marks the records of all events that have not left to be looked at
// again before they do.
func (tx *Tx) RebuildPartnerOut(partner string) error {
	_, err := tx.exec("INSERT INTO partner_due (county, partner, record, n) SELECT county, partner, record, 1 FROM partner_out"+
		" WHERE county = $1 AND partner = $2 ON CONFLICT (county, partner, record) DO UPDATE SET n = partner_due.n + 1", tx.county, partner)
	return err
}

// FreePartnerOut lets what a killed process had in hand be handed over at once.
func (tx *Tx) FreePartnerOut() error {
	if _, err := tx.exec("UPDATE partner SET lease = 0 WHERE county = $1 AND lease > 0", tx.county); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE partner_out SET next_at = $2 WHERE county = $1 AND state = 'queued' AND tries > 0 AND error = '' AND next_at > $2", tx.county, tx.now)
	return err
}

// PartnerOuts lists events in a state, newest first, without their bodies.
func (tx *Tx) PartnerOuts(partner, state string, before int64, limit int) ([]domain.PartnerOut, error) {
	return many(tx, tx.scanPartnerOut, "SELECT county, partner, seq, id, record, type, state, tries, fails, next_at, first_fail, created, ended, error, NULL"+
		" FROM partner_out WHERE county = $1 AND partner = $2 AND state = $3 AND ($4 = 0 OR seq < $4) ORDER BY seq DESC LIMIT $5",
		tx.county, partner, state, before, int64(limit))
}

// CountPartnerOut counts the events of a partner in a state, at most 10,000.
func (tx *Tx) CountPartnerOut(partner, state string) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM partner_out WHERE county = $1 AND partner = $2 AND state = $3 LIMIT 10000) t",
		tx.county, partner, state)
	return int(n), err
}

const partnerInColumns = "county, id, partner, source, event, state, record, kind, at, error, secret"

func partnerInAAD(id string) string { return "partner_in/" + id }

func (tx *Tx) scanPartnerIn(rows rowScanner, i *domain.PartnerIn) error {
	var secret []byte
	if err := rows.Scan((*string)(&i.County), &i.ID, &i.Partner, &i.Source, &i.Event, &i.State, (*string)(&i.Record), &i.Kind, instant{&i.At}, &i.Error, &secret); err != nil {
		return err
	}
	body, err := tx.open(partnerInAAD(i.ID), secret)
	i.Body, _ = body["body"].(string)
	return err
}

// InsertPartnerIn notes an event that came; a conflict when it is known.
func (tx *Tx) InsertPartnerIn(i *domain.PartnerIn) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	if i.ID == "" {
		i.ID = NewID()
	}
	i.At = tx.now
	var secret []byte
	if i.Body != "" {
		var err error
		if secret, err = tx.seal(partnerInAAD(i.ID), map[string]any{"body": i.Body}); err != nil {
			return err
		}
	}
	return tx.insert(insertSQL("partner_in", partnerInColumns), i.County, i.ID, i.Partner, i.Source, i.Event, i.State, i.Record, i.Kind, i.At, i.Error, secret)
}

// PartnerInBy finds an event that came by its source and id.
func (tx *Tx) PartnerInBy(partner, source, event string) (*domain.PartnerIn, error) {
	i, err := one(tx, "partner_in", tx.scanPartnerIn, "SELECT "+partnerInColumns+" FROM partner_in WHERE county = $1 AND partner = $2 AND source = $3 AND event = $4",
		tx.county, partner, source, event)
	return &i, err
}

// PartnerIn reads an event that came.
func (tx *Tx) PartnerIn(id string) (*domain.PartnerIn, error) {
	i, err := one(tx, "partner_in", tx.scanPartnerIn, "SELECT "+partnerInColumns+" FROM partner_in WHERE county = $1 AND id = $2", tx.county, id)
	return &i, err
}

// EndPartnerIn notes what became of a held event; its body goes.
func (tx *Tx) EndPartnerIn(i *domain.PartnerIn, state string) error {
	return tx.change("partner_in", "UPDATE partner_in SET state = $3, record = $4, error = '', secret = NULL WHERE county = $1 AND id = $2 AND state = 'held'",
		tx.county, i.ID, state, i.Record)
}

// FaultPartnerIn notes why a held event could still not be taken in.
func (tx *Tx) FaultPartnerIn(id, code string) error {
	_, err := tx.exec("UPDATE partner_in SET error = $3 WHERE county = $1 AND id = $2 AND state = 'held'", tx.county, id, code)
	return err
}

// PartnerIns lists events that came in a state, newest first.
func (tx *Tx) PartnerIns(partner, state, before string, limit int) ([]domain.PartnerIn, error) {
	return many(tx, tx.scanPartnerIn, "SELECT county, id, partner, source, event, state, record, kind, at, error, NULL FROM partner_in"+
		" WHERE county = $1 AND partner = $2 AND state = $3 AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5", tx.county, partner, state, before, int64(limit))
}

// CountPartnerIn counts the events that came in a state, at most 10,000.
func (tx *Tx) CountPartnerIn(partner, state string) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM partner_in WHERE county = $1 AND partner = $2 AND state = $3 LIMIT 10000) t",
		tx.county, partner, state)
	return int(n), err
}

// PurgePartnerIn forgets events that were dealt with before an instant: their versions
// are known to be old by then.
func (tx *Tx) PurgePartnerIn(before time.Time) error {
	_, err := tx.exec("DELETE FROM partner_in WHERE county = $1 AND state <> 'held' AND at < $2", tx.county, before)
	return err
}

const partnerConflictColumns = "county, id, partner, program, record, name, version, state, at, by_account, decided, secret, rev"

func partnerConflictAAD(id string) string { return "partner_conflict/" + id }

func (tx *Tx) scanPartnerConflict(rows rowScanner, c *domain.PartnerConflict) error {
	var secret []byte
	if err := rows.Scan((*string)(&c.County), &c.ID, &c.Partner, &c.Program, (*string)(&c.Record), &c.Name, num(&c.Version), &c.State, instant{&c.At},
		(*string)(&c.By), instant{&c.Decided}, &secret, num(&c.Rev)); err != nil {
		return err
	}
	var err error
	c.Secret, err = tx.open(partnerConflictAAD(c.ID), secret)
	return err
}

// SavePartnerConflict writes a new conflict, or one read at c.Rev.
func (tx *Tx) SavePartnerConflict(c *domain.PartnerConflict) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if c.ID == "" {
		c.ID, c.At = NewID(), tx.now
	}
	secret, err := tx.seal(partnerConflictAAD(c.ID), c.Secret)
	if err != nil {
		return err
	}
	if c.Rev == 0 {
		c.Rev = 1
		return tx.insert(insertSQL("partner_conflict", partnerConflictColumns), c.County, c.ID, c.Partner, c.Program, c.Record, c.Name, c.Version, c.State,
			c.At, c.By, c.Decided, secret, c.Rev)
	}
	if err := tx.change("partner_conflict", "UPDATE partner_conflict SET rev = rev + 1, version = $3, state = $4, by_account = $5, decided = $6, secret = $7"+
		" WHERE county = $1 AND id = $2 AND rev = $8", tx.county, c.ID, c.Version, c.State, c.By, c.Decided, secret, c.Rev); err != nil {
		return err
	}
	c.Rev++
	return nil
}

// PartnerConflict reads one conflict.
func (tx *Tx) PartnerConflict(id string) (*domain.PartnerConflict, error) {
	c, err := one(tx, "partner_conflict", tx.scanPartnerConflict, "SELECT "+partnerConflictColumns+" FROM partner_conflict WHERE county = $1 AND id = $2", tx.county, id)
	return &c, err
}

// OpenConflicts lists the fields of a record on which somebody has still to decide.
func (tx *Tx) OpenConflicts(partner string, record domain.RecordID) ([]domain.PartnerConflict, error) {
	return many(tx, tx.scanPartnerConflict, "SELECT "+partnerConflictColumns+" FROM partner_conflict WHERE county = $1 AND partner = $2 AND record = $3"+
		" AND state = 'open' ORDER BY name", tx.county, partner, record)
}

// PartnerConflicts lists the conflicts of a program in a state, newest first.
func (tx *Tx) PartnerConflicts(program, state, before string, limit int) ([]domain.PartnerConflict, error) {
	return many(tx, tx.scanPartnerConflict, "SELECT "+partnerConflictColumns+" FROM partner_conflict WHERE county = $1 AND program = $2 AND state = $3"+
		" AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5", tx.county, program, state, before, int64(limit))
}

// CountPartnerConflicts counts the open conflicts with a partner, at most 10,000.
func (tx *Tx) CountPartnerConflicts(partner, program string) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM partner_conflict WHERE county = $1 AND program = $2 AND partner = $3"+
		" AND state = 'open' LIMIT 10000) t", tx.county, program, partner)
	return int(n), err
}
