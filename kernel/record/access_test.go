package record

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
)

const accessProgram = `
program: access
version: 1
title: 权限
class: internal
consents:
  share: {label: 同意, by: [self], lasts: 1y, evidence: [tick], shares: [job]}
roles:
  desk:     {label: 经办, is: area, held_by: {org: desk}, read: internal}
  town:     {label: 镇村, is: area, held_by: {org: gov, level: [town, village]}, read: {ask: personal}}
  nurse:    {label: 护士, is: area, held_by: {org: clinic, post: nurse}, read: {ask: sensitive}}
  visitor:  {label: 走访, is: owner, of: ask, held_by: {org: team}, read: {ask: [internal, health], note: internal}}
  crew:     {label: 队伍, is: receiver, of: job, held_by: {org: crew}, read: personal}
  client:   {label: 本人, is: self, held_by: {party: person}, read: {ask: personal}}
  guardian: {label: 监护人, is: guardian, held_by: {party: person}, read: {ask: personal}}
  resident: {label: 居民, is: public, read: public}
records:
  ask:
    label: 求助
    is: case
    for: person
    keep: 1y
    fields:
      kind:   {label: 项目, list: {clean: 打扫}}
      phone:  {label: 手机, type: phone, class: personal}
      health: {label: 健康, type: text, class: sensitive}
    stages:
      new:  {label: 新, phase: open}
      done: {label: 完, phase: done}
    moves:
      raise:  {label: 提, to: new, by: [desk, visitor, client], ask: [kind, phone, health], guard: [{if: consent.share, say: 先同意}]}
      send:   {label: 派, from: new, by: [desk, visitor], do: [{start: match.find}]}
      finish: {label: 完, from: new, to: done, by: crew}
  job:
    label: 派单
    is: order
    of: ask
    offers: organization
    keep: 1y
    shows: {before: [ask.kind], after: [subject.name, ask.phone]}
    terms: {task: "'做'", standard: "'好'", duty: "'承接'", limit: answer}
    stages: {proposed: {label: 待, phase: proposed}, taken: {label: 应, phase: accepted}, done: {label: 完, phase: done}, declined: {label: 谢, phase: declined}, expired: {label: 逾, phase: expired}}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: crew}
      decline: {label: 谢, from: proposed, to: declined, by: crew}
      finish:  {label: 完, from: taken, to: done, by: crew}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1d, ladder: {due: {to: desk, do: [{move: expire}]}}}
  report:
    label: 报告
    is: item
    of: job
    keep: 1y
    fields: {text: {label: 文, type: text}}
    stages: {made: {label: 成, phase: done}}
    moves: {write: {label: 写, to: made, by: crew}}
  note:
    label: 便签
    is: item
    of: ask
    keep: 1y
    stages: {made: {label: 成, phase: done}}
    moves: {write: {label: 写, to: made, by: [desk, visitor, crew]}}
  board:
    label: 公示
    is: activity
    for: none
    class: public
    keep: 1y
    stages: {live: {label: 行, phase: live}, done: {label: 完, phase: done}}
    moves:
      open:  {label: 开, to: live, by: desk}
      close: {label: 关, from: live, to: done, by: desk}
matches:
  find: {label: 找, makes: job, as: lead, max: 2, steps: [{mode: broadcast}], eligible: [{if: "offer.kind == 'crew'", say: 否}]}
`

type accessCounty struct {
	*county
	actors map[string]*Actor
	ask    domain.RecordID
}

func newAccessCounty(t *testing.T) *accessCounty { return accessCountyOf(t, accessProgram) }

func accessCountyOf(t *testing.T, src string) *accessCounty {
	w := newCounty(t, src)
	post := func(a *Actor, level, post string) *Actor {
		a.Memberships[0].Level, a.Memberships[0].Post = level, post
		return a
	}
	m := &accessCounty{county: w, actors: map[string]*Actor{
		"desk": w.staff("desk", "hall", "desk", wholeway), "far desk": w.staff("far", "hall2", "desk", pathB),
		"town": post(w.staff("town", "gov1", "gov", townA), "town", ""), "village": post(w.staff("village", "gov2", "gov", pathA), "village", ""),
		"county office": post(w.staff("county", "gov3", "gov", wholeway), "county", ""),
		"nurse":         post(w.staff("nurse", "clinic", "clinic", pathA), "", "nurse"), "porter": post(w.staff("porter", "clinic", "clinic", pathA), "", "porter"),
		"visitor": w.staff("visitor", "team", "team", pathA), "teammate": w.staff("mate", "team", "team", pathA), "other team": w.staff("other", "team2", "team", pathA),
		"crew": w.staff("crew", "crew1", "crew", pathA), "crew2": w.staff("crew2", "crew2", "crew", pathA),
		"client": w.citizen("p1"), "stranger": w.citizen("p2"),
		"guardian":  {Account: "a-g", Wards: []domain.PartyID{"p1"}},
		"anonymous": {Anonymous: true},
		"system":    system,
	}}
	w.consents["share/p1"], w.consents["share/p2"] = true, true
	m.ask = w.make(m.actors["visitor"], "ask.raise", Act{Subject: "p1", Fields: map[string]any{"kind": "clean", "phone": "13800000000", "health": "高血压"}})
	return m
}

func (m *accessCounty) clearance(who string, id domain.RecordID) (c domain.Class, fields []string, ok bool) {
	m.t.Helper()
	m.look(m.actors[who], id, func(u *Unit, r *Row) {
		var f map[string]bool
		c, f, ok = u.Clearance(r)
		fields = slices.Sorted(maps.Keys(f))
	})
	return c, fields, ok
}

func TestClearance(t *testing.T) {
	m := newAccessCounty(t)
	none := domain.Class(-1)
	for who, want := range map[string]domain.Class{
		"desk": domain.Internal, "far desk": none, "town": domain.Personal, "village": domain.Personal, "county office": none,
		"nurse": domain.Sensitive, "porter": none, "visitor": domain.Internal, "teammate": domain.Internal, "other team": none,
		"crew": none, "client": domain.Personal, "stranger": none, "guardian": domain.Personal, "anonymous": none, "system": none,
	} {
		c, fields, ok := m.clearance(who, m.ask)
		if !ok {
			c = none
		}
		if c != want {
			t.Errorf("%s is cleared for %d, want %d", who, c, want)
		}
		if named := who == "visitor" || who == "teammate"; named != slices.Equal(fields, []string{"health"}) {
			t.Errorf("%s reads by name %v", who, fields)
		}
	}
	// a public row is for everybody, at its own class
	id := m.make(m.actors["desk"], "board.open", Act{Region: villageA})
	for _, who := range []string{"anonymous", "stranger", "crew"} {
		if c, _, ok := m.clearance(who, id); !ok || c != domain.Public {
			t.Errorf("%s on a public row: %v %v", who, c, ok)
		}
	}
	if c, _, ok := m.clearance("desk", id); !ok || c != domain.Internal {
		t.Errorf("the desk on a public row: %v %v", c, ok)
	}
}

// A receiver reads its order and what lies below it; of what lies above, only
// what the order shows, which follows the order's phase.
func TestReceiver(t *testing.T) {
	m := newAccessCounty(t)
	crew, crew2 := m.actors["crew"], m.actors["crew2"]
	slice := func(who *Actor) (paths []string, ok bool) {
		m.look(who, m.ask, func(u *Unit, r *Row) {
			var p map[string]bool
			p, ok = u.Slice(r)
			paths = slices.Sorted(maps.Keys(p))
		})
		return paths, ok
	}
	if _, ok := slice(crew); ok {
		t.Error("a slice without an order")
	}
	m.must(m.actors["desk"], m.ask, "send", Act{})
	jobs := m.only(m.ask, "job")
	if len(jobs) != 2 {
		t.Fatalf("%d orders", len(jobs))
	}
	job := jobs[slices.IndexFunc(jobs, func(r *domain.Record) bool { return r.Provider == "crew1" })].ID
	before, all := []string{"ask.kind"}, []string{"ask.kind", "ask.phone", "subject.name"}
	step := func(name string, want []string) {
		t.Helper()
		if got, ok := slice(crew); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: sees %v, want %v", name, got, want)
		}
		if c, _, ok := m.clearance("crew", m.ask); ok {
			t.Errorf("%s: reads the whole parent as %s", name, c)
		}
		if c, _, ok := m.clearance("crew", job); !ok || c != domain.Personal {
			t.Errorf("%s: its own order %v %v", name, c, ok)
		}
		if _, _, ok := m.clearance("crew2", job); ok {
			t.Errorf("%s: another crew reads the order", name)
		}
	}
	step("proposed", before)
	if err := m.move(crew, m.ask, "finish", Act{}); domain.CodeOf(err) != "move_forbidden" {
		t.Errorf("a crew that has not accepted moves the parent: %v", err)
	}
	wantErr(t, m.move(crew2, job, "take", Act{}), "move_forbidden", "")
	m.must(crew, job, "take", Act{})
	step("accepted", all)
	if got, ok := slice(crew2); !ok || !slices.Equal(got, before) {
		t.Errorf("the other crew, still proposed: %v", got)
	}
	report := m.make(crew, "report.write", Act{Parent: job, Fields: map[string]any{}})
	if c, _, ok := m.clearance("crew", report); !ok || c != domain.Personal || m.recs[report].Provider != "crew1" {
		t.Errorf("below its order: %v %v %s", c, ok, m.recs[report].Provider)
	}
	note := m.make(crew, "note.write", Act{Parent: m.ask}) // serves the need: may open below it
	if m.recs[note].Subject != "p1" {
		t.Errorf("%+v", m.recs[note])
	}
	if _, err := m.try(crew2, "note.write", Act{Parent: m.ask}); domain.CodeOf(err) != "move_forbidden" {
		t.Errorf("a crew that has not accepted writes below the need: %v", err)
	}
	m.must(crew, job, "finish", Act{})
	step("done", all)

	other := jobs[0].ID
	if other == job {
		other = jobs[1].ID
	}
	m.must(crew2, other, "decline", Act{})
	if got, _ := slice(crew2); !slices.Equal(got, before) {
		t.Errorf("after declining %v", got)
	}
	m.look(crew, job, func(u *Unit, r *Row) {
		if f, v := u.ShownValue(r, "ask.phone"); f == nil || f.Label != "手机" || v != "13800000000" {
			t.Errorf("shown value %v %v", f, v)
		}
		if _, v := u.ShownValue(r, "subject.name"); v != "张p1" {
			t.Errorf("shown name %v", v)
		}
	})
}

// The row's own owner and unit; handing over takes what lies below along.
func TestOwner(t *testing.T) {
	m := newAccessCounty(t)
	note := m.make(m.actors["visitor"], "note.write", Act{Parent: m.ask})
	if r := m.recs[note]; r.Owner != "visitor" || r.OwnerOrg != "team" {
		t.Errorf("a child belongs to %s of %s", r.Owner, r.OwnerOrg)
	}
	if err := m.as(m.actors["desk"], func(u *Unit) error {
		r, err := u.Load(m.ask)
		if err != nil {
			return err
		}
		return u.HandOver(r, "other", "team2")
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []domain.RecordID{m.ask, note} {
		if _, _, ok := m.clearance("other team", id); !ok || m.recs[id].Owner != "other" {
			t.Errorf("%s: the new owner is not cleared", m.recs[id].Key)
		}
		if _, _, ok := m.clearance("visitor", id); ok {
			t.Errorf("%s: the former owner still is", m.recs[id].Key)
		}
	}
}

// A named owner alone reads and moves what is his; after it is handed over, the next
// one alone. His unit's lists do not hold it either.
func TestNamedOwner(t *testing.T) {
	m := accessCountyOf(t, strings.Replace(accessProgram, "is: owner, of: ask,", "is: owner, of: ask, named: true,", 1))
	note := m.make(m.actors["visitor"], "note.write", Act{Parent: m.ask})
	seen := func(who string) (ids int) {
		for _, id := range []domain.RecordID{m.ask, note} {
			if _, _, ok := m.clearance(who, id); ok {
				ids++
			}
		}
		return ids
	}
	if seen("visitor") != 2 || seen("teammate") != 0 {
		t.Errorf("the owner reads %d of 2, his colleague %d of 0", seen("visitor"), seen("teammate"))
	}
	if err := m.move(m.actors["teammate"], m.ask, "send", Act{}); domain.CodeOf(err) != "move_forbidden" && domain.KindOf(err) != domain.KindNotFound {
		t.Errorf("a colleague moves it: %v", err)
	}
	for _, c := range Where(m.actors["teammate"], m.set.Programs.Get("access"), m.set.Programs.Get("access").Records.Get("ask"), m.now) {
		if len(c.OwnerOrgs) > 0 || c.All || len(c.Paths) > 0 {
			t.Errorf("a colleague lists by %+v", c)
		}
	}
	if err := m.as(m.actors["desk"], func(u *Unit) error {
		r, err := u.Load(m.ask)
		if err != nil {
			return err
		}
		return u.HandOver(r, "mate", "team")
	}); err != nil {
		t.Fatal(err)
	}
	if seen("visitor") != 0 || seen("teammate") != 2 {
		t.Errorf("after the hand-over the former owner reads %d of 0, the new one %d of 2", seen("visitor"), seen("teammate"))
	}
}

// TestServes: what everybody may hold, or might come to hold, is nobody's work yet.
func TestServes(t *testing.T) {
	p := &program.Program{Key: "night"}
	taker := &program.Role{Is: "owner", HeldBy: program.HeldBy{Roster: "duty"}}
	place := func(of, roster string) *Actor {
		return &Actor{Account: "a", Places: []Place{{Program: of, Roster: roster}}}
	}
	for _, c := range []struct {
		name string
		who  *Actor
		role *program.Role
		want bool
	}{
		{"a public role", place("night", "duty"), &program.Role{Is: "public"}, false},
		{"on the roster", place("night", "duty"), taker, true},
		{"on no roster", &Actor{Account: "a"}, taker, false},
		{"on another roster", place("night", "reserve"), taker, false},
		{"on another program's roster of that name", place("day", "duty"), taker, false},
	} {
		if got := c.who.Serves(p, c.role); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
