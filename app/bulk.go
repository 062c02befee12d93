package app

import (
	"context"
	"maps"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// Kinds of jobs by which many records are worked on at once: what would happen,
// doing it, and taking it back.
const (
	jobBulkCheck = "bulk_check"
	jobBulk      = "bulk"
	jobBulkUndo  = "bulk_undo"
)

const (
	bulkMost   = 20_000         // records of one batch: a job of some twenty seconds
	bulkChunk  = 50             // records of one transaction: other writers wait that long (about 1 ms a record)
	bulkUndoes = 24 * time.Hour // a batch can be taken back for
	bulkWhys   = 50             // different reasons that are shown
	// bulkCheckFor is how long a preview may be confirmed: what it says grows old.
	bulkCheckFor = time.Hour
)

// BulkAct is one thing to be done with many records: those named, or all that a
// list shows. Op is move (Move, Act), match (Match, Offers; none = the best fit of
// each), owner (Account, Org), or remind.
type BulkAct struct {
	Op      string            `json:"op"`
	Move    string            `json:"move,omitempty"`
	Act     Act               `json:"act,omitzero"`
	Match   string            `json:"match,omitempty"`
	Offers  []string          `json:"offers,omitempty"`
	Account domain.AccountID  `json:"account,omitempty"`
	Org     domain.OrgID      `json:"org,omitempty"`
	IDs     []domain.RecordID `json:"ids,omitempty"`
	Filter  *RecordQuery      `json:"filter,omitempty"`
}

// CheckBulk starts a preview: the job tells how many would be done, how many would
// be refused and why, and changes nothing.
func (a *App) CheckBulk(ctx context.Context, who *Who, once Once, in BulkAct) (*JobView, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return onceAnswered(ctx, a, who, once, func(w *work) (*JobView, error) {
		payload, err := asPayload(in)
		if err != nil {
			return nil, err
		}
		j, err := w.startJob(jobBulkCheck, payload, len(in.IDs))
		if err != nil {
			return nil, err
		}
		v := jobView(j)
		return &v, nil
	})
}

func (b *BulkAct) check() error {
	bad := func(path string) error {
		return domain.E(domain.KindInvalid, "fields_invalid").With(path, "required", "label", path)
	}
	switch {
	case !slices.Contains([]string{"move", "match", "owner", "remind"}, b.Op):
		return bad("op")
	case b.Op == "move" && b.Move == "":
		return bad("move")
	case b.Op == "match" && b.Match == "":
		return bad("match")
	case b.Op == "owner" && b.Account == "":
		return bad("account")
	case (len(b.IDs) == 0) == (b.Filter == nil):
		return bad("ids")
	case len(b.IDs) > bulkMost:
		return errBulkMost()
	case b.Filter != nil && (b.Filter.Program == "" || b.Filter.Record == ""):
		return bad("filter.record")
	}
	return nil
}

func errBulkMost() error {
	return domain.E(domain.KindInvalid, "bulk_too_many", "max", itoa64(bulkMost)).With("ids", "bulk_too_many", "max", itoa64(bulkMost))
}

// ConfirmBulk does what a preview has shown, with those records that it let pass.
func (a *App) ConfirmBulk(ctx context.Context, who *Who, once Once, id string) (*JobView, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*JobView, error) {
		check, err := w.bulkJob(id, jobBulkCheck)
		if err != nil {
			return nil, err
		}
		switch {
		case check.State != domain.JobDone || check.Result["run"] != nil:
			return nil, domain.E(domain.KindConflict, "bulk_not_ready")
		case w.Now().Sub(check.Ended) > bulkCheckFor:
			return nil, domain.E(domain.KindConflict, "bulk_old")
		case check.Done == check.Failed:
			return nil, domain.E(domain.KindRefused, "bulk_none")
		}
		payload := maps.Clone(check.Payload)
		delete(payload, "ids")
		delete(payload, "filter")
		payload["check"] = id
		return w.startNext(check, "run", jobBulk, payload, int(check.Done-check.Failed))
	})
}

// UndoBulk takes a whole batch back; what has moved on since stays, and is listed.
func (a *App) UndoBulk(ctx context.Context, who *Who, once Once, id string) (*JobView, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*JobView, error) {
		done, err := w.bulkJob(id, jobBulk)
		if err != nil {
			return nil, err
		}
		switch {
		case !done.State.Over() || done.Result["undo"] != nil:
			return nil, domain.E(domain.KindConflict, "bulk_not_ready")
		case w.Now().Sub(done.Ended) > bulkUndoes:
			return nil, domain.E(domain.KindRefused, "bulk_undo_late", "hours", itoa64(int64(bulkUndoes/time.Hour)))
		}
		return w.startNext(done, "undo", jobBulkUndo, map[string]any{"bulk": id}, int(done.Done-done.Failed))
	})
}

func (w *work) bulkJob(id, kind string) (*domain.Job, error) {
	j, err := w.ownJob(id)
	if err != nil {
		return nil, err
	}
	if j.Kind != kind {
		return nil, domain.NotFound("job")
	}
	return j, nil
}

// startNext starts the job that follows another, once, and ties the two together.
func (w *work) startNext(after *domain.Job, as, kind string, payload map[string]any, total int) (*JobView, error) {
	known := maps.Clone(after.Result)
	for _, k := range []string{"reasons", "run", "undo", "lasting", "proposes", "proposed", "areas"} {
		delete(known, k)
	}
	j, err := w.startJobWith(kind, payload, known, total)
	if err != nil {
		return nil, err
	}
	result := maps.Clone(after.Result)
	result[as] = j.ID
	if err := w.tx.SetJobResult(after.ID, result); err != nil {
		return nil, err
	}
	v := jobView(j)
	return &v, nil
}

// JobItemView is what became of one record of a batch.
type JobItemView struct {
	N      int64             `json:"n"`
	State  string            `json:"state"`
	Record *JobRecord        `json:"record,omitempty"`
	Type   string            `json:"type,omitempty"`
	Title  string            `json:"title,omitempty"`
	Args   map[string]string `json:"-"`
}

// JobRecord names a record of a batch, as far as its reader may see it now.
type JobRecord struct {
	ID    domain.RecordID `json:"id"`
	RefNo string          `json:"ref_no"`
	Title string          `json:"title"`
	Stage string          `json:"stage_label"`
}

// JobItems lists what became of the records of a batch, in order.
func (a *App) JobItems(ctx context.Context, who *Who, id, state string, after int64, limit int) (l List[JobItemView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		if _, err := w.ownJob(id); err != nil {
			return err
		}
		items, err := w.tx.JobItems(id, state, after, limit)
		if err != nil {
			return err
		}
		out := make([]JobItemView, 0, len(items))
		for i := range items {
			if items[i].State == domain.ItemArea {
				items = items[:i]
				break
			}
			v, err := w.jobItem(&items[i])
			if err != nil {
				return err
			}
			out = append(out, v)
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

func (w *work) jobItem(i *domain.JobItem) (JobItemView, error) {
	v := JobItemView{N: i.N, State: i.State, Type: i.Code, Args: argsOf(i.Data)}
	r, _, err := w.row(domain.RecordID(i.Target))
	switch {
	case err == nil:
		v.Record = &JobRecord{r.ID, r.RefNo, r.Title(), r.StageLabel()}
	case domain.KindOf(err) != domain.KindNotFound:
		return v, err
	}
	return v, nil
}

// argsOf reads the arguments of a refusal back.
func argsOf(data map[string]any) map[string]string {
	args, _ := data["args"].(map[string]any)
	out := map[string]string{}
	for k, x := range args {
		out[k] = asText(x)
	}
	return out
}

// reasons counts the refusals of a job by why.
func (w *work) reasons(job, state string) ([]any, error) {
	list, err := w.tx.JobReasons(job, state, bulkWhys)
	out := make([]any, 0, len(list))
	for _, r := range list {
		args := map[string]any{}
		for k, x := range argsOf(r.Data) {
			args[k] = x
		}
		out = append(out, map[string]any{"type": r.Code, "args": args, "count": r.Count})
	}
	return out, err
}

// bulkIDs gives the next records of a filter, as its owner may list them now.
func (w *work) bulkIDs(q RecordQuery, cursor string) (ids []domain.RecordID, next string, err error) {
	q.Cursor, q.Limit = cursor, 200
	f, err := w.filter(q)
	if err != nil {
		return nil, "", err
	}
	f.Limit = 1000
	if q.Overdue {
		return w.overdueIDs(f)
	}
	page, err := w.tx.Records(f)
	for i := range page.Items {
		ids = append(ids, page.Items[i].ID)
	}
	return ids, page.Next, err
}

func (w *work) overdueIDs(f store.RecordFilter) ([]domain.RecordID, string, error) {
	return w.tx.OverdueRecords(w.Now(), f)
}
