package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// PublicNotice is something published, as anybody may read it.
type PublicNotice struct {
	ID        string      `json:"id"`
	Program   string      `json:"program"`
	Title     string      `json:"title"`
	Label     string      `json:"label"`
	County    string      `json:"county"`
	Published time.Time   `json:"published_at"`
	Until     *time.Time  `json:"until,omitempty"`
	Ledger    *LedgerView `json:"ledger,omitempty"`
}

// Notices lists what is published in all counties of this instance.
func (a *App) Notices(ctx context.Context, county domain.CountyCode) (out []PublicNotice, err error) {
	out = []PublicNotice{}
	err = a.eachCounty(ctx, county, func(w *work, t domain.Tenant) error {
		list, err := w.tx.Notices("", "", "", "live", 200)
		if err != nil {
			return err
		}
		for i := range list {
			v, err := w.publicNotice(&list[i], t, false)
			if err != nil {
				return err
			}
			out = append(out, *v)
		}
		return nil
	})
	return out, err
}

// PublicNotice gives one publication with its table.
func (a *App) PublicNotice(ctx context.Context, id string) (v *PublicNotice, err error) {
	err = a.eachCounty(ctx, "", func(w *work, t domain.Tenant) error {
		n, err := orNil(w.tx.Notice(id))
		if err != nil || n == nil || n.State != "live" {
			return err
		}
		v, err = w.publicNotice(n, t, true)
		return err
	})
	if err == nil && v == nil {
		err = domain.NotFound("notice")
	}
	return v, err
}

// eachCounty reads in one county, or in all.
func (a *App) eachCounty(ctx context.Context, county domain.CountyCode, fn func(w *work, t domain.Tenant) error) error {
	return a.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Tenants()
		if err != nil {
			return err
		}
		for _, t := range list {
			if county != "" && t.Code != county {
				continue
			}
			w, err := a.begin(tx, System(t.Code))
			if err != nil {
				return err
			}
			if err := fn(w, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *work) publicNotice(n *domain.Notice, t domain.Tenant, whole bool) (*PublicNotice, error) {
	v := &PublicNotice{ID: n.ID, Program: n.Program, County: t.Name, Published: n.PublishedAt, Title: asText(n.Data["title"])}
	if !n.Until.IsZero() {
		v.Until = &n.Until
	}
	p, err := w.Program(n.Program, 0)
	if err != nil {
		return nil, err
	}
	nt := p.Notices.Get(n.Key)
	if nt == nil {
		return v, nil
	}
	v.Label = nt.Label
	if key, ok := strings.CutPrefix(nt.Of, "ledger."); ok && whole {
		fz, err := w.tx.LedgerByID(n.Target)
		if err != nil {
			return nil, err
		}
		l := p.Ledgers.Get(key)
		if l == nil {
			return v, nil
		}
		if v.Ledger, err = w.frozenView(p, l, fz, false); err != nil {
			return nil, err
		}
		publicCut(p, nt, v.Ledger)
	}
	return v, nil
}

// publicCut leaves of a ledger what may be public: figures, and of rows only the
// columns that the notice shows. People who froze and signed are named by office,
// not here.
func publicCut(p *program.Program, nt *program.Notice, l *LedgerView) {
	l.FrozenBy, l.Signatures = nil, nil
	for i := range l.Rows {
		l.Rows[i].Record = ""
	}
	if len(l.Rows) == 0 || l.Rows[0].Labels["_row"] != "" {
		return
	}
	keep := func(c LedgerColumn) bool { return slices.Contains(nt.Show, c.Key) }
	l.Columns = slices.DeleteFunc(l.Columns, func(c LedgerColumn) bool { return !keep(c) })
	for i := range l.Rows {
		for k := range l.Rows[i].Cells {
			if !keep(LedgerColumn{Key: k}) {
				delete(l.Rows[i].Cells, k)
				delete(l.Rows[i].Labels, k)
			}
		}
	}
	if len(l.Columns) == 0 {
		l.Rows, l.Corrections = []LedgerRow{}, []LedgerRow{}
	}
}

// Publish publishes a signed ledger (or another target of the program's notice).
// It is the only way figures leave for the public page.
func (a *App) Publish(ctx context.Context, who *Who, prog, key, period string) (id string, err error) {
	err = a.write(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		nt := p.Notices.Get(key)
		if nt == nil {
			return domain.NotFound("notice")
		}
		lk, ok := strings.CutPrefix(nt.Of, "ledger.")
		if !ok {
			return domain.E(domain.KindInvalid, "notice_target")
		}
		l := p.Ledgers.Get(lk)
		path, _, err := w.ledgerScope(p, l)
		if err != nil {
			return err
		}
		if !w.mayReview(p, nt) {
			return domain.E(domain.KindForbidden, "notice_forbidden")
		}
		fz, err := orNil(w.tx.Ledger(prog, lk, period, path))
		if err != nil {
			return err
		}
		if fz == nil || fz.State != "signed" {
			return domain.E(domain.KindRefused, "notice_unsigned", "ledger", l.Label)
		}
		old, err := w.tx.Notices(prog, key, fz.ID, "live", 1)
		if err != nil {
			return err
		}
		if len(old) > 0 {
			return domain.E(domain.KindConflict, "notice_live")
		}
		n := &domain.Notice{ID: store.NewID(), Program: prog, Key: key, Target: fz.ID, State: "live", PublishedAt: w.Now(),
			Data: map[string]any{"title": p.Title + l.Label + " " + period, "by": string(who.Account)}}
		if !nt.Lasts.IsZero() {
			n.Until, _ = w.app.cal.Due(w.Now(), nt.Lasts.N, nt.Lasts.Unit, false)
		}
		id = n.ID
		if err := w.tx.InsertNotice(n); err != nil {
			return err
		}
		return w.tx.AppendEvent(&domain.Event{Program: prog, Key: "notice", Type: "publish", Actor: who.Account,
			Data: map[string]any{"notice": key, "period": period, "hash": fz.Hash}})
	})
	return id, err
}

func (w *work) mayReview(p *program.Program, nt *program.Notice) bool {
	return slices.ContainsFunc(nt.Review, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && len(w.who.Qualified(role)) > 0
	})
}

// Unpublish takes a publication down; what was published stays on record.
func (a *App) Unpublish(ctx context.Context, who *Who, id string) error {
	return a.write(ctx, who, func(w *work) error {
		n, err := w.tx.Notice(id)
		if err != nil {
			return err
		}
		p, err := w.Program(n.Program, 0)
		if err != nil {
			return err
		}
		nt := p.Notices.Get(n.Key)
		if nt == nil || !w.mayReview(p, nt) {
			return domain.NotFound("notice")
		}
		n.State = "ended"
		if err := w.tx.UpdateNotice(n); err != nil {
			return err
		}
		return w.tx.AppendEvent(&domain.Event{Program: n.Program, Key: "notice", Type: "unpublish", Actor: who.Account, Data: map[string]any{"notice": n.Key}})
	})
}

// CheckView is what a certificate's public page shows.
type CheckView struct {
	Serial string   `json:"serial"`
	Title  string   `json:"title"`
	Issued string   `json:"issued"`
	State  string   `json:"state"`
	Cols   []Choice `json:"cols"`
}

// CheckSerial looks a certificate up by its serial; a forged one is not found.
func (a *App) CheckSerial(ctx context.Context, serial string) (v *CheckView, err error) {
	err = a.eachCounty(ctx, "", func(w *work, _ domain.Tenant) error {
		d, err := orNil(w.tx.DocumentBySerial(serial))
		if err != nil || d == nil {
			return err
		}
		p, err := w.Program(d.Program, 0)
		if err != nil {
			return err
		}
		doc := p.Documents.Get(d.Key)
		if doc == nil || !doc.Check {
			return nil
		}
		v = &CheckView{Serial: d.Serial, Title: doc.Label, Issued: domain.DateOf(d.IssuedAt).String(), State: d.State, Cols: []Choice{}}
		for _, c := range doc.CheckCols {
			if x, ok := d.Data[c].(map[string]any); ok {
				v.Cols = append(v.Cols, Choice{asText(x["label"]), asText(x["masked"])})
			}
		}
		return nil
	})
	if err == nil && v == nil {
		err = domain.NotFound("serial")
	}
	return v, err
}
