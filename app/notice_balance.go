package app

import (
	"cmp"
	"fmt"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/kernel/rule"
)

// noticeBalances lists who holds something of an account, most first; published from
// a record that the account is kept by, only that record's balances.
func (w *work) noticeBalances(p *program.Program, nt *program.Notice, acc *program.Account, of string, t *PublicTable) error {
	if acc == nil {
		return domain.E(domain.KindInvalid, "notice_target")
	}
	list, err := w.tx.Balances(p.Key, acc.Key)
	if err != nil {
		return err
	}
	keys := sortedKeys(list)
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(list[b], list[a]) })
	for _, dims := range keys {
		v := holding{w, p, record.ParseDims(dims), list[dims]}
		if v.amount <= 0 || of != "" && !v.names(of) {
			continue
		}
		if nt.Where != nil {
			if in, err := w.unit.Test(nt.Where, v); err != nil || !in {
				if err != nil {
					return err
				}
				continue
			}
		}
		if len(t.Rows) >= noticeRowCap {
			return domain.E(domain.KindRefused, "notice_too_long", "max", fmt.Sprint(noticeRowCap))
		}
		row, err := w.holdingRow(nt, acc, v)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
	}
	return nil
}

func (w *work) holdingRow(nt *program.Notice, acc *program.Account, v holding) (LedgerRow, error) {
	row := LedgerRow{Cells: map[string]any{}, Labels: map[string]string{}}
	for i := range nt.Cols {
		c := &nt.Cols[i]
		value, shown, err := w.holdingCell(c, acc, v)
		if err != nil {
			return row, err
		}
		if m := nt.MaskOf(c); m != "" {
			shown = maskCell(m, c.Field, value, shown)
		}
		row.Cells[c.Path] = orDash(shown)
	}
	return row, nil
}

func (w *work) holdingCell(c *program.Col, acc *program.Account, v holding) (value any, shown string, err error) {
	if c.Path == "balance" || c.Path == "amount" {
		return v.amount, showAmount(v.amount, acc.Unit), nil
	}
	if id, ok := v.dims[c.Path]; ok {
		return id, w.heldBy(v.p, c.Path, id), nil
	}
	x, ok, err := w.unit.Eval(c.Expr, v)
	if err != nil || !ok {
		return nil, "", err
	}
	return record.Stored(x), w.colLabel(*c, v, x), nil
}

// holding is one balance as the conditions of a notice read it.
type holding struct {
	w      *work
	p      *program.Program
	dims   map[string]string
	amount int64
}

// names: one of its dimensions is this.
func (h holding) names(id string) bool {
	for _, v := range h.dims {
		if v == id {
			return true
		}
	}
	return false
}

// Var implements rule.Vars.
func (h holding) Var(name string) (any, error) {
	if name == "balance" || name == "amount" {
		return h.amount, nil
	}
	id, ok := h.dims[name]
	if !ok {
		return nil, &rule.Unset{Path: name}
	}
	return h.w.unit.DimValue(h.p, name, id)
}
