package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// asPayload and payloadOf turn what was asked into the JSON object of a job.
func asPayload(v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, json.Unmarshal(raw, &out)
}

func payloadOf[T any](j *domain.Job) (v T, err error) {
	raw, err := json.Marshal(j.Payload)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(raw, &v)
}

// checkBulk plays a batch without keeping anything of it.
func (a *App) checkBulk(ctx context.Context, r *JobRun) error { return a.batch(ctx, r, true) }

// runBulk does a batch, record by record: each stands for itself, in a part of the
// transaction of its own, with the rights and guards of the single act.
func (a *App) runBulk(ctx context.Context, r *JobRun) error { return a.batch(ctx, r, false) }

func (a *App) batch(ctx context.Context, r *JobRun, dry bool) error {
	in, err := payloadOf[BulkAct](&r.Job)
	if err != nil {
		return err
	}
	if err := a.gather(ctx, r, &in); err != nil {
		return err
	}
	for more := true; more; {
		err := r.Write(ctx, func(w *work, j *domain.Job) error {
			items, err := w.tx.JobItems(j.ID, domain.ItemWaiting, 0, bulkChunk)
			if err != nil {
				return err
			}
			more = len(items) == bulkChunk
			for i := range items {
				if err := w.bulkItem(&in, j, &items[i], dry); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if dry {
		if err := a.rollUp(ctx, r, &in); err != nil {
			return err
		}
	}
	return r.Write(ctx, func(w *work, j *domain.Job) error {
		why, err := w.reasons(j.ID, domain.ItemFailed)
		if err != nil {
			return err
		}
		j.Result["reasons"] = why
		if dry {
			return nil
		}
		return w.audit("bulk", bulkObject(j), "", map[string]any{"do": bulkDoes(j), "n": j.Done - j.Failed, "failed": j.Failed})
	})
}

// bulkObject and bulkDoes say in the journal what a batch was about.
func bulkObject(j *domain.Job) string {
	return "records/" + asText(j.Result["program"]) + "/" + asText(j.Result["record"])
}

func bulkDoes(j *domain.Job) string {
	if l := asText(j.Result["label"]); l != "" {
		return l
	}
	return asText(j.Result["op"])
}

// gather writes down which records a batch is about: named, listed by a filter, or
// those that a preview let pass.
func (a *App) gather(ctx context.Context, r *JobRun, in *BulkAct) error {
	for r.Job.Mark["gathered"] != true {
		err := r.Write(ctx, func(w *work, j *domain.Job) error {
			j.Result["op"], j.Result["move"], j.Result["match"] = in.Op, in.Move, in.Match
			if from := asText(j.Payload["check"]); from != "" {
				n, err := w.tx.CopyJobItems(from, domain.ItemDone, j.ID)
				j.Total, j.Mark["gathered"] = n, true
				return err
			}
			n := asInt64(j.Mark["n"])
			ids, next := in.IDs, ""
			if in.Filter != nil {
				var err error
				if ids, next, err = w.bulkIDs(*in.Filter, asText(j.Mark["cursor"])); err != nil {
					return err
				}
			}
			seen := map[domain.RecordID]bool{}
			for _, id := range ids {
				if seen[id] {
					continue
				}
				seen[id] = true
				n++
				if err := w.tx.InsertJobItem(&domain.JobItem{Job: j.ID, N: n, Target: string(id), State: domain.ItemWaiting}); err != nil {
					return err
				}
			}
			if n > bulkMost {
				return errBulkMost()
			}
			j.Mark["n"], j.Mark["cursor"], j.Mark["gathered"] = n, next, next == ""
			j.Total = n
			return w.bulkLabel(in, j, ids)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// bulkLabel notes in words what the batch does, from the first record of it.
func (w *work) bulkLabel(in *BulkAct, j *domain.Job, ids []domain.RecordID) error {
	if len(ids) == 0 || j.Result["label"] != nil {
		return nil
	}
	r, _, err := w.row(ids[0])
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	j.Result["program"], j.Result["record"], j.Result["record_label"] = r.P.Key, r.Key, r.T.Label
	switch in.Op {
	case "move":
		if mv := r.T.Moves.Get(in.Move); mv != nil {
			j.Result["label"] = mv.Label
			if st := r.T.Stages.Get(mv.To); st != nil {
				j.Result["stage"] = st.Label
			}
		}
	case "match":
		if m := r.P.Matches.Get(in.Match); m != nil {
			j.Result["label"] = m.Label
		}
		names, err := w.offerNames(in.Offers)
		if err != nil {
			return err
		}
		if names != "" {
			j.Result["to"] = names
		}
	case "owner":
		if acc, err := w.Account(in.Account); err == nil {
			j.Result["to"] = acc.Name
		}
	}
	return nil
}

// offerNames words who is to receive, as far as the reader may know them.
func (w *work) offerNames(offers []string) (string, error) {
	var names []string
	for _, id := range offers {
		if o, _, err := w.row(domain.RecordID(id)); err == nil {
			name := offerTitle(o)
			if name == "" {
				name = o.Title()
			}
			names = append(names, name)
		} else if domain.KindOf(err) != domain.KindNotFound {
			return "", err
		} else if org, err := w.Org(domain.OrgID(id)); err == nil {
			names = append(names, org.Name)
		}
	}
	return strings.Join(names, "、"), nil
}

// errDry ends the part of a transaction in which a preview has played an act.
var errDry = errors.New("app: only tried")

// fork is a use case of its own on the same transaction. Live offers, which every
// record of a batch may be matched with, are read once.
func (w *work) fork(tx *store.Tx) *work {
	x := &work{app: w.app, who: w.who, tx: tx, set: w.set, trace: &trace{}}
	x.c.offers = w.c.offers
	x.unit = record.Begin(x)
	return x
}

// bulkItem does, or only tries, one record of a batch and notes what came of it.
func (w *work) bulkItem(in *BulkAct, j *domain.Job, it *domain.JobItem, dry bool) error {
	var x *work
	seen := it.Data
	it.Data = map[string]any{}
	err := w.tx.Nested(func(tx *store.Tx) error {
		x = w.fork(tx)
		if err := x.bulkAct(in, it, seen, dry); err != nil {
			return err
		}
		if err := x.unit.Finish(); err != nil {
			return err
		}
		if dry {
			return errDry
		}
		return nil
	})
	j.Done++
	switch {
	case err == nil:
		w.after = append(w.after, x.after...)
		if it.State = domain.ItemDone; !x.trace.lasting {
			it.Undo = x.trace.image()
		} else {
			it.Data["lasting"] = true
			j.Result["lasting"] = asInt64(j.Result["lasting"]) + 1
		}
	case errors.Is(err, errDry):
		if it.Data["proposal"] != nil {
			j.Result["proposes"] = true
		}
		if it.State = domain.ItemDone; x.trace.lasting {
			j.Result["lasting"] = asInt64(j.Result["lasting"]) + 1
		}
	case passing(err):
		return err
	default:
		j.Failed++
		it.State = domain.ItemFailed
		w.refusal(it, err)
	}
	if w.c.offers = x.c.offers; x.trace.offers || it.State == domain.ItemFailed {
		w.c.offers = nil // one may have been changed in memory only
	}
	return w.tx.EndJobItem(it)
}

// refusal writes down why, so that it can be said in the reader's language.
func (w *work) refusal(it *domain.JobItem, err error) {
	it.Code = domain.CodeOf(err)
	var e *domain.Error
	if !errors.As(err, &e) {
		w.app.Log.Error("batch item", "record", it.Target, "err", err)
		return
	}
	args := map[string]any{}
	for k, v := range e.Args {
		args[k] = v
	}
	if len(e.Fields) > 0 { // what is wrong stands in the fields: the first says it
		f := e.Fields[0]
		if e.Code == "fields_invalid" {
			it.Code = f.Code
		}
		for k, v := range f.Args {
			args[k] = v
		}
	}
	delete(args, "rev")
	it.Data["args"] = args
}

// remindGap keeps people from being reminded of one thing again and again.
const remindGap = 4 * time.Hour

func (w *work) bulkAct(in *BulkAct, it *domain.JobItem, seen map[string]any, dry bool) error {
	id := domain.RecordID(it.Target)
	r, _, err := w.row(id)
	if err != nil {
		return err
	}
	if dry {
		it.Data["stage"], it.Data["owner"] = r.Stage, string(r.Owner)
	} else if s, ok := seen["stage"]; ok && (asText(s) != r.Stage || asText(seen["owner"]) != string(r.Owner)) {
		return domain.E(domain.KindConflict, "bulk_changed")
	}
	switch in.Op {
	case "move":
		if err := w.move(id, in.Move, in.Act); err != nil {
			return err
		}
		return w.propose(in, it, seen, dry, r)
	case "match":
		return w.choose(id, in.Match, in.Offers)
	case "owner":
		if r.Owner == in.Account {
			return domain.E(domain.KindRefused, "owner_same")
		}
		return w.handOver(id, in.Account, in.Org)
	}
	return w.remindOf(r)
}

// remindOf asks those who have to act on a running record to do so: its owner, or
// whoever may make its next moves.
func (w *work) remindOf(r *record.Row) error {
	switch {
	case !w.mayHandOver(r):
		return domain.E(domain.KindForbidden, "remind_forbidden")
	case !r.Ended.IsZero():
		return domain.E(domain.KindRefused, "remind_ended")
	case w.Now().Sub(r.Hist["x:remind"]) < remindGap:
		return domain.E(domain.KindRefused, "remind_soon", "hours", itoa64(int64(remindGap/time.Hour)))
	}
	var roles []string
	for _, mv := range r.T.Moves.All() {
		if mv.Intake() || !slices.Contains(mv.From, r.Stage) || voidStage(r.T, mv.To) {
			continue
		}
		for _, k := range mv.By {
			if !slices.Contains(roles, k) {
				roles = append(roles, k)
			}
		}
	}
	if len(roles) == 0 {
		return domain.E(domain.KindRefused, "remind_nobody")
	}
	if r.Hist == nil {
		r.Hist = map[string]time.Time{}
	}
	r.Hist["x:remind"] = w.Now()
	text := "催办：" + strings.TrimSpace(r.T.Label+" "+r.RefNo) + "，请尽快办理"
	for _, k := range roles {
		if err := w.Notify(record.Notice{Program: r.P.Key, Role: k, Record: r.Record, Via: []string{"push"}, Text: text, Why: "remind"}); err != nil {
			return err
		}
	}
	return w.unit.Note(r, "remind", map[string]any{})
}
