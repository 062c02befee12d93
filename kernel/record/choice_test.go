package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/draw"
)

const drawProgram = `
program: lots
version: 1
title: 抽取
class: internal
roles:
  desk:   {label: 主持, is: area, held_by: {org: desk}, read: internal, figures: all}
  chosen: {label: 抽中者, is: member, of: choice.seats, read: {edition: internal, seat: internal}}
  staff:  {label: 居民, is: member, of: roster.people, read: public}
rosters:
  people: {label: 居民名册, of: person, except: {recent: {label: 半年内已参加, if: "choice.seats.drew(member, 180)"}}, freeze: edition.lock, kept_by: desk}
records:
  edition:
    label: 一期
    is: case
    for: none
    keep: 1y
    fields:
      places: {label: 人数, type: int}
      number: {label: 公开数字, type: text}
      first:  {label: 第一名, type: text}
    stages:
      prepare: {label: 筹备, phase: open}
      locked:  {label: 已锁定, phase: open}
      drawn:   {label: 已抽取, phase: open}
      closed:  {label: 办结, phase: done}
    moves:
      begin: {label: 发起, to: prepare, by: desk, need: [places]}
      lock:  {label: 锁定, from: prepare, to: locked, by: desk}
      draw:  {label: 抽取, from: locked, to: drawn, by: desk, ask: [number], do: [{start: choice.seats}, {open: seat.invite, each: it.choice.seats.members, with: {subject: each}}]}
      again: {label: 再抽, from: drawn, by: desk, do: [{start: choice.seats}]}
      rank:  {label: 排名, from: [prepare, drawn], by: desk, do: [{start: choice.best}]}
      close: {label: 办结, from: drawn, to: closed, by: desk, guard: [{if: choice.seats.done, say: 还没有抽取}]}
  seat:
    label: 座次
    is: case
    of: edition
    for: person
    keep: 1y
    fields:
      place: {label: 名次, type: int, calc: "parent.choice.seats.place(subject)"}
      marks: {label: 得分, type: int}
    stages:
      invited: {label: 已邀请, phase: open}
      out:     {label: 谢绝, phase: done}
    moves:
      invite: {label: 邀请, to: invited}
      refuse: {label: 谢绝, from: invited, to: out, by: chosen, do: [{stop: choice.seats, of: subject}]}
      grade:  {label: 打分, from: invited, by: desk, need: [marks]}
choices:
  seats:
    label: 座谈人员
    of: edition
    from: roster.people
    where: "member.region != '` + villageB + `'"
    by: random
    take: places
    seed: {commit: made.lock, public: number}
    replace: 1d
    show: [size, method, seed, pool_hash]
  best:
    label: 优胜
    of: edition
    from: seat
    by: rank
    take: 2
    rank: member.marks
    tie: [member.created]
stats:
  drawn: {label: 抽中人次, flow: choice.seats.drawn, by: [month]}
`

func drawCounty(t *testing.T, n int) (w *county, desk *Actor, id domain.RecordID) {
	w = newCounty(t, drawProgram)
	desk = w.staff("wang", "hall", "desk", wholeway)
	for i := range n {
		p := fmt.Sprintf("p%02d", i)
		w.citizen(p)
		w.rosters["people"] = append(w.rosters["people"], p)
	}
	return w, desk, w.make(desk, "edition.begin", Act{Fields: map[string]any{"places": 5}})
}

func (w *county) round(id domain.RecordID, key string) *domain.PanelRun {
	return w.panels[KindChoice+"/"+string(id)+"/"+key]
}

// What was drawn can be recomputed from what is shown: pool, secret, number.
func TestChoiceByChance(t *testing.T) {
	w, desk, id := drawCounty(t, 30)
	w.parties["p03"].Region = villageB // not eligible
	wantErr(t, w.move(desk, id, "close", Act{}), "move_not_now", "")
	w.must(desk, id, "lock", Act{})
	run := w.round(id, "seats")
	if run.State != PoolFrozen || run.Data["secret"] != nil || run.Data["excluded"] != int64(1) {
		t.Fatalf("%+v", run)
	}
	commit, hash := text(run.Data["commit"]), text(run.Data["pool_hash"])
	wantErr(t, w.move(desk, id, "draw", Act{}), "guard", "缺公开数字")
	w.rosters["people"] = append(w.rosters["people"], string(w.person("late"))) // after the freeze: not in the pool
	w.must(desk, id, "draw", Act{Fields: map[string]any{"number": "061528"}})
	run = w.round(id, "seats")
	pool, err := unpackPool(run)
	if err != nil || len(pool.Entries) != 29 || draw.PoolHash(pool.Entries) != hash || draw.Commit(text(run.Data["secret"])) != commit {
		t.Fatalf("%v: the pool or the secret is another", err)
	}
	want := draw.Order(pool.Entries, draw.Seed(text(run.Data["secret"]), hash, "061528"), false)
	if !slices.Equal(texts(run.Data["order"]), want) {
		t.Fatal("not the order that the seed gives")
	}
	seats := w.only(id, "seat")
	if len(seats) != 5 || len(members(run)) != 5 {
		t.Fatalf("%d seats for %v", len(seats), members(run))
	}
	for i, s := range seats {
		if string(s.Subject) != pool.IDs[want[i]] || s.Data["place"] != int64(i+1) || s.Subject == "p03" || s.Subject == "late" {
			t.Errorf("seat %d is %s's, place %v", i, s.Subject, s.Data["place"])
		}
	}
	if n, _ := w.total("drawn"); n != 5 {
		t.Errorf("%d counted", n)
	}
	wantErr(t, w.move(desk, id, "again", Act{}), "guard", "不能再抽")
	w.must(desk, id, "close", Act{})
}

// Who gives his place back makes room for the next in order, for a day.
func TestChoiceReplaces(t *testing.T) {
	w, desk, id := drawCounty(t, 12)
	w.must(desk, id, "lock", Act{})
	w.must(desk, id, "draw", Act{Fields: map[string]any{"number": "1"}})
	run := w.round(id, "seats")
	first, sixth := members(run)[0], ordered(run)[5]
	stranger := &Actor{Account: "a-x", Parties: []domain.PartyID{domain.PartyID(sixth)}}
	seat := w.only(id, "seat")[0].ID
	if err := w.move(stranger, seat, "refuse", Act{}); err == nil {
		t.Fatal("somebody not drawn refused another's seat")
	}
	mine := &Actor{Account: domain.AccountID("a-" + first), Parties: []domain.PartyID{domain.PartyID(first)}}
	w.must(mine, seat, "refuse", Act{})
	now := members(w.round(id, "seats"))
	if len(now) != 5 || slices.Contains(now, first) || now[4] != sixth {
		t.Fatalf("%v", now)
	}
	w.now = w.now.Add(72 * time.Hour)
	second := &Actor{Account: domain.AccountID("a-" + now[0]), Parties: []domain.PartyID{domain.PartyID(now[0])}}
	w.must(second, w.only(id, "seat")[1].ID, "refuse", Act{})
	if late := members(w.round(id, "seats")); len(late) != 4 {
		t.Fatalf("after the time for it: %v", late)
	}
	// Half a year later the roster still knows who was drawn.
	other := w.make(desk, "edition.begin", Act{Fields: map[string]any{"places": 1}})
	w.look(desk, other, func(u *Unit, r *Row) {
		c := choiceView{u, r.P, r.P.Choices.Get("seats"), r}
		if hit, err := c.drew(sixth, 180); err != nil || !hit {
			t.Errorf("%v %v", hit, err)
		}
		if hit, _ := c.drew(sixth, 2); hit {
			t.Error("drawn three days ago counts as two")
		}
		if hit, _ := c.drew(first, 180); hit {
			t.Error("who gave his place back counts as drawn")
		}
	})
}

// An empty pool cannot be frozen, and a pool changed in storage is not drawn from.
func TestChoiceRefusesBadPools(t *testing.T) {
	w, desk, id := drawCounty(t, 0)
	wantErr(t, w.move(desk, id, "lock", Act{}), "guard", "是空的")
	if w.stage(id) != "prepare" {
		t.Error("locked all the same")
	}
	w, desk, id = drawCounty(t, 8)
	w.must(desk, id, "lock", Act{})
	run := w.round(id, "seats")
	run.Data["pool"] = strings.Replace(text(run.Data["pool"]), "\t1\t", "\t9\t", 1)
	wantErr(t, w.move(desk, id, "draw", Act{Fields: map[string]any{"number": "1"}}), "guard", "摘要不符")
}

// A ranking is settled by its ties and may be made again; both results stay.
func TestChoiceByRank(t *testing.T) {
	w, desk, id := drawCounty(t, 12)
	w.must(desk, id, "lock", Act{})
	w.must(desk, id, "draw", Act{Fields: map[string]any{"number": "7"}})
	seats := w.only(id, "seat")
	for i, n := range []int{3, 9, 9, 1} { // the fifth has no marks: lowest
		w.now = w.now.Add(time.Minute)
		w.must(desk, seats[i].ID, "grade", Act{Fields: map[string]any{"marks": n}})
	}
	w.must(desk, id, "rank", Act{})
	best := members(w.round(id, "best"))
	if !slices.Equal(best, []string{string(seats[1].ID), string(seats[2].ID)}) && !slices.Equal(best, []string{string(seats[2].ID), string(seats[1].ID)}) {
		t.Fatalf("%v", best)
	}
	last := ordered(w.round(id, "best"))[4]
	if last != string(seats[4].ID) {
		t.Errorf("who has no marks is not last")
	}
	w.must(desk, seats[3].ID, "grade", Act{Fields: map[string]any{"marks": 20}})
	w.must(desk, id, "rank", Act{})
	if run := w.round(id, "best"); run.Round != 2 || members(run)[0] != string(seats[3].ID) {
		t.Errorf("%d %v", run.Round, members(run))
	}
}
