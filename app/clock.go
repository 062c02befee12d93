package app

import (
	"context"

	"linqiao/domain"
)

// ExtendAct grants a clock more time.
type ExtendAct struct {
	N    int64  `json:"n"` // in the unit of the program's `most`
	Text string `json:"text" maxLength:"1000"`
}

// ExtendClock moves a running clock's due time, as far as its program lets the
// caller.
func (a *App) ExtendClock(ctx context.Context, who *Who, once Once, id domain.RecordID, clock string, in ExtendAct) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, s, err := w.row(id)
		if err != nil {
			return "", err
		}
		if !s.full {
			return "", domain.NotFound("clock")
		}
		return id, w.unit.Extend(r, clock, in.N, in.Text)
	})
	return err
}
