package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Two people confirm what was done, face to face, with no network on either phone.
// Whoever served shows the facts (a text in a QR code); the other side's phone shows
// them, and on consent a code of eight digits, made of the facts with a key that only
// that account's phone and the server know. The code travels by eye and is sent with
// the move it confirms; the other phone sends its own half when it can. Whichever comes
// first completes the signature, the second finds it done. A code fits one record, one
// account and these very facts: altered facts or digits are refused.

const (
	// factsMost bounds the text that both sides had before their eyes, in bytes.
	factsMost = 1500
	// confirmWrongMost is how many wrong codes a record takes before it rests.
	confirmWrongMost = 5
)

// Facts is what both sides saw. Fields hold stored values of the record by key.
type Facts struct {
	Record domain.RecordID `json:"r"`
	Move   string          `json:"m"`
	At     time.Time       `json:"at"`
	Fields map[string]any  `json:"f"`
}

// HalfAct is the other side's half.
type HalfAct struct {
	Facts string     `json:"facts" maxLength:"1500"`
	At    *time.Time `json:"at,omitempty"`
}

// ConfirmView lets a phone confirm without a network: the move and the account's key
// on this record.
type ConfirmView struct {
	Move  string `json:"move"`
	Label string `json:"label"`
	Key   string `json:"key"`
}

func readFacts(text string, id domain.RecordID, r *record.Row) (*Facts, *program.Move, error) {
	f := &Facts{}
	bad := domain.E(domain.KindInvalid, "facts_bad").With("facts", "facts_bad")
	if len(text) > factsMost || json.Unmarshal([]byte(text), f) != nil {
		return nil, nil, bad
	}
	mv := r.T.Moves.Get(f.Move)
	if f.Record != id || mv == nil || !slices.ContainsFunc(mv.Sign, byCode) {
		return nil, nil, bad
	}
	return f, mv, nil
}

func byCode(s program.Sign) bool { return slices.Contains(s.Proof, "code") }

// confirmKey is the secret that an account's phone shares with the server for one record.
func (w *work) confirmKey(id domain.RecordID, account domain.AccountID) (string, error) {
	return w.tx.Index("confirm", string(id)+"/"+string(account))
}

// confirmCode makes the eight digits: seven of the keyed hash and one that tells a slip
// of the finger (Luhn). web/mobile/src/offline/confirm.ts makes the same.
func confirmCode(key, facts string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(facts))
	n := binary.BigEndian.Uint64(mac.Sum(nil)[:8]) >> 12 // 52 bits: exact in JavaScript too
	digits := fmt.Sprintf("%07d", n%10_000_000)
	return digits + luhn(digits)
}

// luhn is the check digit of ISO/IEC 7812-1.
func luhn(digits string) string {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprint((10 - sum%10) % 10)
}

// viewConfirms offers the moves that the reader's phone may confirm by code.
func (w *work) viewConfirms(r *record.Row, s sight, v *RecordView) error {
	if !s.full || !r.Ended.IsZero() || w.who.Account == "" {
		return nil
	}
	for _, mv := range r.T.Moves.All() {
		if !w.mayConfirm(r, mv) {
			continue
		}
		key, err := w.confirmKey(r.ID, w.who.Account)
		if err != nil {
			return err
		}
		v.Confirms = append(v.Confirms, ConfirmView{mv.Key, w.words(r.P).Move(mv), key})
	}
	return nil
}

// mayConfirm: the reader holds a role whose signature the move takes by code.
func (w *work) mayConfirm(r *record.Row, mv *program.Move) bool {
	return slices.ContainsFunc(mv.Sign, func(s program.Sign) bool {
		return byCode(s) && slices.ContainsFunc(s.By, func(k string) bool { return w.unit.Holds(r, k) })
	})
}

// Confirm takes the other side's half: it signs what waits, or waits itself for the move.
func (a *App) Confirm(ctx context.Context, who *Who, once Once, id domain.RecordID, in HalfAct) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		r, _, err := w.row(id)
		if err != nil {
			return "", err
		}
		f, mv, err := readFacts(in.Facts, id, r)
		if err != nil {
			return "", err
		}
		if !w.mayConfirm(r, mv) {
			return "", domain.E(domain.KindForbidden, "sign_forbidden")
		}
		half := &domain.Confirmation{Record: id, Account: who.Account, Facts: in.Facts, At: w.Now(), State: "waiting"}
		if in.At != nil && in.At.Before(half.At) {
			half.At = in.At.UTC().Truncate(time.Millisecond)
		}
		done, err := w.confirm(r, mv, f, half.Account, half.At)
		if err != nil {
			return "", err
		}
		if done || mv.To == r.Stage { // by this half, or by the code that came before it
			half.State = "used"
		}
		return id, w.tx.SaveConfirmation(half)
	})
	return err
}

// confirmBy is called after a move that asks for signatures: it signs by the code that
// came with it, or by a half that was here before it.
func (w *work) confirmBy(r *record.Row, mv *program.Move, proof *ProofAct) error {
	if !slices.ContainsFunc(mv.Sign, byCode) {
		return nil
	}
	if proof != nil && proof.Code != "" {
		return w.confirmCoded(r, mv, proof)
	}
	halves, err := w.tx.Confirmations(r.ID)
	if err != nil {
		return err
	}
	for i := range halves {
		h := &halves[i]
		f, of, err := readFacts(h.Facts, r.ID, r)
		if h.State != "waiting" || err != nil || of != mv {
			continue
		}
		switch done, err := w.confirm(r, mv, f, h.Account, h.At); {
		case domain.CodeOf(err) == "facts_differ":
			continue // it confirmed something else: the other side signs anew
		case err != nil:
			return err
		case done:
			h.State = "used"
			return w.tx.SaveConfirmation(h)
		}
	}
	return nil
}

// confirmCoded finds whose code it is.
func (w *work) confirmCoded(r *record.Row, mv *program.Move, proof *ProofAct) error {
	w.lasting()
	f, of, err := readFacts(proof.Facts, r.ID, r)
	if err != nil || of != mv {
		return orRefusal(err, domain.E(domain.KindInvalid, "facts_bad").With("proof.facts", "facts_bad"))
	}
	signers, err := w.codeSigners(r, mv)
	if err != nil {
		return err
	}
	for _, account := range signers {
		key, err := w.confirmKey(r.ID, account)
		if err != nil {
			return err
		}
		if !sameText(confirmCode(key, proof.Facts), strings.TrimSpace(proof.Code)) {
			continue
		}
		done, err := w.confirm(r, mv, f, account, f.At)
		if err == nil && !done {
			err = domain.E(domain.KindConflict, "sign_closed")
		}
		return err
	}
	return domain.E(domain.KindRefused, "confirm_wrong").With("proof.code", "confirm_wrong")
}

// codeSigners lists the accounts of the people whose code the move takes: the subject's
// own, its representatives' and guardians'.
func (w *work) codeSigners(r *record.Row, mv *program.Move) ([]domain.AccountID, error) {
	parties := []domain.PartyID{r.Subject}
	relations, err := w.tx.Relations(r.Subject, w.today())
	if err != nil {
		return nil, err
	}
	for _, x := range relations {
		parties = append(parties, x.A, x.B)
	}
	var out []domain.AccountID
	for _, p := range parties {
		accounts, err := w.tx.AccountsOf(p)
		if err != nil {
			return nil, err
		}
		for i := range accounts {
			acc := &accounts[i]
			if !acc.Active || acc.ID == w.who.Account || slices.Contains(out, acc.ID) {
				continue
			}
			actor, err := actorOf(w.tx, acc)
			if err != nil {
				return nil, err
			}
			if slotOf(r, mv, actor) {
				out = append(out, acc.ID)
			}
		}
	}
	return out, nil
}

func slotOf(r *record.Row, mv *program.Move, who *record.Actor) bool {
	return slices.ContainsFunc(mv.Sign, func(s program.Sign) bool {
		return byCode(s) && slices.ContainsFunc(s.By, func(k string) bool {
			role := r.P.Roles.Get(k)
			return role != nil && (role.Is == "self" && slices.Contains(who.Parties, r.Subject) || role.Is == "guardian" && slices.Contains(who.Wards, r.Subject))
		})
	})
}

// confirm signs the pending signature of the move for an account, when what was
// confirmed is what the record says. False when nothing waits to be signed.
func (w *work) confirm(r *record.Row, mv *program.Move, f *Facts, account domain.AccountID, at time.Time) (bool, error) {
	w.lasting()
	pending, err := w.tx.Signatures(string(r.ID), record.SignPending)
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(pending, func(s domain.Signature) bool { return s.Move == mv.Key })
	if i < 0 {
		return false, nil
	}
	sig := &pending[i]
	if err := factsHold(r, sig, f); err != nil {
		return false, err
	}
	signed, err := w.signs(sig.ID)
	if err != nil {
		return false, err
	}
	slots := record.Slots(sig)
	slot := slices.IndexFunc(slots, func(s record.Slot) bool { return slices.Contains(s.Proof, "code") })
	if slot < 0 || slices.ContainsFunc(signed, func(x *domain.Sign) bool { return x.Slot == slot || x.Account == account }) {
		return false, nil
	}
	if at.After(w.Now()) {
		at = w.Now()
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(f.Record, f.Move, f.Fields)))
	sign := &domain.Sign{Signature: sig.ID, Slot: slot, Account: account, Decision: "sign", At: at, Proof: map[string]any{"code": true, "facts": hex.EncodeToString(sum[:8])}}
	if err := w.tx.InsertSign(sign); err != nil {
		return false, err
	}
	if err := w.unit.Note(r, "signed", map[string]any{"signature": sig.ID, "by": string(account), "how": "face"}); err != nil {
		return false, err
	}
	if len(signed)+1 < len(slots) {
		return true, nil
	}
	return true, w.unit.Complete(r, sig)
}

// factsHold: what both saw is what is filed, field by field.
func factsHold(r *record.Row, sig *domain.Signature, f *Facts) error {
	asked, _ := sig.Payload["values"].(map[string]any)
	for _, k := range sortedKeys(f.Fields) {
		now, ok := asked[k]
		if !ok {
			now = r.Value(k)
		}
		field := record.FieldOf(r.T, k)
		if field == nil || !sameValue(now, f.Fields[k]) {
			label := k
			if field != nil {
				label = field.Label
			}
			return domain.E(domain.KindRefused, "facts_differ", "label", label).With("fields."+k, "facts_differ", "label", label)
		}
	}
	return nil
}

// sameValue compares as JSON: numbers have one kind there.
func sameValue(a, b any) bool {
	var x, y any
	ra, err1 := json.Marshal(a)
	rb, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && json.Unmarshal(ra, &x) == nil && json.Unmarshal(rb, &y) == nil && reflect.DeepEqual(x, y)
}
