package program

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Set is every folder loaded together: programs may use one another mutually,
// so names resolve only when all are read. Immutable after Load.
type Set struct {
	Programs Map[*Program]
	// Universe holds the struct types of all programs (types.go).
	Universe *rule.Universe

	structs map[string]rule.StructDecl
}

// Program gives a program by key, nil when it is not in the set.
func (s *Set) Program(key string) *Program { return s.Programs.Get(key) }

// RecordType resolves a record address as written in program `from`: `demand`
// or `other.case`; a trailing move (`demand.raise`) is ignored.
func (s *Set) RecordType(addr, from string) *RecordType {
	p, rest := s.owner(addr, from)
	if p == nil {
		return nil
	}
	key, _, _ := strings.Cut(rest, ".")
	return p.Records.Get(key)
}

// MoveOf resolves `record.move` as written in program `from`.
func (s *Set) MoveOf(addr, from string) *Move {
	p, rest := s.owner(addr, from)
	key, move, ok := strings.Cut(rest, ".")
	if p == nil || !ok || !p.Records.Has(key) {
		return nil
	}
	return p.Records.Get(key).Moves.Get(move)
}

// ListOf resolves a list reference as written in program `from`: `k`, `pack.k`
// or `table.k` (the first column of a table as options).
func (s *Set) ListOf(addr, from string) *List {
	p, rest := s.owner(addr, from)
	if p == nil {
		return nil
	}
	if key, ok := strings.CutPrefix(rest, "table."); ok {
		return p.tableList(key)
	}
	return p.Lists.Get(rest)
}

// owner splits `program.rest`; without a program the address is the asker's own.
func (s *Set) owner(addr, from string) (*Program, string) {
	home := s.Programs.Get(from)
	key, rest, ok := strings.Cut(addr, ".")
	if !ok || home == nil {
		return home, addr
	}
	if other := s.Programs.Get(key); other != nil && key != from && !home.Records.Has(key) && slices.Contains(home.Uses, key) {
		return other, rest
	}
	if key == from {
		return home, rest
	}
	return home, addr
}

// tableList makes the options of `list: table.k` from the table's first column.
func (p *Program) tableList(key string) *List {
	t := p.Tables.Get(key)
	if t == nil {
		return nil
	}
	col := t.labelColumn()
	l := &List{Key: "table." + key, Label: t.Label}
	for _, row := range t.Rows {
		v := fmt.Sprint(row[col])
		l.Options.Set(v, &Option{Key: v, Label: v})
	}
	return l
}

func (t *Table) labelColumn() string {
	if len(t.KeyCols) > 0 {
		return t.KeyCols[0]
	}
	for k, f := range t.Fields.All() {
		if k != t.Band && f.Type == TypeText {
			return k
		}
	}
	return t.Band
}

// loader is one run of Load.
type loader struct {
	set     *Set
	sources []*source
	issues  []Issue
	scopes  map[string]*scope
	calls   map[string]bool              // moves that actions make
	fields  map[string]map[string]*Field // declared field behind struct and field name
}

// source is one folder on its way to a Program. Work that needs names of other
// folders waits in link; expressions wait in exprs until all types are known.
type source struct {
	*loader
	r      *reader
	p      *Program
	root   *node
	folder string
	broken bool    // the file could not be read at all
	base   *source // what the program extends
	link   []func()
	exprs  []func()
	// messageUses are the scopes in which each message is sent.
	messageUses map[string][]*scope
}

// Load reads all folders, keyed by folder name, and reports every fault found.
// The Set may be used when no issue is fatal (see Fatal).
func Load(dirs map[string]fs.FS) (*Set, []Issue) {
	l := &loader{set: &Set{}, scopes: map[string]*scope{}}
	for _, folder := range slices.Sorted(maps.Keys(dirs)) {
		if s := l.open(folder, dirs[folder]); s != nil {
			l.sources = append(l.sources, s)
			l.set.Programs.Set(s.p.Key, s.p)
		}
	}
	for _, s := range l.sources {
		s.overlay(0)
	}
	for _, s := range l.sources {
		if s.broken {
			continue
		}
		s.r.check(s.root, entry(programShape))
		s.decode()
	}
	for _, s := range l.sources {
		run(&s.link)
	}
	l.set.reach()
	if l.buildTypes() {
		for _, s := range l.sources {
			run(&s.exprs)
		}
		for _, s := range l.sources {
			s.check()
		}
		for _, s := range l.sources {
			s.checkOverlay()
		}
	}
	for _, s := range l.sources {
		l.issues = append(l.issues, s.r.issues...)
	}
	return l.set, sortIssues(l.issues)
}

// run works off a queue that may grow while it runs.
func run(queue *[]func()) {
	for i := 0; i < len(*queue); i++ {
		(*queue)[i]()
	}
	*queue = nil
}

// open reads and validates the folder's files; nil when there is no program.
func (l *loader) open(folder string, dir fs.FS) *source {
	s := &source{loader: l, folder: folder, p: &Program{Key: folder}, r: &reader{file: folder + "/program.yaml"}}
	s.p.Sources = map[string][]byte{}
	if err := s.readFiles(dir); err != nil {
		l.issues = append(l.issues, Issue{File: folder, Rule: "unreadable", Msg: "读不了文件：" + err.Error()})
	}
	body, ok := s.p.Sources["program.yaml"]
	if !ok {
		l.issues = append(l.issues, Issue{File: folder + "/program.yaml", Rule: "no-program", Msg: "文件夹里没有 program.yaml"})
		return nil
	}
	s.p.Hash = hash(s.p.Sources)
	s.root = s.r.read(body)
	if s.root == nil {
		s.root = &node{kind: mapNode, line: 1, col: 1, file: s.r.file}
		s.broken = true
		return s
	}
	s.addFiles("forms", "表单")
	s.addFiles("partners", "协同系统")
	return s
}

// readFiles takes every file of the folder up to the size limit.
func (s *source) readFiles(dir fs.FS) error {
	return fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := dir.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
		if err == nil {
			s.p.Sources[name] = b
		}
		return err
	})
}

func hash(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// addFiles puts <block>/<key>.yaml beside the entries of a block of program.yaml: a
// long form, the mapping to a partner's system.
func (s *source) addFiles(block, what string) {
	var names []string
	for name := range s.p.Sources {
		if ok, _ := path.Match(block+"/*.yaml", name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		key := strings.TrimSuffix(path.Base(name), ".yaml")
		fr := &reader{file: s.folder + "/" + name}
		body := fr.read(s.p.Sources[name])
		s.r.issues = append(s.r.issues, fr.issues...)
		if body == nil {
			continue
		}
		entries := s.root.get(block)
		if entries == nil {
			entries = &node{kind: mapNode, line: 1, col: 1, path: block, file: s.r.file}
			s.root.put(&node{kind: scalarNode, val: block, path: block}, entries)
		}
		if entries.has(key) {
			s.fault(body, "duplicate-key", what+"“"+key+"”在 program.yaml 里已有", "")
			continue
		}
		entries.put(&node{kind: scalarNode, val: key, path: block + "." + key, line: 1, col: 1, file: fr.file}, body)
	}
}

func (s *source) fault(n *node, code, msg, hint string) { s.r.fault(n, code, msg, hint) }

func (s *source) warn(n *node, code, msg, hint string) { s.r.warn(n, code, msg, hint) }

// decode turns the validated nodes into the Program, block by block.
func (s *source) decode() {
	n := s.root
	s.head(n)
	s.readEN()
	s.block(n, "params", func(k string, e *node) { s.p.Params.Set(k, s.param(k, e)) })
	s.block(n, "lists", func(k string, e *node) { s.p.Lists.Set(k, s.list(k, e)) })
	s.block(n, "tables", func(k string, e *node) { s.p.Tables.Set(k, s.table(k, e)) })
	s.files(n.get("files"))
	s.people(n)
	s.block(n, "records", func(k string, e *node) { s.p.Records.Set(k, s.record(k, e)) })
	s.work(n)
	s.outcomes(n)
	if m := n.get("migrate"); m != nil {
		s.p.Migrate = s.migrate(m)
	}
}

func (s *source) block(n *node, name string, each func(key string, e *node)) {
	b := n.get(name)
	if b == nil || b.kind != mapNode {
		return
	}
	for _, p := range b.pairs {
		if p.val.kind == mapNode {
			each(p.key.val, p.val)
		}
	}
}

func (s *source) head(n *node) {
	p := s.p
	if key := n.str("program"); key != "" && key != s.folder {
		s.fault(n.get("program"), "program-key", "程序键“"+key+"”与文件夹名“"+s.folder+"”不同", "")
	}
	if !progRE.MatchString(s.folder) {
		s.fault(n, "bad-key", "文件夹名“"+s.folder+"”须是小写字母、数字、-、_", "")
	}
	p.Version = s.num(n, "version")
	p.Title = n.str("title")
	p.Uses = n.strs("uses")
	p.Extends = n.str("extends")
	p.Law = n.strs("law")
	p.Class = s.class(n, "class", domain.Internal)
	s.link = append(s.link, func() {
		for _, u := range n.get("uses").each() {
			if s.set.Program(u.val) == nil {
				s.fault(u, "unknown-program", "没有“"+u.val+"”这个程序或包", didYouMean(u.val, s.set.Programs.Keys()))
			}
		}
		if e := n.get("extends"); e != nil && s.set.Program(e.val) == nil {
			s.fault(e, "unknown-program", "没有“"+e.val+"”这个程序", "")
		}
	})
}

// readEN takes en.yaml: a flat map of dotted addresses to English text, or the
// same nested.
func (s *source) readEN() {
	src, ok := s.p.Sources["en.yaml"]
	if !ok {
		return
	}
	er := &reader{file: s.folder + "/en.yaml"}
	n := er.read(src)
	s.r.issues = append(s.r.issues, er.issues...)
	s.p.EN = map[string]string{}
	var walk func(n *node, at string)
	walk = func(n *node, at string) {
		if n.kind == scalarNode {
			s.p.EN[at] = n.val
			return
		}
		for _, p := range n.pairs {
			walk(p.val, join(at, p.key.val))
		}
	}
	if n != nil {
		walk(n, "")
	}
	s.p.TitleEN = s.p.EN["title"]
}

// en gives the English text at an address below the program.
func (s *source) en(n *node, word string) string { return s.p.EN[join(n.path, word)] }
