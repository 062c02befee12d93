package store

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strconv"
	"time"

	"linqiao/domain"
)

const importColumns = "county, id, kind, by_account, state, total, done, failed, data, created"

var (
	importInsert = insertSQL("import_run", importColumns+", rev")
	importUpdate = updateSQL("import_run", importColumns)
	importSelect = "SELECT " + importColumns + ", rev FROM import_run"
)

func scanImport(rows rowScanner, i *domain.ImportRun) error {
	return rows.Scan((*string)(&i.County), &i.ID, &i.Kind, (*string)(&i.By), &i.State, num(&i.Total), num(&i.Done), num(&i.Failed),
		object{&i.Data}, instant{&i.Created}, num(&i.Rev))
}

func importValues(i *domain.ImportRun) []any {
	return []any{i.County, i.ID, i.Kind, i.By, i.State, i.Total, i.Done, i.Failed, i.Data, i.Created, i.Rev}
}

// InsertImportRun writes a new import.
func (tx *Tx) InsertImportRun(i *domain.ImportRun) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	if i.ID == "" {
		i.ID = NewID()
	}
	if i.Created.IsZero() {
		i.Created = tx.now
	}
	i.Rev = 1
	return tx.insert(importInsert, importValues(i)...)
}

// UpdateImportRun saves an import read at i.Rev; stale otherwise.
func (tx *Tx) UpdateImportRun(i *domain.ImportRun) error {
	if err := tx.home(&i.County); err != nil {
		return err
	}
	if err := tx.change("import_run", importUpdate, importValues(i)...); err != nil {
		return err
	}
	i.Rev++
	return nil
}

// ImportRun reads one import.
func (tx *Tx) ImportRun(id string) (*domain.ImportRun, error) {
	i, err := one(tx, "import_run", scanImport, importSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &i, err
}

// ImportRuns pages through imports, newest first; by = those of one account.
func (tx *Tx) ImportRuns(by domain.AccountID, cursor string, limit int) (Page[domain.ImportRun], error) {
	w := tx.where()
	w.eq("by_account", string(by))
	if err := w.after("created", "id", cursor, true); err != nil {
		return Page[domain.ImportRun]{}, err
	}
	limit = pageSize(limit)
	rows, err := many(tx, scanImport, importSelect+w.String()+order(true)+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.ImportRun]{}, err
	}
	return cut(rows, limit, func(i *domain.ImportRun) (time.Time, string) { return i.Created, i.ID }), nil
}

// ImportRunsIn lists the imports in one of some states, oldest first.
func (tx *Tx) ImportRunsIn(states []string, limit int) ([]domain.ImportRun, error) {
	w := tx.where()
	in(w, "state", states)
	return many(tx, scanImport, importSelect+w.String()+w.fill(" ORDER BY id LIMIT ?", int64(limit)), w.args...)
}

const (
	partCounts = "good, warned, alike, known, bad, skipped, kept"
	partCopies = "good = excluded.good, warned = excluded.warned, alike = excluded.alike, known = excluded.known, bad = excluded.bad," +
		" skipped = excluded.skipped, kept = excluded.kept, data = excluded.data"
)

func partAAD(p *domain.ImportPart) string {
	return "import/" + p.Run + "/" + p.Kind + "/" + strconv.Itoa(p.Seq)
}

// SaveImportPart writes a part, packed and sealed, in place of the one that was.
func (tx *Tx) SaveImportPart(p *domain.ImportPart) error {
	if tx.db.cfg.Sealer == nil {
		return domain.E(domain.KindInternal, "no_sealer")
	}
	packed, err := pack(p.Data)
	if err != nil {
		return err
	}
	c := p.Counts
	return tx.insert("INSERT INTO import_part (county, run, kind, seq, "+partCounts+", data) VALUES ("+marks(1, 12)+")"+
		" ON CONFLICT (county, run, kind, seq) DO UPDATE SET "+partCopies,
		tx.county, p.Run, p.Kind, p.Seq, c.Good, c.Warned, c.Alike, c.Known, c.Bad, c.Skipped, c.Kept,
		tx.db.cfg.Sealer.Seal(tx.county, partAAD(p), packed))
}

// ImportParts reads parts of one kind from a number on, in order. with names a
// count that must not be zero; "" = all.
func (tx *Tx) ImportParts(run, kind, with string, from, limit int) ([]domain.ImportPart, error) {
	if tx.db.cfg.Sealer == nil {
		return nil, domain.E(domain.KindInternal, "no_sealer")
	}
	w := tx.where()
	w.add("run = ?", run)
	w.add("kind = ?", kind)
	w.add("seq >= ?", int64(from))
	switch with {
	case "":
	case "good", "warned", "alike", "known", "bad", "skipped", "kept":
		w.add(with + " > 0")
	default:
		return nil, domain.E(domain.KindInternal, "import_count")
	}
	return many(tx, func(rows rowScanner, p *domain.ImportPart) error {
		p.Run, p.Kind = run, kind
		var sealed []byte
		c := &p.Counts
		err := rows.Scan(num(&p.Seq), num(&c.Good), num(&c.Warned), num(&c.Alike), num(&c.Known), num(&c.Bad), num(&c.Skipped), num(&c.Kept), &sealed)
		if err != nil {
			return err
		}
		packed, err := tx.db.cfg.Sealer.Open(tx.county, partAAD(p), sealed)
		if err != nil {
			return domain.E(domain.KindInternal, "unseal").Wrap(err)
		}
		p.Data, err = unpack(packed)
		return err
	}, "SELECT seq, "+partCounts+", data FROM import_part"+w.String()+w.fill(" ORDER BY seq LIMIT ?", int64(limit)), w.args...)
}

// DropImportParts deletes the parts of some kinds; none named = all.
func (tx *Tx) DropImportParts(run string, kinds ...string) error {
	w := tx.where()
	w.add("run = ?", run)
	if len(kinds) > 0 {
		in(w, "kind", kinds)
	}
	_, err := tx.exec("DELETE FROM import_part"+w.String(), w.args...)
	return err
}

// PurgeImportParts deletes what is kept of imports begun before an instant, but
// for those in one of some states.
func (tx *Tx) PurgeImportParts(before time.Time, but []string) (int64, error) {
	w := tx.where()
	w.add("created < ?", before)
	w.conds = append(w.conds, "NOT ("+inList(w, "state", but)+")")
	return tx.exec("DELETE FROM import_part WHERE county = $1 AND run IN (SELECT id FROM import_run"+w.String()+")", w.args...)
}

// SaveImportMapping remembers what the columns of a set of headers mean.
func (tx *Tx) SaveImportMapping(m *domain.ImportMapping) error {
	return tx.insert("INSERT INTO import_mapping (county, kind, heads, mapping, by_account, at) VALUES ("+marks(1, 6)+")"+
		" ON CONFLICT (county, kind, heads) DO UPDATE SET mapping = excluded.mapping, by_account = excluded.by_account, at = excluded.at",
		tx.county, m.Kind, m.Heads, m.Columns, m.By, tx.now)
}

// ImportMapping reads what was remembered for a set of headers, or NotFound.
func (tx *Tx) ImportMapping(kind, heads string) (*domain.ImportMapping, error) {
	m, err := one(tx, "import_run", func(rows rowScanner, m *domain.ImportMapping) error {
		return rows.Scan(&m.Kind, &m.Heads, object{&m.Columns}, (*string)(&m.By), instant{&m.At})
	}, "SELECT kind, heads, mapping, by_account, at FROM import_mapping WHERE county = $1 AND kind = $2 AND heads = $3", tx.county, kind, heads)
	return &m, err
}

// unpackedMost bounds what a part may unpack to.
const unpackedMost = 64 << 20

func pack(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(data)
	if err = errors.Join(err, z.Close()); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, unpackedMost))
}
