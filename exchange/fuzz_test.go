package exchange

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzEvent: what another system sends is refused with a place and a code that repeat
// none of it, or is an event that can be sent on.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","id":"a1","source":"/x","type":"` + TypeChanged + `","time":"2026-03-01T00:00:00Z","data":{"program":"p","record":"r","id":"1","version":1,"seen":0,"fields":{"a":1}}}`))
	f.Add([]byte(`{"specversion":"1.0","data":{"fields":{"a":{"b":[1e400]}}}}`))
	f.Add([]byte(`{"data":null}{}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := Parse(raw)
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) || fault.Code == "" {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Contains(again, []byte(e.ID)) {
			t.Fatalf("%q: %v", raw, err)
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("what is sent on is refused: %q: %v", again, err)
		}
	})
}
