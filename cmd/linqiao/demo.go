package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/scenario"
)

// demo makes a demo county (once) from the stories demo.txt of the programs and
// serves it: invented people, codes on a fake phone, one account a role. It keeps
// its data in a folder of its own.
func demo(ctx context.Context, c *config, args []string) error {
	dir := "data/demo"
	if len(args) == 1 {
		dir = args[0]
	} else if len(args) > 1 {
		return errUsage("最多一个目录")
	}
	own := *c
	own.DB, own.Key = filepath.Join(dir, "demo.db"), ""
	if _, port, err := net.SplitHostPort(c.Addr); err == nil && own.Origin == "" {
		own.Origin = "http://localhost:" + port // the one plain address at which browsers allow passkeys
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := openDoor(c, log)
	if err != nil {
		return err
	}
	made, err := readDemo(dir)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Println("正在造演示县区……")
		made, err = makeDemo(ctx, &own, dir)
	}
	if err != nil {
		return err
	}
	i, err := open(ctx, &own, settings{now: made.clock(), log: log, demo: true, hash: app.LightCost, phoneNow: time.Now})
	if err != nil {
		return err
	}
	s := api.New(api.Options{App: i.app, Log: log, Static: screens(), Secure: d.secure(), Demo: func() []api.DemoAccount { return made.Accounts }})
	err = listen(ctx, c.Addr, d, s.HTTPServer(), i.app, log, func(url string) { welcome(url, made.Accounts) })
	return errors.Join(err, i.Close())
}

func welcome(url string, accounts []api.DemoAccount) {
	fmt.Printf("\n演示县区已就绪\n  公共页面 %s/\n  工作台   %s/console/\n  手机     %s/m/   验证码 %s/demo/phone\n\n", url, url, url, url)
	for _, a := range accounts {
		fmt.Printf("  %-14s %s（%s）\n", a.Login, a.Name, a.Role)
	}
	fmt.Printf("\n所有演示账号的密码：%s\n按 Ctrl+C 结束\n", scenario.Password)
}

// madeDemo is kept beside the demo's database: it is written last, so that a
// half-made county is made anew.
type madeDemo struct {
	Accounts []api.DemoAccount `json:"accounts"`
	// Until is where the stories end. Before that day the demo's clock runs ahead.
	Until time.Time `json:"until"`
	// Moved is by how many days the stories were moved to end in the week before they
	// were played.
	Moved int `json:"moved_days"`
}

const demoFile = "demo.json"

func (m *madeDemo) clock() func() time.Time {
	ahead := max(0, time.Until(m.Until))
	return func() time.Time { return time.Now().Add(ahead) }
}

func readDemo(dir string) (*madeDemo, error) {
	b, err := os.ReadFile(filepath.Join(dir, demoFile))
	if err != nil {
		return nil, err
	}
	var m madeDemo
	return &m, json.Unmarshal(b, &m)
}

// makeDemo plays the demo stories of all programs.
func makeDemo(ctx context.Context, c *config, dir string) (*madeDemo, error) {
	for _, name := range []string{"demo.db", "demo.db-wal", "demo.db-shm", "demo.db.key", "files"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	all, err := builtIn(c)
	if err != nil {
		return nil, err
	}
	set, issues := program.Load(all)
	if program.Fatal(issues) {
		printIssues(os.Stdout, nil, issues)
		return nil, errFaults
	}
	texts, ends, err := demoStories(set, all)
	if err != nil {
		return nil, err
	}
	made := &madeDemo{Moved: daysToLastWeek(ends, time.Now())}
	houses := map[domain.CountyCode]*stage{}
	if err := seedDemo(ctx, c, set, all, texts, made.Moved, houses); err != nil {
		return nil, err
	}
	for county, s := range houses {
		if err := s.inst.drawDemo(ctx, county); err != nil {
			return nil, err
		}
		list, err := s.inst.demoAccounts(ctx, county, set)
		if err := errors.Join(err, s.Close()); err != nil {
			return nil, err
		}
		made.Accounts = append(made.Accounts, list...)
		if now := s.clock.Now(); now.After(made.Until) {
			made.Until = now
		}
	}
	b, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return nil, err
	}
	return made, os.WriteFile(filepath.Join(dir, demoFile), b, 0o600)
}

// demoStories gives the texts of the programs' stories, by their files' names, and the
// instant at which the last of them ends.
func demoStories(set *program.Set, all map[string]fs.FS) (texts map[string][]byte, ends time.Time, err error) {
	texts = map[string][]byte{}
	for _, key := range set.Programs.Keys() {
		src, err := fs.ReadFile(all[key], "demo.txt")
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, ends, err
		}
		name := key + "/demo.txt"
		story, issues := scenario.Parse(name, src)
		if len(issues) > 0 {
			return nil, ends, errors.New(issues[0].String())
		}
		if at := story.Ends(); at.After(ends) {
			ends = at
		}
		texts[name] = src
	}
	return texts, ends, nil
}

// daysToLastWeek is by how many days stories that end at an instant must be moved to
// end within the seven days before now. Whole weeks: a Saturday stays a Saturday.
func daysToLastWeek(ends, now time.Time) int {
	const week = 7 * 24 * time.Hour
	weeks := now.Sub(ends) / week
	if ends.Add(weeks * week).After(now) {
		weeks--
	}
	return int(weeks) * 7
}

// seedDemo plays the demo stories, moved by so many days; those of one county together,
// by their days.
func seedDemo(ctx context.Context, c *config, set *program.Set, all map[string]fs.FS, texts map[string][]byte, moved int, houses map[domain.CountyCode]*stage) error {
	stories := map[domain.CountyCode][]*scenario.Story{}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		src, err := scenario.Moved(texts[name], moved)
		if err != nil {
			return err
		}
		story, issues := scenario.Parse(name, src)
		if len(issues) > 0 {
			return errors.New(issues[0].String())
		}
		stories[story.Code] = append(stories[story.Code], story)
	}
	for code, list := range stories {
		cal, err := calendarOf(list[0].Calendar)
		if err != nil {
			return err
		}
		s := &stage{c: c, dirs: all, county: code, name: list[0].County, cal: cal, demo: true}
		houses[code] = s
		if err := errors.Join(s.start(ctx), s.auditor(ctx)); err != nil {
			return err
		}
		if err := scenario.PlayTogether(ctx, list, set, s.target()); err != nil {
			return err
		}
	}
	return nil
}

// auditor opens the security administrator's and the auditor's account beside the administrator's.
func (s *stage) auditor(ctx context.Context) error {
	if _, err := s.inst.app.OpenOffice(ctx, s.county, app.RoleSecurity, app.Office{Name: s.name + "办公室", Login: "security", Admin: "县区安全管理员", Password: scenario.Password}); err != nil {
		return err
	}
	_, err := s.inst.app.OpenOffice(ctx, s.county, app.RoleAuditor, app.Office{Name: s.name + "办公室", Login: "auditor", Admin: "县区审计员", Password: scenario.Password})
	return err
}

// demoAccounts lists one account for each role of each program, and the county's
// own officers. What an account may do is what its own session says. Accounts
// that the stories named by hand (登录=) come first.
func (i *instance) demoAccounts(ctx context.Context, county domain.CountyCode, set *program.Set) ([]api.DemoAccount, error) {
	list, err := i.allAccounts(ctx, county)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b app.AccountView) int { return byHand(a.Login) - byHand(b.Login) })
	type found struct {
		api.DemoAccount
		rank int
	}
	var all []found
	seen := map[string]bool{}
	for _, acc := range list {
		v, err := i.look(ctx, county, acc.Login)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		words := newRoles(v, seen)
		if len(words) == 0 && byHand(acc.Login) == 0 { // a second of the kind, whom a story named: two must sign
			words = newRoles(v, map[string]bool{})
		}
		if len(words) > 0 {
			all = append(all, found{api.DemoAccount{Login: acc.Login, Password: scenario.Password, Name: acc.Name, Role: strings.Join(words, "、")}, rankOf(v, set)})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.rank - b.rank })
	out := make([]api.DemoAccount, len(all))
	for i := range all {
		out[i] = all[i].DemoAccount
	}
	return out, nil
}

// rankOf orders accounts as the programs list their roles; officers of the county
// come last.
func rankOf(v *app.SessionView, set *program.Set) int {
	rank, place := 0, math.MaxInt
	for _, p := range set.Programs.All() {
		for key := range p.Roles.All() {
			rank++
			if place == math.MaxInt && slices.ContainsFunc(v.Roles, func(r app.RoleRef) bool { return r.Program == p.Key && r.Role == key }) {
				place = rank
			}
		}
	}
	return place
}

// newRoles words what a session adds to the roles seen so far.
func newRoles(v *app.SessionView, seen map[string]bool) (words []string) {
	add := func(key, label string) {
		if !seen[key] {
			seen[key] = true
			words = append(words, label)
		}
	}
	if v.Admin {
		add("admin", "县区管理员")
	}
	if v.Security {
		add("security", "县区安全管理员")
	}
	if v.Auditor {
		add("auditor", "县区审计员")
	}
	if len(v.Memberships) == 0 && v.Account.Party != nil { // for themselves: one of each kind
		kind := v.Account.Party.Kind
		add("party."+string(kind), partyWords[kind])
		return words
	}
	for _, r := range v.Roles {
		add(r.Program+"."+r.Role, r.Label)
	}
	return words
}

var partyWords = map[domain.PartyKind]string{domain.Person: "居民", domain.Household: "家庭", domain.Enterprise: "企业", domain.Organization: "团体"}

func (i *instance) allAccounts(ctx context.Context, county domain.CountyCode) (out []app.AccountView, err error) {
	cursor := ""
	for {
		page, err := i.app.Accounts(ctx, app.System(county), app.AccountQuery{Cursor: cursor, Limit: 200})
		if err != nil {
			return nil, err
		}
		out = append(out, page.Items...)
		if page.Next == nil {
			return out, nil
		}
		cursor = *page.Next
	}
}

// look signs in and out again; nil for accounts with a password of their own.
func (i *instance) look(ctx context.Context, county domain.CountyCode, login string) (*app.SessionView, error) {
	v, err := i.app.SignIn(ctx, app.SignInAct{Login: login, Password: scenario.Password, County: county}, app.Client{Address: login})
	if domain.KindOf(err) == domain.KindUnauthenticated && err != nil {
		return nil, nil //nolint:nilnil // documented
	} else if err != nil {
		return nil, err
	}
	who, err := i.app.Who(ctx, v.Token)
	if err != nil {
		return nil, err
	}
	return v, i.app.SignOut(ctx, who)
}

// byHand sorts logins that a story named before those it numbered.
func byHand(login string) int {
	if strings.Contains(login, "-") {
		return 1
	}
	return 0
}
