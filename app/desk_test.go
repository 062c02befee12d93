package app

import (
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"linqiao/domain"
	"linqiao/store"
	"linqiao/store/storetest"
)

// helpProgram is a small mechanism: a window takes requests in, a team is sent.
const helpProgram = `program: help
version: 1
title: 帮办
class: internal
law: [个人信息保护法]

files:
  person:
    trade:  {label: 职业, type: text, class: internal}
    income: {label: 年收入, type: money, class: sensitive}
  enterprise:
    founded: {label: 成立日期, type: date, class: public}
    staff:   {label: 从业人员, type: int}
    revenue: {label: 年营业收入, type: money, class: personal}

consents:
  visit: {label: 上门同意, by: [self, guardian], under: 14, evidence: [tick, signature], lasts: 1y}

rosters:
  old:   {label: 八十岁以上, of: person, where: "age(member.birth_date, today) >= 80"}
  watch: {label: 重点名册, of: person, kept_by: window}

roles:
  window: {label: 窗口, is: area, held_by: {org: window}, read: personal}
  team:   {label: 服务队, is: owner, of: request, held_by: {org: team}, read: internal}
  maker:  {label: 项目方, is: owner, of: service, held_by: {org: team}, read: {service: internal}}
  client: {label: 本人, is: self, held_by: {party: [person, enterprise]}, read: personal}

records:
  request:
    label: 请求
    is: case
    for: [person, enterprise]
    keep: 3y
    fields:
      what: {label: 事由, type: text}
      seen: {label: 现场照片, type: photo, many: true}
    stages:
      new:  {label: 待办, phase: open}
      done: {label: 已办, phase: done}
    moves:
      ask:    {label: 登记, to: new, by: [window, client], need: [what], ask: [seen]}
      finish: {label: 办结, from: new, to: done, by: [window]}
  service:
    label: 服务项目
    is: offer
    class: public
    kept_by: maker
    assured: 180d
    fields:
      name:  {label: 项目名称, type: text}
      price: {label: 收费, type: money}
      from:  {label: 起始日, type: date}
`

type desk struct {
	t     *testing.T
	a     *App
	clock *storetest.Clock

	phones int // numbers given out so far
}

// newDesk opens an App over an empty SQLite store with a county of two towns.
func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskOn(t, storetest.Engines(t)[0])
}

// onDesks runs a test on a desk over each engine.
func onDesks(t *testing.T, test func(t *testing.T, c *desk)) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) { test(t, newDeskOn(t, e)) })
	}
}

func newDeskOn(t *testing.T, engine storetest.Engine) *desk {
	t.Helper()
	return newDeskWith(t, engine, "help", helpProgram)
}

// newDeskWith opens an App with one program on an engine.
func newDeskWith(t *testing.T, engine storetest.Engine, key, source string) *desk {
	t.Helper()
	c := &desk{t: t, clock: storetest.NewClock()}
	db := engine.Open(t, store.Config{Now: c.clock.Now})
	storetest.Seed(t, db)
	blobs, err := store.NewDiskBlobs(t.TempDir(), AttachmentMost)
	if err != nil {
		t.Fatal(err)
	}
	c.a = New(Options{DB: db, Blobs: blobs, Now: c.clock.Now, Demo: true, Hash: LightCost, Log: slog.New(slog.DiscardHandler)})
	storetest.Write(t, db, func(tx *store.Tx) error {
		for _, g := range []domain.Region{
			{ID: "440902", Parent: "4409", Level: domain.County, Name: "茂南区"},
			{ID: "440902100", Parent: "440902", Level: domain.Town, Name: "金塘镇"},
			{ID: "440902101", Parent: "440902", Level: domain.Town, Name: "公馆镇"},
		} {
			g.Path, g.Active, g.Code = domain.RegionPath(g.ID), true, string(g.ID)
			if err := tx.InsertRegion(&g); err != nil {
				return err
			}
		}
		return nil
	})
	if _, err := c.a.Apply(t.Context(), System(storetest.Home), map[string]fs.FS{key: fstest.MapFS{
		"program.yaml": {Data: []byte(source)}, "README.md": {Data: []byte("# 试验\n")}}}); err != nil {
		if e, ok := err.(*ApplyError); ok {
			t.Fatalf("program: %v", e.Issues)
		}
		t.Fatal(err)
	}
	return c
}

const testPassword = "Tang-Jin-2026"

// staff makes a unit in a region and an account in it, and signs it in.
func (c *desk) staff(login, kind string, region domain.RegionID, role string) *Who {
	c.t.Helper()
	name := kind + login
	org, err := c.a.CreateOrg(c.t.Context(), System(storetest.Home), Once{}, OrgAct{Name: &name, Kind: kind, Region: region})
	if err != nil {
		c.t.Fatal(err)
	}
	_, err = c.a.CreateAccount(c.t.Context(), System(storetest.Home), Once{}, AccountAct{Login: login, Name: login, Password: testPassword,
		Memberships: []MembershipAct{{Org: org.ID, Role: role}}})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.signIn(login)
}

func (c *desk) signIn(login string) *Who {
	c.t.Helper()
	s, err := c.a.SignIn(c.t.Context(), SignInAct{Login: login, Password: testPassword, County: storetest.Home}, Client{Address: "10.0.0.1"})
	if err != nil {
		c.t.Fatal(err)
	}
	who, err := c.a.Who(c.t.Context(), s.Token)
	if err != nil {
		c.t.Fatal(err)
	}
	return who
}

// resident gives a party an account and signs it in.
func (c *desk) resident(login string, party domain.PartyID) *Who {
	c.t.Helper()
	_, err := c.a.CreateAccount(c.t.Context(), System(storetest.Home), Once{}, AccountAct{Login: login, Name: login, Password: testPassword, Party: party})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.signIn(login)
}

func (c *desk) party(kind domain.PartyKind, name string, region domain.RegionID, ids Identifiers) *PartyView {
	c.t.Helper()
	p, err := c.a.CreateParty(c.t.Context(), System(storetest.Home), Once{}, PartyAct{Kind: kind, Name: &name, Region: region, Identifiers: ids})
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// audits counts rows of the journal by action.
func (c *desk) audits(action string) int {
	c.t.Helper()
	n := 0
	storetest.Read(c.t, c.a.DB, func(tx *store.Tx) error {
		page, err := tx.Audits(store.AuditFilter{Action: action, Limit: 1000})
		n = len(page.Items)
		return err
	})
	return n
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	storetest.WantCode(t, err, code)
}

func TestSignInLock(t *testing.T) {
	c := newDesk(t)
	c.staff("li", "window", "440902100", "")
	try := func(login, password, address string) error {
		_, err := c.a.SignIn(t.Context(), SignInAct{Login: login, Password: password, County: storetest.Home}, Client{Address: address})
		return err
	}
	for range 5 {
		wantCode(t, try("li", "wrong-wrong", "10.0.0.9"), "sign_in_wrong")
		wantCode(t, try("nobody", "wrong-wrong", "10.0.0.9"), "sign_in_wrong")
	}
	wantCode(t, try("li", testPassword, "10.0.0.9"), "sign_in_locked")
	wantCode(t, try("nobody", testPassword, "10.0.0.9"), "sign_in_locked")
	if err := try("li", testPassword, "10.0.0.2"); err != nil {
		t.Errorf("somebody else's tries lock the owner out: %v", err)
	}
	c.clock.Set(storetest.Start.Add(16 * time.Minute))
	if err := try("LI ", testPassword, "10.0.0.9"); err != nil {
		t.Errorf("after the lock: %v", err)
	}
	if n := c.audits("sign_in_failed"); n != 10 {
		t.Errorf("%d failures in the journal, want 10", n)
	}
}

func TestSessionEnds(t *testing.T) {
	c := newDesk(t)
	c.staff("li", "window", "440902100", "")
	s, err := c.a.SignIn(t.Context(), SignInAct{Login: "li", Password: testPassword, County: storetest.Home}, Client{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Roles) != 1 || s.Roles[0].Role != "window" || s.County.Name != "茂南区" || s.Memberships[0].Region.Name != "金塘镇" {
		t.Errorf("session %+v", s)
	}
	who, err := c.a.Who(t.Context(), s.Token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.a.Who(t.Context(), s.Token+"x"); domain.KindOf(err) != domain.KindUnauthenticated {
		t.Errorf("a wrong token: %v", err)
	}
	c.clock.Set(storetest.Start.Add(staffIdle - time.Second))
	if _, err := c.a.Who(t.Context(), s.Token); err != nil {
		t.Errorf("in use: %v", err)
	}
	c.clock.Set(storetest.Start.Add(2*staffIdle - 2*time.Second))
	if _, err := c.a.Who(t.Context(), s.Token); err != nil {
		t.Errorf("used again: %v", err)
	}
	c.clock.Set(storetest.Start.Add(3 * staffIdle))
	_, err = c.a.Who(t.Context(), s.Token)
	wantCode(t, err, "session_expired")

	c.clock.Set(storetest.Start)
	if err := c.a.LockAccount(t.Context(), System(storetest.Home), who.Account); err != nil {
		t.Fatal(err)
	}
	_, err = c.a.Who(t.Context(), s.Token)
	wantCode(t, err, "unauthenticated")
}

func TestMembershipSeenAtOnce(t *testing.T) {
	c := newDesk(t)
	c.staff("li", "window", "440902100", "")
	s, err := c.a.SignIn(t.Context(), SignInAct{Login: "li", Password: testPassword, County: storetest.Home}, Client{})
	if err != nil {
		t.Fatal(err)
	}
	who, _ := c.a.Who(t.Context(), s.Token)
	m := who.Memberships[0]
	if len(m.Paths) != 1 || m.Paths[0] != "44/4409/440902/440902100" || m.Level != "town" {
		t.Errorf("membership %+v", m)
	}
	if err := c.a.DropMembership(t.Context(), System(storetest.Home), Once{}, who.Account, m.ID); err != nil {
		t.Fatal(err)
	}
	if who, _ = c.a.Who(t.Context(), s.Token); len(who.Memberships) != 0 {
		t.Error("a dropped membership still counts")
	}
}

func TestPassword(t *testing.T) {
	c := newDesk(t)
	who := c.staff("zhao", "window", "440902100", "")
	change := func(old, new string) error {
		return c.a.ChangePassword(t.Context(), who, PasswordAct{old, new}, Client{Address: "10.0.0.1"})
	}
	for new, code := range map[string]string{"short-1": "password_short", "zhaozhao12": "", "Qwerty123456": "password_common",
		"aaaaaaaaaaaa": "password_common", "zhao123456": "", "12345678910": "password_common", "zhao": "password_short"} {
		if err := checkPassword("zhaozhao12", new); code != "" {
			wantCode(t, err, code)
		}
	}
	wantCode(t, checkPassword("zhaozhao12", "ZhaoZhao12"), "password_login")
	wantCode(t, change("not-the-old", "Jin-Tang-2027"), "password_wrong")
	other := c.signIn("zhao")
	if err := change(testPassword, "Jin-Tang-2027"); err != nil {
		t.Fatal(err)
	}
	list, err := c.a.SignIns(t.Context(), who)
	if err != nil || len(list.Items) != 1 || !list.Items[0].Current {
		t.Errorf("other sign-ins must end (%s): %+v %v", other.session, list, err)
	}
	acc, err := c.a.Account(t.Context(), who, who.Account)
	if err != nil || acc.Password != "" {
		t.Errorf("account %+v %v", acc, err)
	}
}

func TestPhoneCode(t *testing.T) {
	c := newDesk(t)
	g := newGateway(t)
	g.channel(c, "sms")
	const phone = "13800000001"
	from := Client{Address: "10.0.0.1"}
	ask := func() error { return c.a.PhoneCode(t.Context(), storetest.Home, "138 0000 0001", from) }
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, ask(), "code_too_soon")
	if len(g.got()) != 1 || g.got()[0].To != phone {
		t.Fatalf("sent %+v", g.got())
	}
	code := c.a.DemoCodes()[0].Code
	if len(code) != 6 || !strings.Contains(g.got()[0].Text, code) {
		t.Errorf("code %q, message %q", code, g.got()[0].Text)
	}
	enter := func(code string) (*SessionView, error) {
		return c.a.SignInPhone(t.Context(), PhoneAct{Phone: phone, Code: code, County: storetest.Home}, from)
	}
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range codeTries {
		_, err := enter(wrong)
		wantCode(t, err, "code_wrong")
	}
	_, err := enter(code)
	wantCode(t, err, "code_wrong") // spent by wrong tries
	at := storetest.Start
	for range codeDayMost - 1 {
		at = at.Add(61 * time.Second)
		c.clock.Set(at)
		if err := ask(); err != nil {
			t.Fatal(err)
		}
	}
	first, err := enter(c.a.DemoCodes()[0].Code)
	if err != nil || first.Account.Party == nil || len(first.Parties) != 1 || first.Token == "" {
		t.Fatalf("new resident %+v %v", first, err)
	}
	_, err = enter(code)
	wantCode(t, err, "code_wrong") // used once
	c.clock.Set(at.Add(2 * time.Minute))
	wantCode(t, ask(), "code_too_many")

	c.clock.Set(at.Add(24 * time.Hour))
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	again, err := enter(c.a.DemoCodes()[0].Code)
	if err != nil || again.Account.ID != first.Account.ID {
		t.Errorf("the same phone is the same account: %+v %v", again, err)
	}
	c.clock.Set(at.Add(25 * time.Hour))
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	late := c.a.DemoCodes()[0].Code
	c.clock.Set(at.Add(25*time.Hour + codeLasts))
	_, err = enter(late)
	wantCode(t, err, "code_wrong")
}

func BenchmarkWho(b *testing.B) {
	a := &App{people: newPeopleCache(), now: time.Now, Log: slog.New(slog.DiscardHandler)}
	token := string(storetest.Home) + "-" + strings.Repeat("x", 43)
	s := cachedSignIn(a, token)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Who(b.Context(), token); err != nil {
			b.Fatal(err)
		}
		s.loaded = time.Now()
	}
}
