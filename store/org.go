package store

import (
	"linqiao/domain"
)

const orgColumns = "county, id, kind, level, name, short_name, uscc, region, path, lat, lng, address, phone, tags, area_path, stars, active"

var (
	orgInsert = insertSQL("org", orgColumns+", rev")
	orgUpdate = updateSQL("org", orgColumns)
	orgSelect = "SELECT " + orgColumns + ", rev FROM org"
)

func scanOrg(rows rowScanner, o *domain.Org) error {
	return rows.Scan((*string)(&o.County), (*string)(&o.ID), &o.Kind, &o.Level, &o.Name, &o.ShortName, &o.USCC, (*string)(&o.Region),
		&o.Path, &o.Lat, &o.Lng, &o.Address, &o.Phone, tags{&o.Tags}, &o.AreaPath, num(&o.Stars), yesNo{&o.Active}, num(&o.Rev))
}

func orgValues(o *domain.Org) []any {
	return []any{o.County, o.ID, o.Kind, o.Level, o.Name, o.ShortName, o.USCC, o.Region, o.Path, o.Lat, o.Lng, o.Address, o.Phone,
		encodeTags(o.Tags), o.AreaPath, o.Stars, o.Active, o.Rev}
}

// Org reads one organization.
func (tx *Tx) Org(id domain.OrgID) (*domain.Org, error) {
	o, err := one(tx, "org", scanOrg, orgSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &o, err
}

// InsertOrg writes a new organization and indexes its names.
func (tx *Tx) InsertOrg(o *domain.Org) error {
	if err := tx.home(&o.County); err != nil {
		return err
	}
	if o.ID == "" {
		o.ID = domain.OrgID(NewID())
	}
	o.Rev = 1
	if err := tx.insert(orgInsert, orgValues(o)...); err != nil {
		return err
	}
	return tx.addGrams("org", string(o.ID), o.Path, nameGrams(o.Name, o.ShortName))
}

// UpdateOrg saves an organization read at o.Rev; stale otherwise.
func (tx *Tx) UpdateOrg(o *domain.Org) error {
	if err := tx.home(&o.County); err != nil {
		return err
	}
	if err := tx.change("org", orgUpdate, orgValues(o)...); err != nil {
		return err
	}
	o.Rev++
	return tx.setGrams("org", string(o.ID), o.Path, nameGrams(o.Name, o.ShortName))
}

// OrgFilter selects organizations; Path is a region subtree, Query searches names.
type OrgFilter struct {
	Kinds []string
	Level string
	Path  string
	IDs   []domain.OrgID
	Query string
	// Covers keeps those that may cover a place with this region path: seated on
	// the path itself, or with a service area of their own (which the caller
	// reads). Among thousands of stations a handful are left.
	Covers string
	All    bool // also those not active
	Limit  int  // 0 = no limit: a county has thousands, not millions
}

// ancestors lists a path and every path above it.
func ancestors(path string) []string {
	out := []string{path}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			out = append(out, path[:i])
		}
	}
	return out
}

// Orgs lists organizations by kind, path and name.
func (tx *Tx) Orgs(f OrgFilter) ([]domain.Org, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	in(w, "kind", f.Kinds)
	w.eq("level", f.Level)
	w.path("path", f.Path)
	in(w, "id", f.IDs)
	if f.Covers != "" {
		w.conds = append(w.conds, "("+inList(w, "path", ancestors(f.Covers))+" OR area_path <> '')")
	}
	if !f.All {
		w.add("active = 1")
	}
	if f.Query != "" {
		if err := tx.searchCond(w, "org", f.Query, "org.id"); err != nil {
			return nil, err
		}
	}
	query := orgSelect + w.String() + " ORDER BY kind, path, name, id"
	if f.Limit > 0 {
		query += w.fill(" LIMIT ?", int64(f.Limit))
	}
	return many(tx, scanOrg, query, w.args...)
}
