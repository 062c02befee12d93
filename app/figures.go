package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// StatView is one figure with its breakdown.
type StatView struct {
	Key        string     `json:"key"`
	Label      string     `json:"label"`
	Unit       string     `json:"unit"`
	Value      int64      `json:"value"`
	Set        bool       `json:"set"` // false: a ratio with nothing to divide by
	Suppressed bool       `json:"suppressed,omitempty"`
	Cells      []StatCell `json:"cells"`
	Period     string     `json:"period"`
}

type StatCell struct {
	Dims       map[string]Choice `json:"dims"`
	Value      int64             `json:"value"`
	Set        bool              `json:"set"`
	Suppressed bool              `json:"suppressed,omitempty"`
}

// StatQuery asks for a figure.
type StatQuery struct {
	Period string          // 2022, 2022-05, 2022-05..2022-06, 2022-05-31..2022-06-30; "" = all time
	By     []string        // dimensions to break down by
	Region domain.RegionID // a subtree within the reader's figures
	Where  []string        // dim:value
}

// span is a range of days, both ends in; net asks what stands at its end.
type span struct {
	from, until domain.Date
	net         bool
}

var allTime = span{from: domain.NewDate(1970, 1, 1), until: domain.NewDate(9999, 12, 31)}

// parsePeriod reads a year, a month, a day, or a range of them.
func parsePeriod(s string) (span, error) {
	if s == "" {
		return allTime, nil
	}
	a, b, ranged := strings.Cut(s, "..")
	from, err := onePeriod(a)
	if err != nil || !ranged {
		return from, err
	}
	to, err := onePeriod(b)
	return span{from: from.from, until: to.until}, err
}

func onePeriod(s string) (span, error) {
	bad := domain.E(domain.KindInvalid, "period").With("period", "period")
	switch len(s) {
	case 4:
		y, err := strconv.Atoi(s)
		if err != nil {
			return span{}, bad
		}
		return span{from: domain.NewDate(y, 1, 1), until: domain.NewDate(y, 12, 31)}, nil
	case 6: // 2022Q2
		y, err := strconv.Atoi(s[:4])
		q, err2 := strconv.Atoi(s[5:])
		if err != nil || err2 != nil || s[4] != 'Q' || q < 1 || q > 4 {
			return span{}, bad
		}
		return span{from: domain.NewDate(y, 3*q-2, 1), until: domain.NewDate(y, 3*q+1, 1) - 1}, nil
	case 7:
		t, err := time.Parse("2006-01", s)
		if err != nil {
			return span{}, bad
		}
		return span{from: domain.NewDate(t.Year(), int(t.Month()), 1), until: domain.NewDate(t.Year(), int(t.Month())+1, 1) - 1}, nil
	case 10:
		d, err := domain.ParseDate(s)
		if err != nil {
			return span{}, bad
		}
		return span{from: d, until: d}, nil
	}
	return span{}, bad
}

// figureScope is where the reader may see a program's figures: his area, or
// nothing. Published figures go another way (notices).
func (w *work) figureScope(p *program.Program, st *program.Stat, region domain.RegionID) (string, error) {
	want := ""
	if region != "" {
		g, err := w.Region(region)
		if err != nil {
			return "", domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
		}
		want = g.Path
	}
	if w.who.System {
		return want, nil
	}
	for _, role := range p.Roles.All() {
		if !role.FiguresAll && !slices.Contains(role.Figures, st.Key) {
			continue
		}
		for _, m := range w.who.Qualified(role) {
			for _, path := range m.Paths {
				if want == "" {
					return path, nil
				}
				if record.InPath(want, path) {
					return want, nil
				}
			}
		}
	}
	return "", domain.E(domain.KindForbidden, "figure_forbidden")
}

// Stat gives one figure.
func (a *App) Stat(ctx context.Context, who *Who, prog, key string, q StatQuery) (v *StatView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		st := p.Stats.Get(key)
		if st == nil {
			return domain.NotFound("stat")
		}
		path, err := w.figureScope(p, st, q.Region)
		if err != nil {
			return err
		}
		v, err = w.stat(p, st, path, q)
		return err
	})
	return v, err
}

// stat computes a figure over a region and a period from the counters.
func (w *work) stat(p *program.Program, st *program.Stat, path string, q StatQuery) (*StatView, error) {
	s, err := parsePeriod(q.Period)
	if err != nil {
		return nil, err
	}
	where, err := w.statFilter(p, st, q.Where)
	if err != nil {
		return nil, err
	}
	for _, b := range q.By {
		if b != "area" && b != "month" && !slices.ContainsFunc(st.By, func(d program.Dim) bool { return d.Key == b }) {
			return nil, domain.E(domain.KindInvalid, "stat_dim", "dim", b).With("by", "stat_dim", "dim", b)
		}
	}
	v := &StatView{Key: st.Key, Label: w.words(p).Stat(st), Unit: st.Unit, Period: q.Period, Cells: []StatCell{}}
	if st.Kind == "ratio" {
		v.Unit = "bp"
	}
	total, err := w.figure(p, st, s, path, where, nil)
	if err != nil {
		return nil, err
	}
	x := total[""]
	v.Value, v.Set = x.value, x.set
	if len(q.By) > 0 {
		cells, err := w.figure(p, st, s, path, where, q.By)
		if err != nil {
			return nil, err
		}
		for _, k := range sortedKeys(cells) {
			if k == "" {
				continue
			}
			v.Cells = append(v.Cells, StatCell{Dims: w.dimLabels(p, st, cells[k].dims), Value: cells[k].value, Set: cells[k].set})
		}
	}
	suppress(st, v)
	return v, w.suppressMore(p, st, s, path, q, where, v)
}

// cell is one value of a breakdown.
type cell struct {
	dims    map[string]string
	value   int64
	set     bool
	members map[string]bool
	samples []int64
}

// figure gives the cells of a stat: one under "" without by, else one per
// combination.
func (w *work) figure(p *program.Program, st *program.Stat, s span, path string, where map[string]string, by []string) (map[string]cell, error) {
	switch st.Kind {
	case "ratio", "per":
		return w.ratio(p, st, s, path, where, by)
	}
	if st.Kind == "stock" && strings.HasPrefix(source0(st), "region") {
		return w.regionStock(st, path)
	}
	if st.Kind == "stock" && strings.HasPrefix(source0(st), "roster.") {
		return w.rosterStock(p, st, path, where, by)
	}
	if st.Kind == "stock" {
		s.from, s.net = allTime.from, true // what stands at the end of the period
	}
	return w.sumCounter(p.Key, st.Key, st.Agg, s, path, where, by)
}

// regionStock counts regions of a level; they are few and not a person's data.
func (w *work) regionStock(st *program.Stat, path string) (map[string]cell, error) {
	n := int64(0)
	for _, level := range []domain.RegionLevel{domain.Town, domain.Village, domain.Grid, domain.Circle} {
		if st.Where == nil || !strings.Contains(st.Where.Src(), "'"+string(level)+"'") {
			continue
		}
		list, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{level}, Path: path})
		if err != nil {
			return nil, err
		}
		n += int64(len(list))
	}
	return map[string]cell{"": {value: n, set: true}}, nil
}

// ratio divides two figures: bp rounded down, so that a goal just missed is not
// shown as met; `per` in the first one's unit, half up.
func (w *work) ratio(p *program.Program, st *program.Stat, s span, path string, where map[string]string, by []string) (map[string]cell, error) {
	var parts [2]map[string]cell
	for i, name := range st.Parts {
		var err error
		if part := p.Stats.Get(name); part != nil {
			parts[i], err = w.figure(p, part, s, path, where, by)
		} else {
			parts[i], err = w.sumCounter(p.Key, record.PartKey(st.Key, i), "count", s, path, where, by)
		}
		if err != nil {
			return nil, err
		}
	}
	out := map[string]cell{}
	for k, b := range parts[1] {
		a := parts[0][k]
		c := cell{dims: b.dims}
		if b.value != 0 {
			c.set = true
			if st.Kind == "ratio" {
				c.value = a.value * 10_000 / b.value
			} else {
				c.value = (2*a.value + b.value) / (2 * b.value)
			}
		}
		out[k] = c
	}
	return out, nil
}

// sumCounter reads a counter, keeps the rows that the filter admits, and sums
// them into the wanted cells.
func (w *work) sumCounter(prog, key, agg string, s span, path string, where map[string]string, by []string) (map[string]cell, error) {
	r := store.StatRange{Program: prog, Stat: key, From: s.from, Until: s.until, Path: path, Net: s.net}
	out := map[string]cell{"": {set: true}}
	if len(by) > 0 {
		out = map[string]cell{}
	}
	put := func(day domain.Date, rowPath, dims string, add func(*cell)) error {
		for _, d := range spread(dims, day, rowPath, where, by) {
			k := cellKey(by, d)
			c := out[k]
			c.dims, c.set = d, true
			add(&c)
			out[k] = c
		}
		return nil
	}
	var err error
	switch agg {
	case "distinct":
		err = w.sumMarks(r, len(where) == 0 && len(by) == 0, out, put)
	case "median", "p90":
		var list []domain.Sample
		if list, err = w.tx.Samples(r); err == nil {
			for _, x := range list {
				_ = put(x.Day, x.Path, x.Dims, func(c *cell) { c.samples = append(c.samples, x.Value) })
			}
			quantiles(out, agg)
		}
	default:
		var list []domain.Count
		fast := !slices.ContainsFunc(by, func(d string) bool {
			return d == "area" || d == "month" || d == dimYear || strings.HasPrefix(d, dimUnder)
		})
		if fast {
			list, err = w.totals(r)
		} else {
			list, err = w.tx.Counts(r)
		}
		for _, x := range list {
			_ = put(x.Day, x.Path, x.Dims, func(c *cell) {
				if agg == "sum" {
					c.value += x.Value
				} else {
					c.value += x.N
				}
			})
		}
	}
	return out, err
}

// sumMarks counts distinct members; without filter or breakdown the store does it.
func (w *work) sumMarks(r store.StatRange, plain bool, out map[string]cell, put func(domain.Date, string, string, func(*cell)) error) error {
	if plain {
		n, err := w.tx.DistinctAll(r)
		out[""] = cell{value: n, set: true}
		return err
	}
	list, err := w.tx.Marks(r)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.N <= 0 {
			continue
		}
		_ = put(x.Day, x.Path, x.Dims, func(c *cell) {
			if c.members == nil {
				c.members = map[string]bool{}
			}
			c.members[x.Member] = true
		})
	}
	for k, c := range out {
		c.value = int64(len(c.members))
		out[k] = c
	}
	return nil
}

func quantiles(out map[string]cell, agg string) {
	for k, c := range out {
		if n := len(c.samples); n > 0 {
			slices.Sort(c.samples)
			if agg == "median" {
				c.value = (c.samples[(n-1)/2] + c.samples[n/2]) / 2
			} else {
				c.value = c.samples[(n*9+9)/10-1]
			}
			out[k] = c
		} else {
			c.set = false
			out[k] = c
		}
	}
}

// spread turns a counter row into the cells that it belongs to: several, when a
// dimension holds a list.
func spread(dims string, day domain.Date, path string, where map[string]string, by []string) []map[string]string {
	m := map[string]any{}
	if dims != "" {
		if err := json.Unmarshal([]byte(dims), &m); err != nil {
			return nil
		}
	}
	for k, want := range where {
		if !holds(m[k], want) {
			return nil
		}
	}
	out := []map[string]string{{}}
	for _, b := range by {
		var values []string
		switch b {
		case "area":
			values = []string{townOf(path)}
		case "month":
			values = []string{day.String()[:7]}
		case dimYear:
			values = []string{day.String()[:4]}
		default:
			if top, ok := strings.CutPrefix(b, dimUnder); ok {
				part, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, top), "/"), "/")
				values = []string{part}
			} else {
				values = listed(m[b])
			}
		}
		var next []map[string]string
		for _, o := range out {
			for _, v := range values {
				c := map[string]string{b: v}
				for k, x := range o {
					c[k] = x
				}
				next = append(next, c)
			}
		}
		out = next
	}
	return out
}

func holds(v any, want string) bool { return slices.Contains(listed(v), want) }

func listed(v any) []string {
	switch x := v.(type) {
	case []any:
		out := make([]string, 0, len(x))
		for _, y := range x {
			out = append(out, asText(y))
		}
		return out
	case nil:
		return []string{""}
	}
	return []string{asText(v)}
}

// townOf cuts a path to its town, the level by which a county reads its figures.
func townOf(path string) string {
	parts := strings.Split(path, "/")
	return parts[min(3, len(parts)-1)]
}

func cellKey(by []string, d map[string]string) string {
	if len(by) == 0 {
		return ""
	}
	var b strings.Builder
	for _, k := range by {
		b.WriteString(d[k])
		b.WriteByte('\x00')
	}
	return b.String()
}

// statFilter reads `dim:value` pairs; values are keys, ids, or exact labels.
func (w *work) statFilter(p *program.Program, st *program.Stat, where []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range where {
		k, v, ok := strings.Cut(s, ":")
		if !ok || !statHasDim(p, st, k) {
			return nil, domain.E(domain.KindInvalid, "stat_dim", "dim", k).With("where", "stat_dim", "dim", k)
		}
		out[k] = v
	}
	return out, nil
}

func statHasDim(p *program.Program, st *program.Stat, key string) bool {
	return slices.ContainsFunc(st.By, func(d program.Dim) bool { return d.Key == key })
}

// dimLabels writes the dimensions of a cell for people.
func (w *work) dimLabels(p *program.Program, st *program.Stat, dims map[string]string) map[string]Choice {
	out := map[string]Choice{}
	for k, v := range dims {
		out[k] = Choice{v, w.dimLabel(p, st, k, v)}
	}
	return out
}

func (w *work) dimLabel(p *program.Program, st *program.Stat, key, v string) string {
	if v == "" {
		return w.pick("（未填）", "(none)")
	}
	switch key {
	case "area":
		if g, err := w.Region(domain.RegionID(v)); err == nil {
			return g.Name
		}
	case "provider", "org":
		if o, err := w.Org(domain.OrgID(v)); err == nil {
			return o.Name
		}
	}
	for _, d := range st.By {
		if d.Key != key || d.Field == nil {
			continue
		}
		if d.Field.Type == program.TypeOrg {
			if o, err := w.Org(domain.OrgID(v)); err == nil {
				return o.Name
			}
		}
		one := *d.Field
		one.Many = false
		return w.display(&one, v)
	}
	if _, ok := strings.CutPrefix(source0(st), "account."); ok { // who or what a dimension of an account is
		return w.heldBy(p, key, v)
	}
	return v
}

// Dashboard gives every figure of a program for a period, with the one before.
func (a *App) Dashboard(ctx context.Context, who *Who, prog, period string, region domain.RegionID) (out []StatView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		for _, st := range p.Stats.All() {
			path, err := w.figureScope(p, st, region)
			if domain.KindOf(err) == domain.KindForbidden && err != nil {
				continue
			} else if err != nil {
				return err
			}
			v, err := w.stat(p, st, path, StatQuery{Period: period})
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		return nil
	})
	return out, err
}

// StatValue is a figure as rules read it: own region, and own period where the row
// stands for one and the stat is broken down by it. What stands is asked for by the
// period of its rows, what happened by the days of the period.
func (w *work) StatValue(prog, key, path, period string) (int64, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return 0, err
	}
	st := p.Stats.Get(key)
	if st == nil {
		return 0, domain.NotFound("stat")
	}
	q := StatQuery{}
	switch {
	case period == "" || !statHasDim(p, st, "period"):
	case statOfPeriods(p, st):
		q.Where = []string{"period:" + period}
	default:
		q.Period = period
	}
	v, err := w.stat(p, st, path, q)
	if err != nil {
		return 0, err
	}
	return v.Value, nil
}

// statOfPeriods: the rows that a stat counts stand for periods themselves.
func statOfPeriods(p *program.Program, st *program.Stat) bool {
	if st.Kind == "ratio" || st.Kind == "per" {
		return slices.ContainsFunc(st.Parts, func(k string) bool { part := p.Stats.Get(k); return part != nil && statOfPeriods(p, part) })
	}
	rt := p.Records.Get(st.Record)
	return rt != nil && rt.Period != ""
}

// addCounts adds an event's counts to the counters.
func (w *work) addCounts(e *domain.Event, list []record.Count) error {
	prog, ev := e.Program, e.ID
	var counts []domain.Count
	var facts []domain.Fact
	var marks []domain.Mark
	var samples []domain.Sample
	for _, c := range list {
		if !strings.HasPrefix(c.Stat, "_") { // the kernel's own counters are no figures
			facts = append(facts, domain.Fact{Program: prog, Stat: c.Stat, Day: c.Day, Event: ev, Path: c.Path, Dims: c.Dims, Member: c.Member, Record: e.Record, Value: c.Value, N: c.N, At: e.RecordedAt})
		}
		switch {
		case c.Member != "":
			marks = append(marks, domain.Mark{Program: prog, Stat: c.Stat, Day: c.Day, Path: c.Path, Dims: c.Dims, Member: c.Member, N: c.N})
		case c.Sample:
			samples = append(samples, domain.Sample{Program: prog, Stat: c.Stat, Day: c.Day, Path: c.Path, Dims: c.Dims, Value: c.Value, Event: ev})
		default:
			counts = append(counts, domain.Count{Program: prog, Stat: c.Stat, Day: c.Day, Path: c.Path, Dims: c.Dims, Value: c.Value, N: c.N})
		}
	}
	if err := w.tx.AddFacts(facts); err != nil {
		return err
	}
	if len(counts) > 0 {
		w.tx.AfterCommit(func() { w.app.totals.wrote(w.who.County, counts) })
		if err := w.tx.AddCounts(counts); err != nil {
			return err
		}
	}
	if len(marks) > 0 {
		if err := w.tx.AddMarks(marks); err != nil {
			return err
		}
	}
	if len(samples) > 0 {
		return w.tx.AddSamples(samples)
	}
	return nil
}

// Rebuild adds up the counts of all events again and says whether the counters
// were equal to them. It is the proof that screen, report and publication read
// the same happenings.
func (a *App) Rebuild(ctx context.Context, who *Who, prog string) (same bool, err error) {
	if !who.Admin && !who.System && !who.Auditor {
		return false, domain.E(domain.KindForbidden, "admin_only")
	}
	err = a.write(ctx, who, func(w *work) error {
		before, err := w.tx.StatDump(prog)
		if err != nil {
			return err
		}
		w.tx.AfterCommit(func() { w.app.totals.forget(w.who.County) })
		if err := w.tx.ClearStats(prog); err != nil {
			return err
		}
		if err := w.replay(prog); err != nil {
			return err
		}
		after, err := w.tx.StatDump(prog)
		same = before == after
		return err
	})
	return same, err
}

func (w *work) replay(prog string) error {
	cursor := ""
	for {
		page, err := w.tx.Events(store.EventFilter{MaxClass: domain.Sealed, Cursor: cursor, Limit: 1000})
		if err != nil {
			return err
		}
		for i := range page.Items {
			e := &page.Items[i]
			if e.Program != prog || e.Stats == nil {
				continue
			}
			var s struct{ Counts []record.Count }
			b, err := json.Marshal(e.Stats)
			if err != nil {
				return err
			}
			if err := json.Unmarshal(b, &s); err != nil {
				return fmt.Errorf("event %s: %w", e.ID, err)
			}
			if err := w.addCounts(e, s.Counts); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func source0(st *program.Stat) string {
	if len(st.Sources) == 0 {
		return ""
	}
	return st.Sources[0]
}
