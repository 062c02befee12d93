package rule_test

import (
	"fmt"
	"testing"

	"linqiao/kernel/rule"
)

type fixed struct{ amount, min, max any }

func (f *fixed) TypeName() string { return "loan.offer" }
func (f *fixed) Get(name string) (any, error) {
	switch name {
	case "amount":
		return f.amount, nil
	case "min":
		return f.min, nil
	}
	return f.max, nil
}

type pairVars struct{ need, offer rule.Struct }

func (p *pairVars) Var(name string) (any, error) {
	if name == "need" {
		return p.need, nil
	}
	return p.offer, nil
}

func BenchmarkEval_Range(b *testing.B) {
	x := compile(b, scope(b), "need.amount >= offer.min && need.amount <= offer.max")
	v := &pairVars{&fixed{amount: int64(3000)}, &fixed{min: int64(1000), max: int64(5000)}}
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := x.Bool(v); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkEval_Path(b *testing.B) {
	x := compile(b, scope(b), "need.amount")
	v := &pairVars{&fixed{amount: int64(3000)}, nil}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Eval(v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval_List(b *testing.B) {
	x := compile(b, scope(b), "all.order.filter(o, o.phase == 'done').map(o, o.amount).sum()")
	v := world()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Eval(v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	s := scope(b)
	b.ReportAllocs()
	for b.Loop() {
		compile(b, s, "need.amount >= offer.min && need.amount <= offer.max")
	}
}

// BenchmarkScope makes a scope of 60 variables and compiles one expression in a
// universe the size of all programs (600 structs with methods).
func BenchmarkScope(b *testing.B) {
	structs := map[string]rule.StructDecl{}
	for i := range 600 {
		structs[fmt.Sprintf("p.r%d", i)] = rule.StructDecl{Fields: map[string]rule.Type{"id": tText},
			Methods: map[string]rule.Method{"has": {Args: []rule.Type{tText}, Result: tBool}, "of": {Args: []rule.Type{tText}, Result: tInt}}}
	}
	u, err := rule.NewUniverse(structs)
	if err != nil {
		b.Fatal(err)
	}
	vars := map[string]rule.Type{}
	for i := range 60 {
		vars[fmt.Sprintf("v%d", i)] = object(fmt.Sprintf("p.r%d", i*10))
	}
	b.ReportAllocs()
	for b.Loop() {
		s, err := u.Scope(vars)
		if err != nil {
			b.Fatal(err)
		}
		compile(b, s, "v3.has('x') && v4.of('y') > 3")
	}
}
