package match

import (
	"testing"

	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// object is a struct of the tests: a missing field is unset.
type object struct {
	name   string
	fields map[string]any
}

func (o *object) TypeName() string { return o.name }
func (o *object) Get(field string) (any, error) {
	if v, ok := o.fields[field]; ok {
		return v, nil
	}
	return nil, &rule.Unset{Path: field, Label: labels[field]}
}

var labels = map[string]string{"founded": "成立日期", "amount": "金额", "chains": "产业链"}

// vars are variables of the tests.
type vars map[string]any

func (v vars) Var(name string) (any, error) {
	if x, ok := v[name]; ok {
		return x, nil
	}
	return nil, &rule.Unset{Path: name}
}

// both are the variables of a row and of a query together.
type both struct{ row, query rule.Vars }

func (b both) Var(name string) (any, error) {
	if v, err := b.row.Var(name); err == nil {
		return v, nil
	}
	return b.query.Var(name)
}

var (
	tBool, tInt, tDouble = rule.Type{Kind: rule.Bool}, rule.Type{Kind: rule.Int}, rule.Type{Kind: rule.Double}
	tText, tDate, tTime  = rule.Type{Kind: rule.Text}, rule.Type{Kind: rule.Date}, rule.Type{Kind: rule.Time}
	tTexts, tInts        = rule.Type{Kind: rule.List, Elem: &tText}, rule.Type{Kind: rule.List, Elem: &tInt}
)

func structOf(name string) rule.Type { return rule.Type{Kind: rule.Object, Name: name} }

// testScope declares need, offer and subject of one wide struct type, and today.
func testScope(t testing.TB) *rule.Scope {
	t.Helper()
	wide := rule.StructDecl{Fields: map[string]rule.Type{
		"id": tText, "kind": tText, "other": tText, "tags": tTexts, "chains": tTexts, "sizes": tTexts, "numbers": tInts,
		"amount": tInt, "min": tInt, "max": tInt, "age": tInt, "stars": tDouble, "score": tDouble,
		"open": tBool, "collateral": tBool, "founded": tDate, "until": tDate, "at": tTime, "from": tTime,
		"rate": structOf("rate"), "place": structOf("place"),
	}}
	u, err := rule.NewUniverse(map[string]rule.StructDecl{
		"wide":  wide,
		"rate":  {Fields: map[string]rule.Type{"bp": tInt}},
		"place": {Fields: map[string]rule.Type{"lat": tDouble, "lng": tDouble, "address": tText, "region": tText}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := u.Scope(map[string]rule.Type{"need": structOf("wide"), "offer": structOf("wide"), "subject": structOf("wide"), "today": tDate})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compile(t testing.TB, s *rule.Scope, src string) *rule.Expr {
	t.Helper()
	x, err := s.Compile(src)
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return x
}

func guards(t testing.TB, s *rule.Scope, pairs ...string) (list []program.Guard) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, program.Guard{If: compile(t, s, pairs[i]), Say: &program.Text{Raw: pairs[i+1]}})
	}
	return list
}
