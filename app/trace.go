package app

import (
	"errors"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// trace notes what one use case changes, so that it can be taken back as a whole:
// how every row stood before, what was made, what was counted. What cannot be
// taken back (money booked, papers issued, a file of a party changed) makes the
// whole lasting.
type trace struct {
	lasting bool
	rows    []tracedRow
	made    []*domain.Record // in the order they were made
	clocks  []any            // images; nil "state" = was not there
	clocked map[string]bool
	runs    map[string]tracedRun
	signs   []*domain.Signature
	counts  []record.Count
	prog    string // whose counts
	sent    []any  // ids of deliveries
	offers  bool   // an offer was changed
}

type tracedRow struct {
	rec    *domain.Record
	before map[string]any
}

type tracedRun struct {
	run    *domain.MatchRun
	before *domain.MatchRun // nil = made
}

// lasting marks a traced use case as one that cannot be taken back.
func (w *work) lasting() {
	if w.trace != nil {
		w.trace.lasting = true
	}
}

// traceRow is called before a row is saved.
func (w *work) traceRow(rec *domain.Record, isNew bool) error {
	t := w.trace
	if t == nil {
		return nil
	}
	t.offers = t.offers || rec.Noun == domain.Offer
	if isNew {
		t.made = append(t.made, rec)
		return nil
	}
	old, err := w.tx.RecordOpen(rec.ID)
	if err != nil {
		return err
	}
	t.rows = append(t.rows, tracedRow{rec, store.RecordImage(old)})
	return nil
}

// traceClock is called before a clock is saved.
func (w *work) traceClock(c *domain.Clock) error {
	t := w.trace
	if t == nil || t.clocked[string(c.Record)+c.Key] || t.isMade(c.Record) {
		return nil
	}
	old, err := orNil(w.tx.Clock(c.Record, c.Key))
	if err != nil {
		return err
	}
	if t.clocked == nil {
		t.clocked = map[string]bool{}
	}
	t.clocked[string(c.Record)+c.Key] = true
	image := map[string]any{"record": string(c.Record), "key": c.Key}
	if old != nil {
		fired := make([]any, len(old.Fired))
		for i, k := range old.Fired {
			fired[i] = k
		}
		for k, v := range map[string]any{"state": old.State, "from": msOf(old.FromAt), "due": msOf(old.DueAt), "met": msOf(old.MetAt), "limit": old.LimitText,
			"inputs": old.Inputs, "next": msOf(old.NextAt), "rung": old.NextRung, "fired": fired} {
			image[k] = v
		}
	}
	t.clocks = append(t.clocks, image)
	return nil
}

func (t *trace) isMade(id domain.RecordID) bool {
	for _, r := range t.made {
		if r.ID == id {
			return true
		}
	}
	return false
}

// traceRun is called before a run is saved.
func (w *work) traceRun(run *domain.MatchRun) error {
	t := w.trace
	if t == nil {
		return nil
	}
	if _, ok := t.runs[run.ID]; ok {
		return nil
	}
	x := tracedRun{run: run}
	if run.Rev > 0 {
		var err error
		if x.before, err = w.tx.MatchRun(run.ID); err != nil {
			return err
		}
	}
	if t.runs == nil {
		t.runs = map[string]tracedRun{}
	}
	t.runs[run.ID] = x
	return nil
}

// traceEvent keeps what an event counted. A sample (of a median) is not a sum: it
// cannot be subtracted.
func (w *work) traceEvent(ev *domain.Event) {
	t := w.trace
	if t == nil {
		return
	}
	counts, _ := ev.Stats["counts"].([]record.Count)
	for _, c := range counts {
		if c.Sample || t.prog != "" && t.prog != ev.Program {
			t.lasting = true
		}
		t.prog = ev.Program
	}
	t.counts = append(t.counts, counts...)
}

// image is the trace as a JSON object. The versions are those after the commit.
func (t *trace) image() map[string]any {
	rows, made, runs, signs, counts := []any{}, []any{}, []any{}, []any{}, []any{}
	for _, r := range t.rows {
		rows = append(rows, map[string]any{"rev": r.rec.Rev, "before": r.before})
	}
	for _, r := range t.made {
		made = append(made, map[string]any{"id": string(r.ID), "rev": r.Rev})
	}
	for id, r := range t.runs {
		x := map[string]any{"id": id, "rev": r.run.Rev}
		if b := r.before; b != nil {
			x["before"] = map[string]any{"step": int64(b.Step), "state": b.State, "sent": int64(b.Sent), "data": b.Data}
		}
		runs = append(runs, x)
	}
	for _, s := range t.signs {
		signs = append(signs, map[string]any{"id": s.ID, "rev": s.Rev})
	}
	for _, c := range t.counts {
		counts = append(counts, map[string]any{"s": c.Stat, "d": int64(c.Day), "p": c.Path, "k": c.Dims, "v": c.Value, "n": c.N, "m": c.Member})
	}
	return map[string]any{"rows": rows, "made": made, "runs": runs, "signs": signs, "counts": counts, "clocks": nonNilList(t.clocks), "sent": nonNilList(t.sent), "program": t.prog}
}

func nonNilList(l []any) []any {
	if l == nil {
		return []any{}
	}
	return l
}

// objects reads a list of objects of an image.
func objects(v any) []map[string]any {
	list, _ := v.([]any)
	out := make([]map[string]any, 0, len(list))
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

func reversed[T any](list []T) []T {
	slices.Reverse(list)
	return list
}

func asInt64(v any) int64 { n, _ := wholeNumber(v); return n }

func msOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func msTime(v any) time.Time {
	if ms := asInt64(v); ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// errMovedOn says that something has happened since to what was to be taken back.
func errMovedOn() error { return domain.E(domain.KindRefused, "moved_on") }

// takeBack undoes a traced use case, all of it or, with an error, nothing: the
// caller runs it in a nested transaction. target is the record it was about.
func (w *work) takeBack(target domain.RecordID, image map[string]any, known *aliases, move string) error {
	main, err := w.tx.Record(target)
	if err != nil {
		return orMovedOn(err)
	}
	for _, x := range reversed(objects(image["signs"])) {
		if err := w.tx.UnmakeSignature(asText(x["id"]), asInt64(x["rev"])); err != nil {
			return orMovedOn(err)
		}
	}
	for _, x := range objects(image["runs"]) {
		if err := w.runBack(x); err != nil {
			return err
		}
	}
	for _, x := range reversed(objects(image["made"])) {
		rec, err := w.tx.Record(domain.RecordID(asText(x["id"])))
		if err != nil {
			return orMovedOn(err)
		}
		if rec.Rev != asInt64(x["rev"]) {
			return errMovedOn()
		}
		if err := w.tx.UnmakeRecord(rec); err != nil {
			return orMovedOn(err)
		}
	}
	for _, x := range reversed(objects(image["rows"])) {
		if err := w.rowBack(x, target, main, known); err != nil {
			return err
		}
	}
	for _, x := range objects(image["clocks"]) {
		if err := w.clockBack(x); err != nil {
			return err
		}
	}
	sent, _ := image["sent"].([]any)
	for _, id := range sent {
		if err := w.tx.RecallDelivery(asText(id)); err != nil {
			return err
		}
	}
	return w.Append(undoneEvent(w, main, image, move))
}

func undoneEvent(w *work, main *domain.Record, image map[string]any, move string) *domain.Event {
	var counts []record.Count
	for _, x := range objects(image["counts"]) {
		counts = append(counts, record.Count{Stat: asText(x["s"]), Day: domain.Date(asInt64(x["d"])), Path: asText(x["p"]), Dims: asText(x["k"]),
			Value: -asInt64(x["v"]), N: -asInt64(x["n"]), Member: asText(x["m"])})
	}
	ev := &domain.Event{ID: domain.EventID(store.NewID()), Record: main.ID, Root: main.Root, Subject: main.Subject, Program: main.Program, Key: main.Key,
		Type: "undone", Move: move, Actor: w.who.Account, OccurredAt: w.Now(), RecordedAt: w.Now(), Class: main.Class, Data: map[string]any{}}
	if len(w.who.Memberships) > 0 {
		ev.Org = w.who.Memberships[0].Org
	}
	if p := asText(image["program"]); p != "" {
		ev.Program = p
	}
	if len(counts) > 0 {
		ev.Stats = map[string]any{"counts": counts}
	}
	return ev
}

func (w *work) rowBack(x map[string]any, target domain.RecordID, main *domain.Record, known *aliases) error {
	before, _ := x["before"].(map[string]any)
	id := asText(before["id"])
	rec := main
	if domain.RecordID(id) != target {
		var err error
		if rec, err = w.tx.Record(domain.RecordID(id)); err != nil {
			return orMovedOn(err)
		}
	}
	after := asInt64(x["rev"])
	if known.stands(id, rec.Rev) != after {
		return errMovedOn()
	}
	store.PutBack(rec, before)
	if err := w.tx.UpdateRecord(rec); err != nil {
		return err
	}
	known.item[id] = [2]int64{rec.Rev, after - 1}
	w.after = append(w.after, func() { w.app.stream.changed(rec) })
	return nil
}

func (w *work) runBack(x map[string]any) error {
	id, rev := asText(x["id"]), asInt64(x["rev"])
	before, ok := x["before"].(map[string]any)
	if !ok {
		return orMovedOn(w.tx.UnmakeMatchRun(id, rev))
	}
	run, err := w.tx.MatchRun(id)
	if err != nil {
		return orMovedOn(err)
	}
	if run.Rev != rev {
		return errMovedOn()
	}
	run.Step, run.State, run.Sent = int(asInt64(before["step"])), asText(before["state"]), int(asInt64(before["sent"]))
	run.Data, _ = before["data"].(map[string]any)
	return w.tx.UpdateMatchRun(run)
}

func (w *work) clockBack(x map[string]any) error {
	c := domain.Clock{Record: domain.RecordID(asText(x["record"])), Key: asText(x["key"]), State: asText(x["state"])}
	if c.State == "" {
		return w.tx.UnmakeClock(c.Record, c.Key)
	}
	c.FromAt, c.DueAt, c.MetAt, c.NextAt = msTime(x["from"]), msTime(x["due"]), msTime(x["met"]), msTime(x["next"])
	c.LimitText, c.NextRung = asText(x["limit"]), asText(x["rung"])
	c.Inputs, _ = x["inputs"].(map[string]any)
	if fired, ok := x["fired"].([]any); ok {
		for _, k := range fired {
			c.Fired = append(c.Fired, asText(k))
		}
	}
	return w.tx.SaveClock(&c)
}

// orMovedOn turns "not there any more", "changed" and "in use" into moved_on.
func orMovedOn(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrHangs), domain.KindOf(err) == domain.KindNotFound, domain.CodeOf(err) == "stale":
		return errMovedOn()
	}
	return err
}
