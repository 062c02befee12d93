package record

import (
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// partyView is a party as expressions read it: common names, then the file
// fields that programs declare for its kind.
type partyView struct {
	u *Unit
	p *domain.Party
}

func (u *Unit) partyOf(id domain.PartyID, path string) (any, error) {
	if id == "" {
		return nil, &rule.Unset{Path: path, Label: "服务对象"}
	}
	if v, ok := u.parties[id]; ok {
		return v, nil
	}
	p, err := u.w.Party(id)
	if err != nil {
		return nil, err
	}
	v := &partyView{u, p}
	u.parties[id] = v
	return v, nil
}

func (v *partyView) TypeName() string { return "party." + string(v.p.Kind) }

// fileField finds the field of the party's file, whichever program declares it.
func (v *partyView) fileField(key string) *program.Field {
	w, ok := v.u.w.(fileFields)
	if !ok {
		return nil
	}
	return w.FileField(v.p.Kind, key)
}

// fileFields is the part of a World that knows every program's file fields.
type fileFields interface {
	FileField(kind domain.PartyKind, key string) *program.Field
	FileProgram(kind domain.PartyKind, key string) *program.Program
}

// Call answers related(party, party).
func (v *partyView) Call(method string, args []any) (any, error) {
	if method != "related" || len(args) != 1 {
		return nil, &rule.Unset{Path: method}
	}
	return v.u.related(v.p.ID, args[0])
}

func (v *partyView) raw(key string) any {
	if x, ok := v.p.Data[key]; ok {
		return x
	}
	return v.p.Secret[key]
}

func (v *partyView) Get(name string) (any, error) {
	p := v.p
	switch name {
	case "id":
		return string(p.ID), nil
	case "name":
		return textOr(p.Name, name)
	case "kind":
		return string(p.Kind), nil
	case "region":
		return textOr(string(p.Region), name)
	case "place":
		if p.Lat == 0 && p.Lng == 0 {
			return nil, &rule.Unset{Path: name, Label: "地址"}
		}
		return v.u.placeView(map[string]any{"lat": p.Lat, "lng": p.Lng, "address": p.Address}, p.Path), nil
	case "tags":
		return v.tags(), nil
	case "short_name":
		return textOr(p.Name, name)
	case "age":
		b, err := v.Get("birth_date")
		if err != nil {
			return nil, err
		}
		return int64(ageOn(b.(domain.Date), v.u.Today())), nil
	case "birth_date":
		d, err := domain.ParseDate(text(v.raw(name)))
		if err != nil {
			return nil, &rule.Unset{Path: name, Label: "出生日期"}
		}
		return d, nil
	}
	f := v.fileField(name)
	if f == nil {
		return textOr(text(v.raw(name)), name)
	}
	if f.Calc != nil {
		return v.u.value(f.Calc, fileVars{v, name})
	}
	return v.u.convert(f, v.raw(name), nil)
}

// tags lists the marks that hold today.
func (v *partyView) tags() []any {
	out := []any{}
	for _, t := range v.p.Tags {
		if t.Until == 0 || t.Until >= v.u.Today() {
			out = append(out, t.Key)
		}
	}
	return out
}

// ageOn counts whole years.
func ageOn(born, day domain.Date) int {
	by, bm, bd := born.YMD()
	y, m, d := day.YMD()
	n := y - by
	if m < bm || m == bm && d < bd {
		n--
	}
	return n
}

// fileVars are the bare names of a calculated file field.
type fileVars struct {
	v   *partyView
	key string // the field being calculated: its program's tables and parameters hold
}

func (f fileVars) Var(name string) (any, error) {
	switch name {
	case "today":
		return f.v.u.Today(), nil
	case "never":
		return rule.Never, nil
	case "it", "subject":
		return f.v, nil
	case "table", "param":
		return f.root(name)
	}
	return f.v.Get(name)
}

func (f fileVars) root(name string) (any, error) {
	w, ok := f.v.u.w.(fileFields)
	if !ok {
		return nil, &rule.Unset{Path: name}
	}
	p := w.FileProgram(f.v.p.Kind, f.key)
	if p == nil {
		return nil, &rule.Unset{Path: name}
	}
	if name == "param" {
		return paramView{f.v.u, p}, nil
	}
	return tableRoot{p}, nil
}

// setSubject writes a field of the subject's own file.
func (u *Unit) setSubject(r *Row, field string, v any) error {
	p, err := u.w.Party(r.Subject)
	if err != nil {
		return err
	}
	view := partyView{u, p}
	if f := view.fileField(field); f != nil && f.Class >= domain.Personal {
		if p.Secret == nil {
			p.Secret = map[string]any{}
		}
		p.Secret[field] = fromRule(v)
		return u.w.SaveParty(p)
	}
	if p.Data == nil {
		p.Data = map[string]any{}
	}
	p.Data[field] = fromRule(v)
	return u.w.SaveParty(p)
}

// orgView is an organisation; as an offer it is its own provider.
type orgView struct {
	u *Unit
	o *domain.Org
}

func (u *Unit) orgOf(id domain.OrgID, path string) (any, error) {
	if id == "" {
		return nil, &rule.Unset{Path: path, Label: "单位"}
	}
	o, err := u.w.Org(id)
	if err != nil {
		return nil, err
	}
	return orgView{u, o}, nil
}

func (v orgView) TypeName() string { return "org" }
func (v orgView) Get(name string) (any, error) {
	switch name {
	case "id":
		return string(v.o.ID), nil
	case "name":
		return textOr(v.o.Name, name)
	case "short_name":
		if v.o.ShortName == "" {
			return textOr(v.o.Name, name)
		}
		return v.o.ShortName, nil
	case "kind":
		return textOr(v.o.Kind, name)
	case "level":
		return textOr(v.o.Level, name)
	case "region":
		return textOr(string(v.o.Region), name)
	case "phone":
		return textOr(v.o.Phone, name)
	case "provider":
		return v, nil
	case "area":
		return areaView{v.u, orgPaths(v.o)}, nil
	case "stars":
		return float64(v.o.Stars), nil
	case "tags":
		out := []any{}
		for _, t := range v.o.Tags {
			out = append(out, t.Key)
		}
		return out, nil
	case "place":
		if v.o.Lat == 0 && v.o.Lng == 0 {
			return nil, &rule.Unset{Path: name, Label: "地点"}
		}
		return v.u.placeView(map[string]any{"lat": v.o.Lat, "lng": v.o.Lng, "address": v.o.Address}, v.o.Path), nil
	}
	return nil, &rule.Unset{Path: name}
}

// accountView is a person who signs in.
type accountView struct {
	u *Unit
	a *domain.Account
}

func (u *Unit) accountOf(id domain.AccountID, path string) (any, error) {
	if id == "" {
		return nil, &rule.Unset{Path: path, Label: "责任人"}
	}
	a, err := u.w.Account(id)
	if err != nil {
		return nil, err
	}
	return accountView{u, a}, nil
}

func (v accountView) TypeName() string { return "account" }
func (v accountView) Get(name string) (any, error) {
	switch name {
	case "id":
		return string(v.a.ID), nil
	case "name", "short_name":
		return textOr(v.a.Name, name)
	}
	return nil, &rule.Unset{Path: name}
}

// actorView is whoever acts now.
type actorView struct{ u *Unit }

func (v actorView) TypeName() string { return "actor" }
func (v actorView) Get(name string) (any, error) {
	a := v.u.actor
	switch name {
	case "id":
		return textOr(string(a.Account), name)
	case "name", "short_name":
		return textOr(a.Name, name)
	case "org":
		if m := a.standing(); m != nil {
			return v.u.orgOf(m.Org, name)
		}
	case "roles":
		return []any{}, nil
	}
	return nil, &rule.Unset{Path: name}
}
