package form

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Vars lets conditions of a form read its answers: own and asked fields stand
// bare, beside `it` and `today`. It changes with the map it was made of.
type Vars struct {
	form    *program.Form
	fields  map[string]*program.Field
	answers map[string]any
	today   domain.Date
}

// NewVars reads the answers given in stored form.
func NewVars(f *program.Form, answers map[string]any, today domain.Date, ask ...*program.Field) *Vars {
	v := &Vars{form: f, fields: map[string]*program.Field{}, answers: answers, today: today}
	for _, a := range ask {
		v.fields[a.Key] = a
	}
	for key, own := range f.Fields.All() {
		v.fields[key] = own
	}
	return v
}

// Var implements rule.Vars.
func (v *Vars) Var(name string) (any, error) {
	switch name {
	case "it":
		return answersOf{v}, nil
	case "today":
		return v.today, nil
	}
	raw := v.answers[name]
	f := v.fields[name]
	if raw == nil {
		u := &rule.Unset{Path: name}
		if f != nil {
			u.Label = f.Label
		}
		return nil, u
	}
	if f == nil { // an asked field whose definition the caller did not pass
		return guess(raw), nil
	}
	return ToRule(f, raw)
}

// answersOf is `it`: the answers as a struct.
type answersOf struct{ v *Vars }

func (a answersOf) TypeName() string              { return "form." + a.v.form.Key }
func (a answersOf) Get(field string) (any, error) { return a.v.Var(field) }

// ToRule turns a stored value into what expressions read.
func ToRule(f *program.Field, v any) (any, error) {
	if list, ok := v.([]any); ok && f.Type != program.TypeRows && f.Type != program.TypeSchedule {
		out := make([]any, 0, len(list))
		for _, one := range list {
			x, err := ToRule(f, one)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	}
	switch f.Type {
	case program.TypeInt, program.TypeMoney, program.TypeBP:
		if n, ok := toInt(v); ok {
			return n, nil
		}
	case program.TypeNumber:
		if n, ok := toFloat(v); ok {
			return n, nil
		}
	case program.TypeDate:
		if s, ok := v.(string); ok {
			return domain.ParseDate(s)
		}
	case program.TypeTime: // an instant; a time of day stays a text
		s, ok := v.(string)
		if t, w := instant(s); w == nil {
			return t, nil
		} else if ok {
			return s, nil
		}
	case program.TypeSpan:
		if s, ok := toSpan(v); ok {
			return time.Duration(s.N*spanUnits[s.Unit].minutes) * time.Minute, nil
		}
	case program.TypeChecks:
		if m, ok := v.(map[string]any); ok {
			return checksOf{f, m}, nil
		}
	case program.TypeRows, program.TypeSchedule:
		return rowsToRule(f, v)
	default:
		if m, ok := v.(map[string]any); ok {
			return parts{string(f.Type), m}, nil
		}
		return v, nil
	}
	return nil, fmt.Errorf("form: field %s of type %s holds %T", f.Key, f.Type, v)
}

func rowsToRule(f *program.Field, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("form: field %s of type %s holds %T", f.Key, f.Type, v)
	}
	out := make([]any, 0, len(list))
	for _, one := range list {
		m, _ := one.(map[string]any)
		out = append(out, rowOf{f, m})
	}
	return out, nil
}

// guess reads a value whose field is not known: a text in the form of a date is
// a date, since phones fill only declared fields.
func guess(v any) any {
	switch x := v.(type) {
	case string:
		if d, err := domain.ParseDate(x); err == nil {
			return d
		}
	case map[string]any:
		for key, typ := range map[string]string{"lat": "place", "start": "interval", "base": "rate"} {
			if _, ok := x[key]; ok {
				return parts{typ, x}
			}
		}
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = guess(x[i])
		}
		return out
	}
	return v
}

// parts is a place, an interval or a rate.
type parts struct {
	typ string
	m   map[string]any
}

func (p parts) TypeName() string { return p.typ }

func (p parts) Get(field string) (any, error) {
	v := p.m[field]
	if v == nil {
		return nil, &rule.Unset{Path: field}
	}
	if p.typ == "interval" {
		t, w := instant(v)
		if w != nil {
			return nil, fmt.Errorf("form: interval.%s is no instant", field)
		}
		return t, nil
	}
	if n, ok := toInt(v); ok && field == "bp" {
		return n, nil
	}
	return v, nil
}

// checksOf is a checklist: items by key, and what holds of all.
type checksOf struct {
	f *program.Field
	m map[string]any
}

func (c checksOf) TypeName() string { return "checks" }

func (c checksOf) Get(field string) (any, error) {
	state := func(key string) string {
		one, _ := c.m[key].(map[string]any)
		s, _ := one["v"].(string)
		return s
	}
	switch field {
	case "all_pass":
		return !slices.ContainsFunc(c.f.Items.Keys(), func(k string) bool { return state(k) != Pass }), nil
	case "any_fail":
		return slices.ContainsFunc(c.f.Items.Keys(), func(k string) bool { return state(k) == Fail }), nil
	case "failed":
		s := ""
		for key, item := range c.f.Items.All() {
			if state(key) == Fail {
				if s != "" {
					s += "、"
				}
				s += item.Label
			}
		}
		return s, nil
	}
	if !c.f.Items.Has(field) {
		return nil, fmt.Errorf("form: checklist %s has no item %s", c.f.Key, field)
	}
	if s := state(field); s != "" {
		return s, nil
	}
	return Unknown, nil
}

// rowOf is one row of a field of type rows.
type rowOf struct {
	f *program.Field
	m map[string]any
}

func (r rowOf) TypeName() string { return "rows." + r.f.Key }

func (r rowOf) Get(field string) (any, error) {
	v := r.m[field]
	col, ok := r.f.Fields.Find(field)
	if v == nil {
		u := &rule.Unset{Path: field}
		if ok {
			u.Label = col.Label
		}
		return nil, u
	}
	if !ok {
		return v, nil
	}
	return ToRule(col, v)
}

// word writes an expression's value into a sentence.
func word(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return showBool(nil, x)
	case int64:
		return group(strconv.FormatInt(x, 10))
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case domain.Date:
		return x.String()
	case time.Time:
		return x.In(domain.Beijing).Format("2006-01-02 15:04")
	}
	return ""
}
