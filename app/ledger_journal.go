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

// A ledger whose rows are the entries of an account (收支台账): what stood before the
// period, every entry with the balance after it, and what stands at its end. Entries
// are dated when they are booked, and a ledger is frozen only when its period is
// over: a frozen one closes the account for that period. What is put right later is
// a reversal in a later period; the closed one names it among its corrections.

// entryRow is one entry as columns and conditions read it.
type entryRow struct {
	w       *work
	p       *program.Program
	acc     *program.Account
	e       *domain.Entry
	dims    map[string]string
	balance int64 // of its group, after it
}

// Var implements rule.Vars.
func (v entryRow) Var(name string) (any, error) {
	switch name {
	case "amount":
		return v.e.Amount, nil
	case "balance":
		return v.balance, nil
	case "day":
		return domain.DateOf(v.e.At), nil
	case "entry":
		return v.w.entryText(v.p, v.e), nil
	case "from", "to":
		if (v.e.Amount < 0) == (name == "from") {
			return v.w.accountLabel(v.p, v.e.Account), nil
		}
		return v.w.accountLabel(v.p, v.e.Other), nil
	}
	id, ok := v.dims[name]
	if !ok {
		return nil, &rule.Unset{Path: name}
	}
	return v.w.unit.DimValue(v.p, name, id)
}

func (w *work) accountLabel(p *program.Program, key string) string {
	if acc := p.Accounts.Get(key); acc != nil {
		return w.words(p).Named("accounts", key, acc.Label)
	}
	return key
}

// entryText says what an entry is about: the record that caused it, and whether the
// entry undoes another.
func (w *work) entryText(p *program.Program, e *domain.Entry) string {
	text := ""
	if e.Record != "" {
		if r, err := w.unit.Load(e.Record); err == nil {
			text = strings.TrimSpace(w.words(r.P).Kind(r.T) + " " + r.RefNo)
		}
	}
	if e.Reverses != "" {
		text = w.pick("冲正 ", "Reversal ") + text
	}
	return strings.TrimSpace(text)
}

// journalRows fills a ledger with the entries of an account.
func (w *work) journalRows(p *program.Program, l *program.Ledger, acc *program.Account, s span, path string, v *LedgerView) error {
	for _, c := range l.Cols {
		unit := ""
		if c.Path == "amount" || c.Path == "balance" {
			unit = acc.Unit
		}
		v.Columns = append(v.Columns, LedgerColumn{Key: c.Path, Label: w.entryHead(p, &c), Unit: unit})
	}
	b := &journalTable{w: w, p: p, l: l, acc: acc, v: v, groups: map[string]*LedgerGroup{}, balance: map[string]int64{}}
	in := w.journalRange(p, acc, s, path)
	if err := b.open(in); err != nil {
		return err
	}
	list, err := w.tx.Journal(in, ledgerRowCap+1)
	if err != nil {
		return err
	}
	if len(list) > ledgerRowCap {
		return domain.E(domain.KindRefused, "ledger_too_long", "max", fmt.Sprint(ledgerRowCap))
	}
	for i := range list {
		if err := b.add(&list[i]); err != nil {
			return err
		}
	}
	return b.close()
}

func (w *work) journalRange(p *program.Program, acc *program.Account, s span, path string) store.JournalRange {
	if path == countyPath(path) {
		path = "" // the whole county: no entry lies outside
	}
	return store.JournalRange{Program: p.Key, Account: acc.Key, Path: path, From: s.from.Start(), Until: s.until.End()}
}

// entryHead is the head of a column of an account's entries.
func (w *work) entryHead(p *program.Program, c *program.Col) string {
	heads := map[string][2]string{"day": {"日期", "Day"}, "entry": {"摘要", "Entry"}, "from": {"转出", "From"}, "to": {"转入", "To"},
		"amount": {"发生额", "Amount"}, "balance": {"结余", "Balance"}}
	if h, ok := heads[c.Path]; ok {
		return w.pick(h[0], h[1])
	}
	return w.dimHead(p, c.Path, w.colHead(p, *c))
}

// dimHead names a dimension: the list or record that it is called after.
func (w *work) dimHead(p *program.Program, dim, other string) string {
	if l := p.Lists.Get(dim); l != nil {
		return w.words(p).Named("lists", dim, l.Label)
	}
	if rt := p.Records.Get(dim); rt != nil {
		return w.words(p).Kind(rt)
	}
	if s := holderTitles[dim]; s != "" && other == dim {
		return s
	}
	return other
}

// heldBy shows the value of a dimension: an option, the name of a record, a party,
// a unit or a division.
func (w *work) heldBy(p *program.Program, dim, id string) string {
	if l := p.Lists.Get(dim); l != nil {
		if o := l.Options.Get(id); o != nil {
			return w.words(p).Option(o)
		}
		return id
	}
	if p.Records.Has(dim) {
		r, err := w.unit.Load(domain.RecordID(id))
		if err != nil {
			return id
		}
		if f := r.T.Fields.Get("name"); f != nil && f.Type == program.TypeText && f.Class <= domain.Internal {
			if s := asText(r.Value("name")); s != "" {
				return s
			}
		}
		return r.Title()
	}
	if o, err := w.Org(domain.OrgID(id)); err == nil {
		return o.Name
	}
	if g, err := w.Region(domain.RegionID(id)); err == nil {
		return g.Name
	}
	return w.holderName(id)
}

// journalTable puts entries into rows and groups, with running balances.
type journalTable struct {
	w       *work
	p       *program.Program
	l       *program.Ledger
	acc     *program.Account
	v       *LedgerView
	groups  map[string]*LedgerGroup
	order   []string
	balance map[string]int64 // by group
	in, out int64
	opening int64
}

// key is the group of an entry: the value of the dimension that the ledger is
// grouped by.
func (b *journalTable) key(dims map[string]string) string {
	if b.l.Group == "" {
		return ""
	}
	dim, _, _ := strings.Cut(b.l.Group, ".")
	return dims[dim]
}

func (b *journalTable) group(key string) *LedgerGroup {
	g := b.groups[key]
	if g == nil {
		dim, _, _ := strings.Cut(b.l.Group, ".")
		g = &LedgerGroup{Key: key, Label: b.w.heldBy(b.p, dim, key), Total: map[string]any{}}
		b.groups[key], b.order = g, append(b.order, key)
	}
	return g
}

// open writes what stood before the period, a row for each group.
func (b *journalTable) open(in store.JournalRange) error {
	list, err := b.w.tx.Openings(in)
	if err != nil {
		return err
	}
	var keys []string
	for _, dims := range sortedKeys(list) {
		ok, err := b.takes(entryRow{b.w, b.p, b.acc, &domain.Entry{Account: b.acc.Key, Amount: list[dims]}, record.ParseDims(dims), list[dims]})
		if err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		k := b.key(record.ParseDims(dims))
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
		b.balance[k] += list[dims]
		b.opening += list[dims]
	}
	for _, k := range keys {
		if b.balance[k] == 0 {
			continue
		}
		row := LedgerRow{Cells: map[string]any{"balance": b.balance[k]}, Labels: map[string]string{"balance": showUnit(b.balance[k], b.acc.Unit)}}
		row.Cells["entry"], row.Labels["entry"] = "opening", b.w.pick("上期结余", "Brought forward")
		b.put(k, row)
	}
	return nil
}

func (b *journalTable) takes(v entryRow) (bool, error) {
	if b.l.Where == nil {
		return true, nil
	}
	return b.w.unit.Test(b.l.Where, v)
}

func (b *journalTable) add(e *domain.Entry) error {
	v := entryRow{b.w, b.p, b.acc, e, record.ParseDims(e.Dims), 0}
	ok, err := b.takes(v)
	if err != nil || !ok {
		return err
	}
	k := b.key(v.dims)
	b.balance[k] += e.Amount
	v.balance = b.balance[k]
	if e.Amount > 0 {
		b.in += e.Amount
	} else {
		b.out -= e.Amount
	}
	row, err := b.w.journalRow(b.l, v)
	if err != nil {
		return err
	}
	b.put(k, row)
	return nil
}

func (b *journalTable) put(key string, row LedgerRow) {
	b.v.Rows = append(b.v.Rows, row)
	if b.l.Group == "" {
		return
	}
	g := b.group(key)
	g.Rows = append(g.Rows, len(b.v.Rows)-1)
	g.Count++
}

// close writes the totals: of each group what moved and what is left, of all four
// sums that a statement ends with.
func (b *journalTable) close() error {
	for _, k := range b.order {
		g := b.groups[k]
		sum := int64(0)
		for _, i := range g.Rows {
			if n, ok := b.v.Rows[i].Cells["amount"].(int64); ok {
				sum += n
			}
		}
		g.Total["amount"], g.Total["balance"] = sum, b.balance[k]
		b.v.Groups = append(b.v.Groups, *g)
	}
	total := func(key, zh, en string, n int64) {
		b.v.Total[key], b.v.TotalLabels[key], b.v.TotalUnits[key] = n, b.w.pick(zh, en), b.acc.Unit
	}
	total("opening", "期初结余", "Opening balance", b.opening)
	total("received", "本期收入", "Received", b.in)
	total("paid", "本期支出", "Paid", b.out)
	total("closing", "期末结余", "Closing balance", b.opening+b.in-b.out)
	return nil
}

func (w *work) journalRow(l *program.Ledger, v entryRow) (LedgerRow, error) {
	row := LedgerRow{Record: v.e.Record, Cells: map[string]any{}, Labels: map[string]string{}}
	for _, c := range l.Cols {
		if id, ok := v.dims[c.Path]; ok {
			row.Cells[c.Path], row.Labels[c.Path] = id, w.heldBy(v.p, c.Path, id)
			continue
		}
		x, ok, err := w.unit.Eval(c.Expr, v)
		if err != nil {
			return row, err
		}
		switch n, isInt := x.(int64); {
		case !ok:
			row.Cells[c.Path], row.Labels[c.Path] = nil, "—"
		case isInt && (c.Path == "amount" || c.Path == "balance"):
			row.Cells[c.Path], row.Labels[c.Path] = n, showUnit(n, v.acc.Unit)
		default:
			row.Cells[c.Path], row.Labels[c.Path] = record.Stored(x), w.colLabel(c, v, x)
		}
	}
	return row, nil
}

// journalCorrections are the reversals, booked after a closed period, of its entries.
func (w *work) journalCorrections(p *program.Program, l *program.Ledger, acc *program.Account, s span, path string) ([]LedgerRow, error) {
	out := []LedgerRow{}
	list, err := w.tx.UndoneLater(w.journalRange(p, acc, s, path), ledgerRowCap)
	if err != nil {
		return nil, err
	}
	for i := range list {
		v := entryRow{w, p, acc, &list[i], record.ParseDims(list[i].Dims), 0}
		if l.Where != nil {
			if ok, err := w.unit.Test(l.Where, v); err != nil || !ok {
				if err != nil {
					return nil, err
				}
				continue
			}
		}
		row, err := w.journalRow(l, v)
		if err != nil {
			return nil, err
		}
		delete(row.Cells, "balance") // the balance of its own period, not of this one
		delete(row.Labels, "balance")
		row.Labels["_correction"] = "后期冲正"
		out = append(out, row)
	}
	return out, nil
}
