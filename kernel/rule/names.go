package rule

import (
	"maps"
	"sort"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types/ref"
)

// reader walks a parsed expression before the checker does. It finds names that
// do not exist (and knows which one was meant), notes what is read, and rewrites
// `consent.k.of(p)` into the method `k.of` of the consents: alone, `consent.k` is
// a bool, and a bool has no methods.
type reader struct {
	s     *Scope
	info  *ast.SourceInfo
	fac   ast.ExprFactory
	reads map[string]bool
	calls map[string]bool
	loops bool
	err   *CompileError
}

func newReader(s *Scope, a *ast.AST) *reader {
	return &reader{s: s, info: a.SourceInfo(), fac: ast.NewExprFactory(), reads: map[string]bool{}, calls: map[string]bool{}}
}

func (r *reader) fail(e ast.Expr, msg, hint string) {
	if r.err == nil {
		r.err = &CompileError{Msg: msg, Hint: hint, Col: column(r.info, e.ID())}
	}
}

// column is the 1-based place of a node within the expression.
func column(info *ast.SourceInfo, id int64) int {
	if rng, ok := info.GetOffsetRange(id); ok {
		return int(rng.Start) + 1
	}
	return 1
}

func (r *reader) paths() []string {
	out := sortedKeys(r.reads)
	// `it` is the row itself: it.x and x are one field.
	for i, p := range out {
		out[i] = strings.TrimPrefix(p, "it.")
	}
	sort.Strings(out)
	uniq := out[:0]
	for i, p := range out {
		if i == 0 || p != out[i-1] {
			uniq = append(uniq, p)
		}
	}
	return uniq
}

// expr visits an expression and gives its type, or the zero Type where only the
// checker can tell. locals are the variables bound by macros.
func (r *reader) expr(e ast.Expr, locals map[string]Type) Type {
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		path, t := r.chain(e, locals)
		if path != "" {
			r.reads[path] = true
		}
		if e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly() {
			return Type{Kind: Bool}
		}
		return t
	case ast.LiteralKind:
		t := literalType(e.AsLiteral())
		if t.Kind == 0 {
			r.fail(e, "类型不符：这里只能写文字、数和 true、false", "有没有值用 has(it.字段) 判断")
		}
		return t
	case ast.ListKind:
		return r.list(e, locals)
	case ast.CallKind:
		return r.call(e, locals)
	case ast.ComprehensionKind:
		return r.loop(e.AsComprehension(), locals)
	case ast.MapKind:
		r.fail(e, "这里不能写 {…} 映射", "")
	case ast.StructKind:
		r.fail(e, "这里不能构造对象", "")
	}
	return Type{}
}

func literalType(v ref.Val) Type {
	x, err := native(v)
	if err != nil {
		return Type{}
	}
	switch x.(type) {
	case bool:
		return Type{Kind: Bool}
	case int64:
		return Type{Kind: Int}
	case float64:
		return Type{Kind: Double}
	case string:
		return Type{Kind: Text}
	}
	return Type{}
}

// chain resolves a name or a path. path is "" when it begins in a macro variable
// or in the result of a call.
func (r *reader) chain(e ast.Expr, locals map[string]Type) (path string, t Type) {
	if e.Kind() == ast.IdentKind {
		return r.ident(e, locals)
	}
	if e.Kind() != ast.SelectKind {
		return "", r.expr(e, locals)
	}
	sel := e.AsSelect()
	path, t = r.chain(sel.Operand(), locals)
	if path != "" {
		path += "." + sel.FieldName()
	}
	return path, r.field(e, t, sel.FieldName())
}

func (r *reader) ident(e ast.Expr, locals map[string]Type) (string, Type) {
	name := e.AsIdent()
	if t, ok := locals[name]; ok {
		return "", t
	}
	name = strings.TrimPrefix(name, ".")
	t, ok := r.s.vars[name]
	if !ok {
		hint := didYouMean(name, keysOf(r.s.vars, locals))
		if hint == "" {
			hint = r.s.ownerOf(name)
		}
		r.fail(e, "没有“"+name+"”这个字段或变量", hint)
	}
	return name, t
}

func (r *reader) field(e ast.Expr, t Type, field string) Type {
	switch t.Kind {
	case 0:
		return Type{}
	case Object:
		st, ok := r.s.u.structs[t.Name]
		if !ok {
			return Type{}
		}
		ft, ok := st.decl.Fields[field]
		if !ok {
			r.noField(e, st, field)
		}
		return ft
	}
	r.fail(e, "类型不符："+t.String()+"没有下级字段“"+field+"”", "")
	return Type{}
}

func (r *reader) noField(e ast.Expr, st *structType, field string) {
	hint := didYouMean(field, st.names)
	if _, ok := st.decl.Methods[field]; ok {
		hint = "“" + field + "”要带括号"
	}
	r.fail(e, "没有“"+field+"”这个字段或变量", hint)
}

func (r *reader) list(e ast.Expr, locals map[string]Type) Type {
	elem := Type{}
	for _, x := range e.AsList().Elements() {
		if t := r.expr(x, locals); elem.Kind == 0 {
			elem = t
		}
	}
	return Type{Kind: List, Elem: &elem}
}

func (r *reader) call(e ast.Expr, locals map[string]Type) Type {
	c := e.AsCall()
	fn := c.FunctionName()
	if c.IsMemberFunction() {
		return r.member(e, locals)
	}
	r.calls[fn] = true
	if r.s.u.funcs[fn] == nil {
		r.fail(e, "没有“"+fn+"”这个函数", didYouMean(fn, r.s.u.functionNames(false)))
		return Type{}
	}
	args := make([]Type, len(c.Args()))
	for i, a := range c.Args() {
		args[i] = r.expr(a, locals)
	}
	switch {
	case fn == operators.Conditional && len(args) == 3:
		return known(args[1], args[2])
	case fn == operators.Add && len(args) == 2:
		return known(args[0], args[1])
	case fn == operators.Index && len(args) == 2 && args[0].Kind == List:
		return *args[0].Elem
	}
	return Type{}
}

// known is the first type that says something.
func known(ts ...Type) Type {
	for _, t := range ts {
		if t.Kind != 0 && (t.Kind != List || t.Elem.Kind != 0) {
			return t
		}
	}
	return ts[0]
}

func (r *reader) member(e ast.Expr, locals map[string]Type) Type {
	c := e.AsCall()
	fn, target := c.FunctionName(), c.Target()
	for _, a := range c.Args() {
		r.expr(a, locals)
	}
	if t, ok := r.rewrite(e, locals); ok {
		return t
	}
	r.calls[fn] = true
	path, t := r.chain(target, locals)
	if t.Kind == Object && path != "" && !strings.Contains(path, ".") {
		path += "." + fn // account.fund(x): the method is what is read
	}
	if path != "" {
		r.reads[path] = true
	}
	if t.Kind == Object {
		st := r.s.u.structs[t.Name]
		if m, ok := st.decl.Methods[fn]; ok {
			return m.Result
		}
		if !r.s.u.anyMethod(fn) {
			r.fail(e, "没有“"+fn+"”这个函数", didYouMean(fn, sortedKeys(st.decl.Methods)))
		}
		return Type{}
	}
	if r.s.u.funcs[fn] == nil {
		r.fail(e, "没有“"+fn+"”这个函数", didYouMean(fn, r.s.u.functionNames(true)))
	}
	if fn == "union" && t.Kind == List {
		return *t.Elem
	}
	return Type{}
}

// rewrite turns X.k.of(p) into the method `k.of` of X, where X has one.
func (r *reader) rewrite(e ast.Expr, locals map[string]Type) (Type, bool) {
	c := e.AsCall()
	if c.Target().Kind() != ast.SelectKind || c.Target().AsSelect().IsTestOnly() {
		return Type{}, false
	}
	sel := c.Target().AsSelect()
	name := sel.FieldName() + "." + c.FunctionName()
	if !r.s.u.dotted[name] {
		return Type{}, false
	}
	path, t := r.chain(sel.Operand(), locals)
	if t.Kind != Object {
		return Type{}, false
	}
	m, ok := r.s.u.structs[t.Name].decl.Methods[name]
	if !ok {
		return Type{}, false
	}
	if path != "" {
		r.reads[path+"."+sel.FieldName()] = true
	}
	r.calls[name] = true
	e.SetKindCase(r.fac.NewMemberCall(e.ID(), name, sel.Operand(), c.Args()...))
	return m.Result, true
}

// loop visits what a macro became.
func (r *reader) loop(c ast.ComprehensionExpr, locals map[string]Type) Type {
	r.loops = true
	over := r.expr(c.IterRange(), locals)
	init := r.expr(c.AccuInit(), locals)
	inner := maps.Clone(locals)
	if inner == nil {
		inner = map[string]Type{}
	}
	inner[c.AccuVar()] = Type{}
	inner[c.IterVar()] = Type{}
	if over.Kind == List {
		inner[c.IterVar()] = *over.Elem
	}
	if c.HasIterVar2() {
		inner[c.IterVar2()] = Type{}
	}
	r.expr(c.LoopCondition(), inner)
	step := r.expr(c.LoopStep(), inner)
	r.expr(c.Result(), inner)
	if init.Kind == List {
		return step
	}
	return init
}
