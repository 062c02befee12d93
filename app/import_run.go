package app

import (
	"context"
	"maps"
	"slices"

	"linqiao/domain"
	"linqiao/store"
)

// ConfirmAct confirms an import. Rows with errors refuse the whole file unless
// they are to be left out.
type ConfirmAct struct {
	SkipBad bool `json:"skip_bad,omitempty"`
}

// ConfirmImport writes all good rows of a checked file, or none: it works in
// batches, and what was written is taken back when a later batch fails.
func (a *App) ConfirmImport(ctx context.Context, who *Who, id string, in ConfirmAct) (*ImportPlan, error) {
	run, err := a.importRun(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if run.State != importChecked {
		return nil, domain.E(domain.KindConflict, "import_state", "state", run.State)
	}
	data, err := a.importFile(ctx, run)
	if err != nil {
		return nil, err
	}
	plan, err := a.planImport(ctx, who, actOf(run), data)
	if err != nil {
		return nil, err
	}
	if plan.Bad > 0 && !in.SkipBad {
		return nil, domain.E(domain.KindRefused, "import_bad_rows", "n", itoa64(int64(plan.Bad)))
	}
	if err := a.startImport(ctx, who, run, plan); err != nil {
		return nil, err
	}
	if err := a.writeRows(ctx, who, run, plan, data); err != nil {
		if back := a.takeBack(context.WithoutCancel(ctx), who, run, importFailed); back != nil {
			a.Log.Error("import not taken back", "run", run.ID, "error", back)
		}
		return nil, err
	}
	sha := asText(run.Data["blob"])
	err = a.write(ctx, who, func(w *work) error {
		if run, err = w.tx.ImportRun(id); err != nil {
			return err
		}
		run.State = importDone
		delete(run.Data, "blob")
		if err := w.tx.UpdateImportRun(run); err != nil {
			return err
		}
		return w.audit("import", "import/"+id, "", map[string]any{"kind": run.Kind, "rows": int64(run.Done)})
	})
	if err != nil {
		return nil, err
	}
	a.dropBlob(ctx, sha)
	plan.ID, plan.Name, plan.State, plan.Done, plan.Created = id, asText(run.Data["name"]), run.State, run.Done, run.Created
	return plan, nil
}

// startImport claims the run, so that it is confirmed once.
func (a *App) startImport(ctx context.Context, who *Who, run *domain.ImportRun, plan *ImportPlan) error {
	return a.write(ctx, who, func(w *work) error {
		fresh, err := w.tx.ImportRun(run.ID)
		if err != nil {
			return err
		}
		if fresh.State != importChecked {
			return domain.E(domain.KindConflict, "import_state", "state", fresh.State)
		}
		fresh.State, fresh.Total, fresh.Failed, fresh.Done = importRunning, plan.Total, plan.Bad, 0
		return w.tx.UpdateImportRun(fresh)
	})
}

func (a *App) writeRows(ctx context.Context, who *Who, run *domain.ImportRun, plan *ImportPlan, data []byte) error {
	t, err := readTable(data)
	if err != nil {
		return err
	}
	var lines []int
	for i := range plan.Rows {
		if v := &plan.Rows[i]; v.OK && v.Duplicate == "" {
			lines = append(lines, v.Row-1)
		}
	}
	size := importBatch
	if run.Kind == ImportOffers {
		size = offerBatch
	}
	for part := range slices.Chunk(lines, size) {
		if err := a.write(ctx, who, func(w *work) error { return w.writeBatch(run, t, part) }); err != nil {
			return err
		}
	}
	return nil
}

// writeBatch writes some lines and one event that names what came of them.
func (w *work) writeBatch(run *domain.ImportRun, t *table, lines []int) error {
	imp, err := w.importer(actOf(run))
	if err != nil {
		return err
	}
	r, _, err := w.rowReader(imp, t)
	if err != nil {
		return err
	}
	ids := make([]any, 0, len(lines))
	for _, line := range lines {
		v, draft := r.verdict(w, imp, line, nil)
		if v == nil || !v.OK || v.Duplicate != "" {
			return domain.E(domain.KindConflict, "import_changed", "row", itoa64(int64(line+1))) // somebody was faster
		}
		id, err := imp.write(w, draft, v)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	ev := &domain.Event{Root: domain.RecordID(run.ID), Key: "import", Type: "batch", Actor: w.who.Account, Class: domain.Internal,
		Data: map[string]any{"kind": run.Kind, "ids": ids}}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	fresh, err := w.tx.ImportRun(run.ID)
	if err != nil {
		return err
	}
	fresh.Done += len(ids)
	return w.tx.UpdateImportRun(fresh)
}

// UndoImport takes back what an import wrote, all of it or nothing: not when a
// row is in use already, and not after a week.
func (a *App) UndoImport(ctx context.Context, who *Who, id string) error {
	run, err := a.importRun(ctx, who, id)
	if err != nil {
		return err
	}
	if run.State != importDone {
		return domain.E(domain.KindConflict, "import_state", "state", run.State)
	}
	if a.Now().Sub(run.Created) > importUndoes {
		return domain.E(domain.KindRefused, "import_undo_late")
	}
	return a.takeBack(ctx, who, run, importUndone)
}

// takeBack undoes all batches in one transaction.
func (a *App) takeBack(ctx context.Context, who *Who, run *domain.ImportRun, state string) error {
	sha := asText(run.Data["blob"])
	err := a.write(ctx, who, func(w *work) error {
		imp, err := w.importer(actOf(run))
		if err != nil {
			return err
		}
		cursor := ""
		for {
			page, err := w.tx.Events(store.EventFilter{Root: domain.RecordID(run.ID), Types: []string{"batch"}, MaxClass: domain.Sealed, Cursor: cursor, Limit: 100})
			if err != nil {
				return err
			}
			for _, ev := range page.Items {
				ids, _ := ev.Data["ids"].([]any)
				for _, id := range ids {
					if err := imp.undo(w, asText(id)); err != nil {
						return err
					}
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		fresh, err := w.tx.ImportRun(run.ID)
		if err != nil {
			return err
		}
		fresh.State = state
		fresh.Data = maps.Clone(fresh.Data)
		delete(fresh.Data, "blob")
		if err := w.tx.UpdateImportRun(fresh); err != nil {
			return err
		}
		if err := w.happened("import", "undo", "", map[string]any{"id": run.ID}); err != nil {
			return err
		}
		return w.audit("import_undo", "import/"+run.ID, "", nil)
	})
	if err == nil {
		a.dropBlob(ctx, sha)
	}
	return err
}
