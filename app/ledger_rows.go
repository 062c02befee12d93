package app

import (
	"fmt"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/kernel/rule"
	"linqiao/store"
)

// ledgerRows lists the records of the period that the ledger takes.
func (w *work) ledgerRows(p *program.Program, l *program.Ledger, s span, path string, v *LedgerView) error {
	for _, c := range l.Cols {
		unit := ""
		if c.Field != nil && c.Field.Type == program.TypeMoney {
			unit = "fen"
		}
		v.Columns = append(v.Columns, LedgerColumn{Key: c.Path, Label: w.colHead(p, c), Unit: unit})
	}
	if strings.HasPrefix(l.Rows, "duty.") {
		return w.ledgerDuties(p, l, s, path, v)
	}
	t := p.Records.Get(l.Rows)
	if t == nil {
		return domain.E(domain.KindInternal, "ledger_rows", "rows", l.Rows)
	}
	w.groupColumns(p, t, v.Columns)
	at := ledgerDate(p, l, t)
	f := store.RecordFilter{Program: p.Key, Keys: []string{t.Key}, Path: path, Access: store.AccessAll, Oldest: true, Limit: 1000}
	if at == "" {
		f.From, f.Until = s.from.Start(), s.until.End()
	}
	groups := map[string]*LedgerGroup{}
	var order []string
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			r, err := w.unit.Adopt(&page.Items[i])
			if err != nil {
				return err
			}
			in, err := w.ledgerTakes(l, r, at, s)
			if err != nil {
				return err
			}
			if !in {
				continue
			}
			if len(v.Rows) >= ledgerRowCap {
				return domain.E(domain.KindRefused, "ledger_too_long", "max", fmt.Sprint(ledgerRowCap))
			}
			row, err := w.ledgerRow(l, r, r.Vars())
			if err != nil {
				return err
			}
			v.Rows = append(v.Rows, row)
			order = w.group(l, r, len(v.Rows)-1, groups, order)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	for _, k := range order {
		v.Groups = append(v.Groups, *groups[k])
	}
	return nil
}

// groupColumns puts one head over neighbouring columns that come from the same other
// row (the subject, the record above, the need), and over a column that would else be
// called as another is.
func (w *work) groupColumns(p *program.Program, t *program.RecordType, cols []LedgerColumn) {
	root := func(i int) string {
		if i < 0 || i >= len(cols) {
			return ""
		}
		head, _, far := strings.Cut(cols[i].Key, ".")
		if !far {
			return ""
		}
		return head
	}
	for i := range cols {
		r := root(i)
		if r == "" || root(i-1) != r && root(i+1) != r && !slices.ContainsFunc(cols, func(c LedgerColumn) bool { return c.Key != cols[i].Key && c.Label == cols[i].Label }) {
			continue
		}
		switch up := p.Records.Get(t.Of); {
		case r == "subject":
			cols[i].Group = w.pick("服务对象", "Subject")
		case (r == "parent" || r == "need") && up != nil:
			cols[i].Group = w.words(p).Kind(up)
		}
	}
}

// ledgerDate is the field that dates a row, when the ledger's totals are dated
// by one: rows and totals must agree.
func ledgerDate(p *program.Program, l *program.Ledger, t *program.RecordType) string {
	for _, k := range l.Total {
		if st := p.Stats.Get(k); st != nil && st.At != "" && t.Fields.Has(st.At) {
			return st.At
		}
	}
	return ""
}

func (w *work) ledgerTakes(l *program.Ledger, r *record.Row, at string, s span) (bool, error) {
	if at != "" {
		d, err := domain.ParseDate(asText(r.Value(at)))
		if err != nil || d < s.from || d > s.until {
			return false, nil
		}
	}
	if r.Phase == domain.PhaseVoid {
		return false, nil
	}
	if l.Where == nil {
		return true, nil
	}
	return w.unit.Test(l.Where, r.Vars())
}

func (w *work) ledgerRow(l *program.Ledger, r *record.Row, vars rule.Vars) (LedgerRow, error) {
	row := LedgerRow{Record: r.ID, Cells: map[string]any{}, Labels: map[string]string{}}
	for _, c := range l.Cols {
		switch c.Path {
		case "provider":
			if o, err := w.Org(r.Provider); err == nil {
				row.Cells[c.Path], row.Labels[c.Path] = string(o.ID), o.Name
			}
			continue
		case "ref_no":
			row.Cells[c.Path], row.Labels[c.Path] = r.RefNo, r.RefNo
			continue
		case "stage":
			row.Cells[c.Path], row.Labels[c.Path] = r.Stage, w.stageLabel(r)
			continue
		}
		x, ok, err := w.unit.Eval(c.Expr, vars)
		if err != nil {
			return row, err
		}
		if !ok {
			row.Cells[c.Path], row.Labels[c.Path] = nil, "—"
			continue
		}
		row.Cells[c.Path], row.Labels[c.Path] = record.Stored(x), w.colLabel(c, vars, x)
	}
	return row, nil
}

// colHead is the head of a column: the field's own words where the program gives
// the column none of its own.
func (w *work) colHead(p *program.Program, c program.Col) string {
	if c.Field != nil && c.Field.Label == c.Label {
		return w.words(p).Field(c.Field)
	}
	if head := w.words(p).Path(c.Path, nil); w.en() && head != c.Path {
		return head
	}
	return c.Label
}

// colLabel writes the value that a column has for a row as people read it.
func (w *work) colLabel(c program.Col, vars rule.Vars, x any) string {
	v := record.Stored(x)
	if strings.HasSuffix(c.Path, "region") {
		if g, err := w.Region(domain.RegionID(asText(v))); err == nil {
			return g.Name
		}
	}
	if c.Field != nil {
		return w.display(c.Field, v)
	}
	return w.unit.Display(c.Expr, vars, x)
}

// group sorts a row into its group; a list value puts it into several.
func (w *work) group(l *program.Ledger, r *record.Row, at int, groups map[string]*LedgerGroup, order []string) []string {
	if l.Group == "" {
		return order
	}
	if domain.IsRegionLevel(l.Group) {
		return w.groupByRegion(l, r.Path, at, groups, order)
	}
	f := record.FieldOf(r.T, l.Group)
	keys := listed(r.Value(l.Group))
	if l.Group == "provider" {
		keys = []string{string(r.Provider)}
	}
	for _, k := range keys {
		g := groups[k]
		if g == nil {
			label := k
			if f != nil {
				one := *f
				one.Many = false
				label = w.display(&one, k)
			} else if o, err := w.Org(domain.OrgID(k)); err == nil {
				label = o.Name
			}
			g = &LedgerGroup{Key: k, Label: label, Total: map[string]any{}}
			groups[k] = g
			order = append(order, k)
		}
		g.Rows = append(g.Rows, at)
		g.Count++
		for fk, fd := range r.T.Fields.All() {
			if fd.Type != program.TypeMoney {
				continue
			}
			if n, ok := r.Value(fk).(int64); ok {
				sum, _ := g.Total[fk].(int64)
				g.Total[fk] = sum + n
			}
		}
	}
	return order
}
