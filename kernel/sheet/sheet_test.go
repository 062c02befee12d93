package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"linqiao/domain"
)

func all(t testing.TB, data []byte) ([]Row, Info, error) {
	t.Helper()
	var rows []Row
	info, err := Read(data, func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, info, err
}

// book builds a workbook; a cell that begins with = is a formula.
func book(t testing.TB, rows [][]any, also func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for k, v := range row {
			at, _ := excelize.CoordinatesToCellName(k+1, i+1)
			var err error
			if s, ok := v.(string); ok && strings.HasPrefix(s, "=") {
				err = f.SetCellFormula("Sheet1", at, s[1:])
			} else if v != nil {
				err = f.SetCellValue("Sheet1", at, v)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if also != nil {
		also(f)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encoded(t testing.TB, s string, e interface{ Bytes([]byte) ([]byte, error) }) []byte {
	t.Helper()
	b, err := e.Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEncodings: the same table in every encoding that people send.
func TestEncodings(t *testing.T) {
	const text = "姓名,住址\n张三,金塘镇\n\n李四,\"茂南区\n公馆镇\"\n𠮷野,河西\n"
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with mark": []byte("\ufeff" + text), "GB18030": encoded(t, text, simplifiedchinese.GB18030.NewEncoder()),
		"UTF-16":       encoded(t, text, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()),
		"UTF-16 big":   encoded(t, text, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()),
		"UTF-16 bare":  encoded(t, "name,address\n"+text, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder())[len("name,address\n")*2:],
		"Windows ends": []byte(strings.ReplaceAll(text, "\n", "\r\n")), "tabs": []byte(strings.ReplaceAll(text, ",", "\t")),
	} {
		rows, info, err := all(t, data)
		if name == "UTF-16 bare" && err != nil {
			continue // of Chinese alone nothing tells it from noise: it is refused, never misread
		}
		if err != nil || len(rows) != 4 || info.Rows != 4 {
			t.Errorf("%s: %+v %v", name, rows, err)
			continue
		}
		if rows[1].Line != 2 || rows[2].Line != 4 || rows[3].Line != 6 || rows[0].Cells[0] != "姓名" || rows[2].Cells[1] != "茂南区\n公馆镇" || rows[3].Cells[0] != "𠮷野" {
			t.Errorf("%s: %+v", name, rows)
		}
	}
}

// TestRefused: what is no table is refused with its own reason.
func TestRefused(t *testing.T) {
	good := book(t, [][]any{{"姓名", "电话"}, {"张三", "13800000001"}}, nil)
	wide := strings.Repeat("x,", MostColumns) + "x\n"
	long := strings.Repeat("a,b\n", MostRows+1)
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"nothing":           {nil, "import_empty"},
		"blank lines":       {[]byte("\n \n,,\n"), "import_empty"},
		"old xls":           {[]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1}, "import_xls"},
		"web page":          {[]byte("\n <html><table><tr><td>姓名</td></tr></table></html>"), "import_html"},
		"XML of 2003":       {[]byte("<?xml version=\"1.0\"?><Workbook></Workbook>"), "import_html"},
		"PDF":               {[]byte("%PDF-1.7 ..."), "import_not_table"},
		"picture":           {[]byte("\x89PNG\r\n"), "import_not_table"},
		"other archive":     {archive(t, map[string]int{"a.txt": 10}), "import_not_table"},
		"half a workbook":   {good[:len(good)/2], "import_cut"},
		"bomb":              {archive(t, map[string]int{"[Content_Types].xml": 10, "xl/workbook.xml": MostUnpacked + 1}), "import_bomb"},
		"many small bombs":  {archive(t, map[string]int{"xl/workbook.xml": 1 << 20, "a": MostUnpacked / 2, "b": MostUnpacked / 2}), "import_bomb"},
		"empty workbook":    {book(t, nil, nil), "import_empty"},
		"too wide":          {[]byte(wide), "import_too_wide"},
		"too long":          {[]byte(long), "import_too_long"},
		"open quotation":    {[]byte("姓名,住址\n张三,\"金塘\n" + strings.Repeat("李四,公馆\n", 100)), "import_quote"},
		"no known encoding": {append([]byte("姓名,\xff\xfe\x80\x80\xff\xff\n"), bytes.Repeat([]byte{0xff, 0x80, 'a'}, 50)...), "import_encoding"},
	} {
		_, _, err := all(t, c.data)
		if got := domain.CodeOf(err); err == nil || got != c.code {
			t.Errorf("%s: %s (%v), want %s", name, got, err, c.code)
		}
	}
}

// archive makes an archive of parts of a size, all zeros.
func archive(t testing.TB, parts map[string]int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, size := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		zeros := make([]byte, 1<<20)
		for size > 0 {
			n := min(size, len(zeros))
			if _, err := w.Write(zeros[:n]); err != nil {
				t.Fatal(err)
			}
			size -= n
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestLyingArchive: a part that unpacks to more than it declares is refused, too.
func TestLyingArchive(t *testing.T) {
	data := archive(t, map[string]int{"[Content_Types].xml": 10, "xl/workbook.xml": 1 << 20, "xl/_rels/workbook.xml.rels": 10})
	if i := bytes.LastIndex(data, []byte("xl/workbook.xml")); i > 46 {
		copy(data[i-46+24:], []byte{10, 0, 0, 0}) // the size in the directory
	}
	if _, _, err := all(t, data); err == nil {
		t.Error("taken")
	}
}

// TestWorkbook: what a reader of the spreadsheet sees and its values do not say.
func TestWorkbook(t *testing.T) {
	data := book(t, [][]any{
		{"企业名录"},
		{"名称", "镇", "成立日期", "人数"},
		{"甲厂", "金塘镇", 43591, "=1+2"},
		{"乙厂", nil, "2024年3月5日", 5},
		nil,
		{"丙厂", nil, nil, "#REF!"},
		{"丁厂", "一格跨两列", nil, 7},
	}, func(f *excelize.File) {
		for _, m := range [][2]string{{"A1", "D1"}, {"B3", "B6"}, {"B7", "C7"}} {
			if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
				t.Fatal(err)
			}
		}
	})
	rows, info, err := all(t, data)
	if err != nil || !info.Excel || info.Sheet != "Sheet1" {
		t.Fatalf("%+v %v", info, err)
	}
	want := []string{
		`1 ["企业名录"] [{0 cell_merged_across A1:D1}]`,
		`2 ["名称" "镇" "成立日期" "人数"] []`,
		`3 ["甲厂" "金塘镇" "43591" ""] [{3 cell_formula }]`,
		`4 ["乙厂" "金塘镇" "2024年3月5日" "5"] [{1 cell_merged B3:B6}]`,
		`5 ["" "金塘镇"] [{1 cell_merged B3:B6}]`,
		`6 ["丙厂" "金塘镇" "" ""] [{1 cell_merged B3:B6} {3 cell_error #REF!}]`,
		`7 ["丁厂" "一格跨两列" "" "7"] [{1 cell_merged_across B7:C7}]`,
	}
	for i, w := range want {
		if i >= len(rows) {
			t.Fatalf("%d rows", len(rows))
		}
		if got := fmt.Sprintf("%d %q %v", rows[i].Line, rows[i].Cells, rows[i].Notes); got != w {
			t.Errorf("got  %s\nwant %s", got, w)
		}
	}
}

// TestSheets: the first sheet that is shown and has lines is read.
func TestSheets(t *testing.T) {
	data := book(t, nil, func(f *excelize.File) {
		for _, name := range []string{"说明", "名单"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellStr("说明", "A1", "不读"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStr("名单", "A1", "姓名"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetVisible("说明", false); err != nil {
			t.Fatal(err)
		}
	})
	rows, info, err := all(t, data)
	if err != nil || info.Sheet != "名单" || len(info.Sheets) != 3 || len(rows) != 1 || rows[0].Cells[0] != "姓名" {
		t.Errorf("%+v %+v %v", rows, info, err)
	}
}

// TestCutText: the last line of a text that ends within it is marked.
func TestCutText(t *testing.T) {
	for text, cut := range map[string]bool{
		"姓名,镇,电话\n张三,金塘,1\n李四,公": true, "姓名,镇\n张三,金塘\n李四,公馆": false, "姓名,镇\n张三,金塘\n李四\n": false,
		"姓名,镇\n张三,金塘\n李四,\"公馆\n河西": true,
	} {
		rows, _, err := all(t, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if last := rows[len(rows)-1]; (len(last.Notes) > 0) != cut {
			t.Errorf("%q: %+v", text, last)
		}
	}
	gbk := encoded(t, "姓名,镇\n张三,金塘", simplifiedchinese.GBK.NewEncoder())
	if _, info, err := all(t, gbk[:len(gbk)-1]); err != nil || info.Encoding != "GB18030" {
		t.Errorf("cut within a character: %+v %v", info, err)
	}
}

// TestDateSystem: workbooks of old Macs count days from 1904.
func TestDateSystem(t *testing.T) {
	data := book(t, [][]any{{"日期"}, {42129}}, func(f *excelize.File) {
		yes := true
		if err := f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
	})
	if _, info, err := all(t, data); err != nil || !info.Date1904 {
		t.Errorf("%+v %v", info, err)
	}
}

func check(t *testing.T, data []byte) {
	lines, last := 0, 0
	info, err := Read(data, func(r Row) error {
		if lines++; r.Line <= last || len(r.Cells) > MostColumns || lines > MostRows {
			t.Fatalf("line %d after %d, %d cells", r.Line, last, len(r.Cells))
		}
		last = r.Line
		for _, n := range r.Notes {
			if n.At < 0 || n.At >= MostColumns || n.Code == "" {
				t.Fatalf("note %+v", n)
			}
		}
		return nil
	})
	if err == nil && (info.Rows != lines || lines == 0) {
		t.Fatalf("%d lines, said %d", lines, info.Rows)
	}
	if err != nil && domain.KindOf(err) == domain.KindInternal {
		t.Fatalf("not a fault of the file: %v", err)
	}
}

// FuzzCSV: any bytes are read or refused with a reason.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"姓名,镇\n张三,金塘\n", "\ufeffa;b\n1;\"2\n3\"\n", "a\tb\r\n\"", "\xff\xfea\x00,\x00b\x00", "\xd0\xd5\xc3\xfb,\xd5\xf2\n", ",,\n\n ,x", "=1+1,@x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(check)
}

// FuzzXLSX replaces the sheet of a workbook by any XML, and packs it again: plain
// mutation of an archive ends at its checksum.
func FuzzXLSX(f *testing.F) {
	for _, s := range []string{
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row></sheetData></worksheet>`,
		`<worksheet><sheetData><row r="2"><c r="B2"><f>1+1</f></c><c r="C2"><v>1.1E+17</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells></worksheet>`,
		`<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>9</v></c></row></sheetData></worksheet>`,
		`<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="e"><v>#REF!</v></c></row></sheetData><mergeCells><mergeCell ref="C3:A1"/><mergeCell ref=""/></mergeCells></worksheet>`,
		`<worksheet><sheetData><row r="0"><c r="A0"><v>`,
	} {
		f.Add([]byte(s))
	}
	base := book(f, [][]any{{"姓名", "镇"}}, nil)
	f.Fuzz(func(t *testing.T, xml []byte) { check(t, withSheet(t, base, xml)) })
}

// withSheet is a workbook with another sheet in it.
func withSheet(t testing.TB, base, xml []byte) []byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(base), int64(len(base)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range zr.File {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.Name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if p.Name == "xl/worksheets/sheet1.xml" {
			_, err = w.Write(xml)
		} else {
			r, e := p.Open()
			if e != nil {
				t.Fatal(e)
			}
			var raw bytes.Buffer
			if _, e = raw.ReadFrom(r); e != nil {
				t.Fatal(e)
			}
			_, err = w.Write(raw.Bytes())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
