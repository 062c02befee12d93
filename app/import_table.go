package app

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"linqiao/domain"
)

// Limits of one imported file.
const (
	importBytes    = 64 << 20
	importUnzipped = 100 << 20
	importRows     = 200_000
	importColumns  = 200
)

// table is a file read into texts. Rows count from 1 as the spreadsheet shows
// them: rows[i] stands in line i+1.
type table struct {
	rows     [][]string
	excel    bool // numbers may be dates counted from 1899-12-30
	date1904 bool
}

func errFile(code string, args ...string) error {
	return domain.E(domain.KindInvalid, code, args...).With("file", code)
}

// readTable reads CSV (UTF-8, UTF-16 or GB 18030) or XLSX; which one is told from
// the bytes, not from the name.
func readTable(data []byte) (*table, error) {
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return readXLSX(data)
	}
	if bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}) {
		return nil, errFile("import_xls") // the old binary format: save as .xlsx
	}
	return readCSV(data)
}

func readCSV(data []byte) (*table, error) {
	text, err := decodeText(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, separator(text)
	t := &table{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, errFile("import_csv")
		}
		line, _ := r.FieldPos(0)
		for len(t.rows) < line-1 {
			t.rows = append(t.rows, nil) // blank lines and line breaks within quotes keep the count
		}
		if err := t.add(row); err != nil {
			return nil, err
		}
	}
}

func (t *table) add(row []string) error {
	if len(row) > importColumns {
		return errFile("import_too_wide")
	}
	if len(t.rows) > importRows {
		return domain.E(domain.KindTooLarge, "import_too_long")
	}
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	t.rows = append(t.rows, row)
	return nil
}

// decodeText finds the encoding. What is valid UTF-8 is UTF-8; spreadsheets in
// China write GB 18030 (of which GBK is a part) without any mark.
func decodeText(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\ufeff")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return decodeUTF16(data), nil
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", errFile("import_encoding")
	}
	return string(out), nil
}

func decodeUTF16(data []byte) string {
	big := data[0] == 0xFE
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		u := uint16(data[i]) | uint16(data[i+1])<<8
		if big {
			u = uint16(data[i])<<8 | uint16(data[i+1])
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// separator is whichever of comma, tab and semicolon the first line has most of.
func separator(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, c := range ",\t;" {
		if n := strings.Count(line, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// readXLSX reads the first sheet row by row. Formulas give their last computed
// value. Merged cells are refused with their place: nobody can say which row
// their value belongs to.
func readXLSX(data []byte) (*table, error) {
	if err := checkSheet(data); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true, UnzipSizeLimit: importUnzipped, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, errFile("import_xlsx")
	}
	defer func() { _ = f.Close() }() // removes the unpacked parts
	t := &table{excel: true}
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		t.date1904 = *props.Date1904
	}
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, errFile("import_xlsx")
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, errFile("import_xlsx")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row, err := rows.Columns()
		if err != nil {
			return nil, errFile("import_xlsx")
		}
		if err := t.add(row); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// checkSheet walks through the first sheet's XML without holding it: how large
// the parts are, and whether cells are merged.
func checkSheet(data []byte) error {
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return errFile("import_xlsx")
	}
	total := uint64(0)
	parts := map[string]*zip.File{}
	for _, p := range zr.File {
		total += p.UncompressedSize64
		parts[strings.ToLower(strings.TrimPrefix(p.Name, "/"))] = p
	}
	if total > importUnzipped {
		return domain.E(domain.KindTooLarge, "import_too_large")
	}
	sheet := parts[firstSheet(parts)]
	if sheet == nil {
		return nil // excelize will say what is wrong
	}
	r, err := sheet.Open()
	if err != nil {
		return errFile("import_xlsx")
	}
	defer func() { _ = r.Close() }()
	if at := mergedIn(io.LimitReader(r, importUnzipped)); at != "" {
		return errFile("import_merged", "at", at)
	}
	return nil
}

// mergedIn gives the place of the first merged cells (B2:C4), or "".
func mergedIn(r io.Reader) string {
	const tag = "<mergeCell ref=\""
	br := bufio.NewReaderSize(r, 1<<16)
	tail := ""
	buf := make([]byte, 1<<15)
	for {
		n, err := br.Read(buf)
		chunk := tail + string(buf[:n])
		if i := strings.Index(chunk, tag); i >= 0 {
			rest := chunk[i+len(tag):]
			if more, e := br.Peek(32); e == nil || len(more) > 0 {
				rest += string(more)
			}
			at, _, _ := strings.Cut(rest, "\"")
			return cutText(at, 32)
		}
		if err != nil {
			return ""
		}
		tail = chunk[max(0, len(chunk)-len(tag)):]
	}
}

// firstSheet finds the part of the first sheet of the workbook.
func firstSheet(parts map[string]*zip.File) string {
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
	if !readPart(parts["xl/workbook.xml"], &book) || !readPart(parts["xl/_rels/workbook.xml.rels"], &rels) || len(book.Sheets) == 0 {
		return ""
	}
	for _, r := range rels.List {
		if r.ID == book.Sheets[0].ID {
			if strings.HasPrefix(r.Target, "/") {
				return strings.ToLower(r.Target[1:])
			}
			return strings.ToLower(path.Join("xl", r.Target))
		}
	}
	return ""
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
