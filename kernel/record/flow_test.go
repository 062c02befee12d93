package record

import (
	"slices"
	"strings"
	"testing"

	"linqiao/domain"
)

const flowProgram = `
program: flow
version: 1
title: 流转
class: internal
params:
  least: {label: 最低比例, type: bp, value: 80%, range: [50%, 100%]}
lists:
  why: {label: 理由, options: {far: 太远, other: 其他}}
files:
  person:
    grade: {label: 等级, type: text, class: internal}
    bank:  {label: 账号, type: text, class: personal}
roles:
  desk:   {label: 服务台, is: area, held_by: {org: desk}, read: personal}
  client: {label: 本人, is: self, held_by: {party: person}, read: {ask: internal}}
records:
  ask:
    label: 求助
    is: case
    for: person
    keep: 1y
    fields:
      kind:   {label: 项目, list: {clean: 打扫, mend: 小修}}
      days:   {label: 天数, type: int}
      fee:    {label: 单价, type: money}
      sum:    {label: 合计, type: money, suggest: days * fee}
      minor:  {label: 小额, type: bool}
      secret: {label: 病情, type: text, class: personal}
      trail:  {label: 次序, type: text, default: ""}
      items:  {label: 明细数, type: int, calc: "all.item.filter(i, i.phase == 'done').size()"}
      grade:  {label: 等级, type: text}
    stages:
      new:   {label: 新, phase: open}
      seen:  {label: 已看, phase: open}
      ready: {label: 就绪, phase: open}
      done:  {label: 完成, phase: done}
      void:  {label: 作废, phase: void}
    moves:
      raise:  {label: 提出, to: new, by: [desk, client], channels: [window, app], need: [kind], ask: [days, fee, secret]}
      look:   {label: 查看, from: new, to: seen, by: desk, do: [{open: item.add, with: {amount: "7"}}, {move: note}]}
      note:   {label: 记, from: [seen, ready], sets: {trail: "trail + 'n'"}}
      stay:   {label: 停留, from: seen, when: "all.item.size() > 0", sets: {trail: "trail + 's'"}}
      rush:   {label: 加急, from: new, to: seen, by: desk, do: [{open: item.add, with: {amount: "120"}}]}
      push:   {label: 催定, from: seen, by: desk, do: [{move: item.fill, of: all.item, with: {amount: "150"}}]}
      combo:  {label: 连做, from: new, to: seen, by: desk, do: [{move: note}, {open: item.detail}]}
      ready:  {label: 就绪, from: seen, to: ready, by: desk}
      back:   {label: 退回, from: ready, to: seen, by: desk}
      price:  {label: 定价, from: [seen, new], by: desk, need: [days, fee, sum]}
      cheap:  {label: 查价, from: [new, seen], by: desk, guard: [{if: "fee <= 10000", say: "单价{fee}过高"}]}
      share:  {label: 查比例, from: new, by: desk, guard: [{if: "share(days, 10) >= param.least", say: "比例不到{param.least}"}]}
      split:  {label: 拆分, from: new, by: desk, ask: [days], do: [{open: item.detail}]}
      grade:  {label: 评级, from: new, by: desk, need: [grade], sets: {subject.grade: grade, subject.bank: "'b' + grade"}}
      refuse: {label: 不办, from: new, to: void, by: desk, reason: why, text: required}
      finish: {label: 办结, from: [seen, ready], to: done, when: "all.item.exists(i, i.amount >= 100 && i.phase == 'done')"}
  item:
    label: 明细
    is: item
    of: ask
    keep: 1y
    fields:
      amount: {label: 数量, type: int, range: [1, 1000]}
      words:  {label: 说明, type: text}
      by_days: {label: 天, type: int, suggest: parent.days}
    stages:
      open: {label: 未定, phase: open}
      done: {label: 已定, phase: done}
      void: {label: 作废, phase: void}
    moves:
      add:    {label: 登记, to: open, by: desk, need: [amount]}
      detail: {label: 细记, to: open, by: desk, need: [amount, words, by_days], guard: [{if: "amount <= 500", say: 数量过大}]}
      fill:   {label: 改数, from: open, by: desk, need: [amount]}
      fix:    {label: 自动确定, from: open, to: done, when: amount >= 50}
      drop:   {label: 冲销, from: done, to: void, by: desk, text: required, sign: [desk]}
  card:
    label: 卡
    is: thing
    for: person
    keep: 1y
    kept_by: desk
    unique: [subject, code]
    fields:
      note: {label: 备注, type: text}
      size: {label: 字数, type: int, calc: note.size()}
`

func flowCounty(t *testing.T) (w *county, desk *Actor, raise func(fields map[string]any) domain.RecordID) {
	w = newCounty(t, flowProgram)
	desk = w.staff("wang", "hall", "desk", wholeway)
	p := w.person("p1")
	return w, desk, func(fields map[string]any) domain.RecordID {
		in := map[string]any{"kind": "clean"}
		for k, v := range fields {
			in[k] = v
		}
		return w.make(desk, "ask.raise", Act{Subject: p, Channel: "window", Fields: in})
	}
}

func (w *county) field(id domain.RecordID, key string) any {
	if v, ok := w.recs[id].Data[key]; ok {
		return v
	}
	return w.recs[id].Secret[key]
}

// A when-move fires after all of `do`, and once per stay when it stays.
func TestWhenOncePerStay(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(nil)
	w.must(desk, id, "look", Act{})
	if got := w.field(id, "trail"); got != "ns" {
		t.Errorf("do before when: trail %q", got)
	}
	w.now = w.now.AddDate(0, 0, 1)
	w.must(desk, id, "price", Act{Fields: map[string]any{"days": 1, "fee": 100, "sum": 100}})
	if got := w.field(id, "trail"); got != "ns" {
		t.Errorf("a second time in the same stay: %q", got)
	}
	w.must(desk, id, "ready", Act{})
	w.now = w.now.AddDate(0, 0, 1)
	w.must(desk, id, "back", Act{})
	if got := w.field(id, "trail"); got != "nss" {
		t.Errorf("a new stay: %q", got)
	}
	if n := len(w.only(id, "item")); n != 1 {
		t.Errorf("%d items", n)
	}
}

// A child's when-move wakes its parent's, also in the transaction that opened it,
// and the parent's calculated fields follow the child.
func TestWhenChain(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(nil)
	w.must(desk, id, "look", Act{})
	item := w.only(id, "item")[0]
	w.must(desk, item.ID, "fill", Act{Fields: map[string]any{"amount": 120}})
	if s := w.stage(item.ID); s != "done" {
		t.Fatalf("item %s", s)
	}
	if s := w.stage(id); s != "done" {
		t.Errorf("parent %s: a child's own when-move did not wake it", s)
	}
	if n := w.field(id, "items"); n != int64(1) {
		t.Errorf("calc reads %v", n)
	}

	id = raise(nil)
	w.must(desk, id, "look", Act{})
	w.must(desk, id, "push", Act{}) // moves a child whose own when-move comes after its parent's turn
	if s := w.stage(id); s != "done" {
		t.Errorf("parent %s: it was not looked at again", s)
	}

	id = raise(nil)
	w.must(desk, id, "rush", Act{})
	if s := w.stage(id); s != "done" || w.field(id, "items") != int64(1) {
		t.Errorf("opened and settled at once: parent %s, calc %v", s, w.field(id, "items"))
	}

	id = raise(nil)
	w.must(desk, id, "look", Act{})
	w.must(desk, w.only(id, "item")[0].ID, "fill", Act{Fields: map[string]any{"amount": 60}})
	if n := w.field(id, "items"); n != int64(1) || w.stage(id) != "seen" {
		t.Errorf("only the child moved: stored calc %v, stage %s", n, w.stage(id))
	}
}

// Calculated fields follow over several levels, and only what changed is saved.
func TestCalcOverLevels(t *testing.T) {
	w := newCounty(t, `
program: levels
version: 1
title: 层级
class: internal
roles:
  desk: {label: 台, is: area, held_by: {org: desk}, read: internal}
records:
  top:
    label: 上
    is: case
    for: none
    keep: 1y
    fields: {sum: {label: 和, type: int, calc: "all.mid.map(m, m.sum).sum()"}}
    stages: {live: {label: 行, phase: open}, done: {label: 完, phase: done}}
    moves: {open: {label: 开, to: live, by: desk}, close: {label: 关, from: live, to: done, by: desk}}
  mid:
    label: 中
    is: item
    of: top
    keep: 1y
    fields: {sum: {label: 和, type: int, calc: "all.leaf.map(l, l.num).sum()"}}
    stages: {live: {label: 行, phase: open}, done: {label: 完, phase: done}}
    moves: {open: {label: 开, to: live, by: desk}, close: {label: 关, from: live, to: done, by: desk}}
  leaf:
    label: 下
    is: item
    of: mid
    keep: 1y
    fields: {num: {label: 数, type: int}, words: {label: 话, type: text}}
    stages: {live: {label: 行, phase: open}, done: {label: 完, phase: done}}
    moves:
      open:  {label: 开, to: live, by: desk, need: [num]}
      edit:  {label: 改, from: live, by: desk, ask: [num, words]}
      close: {label: 关, from: live, to: done, by: desk}
`)
	desk := w.staff("wang", "hall", "desk", wholeway)
	top := w.make(desk, "top.open", Act{Region: villageA})
	mid := w.make(desk, "mid.open", Act{Parent: top})
	leaf := w.make(desk, "leaf.open", Act{Parent: mid, Fields: map[string]any{"num": 3}})
	w.make(desk, "leaf.open", Act{Parent: mid, Fields: map[string]any{"num": 4}})
	w.must(desk, leaf, "edit", Act{Fields: map[string]any{"num": 30}})
	if a, b := w.field(mid, "sum"), w.field(top, "sum"); a != int64(34) || b != int64(34) {
		t.Errorf("sums %v and %v", a, b)
	}
	rev := w.recs[top].Rev
	w.must(desk, leaf, "edit", Act{Fields: map[string]any{"words": "无关"}})
	if w.recs[top].Rev != rev {
		t.Error("saved without a change")
	}
}

func TestGuard(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(nil)
	wantErr(t, w.move(desk, id, "cheap", Act{}), "guard", "缺单价")
	dear := raise(map[string]any{"days": 2, "fee": 20000})
	wantErr(t, w.move(desk, dear, "cheap", Act{}), "guard", "单价200")
	few := raise(map[string]any{"days": 7})
	wantErr(t, w.move(desk, few, "share", Act{}), "guard", "不到80%")
	fine := raise(map[string]any{"fee": 10000})
	w.must(desk, fine, "cheap", Act{})
	if len(w.recs) != 4 || w.recs[id].Rev != 1 {
		t.Error("a refused move left something")
	}
}

// What a move needs may come from the dialog, from before, or from a suggestion
// that reads the dialog.
func TestNeed(t *testing.T) {
	w, desk, raise := flowCounty(t)
	_, err := w.try(desk, "ask.raise", Act{Subject: "p1", Channel: "window", Fields: map[string]any{"days": 1}})
	wantErr(t, err, "fields_invalid", "fields.kind:required")
	_, err = w.try(desk, "ask.raise", Act{Subject: "p1", Channel: "window", Fields: map[string]any{"kind": "fly", "days": "x", "zzz": 1}})
	for _, part := range []string{"fields.kind:", "fields.days:", "fields.zzz:unknown_field"} {
		wantErr(t, err, "fields_invalid", part)
	}

	id := raise(map[string]any{"days": 3, "fee": 200})
	w.must(desk, id, "price", Act{})
	if v := w.field(id, "sum"); v != int64(600) {
		t.Errorf("suggested from before: %v", v)
	}
	id = raise(nil)
	w.must(desk, id, "price", Act{Fields: map[string]any{"days": 4, "fee": 200}})
	if v := w.field(id, "sum"); v != int64(800) {
		t.Errorf("suggested from the dialog: %v", v)
	}
	id = raise(nil)
	w.must(desk, id, "price", Act{Fields: map[string]any{"days": 4, "fee": 200, "sum": 500}})
	if v := w.field(id, "sum"); v != int64(500) {
		t.Errorf("a person's value over the suggestion: %v", v)
	}
	wantErr(t, w.move(desk, raise(nil), "price", Act{Fields: map[string]any{"fee": 200}}), "fields_invalid", "fields.days:required")
}

// A child opened by a move takes its part of the same dialog, flat or apart, and
// what the action gives counts as filled.
func TestOpenInDialog(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(map[string]any{"days": 2})
	w.must(desk, id, "split", Act{Fields: map[string]any{"amount": 9, "words": "平铺"}})
	w.must(desk, id, "split", Act{Child: map[string]any{"amount": 8, "words": "另列"}, Fields: map[string]any{"days": 5}})
	w.must(desk, id, "look", Act{Child: map[string]any{"amount": 999}}) // what the action gives stands
	items := w.only(id, "item")
	if len(items) != 3 {
		t.Fatalf("%d items", len(items))
	}
	for i, want := range []struct {
		amount, days any
		words        any
	}{{int64(9), int64(2), "平铺"}, {int64(8), int64(5), "另列"}, {int64(7), nil, nil}} {
		it := items[i]
		if it.Data["amount"] != want.amount || it.Data["words"] != want.words || it.Data["by_days"] != want.days {
			t.Errorf("item %d: %v", i, it.Data)
		}
		if it.Parent != id || it.Root != id || it.Subject != "p1" || it.Path != pathA || it.Owner != "wang" {
			t.Errorf("item %d is not its parent's: %+v", i, it)
		}
	}
}

// A move made by an action on the way does not take the dialog away.
func TestDialogOutlivesActions(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(map[string]any{"days": 2})
	w.must(desk, id, "combo", Act{Fields: map[string]any{"amount": 9, "words": "连做"}})
	if items := w.only(id, "item"); len(items) != 1 || items[0].Data["words"] != "连做" || w.field(id, "trail") != "ns" {
		t.Errorf("items %v, trail %v", items, w.field(id, "trail"))
	}
}

// A refused child rolls all back.
func TestRefusedChild(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(map[string]any{"days": 2})
	wantErr(t, w.move(desk, id, "split", Act{Fields: map[string]any{"amount": 501, "words": "x", "days": 9}}), "guard", "数量过大")
	wantErr(t, w.move(desk, id, "split", Act{Fields: map[string]any{"amount": 5000, "words": "x"}}), "fields_invalid", "fields.amount")
	wantErr(t, w.move(desk, id, "split", Act{Fields: map[string]any{"amount": 5}}), "fields_invalid", "fields.words:required")
	if len(w.recs) != 1 || w.field(id, "days") != int64(2) || len(w.events) != 1 {
		t.Errorf("%d records, days %v, %d events", len(w.recs), w.field(id, "days"), len(w.events))
	}
}

func TestMoveRefusals(t *testing.T) {
	w, desk, raise := flowCounty(t)
	me := w.citizen("p2")
	other := w.staff("zhao", "far", "desk", pathB)
	id := raise(nil)
	wantErr(t, w.move(desk, id, "back", Act{}), "move_not_now", "")
	wantErr(t, w.move(other, id, "look", Act{}), "move_forbidden", "")
	wantErr(t, w.move(me, id, "look", Act{}), "move_forbidden", "")
	wantErr(t, w.move(desk, id, "look", Act{Rev: 9}), "stale", "")
	wantErr(t, w.move(desk, id, "refuse", Act{Text: "不"}), "fields_invalid", "reason:reason_required")
	wantErr(t, w.move(desk, id, "refuse", Act{Text: "不", Reason: "none"}), "fields_invalid", "reason:option")
	wantErr(t, w.move(desk, id, "refuse", Act{Reason: "far"}), "fields_invalid", "text:text_required")
	w.must(desk, id, "refuse", Act{Reason: "far", Text: "路远", Rev: 1})
	if r := w.recs[id]; r.Reason != "far" || r.Phase != domain.PhaseVoid || !r.Ended.Equal(w.now) {
		t.Errorf("%+v", r)
	}
	_, err := w.try(me, "ask.raise", Act{Subject: "p1", Fields: map[string]any{"kind": "clean"}})
	wantErr(t, err, "move_forbidden", "")
	_, err = w.try(me, "ask.raise", Act{Subject: "p2", Channel: "letter", Fields: map[string]any{"kind": "clean"}})
	wantErr(t, err, "fields_invalid", "channel:option")
	mine := w.make(me, "ask.raise", Act{Subject: "p2", Fields: map[string]any{"kind": "clean"}})
	if r := w.recs[mine]; r.Channel != "app" || r.Owner != "" || r.OwnerOrg != "" {
		t.Errorf("a resident's own intake: channel %q, owner %q %q", r.Channel, r.Owner, r.OwnerOrg)
	}
}

// Personal values stay out of the open part of the row, of the event, and of the
// party's open file.
func TestPersonalStaysSealed(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(map[string]any{"secret": "糖尿病"})
	if r := w.recs[id]; r.Data["secret"] != nil || r.Secret["secret"] != "糖尿病" {
		t.Errorf("open %v, sealed %v", r.Data, r.Secret)
	}
	ev := w.events[0]
	if v, _ := ev.Data["values"].(map[string]any); v["secret"] != nil || v["kind"] != "clean" {
		t.Errorf("event %v", ev.Data)
	}
	if keys, _ := ev.Data["fields"].([]string); !slices.Contains(keys, "secret") {
		t.Errorf("event names %v", keys)
	}
	w.must(desk, id, "grade", Act{Fields: map[string]any{"grade": "A"}})
	if r := w.recs[id]; r.Secret["secret"] != "糖尿病" {
		t.Error("a move that did not read the sealed part lost it")
	}
	p := w.parties["p1"]
	if p.Data["grade"] != "A" || p.Data["bank"] != nil || p.Secret["bank"] != "bA" {
		t.Errorf("file: open %v, sealed %v", p.Data, p.Secret)
	}
}

// Records without moves are kept: live at once, edited in place, unique still.
func TestKept(t *testing.T) {
	w, desk, _ := flowCounty(t)
	w.person("p3")
	id := w.make(desk, "card", Act{Subject: "p1", Fields: map[string]any{"code": "C1", "note": "红"}})
	if r := w.recs[id]; r.Phase != domain.PhaseLive || r.Path != pathA {
		t.Errorf("%+v", r)
	}
	if _, err := w.try(desk, "card", Act{Subject: "p1", Fields: map[string]any{"code": "C1"}}); domain.CodeOf(err) != "unique" {
		t.Errorf("the same card twice: %v", err)
	}
	w.make(desk, "card", Act{Subject: "p3", Fields: map[string]any{"code": "C1"}})
	_, err := w.try(desk, "card", Act{Subject: "p1", Fields: map[string]any{"code": "C9", "size": 7}})
	wantErr(t, err, "fields_invalid", "fields.size:unknown_field") // nobody edits what is calculated
	two := w.make(desk, "card", Act{Subject: "p1", Fields: map[string]any{"code": "C2"}})
	edit := func(fields map[string]any, rev int64) error {
		return w.as(desk, func(u *Unit) error {
			r, err := u.Load(two)
			if err != nil {
				return err
			}
			return u.Edit(r, Act{Fields: fields, Rev: rev})
		})
	}
	if err := edit(map[string]any{"code": "C1"}, 0); domain.CodeOf(err) != "unique" {
		t.Errorf("edited into the same card: %v", err)
	}
	wantErr(t, edit(map[string]any{"note": "蓝"}, 7), "stale", "")
	if err := edit(map[string]any{"note": "蓝"}, 1); err != nil || w.field(two, "note") != "蓝" || w.field(two, "size") != int64(1) {
		t.Errorf("%v, note %v", err, w.field(two, "note"))
	}
}

// Whom a unique key tells apart: subject, parent, region, and the period.
func TestUniqueKey(t *testing.T) {
	w := newCounty(t, `
program: uni
version: 1
title: 唯一
class: internal
roles:
  desk: {label: 台, is: area, held_by: {org: desk}, read: internal}
records:
  event:
    label: 活动
    is: activity
    for: none
    keep: 1y
    stages: {live: {label: 进行, phase: live}, done: {label: 完, phase: done}}
    moves:
      open:  {label: 开, to: live, by: desk}
      close: {label: 关, from: live, to: done, by: desk}
  seat:
    label: 报名
    is: booking
    of: event
    for: person
    unique: [subject, parent]
    keep: 1y
    stages: {here: {label: 到, phase: present}}
    moves: {come: {label: 来, to: here, by: desk}}
  plan:
    label: 年度计划
    is: case
    for: none
    period: year
    unique: [region, period]
    keep: 1y
    stages: {running: {label: 行, phase: open}, ended: {label: 止, phase: done}}
    moves:
      begin: {label: 立, to: running, by: desk}
      end:   {label: 止, from: running, to: ended, by: desk}
`)
	desk := w.staff("wang", "hall", "desk", wholeway)
	w.person("p1")
	a, b := w.make(desk, "event.open", Act{Region: villageA}), w.make(desk, "event.open", Act{Region: villageA})
	w.make(desk, "seat.come", Act{Subject: "p1", Parent: a})
	w.make(desk, "seat.come", Act{Subject: "p1", Parent: b})
	if _, err := w.try(desk, "seat.come", Act{Subject: "p1", Parent: a}); domain.CodeOf(err) != "unique" {
		t.Errorf("twice to one event: %v", err)
	}
	w.make(desk, "plan.begin", Act{Region: villageA})
	w.make(desk, "plan.begin", Act{Region: villageB})
	if _, err := w.try(desk, "plan.begin", Act{Region: villageA}); domain.CodeOf(err) != "unique" {
		t.Errorf("twice in one year: %v", err)
	}
	w.now = beijing("2027-01-01 00:30") // still 2026 in London
	w.make(desk, "plan.begin", Act{Region: villageA})
}

// An abolished region takes no new record, but what runs there goes on.
func TestAbolishedRegion(t *testing.T) {
	w, desk, raise := flowCounty(t)
	id := raise(map[string]any{"days": 1})
	w.regions[villageA].Active = false
	w.must(desk, id, "look", Act{})
	_, err := w.try(desk, "ask.raise", Act{Subject: "p1", Region: villageA, Channel: "window", Fields: map[string]any{"kind": "clean"}})
	wantErr(t, err, "region_abolished", "")
}

// What stands in the place of a key may be a value: it is not said back.
func TestErrorTextsNameNoSecret(t *testing.T) {
	w, desk, _ := flowCounty(t)
	_, err := w.try(desk, "ask.raise", Act{Subject: "p1", Channel: "window", Fields: map[string]any{"kind": "clean", "110101199003070011": "x"}})
	wantErr(t, err, "fields_invalid", "fields.?:unknown_field")
	if strings.Contains(err.Error(), "1101") {
		t.Errorf("a value in the place of a key is said back: %v", err)
	}
}
