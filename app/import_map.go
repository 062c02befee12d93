package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"linqiao/domain"
)

// headLines is how far down the line of headers is looked for: titles and notes
// stand above it.
const headLines = 15

// guessColumns finds the line of headers and what each column means: as somebody
// said it for the same headers before, else by name. When a needed column is
// lacking, somebody has to say it.
func (w *work) guessColumns(run *domain.ImportRun, d *importDetail, head []rawLine) error {
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return err
	}
	known := imp.columns()
	d.HeadLine, d.Columns, d.Remembered = 0, columnsOf(nil, head), false
	best := 0
	for i := range head[:min(len(head), headLines)] {
		fields := columnsOf(&head[i], head)
		said, err := w.remembered(run, d, fields)
		if err != nil {
			return err
		}
		if said != nil {
			d.HeadLine, d.Columns, d.Remembered = head[i].Line, said, true
			break
		}
		nameColumns(fields, known)
		n := named(fields)
		if n > best {
			best, d.HeadLine, d.Columns = n, head[i].Line, fields
		}
	}
	if len(lackingColumns(d.Columns, known)) > 0 || d.HeadLine == 0 {
		run.State = importMapping
		return nil
	}
	run.State, run.Done = importChecking, 0
	return nil
}

func named(fields []importField) (n int) {
	for _, f := range fields {
		if f.Key != "" {
			n++
		}
	}
	return n
}

// columnsOf lists the columns of the file, with the labels of a line of headers.
func columnsOf(head *rawLine, lines []rawLine) []importField {
	width := 0
	for _, l := range lines {
		width = max(width, len(l.Cells))
	}
	out := make([]importField, width)
	for i := range out {
		out[i].At = i
		if head != nil && i < len(head.Cells) {
			out[i].Label = head.Cells[i]
		}
	}
	return out
}

// nameColumns says what columns mean by their headers. Of two headers alike the
// first counts; the second is not read unless somebody says so.
func nameColumns(fields []importField, known []importColumn) {
	taken := map[string]bool{}
	for i := range fields {
		if h, ok := headingOf(fields[i].Label, known); ok && !taken[h.column.key] {
			taken[h.column.key] = true
			fields[i].Key = h.column.key
		}
	}
}

func lackingColumns(fields []importField, known []importColumn) []string {
	var lacking []string
	for i := range known {
		k := &known[i]
		if k.needed && !slices.ContainsFunc(fields, func(f importField) bool { return f.Key == k.key }) {
			lacking = append(lacking, k.label)
		}
	}
	return lacking
}

// headsKey names a set of headers, whatever their order. A set without any text
// has no name.
func headsKey(fields []importField) string {
	var heads []string
	for _, f := range fields {
		if name, unit := plainHeader(f.Label); name != "" {
			heads = append(heads, name+"("+unit+")")
		}
	}
	if len(heads) < 2 {
		return ""
	}
	slices.Sort(heads)
	sum := sha256.Sum256([]byte(strings.Join(heads, "\n")))
	return hex.EncodeToString(sum[:16])
}

func mappingKind(run *domain.ImportRun, d *importDetail) string {
	if d.Program == "" {
		return run.Kind
	}
	return run.Kind + "/" + d.Program + "/" + d.Record
}

// remembered gives the columns as somebody has set them for the same headers; nil
// when nobody has.
func (w *work) remembered(run *domain.ImportRun, d *importDetail, fields []importField) ([]importField, error) {
	key := headsKey(fields)
	if key == "" {
		return nil, nil
	}
	m, err := orNil(w.tx.ImportMapping(mappingKind(run, d), key))
	if err != nil || m == nil {
		return nil, err
	}
	imp, err := w.importer(d.act(run.Kind))
	if err != nil {
		return nil, err
	}
	known, taken := imp.columns(), map[string]bool{}
	out := slices.Clone(fields)
	for i := range out {
		name, unit := plainHeader(out[i].Label)
		k := asText(m.Columns[name+"("+unit+")"])
		if k != "" && !taken[k] && slices.ContainsFunc(known, func(c importColumn) bool { return c.key == k }) {
			out[i].Key, taken[k] = k, true
		}
	}
	if len(lackingColumns(out, known)) > 0 {
		return nil, nil // a program has changed since
	}
	return out, nil
}

// ImportMapAct says what the columns mean. HeadLine 0: the file has no headers.
type ImportMapAct struct {
	HeadLine int             `json:"head_line"`
	Columns  []ImportMapping `json:"columns"`
	Rev      int64           `json:"rev,omitempty"`
}

// ImportMapping ties one column of the file (0 = the first) to a field; "" = it
// is not read.
type ImportMapping struct {
	At  int    `json:"at"`
	Key string `json:"key"`
}

// MapImport sets what the columns mean, remembers it for files with the same
// headers, and has the lines checked anew.
func (a *App) MapImport(ctx context.Context, who *Who, once Once, id string, in ImportMapAct) (*ImportView, error) {
	return a.changeImport(ctx, who, once, id, in.Rev, func(w *work, run *domain.ImportRun, d *importDetail) error {
		if run.State != importMapping && run.State != importChecked {
			return errImportState(run)
		}
		imp, err := w.importer(d.act(run.Kind))
		if err != nil {
			return err
		}
		lists, _, err := importParts[rawLine](w.tx, run.ID, partLines, "", 0, 1)
		if err != nil || len(lists) == 0 {
			return domain.E(domain.KindRefused, "import_expired").Wrap(err)
		}
		head, fields, err := headOf(lists[0], in.HeadLine)
		if err != nil {
			return err
		}
		if err := setColumns(fields, in.Columns, imp.columns()); err != nil {
			return err
		}
		d.HeadLine, d.Columns, d.Remembered, d.Next, d.Tries = in.HeadLine, fields, false, 0, 0
		run.State, run.Done = importChecking, 0
		if head == nil {
			return nil
		}
		return w.remember(run, d)
	})
}

func headOf(lines []rawLine, line int) (*rawLine, []importField, error) {
	if line == 0 {
		return nil, columnsOf(nil, lines), nil
	}
	for i := range lines[:min(len(lines), headLines)] {
		if lines[i].Line == line {
			return &lines[i], columnsOf(&lines[i], lines), nil
		}
	}
	return nil, nil, domain.E(domain.KindInvalid, "fields_invalid").With("head_line", "import_head_line", "max", itoa64(headLines))
}

func setColumns(fields []importField, said []ImportMapping, known []importColumn) error {
	e := domain.E(domain.KindInvalid, "fields_invalid")
	taken := map[string]bool{}
	for _, m := range said {
		switch {
		case m.At < 0 || m.At >= len(fields):
			e.With("columns", "import_column_unknown")
			continue
		case m.Key == "":
			fields[m.At].Key = ""
			continue
		case !slices.ContainsFunc(known, func(c importColumn) bool { return c.key == m.Key }):
			e.With("columns."+letter(m.At), "import_column_unknown")
			continue
		case taken[m.Key]:
			e.With("columns."+letter(m.At), "import_column_twice", "label", labelOf(known, m.Key))
			continue
		}
		taken[m.Key] = true
		fields[m.At].Key = m.Key
	}
	if lacking := lackingColumns(fields, known); len(lacking) > 0 {
		e.With("columns", "import_columns", "columns", strings.Join(lacking, "、"))
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

func labelOf(known []importColumn, key string) string {
	for i := range known {
		if known[i].key == key {
			return known[i].label
		}
	}
	return ""
}

func (w *work) remember(run *domain.ImportRun, d *importDetail) error {
	key := headsKey(d.Columns)
	if key == "" {
		return nil
	}
	m := &domain.ImportMapping{Kind: mappingKind(run, d), Heads: key, Columns: map[string]any{}, By: w.who.Account}
	for _, f := range d.Columns {
		if name, unit := plainHeader(f.Label); name != "" && f.Key != "" {
			m.Columns[name+"("+unit+")"] = f.Key
		}
	}
	return w.tx.SaveImportMapping(m)
}

// letter is the spreadsheet's name of a column: A, B … AA.
func letter(at int) string {
	s, err := excelize.ColumnNumberToName(at + 1)
	if err != nil {
		return ""
	}
	return s
}
