package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"linqiao/app"
	"linqiao/domain"
)

// migrate brings the schema up to date; every other command does so by itself.
func migrate(ctx context.Context, c *config, _ []string) error {
	return opened(ctx, c, func(i *instance) error {
		fmt.Printf("数据库 %s 已是最新结构\n", i.db.Engine())
		return nil
	})
}

// apply makes new versions of the folders current, in one county or in all.
func apply(ctx context.Context, c *config, args []string) error {
	list, all, err := foldersToApply(c, args)
	if err != nil {
		return err
	}
	return opened(ctx, c, func(i *instance) error {
		counties, err := i.chosen(ctx, c)
		if err != nil {
			return err
		}
		for _, t := range counties {
			if err := applyIn(ctx, c, i.app, t, list, all); err != nil {
				return err
			}
		}
		return nil
	})
}

func foldersToApply(c *config, args []string) ([]folder, map[string]fs.FS, error) {
	if len(args) == 0 {
		return nil, nil, errUsage("请给出机制文件夹")
	}
	list, err := findFolders(args)
	if err != nil {
		return nil, nil, err
	}
	all, err := withNeighbours(c, list)
	return list, all, err
}

// chosen are the counties a command works in: the named one, or all.
func (i *instance) chosen(ctx context.Context, c *config) ([]domain.Tenant, error) {
	list, err := i.counties(ctx)
	if err != nil {
		return nil, err
	}
	var out []domain.Tenant
	for _, t := range list {
		if c.County == "" || t.Code == c.county() {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("没有这个县区：先运行 linqiao account create-admin --county 代码")
	}
	return out, nil
}

func applyIn(ctx context.Context, c *config, a *app.App, t domain.Tenant, list []folder, all map[string]fs.FS) error {
	results, approval, err := a.ProposePrograms(ctx, app.System(t.Code), all, c.Reason)
	var faults *app.ApplyError
	if errors.As(err, &faults) {
		printIssues(os.Stdout, list, faults.Issues)
		return errFaults
	}
	if err != nil {
		return err
	}
	for _, r := range results {
		word := map[string]string{"applied": "已应用", "unchanged": "未变"}[r.State]
		if approval != "" && r.State == "applied" {
			word = "已提出，等安全管理员在工作台“待批准的变更”里批准"
		}
		fmt.Printf("%s %s@%d %s\n", t.Name, r.Program, r.Version, word)
		printChanges(r.Changes)
	}
	return nil
}

// simulate prints what the folders would do to running records.
func simulate(ctx context.Context, c *config, args []string) error {
	list, all, err := foldersToApply(c, args)
	if err != nil {
		return err
	}
	return opened(ctx, c, func(i *instance) error {
		county, err := i.theCounty(ctx, c)
		if err != nil {
			return err
		}
		sims, err := i.app.Simulate(ctx, app.System(county), all)
		var faults *app.ApplyError
		if errors.As(err, &faults) {
			printIssues(os.Stdout, list, faults.Issues)
			return errFaults
		}
		if err != nil {
			return err
		}
		bad := 0
		for _, s := range sims {
			bad += printSimulation(list, s)
		}
		if bad > 0 {
			return errFaults
		}
		return nil
	})
}

func printSimulation(list []folder, s app.Simulation) (bad int) {
	if s.From == 0 {
		fmt.Printf("%s：新机制，版本 %d\n", s.Program, s.To)
		return 0
	}
	fmt.Printf("%s：%d → %d\n", s.Program, s.From, s.To)
	printChanges(s.Changes)
	for _, r := range s.Running {
		to := r.To
		if to == "" {
			to = "（新版没有这个环节，须写 migrate）"
		}
		fmt.Printf("  在办 %s.%s %d 件 → %s\n", r.Record, r.Stage, r.Count, to)
	}
	for _, k := range s.Clocks {
		fmt.Printf("  时限 %s.%s：提前 %d 件，延后 %d 件，立即超期 %d 件\n", k.Record, k.Clock, k.Sooner, k.Later, k.Overdue)
	}
	if len(s.Running) > 0 && !s.Migrates {
		fmt.Println("  在办事项留在旧版本办完（新版没有 migrate）")
	}
	return printIssues(os.Stdout, list, s.Issues)
}
