package app

import (
	"fmt"
	"io"
	"strings"

	"linqiao/domain"
)

// writeLedger lays a ledger out as it is printed and signed: heads in two lines
// where columns belong together, groups with their sums, totals, what was put right
// after the freeze, notes, the place to sign.
func writeLedger(v *LedgerView, h paperHead, out io.Writer) error {
	named := len(v.Rows) > 0 && v.Rows[0].Labels["_row"] != ""
	p := newPaper(v.Label, len(v.Columns)+1)
	p.begin(h, v.Label, "统计期："+periodText(v.Period), "金额单位：元")
	ledgerHeads(p, v, named)
	n := 0
	for _, g := range groupsOf(v) {
		if len(v.Groups) > 0 {
			p.whole(fmt.Sprintf("%s（%d）", g.Label, len(g.Rows)), lookGroup, 0)
		}
		for _, i := range g.Rows {
			n++
			ledgerLine(p, v, v.Rows[i], n, named)
		}
		ledgerSum(p, v, "小计", g.Total)
	}
	if len(v.Rows) == 0 {
		p.whole("本期没有记录", lookText, 0)
	}
	if !named {
		paperTotals(p, v)
	}
	if len(v.Corrections) > 0 {
		p.whole("更正（冻结以后的补记和冲销，不改动上表）", lookGroup, 0)
		for i, r := range v.Corrections {
			ledgerLine(p, v, r, i+1, false)
		}
	}
	ledgerNotes(p, v)
	var signed []string
	for _, s := range v.Signatures {
		signed = append(signed, s.Account.Name)
	}
	p.signOff(h, strings.Join(signed, "、"))
	return p.end(out)
}

// periodText words a period for a printed head.
func periodText(s string) string {
	a, b, ranged := strings.Cut(s, "..")
	if ranged {
		return periodText(a) + " 至 " + periodText(b)
	}
	switch {
	case len(s) == 4:
		return s + "年"
	case len(s) == 6 && s[4] == 'Q':
		return s[:4] + "年第" + s[5:] + "季度"
	case len(s) == 7:
		return s[:4] + "年" + strings.TrimPrefix(s[5:], "0") + "月"
	}
	if d, err := domain.ParseDate(s); err == nil {
		y, m, day := d.YMD()
		return fmt.Sprintf("%d年%d月%d日", y, m, day)
	}
	return s
}

// groupsOf gives the groups of a table, or all its rows as one.
func groupsOf(v *LedgerView) []LedgerGroup {
	if len(v.Groups) > 0 {
		return v.Groups
	}
	all := LedgerGroup{}
	for i := range v.Rows {
		all.Rows = append(all.Rows, i)
	}
	return []LedgerGroup{all}
}

// ledgerHeads writes one line of heads, or two when columns belong together.
func ledgerHeads(p *paper, v *LedgerView, named bool) {
	from, first := p.line, map[bool]string{false: "序号", true: "区域"}[named]
	grouped := false
	for _, c := range v.Columns {
		grouped = grouped || c.Group != ""
	}
	if grouped {
		p.tall(1, paperCell{first, lookHead})
		for i := 0; i < len(v.Columns); {
			j := i + 1
			for j < len(v.Columns) && v.Columns[i].Group != "" && v.Columns[j].Group == v.Columns[i].Group {
				j++
			}
			if v.Columns[i].Group == "" {
				p.tall(i+2, paperCell{v.Columns[i].Label + unitLabel(v.Columns[i].Unit), lookHead})
			} else {
				p.span(i+2, j+1, paperCell{v.Columns[i].Group, lookHead})
			}
			i = j
		}
		p.line++
	}
	if !grouped {
		p.set(1, paperCell{first, lookHead})
	}
	for i, c := range v.Columns {
		if !grouped || c.Group != "" {
			p.set(i+2, paperCell{c.Label + unitLabel(c.Unit), lookHead})
		}
	}
	p.line++
	p.heads(from)
}

func ledgerLine(p *paper, v *LedgerView, r LedgerRow, n int, named bool) {
	cells := []paperCell{{n, lookText}}
	if named {
		cells[0].value = r.Labels["_row"]
	}
	if s := r.Labels["_correction"]; s != "" {
		cells[0].value = s
	}
	for _, c := range v.Columns {
		if x, ok := wholeNumber(r.Cells[c.Key]); ok && r.Cells[c.Key] != nil {
			cells = append(cells, figureCell(x, c.Unit, false))
		} else {
			cells = append(cells, paperCell{r.Labels[c.Key], lookText})
		}
	}
	p.put(cells...)
}

// ledgerSum writes a line of sums under the columns that have one.
func ledgerSum(p *paper, v *LedgerView, label string, total map[string]any) {
	if len(total) == 0 {
		return
	}
	cells := []paperCell{{label, lookSum}}
	any := false
	for _, c := range v.Columns {
		if n, ok := wholeNumber(total[c.Key]); ok && total[c.Key] != nil {
			cells = append(cells, figureCell(n, c.Unit, true))
			any = true
		} else {
			cells = append(cells, paperCell{"", lookSum})
		}
	}
	if any {
		p.put(cells...)
	}
}

// paperTotals writes the total line, and the figures that are no column below it.
func paperTotals(p *paper, v *LedgerView) {
	ledgerSum(p, v, "合计", v.Total)
	for _, k := range sortedKeys(v.TotalLabels) {
		isColumn := false
		for _, c := range v.Columns {
			isColumn = isColumn || c.Key == k
		}
		n, ok := wholeNumber(v.Total[k])
		if isColumn || !ok {
			continue
		}
		p.set(1, paperCell{"合计", lookSum})
		p.span(2, p.cols-1, paperCell{v.TotalLabels[k] + unitLabel(v.TotalUnits[k]), lookSum})
		p.set(p.cols, figureCell(n, v.TotalUnits[k], true))
		p.line++
	}
}

// ledgerNotes says how the table stands and how it can be checked.
func ledgerNotes(p *paper, v *LedgerView) {
	notes := []string{map[string]string{"open": "本表尚未冻结，为实时数据。", "frozen": "本表已冻结，待签字。", "signed": "本表已冻结并签字。"}[v.State]}
	if v.FrozenAt != nil {
		notes = append(notes, "冻结时间："+v.FrozenAt.In(domain.Beijing).Format("2006-01-02 15:04")+"。冻结后的更正另列，不改动原行。")
	}
	for _, r := range v.Rows {
		if strings.Contains(strings.Join(mapValues(r.Labels), "\x00"), "＜") {
			notes = append(notes, "标“＜”的格数值很小，为保护个人信息不显示。")
			break
		}
	}
	if v.Hash != "" {
		notes = append(notes, "校验值（SHA-256）："+v.Hash)
	}
	for i, n := range notes {
		p.whole(map[bool]string{true: "说明：", false: "　　　"}[i == 0]+fmt.Sprintf("%d. %s", i+1, n), lookRemark, 0)
	}
}

func mapValues(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out
}

// writeStatement lays an account statement out for the holder's file.
func writeStatement(v *StatementView, h paperHead, out io.Writer) error {
	p := newPaper(v.Label, 5)
	from := periodText(v.From)
	if from == "" {
		from = "开户"
	}
	p.begin(h, v.Label+"对账单", from+" 至 "+periodText(v.Until), "单位："+strings.Trim(unitLabel(v.Unit), "（）"))
	p.whole("户名："+v.Holder.Label, lookUnder, 0)
	first := p.line
	p.put(paperCell{"时间", lookHead}, paperCell{"事由", lookHead}, paperCell{"编号", lookHead}, paperCell{"发生额", lookHead}, paperCell{"余额", lookHead})
	p.heads(first)
	p.put(paperCell{"", lookSum}, paperCell{"期初余额", lookSum}, paperCell{"", lookSum}, paperCell{"", lookSum}, figureCell(v.Opening, v.Unit, true))
	for _, l := range v.Items {
		what := l.What
		if l.Part != "" {
			what += "（" + l.Part + "）"
		}
		if l.Undoes {
			what = "冲销：" + what
		}
		p.put(paperCell{l.At.In(domain.Beijing).Format("2006-01-02 15:04"), lookText}, paperCell{what, lookText}, paperCell{l.RefNo, lookText}, figureCell(l.Amount, v.Unit, false), figureCell(l.Balance, v.Unit, false))
	}
	p.put(paperCell{"", lookSum}, paperCell{fmt.Sprintf("本期收入、支出合计（%d 笔）", v.Count), lookSum}, paperCell{"", lookSum}, figureCell(v.In+v.Out, v.Unit, true), paperCell{"", lookSum})
	p.put(paperCell{"", lookSum}, paperCell{"期末余额", lookSum}, paperCell{"", lookSum}, paperCell{"", lookSum}, figureCell(v.Closing, v.Unit, true))
	p.signOff(h, "")
	return p.end(out)
}
