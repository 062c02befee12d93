package store

import (
	"time"

	"linqiao/domain"
)

const (
	libraryColumns = "county, id, program, key, title, lead, kind, state, published_at, ended_at, opened"
	libraryLive    = "live"
)

func scanLibraryItem(rows rowScanner, x *domain.LibraryItem) error {
	return rows.Scan((*string)(&x.County), (*string)(&x.ID), &x.Program, &x.Key, &x.Title, &x.Lead, &x.Kind, &x.State,
		instant{&x.Published}, instant{&x.Ended}, num(&x.Opened))
}

// SaveLibraryItem writes the line of an item and its topics; what was counted of it
// stays. An item that is not live has no topics and is found by no search.
func (tx *Tx) SaveLibraryItem(x *domain.LibraryItem, path string, texts ...string) error {
	if err := tx.home(&x.County); err != nil {
		return err
	}
	if err := tx.insert(insertSQL("library_item", libraryColumns)+" ON CONFLICT (county, id) DO UPDATE SET program = excluded.program, key = excluded.key,"+
		" title = excluded.title, lead = excluded.lead, kind = excluded.kind, state = excluded.state, published_at = excluded.published_at, ended_at = excluded.ended_at",
		x.County, x.ID, x.Program, x.Key, x.Title, x.Lead, x.Kind, x.State, x.Published, x.Ended, x.Opened); err != nil {
		return err
	}
	if _, err := tx.exec("DELETE FROM library_topic WHERE county = $1 AND item = $2", tx.county, string(x.ID)); err != nil {
		return err
	}
	if x.State != libraryLive {
		return tx.IndexPage("library", string(x.ID), path)
	}
	for _, t := range x.Topics {
		if err := tx.insert(insertSQL("library_topic", "county, item, topic, program, key"), tx.county, x.ID, t, x.Program, x.Key); err != nil {
			return err
		}
	}
	return tx.IndexPage("library", string(x.ID), path, texts...)
}

// LibraryItem reads the line of an item that is or was published.
func (tx *Tx) LibraryItem(id domain.RecordID) (*domain.LibraryItem, error) {
	x, err := one(tx, "library_item", scanLibraryItem, "SELECT "+libraryColumns+" FROM library_item WHERE county = $1 AND id = $2", tx.county, id)
	return &x, err
}

// LibraryFilter selects the items of one library. Empty fields select nothing away.
type LibraryFilter struct {
	Program, Key string
	Topic, Kind  string
	Query        string
	Over         bool // also what has been withdrawn
	Cursor       string
	Limit        int
}

// LibraryItems lists items, the newest first.
func (tx *Tx) LibraryItems(f LibraryFilter) (Page[domain.LibraryItem], error) {
	w := tx.where()
	w.add("program = ?", f.Program)
	w.add("key = ?", f.Key)
	if !f.Over {
		w.add("state = ?", libraryLive)
	}
	w.eq("kind", f.Kind)
	if f.Topic != "" {
		w.add("EXISTS (SELECT 1 FROM library_topic t WHERE t.county = $1 AND t.item = library_item.id AND t.topic = ?)", f.Topic)
	}
	if f.Query != "" {
		if err := tx.searchCond(w, "library", f.Query, "library_item.id"); err != nil {
			return Page[domain.LibraryItem]{}, err
		}
	}
	if err := w.after("published_at", "id", f.Cursor, true); err != nil {
		return Page[domain.LibraryItem]{}, err
	}
	limit := pageSize(f.Limit)
	list, err := many(tx, scanLibraryItem, "SELECT "+libraryColumns+" FROM library_item"+w.String()+" ORDER BY published_at DESC, id DESC"+
		w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.LibraryItem]{}, err
	}
	return cut(list, limit, func(x *domain.LibraryItem) (time.Time, string) { return x.Published, string(x.ID) }), nil
}

// TopicCount is how many items of a library are about a topic.
type TopicCount struct {
	Topic string
	N     int64
}

// LibraryTopics counts what is published in a library by topic.
func (tx *Tx) LibraryTopics(program, key string) ([]TopicCount, error) {
	return many(tx, func(rows rowScanner, t *TopicCount) error { return rows.Scan(&t.Topic, num(&t.N)) },
		"SELECT topic, COUNT(*) FROM library_topic WHERE county = $1 AND program = $2 AND key = $3 GROUP BY topic ORDER BY topic", tx.county, program, key)
}

// ItemTopics reads the topics of an item.
func (tx *Tx) ItemTopics(id domain.RecordID) ([]string, error) {
	return many(tx, scanText, "SELECT topic FROM library_topic WHERE county = $1 AND item = $2 ORDER BY topic", tx.county, id)
}

// AddOpening counts that an item was opened on a day: a number goes up by one, and
// nothing else is written.
func (tx *Tx) AddOpening(item domain.RecordID, day domain.Date) error {
	if tx.county == "" {
		return errNoCounty
	}
	_, err := tx.exec("INSERT INTO library_day (county, item, day, n, counted) VALUES ($1, $2, $3, 1, 0)"+
		" ON CONFLICT (county, item, day) DO UPDATE SET n = library_day.n + 1", tx.county, string(item), int64(day))
	return err
}

func scanLibraryDay(rows rowScanner, d *domain.LibraryDay) error {
	return rows.Scan((*string)(&d.Item), num(&d.Day), num(&d.N), num(&d.Counted))
}

const libraryDayColumns = "item, day, n, counted"

// UncountedOpenings lists days before one whose openings no figure has yet.
func (tx *Tx) UncountedOpenings(before domain.Date, limit int) ([]domain.LibraryDay, error) {
	return many(tx, scanLibraryDay, "SELECT "+libraryDayColumns+" FROM library_day WHERE county = $1 AND n > counted AND day < $2 ORDER BY day, item LIMIT $3",
		tx.county, int64(before), int64(limit))
}

// ItemOpenings lists an item's days from one on, the oldest first.
func (tx *Tx) ItemOpenings(item domain.RecordID, from domain.Date) ([]domain.LibraryDay, error) {
	return many(tx, scanLibraryDay, "SELECT "+libraryDayColumns+" FROM library_day WHERE county = $1 AND item = $2 AND day >= $3 ORDER BY day",
		tx.county, item, int64(from))
}

// CountOpenings notes that figures have the openings of a day as it was read; stale
// when somebody else has noted it meanwhile.
func (tx *Tx) CountOpenings(d *domain.LibraryDay) error {
	if err := tx.change("library_day", "UPDATE library_day SET counted = $4 WHERE county = $1 AND item = $2 AND day = $3 AND counted = $5",
		tx.county, d.Item, d.Day, d.N, d.Counted); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE library_item SET opened = opened + $3 WHERE county = $1 AND id = $2", tx.county, string(d.Item), d.N-d.Counted)
	return err
}
