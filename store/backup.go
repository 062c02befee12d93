package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"linqiao/domain"
)

// A backup is text, a JSON list a line, and knows no engine: what SQLite wrote
// PostgreSQL reads.
//
//	["linqiao-backup", 1, "2026-03-02T01:00:00Z"]
//	["table", "record", ["county", "id", …]]
//	["row", ["440902", "…", …]]        bytes are {"b": base64}
//	["end", {"record": 12, …}, sha256 of all lines before]
//
// Sealed columns stay sealed: the key file is kept apart from the backup.
const backupFormat = "linqiao-backup"

// Summary counts the rows of each table.
type Summary map[string]int64

type tableDef struct{ name, primary string }

var (
	tableStart = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	tableKey   = regexp.MustCompile(`PRIMARY KEY \(([^)]+)\)`)
)

// tables lists all tables in the order of the migrations: a table comes after
// those it refers to.
func tables() ([]tableDef, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var out []tableDef
	for _, name := range names {
		raw, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, part := range strings.Split(string(raw), ";\n") {
			t, k := tableStart.FindStringSubmatch(part), tableKey.FindStringSubmatch(part)
			if t != nil && k != nil {
				out = append(out, tableDef{t[1], k[1]})
			}
		}
	}
	return out, nil
}

// special columns: transaction ids mean nothing in another database, so the
// outbox is carried over in id order; a cursor steps back to before the first
// event it has not handled, rather than skip one.
var exportAs = map[string]map[string]string{
	"event": {"tx": "0"},
	"outbox_cursor": {"tx": "0", "event": `(SELECT COALESCE(MAX(e.id), '') FROM event e WHERE e.county = outbox_cursor.county AND e.id <
		COALESCE((SELECT MIN(u.id) FROM event u WHERE u.county = outbox_cursor.county AND (u.tx, u.id) > (outbox_cursor.tx, outbox_cursor.event)), '~'))`},
}

// Backup writes everything as of one moment, beside running work.
func (db *DB) Backup(ctx context.Context, w io.Writer) (Summary, error) {
	list, err := tables()
	if err != nil {
		return nil, err
	}
	out := newBackupWriter(w)
	sum := Summary{}
	err = db.Read(ctx, func(tx *Tx) error {
		out.line([]any{backupFormat, int64(1), tx.now})
		for _, t := range list {
			n, err := tx.backupTable(out, t)
			if err != nil {
				return fmt.Errorf("backup %s: %w", t.name, err)
			}
			sum[t.name] = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sum, out.end(sum)
}

func (tx *Tx) backupTable(out *backupWriter, t tableDef) (int64, error) {
	columns, err := tx.columns(t.name)
	if err != nil {
		return 0, err
	}
	exprs := make([]string, len(columns))
	names := make([]any, len(columns))
	for i, c := range columns {
		exprs[i], names[i] = c, c
		if as := exportAs[t.name][c]; as != "" {
			exprs[i] = as
		}
	}
	out.line([]any{"table", t.name, names})
	rows, err := tx.query("SELECT " + strings.Join(exprs, ", ") + " FROM " + t.name + " ORDER BY " + t.primary)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	n := int64(0)
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return n, err
		}
		row := make([]any, len(values))
		for i, v := range values {
			row[i] = v
			if raw, ok := v.([]byte); ok {
				row[i] = map[string]any{"b": base64.StdEncoding.EncodeToString(raw)}
			}
		}
		if out.line([]any{"row", row}); out.err != nil {
			return n, out.err
		}
		n++
	}
	return n, rows.Err()
}

func (tx *Tx) columns(table string) ([]string, error) {
	rows, err := tx.query("SELECT * FROM " + table + " WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

type backupWriter struct {
	w    *bufio.Writer
	hash hash.Hash
	buf  []byte
	err  error
}

func newBackupWriter(w io.Writer) *backupWriter {
	return &backupWriter{w: bufio.NewWriterSize(w, 1<<16), hash: sha256.New()}
}

func (b *backupWriter) line(v []any) {
	if b.err != nil {
		return
	}
	b.buf = append(encodeValue(b.buf[:0], v), '\n')
	b.hash.Write(b.buf)
	_, b.err = b.w.Write(b.buf)
}

func (b *backupWriter) end(sum Summary) error {
	b.line([]any{"end", sum.object(), hex.EncodeToString(b.hash.Sum(nil))})
	if b.err != nil {
		return b.err
	}
	return b.w.Flush()
}

func (s Summary) object() map[string]any {
	m := make(map[string]any, len(s))
	for k, v := range s {
		m[k] = v
	}
	return m
}

func errBackup(why string) *domain.Error { return domain.E(domain.KindInvalid, "backup", "why", why) }

// readBackup walks a backup and checks it: the format, the counts, and the hash
// of the last line. row may be nil.
func readBackup(r io.Reader, table func(name string, columns []string) error, row func(values []any) error) (Summary, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	sum, sha, name, first := Summary{}, sha256.New(), "", true
	for {
		raw, err := in.ReadBytes('\n')
		if err != nil {
			return nil, errBackup("it ends early").Wrap(err)
		}
		line, err := decodeList(string(bytes.TrimSuffix(raw, []byte("\n"))))
		if err != nil || len(line) < 2 {
			return nil, errBackup("a line is not readable").Wrap(err)
		}
		kind, _ := line[0].(string)
		switch {
		case first:
			if kind != backupFormat || line[1] != int64(1) {
				return nil, errBackup("it is no backup of this product")
			}
			first = false
		case kind == "table" && len(line) == 3:
			name, _ = line[1].(string)
			sum[name] = 0
			if err := callTable(table, name, line[2]); err != nil {
				return nil, err
			}
		case kind == "row" && name != "":
			values, ok := line[1].([]any)
			if !ok {
				return nil, errBackup("a row is not readable")
			}
			sum[name]++
			if row != nil {
				if err := row(values); err != nil {
					return nil, fmt.Errorf("restore %s: %w", name, err)
				}
			}
		case kind == "end" && len(line) == 3:
			return sum, checkEnd(line, sum, sha)
		default:
			return nil, errBackup("a line is not readable")
		}
		sha.Write(raw)
	}
}

func callTable(table func(string, []string) error, name string, list any) error {
	names, _ := list.([]any)
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i], _ = n.(string)
	}
	if table == nil {
		return nil
	}
	return table(name, columns)
}

func checkEnd(line []any, sum Summary, sha hash.Hash) error {
	counts, _ := line[1].(map[string]any)
	if len(counts) != len(sum) {
		return errBackup("tables are missing")
	}
	for name, n := range sum {
		if counts[name] != n {
			return errBackup("rows are missing in " + name)
		}
	}
	if line[2] != hex.EncodeToString(sha.Sum(nil)) {
		return errBackup("it was changed after it was written")
	}
	return nil
}

// VerifyBackup reads a backup to its end and checks its counts and hash.
func VerifyBackup(r io.Reader) (Summary, error) { return readBackup(r, nil, nil) }

var word = regexp.MustCompile(`^[a-z_0-9]+$`)

// Restore loads a backup into a migrated, empty store, all or nothing. Nobody
// else may use the store meanwhile.
func (db *DB) Restore(ctx context.Context, r io.Reader) (Summary, error) {
	list, err := tables()
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(list))
	for _, t := range list {
		known[t.name] = true
	}
	var sum Summary
	started := false
	err = db.Write(ctx, func(tx *Tx) error {
		if started {
			return errors.New("a restore cannot be run again on a stream half read")
		}
		started = true
		if n, err := one(tx, "tenant", scanInt, "SELECT COUNT(*) FROM tenant"); err != nil || n > 0 {
			return errors.Join(err, domain.E(domain.KindConflict, "store_not_empty"))
		}
		if _, err := tx.exec(tx.db.dialect.deferLinks); err != nil {
			return err
		}
		insert := ""
		sum, err = readBackup(r, func(name string, columns []string) error {
			if !known[name] {
				return errBackup("unknown table " + name)
			}
			for _, c := range columns {
				if !word.MatchString(c) {
					return errBackup("bad column in " + name)
				}
			}
			insert = insertSQL(name, strings.Join(columns, ", "))
			return nil
		}, func(values []any) error { return tx.restoreRow(insert, values) })
		return err
	})
	return sum, err
}

func (tx *Tx) restoreRow(insert string, values []any) error {
	for i, v := range values {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		text, _ := m["b"].(string)
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return errBackup("bytes are not readable").Wrap(err)
		}
		values[i] = raw
	}
	_, err := tx.exec(insert, values...)
	return err
}

// Snapshot writes a copy of the database file, compact and consistent, beside
// running work (SQLite only; PostgreSQL has its own physical backups).
func (db *DB) Snapshot(ctx context.Context, path string) error {
	if db.Engine() != "sqlite" {
		return domain.E(domain.KindInvalid, "snapshot_sqlite_only")
	}
	return db.migrateHandle(ctx, func(h *sql.DB) error {
		if _, err := h.ExecContext(ctx, "VACUUM INTO ?1", path); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return f.Sync()
	})
}

// Report is what Verify found. Broken is empty when all is well.
type Report struct {
	Counts Summary
	Audit  map[domain.CountyCode]int64 // linked rows of each chain
	Broken []string
}

// Verify counts all rows, walks every county's audit chain and, on SQLite, lets
// the engine check its file and foreign keys.
func (db *DB) Verify(ctx context.Context) (*Report, error) {
	list, err := tables()
	if err != nil {
		return nil, err
	}
	rep := &Report{Counts: Summary{}, Audit: map[domain.CountyCode]int64{}}
	err = db.Read(ctx, func(tx *Tx) error {
		for _, t := range list {
			if rep.Counts[t.name], err = one(tx, t.name, scanInt, "SELECT COUNT(*) FROM "+t.name); err != nil {
				return err
			}
		}
		counties, err := tx.Tenants()
		if err != nil {
			return err
		}
		for _, c := range counties {
			breaks, n, err := tx.In(c.Code).VerifyAudit()
			if err != nil {
				return err
			}
			rep.Audit[c.Code] = n
			for _, b := range breaks {
				rep.Broken = append(rep.Broken, "审计链 "+string(c.Code)+"："+b.String())
			}
		}
		return rep.engine(tx)
	})
	return rep, err
}

func (rep *Report) engine(tx *Tx) error {
	if tx.db.Engine() != "sqlite" {
		return nil
	}
	found, err := many(tx, scanText, "PRAGMA integrity_check(20)")
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		rep.Broken = append(rep.Broken, found...)
	}
	dangling, err := many(tx, scanText, `SELECT "table" || ' refers to a missing ' || "parent" FROM pragma_foreign_key_check LIMIT 20`)
	rep.Broken = append(rep.Broken, dangling...)
	return err
}
