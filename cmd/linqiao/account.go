package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store"
)

// account opens the first accounts of a county, before anybody can sign in, and
// helps those who can no longer.
func account(ctx context.Context, c *config, args []string) error {
	if len(args) != 1 {
		return errUsage("请说明办什么")
	}
	switch args[0] {
	case "create-admin":
		return createOfficer(ctx, c, app.RoleAdmin, "admin", "管理员")
	case "create-security":
		return createOfficer(ctx, c, app.RoleSecurity, "security", "安全管理员")
	case "create-auditor":
		return createOfficer(ctx, c, app.RoleAuditor, "auditor", "审计员")
	case "password", "lock", "unlock", "clear-factors":
		return changeAccount(ctx, c, args[0])
	}
	return errUsage("没有“" + args[0] + "”")
}

// createOfficer sets the county up when it is not there yet: divisions, the
// built-in programs, its office.
func createOfficer(ctx context.Context, c *config, role, login, name string) error {
	return opened(ctx, c, func(i *instance) error {
		county, err := i.readyCounty(ctx, c)
		if err != nil {
			return err
		}
		if err := i.app.FirstOfficer(ctx, county, role); err != nil {
			return err
		}
		acc, err := i.app.OpenOffice(ctx, county, role, app.Office{Name: pick(c.Office, "县区办公室"), Login: pick(c.Login, login),
			Admin: pick(c.Name, name), Password: c.Password})
		if err != nil {
			return err
		}
		fmt.Printf("县区 %s 的%s：登录名 %s\n", county, name, acc.Login)
		if acc.Password != "" {
			fmt.Printf("密码 %s（只显示这一次，请登录后修改）\n", acc.Password)
		}
		return i.sayPowers(ctx, county)
	})
}

// sayPowers tells what is still missing for the three offices.
func (i *instance) sayPowers(ctx context.Context, county domain.CountyCode) error {
	v, err := i.app.Powers(ctx, app.System(county))
	if err != nil || v.Powers != app.PowersSeparated {
		return err
	}
	for _, o := range []struct {
		n        int
		verb, is string
	}{{v.Admins, "create-admin", "系统管理员"}, {v.Security, "create-security", "安全管理员，权限变更由他批准"}, {v.Auditors, "create-auditor", "审计管理员"}} {
		if o.n == 0 {
			fmt.Printf("三员分立，还差%s：linqiao account %s\n", o.is, o.verb)
		}
	}
	return nil
}

func pick(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// readyCounty is the county of --county, made with its divisions and programs
// when it does not exist.
func (i *instance) readyCounty(ctx context.Context, c *config) (domain.CountyCode, error) {
	list, err := i.counties(ctx)
	if err != nil {
		return "", err
	}
	there := slices.ContainsFunc(list, func(t domain.Tenant) bool { return t.Code == c.county() })
	if !there {
		if c.County == "" {
			if len(list) == 1 {
				return list[0].Code, nil
			}
			return "", errors.New("请用 --county 指明六位县区代码，如 --county 440902")
		}
		if _, err := i.app.ImportDivisions(ctx, app.System(c.county()), c.county(), nil); err != nil {
			return "", err
		}
		rules := app.SignInRules{SecondFactor: c.SecondFactor, IdleDays: app.IdleDaysUsual}
		if _, err := i.app.SetSignInRules(ctx, app.System(c.county()), app.Once{}, rules); err != nil {
			return "", err
		}
		if c.Powers == app.PowersSeparated {
			if _, err := i.app.SetPowers(ctx, app.System(c.county()), app.Once{}, app.PowersAct{Powers: c.Powers}); err != nil {
				return "", err
			}
		}
	}
	return c.county(), i.applyBuiltIn(ctx, c, c.county())
}

// applyBuiltIn applies the built-in programs where none are applied yet.
func (i *instance) applyBuiltIn(ctx context.Context, c *config, county domain.CountyCode) error {
	var live []domain.ProgramVersion
	if err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
		live, err = tx.In(county).Programs("live")
		return err
	}); err != nil || len(live) > 0 {
		return err
	}
	all, err := builtIn(c)
	if err != nil {
		return err
	}
	_, err = i.app.Apply(ctx, app.System(county), all)
	return err
}

func changeAccount(ctx context.Context, c *config, what string) error {
	if c.Login == "" {
		return errUsage("请用 --login 指明登录名")
	}
	return opened(ctx, c, func(i *instance) error {
		county, err := i.theCounty(ctx, c)
		if err != nil {
			return err
		}
		var acc *domain.Account
		if err := i.db.Read(ctx, func(tx *store.Tx) (err error) {
			acc, err = tx.In(county).AccountByLogin(c.Login)
			return err
		}); err != nil {
			return err
		}
		who := app.System(county)
		switch what {
		case "lock":
			err = i.app.LockAccount(ctx, who, acc.ID)
		case "unlock":
			err = i.app.UnlockAccount(ctx, who, acc.ID)
		case "clear-factors":
			err = i.app.ClearFactors(ctx, who, acc.ID)
		default:
			var password string
			if password, err = i.app.ResetPassword(ctx, who, acc.ID); err == nil {
				fmt.Printf("%s 的新密码 %s（只显示这一次）\n", c.Login, password)
			}
		}
		return err
	})
}
