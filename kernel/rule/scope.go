package rule

import (
	"fmt"
	"maps"
	"sync"

	"cel.dev/cel-go/cel"
)

// Scope is the set of variables that stand bare in an expression. Making one is
// cheap; its CEL environment is built at the first Compile. Safe for concurrent
// use.
type Scope struct {
	u    *Universe
	vars map[string]Type

	once sync.Once
	env  *cel.Env
	err  error
}

// Scope declares bare variables.
func (u *Universe) Scope(vars map[string]Type) (*Scope, error) {
	for name, t := range vars {
		if miss := u.undeclared(t); miss != "" {
			return nil, fmt.Errorf("rule: variable %s: type %q is not declared", name, miss)
		}
	}
	return &Scope{u: u, vars: maps.Clone(vars)}, nil
}

// Extend gives a scope with more variables; a name given again takes the new type.
func (s *Scope) Extend(vars map[string]Type) (*Scope, error) {
	all := maps.Clone(s.vars)
	if all == nil {
		all = make(map[string]Type, len(vars))
	}
	maps.Copy(all, vars)
	return s.u.Scope(all)
}

func (u *Universe) undeclared(t Type) string {
	switch t.Kind {
	case List:
		if t.Elem == nil {
			return "list without element type"
		}
		return u.undeclared(*t.Elem)
	case Object:
		if _, ok := u.structs[t.Name]; !ok {
			return t.Name
		}
	case 0:
		return "no kind"
	}
	return ""
}

// checker builds the environment on first use.
func (s *Scope) checker() (*cel.Env, error) {
	s.once.Do(func() {
		opts := make([]cel.EnvOption, 0, len(s.vars))
		for name, t := range s.vars {
			opts = append(opts, cel.Variable(name, celType(t)))
		}
		s.env, s.err = s.u.base.Extend(opts...)
	})
	return s.env, s.err
}
