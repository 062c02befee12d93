package store

import (
	"cmp"
	"slices"
	"time"

	"linqiao/domain"
)

// SaveTenant creates or renames a county. It needs no bound transaction.
func (tx *Tx) SaveTenant(t *domain.Tenant) error {
	_, err := tx.exec("INSERT INTO tenant (county, name, settings) VALUES ($1, $2, $3)"+
		" ON CONFLICT (county) DO UPDATE SET name = excluded.name, settings = excluded.settings", t.Code, t.Name, t.Settings)
	return err
}

func scanTenant(rows rowScanner, t *domain.Tenant) error {
	return rows.Scan((*string)(&t.Code), &t.Name, object{&t.Settings})
}

// Tenant reads the county the transaction is bound to.
func (tx *Tx) Tenant() (*domain.Tenant, error) {
	t, err := one(tx, "county", scanTenant, "SELECT county, name, settings FROM tenant WHERE county = $1", tx.county)
	return &t, err
}

// Tenants lists all counties of this store by code.
func (tx *Tx) Tenants() ([]domain.Tenant, error) {
	return many(tx, scanTenant, "SELECT county, name, settings FROM tenant ORDER BY county")
}

// perCounty asks each county for its first rows and merges them by time: a
// store-wide scan that still reads one county's index at a time.
func perCounty[T any](tx *Tx, limit int, list func(domain.CountyCode, int) ([]T, error), at func(*T) time.Time) ([]T, error) {
	counties, err := many(tx, scanText, "SELECT county FROM tenant ORDER BY county")
	if err != nil {
		return nil, err
	}
	var all []T
	for _, c := range counties {
		rows, err := list(domain.CountyCode(c), limit)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	if len(counties) > 1 {
		slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(millis(at(&a)), millis(at(&b))) })
	}
	return all[:min(limit, len(all))], nil
}
