package store

import (
	"linqiao/domain"
)

const attachmentColumns = "county, id, sha256, size, mime, name, record, by_account, created, class, secret"

func attachmentAAD(id string) string { return "attachment/" + id }

// The name is in the sealed part: people call a file by whom it is about. Rows written
// before have it in the column.
func (tx *Tx) scanAttachment(rows rowScanner, a *domain.Attachment) error {
	var secret []byte
	if err := rows.Scan((*string)(&a.County), &a.ID, &a.SHA256, &a.Size, &a.MIME, &a.Name, (*string)(&a.Record), (*string)(&a.ByAccount),
		instant{&a.Created}, num(&a.Class), &secret); err != nil || len(secret) == 0 {
		return err
	}
	m, err := tx.open(attachmentAAD(a.ID), secret)
	a.Name, _ = m["name"].(string)
	return err
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
	secret, err := tx.seal(attachmentAAD(a.ID), map[string]any{"name": a.Name})
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("attachment", attachmentColumns), a.County, a.ID, a.SHA256, a.Size, a.MIME, "", a.Record, a.ByAccount, a.Created, a.Class, secret)
}

// Attachment reads one attachment row.
func (tx *Tx) Attachment(id string) (*domain.Attachment, error) {
	a, err := one(tx, "attachment", tx.scanAttachment, "SELECT "+attachmentColumns+" FROM attachment WHERE county = $1 AND id = $2", tx.county, id)
	return &a, err
}

// Attachments lists the attachments of a record.
func (tx *Tx) Attachments(record domain.RecordID) ([]domain.Attachment, error) {
	return many(tx, tx.scanAttachment, "SELECT "+attachmentColumns+" FROM attachment WHERE county = $1 AND record = $2 AND record <> '' ORDER BY id",
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
