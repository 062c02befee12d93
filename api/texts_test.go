package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sourceCodes reads the packages that raise errors and collects every literal
// code: what stands in a parameter named `code` (or `what`, of not_found) of any
// of their functions, and in `Code:` of an error literal.
func sourceCodes(t *testing.T) (codes, nouns map[string]string) {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	for _, root := range []string{"../domain", "../app", "../kernel", "../store", "../api"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.Contains(path, "storetest") || strings.Contains(path, "kernel/program/") {
				return err // faults of program files carry their own sentences
			}
			f, err := parser.ParseFile(set, path, nil, 0)
			files = append(files, f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	params := map[string]map[string]int{"code": {}, "what": {}} // by "folder.function", and "function" as a last resort
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				noteParams(params, dirOf(set, f), fn)
			}
		}
	}
	codes, nouns = map[string]string{}, map[string]string{}
	found := map[string]map[string]string{"code": codes, "what": nouns}
	for _, f := range files {
		dir := dirOf(set, f)
		ast.Inspect(f, func(n ast.Node) bool {
			where := ""
			if n != nil {
				where = set.Position(n.Pos()).String()
			}
			switch n := n.(type) {
			case *ast.CallExpr:
				inCall(n, dir, params, found, where)
			case *ast.CompositeLit:
				inLiteral(n, codes, where)
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if typeName(l) == "code" && i < len(n.Rhs) {
						if s, ok := literal(n.Rhs[i]); ok {
							codes[s] = where
						}
					}
				}
			}
			return true
		})
	}
	return codes, nouns
}

func dirOf(set *token.FileSet, f *ast.File) string {
	return filepath.Dir(set.Position(f.Pos()).Filename)
}

func noteParams(params map[string]map[string]int, dir string, fn *ast.FuncDecl) {
	i := 0
	for _, p := range fn.Type.Params.List {
		for _, n := range p.Names {
			if at := params[n.Name]; at != nil {
				at[dir+"."+fn.Name.Name] = i
				if fn.Name.IsExported() {
					at[fn.Name.Name] = i
				}
			}
			i++
		}
	}
}

// inCall takes the literal in a `code` or `what` parameter, and the value of a
// `what` argument of an error. Codes of internal errors are never shown.
func inCall(n *ast.CallExpr, dir string, params map[string]map[string]int, found map[string]map[string]string, where string) {
	name := typeName(n.Fun)
	if name == "E" && len(n.Args) > 0 && typeName(n.Args[0]) == "KindInternal" {
		return
	}
	for kind, into := range found {
		i, ok := params[kind][dir+"."+name]
		if !ok {
			i, ok = params[kind][name]
		}
		if ok && i < len(n.Args) {
			if s, ok := literal(n.Args[i]); ok {
				into[s] = where
			}
		}
	}
	if name != "E" {
		return
	}
	for i := 2; i+1 < len(n.Args); i += 2 {
		if k, _ := literal(n.Args[i]); k == "what" {
			if s, ok := literal(n.Args[i+1]); ok {
				found["what"][s] = where
			}
		}
	}
}

func inLiteral(n *ast.CompositeLit, codes map[string]string, where string) {
	if typeName(n.Type) != "FieldError" && typeName(n.Type) != "Error" {
		return
	}
	for _, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && typeName(kv.Key) == "Code" {
			if s, ok := literal(kv.Value); ok {
				codes[s] = where
			}
		}
	}
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return typeName(e.X)
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil && codeForm.MatchString(s)
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func TestEveryCodeHasItsText(t *testing.T) {
	codes, nouns := sourceCodes(t)
	if len(codes) < 120 || len(nouns) < 20 {
		t.Fatalf("only %d codes and %d nouns found: the search is broken", len(codes), len(nouns))
	}
	for lang, c := range map[string]*words{"zh": &chinese, "en": &english} {
		for _, code := range slices.Sorted(maps.Keys(codes)) {
			if c.codes[code].say == "" {
				t.Errorf("%s: no text for %q (%s)", lang, code, codes[code])
			}
		}
		for _, noun := range slices.Sorted(maps.Keys(nouns)) {
			if c.nouns[noun] == "" {
				t.Errorf("%s: no word for %q (%s)", lang, noun, nouns[noun])
			}
		}
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	hole := regexp.MustCompile(`\{(\w+)`)
	holes := func(x text) string {
		var out []string
		for _, m := range hole.FindAllStringSubmatch(x.say+" "+x.mend, -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return strings.Join(slices.Compact(out), " ")
	}
	for code, zh := range textsZH {
		en, ok := textsEN[code]
		if !ok || en.say == "" {
			t.Errorf("English lacks %q", code)
		} else if holes(zh) != holes(en) {
			t.Errorf("%q fills {%s} in Chinese and {%s} in English", code, holes(zh), holes(en))
		}
		if (zh.mend == "") != (en.mend == "") {
			t.Errorf("%q says what to do in one language only", code)
		}
	}
	for code := range textsEN {
		if _, ok := textsZH[code]; !ok {
			t.Errorf("Chinese lacks %q", code)
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(nounsZH)), slices.Sorted(maps.Keys(nounsEN))) {
		t.Error("the nouns of the two languages differ")
	}
}

func TestPagesSpeakBothLanguages(t *testing.T) {
	if !slices.Equal(slices.Sorted(maps.Keys(pageZH)), slices.Sorted(maps.Keys(pageEN))) {
		t.Error("the words of the public pages differ")
	}
}
