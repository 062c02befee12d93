package app

import (
	"context"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/record"
)

// SignAct answers a waiting signature.
type SignAct struct {
	Decision string `json:"decision" enum:"sign,refuse"`
	Text     string `json:"text,omitempty" maxLength:"4000"`
	Code     string `json:"code,omitempty" maxLength:"32"`
}

// Sign answers a signature of a record's move; when it is the last, the move is made.
func (a *App) Sign(ctx context.Context, who *Who, once Once, id domain.RecordID, sig string, in SignAct) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		s, err := w.tx.Signature(sig)
		if err != nil || s.Target != string(id) {
			return "", domain.NotFound("signature")
		}
		return r.ID, w.sign(r, s, in)
	})
	return err
}

func (w *work) sign(r *record.Row, s *domain.Signature, in SignAct) error {
	w.mover = s.Mover
	signed, err := w.signs(s.ID)
	if err != nil {
		return err
	}
	sign := &domain.Sign{Signature: s.ID, Account: w.who.Account, Decision: in.Decision, At: w.Now(), Proof: map[string]any{}}
	if in.Code != "" {
		if sign.Slot, sign.Account, err = w.signByCode(r, s, in.Code); err != nil {
			return err
		}
		sign.Proof["code"] = true
	} else if sign.Slot, err = w.unit.OpenSlot(r, s, signed); err != nil {
		return err
	}
	if len(w.who.Parties) > 0 {
		sign.Party = w.who.Parties[0]
	}
	if err := w.tx.InsertSign(sign); err != nil {
		return err
	}
	typ := "signed"
	if in.Decision == "refuse" {
		typ = "sign_refused"
		s.State = record.SignRefused
	}
	if err := w.unit.Note(r, typ, map[string]any{"text": in.Text, "signature": s.ID}); err != nil {
		return err
	}
	if in.Decision == "refuse" {
		return w.SaveSignature(s)
	}
	if len(signed)+1 < len(record.Slots(s)) {
		return nil
	}
	return w.unit.Complete(r, s)
}

// signByCode: the mover types the code that the other side shows him. It counts
// as the other side's signature.
func (w *work) signByCode(r *record.Row, s *domain.Signature, code string) (int, domain.AccountID, error) {
	p, err := w.tx.Pass(passHash(code))
	if err != nil || p.Record != r.ID || p.Revoked || p.Left == 0 || !p.Until.IsZero() && w.Now().After(p.Until) {
		return 0, "", domain.E(domain.KindRefused, "code_wrong")
	}
	if ok, err := w.tx.UsePass(p.Hash); err != nil || !ok {
		return 0, "", domain.E(domain.KindRefused, "code_wrong").Wrap(err)
	}
	for i, slot := range record.Slots(s) {
		if slices.Contains(slot.Proof, "code") {
			return i, "", nil
		}
	}
	return 0, "", domain.E(domain.KindForbidden, "sign_forbidden")
}

func (w *work) signs(sig string) ([]*domain.Sign, error) {
	list, err := w.tx.Signs(sig)
	out := make([]*domain.Sign, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

// CloseSilent completes signatures whose time for an objection has passed
// (consent by silence).
func (a *App) CloseSilent(ctx context.Context, county domain.CountyCode, sig string) error {
	return a.write(ctx, System(county), func(w *work) error {
		s, err := w.tx.Signature(sig)
		if err != nil || s.State != record.SignPending {
			return err
		}
		r, err := w.unit.Load(domain.RecordID(s.Target))
		if err != nil {
			return err
		}
		if err := w.unit.Note(r, "signed", map[string]any{"text": "期满未提异议，视为同意", "signature": s.ID}); err != nil {
			return err
		}
		return w.unit.Complete(r, s)
	})
}
