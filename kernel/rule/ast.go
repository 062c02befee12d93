package rule

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Checked is the checked syntax tree, to be read only. kernel/match takes
// conditions apart with it; everything else evaluates.
func (x *Expr) Checked() *ast.AST { return x.checked }

// TypeOf is the type of a node of the tree; its Kind is 0 for a type that the
// program format has no word for.
func (x *Expr) TypeOf(e ast.Expr) Type { return ruleType(x.checked.GetType(e.ID())) }

// Part makes a node of the tree an expression of its own. A variable bound by a
// macro around the node is then read from Vars like any other.
func (x *Expr) Part(e ast.Expr) (*Expr, error) {
	src, err := cel.ExprToString(e, x.checked.SourceInfo())
	if err != nil { // a macro whose call was not kept
		src = fmt.Sprintf("%s#%d", x.src, e.ID())
	}
	tree := ast.NewCheckedAST(ast.NewAST(e, x.checked.SourceInfo()), x.checked.TypeMap(), x.checked.ReferenceMap())
	prog, err := x.u.base.PlanProgram(tree)
	if err != nil {
		return nil, fmt.Errorf("rule: part of %s: %w", x.src, err)
	}
	return &Expr{src: src, typ: x.TypeOf(e), reads: x.reads, checked: tree, prog: prog, u: x.u, timeMath: x.timeMath}, nil
}

// Summands are the parts of a text put together with `+`, in order; nil for any
// other expression.
func (x *Expr) Summands() []*Expr {
	if x.typ.Kind != Text || x.konst || x.path != nil || x.checked == nil {
		return nil
	}
	var out []*Expr
	whole := true
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Add {
			for _, arg := range e.AsCall().Args() {
				walk(arg)
			}
			return
		}
		part, err := x.Part(e)
		if whole = whole && err == nil; whole {
			out = append(out, part)
		}
	}
	walk(x.checked.Expr())
	if !whole || len(out) < 2 {
		return nil
	}
	return out
}
