package record

import (
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// Values within sentences: an option by its label, money in yuan, a share in
// per cent, a time in Beijing. People never read a key.

// display writes the value of an expression as people read it.
func (u *Unit) display(x *rule.Expr, v rule.Vars, val any) string {
	if parts := x.Summands(); len(parts) > 1 {
		var b strings.Builder
		for _, p := range parts {
			if one, err := u.value(p, v); err == nil {
				b.WriteString(u.display(p, v, one))
			}
		}
		return b.String()
	}
	if f := u.fieldFor(x.Src(), v); f != nil {
		return formatField(f, fromRule(val))
	}
	if t, ok := val.(time.Time); ok && strings.HasSuffix(x.Src(), ".due") && !t.Equal(rule.Never) {
		// A deadline at midnight is the end of the day before.
		if at := t.In(domain.Beijing); at.Hour() == 0 && at.Minute() == 0 {
			return at.AddDate(0, 0, -1).Format("2006-01-02") + " 24:00"
		}
	}
	if s, ok := u.builtIn(x.Src(), v, val); ok {
		return s
	}
	switch t := val.(type) {
	case bool:
		return map[bool]string{true: "是", false: "否"}[t]
	case time.Time:
		if t.Equal(rule.Never) {
			return ""
		}
		return t.In(domain.Beijing).Format("2006-01-02 15:04")
	case rule.Struct:
		if n, err := t.Get("name"); err == nil {
			return text(n)
		}
		return idOf(t)
	}
	return text(val)
}

// Display is display for columns, whose values are read outside of a sentence.
func (u *Unit) Display(x *rule.Expr, v rule.Vars, val any) string { return u.display(x, v, val) }

// holder gives what the last part of a plain path is read from; nil for a bare name.
func (u *Unit) holder(src string, v rule.Vars) (at any, last string) {
	path := strings.Split(src, ".")
	last = path[len(path)-1]
	if len(path) == 1 {
		if vv, ok := v.(*vars); ok {
			return recordView{vv.r}, last
		}
		return nil, last
	}
	at, err := v.Var(path[0])
	for _, key := range path[1 : len(path)-1] {
		s, ok := at.(rule.Struct)
		if err != nil || !ok {
			return nil, last
		}
		at, err = s.Get(key)
	}
	if err != nil {
		return nil, last
	}
	return at, last
}

// builtIn words what no field declares: a stage, the band of a scale, marks kept in
// hundredths.
func (u *Unit) builtIn(src string, v rule.Vars, val any) (string, bool) {
	at, last := u.holder(src, v)
	switch s := at.(type) {
	case recordView:
		if last == "stage" && s.r.T.Stages.Has(text(val)) {
			return s.r.T.Stages.Get(text(val)).Label, true
		}
	case formView:
		if f := s.r.P.Forms.Get(s.key); last == "band" && f != nil {
			return form.BandLabel(f, text(val)), true
		}
	case panelView:
		if n, ok := val.(int64); ok && (last == "mean" || last == "score") {
			return strconv.FormatFloat(float64(n)/100, 'f', -1, 64), true
		}
	}
	return "", false
}

// fieldFor finds what declares the value behind a plain path such as `offer.min`,
// `need.parent.topic` or `param.attend`; nil when nothing does.
func (u *Unit) fieldFor(src string, v rule.Vars) *program.Field {
	at, last := u.holder(src, v)
	switch s := at.(type) {
	case recordView:
		return FieldOf(s.r.T, last)
	case *partyView:
		return s.fileField(last)
	case mapView:
		f, _ := s.f.Fields.Find(last)
		return f
	case paramView:
		if p := s.p.Params.Get(last); p != nil {
			return &program.Field{Key: last, Label: p.Label, Type: p.Type}
		}
	case statRoot:
		return statField(s.r.P.Stats.Get(last))
	}
	return nil
}

// statField is a figure as a field of its unit.
func statField(st *program.Stat) *program.Field {
	if st == nil {
		return nil
	}
	f := &program.Field{Key: st.Key, Label: st.Label, Type: program.TypeInt}
	switch st.Unit {
	case "bp":
		f.Type = program.TypeBP
	case "fen":
		f.Type = program.TypeMoney
	}
	return f
}
