// Package linqiao_test holds the tests of the repository itself: which package may
// import which, what the documents promise, and the house rules that a compiler
// does not see. It must not test behaviour; that belongs beside the code.
package linqiao_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "linqiao"

// arrows says what each package may import of this module; docs/architecture.md
// prints the same table. `kernel/*` allows any package of the kernel. A package
// that is not listed fails, so that a new one is placed on purpose.
var arrows = map[string][]string{
	"domain":          {},
	"divisions":       {"domain"},
	"notify":          {"domain"},
	"watch":           {"domain"},
	"identity":        {"domain"},
	"programs":        {},
	"web":             {},
	"kernel/rule":     {"domain"},
	"kernel/calendar": {"domain"},
	"kernel/program":  {"domain", "kernel/rule"},
	"kernel/form":     {"domain", "kernel/program", "kernel/rule"},
	"kernel/match":    {"domain", "kernel/program", "kernel/rule"},
	"kernel/dispatch": {"domain", "kernel/rule"},
	"kernel/draw":     {},
	"kernel/sheet":    {"domain"},
	"kernel/plan":     {"domain", "kernel/calendar", "kernel/rule"},
	"kernel/geo":      {"domain"},
	"kernel/record":   {"domain", "kernel/*"},
	"store":           {"domain"},
	"store/storetest": {"domain", "store"},
	"app":             {"domain", "kernel/*", "store", "notify", "exchange", "identity"},
	"api":             {"domain", "app", "exchange"},
	"jobs":            {"domain", "app"},
	"exchange":        {"domain", "notify"},
	"scenario":        {"domain", "kernel/*", "exchange"},
	"testkit":         {"domain", "divisions", "programs", "kernel/*", "store", "store/*", "notify", "exchange", "identity", "app", "api", "jobs", "scenario"},
	"cmd":             {"*"},
	"bench":           {"*"},
}

// standardOnly packages import nothing but the standard library and, where the
// table allows it, this module.
var standardOnly = []string{"domain", "jobs", "programs", "divisions", "notify", "exchange", "web", "watch"}

// io are the parts of the standard library that act on the world. The kernel is
// pure: what it needs to read is handed to it.
var ioPackages = []string{"net", "net/http", "os", "os/exec", "database/sql", "syscall"}

const mostLines = 700

// skipped folders hold what is built, fetched or thrown away.
var skipped = []string{".git", ".ci", ".cache", "node_modules", "dist", "bin", "data", "tmp", "test-results", "playwright-report"}

// files lists the repository's files by slash path, without skipped folders.
func files(t testing.TB, keep func(name string) bool) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && slices.Contains(skipped, d.Name()) {
			return filepath.SkipDir
		}
		if name := filepath.ToSlash(p); !d.IsDir() && keep(name) {
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no files found")
	}
	return out
}

func productGo(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.Contains(name, "testdata/")
}

// source is one parsed product file; files with a build tag `ignore` are tools
// that nothing links.
type source struct {
	name string
	pkg  string
	file *ast.File
}

func sources(t testing.TB) []source {
	t.Helper()
	var out []source
	for _, name := range files(t, productGo) {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !ignored(f) {
			out = append(out, source{name, path.Dir(name), f})
		}
	}
	return out
}

func ignored(f *ast.File) bool {
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//go:build ignore") {
				return true
			}
		}
	}
	return false
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

// row gives the package's line of the table: cmd and bench stand for all below.
func row(pkg string) (allowed []string, ok bool) {
	if top, _, _ := strings.Cut(pkg, "/"); top == "cmd" || top == "bench" {
		pkg = top
	}
	allowed, ok = arrows[pkg]
	return allowed, ok
}

func allows(list []string, pkg string) bool {
	return slices.ContainsFunc(list, func(a string) bool {
		group, wild := strings.CutSuffix(a, "*")
		return a == pkg || wild && strings.HasPrefix(pkg, group)
	})
}

// TestImportArrows refuses an import between packages that the table lacks.
func TestImportArrows(t *testing.T) {
	for _, s := range sources(t) {
		allowed, ok := row(s.pkg)
		if !ok {
			t.Errorf("%s: package %s has no line in the table of imports", s.name, s.pkg)
			continue
		}
		for _, imp := range s.imports() {
			own, inModule := strings.CutPrefix(imp, module+"/")
			switch {
			case inModule && !allows(allowed, own):
				t.Errorf("%s: %s may not import %s", s.name, s.pkg, own)
			case !inModule && strings.Contains(imp, ".") && slices.Contains(standardOnly, s.pkg):
				t.Errorf("%s: %s may import only the standard library, not %s", s.name, s.pkg, imp)
			case strings.HasPrefix(s.pkg, "kernel/") && slices.Contains(ioPackages, imp):
				t.Errorf("%s: the kernel does no I/O, it may not import %s", s.name, imp)
			case imp == "database/sql" && !allows([]string{"store", "store/storetest", "testkit", "cmd/*", "bench*"}, s.pkg):
				// cmd and testkit make and drop throw-away schemas.
				t.Errorf("%s: SQL belongs to the store", s.name)
			case imp == "net/http" && slices.Contains([]string{"domain", "store", "app", "jobs"}, s.pkg):
				t.Errorf("%s: HTTP belongs to the api", s.name)
			}
		}
	}
}

// TestPackageComments: every package says what it is.
func TestPackageComments(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		doc := s.file.Doc.Text()
		good := strings.HasPrefix(doc, "Package ") || s.file.Name.Name == "main" && doc != ""
		documented[s.pkg] = documented[s.pkg] || good
	}
	for pkg, good := range documented {
		if !good {
			t.Errorf("package %s has no comment that says what it is", pkg)
		}
	}
}

// TestFileLength: a file is read in one sitting.
func TestFileLength(t *testing.T) {
	for _, name := range files(t, productGo) {
		n := lines(t, name)
		if n > mostLines {
			t.Errorf("%s has %d lines, at most %d", name, n, mostLines)
		}
	}
}

func lines(t testing.TB, name string) int {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), "\n")
}

// testCode may name a program: it plays one.
func testCode(name string) bool {
	for _, part := range strings.Split(path.Dir(name), "/") {
		if slices.Contains([]string{"test", "tests", "e2e", "testdata", "testkit", "storetest", "bench"}, part) {
			return true
		}
	}
	base := path.Base(name)
	return strings.HasSuffix(base, "_test.go") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.")
}

// TestNoProgramInCode: a mechanism lives in its folder; no line of Go, TypeScript
// or Vue may know one by name.
func TestNoProgramInCode(t *testing.T) {
	entries, err := os.ReadDir("programs")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, e := range entries {
		if e.IsDir() {
			keys = append(keys, regexp.QuoteMeta(e.Name()))
		}
	}
	if len(keys) == 0 {
		t.Fatal("no programs")
	}
	any := "(" + strings.Join(keys, "|") + ")"
	named := regexp.MustCompile("[\"'`]" + any + "[\"'`]|programs/" + any + `\b`)
	code := func(name string) bool {
		return slices.Contains([]string{".go", ".ts", ".vue"}, path.Ext(name)) && !testCode(name)
	}
	for _, name := range files(t, code) {
		eachLine(t, name, func(n int, line string) {
			if m := named.FindString(line); m != "" {
				t.Errorf("%s:%d names a program: %s", name, n, m)
			}
		})
	}
}

func eachLine(t testing.TB, name string, f func(n int, line string)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	in.Buffer(make([]byte, 1<<16), 1<<24)
	for n := 1; in.Scan(); n++ {
		f(n, in.Text())
	}
	if err := in.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// hosts and paths of one machine, put together so that this file does not match.
var machine = regexp.MustCompile(strings.Join([]string{
	`(^|[\s"'(=:` + "`" + `])/(work|root|Users|home/[a-z]+)/`,
	`[A-Z]:\\Users\\`,
	`registry\.npm` + `js\.org`, `npm` + `mirror`, `proxy\.go` + `lang\.org`, `go` + `proxy\.`, `py` + `pi\.org`,
}, "|"))

// TestNoMachine: no text of the repository knows the machine it was made on, nor
// where its packages were fetched from.
func TestNoMachine(t *testing.T) {
	text := []string{".go", ".md", ".ts", ".vue", ".mjs", ".js", ".json", ".yaml", ".yml", ".txt", ".sh", ".sql", ".css", ".html", ".mod", ".csv", ".npmrc", ""}
	for _, name := range files(t, func(n string) bool { return slices.Contains(text, path.Ext(n)) }) {
		eachLine(t, name, func(n int, line string) {
			if m := machine.FindString(line); m != "" {
				t.Errorf("%s:%d holds %q", name, n, strings.TrimSpace(m))
			}
		})
	}
}
