package store

import "linqiao/domain"

const keeperColumns = "county, program, roster, region, account, path, since"

func scanKeeper(rows rowScanner, k *domain.RosterKeeper) error {
	return rows.Scan((*string)(&k.County), &k.Program, &k.Roster, (*string)(&k.Region), (*string)(&k.Account), &k.Path, instant{&k.Since})
}

// AddKeeper makes an account the contact of a group of a roster; a second time
// changes nothing.
func (tx *Tx) AddKeeper(k *domain.RosterKeeper) error {
	if err := tx.home(&k.County); err != nil {
		return err
	}
	_, err := tx.exec(insertSQL("roster_keeper", keeperColumns)+" ON CONFLICT (county, program, roster, region, account) DO NOTHING",
		k.County, k.Program, k.Roster, k.Region, k.Account, k.Path, k.Since)
	return err
}

// DropKeeper ends what AddKeeper began and reports whether there was anything.
func (tx *Tx) DropKeeper(program, roster string, region domain.RegionID, account domain.AccountID) (bool, error) {
	n, err := tx.exec("DELETE FROM roster_keeper WHERE county = $1 AND program = $2 AND roster = $3 AND region = $4 AND account = $5",
		tx.county, program, roster, region, account)
	return n > 0, err
}

// Keepers lists the contacts of a roster's groups, by region.
func (tx *Tx) Keepers(program, roster string) ([]domain.RosterKeeper, error) {
	return many(tx, scanKeeper, "SELECT "+keeperColumns+" FROM roster_keeper WHERE county = $1 AND program = $2 AND roster = $3 ORDER BY region, account",
		tx.county, program, roster)
}

// KeeperOf lists the groups that an account looks after.
func (tx *Tx) KeeperOf(account domain.AccountID) ([]domain.RosterKeeper, error) {
	return many(tx, scanKeeper, "SELECT "+keeperColumns+" FROM roster_keeper WHERE county = $1 AND account = $2 ORDER BY program, roster, region",
		tx.county, account)
}
