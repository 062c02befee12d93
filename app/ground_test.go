package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// careProgram shares a child's file with a unit, keeps a part of it sealed, and
// knows a ground and a glass.
const careProgram = `program: care
version: 1
title: 照护
class: internal
law: [未成年人保护法]

consents:
  share: {label: 与帮扶单位共享, purpose: 让帮扶单位联系孩子和家长, by: [self, guardian], under: 14, evidence: [tick, signature], lasts: 1y, shares: [assist], withdrawn: [{move: assist.halt}]}
grounds:
  report: {label: 强制报告, law: 未成年人保护法第十一条, by: [desk], lasts: 3d, review: lead}
break_glass: {by: [lead], lasts: 8h, tells: lead, review: 2wd}

roles:
  desk:   {label: 窗口, is: area, held_by: {org: window}, read: {file: personal, assist: personal}}
  lead:   {label: 办公室, is: area, held_by: {org: office}, read: {file: personal}}
  helper: {label: 帮扶单位, is: receiver, of: assist, held_by: {org: team}, read: {assist: personal}}
  parent: {label: 监护人, is: guardian, held_by: {party: person}, read: {file: personal}}

records:
  file:
    label: 档案
    is: case
    for: person
    keep: 3y
    fields:
      want: {label: 需要, type: text, class: personal}
      harm: {label: 情形, type: text, class: sealed}
    stages:
      open:   {label: 在册, phase: open}
      closed: {label: 已结, phase: done}
    moves:
      raise: {label: 登记, to: open, by: [desk], need: [want], ask: [harm], guard: [{if: "consent.share || ground.report", say: 缺同意或依据}]}
      seal:  {label: 密报, from: open, when: "has(it.harm)", do: [{open: secret}]}
      send:  {label: 派单, from: open, by: [desk], do: [{start: match.find}]}
      close: {label: 结案, from: open, to: closed, by: [desk]}
  secret:
    label: 密封记录
    is: case
    of: file
    class: sealed
    keep: 3y
    fields:
      note: {label: 记录, type: text}
    stages:
      open: {label: 在办, phase: open}
      done: {label: 办结, phase: done}
    moves:
      begin: {label: 登记, to: open}
      end:   {label: 办结, from: open, to: done, when: "note == 'x'"}
  assist:
    label: 帮扶派单
    is: order
    of: file
    offers: organization
    keep: 3y
    shows: {before: [subject.age], after: [subject.name, guardian.phone, file.want]}
    terms: {task: "'帮扶'", standard: "'上门'", duty: "'协办'", limit: answer}
    stages:
      proposed: {label: 待接, phase: proposed}
      taken:    {label: 在办, phase: accepted}
      done:     {label: 办结, phase: done}
      returned: {label: 停止, phase: returned}
      expired:  {label: 逾期, phase: expired}
    moves:
      propose: {label: 派单, to: proposed}
      take:    {label: 接单, from: proposed, to: taken, by: helper}
      finish:  {label: 办结, from: taken, to: done, by: helper}
      halt:    {label: 因撤回同意停止, from: [proposed, taken], to: returned}
      expire:  {label: 逾期, from: proposed, to: expired}
    clocks:
      answer: {label: 应答, from: entered.proposed, until: left.proposed, limit: 1wd, ladder: {due: {to: desk, do: [{move: expire}]}}}

matches:
  find: {label: 找单位, makes: assist, as: co, max: 1, steps: [{mode: assign, by: desk}], eligible: [{if: "offer.kind == 'team'", say: 类别不符}]}
`

type caring struct {
	*desk
	window, lead, team, mum *Who
	child, mother           *PartyView
}

func newCaring(t *testing.T, engine storetest.Engine) *caring {
	c := &caring{desk: newDeskWith(t, engine, "care", careProgram)}
	ctx := t.Context()
	c.window = c.staff("window", "window", "440902100", "")
	c.lead = c.staff("lead", "office", "440902", "")
	c.team = c.staff("team", "team", "440902100", "")
	c.staff("auditor", "audit", "440902", RoleAuditor)
	c.child = c.party(domain.Person, "小禾", "440902100", Identifiers{})
	c.mother = c.party(domain.Person, "李芳", "440902100", Identifiers{Phone: "13800000021"})
	if _, err := c.a.PatchParty(ctx, c.window, Once{}, c.child.ID, PartyAct{Fields: map[string]any{"birth_date": "2018-05-02"}}); err != nil {
		t.Fatal(err)
	}
	if err := c.a.AddRelation(ctx, c.window, Once{}, c.child.ID, RelationAct{Kind: "guardian", Party: c.mother.ID}); err != nil {
		t.Fatal(err)
	}
	c.mum = c.resident("mum", c.mother.ID)
	return c
}

func (c *caring) raise(t *testing.T, fields map[string]any) domain.RecordID {
	t.Helper()
	id, err := c.a.Create(t.Context(), c.window, Once{}, "care", "file", "raise", Act{Subject: c.child.ID, Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (c *caring) send(t *testing.T, file domain.RecordID) domain.RecordID {
	t.Helper()
	ctx := t.Context()
	if err := c.a.Move(ctx, c.window, Once{}, file, "send", Act{Pick: []string{string(c.team.Memberships[0].Org)}}); err != nil {
		t.Fatal(err)
	}
	v, err := c.a.Records(ctx, c.team, RecordQuery{Record: "assist"})
	if err != nil || len(v.Items) != 1 {
		t.Fatalf("orders %+v %v", v.Items, err)
	}
	if err := c.a.Move(ctx, c.team, Once{}, v.Items[0].ID, "take", Act{}); err != nil {
		t.Fatal(err)
	}
	return v.Items[0].ID
}

// TestConsentWithdrawn: a consent carries what a unit is shown, minute by minute;
// its withdrawal says before what it stops, and stops it.
func TestConsentWithdrawn(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			c := newCaring(t, engine)
			ctx := t.Context()
			_, err := c.a.Create(ctx, c.window, Once{}, "care", "file", "raise", Act{Subject: c.child.ID, Fields: map[string]any{"want": "作业辅导"}})
			wantCode(t, err, "guard")
			wantCode(t, c.a.TakeGround(ctx, c.team, Once{}, c.child.ID, "care", "report", GroundAct{Reason: "发现情况"}), "not_found")
			wantCode(t, c.a.TakeGround(ctx, c.lead, Once{}, c.child.ID, "care", "report", GroundAct{Reason: "发现情况"}), "ground_forbidden")
			if err := c.a.GiveConsent(ctx, c.mum, Once{}, c.child.ID, "care", "share", ConsentAct{Evidence: "tick"}); err != nil {
				t.Fatal(err)
			}
			file := c.raise(t, map[string]any{"want": "作业辅导"})
			order := c.send(t, file)
			if v := c.shown(t, order); v["subject.name"] != "小禾" || v["guardian.phone"] != "13800000021" || v["file.want"] != "作业辅导" {
				t.Errorf("shown %v", v)
			}
			eff, err := c.a.ConsentEffects(ctx, c.mum, c.child.ID, "care", "share")
			if err != nil || len(eff.Hides) != 1 || eff.Hides[0].Count != 1 || !slices.Equal(eff.Does, []string{"帮扶派单：因撤回同意停止"}) || !slices.Equal(eff.Blocks, []string{"档案·登记"}) {
				t.Errorf("effects %+v %v", eff, err)
			}
			_, err = c.a.ConsentEffects(ctx, c.team, c.child.ID, "care", "share")
			if err == nil {
				t.Error("the unit is told what a withdrawal stops")
			}
			if err := c.a.WithdrawConsent(ctx, c.mum, Once{}, c.child.ID, "care", "share"); err != nil {
				t.Fatal(err)
			}
			v, err := c.a.Record(ctx, c.team, order)
			if err != nil || v.Stage != "returned" {
				t.Fatalf("order %v %v", v, err)
			}
			c.hidden(t, order)
			if _, err := c.a.Record(ctx, c.team, file); err == nil {
				if s := asText(mustJSON(t, c, file)); strings.Contains(s, "作业辅导") {
					t.Error("the unit still reads the file")
				}
			}
			storetest.Read(t, c.a.DB, func(tx *store.Tx) error {
				list, err := tx.In(storetest.Home).Consents(c.child.ID, "care")
				if len(list) != 1 || list[0].Role != "guardian" || list[0].Scope != "assist" || list[0].Purpose == "" || list[0].WithdrawnBy != c.mum.Account {
					t.Errorf("kept of the consent: %+v", list)
				}
				return err
			})
		})
	}
}

func mustJSON(t *testing.T, c *caring, id domain.RecordID) string {
	t.Helper()
	v, err := c.a.Record(t.Context(), c.team, id)
	if err != nil {
		t.Fatal(err)
	}
	return asText(v.Fields["want"]) + asText(v.Title)
}

// shown is what the unit sees of its order.
func (c *caring) shown(t *testing.T, order domain.RecordID) map[string]any {
	t.Helper()
	v, err := c.a.Record(t.Context(), c.team, order)
	if err != nil {
		t.Fatal(err)
	}
	return v.Shown
}

// hidden: nothing personal of the child comes out of the order by any way.
func (c *caring) hidden(t *testing.T, order domain.RecordID) {
	t.Helper()
	for path := range c.shown(t, order) {
		if path != "subject.age" {
			t.Errorf("still shown: %s", path)
		}
	}
	l, err := c.a.Records(t.Context(), c.team, RecordQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Items {
		if r.Subject != nil || strings.Contains(r.Title, "小禾") || strings.Contains(strings.Join(sortedKeys(r.Labels), " "), "name") {
			t.Errorf("the list names the child: %+v", r)
		}
	}
}

// TestConsentEnds: a consent that runs out hides as one that is withdrawn; a ground
// carries in its place for its time.
func TestConsentEnds(t *testing.T) {
	c := newCaring(t, storetest.Engines(t)[0])
	ctx := t.Context()
	wantCode(t, c.a.TakeGround(ctx, c.window, Once{}, c.child.ID, "care", "report", GroundAct{Reason: "怕"}), "reason_short")
	if err := c.a.TakeGround(ctx, c.window, Once{Key: "12345678", Hash: "h"}, c.child.ID, "care", "report", GroundAct{Reason: "老师报告孩子身上有伤"}); err != nil {
		t.Fatal(err)
	}
	if err := c.a.TakeGround(ctx, c.window, Once{Key: "12345678", Hash: "h"}, c.child.ID, "care", "report", GroundAct{Reason: "老师报告孩子身上有伤"}); err != nil {
		t.Fatal(err)
	}
	file := c.raise(t, map[string]any{"want": "陪伴"})
	order := c.send(t, file)
	if v := c.shown(t, order); v["subject.name"] != "小禾" {
		t.Errorf("the ground does not carry: %v", v)
	}
	list, err := c.a.Grounds(ctx, c.lead, GroundQuery{Waiting: true})
	if err != nil || len(list.Items) != 1 || !list.Items[0].CanReview || list.Items[0].Reason == "" {
		t.Fatalf("to review %+v %v", list.Items, err)
	}
	if l, err := c.a.Grounds(ctx, c.team, GroundQuery{}); err != nil || len(l.Items) != 0 {
		t.Errorf("the unit reads the reasons: %+v %v", l.Items, err)
	}
	id := list.Items[0].ID
	wantCode(t, c.a.DecideGround(ctx, c.window, Once{}, id, GroundDecision{Decision: "accept"}), "ground_decide")
	wantCode(t, c.a.DecideGround(ctx, c.lead, Once{}, id, GroundDecision{Decision: "object"}), "reason_short")
	c.clock.Set(c.clock.Now().Add(97 * time.Hour))
	c.a.people.forgetAll()
	c.team, c.lead = c.signIn("team"), c.signIn("lead")
	c.hidden(t, order)
	// The review was due after two working days: the auditor hears of it once.
	for range 2 {
		if _, err := c.a.GroundsDue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	told, err := c.a.Notifications(ctx, c.signIn("auditor"), NotificationQuery{})
	if err != nil || len(told.Items) != 1 {
		t.Errorf("overdue review told %d times: %v", len(told.Items), err)
	}
	if err := c.a.DecideGround(ctx, c.lead, Once{}, id, GroundDecision{Decision: "object", Text: "事后查明不实"}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, c.a.DecideGround(ctx, c.lead, Once{}, id, GroundDecision{Decision: "accept"}), "ground_decide")
}

// TestBreakGlass: for three hours at most somebody reads what is sealed about one
// child, changes nothing, takes nothing out, and everybody concerned knows.
func TestBreakGlass(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			c := newCaring(t, engine)
			ctx := t.Context()
			if err := c.a.GiveConsent(ctx, c.mum, Once{}, c.child.ID, "care", "share", ConsentAct{Evidence: "tick"}); err != nil {
				t.Fatal(err)
			}
			file := c.raise(t, map[string]any{"want": "陪伴", "harm": "密封甲乙"})
			count := func(who *Who) int {
				l, err := c.a.Records(ctx, who, RecordQuery{})
				if err != nil {
					t.Fatal(err)
				}
				return len(l.Items)
			}
			if v, err := c.a.Record(ctx, c.lead, file); err != nil || v.Fields["harm"] != nil || len(v.Children) != 0 || count(c.lead) != 1 {
				t.Fatalf("before: %+v %v", v, err)
			}
			wantCode(t, c.a.BreakGlass(ctx, c.window, Once{}, c.child.ID, "care", GroundAct{Reason: "孩子失联"}), "glass_forbidden")
			wantCode(t, c.a.BreakGlass(ctx, c.lead, Once{}, c.child.ID, "care", GroundAct{}), "reason_short")
			if err := c.a.BreakGlass(ctx, c.lead, Once{}, c.child.ID, "care", GroundAct{Reason: "孩子失联，需查情形"}); err != nil {
				t.Fatal(err)
			}
			lead := c.signIn("lead")
			v, err := c.a.Record(ctx, lead, file)
			if err != nil || v.Fields["harm"] != "密封甲乙" || len(v.Children) != 1 || count(lead) != 2 {
				t.Fatalf("through the glass: %+v %v", v, err)
			}
			if len(v.Moves) != 0 {
				t.Errorf("the glass lets her act: %+v", v.Moves)
			}
			for _, login := range []string{"window", "auditor"} {
				l, err := c.a.Notifications(ctx, c.signIn(login), NotificationQuery{})
				if err != nil || len(l.Items) != 1 || !l.Items[0].Urgent || strings.Contains(l.Items[0].Text, "小禾") || strings.Contains(l.Items[0].Text, "失联") {
					t.Errorf("%s is told %+v %v", login, l.Items, err)
				}
			}
			log, err := c.a.AccessLog(ctx, c.window, c.child.ID, "", 50)
			if err != nil || !slices.ContainsFunc(log.Items, func(e AccessEntry) bool { return e.Action == "glass" && strings.Contains(e.Purpose, "失联") }) ||
				!slices.ContainsFunc(log.Items, func(e AccessEntry) bool { return e.Action == "glass_read" }) {
				t.Errorf("the keeper does not see who looked: %+v %v", log.Items, err)
			}
			var out strings.Builder
			if n, err := c.a.ExportRecords(ctx, lead, RecordQuery{Program: "care", Record: "file"}, &out); err != nil || n != 1 || strings.Contains(out.String(), "密封甲乙") {
				t.Errorf("the glass exports %d rows: %v", n, err)
			}
			c.clock.Set(c.clock.Now().Add(3*time.Hour + time.Minute))
			c.a.people.forgetAll()
			for _, who := range []*Who{lead, c.signIn("lead")} { // at once, also for a sign-in loaded before
				if v, err := c.a.Record(ctx, who, file); err != nil || v.Fields["harm"] != nil || len(v.Children) != 0 || count(who) != 1 {
					t.Errorf("after three hours: %+v %v", v, err)
				}
			}
		})
	}
}
