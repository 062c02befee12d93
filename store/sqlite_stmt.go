package store

import (
	"database/sql"
	"fmt"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteStmt is one prepared statement. Texts are bound from memory that it keeps
// from one run to the next.
type sqliteStmt struct {
	c       *sqliteConn
	p       uintptr // sqlite3_stmt
	params  int
	buf     uintptr // the engine's memory that bound texts lie in
	size    int
	open    bool // a cursor reads from it
	loose   bool // not kept by the connection
	writes  bool // it may change something
	ends    bool // it deletes rows that others may refer to
	tables  uint32
	records bool // it writes to the table of records or of clocks
}

func (s *sqliteStmt) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p)
	sqlite3.Xsqlite3_free(s.c.tls, s.buf)
	s.p, s.buf, s.size = 0, 0, 0
}

// reset ends a run. What it would report was reported by step.
func (s *sqliteStmt) reset() {
	sqlite3.Xsqlite3_reset(s.c.tls, s.p)
	if s.open = false; s.loose {
		s.finalize()
	}
}

// step gives true for a row, false at the end.
func (s *sqliteStmt) step() (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.p); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.fault(rc)
	}
}

func (s *sqliteStmt) exec(args []any) (int64, error) {
	if err := s.bind(args); err != nil {
		return 0, err
	}
	for {
		more, err := s.step()
		if err != nil {
			s.reset()
			return 0, err
		}
		if !more {
			break
		}
	}
	n := sqlite3.Xsqlite3_changes64(s.c.tls, s.c.db)
	s.reset()
	return int64(n), nil
}

func (s *sqliteStmt) query(args []any) (rowSet, error) {
	if err := s.bind(args); err != nil {
		return nil, err
	}
	s.open = true
	more, err := s.step()
	if err != nil {
		s.reset()
		return nil, err
	}
	return &sqliteRows{s: s, first: more, done: !more}, nil
}

// room makes the statement's memory hold n bytes.
func (s *sqliteStmt) room(n int) error {
	if s.buf != 0 && n <= s.size {
		return nil
	}
	n = max(2*n, 256)
	sqlite3.Xsqlite3_free(s.c.tls, s.buf)
	if s.buf = sqlite3.Xsqlite3_malloc64(s.c.tls, uint64(n)); s.buf == 0 {
		s.size = 0
		return &sqliteFault{sqlite3.SQLITE_NOMEM, "out of memory"}
	}
	s.size = n
	return nil
}

// bind sets all parameters. The values come from plain.
func (s *sqliteStmt) bind(args []any) error {
	if s.p == 0 {
		return &sqliteFault{sqlite3.SQLITE_MISUSE, "empty statement"}
	}
	if len(args) < s.params {
		return fmt.Errorf("sqlite: %d values for %d parameters", len(args), s.params)
	}
	args = args[:s.params]
	need := 0
	for _, a := range args {
		switch v := a.(type) {
		case string:
			need += len(v)
		case []byte:
			need += len(v)
		}
	}
	if err := s.room(need); err != nil {
		return err
	}
	at := s.buf
	for i, a := range args {
		rc := int32(sqlite3.SQLITE_OK)
		switch v := a.(type) {
		case string:
			copy(unsafe.Slice((*byte)(memory(at)), len(v)), v)
			rc = sqlite3.Xsqlite3_bind_text(s.c.tls, s.p, int32(i+1), at, int32(len(v)), 0)
			at += uintptr(len(v))
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(s.c.tls, s.p, int32(i+1), v)
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(s.c.tls, s.p, int32(i+1))
		case []byte:
			if v == nil {
				rc = sqlite3.Xsqlite3_bind_null(s.c.tls, s.p, int32(i+1))
				break
			}
			copy(unsafe.Slice((*byte)(memory(at)), len(v)), v)
			rc = sqlite3.Xsqlite3_bind_blob(s.c.tls, s.p, int32(i+1), at, int32(len(v)), 0)
			at += uintptr(len(v))
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(s.c.tls, s.p, int32(i+1), v)
		default:
			return fmt.Errorf("sqlite: no binding for %T", a)
		}
		if rc != sqlite3.SQLITE_OK {
			return s.c.fault(rc)
		}
	}
	return nil
}

// sqliteRows is a cursor. The engine has run to its first row already.
type sqliteRows struct {
	s           *sqliteStmt
	first, done bool
	closed      bool
	err         error
}

// Next goes to the next row.
func (r *sqliteRows) Next() bool {
	if r.first {
		r.first = false
		return true
	}
	if r.done {
		return false
	}
	more, err := r.s.step()
	r.err, r.done = err, !more
	return more
}

// Err is why the rows ended early.
func (r *sqliteRows) Err() error { return r.err }

// Close frees the statement for its next run.
func (r *sqliteRows) Close() error {
	if !r.closed {
		r.closed, r.done = true, true
		r.s.reset()
	}
	return r.err
}

// Columns names the columns.
func (r *sqliteRows) Columns() ([]string, error) {
	names := make([]string, sqlite3.Xsqlite3_column_count(r.s.c.tls, r.s.p))
	for i := range names {
		names[i] = libc.GoString(sqlite3.Xsqlite3_column_name(r.s.c.tls, r.s.p, int32(i)))
	}
	return names, nil
}

// Scan reads the columns of the row into targets, as database/sql does for the
// types that occur here.
func (r *sqliteRows) Scan(targets ...any) error {
	for i, target := range targets {
		col := int32(i)
		switch to := target.(type) {
		case *string:
			*to = r.text(col)
		case *int64:
			*to = r.integer(col)
		case *float64:
			*to = sqlite3.Xsqlite3_column_double(r.s.c.tls, r.s.p, col)
		case *[]byte:
			*to = r.blob(col)
		case intTarget:
			to.setInt(r.integer(col))
		case textTarget:
			if err := to.setText(r.text(col)); err != nil {
				return err
			}
		case sql.Scanner:
			if err := to.Scan(r.value(col)); err != nil {
				return err
			}
		case *any:
			*to = r.value(col)
		case *int:
			*to = int(r.integer(col))
		default:
			return fmt.Errorf("sqlite: cannot read a column into %T", target)
		}
	}
	return nil
}

func (r *sqliteRows) integer(col int32) int64 {
	return int64(sqlite3.Xsqlite3_column_int64(r.s.c.tls, r.s.p, col))
}

func (r *sqliteRows) text(col int32) string {
	p := sqlite3.Xsqlite3_column_text(r.s.c.tls, r.s.p, col)
	if p == 0 {
		return ""
	}
	n := sqlite3.Xsqlite3_column_bytes(r.s.c.tls, r.s.p, col)
	return strings.Clone(unsafe.String((*byte)(memory(p)), n))
}

func (r *sqliteRows) blob(col int32) []byte {
	p := sqlite3.Xsqlite3_column_blob(r.s.c.tls, r.s.p, col)
	if p == 0 {
		return nil
	}
	n := sqlite3.Xsqlite3_column_bytes(r.s.c.tls, r.s.p, col)
	return append([]byte{}, unsafe.Slice((*byte)(memory(p)), n)...)
}

// value reads a column as what is stored in it.
func (r *sqliteRows) value(col int32) any {
	switch sqlite3.Xsqlite3_column_type(r.s.c.tls, r.s.p, col) {
	case sqlite3.SQLITE_INTEGER:
		return r.integer(col)
	case sqlite3.SQLITE_FLOAT:
		return sqlite3.Xsqlite3_column_double(r.s.c.tls, r.s.p, col)
	case sqlite3.SQLITE_TEXT:
		return r.text(col)
	case sqlite3.SQLITE_BLOB:
		return r.blob(col)
	}
	return nil
}
