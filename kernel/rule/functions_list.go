package rule

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// listFunctions: sum mean median max min union mentions. The mean and median of
// whole numbers are whole numbers, half up, as all money and points here are; of
// an empty list they are unset, and the sum is 0.
func listFunctions(u *Universe, add adder) {
	numeric := map[string]*cel.Type{"int": cel.IntType, "double": cel.DoubleType, "duration": cel.DurationType}
	ordered := map[string]*cel.Type{"timestamp": cel.TimestampType, "date": dateType, "string": cel.StringType}
	member := func(name, elem string, t *cel.Type, f func(ref.Val) ref.Val) {
		add(name, cel.MemberOverload(name+"_"+elem+"s", []*cel.Type{cel.ListType(t)}, t, cel.UnaryBinding(f)))
	}
	for _, elem := range sortedKeys(numeric) {
		t := numeric[elem]
		zero := zeroOf(t)
		member("sum", elem, t, func(l ref.Val) ref.Val { return sum(l, zero) })
		member("mean", elem, t, mean)
		member("median", elem, t, median)
		member("max", elem, t, extreme("max", types.IntOne))
		member("min", elem, t, extreme("min", types.IntNegOne))
	}
	for _, elem := range sortedKeys(ordered) {
		member("max", elem, ordered[elem], extreme("max", types.IntOne))
		member("min", elem, ordered[elem], extreme("min", types.IntNegOne))
	}
	a := cel.TypeParamType("A")
	add("union", cel.MemberOverload("union_lists", []*cel.Type{cel.ListType(cel.ListType(a))}, cel.ListType(a),
		cel.UnaryBinding(func(l ref.Val) ref.Val { return union(u, l) })))
	add("mentions", cel.MemberOverload("mentions_words", []*cel.Type{cel.StringType, cel.ListType(cel.StringType)}, cel.BoolType,
		cel.BinaryBinding(mentions)))
}

// eachOf walks a list; an element that is an error ends the walk.
func eachOf(list ref.Val, f func(ref.Val) error) error {
	l, ok := list.(traits.Lister)
	if !ok {
		return fmt.Errorf("rule: %s is not a list", list.Type().TypeName())
	}
	for it := l.Iterator(); it.HasNext() == types.True; {
		v := it.Next()
		if e, ok := v.(*types.Err); ok {
			return e
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

func elements(list ref.Val) ([]ref.Val, error) {
	var out []ref.Val
	err := eachOf(list, func(v ref.Val) error { out = append(out, v); return nil })
	return out, err
}

func zeroOf(t *cel.Type) ref.Val {
	switch t {
	case cel.DoubleType:
		return types.Double(0)
	case cel.DurationType:
		return types.Duration{}
	}
	return types.IntZero
}

func sum(list, zero ref.Val) ref.Val {
	total := zero
	err := eachOf(list, func(v ref.Val) error {
		total = total.(traits.Adder).Add(v)
		if e, ok := total.(*types.Err); ok {
			return e
		}
		return nil
	})
	if err != nil {
		return types.WrapErr(err)
	}
	return total
}

func mean(list ref.Val) ref.Val {
	vals, err := elements(list)
	if err != nil {
		return types.WrapErr(err)
	}
	if len(vals) == 0 {
		return types.WrapErr(&Unset{Path: "mean"})
	}
	total := sum(list, zeroLike(vals[0]))
	return divide(total, int64(len(vals)))
}

func zeroLike(v ref.Val) ref.Val {
	switch v.(type) {
	case types.Double:
		return types.Double(0)
	case types.Duration:
		return types.Duration{}
	}
	return types.IntZero
}

// divide divides a sum by a count; whole numbers are rounded half up.
func divide(total ref.Val, n int64) ref.Val {
	switch t := total.(type) {
	case types.Int:
		return types.Int(halfUp(int64(t), n))
	case types.Double:
		return t / types.Double(n)
	case types.Duration:
		return types.Duration{Duration: time.Duration(halfUp(int64(t.Duration), n))}
	}
	return total // an error
}

// halfUp is a÷n rounded to the nearest, a half towards +∞; n > 0.
func halfUp(a, n int64) int64 {
	q, r := a/n, a%n
	if r < 0 {
		q, r = q-1, r+n
	}
	if r >= n-r {
		q++
	}
	return q
}

func median(list ref.Val) ref.Val {
	vals, err := elements(list)
	if err != nil {
		return types.WrapErr(err)
	}
	n := len(vals)
	if n == 0 {
		return types.WrapErr(&Unset{Path: "median"})
	}
	slices.SortStableFunc(vals, compare)
	if n%2 == 1 {
		return vals[n/2]
	}
	total := vals[n/2-1].(traits.Adder).Add(vals[n/2])
	return divide(total, 2)
}

func compare(a, b ref.Val) int {
	c, _ := a.(traits.Comparer).Compare(b).(types.Int)
	return int(c)
}

func extreme(name string, side types.Int) func(ref.Val) ref.Val {
	return func(list ref.Val) ref.Val {
		var best ref.Val
		err := eachOf(list, func(v ref.Val) error {
			if best == nil || compare(v, best) == int(side) {
				best = v
			}
			return nil
		})
		switch {
		case err != nil:
			return types.WrapErr(err)
		case best == nil:
			return types.WrapErr(&Unset{Path: name})
		}
		return best
	}
}

// union joins lists, each value once, in order of first appearance.
func union(u *Universe, lists ref.Val) ref.Val {
	var out []ref.Val
	seen := map[any]bool{}
	err := eachOf(lists, func(l ref.Val) error {
		return eachOf(l, func(v ref.Val) error {
			if k, ok := distinctKey(v); ok {
				if seen[k] {
					return nil
				}
				seen[k] = true
			} else if contains(out, v) {
				return nil
			}
			out = append(out, v)
			return nil
		})
	})
	if err != nil {
		return types.WrapErr(err)
	}
	return types.NewRefValList(u.adapter, out)
}

// distinctKey is a map key for values whose equality is that of Go.
func distinctKey(v ref.Val) (any, bool) {
	switch x := v.(type) {
	case types.Int, types.String, types.Bool, dateVal:
		return x, true
	case types.Timestamp:
		return x.Time.UnixNano(), true
	case structVal:
		if id, ok := idOf(x.s); ok {
			return [2]string{"id", id}, true
		}
	}
	return nil, false
}

func contains(vals []ref.Val, v ref.Val) bool {
	for _, o := range vals {
		if o.Equal(v) == types.True {
			return true
		}
	}
	return false
}

// mentions tells whether a text holds one of the words, letters of either case.
func mentions(text, words ref.Val) ref.Val {
	hay := strings.ToLower(string(text.(types.String)))
	found := false
	err := eachOf(words, func(w ref.Val) error {
		s, _ := w.(types.String)
		found = found || s != "" && strings.Contains(hay, strings.ToLower(string(s)))
		return nil
	})
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Bool(found)
}

// Share is part of whole in basis points, rounded down, so that a threshold is
// never reached by rounding; ok is false when the whole is 0.
func Share(part, whole int64) (bp int64, ok bool) {
	if whole == 0 {
		return 0, false
	}
	q := new(big.Int).Mul(big.NewInt(part), big.NewInt(10_000))
	q, r := q.QuoRem(q, big.NewInt(whole), new(big.Int))
	if r.Sign() != 0 && (r.Sign() < 0) != (whole < 0) {
		q.Sub(q, big.NewInt(1))
	}
	return q.Int64(), q.IsInt64()
}
