package rule

import (
	"fmt"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/stdlib"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// Standard functions that programs do not have: types without a word in the
// format, and ways round the checker.
var withoutFunction = map[string]bool{
	overloads.TypeConvertDyn: true, overloads.TypeConvertType: true,
	overloads.TypeConvertBytes: true, overloads.TypeConvertUint: true,
}

// envOptions is the base environment: CEL's own functions and macros, the
// functions of the program format, the methods of all structs.
func (u *Universe) envOptions() ([]cel.EnvOption, error) {
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(u.adapter),
		cel.CustomTypeProvider(provider{u}),
		cel.Macros(cel.StandardMacros...),
		cel.FunctionDecls(standardFunctions()...),
		cel.CrossTypeNumericComparisons(true), // a decimal field against a whole number
		cel.ASTValidators(cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateRegexLiterals()),
		cel.ParserRecursionLimit(60),
		cel.ParserExpressionSizeLimit(maxSource),
	}
	fns := map[string][]cel.FunctionOpt{}
	add := func(name string, opt ...cel.FunctionOpt) { fns[name] = append(fns[name], opt...) }
	dateOperators(add)
	sizeFunction(u, add)
	dateFunctions(add)
	placeFunctions(u, add)
	listFunctions(u, add)
	numberFunctions(add)
	if err := u.methods(add); err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(fns) {
		fo := append([]cel.FunctionOpt{decls.DisableTypeGuards(true)}, fns[name]...)
		opts = append(opts, cel.Function(name, fo...))
	}
	return opts, nil
}

func standardFunctions() []*decls.FunctionDecl {
	var out []*decls.FunctionDecl
	for _, f := range stdlib.Functions() {
		switch {
		case withoutFunction[f.Name()], f.Name() == overloads.Size:
			continue
		case strings.HasPrefix(f.Name(), "get"):
			// getHours and its like read a timestamp in UTC; every hour in a program
			// is Beijing's. Dates and days() say what is needed.
			continue
		case f.Name() == overloads.TypeConvertInt:
			// CEL counts a duration in nanoseconds; the format counts whole seconds.
			f = f.Subset(decls.ExcludeOverloads(overloads.DurationToInt))
		}
		out = append(out, f)
	}
	return out
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

type adder func(name string, opt ...cel.FunctionOpt)

// dateOperators lets the standard operators take two dates. The operators'
// own implementation works on any ordered value, so only the signatures are new:
// a date against a timestamp stays a compile error.
func dateOperators(add adder) {
	two := []*cel.Type{dateType, dateType}
	add(operators.Less, cel.Overload("less_date", two, cel.BoolType))
	add(operators.LessEquals, cel.Overload("less_equals_date", two, cel.BoolType))
	add(operators.Greater, cel.Overload("greater_date", two, cel.BoolType))
	add(operators.GreaterEquals, cel.Overload("greater_equals_date", two, cel.BoolType))
	add(operators.Subtract, cel.Overload("subtract_date_date", two, cel.DurationType))
	add(overloads.TypeConvertInt, cel.Overload("duration_whole_seconds", []*cel.Type{cel.DurationType}, cel.IntType,
		cel.UnaryBinding(func(d ref.Val) ref.Val { return types.Int(d.(types.Duration).Duration / 1e9) })))
	add(overloads.TypeConvertString, cel.Overload("date_as_string", []*cel.Type{dateType}, cel.StringType,
		cel.UnaryBinding(func(d ref.Val) ref.Val { return d.ConvertToType(types.StringType) })))
}

// sizeFunction is CEL's size for lists and texts, which structs may have too
// (`roster.k.size()`). One implementation serves all, so it is declared anew.
func sizeFunction(u *Universe, add adder) {
	a := cel.ListType(cel.TypeParamType("A"))
	add(overloads.Size,
		cel.Overload(overloads.SizeString, []*cel.Type{cel.StringType}, cel.IntType),
		cel.MemberOverload(overloads.SizeStringInst, []*cel.Type{cel.StringType}, cel.IntType),
		cel.Overload(overloads.SizeList, []*cel.Type{a}, cel.IntType),
		cel.MemberOverload(overloads.SizeListInst, []*cel.Type{a}, cel.IntType),
		cel.SingletonUnaryBinding(func(v ref.Val) ref.Val {
			if s, ok := v.(traits.Sizer); ok {
				return s.Size()
			}
			return u.call(v, overloads.Size, nil)
		}))
}

// methods declares what the structs declare. Methods of one name share one
// implementation: the receiver is asked.
func (u *Universe) methods(add adder) error {
	names := map[string][]string{} // method → structs
	for _, s := range sortedKeys(u.structs) {
		for m := range u.structs[s].decl.Methods {
			names[m] = append(names[m], s)
		}
	}
	for _, m := range sortedKeys(names) {
		if err := methodClash(m); err != nil {
			return err
		}
		for _, s := range names[m] {
			add(m, u.methodOverloads(s, m)...)
		}
	}
	u.anyReceiver(add, names)
	return nil
}

// methodClash refuses names whose standard implementation cannot be shared.
func methodClash(m string) error {
	switch m {
	case overloads.Matches, "all", "exists", "exists_one", "filter", "map":
		return fmt.Errorf("rule: method name %q belongs to CEL", m)
	}
	return nil
}

func (u *Universe) methodOverloads(structName, m string) []cel.FunctionOpt {
	sig := u.structs[structName].decl.Methods[m]
	recv := types.NewObjectType(celPrefix + structName)
	var out []cel.FunctionOpt
	for n := len(sig.Args) - sig.Optional; n <= len(sig.Args); n++ {
		args := []*cel.Type{recv}
		for _, a := range sig.Args[:n] {
			args = append(args, celType(a))
		}
		id := fmt.Sprintf("%s.%s/%d", structName, m, n)
		var bind []cel.OverloadOpt
		if m != overloads.Size {
			bind = append(bind, cel.FunctionBinding(u.methodBinding(m)))
		}
		out = append(out, cel.MemberOverload(id, args, celType(sig.Result), bind...))
	}
	return out
}

func (u *Universe) methodBinding(m string) func(...ref.Val) ref.Val {
	return func(args ...ref.Val) ref.Val { return u.call(args[0], m, args[1:]) }
}

// anyReceiver declares `x.covers(region)` and `x.free(from, to)` on any struct,
// unless the universe says which structs have them.
func (u *Universe) anyReceiver(add adder, declared map[string][]string) {
	any := cel.TypeParamType("T")
	if declared["covers"] == nil {
		add("covers", cel.MemberOverload("any.covers", []*cel.Type{any, cel.StringType}, cel.BoolType,
			cel.FunctionBinding(u.methodBinding("covers"))))
	}
	if declared["free"] == nil {
		add("free", cel.MemberOverload("any.free", []*cel.Type{any, cel.TimestampType, cel.TimestampType}, cel.BoolType,
			cel.FunctionBinding(u.methodBinding("free"))))
	}
}

// call asks the receiver. args exclude the receiver.
func (u *Universe) call(recv ref.Val, method string, args []ref.Val) ref.Val {
	sv, ok := recv.(structVal)
	if !ok {
		return types.NewErr("rule: %s on %s, which is not a struct", method, recv.Type().TypeName())
	}
	c, ok := sv.s.(Caller)
	if !ok {
		return types.NewErr("rule: %s has no methods (%s)", sv.s.TypeName(), method)
	}
	in := make([]any, len(args))
	for i, a := range args {
		x, err := native(a)
		if err != nil {
			return types.WrapErr(err)
		}
		in[i] = x
	}
	out, err := c.Call(method, in)
	if un, ok := err.(*Unset); ok && un.Path == "" {
		err = &Unset{Path: method, Label: un.Label}
	}
	if err != nil {
		return types.WrapErr(err)
	}
	if out == nil {
		return types.WrapErr(&Unset{Path: method})
	}
	return u.adapter.NativeToValue(out)
}
