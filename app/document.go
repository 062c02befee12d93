package app

import (
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Papers. What a paper says is written when it is issued and never again: its
// columns, or with `rows` a line for each row below the record, and the figures of
// `stats` as they stood then.

// Parts of a paper's frozen data beside its own columns.
const (
	docRows  = "_rows"
	docHeads = "_heads"
	docText  = "_text"
	docFiles = "_files"
)

// IssueDocument issues and freezes a paper of a record.
func (w *work) IssueDocument(d *program.Document, rec *domain.Record) error {
	w.lasting()
	p, err := w.Program(rec.Program, rec.Version)
	if err != nil {
		return err
	}
	r, err := w.unit.Adopt(rec)
	if err != nil {
		return err
	}
	data := map[string]any{}
	if d.Rows == "" {
		if err := w.inChinese().docCells(p, d, r, data); err != nil {
			return err
		}
	}
	if f := r.T.Fields.Get(d.Text); f != nil {
		text := w.inChinese().display(f, r.Value(f.Key))
		data[docText] = map[string]any{"label": f.Label, "value": text, "shown": text, "masked": text}
	}
	w.later("", func() error { // after the rows are saved, and the figures counted
		zh := w.inChinese()
		if d.Rows != "" {
			if err := zh.docTable(p, d, r, data); err != nil {
				return err
			}
		}
		if err := zh.docStats(p, d, r, data); err != nil {
			return err
		}
		files, err := w.docFileList(d, r)
		if err != nil {
			return err
		}
		if len(files) > 0 {
			data[docFiles] = files
		}
		doc, err := w.issue(p, d, rec.ID, rec.Subject, data)
		if err != nil {
			return err
		}
		return w.handFiles(d, r, doc)
	})
	return nil
}

// docCells writes the columns of a row into the data of a paper.
func (w *work) docCells(p *program.Program, d *program.Document, r *record.Row, data map[string]any) error {
	for i := range d.Columns {
		c := &d.Columns[i]
		value, shown, err := w.noticeCell(c, r)
		if err != nil {
			return err
		}
		if value == nil {
			continue
		}
		data[c.Path] = map[string]any{"label": w.docHead(p, c), "value": value, "shown": shown, "masked": docMask(c, value, shown)}
	}
	return nil
}

func (w *work) docHead(p *program.Program, c *program.Col) string {
	if key, ok := strings.CutPrefix(c.Path, "subject."); ok && c.Field == nil {
		return record.LabelOf(key)
	}
	return w.colHead(p, *c)
}

// docMask is a cell as the public check of a paper shows it.
func docMask(c *program.Col, value any, shown string) string {
	if strings.HasPrefix(c.Path, "subject.") {
		return domain.MaskName(shown)
	}
	if c.Field != nil && c.Field.Class >= domain.Personal {
		return maskCell(program.UsualMask(c.Field), c.Field, value, shown)
	}
	return shown
}

// docTable writes a line for each row below the record that has come to something.
func (w *work) docTable(p *program.Program, d *program.Document, r *record.Row, data map[string]any) error {
	heads := make([]any, len(d.Columns))
	for i := range d.Columns {
		heads[i] = map[string]any{"key": d.Columns[i].Path, "label": w.docHead(p, &d.Columns[i])}
	}
	below, err := w.unit.Children(r, d.Rows)
	if err != nil {
		return err
	}
	rows := []any{}
	for _, c := range below {
		if c.Phase == domain.PhaseVoid {
			continue
		}
		row := map[string]any{}
		if err := w.docCells(p, d, c, row); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	data[docHeads], data[docRows] = heads, rows
	return nil
}

// docStats writes figures as they stand: of what lies below the record, where the figure
// is broken down by its parent, else of the record's region.
func (w *work) docStats(p *program.Program, d *program.Document, r *record.Row, data map[string]any) error {
	for _, key := range d.Stats {
		st := p.Stats.Get(key)
		if st == nil {
			continue
		}
		q := StatQuery{}
		if statHasDim(p, st, dimParent) && statBelow(p, st, r.Key) {
			q.Where = []string{dimParent + ":" + string(r.ID)}
		}
		x, err := w.stat(p, st, r.Path, q)
		if err != nil {
			return err
		}
		shown := showUnit(x.Value, x.Unit)
		if x.Suppressed || !x.Set {
			shown = "—"
		}
		data["stat."+key] = map[string]any{"label": w.words(p).Stat(st), "value": x.Value, "shown": shown, "masked": shown}
	}
	return nil
}

// dimParent breaks a figure down by the record that its rows lie below.
const dimParent = "parent.id"

// statBelow reports whether the rows that a figure counts lie below records of a kind.
func statBelow(p *program.Program, st *program.Stat, key string) bool {
	if len(st.Parts) > 0 {
		for _, part := range st.Parts {
			if x := p.Stats.Get(part); x == nil || !statBelow(p, x, key) {
				return false
			}
		}
		return true
	}
	rt := p.Records.Get(st.Record)
	return rt != nil && rt.Of == key
}

// docCell reads one cell of a paper's data.
func docCell(x any, part string) (any, string, bool) {
	m, ok := x.(map[string]any)
	if !ok {
		return nil, "", false
	}
	return m["value"], asText(m[part]), true
}

// docHeadsOf are the columns of a paper's table, as it was issued.
func docHeadsOf(d *domain.Document) []Choice {
	list, _ := d.Data[docHeads].([]any)
	out := []Choice{}
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, Choice{asText(m["key"]), asText(m["label"])})
		}
	}
	return out
}

func docRowsOf(d *domain.Document) []map[string]any {
	list, _ := d.Data[docRows].([]any)
	out := []map[string]any{}
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// noticeDocument publishes an issued paper as it was issued: its own columns or the
// lines of its table, cut to what the notice shows.
func (w *work) noticeDocument(p *program.Program, nt *program.Notice, target string, t *PublicTable) error {
	d, err := orNil(w.tx.Document(target))
	if err != nil {
		return err
	}
	if d == nil || "document."+d.Key != nt.Of || d.Record == "" {
		return domain.E(domain.KindInvalid, "notice_target").With("target", "notice_target")
	}
	cols := nt.Cols
	def := p.Documents.Get(d.Key)
	if def != nil && def.Text != "" {
		if nt.Refresh != nil {
			if d, err = w.newestOf(d); err != nil {
				return err
			}
		}
		if t.Texts, err = w.docTexts(d, def); err != nil {
			return err
		}
	}
	if len(cols) == 0 && def != nil {
		cols = def.Columns
		for i := range cols {
			t.Columns = append(t.Columns, LedgerColumn{Key: cols[i].Path, Label: w.docHead(p, &cols[i])})
		}
	}
	if _, table := d.Data[docRows]; table {
		t.Label += " " + d.Serial
		return w.noticeLines(nt, cols, docRowsOf(d), nil, t)
	}
	r, err := w.unit.Load(d.Record)
	if err != nil {
		return err
	}
	t.Columns = append([]LedgerColumn{{Key: "_serial", Label: "文号"}, {Key: "_issued", Label: "出具日期"}}, t.Columns...)
	if err := w.noticeLines(nt, cols, []map[string]any{d.Data}, r, t); err != nil {
		return err
	}
	last := &t.Rows[len(t.Rows)-1]
	last.Cells["_serial"], last.Cells["_issued"] = d.Serial, domain.DateOf(d.IssuedAt).String()
	return nil
}

// noticeLines publishes the frozen lines of a paper. A column that the paper itself
// does not hold is read from its row.
func (w *work) noticeLines(nt *program.Notice, cols []program.Col, lines []map[string]any, r *record.Row, t *PublicTable) error {
	for _, data := range lines {
		row := LedgerRow{Cells: map[string]any{}, Labels: map[string]string{}}
		for i := range cols {
			c := &cols[i]
			value, shown, ok := docCell(data[c.Path], "shown")
			if !ok && r != nil {
				var err error
				if value, shown, err = w.noticeCell(c, r); err != nil {
					return err
				}
			}
			if m := nt.MaskOf(c); m != "" {
				shown = maskCell(m, c.Field, value, shown)
			}
			row.Cells[c.Path] = orDash(shown)
		}
		t.Rows = append(t.Rows, row)
	}
	return nil
}
