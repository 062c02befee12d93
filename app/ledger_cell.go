package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// CellQuery names one figure of a ledger: a column or total, and the row's area
// ("" for the whole table). A ratio is opened by its upper (0) or lower (1) part.
type CellQuery struct {
	Period string
	Row    string
	Part   int
	Cursor string
	Limit  int
}

// CellView is what a figure of a ledger is made of. Count is the number of all its
// rows, also of those that the reader may not open: for a count it is the figure.
type CellView struct {
	Label    string     `json:"label"`
	Row      string     `json:"row,omitempty"`
	Period   string     `json:"period"`
	Parts    []Choice   `json:"parts"` // of a ratio
	Kind     string     `json:"kind"`  // count, sum, distinct, median, p90
	Unit     string     `json:"unit"`
	Count    int64      `json:"count"`
	Sum      int64      `json:"sum"`
	FrozenAt *time.Time `json:"frozen_at,omitempty"` // made of what was recorded until then
	Items    []CellRow  `json:"items"`
	Next     *string    `json:"next"`
}

// CellRow is one record of a figure, or one member of a distinct count. What the
// reader may not open is only counted.
type CellRow struct {
	Key    string         `json:"key,omitempty"`
	Hidden bool           `json:"hidden,omitempty"`
	Label  string         `json:"label,omitempty"`
	Record *RecordSummary `json:"record,omitempty"`
	Party  *PartyRef      `json:"party,omitempty"`
	Value  int64          `json:"value"`
	Events []CellEvent    `json:"events"`
}

// CellEvent is one happening that was counted.
type CellEvent struct {
	ID    domain.EventID `json:"id"`
	Label string         `json:"label"`
	At    time.Time      `json:"at"`
	Value int64          `json:"value"`
}

// cellEvents is how many happenings a page of a cell names.
const cellEvents = 1000

// openable is a figure that happenings make up, as the counters know it.
type openable struct {
	stat *program.Stat
	key  string // of the counter
	agg  string
}

// opens gives the counter behind a figure or one part of a ratio; nil when the figure
// is not made of happenings (divisions, rosters).
func opens(p *program.Program, st *program.Stat, part int) *openable {
	switch {
	case st == nil:
		return nil
	case st.Kind == "ratio" || st.Kind == "per":
		if part < 0 || part >= len(st.Parts) {
			return nil
		}
		if sub := p.Stats.Get(st.Parts[part]); sub != nil {
			return opens(p, sub, 0)
		}
		return &openable{st, record.PartKey(st.Key, part), "count"}
	case st.Kind == "stock" && (strings.HasPrefix(source0(st), "region") || strings.HasPrefix(source0(st), "roster.")):
		return nil
	}
	agg := st.Agg
	if agg == "" {
		agg = "count"
	}
	return &openable{st, st.Key, agg}
}

// LedgerCell opens one figure of a ledger: the records it is made of, with what
// happened to them. Of a frozen ledger it is what stood when it was frozen.
func (a *App) LedgerCell(ctx context.Context, who *Who, prog, key, stat string, q CellQuery) (v *CellView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, l, err := w.ledger(prog, key)
		if err != nil {
			return err
		}
		path, signer, err := w.ledgerScope(p, l)
		if err != nil {
			return err
		}
		st := p.Stats.Get(stat)
		o := opens(p, st, q.Part)
		if o == nil || !slices.Contains(l.Stats, stat) && !slices.Contains(l.Total, stat) {
			return domain.NotFound("ledger_cell")
		}
		table, err := w.ledgerView(p, l, q.Period, path, signer)
		if err != nil {
			return err
		}
		if err := table.shows(st, q.Row); err != nil {
			return err
		}
		f, label, err := w.cellRange(o, path, q)
		if err != nil {
			return err
		}
		if table.FrozenAt != nil {
			f.Before = *table.FrozenAt
		}
		v = &CellView{Label: w.words(p).Stat(st), Row: label, Period: q.Period, Kind: o.agg, Unit: o.stat.Unit, FrozenAt: table.FrozenAt, Parts: w.cellParts(p, st), Items: []CellRow{}}
		return w.cellPage(p, o, f, v)
	})
	return v, err
}

// shows refuses a cell that is kept small: neither itself nor the whole, from which
// it could be found by subtraction, is opened.
func (v *LedgerView) shows(st *program.Stat, row string) error {
	known := row == ""
	for _, r := range v.Rows {
		known = known || r.Key == row
		if st.Suppress > 0 && (r.Key == row || row == "") && strings.HasPrefix(r.Labels[st.Key], "＜") {
			return domain.E(domain.KindForbidden, "cell_suppressed")
		}
	}
	if _, ok := v.Total[st.Key]; st.Suppress > 0 && row == "" && !ok {
		return domain.E(domain.KindForbidden, "cell_suppressed")
	}
	if !known {
		return domain.NotFound("ledger_cell")
	}
	return nil
}

// cellRange turns a cell into a range of what was counted.
func (w *work) cellRange(o *openable, path string, q CellQuery) (f store.FactFilter, label string, err error) {
	s, err := parsePeriod(q.Period)
	if err != nil {
		return f, "", err
	}
	if o.stat.Kind == "stock" {
		s.from, s.net = allTime.from, true
	}
	f = store.FactFilter{StatRange: store.StatRange{Stat: o.key, From: s.from, Until: s.until, Path: path, Net: s.net}, Member: o.agg == "distinct", After: q.Cursor, Limit: limitOf(q.Limit)}
	if q.Row == "" {
		return f, "", nil
	}
	g, err := w.Region(domain.RegionID(q.Row))
	if err != nil || !record.InPath(g.Path, path) && !record.InPath(path, g.Path) {
		return f, "", domain.NotFound("ledger_cell")
	}
	// What happened in the county itself has no town: a row of its own.
	f.Path, f.Here = g.Path, townOf(g.Path+"/x/x") != string(g.ID)
	return f, g.Name, nil
}

// cellParts names the two parts of a ratio.
func (w *work) cellParts(p *program.Program, st *program.Stat) []Choice {
	out := []Choice{}
	if st.Kind != "ratio" && st.Kind != "per" {
		return out
	}
	for i, name := range st.Parts {
		label := w.pick([]string{"分子", "分母"}[i%2], []string{"Numerator", "Denominator"}[i%2])
		if sub := p.Stats.Get(name); sub != nil {
			label = w.words(p).Stat(sub)
		}
		if opens(p, st, i) != nil {
			out = append(out, Choice{itoa64(int64(i)), label})
		}
	}
	return out
}

func (w *work) cellPage(p *program.Program, o *openable, f store.FactFilter, v *CellView) error {
	f.Program = p.Key
	sum, err := w.tx.FactSum(f)
	if err != nil {
		return err
	}
	v.Count, v.Sum = sum.Groups, cellValue(o.agg, sum.Value, sum.N, sum.Groups)
	limit := f.Limit
	f.Limit++
	groups, err := w.tx.FactGroups(f)
	if err != nil {
		return err
	}
	if len(groups) > limit {
		groups = groups[:limit]
		v.Next = &groups[limit-1].Key
	}
	facts, err := w.tx.FactsOf(f, groups, cellEvents)
	if err != nil {
		return err
	}
	by := map[string][]domain.Fact{}
	for _, x := range facts {
		k := string(x.Record)
		if f.Member {
			k = x.Member
		} else if k == "" {
			k = string(x.Event)
		}
		by[k] = append(by[k], x)
	}
	for i := range groups {
		row, err := w.cellRow(o, &groups[i], by[groups[i].Key])
		if err != nil {
			return err
		}
		v.Items = append(v.Items, row)
	}
	return nil
}

func cellValue(agg string, value, n, groups int64) int64 {
	switch agg {
	case "count":
		return n
	case "distinct":
		return groups
	}
	return value
}

// cellRow shows one group as far as the reader may open it.
func (w *work) cellRow(o *openable, g *store.FactGroup, facts []domain.Fact) (CellRow, error) {
	row := CellRow{Value: cellValue(o.agg, g.Value, g.N, 1), Events: []CellEvent{}}
	var r *record.Row
	if g.Record != "" {
		found, s, err := w.row(g.Record)
		switch {
		case err == nil:
			sum, err := w.summary(found, s)
			if err != nil {
				return row, err
			}
			r, row.Record, row.Label = found, &sum, sum.Title
		case domain.KindOf(err) != domain.KindNotFound:
			return row, err
		}
	}
	if err := w.cellWho(o, g, &row); err != nil {
		return row, err
	}
	if row.Record == nil && row.Party == nil && row.Label == "" {
		row.Hidden = true
		return row, nil
	}
	row.Key = g.Key
	for _, x := range facts {
		e, err := w.tx.Event(x.Event)
		if err != nil {
			return row, err
		}
		c := CellEvent{ID: e.ID, At: e.OccurredAt, Value: cellValue(o.agg, x.Value, x.N, x.N)}
		if r != nil && e.Record == r.ID {
			c.Label = w.eventLabel(r, e)
		} else if l, ok := eventLabels[e.Type]; ok {
			c.Label = w.pick(l[0], l[1])
		}
		row.Events = append(row.Events, c)
	}
	return row, nil
}

// cellWho names the member of a distinct count, or the party of a happening that has
// no record, where the reader may know them.
func (w *work) cellWho(o *openable, g *store.FactGroup, row *CellRow) error {
	id := domain.PartyID("")
	switch {
	case o.agg == "distinct":
		id = domain.PartyID(g.Key)
	case g.Record == "":
		e, err := w.tx.Event(g.Last)
		if err != nil {
			return err
		}
		id = e.Subject
	}
	if id == "" {
		return nil
	}
	if pt, err := w.party(id); err == nil {
		row.Party = &PartyRef{pt.ID, pt.Kind, shownName(pt, w.partyClass(pt))}
		row.Label = row.Party.Name
		return nil
	} else if domain.KindOf(err) != domain.KindNotFound {
		return err
	}
	if o.agg != "distinct" {
		return nil
	}
	if org, err := w.Org(domain.OrgID(id)); err == nil {
		row.Label = org.Name
	}
	return nil
}

// openColumns lists the figures of a ledger that can be opened.
func openColumns(p *program.Program, l *program.Ledger) []string {
	out := []string{}
	for _, k := range append(slices.Clone(l.Stats), l.Total...) {
		st := p.Stats.Get(k)
		if st != nil && (opens(p, st, 0) != nil || (st.Kind == "ratio" || st.Kind == "per") && opens(p, st, 1) != nil) {
			out = append(out, k)
		}
	}
	return out
}
