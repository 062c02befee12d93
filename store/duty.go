package store

import (
	"time"

	"linqiao/domain"
)

const roundColumns = "county, id, program, key, from_day, until_day, by_account, region, path, created, state, note"

var (
	roundInsert = insertSQL("duty_round", roundColumns+", rev")
	roundUpdate = updateSQL("duty_round", roundColumns)
	roundSelect = "SELECT " + roundColumns + ", rev FROM duty_round"
)

func scanRound(rows rowScanner, r *domain.DutyRound) error {
	return rows.Scan((*string)(&r.County), &r.ID, &r.Program, &r.Key, num(&r.From), num(&r.Until), (*string)(&r.ByAccount),
		(*string)(&r.Region), &r.Path, instant{&r.Created}, &r.State, object{&r.Note}, num(&r.Rev))
}

func roundValues(r *domain.DutyRound) []any {
	return []any{r.County, r.ID, r.Program, r.Key, r.From, r.Until, r.ByAccount, r.Region, r.Path, r.Created, r.State, r.Note, r.Rev}
}

// InsertDutyRound writes a new round.
func (tx *Tx) InsertDutyRound(r *domain.DutyRound) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if r.ID == "" {
		r.ID = NewID()
	}
	if r.Created.IsZero() {
		r.Created = tx.now
	}
	r.Rev = 1
	return tx.insert(roundInsert, roundValues(r)...)
}

// UpdateDutyRound saves a round read at r.Rev; stale otherwise.
func (tx *Tx) UpdateDutyRound(r *domain.DutyRound) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if err := tx.change("duty_round", roundUpdate, roundValues(r)...); err != nil {
		return err
	}
	r.Rev++
	return nil
}

// DutyRound reads one round.
func (tx *Tx) DutyRound(id string) (*domain.DutyRound, error) {
	r, err := one(tx, "duty_round", scanRound, roundSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &r, err
}

// DutyRounds lists the rounds of a duty, newest first.
func (tx *Tx) DutyRounds(program, key string, limit int) ([]domain.DutyRound, error) {
	return many(tx, scanRound, roundSelect+" WHERE county = $1 AND program = $2 AND key = $3 ORDER BY created DESC, id DESC LIMIT $4",
		tx.county, program, key, int64(pageSize(limit)))
}

const itemColumns = "county, id, program, key, round, over_kind, over_id, record, party, region, path, to_account, to_org, opens, due, closes, done_at, missed_at, data, urgent"

var (
	itemInsert = insertSQL("duty_item", itemColumns+", rev")
	itemUpdate = updateSQL("duty_item", itemColumns)
	itemSelect = "SELECT " + itemColumns + ", rev FROM duty_item"
)

func scanItem(rows rowScanner, d *domain.DutyItem) error {
	return rows.Scan((*string)(&d.County), &d.ID, &d.Program, &d.Key, &d.Round, &d.OverKind, &d.OverID, (*string)(&d.Record),
		(*string)(&d.Party), (*string)(&d.Region), &d.Path, (*string)(&d.ToAccount), (*string)(&d.ToOrg), instant{&d.Opens},
		instant{&d.Due}, instant{&d.Closes}, instant{&d.DoneAt}, instant{&d.MissedAt}, object{&d.Data}, yesNo{&d.Urgent}, num(&d.Rev))
}

func itemValues(d *domain.DutyItem) []any {
	return []any{d.County, d.ID, d.Program, d.Key, d.Round, d.OverKind, d.OverID, d.Record, d.Party, d.Region, d.Path, d.ToAccount,
		d.ToOrg, d.Opens, d.Due, d.Closes, d.DoneAt, d.MissedAt, d.Data, d.Urgent, d.Rev}
}

// OweDuty writes a new duty item and reports whether it is new: the same row
// owes the same duty once per opening time, however often this is called.
func (tx *Tx) OweDuty(d *domain.DutyItem) (isNew bool, err error) {
	if err := tx.home(&d.County); err != nil {
		return false, err
	}
	if d.ID == "" {
		d.ID = NewID()
	}
	d.Rev = 1
	n, err := tx.exec(itemInsert+" ON CONFLICT (county, program, key, over_kind, over_id, opens) DO NOTHING", itemValues(d)...)
	return n == 1, err
}

// UpdateDutyItem saves an item read at d.Rev; stale otherwise.
func (tx *Tx) UpdateDutyItem(d *domain.DutyItem) error {
	if err := tx.home(&d.County); err != nil {
		return err
	}
	if err := tx.change("duty_item", itemUpdate, itemValues(d)...); err != nil {
		return err
	}
	d.Rev++
	return nil
}

// DutyItem reads one item.
func (tx *Tx) DutyItem(id string) (*domain.DutyItem, error) {
	d, err := one(tx, "duty_item", scanItem, itemSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &d, err
}

// DutyFilter selects duty items.
type DutyFilter struct {
	Program  string
	Key      string
	Round    string
	OverID   string
	Record   domain.RecordID
	Path     string
	Accounts []domain.AccountID
	Orgs     []domain.OrgID
	Waiting  bool     // neither done nor missed
	Done     bool     // done
	Missed   bool     // missed
	Undone   bool     // not done, missed or not
	Urgent   bool     // answered urgently
	Paths    []string // in any of these subtrees
	Parties  []domain.PartyID
	Nobody   bool      // assigned to no unit and no account
	OpensBy  time.Time // opened by then
	ClosesBy time.Time // window over by then
	DueAfter time.Time // due later than this
	DueBy    time.Time // due by then
	Cursor   string
	Limit    int
}

// DutyItems lists items in order of their due time.
func (tx *Tx) DutyItems(f DutyFilter) (Page[domain.DutyItem], error) {
	if tx.county == "" {
		return Page[domain.DutyItem]{}, errNoCounty
	}
	w := tx.where()
	w.eq("program", f.Program)
	w.eq("key", f.Key)
	if f.Round != "" {
		w.add("round = ? AND round <> ''", f.Round)
	}
	w.eq("over_id", f.OverID)
	if f.Record != "" {
		w.add("record = ? AND record <> ''", f.Record)
	}
	w.path("path", f.Path)
	in(w, "to_account", f.Accounts)
	in(w, "to_org", f.Orgs)
	if f.Waiting {
		w.add("done_at = 0 AND missed_at = 0")
	}
	if f.Done {
		w.add("done_at <> 0")
	}
	if f.Missed {
		w.add("missed_at <> 0")
	}
	if f.Undone {
		w.add("done_at = 0")
	}
	if f.Urgent {
		w.add("urgent <> 0")
	}
	if f.Paths != nil {
		w.paths("path", f.Paths)
	}
	in(w, "party", f.Parties)
	if f.Nobody {
		w.add("to_org = '' AND to_account = ''")
	}
	if !f.OpensBy.IsZero() {
		w.add("opens <= ?", f.OpensBy)
	}
	if !f.DueAfter.IsZero() {
		w.add("due > ?", f.DueAfter)
	}
	if !f.DueBy.IsZero() {
		w.add("due <= ?", f.DueBy)
	}
	if !f.ClosesBy.IsZero() {
		w.add("closes > 0 AND closes <= ?", f.ClosesBy)
	}
	if err := w.after("due", "id", f.Cursor, false); err != nil {
		return Page[domain.DutyItem]{}, err
	}
	limit := pageSize(f.Limit)
	rows, err := many(tx, scanItem, itemSelect+w.String()+" ORDER BY due, id"+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.DutyItem]{}, err
	}
	return cut(rows, limit, func(d *domain.DutyItem) (time.Time, string) { return d.Due, d.ID }), nil
}

// LapsedDuties lists the items of all counties (or of the bound one) whose
// window is over and that wait still, in order of closing.
func (tx *Tx) LapsedDuties(now time.Time, limit int) ([]domain.DutyItem, error) {
	list := func(c domain.CountyCode, limit int) ([]domain.DutyItem, error) {
		return many(tx, scanItem, itemSelect+" WHERE county = $1 AND done_at = 0 AND missed_at = 0 AND closes > 0 AND closes <= $2 ORDER BY closes, id LIMIT $3",
			c, now, int64(limit))
	}
	if tx.county != "" {
		return list(tx.county, limit)
	}
	return perCounty(tx, limit, list, func(d *domain.DutyItem) time.Time { return d.Closes })
}

// DutyTally counts a duty of one row: due so far, done, missed, and how many of the
// latest ones were kept, or missed, in a row.
type DutyTally struct{ Due, Done, Missed, InRow, MissedInRow int }

// DutyTally reads the tally of a duty for one row.
func (tx *Tx) DutyTally(program, key, overID string) (DutyTally, error) {
	type item struct{ done, missed int64 }
	list, err := many(tx, func(rows rowScanner, i *item) error { return rows.Scan(&i.done, &i.missed) },
		"SELECT done_at, missed_at FROM duty_item WHERE county = $1 AND over_id = $2 AND program = $3 AND key = $4 AND opens <= $5 ORDER BY due, id",
		tx.county, overID, program, key, tx.now)
	var t DutyTally
	for _, i := range list {
		t.Due++
		switch {
		case i.done != 0:
			t.Done++
			t.InRow++
			t.MissedInRow = 0
		case i.missed != 0:
			t.Missed++
			t.InRow = 0
			t.MissedInRow++
		}
	}
	return t, err
}

// CoverageRow is due, done and missed of one round in one region, by assignee.
type CoverageRow struct {
	Path              string
	Org               domain.OrgID
	Account           domain.AccountID
	Due, Done, Missed int
}

// VisitorRow is due, done and missed of one round by who is in charge of the
// record that each item made.
type VisitorRow struct {
	Account           domain.AccountID
	Org               domain.OrgID
	Due, Done, Missed int
}

// RoundVisitors sums the items of a round by the person in charge.
func (tx *Tx) RoundVisitors(round string) ([]VisitorRow, error) {
	return many(tx, func(rows rowScanner, v *VisitorRow) error {
		return rows.Scan((*string)(&v.Account), (*string)(&v.Org), num(&v.Due), num(&v.Done), num(&v.Missed))
	}, "SELECT r.owner, r.owner_org, COUNT(*), SUM(CASE WHEN d.done_at <> 0 THEN 1 ELSE 0 END), SUM(CASE WHEN d.missed_at <> 0 THEN 1 ELSE 0 END)"+
		" FROM duty_item d JOIN record r ON r.county = d.county AND r.id = d.record WHERE d.county = $1 AND d.round = $2 AND d.round <> '' AND r.owner <> ''"+
		" GROUP BY r.owner, r.owner_org ORDER BY r.owner_org, r.owner", tx.county, round)
}

// RoundCoverage sums the items of a round by region and assignee.
func (tx *Tx) RoundCoverage(round string) ([]CoverageRow, error) {
	return many(tx, func(rows rowScanner, c *CoverageRow) error {
		return rows.Scan(&c.Path, (*string)(&c.Org), (*string)(&c.Account), num(&c.Due), num(&c.Done), num(&c.Missed))
	}, "SELECT path, to_org, to_account, COUNT(*), SUM(CASE WHEN done_at <> 0 THEN 1 ELSE 0 END), SUM(CASE WHEN missed_at <> 0 THEN 1 ELSE 0 END)"+
		" FROM duty_item WHERE county = $1 AND round = $2 GROUP BY path, to_org, to_account ORDER BY path, to_org, to_account", tx.county, round)
}
