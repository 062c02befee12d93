package store

import (
	"slices"
	"strconv"
	"strings"
)

// where collects conditions and their parameters; the county is always $1.
type where struct {
	tx    *Tx
	conds []string
	args  []any
	// shown are the only columns whose indexes may be used; nil = all.
	shown []string
}

// col names a column in a condition. A column that is not shown is written so
// that no index on it can be used: the engines guess wrongly which of two
// indexes is the narrow one, and a wrong guess sorts a whole county.
func (w *where) col(name string) string {
	if w.shown == nil || slices.Contains(w.shown, name) {
		return name
	}
	return w.tx.db.dialect.hide(name)
}

// partial states the condition of a partial index, when it is to be used.
func (w *where) partial(set bool, column string) string {
	if set && w.col(column) == column {
		return column + " <> ''"
	}
	return ""
}

func (tx *Tx) where() *where {
	return &where{tx: tx, conds: []string{"county = $1"}, args: []any{tx.county}}
}

// param adds a parameter and returns its placeholder.
func (w *where) param(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// add appends a condition; each ? in it stands for the next value.
func (w *where) add(cond string, values ...any) { w.conds = append(w.conds, w.fill(cond, values...)) }

func (w *where) fill(cond string, values ...any) string {
	for _, v := range values {
		cond = strings.Replace(cond, "?", w.param(v), 1)
	}
	return cond
}

// eq adds column = v when v is set.
func (w *where) eq(column, v string) {
	if v != "" {
		w.add(w.col(column)+" = ?", v)
	}
}

// path adds a subtree condition. The upper bound is the character after "/", so
// the subtree's root and everything below it are in, and no sibling.
func (w *where) path(column, prefix string) {
	if prefix != "" {
		w.add(pathRange(w.col(column)), prefix, pathEnd(prefix))
	}
}

// paths adds a condition on several subtrees; an empty list matches nothing.
func (w *where) paths(column string, tops []string) {
	if len(tops) == 0 {
		w.add("1 = 0")
		return
	}
	conds := make([]string, len(tops))
	for i, top := range tops {
		conds[i] = w.fill(pathRange(w.col(column)), top, pathEnd(top))
	}
	w.conds = append(w.conds, "("+strings.Join(conds, " OR ")+")")
}

func pathRange(column string) string { return "(" + column + " >= ? AND " + column + " < ?)" }

func pathEnd(prefix string) string { return prefix + "0" }

// inList writes column IN (…); an empty list matches nothing.
func inList[T ~string](w *where, column string, list []T) string {
	if len(list) == 0 {
		return "1 = 0"
	}
	marks := make([]string, len(list))
	for i, v := range list {
		marks[i] = w.param(string(v))
	}
	if len(marks) == 1 {
		return column + " = " + marks[0]
	}
	return column + " IN (" + strings.Join(marks, ", ") + ")"
}

// in adds column IN (…) when the list is not nil.
func in[T ~string](w *where, column string, list []T) {
	if list != nil {
		w.conds = append(w.conds, inList(w, w.col(column), list))
	}
}

// after continues a list ordered by (at, id).
func (w *where) after(at, id, cur string, desc bool) error {
	if cur == "" {
		return nil
	}
	c, err := decodeCursor(cur)
	if err != nil {
		return err
	}
	op := ">"
	if desc {
		op = "<"
	}
	w.add("("+at+", "+id+") "+op+" (?, ?)", c.at, c.id)
	return nil
}

func (w *where) String() string { return " WHERE " + strings.Join(w.conds, " AND ") }
