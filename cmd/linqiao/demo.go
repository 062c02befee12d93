package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/scenario"
	"linqiao/store"
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
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if _, err := os.Stat(filepath.Join(dir, "ready")); err != nil {
		fmt.Println("正在造演示县区……")
		if err := makeDemo(ctx, &own, dir); err != nil {
			return err
		}
	}
	i, err := open(ctx, &own, settings{log: log, demo: true})
	if err != nil {
		return err
	}
	accounts, err := i.demoAccounts(ctx)
	if err == nil {
		s := api.New(api.Options{App: i.app, Log: log, Static: screens(), Demo: func() []api.DemoAccount { return accounts }})
		err = listen(ctx, c.Addr, s.HTTPServer(), i.app, log, func(url string) { welcome(url, accounts) })
	}
	return errors.Join(err, i.Close())
}

func welcome(url string, accounts []api.DemoAccount) {
	fmt.Printf("\n演示县区已就绪\n  公共页面 %s/\n  工作台   %s/console/\n  手机     %s/m/   验证码 %s/demo/phone\n\n", url, url, url, url)
	for _, a := range accounts {
		fmt.Printf("  %-14s %s（%s）\n", a.Login, a.Name, a.Role)
	}
	fmt.Printf("\n所有演示账号的密码：%s\n按 Ctrl+C 结束\n", scenario.Password)
}

// makeDemo plays the demo stories. A half-made county is made anew.
func makeDemo(ctx context.Context, c *config, dir string) error {
	for _, name := range []string{"demo.db", "demo.db-wal", "demo.db-shm", "demo.db.key", "files"} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	all, err := builtIn(c)
	if err != nil {
		return err
	}
	set, issues := program.Load(all)
	if program.Fatal(issues) {
		return errors.New(issues[0].Error())
	}
	houses := map[domain.CountyCode]*stage{}
	for _, key := range set.Programs.Keys() {
		if err := seedDemo(ctx, c, set, all, key, houses); err != nil {
			return err
		}
	}
	var last error
	for _, s := range houses {
		last = errors.Join(last, s.Close())
	}
	if last != nil {
		return last
	}
	return os.WriteFile(filepath.Join(dir, "ready"), []byte("ready\n"), 0o600)
}

// seedDemo plays one program's demo.txt, in the county it names; stories of one
// county share it.
func seedDemo(ctx context.Context, c *config, set *program.Set, all map[string]fs.FS, key string, houses map[domain.CountyCode]*stage) error {
	src, err := fs.ReadFile(all[key], "demo.txt")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	story, issues := scenario.Parse(key+"/demo.txt", src)
	if len(issues) > 0 {
		return errors.New(issues[0].String())
	}
	cal, err := calendarOf(story.Calendar)
	if err != nil {
		return err
	}
	open := func(code domain.CountyCode, name string) (*scenario.Target, error) {
		if s := houses[code]; s != nil {
			return s.target(), nil
		}
		s := &stage{c: c, dirs: all, county: code, name: name, cal: cal, demo: true}
		houses[code] = s
		if err := s.start(ctx); err != nil {
			return nil, err
		}
		return s.target(), s.auditor(ctx)
	}
	return scenario.Play(ctx, story, set, open, nil)
}

// auditor opens the auditor's account beside the administrator's.
func (s *stage) auditor(ctx context.Context) error {
	_, err := s.inst.app.OpenOffice(ctx, s.county, app.RoleAuditor, app.Office{Name: s.name + "办公室", Login: "auditor", Admin: "县区审计员", Password: scenario.Password})
	return err
}

// demoAccounts lists one account for each role of each program, and the county's
// own officers. Accounts that the stories named by hand (登录=) come first.
func (i *instance) demoAccounts(ctx context.Context) ([]api.DemoAccount, error) {
	counties, err := i.counties(ctx)
	if err != nil || len(counties) == 0 {
		return nil, err
	}
	var out []api.DemoAccount
	for _, t := range counties {
		list, err := i.accountsByRole(ctx, t.Code)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func (i *instance) accountsByRole(ctx context.Context, county domain.CountyCode) (out []api.DemoAccount, err error) {
	var accounts []domain.Account
	if err := i.db.Read(ctx, func(tx *store.Tx) error {
		cursor := ""
		for {
			page, err := tx.In(county).Accounts(cursor, 500)
			if err != nil {
				return err
			}
			accounts = append(accounts, page.Items...)
			if cursor = page.Next; cursor == "" {
				return nil
			}
		}
	}); err != nil {
		return nil, err
	}
	slices.SortStableFunc(accounts, func(a, b domain.Account) int { return byHand(a.Login) - byHand(b.Login) })
	seen := map[string]bool{}
	for _, acc := range accounts {
		role, key := i.roleOf(ctx, county, acc)
		if role == "" || seen[key] || acc.PasswordHash == "" {
			continue
		}
		seen[key] = true
		out = append(out, api.DemoAccount{Login: acc.Login, Password: scenario.Password, Name: acc.Name, Role: role})
	}
	return out, nil
}

// byHand sorts logins that a story named before those it numbered.
func byHand(login string) int {
	if strings.Contains(login, "-") {
		return 1
	}
	return 0
}
