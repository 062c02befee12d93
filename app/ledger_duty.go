package app

import (
	"fmt"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Ledgers whose rows are things owed (`rows: duty.k.due|done|missed`): they belong to
// the day on which they were due.

func (w *work) ledgerDuties(p *program.Program, l *program.Ledger, s span, path string, v *LedgerView) error {
	parts := strings.Split(l.Rows, ".")
	d := p.Duties.Get(parts[1])
	if d == nil || len(parts) != 3 {
		return domain.E(domain.KindInternal, "ledger_rows", "rows", l.Rows)
	}
	f := store.DutyFilter{Program: p.Key, Key: d.Key, Path: path, DueAfter: s.from.Start(), DueBy: s.until.End(), Limit: 500,
		Done: parts[2] == "done", Missed: parts[2] == "missed"}
	groups := map[string]*LedgerGroup{}
	var order []string
	for {
		page, err := w.tx.DutyItems(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			it := &page.Items[i]
			row, in, err := w.ledgerDuty(p, l, d, it)
			if err != nil {
				return err
			}
			if !in {
				continue
			}
			if len(v.Rows) >= ledgerRowCap {
				return domain.E(domain.KindRefused, "ledger_too_long", "max", fmt.Sprint(ledgerRowCap))
			}
			v.Rows = append(v.Rows, row)
			order = w.groupByRegion(l, it.Path, len(v.Rows)-1, groups, order)
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

func (w *work) ledgerDuty(p *program.Program, l *program.Ledger, d *program.Duty, it *domain.DutyItem) (LedgerRow, bool, error) {
	r := w.overRow(it)
	extra := map[string]any{}
	if r == nil {
		row, err := w.unit.SubjectRow(p, it.Party)
		if err != nil {
			return LedgerRow{}, false, err
		}
		r = row
		if v, err := w.unit.PartyVars(p, it.Party); err == nil {
			extra["member"], _ = v.Var("member")
		}
	}
	if key := asText(it.Data["window"]); key != "" {
		extra["window"] = record.Window{Key: key, Start: it.Opens, End: it.Closes}
	}
	vars := r.VarsWith(extra)
	if l.Where != nil {
		if ok, err := w.unit.Test(l.Where, vars); err != nil || !ok {
			return LedgerRow{}, false, err
		}
	}
	row, err := w.ledgerRow(l, r, vars)
	if it.OverKind != "record" {
		row.Record = ""
	}
	row.Key = it.ID
	for _, c := range l.Cols {
		if c.Path == "window" && !it.Opens.IsZero() {
			at := it.Opens.In(domain.Beijing)
			row.Cells[c.Path] = it.Opens.UTC().Format(time.RFC3339)
			row.Labels[c.Path] = at.Format("01-02 15:04") + "–" + it.Closes.In(domain.Beijing).Format("15:04")
		}
	}
	return row, true, err
}

// groupByRegion sorts a row into the group of its division at the ledger's level.
func (w *work) groupByRegion(l *program.Ledger, path string, at int, groups map[string]*LedgerGroup, order []string) []string {
	if !domain.IsRegionLevel(l.Group) {
		return order
	}
	id := domain.PathAt(path, domain.RegionLevel(l.Group))
	k := string(id)
	g := groups[k]
	if g == nil {
		g = &LedgerGroup{Key: k, Label: "—", Total: map[string]any{}}
		if reg, err := w.Region(id); k != "" && err == nil {
			g.Label = reg.Name
		}
		groups[k] = g
		order = append(order, k)
	}
	g.Rows = append(g.Rows, at)
	g.Count++
	return order
}
