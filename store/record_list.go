package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
)

// RecordFilter selects records. Empty fields select nothing away; a non-nil
// empty list matches no row. Access is ORed and always applied: nil means
// "nobody", use AccessAll for the kernel itself.
type RecordFilter struct {
	Program   string
	Keys      []string
	Nouns     []domain.Noun
	Stages    []string
	Phases    []domain.Phase
	Subject   domain.PartyID
	Subjects  []domain.PartyID // one of these, when not nil
	Parent    domain.RecordID
	Root      domain.RecordID
	Owner     domain.AccountID
	Unowned   bool // nobody's
	OwnerOrg  domain.OrgID
	Providers []domain.OrgID
	IDs       []domain.RecordID
	Path      string // region subtree
	From      time.Time
	Until     time.Time // created in [From, Until)
	Running   bool      // not ended
	Query     string    // words to search for, see Tx.IndexText

	Access []AccessClause

	Oldest bool // oldest first; otherwise newest first
	Open   bool // decrypt secrets; the caller answers for it
	Cursor string
	Limit  int // 50 unless set, at most 1000
}

// Records lists records page by page, newest first unless asked otherwise.
//
// Each way of access is asked for its own first rows, along the index that suits
// it, and the answers are merged: the first rows of all are among the first rows
// of each. One OR over everything would have to sort a county.
func (tx *Tx) Records(f RecordFilter) (Page[domain.Record], error) {
	if tx.county == "" {
		return Page[domain.Record]{}, errNoCounty
	}
	limit := pageSize(f.Limit)
	query, scan := recordSelect, scanRecord
	if f.Open {
		query, scan = recordOpened, tx.scanOpened()
	}
	w := tx.where()
	ways := f.ways()
	if len(ways) == 1 {
		if err := tx.recordWay(w, &ways[0]); err != nil {
			return Page[domain.Record]{}, err
		}
		query += w.String() + ways[0].order() + w.fill(" LIMIT ?", int64(limit+1))
	} else {
		var parts []string
		for i := range ways {
			part := &where{tx: tx, conds: []string{"county = $1"}, args: w.args}
			if err := tx.recordWay(part, &ways[i]); err != nil {
				return Page[domain.Record]{}, err
			}
			parts = append(parts, "SELECT created, id FROM (SELECT created, id FROM record"+part.String()+ways[i].order()+
				part.fill(" LIMIT ?", int64(limit+1))+") AS t"+strconv.Itoa(i))
			w.args = part.args
		}
		if len(parts) == 0 {
			return Page[domain.Record]{}, nil
		}
		query += " WHERE county = $1 AND id IN (SELECT id FROM (" + strings.Join(parts, " UNION ") + ") AS u" + order(!f.Oldest) + w.fill(" LIMIT ?", int64(limit+1)) + ")"
	}
	rows, err := many(tx, scan, query, w.args...)
	if err != nil {
		return Page[domain.Record]{}, err
	}
	if len(ways) > 1 { // the rows came by id
		sortRecords(rows, !f.Oldest)
	}
	for i := range rows {
		tx.remember(&rows[i])
	}
	return cut(rows, limit, func(r *domain.Record) (time.Time, string) { return r.Created, string(r.ID) }), nil
}

// sortRecords puts rows in the order that order asks the engine for.
func sortRecords(rows []domain.Record, desc bool) {
	slices.SortFunc(rows, func(a, b domain.Record) int {
		c := cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		if desc {
			return -c
		}
		return c
	})
}

func order(desc bool) string {
	if desc {
		return " ORDER BY created DESC, id DESC"
	}
	return " ORDER BY created, id"
}

// CountRecords counts up to most rows: "1000+" costs no more than that.
func (tx *Tx) CountRecords(f RecordFilter, most int) (int, error) {
	w, err := tx.recordWhere(&f)
	if err != nil {
		return 0, err
	}
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM record"+w.String()+w.fill(" LIMIT ?", int64(most))+") AS t", w.args...)
	return int(n), err
}

// recordWhere gives all conditions of a filter, its access among them, as one.
func (tx *Tx) recordWhere(f *RecordFilter) (*where, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	if err := tx.recordConds(w, f); err != nil {
		return nil, err
	}
	w.access(f.Access)
	return w, nil
}

// recordConds adds the filter's own conditions.
func (tx *Tx) recordConds(w *where, f *RecordFilter) error {
	w.eq("program", f.Program)
	in(w, "key", f.Keys)
	in(w, "noun", f.Nouns)
	in(w, "stage", f.Stages)
	in(w, "phase", f.Phases)
	in(w, "id", f.IDs)
	w.eq("subject", string(f.Subject))
	in(w, "subject", f.Subjects)
	w.eq("parent", string(f.Parent))
	if f.Root != "" {
		w.conds = append(w.conds, rootCond(w, []domain.RecordID{f.Root}))
	}
	w.eq("owner", string(f.Owner))
	if f.Unowned {
		w.add("owner = ''")
	}
	w.eq("owner_org", string(f.OwnerOrg))
	in(w, "provider", f.Providers)
	for _, c := range []string{w.partial(f.Owner != "", "owner"), w.partial(f.OwnerOrg != "", "owner_org"), w.partial(f.Providers != nil, "provider")} {
		if c != "" {
			w.add(c)
		}
	}
	if f.Path != "" {
		w.add(w.subtree(f.Path))
	}
	if !f.From.IsZero() {
		w.add("created >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("created < ?", f.Until)
	}
	if f.Running {
		w.add("ended = 0")
	}
	if f.Query != "" {
		return tx.searchCond(w, "record", f.Query, "record.id")
	}
	return nil
}
