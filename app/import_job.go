package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linqiao/domain"
	"linqiao/kernel/sheet"
	"linqiao/store"
)

const (
	importLease = 30 * time.Second // a process that stops working loses its import after
	importTries = 5                // failures of one step before it is given up
)

// errImportGone says that somebody else changed the import: it was dropped, or
// another process works on it.
var errImportGone = errors.New("import: changed by somebody else")

// importJob is one import being worked on.
type importJob struct {
	a   *App
	who *Who
	run domain.ImportRun
	d   importDetail
}

// WorkImports does what imports wait for and reports how many it worked on. It is
// safe in several processes: an import is worked on under a lease.
func (a *App) WorkImports(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		var list []domain.ImportRun
		if err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
			list, err = tx.In(county).ImportRunsIn(importActive, 20)
			return err
		}); err != nil {
			return err
		}
		for i := range list {
			worked, err := a.workImport(ctx, county, &list[i])
			if err != nil {
				return err
			}
			if worked {
				n++
			}
		}
		return nil
	})
	return n, err
}

// workImport takes one import up and goes on with it until it waits for somebody.
func (a *App) workImport(ctx context.Context, county domain.CountyCode, run *domain.ImportRun) (bool, error) {
	job := &importJob{a: a, who: System(county), run: *run}
	d, err := detailOf(run)
	if err != nil {
		return false, err
	}
	job.d = *d
	if now := a.Now().UnixMilli(); d.Holder != "" && d.Holder != a.holder && d.Held > now {
		return false, nil
	}
	if err := job.step(ctx, func(w *work) error { return nil }); err != nil {
		return false, job.passing(err) // somebody was faster
	}
	defer job.release()
	if err := job.actAs(ctx); err != nil {
		return true, job.failed(ctx, err)
	}
	for ctx.Err() == nil {
		work := map[string]func(context.Context) error{importReading: job.read, importChecking: job.check, importWriting: job.write,
			importUndoing: job.undo, importFailing: job.undo}[job.run.State]
		if work == nil {
			return true, nil
		}
		if err := work(ctx); err != nil {
			return true, job.failed(ctx, err)
		}
	}
	return true, nil
}

// actAs makes the job act as the person who began it: what he may not do one by
// one, his import does not do either.
func (j *importJob) actAs(ctx context.Context) error {
	if j.run.By == "" {
		return nil // begun by the system itself
	}
	return j.a.DB.Read(ctx, func(tx *store.Tx) error {
		tx = tx.In(j.who.County)
		acc, err := tx.Account(j.run.By)
		if err != nil {
			return err
		}
		actor, err := actorOf(tx, acc)
		if err != nil {
			return err
		}
		if !acc.Active && j.run.State != importUndoing && j.run.State != importFailing {
			return domain.E(domain.KindForbidden, "import_account")
		}
		j.who = &Who{County: j.who.County, Actor: actor, Lang: "zh-CN"}
		return nil
	})
}

// step saves the job's progress in one transaction with what fn does. fn may
// change j.d and j.run through the copies it is given only by next.
func (j *importJob) step(ctx context.Context, fn func(w *work) error) error {
	return j.advance(ctx, func(w *work, _ *domain.ImportRun, _ *importDetail) error { return fn(w) })
}

// advance is step for what also changes the run.
func (j *importJob) advance(ctx context.Context, fn func(w *work, run *domain.ImportRun, d *importDetail) error) error {
	var run domain.ImportRun
	var d importDetail
	err := j.a.writeOnce(ctx, j.who, func(w *work) error {
		run, d = j.run, j.d // the closure may run again
		d.Holder, d.Held = j.a.holder, w.Now().Add(importLease).UnixMilli()
		if err := fn(w, &run, &d); err != nil {
			return err
		}
		run.Data = d.data()
		if err := w.tx.UpdateImportRun(&run); err != nil {
			if domain.CodeOf(err) == "stale" {
				return errImportGone
			}
			return err
		}
		return nil
	})
	if err == nil {
		j.run, j.d = run, d
	}
	return err
}

// release lets go of the import, so that another process need not wait.
func (j *importJob) release() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := j.advance(ctx, func(_ *work, _ *domain.ImportRun, d *importDetail) error {
		d.Holder, d.Held = "", 0
		return nil
	})
	if err != nil && !errors.Is(err, errImportGone) {
		j.a.Log.Debug("import not released", "run", j.run.ID, "error", err)
	}
}

// passing drops errors that only say that there is nothing to do here now.
func (j *importJob) passing(err error) error {
	if errors.Is(err, errImportGone) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// failed decides what an error means: a fault of the file ends the import with its
// message; one of the moment is tried again; what does not pass after several
// tries takes back what was written.
func (j *importJob) failed(ctx context.Context, cause error) error {
	if j.passing(cause) == nil || ctx.Err() != nil {
		return nil
	}
	kind := domain.KindOf(cause)
	ofFile := kind == domain.KindInvalid || kind == domain.KindTooLarge || kind == domain.KindForbidden || kind == domain.KindRefused
	if !ofFile && j.d.Tries+1 < importTries {
		err := j.advance(ctx, func(_ *work, _ *domain.ImportRun, d *importDetail) error {
			d.Tries++
			return nil
		})
		return errors.Join(cause, j.passing(err))
	}
	j.a.Log.Warn("import failed", "run", j.run.ID, "state", j.run.State, "error", domain.CodeOf(cause))
	err := j.advance(ctx, func(w *work, run *domain.ImportRun, d *importDetail) error {
		d.Fault, d.Tries, d.Next = "import_broken", 0, 0
		var e *domain.Error
		if ofFile && errors.As(cause, &e) {
			d.Fault, d.FaultArgs = e.Code, e.Args
		}
		if run.State == importWriting || run.State == importUndoing || run.State == importFailing {
			run.State, run.Done = importFailing, 0
			d.Held = w.Now().Add(importLease).UnixMilli()
			return nil
		}
		run.State = importFailed
		return w.tx.DropImportParts(run.ID)
	})
	if !ofFile {
		return errors.Join(cause, j.passing(err))
	}
	return j.passing(err)
}

// ageImports drops what nobody confirmed, and the rosters kept of old imports.
func (a *App) ageImports(tx *store.Tx) error {
	now := a.Now()
	list, err := tx.ImportRunsIn([]string{importMapping, importChecked}, 200)
	if err != nil {
		return err
	}
	for i := range list {
		run := &list[i]
		if now.Sub(run.Created) <= importKept {
			continue
		}
		run.State = importExpired
		if err := errors.Join(tx.UpdateImportRun(run), tx.DropImportParts(run.ID)); err != nil {
			return err
		}
	}
	_, err = tx.PurgeImportParts(now.Add(-importKept-importUndoes), importActive)
	return err
}

// read makes lines of the file, and guesses what its columns mean.
func (j *importJob) read(ctx context.Context) error {
	data, err := j.file(ctx)
	if err != nil {
		return err
	}
	var chunk []rawLine
	var parts []*domain.ImportPart
	var head []rawLine
	seq, lines := 0, 0
	flush := func() error {
		if len(parts) == 0 {
			return nil
		}
		err := j.advance(ctx, func(w *work, run *domain.ImportRun, d *importDetail) error {
			run.Done, d.Parts = lines, seq
			for _, p := range parts {
				if err := w.tx.SaveImportPart(p); err != nil {
					return err
				}
			}
			return nil
		})
		parts = parts[:0]
		return err
	}
	pack := func() error {
		raw, err := json.Marshal(chunk)
		if err != nil || len(chunk) == 0 {
			return err
		}
		if seq == 0 {
			head = chunk
		}
		parts = append(parts, &domain.ImportPart{Run: j.run.ID, Kind: partLines, Seq: seq, Data: raw})
		seq++
		chunk = nil
		if len(parts) < importGroup {
			return nil
		}
		return flush()
	}
	info, err := sheet.Read(data, func(r sheet.Row) error {
		chunk = append(chunk, rawLine{r.Line, r.Cells, r.Notes})
		if lines++; len(chunk) < importChunk {
			return nil
		}
		return pack()
	})
	if err != nil {
		return err
	}
	if err := errors.Join(pack(), flush()); err != nil {
		return err
	}
	return j.advance(ctx, func(w *work, run *domain.ImportRun, d *importDetail) error {
		d.Excel, d.Date1904, d.Encoding, d.Sheet, d.Sheets = info.Excel, info.Date1904, info.Encoding, info.Sheet, len(info.Sheets)
		d.Parts, d.Next, d.Tries, run.Total = seq, 0, 0, lines
		if err := w.tx.DropImportParts(run.ID, partFile); err != nil {
			return err
		}
		return w.guessColumns(run, d, head)
	})
}

func (j *importJob) file(ctx context.Context) (data []byte, err error) {
	err = j.a.read(ctx, j.who, func(w *work) error {
		data = nil
		for seq := 0; ; seq++ {
			parts, err := w.tx.ImportParts(j.run.ID, partFile, "", seq, 1)
			if err != nil {
				return err
			}
			if len(parts) == 0 {
				return nil
			}
			data = append(data, parts[0].Data...)
		}
	})
	return data, err
}
