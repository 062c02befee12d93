package record

import (
	"slices"
	"strings"
	"testing"

	"linqiao/domain"
)

const batchProgram = `
program: batches
version: 1
title: 批次
class: internal
roles:
  desk: {label: 经办, is: area, held_by: {org: desk}, read: internal}
accounts:
  pot:  {label: 资金池, unit: fen, floor: 0}
  paid: {label: 已付, unit: fen, by: [who], floor: 0}
records:
  claim:
    label: 申请
    is: case
    for: person
    keep: 1y
    fields:
      amount: {label: 金额, type: money}
      clean:  {label: 合格, type: bool}
      rounds: {label: 轮次, type: int, calc: "all.sheet.filter(b, b.phase == 'done').size()"}
    stages:
      new:   {label: 新, phase: open}
      ready: {label: 待批, phase: open}
      paid:  {label: 已付, phase: done}
      void:  {label: 作废, phase: void}
    moves:
      open:  {label: 申请, to: new, by: desk, need: [amount], ask: [clean]}
      ready: {label: 提交, from: new, to: ready, by: desk}
      mark:  {label: 复核, from: [new, ready], by: desk, need: [clean]}
      pay:   {label: 付款, from: ready, to: paid, guard: [{if: clean, say: 未复核}], do: [{enter: {from: pot, to: paid, amount: amount, at: {who: subject}}}]}
      void:  {label: 作废, from: [new, ready], to: void, by: desk, text: required}
  sheet:
    label: 名单
    is: batch
    of: claim
    takes: "stage == 'ready'"
    keep: 1y
    stages:
      draft: {label: 拟定, phase: draft}
      done:  {label: 已批, phase: done}
      void:  {label: 作废, phase: void}
    moves:
      draft: {label: 新建, to: draft, by: desk}
      pass:  {label: 批准, from: draft, to: done, by: desk, do: [{move: claim.pay, of: members}]}
      void:  {label: 作废, from: draft, to: void, by: desk, text: required}
      annul: {label: 撤销, from: done, to: void, by: desk, text: required}
stats:
  payments: {label: 付款, flow: account.paid, sum: amount}
`

func batchCounty(t *testing.T) (w *county, desk *Actor, claim func(who string, amount int, clean any, ready bool) domain.RecordID) {
	w = newCounty(t, batchProgram)
	desk = w.staff("wang", "hall", "desk", wholeway)
	w.balances["pot?"] = 1000
	return w, desk, func(who string, amount int, clean any, ready bool) domain.RecordID {
		in := map[string]any{"amount": amount}
		if clean != nil {
			in["clean"] = clean
		}
		id := w.make(desk, "claim.open", Act{Subject: w.person(who), Fields: in})
		if ready {
			w.must(desk, id, "ready", Act{})
		}
		return id
	}
}

func TestBatchTakes(t *testing.T) {
	w, desk, claim := batchCounty(t)
	a, b := claim("p1", 100, true, true), claim("p2", 200, true, false)
	_, err := w.try(desk, "sheet.draft", Act{Members: []domain.RecordID{a, b}, Region: villageA})
	wantErr(t, err, "member_refused", "")
	_, err = w.try(desk, "sheet.draft", Act{Region: villageA})
	wantErr(t, err, "members_missing", "")
	id := w.make(desk, "sheet.draft", Act{Members: []domain.RecordID{a}, Region: villageA})
	_, err = w.try(desk, "sheet.draft", Act{Members: []domain.RecordID{id}, Region: villageA})
	wantErr(t, err, "member_kind", "")
	w.look(desk, id, func(_ *Unit, r *Row) {
		if m := r.Members(); !slices.Equal(m, []domain.RecordID{a}) {
			t.Errorf("members %v", m)
		}
	})
	w.look(desk, a, func(u *Unit, r *Row) {
		if list, err := u.Children(r, "sheet"); err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("all.sheet of the member: %v %v", list, err)
		}
	})
}

// What fails is said per member; the others go through.
func TestBatchMembers(t *testing.T) {
	w, desk, claim := batchCounty(t)
	good, bad, unset, gone := claim("p1", 100, true, true), claim("p2", 200, false, true), claim("p3", 300, nil, true), claim("p4", 50, true, true)
	id := w.make(desk, "sheet.draft", Act{Members: []domain.RecordID{good, bad, unset, gone}, Region: villageA})
	w.must(desk, gone, "void", Act{Text: "撤回"})
	w.must(desk, id, "pass", Act{})
	for rec, want := range map[domain.RecordID]string{good: "paid", bad: "ready", unset: "ready", gone: "void", id: "done"} {
		if s := w.stage(rec); s != want {
			t.Errorf("%s is %s, want %s", w.recs[rec].RefNo, s, want)
		}
	}
	failed, _ := w.field(id, "failed").(string)
	for _, part := range []string{w.recs[bad].RefNo + "：未复核", w.recs[unset].RefNo + "：缺合格", w.recs[gone].RefNo} {
		if !strings.Contains(failed, part) {
			t.Errorf("failed %q lacks %q", failed, part)
		}
	}
	if strings.Contains(failed, w.recs[good].RefNo) || w.balances["paid?who=p1"] != 100 || w.balances["pot?"] != 900 {
		t.Errorf("failed %q, balances %v", failed, w.balances)
	}
	if n := w.field(good, "rounds"); n != int64(1) {
		t.Errorf("a member counts its batches: %v", n)
	}
	w.must(desk, id, "annul", Act{Text: "有误"})
	if n := w.field(good, "rounds"); n != int64(0) {
		t.Errorf("a member's count does not follow its batch: %v", n)
	}
	if _, v := w.total("payments"); v != 100 {
		t.Errorf("paid %d", v)
	}
}

func TestBatchWithNobody(t *testing.T) {
	w, desk, claim := batchCounty(t)
	a, b := claim("p1", 100, false, true), claim("p2", 200, nil, true)
	id := w.make(desk, "sheet.draft", Act{Members: []domain.RecordID{a, b}, Region: villageA})
	wantErr(t, w.move(desk, id, "pass", Act{}), "guard", "未复核")
	if w.stage(id) != "draft" {
		t.Error("a batch of which nobody passes stays")
	}
}

// A member that is refused half way, after its move has begun, takes the whole
// batch with it: no member may be left paid without its money.
func TestBatchHalfWay(t *testing.T) {
	w, desk, claim := batchCounty(t)
	a, dear := claim("p1", 100, true, true), claim("p2", 5000, true, true)
	id := w.make(desk, "sheet.draft", Act{Members: []domain.RecordID{a, dear}, Region: villageA})
	wantErr(t, w.move(desk, id, "pass", Act{}), "floor", "")
	for rec, want := range map[domain.RecordID]string{a: "ready", dear: "ready", id: "draft"} {
		if s := w.stage(rec); s != want {
			t.Errorf("%s is %s, want %s", w.recs[rec].RefNo, s, want)
		}
	}
	if w.balances["pot?"] != 1000 || w.balances["paid?who=p1"] != 0 {
		t.Errorf("balances %v", w.balances)
	}
}
