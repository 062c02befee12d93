package linqiao_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

var update = flag.Bool("update", false, "write the generated parts of docs/")

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// TestReadmesAgree: the English README has the sections of the Chinese one.
func TestReadmesAgree(t *testing.T) {
	zh, en := headings(read(t, "README.md")), headings(read(t, "README.en.md"))
	if len(zh) == 0 || !slices.Equal(zh, en) {
		t.Errorf("headings differ: %v in Chinese, %v in English", zh, en)
	}
}

// headings gives the levels of a text's headings, outside fenced blocks.
func headings(text string) []int {
	var out []int
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if n := len(line) - len(strings.TrimLeft(line, "#")); n > 0 && !fenced {
			out = append(out, n)
		}
	}
	return out
}

// TestVerbs: both READMEs name every verb of the command line, and no other.
func TestVerbs(t *testing.T) {
	var real []string
	for _, m := range regexp.MustCompile(`(?m)^\t\t\{"([a-z]+)", "`).FindAllStringSubmatch(read(t, "cmd/linqiao/main.go"), -1) {
		real = append(real, m[1])
	}
	if len(real) < 5 {
		t.Fatal("the table of commands is not where it was")
	}
	slices.Sort(real)
	for _, name := range []string{"README.md", "README.en.md"} {
		var told []string
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)").FindAllStringSubmatch(read(t, name), -1) {
			told = append(told, m[1])
		}
		slices.Sort(told)
		if !slices.Equal(told, real) {
			t.Errorf("%s tells of %v, the binary has %v", name, told, real)
		}
	}
}

// TestLinks: a relative link or picture in a document leads to a file.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`(?:\]\(|<img src=")([^)#\s"]+)(?:#[^)]*)?[)"]`)
	for _, name := range files(t, func(n string) bool { return path.Ext(n) == ".md" }) {
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			if _, err := os.Stat(path.Join(path.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[1])
			}
		}
	}
}

// TestDependencies: docs/dependencies.md lists every direct dependency with the
// version in use.
func TestDependencies(t *testing.T) {
	doc := read(t, "docs/dependencies.md")
	want := map[string]string{}
	first, _, _ := strings.Cut(read(t, "go.mod"), "\n)")
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)$`).FindAllStringSubmatch(first, -1) {
		want[m[1]] = m[2]
	}
	if len(want) < 5 {
		t.Fatal("go.mod is not read")
	}
	for _, name := range files(t, func(n string) bool { return path.Base(n) == "package.json" && strings.HasPrefix(n, "web/") }) {
		var p struct{ Dependencies, DevDependencies map[string]string }
		if err := json.Unmarshal([]byte(read(t, name)), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, deps := range []map[string]string{p.Dependencies, p.DevDependencies} {
			for k, v := range deps {
				if !strings.HasPrefix(k, "@linqiao/") {
					want[k] = v
				}
			}
		}
	}
	for name, version := range want {
		if !strings.Contains(doc, "| `"+name+"` | "+version+" |") {
			t.Errorf("docs/dependencies.md lacks %s %s", name, version)
		}
	}
}

// TestArchitectureTable: the table of packages in docs/architecture.md names the
// packages that exist, and those of the test's own table.
func TestArchitectureTable(t *testing.T) {
	doc := read(t, "docs/architecture.md")
	for pkg, allowed := range arrows {
		name := strings.Replace(pkg, "cmd", "cmd/linqiao", 1)
		i := strings.Index(doc, "\n| `"+name+"` |")
		if i < 0 {
			t.Errorf("docs/architecture.md has no line for %s", name)
			continue
		}
		line, _, _ := strings.Cut(doc[i+1:], "\n")
		for _, a := range allowed {
			if a != "*" && pkg != "testkit" && !strings.Contains(line, "`"+a+"`") {
				t.Errorf("docs/architecture.md: %s may import %s, and the line does not say so", name, a)
			}
		}
	}
}

// TestWordsDocumented: every word that program.yaml may hold stands in the format
// document.
func TestWordsDocumented(t *testing.T) {
	var schema any
	if err := json.Unmarshal(program.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	doc := read(t, "docs/program-format.md")
	words := map[string]bool{}
	collect(schema, words)
	if len(words) < 100 {
		t.Fatalf("only %d words found in the schema", len(words))
	}
	for w := range words {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(w) + `\b`).MatchString(doc) {
			t.Errorf("docs/program-format.md does not mention %q", w)
		}
	}
}

func collect(node any, words map[string]bool) {
	switch n := node.(type) {
	case map[string]any:
		if props, ok := n["properties"].(map[string]any); ok {
			for w := range props {
				words[w] = true
			}
		}
		if list, ok := n["enum"].([]any); ok {
			for _, w := range list {
				words[fmt.Sprint(w)] = true
			}
		}
		for _, v := range n {
			collect(v, words)
		}
	case []any:
		for _, v := range n {
			collect(v, words)
		}
	}
}

// TestPhasesDrawn: the diagram of each noun in docs/states.md has its phases, all
// of them and no other.
func TestPhasesDrawn(t *testing.T) {
	doc := read(t, "docs/states.md")
	for noun, phases := range domain.Phases {
		block := fenced(doc, "### "+string(noun)+" ", "mermaid")
		if block == "" {
			t.Errorf("docs/states.md has no diagram of %s", noun)
			continue
		}
		drawn := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^ *(\S+) --> (\S+)`).FindAllStringSubmatch(block, -1) {
			drawn[m[1]], drawn[m[2]] = true, true
		}
		delete(drawn, "[*]")
		for _, p := range phases {
			if !drawn[string(p)] {
				t.Errorf("docs/states.md: %s lacks the phase %s", noun, p)
			}
			delete(drawn, string(p))
		}
		for p := range drawn {
			t.Errorf("docs/states.md: %s has no phase %s", noun, p)
		}
	}
}

// fenced gives the first fenced block of a language after a heading.
func fenced(doc, after, lang string) string {
	_, rest, ok := strings.Cut(doc, after)
	if !ok {
		return ""
	}
	_, rest, ok = strings.Cut(rest, "```"+lang+"\n")
	if !ok {
		return ""
	}
	block, _, _ := strings.Cut(rest, "```")
	return block
}

// TestStatesGenerated keeps the stage diagrams of the programs' records equal to
// the programs. With -update it writes them.
func TestStatesGenerated(t *testing.T) {
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, issues := program.Load(dirs)
	if program.Fatal(issues) {
		t.Fatal(issues)
	}
	var b strings.Builder
	for _, p := range set.Programs.All() {
		for _, rt := range p.Records.All() {
			if rt.Moves.Len() > 1 && len(rt.Stages.Keys()) > 3 {
				fmt.Fprintf(&b, "\n### %s · %s `%s.%s`\n%s", p.Title, rt.Label, p.Key, rt.Key, stageDiagram(rt))
			}
		}
	}
	generated(t, "docs/states.md", "stages", b.String())
}

func stageDiagram(rt *program.RecordType) string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n")
	for key, st := range rt.Stages.All() {
		fmt.Fprintf(&b, "  %s: %s（%s）\n", key, st.Label, st.Phase)
	}
	type arrow struct{ from, to string }
	var order []arrow
	labels := map[arrow][]string{}
	for _, m := range rt.Moves.All() {
		from := m.From
		if m.Intake() {
			from = []string{"[*]"}
		}
		label := m.Label
		if m.When != nil {
			label += "（自动）"
		}
		for _, f := range from {
			a := arrow{f, m.To}
			if m.To == "" {
				a.to = f
			}
			if labels[a] == nil {
				order = append(order, a)
			}
			labels[a] = append(labels[a], label)
		}
	}
	for _, a := range order {
		fmt.Fprintf(&b, "  %s --> %s: %s\n", a.from, a.to, strings.Join(labels[a], "、"))
	}
	for key, st := range rt.Stages.All() {
		if st.Final {
			fmt.Fprintf(&b, "  %s --> [*]\n", key)
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// generated compares the part of a document between two marks with what it must
// be, and writes it with -update.
func generated(t *testing.T, name, part, want string) {
	t.Helper()
	begin, end := "<!-- generated: "+part+" -->\n", "<!-- end: "+part+" -->"
	doc := read(t, name)
	i, j := strings.Index(doc, begin), strings.Index(doc, end)
	if i < 0 || j < i {
		t.Fatalf("%s has no marks for %q", name, part)
	}
	i += len(begin)
	if doc[i:j] == want {
		return
	}
	if !*update {
		t.Errorf("%s: the part %q is old; run: go test . -update", name, part)
		return
	}
	if err := os.WriteFile(name, []byte(doc[:i]+want+doc[j:]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// areas are the diagrams of docs/database.md: every table stands in one.
var areas = []struct {
	title  string
	tables []string
}{
	{"县区、区划、单位、账号 · county, regions, organisations, accounts", []string{"tenant", "region", "org", "account", "membership", "approval", "sign_in", "password_past", "factor", "recovery_code", "challenge"}},
	{"数据对接 · systems in step", []string{"partner", "partner_due", "partner_out", "partner_in", "partner_link", "partner_stop", "partner_conflict"}},
	{"服务对象 · parties", []string{"party", "party_ident", "party_relation", "standing", "consent", "ground_use", "device", "gateway", "roster_member"}},
	{"记录 · records and events", []string{"record", "record_unique", "ref_counter", "event", "outbox_cursor"}},
	{"时限 · clocks", []string{"clock", "rung"}},
	{"通知 · telling people", []string{"channel", "contact"}},
	{"撮合、评审、会签、表单 · runs, signatures, answers", []string{"match_run", "panel_run", "signature", "signature_sign", "response", "ballot_roll", "ballot_paper", "ballot_count", "voice", "voice_blank", "voice_share"}},
	{"任务 · duties", []string{"duty_round", "duty_item", "roster_keeper", "roster_shift"}},
	{"文书、凭码、附件 · documents, passes, files", []string{"document", "document_reading", "pass", "attachment", "custody", "upload", "upload_part", "confirmation"}},
	{"日程 · calendar", []string{"occasion", "commitment", "commitment_lock", "calendar_feed"}},
	{"地图 · maps", []string{"map_upload", "map_shape"}},
	{"指标、台账、流水 · figures, ledgers, entries", []string{"counter", "counter_set", "stat_value", "stat_fact", "ledger", "library_item", "library_topic", "library_day", "notice", "notice_page", "notice_objection", "entry", "balance", "holding"}},
	{"消息、审计、检索、运行 · messages, audit, search, running", []string{"delivery", "audit", "gram", "idempotency", "program_version", "param_value", "import_run", "import_part", "import_mapping", "job", "job_item", "saved_filter"}},
}

// TestDatabaseGenerated keeps docs/database.md equal to store/schema.sql.
func TestDatabaseGenerated(t *testing.T) {
	tables := schemaTables(read(t, "store/schema.sql"))
	var b strings.Builder
	for _, a := range areas {
		fmt.Fprintf(&b, "\n## %s\n```mermaid\nerDiagram\n", a.title)
		var links strings.Builder
		for _, name := range a.tables {
			tb, ok := tables[name]
			if !ok {
				t.Errorf("areas names the table %s, which is not in the schema", name)
				continue
			}
			delete(tables, name)
			tb.draw(&b, name, &links)
		}
		b.WriteString(links.String() + "```\n")
	}
	for name := range tables {
		t.Errorf("the table %s stands in no area", name)
	}
	generated(t, "docs/database.md", "tables", b.String())
}

type dbTable struct {
	columns, key []string
	types        map[string]string
	links        [][2]string // column, table
}

var (
	createRE  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	columnRE  = regexp.MustCompile(`^([a-z_0-9]+) (TEXT|BIGINT|SMALLINT|BLOB|DOUBLE PRECISION)`)
	primaryRE = regexp.MustCompile(`^PRIMARY KEY \(([^)]+)\)`)
	foreignRE = regexp.MustCompile(`^FOREIGN KEY \(county(?:, (\w+))?\) REFERENCES (\w+)`)
)

func schemaTables(sql string) map[string]*dbTable {
	out := map[string]*dbTable{}
	for _, m := range createRE.FindAllStringSubmatch(sql, -1) {
		tb := &dbTable{types: map[string]string{}}
		for line := range strings.Lines(m[2]) {
			line = strings.TrimSpace(line)
			if c := columnRE.FindStringSubmatch(line); c != nil {
				tb.columns = append(tb.columns, c[1])
				tb.types[c[1]] = strings.ToLower(strings.Fields(c[2])[0])
			} else if k := primaryRE.FindStringSubmatch(line); k != nil {
				tb.key = strings.Split(k[1], ", ")
			} else if f := foreignRE.FindStringSubmatch(line); f != nil {
				tb.links = append(tb.links, [2]string{f[1], f[2]})
			}
		}
		out[m[1]] = tb
	}
	return out
}

func (tb *dbTable) draw(b *strings.Builder, name string, links *strings.Builder) {
	fmt.Fprintf(b, "  %s {\n", name)
	for _, c := range tb.columns {
		mark := ""
		if slices.Contains(tb.key, c) {
			mark = " PK"
		}
		fmt.Fprintf(b, "    %s %s%s\n", tb.types[c], c, mark)
	}
	b.WriteString("  }\n")
	for _, l := range tb.links {
		column := l[0]
		if column == "" {
			column = "county"
		}
		fmt.Fprintf(links, "  %s ||--o{ %s : %s\n", l[1], name, column)
	}
}

const tutorial = "testdata/lamp-repair"

// TestTutorial: the blocks of docs/writing-programs.md, put together, are the
// folder testdata/lamp-repair, which loads without a fault and whose story plays.
func TestTutorial(t *testing.T) {
	doc := read(t, "docs/writing-programs.md")
	got := map[string]string{}
	for _, m := range regexp.MustCompile("(?s)```\\w+ ([\\w./-]+\\.\\w+)\n(.*?)```").FindAllStringSubmatch(doc, -1) {
		if got[m[1]] != "" {
			got[m[1]] += "\n"
		}
		got[m[1]] += m[2]
	}
	seen := 0
	err := filepath.WalkDir(tutorial, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		name := strings.TrimPrefix(filepath.ToSlash(p), tutorial+"/")
		if want := read(t, p); got[name] != want {
			t.Errorf("%s differs from docs/writing-programs.md, first at line %d", p, firstDiff(got[name], want))
		}
		return nil
	})
	if err != nil || seen != len(got) {
		t.Errorf("the tutorial builds %d files, the folder has %d (%v)", len(got), seen, err)
	}
}

func firstDiff(a, b string) int {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i + 1
		}
	}
	return min(len(x), len(y)) + 1
}

func TestTutorialPlays(t *testing.T) {
	dirs := map[string]fs.FS{path.Base(tutorial): os.DirFS(tutorial)}
	set, issues := program.Load(dirs)
	for _, i := range issues {
		t.Error(i.Error())
	}
	name := tutorial + "/scenarios/first.txt"
	story, faults := scenario.Parse(name, []byte(read(t, name)))
	for _, i := range append(faults, scenario.Check(story, set)...) {
		t.Error(i)
	}
	if t.Failed() {
		return
	}
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			open := func(code domain.CountyCode, _ string) (*scenario.Target, error) {
				c := testkit.Open(t, engine, code)
				if _, err := c.App.Apply(t.Context(), app.System(code), dirs); err != nil {
					return nil, err
				}
				return c.Target(), nil
			}
			err := scenario.Play(context.Background(), story, set, open, func(l scenario.Line, err error) {
				if err != nil {
					t.Errorf("%s:%d %s\n\t%v", l.File, l.No, l.Text, err)
				}
			})
			if err != nil && !t.Failed() {
				t.Error(err)
			}
		})
	}
}

// TestGlossaryNames: the Go names of the glossary exist.
func TestGlossaryNames(t *testing.T) {
	declared := map[string]string{}
	for pkg, dir := range map[string]string{"domain": "domain", "program": "kernel/program", "rule": "kernel/rule", "scenario": "scenario", "app": "app"} {
		for _, name := range files(t, func(n string) bool { return path.Dir(n) == dir && productGo(n) }) {
			declared[pkg] += read(t, name)
		}
	}
	names := regexp.MustCompile("`(domain|program|rule|scenario|app)\\.([A-Z]\\w*)").FindAllStringSubmatch(read(t, "docs/glossary.md"), -1)
	if len(names) < 30 {
		t.Fatal("the glossary is not read")
	}
	for _, m := range names {
		if !regexp.MustCompile(`(?m)^(type |\t)` + m[2] + `\s+\S`).MatchString(declared[m[1]]) {
			t.Errorf("docs/glossary.md: there is no %s.%s", m[1], m[2])
		}
	}
}
