package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// mostBreaks is how many line breaks one quoted cell may hold: more of them mean
// that a quotation mark was never closed and has swallowed the lines after it.
const mostBreaks = 50

func readCSV(data []byte, in *intake) error {
	text, encoding, err := decodeText(data)
	if err != nil {
		return err
	}
	in.info.Encoding = encoding
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.Comma, r.ReuseRecord = -1, true, separator(text), false
	ended := strings.HasSuffix(text, "\n") || strings.HasSuffix(text, "\r")
	var held *Row // the last line is known as such only at the end
	width := 0
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errFile("import_csv")
		}
		line, _ := r.FieldPos(0)
		for _, c := range cells {
			if strings.Count(c, "\n") > mostBreaks {
				return errFile("import_quote", "line", strconv.Itoa(line))
			}
		}
		if held != nil {
			width = max(width, len(held.Cells))
			if err := in.add(*held); err != nil {
				return err
			}
		}
		held = &Row{Line: line, Cells: cells}
	}
	if held == nil {
		return nil
	}
	if n := len(held.Cells); !ended && n < width || n > 0 && strings.Contains(held.Cells[n-1], "\n") && !strings.HasSuffix(strings.TrimRight(text, "\r\n \t"), `"`) {
		held.Notes = append(held.Notes, Note{At: max(0, n-1), Code: CutShort})
	}
	return in.add(*held)
}

// decodeText finds the encoding. What is valid UTF-8 is UTF-8; spreadsheets in
// China write GB 18030 (of which GBK is a part) without any mark; a text with a
// NUL in every other byte is UTF-16.
func decodeText(data []byte) (text, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\ufeff")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		return decodeUTF16(data[2:], false), "UTF-16", nil
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return decodeUTF16(data[2:], true), "UTF-16", nil
	}
	head := data[:min(len(data), 4096)]
	if n := bytes.Count(head, []byte{0}); n > 0 && n >= len(head)/10 {
		odd := 0
		for i := 1; i < len(head); i += 2 {
			if head[i] == 0 {
				odd++
			}
		}
		return decodeUTF16(data, odd*2 < n), "UTF-16", nil
	}
	if utf8.Valid(data) {
		return string(data), "UTF-8", nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", errFile("import_encoding")
	}
	// A file cut within a character ends in one bad character; more than that is
	// another encoding.
	if bytes.Count(out, []byte("\ufffd")) > 1 || bytes.IndexRune(out, '\ufffd') >= 0 && bytes.IndexRune(out, '\ufffd') < len(out)-8 {
		return "", "", errFile("import_encoding")
	}
	return string(out), "GB18030", nil
}

func decodeUTF16(data []byte, big bool) string {
	units := make([]uint16, 0, len(data)/2)
	for i := 0; i+1 < len(data); i += 2 {
		u := uint16(data[i]) | uint16(data[i+1])<<8
		if big {
			u = uint16(data[i])<<8 | uint16(data[i+1])
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// separator is whichever of comma, tab, semicolon and bar the first lines have
// most of, in the line that has it most.
func separator(text string) rune {
	best, most := ',', 0
	for range 5 {
		line, rest, ok := strings.Cut(text, "\n")
		for _, c := range ",\t;|" {
			if n := strings.Count(line, string(c)); n > most {
				best, most = c, n
			}
		}
		if text = rest; !ok {
			break
		}
	}
	return best
}
