package app

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// byLibrary is what encoding/json writes.
func byLibrary(t testing.TB, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// TestAppendJSON fills every field of a summary, also those added after this was
// written, and compares with encoding/json.
func TestAppendJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		texts := rapid.OneOf(rapid.SampledFrom([]string{"", "路灯不亮", "a\"b\\c", "<&>", "\u2028x\u2029", "\x7f\x01", "bad\xff", "\xe2", "\xe2\x80", "€…"}), rapid.String())
		var l List[RecordSummary]
		for range rapid.IntRange(0, 3).Draw(rt, "items") {
			var v RecordSummary
			fillAny(rt, reflect.ValueOf(&v).Elem(), texts)
			if rapid.Bool().Draw(rt, "written before") {
				v.written = writeSummary(&v)
			}
			l.Items = append(l.Items, v)
		}
		if rapid.Bool().Draw(rt, "more") {
			next := texts.Draw(rt, "next")
			l.Next = &next
		}
		got, ok, err := l.AppendJSON([]byte("before"))
		if err != nil || !ok {
			rt.Fatal(ok, err)
		}
		if want := "before" + byLibrary(t, l); string(got) != want {
			rt.Fatalf("\n%s\nwant\n%s", got, want)
		}
	})
	if _, ok, _ := (List[AccountRef]{}).AppendJSON(nil); ok {
		t.Error("another list claims to be written by hand")
	}
}

// fillAny gives every field a value, pointers and maps mostly.
func fillAny(rt *rapid.T, v reflect.Value, texts *rapid.Generator[string]) {
	some := func() bool { return rapid.IntRange(0, 3).Draw(rt, "some") > 0 }
	switch v.Kind() {
	case reflect.Pointer:
		if some() {
			v.Set(reflect.New(v.Type().Elem()))
			fillAny(rt, v.Elem(), texts)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			at := time.UnixMilli(rapid.Int64Range(-1e12, 4e12).Draw(rt, "at"))
			if some() {
				at = at.UTC()
			}
			v.Set(reflect.ValueOf(at))
			return
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			fillAny(rt, v.Field(i), texts)
		}
	case reflect.String:
		v.SetString(texts.Draw(rt, "text"))
	case reflect.Int64, reflect.Int:
		v.SetInt(rapid.Int64().Draw(rt, "int"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(rt, "bool"))
	case reflect.Map:
		if !some() {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 4).Draw(rt, "size") {
			x := reflect.New(v.Type().Elem()).Elem()
			fillAny(rt, x, texts)
			v.SetMapIndex(reflect.ValueOf(texts.Draw(rt, "key")), x)
		}
	case reflect.Interface:
		list := []any{texts.Draw(rt, "value"), rapid.Int64().Draw(rt, "value"), rapid.Bool().Draw(rt, "value"), nil, 1.5,
			[]any{"a", int64(1)}, map[string]any{"lat": 21.66, "address": texts.Draw(rt, "value"), "n": int64(2)}, map[string]any(nil)}
		if x := list[rapid.IntRange(0, len(list)-1).Draw(rt, "kind")]; x != nil {
			v.Set(reflect.ValueOf(x))
		}
	default:
		rt.Fatalf("no value for %s", v.Type())
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var l List[RecordSummary]
	for range 50 {
		l.Items = append(l.Items, RecordSummary{ID: "01900000-0000-7000-8000-000000000001", RefNo: "990101-26-000001", RecordLabel: "事项", Title: "事项 990101-26-000001",
			Created: time.UnixMilli(r.Int64N(4e12)).UTC(), Fields: map[string]any{"kind": "help", "heads": int64(3), "title": "路灯不亮"},
			Labels: map[string]string{"kind": "求助", "heads": "3", "title": "路灯不亮"}, Owner: &AccountRef{"a1", "李梅"}})
	}
	buf := make([]byte, 0, 1<<16)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := l.AppendJSON(buf); err != nil {
			b.Fatal(err)
		}
	}
}
