package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// LedgerView is one period table: open, frozen or signed.
type LedgerView struct {
	Key         string            `json:"key"`
	Label       string            `json:"label"`
	Program     string            `json:"program"`
	Period      string            `json:"period"`
	State       string            `json:"state"` // open, frozen, signed
	Columns     []LedgerColumn    `json:"columns"`
	Rows        []LedgerRow       `json:"rows"`
	Groups      []LedgerGroup     `json:"groups"`
	Total       map[string]any    `json:"total"`
	TotalLabels map[string]string `json:"total_labels"`
	TotalUnits  map[string]string `json:"total_units"`
	Corrections []LedgerRow       `json:"corrections"`
	Hash        string            `json:"hash,omitempty"`
	FrozenAt    *time.Time        `json:"frozen_at,omitempty"`
	FrozenBy    *AccountRef       `json:"frozen_by,omitempty"`
	Signatures  []SignedBy        `json:"signatures"`
	CanFreeze   bool              `json:"can_freeze"`
	CanSign     bool              `json:"can_sign"`
	CloseDue    *time.Time        `json:"close_due,omitempty"` // when it should be frozen and signed
	Opens       []string          `json:"opens,omitempty"`     // columns and totals that can be opened
}

type LedgerColumn struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Unit  string `json:"unit,omitempty"`
	Group string `json:"group,omitempty"` // a head over neighbouring columns
}

type LedgerRow struct {
	Key    string            `json:"key,omitempty"` // of a table of figures the area, of things owed which one
	Record domain.RecordID   `json:"record,omitempty"`
	Cells  map[string]any    `json:"cells"`
	Labels map[string]string `json:"labels"`
}

type LedgerGroup struct {
	Key   string         `json:"key"`
	Label string         `json:"label"`
	Rows  []int          `json:"rows"` // places in Rows
	Total map[string]any `json:"total"`
	Count int            `json:"count"`
}

// ledgerRowCap bounds a ledger's rows; a county's month has far fewer.
const ledgerRowCap = 20_000

func (w *work) ledger(prog, key string) (*program.Program, *program.Ledger, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, err
	}
	l := p.Ledgers.Get(key)
	if l == nil {
		return nil, nil, domain.NotFound("ledger")
	}
	return p, l, nil
}

// readsLedger: those who sign it, those who see all figures, and those who see every
// figure of a table of figures.
func readsLedger(p *program.Program, l *program.Ledger, role *program.Role) (reads, signs bool) {
	if slices.Contains(l.Sign, role.Key) {
		return true, true
	}
	unseen := func(k string) bool { return !slices.Contains(role.Figures, k) }
	return role.FiguresAll || l.Rows == "" && len(l.Stats) > 0 && !slices.ContainsFunc(append(slices.Clone(l.Stats), statsAmong(p, l.Total)...), unseen), false
}

// statsAmong are the totals of a ledger that are figures of the program.
func statsAmong(p *program.Program, totals []string) (out []string) {
	for _, k := range totals {
		if p.Stats.Has(k) {
			out = append(out, k)
		}
	}
	return out
}

// ledgerScope: the area in which somebody reads a ledger.
func (w *work) ledgerScope(p *program.Program, l *program.Ledger) (path string, signer bool, err error) {
	if w.who.System {
		return "", false, nil
	}
	for _, role := range p.Roles.All() {
		reads, sign := readsLedger(p, l, role)
		if !reads {
			continue
		}
		for _, m := range w.who.Qualified(role) {
			if len(m.Paths) > 0 {
				if path == "" || len(m.Paths[0]) < len(path) {
					path = m.Paths[0]
				}
				signer = signer || sign
			}
		}
	}
	if path == "" {
		return "", false, domain.NotFound("ledger")
	}
	return path, signer, nil
}

// Ledger gives a ledger for a period: as frozen, or as it stands now.
func (a *App) Ledger(ctx context.Context, who *Who, prog, key, period string) (v *LedgerView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, l, err := w.ledger(prog, key)
		if err != nil {
			return err
		}
		path, signer, err := w.ledgerScope(p, l)
		if err != nil {
			return err
		}
		if v, err = w.ledgerView(p, l, period, path, signer); err == nil {
			v.blind(l, w.ledgerClass(p, l))
			v.Opens = openColumns(p, l)
		}
		return err
	})
	return v, err
}

func (w *work) ledgerView(p *program.Program, l *program.Ledger, period, path string, signer bool) (*LedgerView, error) {
	s, err := parsePeriod(period)
	if err != nil {
		return nil, err
	}
	if period == "" {
		return nil, domain.E(domain.KindInvalid, "period").With("period", "period")
	}
	fz, err := orNil(w.tx.Ledger(p.Key, l.Key, period, path))
	if err != nil {
		return nil, err
	}
	if fz != nil {
		return w.frozenView(p, l, fz, signer)
	}
	v, err := w.computeLedger(p, l, period, s, path)
	if err != nil {
		return nil, err
	}
	v.State = "open"
	v.CanFreeze = signer && domain.DateOf(w.Now()) > s.until
	if !l.Closes.IsZero() && s.until < allTime.until {
		due, _ := w.app.cal.Due(s.until.Start(), l.Closes.N, l.Closes.Unit, true)
		v.CloseDue = &due
	}
	return v, nil
}

// frozenView reads a frozen ledger and adds what happened since as corrections.
func (w *work) frozenView(p *program.Program, l *program.Ledger, fz *domain.Ledger, signer bool) (*LedgerView, error) {
	b, err := json.Marshal(fz.Data)
	if err != nil {
		return nil, err
	}
	v := &LedgerView{}
	if err := json.Unmarshal(b, v); err != nil {
		return nil, err
	}
	v.State, v.Hash, v.FrozenAt = fz.State, fz.Hash, &fz.FrozenAt
	if a, err := w.Account(fz.FrozenBy); err == nil {
		v.FrozenBy = &AccountRef{a.ID, a.Name}
	}
	sigs, err := w.tx.Signatures(fz.ID, "")
	if err != nil {
		return nil, err
	}
	for _, s := range sigs {
		signed, err := w.signs(s.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range signed {
			by := AccountRef{ID: x.Account}
			if a, err := w.Account(x.Account); err == nil {
				by.Name = a.Name
			}
			v.Signatures = append(v.Signatures, SignedBy{by, x.At})
		}
	}
	v.CanSign = signer && fz.State == "frozen" && fz.FrozenBy != w.who.Account
	v.Corrections, err = w.corrections(p, l, fz, v)
	return v, err
}

// corrections are rows of the period that came to stand, or ceased to, after the
// freeze: the frozen rows themselves never change.
func (w *work) corrections(p *program.Program, l *program.Ledger, fz *domain.Ledger, v *LedgerView) ([]LedgerRow, error) {
	out := []LedgerRow{}
	if l.Rows == "" {
		return out, nil
	}
	s, err := parsePeriod(fz.Period)
	if err != nil {
		return nil, err
	}
	if acc := ledgerAccount(p, l); acc != nil {
		return w.journalCorrections(p, l, acc, s, fz.Path)
	}
	now, err := w.computeLedger(p, l, fz.Period, s, fz.Path)
	if err != nil {
		return nil, err
	}
	has := func(rows []LedgerRow, x LedgerRow) bool {
		return slices.ContainsFunc(rows, func(r LedgerRow) bool { return r.Record == x.Record && r.Key == x.Key })
	}
	for _, r := range now.Rows {
		if !has(v.Rows, r) {
			r.Labels["_correction"] = "补记"
			out = append(out, r)
		}
	}
	for _, r := range v.Rows {
		if !has(now.Rows, r) {
			c := LedgerRow{Record: r.Record, Key: r.Key, Cells: r.Cells, Labels: map[string]string{}}
			for k, x := range r.Labels {
				c.Labels[k] = x
			}
			c.Labels["_correction"] = "冲销"
			out = append(out, c)
		}
	}
	return out, nil
}

func (w *work) computeLedger(p *program.Program, l *program.Ledger, period string, s span, path string) (*LedgerView, error) {
	v := &LedgerView{Key: l.Key, Label: w.words(p).Ledger(l), Program: p.Key, Period: period, Rows: []LedgerRow{}, Groups: []LedgerGroup{}, Columns: []LedgerColumn{},
		Total: map[string]any{}, TotalLabels: map[string]string{}, TotalUnits: map[string]string{}, Corrections: []LedgerRow{}, Signatures: []SignedBy{}}
	if acc := ledgerAccount(p, l); acc != nil {
		if err := w.journalRows(p, l, acc, s, path, v); err != nil {
			return nil, err
		}
	} else if l.Rows != "" {
		if err := w.ledgerRows(p, l, s, path, v); err != nil {
			return nil, err
		}
	} else if err := w.ledgerStats(p, l, period, path, v); err != nil {
		return nil, err
	}
	for _, key := range l.Total {
		st := p.Stats.Get(key)
		if st == nil {
			continue
		}
		x, err := w.stat(p, st, path, StatQuery{Period: period})
		if err != nil {
			return nil, err
		}
		v.TotalLabels[key], v.TotalUnits[key] = w.words(p).Stat(st), x.Unit
		if !x.Suppressed {
			v.Total[key] = x.Value
		}
	}
	return v, nil
}

// ledgerAccount is the account whose entries a ledger lists, if it lists any.
func ledgerAccount(p *program.Program, l *program.Ledger) *program.Account {
	if key, ok := strings.CutPrefix(l.Rows, "account."); ok {
		return p.Accounts.Get(key)
	}
	return nil
}

// ledgerDim is what a table of figures has a row for: towns, or the values of the
// first dimension it is broken down by.
func ledgerDim(l *program.Ledger) string {
	switch {
	case len(l.By) == 0:
		return ""
	case slices.Contains(l.By, "area"):
		return "area"
	}
	return l.By[0]
}

// ledgerStats makes a table of figures: one row for the whole, and one per value
// of its dimension. A figure without that dimension stands in the whole only.
func (w *work) ledgerStats(p *program.Program, l *program.Ledger, period, path string, v *LedgerView) error {
	rows := map[string]*LedgerRow{}
	var order []string
	row := func(key, label string) *LedgerRow {
		if r, ok := rows[key]; ok {
			return r
		}
		r := &LedgerRow{Key: key, Cells: map[string]any{}, Labels: map[string]string{"_row": label}}
		rows[key] = r
		order = append(order, key)
		return r
	}
	row("", w.pick("合计", "Total"))
	for _, key := range l.Stats {
		st := p.Stats.Get(key)
		if st == nil {
			continue
		}
		unit := st.Unit
		if st.Kind == "ratio" {
			unit = "bp"
		}
		v.Columns = append(v.Columns, LedgerColumn{Key: key, Label: w.words(p).Stat(st), Unit: unit})
		q := StatQuery{Period: period}
		dim := ledgerDim(l)
		if dim != "" && statHasDim(p, st, dim) {
			q.By = []string{dim}
		}
		x, err := w.stat(p, st, path, q)
		if err != nil {
			return err
		}
		put := func(r *LedgerRow, value int64, set, hidden bool) {
			switch {
			case hidden:
				r.Cells[key], r.Labels[key] = nil, "＜"+fmt.Sprint(st.Suppress)
			case !set:
				r.Cells[key], r.Labels[key] = nil, "—"
			default:
				r.Cells[key], r.Labels[key] = value, showUnit(value, unit)
			}
		}
		put(row("", ""), x.Value, x.Set, x.Suppressed)
		for _, c := range x.Cells {
			d := c.Dims[dim]
			put(row(d.Key, d.Label), c.Value, c.Set, c.Suppressed)
		}
		v.TotalLabels[key] = w.words(p).Stat(st)
		if !x.Suppressed {
			v.Total[key] = x.Value
		}
	}
	slices.Sort(order)
	for _, k := range order {
		v.Rows = append(v.Rows, *rows[k])
	}
	return nil
}

// showUnit writes a figure for people.
func showUnit(n int64, unit string) string {
	switch unit {
	case "fen":
		return fmt.Sprintf("%.2f", float64(n)/100)
	case "bp":
		return fmt.Sprintf("%d.%02d%%", n/100, n%100)
	}
	return fmt.Sprint(n)
}

// Freeze fixes a period's table: rows, totals and hash. Later facts become
// correction rows.
func (a *App) Freeze(ctx context.Context, who *Who, once Once, prog, key, period string) (v *LedgerView, err error) {
	err = a.onceOnly(ctx, who, once, func(w *work) error {
		p, l, err := w.ledger(prog, key)
		if err != nil {
			return err
		}
		path, signer, err := w.ledgerScope(p, l)
		if err != nil {
			return err
		}
		if !signer {
			return domain.E(domain.KindForbidden, "ledger_forbidden", "ledger", l.Label)
		}
		if old, err := orNil(w.tx.Ledger(prog, key, period, path)); err != nil {
			return err
		} else if old != nil {
			return domain.E(domain.KindConflict, "ledger_frozen", "ledger", l.Label, "period", period)
		}
		s, err := parsePeriod(period)
		if err != nil || period == "" {
			return domain.E(domain.KindInvalid, "period").With("period", "period")
		}
		if domain.DateOf(w.Now()) <= s.until {
			return domain.E(domain.KindRefused, "ledger_early", "day", (s.until+1).String()).With("period", "ledger_early", "day", (s.until + 1).String())
		}
		table, err := w.inChinese().computeLedger(p, l, period, s, path)
		if err != nil {
			return err
		}
		fz, err := w.freeze(p, l, table, path)
		if err != nil {
			return err
		}
		v, err = w.frozenView(p, l, fz, signer)
		return err
	})
	if err == nil && v == nil { // a retry
		return a.Ledger(ctx, who, prog, key, period)
	}
	return v, err
}

func (w *work) freeze(p *program.Program, l *program.Ledger, table *LedgerView, path string) (*domain.Ledger, error) {
	b, err := json.Marshal(table)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(b)
	fz := &domain.Ledger{ID: store.NewID(), Program: p.Key, Key: l.Key, Period: table.Period, Path: path, State: "frozen",
		Hash: hex.EncodeToString(h[:]), FrozenAt: w.Now(), FrozenBy: w.who.Account, Data: map[string]any{}}
	if err := json.Unmarshal(b, &fz.Data); err != nil {
		return nil, err
	}
	if len(l.Sign) == 0 {
		fz.State = "signed"
	}
	if err := w.tx.InsertLedger(fz); err != nil {
		return nil, err
	}
	if len(l.Sign) > 0 {
		sig := &domain.Signature{Program: p.Key, Target: fz.ID, Move: "ledger:" + l.Key, Hash: fz.Hash, State: record.SignPending,
			Mover: w.who.Account, Payload: map[string]any{"period": table.Period, "roles": l.Sign}}
		if err := w.tx.InsertSignature(sig); err != nil {
			return nil, err
		}
	}
	return fz, w.tx.AppendEvent(&domain.Event{Program: p.Key, Key: "ledger", Type: "freeze", Actor: w.who.Account,
		Data: map[string]any{"ledger": l.Key, "period": table.Period, "hash": fz.Hash}})
}

// SignLedger signs a frozen ledger. Who froze it cannot sign it.
func (a *App) SignLedger(ctx context.Context, who *Who, once Once, prog, key, period string) (v *LedgerView, err error) {
	err = a.onceOnly(ctx, who, once, func(w *work) error {
		p, l, err := w.ledger(prog, key)
		if err != nil {
			return err
		}
		path, signer, err := w.ledgerScope(p, l)
		if err != nil {
			return err
		}
		fz, err := orNil(w.tx.Ledger(prog, key, period, path))
		switch {
		case err != nil:
			return err
		case fz == nil:
			return domain.E(domain.KindConflict, "ledger_not_frozen")
		case fz.State == "signed":
			return domain.E(domain.KindConflict, "sign_closed")
		case !signer:
			return domain.E(domain.KindForbidden, "sign_forbidden")
		case fz.FrozenBy == who.Account:
			return domain.E(domain.KindForbidden, "sign_self")
		}
		sigs, err := w.tx.Signatures(fz.ID, record.SignPending)
		if err != nil || len(sigs) == 0 {
			return domain.E(domain.KindConflict, "sign_closed").Wrap(err)
		}
		sig := &sigs[0]
		if err := w.tx.InsertSign(&domain.Sign{Signature: sig.ID, Account: who.Account, Decision: "sign", At: w.Now()}); err != nil {
			return err
		}
		sig.State = record.SignDone
		if err := w.tx.UpdateSignature(sig); err != nil {
			return err
		}
		fz.State = "signed"
		if err := w.tx.UpdateLedger(fz); err != nil {
			return err
		}
		if err := w.tx.AppendEvent(&domain.Event{Program: p.Key, Key: "ledger", Type: "sign", Actor: who.Account,
			Data: map[string]any{"ledger": key, "period": period, "hash": fz.Hash}}); err != nil {
			return err
		}
		v, err = w.frozenView(p, l, fz, signer)
		return err
	})
	if err == nil && v == nil { // a retry
		return a.Ledger(ctx, who, prog, key, period)
	}
	return v, err
}

// LedgerSummary is one line of the list of ledgers.
type LedgerSummary struct {
	Key    string        `json:"key"`
	Label  string        `json:"label"`
	Every  string        `json:"every"`
	Frozen []LedgerState `json:"frozen"`
}

type LedgerState struct {
	Period string `json:"period"`
	State  string `json:"state"`
}

// Ledgers lists a program's ledgers with their frozen periods.
func (a *App) Ledgers(ctx context.Context, who *Who, prog string) (l List[LedgerSummary], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		var items []LedgerSummary
		for k, lg := range p.Ledgers.All() {
			path, _, err := w.ledgerScope(p, lg)
			if err != nil {
				continue
			}
			s := LedgerSummary{Key: k, Label: w.words(p).Ledger(lg), Frozen: []LedgerState{}}
			if lg.Every != nil {
				s.Every = lg.Every.Raw
			}
			list, err := w.tx.Ledgers(prog, k)
			if err != nil {
				return err
			}
			for _, x := range list {
				if x.Path == path {
					s.Frozen = append(s.Frozen, LedgerState{x.Period, x.State})
				}
			}
			items = append(items, s)
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}
