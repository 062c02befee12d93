package record

import (
	"errors"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// vars are the names that stand bare in an expression about one row.
type vars struct {
	r     *Row
	clock bool // `now` exists only in clocks
	extra map[string]any
	also  rule.Vars // asked after extra, before the row
}

func (r *Row) vars() *vars      { return &vars{r: r} }
func (r *Row) clockVars() *vars { return &vars{r: r, clock: true} }

// VarsWith are the names of a row's own expressions and some more.
func (r *Row) VarsWith(extra map[string]any) rule.Vars { return r.varsWith(extra) }

func (r *Row) varsWith(extra map[string]any) *vars {
	return &vars{r: r, extra: extra}
}

// with adds one name.
func (v *vars) with(name string, val any) *vars {
	m := map[string]any{name: val}
	for k, x := range v.extra {
		if k != name {
			m[k] = x
		}
	}
	return &vars{r: v.r, clock: v.clock, extra: m, also: v.also}
}

// Var implements rule.Vars.
func (v *vars) Var(name string) (any, error) {
	if x, ok := v.extra[name]; ok {
		if x == nil {
			return nil, &rule.Unset{Path: name}
		}
		return x, nil
	}
	u := v.r.u
	switch name {
	case "now":
		if v.clock {
			return u.w.Now(), nil
		}
	case "today":
		return u.Today(), nil
	case "never":
		return rule.Never, nil
	case "it":
		return recordView{v.r}, nil
	case "actor":
		return actorView{u}, nil
	case "param":
		return paramView{u, v.r.P}, nil
	case "consent":
		return consentView{v.r}, nil
	case "ground":
		return groundView{v.r}, nil
	case "roster":
		return rosterRoot{u, v.r.P, v.r}, nil
	case "table":
		return tableRoot{v.r.P}, nil
	case "account":
		return accountRoot{v.r}, nil
	case "stat":
		return statRoot{v.r}, nil
	case "choice":
		return choiceRoot{u, v.r.P, v.r}, nil
	case "ballot":
		return ballotRoot{v.r}, nil
	case "standing":
		return standingRoot{u, v.r.P}, nil
	case "document":
		return unsetRoot{name}, nil
	case "need":
		if v.r.Noun == domain.Order {
			return recordView{v.r}.Get("parent")
		}
		return recordView{v.r}, nil
	case "step":
		if v.r.Noun != domain.Order {
			return int64(1), nil
		}
	}
	if f, ok := v.r.T.Fields.Find(name); ok {
		return u.field(v.r, f)
	}
	return recordView{v.r}.Get(name)
}

// value evaluates an expression to a rule value.
func (u *Unit) value(x *rule.Expr, v rule.Vars) (any, error) { return x.Eval(v) }

// test is the unset rule for `when where done takes`: unset is false.
func (u *Unit) test(x *rule.Expr, v rule.Vars) (bool, error) {
	ok, err := x.Bool(v)
	if err != nil {
		if isUnset(err) {
			return false, nil
		}
		return false, err
	}
	return ok, nil
}

func isUnset(err error) bool {
	var un *rule.Unset
	return errors.As(err, &un)
}

// missing names what an expression lacked: its label, else its path; "" when the
// error is another one.
func missing(err error) string {
	var un *rule.Unset
	if errors.As(err, &un) {
		if un.Label != "" {
			return un.Label
		}
		return un.Path
	}
	return ""
}

// labelOf finds the Chinese name of a dotted path relative to a row.
func (u *Unit) labelOf(r *Row, path string) string {
	last := path[strings.LastIndexByte(path, '.')+1:]
	if f := FieldOf(r.T, last); f != nil {
		return f.Label
	}
	for _, pf := range r.P.Files {
		if f, ok := pf.Fields.Find(last); ok {
			return f.Label
		}
	}
	if l, ok := builtinLabels[last]; ok {
		return l
	}
	return path
}

var builtinLabels = map[string]string{"name": "姓名或名称", "phone": "电话", "region": "区划", "place": "地址",
	"birth_date": "出生日期", "subject": "服务对象", "provider": "承办单位", "parent": "上级事项", "offer": "供给", "amount": "金额"}

// say fills the holes of a sentence; a hole without a value is left out.
func (u *Unit) say(t *program.Text, v rule.Vars) string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Expr == nil {
			b.WriteString(p.Lit)
			continue
		}
		val, err := u.value(p.Expr, v)
		if err != nil {
			continue
		}
		b.WriteString(u.display(p.Expr, v, val))
	}
	return b.String()
}

// LabelOf is the Chinese name of a built-in.
func LabelOf(key string) string {
	if l, ok := builtinLabels[key]; ok {
		return l
	}
	return key
}
