package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// PassView is a code as its holder shows it, once.
type PassView struct {
	Key   string     `json:"key"`
	Label string     `json:"label"`
	Code  string     `json:"code"`
	Until *time.Time `json:"until,omitempty"`
	// Seconds that the code holds from now, so that a screen whose clock is wrong
	// fetches the next in time; 0 = as long as the record runs.
	Seconds int64 `json:"seconds,omitempty"`
}

// ShowPass makes a fresh code for a record's pass: the person concerned shows it
// to whoever serves him, a station shows it at the door. Only its hash is kept.
func (a *App) ShowPass(ctx context.Context, who *Who, id domain.RecordID, key string) (v *PassView, err error) {
	err = a.write(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		p := r.P.Passes.Get(key)
		if p == nil || p.Of != r.Key || !s.full {
			return domain.NotFound("pass")
		}
		if !w.mayShowPass(r) {
			return domain.E(domain.KindForbidden, "pass_forbidden")
		}
		v, err = w.newPass(key, p, r.Record)
		return err
	})
	return v, err
}

// mayShowPass: the person concerned or a guardian; for a place or a session its
// owner and the staff of the area.
func (w *work) mayShowPass(r *record.Row) bool {
	for k, role := range r.P.Roles.All() {
		if (role.Is == "self" || role.Is == "guardian" || (role.Is == "area" || role.Is == "owner") && r.Subject == "") && w.unit.Holds(r, k) {
			return true
		}
	}
	return false
}

func (w *work) newPass(key string, p *program.Pass, rec *domain.Record) (*PassView, error) {
	code, err := newCode(6)
	if p.Print {
		code, err = cardCode()
	}
	if err != nil {
		return nil, err
	}
	// a door code in the clear would be guessable across records: the record is
	// part of what is hashed by the caller's look-up, so codes need only be hard
	// to guess within their short life.
	pass := &domain.Pass{Hash: passHash(code), Program: rec.Program, Key: key, Record: rec.ID, Left: -1}
	if p.Uses > 0 {
		pass.Left = p.Uses
	}
	v := &PassView{Key: key, Label: p.Label, Code: code}
	life := p.Lasts
	if !p.Rotates.IsZero() {
		life = p.Rotates
	}
	if !life.IsZero() {
		pass.Until, _ = w.app.cal.Due(w.Now(), life.N, life.Unit, false)
		v.Until = &pass.Until
		v.Seconds = int64(pass.Until.Sub(w.Now()) / time.Second)
	}
	return v, w.tx.InsertPass(pass)
}

func (w *work) IssuePass(key string, p *program.Pass, rec *domain.Record) error {
	w.lasting()
	w.later("", func() error {
		_, err := w.newPass(key, p, rec)
		return err
	})
	return nil
}

// Stop ends passes and publications of a record, and its exchange with systems outside.
func (w *work) Stop(kind, key string, rec *domain.Record) error {
	w.lasting()
	switch kind {
	case "pass":
		_, err := w.tx.RevokePasses(rec.ID, rec.Program, key)
		return err
	case "notice":
		return w.stopNotices(key, rec)
	case "partner":
		return w.stopPartner(key, rec)
	}
	return nil
}

func (w *work) issue(p *program.Program, d *program.Document, rec domain.RecordID, party domain.PartyID, data map[string]any) (*domain.Document, error) {
	doc := &domain.Document{ID: store.NewID(), Program: p.Key, Key: d.Key, Record: rec, Party: party, Version: 1,
		IssuedAt: w.Now(), Data: data, State: docValid}
	if err := w.versionOf(d, rec, doc); err != nil {
		return nil, err
	}
	if doc.Serial == "" {
		var err error
		if doc.Serial, err = w.serial(p, d); err != nil {
			return nil, err
		}
	}
	doc.Hash = passHash(doc.Serial + fmt.Sprint(data))
	if err := w.tx.InsertDocument(doc); err != nil {
		return nil, err
	}
	return doc, w.tx.AppendEvent(&domain.Event{Record: rec, Root: rec, Subject: party, Program: p.Key, Key: "document", Type: "issue",
		Actor: w.who.Account, Data: map[string]any{"document": d.Key, "serial": doc.Serial, "version": int64(doc.Version)}})
}

// serial fills "ZY{year}-{seq:5}".
func (w *work) serial(p *program.Program, d *program.Document) (string, error) {
	if d.Serial == "" {
		return string(w.NewID()), nil
	}
	year, _, _ := domain.DateOf(w.Now()).YMD()
	n, err := w.tx.NextRef(fmt.Sprintf("doc/%s/%s/%d", p.Key, d.Key, year))
	if err != nil {
		return "", err
	}
	s := strings.ReplaceAll(d.Serial, "{year}", fmt.Sprint(year))
	if i := strings.Index(s, "{seq:"); i >= 0 {
		width := 0
		if _, err := fmt.Sscanf(s[i:], "{seq:%d}", &width); err != nil {
			return "", domain.E(domain.KindInternal, "serial_pattern")
		}
		j := strings.IndexByte(s[i:], '}')
		s = s[:i] + fmt.Sprintf("%0*d", width, n) + s[i+j+1:]
	}
	return s, nil
}

// RefNo draws the number that people quote: county, year, running number.
func (w *work) RefNo(_, _ string) (string, error) {
	year, _, _ := domain.DateOf(w.Now()).YMD()
	n, err := w.tx.DrawRef(fmt.Sprintf("ref/%d", year))
	return fmt.Sprintf("%s-%02d-%06d", w.who.County, year%100, n), err
}

// IssueHours issues a certificate of an account's balance to one holder, by an
// office that signs it.
func (a *App) IssueHours(ctx context.Context, who *Who, once Once, prog, key string, holder string) (*DocumentRef, error) {
	return onceAnswered(ctx, a, who, once, func(w *work) (*DocumentRef, error) {
		p, err := w.Program(prog, 0)
		if err != nil {
			return nil, err
		}
		d := p.Documents.Get(key)
		acc, ok := strings.CutPrefix(docOf(d), "account.")
		if !ok {
			return nil, domain.NotFound("document")
		}
		if !slices.ContainsFunc(d.Sign, func(k string) bool { r := p.Roles.Get(k); return r != nil && len(who.Qualified(r)) > 0 }) {
			return nil, domain.E(domain.KindForbidden, "document_forbidden")
		}
		at := p.Accounts.Get(acc)
		if at == nil || len(at.By) != 1 {
			return nil, domain.NotFound("account")
		}
		n, err := w.tx.Balance(prog, acc, at.By[0]+"="+holder)
		if err != nil {
			return nil, err
		}
		if n <= 0 {
			return nil, domain.E(domain.KindRefused, "document_empty")
		}
		name := w.holderName(holder)
		data := map[string]any{
			at.By[0]:  map[string]any{"label": "姓名", "value": holder, "shown": name, "masked": domain.MaskName(name)},
			"balance": map[string]any{"label": at.Label, "value": n, "shown": showAmount(n, at.Unit), "masked": showAmount(n, at.Unit)},
		}
		doc, err := w.issue(p, d, "", "", data)
		if err != nil {
			return nil, err
		}
		return &DocumentRef{ID: doc.ID, Key: d.Key, Label: d.Label, Serial: doc.Serial, Version: doc.Version}, nil
	})
}

func docOf(d *program.Document) string {
	if d == nil {
		return ""
	}
	return d.Of
}

// holderName: hours are held by accounts or by people on file.
func (w *work) holderName(id string) string {
	if a, err := w.Account(domain.AccountID(id)); err == nil {
		return a.Name
	}
	if p, err := w.Party(domain.PartyID(id)); err == nil {
		return p.Name
	}
	return id
}

func showAmount(n int64, unit string) string {
	switch unit {
	case "minutes":
		return fmt.Sprintf("%d小时%d分", n/60, n%60)
	case "fen":
		return fmt.Sprintf("%d.%02d元", n/100, n%100)
	case "point":
		return fmt.Sprintf("%d分", n)
	}
	return fmt.Sprint(n)
}

// BalanceView is one balance of a journal account.
type BalanceView struct {
	Dims   string `json:"dims"`
	Holder string `json:"holder"`
	Amount int64  `json:"amount"`
	Shown  string `json:"shown"`
	Unit   string `json:"unit"`
}

// Balances lists balances of a program's account: one's own, or all for those
// who see its figures.
func (a *App) Balances(ctx context.Context, who *Who, prog, key, holder string) (l List[BalanceView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		acc := p.Accounts.Get(key)
		if acc == nil {
			return domain.NotFound("account")
		}
		all := w.who.System || slices.ContainsFunc(p.Roles.Keys(), func(k string) bool {
			r := p.Roles.Get(k)
			return r.FiguresAll && len(who.Qualified(r)) > 0
		})
		list, err := w.tx.Balances(prog, key)
		if err != nil {
			return err
		}
		var items []BalanceView
		for _, dims := range sortedKeys(list) {
			_, id, _ := strings.Cut(dims, "=")
			own := id == string(who.Account) || slices.Contains(who.Parties, domain.PartyID(id))
			if !all && !own || holder != "" && id != holder {
				continue
			}
			items = append(items, BalanceView{dims, w.holderName(id), list[dims], showAmount(list[dims], acc.Unit), acc.Unit})
		}
		l = listOf(items, "")
		return nil
	})
	return l, err
}
