package app

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// What a batch proposes. A move of a batch leaves out what the program suggests for
// each record by itself; the preview is then the proposal: it keeps, sealed, what every
// record would get, and adds it up by division. Nothing of it holds until whoever
// asked confirms it, and a record whose suggestion has changed since is refused.

// areaFrom is the place of a preview's first division among its items: behind every
// record (bulkMost).
const areaFrom = int64(1) << 40

// areaStep is how many divisions one transaction writes.
const areaStep = 500

// textsTallied is how many different texts of a field are counted apart.
const textsTallied = 20

// suggested are the fields that a move fills for each record with what the program
// suggests, because the batch gives none for all.
func suggested(t *program.RecordType, mv *program.Move, given map[string]any) (list []*program.Field) {
	for _, k := range mv.Need {
		if _, mine := given[k]; mine {
			continue
		}
		if f := record.FieldOf(t, k); f != nil && f.Suggest != nil {
			list = append(list, f)
		}
	}
	return list
}

// propose notes on an item what its record took from the program's suggestions; in the
// run it must be what the preview showed.
func (w *work) propose(in *BulkAct, it *domain.JobItem, seen map[string]any, dry bool, r *record.Row) error {
	mv := r.T.Moves.Get(in.Move)
	if in.Op != "move" || mv == nil {
		return nil
	}
	took := map[string]any{}
	for _, f := range suggested(r.T, mv, in.Act.Fields) {
		took[f.Key] = r.Value(f.Key)
	}
	if len(took) == 0 {
		return nil
	}
	raw, err := json.Marshal(took)
	if err != nil {
		return err
	}
	sum, err := w.tx.Index("proposal", it.Target+"/"+string(raw))
	if err != nil {
		return err
	}
	if !dry {
		if was := asText(seen["proposal"]); was != "" && was != sum {
			return domain.E(domain.KindConflict, "bulk_changed")
		}
		return nil
	}
	it.Data["proposal"], it.Data["region"] = sum, string(r.Region)
	it.Undo = map[string]any{"proposed": took}
	return nil
}

// tally is what was proposed for the records of one division: how often each option,
// or the sum.
type tally struct {
	n      int64
	counts map[string]map[string]int64
	sums   map[string]int64
}

func newTally() *tally {
	return &tally{counts: map[string]map[string]int64{}, sums: map[string]int64{}}
}

func (t *tally) add(f *program.Field, v any) {
	if n, ok := wholeNumber(v); ok && f.List == nil {
		t.sums[f.Key] += n
		return
	}
	m := t.counts[f.Key]
	if m == nil {
		m = map[string]int64{}
		t.counts[f.Key] = m
	}
	for _, k := range optionsOf(v) {
		if _, known := m[k]; !known && len(m) >= textsTallied && f.List == nil {
			k = ""
		}
		m[k]++
	}
}

func optionsOf(v any) []string {
	if list, many := v.([]any); many {
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, asText(x))
		}
		return out
	}
	return []string{asText(v)}
}

func (t *tally) data() map[string]any {
	counts, sums := map[string]any{}, map[string]any{}
	for k, m := range t.counts {
		one := map[string]any{}
		for o, n := range m {
			one[o] = n
		}
		counts[k] = one
	}
	for k, n := range t.sums {
		sums[k] = n
	}
	return map[string]any{"n": t.n, "counts": counts, "sums": sums}
}

// rollUp adds a preview's proposals up, all together and by division. It reads what
// the preview has kept, so that it comes out the same when it is begun again.
func (a *App) rollUp(ctx context.Context, r *JobRun, in *BulkAct) error {
	if r.Job.Result["proposes"] != true {
		return nil
	}
	all, areas := newTally(), map[string]*tally{}
	var fields []*program.Field
	if err := a.read(ctx, r.who, func(w *work) (err error) {
		fields, err = w.tallyProposals(r.Job.ID, in, asText(r.Job.Result["program"]), asText(r.Job.Result["record"]), all, areas)
		return err
	}); err != nil {
		return err
	}
	keys := slices.Sorted(maps.Keys(areas))
	for from := asInt64(r.Job.Mark["areas"]); ; from += areaStep {
		part := keys[min(int(from), len(keys)):min(int(from)+areaStep, len(keys))]
		if err := r.Write(ctx, func(w *work, j *domain.Job) error {
			for i, k := range part {
				n := areaFrom + from + int64(i)
				if err := w.tx.InsertJobItem(&domain.JobItem{Job: j.ID, N: n, Target: k, State: domain.ItemArea, Data: areas[k].data()}); err != nil {
					return err
				}
			}
			j.Mark["areas"] = from + int64(len(part))
			j.Result["areas"], j.Result["proposed"] = int64(len(keys)), proposedWords(fields, all)
			return nil
		}); err != nil || len(part) < areaStep {
			return err
		}
	}
}

// tallyProposals reads the proposals of a preview and adds them up.
func (w *work) tallyProposals(job string, in *BulkAct, prog, key string, all *tally, areas map[string]*tally) ([]*program.Field, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, err
	}
	t := p.Records.Get(key)
	if t == nil || t.Moves.Get(in.Move) == nil {
		return nil, domain.NotFound("move")
	}
	fields := suggested(t, t.Moves.Get(in.Move), in.Act.Fields)
	for after := int64(0); ; {
		items, err := w.tx.JobItemsOpened(job, domain.ItemDone, after, 1000)
		if err != nil || len(items) == 0 {
			return fields, err
		}
		for i := range items {
			took, _ := items[i].Undo["proposed"].(map[string]any)
			region := asText(items[i].Data["region"])
			if areas[region] == nil {
				areas[region] = newTally()
			}
			for _, sum := range []*tally{all, areas[region]} {
				sum.n++
				for _, f := range fields {
					if v, ok := took[f.Key]; ok {
						sum.add(f, v)
					}
				}
			}
		}
		after = items[len(items)-1].N
	}
}

// proposedWords says what a preview proposes in all: each field with its options and
// how often, or its sum.
func proposedWords(fields []*program.Field, all *tally) []any {
	out := []any{}
	for _, f := range fields {
		row := map[string]any{"key": f.Key, "label": f.Label, "type": string(f.Type)}
		if m := all.counts[f.Key]; m != nil {
			options := []any{}
			for _, k := range optionOrder(f, m) {
				options = append(options, map[string]any{"key": k, "label": optionLabel(f, k), "count": m[k]})
			}
			row["options"] = options
		} else {
			row["sum"] = all.sums[f.Key]
		}
		out = append(out, row)
	}
	return out
}

// optionOrder: a list's options in its own order, other texts by theirs.
func optionOrder(f *program.Field, m map[string]int64) []string {
	keys := slices.Sorted(maps.Keys(m))
	if f.List == nil {
		return keys
	}
	order := f.List.Options.Keys()
	slices.SortStableFunc(keys, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	return keys
}

func optionLabel(f *program.Field, key string) string {
	if f.List != nil {
		if o := f.List.Options.Get(key); o != nil {
			return o.Label
		}
	}
	return strings.TrimSpace(key)
}

// JobArea is what a preview proposes for the records of one division.
type JobArea struct {
	Region RegionRef                   `json:"region"`
	N      int64                       `json:"n"`
	Counts map[string]map[string]int64 `json:"counts"`
	Sums   map[string]int64            `json:"sums"`
}

// JobAreas lists what a preview proposes, by division.
func (a *App) JobAreas(ctx context.Context, who *Who, id string, after int64, limit int) (l List[JobArea], err error) {
	err = a.read(ctx, who, func(w *work) error {
		if _, err := w.ownJob(id); err != nil {
			return err
		}
		items, err := w.tx.JobItems(id, domain.ItemArea, after, limit)
		if err != nil {
			return err
		}
		out := make([]JobArea, 0, len(items))
		for i := range items {
			out = append(out, w.jobArea(&items[i]))
		}
		next := ""
		if len(items) == limit {
			next = itoa64(items[len(items)-1].N)
		}
		l = listOf(out, next)
		return nil
	})
	return l, err
}

func (w *work) jobArea(it *domain.JobItem) JobArea {
	v := JobArea{Region: RegionRef{ID: domain.RegionID(it.Target)}, N: asInt64(it.Data["n"]), Counts: map[string]map[string]int64{}, Sums: map[string]int64{}}
	if g, err := w.Region(v.Region.ID); err == nil {
		v.Region = RegionRef{g.ID, g.Name, g.Level}
	}
	counts, _ := it.Data["counts"].(map[string]any)
	for k, x := range counts {
		one, _ := x.(map[string]any)
		v.Counts[k] = map[string]int64{}
		for o, n := range one {
			v.Counts[k][o] = asInt64(n)
		}
	}
	sums, _ := it.Data["sums"].(map[string]any)
	for k, n := range sums {
		v.Sums[k] = asInt64(n)
	}
	return v
}
