package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

func recordAAD(id domain.RecordID) string { return "record/" + string(id) }

// Record reads one record; its Secret stays closed (nil).
func (tx *Tx) Record(id domain.RecordID) (*domain.Record, error) {
	return tx.loadRecord(recordSelect, scanRecord, id)
}

// RecordOpen reads one record with its Secret decrypted. The caller answers for
// the purpose and the audit row.
func (tx *Tx) RecordOpen(id domain.RecordID) (*domain.Record, error) {
	return tx.loadRecord(recordOpened, tx.scanOpened(), id)
}

func (tx *Tx) loadRecord(query string, scan func(rowScanner, *domain.Record) error, id domain.RecordID) (*domain.Record, error) {
	if !tx.readOnly {
		query += " WHERE county = $1 AND id = $2" + tx.db.dialect.forUpdate
	} else {
		query += " WHERE county = $1 AND id = $2"
	}
	r, err := one(tx, "record", scan, query, tx.county, id)
	if err != nil {
		return nil, err
	}
	tx.remember(&r)
	return &r, nil
}

// RecordByRef finds a record by the number people quote.
func (tx *Tx) RecordByRef(refNo string) (*domain.Record, error) {
	r, err := one(tx, "record", scanRecord, recordSelect+" WHERE county = $1 AND ref_no = $2 AND ref_no <> ''", tx.county, refNo)
	return &r, err
}

// RecordByUnique finds the record that holds a unique value, or NotFound.
func (tx *Tx) RecordByUnique(program, key, value string) (*domain.Record, error) {
	r, err := one(tx, "record", scanRecord, recordSelect+" WHERE county = $1 AND id = (SELECT u.record FROM record_unique u"+
		" WHERE u.county = $1 AND u.program = $2 AND u.key = $3 AND u.value = $4)", tx.county, program, key, value)
	return &r, err
}

// Children lists the records under a parent in order of creation; key "" = all
// kinds. Secrets stay closed.
func (tx *Tx) Children(parent domain.RecordID, key string) ([]domain.Record, error) {
	if key == "" {
		return tx.rememberAll(many(tx, scanRecord, recordSelect+" WHERE county = $1 AND parent = $2 ORDER BY created, id", tx.county, parent))
	}
	return tx.rememberAll(many(tx, scanRecord, recordSelect+" WHERE county = $1 AND parent = $2 AND key = $3 ORDER BY created, id",
		tx.county, parent, key))
}

// InsertRecord writes a new record. It sets County, ID, Root, Created, Entered
// and Rev where they are empty, and takes the unique value if there is one.
func (tx *Tx) InsertRecord(r *domain.Record) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = domain.RecordID(NewID())
	}
	if r.Root == "" {
		r.Root = r.ID
	}
	if r.Created.IsZero() {
		r.Created = tx.now
	}
	if r.Entered.IsZero() {
		r.Entered = r.Created
	}
	r.Rev = 1
	if err := checkPlain(r); err != nil {
		return err
	}
	sealed, err := tx.seal(recordAAD(r.ID), r.Secret)
	if err != nil {
		return err
	}
	data := string(encodeObject(r.Data))
	err = tx.insert(recordInsert, r.County, r.ID, r.Program, r.Version, r.Key, r.Noun, r.RefNo, null(r.Parent), r.Root,
		null(r.Subject), r.Class, r.Unique, r.Stage, r.Phase, r.Owner, r.OwnerOrg, r.Provider, r.Org, r.Region, r.Path,
		r.Channel, r.Reason, r.Created, r.Entered, r.Ended, r.Rev, data, encodeHistory(r.Hist), encodeTexts(r.Walk), sealed)
	if err != nil {
		return err
	}
	tx.noteRecord(r, data, true)
	tx.remember(r)
	return tx.takeUnique(r)
}

// UpdateRecord saves a record that was read at r.Rev and counts r.Rev up. If it
// was changed since, the error is a conflict "stale". A nil Secret leaves the
// stored one alone. Program, key, noun, parent, root and creation never change.
func (tx *Tx) UpdateRecord(r *domain.Record) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if err := checkPlain(r); err != nil {
		return err
	}
	before, known := tx.shared.records[r.ID]
	known = known && before.rev == r.Rev
	w := where{args: []any{r.County, r.ID, r.Rev}}
	sets := []string{"rev = rev + 1"}
	set := func(column string, v any) { sets = append(sets, column+" = "+w.param(v)) }
	set("version", r.Version)
	set("class", r.Class)
	set("phase", r.Phase)
	set("org", r.Org)
	set("region", r.Region)
	set("channel", r.Channel)
	set("reason", r.Reason)
	set("entered", r.Entered)
	set("ended", r.Ended)
	set("uniq", r.Unique)
	data := string(encodeObject(r.Data))
	set("data", data)
	set("hist", encodeHistory(r.Hist))
	set("walk", encodeTexts(r.Walk))
	now := placeOf(r)
	for i, column := range indexedColumns {
		if !known || before.values[i] != now.values[i] {
			if column == "subject" {
				set(column, null(r.Subject))
				continue
			}
			set(column, now.values[i])
		}
	}
	if r.Secret != nil {
		sealed, err := tx.seal(recordAAD(r.ID), r.Secret)
		if err != nil {
			return err
		}
		set("secret", sealed)
	}
	err := tx.change("record", "UPDATE record SET "+strings.Join(sets, ", ")+" WHERE county = $1 AND id = $2 AND rev = $3", w.args...)
	if err != nil {
		return err
	}
	r.Rev++
	tx.noteRecord(r, data, false)
	if !known || before.uniq != r.Unique {
		if _, err := tx.exec("DELETE FROM record_unique WHERE county = $1 AND record = $2", r.County, r.ID); err != nil {
			return err
		}
		if err := tx.takeUnique(r); err != nil {
			return err
		}
	}
	tx.remember(r)
	return nil
}

// noteRecord tells the writer what a record is now.
func (tx *Tx) noteRecord(r *domain.Record, data string, isNew bool) {
	if w, ok := tx.session.(*sqliteWriter); ok {
		rec := *r
		w.note(recordNote{county: r.County, id: r.ID, rec: &rec, data: data, isNew: isNew})
	}
}

// takeUnique claims the record's unique value; somebody else's claim is a
// conflict "duplicate".
func (tx *Tx) takeUnique(r *domain.Record) error {
	if r.Unique == "" {
		return nil
	}
	return tx.insert("INSERT INTO record_unique (county, program, key, value, record) VALUES ($1, $2, $3, $4, $5)",
		r.County, r.Program, r.Key, r.Unique, r.ID)
}

// indexedColumns are written only when they changed: SQLite rewrites every index
// whose column is named in an UPDATE, changed or not.
var indexedColumns = [...]string{"stage", "path", "owner", "owner_org", "provider", "subject", "ref_no"}

type recordPlace struct {
	rev    int64
	uniq   string
	values [len(indexedColumns)]string
}

func placeOf(r *domain.Record) recordPlace {
	return recordPlace{rev: r.Rev, uniq: r.Unique, values: [...]string{
		r.Stage, r.Path, string(r.Owner), string(r.OwnerOrg), string(r.Provider), string(r.Subject), r.RefNo}}
}

// remember keeps what a writing transaction saw of a record's indexed columns.
func (tx *Tx) remember(r *domain.Record) {
	if tx.readOnly {
		return
	}
	if tx.shared.records == nil {
		tx.shared.records = make(map[domain.RecordID]recordPlace)
	}
	tx.shared.records[r.ID] = placeOf(r)
}

func (tx *Tx) rememberAll(list []domain.Record, err error) ([]domain.Record, error) {
	for i := range list {
		tx.remember(&list[i])
	}
	return list, err
}

// NextRef counts a reference number up within a key ("case-2026") and returns it.
func (tx *Tx) NextRef(key string) (int64, error) {
	if tx.county == "" {
		return 0, errNoCounty
	}
	return one(tx, "ref_counter", scanInt, "INSERT INTO ref_counter (county, key, n) VALUES ($1, $2, 1)"+
		" ON CONFLICT (county, key) DO UPDATE SET n = ref_counter.n + 1 RETURNING n", tx.county, key)
}

// null binds an empty id as NULL, for columns with a foreign key.
func null[T ~string](id T) any {
	if id == "" {
		return nil
	}
	return string(id)
}

type history struct{ to *map[string]time.Time }

// Scan reads {"key": milliseconds}.
func (s history) Scan(v any) error {
	text, err := asText(v)
	if err != nil {
		return err
	}
	m, err := decodeObject(text)
	if err != nil {
		return err
	}
	*s.to = make(map[string]time.Time, len(m))
	for k, v := range m {
		ms, ok := v.(int64)
		if !ok {
			return fmt.Errorf("history %s: want milliseconds", strconv.Quote(k))
		}
		(*s.to)[k] = fromMillis(ms)
	}
	return nil
}

func encodeHistory(h map[string]time.Time) string {
	m := make(map[string]any, len(h))
	for k, t := range h {
		m[k] = millis(t)
	}
	return string(encodeMap(nil, m))
}
