package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Signature states.
const (
	SignPending = "pending"
	SignDone    = "done"
	SignRefused = "refused"
	SignVoid    = "void"
)

// slots lists the signatures that a move needs now.
func (u *Unit) slots(r *Row, mv *program.Move) ([]program.Sign, error) {
	var out []program.Sign
	for _, s := range mv.Sign {
		if s.When != nil {
			if ok, err := u.test(s.When, r.vars()); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// ask keeps the move until everybody has signed. The hash is over what the
// dialog holds; a change is another signature.
func (u *Unit) ask(r *Row, mv *program.Move, a Act, vals map[string]any, slots []program.Sign) error {
	if r.is.new {
		return domain.E(domain.KindInternal, "sign_on_intake", "move", mv.Key)
	}
	old, err := u.w.Signatures(r.ID)
	if err != nil {
		return err
	}
	for _, s := range old {
		if s.Move == mv.Key && s.State == SignPending {
			return domain.E(domain.KindConflict, "sign_pending", "move", mv.Label)
		}
	}
	roles := make([]any, len(slots))
	for i, s := range slots {
		by := make([]any, len(s.By))
		for j, k := range s.By {
			by[j] = k
		}
		roles[i] = map[string]any{"by": by, "proof": s.Proof}
	}
	payload := map[string]any{"values": vals, "reason": a.Reason, "text": a.Text, "pick": a.Pick,
		"at": stamp(u.at(a)), "slots": roles, "rev": r.Rev}
	sig := &domain.Signature{County: r.County, ID: u.w.NewID(), Program: r.P.Key, Target: string(r.ID), Move: mv.Key,
		Payload: payload, Hash: hashOf(payload), State: SignPending, Created: u.w.Now(), Mover: u.actor.Account}
	for _, s := range slots {
		if !s.Silent.IsZero() {
			due, _ := u.w.Calendar().Due(u.w.Now(), s.Silent.N, s.Silent.Unit, false)
			sig.ClosesAt = due
		}
	}
	if err := u.w.SaveSignature(sig); err != nil {
		return err
	}
	u.touch(r)
	for _, s := range slots {
		for _, role := range s.By {
			if err := u.w.Notify(Notice{Program: r.P.Key, Role: role, Record: r.Record, Via: []string{"push"},
				Text: r.Title() + "“" + mv.Label + "”待您签字", Why: "sign"}); err != nil {
				return err
			}
		}
	}
	return u.log(r, "sign_asked", nil, Act{Text: mv.Label}, nil)
}

// hashOf is SHA-256 over the canonical JSON of a payload.
func hashOf(v any) string {
	b, _ := json.Marshal(v) // map keys are sorted by encoding/json
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// Slot is one wanted signature.
type Slot struct {
	By    []string
	Proof []string
}

// Slots reads the wanted signatures of a stored payload.
func Slots(s *domain.Signature) []Slot {
	list, _ := s.Payload["slots"].([]any)
	out := make([]Slot, 0, len(list))
	for _, x := range list {
		m, _ := x.(map[string]any)
		out = append(out, Slot{By: texts(m["by"]), Proof: texts(m["proof"])})
	}
	return out
}

func texts(v any) []string {
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, text(x))
		}
		return out
	}
	return nil
}

// OpenSlot finds the slot that the actor may sign, given those already signed.
// Nobody signs his own move, and nobody signs twice.
func (u *Unit) OpenSlot(r *Row, s *domain.Signature, signed []*domain.Sign) (int, error) {
	if s.State != SignPending {
		return 0, domain.E(domain.KindConflict, "sign_closed")
	}
	if u.samePerson(s.Mover) {
		return 0, domain.E(domain.KindForbidden, "sign_self")
	}
	for _, x := range signed {
		if u.samePerson(x.Account) {
			return 0, domain.E(domain.KindConflict, "sign_twice")
		}
	}
	for i, slot := range Slots(s) {
		if slices.ContainsFunc(signed, func(x *domain.Sign) bool { return x.Slot == i }) {
			continue
		}
		if slices.ContainsFunc(slot.By, func(k string) bool { return u.Holds(r, k) }) {
			return i, nil
		}
	}
	return 0, domain.E(domain.KindForbidden, "sign_forbidden")
}

// samePerson: persons are compared, not accounts; two accounts of one person on
// file are one signer.
func (u *Unit) samePerson(other domain.AccountID) bool {
	if other == u.actor.Account {
		return true
	}
	if other == "" || u.actor.Account == "" {
		return false
	}
	a, err1 := u.w.Account(other)
	b, err2 := u.w.Account(u.actor.Account)
	return err1 == nil && err2 == nil && a.Party != "" && a.Party == b.Party
}

// Complete makes the move that was waiting, now that everybody has signed. The
// guards are read again: the world may have changed meanwhile.
func (u *Unit) Complete(r *Row, s *domain.Signature) error {
	mv := r.T.Moves.Get(s.Move)
	if mv == nil || !slices.Contains(mv.From, r.Stage) {
		s.State = SignVoid
		return u.w.SaveSignature(s)
	}
	vals, _ := s.Payload["values"].(map[string]any)
	a := Act{trusted: true, signed: true, preset: map[string]any{}, Reason: text(s.Payload["reason"]), Text: text(s.Payload["text"]), Pick: texts(s.Payload["pick"])}
	if at, err := time.Parse(time.RFC3339Nano, text(s.Payload["at"])); err == nil && at.Before(s.Created) {
		a.At = at
	}
	s.State = SignDone
	if err := u.w.SaveSignature(s); err != nil {
		return err
	}
	undo := r.overlay(vals)
	if err := u.guards(r, mv.Guard); err != nil {
		undo()
		return err
	}
	r.Reason = a.Reason
	return u.apply(r, mv, a, vals)
}
