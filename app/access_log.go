package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Who looks into a dossier, or reads sensitive fields of a record about somebody,
// is written down: the person concerned may ask who did, and why.

// lookAgainAfter: the same reader leafing back and forth within it is one look.
const lookAgainAfter = 10 * time.Minute

// look is one reading to be written down; empty when nothing is.
type lookNote struct {
	action, object string
	detail         map[string]any
}

// seen writes a look down unless the same one was just written. The reader gets
// his answer only when it is: the journal cannot be read around.
func (a *App) seen(ctx context.Context, who *Who, n lookNote) error {
	if n.object == "" || who.System {
		return nil
	}
	just := false
	err := a.read(ctx, who, func(w *work) error {
		list, err := w.tx.AuditsSince(n.object, who.Account, w.Now().Add(-lookAgainAfter), 20)
		for i := range list {
			just = just || list[i].Action == n.action && asText(list[i].Detail["record"]) == asText(n.detail["record"])
		}
		return err
	})
	if err != nil || just {
		return err
	}
	return a.write(ctx, who, func(w *work) error { return w.audit(n.action, n.object, "", n.detail) })
}

// lookAtParty is the look of whoever opens the dossier of somebody else.
func (w *work) lookAtParty(id domain.PartyID) lookNote {
	if w.actsFor(id) {
		return lookNote{}
	}
	return lookNote{action: "read", object: "party/" + string(id)}
}

// lookAtRecord is the look of whoever is shown sensitive fields of a record about
// somebody else.
func (w *work) lookAtRecord(r *record.Row, v *RecordView) lookNote {
	if v.Device != nil && v.Device.Place != nil { // where somebody is, who wears it
		if id := wearerOf(r.Record); id != "" && !w.actsFor(id) {
			return lookNote{action: "read_record", object: "party/" + string(id), detail: map[string]any{"record": string(r.ID), "ref_no": r.RefNo}}
		}
	}
	if r.Subject == "" || w.actsFor(r.Subject) {
		return lookNote{}
	}
	if g := w.who.Glass(r.P.Key, r.Subject, w.Now()); g != nil {
		return lookNote{action: "glass_read", object: "party/" + string(r.Subject), detail: map[string]any{"record": string(r.ID), "ref_no": r.RefNo, "id": g.ID}}
	}
	for k := range v.Fields {
		if f := record.FieldOf(r.T, k); f != nil && f.Class >= domain.Sensitive {
			return lookNote{action: "read_record", object: "party/" + string(r.Subject), detail: map[string]any{"record": string(r.ID), "ref_no": r.RefNo}}
		}
	}
	return lookNote{}
}

// AccessEntry is one look into a dossier, or one thing taken out of it.
type AccessEntry struct {
	ID      string      `json:"id"`
	At      time.Time   `json:"at"`
	Actor   *AccountRef `json:"actor,omitempty"`
	Org     *OrgRef     `json:"org,omitempty"`
	Action  string      `json:"action"`
	Label   string      `json:"label"`
	Field   string      `json:"field,omitempty"` // what was revealed, in words
	RefNo   string      `json:"ref_no,omitempty"`
	Purpose string      `json:"purpose,omitempty"`
}

// ownsRecordOf: the caller owns a running record about the party.
func (w *work) ownsRecordOf(id domain.PartyID) bool {
	page, err := w.tx.Records(store.RecordFilter{Subject: id, Owner: w.who.Account, Running: true, Access: store.AccessAll, Limit: 1})
	return err == nil && w.who.Account != "" && len(page.Items) > 0
}

// AccessLog says who looked into a dossier and why: to whose area or roster holds the person, to
// who owns a record about him, to the person himself, to those who act for him, to administrators and auditors.
func (a *App) AccessLog(ctx context.Context, who *Who, id domain.PartyID, cursor string, limit int) (l List[AccessEntry], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Party(id)
		if err != nil || !p.Active || !w.maySeeParty(p) && !who.Auditor {
			return domain.NotFound("party")
		}
		if _, keeps := w.areaClass(p); !keeps && !who.Admin && !who.Auditor && !w.actsFor(p.ID) && !w.ownsRecordOf(p.ID) {
			return domain.E(domain.KindForbidden, "access_forbidden")
		}
		page, err := w.tx.Audits(store.AuditFilter{Object: "party/" + string(id), Cursor: cursor, Limit: limitOf(limit)})
		if err != nil {
			return err
		}
		out := make([]AccessEntry, 0, len(page.Items))
		for i := range page.Items {
			out = append(out, w.accessEntry(p, &page.Items[i]))
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

func (w *work) accessEntry(p *domain.Party, r *domain.Audit) AccessEntry {
	v := AccessEntry{ID: r.ID, At: r.At, Action: r.Action, Label: w.auditLabel(r.Action), Purpose: r.Purpose, RefNo: asText(r.Detail["ref_no"])}
	if key := asText(r.Detail["field"]); key != "" {
		v.Field = w.fieldWord(p.Kind, key)
	}
	v.Actor, v.Org = w.actorOf(r.Actor)
	return v
}

// actorOf names an account and the unit of its first post.
func (w *work) actorOf(id domain.AccountID) (*AccountRef, *OrgRef) {
	acc, err := w.Account(id)
	if id == "" || err != nil {
		return nil, nil
	}
	who := w.personBehind(acc, domain.Internal)
	posts, err := w.tx.Memberships(store.MembershipFilter{Account: id})
	if err != nil || len(posts) == 0 {
		return who, nil
	}
	o, err := w.Org(posts[0].Org)
	if err != nil {
		return who, nil
	}
	return who, &OrgRef{o.ID, o.Name, o.Kind}
}

// fieldWord names a field of a party's file for people.
func (w *work) fieldWord(kind domain.PartyKind, key string) string {
	switch key {
	case identPhone:
		return w.pick("电话", "Phone")
	case identID:
		return w.pick("身份证号", "ID number")
	}
	for _, pr := range w.set.set.Programs.All() {
		if file := pr.Files[kind]; file != nil && file.Fields.Has(key) {
			return w.words(pr).Field(file.Fields.Get(key))
		}
	}
	if f := w.commonField(key); f != nil {
		return f.Label
	}
	return key
}

func (w *work) commonField(key string) *program.Field {
	for _, f := range commonFields {
		if f.Key == key {
			return f
		}
	}
	return nil
}
