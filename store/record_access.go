package store

import (
	"slices"
	"strings"

	"linqiao/domain"
)

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

// all reports whether the clause admits every row.
func (a *AccessClause) all() bool {
	return a.MaxClass >= domain.Sealed && a.Program == "" && a.Path == "" && a.Owner == "" && a.OwnerOrg == "" && a.Provider == "" &&
		a.Org == "" && a.Keys == nil && a.Subjects == nil && a.Parents == nil && a.Roots == nil && a.IDs == nil
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
	if slices.ContainsFunc(list, func(a AccessClause) bool { return a.all() }) {
		return
	}
	ways := make([]string, len(list))
	for i := range list {
		ways[i] = w.clause(&list[i])
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
			c = append(c, w.fill(w.col(column)+" = ?", v))
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
	c = append(c, w.partial(a.Owner != "", "owner"), w.partial(a.OwnerOrg != "", "owner_org"), w.partial(a.Provider != "", "provider"))
	if a.Path != "" {
		c = append(c, w.subtree(a.Path))
	}
	c = append(c, listCond(w, "key", a.Keys)...)
	c = append(c, listCond(w, "subject", a.Subjects)...)
	c = append(c, listCond(w, "parent", a.Parents)...)
	if a.Roots != nil {
		c = append(c, rootCond(w, slices.DeleteFunc(slices.Clone(a.Roots), func(id domain.RecordID) bool { return id == "" })))
	}
	c = append(c, listCond(w, "id", a.IDs)...)
	return strings.Join(slices.DeleteFunc(c, func(s string) bool { return s == "" }), " AND ")
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
	return []string{inList(w, w.col(column), set)}
}

// rootCond selects whole trees. A root carries its own id as its root and is not
// in the index over roots: it is found by its id.
func rootCond(w *where, roots []domain.RecordID) string {
	return "(" + inList(w, w.col("id"), roots) + " AND parent IS NULL OR " + inList(w, w.col("root"), roots) + " AND parent IS NOT NULL)"
}
