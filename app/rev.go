package app

import (
	"context"

	"linqiao/domain"
)

// RecordRev gives the version of a record the reader may see: the short answer
// after a change, for callers that will not draw the page.
func (a *App) RecordRev(ctx context.Context, who *Who, id domain.RecordID) (rev int64, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, _, err := w.row(id)
		if err == nil {
			rev = r.Rev
		}
		return err
	})
	return rev, err
}

// nameTheirs is the conflict of an edit of a unit or a division that saw an
// older version.
func nameTheirs(name string, rev int64) error {
	e := domain.E(domain.KindConflict, "stale", "rev", itoa64(rev))
	e.Fields = append(e.Fields, domain.FieldError{Path: "name", Code: "theirs", Args: map[string]string{"label": "名称"}, Theirs: name})
	return e
}
