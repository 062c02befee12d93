package store

import (
	"time"

	"linqiao/domain"
)

const deliveryColumns = "county, id, to_account, to_party, to_index, channel, message, text, state, tries, next_at, record, created"

var deliverySelect = "SELECT " + deliveryColumns + " FROM delivery"

func scanDelivery(rows rowScanner, d *domain.Delivery) error {
	return rows.Scan((*string)(&d.County), &d.ID, (*string)(&d.ToAccount), (*string)(&d.ToParty), &d.ToIndex, &d.Channel, &d.Message,
		&d.Text, &d.State, num(&d.Tries), instant{&d.NextAt}, (*string)(&d.Record), instant{&d.Created})
}

// InsertDelivery queues one message to one receiver.
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
	return tx.insert(insertSQL("delivery", deliveryColumns), d.County, d.ID, d.ToAccount, d.ToParty, d.ToIndex, d.Channel, d.Message,
		d.Text, d.State, d.Tries, d.NextAt, d.Record, d.Created)
}

// TakeDelivery claims a queued message for one try: of two workers one gets true.
// again is when to try once more should this worker die.
func (tx *Tx) TakeDelivery(id string, seen int, again time.Time) (bool, error) {
	n, err := tx.exec("UPDATE delivery SET tries = tries + 1, next_at = $4, state = 'sending' WHERE county = $1 AND id = $2 AND tries = $3"+
		" AND next_at > 0 AND next_at <= $5", tx.county, id, seen, again, tx.now)
	return n == 1, err
}

// EndDelivery notes how a try ended; a zero next means no further one.
func (tx *Tx) EndDelivery(id, state string, next time.Time) error {
	return tx.change("delivery", "UPDATE delivery SET state = $3, next_at = $4 WHERE county = $1 AND id = $2", tx.county, id, state, next)
}

// DueDeliveries lists messages whose try has come, of all counties or the bound one.
func (tx *Tx) DueDeliveries(now time.Time, limit int) ([]domain.Delivery, error) {
	list := func(c domain.CountyCode, limit int) ([]domain.Delivery, error) {
		return many(tx, scanDelivery, deliverySelect+" WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at, id LIMIT $3", c, now, int64(limit))
	}
	if tx.county != "" {
		return list(tx.county, limit)
	}
	return perCounty(tx, limit, list, func(d *domain.Delivery) time.Time { return d.NextAt })
}

// DeliveryFilter selects messages of an account, a party or a record.
type DeliveryFilter struct {
	Account  domain.AccountID
	Party    domain.PartyID
	Record   domain.RecordID
	Message  string
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
	w.eq("message", f.Message)
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

// ReadDelivery marks a message to an account as read.
func (tx *Tx) ReadDelivery(id string, account domain.AccountID) error {
	return tx.change("delivery", "UPDATE delivery SET state = 'read', next_at = 0 WHERE county = $1 AND id = $2 AND to_account = $3",
		tx.county, id, account)
}

const attachmentColumns = "county, id, sha256, size, mime, name, record, by_account, created, class"

func scanAttachment(rows rowScanner, a *domain.Attachment) error {
	return rows.Scan((*string)(&a.County), &a.ID, &a.SHA256, &a.Size, &a.MIME, &a.Name, (*string)(&a.Record), (*string)(&a.ByAccount),
		instant{&a.Created}, num(&a.Class))
}

// InsertAttachment writes the row of a stored file.
func (tx *Tx) InsertAttachment(a *domain.Attachment) error {
	if err := tx.home(&a.County); err != nil {
		return err
	}
	if a.ID == "" {
		a.ID = NewID()
	}
	if a.Created.IsZero() {
		a.Created = tx.now
	}
	return tx.insert(insertSQL("attachment", attachmentColumns), a.County, a.ID, a.SHA256, a.Size, a.MIME, a.Name, a.Record, a.ByAccount, a.Created, a.Class)
}

// Attachment reads one attachment row.
func (tx *Tx) Attachment(id string) (*domain.Attachment, error) {
	a, err := one(tx, "attachment", scanAttachment, "SELECT "+attachmentColumns+" FROM attachment WHERE county = $1 AND id = $2", tx.county, id)
	return &a, err
}

// Attachments lists the attachments of a record.
func (tx *Tx) Attachments(record domain.RecordID) ([]domain.Attachment, error) {
	return many(tx, scanAttachment, "SELECT "+attachmentColumns+" FROM attachment WHERE county = $1 AND record = $2 AND record <> '' ORDER BY id",
		tx.county, record)
}

// BindAttachment ties an uploaded file, not yet bound, to a record and its class.
func (tx *Tx) BindAttachment(id string, record domain.RecordID, class domain.Class) error {
	return tx.change("attachment", "UPDATE attachment SET record = $3, class = $4 WHERE county = $1 AND id = $2 AND record = ''",
		tx.county, id, record, class)
}

// DeleteAttachment drops a row and reports whether its bytes are now unused in
// this county.
func (tx *Tx) DeleteAttachment(id string) (sha string, unused bool, err error) {
	a, err := tx.Attachment(id)
	if err != nil {
		return "", false, err
	}
	if _, err := tx.exec("DELETE FROM attachment WHERE county = $1 AND id = $2", tx.county, id); err != nil {
		return "", false, err
	}
	n, err := one(tx, "attachment", scanInt, "SELECT COUNT(*) FROM attachment WHERE county = $1 AND sha256 = $2", tx.county, a.SHA256)
	return a.SHA256, n == 0, err
}
