package rule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// obj is a struct for tests: missing fields are unset.
type obj struct {
	name   string
	fields map[string]any
	call   func(method string, args []any) (any, error)
}

func (o *obj) TypeName() string { return o.name }
func (o *obj) Get(f string) (any, error) {
	v, ok := o.fields[f]
	if !ok {
		return nil, &rule.Unset{Path: f, Label: "标签" + f}
	}
	if err, ok := v.(error); ok {
		return nil, err
	}
	return v, nil
}
func (o *obj) Call(m string, args []any) (any, error) {
	if o.call == nil {
		return nil, fmt.Errorf("no method %s", m)
	}
	return o.call(m, args)
}

// vars are the variables of a scope; missing ones are unset.
type vars map[string]any

func (v vars) Var(name string) (any, error) {
	x, ok := v[name]
	if !ok {
		return nil, &rule.Unset{Path: name, Label: "标签" + name}
	}
	return x, nil
}

var (
	tBool, tInt, tDouble = rule.Type{Kind: rule.Bool}, rule.Type{Kind: rule.Int}, rule.Type{Kind: rule.Double}
	tText, tDate, tTime  = rule.Type{Kind: rule.Text}, rule.Type{Kind: rule.Date}, rule.Type{Kind: rule.Time}
	tDur                 = rule.Type{Kind: rule.Duration}
)

func list(t rule.Type) rule.Type      { return rule.Type{Kind: rule.List, Elem: &t} }
func object(name string) rule.Type    { return rule.Type{Kind: rule.Object, Name: name} }
func day(y, m, d int) domain.Date     { return domain.NewDate(y, m, d) }
func at(s string) time.Time           { t, _ := time.Parse(time.RFC3339, s); return t }
func fields(kv ...any) map[string]any { return pairs(kv) }

func pairs(kv []any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(kv); i += 2 {
		m[kv[i].(string)] = kv[i+1]
	}
	return m
}

type decl = rule.StructDecl

// universe is a small world with every shape that programs have.
func universe(t testing.TB) *rule.Universe {
	t.Helper()
	f := func(kv ...any) map[string]rule.Type {
		m := map[string]rule.Type{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1].(rule.Type)
		}
		return m
	}
	party := object("party.enterprise")
	u, err := rule.NewUniverse(map[string]decl{
		"party.enterprise":   {Fields: f("id", tText, "name", tText, "founded", tDate, "birth_date", tDate, "place", object("place"), "region", tText, "head", object("account"), "chains", list(tText))},
		"account":            {Fields: f("id", tText, "name", tText)},
		"place":              {Fields: f("lat", tDouble, "lng", tDouble, "address", tText, "region", tText)},
		"area":               {Methods: map[string]rule.Method{"covers": {Args: []rule.Type{tText}, Result: tBool}}},
		"loan.offer":         {Fields: f("id", tText, "min", tInt, "max", tInt, "age", tInt, "area", object("area"), "place", object("place"), "industries", list(tText), "stars", tDouble)},
		"loan.order":         {Fields: f("id", tText, "phase", tText, "amount", tInt, "ended", tTime, "subject", party, "entered", object("loan.order.entered"), "pledge", list(object("pledge")))},
		"loan.order.entered": {Fields: f("taken", tTime)},
		"pledge":             {Fields: f("id", tText, "words", list(tText))},
		"all":                {Fields: f("order", list(object("loan.order")))},
		"rosters":            {Fields: f("firms", object("roster"))},
		"roster":             {Fields: f("members", list(party)), Methods: map[string]rule.Method{"has": {Args: []rule.Type{party}, Result: tBool}, "size": {Result: tInt}}},
		"consents":           {Fields: f("share_bank", tBool), Methods: map[string]rule.Method{"share_bank.of": {Args: []rule.Type{party}, Result: tBool}}},
		"panels":             {Fields: f("share_bank", object("panel"))},
		"panel":              {Fields: f("mean", tInt, "done", tBool), Methods: map[string]rule.Method{"of": {Args: []rule.Type{tText}, Result: tInt}}},
		"accounts":           {Methods: map[string]rule.Method{"fund": {Args: []rule.Type{party, tText}, Optional: 1, Result: tInt}}},
		"wordlists":          {Fields: f("crisis", list(tText))},
		"row":                {Fields: f("amount", tInt, "previous", object("loan.order"), "note", tText)},
		"sizes":              {Fields: f("a", tInt)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func scopeTypes() map[string]rule.Type {
	return map[string]rule.Type{
		"subject": object("party.enterprise"), "other": object("party.enterprise"), "actor": object("account"),
		"need": object("loan.order"), "offer": object("loan.offer"), "all": object("all"), "roster": object("rosters"),
		"consent": object("consents"), "panel": object("panels"), "account": object("accounts"), "list": object("wordlists"),
		"it": object("row"), "parent": object("loan.order"),
		"amount": tInt, "note": tText, "ok": tBool, "rate": tDouble, "day": tDate, "today": tDate, "now": tTime,
		"created": tTime, "left_it": tTime, "words": list(tText), "nums": list(tInt), "reals": list(tDouble),
		"spans": list(tDur), "times": list(tTime), "dates": list(tDate), "lists": list(list(tText)), "here": object("place"),
		"previous": object("loan.order"),
	}
}

func world() vars {
	p1 := &obj{name: "place", fields: fields("lat", 30.0, "lng", 104.0), call: func(m string, a []any) (any, error) {
		return m + ":" + a[0].(string), nil
	}}
	p2 := &obj{name: "place", fields: fields("lat", 30.009, "lng", 104.0)} // 1000.8 m north
	boss := &obj{name: "account", fields: fields("id", "a1", "name", "王芳")}
	firm := &obj{name: "party.enterprise", fields: fields("id", "p1", "name", "甲厂", "founded", day(2020, 2, 29), "birth_date", day(2010, 6, 15),
		"place", p1, "region", "510104", "head", boss, "chains", []any{"食品", "纺织"})}
	firm.call = func(m string, a []any) (any, error) { return a[0].(*obj).fields["id"] == "p9", nil }
	boss.call = func(m string, a []any) (any, error) { return m == "related", nil }
	twin := &obj{name: "party.enterprise", fields: fields("id", "p1")}
	p9 := &obj{name: "party.enterprise", fields: fields("id", "p9")}
	pledge := func(id string, w ...any) *obj {
		return &obj{name: "pledge", fields: fields("id", id, "words", w)}
	}
	order := func(id, phase string, amount int64, kv ...any) *obj {
		m := pairs(kv)
		m["id"], m["phase"], m["amount"] = id, phase, amount
		m["entered"] = &obj{name: "loan.order.entered", fields: fields("taken", at("2025-03-0"+id+"T00:00:00Z"))}
		return &obj{name: "loan.order", fields: m}
	}
	area := &obj{name: "area", call: func(m string, a []any) (any, error) {
		return m == "covers" && strings.HasPrefix(a[0].(string), "51"), nil
	}}
	return vars{
		"subject": firm, "other": twin, "actor": boss, "here": p2,
		"need": order("1", "proposed", 300),
		"offer": &obj{name: "loan.offer", fields: fields("id", "o1", "min", int64(100), "max", int64(500), "age", int64(24), "area", area, "place", p2,
			"industries", []any{"食品"}, "stars", 4.5), call: func(m string, a []any) (any, error) { return a[0].(time.Time).Before(a[1].(time.Time)), nil }},
		"all": &obj{name: "all", fields: fields("order", []any{
			order("1", "done", 10, "pledge", []any{pledge("x"), pledge("y")}, "subject", firm),
			order("2", "void", 20, "pledge", []any{pledge("y"), pledge("z")}, "subject", p9),
			order("3", "done", 31, "pledge", []any{}, "subject", twin),
		})},
		"roster": &obj{name: "rosters", fields: fields("firms", &obj{name: "roster", fields: fields("members", []any{firm, p9}),
			call: func(m string, a []any) (any, error) {
				if m == "size" {
					return int64(2), nil
				}
				return a[0].(*obj).fields["id"] == "p1", nil
			}})},
		"consent": &obj{name: "consents", fields: fields("share_bank", true), call: func(m string, a []any) (any, error) {
			return m == "share_bank.of" && a[0].(*obj).fields["id"] == "p9", nil
		}},
		"panel": &obj{name: "panels", fields: fields("share_bank", &obj{name: "panel", fields: fields("mean", int64(8850), "done", true),
			call: func(m string, a []any) (any, error) { return int64(len(a[0].(string))), nil }})},
		"account": &obj{name: "accounts", call: func(m string, a []any) (any, error) { return int64(1000 * len(a)), nil }},
		"list":    &obj{name: "wordlists", fields: fields("crisis", []any{"轻生", "SOS", ""})},
		"it":      &obj{name: "row", fields: fields("amount", int64(300), "note", "说轻生了")},
		"parent":  order("1", "open", 5, "ended", rule.Never),
		"amount":  int64(300), "note": "说轻生了", "ok": true, "rate": 4.35,
		"day": day(2025, 1, 31), "today": day(2025, 3, 1), "now": at("2025-03-01T08:00:00Z"), "created": at("2025-02-26T07:00:00Z"),
		"left_it": rule.Never, "words": []any{"a", "b"}, "nums": []any{int64(5), int64(1), int64(2), int64(2)}, "reals": []any{1.0, 2.5},
		"spans": []any{time.Hour, 3 * time.Hour}, "times": []any{rule.Never, at("2025-01-01T00:00:00Z")}, "dates": []any{day(2025, 1, 2), day(2024, 1, 2)},
		"lists": []any{[]any{"a", "b"}, []any{"b", "c"}},
	}
}

func scope(t testing.TB) *rule.Scope {
	t.Helper()
	s, err := universe(t).Scope(scopeTypes())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compile(t testing.TB, s *rule.Scope, src string, want ...rule.Type) *rule.Expr {
	t.Helper()
	x, err := s.Compile(src, want...)
	if err != nil {
		t.Fatalf("compile %s: %v", src, err)
	}
	return x
}
