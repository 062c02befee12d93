package match

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"linqiao/kernel/rule"
)

// extractor finds, in the syntax tree of one condition, the forms an index can
// answer. Whatever it does not recognise becomes nodeCEL, so it may know little
// but must be right in what it knows.
type extractor struct {
	plan  *plan
	x     *rule.Expr
	loops []string // variables bound by macros around the node, on the query's side
	err   error
}

// reads says what a part of the tree depends on.
type reads struct {
	row, query bool
	world      bool // calls something that is no function of its arguments
}

// pure are the functions that depend on their arguments alone.
var pure = map[string]bool{
	operators.Conditional: true, operators.LogicalAnd: true, operators.LogicalOr: true, operators.LogicalNot: true,
	operators.Equals: true, operators.NotEquals: true, operators.Less: true, operators.LessEquals: true,
	operators.Greater: true, operators.GreaterEquals: true, operators.Add: true, operators.Subtract: true,
	operators.Multiply: true, operators.Divide: true, operators.Modulo: true, operators.Negate: true,
	operators.Index: true, operators.In: true, operators.NotStrictlyFalse: true,
	"size": true, "startsWith": true, "endsWith": true, "contains": true,
	"int": true, "double": true, "string": true, "duration": true, "timestamp": true,
	"age": true, "birthday": true, "date": true, "day_end": true, "days": true, "months": true, "share": true,
}

func (e *extractor) reads(n ast.Expr) (r reads) { e.scan(n, nil, &r); return r }

func (e *extractor) scan(n ast.Expr, bound []string, r *reads) {
	switch n.Kind() {
	case ast.IdentKind:
		name := n.AsIdent()
		switch {
		case slices.Contains(bound, name):
		case slices.Contains(e.loops, name), !e.plan.rowVars[name]:
			r.query = true
		default:
			r.row = true
		}
	case ast.SelectKind:
		e.scan(n.AsSelect().Operand(), bound, r)
	case ast.CallKind:
		c := n.AsCall()
		r.world = r.world || !pure[c.FunctionName()]
		args := c.Args()
		if c.IsMemberFunction() {
			args = append([]ast.Expr{c.Target()}, args...)
		}
		for _, a := range args {
			// A struct's own method, such as the size of a roster.
			r.world = r.world || c.FunctionName() == "size" && e.x.TypeOf(a).Kind == rule.Object
			e.scan(a, bound, r)
		}
	case ast.ListKind:
		for _, a := range n.AsList().Elements() {
			e.scan(a, bound, r)
		}
	case ast.ComprehensionKind:
		c := n.AsComprehension()
		e.scan(c.IterRange(), bound, r)
		bound = append(slices.Clone(bound), c.IterVar(), c.AccuVar())
		if c.HasIterVar2() {
			bound = append(bound, c.IterVar2())
		}
		for _, part := range []ast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
			e.scan(part, bound, r)
		}
	case ast.LiteralKind:
	default:
		r.world = true
	}
}

// rowOnly: a function of the row alone, so it can be computed when the row comes.
func (e *extractor) rowOnly(n ast.Expr) bool { r := e.reads(n); return r.row && !r.query && !r.world }

// queryOnly: the same for every row. It may read the world; a query is one moment.
func (e *extractor) queryOnly(n ast.Expr) bool { return !e.reads(n).row }

func (e *extractor) operand(n ast.Expr) *operand {
	o, err := newOperand(e.x, n)
	if err != nil && e.err == nil {
		e.err = err
	}
	return o
}

func (e *extractor) column(kind columnKind, n ast.Expr) int {
	return e.plan.column(kind, e.operand(n))
}

var unknown = &node{kind: nodeCEL}

// condition takes a boolean expression apart.
func (e *extractor) condition(n ast.Expr) *node {
	switch {
	case e.rowOnly(n):
		return &node{kind: nodeFlag, column: e.column(flagColumn, n)}
	case e.queryOnly(n):
		return &node{kind: nodeQuery, x: e.operand(n)}
	case n.Kind() == ast.CallKind:
		return e.call(n.AsCall())
	case n.Kind() == ast.ComprehensionKind:
		return e.quantifier(n.AsComprehension())
	}
	return unknown
}

func (e *extractor) call(c ast.CallExpr) *node {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return e.join(nodeAnd, args)
	case operators.LogicalOr:
		return e.join(nodeOr, args)
	case operators.LogicalNot:
		return not(e.condition(args[0]))
	case operators.Conditional:
		if e.queryOnly(args[0]) {
			return &node{kind: nodeIf, x: e.operand(args[0]), kids: []*node{e.condition(args[1]), e.condition(args[2])}}
		}
	case operators.Equals:
		return e.compare(opEQ, args[0], args[1])
	case operators.NotEquals:
		return not(e.compare(opEQ, args[0], args[1]))
	case operators.Less:
		return e.compare(opLT, args[0], args[1])
	case operators.LessEquals:
		return e.compare(opLE, args[0], args[1])
	case operators.Greater:
		return e.compare(opGT, args[0], args[1])
	case operators.GreaterEquals:
		return e.compare(opGE, args[0], args[1])
	case operators.In:
		return e.in(args[0], args[1])
	}
	return unknown
}

// join flattens nested conjunctions and disjunctions.
func (e *extractor) join(kind nodeKind, args []ast.Expr) *node {
	j := &node{kind: kind}
	for _, a := range args {
		if k := e.condition(a); k.kind == kind {
			j.kids = append(j.kids, k.kids...)
		} else {
			j.kids = append(j.kids, k)
		}
	}
	if kind == nodeOr && len(j.kids) == 2 {
		for i, k := range j.kids {
			if n := e.unless(k, j.kids[1-i]); n != nil {
				return n
			}
		}
	}
	return j
}

// unless makes one comparison of the format's commonest forms: a bound or a list
// that an offer need not state (`!has(offer.min) || …`, `offer.sizes.size() == 0 ||
// …`).
func (e *extractor) unless(flag, other *node) *node {
	if flag.kind != nodeFlag {
		return nil
	}
	wild, key := e.plan.columns[flag.column].operand, int64(0)
	n := *other
	switch other.kind {
	case nodeMember, nodeAmong, nodeShare:
	case nodeOrder:
		switch other.op {
		case opLT, opLE:
			key = lowest
		case opGT, opGE:
			key = highest
		default:
			return nil
		}
	case nodeSome:
		if other.kids[0].kind != nodeMember {
			return nil
		}
		kid := *other.kids[0]
		kid.column = e.plan.lenient(kid.column, wild, key)
		n.kids = []*node{&kid}
	default:
		return nil
	}
	if n.hasColumn() {
		n.column = e.plan.lenient(n.column, wild, key)
	}
	return &node{kind: nodeUnless, kids: []*node{flag, &n}}
}

func not(n *node) *node {
	if n.kind == nodeCEL {
		return n
	}
	return &node{kind: nodeNot, kids: []*node{n}}
}

var flipped = [...]orderOp{opEQ: opEQ, opLT: opGT, opLE: opGE, opGT: opLT, opGE: opLE}

func (e *extractor) compare(op orderOp, left, right ast.Expr) *node {
	if e.queryOnly(left) {
		left, right, op = right, left, flipped[op]
	}
	if !e.rowOnly(left) || !e.queryOnly(right) {
		return unknown
	}
	kind := e.x.TypeOf(left).Kind
	ok, ordered := keyed(kind)
	switch {
	case !ok || kind != e.x.TypeOf(right).Kind:
		return unknown
	case ordered:
		return &node{kind: nodeOrder, op: op, column: e.column(orderColumn, left), x: e.operand(right)}
	case op == opEQ:
		return &node{kind: nodeMember, column: e.column(memberColumn, left), x: e.operand(right)}
	}
	return unknown
}

// in takes `x in list` apart, the row on either side.
func (e *extractor) in(elem, list ast.Expr) *node {
	lt := e.x.TypeOf(list)
	if lt.Kind != rule.List || lt.Elem == nil || lt.Elem.Kind != e.x.TypeOf(elem).Kind {
		return unknown
	}
	if ok, _ := keyed(lt.Elem.Kind); !ok {
		return unknown
	}
	switch {
	case e.rowOnly(list) && e.queryOnly(elem):
		return &node{kind: nodeMember, column: e.column(memberColumn, list), x: e.operand(elem)}
	case e.rowOnly(elem) && e.queryOnly(list):
		return &node{kind: nodeAmong, column: e.column(memberColumn, elem), x: e.operand(list)}
	}
	return unknown
}

// quantifier takes exists and all over a list of the query apart, and
// `offer.list.exists(v, v in query.list)`.
func (e *extractor) quantifier(c ast.ComprehensionExpr) *node {
	body, kind := quantified(c)
	if body == nil {
		return unknown
	}
	if e.queryOnly(c.IterRange()) {
		e.loops = append(e.loops, c.IterVar())
		n := e.condition(body)
		e.loops = e.loops[:len(e.loops)-1]
		if n.kind == nodeCEL {
			return unknown
		}
		return &node{kind: kind, x: e.operand(c.IterRange()), bind: c.IterVar(), kids: []*node{n}}
	}
	if kind == nodeSome && e.rowOnly(c.IterRange()) && body.Kind() == ast.CallKind {
		return e.shares(c, body.AsCall())
	}
	return unknown
}

func (e *extractor) shares(c ast.ComprehensionExpr, body ast.CallExpr) *node {
	if body.FunctionName() != operators.In {
		return unknown
	}
	elem, list := body.Args()[0], body.Args()[1]
	rt, lt := e.x.TypeOf(c.IterRange()), e.x.TypeOf(list)
	path := plainPath(list)
	if elem.Kind() != ast.IdentKind || elem.AsIdent() != c.IterVar() || path == nil || path[0] == c.IterVar() || !e.queryOnly(list) {
		return unknown
	}
	if rt.Kind != rule.List || lt.Kind != rule.List || rt.Elem == nil || lt.Elem == nil || rt.Elem.Kind != lt.Elem.Kind {
		return unknown
	}
	if ok, _ := keyed(rt.Elem.Kind); !ok {
		return unknown
	}
	return &node{kind: nodeShare, column: e.column(memberColumn, c.IterRange()), x: e.operand(list)}
}

// quantified recognises the two macros by what they expand to, and gives the body.
func quantified(c ast.ComprehensionExpr) (body ast.Expr, kind nodeKind) {
	step := c.LoopStep()
	if c.HasIterVar2() || step.Kind() != ast.CallKind || c.AccuInit().Kind() != ast.LiteralKind {
		return nil, 0
	}
	if r := c.Result(); r.Kind() != ast.IdentKind || r.AsIdent() != c.AccuVar() {
		return nil, 0
	}
	args := step.AsCall().Args()
	if len(args) != 2 || args[0].Kind() != ast.IdentKind || args[0].AsIdent() != c.AccuVar() {
		return nil, 0
	}
	switch fn, init := step.AsCall().FunctionName(), c.AccuInit().AsLiteral(); {
	case fn == operators.LogicalOr && init == types.False:
		return args[1], nodeSome
	case fn == operators.LogicalAnd && init == types.True:
		return args[1], nodeEvery
	}
	return nil, 0
}
