package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Act is what a caller gives with a move; JSON names as in docs/api.md.
type Act struct {
	Fields  map[string]any    `json:"fields,omitempty"`
	Child   *ChildAct         `json:"child,omitempty"`
	Subject domain.PartyID    `json:"subject,omitempty"`
	Parent  domain.RecordID   `json:"parent,omitempty"`
	Region  domain.RegionID   `json:"region,omitempty"`
	Channel string            `json:"channel,omitempty"`
	Members []domain.RecordID `json:"members,omitempty"`
	Pick    []string          `json:"pick,omitempty"`
	Offer   string            `json:"offer,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Text    string            `json:"text,omitempty"`
	At      *time.Time        `json:"at,omitempty"`
	Proof   *ProofAct         `json:"proof,omitempty"`
	Rev     int64             `json:"rev,omitempty"`
	Notice  string            `json:"notice,omitempty"` // the publication that an intake objects to
	// Base holds what the fields held when an offline act was made; with Rev it tells
	// which of them somebody else has changed meanwhile.
	Base map[string]any `json:"base,omitempty"`
	// Amend puts right what this offline move has filed, instead of making it.
	Amend bool `json:"amend,omitempty"`
	// Clock is by how many seconds the phone's clock was behind the server's when the
	// act was made; At is corrected already.
	Clock int64 `json:"clock,omitempty"`
}

type ChildAct struct {
	Fields map[string]any `json:"fields"`
}

type ProofAct struct {
	Lat    *float64 `json:"lat,omitempty"`
	Lng    *float64 `json:"lng,omitempty"`
	Photos []string `json:"photos,omitempty"`
	Pass   string   `json:"pass,omitempty"`
	Text   string   `json:"text,omitempty"`
	// Of a two-sided confirmation: what both sides saw, and the other side's code.
	Facts string `json:"facts,omitempty" maxLength:"1500"`
	Code  string `json:"code,omitempty" maxLength:"16"`
}

// maxEarly is how far back an offline act may be dated.
const maxEarly = 30 * 24 * time.Hour

// clockSlack is how far a phone's clock may be off without a word about it.
const clockSlack = 5 * time.Minute

func (w *work) act(a Act) (record.Act, error) {
	out := record.Act{Fields: a.Fields, Subject: a.Subject, Parent: a.Parent, Region: a.Region, Channel: a.Channel,
		Members: a.Members, Pick: a.Pick, Offer: a.Offer, Reason: a.Reason, Text: a.Text, Rev: a.Rev}
	if a.Child != nil {
		out.Child = a.Child.Fields
	}
	if a.At != nil {
		if w.Now().Sub(*a.At) > maxEarly {
			return out, domain.E(domain.KindInvalid, "at_too_early").With("at", "at_too_early")
		}
		out.At = a.At.UTC().Truncate(time.Millisecond)
	}
	if out.ClockOff = a.Clock; a.At != nil && a.At.Sub(w.Now()) > clockSlack { // dated into the future: the kernel takes now
		out.ClockOff = int64(w.Now().Sub(*a.At) / time.Second)
	}
	if p := a.Proof; p != nil {
		out.Proof = record.Proof{Photos: p.Photos, Pass: p.Pass, Text: p.Text}
		if p.Lat != nil && p.Lng != nil {
			out.Proof.Lat, out.Proof.Lng, out.Proof.Has = *p.Lat, *p.Lng, true
		}
	}
	return out, nil
}

// Create takes a record in through an intake move ("create" for records without moves).
func (a *App) Create(ctx context.Context, who *Who, once Once, prog, rec, move string, in Act) (domain.RecordID, error) {
	return a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		p, err := w.Program(prog, 0)
		if err != nil {
			return "", err
		}
		t, ok := p.Records.Find(rec)
		if !ok {
			return "", domain.NotFound("record_type")
		}
		mv := t.Moves.Get(move)
		if mv == nil && (t.Moves.Len() > 0 || move != "create") || mv != nil && !mv.Intake() {
			return "", domain.NotFound("move")
		}
		act, err := w.act(in)
		if err != nil {
			return "", err
		}
		if err := w.checkLinks(act); err != nil {
			return "", err
		}
		if t.Noun == domain.Order {
			return w.openOrder(p, t, mv, act)
		}
		if in.Notice != "" {
			return w.object(in.Notice, p, t, mv, act)
		}
		w.passOK(t, mv, &act, act.Parent)
		r, err := w.unit.Create(p, t, mv, act)
		if err != nil {
			return "", err
		}
		return r.ID, nil
	})
}

// openOrder opens an order by hand (a guarantee on a need): the offer must be
// live and fit.
func (w *work) openOrder(p *program.Program, t *program.RecordType, mv *program.Move, act record.Act) (domain.RecordID, error) {
	offer := act.Offer
	if offer == "" && len(act.Pick) == 1 {
		offer = act.Pick[0]
	}
	if offer == "" {
		return "", domain.E(domain.KindInvalid, "offer_missing").With("offer", "offer_missing")
	}
	parent, _, err := w.row(act.Parent)
	if err != nil {
		return "", err
	}
	r, err := w.unit.OpenOrder(p, t, mv, parent, offer, act)
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// checkLinks refuses a subject or parent that the caller may not see, exactly as
// if it did not exist.
func (w *work) checkLinks(a record.Act) error {
	if a.Subject != "" {
		p, err := w.Party(a.Subject)
		if err != nil || !w.maySeeParty(p) {
			return domain.E(domain.KindInvalid, "subject_unknown").With("subject", "subject_unknown")
		}
	}
	if a.Parent != "" {
		if _, _, err := w.row(a.Parent); err != nil {
			return domain.E(domain.KindInvalid, "parent_unknown").With("parent", "parent_unknown")
		}
	}
	for _, m := range a.Members {
		if _, _, err := w.row(m); err != nil {
			return domain.E(domain.KindInvalid, "members_unknown").With("members", "members_unknown")
		}
	}
	return nil
}

// passOK checks a scanned or typed code against the stored hash.
func (w *work) passOK(t *program.RecordType, mv *program.Move, a *record.Act, parent domain.RecordID) {
	if a.Proof.Pass == "" {
		return
	}
	p, err := w.tx.Pass(passHash(a.Proof.Pass))
	if err != nil || p.Revoked || !p.Until.IsZero() && w.shownAt(t, mv, a, p).After(p.Until) {
		return
	}
	a.Proof.PassOK = p.Record == parent || w.parentOf(parent) == p.Record
}

// shownAt is when a code was read: of one that also holds without a network, when
// the act was made, which may reach the server after the code has changed.
func (w *work) shownAt(t *program.RecordType, mv *program.Move, a *record.Act, p *domain.Pass) time.Time {
	prog, err := w.Program(p.Program, 0)
	if err != nil || !mv.Offline || a.At.IsZero() || !a.At.Before(w.Now()) {
		return w.Now()
	}
	if def := prog.Passes.Get(p.Key); def == nil || !def.Offline {
		return w.Now()
	}
	return a.At
}

// parentOf: the code at the door of a session is shown by who has a place in it.
func (w *work) parentOf(id domain.RecordID) domain.RecordID {
	if r, err := w.unit.Load(id); err == nil && id != "" && r.Record.Parent != "" {
		return r.Record.Parent
	}
	return "-"
}

// Move makes a move on a record.
func (a *App) Move(ctx context.Context, who *Who, once Once, id domain.RecordID, move string, in Act) error {
	guesses := "confirm/" + string(who.County) + "/" + string(id)
	if in.Proof != nil && in.Proof.Code != "" && a.door.full(guesses, confirmWrongMost, wrongFor, a.Now()) {
		return errTooMany("confirm_locked", wrongFor)
	}
	try := func() error {
		_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
			return id, w.move(id, move, in)
		})
		return err
	}
	err := try()
	if errors.Is(err, errTrayWaits) {
		if err = a.emptyTray(ctx, who.County, id); err == nil {
			err = try()
		}
	}
	if domain.CodeOf(err) == "confirm_wrong" {
		a.door.count(guesses, wrongFor, a.Now())
	}
	return err
}

func (w *work) move(id domain.RecordID, move string, in Act) error {
	r, s, err := w.row(id)
	if err != nil {
		return err
	}
	mv := r.T.Moves.Get(move)
	if mv == nil || mv.Intake() {
		return domain.NotFound("move")
	}
	act, err := w.act(in)
	if err != nil {
		return err
	}
	if in.Amend {
		return w.theirs(r, w.unit.Amend(r, mv, act))
	}
	if err := orRefusal(w.madeBefore(r, s, mv, in), w.settleBase(r, s, in, &act)); err != nil {
		return err
	}
	if err := w.trayWaits(r); err != nil {
		return err
	}
	w.passOK(r.T, mv, &act, r.ID)
	if err := w.unit.Move(r, mv, act); err != nil {
		return w.theirs(r, err)
	}
	return w.confirmBy(r, mv, in.Proof)
}

// theirs adds to a stale-edit conflict what is stored now, as the reader may see it.
func (w *work) theirs(r *record.Row, err error) error {
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != "stale" {
		return err
	}
	s, lerr := w.look(r)
	if lerr != nil {
		return err
	}
	for k, f := range r.T.Fields.All() {
		if x := r.Value(k); x != nil && s.may(r, f) {
			e.Fields = append(e.Fields, domain.FieldError{Path: "fields." + k, Code: "theirs", Args: map[string]string{"label": f.Label}, Theirs: x})
		}
	}
	e.Fields = append(e.Fields, domain.FieldError{Path: "stage", Code: "theirs", Args: map[string]string{"label": "状态"}, Theirs: r.StageLabel()})
	e.Args["rev"] = fmt.Sprint(r.Rev)
	return e
}

// Edit changes a kept record's fields.
func (a *App) Edit(ctx context.Context, who *Who, once Once, id domain.RecordID, in Act) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		if !w.unit.MayKeep(r) {
			return "", domain.E(domain.KindForbidden, "edit_forbidden")
		}
		act, err := w.act(in)
		if err != nil {
			return "", err
		}
		return r.ID, w.theirs(r, w.unit.Edit(r, act))
	})
	return err
}

// Record gives the page of a record.
func (a *App) Record(ctx context.Context, who *Who, id domain.RecordID) (v *RecordView, err error) {
	var note lookNote
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		if v, err = w.view(r, s); err == nil {
			note = w.lookAtRecord(r, v)
		}
		return err
	})
	if err == nil {
		err = a.seen(ctx, who, note)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// HandOver gives a record to another owner.
func (a *App) HandOver(ctx context.Context, who *Who, once Once, id domain.RecordID, to domain.AccountID, org domain.OrgID) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		return id, w.handOver(id, to, org)
	})
	return err
}

func (w *work) handOver(id domain.RecordID, to domain.AccountID, org domain.OrgID) error {
	r, s, err := w.row(id)
	if err != nil {
		return err
	}
	if !s.full || !w.mayHandOver(r) {
		return domain.E(domain.KindForbidden, "owner_forbidden")
	}
	acc, err := w.Account(to)
	if err != nil || !acc.Active {
		return domain.E(domain.KindInvalid, "account_unknown").With("account", "account_unknown")
	}
	return w.unit.HandOver(r, to, org)
}

// mayHandOver: the owner himself, or whoever holds an area role over the row.
func (w *work) mayHandOver(r *record.Row) bool {
	if r.Owner == w.who.Account && r.Owner != "" {
		return true
	}
	for k, role := range r.P.Roles.All() {
		if role.Is == "area" && w.unit.Holds(r, k) {
			return true
		}
	}
	return false
}

// mayBeAnswered: what the first of two equal requests did can be why the second
// is refused.
func mayBeAnswered(refusal error) bool {
	k := domain.KindOf(refusal)
	return k != domain.KindInternal && k != domain.KindUnavailable && domain.CodeOf(refusal) != "idempotency_mismatch"
}

// answered looks, after a refusal, whether the same request was answered while
// this one ran: on PostgreSQL the second of two at once meets what the first one
// did (a row that is there already, a stage that has changed).
func (a *App) answered(ctx context.Context, who *Who, o Once, refusal error) (domain.RecordID, error) {
	if !mayBeAnswered(refusal) {
		return "", refusal
	}
	var x onceAnswer
	err := a.DB.Read(ctx, func(tx *store.Tx) error {
		saved, err := tx.In(who.County).Idempotent(who.Account, o.Key, o.Hash)
		if err != nil || saved == nil {
			return err
		}
		return json.Unmarshal(saved.Body, &x)
	})
	if err != nil || x.ID == "" {
		return "", refusal
	}
	return x.ID, nil
}

func passHash(code string) string {
	h := sha256.Sum256([]byte("pass:" + code))
	return hex.EncodeToString(h[:])
}

// newCode makes a code of n digits.
func newCode(n int) (string, error) {
	top := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	x, err := rand.Int(rand.Reader, top)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%0*d", n, x), nil
}
