package store

import (
	"time"

	"linqiao/domain"
)

const eventColumns = "county, id, record, root, subject, program, key, type, move, actor, org, occurred_at, recorded_at, data, stats, class"

var eventSelect = "SELECT " + eventColumns + " FROM event"

func eventTargets(e *domain.Event) []any {
	return []any{
		(*string)(&e.County), (*string)(&e.ID), (*string)(&e.Record), (*string)(&e.Root), (*string)(&e.Subject),
		&e.Program, &e.Key, &e.Type, &e.Move, (*string)(&e.Actor), (*string)(&e.Org), instant{&e.OccurredAt},
		instant{&e.RecordedAt}, object{&e.Data}, object{&e.Stats}, num(&e.Class),
	}
}

func scanEvent(rows rowScanner, e *domain.Event) error { return rows.Scan(eventTargets(e)...) }

// AppendEvent writes what happened. It sets County, ID, RecordedAt and
// OccurredAt where they are empty. Events are never changed.
func (tx *Tx) AppendEvent(e *domain.Event) error {
	if err := tx.home(&e.County); err != nil {
		return err
	}
	if e.ID == "" {
		e.ID = domain.EventID(NewID())
	}
	if e.RecordedAt.IsZero() {
		e.RecordedAt = tx.now
	}
	if e.OccurredAt.IsZero() {
		e.OccurredAt = e.RecordedAt
	}
	return tx.put(tx.db.dialect.eventIn,
		e.County, e.ID, e.Record, e.Root, e.Subject, e.Program, e.Key, e.Type, e.Move, e.Actor, e.Org, e.OccurredAt,
		e.RecordedAt, e.Data, e.Stats, e.Class)
}

// Event reads one event.
func (tx *Tx) Event(id domain.EventID) (*domain.Event, error) {
	e, err := one(tx, "event", scanEvent, eventSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &e, err
}

// EventFilter selects events: of a record, of a whole tree (Root), or of a party.
type EventFilter struct {
	Record   domain.RecordID
	Root     domain.RecordID
	Subject  domain.PartyID
	Types    []string
	MaxClass domain.Class
	Newest   bool // newest first; otherwise in order of happening here
	Cursor   string
	Limit    int
}

// Events lists events in the order they were recorded.
func (tx *Tx) Events(f EventFilter) (Page[domain.Event], error) {
	if tx.county == "" {
		return Page[domain.Event]{}, errNoCounty
	}
	w := tx.where()
	if f.Record != "" {
		w.add("record = ? AND record <> ''", f.Record)
	}
	if f.Root != "" {
		// Two indexes: the root's own events, and those of its descendants.
		w.add("(record = ? AND record <> '' OR root = ? AND root <> record)", f.Root, f.Root)
	}
	if f.Subject != "" {
		w.add("subject = ? AND subject <> ''", f.Subject)
	}
	in(w, "type", f.Types)
	w.add("class <= ?", f.MaxClass)
	op, dir := ">", ""
	if f.Newest {
		op, dir = "<", " DESC"
	}
	if f.Cursor != "" {
		c, err := decodeCursor(f.Cursor)
		if err != nil {
			return Page[domain.Event]{}, err
		}
		w.add("id "+op+" ?", c.id)
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scanEvent, eventSelect+w.String()+" ORDER BY id"+dir+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Event]{}, err
	}
	return cut(rows, limit, func(e *domain.Event) (time.Time, string) { return e.RecordedAt, string(e.ID) }), nil
}

// Outbox reads the events a reader called name has not handled yet, oldest
// first. Only settled events come: none can later appear before them.
func (tx *Tx) Outbox(name string, limit int) ([]domain.Event, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	d := tx.db.dialect
	return many(tx, scanEvent, eventSelect+" WHERE county = $1 AND "+d.outboxAfter+d.settled+" ORDER BY "+d.outboxOrder+" LIMIT $3",
		tx.county, name, int64(pageSize(limit)))
}

// Handled moves the outbox cursor of a reader behind an event. In the same
// transaction as the effect, the effect happens exactly once.
func (tx *Tx) Handled(name string, last domain.EventID) error {
	if tx.county == "" {
		return errNoCounty
	}
	n, err := tx.exec(`INSERT INTO outbox_cursor (county, name, tx, event)
		SELECT county, CAST($2 AS TEXT), tx, id FROM event WHERE county = $1 AND id = $3
		ON CONFLICT (county, name) DO UPDATE SET tx = excluded.tx, event = excluded.event`, tx.county, name, last)
	if err == nil && n == 0 {
		return domain.NotFound("event")
	}
	return err
}
