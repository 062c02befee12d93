package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

// audit writes a row of the journal: who looked at or changed what, and why.
// Object is `noun/id`; values of fields never stand in it.
func (w *work) audit(action, object, purpose string, detail map[string]any) error {
	return w.tx.AppendAudit(&domain.Audit{Actor: w.who.Account, Action: action, Object: object, Purpose: purpose, Detail: detail})
}

// happened writes an event beside records: of a party, an account, a unit, a
// region. Data names what changed, not to what, unless it is public.
func (w *work) happened(noun, typ string, subject domain.PartyID, data map[string]any) error {
	ev := &domain.Event{Subject: subject, Key: noun, Type: typ, Actor: w.who.Account, Data: data, Class: domain.Internal}
	if len(w.who.Memberships) > 0 {
		ev.Org = w.who.Memberships[0].Org
	}
	return w.tx.AppendEvent(ev)
}

// changed is an event and a row of the journal for one change.
func (w *work) changed(noun, typ, id string, subject domain.PartyID, data map[string]any) error {
	if data == nil {
		data = map[string]any{}
	}
	data["id"] = id
	if err := w.happened(noun, typ, subject, data); err != nil {
		return err
	}
	return w.audit(noun+"_"+typ, noun+"/"+id, "", nil)
}

// AuditQuery selects rows of the journal.
type AuditQuery struct {
	Actor  domain.AccountID
	Object string
	Action string
	From   time.Time
	Until  time.Time
	Cursor string
	Limit  int
}

type AuditView struct {
	ID      string         `json:"id"`
	At      time.Time      `json:"at"`
	Actor   *AccountRef    `json:"actor,omitempty"`
	Action  string         `json:"action"`
	Object  string         `json:"object"`
	Org     *OrgRef        `json:"org,omitempty"`
	Label   string         `json:"label"`           // the action in words
	About   string         `json:"about,omitempty"` // the object in words, as far as an auditor may know it
	Words   []Choice       `json:"words"`           // the detail in words
	Purpose string         `json:"purpose,omitempty"`
	Detail  map[string]any `json:"detail,omitempty"`
	Seq     int64          `json:"seq,omitempty"` // place in the hash chain; 0 = not linked yet
	Hash    string         `json:"hash,omitempty"`
}

// Audit lists the journal for auditors, newest first. Looking is noted too.
func (a *App) Audit(ctx context.Context, who *Who, q AuditQuery) (l List[AuditView], err error) {
	if !who.Auditor {
		return l, domain.E(domain.KindForbidden, "auditor_only")
	}
	err = a.write(ctx, who, func(w *work) error {
		if l, err = w.audits(q); err != nil || q.Cursor != "" {
			return err
		}
		return w.audit("audit_read", "audit", "", map[string]any{"object": q.Object, "actor": string(q.Actor), "action": q.Action})
	})
	return l, err
}

// audits reads a page of the journal and puts it into words.
func (w *work) audits(q AuditQuery) (l List[AuditView], err error) {
	page, err := w.tx.Audits(store.AuditFilter{Actor: q.Actor, Object: q.Object, Action: q.Action, From: q.From, Until: q.Until,
		Cursor: q.Cursor, Limit: min(max(q.Limit, 0), 200)})
	if err != nil {
		return l, err
	}
	out := make([]AuditView, 0, len(page.Items))
	for _, r := range page.Items {
		v := AuditView{ID: r.ID, At: r.At, Action: r.Action, Object: r.Object, Purpose: r.Purpose, Detail: r.Detail, Seq: r.Seq, Hash: r.Hash}
		v.Actor, v.Org = w.actorOf(r.Actor)
		v.Label, v.About, v.Words = w.auditLabel(r.Action), w.auditAbout(r.Object), w.auditWords(r.Detail)
		out = append(out, v)
	}
	return listOf(out, page.Next), nil
}

// VerifyAudit walks the journal's hash chain: the places where it is broken, and how
// many rows it has.
func (a *App) VerifyAudit(ctx context.Context, who *Who) (breaks []store.AuditBreak, linked int64, err error) {
	if !who.Auditor && !who.System {
		return nil, 0, domain.E(domain.KindForbidden, "auditor_only")
	}
	err = a.read(ctx, who, func(w *work) error {
		breaks, linked, err = w.tx.VerifyAudit()
		return err
	})
	return breaks, linked, err
}
