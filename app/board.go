package app

import (
	"context"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// BoardQuery asks for the dispatch board of one kind of order, or for the next page of
// one of its columns: a stage, or BoardWaiting.
type BoardQuery struct {
	Region  domain.RegionID
	Overdue bool
	Column  string
	Cursor  string
	Limit   int
}

// BoardWaiting is the column of what still waits for an order.
const BoardWaiting = "_waiting"

// BoardColumn is one column: how many it holds in all, and a page of them, the longest
// overdue first.
type BoardColumn struct {
	Key    string          `json:"key"`
	Label  string          `json:"label"`
	Record string          `json:"record"` // kind of its cards
	Waits  bool            `json:"waits,omitempty"`
	Count  int             `json:"count"`
	More   bool            `json:"more,omitempty"` // more than Count
	Late   int             `json:"late"`           // of them overdue
	Items  []RecordSummary `json:"items"`
	Next   *string         `json:"next"`
}

// Board gives what a dispatcher sees: what waits, and the orders under way by stage.
func (a *App) Board(ctx context.Context, who *Who, prog, order string, q BoardQuery) (cols []BoardColumn, err error) {
	err = a.read(ctx, who, func(w *work) error {
		cols = nil
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		t := p.Records.Get(order)
		if t == nil || t.Noun != domain.Order {
			return domain.NotFound("record")
		}
		for _, c := range w.boardColumns(p, t) {
			if q.Column != "" && q.Column != c.Key {
				continue
			}
			if err := w.boardColumn(p, t, q, &c); err != nil {
				return err
			}
			cols = append(cols, c)
		}
		if q.Column != "" && len(cols) == 0 {
			return domain.NotFound("record")
		}
		return nil
	})
	return cols, err
}

func (w *work) boardColumns(p *program.Program, t *program.RecordType) (out []BoardColumn) {
	if need := p.Records.Get(t.Of); need != nil {
		out = append(out, BoardColumn{Key: BoardWaiting, Label: w.words(p).Kind(need), Record: need.Key, Waits: true})
	}
	for k, s := range t.Stages.All() {
		if !s.Phase.Final() {
			out = append(out, BoardColumn{Key: k, Label: w.words(p).Stage(t, k), Record: t.Key})
		}
	}
	return out
}

func (w *work) boardColumn(p *program.Program, t *program.RecordType, q BoardQuery, c *BoardColumn) error {
	rq := RecordQuery{Program: p.Key, Record: c.Record, Region: q.Region, Running: true, Cursor: q.Cursor, Limit: q.Limit}
	if !c.Waits {
		rq.Stage = c.Key
	}
	rf, err := w.filter(rq)
	if err != nil {
		return err
	}
	f := store.BoardFilter{RecordFilter: rf}
	if c.Waits {
		f.Unserved = t.Key
	}
	count := func(f store.BoardFilter) (int, error) { return w.tx.CountBoard(f, countCap+1) }
	late := f
	late.Overdue = w.Now()
	if c.Late, err = count(late); err != nil {
		return err
	}
	if q.Overdue {
		f = late
	}
	if c.Count, err = count(f); err != nil {
		return err
	}
	if c.Count > countCap {
		c.Count, c.More = countCap, true
	}
	ids, next, err := w.tx.Board(f)
	if err != nil {
		return err
	}
	if next != "" {
		c.Next = &next
	}
	recs, err := w.tx.RecordsByID(ids)
	if err != nil {
		return err
	}
	byID := make(map[domain.RecordID]int, len(recs))
	for i := range recs {
		byID[recs[i].ID] = i
	}
	ordered := make([]domain.Record, 0, len(recs))
	for _, id := range ids {
		if i, ok := byID[id]; ok {
			ordered = append(ordered, recs[i])
		}
	}
	c.Items, err = w.summaries(ordered)
	return err
}
