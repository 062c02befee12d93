package record

import (
	"slices"
	"testing"

	"linqiao/domain"
)

const signProgram = `
program: signed
version: 1
title: 签字
class: internal
roles:
  desk:   {label: 经办, is: area, held_by: {org: desk}, read: internal}
  boss:   {label: 主管, is: area, held_by: {org: office}, read: internal}
  client: {label: 本人, is: self, held_by: {party: person}, read: internal}
records:
  case:
    label: 案
    is: case
    for: person
    keep: 1y
    fields:
      amount: {label: 金额, type: int}
      frozen: {label: 冻结, type: bool, default: false}
    stages:
      new:   {label: 新, phase: open}
      doing: {label: 办, phase: open}
      done:  {label: 完, phase: done}
    moves:
      open:   {label: 开, to: new, by: desk}
      begin:  {label: 办, from: new, to: doing, by: desk}
      freeze: {label: 冻结, from: new, by: desk, need: [frozen]}
      pay:
        label: 支付
        from: new
        to: done
        by: desk
        need: [amount]
        guard: [{if: "amount > 0", say: 金额须大于零}, {if: "!frozen", say: 已冻结}]
        sign: [boss, {by: boss, when: amount > 1000}]
      thank: {label: 确认, from: doing, to: done, by: desk, sign: [{by: client, silent: 48h}]}
      close: {label: 结, from: doing, to: done, by: desk, sign: [desk]}
`

// sign answers the latest signature as the service does: the last one makes the move.
func (w *county) sign(who *Actor, id domain.RecordID) (err error) {
	w.t.Helper()
	return w.as(who, func(u *Unit) error {
		r, err := u.Load(id)
		if err != nil {
			return err
		}
		s := w.sigs[len(w.sigs)-1]
		slot, err := u.OpenSlot(r, s, w.signs[s.ID])
		if err != nil {
			return err
		}
		w.signs[s.ID] = append(w.signs[s.ID], &domain.Sign{Signature: s.ID, Slot: slot, Account: who.Account})
		if len(w.signs[s.ID]) < len(Slots(s)) {
			return nil
		}
		return u.Complete(r, s)
	})
}

type signers struct{ desk, desk2, boss, boss2, boss3, client *Actor }

func signCounty(t *testing.T) (*county, signers, domain.RecordID) {
	w := newCounty(t, signProgram)
	s := signers{
		desk: w.staff("d1", "hall", "desk", wholeway), desk2: w.staff("d2", "hall", "desk", wholeway),
		boss: w.staff("b1", "top", "office", wholeway), boss2: w.staff("b2", "top", "office", wholeway), boss3: w.staff("b3", "top", "office", wholeway),
		client: w.citizen("p1"),
	}
	return w, s, w.make(s.desk, "case.open", Act{Subject: "p1"})
}

func pay(amount int) Act { return Act{Fields: map[string]any{"amount": amount}, Text: "请付"} }

func TestSignThenMove(t *testing.T) {
	w, s, id := signCounty(t)
	w.must(s.desk, id, "pay", pay(500))
	if w.stage(id) != "new" || w.field(id, "amount") != nil || len(w.sigs) != 1 {
		t.Fatalf("before the signature: stage %s, amount %v", w.stage(id), w.field(id, "amount"))
	}
	if got := w.said("sign"); !slices.Equal(got, []string{"boss"}) {
		t.Errorf("asked %v", got)
	}
	wantErr(t, w.move(s.desk, id, "pay", pay(500)), "sign_pending", "")
	wantErr(t, w.sign(s.client, id), "sign_forbidden", "")
	if err := w.sign(s.boss, id); err != nil {
		t.Fatal(err)
	}
	if r := w.recs[id]; r.Stage != "done" || w.field(id, "amount") != int64(500) && w.field(id, "amount") != float64(500) || w.sigs[0].State != SignDone {
		t.Errorf("stage %s, amount %v, signature %s", r.Stage, w.field(id, "amount"), w.sigs[0].State)
	}
	wantErr(t, w.sign(s.boss2, id), "sign_closed", "")
}

// Nobody signs his own move, and persons are compared, not accounts.
func TestSignersAreDistinct(t *testing.T) {
	w, s, id := signCounty(t)
	w.person("px")
	both := *s.desk
	both.Memberships = append(slices.Clone(both.Memberships), s.boss.Memberships...)
	w.must(&both, id, "pay", pay(5000))
	if n := len(Slots(w.sigs[0])); n != 2 {
		t.Fatalf("%d slots for a large sum", n)
	}
	wantErr(t, w.sign(&both, id), "sign_self", "")
	w.accounts["d1"].Party, w.accounts["b1"].Party = "px", "px"
	wantErr(t, w.sign(s.boss, id), "sign_self", "") // the mover's second account
	if err := w.sign(s.boss2, id); err != nil {
		t.Fatal(err)
	}
	wantErr(t, w.sign(s.boss2, id), "sign_twice", "")
	w.accounts["b2"].Party, w.accounts["b3"].Party = "py", "py"
	wantErr(t, w.sign(s.boss3, id), "sign_twice", "") // the first signer's second account
	if w.stage(id) != "new" {
		t.Fatal("one of two signatures moved it")
	}
	w.accounts["b3"].Party = "pz"
	if err := w.sign(s.boss3, id); err != nil || w.stage(id) != "done" {
		t.Errorf("two persons: %v, stage %s", err, w.stage(id))
	}
}

func TestSignRefused(t *testing.T) {
	w, s, id := signCounty(t)
	w.must(s.desk, id, "pay", pay(500))
	w.sigs[0].State = SignRefused
	wantErr(t, w.sign(s.boss, id), "sign_closed", "")
	w.must(s.desk, id, "pay", pay(400)) // another dialog is another signature
	if len(w.sigs) != 2 || w.sigs[0].Hash == w.sigs[1].Hash {
		t.Error("the second asks for a signature of its own payload")
	}
	if err := w.sign(s.boss, id); err != nil || w.stage(id) != "done" {
		t.Errorf("%v, stage %s", err, w.stage(id))
	}
}

func TestSignVoidAfterAMove(t *testing.T) {
	w, s, id := signCounty(t)
	w.must(s.desk, id, "pay", pay(500))
	w.must(s.desk2, id, "begin", Act{})
	if err := w.sign(s.boss, id); err != nil {
		t.Fatal(err)
	}
	if w.stage(id) != "doing" || w.sigs[0].State != SignVoid || w.field(id, "amount") != nil {
		t.Errorf("stage %s, signature %s, amount %v", w.stage(id), w.sigs[0].State, w.field(id, "amount"))
	}
}

// Guards are read when it is asked and again when it is made.
func TestSignGuards(t *testing.T) {
	w, s, id := signCounty(t)
	wantErr(t, w.move(s.desk, id, "pay", pay(0)), "guard", "金额须大于零")
	if len(w.sigs) != 0 {
		t.Fatal("a refused move asks for no signature")
	}
	w.must(s.desk, id, "pay", pay(500))
	w.must(s.desk2, id, "freeze", Act{Fields: map[string]any{"frozen": true}})
	wantErr(t, w.sign(s.boss, id), "guard", "已冻结")
	if w.stage(id) != "new" || w.field(id, "amount") != nil || w.sigs[0].State != SignPending {
		t.Errorf("a refused completion left stage %s, amount %v, signature %s", w.stage(id), w.field(id, "amount"), w.sigs[0].State)
	}
	w.must(s.desk2, id, "freeze", Act{Fields: map[string]any{"frozen": false}})
	if err := w.sign(s.boss, id); err != nil || w.stage(id) != "done" {
		t.Errorf("%v, stage %s", err, w.stage(id))
	}
}

func TestSilence(t *testing.T) {
	w, s, id := signCounty(t)
	w.must(s.desk, id, "begin", Act{})
	w.must(s.desk, id, "thank", Act{})
	if got := w.sigs[0].ClosesAt; !got.Equal(w.now.AddDate(0, 0, 2)) {
		t.Errorf("silence ends at %s", got)
	}
	wantErr(t, w.sign(s.boss, id), "sign_forbidden", "")
	if err := w.sign(s.client, id); err != nil || w.stage(id) != "done" {
		t.Errorf("%v, stage %s", err, w.stage(id))
	}

	id = w.make(s.desk, "case.open", Act{Subject: "p1"})
	w.must(s.desk, id, "begin", Act{})
	w.must(s.desk, id, "close", Act{})
	if !w.sigs[1].ClosesAt.IsZero() {
		t.Error("without silent nothing ends by silence")
	}
	wantErr(t, w.sign(s.desk, id), "sign_self", "")
	if err := w.sign(s.desk2, id); err != nil || w.stage(id) != "done" {
		t.Errorf("a colleague: %v, stage %s", err, w.stage(id))
	}
}
