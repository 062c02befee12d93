package rule

import (
	"errors"
	"math"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Travel is reckoned, not routed: great-circle metres, lengthened by a detour
// factor, at walking speed. It ranks and limits; it does not navigate.
const (
	EarthRadius  = 6371008.8 // metres, mean radius (IUGG)
	DetourFactor = 1.3       // road length over straight line
	WalkingSpeed = 80.0      // metres a minute
)

// Metres is the great-circle distance of two points given in degrees.
func Metres(lat1, lng1, lat2, lng2 float64) float64 {
	const rad = math.Pi / 180
	s1 := math.Sin((lat2 - lat1) * rad / 2)
	s2 := math.Sin((lng2 - lng1) * rad / 2)
	h := s1*s1 + math.Cos(lat1*rad)*math.Cos(lat2*rad)*s2*s2
	return 2 * EarthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// Minutes is the walking time for a straight-line distance, rounded up.
func Minutes(metres float64) int64 {
	return int64(math.Ceil(metres * DetourFactor / WalkingSpeed))
}

// placeFunctions: minutes within near region_of related. The first three exist
// when the universe has a struct `place`.
func placeFunctions(u *Universe, add adder) {
	any1, any2 := cel.TypeParamType("A"), cel.TypeParamType("B")
	add("related", cel.Overload("related_parties", []*cel.Type{any1, any2}, cel.BoolType,
		cel.BinaryBinding(func(a, b ref.Val) ref.Val { return u.call(a, "related", []ref.Val{b}) })))
	if _, ok := u.structs["place"]; !ok {
		return
	}
	place := types.NewObjectType(celPrefix + "place")
	add("minutes", cel.Overload("minutes_places", []*cel.Type{place, place}, cel.IntType,
		cel.BinaryBinding(func(a, b ref.Val) ref.Val {
			return withDistance(a, b, func(m float64) ref.Val { return types.Int(Minutes(m)) })
		})))
	add("within", cel.Overload("within_places", []*cel.Type{place, place, cel.IntType}, cel.BoolType,
		cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return withDistance(args[0], args[1], func(m float64) ref.Val {
				return types.Bool(Minutes(m) <= int64(args[2].(types.Int)))
			})
		})))
	add("near", cel.Overload("near_places", []*cel.Type{place, place, cel.IntType}, cel.BoolType,
		cel.FunctionBinding(func(args ...ref.Val) ref.Val {
			return withDistance(args[0], args[1], func(m float64) ref.Val {
				return types.Bool(m <= float64(args[2].(types.Int)))
			})
		})))
	add("region_of", cel.Overload("region_of_place", []*cel.Type{place, cel.StringType}, cel.StringType,
		cel.BinaryBinding(func(p, level ref.Val) ref.Val { return u.call(p, "region_of", []ref.Val{level}) })))
}

func withDistance(a, b ref.Val, then func(metres float64) ref.Val) ref.Val {
	lat1, lng1, err := coordinates(a)
	if err != nil {
		return types.WrapErr(err)
	}
	lat2, lng2, err := coordinates(b)
	if err != nil {
		return types.WrapErr(err)
	}
	return then(Metres(lat1, lng1, lat2, lng2))
}

func coordinates(v ref.Val) (lat, lng float64, err error) {
	s, err := asStruct(v)
	if err != nil {
		return 0, 0, err
	}
	if lat, err = degrees(s, "lat"); err != nil {
		return 0, 0, err
	}
	lng, err = degrees(s, "lng")
	return lat, lng, err
}

func degrees(s Struct, field string) (float64, error) {
	got, err := getFrom(field)(s)
	if err != nil {
		return 0, err
	}
	f, ok := got.(float64)
	if !ok || math.IsNaN(f) || math.Abs(f) > 180 {
		return 0, errors.New("rule: place: " + field + " is not in degrees")
	}
	return f, nil
}
