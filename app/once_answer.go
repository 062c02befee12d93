package app

import (
	"context"
	"encoding/json"

	"linqiao/store"
)

// onceAnswered is once for use cases that answer with more than a record's id:
// the whole answer is kept in the transaction, so that it also survives a restart.
// A phone that filled a form offline sends it until it is answered; it must not
// be filed twice.
func onceAnswered[T any](ctx context.Context, a *App, who *Who, o Once, fn func(w *work) (*T, error)) (out *T, err error) {
	run := func(w *work) error {
		if o.Key != "" {
			saved, err := w.tx.Idempotent(who.Account, o.Key, o.Hash)
			if err != nil {
				return err
			}
			if saved != nil {
				out = new(T)
				return json.Unmarshal(saved.Body, out)
			}
		}
		var err error
		if out, err = fn(w); err != nil || o.Key == "" {
			return err
		}
		body, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return w.tx.SaveAnswer(who.Account, o.Key, o.Hash, store.Answer{Status: 200, Body: body})
	}
	if err = a.write(ctx, who, run); err == nil {
		return out, nil
	}
	if o.Key == "" || !mayBeAnswered(err) {
		return nil, err
	}
	// The same request may have been answered while this one ran.
	refusal := err
	var first *T
	err = a.DB.Read(ctx, func(tx *store.Tx) error {
		saved, err := tx.In(who.County).Idempotent(who.Account, o.Key, o.Hash)
		if err != nil || saved == nil {
			return err
		}
		first = new(T)
		return json.Unmarshal(saved.Body, first)
	})
	if err != nil || first == nil {
		return nil, refusal
	}
	return first, nil
}
