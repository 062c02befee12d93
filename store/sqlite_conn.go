package store

import (
	"context"
	"database/sql"
)

// stmtMax bounds the prepared statements of one connection: lists make many
// texts, and each holds memory inside the engine.
const stmtMax = 400

// sqliteConn is one connection with its prepared statements.
type sqliteConn struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSQLiteConn(ctx context.Context, db *sql.DB) (*sqliteConn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteConn{conn: conn, stmts: make(map[string]*sql.Stmt)}, nil
}

func (c *sqliteConn) close() {
	c.forget()
	_ = c.conn.Close()
}

func (c *sqliteConn) forget() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	clear(c.stmts)
}

func (c *sqliteConn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if len(c.stmts) >= stmtMax {
		c.forget()
	}
	s, err := c.conn.PrepareContext(ctx, questionMarks(query))
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// Statements run without the caller's cancellation: the driver would start a
// goroutine for each, and an interrupted statement inside a group would cost the
// other writers their work. Tx looks at the context between statements.
func (c *sqliteConn) exec(ctx context.Context, query string, args []any) (int64, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := c.prepare(ctx, query)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, query string, args []any) (rowSet, error) {
	ctx = context.WithoutCancel(ctx)
	s, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// execLater runs at once: there is no distance to save.
func (c *sqliteConn) execLater(ctx context.Context, query string, args []any) error {
	_, err := c.exec(ctx, query, args)
	return err
}
