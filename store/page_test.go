package store

import (
	"testing"
	"time"

	"linqiao/domain"
)

// FuzzCursor: a cursor is refused, or names a place that both databases can ask for and
// that is written the same again.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "MSw", "!", "MSwA", encodeCursor(time.UnixMilli(1_772_000_000_000), "01a20195-1317-7973-8b9d-bdd4b8141d44"), encodeCursor(time.UnixMilli(-1), "a,b")} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := decodeCursor(s)
		if err != nil {
			if domain.KindOf(err) != domain.KindInvalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if c.id == "" || !domain.Storable(c.id) {
			t.Fatalf("%q names %q", s, c.id)
		}
		again, err := decodeCursor(encodeCursor(time.UnixMilli(c.at), c.id))
		if err != nil || again.id != c.id {
			t.Fatalf("%q: %v, then %v %v", s, c, again, err)
		}
	})
}
