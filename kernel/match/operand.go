package match

import (
	"cel.dev/cel-go/common/ast"

	"linqiao/kernel/rule"
)

// operand is one side of a comparison: a plain path, read without CEL, or an
// expression.
type operand struct {
	text string // as CEL text; equal texts are equal operands
	path []string
	expr *rule.Expr
	typ  rule.Type
}

func newOperand(x *rule.Expr, e ast.Expr) (*operand, error) {
	part, err := x.Part(e)
	if err != nil {
		return nil, err
	}
	return &operand{text: part.Src(), path: plainPath(e), expr: part, typ: x.TypeOf(e)}, nil
}

// plainPath gives the names of a path such as offer.rate.bp, nil for any other
// expression.
func plainPath(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		s := e.AsSelect()
		if head := plainPath(s.Operand()); head != nil && !s.IsTestOnly() {
			return append(head, s.FieldName())
		}
	}
	return nil
}

// read gives the operand's value; ok is false when it is unset or fails, which
// for a verdict is the same.
func (o *operand) read(v rule.Vars) (value any, ok bool) {
	if o.path == nil {
		value, err := o.expr.Eval(v)
		return value, err == nil
	}
	value, err := v.Var(o.path[0])
	for _, name := range o.path[1:] {
		s, isStruct := value.(rule.Struct)
		if err != nil || !isStruct {
			return nil, false
		}
		value, err = s.Get(name)
	}
	return value, err == nil && value != nil
}

// keys turns a value, or every element of a list, into keys. exact is false when
// one has none.
func keys(v any, text func(string) int64) (list []int64, exact bool) {
	elems, isList := v.([]any)
	if !isList {
		k := keyOf(v, text)
		return []int64{k}, k != noKey
	}
	list = make([]int64, len(elems))
	for i, e := range elems {
		if list[i] = keyOf(e, text); list[i] == noKey {
			return nil, false
		}
	}
	return list, true
}
