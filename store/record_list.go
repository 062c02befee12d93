package store

import (
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
	Parent    domain.RecordID
	Root      domain.RecordID
	Owner     domain.AccountID
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

// AccessClause is one way in which a reader may see records: all its set
// conditions must hold. MaxClass is always applied (zero = public only).
type AccessClause struct {
	MaxClass domain.Class
	Program  string
	Keys     []string
	Path     string // region subtree
	Subjects []domain.PartyID
	Owner    domain.AccountID
	OwnerOrg domain.OrgID
	Provider domain.OrgID
	Org      domain.OrgID
	Parents  []domain.RecordID
	Roots    []domain.RecordID
	IDs      []domain.RecordID
}

// AccessAll is the kernel's own access.
var AccessAll = []AccessClause{{MaxClass: domain.Sealed}}

// Allows is the twin of the SQL condition: the same answer for one row.
func (a *AccessClause) Allows(r *domain.Record) bool {
	return r.Class <= a.MaxClass &&
		(a.Program == "" || a.Program == r.Program) &&
		among(a.Keys, r.Key) &&
		(a.Path == "" || r.Path >= a.Path && r.Path < pathEnd(a.Path)) &&
		among(a.Subjects, r.Subject) &&
		(a.Owner == "" || a.Owner == r.Owner) &&
		(a.OwnerOrg == "" || a.OwnerOrg == r.OwnerOrg) &&
		(a.Provider == "" || a.Provider == r.Provider) &&
		(a.Org == "" || a.Org == r.Org) &&
		among(a.Parents, r.Parent) &&
		among(a.Roots, r.Root) &&
		among(a.IDs, r.ID)
}

// Allows reports whether any clause admits the row.
func Allows(access []AccessClause, r *domain.Record) bool {
	for i := range access {
		if access[i].Allows(r) {
			return true
		}
	}
	return false
}

// among: a nil list asks nothing; "" is never a member.
func among[T ~string](list []T, v T) bool {
	if list == nil {
		return true
	}
	for _, e := range list {
		if e == v && v != "" {
			return true
		}
	}
	return false
}

// access adds the ORed clauses.
func (w *where) access(list []AccessClause) {
	if len(list) == 0 {
		w.add("1 = 0")
		return
	}
	ways := make([]string, len(list))
	for i := range list {
		ways[i] = w.clause(&list[i])
		if ways[i] == "" {
			return // one clause admits everything
		}
	}
	if len(ways) == 1 {
		w.conds = append(w.conds, ways[0])
		return
	}
	w.conds = append(w.conds, "("+strings.Join(ways, " OR ")+")")
}

func (w *where) clause(a *AccessClause) string {
	var c []string
	text := func(column, v string) {
		if v != "" {
			c = append(c, w.fill(column+" = ?", v))
		}
	}
	if a.MaxClass < domain.Sealed {
		c = append(c, w.fill("class <= ?", int64(a.MaxClass)))
	}
	text("program", a.Program)
	text("owner", string(a.Owner))
	text("owner_org", string(a.OwnerOrg))
	text("provider", string(a.Provider))
	text("org", string(a.Org))
	if a.Path != "" {
		c = append(c, w.fill(pathRange("path"), a.Path, pathEnd(a.Path)))
	}
	c = append(c, listCond(w, "key", a.Keys)...)
	c = append(c, listCond(w, "subject", a.Subjects)...)
	c = append(c, listCond(w, "parent", a.Parents)...)
	c = append(c, listCond(w, "root", a.Roots)...)
	c = append(c, listCond(w, "id", a.IDs)...)
	return strings.Join(c, " AND ")
}

// listCond drops empty ids: they stand for "none" in a row and match nobody.
func listCond[T ~string](w *where, column string, list []T) []string {
	if list == nil {
		return nil
	}
	var set []T
	for _, v := range list {
		if v != "" {
			set = append(set, v)
		}
	}
	return []string{inList(w, column, set)}
}

// Records lists records page by page, newest first unless asked otherwise.
func (tx *Tx) Records(f RecordFilter) (Page[domain.Record], error) {
	w, err := tx.recordWhere(&f)
	if err != nil {
		return Page[domain.Record]{}, err
	}
	if err := w.after("created", "id", f.Cursor, !f.Oldest); err != nil {
		return Page[domain.Record]{}, err
	}
	limit := pageSize(f.Limit)
	query, scan := recordSelect, scanRecord
	if f.Open {
		query, scan = recordOpened, tx.scanOpened()
	}
	rows, err := many(tx, scan, query+w.String()+order(!f.Oldest)+w.fill(" LIMIT ?", int64(limit+1)), w.args...)
	if err != nil {
		return Page[domain.Record]{}, err
	}
	for i := range rows {
		tx.remember(&rows[i])
	}
	return cut(rows, limit, func(r *domain.Record) (time.Time, string) { return r.Created, string(r.ID) }), nil
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
	n, err := one(tx, "count", scanInt, "SELECT COUNT(*) FROM (SELECT 1 FROM record"+w.String()+w.fill(" LIMIT ?", int64(most))+") AS some", w.args...)
	return int(n), err
}

func (tx *Tx) recordWhere(f *RecordFilter) (*where, error) {
	if tx.county == "" {
		return nil, errNoCounty
	}
	w := tx.where()
	w.eq("program", f.Program)
	in(w, "key", f.Keys)
	in(w, "noun", f.Nouns)
	in(w, "stage", f.Stages)
	in(w, "phase", f.Phases)
	in(w, "id", f.IDs)
	w.eq("subject", string(f.Subject))
	w.eq("parent", string(f.Parent))
	w.eq("root", string(f.Root))
	if f.Owner != "" {
		w.add("owner = ? AND owner <> ''", f.Owner) // the second half names the partial index
	}
	if f.OwnerOrg != "" {
		w.add("owner_org = ? AND owner_org <> ''", f.OwnerOrg)
	}
	if f.Providers != nil {
		in(w, "provider", f.Providers)
		w.add("provider <> ''")
	}
	w.path("path", f.Path)
	if !f.From.IsZero() {
		w.add("created >= ?", f.From)
	}
	if !f.Until.IsZero() {
		w.add("created < ?", f.Until)
	}
	if f.Running {
		w.add("ended = 0")
	}
	w.access(f.Access)
	if f.Query != "" {
		return w, tx.searchCond(w, "record", f.Query, "record.id")
	}
	return w, nil
}
