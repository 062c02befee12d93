package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

var importKinds = map[string]string{
	"enterprises": app.ImportEnterprises, "people": app.ImportPeople, "households": app.ImportHouseholds, "groups": app.ImportGroups, "organisations": app.ImportOrganisations, "offers": app.ImportOffers,
	"records": app.ImportRecords,
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
		v, err := i.app.Import(ctx, who, app.Once{}, app.ImportAct{Kind: kind, Program: c.Program, Record: c.Record, Name: filepath.Base(args[1])}, f)
		if err != nil {
			return err
		}
		if v, err = workOff(ctx, i.app, who, v.ID); err != nil {
			return err
		}
		if v.State != "checked" {
			return importRefused(v)
		}
		if err := printVerdicts(ctx, i.app, who, v); err != nil {
			return err
		}
		if v.Counts.Fault > 0 && !c.Yes {
			fmt.Println("没有导入。改好后重来，或加 --yes 跳过错行。")
			return errors.Join(errFaults, drop(ctx, i.app, who, v.ID))
		}
		if !v.Can.Confirm {
			fmt.Println("没有可以导入的行。")
			return drop(ctx, i.app, who, v.ID)
		}
		if _, err := i.app.ConfirmImport(ctx, who, app.Once{}, v.ID, app.ConfirmAct{SkipBad: c.Yes}); err != nil {
			return err
		}
		if v, err = workOff(ctx, i.app, who, v.ID); err != nil {
			return err
		}
		if v.State != "done" {
			return importRefused(v)
		}
		fmt.Printf("已导入 %d 行\n", v.Written)
		return nil
	})
}

// workOff does the background's work until the import waits for somebody.
func workOff(ctx context.Context, a *app.App, who *app.Who, id string) (*app.ImportView, error) {
	for {
		if _, err := a.WorkImports(ctx); err != nil {
			return nil, err
		}
		v, err := a.ImportView(ctx, who, id)
		if err != nil {
			return nil, err
		}
		switch v.State {
		case "reading", "checking", "writing", "undoing", "failing": // a running server works on it
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(200 * time.Millisecond):
			}
		default:
			return v, nil
		}
	}
}

func drop(ctx context.Context, a *app.App, who *app.Who, id string) error {
	_, err := a.TakeBackImport(ctx, who, app.Once{}, id)
	return err
}

// importRefused is the fault of a whole file.
func importRefused(v *app.ImportView) error {
	if v.State == "mapping" {
		return domain.E(domain.KindInvalid, "import_columns", "columns", lackingOf(v))
	}
	if v.Fault != nil {
		return domain.E(domain.KindInvalid, v.Fault.Code, pairs(v.Fault.Args)...)
	}
	return domain.E(domain.KindInvalid, "import_broken")
}

func lackingOf(v *app.ImportView) string {
	var lacking []string
	for _, f := range v.Fields {
		if f.Needed && !slices.ContainsFunc(v.Columns, func(c app.ImportColumn) bool { return c.Key == f.Key }) {
			lacking = append(lacking, f.Label)
		}
	}
	return strings.Join(lacking, "、")
}

func pairs(args map[string]string) []string {
	var out []string
	for k, v := range args {
		out = append(out, k, v)
	}
	return out
}

// shownRows bounds how many faulty rows are printed.
const shownRows = 50

func printVerdicts(ctx context.Context, a *app.App, who *app.Who, v *app.ImportView) error {
	for _, c := range v.Columns {
		if c.Key == "" && c.Label != "" {
			fmt.Printf("栏“%s”不认识，已忽略\n", c.Label)
		}
	}
	rows, err := a.ImportRows(ctx, who, v.ID, "fault", "", shownRows)
	if err != nil {
		return err
	}
	for _, r := range rows.Items {
		for _, n := range r.Notes {
			if n.Fault {
				fmt.Printf("第 %d 行 %s：%s\n", r.Row, n.Column, n.Message)
			}
		}
	}
	if more := v.Counts.Fault - len(rows.Items); more > 0 {
		fmt.Printf("……另有 %d 行\n", more)
	}
	n := v.Counts
	fmt.Printf("共 %d 行，可导入 %d（其中疑似重复 %d），有错 %d，已在册 %d\n", v.Total, n.Good+n.Warning+n.Alike, n.Alike, n.Fault, n.Duplicate)
	return nil
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
