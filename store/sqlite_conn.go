package store

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteConn is one connection, spoken to through SQLite's own calls. database/sql
// would take two locks a call, a goroutine-safe copy of every argument, and one
// allocation a column: together as much as the engine's own work on a small
// statement. A connection is used by one goroutine at a time, so SQLite needs no
// lock of its own on it either.
type sqliteConn struct {
	tls   *libc.TLS
	db    uintptr
	stmts map[string]*sqliteStmt
}

// stmtMax bounds the prepared statements of one connection: lists make many
// texts, and each holds memory inside the engine.
const stmtMax = 400

// sqliteFault is an error of the engine with its extended code.
type sqliteFault struct {
	code int32
	text string
}

// Error implements error.
func (e *sqliteFault) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Code is the extended result code.
func (e *sqliteFault) Code() int { return int(e.code) }

// newSQLiteConn opens the file and runs the pragmas, given as name(value).
func newSQLiteConn(path string, pragmas ...string) (*sqliteConn, error) {
	c := &sqliteConn{tls: libc.NewTLS(), stmts: make(map[string]*sqliteStmt)}
	name, err := libc.CString((&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String())
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	out := sqlite3.Xsqlite3_malloc(c.tls, ptrSize)
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, out,
		sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE|sqlite3.SQLITE_OPEN_URI|sqlite3.SQLITE_OPEN_NOMUTEX, 0)
	c.db = *(*uintptr)(memory(out))
	sqlite3.Xsqlite3_free(c.tls, out)
	libc.Xfree(c.tls, name)
	if rc != sqlite3.SQLITE_OK {
		err := c.fault(rc)
		c.close()
		return nil, err
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	for _, p := range slices.Concat(basicPragmas, pragmas) {
		if _, err := c.exec(context.Background(), "PRAGMA "+p, nil); err != nil {
			c.close()
			return nil, err
		}
	}
	c.forget()
	return c, nil
}

const ptrSize = int32(unsafe.Sizeof(uintptr(0)))

// memory gives a pointer into the engine's own memory, which Go does not move.
func memory(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func (c *sqliteConn) fault(rc int32) error {
	text := "sqlite"
	if c.db != 0 {
		text = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	return &sqliteFault{rc, text}
}

func (c *sqliteConn) close() {
	c.forget()
	if c.db != 0 {
		sqlite3.Xsqlite3_close_v2(c.tls, c.db)
		c.db = 0
	}
	c.tls.Close()
}

// forget finalises the statements that nobody reads from.
func (c *sqliteConn) forget() {
	for q, s := range c.stmts {
		if !s.open {
			s.finalize()
			delete(c.stmts, q)
		}
	}
}

// prepare gives the statement of a text, ready to be bound.
func (c *sqliteConn) prepare(query string) (*sqliteStmt, error) {
	s, ok := c.stmts[query]
	if ok && !s.open {
		return s, nil
	}
	if len(c.stmts) >= stmtMax {
		c.forget()
	}
	made, err := c.compile(questionMarks(query))
	if err != nil {
		return nil, err
	}
	if made.loose = ok; !ok { // a second cursor over the same text lives alone
		c.stmts[query] = made
	}
	return made, nil
}

func (c *sqliteConn) compile(query string) (*sqliteStmt, error) {
	text, err := libc.CString(query)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, text)
	out := sqlite3.Xsqlite3_malloc(c.tls, ptrSize)
	defer sqlite3.Xsqlite3_free(c.tls, out)
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(query)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, out, 0)
	if rc != sqlite3.SQLITE_OK {
		return nil, c.fault(rc)
	}
	s := &sqliteStmt{c: c, p: *(*uintptr)(memory(out)), tables: tablesIn(query), ends: strings.HasPrefix(query, "DELETE"), records: writesRecords(query)}
	if s.p != 0 {
		s.writes = sqlite3.Xsqlite3_stmt_readonly(c.tls, s.p) == 0
		s.params = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, s.p))
	}
	return s, nil
}

// writesRecords: INSERT, UPDATE or DELETE of the tables that fronts are made of.
// Insertions of clocks go another way.
func writesRecords(query string) bool {
	for _, verb := range [...]string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if rest, ok := strings.CutPrefix(query, verb); ok {
			table, _, _ := strings.Cut(rest, " ")
			return table == "record" || table == "clock"
		}
	}
	return false
}

// exec runs a statement to its end and reports the rows it changed. Statements run
// without the caller's cancellation: an interrupted one inside a group would cost
// the other writers their work. Tx looks at the context between statements.
func (c *sqliteConn) exec(_ context.Context, query string, args []any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	return s.exec(args)
}

func (c *sqliteConn) query(_ context.Context, query string, args []any) (rowSet, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.query(args)
}

// execLater runs at once: there is no distance to save.
func (c *sqliteConn) execLater(ctx context.Context, query string, args []any) error {
	_, err := c.exec(ctx, query, args)
	return err
}

func (c *sqliteConn) insertLater(ctx context.Context, ins *insertion, args []any) error {
	_, err := c.exec(ctx, ins.one(), args)
	return err
}

func (c *sqliteConn) lookup(ctx context.Context, _ *insertion, query string, key []any) (rowSet, error) {
	return c.query(ctx, query, key)
}

// run runs a statement that only moves the transaction.
func (c *sqliteConn) run(query string) error {
	s, err := c.prepare(query)
	if err == nil {
		_, err = s.exec(nil)
	}
	return err
}

// inTransaction: a full disk or a failing one makes SQLite undo a transaction by
// itself.
func (c *sqliteConn) inTransaction() bool { return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }
