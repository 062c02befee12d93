package program

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits that keep a hostile file from costing more than it is worth.
const (
	maxFileSize = 1 << 20
	maxNesting  = 64
	maxTokens   = 60_000 // six times the longest program; the YAML parser is quadratic in the keys of one map
)

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	mapNode
	listNode
)

// node is a YAML value with its place, after the lexical rules of §2: no
// anchors, aliases, tags or duplicate keys are left.
type node struct {
	kind   nodeKind
	val    string // of a scalar, as written, without quotes
	quoted bool
	line   int
	col    int
	path   string
	file   string
	pairs  []pair
	items  []*node
	index  map[string]*node // values of pairs by key
}

type pair struct {
	key *node
	val *node
}

func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	return n.index[key]
}

func (n *node) put(key, val *node) {
	if n.index == nil {
		n.index = make(map[string]*node)
	}
	n.index[key.val] = val
	n.pairs = append(n.pairs, pair{key, val})
}

func (n *node) has(key string) bool { return n.get(key) != nil }

func (n *node) keyNames() []string {
	if n == nil {
		return nil
	}
	out := make([]string, len(n.pairs))
	for i, p := range n.pairs {
		out[i] = p.key.val
	}
	return out
}

// str is the text of a scalar entry, "" when there is none.
func (n *node) str(key string) string {
	if v := n.get(key); v != nil && v.kind == scalarNode {
		return v.val
	}
	return ""
}

// strs are the texts of a list entry, or its one text.
func (n *node) strs(key string) []string {
	var out []string
	for _, e := range n.get(key).each() {
		if e.kind == scalarNode {
			out = append(out, e.val)
		}
	}
	return out
}

func (n *node) yes(key string) bool { return n.str(key) == "true" }

// each gives the elements of a list, or the node itself as the only element
// (a one-element list may be written without brackets).
func (n *node) each() []*node {
	switch {
	case n == nil || n.kind == nullNode:
		return nil
	case n.kind == listNode:
		return n.items
	}
	return []*node{n}
}

// reader turns one file into nodes and collects its lexical faults.
type reader struct {
	file   string
	issues []Issue
}

func (r *reader) fault(n *node, rule, msg, hint string) {
	r.issues = append(r.issues, Issue{File: cmp.Or(n.file, r.file), Line: n.line, Col: n.col, Path: n.path, Rule: rule, Msg: msg, Hint: hint})
}

func (r *reader) warn(n *node, rule, msg, hint string) {
	r.fault(n, rule, msg, hint)
	r.issues[len(r.issues)-1].Warn = true
}

// read parses a file; nil when nothing can be said about its content.
func (r *reader) read(src []byte) *node {
	top := &node{line: 1, col: 1}
	if len(src) > maxFileSize {
		r.fault(top, "too-large", "文件超过 1 MB", "拆成几个程序，或把数据放进 tables/")
		return nil
	}
	f, err := parseYAML(src)
	if deep, ok := err.(tooDeepError); ok {
		top.line = int(deep)
		r.fault(top, "too-deep", fmt.Sprintf("嵌套超过 %d 层", maxNesting), "")
		return nil
	}
	if err != nil {
		r.syntax(err)
		return nil
	}
	var body ast.Node
	for i, d := range f.Docs {
		if i > 0 && d.Body != nil {
			r.fault(top, "two-documents", "一个文件里只能有一份 YAML 文档", "去掉“---”分隔")
			break
		}
		body = d.Body
	}
	if body == nil {
		return &node{kind: mapNode, line: 1, col: 1}
	}
	return r.convert(body, "", 0)
}

// parseYAML guards against a panic of the parser: a broken file must give an
// issue, never end the process.
func parseYAML(src []byte) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("YAML 不完整：%v", p)
		}
	}()
	tokens := lexer.Tokenize(string(src))
	if len(tokens) > maxTokens {
		return nil, errors.New("文件里的词太多")
	}
	if line := tooDeep(tokens); line > 0 {
		return nil, tooDeepError(line)
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// tooDeepError is the line where the nesting passes the limit.
type tooDeepError int

func (tooDeepError) Error() string { return "too deep" }

func (r *reader) syntax(err error) {
	at := &node{line: 1, col: 1}
	msg := err.Error()
	var se *yaml.SyntaxError
	if errors.As(err, &se) {
		msg = se.GetMessage()
		if tk := se.GetToken(); tk != nil && tk.Position != nil {
			at.line, at.col = tk.Position.Line, tk.Position.Column
		}
	}
	r.fault(at, "yaml-syntax", "YAML 写法不对："+msg, "检查缩进、引号和括号是否成对")
}

// tooDeep gives the line where flow brackets or compact lists nest too deep,
// before the recursive parser sees them; 0 when none does.
func tooDeep(tokens token.Tokens) int {
	flow, compact, line := 0, 0, 0
	for _, tk := range tokens {
		if tk.Position.Line != line {
			line, compact = tk.Position.Line, 0
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow = max(0, flow-1)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.TagType, token.AnchorType:
			compact++
		default:
			if flow == 0 {
				continue
			}
			compact = 0
		}
		if flow > maxNesting || (flow == 0 && compact > maxNesting) {
			return line
		}
	}
	return 0
}

func (r *reader) convert(a ast.Node, path string, depth int) *node {
	n := &node{path: path, file: r.file}
	place(n, a)
	if depth > maxNesting {
		r.fault(n, "too-deep", fmt.Sprintf("嵌套超过 %d 层", maxNesting), "")
		return n
	}
	switch x := a.(type) {
	case *ast.MappingNode:
		n.kind = mapNode
		if len(x.Values) > 0 && !x.IsFlowStyle {
			place(n, x.Values[0].Key)
		}
		for _, v := range x.Values {
			r.pair(n, v, depth)
		}
	case *ast.MappingValueNode:
		n.kind = mapNode
		place(n, x.Key)
		r.pair(n, x, depth)
	case *ast.SequenceNode:
		n.kind = listNode
		for i, v := range x.Values {
			n.items = append(n.items, r.convert(v, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
	case *ast.NullNode:
		n.kind = nullNode
	case *ast.AnchorNode, *ast.AliasNode:
		r.fault(n, "anchor", "不用 YAML 锚点和引用", "想照抄一个同级条目，写 like: 它的键")
	case *ast.TagNode:
		r.fault(n, "tag", "不用 YAML 类型标签", "")
	case *ast.LiteralNode:
		n.kind, n.val, n.quoted = scalarNode, strings.TrimRight(x.Value.Value, "\n"), true
	default:
		r.scalar(n, a)
	}
	return n
}

func (r *reader) scalar(n *node, a ast.Node) {
	tk := a.GetToken()
	n.kind = scalarNode
	n.val = tk.Value
	n.quoted = tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType
	if n.quoted {
		return
	}
	switch strings.ToLower(n.val) {
	case "yes", "no", "on", "off":
		r.fault(n, "bare-bool", "不加引号的 "+n.val+" 在有的 YAML 里是真假值", "真假写 true / false；要文字就加引号")
	}
	if clockLike(n.val) {
		r.fault(n, "bare-time", "不加引号的 "+n.val+" 在有的 YAML 里是数字", `加引号："`+n.val+`"`)
	}
}

func (r *reader) pair(m *node, v *ast.MappingValueNode, depth int) {
	key := &node{kind: scalarNode, file: r.file}
	place(key, v.Key)
	if _, ok := v.Key.(*ast.MergeKeyNode); ok {
		key.path = m.path
		r.fault(key, "anchor", "不用 YAML 合并键 <<", "想照抄一个同级条目，写 like: 它的键")
		return
	}
	tk := v.Key.GetToken()
	if _, ok := v.Key.(*ast.MappingKeyNode); ok || tk == nil {
		key.path = m.path
		r.fault(key, "yaml-syntax", "键须是一个词", "")
		return
	}
	key.val = tk.Value
	key.quoted = tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType
	key.path = join(m.path, key.val)
	if m.has(key.val) {
		r.fault(key, "duplicate-key", "键“"+key.val+"”写了两次", "删去一个，或换一个名字")
		return
	}
	val := r.convert(v.Value, key.path, depth+1)
	if val.line == 0 {
		val.line, val.col = key.line, key.col
	}
	m.put(key, val)
}

func place(n *node, a ast.Node) {
	if a == nil {
		return
	}
	if tk := a.GetToken(); tk != nil && tk.Position != nil {
		n.line, n.col = tk.Position.Line, tk.Position.Column
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// clockLike reports text such as 16:30 that a YAML 1.1 reader takes for a
// sexagesimal number.
func clockLike(s string) bool {
	h, m, ok := strings.Cut(s, ":")
	return ok && digits(h) && digits(m) && len(h) <= 2 && len(m) == 2
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
