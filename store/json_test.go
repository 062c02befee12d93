package store

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"linqiao/domain"
)

func anyValue(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.String().AsAny(),
		rapid.Float64().Filter(func(f float64) bool { return f == f && f*0 == 0 }).AsAny(),
		rapid.Map(rapid.IntRange(-9, 9), func(n int) any { return float64(n) }),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 4), func(l []any) any {
			if l == nil {
				return []any{}
			}
			return l
		}),
		rapid.MapOfN(rapid.String(), anyValue(depth-1), 0, 4).AsAny())...)
}

// TestJSON: what is written reads back equal, with whole numbers and fractions
// kept apart, and is JSON to everybody else.
func TestJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue(3).Draw(t, "v")
		text := encodeValue(nil, v)
		if !json.Valid(text) {
			t.Fatalf("not JSON: %s", text)
		}
		got, err := decodeAny(string(text))
		if err != nil || !reflect.DeepEqual(got, v) {
			t.Fatalf("%s reads back %#v, want %#v, %v", text, got, v, err)
		}
		if again := encodeValue(nil, got); string(again) != string(text) {
			t.Fatalf("written again: %s, was %s", again, text)
		}
	})
}

func TestJSON_OtherTypes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, domain.Beijing)
	got := string(encodeObject(map[string]any{"b": []string{"x"}, "a": at, "d": domain.NewDate(2026, 3, 2), "m": map[string]int{"k": 1}, "i": 3, "bad": "\xff"}))
	const want = `{"a":"2026-03-02T01:00:00Z","b":["x"],"bad":"` + "\ufffd" + `","d":"2026-03-02","i":3,"m":{"k":1}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if string(encodeObject(nil)) != "{}" {
		t.Error("nil is no object")
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"\u4e2d\n",true,null]}`, `[`, `"\`, `-`, `1e999`, `{"a"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := decodeAny(s)
		if err == nil {
			if again, err := decodeAny(string(encodeValue(nil, v))); err != nil {
				t.Errorf("%q reads as %#v (%#v), which cannot be read: %v", s, v, again, err)
			}
		}
	})
}
