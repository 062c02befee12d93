package store

import (
	"slices"
	"time"

	"linqiao/domain"
)

const occasionColumns = "county, record, program, key, parent, start_at, end_at"

// SaveOccasion notes when a session is.
func (tx *Tx) SaveOccasion(o *domain.Occasion) error {
	if err := tx.home(&o.County); err != nil {
		return err
	}
	return tx.insert(insertSQL("occasion", occasionColumns)+" ON CONFLICT (county, record) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at",
		o.County, o.Record, o.Program, o.Key, o.Parent, o.Start, o.End)
}

func scanOccasion(rows rowScanner, o *domain.Occasion) error {
	return rows.Scan((*string)(&o.County), (*string)(&o.Record), &o.Program, &o.Key, (*string)(&o.Parent), instant{&o.Start}, instant{&o.End})
}

// OccasionFilter selects sessions by their time. Empty fields select nothing away.
type OccasionFilter struct {
	Program, Key string
	Parent       domain.RecordID
	From, Until  time.Time // that end after From and start before Until
	After        string    // the record after which the page begins, at From
	Limit        int
}

// Occasions lists sessions in the order in which they begin.
func (tx *Tx) Occasions(f OccasionFilter) ([]domain.Occasion, error) {
	w := tx.where()
	w.eq("program", f.Program)
	w.eq("key", f.Key)
	w.eq("parent", string(f.Parent))
	if f.After != "" {
		w.add("(start_at > ? OR start_at = ? AND record > ?)", f.From, f.From, f.After)
	} else if !f.From.IsZero() {
		w.add("start_at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("start_at < ?", f.Until)
	}
	return many(tx, scanOccasion, "SELECT "+occasionColumns+" FROM occasion"+w.String()+" ORDER BY start_at, record"+
		w.fill(" LIMIT ?", int64(pageSize(f.Limit))), w.args...)
}

// Commit keeps the time for a record, for all holders or for none: false when one
// is taken by another record then. Writing the lock row first makes a second
// transaction that wants the same holder wait for the end of this one.
func (tx *Tx) Commit(rec domain.RecordID, holders []string, from, to time.Time) (bool, error) {
	if tx.county == "" {
		return false, errNoCounty
	}
	holders = slices.Clone(holders)
	slices.Sort(holders) // the same order for everybody: no deadlock
	for _, h := range holders {
		if _, err := tx.exec("INSERT INTO commitment_lock (county, holder, n) VALUES ($1, $2, 1)"+
			" ON CONFLICT (county, holder) DO UPDATE SET n = commitment_lock.n + 1", tx.county, h); err != nil {
			return false, err
		}
	}
	if busy, err := tx.Busy(holders, from, to, rec); err != nil || busy {
		return false, err
	}
	for _, h := range holders {
		if err := tx.insert("INSERT INTO commitment (county, holder, record, from_at, to_at) VALUES ($1, $2, $3, $4, $5)"+
			" ON CONFLICT (county, holder, record) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at",
			tx.county, h, rec, from, to); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Busy reports whether one of the holders is taken by another record then. Back to
// back is not busy.
func (tx *Tx) Busy(holders []string, from, to time.Time, except domain.RecordID) (bool, error) {
	w := tx.where()
	in(w, "holder", holders)
	w.add("to_at > ?", from)
	w.add("from_at < ?", to)
	w.add("record <> ?", except)
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM commitment"+w.String()+" LIMIT 1) AS t", w.args...)
	return n > 0, err
}

// Release gives a record's time back.
func (tx *Tx) Release(rec domain.RecordID) error {
	_, err := tx.exec("DELETE FROM commitment WHERE county = $1 AND record = $2", tx.county, rec)
	return err
}

func scanCommitment(rows rowScanner, c *domain.Commitment) error {
	return rows.Scan(&c.Holder, (*string)(&c.Record), instant{&c.From}, instant{&c.To})
}

// Commitments lists what holders are committed to that ends after from, in order.
func (tx *Tx) Commitments(holders []string, from time.Time, limit int) ([]domain.Commitment, error) {
	w := tx.where()
	in(w, "holder", holders)
	w.add("to_at > ?", from)
	return many(tx, scanCommitment, "SELECT holder, record, from_at, to_at FROM commitment"+w.String()+" ORDER BY from_at, record"+
		w.fill(" LIMIT ?", int64(pageSize(limit))), w.args...)
}

// CountBookings counts a subject's bookings of a kind: those that run, or those in
// a phase that ended since then.
func (tx *Tx) CountBookings(program, key string, subject domain.PartyID, phase domain.Phase, since time.Time) (int64, error) {
	w := tx.where()
	w.eq("program", program)
	w.eq("key", key)
	w.eq("subject", string(subject))
	if phase == "" {
		w.add("ended = 0")
	} else {
		w.eq("phase", string(phase))
		w.add("ended >= ?", since)
	}
	return one(tx, "count", scanInt, "SELECT COUNT(*) FROM record"+w.String(), w.args...)
}

// SaveCalendarFeed sets the token of an account's calendar address; the one before
// it is void from then on.
func (tx *Tx) SaveCalendarFeed(account domain.AccountID, hash string) error {
	return tx.insert("INSERT INTO calendar_feed (county, account, hash, created) VALUES ($1, $2, $3, $4)"+
		" ON CONFLICT (county, account) DO UPDATE SET hash = excluded.hash, created = excluded.created", tx.county, account, hash, tx.now)
}

// DeleteCalendarFeed ends an account's calendar address.
func (tx *Tx) DeleteCalendarFeed(account domain.AccountID) error {
	_, err := tx.exec("DELETE FROM calendar_feed WHERE county = $1 AND account = $2", tx.county, account)
	return err
}

type feedRow struct {
	account string
	created time.Time
}

func scanFeed(rows rowScanner, f *feedRow) error { return rows.Scan(&f.account, instant{&f.created}) }

// CalendarFeed tells since when an account has a calendar address; zero = none.
func (tx *Tx) CalendarFeed(account domain.AccountID) (time.Time, error) {
	f, err := one(tx, "calendar_feed", scanFeed, "SELECT account, created FROM calendar_feed WHERE county = $1 AND account = $2", tx.county, account)
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return time.Time{}, nil
	}
	return f.created, err
}

// CalendarAccount finds whose calendar address a token's hash is.
func (tx *Tx) CalendarAccount(hash string) (domain.AccountID, error) {
	f, err := one(tx, "calendar_feed", scanFeed, "SELECT account, created FROM calendar_feed WHERE county = $1 AND hash = $2", tx.county, hash)
	return domain.AccountID(f.account), err
}
