package program

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// FuzzLoad: whatever the file holds, Load returns, in bounded time, and a set
// without fatal issues can be viewed and compared.
func FuzzLoad(f *testing.F) {
	b, err := os.ReadFile("testdata/good/program.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for _, s := range hostile() {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		set, issues := Load(map[string]fs.FS{"x": fstest.MapFS{"program.yaml": {Data: src}}})
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("Load took %v for %d bytes", d, len(src))
		}
		if p := set.Program("x"); p != nil && !Fatal(issues) {
			p.View("zh")
			Diff(p, p)
		}
	})
}

func hostile() []string {
	return []string{
		"", "program", "[]", "program: x\nversion: 1\ntitle: t\nrecords: []", "a: &a [*a, *a]", "a: *b", "<<: {a: 1}",
		"records: {a: {like: b}, b: {like: a}}", "a: !!binary x", "? a\n: b", "- - - -", "---\na: 1\n---\nb: 2",
		"records: {r: {label: r, is: case, of: r, keep: 1y}}", "stats: {a: {label: a, ratio: [a, a]}}",
		"records:\n  r:\n    label: r\n    is: batch\n    of: r\n    takes: \"all.r.size() > 0\"",
		"forms: {f: {label: f, of: [subject], ask: [x]}}", "matches: {m: {label: m, makes: r, as: lead, steps: []}}",
		"params: {p: {label: p, type: span, value: {\"x\": 1d}}}", "duties: {d: {label: d, over: choice.c}}\nchoices: {c: {label: c, from: choice.c}}",
		"\t", "\x00", "a: \"\\u0000\"", "a: |\n  x", "\xef\xbb\xbfprogram: x", "a: 'x", "{", "}", ": :", "records: {r: null}", "records:\n  r:\n",
	}
}

func TestHostile(t *testing.T) {
	for _, s := range append(hostile(),
		strings.Repeat("[", 500_000), strings.Repeat("{a: ", 200_000), strings.Repeat("- ", 200_000), strings.Repeat("? ", 200_000),
		"a: "+strings.Repeat("x", 2<<20), strings.Repeat("a: b\n", 50_000),
	) {
		name := s[:min(len(s), 24)]
		start := time.Now()
		_, issues := Load(map[string]fs.FS{"x": fstest.MapFS{"program.yaml": {Data: []byte(s)}}})
		if !Fatal(issues) {
			t.Errorf("%q loads without a fault", name)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%q took %v", name, d)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	dirs := repository(b)
	for b.Loop() {
		if _, issues := Load(dirs); Fatal(issues) {
			b.Fatal(issues)
		}
	}
}
