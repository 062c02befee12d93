package app

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"linqiao/domain"
	"linqiao/store/storetest"
)

// FuzzCursors: what a phone or a calendar sends back as its place is refused as such, or
// holds only what both databases can be asked for.
func FuzzCursors(f *testing.F) {
	f.Add((&syncCursor{Part: "record", After: "01a2", Next: "5", Stand: "ab"}).String())
	f.Add("eyJwIjoiZG9uZSIsImEiOiJcdTAwMDAifQ")
	f.Add("eyJBdCI6IjIwMjYtMDEtMDFUMDA6MDA6MDBaIiwiSUQiOiJhIn0")
	f.Add("%")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := readCursor(s); err == nil {
			if !domain.Storable(c.After+c.Since+c.Next+c.Stand) || c.Count < 0 {
				t.Fatalf("%q gives %+v", s, c)
			}
			if again, err := readCursor(c.String()); err != nil || *again != *c {
				t.Fatalf("%+v is written as %+v (%v)", c, again, err)
			}
		} else if domain.KindOf(err) != domain.KindInvalid {
			t.Fatalf("%q: %v", s, err)
		}
		if c, err := readCalendarCursor(s); err == nil && !domain.Storable(c.ID) || err != nil && domain.KindOf(err) != domain.KindInvalid {
			t.Fatalf("%q: %+v %v", s, c, err)
		}
	})
}

// FuzzVillages: a list of villages is refused in words, or gives regions of this county alone.
func FuzzVillages(f *testing.F) {
	county := string(storetest.Home)
	f.Add([]byte("code,name\n" + county + "100200,荷塘村\n"))
	f.Add([]byte(`[{"code":"` + county + `100200","name":"荷塘村"}]`))
	f.Add([]byte("\ufeff名称,name,code\n甲,乙," + county + "100\n\"未完"))
	f.Add([]byte("[[[[[["))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := readVillages(strings.NewReader(string(raw)), storetest.Home)
		if err != nil {
			if k := domain.KindOf(err); k != domain.KindInvalid && k != domain.KindTooLarge {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		for _, d := range list {
			if level, ok := domain.RegionLevelOf(d.id); !ok || !strings.HasPrefix(string(d.id), county) || level != domain.Town && level != domain.Village {
				t.Fatalf("%q gives %+v", raw, d)
			}
			if d.name == "" || !domain.Storable(d.name) {
				t.Fatalf("%q gives the name %q", raw, d.name)
			}
		}
	})
}

// FuzzICS: whatever a session is called, a calendar stays a calendar: no line is longer
// than 75 octets, none is cut within a character, and no text begins a line of its own.
func FuzzICS(f *testing.F) {
	f.Add("议事会；带身份证,\r\nEND:VEVENT\nATTACH:x")
	f.Add(strings.Repeat("长", 80) + "\x00\v\u2028")
	f.Add("\xff\xfe\\;")
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		foldICS(&b, "SUMMARY:"+icsText(s))
		out := b.String()
		if !strings.HasSuffix(out, "\r\n") || !utf8.ValidString(out) {
			t.Fatalf("%q", out)
		}
		for n, line := range strings.Split(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			if len(line) > 75 || n > 0 && line[0] != ' ' || strings.ContainsAny(line, "\r\n\x00\v") {
				t.Fatalf("line %d of %q", n, out)
			}
		}
		if at := icsTime(time.Unix(0, 0)); at != "19700101T000000Z" {
			t.Fatal(at)
		}
	})
}
