package form

import (
	"errors"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Fill normalises a dialog: all faults at once. Fields are those that may be
// given, need the keys of those that must. A key given with nothing (null, "")
// comes back as nil: the value is to be cleared. Paths are `fields.<key>`.
func Fill(fields []*program.Field, need []string, in map[string]any) (map[string]any, []domain.FieldError) {
	return fill("fields.", fields, need, in, normalize)
}

// FillAnswers is Fill for the answers of a form; paths are `answers.<key>`.
func FillAnswers(fields []*program.Field, need []string, in map[string]any) (map[string]any, []domain.FieldError) {
	return fill("answers.", fields, need, in, normalize)
}

// FillText is Fill for texts: a spreadsheet's row, a scenario's line.
func FillText(fields []*program.Field, need []string, in map[string]string) (map[string]any, []domain.FieldError) {
	raw := make(map[string]any, len(in))
	for k, v := range in {
		raw[k] = v
	}
	return fill("fields.", fields, need, raw, func(f *program.Field, v any) (any, *fault) {
		return normalizeText(f, v.(string))
	})
}

func fill(prefix string, fields []*program.Field, need []string, in map[string]any,
	read func(*program.Field, any) (any, *fault)) (map[string]any, []domain.FieldError) {
	byKey := make(map[string]*program.Field, len(fields))
	for _, f := range fields {
		byKey[f.Key] = f
	}
	var errs []domain.FieldError
	add := func(f *program.Field, w *fault) {
		e := w.fieldError(f)
		e.Path = prefix + e.Path
		errs = append(errs, *e)
	}
	for _, key := range sortedKeys(in) {
		if byKey[key] == nil {
			errs = append(errs, domain.FieldError{Path: prefix + SafeKey(key), Code: "unknown_field"})
		}
	}
	out := make(map[string]any, len(in))
	for _, f := range fields {
		raw, given := in[f.Key]
		if given {
			v, w := read(f, raw)
			if w != nil {
				add(f, w)
				continue
			}
			out[f.Key] = v
		}
		if out[f.Key] == nil && slices.Contains(need, f.Key) {
			add(f, bad("required"))
		}
	}
	for _, key := range need {
		if byKey[key] == nil && in[key] == nil {
			errs = append(errs, domain.FieldError{Path: prefix + key, Code: "required", Args: map[string]string{"label": key}})
		}
	}
	return out, errs
}

// Show decides which questions a person sees. Questions are taken in order, and
// the answer of a hidden one no longer counts for the next; kept are the answers
// without hidden ones. A condition that reads an unset value is false. Ask names
// the record fields that the form asks beside its own.
func Show(f *program.Form, answers map[string]any, today domain.Date, ask ...*program.Field) (visible map[string]bool, kept map[string]any) {
	kept = make(map[string]any, len(answers))
	for k, v := range answers {
		kept[k] = v
	}
	visible = map[string]bool{}
	vars := NewVars(f, kept, today, ask...)
	for _, key := range questions(f) {
		visible[key] = true
		cond := f.Show[key]
		if cond == nil {
			continue
		}
		if ok, err := cond.Bool(vars); err != nil || !ok {
			visible[key] = false
			delete(kept, key)
		}
	}
	return visible, kept
}

// Take checks a filled form: values, the questions that conditions hide, and that a
// scale is answered whole, for a partial sum would look like a low one. An urgent answer
// is taken all the same, without a score. given are values of the record that the form
// asks beside its own, ask their fields; paths begin with prefix.
func Take(prefix string, f *program.Form, in map[string]any, today domain.Date, given map[string]any, ask ...*program.Field) (map[string]any, []domain.FieldError) {
	own := make([]*program.Field, 0, f.Fields.Len())
	for _, x := range f.Fields.All() {
		own = append(own, x)
	}
	vals, errs := fill(prefix, own, nil, in, normalize)
	if len(errs) > 0 {
		return nil, errs
	}
	all := make(map[string]any, len(vals)+len(given))
	for k, v := range given {
		all[k] = v
	}
	for k, v := range vals {
		all[k] = v
	}
	visible, _ := Show(f, all, today, ask...)
	for k := range vals {
		if !visible[k] {
			delete(vals, k)
			delete(all, k)
		}
	}
	if f.Score == nil || len(Urgents(f, NewVars(f, all, today, ask...))) > 0 {
		return vals, nil
	}
	for _, key := range Items(f) {
		if x := f.Fields.Get(key); x != nil && visible[key] && vals[key] == nil {
			errs = append(errs, domain.FieldError{Path: prefix + key, Code: "scale_item", Args: map[string]string{"label": x.Label}})
		}
	}
	return vals, errs
}

// questions lists the keys of a form in the order of the screen: asked record
// fields, then its own.
func questions(f *program.Form) []string {
	return append(slices.Clone(f.Ask), f.Fields.Keys()...)
}

// Require checks the form's own conditions on the answers together. An error
// carries the program's sentence as arg `say`, with its holes filled; a condition
// that reads an unset value fails with code `missing` and names it.
func Require(f *program.Form, answers map[string]any, today domain.Date, ask ...*program.Field) []domain.FieldError {
	return RequireVars(f, NewVars(f, answers, today, ask...))
}

// RequireVars is Require over other variables, for callers that have a record.
func RequireVars(f *program.Form, vars rule.Vars) []domain.FieldError {
	var errs []domain.FieldError
	for _, g := range f.Require {
		ok, err := g.If.Bool(vars)
		if err == nil && ok {
			continue
		}
		e := domain.FieldError{Path: "answers", Code: "require", Args: map[string]string{"say": Say(g.Say, vars)}}
		var unset *rule.Unset
		if errors.As(err, &unset) {
			e.Code, e.Args["label"] = "missing", labelOf(f, unset)
			if f.Fields.Has(unset.Path) {
				e.Path += "." + unset.Path
			}
		}
		errs = append(errs, e)
	}
	return errs
}

func labelOf(f *program.Form, u *rule.Unset) string {
	if field, ok := f.Fields.Find(u.Path); ok {
		return field.Label
	}
	if u.Label != "" {
		return u.Label
	}
	return u.Path
}

// Urgents lists the urgent entries of a form that hold for the answers.
func Urgents(f *program.Form, vars rule.Vars) []program.Urgent {
	var out []program.Urgent
	for _, u := range f.Urgent {
		if ok, err := u.If.Bool(vars); err == nil && ok {
			out = append(out, u)
		}
	}
	return out
}

// Say fills the holes of a sentence; a hole that cannot be filled stays empty.
func Say(t *program.Text, vars rule.Vars) string {
	if t == nil {
		return ""
	}
	if len(t.Parts) == 0 {
		return t.Raw
	}
	s := ""
	for _, p := range t.Parts {
		if p.Expr == nil {
			s += p.Lit
		} else if v, err := p.Expr.Eval(vars); err == nil {
			s += word(v)
		}
	}
	return s
}
