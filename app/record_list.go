package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// RecordQuery are the filters of a list.
type RecordQuery struct {
	Program string           `json:"program,omitempty"`
	Record  string           `json:"record,omitempty"`
	Noun    domain.Noun      `json:"noun,omitempty"`
	Stage   string           `json:"stage,omitempty"`
	Phase   string           `json:"phase,omitempty"`
	Subject domain.PartyID   `json:"subject,omitempty"`
	Parent  domain.RecordID  `json:"parent,omitempty"`
	Owner   domain.AccountID `json:"owner,omitempty"` // OwnerMe, OwnerNone, or an account
	Region  domain.RegionID  `json:"region,omitempty"`
	Q       string           `json:"q,omitempty"`
	Overdue bool             `json:"overdue,omitempty"`
	Running bool             `json:"running,omitempty"`
	Mine    bool             `json:"mine,omitempty"` // what concerns the reader, not all that he may see
	Cursor  string           `json:"-"`
	Limit   int              `json:"-"`
}

// Owners that a list may ask for beside an account.
const (
	OwnerMe   = "me"
	OwnerNone = "none"
)

func (w *work) filter(q RecordQuery) (store.RecordFilter, error) {
	f := store.RecordFilter{Program: q.Program, Subject: q.Subject, Parent: q.Parent, Running: q.Running, Query: q.Q, Cursor: q.Cursor, Limit: min(max(q.Limit, 0), 200)}
	if q.Record != "" {
		f.Keys = []string{q.Record}
	}
	if q.Stage != "" {
		f.Stages = []string{q.Stage}
	}
	if q.Phase != "" {
		f.Phases = []domain.Phase{domain.Phase(q.Phase)}
	}
	if q.Noun != "" {
		f.Nouns = []domain.Noun{q.Noun}
	}
	switch q.Owner {
	case "":
	case OwnerMe:
		f.Owner = w.who.Account
	case OwnerNone:
		f.Unowned = true
	default:
		f.Owner = q.Owner
	}
	if q.Region != "" {
		reg, err := w.Region(q.Region)
		if err != nil {
			return f, domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
		}
		f.Path = reg.Path
	}
	f.Access = w.access(q.Program, q.Record)
	if q.Mine {
		f.Access = slices.DeleteFunc(slices.Clone(f.Access), func(c store.AccessClause) bool {
			return c.Owner == "" && c.OwnerOrg == "" && c.Provider == "" && len(c.Subjects) == 0
		})
	}
	return f, w.narrow(&f)
}

// narrow turns what somebody typed into a condition: a reference number, the name
// of somebody within his sight, or words of the records themselves.
func (w *work) narrow(f *store.RecordFilter) error {
	text := strings.TrimSpace(f.Query)
	if text == "" {
		return nil
	}
	if refLike(text) {
		f.Query = ""
		rec, err := orNil(w.tx.RecordByRef(text))
		f.IDs = []domain.RecordID{}
		if rec != nil {
			f.IDs = append(f.IDs, rec.ID)
		}
		return err
	}
	var found List[PartySummary]
	if err := w.scanParties(store.PartyFilter{Query: text, Open: true}, PartyQuery{Limit: 100}, &found); err != nil {
		return err
	}
	if len(found.Items) > 0 {
		f.Query, f.Subjects = "", []domain.PartyID{}
		for _, p := range found.Items {
			f.Subjects = append(f.Subjects, p.ID)
		}
	}
	return nil
}

// refLike: 110114-26-000123.
func refLike(s string) bool {
	return strings.Count(s, "-") == 2 && strings.IndexFunc(s, func(r rune) bool { return r != '-' && (r < '0' || r > '9') }) < 0
}

// access gives the clauses by which the reader may list records.
func (w *work) access(prog, rec string) []store.AccessClause {
	if w.who.System {
		return store.AccessAll
	}
	out := []store.AccessClause{}
	for i := range w.who.Glasses {
		g := &w.who.Glasses[i]
		if p := w.set.set.Programs.Get(g.Program); p != nil && w.who.Glass(g.Program, g.Party, w.Now()) == g && (prog == "" || prog == g.Program) {
			keys := p.Records.Keys()
			if rec != "" {
				keys = slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return k != rec })
			}
			out = append(out, store.AccessClause{MaxClass: domain.Sealed, Program: g.Program, Keys: keys, Subjects: []domain.PartyID{g.Party}})
		}
	}
	for _, p := range w.set.set.Programs.All() {
		if prog != "" && p.Key != prog {
			continue
		}
		for _, t := range p.Records.All() {
			if rec != "" && t.Key != rec {
				continue
			}
			for _, c := range record.Where(w.who.Actor, p, t, w.Now()) {
				out = append(out, clauses(p.Key, t.Key, t.Class, c)...)
			}
		}
	}
	return merge(out)
}

func clauses(prog, key string, class domain.Class, c record.Access) (out []store.AccessClause) {
	base := store.AccessClause{MaxClass: domain.Sealed, Program: prog, Keys: []string{key}}
	add := func(set func(*store.AccessClause)) {
		x := base
		set(&x)
		out = append(out, x)
	}
	if c.All {
		out = append(out, base)
	}
	for _, p := range c.Paths {
		add(func(x *store.AccessClause) { x.Path = p })
	}
	if c.Owner != "" {
		add(func(x *store.AccessClause) { x.Owner = c.Owner })
	}
	for _, o := range c.OwnerOrgs {
		add(func(x *store.AccessClause) { x.OwnerOrg = o })
	}
	for _, o := range c.Providers {
		add(func(x *store.AccessClause) { x.Provider = o })
	}
	if len(c.Subjects) > 0 {
		add(func(x *store.AccessClause) { x.Subjects = c.Subjects })
	}
	return out
}

// merge joins clauses that differ only in their keys, so that the SQL stays short.
func merge(list []store.AccessClause) []store.AccessClause {
	out := make([]store.AccessClause, 0, len(list))
	for _, c := range list {
		i := slices.IndexFunc(out, func(o store.AccessClause) bool {
			return o.Program == c.Program && o.Path == c.Path && o.Owner == c.Owner && o.OwnerOrg == c.OwnerOrg && o.Provider == c.Provider && slices.Equal(o.Subjects, c.Subjects)
		})
		if i < 0 {
			out = append(out, c)
			continue
		}
		for _, k := range c.Keys {
			if !slices.Contains(out[i].Keys, k) {
				out[i].Keys = append(out[i].Keys, k)
			}
		}
	}
	return out
}

// Records lists what the reader may see, newest first.
func (a *App) Records(ctx context.Context, who *Who, q RecordQuery) (l List[RecordSummary], err error) {
	err = a.read(ctx, who, func(w *work) error {
		f, err := w.filter(q)
		if err != nil {
			return err
		}
		if q.Overdue {
			return w.overdue(f, &l)
		}
		front, ok, err := w.tx.Front(f)
		if err != nil {
			return err
		}
		if ok {
			items, err := w.frontRows(front.Items)
			l = listOf(items, front.Next)
			return err
		}
		page, err := w.tx.RecordRefs(f)
		if err != nil {
			return err
		}
		items, err := w.rows(page.Items)
		l = listOf(items, page.Next)
		return err
	})
	return l, err
}

// overdue lists running records with a clock past due, longest overdue first.
func (w *work) overdue(f store.RecordFilter, l *List[RecordSummary]) error {
	ids, next, err := w.tx.OverdueRecords(w.Now(), f)
	if err != nil {
		return err
	}
	f.IDs, f.Cursor = ids, ""
	if len(ids) == 0 {
		*l = listOf[RecordSummary](nil, "")
		return nil
	}
	page, err := w.tx.Records(f)
	if err != nil {
		return err
	}
	items, err := w.summaries(page.Items)
	*l = listOf(items, next)
	return err
}

// running picks the records that have not ended: only theirs are clocks that run.
func running(recs []domain.Record) []domain.RecordID {
	var ids []domain.RecordID
	for i := range recs {
		if recs[i].Ended.IsZero() {
			ids = append(ids, recs[i].ID)
		}
	}
	return ids
}

func (w *work) summaries(recs []domain.Record) ([]RecordSummary, error) {
	clocks, err := w.tx.RunningClocks(running(recs))
	if err != nil {
		return nil, err
	}
	out := make([]RecordSummary, 0, len(recs))
	for i := range recs {
		r, err := w.unit.Adopt(&recs[i])
		if err != nil {
			return nil, err
		}
		s, err := w.look(r)
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue
			}
			return nil, err
		}
		sum, err := w.summary(r, s)
		if err != nil {
			return nil, err
		}
		sum.Due = w.nearest(r, clocks[r.ID])
		out = append(out, sum)
	}
	return out, nil
}

// countCap is where counting a list stops.
const countCap = 10_000

// CountRecords counts a list, up to the cap.
func (a *App) CountRecords(ctx context.Context, who *Who, q RecordQuery) (n int, more bool, err error) {
	err = a.read(ctx, who, func(w *work) error {
		f, err := w.filter(q)
		if err != nil {
			return err
		}
		n, err = w.tx.CountRecords(f, countCap+1)
		if n > countCap {
			n, more = countCap, true
		}
		return err
	})
	return n, more, err
}
