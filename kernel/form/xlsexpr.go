package form

import (
	"fmt"
	"strings"
)

// Conditions of spreadsheets are written in the XPath dialect of ODK, those of
// programs in CEL. Both are read into one small tree and written out again; what
// lies outside the common part is refused, never guessed.

// node is an expression. Op is one of
//
//	field num str bool today list
//	! neg && || == != < <= > >= + - * / % ?: in has size len
type node struct {
	op   string
	val  string // of field, num, str, bool
	args []*node
}

func leaf(op, val string) *node           { return &node{op: op, val: val} }
func tree(op string, args ...*node) *node { return &node{op: op, args: args} }

// token kinds: 'i' identifier, 'f' ${field}, 'n' number, 's' text, 'o' operator,
// 0 the end.
type token struct {
	kind byte
	s    string
}

type exprParser struct {
	toks  []token
	at    int
	depth int
	xpath bool
	self  string // the field that "." means in a constraint
}

// parseXPath reads an ODK expression; self is what "." means.
func parseXPath(src, self string) (*node, error) {
	toks, err := lexExpr(src, true)
	if err != nil {
		return nil, err
	}
	return (&exprParser{toks: toks, xpath: true, self: self}).all()
}

// parseCEL reads the part of CEL that XLSForm can say.
func parseCEL(src string) (*node, error) {
	toks, err := lexExpr(src, false)
	if err != nil {
		return nil, err
	}
	return (&exprParser{toks: toks}).all()
}

func identStart(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func digit(c byte) bool      { return '0' <= c && c <= '9' }

func lexExpr(src string, xpath bool) ([]token, error) {
	if len(src) > 4000 {
		return nil, fmt.Errorf("条件太长")
	}
	var out []token
	for i := 0; i < len(src); {
		c, rest := src[i], src[i:]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case xpath && strings.HasPrefix(rest, "${"):
			end := strings.IndexByte(rest, '}')
			if end < 0 {
				return nil, fmt.Errorf("${ 没有结束")
			}
			out = append(out, token{'f', strings.TrimSpace(rest[2:end])})
			i += end + 1
		case c == '\'' || c == '"':
			end := strings.IndexByte(rest[1:], c)
			if end < 0 || !xpath && strings.IndexByte(rest[1:1+end], '\\') >= 0 {
				return nil, fmt.Errorf("文字没有结束，或含转义符")
			}
			out = append(out, token{'s', rest[1 : 1+end]})
			i += end + 2
		case digit(c):
			j := i
			for j < len(src) && (digit(src[j]) || src[j] == '.') {
				j++
			}
			out = append(out, token{'n', src[i:j]})
			i = j
		case identStart(c):
			j := i
			for j < len(src) && (identStart(src[j]) || digit(src[j]) || xpath && src[j] == '-' && j+1 < len(src) && identStart(src[j+1])) {
				j++
			}
			out = append(out, token{'i', src[i:j]})
			i = j
		default:
			op := operator(rest)
			if op == "" {
				return nil, fmt.Errorf("不认识的符号")
			}
			out = append(out, token{'o', op})
			i += len(op)
		}
	}
	return append(out, token{}), nil
}

func operator(s string) string {
	for _, op := range []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "=", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ",", "?", ":", "."} {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

func (p *exprParser) all() (*node, error) {
	n, err := p.expr(0)
	if err == nil && p.peek().kind != 0 {
		err = fmt.Errorf("条件没有写完整")
	}
	return n, err
}

func (p *exprParser) peek() token { return p.toks[p.at] }

func (p *exprParser) next() token {
	t := p.toks[p.at]
	if t.kind != 0 {
		p.at++
	}
	return t
}

func (p *exprParser) take(op string) bool {
	if t := p.peek(); t.kind == 'o' && t.s == op {
		p.at++
		return true
	}
	return false
}

func (p *exprParser) want(op string) error {
	if !p.take(op) {
		return fmt.Errorf("缺少“%s”", op)
	}
	return nil
}

// power of the binary operators, weakest first; ?: stands below all.
var power = map[string]int{"||": 2, "&&": 3, "==": 4, "!=": 4, "<": 5, "<=": 5, ">": 5, ">=": 5, "in": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7}

// binary gives the tree's name of the operator at hand.
func (p *exprParser) binary() string {
	t := p.peek()
	switch {
	case t.kind == 'i' && p.xpath:
		return map[string]string{"and": "&&", "or": "||", "div": "/", "mod": "%"}[t.s]
	case t.kind == 'i' && t.s == "in":
		return "in"
	case t.kind != 'o':
		return ""
	case p.xpath && t.s == "=":
		return "=="
	case p.xpath && (t.s == "/" || t.s == "%" || t.s == "&&" || t.s == "||" || t.s == "==" || t.s == "!"), t.s == "=":
		return ""
	}
	if power[t.s] > 0 {
		return t.s
	}
	return ""
}

func (p *exprParser) expr(least int) (*node, error) {
	if p.depth++; p.depth > 60 {
		return nil, fmt.Errorf("条件嵌套太深")
	}
	defer func() { p.depth-- }()
	left, err := p.unary()
	for err == nil {
		op := p.binary()
		if op == "" || power[op] < max(least, 1) {
			break
		}
		p.next()
		var right *node
		if right, err = p.expr(power[op] + 1); err == nil {
			left = tree(op, left, right)
		}
	}
	if err == nil && least == 0 && !p.xpath && p.take("?") {
		return p.ternary(left)
	}
	return left, err
}

func (p *exprParser) ternary(cond *node) (*node, error) {
	yes, err := p.expr(0)
	if err == nil {
		err = p.want(":")
	}
	if err != nil {
		return nil, err
	}
	no, err := p.expr(0)
	return tree("?:", cond, yes, no), err
}

func (p *exprParser) unary() (*node, error) {
	for _, u := range [][2]string{{"!", "!"}, {"-", "neg"}} {
		if p.xpath && u[0] == "!" || !p.take(u[0]) {
			continue
		}
		if p.depth++; p.depth > 60 {
			return nil, fmt.Errorf("条件嵌套太深")
		}
		n, err := p.unary()
		p.depth--
		return tree(u[1], n), err
	}
	n, err := p.primary()
	for err == nil && !p.xpath && p.take(".") {
		name := p.next()
		if name.kind != 'i' || name.s != "size" || p.want("(") != nil || p.want(")") != nil {
			return nil, fmt.Errorf("只能用本表的栏目")
		}
		n = tree("size", n)
	}
	return n, err
}

func (p *exprParser) primary() (*node, error) {
	t := p.next()
	switch {
	case t.kind == 'f':
		return leaf("field", t.s), nil
	case t.kind == 'n':
		return leaf("num", t.s), nil
	case t.kind == 's':
		return leaf("str", t.s), nil
	case t.kind == 'o' && t.s == "(":
		n, err := p.expr(0)
		if err == nil {
			err = p.want(")")
		}
		return n, err
	case t.kind == 'o' && t.s == "[" && !p.xpath:
		args, err := p.args("]")
		return tree("list", args...), err
	case t.kind == 'o' && t.s == "." && p.xpath && p.self != "":
		return leaf("field", p.self), nil
	case t.kind == 'i' && p.take("("):
		if p.xpath {
			return p.xpathCall(t.s)
		}
		return p.celCall(t.s)
	case t.kind == 'i' && !p.xpath:
		switch t.s {
		case "true", "false":
			return leaf("bool", t.s), nil
		case "today":
			return tree("today"), nil
		}
		return leaf("field", t.s), nil
	}
	return nil, fmt.Errorf("条件没有写完整")
}

// args reads a list up to its closing sign.
func (p *exprParser) args(end string) ([]*node, error) {
	var out []*node
	if p.take(end) {
		return nil, nil
	}
	for {
		n, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if p.take(end) {
			return out, nil
		}
		if err := p.want(","); err != nil {
			return nil, err
		}
	}
}

func (p *exprParser) xpathCall(name string) (*node, error) {
	args, err := p.args(")")
	if err != nil {
		return nil, err
	}
	switch {
	case name == "not" && len(args) == 1:
		return tree("!", args...), nil
	case name == "selected" && len(args) == 2 && args[0].op == "field" && args[1].op == "str":
		return tree("in", args[1], args[0]), nil
	case name == "count-selected" && len(args) == 1:
		return tree("size", args...), nil
	case name == "string-length" && len(args) == 1:
		return tree("len", args...), nil
	case name == "if" && len(args) == 3:
		return tree("?:", args...), nil
	case name == "today" && len(args) == 0:
		return tree("today"), nil
	case (name == "true" || name == "false") && len(args) == 0:
		return leaf("bool", name), nil
	case (name == "number" || name == "int") && len(args) == 1:
		return args[0], nil
	}
	return nil, fmt.Errorf("不支持函数 %s()", SafeKey(strings.ReplaceAll(name, "-", "_")))
}

func (p *exprParser) celCall(name string) (*node, error) {
	switch name {
	case "has": // has(it.x)
		it, dot, field := p.next(), p.take("."), p.next()
		if it.s != "it" || !dot || field.kind != 'i' {
			return nil, fmt.Errorf("has() 只能写 has(it.栏目)")
		}
		return tree("has", leaf("field", field.s)), p.want(")")
	case "size":
		args, err := p.args(")")
		if err == nil && len(args) != 1 {
			err = fmt.Errorf("size() 只要一个参数")
		}
		return tree("size", args...), err
	}
	return nil, fmt.Errorf("XLSForm 写不出函数 %s()", SafeKey(name))
}
