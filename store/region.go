package store

import (
	"linqiao/domain"
)

const regionColumns = "county, id, parent, level, code, name, path, lat, lng, area_geo, valid_from, valid_to, active"

var (
	regionInsert = insertSQL("region", regionColumns+", rev")
	regionUpdate = updateSQL("region", regionColumns)
	regionSelect = "SELECT " + regionColumns + ", rev FROM region"
)

func scanRegion(rows rowScanner, r *domain.Region) error {
	return rows.Scan((*string)(&r.County), (*string)(&r.ID), (*string)(&r.Parent), (*string)(&r.Level), &r.Code, &r.Name, &r.Path,
		&r.Lat, &r.Lng, &r.AreaGeo, num(&r.ValidFrom), num(&r.ValidTo), yesNo{&r.Active}, num(&r.Rev))
}

func regionValues(r *domain.Region) []any {
	return []any{r.County, r.ID, r.Parent, r.Level, r.Code, r.Name, r.Path, r.Lat, r.Lng, r.AreaGeo, r.ValidFrom, r.ValidTo, r.Active, r.Rev}
}

// Region reads one region.
func (tx *Tx) Region(id domain.RegionID) (*domain.Region, error) {
	r, err := one(tx, "region", scanRegion, regionSelect+" WHERE county = $1 AND id = $2", tx.county, id)
	return &r, err
}

// HoldRegion reads a region for a change below it: until the transaction ends no
// other one holds it, so two that number its children wait for each other.
func (tx *Tx) HoldRegion(id domain.RegionID) (*domain.Region, error) {
	r, err := one(tx, "region", scanRegion, regionSelect+" WHERE county = $1 AND id = $2"+tx.db.dialect.forUpdate, tx.county, id)
	return &r, err
}

// InsertRegion writes a new region; its id and path are the caller's.
func (tx *Tx) InsertRegion(r *domain.Region) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	r.Rev = 1
	return tx.insert(regionInsert, regionValues(r)...)
}

// UpdateRegion saves a region read at r.Rev; stale otherwise.
func (tx *Tx) UpdateRegion(r *domain.Region) error {
	if err := tx.home(&r.County); err != nil {
		return err
	}
	if err := tx.change("region", regionUpdate, regionValues(r)...); err != nil {
		return err
	}
	r.Rev++
	return nil
}

// RegionFilter selects regions: a subtree, a level, the children of a parent.
type RegionFilter struct {
	Path   string
	Parent domain.RegionID
	Levels []domain.RegionLevel
	Name   string
	All    bool // also those no longer valid
}

// Regions lists regions in path order, parents before children.
func (tx *Tx) Regions(f RegionFilter) ([]domain.Region, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.path("path", f.Path)
	w.eq("parent", string(f.Parent))
	in(w, "level", f.Levels)
	w.eq("name", f.Name)
	if !f.All {
		w.add("active = 1")
	}
	return many(tx, scanRegion, regionSelect+w.String()+" ORDER BY path, id", w.args...)
}
