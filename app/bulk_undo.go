package app

import (
	"context"
	"maps"

	"linqiao/domain"
	"linqiao/store"
)

// aliases tell, while a batch is taken back, which version of a row that several
// of its records touched stands for which earlier one: put back from version 7 to
// what it was at 6, a row has version 8.
type aliases struct {
	past map[string][2]int64 // of earlier steps: id → version now, version it stands for
	step map[string][2]int64 // of this step, dropped when it is run again
	item map[string][2]int64 // of this record, dropped when it cannot be taken back
}

func (a *aliases) stands(id string, rev int64) int64 {
	for _, m := range []map[string][2]int64{a.item, a.step, a.past} {
		if x, ok := m[id]; ok {
			if x[0] == rev {
				return x[1]
			}
			return rev
		}
	}
	return rev
}

// undoBulk takes a batch back, last record first. What has moved on since stays.
func (a *App) undoBulk(ctx context.Context, r *JobRun) error {
	bulk := asText(r.Job.Payload["bulk"])
	known := &aliases{}
	var err error
	if known.past, err = a.pastAliases(ctx, r, bulk); err != nil {
		return err
	}
	for more := true; more; {
		err := r.Write(ctx, func(w *work, j *domain.Job) error {
			known.step = map[string][2]int64{}
			items, err := w.tx.JobItemsDown(bulk, domain.ItemDone, bulkChunk)
			if err != nil {
				return err
			}
			more = len(items) == bulkChunk
			for i := range items {
				if err := w.undoItem(&items[i], asText(j.Result["move"]), known, j); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		maps.Copy(known.past, known.step)
	}
	return r.Write(ctx, func(w *work, j *domain.Job) error {
		why, err := w.reasons(bulk, domain.ItemKept)
		if err != nil {
			return err
		}
		j.Result["reasons"], j.Result["of"] = why, bulk
		return w.audit("bulk_undo", bulkObject(j), "", map[string]any{"do": bulkDoes(j), "n": j.Done - j.Failed, "failed": j.Failed})
	})
}

// pastAliases reads what the steps before a restart have noted. The last of them
// stands at the lowest number.
func (a *App) pastAliases(ctx context.Context, r *JobRun, bulk string) (past map[string][2]int64, err error) {
	past = map[string][2]int64{}
	err = a.read(ctx, r.who, func(w *work) error {
		for after := int64(0); ; {
			items, err := w.tx.JobItems(bulk, domain.ItemUndone, after, 1000)
			if err != nil || len(items) == 0 {
				return err
			}
			for i := range items {
				m, _ := items[i].Data["alias"].(map[string]any)
				for id, x := range m {
					pair, _ := x.([]any)
					if _, later := past[id]; !later && len(pair) == 2 {
						past[id] = [2]int64{asInt64(pair[0]), asInt64(pair[1])}
					}
				}
			}
			after = items[len(items)-1].N
		}
	})
	return past, err
}

// undoItem takes one record of a batch back, or says why it stays.
func (w *work) undoItem(it *domain.JobItem, move string, known *aliases, j *domain.Job) error {
	known.item = map[string][2]int64{}
	var x *work
	err := w.tx.Nested(func(tx *store.Tx) error {
		x = w.fork(tx)
		x.trace = nil
		if it.Data["lasting"] == true {
			return domain.E(domain.KindRefused, "lasting")
		}
		if _, _, err := x.row(domain.RecordID(it.Target)); err != nil {
			return err
		}
		image, err := x.tx.JobItemUndo(it)
		if err != nil {
			return err
		}
		return x.takeBack(domain.RecordID(it.Target), image, known, move)
	})
	if err != nil && passing(err) {
		return err
	}
	j.Done++
	if err != nil {
		j.Failed++
		it.State = domain.ItemKept
		w.refusal(it, err)
		return w.tx.EndJobItem(it)
	}
	w.after = append(w.after, x.after...)
	it.State = domain.ItemUndone
	alias := map[string]any{}
	for id, pair := range known.item {
		known.step[id] = pair
		alias[id] = []any{pair[0], pair[1]}
	}
	it.Data["alias"] = alias
	return w.tx.EndJobItem(it)
}
