package app

import (
	"container/list"
	"slices"
	"sync"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// recentMost bounds the records kept in memory (about 3 KiB each, with their rows).
const recentMost = 2000

// recent keeps the records that lists show again and again, each as of one version:
// a transaction that finds another version reads the row. So what it gives is never
// older or newer than the snapshot it is asked in, whoever wrote it.
type recent struct {
	mu  sync.Mutex
	by  map[recentKey]*list.Element // of *recentRecord
	use *list.List                  // latest use in front
}

type recentKey struct {
	county domain.CountyCode
	id     domain.RecordID
}

// recentRecord is one version of a record and the list rows made of it. Its record
// is shared and never changed: who works on it takes a copy.
type recentRecord struct {
	key recentKey
	rec *domain.Record
	// plain: nothing of it can be sealed, so that looking at it changes nothing.
	plain bool

	mu   sync.Mutex
	rows []recentRow
}

// recentRow is the row of a list, as every reader of one class and language sees it. The names in
// it were true when it was made; see places for how long that is trusted.
type recentRow struct {
	prog  *program.Program
	class domain.Class
	lang  string
	names uint64
	made  time.Time
	sum   *RecordSummary
}

func newRecent() *recent { return &recent{by: map[recentKey]*list.Element{}, use: list.New()} }

// get gives the versions that are here; nil where one is not.
func (h *recent) get(county domain.CountyCode, refs []store.RecordRef) []*recentRecord {
	out := make([]*recentRecord, len(refs))
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range refs {
		e := h.by[recentKey{county, refs[i].ID}]
		if e == nil {
			continue
		}
		if x := e.Value.(*recentRecord); x.rec.Rev == refs[i].Rev {
			h.use.MoveToFront(e)
			out[i] = x
		}
	}
	return out
}

// put keeps records that were read. An older version never displaces a newer one.
func (h *recent) put(county domain.CountyCode, recs []domain.Record) []*recentRecord {
	out := make([]*recentRecord, len(recs))
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range recs {
		x := &recentRecord{key: recentKey{county, recs[i].ID}, rec: &recs[i]}
		out[i] = x
		if e := h.by[x.key]; e != nil {
			if e.Value.(*recentRecord).rec.Rev < x.rec.Rev {
				e.Value = x
			}
			h.use.MoveToFront(e)
			continue
		}
		h.by[x.key] = h.use.PushFront(x)
		if h.use.Len() > recentMost {
			old := h.use.Back()
			h.use.Remove(old)
			delete(h.by, old.Value.(*recentRecord).key)
		}
	}
	return out
}

// row gives the list row that was made for readers of a class, if it still holds.
func (x *recentRecord) row(p *program.Program, class domain.Class, lang string, names uint64, now time.Time) *RecordSummary {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.rows {
		r := &x.rows[i]
		if r.prog == p && r.class == class && r.lang == lang && r.names == names && now.Sub(r.made) < placesTTL {
			return r.sum
		}
	}
	return nil
}

// keep puts a list row in the place of the one that was made for the same readers.
func (x *recentRecord) keep(row recentRow) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.rows {
		if x.rows[i].class == row.class && x.rows[i].lang == row.lang {
			x.rows[i] = row
			return
		}
	}
	x.rows = append(x.rows, row)
}

// names counts the changes of names that list rows show.
func (a *App) names() uint64 { return a.orgs.gen.Load() + a.regions.gen.Load() + a.accounts.gen.Load() }

// records gives the records of a page in its order, from memory where this very
// version is there.
func (w *work) records(refs []store.RecordRef) ([]*recentRecord, error) {
	out := w.app.recent.get(w.who.County, refs)
	var ids []domain.RecordID
	at := map[domain.RecordID]int{}
	for i := range refs {
		if out[i] == nil {
			ids = append(ids, refs[i].ID)
			at[refs[i].ID] = i
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	recs, err := w.tx.RecordsByID(ids)
	if err != nil {
		return nil, err
	}
	for _, x := range w.app.recent.put(w.who.County, recs) {
		out[at[x.rec.ID]] = x
	}
	return out, nil
}

// rows makes the rows of a list.
func (w *work) rows(refs []store.RecordRef) ([]RecordSummary, error) {
	recs, err := w.records(refs)
	if err != nil {
		return nil, err
	}
	recs = slices.DeleteFunc(recs, func(x *recentRecord) bool { return x == nil })
	var open []domain.RecordID
	for _, x := range recs {
		if x.rec.Ended.IsZero() {
			open = append(open, x.rec.ID)
		}
	}
	clocks, err := w.tx.RunningClocks(open)
	if err != nil {
		return nil, err
	}
	return w.rowsOf(recs, func(i int) []domain.Clock { return clocks[recs[i].rec.ID] })
}

// frontRows makes the rows of a list that is kept in memory.
func (w *work) frontRows(list []*store.FrontRecord) ([]RecordSummary, error) {
	recs := make([]*recentRecord, len(list))
	for i, f := range list {
		x, _ := f.Memo.Load().(*recentRecord)
		if x == nil {
			x = w.recentOf(&f.Record)
			f.Memo.Store(x)
		}
		recs[i] = x
	}
	return w.rowsOf(recs, func(i int) []domain.Clock {
		if !list[i].Record.Ended.IsZero() {
			return nil
		}
		return list[i].Clocks
	})
}

func (w *work) rowsOf(recs []*recentRecord, clocks func(int) []domain.Clock) ([]RecordSummary, error) {
	names, now := w.app.names(), time.Now()
	out := make([]RecordSummary, 0, len(recs))
	for i, x := range recs {
		r, err := w.glance(x)
		if err != nil {
			return nil, err
		}
		sum, err := w.recentSummary(x, r, names, now)
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue
			}
			return nil, err
		}
		out = append(out, *sum)
		out[len(out)-1].Due = w.nearest(r, clocks(i))
	}
	return out, nil
}

// recentOf makes the memory of a shared record.
func (w *work) recentOf(rec *domain.Record) *recentRecord {
	x := &recentRecord{rec: rec}
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return x
	}
	t := p.Records.Get(rec.Key)
	if t == nil {
		return x
	}
	for _, f := range t.Fields.All() {
		if f.Class >= domain.Personal {
			return x
		}
	}
	own := *rec
	own.Secret = map[string]any{}
	return &recentRecord{rec: &own, plain: true}
}

// glance makes a row to look at. Opening a sealed part would write into the shared
// record: where there may be one, the row gets a copy.
func (w *work) glance(x *recentRecord) (*record.Row, error) {
	if x.plain {
		return w.unit.Glance(x.rec)
	}
	own := *x.rec
	return w.unit.Glance(&own)
}

// recentSummary is look and summary, from memory where all readers of the same
// class see the same: a row that names no person and no other record.
func (w *work) recentSummary(x *recentRecord, r *record.Row, names uint64, now time.Time) (*RecordSummary, error) {
	s, err := w.look(r)
	if err != nil {
		return nil, err
	}
	alike := s.full && len(s.extra) == 0 && len(s.slice) == 0 && namesNobody(r)
	if alike {
		if sum := x.row(r.P, s.class, w.who.Lang, names, now); sum != nil {
			return sum, nil
		}
	}
	sum, err := w.summary(r, s)
	if err == nil && alike {
		sum.written = writeSummary(&sum)
		x.keep(recentRow{prog: r.P, class: s.class, lang: w.who.Lang, names: names, made: now, sum: &sum})
	}
	return &sum, err
}

// namesNobody: nothing in the row's summary hangs on a party or on another record.
func namesNobody(r *record.Row) bool {
	if r.Subject != "" || r.Noun == domain.Order {
		return false
	}
	for _, f := range r.T.Fields.All() {
		switch f.Type {
		case program.TypePerson, program.TypeParty, program.TypeRef:
			return false
		}
	}
	return true
}
