package app

import (
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// viewSame shows an earlier record of the same thing (`same: warn`), if the
// reader may see it: people decide whether it is a duplicate.
func (w *work) viewSame(r *record.Row, s sight, v *RecordView) error {
	if r.T.Same == nil || !s.full || !r.Ended.IsZero() {
		return nil
	}
	old, err := w.findSame(r.Record, r.T.Same)
	if err != nil || old == nil {
		return err
	}
	o, os, err := w.row(old.ID)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return nil
		}
		return err
	}
	sum, err := w.summary(o, os)
	v.SameAs = &sum
	return err
}

func (w *work) viewSignatures(r *record.Row, s sight, v *RecordView) error {
	list, err := w.Signatures(r.ID)
	if err != nil {
		return err
	}
	for _, sig := range list {
		signed, err := w.signs(sig.ID)
		if err != nil {
			return err
		}
		sv := SignatureView{ID: sig.ID, Move: sig.Move, State: sig.State, Created: sig.Created, Slots: []SlotView{}}
		if mv := r.T.Moves.Get(sig.Move); mv != nil {
			sv.Label = w.words(r.P).Move(mv)
		}
		if a, err := w.Account(sig.Mover); err == nil {
			sv.By = &AccountRef{a.ID, a.Name}
		}
		for i, slot := range record.Slots(sig) {
			x := SlotView{}
			if len(slot.By) > 0 {
				x.Role = slot.By[0]
				if role := r.P.Roles.Get(slot.By[0]); role != nil {
					x.Label = w.words(r.P).Role(slot.By[0])
				}
			}
			for _, g := range signed {
				if g.Slot == i {
					by := AccountRef{ID: g.Account}
					if a, err := w.Account(g.Account); err == nil {
						by.Name = a.Name
					}
					x.Signed = &SignedBy{by, g.At}
				}
			}
			sv.CanCode = sv.CanCode || slices.Contains(slot.Proof, "code") && w.who.Account == sig.Mover && sig.State == record.SignPending
			sv.Slots = append(sv.Slots, x)
		}
		_, err = w.unit.OpenSlot(r, sig, signed)
		sv.Mine = err == nil
		if s.full || sv.Mine || sig.Mover == w.who.Account {
			v.Signatures = append(v.Signatures, sv)
		}
	}
	return nil
}

func (w *work) viewChildren(r *record.Row, s sight, v *RecordView) error {
	for _, key := range r.T.Children {
		t := r.P.Records.Get(key)
		list, err := w.unit.Children(r, key)
		if err != nil {
			return err
		}
		cv := ChildrenView{Record: key, Label: w.words(r.P).Kind(t), Items: []RecordSummary{}}
		for _, c := range list {
			cs, err := w.look(c)
			if domain.KindOf(err) == domain.KindNotFound && err != nil {
				continue
			} else if err != nil {
				return err
			}
			sum, err := w.summary(c, cs)
			if err != nil {
				return err
			}
			cv.Items = append(cv.Items, sum)
		}
		if len(cv.Items) > 0 {
			v.Children = append(v.Children, cv)
		}
	}
	return nil
}

// viewOrder shows an order's five fixings, and the slice of parent and subject
// that its receiver may see now.
func (w *work) viewOrder(r *record.Row, s sight, v *RecordView) error {
	if r.Noun != domain.Order {
		return nil
	}
	terms := w.unit.Terms(r)
	v.Terms = &TermsView{Task: terms.Task, Standard: terms.Standard, Duty: terms.Duty}
	if o, err := w.Org(r.Provider); err == nil {
		v.Terms.Person = o.Name
	}
	if r.T.Terms != nil {
		if k, err := w.Clock(r.ID, r.T.Terms.Limit); err == nil && k != nil && !k.DueAt.IsZero() {
			v.Terms.Due = &k.DueAt
		}
	}
	v.Shown, v.ShownLabels = map[string]any{}, map[string]string{}
	for _, path := range w.unit.ShownPaths(r) {
		f, x := w.unit.ShownValue(r, path)
		if x == nil {
			continue
		}
		v.Shown[path] = x
		v.ShownHeads = append(v.ShownHeads, Choice{path, w.shownHead(r, path, f)})
		if f != nil {
			v.ShownLabels[path] = w.display(f, x)
		} else {
			v.ShownLabels[path] = asText(x)
		}
	}
	return nil
}

// shownHead names a shown path; people have 姓名, all else 名称.
func (w *work) shownHead(r *record.Row, path string, f *program.Field) string {
	if path == "subject.name" {
		if p, err := w.Party(r.Subject); err == nil && p.Kind == domain.Person {
			return w.pick("姓名", "Name")
		}
	}
	return w.words(r.P).Path(path, f)
}

func (w *work) viewMembers(r *record.Row, s sight, v *RecordView) error {
	for _, id := range r.Members() {
		m, ms, err := w.row(id)
		if err != nil {
			if domain.KindOf(err) == domain.KindNotFound {
				continue
			}
			return err
		}
		sum, err := w.summary(m, ms)
		if err != nil {
			return err
		}
		v.Members = append(v.Members, sum)
	}
	return nil
}

func (w *work) viewIssued(r *record.Row, s sight, v *RecordView) error {
	if !s.full {
		return nil
	}
	docs, err := w.tx.Documents(r.ID, "")
	if err != nil {
		return err
	}
	for i := range docs {
		d := &docs[i]
		ref := DocumentRef{ID: d.ID, Key: d.Key, Label: d.Key, Serial: d.Serial, Version: d.Version, State: d.State, Issued: &d.IssuedAt}
		x := r.P.Documents.Get(d.Key)
		if x != nil {
			ref.Label = w.words(r.P).Named("documents", d.Key, x.Label)
		}
		if x != nil && x.Class <= s.class {
			if ref.Reading, err = w.readingOf(d, x, s); err != nil {
				return err
			}
		}
		v.Documents = append(v.Documents, ref)
	}
	for k, p := range r.P.Passes.All() {
		if p.Of == r.Key {
			v.Passes = append(v.Passes, PassRef{k, w.words(r.P).Named("passes", k, p.Label), p.Print && r.Ended.IsZero() && w.mayPrintPass(r),
				!p.Print && r.Ended.IsZero() && w.mayShowPass(r)})
		}
	}
	return nil
}

func (w *work) viewConsents(r *record.Row, s sight, v *RecordView) error {
	if r.Subject == "" || !s.full {
		return nil
	}
	for k, c := range r.P.Consents.All() {
		given, err := w.Consent(r.P.Key, k, r.Subject)
		if err != nil {
			return err
		}
		v.Consents = append(v.Consents, ConsentState{k, w.words(r.P).Consent(c), given, w.mayConsent(r.Subject, c) || w.mayRecordConsent(r.P, c), c.Evidence})
	}
	return nil
}
