package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"linqiao/app"
)

var importKinds = map[string]string{
	"enterprises": app.ImportEnterprises, "people": app.ImportPeople, "organisations": app.ImportOrganisations, "offers": app.ImportOffers,
}

// importData reads divisions (with an optional file of villages), a map, or a
// spreadsheet that is checked row by row before anything is written.
func importData(ctx context.Context, c *config, args []string) error {
	if len(args) == 0 {
		return errUsage("请说明导入什么")
	}
	if args[0] == "divisions" {
		return importDivisions(ctx, c, args[1:])
	}
	if args[0] == "map" {
		return importMap(ctx, c, args[1:])
	}
	kind, ok := importKinds[args[0]]
	if !ok || len(args) != 2 {
		return errUsage("请给出类型和文件")
	}
	f, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer f.Close()
	return opened(ctx, c, func(i *instance) error {
		county, err := i.theCounty(ctx, c)
		if err != nil {
			return err
		}
		who := app.System(county)
		plan, err := i.app.Import(ctx, who, app.ImportAct{Kind: kind, Program: c.Program, Record: c.Record, Name: filepath.Base(args[1])}, f)
		if err != nil {
			return err
		}
		printPlan(plan)
		if plan.Bad > 0 && !c.Yes {
			fmt.Println("没有导入。改好后重来，或加 --yes 跳过错行。")
			return errFaults
		}
		done, err := i.app.ConfirmImport(ctx, who, plan.ID, app.ConfirmAct{SkipBad: c.Yes})
		if err != nil {
			return err
		}
		fmt.Printf("已导入 %d 行\n", done.Done)
		return nil
	})
}

// shownRows bounds how many faulty rows are printed.
const shownRows = 50

func printPlan(p *app.ImportPlan) {
	for _, h := range p.Ignored {
		fmt.Printf("栏“%s”不认识，已忽略\n", h)
	}
	n := 0
	for _, r := range p.Rows {
		for _, e := range r.Errors {
			if n++; n <= shownRows {
				fmt.Printf("第 %d 行 %s：%s\n", r.Row, e.Column, e.Message)
			}
		}
	}
	if n > shownRows {
		fmt.Printf("……另有 %d 处\n", n-shownRows)
	}
	fmt.Printf("共 %d 行，可导入 %d，有错 %d，重复 %d\n", p.Total, p.Good, p.Bad, p.Duplicates)
}

func importDivisions(ctx context.Context, c *config, args []string) error {
	if c.County == "" {
		return errUsage("请用 --county 指明六位县区代码")
	}
	var villages io.Reader
	if len(args) > 0 {
		f, err := os.Open(args[0])
		if err != nil {
			return err
		}
		defer f.Close()
		villages = f
	}
	return opened(ctx, c, func(i *instance) error {
		rep, err := i.app.ImportDivisions(ctx, app.System(c.county()), c.county(), villages)
		if err != nil {
			return err
		}
		fmt.Printf("%s %s：新增 %d，已有 %d（乡镇 %d，村社区 %d）\n", rep.County.Code, rep.County.Name, rep.Created, rep.Kept, rep.Towns, rep.Villages)
		for _, g := range rep.Gone {
			fmt.Printf("新名录里没有：%s %s（保留，如已撤销请在区划里停用）\n", g.ID, g.Name)
		}
		return nil
	})
}

// export writes a spreadsheet. The file is made whole under another name first.
func export(ctx context.Context, c *config, args []string) error {
	if len(args) != 2 || args[0] != "ledger" && args[0] != "records" {
		return errUsage("请说明导出什么，写到哪个文件")
	}
	return opened(ctx, c, func(i *instance) error {
		county, err := i.theCounty(ctx, c)
		if err != nil {
			return err
		}
		who := app.System(county)
		return writeWhole(args[1], func(w io.Writer) error {
			if args[0] == "ledger" {
				if c.Program == "" || c.Ledger == "" || c.Period == "" {
					return errUsage("导出台账须有 --program --ledger --period")
				}
				_, err := i.app.ExportLedger(ctx, who, c.Program, c.Ledger, c.Period, w)
				return err
			}
			if c.Program == "" || c.Record == "" {
				return errUsage("导出办件须有 --program --record")
			}
			n, err := i.app.ExportRecords(ctx, who, app.RecordQuery{Program: c.Program, Record: c.Record}, w)
			if err == nil {
				fmt.Printf("已导出 %d 行\n", n)
			}
			return err
		})
	})
}

// writeWhole makes a file appear only when it is complete.
func writeWhole(path string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".linqiao-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	err = write(tmp)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
