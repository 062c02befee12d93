package store

import (
	"linqiao/domain"
)

const savedFilterColumns = "county, id, account, org, list, name, created, rev"

func savedFilterAAD(id string) string { return "filter/" + id }

// InsertSavedFilter writes a new one.
func (tx *Tx) InsertSavedFilter(f *domain.SavedFilter) error {
	if err := tx.home(&f.County); err != nil {
		return err
	}
	f.ID, f.Created, f.Rev = NewID(), tx.now, 1
	sealed, err := tx.seal(savedFilterAAD(f.ID), f.Filters)
	if err != nil {
		return err
	}
	return tx.insert(insertSQL("saved_filter", savedFilterColumns+", filters"), f.County, f.ID, f.Account, f.Org, f.List, f.Name, f.Created, f.Rev, sealed)
}

// SavedFilters lists those of an account and those that its organisations share,
// by name.
func (tx *Tx) SavedFilters(account domain.AccountID, orgs []domain.OrgID) ([]domain.SavedFilter, error) {
	w := tx.where()
	mine := w.fill("account = ?", account)
	if len(orgs) > 0 {
		mine = "(" + mine + " OR org <> '' AND " + inList(w, "org", orgs) + ")"
	}
	w.conds = append(w.conds, mine)
	return many(tx, func(rows rowScanner, f *domain.SavedFilter) error {
		var sealed []byte
		if err := rows.Scan((*string)(&f.County), &f.ID, (*string)(&f.Account), (*string)(&f.Org), &f.List, &f.Name, instant{&f.Created}, num(&f.Rev), &sealed); err != nil {
			return err
		}
		var err error
		f.Filters, err = tx.open(savedFilterAAD(f.ID), sealed)
		return err
	}, "SELECT "+savedFilterColumns+", filters FROM saved_filter"+w.String()+" ORDER BY name, id LIMIT 500", w.args...)
}

// DropSavedFilter deletes one of an account's own and reports whether it was there.
func (tx *Tx) DropSavedFilter(id string, account domain.AccountID) (bool, error) {
	n, err := tx.exec("DELETE FROM saved_filter WHERE county = $1 AND id = $2 AND account = $3", tx.county, id, account)
	return n == 1, err
}
