package sheet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
)

// readXLSX reads the first sheet that has lines, row by row. A formula gives its
// last computed value. Cells merged downwards all get the value that the
// spreadsheet shows for them, with a note; cells merged across columns cannot say
// which column is meant, and are noted as having no value.
func readXLSX(data []byte, in *intake) error {
	parts, err := unpack(data)
	if err != nil {
		return err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: MostUnpacked, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return errFile("import_xlsx")
	}
	defer func() { _ = f.Close() }() // removes the unpacked parts
	in.info.Excel = true
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		in.info.Date1904 = *props.Date1904
	}
	in.info.Sheets = f.GetSheetList()
	paths := sheetParts(parts)
	for i, name := range in.info.Sheets {
		if show, err := f.GetSheetVisible(name); err == nil && !show && len(in.info.Sheets) > 1 {
			continue
		}
		look := &marks{open: map[int]openSpan{}}
		if i < len(paths) {
			if look, err = lookAt(parts[paths[i]]); err != nil {
				return err
			}
		}
		if err := readRows(f, name, look, in); err != nil {
			return err
		}
		if in.info.Rows > 0 {
			in.info.Sheet = name
			return nil
		}
	}
	return nil
}

func readRows(f *excelize.File, name string, look *marks, in *intake) error {
	rows, err := f.Rows(name)
	if err != nil {
		return errFile("import_xlsx")
	}
	defer func() { _ = rows.Close() }()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return errFile("import_xlsx")
		}
		if len(cells) == 0 && !look.touches(line) {
			continue
		}
		r := Row{Line: line, Cells: cells}
		look.fill(&r)
		for i, c := range r.Cells {
			if strings.HasPrefix(c, "#") && slices.Contains(cellErrors, c) {
				r.Cells[i] = ""
				r.Notes = append(r.Notes, Note{At: i, Code: CellFault, Ref: c})
			}
		}
		if err := in.add(r); err != nil {
			return err
		}
	}
	if rows.Error() != nil {
		return errFile("import_xlsx")
	}
	return nil
}

var cellErrors = []string{"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}

// unpack opens the archive and refuses one that would unpack to too much: the
// sizes it declares are checked here, and while unpacking (archive/zip ends a part
// that is longer than declared with an error).
func unpack(data []byte) (map[string]*zip.File, error) {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errFile("import_cut")
	}
	total := uint64(0)
	parts := map[string]*zip.File{}
	for _, p := range zr.File {
		if total += p.UncompressedSize64; total > MostUnpacked || p.UncompressedSize64 > MostUnpacked {
			return nil, domain.E(domain.KindTooLarge, "import_bomb")
		}
		parts[strings.ToLower(strings.TrimPrefix(p.Name, "/"))] = p
	}
	if parts["xl/workbook.xml"] == nil && parts["[content_types].xml"] == nil {
		return nil, errFile("import_not_table")
	}
	return parts, nil
}

// span is a block of merged cells, counted from line 1 and column 0.
type span struct{ top, left, bottom, right int }

// marks are what the XML of a sheet says beside its values.
type marks struct {
	spans    []span           // by their first line
	open     map[int]openSpan // by column: those that reach into the present line
	formulas map[int][]int    // columns of formulas without a result, by line
}

type openSpan struct {
	span
	value string
}

func (m *marks) touches(line int) bool {
	return len(m.formulas[line]) > 0 || len(m.open) > 0
}

// fill gives merged cells the value that the spreadsheet shows for them. Lines
// come in order; of spans that overlap, which no spreadsheet writes, the later
// one counts.
func (m *marks) fill(r *Row) {
	for ; len(m.spans) > 0 && m.spans[0].top <= r.Line; m.spans = m.spans[1:] {
		if s := m.spans[0]; s.top == r.Line && s.left < len(r.Cells) && strings.TrimSpace(r.Cells[s.left]) != "" {
			m.open[s.left] = openSpan{s, r.Cells[s.left]}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(m.open)) {
		s := m.open[at]
		if r.Line > s.bottom {
			delete(m.open, at)
			continue
		}
		if s.right > s.left {
			r.Notes = append(r.Notes, Note{At: at, Code: MergedAcross, Ref: s.name()})
			continue
		}
		for len(r.Cells) <= at {
			r.Cells = append(r.Cells, "")
		}
		if r.Line > s.top && r.Cells[at] == "" {
			r.Cells[at] = s.value
			r.Notes = append(r.Notes, Note{At: at, Code: Merged, Ref: s.name()})
		}
	}
	for _, at := range m.formulas[r.Line] {
		if at >= len(r.Cells) || r.Cells[at] == "" {
			r.Notes = append(r.Notes, Note{At: at, Code: FormulaEmpty})
		}
	}
}

func (s span) name() string {
	a, _ := excelize.CoordinatesToCellName(s.left+1, s.top)
	b, _ := excelize.CoordinatesToCellName(s.right+1, s.bottom)
	return a + ":" + b
}

// lookAt walks through a sheet's XML without holding it. Values are read
// elsewhere: most sheets have neither merged cells nor formulas, and then a
// search of the bytes is all.
func lookAt(p *zip.File) (*marks, error) {
	m := &marks{open: map[int]openSpan{}, formulas: map[int][]int{}}
	if p == nil {
		return m, nil
	}
	found, err := searchPart(p, "<mergeCell ", "<f>", "<f ", "<f/", ":mergeCell ", ":f>", ":f ")
	if err != nil || !found {
		return m, err
	}
	r, err := p.Open()
	if err != nil {
		return m, errFile("import_xlsx")
	}
	defer func() { _ = r.Close() }()
	return m, m.walk(xml.NewDecoder(bufio.NewReaderSize(io.LimitReader(r, MostUnpacked), 1<<16)))
}

func (m *marks) walk(d *xml.Decoder) error {
	cell, formula, value := "", false, false
	n := 0
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			slices.SortStableFunc(m.spans, func(a, b span) int { return a.top - b.top })
			return nil
		}
		if err != nil {
			return errFile("import_xlsx")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				cell, formula, value = attr(t, "r"), false, false
			case "f":
				formula = true
			case "v", "is":
				value = true
			case "mergeCell":
				if err := m.merge(attr(t, "ref")); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if t.Name.Local == "c" && formula && !value && n < mostFormulas {
				if col, row, err := excelize.CellNameToCoordinates(cell); err == nil && col <= MostColumns {
					n++
					m.formulas[row] = append(m.formulas[row], col-1)
				}
			}
		}
	}
}

func (m *marks) merge(ref string) error {
	a, b, _ := strings.Cut(ref, ":")
	left, top, err1 := excelize.CellNameToCoordinates(a)
	right, bottom, err2 := excelize.CellNameToCoordinates(b)
	if err1 != nil || err2 != nil || right < left || bottom < top || left > MostColumns {
		return nil
	}
	if m.spans = append(m.spans, span{top, left - 1, bottom, right - 1}); len(m.spans) > mostSpans {
		return errFile("import_merged", "max", strconv.Itoa(mostSpans))
	}
	return nil
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// searchPart reports whether one of some texts stands in a part.
func searchPart(p *zip.File, texts ...string) (bool, error) {
	const longest = 16
	r, err := p.Open()
	if err != nil {
		return false, errFile("import_xlsx")
	}
	defer func() { _ = r.Close() }()
	buf := make([]byte, 1<<16)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		chunk := buf[:kept+n]
		for _, t := range texts {
			if bytes.Contains(chunk, []byte(t)) {
				return true, nil
			}
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, errFile("import_cut")
		}
		kept = min(longest, len(chunk))
		copy(buf, chunk[len(chunk)-kept:])
	}
}

// sheetParts finds the parts of the sheets, in the order of the workbook.
func sheetParts(parts map[string]*zip.File) []string {
	var book struct {
		Sheets []struct {
			ID string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var rels struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if !readPart(parts["xl/workbook.xml"], &book) || !readPart(parts["xl/_rels/workbook.xml.rels"], &rels) {
		return nil
	}
	var out []string
	for _, s := range book.Sheets {
		at := ""
		for _, r := range rels.List {
			if r.ID == s.ID && strings.HasPrefix(r.Target, "/") {
				at = strings.ToLower(r.Target[1:])
			} else if r.ID == s.ID {
				at = strings.ToLower(path.Join("xl", r.Target))
			}
		}
		out = append(out, at)
	}
	return out
}

func readPart(p *zip.File, into any) bool {
	if p == nil {
		return false
	}
	r, err := p.Open()
	if err != nil {
		return false
	}
	defer func() { _ = r.Close() }()
	return xml.NewDecoder(io.LimitReader(r, 4<<20)).Decode(into) == nil
}
