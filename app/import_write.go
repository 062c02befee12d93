package app

import (
	"context"
	"errors"
	"math/bits"
	"slices"
	"time"

	"linqiao/domain"
)

// write writes the good lines, a part in each transaction with the progress made:
// a process that dies goes on where it stopped, and no line is written twice.
func (j *importJob) write(ctx context.Context) error {
	for ctx.Err() == nil && j.run.State == importWriting {
		if err := j.advance(ctx, j.writePart); err != nil {
			return err
		}
		if parts := j.d.Next; bits.OnesCount(uint(parts)) == 1 { // after 1, 2, 4, 8 … parts
			if err := j.a.DB.Grown(ctx, "party", "party_ident"); err != nil {
				// It goes on as before, only slower.
				j.a.Log.Warn("import: tables not counted", "err", err)
			}
		}
	}
	return ctx.Err()
}

func (j *importJob) writePart(w *work, run *domain.ImportRun, d *importDetail) error {
	d.Tries = 0
	if d.Next >= d.Parts {
		run.State, d.Ended = importDone, w.Now().UnixMilli()
		run.Done = d.Written
		w.after = append(w.after, w.app.people.forgetAll) // units may have come
		w.forgetPlaces()
		return w.audit("import", "import/"+run.ID, "", map[string]any{"kind": run.Kind, "rows": int64(d.Written)})
	}
	seq := d.Next
	d.Next++
	verdicts, lines, err := w.partOf(run.ID, seq)
	if err != nil || len(verdicts) == 0 {
		return err
	}
	before := countLines(verdicts)
	ids, err := w.writeLines(run, d, verdicts, lines)
	if err != nil {
		return err
	}
	p, err := verdictPart(run.ID, seq, verdicts)
	if err != nil {
		return err
	}
	d.Counts = addLess(d.Counts, p.Counts, before)
	d.Written += len(ids)
	run.Done += len(verdicts)
	if err := w.tx.SaveImportPart(p); err != nil || len(ids) == 0 {
		return err
	}
	return w.tx.AppendEvent(&domain.Event{Root: domain.RecordID(run.ID), Key: "import", Type: "batch", Actor: w.who.Account, Class: domain.Internal,
		Data: map[string]any{"kind": run.Kind, "ids": ids}})
}

func addLess(sum, add, less domain.ImportCounts) domain.ImportCounts {
	neg := domain.ImportCounts{Good: -less.Good, Warned: -less.Warned, Alike: -less.Alike, Known: -less.Known, Bad: -less.Bad, Skipped: -less.Skipped, Kept: -less.Kept}
	return sum.Add(add).Add(neg)
}

// partOf reads the verdicts of one part with the lines they are about.
func (w *work) partOf(run string, seq int) (verdicts []lineVerdict, lines map[int]*rawLine, err error) {
	v, seqs, err := importParts[lineVerdict](w.tx, run, partVerdicts, "", seq, 1)
	if err != nil || len(v) == 0 || seqs[0] != seq {
		return nil, nil, err
	}
	raw, seqs, err := importParts[rawLine](w.tx, run, partLines, "", seq, 1)
	if err != nil {
		return nil, nil, err
	}
	lines = map[int]*rawLine{}
	if len(raw) > 0 && seqs[0] == seq {
		for i := range raw[0] {
			lines[raw[0][i].Line] = &raw[0][i]
		}
	}
	return v[0], lines, nil
}

// writeLines writes the lines that are to be written. Each is checked again: what
// has changed since the first check leaves its line out, with the reason.
func (w *work) writeLines(run *domain.ImportRun, d *importDetail, verdicts []lineVerdict, lines map[int]*rawLine) (ids []any, err error) {
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return nil, err
	}
	r, err := w.lineReader(imp, d)
	if err != nil {
		return nil, err
	}
	var todo []*lineVerdict
	var list []rawLine
	for i := range verdicts {
		v := &verdicts[i]
		if !v.writable() || lines[v.Line] == nil {
			continue
		}
		if slices.Contains(d.LeaveOut, v.Line) || d.SkipAlike && v.State == lineAlike {
			v.State = lineSkipped
			continue
		}
		todo, list = append(todo, v), append(list, *lines[v.Line])
	}
	if err := imp.prepare(w, r, r.allCells(list), time.UnixMilli(d.Confirmed)); err != nil {
		return nil, err
	}
	for i, v := range todo {
		now, draft := r.verdict(w, imp, &list[i], nil)
		if now == nil {
			continue
		}
		if !now.writable() {
			now.Notes = append(now.Notes, cellNote{At: -1, Word: "line_changed"})
			*v = *now
			continue
		}
		if v.Made, err = imp.write(w, draft); err != nil {
			var refused *lineRefused
			if !errors.As(err, &refused) {
				return nil, err
			}
			now.State, now.Notes = lineFault, append(now.Notes, refused.note, cellNote{At: -1, Word: "line_changed"})
			*v = *now
			continue
		}
		if k, ok := imp.(traced); ok {
			v.Undo = k.lastImage()
		}
		ids = append(ids, v.Made)
	}
	return ids, nil
}

// traced rows did more than be there: how each is taken back is kept with its line,
// and the last is taken back first.
type traced interface {
	lastImage() map[string]any
	undoLine(w *work, v *lineVerdict, known *aliases) (kept string, err error)
}

// undo takes back what was written, a part in each transaction. What is in use by
// now stays and is named.
func (j *importJob) undo(ctx context.Context) error {
	state := j.run.State
	for ctx.Err() == nil && j.run.State == state {
		if err := j.advance(ctx, j.undoPart); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (j *importJob) undoPart(w *work, run *domain.ImportRun, d *importDetail) error {
	d.Tries = 0
	if d.Next >= d.Parts {
		return w.undone(run, d)
	}
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return err
	}
	back, _ := imp.(traced)
	seq := d.Next
	d.Next++
	if back != nil {
		seq = d.Parts - 1 - seq
	}
	lists, seqs, err := importParts[lineVerdict](w.tx, run.ID, partVerdicts, "", seq, 1)
	if err != nil || len(lists) == 0 || seqs[0] != seq {
		return err
	}
	verdicts := lists[0]
	before := countLines(verdicts)
	known := &aliases{step: map[string][2]int64{}}
	var ids []any
	for i := range verdicts {
		v := &verdicts[i]
		if back != nil {
			v = &verdicts[len(verdicts)-1-i]
		}
		if v.Made == "" {
			continue
		}
		if back != nil {
			v.Kept, err = back.undoLine(w, v, known)
		} else {
			v.Kept, err = imp.undo(w, v.Made)
		}
		if err != nil {
			return err
		}
		if v.Kept == "" {
			ids = append(ids, v.Made)
			v.Made = ""
		}
	}
	p, err := verdictPart(run.ID, seq, verdicts)
	if err != nil {
		return err
	}
	d.Counts = addLess(d.Counts, p.Counts, before)
	d.Removed += len(ids)
	run.Done += len(ids) + p.Counts.Kept
	if err := w.tx.SaveImportPart(p); err != nil || len(ids) == 0 {
		return err
	}
	return w.tx.AppendEvent(&domain.Event{Root: domain.RecordID(run.ID), Key: "import", Type: "undo", Actor: w.who.Account, Class: domain.Internal,
		Data: map[string]any{"kind": run.Kind, "ids": ids}})
}

// undone ends the undoing: the roster itself goes too, but for what stays and must
// be named.
func (w *work) undone(run *domain.ImportRun, d *importDetail) error {
	run.State, d.Ended = map[string]string{importUndoing: importUndone, importFailing: importFailed}[run.State], w.Now().UnixMilli()
	w.after = append(w.after, w.app.people.forgetAll)
	w.forgetPlaces()
	drop := []string{partFile, partLines, partVerdicts}
	if d.Counts.Kept > 0 {
		drop = drop[:2]
	}
	if err := w.tx.DropImportParts(run.ID, drop...); err != nil {
		return err
	}
	return w.audit("import_undone", "import/"+run.ID, "", map[string]any{"rows": int64(d.Removed), "kept": int64(d.Counts.Kept)})
}
