// Package form turns what people and spreadsheets give into the stored form of
// values (domain.Record), and back into words: one family of field types per
// file. It also decides which questions show, which combinations are refused and
// what a scale scores, and maps forms to XLSForm sheets.
//
// It is pure and knows no program: it reads only program.Field and program.Form.
// Its errors carry codes and bounds, never a submitted value.
package form

import (
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Limits that no program needs to raise.
const (
	maxText  = 4000  // characters
	maxPage  = 20000 // characters of a text whose field says that it may be longer
	maxShort = 200   // characters of a name, an address, an id
	maxList  = 200   // entries of a field with many values
	maxRows  = 500   // rows of a field of type rows
)

// fault is what is wrong with one value. Path is relative to the field.
type fault struct {
	code string
	path string
	args []string // name, value, name, value
}

func bad(code string, args ...string) *fault { return &fault{code: code, args: args} }

func (w *fault) under(path string) *fault {
	if w.path != "" {
		path += "." + w.path
	}
	return &fault{w.code, path, w.args}
}

func (w *fault) fieldError(f *program.Field) *domain.FieldError {
	e := &domain.FieldError{Path: f.Key, Code: w.code, Args: map[string]string{"label": f.Label}}
	if w.path != "" {
		e.Path += "." + w.path
	}
	for i := 0; i+1 < len(w.args); i += 2 {
		e.Args[w.args[i]] = w.args[i+1]
	}
	return e
}

// kind is what a field type knows. norm brings a decoded JSON value to the
// stored form and checks it; text reads what a person wrote into something norm
// takes; show words a stored value.
type kind struct {
	norm func(f *program.Field, raw any) (any, *fault)
	text func(f *program.Field, s string) (any, *fault)
	show func(f *program.Field, v any) string
}

// kinds is filled by init in the file of each family: rows and checks refer back
// to it.
var kinds = map[program.FieldType]kind{}

// Normalize brings a value decoded from JSON to its stored form. Nothing (null,
// an empty text or list) gives nil: the value is unset. Money is integer fen.
func Normalize(f *program.Field, raw any) (any, *domain.FieldError) {
	v, w := normalize(f, raw)
	if w != nil {
		return nil, w.fieldError(f)
	}
	return v, nil
}

// NormalizeText reads a spreadsheet cell or a scenario value: 300万, 是, labels
// of options, 2026/11/22, several values separated by 、.
func NormalizeText(f *program.Field, s string) (any, *domain.FieldError) {
	v, w := normalizeText(f, s)
	if w != nil {
		return nil, w.fieldError(f)
	}
	return v, nil
}

// Format words a stored value for people, in Chinese. A value that is not of the
// field's type gives "".
func Format(f *program.Field, v any) string {
	if v == nil {
		return ""
	}
	k, ok := kinds[f.Type]
	if !ok {
		return ""
	}
	list, many := v.([]any)
	if !f.Many || !many {
		return k.show(f, v)
	}
	if f.Type == program.TypePhoto || f.Type == program.TypeFile {
		return countFiles(f, len(list))
	}
	parts := make([]string, 0, len(list))
	for _, one := range list {
		if s := k.show(f, one); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "、")
}

func normalize(f *program.Field, raw any) (any, *fault) {
	k, ok := kinds[f.Type]
	if !ok || isNothing(raw) {
		if !ok {
			return nil, bad("type")
		}
		return nil, nil
	}
	if f.Many && f.Type != program.TypeRows && f.Type != program.TypeSchedule {
		return normalizeMany(f, k, raw)
	}
	return k.norm(f, raw)
}

func isNothing(raw any) bool {
	switch x := raw.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(x) == ""
	case []any:
		return len(x) == 0
	}
	return false
}

// normalizeMany keeps the order and drops repeated scalars.
func normalizeMany(f *program.Field, k kind, raw any) (any, *fault) {
	list, ok := raw.([]any)
	if !ok {
		list = []any{raw}
	}
	if len(list) > maxList {
		return nil, bad("too_many", "max", strconv.Itoa(maxList))
	}
	out := make([]any, 0, len(list))
	for i, one := range list {
		if isNothing(one) {
			continue
		}
		v, w := k.norm(f, one)
		if w != nil {
			return nil, w.under(strconv.Itoa(i))
		}
		if _, isMap := v.(map[string]any); isMap || v != nil && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}

func normalizeText(f *program.Field, s string) (any, *fault) {
	k, ok := kinds[f.Type]
	if !ok {
		return nil, bad("type")
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	if !f.Many || f.Type == program.TypeRows || f.Type == program.TypeSchedule {
		raw, w := k.text(f, s)
		if w != nil {
			return nil, w
		}
		return normalize(f, raw)
	}
	var list []any
	for i, part := range splitMany(s) {
		raw, w := k.text(f, part)
		if w != nil {
			return nil, w.under(strconv.Itoa(i))
		}
		list = append(list, raw)
	}
	return normalize(f, list)
}

// readOne is for types with parts that also accept one text from JSON.
func readOne(f *program.Field, s string) (any, *fault) {
	k := kinds[f.Type]
	raw, w := k.text(f, strings.TrimSpace(s))
	if w != nil {
		return nil, w
	}
	return k.norm(f, raw)
}

// splitMany takes a list as people write it: a、b，c; d, perhaps in brackets.
func splitMany(s string) []string {
	s = strings.TrimSpace(s)
	for _, b := range [][2]string{{"[", "]"}, {"［", "］"}, {"【", "】"}} {
		if strings.HasPrefix(s, b[0]) && strings.HasSuffix(s, b[1]) && len(s) >= len(b[0])+len(b[1]) {
			s = s[len(b[0]) : len(s)-len(b[1])]
		}
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,；;\n|", r) })
	out := parts[:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// half brings a text to half-width characters without blanks around it.
func half(s string) string { return strings.TrimSpace(strings.Map(domain.HalfWidth, s)) }

// asIs is the text reader of types whose stored form people also write.
func asIs(_ *program.Field, s string) (any, *fault) { return s, nil }

// within checks a value against the field's range with the type's own order;
// an open end is nil.
func within(f *program.Field, v any, less func(a, b any) bool) *fault {
	if f.Range == nil {
		return nil
	}
	lo, hi := f.Range[0], f.Range[1]
	if (lo == nil || !less(v, lo)) && (hi == nil || !less(hi, v)) {
		return nil
	}
	show := kinds[f.Type].show
	word := func(bound any) string {
		if bound == nil {
			return ""
		}
		return show(f, bound)
	}
	return bad("range", "min", word(lo), "max", word(hi))
}
