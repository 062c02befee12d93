package rule

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"linqiao/domain"
)

// dateType is a civil day. It is not a timestamp: the checker refuses to compare
// the two.
var dateType = types.NewOpaqueType("date").WithTraits(traits.ComparerType | traits.SubtractorType)

// dateVal carries a domain.Date through CEL.
type dateVal domain.Date

func (d dateVal) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeFor[domain.Date]() {
		return domain.Date(d), nil
	}
	return nil, fmt.Errorf("rule: date does not convert to %v", t)
}

func (d dateVal) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case types.StringType:
		return types.String(domain.Date(d).String())
	case types.TypeType:
		return dateType
	}
	return types.NewErr("rule: date does not convert to %s", t.TypeName())
}

func (d dateVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(dateVal)
	return types.Bool(ok && o == d)
}

func (d dateVal) Type() ref.Type { return dateType }
func (d dateVal) Value() any     { return domain.Date(d) }

// Compare implements the order of days.
func (d dateVal) Compare(other ref.Val) ref.Val {
	o, ok := other.(dateVal)
	switch {
	case !ok:
		return types.MaybeNoSuchOverloadErr(other)
	case d < o:
		return types.IntNegOne
	case d > o:
		return types.IntOne
	}
	return types.IntZero
}

// Subtract gives whole days as a duration of 24 hours each.
func (d dateVal) Subtract(other ref.Val) ref.Val {
	o, ok := other.(dateVal)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Duration{Duration: time.Duration(d-o) * 24 * time.Hour}
}

// structVal carries a Struct through CEL. Fields are read only when asked.
type structVal struct {
	s Struct
	u *Universe
}

func (v structVal) ConvertToNative(t reflect.Type) (any, error) {
	if reflect.TypeOf(v.s).AssignableTo(t) {
		return v.s, nil
	}
	return nil, fmt.Errorf("rule: struct %s does not convert to %v", v.s.TypeName(), t)
}

func (v structVal) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return v.Type().(ref.Val)
	}
	return types.NewErr("rule: struct %s does not convert to %s", v.s.TypeName(), t.TypeName())
}

// Equal compares by id where the struct type has one: two reads of one record
// or party are the same. Without id only the identical pointer is equal.
func (v structVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(structVal)
	if !ok {
		return types.False
	}
	if t := reflect.TypeOf(v.s); t.Kind() == reflect.Pointer && t == reflect.TypeOf(o.s) && v.s == o.s {
		return types.True
	}
	a, okA := idOf(v.s)
	b, okB := idOf(o.s)
	return types.Bool(okA && okB && a == b)
}

func idOf(s Struct) (string, bool) {
	got, err := s.Get("id")
	if err != nil {
		return "", false
	}
	id, ok := got.(string)
	return id, ok
}

func (v structVal) Type() ref.Type {
	if st, ok := v.u.structs[v.s.TypeName()]; ok {
		return st.typ
	}
	return types.NewObjectType(celPrefix + v.s.TypeName())
}

func (v structVal) Value() any { return v.s }

// Get reads a field by name; the checker has made sure that it exists.
func (v structVal) Get(index ref.Val) ref.Val {
	name, ok := index.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(index)
	}
	got, err := getFrom(string(name))(v.s)
	if err != nil {
		return types.WrapErr(err)
	}
	return v.u.adapter.NativeToValue(got)
}

// IsSet tells whether a field has a value.
func (v structVal) IsSet(index ref.Val) ref.Val {
	name, ok := index.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(index)
	}
	return types.Bool(isSet(string(name))(v.s))
}

// getFrom makes the lazy reader of one field.
func getFrom(field string) ref.FieldGetter {
	return func(target any) (any, error) {
		s, err := asStruct(target)
		if err != nil {
			return nil, err
		}
		got, err := s.Get(field)
		if err == nil && got == nil {
			return nil, &Unset{Path: field}
		}
		if u, ok := err.(*Unset); ok && u.Path == "" {
			return nil, &Unset{Path: field, Label: u.Label}
		}
		return got, err
	}
}

// isSet makes the presence test of one field: set means that reading it does not
// give Unset. An error of another kind counts as set and shows when it is read.
func isSet(field string) ref.FieldTester {
	return func(target any) bool {
		s, err := asStruct(target)
		if err != nil {
			return false
		}
		got, err := s.Get(field)
		if err == nil {
			return got != nil
		}
		var u *Unset
		return !errors.As(err, &u)
	}
}

func asStruct(v any) (Struct, error) {
	switch x := v.(type) {
	case Struct:
		return x, nil
	case structVal:
		return x.s, nil
	}
	return nil, fmt.Errorf("rule: %T is not a struct", v)
}

// adapter turns Go values into CEL values.
type adapter struct{ u *Universe }

func (a adapter) NativeToValue(v any) ref.Val {
	switch x := v.(type) {
	case nil:
		return types.WrapErr(&Unset{})
	case bool:
		return types.Bool(x)
	case int64:
		return types.Int(x)
	case string:
		return types.String(x)
	case float64:
		return types.Double(x)
	case domain.Date:
		return dateVal(x)
	case time.Time:
		return types.Timestamp{Time: x}
	case time.Duration:
		return types.Duration{Duration: x}
	case []any:
		return a.list(x)
	case Struct:
		return structVal{x, a.u}
	case ref.Val:
		return x
	case *Unset:
		return types.WrapErr(x)
	case error:
		return types.WrapErr(x)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

func (a adapter) list(xs []any) ref.Val {
	vals := make([]ref.Val, len(xs))
	for i, x := range xs {
		vals[i] = a.NativeToValue(x)
		if types.IsError(vals[i]) {
			return vals[i] // one unset element makes the list unset
		}
	}
	return types.NewRefValList(a, vals)
}

// native turns a CEL value into the Go value of the contract.
func native(v ref.Val) (any, error) {
	switch x := v.(type) {
	case types.Bool:
		return bool(x), nil
	case types.Int:
		return int64(x), nil
	case types.Double:
		return float64(x), nil
	case types.String:
		return string(x), nil
	case dateVal:
		return domain.Date(x), nil
	case types.Timestamp:
		return x.Time, nil
	case types.Duration:
		return x.Duration, nil
	case structVal:
		return x.s, nil
	case traits.Lister:
		return nativeList(x)
	case *types.Err:
		return nil, x
	}
	return nil, fmt.Errorf("rule: a value of type %s has no place here", v.Type().TypeName())
}

func nativeList(l traits.Lister) (any, error) {
	out := make([]any, 0, l.Size().(types.Int))
	for it := l.Iterator(); it.HasNext() == types.True; {
		x, err := native(it.Next())
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
