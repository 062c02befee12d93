package store

import (
	"time"

	"linqiao/domain"
)

const partnerColumns = "county, id, name, program, key, ceiling, push, pull, active, hash, next, secret, fails, closed, open_at, last_ok, last_fail," +
	" error, lease, seq, pulled, filled, last_in, told, created, by_account, rev"

func partnerAAD(id string) string { return "partner/" + id }

func (tx *Tx) scanPartner(rows rowScanner, p *domain.Partner) error {
	var secret []byte
	h := &p.Health
	if err := rows.Scan((*string)(&p.County), &p.ID, &p.Name, &p.Program, &p.Key, num(&p.Ceiling), yesNo{&p.Push}, yesNo{&p.Pull}, yesNo{&p.Active},
		&p.Hash, &p.Next, &secret, num(&h.Fails), num(&h.Closed), instant{&h.OpenAt}, instant{&h.LastOK}, instant{&h.LastFail}, &h.Error, instant{&h.Lease},
		num(&p.Seq), num(&p.Pulled), &p.Filled, instant{&p.LastIn}, instant{&p.Told}, instant{&p.Created}, (*string)(&p.By), num(&p.Rev)); err != nil {
		return err
	}
	var err error
	p.Secret, err = tx.open(partnerAAD(p.ID), secret)
	return err
}

// InsertPartner writes a system that is to be kept in step.
func (tx *Tx) InsertPartner(p *domain.Partner) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	if p.ID == "" {
		p.ID = NewID()
	}
	p.Created, p.Rev = tx.now, 1
	secret, err := tx.seal(partnerAAD(p.ID), p.Secret)
	if err != nil {
		return err
	}
	h := &p.Health
	return tx.insert(insertSQL("partner", partnerColumns), p.County, p.ID, p.Name, p.Program, p.Key, p.Ceiling, p.Push, p.Pull, p.Active, p.Hash, p.Next,
		secret, h.Fails, h.Closed, h.OpenAt, h.LastOK, h.LastFail, h.Error, h.Lease, p.Seq, p.Pulled, p.Filled, p.LastIn, p.Told, p.Created, p.By, p.Rev)
}

// UpdatePartner saves the settings and keys of a partner read at p.Rev; stale
// otherwise. A change lets a closed link try again at once.
func (tx *Tx) UpdatePartner(p *domain.Partner) error {
	secret, err := tx.seal(partnerAAD(p.ID), p.Secret)
	if err != nil {
		return err
	}
	if err := tx.change("partner", "UPDATE partner SET rev = rev + 1, name = $3, ceiling = $4, push = $5, pull = $6, active = $7, hash = $8, next = $9,"+
		" secret = $10, filled = $11, fails = 0, closed = 0, open_at = 0 WHERE county = $1 AND id = $2 AND rev = $12",
		tx.county, p.ID, p.Name, p.Ceiling, p.Push, p.Pull, p.Active, p.Hash, p.Next, secret, p.Filled, p.Rev); err != nil {
		return err
	}
	p.Rev++
	return nil
}

// Partner reads one partner.
func (tx *Tx) Partner(id string) (*domain.Partner, error) {
	p, err := one(tx, "partner", tx.scanPartner, "SELECT "+partnerColumns+" FROM partner WHERE county = $1 AND id = $2", tx.county, id)
	return &p, err
}

// Partners lists all partners, in the order in which they were made.
func (tx *Tx) Partners() ([]domain.Partner, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	return many(tx, tx.scanPartner, "SELECT "+partnerColumns+" FROM partner WHERE county = $1 ORDER BY id", tx.county)
}

// NextPartnerSeq counts one event up; whoever loses the race begins again.
func (tx *Tx) NextPartnerSeq(p *domain.Partner) error {
	if err := tx.change("partner", "UPDATE partner SET seq = seq + 1 WHERE county = $1 AND id = $2 AND seq = $3", tx.county, p.ID, p.Seq); err != nil {
		return err
	}
	p.Seq++
	return nil
}

// LeasePartner gives a partner to one worker until an instant: of two one gets true.
func (tx *Tx) LeasePartner(id string, until time.Time) (bool, error) {
	n, err := tx.exec("UPDATE partner SET lease = $3 WHERE county = $1 AND id = $2 AND lease <= $4 AND active = 1", tx.county, id, until, tx.now)
	return n == 1, err
}

// FreePartner ends a lease.
func (tx *Tx) FreePartner(id string) error {
	_, err := tx.exec("UPDATE partner SET lease = 0 WHERE county = $1 AND id = $2", tx.county, id)
	return err
}

// SavePartnerHealth notes how the way to a partner fares.
func (tx *Tx) SavePartnerHealth(id string, h domain.ChannelHealth) error {
	_, err := tx.exec("UPDATE partner SET fails = $3, closed = $4, open_at = $5, last_ok = $6, last_fail = $7, error = $8 WHERE county = $1 AND id = $2",
		tx.county, id, h.Fails, h.Closed, h.OpenAt, h.LastOK, h.LastFail, h.Error)
	return err
}

// HeardPartner notes that a partner was heard of, which ends its silence.
func (tx *Tx) HeardPartner(id string) error {
	_, err := tx.exec("UPDATE partner SET last_in = $3, told = 0 WHERE county = $1 AND id = $2", tx.county, id, tx.now)
	return err
}

// ToldPartner notes that somebody was told of a partner's silence.
func (tx *Tx) ToldPartner(id string) error {
	_, err := tx.exec("UPDATE partner SET told = $3 WHERE county = $1 AND id = $2", tx.county, id, tx.now)
	return err
}

// SavePulled notes up to where a partner's feed was taken in.
func (tx *Tx) SavePulled(id string, from, to int64) error {
	return tx.change("partner", "UPDATE partner SET pulled = $4 WHERE county = $1 AND id = $2 AND pulled = $3", tx.county, id, from, to)
}

// SaveFilled notes how far the first run over the records has come.
func (tx *Tx) SaveFilled(id, from, to string) error {
	return tx.change("partner", "UPDATE partner SET filled = $4 WHERE county = $1 AND id = $2 AND filled = $3", tx.county, id, from, to)
}

// MarkPartnerDue notes, in the transaction of a change, that a record may have
// something to tell.
func (tx *Tx) MarkPartnerDue(partner string, record domain.RecordID) error {
	return tx.insert("INSERT INTO partner_due (county, partner, record, n) VALUES ($1, $2, $3, 1)"+
		" ON CONFLICT (county, partner, record) DO UPDATE SET n = partner_due.n + 1", tx.county, partner, record)
}

func scanPartnerDue(rows rowScanner, d *domain.PartnerDue) error {
	return rows.Scan((*string)(&d.County), &d.Partner, (*string)(&d.Record), num(&d.N))
}

// PartnersDue lists records that may have something to tell.
func (tx *Tx) PartnersDue(partner string, limit int) ([]domain.PartnerDue, error) {
	return many(tx, scanPartnerDue, "SELECT county, partner, record, n FROM partner_due WHERE county = $1 AND partner = $2 ORDER BY record LIMIT $3",
		tx.county, partner, int64(limit))
}

// DropPartnerDue takes a note away unless it was made again since it was read.
func (tx *Tx) DropPartnerDue(d *domain.PartnerDue) error {
	_, err := tx.exec("DELETE FROM partner_due WHERE county = $1 AND partner = $2 AND record = $3 AND n = $4", tx.county, d.Partner, d.Record, d.N)
	return err
}

// StopPartner ends the exchange of a record with whatever system is tied to a mapping.
func (tx *Tx) StopPartner(program, key string, record domain.RecordID) error {
	return tx.insert("INSERT INTO partner_stop (county, program, key, record, at) VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (county, program, key, record) DO NOTHING", tx.county, program, key, record, tx.now)
}

// RestartPartner lets a stopped record travel again.
func (tx *Tx) RestartPartner(program, key string, record domain.RecordID) error {
	_, err := tx.exec("DELETE FROM partner_stop WHERE county = $1 AND program = $2 AND key = $3 AND record = $4", tx.county, program, key, record)
	return err
}

// PartnerStopped reports whether a record was stopped for a mapping.
func (tx *Tx) PartnerStopped(program, key string, record domain.RecordID) (bool, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM partner_stop WHERE county = $1 AND program = $2 AND key = $3 AND record = $4",
		tx.county, program, key, record)
	return n > 0, err
}

const linkColumns = "county, partner, record, external, sent_seq, theirs, gone, secret, rev"

func linkAAD(l *domain.PartnerLink) string {
	return "partner_link/" + l.Partner + "/" + string(l.Record)
}

func (tx *Tx) scanLink(rows rowScanner, l *domain.PartnerLink) error {
	var secret []byte
	if err := rows.Scan((*string)(&l.County), &l.Partner, (*string)(&l.Record), &l.External, num(&l.SentSeq), num(&l.Theirs), yesNo{&l.Gone}, &secret, num(&l.Rev)); err != nil {
		return err
	}
	var err error
	l.Secret, err = tx.open(linkAAD(l), secret)
	return err
}

// PartnerLink reads what joins a record to the partner's own.
func (tx *Tx) PartnerLink(partner string, record domain.RecordID) (*domain.PartnerLink, error) {
	l, err := one(tx, "partner_link", tx.scanLink, "SELECT "+linkColumns+" FROM partner_link WHERE county = $1 AND partner = $2 AND record = $3",
		tx.county, partner, record)
	return &l, err
}

// PartnerLinkByExternal finds it by the partner's id.
func (tx *Tx) PartnerLinkByExternal(partner, external string) (*domain.PartnerLink, error) {
	l, err := one(tx, "partner_link", tx.scanLink, "SELECT "+linkColumns+" FROM partner_link WHERE county = $1 AND partner = $2 AND external = $3 AND external <> ''",
		tx.county, partner, external)
	return &l, err
}

// SavePartnerLink writes a new link, or one read at l.Rev.
func (tx *Tx) SavePartnerLink(l *domain.PartnerLink) error {
	if err := tx.home(&l.County); err != nil {
		return err
	}
	secret, err := tx.seal(linkAAD(l), l.Secret)
	if err != nil {
		return err
	}
	if l.Rev == 0 {
		l.Rev = 1
		return tx.insert(insertSQL("partner_link", linkColumns), l.County, l.Partner, l.Record, l.External, l.SentSeq, l.Theirs, l.Gone, secret, l.Rev)
	}
	if err := tx.change("partner_link", "UPDATE partner_link SET rev = rev + 1, external = $4, sent_seq = $5, theirs = $6, gone = $7, secret = $8"+
		" WHERE county = $1 AND partner = $2 AND record = $3 AND rev = $9",
		tx.county, l.Partner, l.Record, l.External, l.SentSeq, l.Theirs, l.Gone, secret, l.Rev); err != nil {
		return err
	}
	l.Rev++
	return nil
}
