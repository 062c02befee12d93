package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// A pass with `print` is a card of paper: its code, long enough that nobody guesses
// it, opens a page without sign-in that shows what the `bearer` of the pass reads, and
// nothing else. Only the hash is kept, so a card cannot be printed twice: whoever lost
// one prints another, and the lost one opens nothing any more. With `logs` every
// opening is written into the record's history and the person's access log.

// CardPath is where the code of a card leads; the code follows.
const CardPath = "/card/"

// CardView is what the holder of a card is shown.
type CardView struct {
	Title  string     `json:"title"`
	County string     `json:"county"`
	Lines  []Choice   `json:"lines"` // label and text
	Until  *time.Time `json:"until,omitempty"`
}

// PassRef is a pass of a record; Print says whether the reader may print its card,
// Show whether he may show its code.
type PassRef struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Print bool   `json:"print,omitempty"`
	Show  bool   `json:"show,omitempty"`
}

// PrintCard is a card as it is printed, once.
type PrintCard struct {
	CardView
	Path string `json:"path"` // of the page that its code opens
	Logs bool   `json:"logs"`
}

// cardCode makes a code of 128 random bits, in letters and digits that are not mixed up.
func cardCode() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:])), nil
}

// mayPrintPass: who owns the record, the person concerned, and who acts for him.
func (w *work) mayPrintPass(r *record.Row) bool {
	for k, role := range r.P.Roles.All() {
		if slices.Contains([]string{"self", "guardian", "owner"}, role.Is) && w.unit.Holds(r, k) {
			return true
		}
	}
	return false
}

// printPass issues the card anew: those printed before open nothing any more.
func (w *work) printPass(id domain.RecordID, key string, v *PrintView) error {
	r, s, err := w.row(id)
	if err != nil {
		return err
	}
	p := r.P.Passes.Get(key)
	if p == nil || !p.Print || p.Of != r.Key || !s.full {
		return domain.NotFound("pass")
	}
	if !w.mayPrintPass(r) {
		return domain.E(domain.KindForbidden, "pass_forbidden")
	}
	if !r.Ended.IsZero() {
		return domain.E(domain.KindRefused, "pass_ended")
	}
	if _, err := w.tx.RevokePasses(r.ID, r.P.Key, key); err != nil {
		return err
	}
	made, err := w.newPass(key, p, r.Record)
	if err != nil {
		return err
	}
	v.Card = &PrintCard{CardView: w.card(r, p), Path: CardPath + made.Code, Logs: p.Logs}
	v.Card.Until, v.Title = made.Until, v.Card.Title
	return nil
}

// card holds what the bearer of a pass reads of its record.
func (w *work) card(r *record.Row, p *program.Pass) CardView {
	v := CardView{Title: w.words(r.P).Named("passes", p.Key, p.Label), Lines: []Choice{}}
	if g, err := w.Region(domain.RegionID(w.who.County)); err == nil {
		v.County = g.Name
	}
	class, extra, reads := record.BearerReads(r.P, p.Key, r.Key)
	if !reads {
		return v
	}
	for k, f := range r.T.Fields.All() {
		if f.Class > class && !slices.Contains(extra, k) || r.Value(k) == nil {
			continue
		}
		if text := w.display(f, r.Value(k)); text != "" {
			v.Lines = append(v.Lines, Choice{w.words(r.P).Field(f), text})
		}
	}
	return v
}

// OpenCard shows what the code of a card opens. A code that is unknown, revoked or
// over is not told apart.
func (a *App) OpenCard(ctx context.Context, address string, who *Who, code string) (v *CardView, err error) {
	limit := "card " + address
	if a.door.full(limit, checkMost, checkFor, a.Now()) {
		return nil, errTooMany("check_too_many", checkFor)
	}
	a.door.count(limit, checkFor, a.Now())
	var note lookNote
	var county domain.CountyCode
	hash := passHash(strings.ToLower(strings.TrimSpace(code)))
	err = a.eachCounty(ctx, "", func(w *work, t domain.Tenant) error {
		pass, err := orNil(w.tx.Pass(hash))
		if err != nil || pass == nil || pass.Revoked || pass.Left == 0 || !pass.Until.IsZero() && !w.Now().Before(pass.Until) {
			return err
		}
		r, err := w.unit.Load(pass.Record)
		if err != nil {
			return err
		}
		p := r.P.Passes.Get(pass.Key)
		if p == nil || !p.Print || !r.Ended.IsZero() {
			return nil
		}
		card := w.card(r, p)
		if !pass.Until.IsZero() {
			card.Until = &pass.Until
		}
		v, county = &card, t.Code
		if p.Logs {
			note = cardNote(r, p)
		}
		return nil
	})
	if err == nil && v == nil {
		err = domain.NotFound("pass")
	}
	if err == nil && note.object != "" {
		err = a.noteCard(ctx, county, who, note)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

func cardNote(r *record.Row, p *program.Pass) lookNote {
	n := lookNote{action: "pass_open", object: "record/" + string(r.ID), detail: map[string]any{"record": string(r.ID), "ref_no": r.RefNo, "pass": p.Key}}
	if r.Subject != "" {
		n.object = "party/" + string(r.Subject)
	}
	return n
}

// noteCard writes an opening down, for whoever watches over the person and in the
// record's own history; the same holder leafing back and forth is one opening. Who is
// not signed in has no name: that the card was opened, and when, is told all the same.
func (a *App) noteCard(ctx context.Context, county domain.CountyCode, who *Who, n lookNote) error {
	if who == nil || who.County != county {
		who = System(county)
	}
	return a.write(ctx, who, func(w *work) error {
		list, err := w.tx.AuditsSince(n.object, who.Account, w.Now().Add(-lookAgainAfter), 20)
		if err != nil || slices.ContainsFunc(list, func(x domain.Audit) bool {
			return x.Action == n.action && asText(x.Detail["record"]) == asText(n.detail["record"])
		}) {
			return err
		}
		r, err := w.unit.Load(domain.RecordID(asText(n.detail["record"])))
		if err != nil {
			return err
		}
		if err := w.tx.AppendEvent(&domain.Event{ID: domain.EventID(store.NewID()), Record: r.ID, Root: r.Root, Subject: r.Subject, Program: r.P.Key, Key: r.Key,
			Type: n.action, Actor: who.Account, Class: r.Class, Data: map[string]any{"pass": n.detail["pass"]}}); err != nil {
			return err
		}
		return w.audit(n.action, n.object, "", n.detail)
	})
}
