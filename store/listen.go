package store

import (
	"context"
	"fmt"
	"hash/crc32"

	"github.com/jackc/pgx/v5"
)

// AnnounceMost is the longest text of one announcement: PostgreSQL takes less than
// 8000 bytes.
const AnnounceMost = 7000

// Shared reports whether other processes may work on the same data. On SQLite one
// process has the file.
func (db *DB) Shared() bool { return db.Engine() == "postgres" }

// Announce says something to every process on the same data that listens, this one
// too. It is no part of a transaction: call it after the commit. Nobody hears what
// was said while he was not listening.
func (db *DB) Announce(ctx context.Context, text string) error {
	e, ok := db.engine.(*postgresEngine)
	if !ok {
		return nil
	}
	name, err := e.topic(ctx)
	if err != nil {
		return db.dialect.translate(err)
	}
	_, err = e.pool.Exec(ctx, "SELECT pg_notify($1, $2)", name, text)
	return db.dialect.translate(err)
}

// Listen hears announcements until the context ends or the connection breaks. ready
// is called once it hears; the connection is one of its own.
func (db *DB) Listen(ctx context.Context, ready func(), hear func(text string)) error {
	e, ok := db.engine.(*postgresEngine)
	if !ok {
		<-ctx.Done()
		return ctx.Err()
	}
	name, err := e.topic(ctx)
	if err != nil {
		return db.dialect.translate(err)
	}
	conn, err := pgx.ConnectConfig(ctx, e.pool.Config().ConnConfig)
	if err != nil {
		return db.dialect.translate(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{name}.Sanitize()); err != nil {
		return db.dialect.translate(err)
	}
	ready()
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		hear(n.Payload)
	}
}

// topic names the announcements of this schema: those of a database are heard in all
// of its schemas.
func (e *postgresEngine) topic(ctx context.Context) (string, error) {
	var schema string
	if err := e.pool.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return "", err
	}
	return fmt.Sprintf("linqiao_%08x", crc32.ChecksumIEEE([]byte(schema))), nil
}
