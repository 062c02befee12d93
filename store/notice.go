package store

import (
	"time"

	"linqiao/domain"
)

const noticeColumns = "county, id, program, key, target, state, data, published_at, until_at"

var (
	noticeInsert = insertSQL("notice", noticeColumns+", rev")
	noticeUpdate = updateSQL("notice", noticeColumns)
	noticeSelect = "SELECT " + noticeColumns + ", rev FROM notice"
)

func scanNotice(rows rowScanner, n *domain.Notice) error {
	return rows.Scan((*string)(&n.County), &n.ID, &n.Program, &n.Key, &n.Target, &n.State, object{&n.Data}, instant{&n.PublishedAt},
		instant{&n.Until}, num(&n.Rev))
}

func noticeValues(n *domain.Notice) []any {
	return []any{n.County, n.ID, n.Program, n.Key, n.Target, n.State, n.Data, n.PublishedAt, n.Until, n.Rev}
}

// InsertNotice writes a new notice.
func (tx *Tx) InsertNotice(n *domain.Notice) error {
	if err := tx.home(&n.County); err != nil {
		return err
	}
	if n.ID == "" {
		n.ID = NewID()
	}
	n.Rev = 1
	return tx.insert(noticeInsert, noticeValues(n)...)
}

// UpdateNotice saves a notice read at n.Rev; stale otherwise.
func (tx *Tx) UpdateNotice(n *domain.Notice) error {
	if err := tx.home(&n.County); err != nil {
		return err
	}
	if err := tx.change("notice", noticeUpdate, noticeValues(n)...); err != nil {
		return err
	}
	n.Rev++
	return nil
}

// Notice reads one notice.
func (tx *Tx) Notice(id string) (*domain.Notice, error) {
	n, err := one(tx, "notice", scanNotice, noticeSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &n, err
}

// Notices lists notices, newest first; each argument "" = any.
func (tx *Tx) Notices(program, key, target, state string, limit int) ([]domain.Notice, error) {
	w := tx.where()
	w.eq("program", program)
	w.eq("key", key)
	w.eq("target", target)
	w.eq("state", state)
	return many(tx, scanNotice, noticeSelect+w.String()+" ORDER BY published_at DESC, id DESC"+w.fill(" LIMIT ?", int64(pageSize(limit))), w.args...)
}

// EndedNotices lists notices in a state whose time is over.
func (tx *Tx) EndedNotices(state string, now time.Time, limit int) ([]domain.Notice, error) {
	return many(tx, scanNotice, noticeSelect+" WHERE county = $1 AND state = $2 AND until_at > 0 AND until_at <= $3 ORDER BY until_at LIMIT $4",
		tx.county, state, now, int64(limit))
}

// noticePage is one page of what a notice shows.
type noticePage struct{ data map[string]any }

func scanNoticePage(rows rowScanner, p *noticePage) error { return rows.Scan(object{&p.data}) }

// SaveNoticePages replaces what a notice shows.
func (tx *Tx) SaveNoticePages(notice string, pages []map[string]any) error {
	if _, err := tx.exec("DELETE FROM notice_page WHERE county = $1 AND notice = $2", tx.county, notice); err != nil {
		return err
	}
	for i, data := range pages {
		if err := tx.insert(insertSQL("notice_page", "county, notice, page, data"), tx.county, notice, int64(i+1), data); err != nil {
			return err
		}
	}
	return nil
}

// NoticePage reads one page, counted from 1; "not found" past the last.
func (tx *Tx) NoticePage(notice string, page int) (map[string]any, error) {
	p, err := one(tx, "page", scanNoticePage, "SELECT data FROM notice_page WHERE county = $1 AND notice = $2 AND page = $3", tx.county, notice, int64(page))
	return p.data, err
}

// AddObjection notes that a record objects to a notice.
func (tx *Tx) AddObjection(notice string, record domain.RecordID) error {
	return tx.insert(insertSQL("notice_objection", "county, notice, record, at"), tx.county, notice, record, tx.now)
}

// Objections lists the records that object to a notice.
func (tx *Tx) Objections(notice string) ([]domain.RecordID, error) {
	list, err := many(tx, scanText, "SELECT record FROM notice_objection WHERE county = $1 AND notice = $2 ORDER BY record", tx.county, notice)
	out := make([]domain.RecordID, len(list))
	for i, id := range list {
		out[i] = domain.RecordID(id)
	}
	return out, err
}
