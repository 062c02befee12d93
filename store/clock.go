package store

import (
	"time"

	"linqiao/domain"
)

const clockColumns = "county, record, key, state, from_at, due_at, met_at, limit_text, inputs, next_at, next_rung, fired"

var (
	clockSelect = "SELECT " + clockColumns + " FROM clock"
	clockUpsert = newInsertion("clock", clockColumns, 3, ` ON CONFLICT (county, record, key) DO UPDATE SET
		state = excluded.state, from_at = excluded.from_at, due_at = excluded.due_at, met_at = excluded.met_at,
		limit_text = excluded.limit_text, inputs = excluded.inputs, next_at = excluded.next_at,
		next_rung = excluded.next_rung, fired = excluded.fired`)
)

func scanClock(rows rowScanner, c *domain.Clock) error {
	return rows.Scan((*string)(&c.County), (*string)(&c.Record), &c.Key, &c.State, instant{&c.FromAt}, instant{&c.DueAt},
		instant{&c.MetAt}, &c.LimitText, object{&c.Inputs}, instant{&c.NextAt}, &c.NextRung, texts{&c.Fired})
}

// SaveClock writes the state of a clock, new or old.
func (tx *Tx) SaveClock(c *domain.Clock) error {
	if err := tx.home(&c.County); err != nil {
		return err
	}
	if w, ok := tx.session.(*sqliteWriter); ok {
		now := *c
		w.note(recordNote{county: c.County, id: c.Record, clock: &now})
	}
	return tx.put(clockUpsert, c.County, c.Record, c.Key, c.State, c.FromAt, c.DueAt, c.MetAt, c.LimitText, c.Inputs,
		c.NextAt, c.NextRung, encodeTexts(c.Fired))
}

// Clock reads one clock of a record.
func (tx *Tx) Clock(record domain.RecordID, key string) (*domain.Clock, error) {
	c, err := lookup(tx, "clock", scanClock, clockUpsert, clockSelect+" WHERE county = $1 AND record = $2 AND key = $3", tx.county, record, key)
	return &c, err
}

// Clocks lists the clocks of a record by key.
func (tx *Tx) Clocks(record domain.RecordID) ([]domain.Clock, error) {
	return many(tx, scanClock, clockSelect+" WHERE county = $1 AND record = $2 ORDER BY key", tx.county, record)
}

// ClocksOf lists the clocks of several records (a page of a list) in one go.
func (tx *Tx) ClocksOf(records []domain.RecordID) (map[domain.RecordID][]domain.Clock, error) {
	w := tx.where()
	w.conds = append(w.conds, inList(w, "record", records))
	list, err := many(tx, scanClock, clockSelect+w.String()+" ORDER BY record, key", w.args...)
	if err != nil {
		return nil, err
	}
	by := make(map[domain.RecordID][]domain.Clock, len(records))
	for _, c := range list {
		by[c.Record] = append(by[c.Record], c)
	}
	return by, nil
}

// RunningClocks lists the running clocks of a page of records, as far as a list
// shows them: key, state, due time and limit.
func (tx *Tx) RunningClocks(records []domain.RecordID) (map[domain.RecordID][]domain.Clock, error) {
	by := make(map[domain.RecordID][]domain.Clock, len(records))
	if len(records) == 0 {
		return by, nil
	}
	w := tx.where()
	w.conds = append(w.conds, inList(w, "record", records))
	list, err := many(tx, func(rows rowScanner, c *domain.Clock) error {
		return rows.Scan((*string)(&c.Record), &c.Key, &c.State, instant{&c.DueAt}, &c.LimitText)
	}, "SELECT record, key, state, due_at, limit_text FROM clock"+w.String()+" AND met_at = 0 ORDER BY record, key", w.args...)
	for _, c := range list {
		by[c.Record] = append(by[c.Record], c)
	}
	return by, err
}

// DueClocks lists the clocks of all counties whose next rung has come, in due
// order; county by county, so that it stays within one partition's index.
func (tx *Tx) DueClocks(now time.Time, limit int) ([]domain.Clock, error) {
	if tx.county != "" {
		return tx.dueClocks(tx.county, now, limit)
	}
	return perCounty(tx, limit, func(c domain.CountyCode, limit int) ([]domain.Clock, error) {
		return tx.dueClocks(c, now, limit)
	}, func(c *domain.Clock) time.Time { return c.NextAt })
}

func (tx *Tx) dueClocks(county domain.CountyCode, now time.Time, limit int) ([]domain.Clock, error) {
	return many(tx, scanClock, clockSelect+" WHERE county = $1 AND next_at > 0 AND next_at <= $2 ORDER BY next_at LIMIT $3",
		county, now, int64(limit))
}

// OpenClocks pages through the running clocks of the county in (record, key)
// order, for recomputing them when the calendar changed. Begin with "", "".
func (tx *Tx) OpenClocks(afterRecord domain.RecordID, afterKey string, limit int) ([]domain.Clock, error) {
	return many(tx, scanClock, clockSelect+" WHERE county = $1 AND (record, key) > ($2, $3) AND from_at > 0 AND met_at = 0 ORDER BY record, key LIMIT $4",
		tx.county, afterRecord, afterKey, int64(pageSize(limit)))
}

// FireRung marks a rung as fired and reports whether this call was the first:
// exactly one transaction ever gets true for (record, clock, start, rung).
func (tx *Tx) FireRung(record domain.RecordID, clock string, start time.Time, rung string) (first bool, err error) {
	if tx.county == "" {
		return false, errNoCounty
	}
	n, err := tx.exec("INSERT INTO rung (county, record, clock, start_at, rung, fired_at) VALUES ($1, $2, $3, $4, $5, $6)"+
		" ON CONFLICT (county, record, clock, start_at, rung) DO NOTHING", tx.county, record, clock, start, rung, tx.now)
	return n == 1, err
}

// Rungs lists the fired rungs of a record in order of firing.
func (tx *Tx) Rungs(record domain.RecordID) ([]domain.Rung, error) {
	return many(tx, func(rows rowScanner, r *domain.Rung) error {
		return rows.Scan((*string)(&r.County), (*string)(&r.Record), &r.Clock, instant{&r.Start}, &r.Rung, instant{&r.FiredAt})
	}, "SELECT county, record, clock, start_at, rung, fired_at FROM rung WHERE county = $1 AND record = $2 ORDER BY fired_at, clock, rung",
		tx.county, record)
}
