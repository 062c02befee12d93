package form

import (
	"slices"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// DraftOf writes a compiled form back as a draft.
func DraftOf(f *program.Form) *Draft {
	plain := *f
	plain.Show, plain.Require, plain.Urgent = nil, nil, nil
	d := &Draft{Form: &plain, Show: map[string]string{}, Calc: map[string]string{}}
	for key, x := range f.Show {
		d.Show[key] = x.Src()
	}
	for _, g := range f.Require {
		d.Require = append(d.Require, DraftGuard{If: g.If.Src(), Say: rawText(g.Say)})
	}
	for key, field := range f.Fields.All() {
		if field.Calc != nil {
			d.Calc[key] = field.Calc.Src()
		}
	}
	return d
}

func rawText(t *program.Text) string {
	if t == nil {
		return ""
	}
	return t.Raw
}

// xlsWriter writes a draft as sheets.
type xlsWriter struct {
	d        *Draft
	x        XLSForm
	fields   fieldSet
	lists    map[*program.List]string
	problems []Problem
}

// ToXLS writes a draft as an XLSForm. Problems name the conditions it cannot say.
func ToXLS(d *Draft) (XLSForm, []Problem) {
	w := &xlsWriter{d: d, fields: fieldSet{}, lists: map[*program.List]string{}}
	for key, f := range d.Form.Fields.All() {
		w.fields[key] = f
	}
	w.x.Settings = []Row{{"form_title": d.Form.Label, "form_id": d.Form.Key, "default_language": "中文 (zh)"}}
	guards := w.guards()
	for key, f := range d.Form.Fields.All() {
		w.notes(key)
		w.field(f, guards[key])
	}
	w.notes("")
	if s := d.Form.Score; s != nil && len(s.Sum) > 1 && len(s.Weights) == 0 && len(s.Reverse) == 0 {
		sum := "${" + strings.Join(s.Sum, "} + ${") + "}"
		w.x.Survey = append(w.x.Survey, Row{"type": "calculate", "name": "total", "calculation": sum})
	}
	return w.x, w.problems
}

func (w *xlsWriter) notes(before string) {
	for i, n := range w.d.Notes {
		if n.Before == before {
			w.x.Survey = append(w.x.Survey, Row{"type": "note", "name": "note_" + strconv.Itoa(i+1), zhLabel: n.Text})
		}
	}
}

// zhLabel and enLabel are the label columns written.
const (
	zhLabel = "label::中文 (zh)"
	enLabel = "label::English (en)"
)

func (w *xlsWriter) xpath(what, src string) string {
	n, err := parseCEL(src)
	if err == nil {
		var out string
		if out, err = w.fields.toXPath(n); err == nil {
			return out
		}
	}
	w.problems = append(w.problems, Problem{Sheet: "survey", Msg: what + "没有导出：" + err.Error()})
	return ""
}

// guards gives each condition to the last question it reads: there the person
// has answered all of it. A question has one constraint; further ones are joined.
func (w *xlsWriter) guards() map[string]DraftGuard {
	out := map[string]DraftGuard{}
	for _, g := range w.d.Require {
		src := w.xpath("条件“"+clip(g.Say)+"”", g.If)
		if src == "" {
			continue
		}
		n, _ := parseCEL(g.If)
		last, at := "", -1
		for _, key := range reads(n) {
			if i := slices.Index(w.d.Form.Fields.Keys(), key); i > at {
				last, at = key, i
			}
		}
		if own := "not(${" + last + "} != '') or "; strings.HasPrefix(src, own) {
			src = strings.TrimPrefix(src, own)
		}
		if old, ok := out[last]; ok {
			out[last] = DraftGuard{"(" + old.If + ") and (" + src + ")", old.Say + "；" + g.Say}
		} else if last != "" {
			out[last] = DraftGuard{src, g.Say}
		}
	}
	return out
}

func reads(n *node) []string {
	if n.op == "field" {
		return []string{n.val}
	}
	var out []string
	for _, a := range n.args {
		out = append(out, reads(a)...)
	}
	return out
}

// outTypes are the XLSForm types written; others become text with lq::type.
var outTypes = map[program.FieldType]string{
	program.TypeText: "text", program.TypeInt: "integer", program.TypeNumber: "decimal", program.TypeDate: "date",
	program.TypePlace: "geopoint", program.TypePhoto: "image", program.TypeFile: "file",
}

func (w *xlsWriter) field(f *program.Field, g DraftGuard) {
	row := w.row(f)
	if src := w.d.Show[f.Key]; src != "" {
		row["relevant"] = w.xpath(f.Label+"的显示条件", src)
	}
	if slices.Contains(w.d.Need, f.Key) {
		row["required"] = "yes"
	}
	if src := w.d.Calc[f.Key]; src != "" {
		row["type"], row["calculation"], row[lqType] = "calculate", w.xpath(f.Label+"的算式", src), string(f.Type)
	}
	if g.If != "" {
		if c := row["constraint"]; c != "" {
			g.If = c + " and (" + g.If + ")"
		}
		row["constraint"], row["constraint_message"] = g.If, g.Say
	}
	w.x.Survey = append(w.x.Survey, row)
	switch f.Type {
	case program.TypeRows:
		for _, col := range f.Fields.All() {
			w.x.Survey = append(w.x.Survey, w.row(col))
		}
		w.x.Survey = append(w.x.Survey, Row{"type": "end_repeat"})
	case program.TypeChecks:
		w.checks(f)
	}
}

// row writes what concerns the question alone.
func (w *xlsWriter) row(f *program.Field) Row {
	row := Row{"name": f.Key, zhLabel: f.Label}
	put := func(col, v string) {
		if v != "" {
			row[col] = v
		}
	}
	put(enLabel, f.LabelEN)
	put("hint", f.Hint)
	put("lq::unit", f.Unit)
	put("lq::to", f.To)
	if f.Digits > 0 {
		row["lq::digits"] = strconv.Itoa(f.Digits)
	}
	put("constraint", rangeText(f))
	switch {
	case f.Type == program.TypeRows:
		row["type"] = "begin_repeat"
		return row
	case f.Type == program.TypeChecks:
		row["type"], row[lqType] = "begin_group", "checks"
		return row
	case f.Type == program.TypeBool:
		row["type"] = "select_one yes_no"
		w.choices("yes_no", []*program.Option{{Key: "yes", Label: "是", LabelEN: "Yes"}, {Key: "no", Label: "否", LabelEN: "No"}})
		return row
	case f.Type == program.TypeChoice && f.List != nil:
		row["type"] = map[bool]string{true: "select_multiple ", false: "select_one "}[f.Many] + w.list(f)
		if isYesNo(f.List) {
			row[lqType] = string(f.Type)
		}
		return row
	}
	typ, ok := outTypes[f.Type]
	if !ok {
		typ, row[lqType] = "text", string(f.Type)
	}
	row["type"] = typ
	if f.Many {
		row["lq::many"] = "yes"
	}
	return row
}

func (w *xlsWriter) checks(f *program.Field) {
	w.choices("lq_check", []*program.Option{{Key: Pass, Label: "通过"}, {Key: Fail, Label: "不通过"}, {Key: Unknown, Label: "待查"}})
	for key, item := range f.Items.All() {
		w.x.Survey = append(w.x.Survey, Row{"type": "select_one lq_check", "name": key, zhLabel: item.Label})
	}
	w.x.Survey = append(w.x.Survey, Row{"type": "end_group"})
}

// list writes a list's options once and gives its name.
func (w *xlsWriter) list(f *program.Field) string {
	if name, ok := w.lists[f.List]; ok {
		return name
	}
	name := f.List.Key
	if name == "" || slices.ContainsFunc(w.x.Choices, func(r Row) bool { return r["list_name"] == name }) {
		name = f.Key
	}
	w.lists[f.List] = name
	var options []*program.Option
	for _, o := range f.List.Options.All() {
		options = append(options, o)
	}
	w.choices(name, options)
	return name
}

func (w *xlsWriter) choices(list string, options []*program.Option) {
	if slices.ContainsFunc(w.x.Choices, func(r Row) bool { return r["list_name"] == list }) {
		return
	}
	for _, o := range options {
		row := Row{"list_name": list, "name": o.Key, zhLabel: o.Label}
		if o.LabelEN != "" {
			row[enLabel] = o.LabelEN
		}
		w.x.Choices = append(w.x.Choices, row)
	}
}

// rangeText writes a field's range as a constraint.
func rangeText(f *program.Field) string {
	if f.Range == nil || f.Type == program.TypeText {
		return ""
	}
	var parts []string
	for i, op := range []string{">=", "<="} {
		switch v := f.Range[i].(type) {
		case nil:
		case string:
			parts = append(parts, ". "+op+" '"+v+"'")
		case float64:
			parts = append(parts, ". "+op+" "+strconv.FormatFloat(v, 'f', -1, 64))
		case program.Span:
			parts = append(parts, ". "+op+" '"+spanKey(v)+"'")
		default:
			if n, ok := toInt(v); ok {
				parts = append(parts, ". "+op+" "+strconv.FormatInt(n, 10))
			}
		}
	}
	return strings.Join(parts, " and ")
}
