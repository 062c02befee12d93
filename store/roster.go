package store

import (
	"time"

	"linqiao/domain"
)

const rosterColumns = "county, program, roster, member, from_at, until_at, grp, data"

func scanRosterMember(rows rowScanner, m *domain.RosterMember) error {
	return rows.Scan((*string)(&m.County), &m.Program, &m.Roster, &m.Member, instant{&m.From}, instant{&m.Until}, &m.Group, object{&m.Data})
}

// JoinRoster puts a member on a roster from m.From (now, if empty) and reports
// whether it was not on it already.
func (tx *Tx) JoinRoster(m *domain.RosterMember) (joined bool, err error) {
	if err := tx.home(&m.County); err != nil {
		return false, err
	}
	if m.From.IsZero() {
		m.From = tx.now
	}
	on, err := tx.OnRoster(m.Program, m.Roster, m.Member)
	if err != nil || on {
		return false, err
	}
	n, err := tx.exec(insertSQL("roster_member", rosterColumns)+" ON CONFLICT (county, program, roster, member, from_at)"+
		" DO UPDATE SET until_at = excluded.until_at, grp = excluded.grp, data = excluded.data",
		m.County, m.Program, m.Roster, m.Member, m.From, m.Until, m.Group, m.Data)
	return n == 1, err
}

// LeaveRoster ends a membership now and reports whether there was one.
func (tx *Tx) LeaveRoster(program, roster, member string) (left bool, err error) {
	n, err := tx.exec("UPDATE roster_member SET until_at = $5 WHERE county = $1 AND program = $2 AND roster = $3 AND member = $4"+
		" AND (until_at = 0 OR until_at > $5)", tx.county, program, roster, member, tx.now)
	return n > 0, err
}

// OnRoster reports whether the member is on the roster now.
func (tx *Tx) OnRoster(program, roster, member string) (bool, error) {
	n, err := one(tx, "roster", scanInt, "SELECT COUNT(*) FROM roster_member WHERE county = $1 AND program = $2 AND roster = $3 AND member = $4"+
		" AND from_at <= $5 AND (until_at = 0 OR until_at > $5)", tx.county, program, roster, member, tx.now)
	return n > 0, err
}

// Roster lists who is on a roster at an instant, by member; at most limit rows
// (0 = no limit) after the given member.
func (tx *Tx) Roster(program, roster string, at time.Time, after string, limit int) ([]domain.RosterMember, error) {
	if limit <= 0 {
		limit = 1 << 30
	}
	return many(tx, scanRosterMember, "SELECT "+rosterColumns+" FROM roster_member WHERE county = $1 AND program = $2 AND roster = $3"+
		" AND member > $4 AND from_at <= $5 AND (until_at = 0 OR until_at > $5) ORDER BY member, from_at LIMIT $6",
		tx.county, program, roster, after, at, int64(limit))
}

// RostersOf lists all memberships of one member, past ones too.
func (tx *Tx) RostersOf(member string) ([]domain.RosterMember, error) {
	return many(tx, scanRosterMember, "SELECT "+rosterColumns+" FROM roster_member WHERE county = $1 AND member = $2 ORDER BY program, roster, from_at",
		tx.county, member)
}

// PutShift puts somebody on a roster for a stretch of time, in a rank (Group).
func (tx *Tx) PutShift(m *domain.RosterMember) error {
	if err := tx.home(&m.County); err != nil {
		return err
	}
	_, err := tx.exec(insertSQL("roster_member", rosterColumns)+" ON CONFLICT (county, program, roster, member, from_at)"+
		" DO UPDATE SET until_at = excluded.until_at, grp = excluded.grp, data = excluded.data",
		m.County, m.Program, m.Roster, m.Member, m.From, m.Until, m.Group, m.Data)
	return err
}

// ShiftsFrom lists places on a roster that have not ended at an instant, by their
// beginnings.
func (tx *Tx) ShiftsFrom(program, roster string, at time.Time) ([]domain.RosterMember, error) {
	return many(tx, scanRosterMember, "SELECT "+rosterColumns+" FROM roster_member WHERE county = $1 AND program = $2 AND roster = $3"+
		" AND until_at > $4 AND until_at > from_at ORDER BY from_at, grp, member LIMIT 1000", tx.county, program, roster, at)
}

// DropShift ends a place that began or begins at an instant, and reports whether
// there was one that had not ended.
func (tx *Tx) DropShift(program, roster, member string, from time.Time) (bool, error) {
	n, err := tx.exec("UPDATE roster_member SET until_at = CASE WHEN from_at > $6 THEN from_at ELSE $6 END WHERE county = $1 AND program = $2 AND roster = $3"+
		" AND member = $4 AND from_at = $5 AND until_at > $6", tx.county, program, roster, member, from, tx.now)
	return n > 0, err
}
