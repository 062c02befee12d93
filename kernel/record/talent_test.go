package record

import (
	"testing"
	"time"

	"linqiao/domain"
)

const talentProgram = `
program: talent
version: 1
title: 人才
class: internal
roles:
  desk:    {label: 办班, is: area, held_by: {org: desk}, read: personal}
  teacher: {label: 讲师, is: receiver, of: teach, held_by: {party: person}, read: {teach: internal}}
records:
  skill:
    label: 人才
    is: offer
    for: person
    keep: 1y
    fields: {kind: {label: 类别, list: {mind: 心理, tea: 茶艺}}}
    stages: {live: {label: 在册, phase: live}, gone: {label: 退出, phase: ended}}
    moves:
      register: {label: 入册, to: live, by: desk, need: [kind], do: [{mark: standing.able, as: active, of: subject}]}
      rest:     {label: 暂停, from: live, by: desk, do: [{mark: standing.able, as: paused, of: subject}]}
      back:     {label: 恢复, from: live, by: desk, do: [{mark: standing.able, as: active, of: subject}]}
      leave:    {label: 退出, from: live, to: gone, by: desk}
  lesson:
    label: 用课
    is: case
    for: none
    keep: 1y
    fields: {slot: {label: 时间, type: interval}}
    stages: {asked: {label: 待应, phase: waiting}, held: {label: 已讲, phase: done}}
    moves:
      ask:  {label: 申请, to: asked, by: desk, need: [slot], do: [{start: match.teach}]}
      hold: {label: 已讲, from: asked, to: held, by: desk}
  teach:
    label: 授课单
    is: order
    of: lesson
    offers: skill
    keep: 1y
    shows: {before: [lesson.slot]}
    terms: {task: "'讲'", standard: "'到'", duty: "'主讲'", limit: answer}
    stages: {proposed: {label: 待应, phase: proposed}, taken: {label: 已应, phase: accepted}, done: {label: 已讲, phase: done}, expired: {label: 逾期, phase: expired}}
    moves:
      propose: {label: 请, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: teacher}
      finish:  {label: 讲, from: taken, to: done, by: teacher}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1d, ladder: {due: {to: desk, do: [{move: expire}]}}}
matches:
  teach: {label: 请人, makes: teach, as: lead, max: 1, steps: [{mode: assign}], eligible: [{if: "standing.able.of(offer.subject) == 'active'", say: 资格已暂停}, {if: "offer.free(need.slot.start, need.slot.end)", say: 时间冲突}]}
standings:
  able: {label: 讲师资格, of: person, states: {active: 在册, paused: 暂停}, lasts: 1y}
`

// Mark, StandingOf and AccountOf keep standings and accounts of the test county.
func (w *county) Mark(_, key, state string, party domain.PartyID, _ domain.RecordID) error {
	w.rosters["standing."+key+"/"+string(party)] = []string{state}
	return nil
}
func (w *county) StandingOf(_, key string, party domain.PartyID) (string, error) {
	if s := w.rosters["standing."+key+"/"+string(party)]; len(s) > 0 {
		return s[0], nil
	}
	return "", nil
}
func (w *county) AccountOf(party domain.PartyID) (domain.AccountID, error) {
	for id, a := range w.accounts {
		if a.Party == party {
			return id, nil
		}
	}
	return "", nil
}

// Who is on file as a talent is asked himself, while his standing and his time allow.
func TestPersonReceives(t *testing.T) {
	w := newCounty(t, talentProgram)
	desk, ann, ben := w.staff("wang", "hall", "desk", wholeway), w.citizen("ann"), w.citizen("ben")
	skill := w.make(desk, "skill.register", Act{Subject: ann.Parties[0], Fields: map[string]any{"kind": "tea"}})
	ask := func(slot string) []*domain.Record {
		return w.only(w.make(desk, "lesson.ask", Act{Region: villageA, Fields: map[string]any{"slot": slot}}), "teach")
	}
	first := ask("2026-03-10 09:00-10:00")
	if len(first) != 1 || first[0].Owner != ann.Account || first[0].Provider != "hall" {
		t.Fatalf("asked: %+v", first)
	}
	wantErr(t, w.move(ben, first[0].ID, "take", Act{}), "move_forbidden", "")
	w.must(ann, first[0].ID, "take", Act{})
	p := w.program()
	if list := Where(ann, p, p.Records.Get("teach"), w.now); len(list) != 1 || list[0].Owner != ann.Account {
		t.Errorf("lists %+v", list)
	}
	w.look(ben, first[0].ID, func(u *Unit, r *Row) {
		if _, _, ok := u.Clearance(r); ok {
			t.Error("another person may read the order")
		}
	})
	if n := len(ask("2026-03-10 09:30-10:30")); n != 0 {
		t.Errorf("%d orders for one whose time is taken", n)
	}
	w.must(desk, skill, "rest", Act{})
	if n := len(ask("2026-03-11 09:00-10:00")); n != 0 {
		t.Errorf("%d orders for one whose standing rests", n)
	}
	w.must(desk, skill, "back", Act{})
	if n := len(ask("2026-03-12 09:00-10:00")); n != 1 {
		t.Errorf("%d orders after he is back", n)
	}
	w.now = w.now.Add(time.Hour)
	w.Mark("", "able", "", ann.Parties[0], "")
	if n := len(ask("2026-03-13 09:00-10:00")); n != 0 {
		t.Errorf("%d orders for one without a standing", n)
	}
}
