package store

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "modernc.org/sqlite" // the driver, for migrations
	sqlite3 "modernc.org/sqlite/lib"

	"linqiao/domain"
)

// dialect is everything in which the two engines differ, with the reason.
type dialect struct {
	name string
	// words fill the {{…}} of migrations.
	words map[string]string
	// textType: PostgreSQL orders text by locale unless told otherwise; ranges
	// over region paths and cursors over ids need byte order, as SQLite has.
	textType string
	// eventIn writes events, with an expression in event.tx. SQLite has one writer,
	// so ids are in commit order; on PostgreSQL a transaction may commit late, and
	// the outbox orders by transaction id instead.
	eventIn *insertion
	// settled limits the outbox to transactions after which none can appear.
	settled string
	// outboxAfter and outboxOrder follow the index each engine has for the outbox;
	// $1 is the county, $2 the name of the cursor.
	outboxAfter, outboxOrder string
	// forUpdate locks rows read for a change. SQLite's writer is alone already.
	forUpdate string
	// deferLinks lets a restore write children before their parents.
	deferLinks string
	// hide writes a text column so that no index serves a condition on it.
	hide func(column string) string
	// slots spreads one hot counter over rows, so that PostgreSQL's row locks do
	// not line up all commits behind one another. SQLite needs a single row.
	slots int
	// classify names the constraint an engine error is about.
	classify func(error) fault
}

// fault is the engine-neutral reason of a database error.
type fault int

const (
	faultOther fault = iota
	faultUnique
	faultReference
	faultCheck
	faultRetry // serialization failure or deadlock: run the closure again
	faultBusy  // the engine cannot work now
	faultFull
	faultReadOnly
	faultCorrupt
)

var sqliteDialect = dialect{
	name: "sqlite",
	words: map[string]string{
		"blob":      "BLOB",
		"compact":   "WITHOUT ROWID", // small rows live in their primary key: one tree less
		"partition": "",
		// The outbox runs in id order, which is the primary key already.
		"event_order": "",
		// The counts that an event carries, one row each.
		"each_count": "json_each(e.stats, '$.counts') AS c",
		"count_at":   "c.key",
		"find_amp":   "instr(rest, '&')",
		"find_eq":    "instr(one, '=')",
	},
	textType:    "TEXT",
	eventIn:     newInsertion("event", eventColumns, 2, "", "tx=0").each(),
	settled:     "",
	outboxAfter: "id > COALESCE((SELECT c.event FROM outbox_cursor c WHERE c.county = $1 AND c.name = $2), '')",
	outboxOrder: "id",
	forUpdate:   "",
	deferLinks:  "PRAGMA defer_foreign_keys = ON",
	hide:        func(column string) string { return "+" + column },
	slots:       1,
	classify:    classifySQLite,
}

var postgresDialect = dialect{
	name: "postgres",
	words: map[string]string{
		"blob":        "BYTEA",
		"compact":     "",
		"partition":   "",
		"event_order": "CREATE INDEX event_order ON event (county, tx, id);",
		"each_count": "jsonb_array_elements(CASE WHEN e.stats LIKE '%\"counts\"%' THEN CAST(e.stats AS jsonb) -> 'counts' ELSE CAST('[]' AS jsonb) END)" +
			" WITH ORDINALITY AS c (value, key)",
		"count_at": "c.key - 1",
		"find_amp": "strpos(rest, '&')",
		"find_eq":  "strpos(one, '=')",
	},
	textType: `TEXT COLLATE "C"`,
	eventIn:  newInsertion("event", eventColumns, 2, "", "tx=CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)").each(),
	settled:  " AND tx < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
	outboxAfter: "(tx, id) > (COALESCE((SELECT c.tx FROM outbox_cursor c WHERE c.county = $1 AND c.name = $2), -1)," +
		" COALESCE((SELECT c.event FROM outbox_cursor c WHERE c.county = $1 AND c.name = $2), ''))",
	outboxOrder: "tx, id",
	forUpdate:   " FOR UPDATE",
	deferLinks:  "SET CONSTRAINTS ALL DEFERRED",
	hide:        func(column string) string { return "(" + column + " || '')" },
	slots:       16,
	classify:    classifyPostgres,
}

func (d *dialect) slot() int64 {
	if d.slots == 1 {
		return 0
	}
	return int64(rand.IntN(d.slots))
}

var dollar = regexp.MustCompile(`\$(\d+)`)

// questionMarks writes ?n for $n: SQLite would read $n as a named parameter.
func questionMarks(sql string) string { return dollar.ReplaceAllString(sql, "?$1") }

var textWord = regexp.MustCompile(`\bTEXT\b`)

// render fills a migration's placeholders for this engine.
func (d *dialect) render(sql string) string {
	sql = textWord.ReplaceAllString(sql, d.textType)
	for k, v := range d.words {
		sql = strings.ReplaceAll(sql, "{{"+k+"}}", v)
	}
	return sql
}

func classifySQLite(err error) fault {
	var e interface{ Code() int } // *sqliteFault, or the driver's error in a migration
	if !errors.As(err, &e) {
		return faultOther
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return faultUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultReference
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return faultCheck
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR:
		return faultBusy
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_READONLY:
		return faultReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return faultCorrupt
	}
	return faultOther
}

func classifyPostgres(err error) fault {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var c *pgconn.ConnectError
		if errors.As(err, &c) || pgconn.SafeToRetry(err) {
			return faultBusy
		}
		return faultOther
	}
	switch e.Code {
	case "23505":
		return faultUnique
	case "23503":
		return faultReference
	case "23514", "23502":
		return faultCheck
	case "40001", "40P01":
		return faultRetry
	case "53100":
		return faultFull
	case "25006":
		return faultReadOnly
	case "XX001", "XX002":
		return faultCorrupt
	}
	if strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "53") || strings.HasPrefix(e.Code, "57P") {
		return faultBusy
	}
	return faultOther
}

// translate turns an engine error into a domain error; others pass unchanged.
func (d *dialect) translate(err error) error {
	if err == nil {
		return nil
	}
	var known *domain.Error
	if errors.As(err, &known) {
		return err
	}
	switch d.classify(err) {
	case faultUnique:
		return domain.E(domain.KindConflict, "duplicate").Wrap(err)
	case faultReference:
		return domain.E(domain.KindInvalid, "reference").Wrap(err)
	case faultCheck:
		return domain.E(domain.KindInternal, "check").Wrap(err)
	case faultRetry:
		return domain.E(domain.KindConflict, "busy").Wrap(err)
	case faultBusy:
		return domain.E(domain.KindUnavailable, "store_busy").Wrap(err)
	case faultFull:
		return domain.E(domain.KindUnavailable, "store_full").Wrap(err)
	case faultReadOnly:
		return domain.E(domain.KindUnavailable, "store_read_only").Wrap(err)
	case faultCorrupt:
		return domain.E(domain.KindUnavailable, "store_corrupt").Wrap(err)
	}
	return err
}

// retry reports whether running the closure again may succeed.
func (d *dialect) retry(err error) bool { return d.classify(err) == faultRetry }
