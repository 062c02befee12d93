package rule

import (
	"errors"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// Expr is a compiled expression: immutable, safe for concurrent Eval.
type Expr struct {
	src     string
	typ     Type
	reads   []string
	phone   error
	checked *ast.AST

	path  []string // a plain path: read without CEL
	konst bool     // the value is known: value
	value any

	prog     cel.Program
	u        *Universe
	timeMath bool // subtracts or adds instants: an overflow means Never took part
}

// Src is the expression as written.
func (x *Expr) Src() string { return x.src }

// Type is the type of the result.
func (x *Expr) Type() Type { return x.typ }

// Reads lists the dotted paths read, sorted, without variables bound by macros.
func (x *Expr) Reads() []string { return x.reads }

// Phone is nil when the expression keeps to the phone subset.
func (x *Expr) Phone() error { return x.phone }

// Const gives the value of an expression that reads nothing.
func (x *Expr) Const() (any, bool) { return x.value, x.konst }

// Bool evaluates a condition.
func (x *Expr) Bool(v Vars) (bool, error) {
	got, err := x.Eval(v)
	if err != nil {
		return false, err
	}
	b, ok := got.(bool)
	if !ok {
		return false, fmt.Errorf("rule: %q gives %T, not a condition", x.src, got)
	}
	return b, nil
}

// Eval evaluates. The error is *Unset (errors.As) when a value that was needed is
// not set.
func (x *Expr) Eval(v Vars) (any, error) {
	switch {
	case x.konst:
		return x.value, nil
	case x.path != nil:
		return x.walk(v)
	}
	out, _, err := x.prog.Eval(activation{v, x.u})
	if err != nil {
		return nil, x.cause(err)
	}
	got, err := native(out)
	if err != nil {
		return nil, x.cause(err)
	}
	return got, nil
}

// walk reads a plain path.
func (x *Expr) walk(v Vars) (any, error) {
	if v == nil {
		return nil, &Unset{Path: x.src}
	}
	got, err := v.Var(x.path[0])
	for i := 0; ; i++ {
		if err == nil && got == nil {
			err = &Unset{}
		}
		if err != nil {
			return nil, x.at(err, i)
		}
		if i+1 == len(x.path) {
			return x.u.plain(got)
		}
		s, ok := got.(Struct)
		if !ok {
			return nil, fmt.Errorf("rule: %s is %T, not a struct", strings.Join(x.path[:i+1], "."), got)
		}
		got, err = s.Get(x.path[i+1])
	}
}

// at completes the path of an Unset found at step i of a plain path.
func (x *Expr) at(err error, i int) error {
	var u *Unset
	if !errors.As(err, &u) {
		return err
	}
	full := strings.Join(x.path[:i+1], ".")
	if u.Path == full || strings.Contains(u.Path, ".") {
		return u
	}
	return &Unset{Path: full, Label: u.Label}
}

// plain checks that a value is one of the contract's Go types, converting the
// near ones (int, int32, []string…).
func (u *Universe) plain(v any) (any, error) {
	switch v.(type) {
	case bool, int64, float64, string, Struct:
		return v, nil
	}
	return native(u.adapter.NativeToValue(v))
}

// cause turns the interpreter's error into *Unset where it is one.
func (x *Expr) cause(err error) error {
	var u *Unset
	if errors.As(err, &u) {
		return x.complete(u)
	}
	if x.timeMath && strings.Contains(err.Error(), "overflow") {
		return &Unset{Path: x.src} // a span up to Never has no length
	}
	if s := err.Error(); strings.Contains(s, "division by zero") || strings.Contains(s, "modulus by zero") {
		return &Unset{Path: x.src} // a share of nothing is not set, as in a ratio
	}
	return fmt.Errorf("rule: %s: %w", x.src, err)
}

// complete gives an Unset that names only a field the dotted path as written,
// when just one path read by the expression ends so.
func (x *Expr) complete(u *Unset) *Unset {
	if u.Path == "" {
		return &Unset{Path: x.src, Label: u.Label}
	}
	if strings.Contains(u.Path, ".") {
		return u
	}
	found := ""
	for _, r := range x.reads {
		if r == u.Path {
			return u
		}
		if strings.HasSuffix(r, "."+u.Path) || strings.Contains(r, "."+u.Path+".") {
			if found != "" {
				return u
			}
			end := strings.Index(r, "."+u.Path) + 1 + len(u.Path)
			found = r[:end]
		}
	}
	if found == "" {
		return u
	}
	return &Unset{Path: found, Label: u.Label}
}

// activation lets CEL read Vars.
type activation struct {
	v Vars
	u *Universe
}

func (a activation) Parent() cel.Activation { return nil }

func (a activation) ResolveName(name string) (any, bool) {
	if a.v == nil {
		return types.WrapErr(&Unset{Path: name}), true
	}
	got, err := a.v.Var(name)
	switch {
	case err != nil:
		if u, ok := err.(*Unset); ok && u.Path == "" {
			err = &Unset{Path: name, Label: u.Label}
		}
		return types.WrapErr(err), true
	case got == nil:
		return types.WrapErr(&Unset{Path: name}), true
	}
	return got, true
}
