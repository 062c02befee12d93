// Package sheet reads the tables that people send in: CSV in the encodings met in
// China, and XLSX. It gives texts line by line, bounded in size and memory, and
// notes what a reader of the spreadsheet would see and a program would not: cells
// that are merged, formulas without a result, errors in cells. It must not know
// what the columns mean.
package sheet

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"linqiao/domain"
)

// Limits of one file.
const (
	MostBytes    = 64 << 20
	MostUnpacked = 200 << 20
	MostRows     = 200_015 // that are not blank: 200,000, and what stands above them
	MostColumns  = 200
	MostCell     = 32_767 // characters, as spreadsheets have it
	mostSpans    = 20_000
	mostFormulas = 100_000
)

// Row is one line that is not blank. Line counts from 1, as the spreadsheet does.
type Row struct {
	Line  int
	Cells []string
	Notes []Note
}

// Note is something about one cell; At counts columns from 0.
type Note struct {
	At   int    `json:"at"`
	Code string `json:"code"`
	Ref  string `json:"ref,omitempty"`
}

// Codes of notes. A cell that was filled from its merged neighbour can be used;
// the others have no value.
const (
	Merged       = "cell_merged"
	MergedAcross = "cell_merged_across"
	FormulaEmpty = "cell_formula"
	CellFault    = "cell_error"
	CutShort     = "cell_cut"
)

// Info is what is known of the whole file.
type Info struct {
	Excel    bool     // numbers may be dates counted from 1899-12-30
	Date1904 bool     // or from 1904-01-01
	Format   string   // xlsx, csv
	Encoding string   // of a text: UTF-8, UTF-16, GB18030
	Sheets   []string // of a workbook; only the first one with lines is read
	Sheet    string
	Rows     int
}

func errFile(code string, args ...string) error {
	return domain.E(domain.KindInvalid, code, args...).With("file", code, args...)
}

// Sniff refuses at sight what is no table at all, and tells of what kind it is.
// It looks at the bytes, not at the name.
func Sniff(data []byte) (format string, err error) {
	switch {
	case len(data) > MostBytes:
		return "", domain.E(domain.KindTooLarge, "import_too_large")
	case len(bytes.TrimSpace(data)) == 0:
		return "", errFile("import_empty")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return "xlsx", nil
	case bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return "", errFile("import_xls") // the old binary format, or one with a password
	}
	for _, magic := range []string{"%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "{\\rtf"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return "", errFile("import_not_table")
		}
	}
	head := strings.ToLower(strings.TrimLeft(string(data[:min(len(data), 512)]), " \t\r\n\ufeff"))
	for _, tag := range []string{"<!doctype html", "<html", "<table", "<meta", "<head", "<?xml"} {
		if strings.HasPrefix(head, tag) {
			return "", errFile("import_html")
		}
	}
	return "csv", nil
}

// Read gives every line that is not blank to each, in order.
func Read(data []byte, each func(Row) error) (Info, error) {
	format, err := Sniff(data)
	if err != nil {
		return Info{}, err
	}
	in := &intake{each: each}
	in.info.Format = format
	if format == "xlsx" {
		err = readXLSX(data, in)
	} else {
		err = readCSV(data, in)
	}
	if err == nil && in.info.Rows == 0 {
		err = errFile("import_empty")
	}
	return in.info, err
}

// intake counts lines and keeps them within the limits.
type intake struct {
	info Info
	each func(Row) error
}

func (in *intake) add(r Row) error {
	last := -1
	for i, c := range r.Cells {
		c, cut := tidy(c)
		if r.Cells[i] = c; c != "" {
			last = i
		}
		if cut {
			r.Notes = append(r.Notes, Note{At: i, Code: CutShort})
		}
	}
	for _, n := range r.Notes {
		if n.Code != Merged {
			last = max(last, n.At)
		}
	}
	slices.SortStableFunc(r.Notes, func(a, b Note) int { return a.At - b.At })
	if last < 0 {
		return nil
	}
	if last >= MostColumns {
		return errFile("import_too_wide", "max", "200")
	}
	for len(r.Cells) <= last { // a formula without a result leaves a hole
		r.Cells = append(r.Cells, "")
	}
	r.Cells = r.Cells[:last+1]
	if in.info.Rows++; in.info.Rows > MostRows {
		return domain.E(domain.KindTooLarge, "import_too_long", "max", "200000")
	}
	return in.each(r)
}

// tidy drops what nobody typed on purpose around and inside of a cell, and cuts
// what is longer than a cell of a spreadsheet can be.
func tidy(s string) (out string, cut bool) {
	s = strings.ToValidUTF8(s, "")
	if strings.ContainsAny(s, "\x00\u00a0\u200b\ufeff") {
		s = strings.NewReplacer("\x00", "", "\u00a0", " ", "\u200b", "", "\ufeff", "").Replace(s)
	}
	s = strings.TrimSpace(s)
	if len(s) > MostCell && utf8.RuneCountInString(s) > MostCell {
		return string([]rune(s)[:MostCell]), true
	}
	return s, false
}
