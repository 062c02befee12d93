package rule

import (
	"math"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

const (
	// MaxCost is the dearest expression accepted, in CEL cost units, reckoned for
	// lists of AssumedSize elements and texts of AssumedSize characters.
	MaxCost     = 1_000_000
	AssumedSize = 200
	// MaxRunCost ends an evaluation over lists longer than assumed.
	MaxRunCost = 10 * MaxCost
	// maxSource is the longest expression, in code points.
	maxSource = 4000
)

// Compile checks an expression against the scope. want lists the result types
// accepted; none accepts any. Every fault is a *CompileError.
func (s *Scope) Compile(src string, want ...Type) (*Expr, error) {
	env, err := s.checker()
	if err != nil {
		return nil, &CompileError{Msg: "变量无法声明：" + err.Error(), Col: 1}
	}
	if strings.TrimSpace(src) == "" {
		return nil, &CompileError{Msg: "表达式是空的", Col: 1}
	}
	parsed, iss := env.Parse(src)
	if iss.Err() != nil {
		return nil, firstIssue(src, iss)
	}
	r := newReader(s, parsed.NativeRep())
	r.expr(parsed.NativeRep().Expr(), nil)
	if r.err != nil {
		return nil, r.err
	}
	checked, iss := env.Check(parsed)
	if iss.Err() != nil {
		return nil, firstIssue(src, iss)
	}
	if err := structsOnly(checked.NativeRep()); err != nil {
		return nil, err
	}
	x := &Expr{src: src, u: s.u, checked: checked.NativeRep(), typ: ruleType(checked.OutputType()), reads: r.paths()}
	x.phone = r.phone()
	if err := x.accept(checked.OutputType(), want); err != nil {
		return nil, err
	}
	if err := s.affordable(env, checked); err != nil {
		return nil, err
	}
	if err := x.prepare(env, checked, r); err != nil {
		return nil, err
	}
	return x, nil
}

// accept checks the result type.
func (x *Expr) accept(out *types.Type, want []Type) error {
	if x.typ.Kind == 0 {
		return &CompileError{Msg: "类型不符：结果不是可用的类型", Col: 1}
	}
	if len(want) == 0 {
		return nil
	}
	names := make([]string, len(want))
	for i, w := range want {
		if celType(w).IsAssignableType(out) || emptyList(x.typ) && w.Kind == List {
			x.typ = w
			return nil
		}
		names[i] = w.String()
	}
	return &CompileError{Msg: "类型不符：应为" + strings.Join(names, "或") + "，结果是" + x.typ.String(), Col: 1}
}

// emptyList tells a list whose elements have no type yet: `[]`.
func emptyList(t Type) bool { return t.Kind == List && t.Elem.Kind == 0 }

// prepare chooses how to evaluate: a known value, a plain path, or CEL.
func (x *Expr) prepare(env *cel.Env, checked *cel.Ast, r *reader) error {
	root := x.checked.Expr()
	if x.path = plainPath(root); x.path != nil {
		return nil
	}
	x.timeMath = timeMath(x.checked)
	opts := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if r.loops {
		opts = append(opts, cel.CostLimit(MaxRunCost))
	}
	prog, err := env.Program(checked, opts...)
	if err != nil {
		return &CompileError{Msg: "表达式无法执行：" + err.Error(), Col: 1}
	}
	x.prog = prog
	if len(x.reads) > 0 || x.asks(r) {
		return nil
	}
	if x.value, err = x.Eval(nil); err != nil {
		return &CompileError{Msg: "常量算不出来：" + err.Error(), Col: 1}
	}
	x.konst = true
	return nil
}

// asks tells whether a function may answer differently another time; such an
// expression is no constant even when it reads nothing.
func (x *Expr) asks(r *reader) bool { return r.calls["region_of"] || r.calls["related"] }

// plainPath is the path of an expression that is only a path; nil otherwise.
func plainPath(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		sel := e.AsSelect()
		if sel.IsTestOnly() {
			return nil
		}
		if p := plainPath(sel.Operand()); p != nil {
			return append(p, sel.FieldName())
		}
	}
	return nil
}

// timeMath finds arithmetic on instants.
func timeMath(a *ast.AST) bool {
	found := false
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		if fn := e.AsCall().FunctionName(); fn != operators.Subtract && fn != operators.Add {
			return
		}
		for _, arg := range e.AsCall().Args() {
			found = found || a.GetType(arg.ID()).Kind() == types.TimestampKind
		}
	}))
	return found
}

func (s *Scope) affordable(env *cel.Env, checked *cel.Ast) error {
	est, err := env.EstimateCost(checked, estimator{})
	if err != nil {
		return &CompileError{Msg: "无法估算开销：" + err.Error(), Col: 1}
	}
	if est.Max > MaxCost {
		return &CompileError{Msg: "表达式太费算力：列表套列表太多层", Hint: "把内层的判断拆成字段的 calc", Col: 1}
	}
	return nil
}

// estimator assumes sizes for the cost estimate.
type estimator struct{}

func (estimator) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	switch n.Type().Kind() {
	case types.ListKind, types.StringKind, types.MapKind:
		if n.ComputedSize() == nil {
			return &cost.SizeEstimate{Min: 0, Max: AssumedSize}
		}
	case types.StructKind, types.OpaqueKind:
		return &cost.SizeEstimate{Min: 1, Max: 1} // compared by id, or as one number
	}
	return nil
}

// EstimateCallCost prices the functions of this package: by the list they walk,
// or flat.
func (estimator) EstimateCallCost(fn, id string, target *cost.AstNode, args []cost.AstNode) *cost.CallEstimate {
	if isOperator(fn) {
		return nil
	}
	const flat = 10
	size := &cost.SizeEstimate{Min: 0, Max: AssumedSize}
	switch fn {
	case "union":
		return &cost.CallEstimate{CostEstimate: cost.CostEstimate{Min: 1, Max: AssumedSize * AssumedSize / 10}, ResultSize: size}
	case "sum", "mean", "median", "max", "min", "first_of", "split", "mentions":
		return &cost.CallEstimate{CostEstimate: cost.CostEstimate{Min: 1, Max: 2 * AssumedSize}}
	}
	if strings.Contains(id, ".") || ours[fn] {
		return &cost.CallEstimate{CostEstimate: cost.CostEstimate{Min: 1, Max: flat}, ResultSize: size}
	}
	return nil
}

func isOperator(fn string) bool { return strings.ContainsAny(fn, "_!@-") && !ours[fn] }

var ours = map[string]bool{
	"age": true, "birthday": true, "date": true, "day_end": true, "days": true, "months": true,
	"minutes": true, "within": true, "near": true, "region_of": true, "related": true, "sample": true, "share": true,
}

// structsOnly refuses values where only parties and records make sense: the
// signatures of these functions take anything, because they take any struct.
func structsOnly(a *ast.AST) error {
	var bad *CompileError
	ast.PreOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || bad != nil {
			return
		}
		c := e.AsCall()
		var who []ast.Expr
		switch {
		case c.FunctionName() == "related":
			who = c.Args()
		case c.IsMemberFunction() && (c.FunctionName() == "covers" || c.FunctionName() == "free"):
			who = []ast.Expr{c.Target()}
		}
		for _, w := range who {
			if t := a.GetType(w.ID()); t.Kind() != types.StructKind {
				bad = &CompileError{Msg: "类型不符：函数 " + c.FunctionName() + " 不接受" + ruleType(t).String(), Col: column(a.SourceInfo(), w.ID())}
			}
		}
	}))
	if bad != nil {
		return bad
	}
	return nil
}

// firstIssue gives the first fault in the text.
func firstIssue(src string, iss *cel.Issues) *CompileError {
	best, first := iss.Errors()[0], math.MaxInt
	for _, e := range iss.Errors() {
		if at := offset(src, e.Location); at < first {
			best, first = e, at
		}
	}
	zh, hint := translate(best.Message)
	return &CompileError{Msg: zh, Hint: hint, Col: first}
}

// offset is the 1-based place in the text, in code points, of a line and column.
func offset(src string, l common.Location) int {
	at, line := 1, 1
	for _, c := range src {
		if line >= l.Line() {
			break
		}
		if at++; c == '\n' {
			line++
		}
	}
	return at + max(0, l.Column())
}
