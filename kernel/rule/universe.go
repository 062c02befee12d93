package rule

import (
	"fmt"
	"sort"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/decls"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// celPrefix keeps struct names apart from variable names inside the CEL checker:
// a struct `place` must not make the bare word `place` mean a type.
const celPrefix = "@"

// Universe is every struct type that expressions may meet, with one base CEL
// environment. Built once; safe for concurrent use afterwards.
type Universe struct {
	structs map[string]*structType
	dotted  map[string]bool // method names with a dot, such as `share_bank.of`
	base    *cel.Env
	funcs   map[string]*decls.FunctionDecl // of base, by name
	adapter adapter
}

// structType is one declared struct, prepared for the checker.
type structType struct {
	decl   StructDecl
	typ    *types.Type
	fields map[string]*types.FieldType
	names  []string
}

// NewUniverse checks the declarations (every type named must be declared) and
// builds the base environment with all functions and methods.
func NewUniverse(structs map[string]StructDecl) (*Universe, error) {
	u := &Universe{structs: make(map[string]*structType, len(structs)), dotted: map[string]bool{}}
	u.adapter = adapter{u}
	for name, d := range structs {
		if err := u.checkDecl(structs, name, d); err != nil {
			return nil, err
		}
		u.structs[name] = newStructType(name, d)
		for m := range d.Methods {
			if strings.Contains(m, ".") {
				u.dotted[m] = true
			}
		}
	}
	opts, err := u.envOptions()
	if err != nil {
		return nil, err
	}
	if u.base, err = cel.NewCustomEnv(opts...); err != nil {
		return nil, fmt.Errorf("rule: base environment: %w", err)
	}
	u.funcs = u.base.Functions()
	// Compile something once, so that scopes share the prepared function tables
	// and a clash of names shows here.
	one, iss := u.base.Compile("true")
	if iss.Err() != nil {
		return nil, fmt.Errorf("rule: base environment: %w", iss.Err())
	}
	if _, err := u.base.Program(one); err != nil {
		return nil, fmt.Errorf("rule: base environment: %w", err)
	}
	return u, nil
}

func (u *Universe) checkDecl(all map[string]StructDecl, name string, d StructDecl) error {
	known := func(where string, t Type) error {
		if miss := undeclared(all, t); miss != "" {
			return fmt.Errorf("rule: struct %s, %s: type %q is not declared", name, where, miss)
		}
		return nil
	}
	for f, t := range d.Fields {
		if err := known(f, t); err != nil {
			return err
		}
	}
	for m, sig := range d.Methods {
		if sig.Optional < 0 || sig.Optional > len(sig.Args) {
			return fmt.Errorf("rule: struct %s, method %s: %d optional arguments of %d", name, m, sig.Optional, len(sig.Args))
		}
		for _, t := range append([]Type{sig.Result}, sig.Args...) {
			if err := known(m+"()", t); err != nil {
				return err
			}
		}
	}
	return nil
}

// undeclared gives the first object name within t that nobody declared, or a
// word for a type without kind; "" when all is well.
func undeclared(all map[string]StructDecl, t Type) string {
	switch t.Kind {
	case List:
		if t.Elem == nil {
			return "list without element type"
		}
		return undeclared(all, *t.Elem)
	case Object:
		if _, ok := all[t.Name]; !ok {
			return t.Name
		}
	case 0:
		return "no kind"
	}
	return ""
}

func newStructType(name string, d StructDecl) *structType {
	st := &structType{
		decl:   d,
		typ:    types.NewObjectType(celPrefix + name),
		fields: make(map[string]*types.FieldType, len(d.Fields)),
	}
	for f, t := range d.Fields {
		st.fields[f] = &types.FieldType{Type: celType(t), IsSet: isSet(f), GetFrom: getFrom(f)}
		st.names = append(st.names, f)
	}
	sort.Strings(st.names)
	return st
}

// celType is the CEL type of a rule type.
func celType(t Type) *types.Type {
	switch t.Kind {
	case Bool:
		return types.BoolType
	case Int:
		return types.IntType
	case Double:
		return types.DoubleType
	case Text:
		return types.StringType
	case Date:
		return dateType
	case Time:
		return types.TimestampType
	case Duration:
		return types.DurationType
	case List:
		return types.NewListType(celType(*t.Elem))
	case Object:
		return types.NewObjectType(celPrefix + t.Name)
	case Any:
		return types.DynType
	}
	return types.ErrorType
}

// ruleType is the rule type of a checked CEL type; the zero Type when CEL has a
// type that the program format has no word for (maps, null, an empty list).
func ruleType(t *types.Type) Type {
	switch t.Kind() {
	case types.BoolKind:
		return Type{Kind: Bool}
	case types.IntKind:
		return Type{Kind: Int}
	case types.DoubleKind:
		return Type{Kind: Double}
	case types.StringKind:
		return Type{Kind: Text}
	case types.TimestampKind:
		return Type{Kind: Time}
	case types.DurationKind:
		return Type{Kind: Duration}
	case types.ListKind:
		e := Type{}
		if len(t.Parameters()) == 1 {
			e = ruleType(t.Parameters()[0])
		}
		return Type{Kind: List, Elem: &e}
	case types.StructKind:
		return Type{Kind: Object, Name: strings.TrimPrefix(t.TypeName(), celPrefix)}
	case types.OpaqueKind:
		if t.TypeName() == dateType.TypeName() {
			return Type{Kind: Date}
		}
	}
	return Type{}
}

// provider answers the checker's questions about struct types. It knows no type
// names, so that `int` or `list` as a bare word is a variable or nothing.
type provider struct{ u *Universe }

func (p provider) find(name string) (*structType, bool) {
	bare, ok := strings.CutPrefix(name, celPrefix)
	if !ok {
		return nil, false
	}
	st, ok := p.u.structs[bare]
	return st, ok
}

func (p provider) EnumValue(name string) ref.Val    { return types.NewErr("no enum %s", name) }
func (p provider) FindIdent(string) (ref.Val, bool) { return nil, false }
func (p provider) NewValue(n string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("cannot construct %s", n)
}

func (p provider) FindStructType(name string) (*types.Type, bool) {
	st, ok := p.find(name)
	if !ok {
		return nil, false
	}
	return types.NewTypeTypeWithParam(st.typ), true
}

func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	st, ok := p.find(name)
	if !ok {
		return nil, false
	}
	return st.names, true
}

func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	st, ok := p.find(name)
	if !ok {
		return nil, false
	}
	ft, ok := st.fields[field]
	return ft, ok
}
