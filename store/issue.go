package store

import "linqiao/domain"

const passColumns = "county, hash, program, key, record, until_at, uses_left, revoked"

func scanPass(rows rowScanner, p *domain.Pass) error {
	return rows.Scan((*string)(&p.County), &p.Hash, &p.Program, &p.Key, (*string)(&p.Record), instant{&p.Until}, num(&p.Left), yesNo{&p.Revoked})
}

// InsertPass writes a new pass under the hash of its code.
func (tx *Tx) InsertPass(p *domain.Pass) error {
	if err := tx.home(&p.County); err != nil {
		return err
	}
	return tx.insert(insertSQL("pass", passColumns), p.County, p.Hash, p.Program, p.Key, p.Record, p.Until, p.Left, p.Revoked)
}

// Pass reads a pass by hash, also one that no longer opens anything.
func (tx *Tx) Pass(hash string) (*domain.Pass, error) {
	p, err := one(tx, "pass", scanPass, "SELECT "+passColumns+" FROM pass WHERE county = $1 AND hash = $2", tx.county, hash)
	return &p, err
}

// UsePass spends one use of a pass that still opens. It reports false when the
// pass is unknown, revoked, over, or used up; two users of a last use get one true.
func (tx *Tx) UsePass(hash string) (bool, error) {
	n, err := tx.exec("UPDATE pass SET uses_left = CASE WHEN uses_left > 0 THEN uses_left - 1 ELSE uses_left END"+
		" WHERE county = $1 AND hash = $2 AND revoked = 0 AND uses_left <> 0 AND (until_at = 0 OR until_at > $3)", tx.county, hash, tx.now)
	return n == 1, err
}

// RevokePasses revokes the passes of a kind on a record; key "" = all.
func (tx *Tx) RevokePasses(record domain.RecordID, program, key string) (int64, error) {
	w := tx.where()
	w.add("record = ?", record)
	w.eq("program", program)
	w.eq("key", key)
	return tx.exec("UPDATE pass SET revoked = 1"+w.String()+" AND revoked = 0", w.args...)
}

const documentColumns = "county, id, program, key, record, party, serial, version, issued_at, hash, state, data, secret"

var (
	documentInsert = insertSQL("document", documentColumns+", rev")
	documentUpdate = updateSQL("document", documentColumns)
	documentSelect = "SELECT " + documentColumns + ", rev FROM document"
)

// scanDocument opens the sealed data, too; a row of former times has them bare.
func (tx *Tx) scanDocument(rows rowScanner, d *domain.Document) error {
	var sealed []byte
	if err := rows.Scan((*string)(&d.County), &d.ID, &d.Program, &d.Key, (*string)(&d.Record), (*string)(&d.Party), &d.Serial,
		num(&d.Version), instant{&d.IssuedAt}, &d.Hash, &d.State, object{&d.Data}, &sealed, num(&d.Rev)); err != nil || len(sealed) == 0 {
		return err
	}
	data, err := tx.open("document/"+d.ID, sealed)
	d.Data = data
	return err
}

func (tx *Tx) documentValues(d *domain.Document) ([]any, error) {
	sealed, err := tx.seal("document/"+d.ID, d.Data)
	return []any{d.County, d.ID, d.Program, d.Key, d.Record, d.Party, d.Serial, d.Version, d.IssuedAt, d.Hash, d.State, map[string]any{}, sealed, d.Rev}, err
}

// InsertDocument writes an issued document; a serial with the same version twice
// is "duplicate".
func (tx *Tx) InsertDocument(d *domain.Document) error {
	if err := tx.home(&d.County); err != nil {
		return err
	}
	if d.ID == "" {
		d.ID = NewID()
	}
	if d.IssuedAt.IsZero() {
		d.IssuedAt = tx.now
	}
	if d.Version == 0 {
		d.Version = 1
	}
	d.Rev = 1
	values, err := tx.documentValues(d)
	if err != nil {
		return err
	}
	return tx.insert(documentInsert, values...)
}

// UpdateDocument saves a document's state; stale otherwise.
func (tx *Tx) UpdateDocument(d *domain.Document) error {
	if err := tx.home(&d.County); err != nil {
		return err
	}
	values, err := tx.documentValues(d)
	if err != nil {
		return err
	}
	if err := tx.change("document", documentUpdate, values...); err != nil {
		return err
	}
	d.Rev++
	return nil
}

// SealDocuments seals documents that were written bare, some at a time, and says how
// many.
func (tx *Tx) SealDocuments(limit int) (int, error) {
	list, err := many(tx, tx.scanDocument, documentSelect+" WHERE county = $1 AND data <> '{}' ORDER BY id LIMIT $2", tx.county, int64(limit))
	for i := range list {
		if err == nil {
			err = tx.UpdateDocument(&list[i])
		}
	}
	return len(list), err
}

// Document reads one document.
func (tx *Tx) Document(id string) (*domain.Document, error) {
	d, err := one(tx, "document", tx.scanDocument, documentSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &d, err
}

// DocumentBySerial reads the newest version of a serial, for public checking.
func (tx *Tx) DocumentBySerial(serial string) (*domain.Document, error) {
	d, err := one(tx, "document", tx.scanDocument, documentSelect+" WHERE county = $1 AND serial = $2 AND serial <> '' ORDER BY version DESC LIMIT 1",
		tx.county, serial)
	return &d, err
}

// Documents lists the documents of a record, oldest first; key "" = all.
func (tx *Tx) Documents(record domain.RecordID, key string) ([]domain.Document, error) {
	w := tx.where()
	w.add("record = ?", record)
	w.eq("key", key)
	return many(tx, tx.scanDocument, documentSelect+w.String()+" ORDER BY id", w.args...)
}

// ReadDocument notes that an account has read a document, once; first reports whether
// it was the first time.
func (tx *Tx) ReadDocument(r *domain.Reading) (first bool, err error) {
	if err := tx.home(&r.County); err != nil {
		return false, err
	}
	n, err := tx.exec("INSERT INTO document_reading (county, document, account, party, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (county, document, account) DO NOTHING",
		tx.county, r.Document, r.Account, r.Party, r.At)
	return n == 1, err
}

// Readings counts who has read a document, and lists the latest.
func (tx *Tx) Readings(document string, limit int) (n int64, latest []domain.Reading, err error) {
	if n, err = one(tx, "reading", scanInt, "SELECT COUNT(*) FROM document_reading WHERE county = $1 AND document = $2", tx.county, document); err != nil || n == 0 {
		return n, nil, err
	}
	latest, err = many(tx, func(rows rowScanner, r *domain.Reading) error {
		return rows.Scan((*string)(&r.County), &r.Document, (*string)(&r.Account), (*string)(&r.Party), instant{&r.At})
	}, "SELECT county, document, account, party, at FROM document_reading WHERE county = $1 AND document = $2 ORDER BY at DESC, account LIMIT $3", tx.county, document, int64(limit))
	return n, latest, err
}

// HasRead reports whether an account has said that it read a document.
func (tx *Tx) HasRead(document string, account domain.AccountID) (bool, error) {
	n, err := one(tx, "reading", scanInt, "SELECT COUNT(*) FROM document_reading WHERE county = $1 AND document = $2 AND account = $3", tx.county, document, account)
	return n > 0, err
}

const ledgerColumns = "county, id, program, key, period, path, state, data, hash, frozen_at, frozen_by"

var (
	ledgerInsert = insertSQL("ledger", ledgerColumns+", rev")
	ledgerUpdate = updateSQL("ledger", ledgerColumns)
	ledgerSelect = "SELECT " + ledgerColumns + ", rev FROM ledger"
)

func scanLedger(rows rowScanner, l *domain.Ledger) error {
	return rows.Scan((*string)(&l.County), &l.ID, &l.Program, &l.Key, &l.Period, &l.Path, &l.State, object{&l.Data}, &l.Hash,
		instant{&l.FrozenAt}, (*string)(&l.FrozenBy), num(&l.Rev))
}

func ledgerValues(l *domain.Ledger) []any {
	return []any{l.County, l.ID, l.Program, l.Key, l.Period, l.Path, l.State, l.Data, l.Hash, l.FrozenAt, l.FrozenBy, l.Rev}
}

// InsertLedger freezes a period's table; the same period twice is "duplicate".
func (tx *Tx) InsertLedger(l *domain.Ledger) error {
	if err := tx.home(&l.County); err != nil {
		return err
	}
	if l.ID == "" {
		l.ID = NewID()
	}
	l.Rev = 1
	return tx.insert(ledgerInsert, ledgerValues(l)...)
}

// UpdateLedger saves a ledger read at l.Rev; stale otherwise.
func (tx *Tx) UpdateLedger(l *domain.Ledger) error {
	if err := tx.home(&l.County); err != nil {
		return err
	}
	if err := tx.change("ledger", ledgerUpdate, ledgerValues(l)...); err != nil {
		return err
	}
	l.Rev++
	return nil
}

// Ledger reads the table of one period and region path.
func (tx *Tx) Ledger(program, key, period, path string) (*domain.Ledger, error) {
	l, err := one(tx, "ledger", scanLedger, ledgerSelect+" WHERE county = $1 AND program = $2 AND key = $3 AND period = $4 AND path = $5",
		tx.county, program, key, period, path)
	return &l, err
}

// LedgerByID reads one ledger.
func (tx *Tx) LedgerByID(id string) (*domain.Ledger, error) {
	l, err := one(tx, "ledger", scanLedger, ledgerSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &l, err
}

// Ledgers lists the frozen tables of a ledger, newest period first.
func (tx *Tx) Ledgers(program, key string) ([]domain.Ledger, error) {
	return many(tx, scanLedger, ledgerSelect+" WHERE county = $1 AND program = $2 AND key = $3 ORDER BY period DESC, path", tx.county, program, key)
}
