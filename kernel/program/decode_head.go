package program

import (
	"encoding/csv"
	"fmt"
	"path"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// params, lists, tables and party files.

func (s *source) param(key string, n *node) *Param {
	p := &Param{Key: key, Label: n.str("label"), Type: FieldType(n.str("type"))}
	p.Range = s.rng(n, p.Type)
	v := n.get("value")
	switch {
	case v == nil:
	case v.kind == mapNode:
		for _, e := range v.pairs {
			day, err := domain.ParseDate(e.key.val)
			if err != nil {
				s.fault(e.key, "bad-date", "“"+e.key.val+"”不是日期", "写 2006-01-02")
				continue
			}
			val := s.value(e.val, p.Type)
			s.inRange(e.val, val, p.Range)
			p.Dated = append(p.Dated, DatedValue{From: day, Value: val})
			p.Value = val
		}
		slices.SortFunc(p.Dated, func(a, b DatedValue) int { return int(a.From - b.From) })
	default:
		p.Value = s.value(v, p.Type)
		s.inRange(v, p.Value, p.Range)
	}
	return p
}

// value normalises a scalar by type and reports what does not fit.
func (s *source) value(v *node, t FieldType) any {
	if v == nil || v.kind != scalarNode {
		return nil
	}
	x, err := value(t, v.val)
	if err != nil {
		s.fault(v, "bad-value", err.Error(), "")
		return nil
	}
	return x
}

func (s *source) rng(n *node, t FieldType) *[2]any {
	v := n.get("range")
	if v == nil {
		return nil
	}
	if v.kind != listNode || len(v.items) != 2 {
		s.fault(v, "bad-range", "range 写成 [最小, 最大]", "")
		return nil
	}
	if t == TypeText { // of a text: how many characters
		t = TypeInt
	}
	r := &[2]any{s.value(v.items[0], t), s.value(v.items[1], t)}
	if less, ok := compareValues(r[1], r[0]); ok && less < 0 {
		s.fault(v, "bad-range", "range 的最大小于最小", "")
	}
	return r
}

func (s *source) inRange(v *node, x any, r *[2]any) {
	if r == nil || x == nil {
		return
	}
	lo, ok1 := compareValues(x, r[0])
	hi, ok2 := compareValues(x, r[1])
	if ok1 && lo < 0 || ok2 && hi > 0 {
		s.fault(v, "out-of-range", "“"+v.val+"”不在 range 之内", "")
	}
}

// compareValues orders two normalised values of one type; spans only of
// comparable units.
func compareValues(a, b any) (int, bool) {
	switch x := a.(type) {
	case int64:
		y, ok := b.(int64)
		return sign(float64(x - y)), ok
	case float64:
		y, ok := b.(float64)
		return sign(x - y), ok
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok
	case Span:
		y, ok := b.(Span)
		mx, ok1 := roughMinutes(x)
		my, ok2 := roughMinutes(y)
		return sign(mx - my), ok && ok1 && ok2 && (x.Unit == y.Unit || !working(x) && !working(y))
	}
	return 0, false
}

func working(s Span) bool { return s.Unit == "wh" || s.Unit == "wd" }

// roughMinutes compares durations of the files with one another; it is never
// used to reckon a due time.
func roughMinutes(s Span) (float64, bool) {
	per := map[string]float64{"s": 1.0 / 60, "m": 1, "h": 60, "wh": 60, "d": 1440, "wd": 480, "mo": 43200, "y": 525600}[s.Unit]
	return float64(s.N) * per, per > 0
}

func sign(f float64) int {
	switch {
	case f < 0:
		return -1
	case f > 0:
		return 1
	}
	return 0
}

func (s *source) list(key string, n *node) *List {
	l := &List{Key: key, Label: n.str("label"), Open: n.yes("open"), KeptBy: s.oneRole(n, "kept_by")}
	s.optionsInto(&l.Options, n.get("options"))
	if l.Options.Len() == 0 && !l.Open {
		s.fault(n, "no-options", "选项表没有选项", "写 options，或 open: true 由县里添加")
	}
	return l
}

func (s *source) optionsInto(dst *Map[*Option], n *node) {
	if n == nil || n.kind != mapNode {
		return
	}
	for _, p := range n.pairs {
		dst.Set(p.key.val, &Option{Key: p.key.val, Label: p.val.val, LabelEN: s.p.EN[p.val.path]})
	}
}

func (s *source) files(n *node) {
	if n == nil {
		return
	}
	s.p.Files = map[domain.PartyKind]*PartyFile{}
	for _, p := range n.pairs {
		kind := domain.PartyKind(p.key.val)
		if !slices.Contains(partyKinds, p.key.val) {
			s.fault(p.key, "unknown-party", "没有“"+p.key.val+"”这类服务对象", "可选："+strings.Join(partyKinds, " "))
			continue
		}
		f := &PartyFile{}
		s.fieldsInto(&f.Fields, p.val, fieldHome{class: domain.Internal, scope: func() *scope { return s.ofFile(kind) }})
		s.p.Files[kind] = f
	}
}

func (s *source) table(key string, n *node) *Table {
	t := &Table{
		Key: key, Label: n.str("label"), KeyCols: n.strs("key"), Band: n.str("band"),
		Dated: n.yes("dated"), File: n.str("file"), Class: s.class(n, "class", domain.Internal),
	}
	s.roles(n, "sign")
	s.fieldsInto(&t.Fields, n.get("fields"), fieldHome{class: t.Class})
	s.tableRows(t, n)
	return t
}

func (s *source) tableRows(t *Table, n *node) {
	if t.File == "" {
		return
	}
	at := n.get("file")
	src, ok := s.p.Sources[path.Clean(t.File)]
	if !ok {
		s.fault(at, "missing-file", "找不到文件 "+t.File, "放进程序文件夹的 tables/ 下")
		return
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(src), "\ufeff")))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		s.fault(at, "bad-table", fmt.Sprintf("%s 读不成表：%v", t.File, err), "第一行是列名，列数一致")
		return
	}
	for i, rec := range rows[1:] {
		s.tableRow(t, at, rows[0], rec, i+2)
	}
	for _, col := range append(t.Fields.Keys(), t.KeyCols...) {
		if !slices.Contains(rows[0], col) {
			s.fault(at, "missing-column", t.File+" 没有列“"+col+"”", "")
		}
	}
	s.tableKeys(t, at)
}

func (s *source) tableRow(t *Table, at *node, head, rec []string, line int) {
	row := map[string]any{}
	for i, col := range head {
		cell := rec[i]
		if cell == "" {
			continue
		}
		f := t.Fields.Get(col)
		typ := TypeText
		if f != nil {
			typ = f.Type
		}
		x, err := value(typ, cell)
		if err != nil {
			s.r.issues = append(s.r.issues, Issue{File: s.folder + "/" + t.File, Line: line, Col: i + 1, Path: at.path, Rule: "bad-value", Msg: err.Error()})
			continue
		}
		row[col] = x
	}
	t.Rows = append(t.Rows, row)
}

// tableKeys refuses two rows of one key, and overlapping bands, on one day.
func (s *source) tableKeys(t *Table, at *node) {
	keys := slices.Clone(t.KeyCols)
	if t.Band != "" {
		keys = append(keys, t.Band)
	}
	if t.Dated {
		keys = append(keys, "from")
	}
	seen := map[string]bool{}
	for _, row := range t.Rows {
		var id strings.Builder
		for _, k := range keys {
			fmt.Fprintf(&id, "%v\x00", row[k])
		}
		if seen[id.String()] && len(keys) > 0 {
			s.fault(at, "overlapping-rows", t.File+" 有两行键相同："+strings.ReplaceAll(id.String(), "\x00", " "), "")
		}
		seen[id.String()] = true
	}
}

// fieldHome says where a map of fields stands.
type fieldHome struct {
	class domain.Class
	scope scopeOf
}

func (s *source) fieldsInto(dst *Map[*Field], n *node, home fieldHome) {
	if n == nil || n.kind != mapNode {
		return
	}
	for _, p := range n.pairs {
		if p.val.kind != mapNode {
			continue
		}
		s.fieldKey(p.key)
		f := s.field(p.key.val, p.val, home)
		dst.Set(p.key.val, f)
		if len(f.Differ) > 0 && !n.has(f.DifferKey()) {
			dst.Set(f.DifferKey(), s.differField(f))
		}
	}
}

// differField is the field beside one with `differ`: the reason why somebody has set
// another value than the one proposed.
func (s *source) differField(f *Field) *Field {
	d := &Field{Key: f.DifferKey(), Label: f.Label + "与建议不同的理由", Type: TypeChoice, Class: f.Class, ListRef: f.Differ[0], List: &List{Key: f.Differ[0]}}
	if f.LabelEN != "" {
		d.LabelEN = "Why it is not as proposed: " + f.LabelEN
	}
	s.later(func() {
		if l := s.set.ListOf(f.Differ[0], s.p.Key); l != nil {
			d.List = l
		}
	})
	return d
}

func (s *source) fieldKey(k *node) {
	switch {
	case celVars[k.val]:
		s.fault(k, "reserved-name", "“"+k.val+"”是条件里的变量名，不能作字段", "换一个名字")
	case reservedCEL[k.val]:
		s.fault(k, "reserved-name", "“"+k.val+"”是 CEL 保留字，不能作字段", "换一个名字")
	}
}

func (s *source) field(key string, n *node, home fieldHome) *Field {
	f := &Field{
		Key: key, Label: n.str("label"), LabelEN: s.en(n, "label"), Type: FieldType(n.str("type")),
		Many: n.yes("many"), Class: s.class(n, "class", home.class), Unit: n.str("unit"), Digits: s.num(n, "digits"),
		Differ: n.strs("differ"), Versions: n.yes("versions"), Custody: n.yes("custody"), Coarse: n.str("coarse"),
		Live: n.yes("live"), Track: n.yes("track"), Hint: n.str("hint"), To: n.str("to"),
	}
	s.choice(f, n)
	f.Range = s.rng(n, f.Type)
	s.needs(f, n)
	if it := n.get("items"); it != nil {
		for _, p := range it.pairs {
			item := &CheckItem{Key: p.key.val, Label: p.val.str("label"), LabelEN: s.en(p.val, "label")}
			if home.scope != nil {
				item.Suggest = s.cel(p.val, "suggest", home.scope, tBool)
			}
			f.Items.Set(p.key.val, item)
		}
	}
	s.fieldsInto(&f.Fields, n.get("fields"), fieldHome{class: f.Class})
	s.defaultOf(f, n, home)
	if home.scope == nil {
		for _, k := range []string{"calc", "suggest"} {
			if v := n.get(k); v != nil {
				s.fault(v, "no-scope", "这里的字段不能有 "+k, "")
			}
		}
		return f
	}
	f.Calc, f.Suggest = s.derived(f, n, "calc", home), s.derived(f, n, "suggest", home)
	if f.Calc != nil && f.Suggest != nil {
		s.fault(n, "calc-and-suggest", "calc 与 suggest 只能有一个", "人确认的用 suggest，恒真的用 calc")
	}
	return f
}

// derived reads calc or suggest: the result must have the field's own type.
func (s *source) derived(f *Field, n *node, key string, home fieldHome) *rule.Expr {
	v := n.get(key)
	if v == nil || v.kind != scalarNode {
		return nil
	}
	x := new(rule.Expr)
	s.exprs = append(s.exprs, func() {
		sc := home.scope()
		if want, ok := sc.vars[f.Key]; ok {
			s.compile(v, x, sc, want)
		} else {
			s.compile(v, x, sc)
		}
	})
	return x
}

// choice resolves `list:`, which makes the field a choice.
func (s *source) choice(f *Field, n *node) {
	v := n.get("list")
	if v == nil {
		if f.Type == "" {
			s.fault(n, "missing-key", "字段缺 type 或 list", "")
			f.Type = TypeText
		}
		return
	}
	if f.Type != "" {
		s.fault(v, "type-and-list", "type 与 list 只能有一个", "")
	}
	f.Type = TypeChoice
	if v.kind == mapNode {
		f.List = &List{}
		s.optionsInto(&f.List.Options, v)
		return
	}
	f.ListRef, f.List = v.val, &List{Key: v.val}
	s.later(func() {
		l := s.set.ListOf(v.val, s.p.Key)
		if l == nil {
			s.fault(v, "unknown-list", "没有选项表“"+v.val+"”", s.listHint(v.val))
			return
		}
		f.List = l
	})
}

func (s *source) listHint(ref string) string {
	among := slices.Clone(s.p.Lists.Keys())
	for _, u := range s.p.Uses {
		if p := s.set.Program(u); p != nil {
			for _, k := range p.Lists.Keys() {
				among = append(among, u+"."+k)
			}
		}
	}
	if h := didYouMean(ref, among); h != "" {
		return h
	}
	if pack, _, ok := strings.Cut(ref, "."); ok && !slices.Contains(s.p.Uses, pack) {
		return "uses 里没有“" + pack + "”"
	}
	return ""
}

// needs holds the type's own requirements: checks items, rows fields, ref to.
func (s *source) needs(f *Field, n *node) {
	for t, word := range map[FieldType]string{TypeChecks: "items", TypeRows: "fields", TypeRef: "to"} {
		if f.Type == t && !n.has(word) {
			s.fault(n, "missing-key", string(t)+" 字段缺“"+word+"”", "")
		}
		if f.Type != t && n.has(word) {
			s.fault(n.get(word), "wrong-key", "“"+word+"”只用于 "+string(t)+" 字段", "")
		}
	}
	if f.Type == TypeRef {
		s.recordRef(n.get("to"))
	}
	if d := n.get("differ"); d != nil {
		if !n.has("suggest") {
			s.fault(d, "wrong-key", "differ 只用于有 suggest 的字段", "")
		}
		for _, v := range d.each() {
			s.resolve(v, "选项表", func(k string) bool { return s.set.ListOf(k, s.p.Key) != nil }, func() []string { return s.p.Lists.Keys() })
		}
	}
}

// recordRef holds a record address to exist, here or in a program of `uses`.
func (s *source) recordRef(v *node) {
	s.resolve(v, "记录", func(k string) bool { return s.set.RecordType(k, s.p.Key) != nil }, func() []string { return s.p.Records.Keys() })
}

func (s *source) defaultOf(f *Field, n *node, home fieldHome) {
	v := n.get("default")
	if v == nil {
		return
	}
	if v.kind == scalarNode && !v.quoted && strings.Contains(v.val, ".") && isPath(v.val) && home.scope != nil {
		f.DefaultExpr = s.expr(v, home.scope)
		return
	}
	if f.Many {
		var list []any
		for _, e := range v.each() {
			list = append(list, s.value(e, f.Type))
		}
		f.Default = list
	} else {
		f.Default = s.value(v, f.Type)
		s.inRange(v, f.Default, f.Range)
		if _, ok := f.Default.(Span); ok { // kept as it is written, like what people enter
			f.Default = v.val
		}
	}
	if f.Type == TypeChoice {
		s.later(func() {
			for _, e := range v.each() {
				s.option(e, f)
			}
		})
	}
}

func (s *source) option(v *node, f *Field) {
	if f.List == nil || f.List.Options.Has(v.val) || f.List.Open {
		return
	}
	s.fault(v, "unknown-option", "选项表没有“"+v.val+"”", didYouMean(v.val, f.List.Options.Keys()))
}
