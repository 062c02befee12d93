package form

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// Row is one row of an XLSForm sheet: column name → cell.
type Row map[string]string

// XLSForm holds the three sheets of the XLSForm standard. Columns beyond the
// standard are called lq::…; other tools leave them alone.
type XLSForm struct{ Survey, Choices, Settings []Row }

// Draft is a form before its conditions are compiled: what a spreadsheet can
// say, with conditions as CEL source.
type Draft struct {
	Form    *program.Form     // without Show, Require, Urgent
	Show    map[string]string // field → CEL
	Need    []string          // required questions
	Require []DraftGuard
	Calc    map[string]string // calculated field → CEL
	Notes   []DraftNote
}

// DraftGuard is a condition that refuses, and its sentence.
type DraftGuard struct{ If, Say string }

// DraftNote is a text between questions; it stands before the field of that key,
// or at the end.
type DraftNote struct{ Before, Text string }

// Problem is something the importer could not take over. Row counts from 2, as a
// spreadsheet shows it under its heading.
type Problem struct {
	Sheet string
	Row   int
	Msg   string // Chinese
	Fatal bool   // the form cannot be used; else it lacks this
}

// lqType keeps a type XLSForm does not know.
const lqType = "lq::type"

// SheetsFromCSV reads the three sheets from one CSV file, as XLSForm tools write
// them: a sheet's name in the first column, its heading on the next line.
func SheetsFromCSV(data string) (XLSForm, error) {
	c := csv.NewReader(strings.NewReader(strings.TrimPrefix(data, "\ufeff")))
	c.FieldsPerRecord, c.TrimLeadingSpace, c.LazyQuotes = -1, true, true
	lines, err := c.ReadAll()
	if err != nil {
		return XLSForm{}, errors.New("不是有效的 CSV 文件")
	}
	var x XLSForm
	sheets := map[string]*[]Row{"survey": &x.Survey, "choices": &x.Choices, "settings": &x.Settings}
	var sheet *[]Row
	var head []string
	for _, cells := range lines {
		if name := strings.ToLower(strings.TrimSpace(cells[0])); name != "" {
			sheet, head = sheets[name], nil
			continue
		}
		if head == nil {
			head = cells
			continue
		}
		row := Row{}
		for i := 1; i < min(len(cells), len(head)); i++ {
			if cells[i] != "" {
				row[head[i]] = cells[i]
			}
		}
		if sheet != nil && len(row) > 0 {
			*sheet = append(*sheet, row)
		}
	}
	if len(x.Survey) == 0 {
		return x, errors.New("没有 survey 表")
	}
	return x, nil
}

// zhColumns and enColumns are where a Chinese, then an English label may stand.
var (
	zhColumns = []string{"label::中文 (zh)", "label::chinese (zh)", "label::zh", "label::中文", "label", "caption"}
	enColumns = []string{"label::english (en)", "label::en", "label::english"}
)

func (r Row) get(names ...string) string {
	for _, n := range names {
		if v := strings.TrimSpace(r[n]); v != "" {
			return v
		}
	}
	return ""
}

// lower brings column names to one spelling: small letters, `label::english`,
// without the prefixes bind and control of older files.
func lower(rows []Row) []Row {
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = Row{}
		for k, v := range r {
			k = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(k)), "::", ":")
			k = strings.TrimPrefix(strings.TrimPrefix(k, "bind:"), "control:")
			if k == "jr:constraintmsg" {
				k = "constraint_message"
			}
			out[i][strings.Replace(k, ":", "::", 1)] = v
		}
	}
	return out
}

// label gives the Chinese label, else any other, else the name.
func (r Row) label(name string) string {
	if l := r.get(zhColumns...); l != "" {
		return l
	}
	for _, k := range slices.Sorted(maps.Keys(r)) {
		if strings.HasPrefix(k, "label") && strings.TrimSpace(r[k]) != "" {
			return strings.TrimSpace(r[k])
		}
	}
	return name
}

// xlsReader gathers a draft row by row.
type xlsReader struct {
	d        *Draft
	lists    map[string]*program.List
	fields   fieldSet // by program key
	names    map[string]string
	problems []Problem
	groups   []xlsGroup
	pending  []pendingExpr
	notes    []string
}

// xlsGroup is an open begin_group or begin_repeat.
type xlsGroup struct {
	field    *program.Field // of a repeat or of a checklist
	relevant string
}

// pendingExpr is an expression to translate when all fields are known.
type pendingExpr struct {
	kind, key, src, say string
	row                 int
}

// FromXLS maps an XLSForm to a draft. Groups are flattened, their condition goes
// to each question. Problems say what was left out; with a fatal one the draft
// must not be used.
func FromXLS(x XLSForm) (*Draft, []Problem) {
	r := &xlsReader{
		d:      &Draft{Form: &program.Form{Key: "form"}, Show: map[string]string{}, Calc: map[string]string{}},
		lists:  map[string]*program.List{},
		fields: fieldSet{}, names: map[string]string{},
	}
	for _, row := range lower(x.Settings) {
		if id := row.get("form_id", "id_string"); id != "" {
			r.d.Form.Key = mendKey(id)
		}
		r.d.Form.Label = row.get("form_title", "title")
	}
	r.readChoices(lower(x.Choices))
	for i, row := range lower(x.Survey) {
		r.survey(i+2, row)
	}
	if len(r.groups) > 0 {
		r.problem(0, true, "有 begin 没有 end")
	}
	for _, t := range r.notes {
		r.d.Notes = append(r.d.Notes, DraftNote{Text: t})
	}
	for _, p := range r.pending {
		r.expression(p)
	}
	return r.d, r.problems
}

func (r *xlsReader) problem(row int, fatal bool, format string, args ...any) {
	r.problems = append(r.problems, Problem{Sheet: "survey", Row: row, Msg: fmt.Sprintf(format, args...), Fatal: fatal})
}

func (r *xlsReader) readChoices(rows []Row) {
	for i, row := range rows {
		list, name := row.get("list_name", "list name"), row.get("name", "value")
		if list == "" || name == "" {
			continue
		}
		l := r.lists[list]
		if l == nil {
			l = &program.List{Key: mendKey(list)}
			r.lists[list] = l
		}
		key := mendKey(name)
		if l.Options.Has(key) {
			r.problems = append(r.problems, Problem{"choices", i + 2, "选项“" + clip(name) + "”重复", true})
			continue
		}
		l.Options.Set(key, &program.Option{Key: key, Label: row.label(name), LabelEN: row.get(enColumns...)})
	}
}

func orKey(label, name string) string {
	if label == "" {
		return name
	}
	return label
}

// plainTypes are the XLSForm types with one twin here.
var plainTypes = map[string]program.FieldType{
	"text": program.TypeText, "phone number": program.TypePhone, "trigger": program.TypeBool, "string": program.TypeText, "integer": program.TypeInt, "int": program.TypeInt,
	"decimal": program.TypeNumber, "date": program.TypeDate, "time": program.TypeTime, "datetime": program.TypeTime,
	"geopoint": program.TypePlace, "image": program.TypePhoto, "photo": program.TypePhoto, "file": program.TypeFile,
	"audio": program.TypeFile, "video": program.TypeFile, "barcode": program.TypeText, "acknowledge": program.TypeBool,
	"range": program.TypeInt, "calculate": program.TypeText,
}

// metaTypes are filled by the collecting device; here the response itself knows.
var metaTypes = map[string]bool{"start": true, "end": true, "today": true, "deviceid": true, "username": true,
	"phonenumber": true, "email": true, "audit": true, "start-geopoint": true, "background-audio": true}

func (r *xlsReader) survey(n int, row Row) {
	typ, list := splitType(row.get("type"))
	switch {
	case typ == "" || metaTypes[typ]:
	case typ == "note":
		r.notes = append(r.notes, row.label(""))
	case typ == "begin_group":
		r.begin(n, row, row.get(lqType) == string(program.TypeChecks), program.TypeChecks)
	case typ == "begin_repeat":
		r.begin(n, row, true, program.TypeRows)
	case typ == "end_group", typ == "end_repeat":
		if len(r.groups) == 0 {
			r.problem(n, true, "%s 没有对应的 begin", typ)
			return
		}
		r.groups = r.groups[:len(r.groups)-1]
	default:
		r.question(n, typ, list, row)
	}
}

var listTypeRE = regexp.MustCompile(`(?i)^(select_one|select_multiple|select1|select one from|select one|select all that apply from|select multiple from|rank)\s+(\S+)(\s+or_other|\s+or specify other)?$`)

// splitType reads the type cell: `select_one colours`, `begin repeat`.
func splitType(cell string) (typ, list string) {
	cell = strings.Join(strings.Fields(cell), " ")
	if m := listTypeRE.FindStringSubmatch(cell); m != nil {
		typ = "select_one"
		if w := strings.ToLower(m[1]); strings.Contains(w, "multiple") || strings.Contains(w, "all") {
			typ = "select_multiple"
		} else if w == "rank" {
			typ = "rank"
		}
		return typ, m[2]
	}
	cell = strings.ToLower(cell)
	for _, p := range []string{"begin", "end"} {
		if rest, ok := strings.CutPrefix(cell, p+" "); ok {
			return p + "_" + rest, ""
		}
	}
	return cell, ""
}

// begin opens a group. Own groups become one field (a checklist, rows); others
// only pass their condition on.
func (r *xlsReader) begin(n int, row Row, own bool, typ program.FieldType) {
	g := xlsGroup{relevant: row.get("relevant", "relevance")}
	if own {
		if r.inside() != nil {
			r.problem(n, true, "重复组里不能再有重复组")
		}
		if f := r.newField(n, row, typ, nil); f != nil {
			g.field = f
			r.note(f.Key)
			r.d.Form.Fields.Set(f.Key, f)
			r.conditions(n, f.Key, row)
			g.relevant = ""
		}
	}
	r.groups = append(r.groups, g)
}

// note hangs the notes read so far before a field.
func (r *xlsReader) note(before string) {
	for _, t := range r.notes {
		r.d.Notes = append(r.d.Notes, DraftNote{before, t})
	}
	r.notes = nil
}

func (r *xlsReader) newField(n int, row Row, typ program.FieldType, in *program.Field) *program.Field {
	name := row.get("name", "value")
	key := mendKey(name)
	switch {
	case name == "":
		r.problem(n, true, "缺少 name")
		return nil
	case in == nil && r.fields[key] != nil, in != nil && in.Fields.Has(key):
		r.problem(n, true, "栏目“%s”重复", key)
		return nil
	}
	f := &program.Field{Key: key, Label: row.label(name), LabelEN: row.get(enColumns...), Type: typ,
		Hint: row.get("hint", "hint::中文 (zh)")}
	if in == nil { // columns are read through their row only
		r.fields[key], r.names[name] = f, key
	}
	return f
}

func (r *xlsReader) question(n int, typ, list string, row Row) {
	ft, ok := plainTypes[typ]
	switch {
	case typ == "select_one" || typ == "select_multiple":
		ft, ok = program.TypeChoice, true
	case typ == "rank":
		r.problem(n, false, "不支持排序题")
		return
	case !ok:
		r.problem(n, false, "不支持类型“%s”", clip(typ))
		return
	}
	own := program.FieldType(row.get(lqType))
	if _, known := kinds[own]; known {
		ft = own
	}
	in := r.inside()
	if in != nil && in.Type == program.TypeChecks {
		key := mendKey(row.get("name", "value"))
		in.Items.Set(key, &program.CheckItem{Key: key, Label: row.label(key)})
		return
	}
	f := r.newField(n, row, ft, in)
	if f == nil {
		return
	}
	f.Many = typ == "select_multiple" || row.get("lq::many") == "yes"
	f.Unit, f.To = row.get("lq::unit"), row.get("lq::to")
	f.Digits, _ = strconv.Atoi(row.get("lq::digits"))
	if ft == program.TypeChoice && list != "" {
		l := r.lists[list]
		if l == nil {
			r.problem(n, true, "没有选项表“%s”", clip(list))
			return
		}
		f.List = l
		if own == "" && isYesNo(l) && !f.Many {
			f.Type, f.List = program.TypeBool, nil
		}
	}
	if in != nil {
		if row.get("relevant", "relevance", "calculation") != "" {
			r.problem(n, false, "重复组里“%s”的条件没有导入", f.Key)
		}
		in.Fields.Set(f.Key, f)
		f.Range, _ = plainRange(f, row.get("constraint"))
		return
	}
	r.note(f.Key)
	r.d.Form.Fields.Set(f.Key, f)
	r.conditions(n, f.Key, row)
}

// inside gives the repeat or checklist that is open, if any.
func (r *xlsReader) inside() *program.Field {
	for _, g := range r.groups {
		if g.field != nil {
			return g.field
		}
	}
	return nil
}

func isYesNo(l *program.List) bool {
	return l.Options.Len() == 2 && l.Options.Has("yes") && l.Options.Has("no")
}

// conditions notes what must wait until every field is known.
func (r *xlsReader) conditions(n int, key string, row Row) {
	f := r.fields[key]
	if t := strings.ToLower(row.get("required")); t == "yes" || t == "true" || t == "true()" {
		r.d.Need = append(r.d.Need, key)
	}
	var relevant []string
	for _, g := range r.groups {
		if g.relevant != "" {
			relevant = append(relevant, g.relevant)
		}
	}
	if own := row.get("relevant", "relevance"); own != "" {
		relevant = append(relevant, own)
	}
	if len(relevant) > 0 {
		src := relevant[0]
		if len(relevant) > 1 {
			src = "(" + strings.Join(relevant, ") and (") + ")"
		}
		r.pending = append(r.pending, pendingExpr{"show", key, src, "", n})
	}
	if c := row.get("constraint"); c != "" {
		span, rest := peelRange(f, c)
		if f.Range = span; rest != "" {
			say := row.get("constraint_message", "constraint_message::中文 (zh)")
			r.pending = append(r.pending, pendingExpr{"require", key, rest, orKey(say, f.Label+"不符合要求"), n})
		}
	}
	if c := row.get("calculation"); c != "" {
		r.pending = append(r.pending, pendingExpr{"calc", key, c, "", n})
	}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}
