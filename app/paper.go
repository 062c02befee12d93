package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
)

// paperHead says in whose name a sheet goes out.
type paperHead struct {
	county, org, by string
	at              time.Time
}

func (w *work) paperHead() paperHead {
	h := paperHead{by: w.who.Name, at: w.Now()}
	if acc, err := w.Account(w.who.Account); err == nil {
		h.by = acc.Name
	}
	if len(w.who.Memberships) > 0 {
		if o, err := w.Org(w.who.Memberships[0].Org); err == nil {
			h.org = o.Name
		}
	}
	if g, err := w.Region(domain.RegionID(w.who.County)); err == nil {
		h.county = g.Name
	}
	return h
}

// paper lays a table out for A4: title, a line under it, heads that repeat on every
// page, bordered rows, notes, a place to sign. It keeps its first fault.
type paper struct {
	x      *excelize.File
	sheet  string
	cols   int
	line   int // the next one to be written
	styles map[string]int
	wide   []float64 // of each column, in characters
	err    error
}

// Looks of cells.
const (
	lookTitle   = "title"
	lookUnder   = "under"
	lookHead    = "head"
	lookText    = "text"
	lookCount   = "count" // whole numbers
	lookMoney   = "money" // two decimals
	lookGroup   = "group"
	lookSum     = "sum"      // a text of a total line
	lookSumNum  = "sumcount" // its numbers
	lookSumCash = "summoney"
	lookRemark  = "note"
)

func newPaper(name string, cols int) *paper {
	p := &paper{x: excelize.NewFile(), sheet: sheetName(name), cols: max(cols, 4), line: 1, styles: map[string]int{}}
	p.wide = make([]float64, p.cols)
	p.keep(p.x.SetSheetName("Sheet1", p.sheet))
	return p
}

// sheetName drops what a spreadsheet does not take as a name, and cuts to 31.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, s)
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return "Sheet1"
	}
	return string(r[:min(len(r), 31)])
}

func (p *paper) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *paper) style(look string) int {
	if id, ok := p.styles[look]; ok {
		return id
	}
	line := []excelize.Border{{Type: "left", Color: "7F868D", Style: 1}, {Type: "right", Color: "7F868D", Style: 1}, {Type: "top", Color: "7F868D", Style: 1}, {Type: "bottom", Color: "7F868D", Style: 1}}
	s := &excelize.Style{Font: &excelize.Font{Size: 11}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Border: line}
	fill := func(colour string) { s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colour}} }
	switch look {
	case lookTitle:
		s.Font, s.Border, s.Alignment.Horizontal = &excelize.Font{Size: 18, Bold: true}, nil, "center"
	case lookUnder, lookRemark:
		s.Border = nil
	case lookHead:
		s.Font.Bold, s.Alignment.Horizontal = true, "center"
		fill("EDEFF2")
	case lookGroup:
		s.Font.Bold = true
		fill("F4F6F8")
	case lookSum, lookSumNum, lookSumCash:
		s.Font.Bold = true
		fill("FAF9F5")
	}
	switch look {
	case lookCount, lookSumNum:
		s.NumFmt = 3 // #,##0
	case lookMoney, lookSumCash:
		s.NumFmt = 4 // #,##0.00
	}
	id, err := p.x.NewStyle(s)
	p.keep(err)
	p.styles[look] = id
	return id
}

// paperCell is one value with its look.
type paperCell struct {
	value any
	look  string
}

func at(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return "A1"
	}
	return name
}

// put writes one line of cells from the first column on.
func (p *paper) put(cells ...paperCell) {
	for i, c := range cells {
		p.set(i+1, c)
	}
	p.line++
}

func (p *paper) set(col int, c paperCell) {
	ref := at(col, p.line)
	value := c.value
	if s, ok := value.(string); ok {
		value = safeCell(s)
	}
	p.keep(p.x.SetCellValue(p.sheet, ref, value))
	p.keep(p.x.SetCellStyle(p.sheet, ref, ref, p.style(c.look)))
	if col <= len(p.wide) && c.look != lookTitle && c.look != lookUnder && c.look != lookRemark && c.look != lookGroup {
		p.wide[col-1] = max(p.wide[col-1], width(fmt.Sprint(value)))
	}
}

// tall writes one text over this line and the next, without ending it.
func (p *paper) tall(col int, c paperCell) {
	p.set(col, c)
	p.keep(p.x.MergeCell(p.sheet, at(col, p.line), at(col, p.line+1)))
	p.keep(p.x.SetCellStyle(p.sheet, at(col, p.line), at(col, p.line+1), p.style(c.look)))
}

// span writes one text over some columns of this line, without ending it.
func (p *paper) span(from, to int, c paperCell) {
	p.set(from, c)
	if to > from {
		p.keep(p.x.MergeCell(p.sheet, at(from, p.line), at(to, p.line)))
		p.keep(p.x.SetCellStyle(p.sheet, at(from, p.line), at(to, p.line), p.style(c.look)))
	}
}

// whole writes a text over the whole width.
func (p *paper) whole(text, look string, height float64) {
	p.span(1, p.cols, paperCell{text, look})
	if height > 0 {
		p.keep(p.x.SetRowHeight(p.sheet, p.line, height))
	}
	p.line++
}

// width is how much room a text takes: a Chinese character takes two.
func width(s string) float64 {
	n := 0.0
	for _, r := range s {
		if r < 0x2e80 {
			n++
		} else {
			n += 2
		}
	}
	return n
}

// begin writes title and the line under it: whose, which period, which unit.
func (p *paper) begin(h paperHead, title, period, unit string) {
	p.whole(strings.TrimSpace(h.county+" "+title), lookTitle, 34)
	third := max(p.cols/3, 1)
	p.span(1, third, paperCell{"编制单位：" + h.org, lookUnder})
	p.span(third+1, p.cols-third, paperCell{period, lookUnder})
	p.span(p.cols-third+1, p.cols, paperCell{unit, lookUnder})
	p.line++
}

// heads ends the heads: they repeat on every printed page and stay in sight.
func (p *paper) heads(from int) {
	p.keep(p.x.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: p.sheet, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", p.sheet, from, p.line-1)}))
	p.keep(p.x.SetPanes(p.sheet, &excelize.Panes{Freeze: true, YSplit: p.line - 1, TopLeftCell: at(1, p.line), ActivePane: "bottomLeft"}))
}

// signOff leaves room for those who answer for the table.
func (p *paper) signOff(h paperHead, signed string) {
	p.line++
	names := []string{"制表：" + h.by, "审核：", "负责人签字：" + signed, "日期：        年    月    日"}
	step := max(p.cols/len(names), 1)
	for i, text := range names {
		to := (i + 1) * step
		if i == len(names)-1 {
			to = p.cols
		}
		p.span(i*step+1, to, paperCell{text, lookUnder})
	}
	p.keep(p.x.SetRowHeight(p.sheet, p.line, 30))
	p.line++
}

// end sets the page up and writes the file.
func (p *paper) end(out io.Writer) error {
	for i, n := range p.wide {
		name, err := excelize.ColumnNumberToName(i + 1)
		p.keep(err)
		p.keep(p.x.SetColWidth(p.sheet, name, name, min(max(n+3, 7), 36)))
	}
	total := 0.0
	for _, n := range p.wide {
		total += min(max(n+3, 7), 36)
	}
	a4, fit, high, orientation := 9, 1, 0, "portrait"
	if total > 95 {
		orientation = "landscape"
	}
	p.keep(p.x.SetPageLayout(p.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &fit, FitToHeight: &high}))
	yes := true
	p.keep(p.x.SetSheetProps(p.sheet, &excelize.SheetPropsOptions{FitToPage: &yes}))
	top, side, foot := 0.7, 0.6, 0.3
	p.keep(p.x.SetPageMargins(p.sheet, &excelize.PageLayoutMarginsOptions{Top: &top, Bottom: &top, Left: &side, Right: &side, Footer: &foot, Horizontally: &yes}))
	p.keep(p.x.SetHeaderFooter(p.sheet, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}))
	p.keep(p.x.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", Scope: p.sheet, RefersTo: fmt.Sprintf("'%s'!$A$1:$%s$%d", p.sheet, strings.TrimRight(at(p.cols, 1), "1"), p.line-1)}))
	if p.err == nil {
		p.err = p.x.Write(out)
	}
	if err := p.x.Close(); p.err == nil {
		p.err = err
	}
	return p.err
}

// figureCell writes an amount in its unit: money in yuan, so that it can be added up.
func figureCell(n int64, unit string, sum bool) paperCell {
	look := map[bool]string{false: lookCount, true: lookSumNum}[sum]
	switch unit {
	case "fen":
		return paperCell{float64(n) / 100, map[bool]string{false: lookMoney, true: lookSumCash}[sum]}
	case "bp":
		return paperCell{showUnit(n, unit), map[bool]string{false: lookText, true: lookSum}[sum]}
	}
	return paperCell{n, look}
}
