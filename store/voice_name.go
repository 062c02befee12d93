package store

import "linqiao/domain"

// StaffNamed reports whether any of the names is the full name of somebody with a
// post in the county.
func (tx *Tx) StaffNamed(names []string) (bool, error) {
	if len(names) == 0 {
		return false, nil
	}
	w := tx.where()
	in(w, "name", names)
	w.add("id IN (SELECT account FROM membership WHERE county = $1 AND active = 1)")
	_, err := one(tx, "account", scanText, "SELECT id FROM account"+w.String()+" LIMIT 1", w.args...)
	if domain.KindOf(err) == domain.KindNotFound {
		return false, nil
	}
	return err == nil, err
}
