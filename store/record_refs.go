package store

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"linqiao/domain"
)

// RecordRef names one version of a record.
type RecordRef struct {
	ID      domain.RecordID
	Rev     int64
	Created time.Time
}

// RecordRefs lists as Records does, but only names the rows: who has read a
// version before need not read it again.
func (tx *Tx) RecordRefs(f RecordFilter) (Page[RecordRef], error) {
	if tx.county == "" {
		return Page[RecordRef]{}, errNoCounty
	}
	limit := pageSize(f.Limit)
	ways := f.ways()
	var all []RecordRef
	for i := range ways {
		w := tx.where()
		if err := tx.recordWay(w, &ways[i]); err != nil {
			return Page[RecordRef]{}, err
		}
		list, err := many(tx, scanRef, "SELECT id, rev, created FROM record"+w.String()+ways[i].order()+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
		if err != nil {
			return Page[RecordRef]{}, err
		}
		if all == nil {
			all = list
		} else {
			all = append(all, list...)
		}
	}
	if len(ways) > 1 {
		all = mergeRefs(all, !f.Oldest)
	}
	return cut(all, limit, func(r *RecordRef) (time.Time, string) { return r.Created, string(r.ID) }), nil
}

func scanRef(rows rowScanner, r *RecordRef) error {
	return rows.Scan((*string)(&r.ID), &r.Rev, instant{&r.Created})
}

// mergeRefs puts the rows of several ways in the order of one list, each once.
func mergeRefs(list []RecordRef, desc bool) []RecordRef {
	slices.SortFunc(list, func(a, b RecordRef) int {
		c := cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		if desc {
			return -c
		}
		return c
	})
	return slices.CompactFunc(list, func(a, b RecordRef) bool { return a.ID == b.ID })
}

// RecordsByID reads records by their ids, in no order; their Secrets stay closed.
func (tx *Tx) RecordsByID(ids []domain.RecordID) ([]domain.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	// Lists of few lengths make few statements: the last id stands in for the rest.
	full := make([]domain.RecordID, 1<<bits.Len(uint(len(ids)-1)))
	for i := range full {
		full[i] = ids[min(i, len(ids)-1)]
	}
	w := tx.where()
	w.conds = append(w.conds, inList(w, "id", full))
	return tx.rememberAll(many(tx, scanRecord, recordSelect+w.String(), w.args...))
}
