package store

import (
	"time"

	"linqiao/domain"
)

const deliveryColumns = "county, id, to_account, to_party, to_index, channel, message, text, state, tries, next_at, record, created, " +
	"program, route, urgent, fails, replays, expires_at, tried_at, ended_at, receipt, answer, merged"

var (
	deliverySelect = "SELECT " + deliveryColumns + " FROM delivery"
	deliveryInsert = insertSQL("delivery", deliveryColumns)
)

func scanDelivery(rows rowScanner, d *domain.Delivery) error {
	return rows.Scan((*string)(&d.County), &d.ID, (*string)(&d.ToAccount), (*string)(&d.ToParty), &d.ToIndex, &d.Channel, &d.Message,
		&d.Text, &d.State, num(&d.Tries), instant{&d.NextAt}, (*string)(&d.Record), instant{&d.Created},
		&d.Program, &d.Route, yesNo{&d.Urgent}, num(&d.Fails), num(&d.Replays), instant{&d.Expires}, instant{&d.Tried}, instant{&d.Ended},
		&d.Receipt, &d.Answer, &d.Merged)
}

// InsertDelivery writes one message to one receiver.
func (tx *Tx) InsertDelivery(d *domain.Delivery) error {
	if err := tx.home(&d.County); err != nil {
		return err
	}
	if d.ID == "" {
		d.ID = NewID()
	}
	if d.Created.IsZero() {
		d.Created = tx.now
	}
	return tx.insert(deliveryInsert, d.County, d.ID, d.ToAccount, d.ToParty, d.ToIndex, d.Channel, d.Message,
		d.Text, d.State, d.Tries, d.NextAt, d.Record, d.Created,
		d.Program, d.Route, d.Urgent, d.Fails, d.Replays, d.Expires, d.Tried, d.Ended, d.Receipt, d.Answer, d.Merged)
}

// Delivery reads one message.
func (tx *Tx) Delivery(id string) (*domain.Delivery, error) {
	d, err := one(tx, "delivery", scanDelivery, deliverySelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &d, err
}

// TakeDelivery claims a queued message for one try: of two workers one gets true.
// again is when to try once more should this worker die.
func (tx *Tx) TakeDelivery(id string, seen int, again time.Time) (bool, error) {
	n, err := tx.exec("UPDATE delivery SET tries = tries + 1, tried_at = $5, next_at = $4, state = 'sending' WHERE county = $1 AND id = $2 AND tries = $3"+
		" AND next_at > 0 AND next_at <= $5", tx.county, id, seen, again, tx.now)
	return n == 1, err
}

// EndDelivery notes how a message stands after it was looked at: its state, next
// try, failures, answer and receipt; stale when it was tried again meanwhile.
func (tx *Tx) EndDelivery(d *domain.Delivery) error {
	return tx.change("delivery", "UPDATE delivery SET state = $4, next_at = $5, fails = $6, replays = $7, expires_at = $8, ended_at = $9, receipt = $10,"+
		" answer = $11, merged = $12, route = $13 WHERE county = $1 AND id = $2 AND tries = $3",
		tx.county, d.ID, d.Tries, d.State, d.NextAt, d.Fails, d.Replays, d.Expires, d.Ended, d.Receipt, d.Answer, d.Merged, d.Route)
}

// DueDeliveries lists messages of a channel whose try has come, in the order in
// which they were written. skip leaves out the first ones.
func (tx *Tx) DueDeliveries(route string, now time.Time, skip, limit int) ([]domain.Delivery, error) {
	return many(tx, scanDelivery, deliverySelect+" WHERE county = $1 AND route = $2 AND next_at > 0 AND next_at <= $3 ORDER BY id LIMIT $4 OFFSET $5",
		tx.county, route, now, int64(limit), int64(skip))
}

// DueTo lists the messages of a channel to one account whose try has come.
func (tx *Tx) DueTo(route string, account domain.AccountID, now time.Time, limit int) ([]domain.Delivery, error) {
	return many(tx, scanDelivery, deliverySelect+" WHERE county = $1 AND route = $2 AND next_at > 0 AND next_at <= $3 AND to_account = $4"+
		" AND state = 'queued' AND urgent = 0 ORDER BY id LIMIT $5", tx.county, route, now, account, int64(limit))
}

// TriedSince counts the messages that went by a channel after an instant.
func (tx *Tx) TriedSince(route string, since time.Time) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM delivery WHERE county = $1 AND route = $2 AND tried_at > $3 AND tried_at > 0",
		tx.county, route, since)
	return int(n), err
}

// Waiting counts the messages that wait for a channel, at most 10,000.
func (tx *Tx) Waiting(route string) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM delivery WHERE county = $1 AND route = $2 AND next_at > 0 LIMIT 10000) t",
		tx.county, route)
	return int(n), err
}

// ExpireDeliveries ends what is out of date and nobody is sending just now.
func (tx *Tx) ExpireDeliveries(limit int) (int64, error) {
	return tx.exec("UPDATE delivery SET state = 'expired', next_at = 0, ended_at = $2 WHERE county = $1 AND next_at > 0 AND id IN"+
		" (SELECT id FROM delivery WHERE county = $1 AND next_at > 0 AND expires_at <= $2 AND expires_at > 0 AND state = 'queued' LIMIT $3)",
		tx.county, tx.now, int64(limit))
}

// DeliveryFilter selects messages of an account, a party or a record, or, with Out,
// those that leave the county.
type DeliveryFilter struct {
	Account  domain.AccountID
	Party    domain.PartyID
	Record   domain.RecordID
	Route    string
	Out      bool
	Unread   bool // in-app messages not read yet
	Message  string
	Messages []string
	Not      []string // message keys left out
	Channels []string
	States   []string
	Cursor   string
	Limit    int
}

// Deliveries lists messages, newest first.
func (tx *Tx) Deliveries(f DeliveryFilter) (Page[domain.Delivery], error) {
	if tx.county == "" {
		return Page[domain.Delivery]{}, errNoCounty
	}
	w := tx.where()
	if f.Account != "" {
		w.add("to_account = ? AND to_account <> ''", f.Account)
	}
	if f.Party != "" {
		w.add("to_party = ? AND to_party <> ''", f.Party)
	}
	if f.Record != "" {
		w.add("record = ? AND record <> ''", f.Record)
	}
	if f.Out {
		w.add("channel <> 'push'")
	}
	if f.Unread {
		w.add("channel = 'push' AND state = 'sent'")
	}
	w.eq("route", f.Route)
	w.eq("message", f.Message)
	in(w, "message", f.Messages)
	for _, m := range f.Not {
		w.add("message <> ?", m)
	}
	in(w, "channel", f.Channels)
	in(w, "state", f.States)
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return Page[domain.Delivery]{}, err
		}
		w.add("id < ?", c.id)
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scanDelivery, deliverySelect+w.String()+" ORDER BY id DESC"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Delivery]{}, err
	}
	return cut(rows, limit, func(d *domain.Delivery) (time.Time, string) { return d.Created, d.ID }), nil
}

// CountOut counts the messages that left the county and stand in a state, at most
// 10,000.
func (tx *Tx) CountOut(state string) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM delivery WHERE county = $1 AND channel <> 'push' AND state = $2 LIMIT 10000) t",
		tx.county, state)
	return int(n), err
}

// Unread counts what an account has not read inside the product, at most most.
func (tx *Tx) Unread(account domain.AccountID, most int) (int, error) {
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 AS x FROM delivery WHERE county = $1 AND to_account = $2"+
		" AND channel = 'push' AND state = 'sent' LIMIT $3) t", tx.county, account, int64(most))
	return int(n), err
}

// ReadDelivery marks a message to an account as read.
func (tx *Tx) ReadDelivery(id string, account domain.AccountID) error {
	return tx.change("delivery", "UPDATE delivery SET state = 'read', next_at = 0, ended_at = $4 WHERE county = $1 AND id = $2 AND to_account = $3"+
		" AND channel = 'push'", tx.county, id, account, tx.now)
}

// ReadAll marks everything an account has been told inside the product, up to a
// message, as read.
func (tx *Tx) ReadAll(account domain.AccountID, upTo string) (int64, error) {
	return tx.exec("UPDATE delivery SET state = 'read', ended_at = $4 WHERE county = $1 AND to_account = $2 AND id <= $3 AND channel = 'push'"+
		" AND state = 'sent'", tx.county, account, upTo, tx.now)
}

// ReceiptDelivery finds a message of a channel by its own id, or by the number the
// gateway gave it.
func (tx *Tx) ReceiptDelivery(route, id string) (*domain.Delivery, error) {
	d, err := one(tx, "delivery", scanDelivery, deliverySelect+" WHERE county = $1 AND id = $2 AND route = $3", tx.county, id, route)
	return &d, err
}

// AnyExpired reports whether a queued message is out of date.
func (tx *Tx) AnyExpired() (bool, error) {
	list, err := many(tx, scanInt, "SELECT 1 FROM delivery WHERE county = $1 AND next_at > 0 AND expires_at <= $2 AND expires_at > 0 AND state = 'queued' LIMIT 1",
		tx.county, tx.now)
	return len(list) > 0, err
}

// FreeDeliveries lets every message and channel that somebody had in hand go on now.
func (tx *Tx) FreeDeliveries() error {
	if _, err := tx.exec("UPDATE delivery SET state = 'queued', next_at = $2 WHERE county = $1 AND next_at > 0 AND state = 'sending'", tx.county, tx.now); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE channel SET lease = 0 WHERE county = $1 AND lease > 0", tx.county)
	return err
}
