package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/programs"
	"linqiao/store"
)

//go:embed program
var benchProgram embed.FS

// The county of the measurement is invented: no real division has this code.
const (
	benchCounty = domain.CountyCode("990101")
	countyPath  = "99/9901/990101"
	benchKey    = "bench-desk"
	towns       = 20
	password    = "Bench-Desk-2026"
)

// Accounts that the load signs in with.
func clerkLogin(town int) string { return fmt.Sprintf("clerk%02d", town) }

const centreLogin = "centre"

// openCounty makes the county in a database: divisions, one window and clerk a
// town, a centre over all, and every program that comes with the product beside
// the small one that is measured. It may be called on a county that is there.
func openCounty(ctx context.Context, dsn, keyFile string) (*app.App, error) {
	ring, err := sealer(keyFile)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{DSN: dsn, Sealer: ring})
	if err != nil {
		return nil, err
	}
	a := app.New(app.Options{DB: db, Hash: app.LightCost, Log: slog.New(slog.DiscardHandler)})
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	there := false
	err = db.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.In(benchCounty).Tenant()
		there = err == nil
		return nil
	})
	if err != nil || there {
		return a, err
	}
	if err := settle(ctx, a); err != nil {
		db.Close()
		return nil, fmt.Errorf("set the county up: %w", err)
	}
	return a, nil
}

func settle(ctx context.Context, a *app.App) error {
	if err := a.DB.Write(ctx, divisions); err != nil {
		return err
	}
	sys := app.System(benchCounty)
	dirs, err := programs.FS()
	if err != nil {
		return err
	}
	for _, key := range []string{benchKey, scoreKey} {
		if dirs[key], err = fs.Sub(benchProgram, filepath.Join("program", key)); err != nil {
			return err
		}
	}
	if _, err := a.Apply(ctx, sys, dirs); err != nil {
		return err
	}
	if err := staff(ctx, a, centreLogin, "bench_centre", domain.RegionID(benchCounty)); err != nil {
		return err
	}
	for i := range towns {
		if err := staff(ctx, a, clerkLogin(i), "bench_window", townID(i)); err != nil {
			return err
		}
	}
	return nil
}

func townID(i int) domain.RegionID { return domain.RegionID(fmt.Sprintf("990101%03d", 100+i)) }

func divisions(tx0 *store.Tx) error {
	tx := tx0.In(benchCounty)
	if err := tx.SaveTenant(&domain.Tenant{Code: benchCounty, Name: "测速县"}); err != nil {
		return err
	}
	list := []domain.Region{{ID: "99", Level: domain.Province, Name: "测速省", Path: "99"},
		{ID: "9901", Parent: "99", Level: domain.City, Name: "测速市", Path: "99/9901"},
		{ID: domain.RegionID(benchCounty), Parent: "9901", Level: domain.County, Name: "测速县", Path: countyPath}}
	for i := range towns {
		list = append(list, domain.Region{ID: townID(i), Parent: domain.RegionID(benchCounty), Level: domain.Town,
			Name: fmt.Sprintf("第%d镇", i+1), Path: countyPath + "/" + string(townID(i))})
	}
	for i := range list {
		g := &list[i]
		g.Code, g.Active = string(g.ID), true
		if err := tx.InsertRegion(g); err != nil {
			return err
		}
	}
	return nil
}

// staff makes a unit and one account in it.
func staff(ctx context.Context, a *app.App, login, kind string, region domain.RegionID) error {
	sys := app.System(benchCounty)
	name := "单位" + login
	org, err := a.CreateOrg(ctx, sys, app.Once{}, app.OrgAct{Name: &name, Kind: kind, Region: region})
	if err != nil {
		return err
	}
	_, err = a.CreateAccount(ctx, sys, app.Once{}, app.AccountAct{Login: login, Name: "经办" + login, Password: password,
		Memberships: []app.MembershipAct{{Org: org.ID}}})
	return err
}
