package store

import (
	"time"

	"linqiao/domain"
)

const uploadColumns = "county, id, account, name, size, sha256, received, attachment, created"

// The name is concealed in its column; one that was begun by an earlier version stands
// there as it is.
func (tx *Tx) scanUpload(rows rowScanner, u *domain.Upload) error {
	if err := rows.Scan((*string)(&u.County), &u.ID, (*string)(&u.Account), &u.Name, &u.Size, &u.SHA256, &u.Received, &u.Attachment, instant{&u.Created}); err != nil {
		return err
	}
	if name, err := tx.Reveal(uploadLabel(u.ID), u.Name); err == nil {
		u.Name = name
	}
	return nil
}

func uploadLabel(id string) string { return "upload/" + id }

// InsertUpload begins a file in parts.
func (tx *Tx) InsertUpload(u *domain.Upload) error {
	if err := tx.home(&u.County); err != nil {
		return err
	}
	if u.ID == "" {
		u.ID = NewID()
	}
	if u.Created.IsZero() {
		u.Created = tx.now
	}
	name, err := tx.Conceal(uploadLabel(u.ID), u.Name)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("upload", uploadColumns), u.County, u.ID, u.Account, name, u.Size, u.SHA256, u.Received, u.Attachment, u.Created)
}

// Upload reads a file in parts.
func (tx *Tx) Upload(id string) (*domain.Upload, error) {
	u, err := one(tx, "upload", tx.scanUpload, "SELECT "+uploadColumns+" FROM upload WHERE county = $1 AND id = $2", tx.county, id)
	return &u, err
}

// OpenUploads counts an account's files that are begun and not whole.
func (tx *Tx) OpenUploads(account domain.AccountID) (int, error) {
	return one(tx, "upload", func(rows rowScanner, n *int) error { return rows.Scan(num(n)) },
		"SELECT COUNT(*) FROM upload WHERE county = $1 AND account = $2 AND attachment = ''", tx.county, account)
}

// AppendPart adds the bytes that begin where the upload ends now; "stale" when another
// request added some meanwhile.
func (tx *Tx) AppendPart(u *domain.Upload, part []byte) error {
	err := tx.change("upload", "UPDATE upload SET received = $3 WHERE county = $1 AND id = $2 AND received = $4 AND attachment = ''",
		tx.county, u.ID, u.Received+int64(len(part)), u.Received)
	if err != nil {
		return err
	}
	if err := tx.insert("INSERT INTO upload_part (county, upload, start, body) VALUES ($1, $2, $3, $4)", tx.county, u.ID, u.Received, part); err != nil {
		return err
	}
	u.Received += int64(len(part))
	return nil
}

// UploadPart gives the part that begins at a byte.
func (tx *Tx) UploadPart(id string, at int64) ([]byte, error) {
	return one(tx, "upload part", func(rows rowScanner, b *[]byte) error { return rows.Scan(b) },
		"SELECT body FROM upload_part WHERE county = $1 AND upload = $2 AND start = $3", tx.county, id, at)
}

// EndUpload drops the parts: the file has become an attachment, or (with "") is to
// begin anew because its bytes are not what the sender said.
func (tx *Tx) EndUpload(id, attachment string) error {
	if _, err := tx.exec("DELETE FROM upload_part WHERE county = $1 AND upload = $2", tx.county, id); err != nil {
		return err
	}
	return tx.change("upload", "UPDATE upload SET received = CASE WHEN $3 = '' THEN 0 ELSE size END, attachment = $3 WHERE county = $1 AND id = $2 AND attachment = ''",
		tx.county, id, attachment)
}

// PurgeUploads drops files in parts begun before an instant.
func (tx *Tx) PurgeUploads(before time.Time) (int64, error) {
	if _, err := tx.exec("DELETE FROM upload_part WHERE county = $1 AND upload IN (SELECT id FROM upload WHERE county = $1 AND created < $2)", tx.county, before); err != nil {
		return 0, err
	}
	return tx.exec("DELETE FROM upload WHERE county = $1 AND created < $2", tx.county, before)
}

const confirmationColumns = "county, record, account, facts, at, recorded_at, state"

func scanConfirmation(rows rowScanner, c *domain.Confirmation) error {
	return rows.Scan((*string)(&c.County), (*string)(&c.Record), (*string)(&c.Account), &c.Facts, instant{&c.At}, instant{&c.RecordedAt}, &c.State)
}

// SaveConfirmation keeps one side's half; the same half twice is kept once.
func (tx *Tx) SaveConfirmation(c *domain.Confirmation) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if c.RecordedAt.IsZero() {
		c.RecordedAt = tx.now
	}
	_, err := tx.exec(insertSQL("confirmation", confirmationColumns)+" ON CONFLICT (county, record, account, facts) DO UPDATE SET state = excluded.state",
		c.County, c.Record, c.Account, c.Facts, c.At, c.RecordedAt, c.State)
	return err
}

// Confirmations lists the halves on a record, oldest first.
func (tx *Tx) Confirmations(record domain.RecordID) ([]domain.Confirmation, error) {
	return many(tx, scanConfirmation, "SELECT "+confirmationColumns+" FROM confirmation WHERE county = $1 AND record = $2 ORDER BY recorded_at, account", tx.county, record)
}
