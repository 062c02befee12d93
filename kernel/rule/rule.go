// Package rule compiles and evaluates the conditions of programs: CEL
// (Common Expression Language) over typed, lazily read structs.
//
// The package knows no program and no noun. A caller declares the struct types
// that expressions may meet (a Universe), the variables that stand bare (a
// Scope), and compiles; an unknown name or a wrong type is an error at load, and
// so is an expression whose estimated cost is above the limit.
//
// Unset rule (docs/program-format.md §6): reading a value that is not set makes
// the whole expression unset, unless && or || already has its answer. Eval then
// returns *Unset, which names what is missing.
package rule

import "time"

// Kind is the kind of a type.
type Kind uint8

const (
	Bool Kind = iota + 1
	Int
	Double
	Text
	Date     // domain.Date; comparable with dates only
	Time     // time.Time; Never when it has not come
	Duration // time.Duration
	List
	Object // a declared struct
	Any    // of a method's argument only: any value
)

// Type is the type of a field, a variable or a result.
type Type struct {
	Kind Kind
	Elem *Type  // of a List
	Name string // of an Object
}

// Method is a function called on a struct: `roster.firms.has(x)`,
// `account.held(p)`. Optional trailing arguments may be left out.
type Method struct {
	Args     []Type
	Optional int
	Result   Type
}

// StructDecl declares one struct type.
type StructDecl struct {
	Fields  map[string]Type
	Methods map[string]Method
}

// Struct is a value of a declared struct type. Get returns one of: bool, int64,
// float64, string, domain.Date, time.Time, time.Duration, []any, Struct; or
// *Unset as the error when nothing is set; or another error.
type Struct interface {
	TypeName() string
	Get(field string) (any, error)
}

// Caller is a Struct with methods. Functions that need the outside world
// (minutes, region_of, covers…) are called on their first argument too.
type Caller interface {
	Struct
	Call(method string, args []any) (any, error)
}

// Vars gives the values of a scope's variables, same Go types as Struct.Get.
type Vars interface {
	Var(name string) (any, error)
}

// Never is the instant that has not come: later than any other. `entered.x`
// reads Never while the stage was not entered, so comparisons and first_of work.
var Never = time.Date(9999, 12, 31, 16, 0, 0, 0, time.UTC)

// Unset says that an expression read a value that is not set. Path is the dotted
// path as written (`subject.founded`), Label its Chinese name when known.
type Unset struct{ Path, Label string }

func (u *Unset) Error() string { return "unset: " + u.Path }

// CompileError is what Compile returns; Col is 1-based within the expression.
type CompileError struct {
	Msg, Hint string
	Col       int
}

func (e *CompileError) Error() string { return e.Msg }
