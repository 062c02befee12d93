package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"linqiao/kernel/program"
)

// hint says how a column is written.
func (k *importColumn) hint() string {
	switch {
	case k.key == "region":
		return "乡镇、村的名称或代码，如：某某镇某某村"
	case k.key == identUSCC:
		return "18 位，单元格设为文本"
	case k.key == identID:
		return "18 位，单元格设为文本"
	case k.key == "tags":
		return "几个之间用顿号隔开"
	case k.key == "area":
		return "几个乡镇之间用顿号隔开"
	case k.key == "level":
		return "县级、镇级、村级"
	case k.field == nil:
		return ""
	}
	switch f := k.field; f.Type {
	case program.TypeDate:
		return "如：2026-11-22"
	case program.TypeMoney:
		return "元；栏名写“（万元）”则按万元"
	case program.TypeBool:
		return "是、否"
	case program.TypeChoice:
		if f.List == nil {
			return ""
		}
		var labels []string
		for _, o := range f.List.Options.All() {
			if labels = append(labels, o.Label); len(labels) == 12 {
				labels = append(labels, "…")
				break
			}
		}
		return strings.Join(labels, "、")
	}
	if k.field.Unit != "" {
		return "单位：" + k.field.Unit
	}
	return ""
}

// ImportTemplate writes an empty table for a kind of import: headers, and how each
// column is written.
func (a *App) ImportTemplate(ctx context.Context, who *Who, in ImportAct, out io.Writer) (name string, err error) {
	var fields []ImportTarget
	err = a.read(ctx, who, func(w *work) error {
		if err := w.mayImport(in); err != nil {
			return err
		}
		imp, err := w.importer(in)
		if err != nil {
			return err
		}
		fields, name = targetsOf(imp), w.importLabel(in)+"导入模板.xlsx"
		return nil
	})
	if err != nil {
		return "", err
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	text, err1 := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: identifiers keep their digits
	head, err2 := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF7"}}})
	if err1 != nil || err2 != nil {
		return "", err1
	}
	for i, t := range fields {
		col := letter(i)
		label := t.Label
		if t.Needed {
			label += "*"
		}
		for _, err := range []error{f.SetColStyle("Sheet1", col, text), f.SetColWidth("Sheet1", col, col, 18),
			f.SetCellStr("Sheet1", col+"1", safeCell(label)), f.SetCellStyle("Sheet1", col+"1", col+"1", head)} {
			if err != nil {
				return "", err
			}
		}
	}
	if _, err := f.NewSheet("填写说明"); err != nil {
		return "", err
	}
	rows := [][]any{{"栏名", "是否必填", "写法"}}
	for _, t := range fields {
		need := ""
		if t.Needed {
			need = "必填"
		}
		rows = append(rows, []any{safeCell(t.Label), need, safeCell(t.Hint)})
	}
	rows = append(rows, []any{}, []any{"栏的次序随意，不用的栏可以删去；系统只读第一张有内容的工作表。"})
	for i := range rows {
		if err := f.SetSheetRow("填写说明", "A"+strconv.Itoa(i+1), &rows[i]); err != nil {
			return "", err
		}
	}
	if err := f.SetColWidth("填写说明", "A", "C", 30); err != nil {
		return "", err
	}
	return name, f.Write(out)
}

// lineWords word the verdicts, for the spreadsheet of verdicts.
var lineWords = map[string][2]string{
	lineGood: {"可导入", "good"}, lineWarning: {"可导入，有提示", "good, see notes"}, lineAlike: {"疑似重复", "much alike"}, lineDuplicate: {"已在册，不导入", "on file"},
	lineFault: {"有错，不导入", "fault"}, lineSkipped: {"人工选择不导入", "left out"},
}

// ImportVerdict writes the lines of the file with what is said of each, so that
// they can be mended and sent again. The take-out is audited.
func (a *App) ImportVerdict(ctx context.Context, who *Who, id, state string, out io.Writer) (name string, err error) {
	with, ok := importFilters[state]
	if !ok {
		with, state = "", ""
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	sw, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return "", err
	}
	line := 0
	put := func(cells []any) error {
		line++
		return sw.SetRow(fmt.Sprintf("A%d", line), cells)
	}
	more := true
	for seq := 0; more; {
		var rows [][]any
		err := a.read(ctx, who, func(w *work) error {
			run, d, err := w.importRun(id)
			if err != nil {
				return err
			}
			if name == "" {
				name = strings.TrimSuffix(strings.TrimSuffix(d.Name, ".xlsx"), ".csv") + "-检查结果.xlsx"
				rows = append(rows, verdictHead(d))
			}
			rows, seq, more, err = w.verdictRows(rows, run.ID, d, state, with, seq)
			return err
		})
		if err != nil {
			return "", err
		}
		for _, r := range rows {
			if err := put(r); err != nil {
				return "", err
			}
		}
	}
	if err := sw.Flush(); err != nil {
		return "", err
	}
	if err := a.write(ctx, who, func(w *work) error {
		return w.audit("export", "import/"+id, "", map[string]any{"rows": int64(line - 1), "state": state})
	}); err != nil {
		return "", err
	}
	return name, f.Write(out)
}

func verdictHead(d *importDetail) []any {
	head := []any{}
	for _, f := range d.Columns {
		label := f.Label
		if label == "" {
			label = letter(f.At) + " 列"
		}
		head = append(head, safeCell(label))
	}
	return append(head, "原行号", "检查结果", "问题", "提示")
}

// verdictRows adds the rows of the next part.
func (w *work) verdictRows(rows [][]any, run string, d *importDetail, state, with string, seq int) ([][]any, int, bool, error) {
	lists, seqs, err := importParts[lineVerdict](w.tx, run, partVerdicts, with, seq, 1)
	if err != nil || len(lists) == 0 {
		return rows, seq, false, err
	}
	raw, rawSeqs, err := importParts[rawLine](w.tx, run, partLines, "", seqs[0], 1)
	if err != nil {
		return rows, seq, false, err
	}
	cells := map[int][]string{}
	if len(raw) > 0 && slices.Equal(rawSeqs[:1], seqs[:1]) {
		for _, l := range raw[0] {
			cells[l.Line] = l.Cells
		}
	}
	english := 0
	if w.who.Lang == "en" {
		english = 1
	}
	for i := range lists[0] {
		v := &lists[0][i]
		if state != "" && v.State != state && (state != "kept" || v.Kept == "") {
			continue
		}
		row := make([]any, len(d.Columns), len(d.Columns)+4)
		for at := range row {
			row[at] = ""
			if line := cells[v.Line]; at < len(line) {
				row[at] = safeCell(line[at])
			}
		}
		var bad, noted []string
		for _, n := range v.Notes {
			say := importSay(w.who.Lang, n.Word, n.Args)
			if n.Column != "" {
				say = n.Column + "：" + say
			}
			if n.Bad {
				bad = append(bad, say)
			} else {
				noted = append(noted, say)
			}
		}
		word := lineWords[v.State][english]
		if v.Made != "" {
			word = [2]string{"已导入", "written"}[english]
		}
		if v.Kept != "" {
			noted = append(noted, importSay(w.who.Lang, "kept_"+v.Kept, nil))
		}
		rows = append(rows, append(row, v.Line, word, safeCell(strings.Join(bad, "；")), safeCell(strings.Join(noted, "；"))))
	}
	return rows, seqs[0] + 1, true, nil
}
