package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// todayBatch is how many rows one transaction of the daily look takes up.
const todayBatch = 200

// lookToday gives every when-move that reads `today` its daily look: nothing else
// happens to its row on the day that makes it true. A look that was cut off begins
// anew; a move that was made is not made again, for its row has left the stage.
func (a *App) lookToday(ctx context.Context, county domain.CountyCode, prog string) (int, error) {
	n := 0
	var kinds []*program.RecordType
	var mark string
	if err := a.read(ctx, System(county), func(w *work) error {
		kinds = nil
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		mark = "today/" + prog
		for _, rt := range p.Records.All() {
			if len(todayStages(rt)) > 0 {
				kinds = append(kinds, rt)
			}
		}
		if len(kinds) == 0 {
			return nil
		}
		done, err := w.tx.Marked(mark, w.today())
		if done {
			kinds = nil
		}
		return err
	}); err != nil || len(kinds) == 0 {
		return 0, err
	}
	for _, rt := range kinds {
		m, err := a.lookRows(ctx, county, rt)
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, a.write(ctx, System(county), func(w *work) error { return w.tx.Mark(mark, w.today()) })
}

// todayStages are the stages in which a when-move of a record waits for a day.
func todayStages(rt *program.RecordType) []string {
	var out []string
	for _, mv := range rt.Whens {
		if slices.ContainsFunc(mv.When.Reads(), func(p string) bool { return p == "today" || strings.HasPrefix(p, "today.") }) {
			out = append(out, mv.From...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// lookRows finds the rows of a record for which a when-move holds now, and gives each
// its look in a transaction of its own: one that is refused holds up no other.
func (a *App) lookRows(ctx context.Context, county domain.CountyCode, rt *program.RecordType) (int, error) {
	n, cursor := 0, ""
	for {
		var due []domain.RecordID
		next := ""
		if err := a.read(ctx, System(county), func(w *work) error {
			due = nil
			page, err := w.tx.Records(store.RecordFilter{Program: rt.Program, Keys: []string{rt.Key}, Stages: todayStages(rt), Running: true,
				Access: store.AccessAll, Oldest: true, Cursor: cursor, Limit: todayBatch})
			if err != nil {
				return err
			}
			next = page.Next
			for i := range page.Items {
				r, err := w.unit.Adopt(&page.Items[i])
				if err != nil {
					return err
				}
				if w.unit.Waits(r) {
					due = append(due, r.ID)
				}
			}
			return nil
		}); err != nil {
			return n, err
		}
		for _, id := range due {
			if err := a.lookOne(ctx, county, id); err != nil {
				if passing(err) {
					return n, err
				}
				a.Log.Error("today", "record", id, "err", err)
				continue
			}
			n++
		}
		if cursor = next; cursor == "" {
			return n, nil
		}
	}
}

func (a *App) lookOne(ctx context.Context, county domain.CountyCode, id domain.RecordID) error {
	return a.write(ctx, System(county), func(w *work) error {
		r, err := w.unit.Load(id)
		if err != nil {
			return err
		}
		if err := w.unit.Look(r); err != nil {
			return err
		}
		return w.unit.Finish()
	})
}
