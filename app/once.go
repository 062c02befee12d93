package app

import (
	"context"
	"encoding/json"

	"linqiao/domain"
	"linqiao/store"
)

// Once makes a request idempotent: the key that the client chose, and the hash
// of what it asked. A zero Once is not remembered.
type Once struct {
	Key  string
	Hash string
	// Rev, when set, receives the version that the changed record has after the
	// commit; it stays as it is when a retry got the first answer.
	Rev *int64
}

// onceAnswer is what is kept of the first answer.
type onceAnswer struct {
	ID domain.RecordID `json:"id"`
}

// once runs a mutation at most once per key: a retry gets the first answer.
func (a *App) once(ctx context.Context, who *Who, o Once, fn func(w *work) (domain.RecordID, error)) (id domain.RecordID, err error) {
	var last *work
	err = a.write(ctx, who, func(w *work) error {
		last = nil
		if o.Key != "" {
			saved, err := w.tx.Idempotent(who.Account, o.Key, o.Hash)
			if err != nil {
				return err
			}
			if saved != nil {
				var x onceAnswer
				if err := json.Unmarshal(saved.Body, &x); err != nil {
					return err
				}
				id = x.ID
				return nil
			}
		}
		if id, err = fn(w); err != nil {
			return err
		}
		last = w
		if o.Key == "" {
			return nil
		}
		body, err := json.Marshal(onceAnswer{id})
		if err != nil {
			return err
		}
		return w.tx.SaveAnswer(who.Account, o.Key, o.Hash, store.Answer{Status: 200, Body: body})
	})
	if err != nil && o.Key != "" {
		return a.answered(ctx, who, o, err)
	}
	if o.Rev != nil && last != nil {
		if r, ok := last.unit.Touched(id); ok {
			*o.Rev = r.Rev
		}
	}
	return id, err
}

// onceOnly is once for use cases that have no id to answer with: a retry does
// nothing, and its caller answers with what stands now.
func (a *App) onceOnly(ctx context.Context, who *Who, o Once, fn func(w *work) error) error {
	_, err := a.once(ctx, who, o, func(w *work) (domain.RecordID, error) { return "", fn(w) })
	return err
}
