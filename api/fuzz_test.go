package api

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"linqiao/app"
)

// FuzzBody: a JSON body is refused, or is read to values without a NUL; what was no
// JSON does not become one by taking NULs out.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"a":"\\u0000b"}`, `{"a":"\\\\u0000"}`, `"\\\\\\u0000"`, `{"fields":{"x":[1e400,-0,null]},"rev":1}`, `[[[[[[`, `{"a":1}{"a":2}`, "\xff", `{"rev":"1"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		body := dropNULs(bytes.Clone(raw))
		var v any
		if err := jsonFormat.Unmarshal(body, &v); err == nil {
			if utf8.Valid(raw) && !json.Valid(raw) {
				t.Fatalf("%q becomes %q", raw, body)
			}
			if again, err := json.Marshal(v); err != nil || bytes.Contains(dropNULs(again), []byte{0}) {
				t.Fatalf("%q: %q %v", raw, again, err)
			}
			if holdsNUL(v) {
				t.Fatalf("%q keeps a NUL: %q", raw, body)
			}
		}
		var act app.SignInAct
		_ = jsonFormat.Unmarshal(body, &act)
	})
}

func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return bytes.ContainsRune([]byte(v), 0)
	case []any:
		for _, x := range v {
			if holdsNUL(x) {
				return true
			}
		}
	case map[string]any:
		for k, x := range v {
			if holdsNUL(k) || holdsNUL(x) {
				return true
			}
		}
	}
	return false
}
