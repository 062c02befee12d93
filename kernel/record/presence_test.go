package record

import (
	"testing"
	"time"

	"linqiao/domain"
)

const presenceProgram = `
program: presence
version: 1
title: 到场
class: internal
roles:
  desk:   {label: 经办, is: area, held_by: {org: desk}, read: internal}
  helper: {label: 专家, is: receiver, of: task, held_by: {org: desk}, read: {task: internal}}
passes:
  door: {label: 门码, of: call, lasts: 1h}
records:
  call:
    label: 上门
    is: visit
    for: none
    keep: 1y
    fields:
      remote: {label: 远程, type: bool}
      spent:  {label: 已用分钟, type: bool, calc: "clock.open.over > duration('1h')"}
    stages: {todo: {label: 待, phase: open}, seen: {label: 访, phase: done}}
    moves:
      plan:  {label: 排, to: todo, by: desk, ask: [place, remote]}
      near:  {label: 到, from: todo, by: desk, proof: {near: place, within: 500m, when: "!remote", or: text}}
      photo: {label: 拍, from: todo, by: desk, proof: {photo: 2}}
      code:  {label: 码, from: todo, by: desk, proof: {pass: door}}
      ask:   {label: 问, from: todo, by: desk, do: [{start: panel.experts}]}
      send:  {label: 派, from: todo, by: desk, do: [{start: match.who}]}
      done:  {label: 完, from: todo, to: seen, by: desk, guard: [{if: "panel.experts.done", say: 意见未齐}, {if: "panel.experts.mean >= 350", say: "均分{panel.experts.mean}"}]}
    clocks:
      open: {label: 未定, from: created, until: ended, due: at, ladder: {due: [desk, helper]}}
  task:
    label: 任务单
    is: order
    of: call
    offers: account
    keep: 1y
    shows: {before: [call.remote]}
    terms: {task: "'访'", standard: "'好'", duty: "'承接'", limit: answer}
    stages: {proposed: {label: 待, phase: proposed}, taken: {label: 应, phase: accepted}, done: {label: 完, phase: done}, expired: {label: 逾, phase: expired}}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: helper}
      finish:  {label: 完, from: taken, to: done, by: helper}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1d, ladder: {due: {to: desk, do: [{move: expire}]}}}
matches:
  who: {label: 找人, makes: task, as: lead, max: 1, steps: [{mode: assign}], eligible: [{if: "offer.name == 'zhao'", say: 不是他}]}
forms:
  view: {label: 意见, of: call, by: desk, fields: {stars: {label: 分, type: int, range: [1, 5]}}, score: {sum: [stars], max: 5, bands: [{from: 0, key: low, label: 低}, {from: 4, key: high, label: 高}]}}
panels:
  experts: {label: 会诊, of: call, members: [desk], form: view, quorum: 2, limit: 3wd, ladder: {due: desk}}
`

// Presence is proved where the move asks for it, and in no other way than it allows.
func TestProof(t *testing.T) {
	w := newCounty(t, presenceProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	here := map[string]any{"lat": 21.6600, "lng": 110.9200}
	at := func(lat, lng float64) Proof { return Proof{Has: true, Lat: lat, Lng: lng} }
	for _, x := range []struct {
		name, move string
		fields     map[string]any
		proof      Proof
		code       string
	}{
		{"on the spot", "near", map[string]any{"place": here, "remote": false}, at(21.6601, 110.9201), ""},
		{"400 metres off", "near", map[string]any{"place": here, "remote": false}, at(21.6636, 110.9200), ""},
		{"600 metres off", "near", map[string]any{"place": here, "remote": false}, at(21.6654, 110.9200), "proof_far"},
		{"without a position", "near", map[string]any{"place": here, "remote": false}, Proof{}, "proof_place"},
		{"with words instead", "near", map[string]any{"place": here, "remote": false}, Proof{Text: "手机没电"}, ""},
		{"the record has no place", "near", map[string]any{"remote": false}, at(21.66, 110.92), "proof_no_place"},
		{"remote: not asked", "near", map[string]any{"place": here, "remote": true}, Proof{}, ""},
		{"one photo", "photo", nil, Proof{Photos: []string{"a"}}, "proof_photo"},
		{"two photos", "photo", nil, Proof{Photos: []string{"a", "b"}}, ""},
		{"words are no photo", "photo", nil, Proof{Text: "没带手机"}, "proof_photo"},
		{"a code", "code", nil, Proof{Pass: "123", PassOK: true}, ""},
		{"a wrong code", "code", nil, Proof{Pass: "123"}, "proof_pass"},
	} {
		id := w.make(desk, "call.plan", Act{Region: villageA, Fields: x.fields})
		err := w.move(desk, id, x.move, Act{Proof: x.proof})
		if got := domain.CodeOf(err); err == nil && x.code != "" || err != nil && got != x.code {
			t.Errorf("%s: %v, want %q", x.name, err, x.code)
		}
	}
}

// The latest opinion of each person since the round began counts.
func TestPanel(t *testing.T) {
	w := newCounty(t, presenceProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	id := w.make(desk, "call.plan", Act{Region: villageA})
	opinion := func(by string, stars int, after time.Duration) {
		w.responses = append(w.responses, &domain.Response{Record: id, Form: "view", ByAccount: domain.AccountID(by), Score: stars, RecordedAt: w.now.Add(after)})
	}
	opinion("early", 1, -time.Millisecond)
	w.must(desk, id, "ask", Act{})
	if run := w.panels["panel/"+string(id)+"/experts"]; run.Round != 1 || !run.DueAt.Equal(beijing("2026-03-13 00:00")) {
		t.Errorf("%+v", run)
	}
	opinion("a", 1, time.Millisecond) // in the second in which the round began
	wantErr(t, w.move(desk, id, "done", Act{}), "guard", "意见未齐")
	opinion("b", 3, time.Hour)
	wantErr(t, w.move(desk, id, "done", Act{}), "guard", "均分2")
	opinion("a", 4, 2*time.Hour)
	w.must(desk, id, "done", Act{})
}

// A clock without a due time says neither how late nor how long it still has.
func TestClockWithoutDue(t *testing.T) {
	w := newCounty(t, presenceProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	id := w.make(desk, "call.plan", Act{Region: villageA})
	if v := w.field(id, "spent"); v != nil {
		t.Errorf("over without a due time: %v", v)
	}
}

// An order may go to one person; only he takes it.
func TestAccountsAsOffers(t *testing.T) {
	w := newCounty(t, presenceProgram)
	desk := w.staff("wang", "hall", "desk", wholeway)
	zhao, qian := w.staff("zhao", "hall", "desk", wholeway), w.staff("qian", "hall", "desk", wholeway)
	id := w.make(desk, "call.plan", Act{Region: villageA})
	w.must(desk, id, "send", Act{})
	list := w.only(id, "task")
	if len(list) != 1 || list[0].Data["offer"] != "zhao" || list[0].Provider != "" {
		t.Fatalf("%+v", list)
	}
	wantErr(t, w.move(qian, list[0].ID, "take", Act{}), "move_forbidden", "")
	w.must(zhao, list[0].ID, "take", Act{})
	if r := w.runs[string(id)+"/who"]; r.State != MatchAccepted {
		t.Errorf("%+v", r)
	}
}

func TestPeriodOf(t *testing.T) {
	for _, x := range [][3]string{
		{"day", "2026-03-09", "2026-03-09"}, {"week", "2026-03-09", "2026-03-09"}, {"week", "2026-03-15", "2026-03-09"}, {"week", "2027-01-01", "2026-12-28"},
		{"month", "2026-03-31", "2026-03"}, {"quarter", "2026-03-31", "2026Q1"}, {"quarter", "2026-04-01", "2026Q2"}, {"quarter", "2026-12-31", "2026Q4"},
		{"year", "2026-12-31", "2026"}, {"", "2026-12-31", "2026"},
	} {
		d, err := domain.ParseDate(x[1])
		if err != nil {
			t.Fatal(err)
		}
		if got := periodOf(x[0], d); got != x[2] {
			t.Errorf("%s of %s: %s, want %s", x[0], x[1], got, x[2])
		}
	}
}
