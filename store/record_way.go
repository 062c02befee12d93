package store

import "slices"

// way is one path to rows of a list: the filter, one access clause, at most one
// record key, and the index to walk.
type way struct {
	f      RecordFilter
	clause AccessClause
	// shown are the columns of the chosen index; sorted says that the index does
	// not give the order, so that the engine shall not hope for another that does.
	shown  []string
	sorted bool
}

// waysMax bounds how many ways a list is split into.
const waysMax = 32

// ways splits a filter by access clause and record key, as an index gives its
// order for one key only.
func (f *RecordFilter) ways() []way {
	access := f.Access
	if slices.ContainsFunc(access, func(a AccessClause) bool { return a.all() }) {
		access = AccessAll
	}
	var out []way
	for _, a := range access {
		keys := f.Keys
		if keys == nil {
			keys = a.Keys
		}
		if keys == nil || len(keys)*len(access) > waysMax {
			out = append(out, newWay(*f, a, nil))
			continue
		}
		for _, k := range keys {
			if k != "" && among(a.Keys, k) {
				out = append(out, newWay(*f, a, []string{k}))
			}
		}
	}
	return out
}

func newWay(f RecordFilter, a AccessClause, key []string) way {
	if key != nil {
		f.Keys, a.Keys = key, nil
	}
	if f.Program == "" {
		f.Program, a.Program = a.Program, ""
	}
	w := way{f: f, clause: a}
	w.shown, w.sorted = w.index()
	return w
}

// index chooses the index: the narrowest thing asked for first.
func (w *way) index() (shown []string, sorted bool) {
	f, a := &w.f, &w.clause
	oneKey := f.Program != "" && len(f.Keys) == 1
	switch {
	case f.IDs != nil || a.IDs != nil || f.Query != "":
		return []string{"id"}, true
	case f.Parent != "" || a.Parents != nil:
		return []string{"parent"}, true
	case f.Root != "" || a.Roots != nil:
		return []string{"id", "root"}, true
	case f.Subject != "" || f.Subjects != nil || a.Subjects != nil:
		return []string{"subject"}, len(a.Subjects) > 1
	case f.Owner != "" || a.Owner != "":
		return []string{"owner"}, false
	case oneKey && max(len(f.Path), len(a.Path)) >= townLength:
		return []string{"program", "key", "town"}, false
	case f.Providers != nil || a.Provider != "":
		return []string{"provider"}, len(f.Providers) > 1
	case f.OwnerOrg != "" || a.OwnerOrg != "":
		return []string{"owner_org"}, false
	case oneKey && len(f.Stages) == 1:
		return []string{"program", "key", "stage"}, false
	case oneKey:
		return []string{"program", "key"}, false
	}
	return nil, false
}

// townLength is the length of a town's path (44/4409/440902/440902001), and the
// part of a path that the index over towns is ordered by. Rows below a longer path
// all share it.
const townLength = 24

// subtree is the condition that a record lies in a region subtree; where the
// index over towns may be walked it says the town too.
func (w *where) subtree(path string) string {
	cond := w.fill(pathRange(w.col("path")), path, pathEnd(path))
	if len(path) >= townLength && w.col("town") == "town" {
		cond += w.fill(" AND substr(path, 1, 24) = ?", path[:townLength])
	}
	return cond
}

func (w *way) order() string {
	if !w.sorted {
		return order(!w.f.Oldest)
	}
	if w.f.Oldest {
		return " ORDER BY created + 0, id"
	}
	return " ORDER BY created + 0 DESC, id DESC"
}

// recordWay adds all conditions of one way.
func (tx *Tx) recordWay(q *where, w *way) error {
	q.shown = w.shown
	if err := tx.recordConds(q, &w.f); err != nil {
		return err
	}
	q.access([]AccessClause{w.clause})
	return q.after("created", "id", w.f.Cursor, !w.f.Oldest)
}
