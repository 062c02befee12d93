package form

import (
	"fmt"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// Writing the tree of xlsexpr.go as CEL or as XPath, knowing the fields.

type fieldSet map[string]*program.Field

// toCEL writes a condition that came from a spreadsheet. What XPath says loosely
// is made exact: comparing with ” asks for presence, selected() on a single
// choice compares, comparing a choice with a number lists the options meant.
func (fs fieldSet) toCEL(n *node) (string, error) {
	switch n.op {
	case "field":
		if fs[n.val] == nil {
			return "", fmt.Errorf("没有栏目“%s”", SafeKey(n.val))
		}
		return n.val, nil
	case "num", "bool":
		return n.val, nil
	case "str":
		if strings.ContainsAny(n.val, `'\`) || strings.ContainsAny(n.val, "\n\r") {
			return "", fmt.Errorf("文字里不能有引号、反斜杠或换行")
		}
		return "'" + n.val + "'", nil
	case "today":
		return "today", nil
	case "!", "neg":
		s, err := fs.toCEL(n.args[0])
		if err == nil && fs.compound(n.args[0]) {
			s = "(" + s + ")"
		}
		return map[string]string{"!": "!", "neg": "-"}[n.op] + s, err
	case "==", "!=", "<", "<=", ">", ">=":
		if s, ok := fs.presence(n); ok {
			return s, nil
		}
		if s, ok := fs.yesNo(n); ok {
			return s, nil
		}
		if s, ok, err := fs.choiceNumber(n); ok || err != nil {
			return s, err
		}
	case "in":
		f := fs[n.args[1].val]
		if f == nil {
			return "", fmt.Errorf("没有栏目“%s”", SafeKey(n.args[1].val))
		}
		key := "'" + mendKey(n.args[0].val) + "'"
		if f.Many {
			return key + " in " + f.Key, nil
		}
		return f.Key + " == " + key, nil
	case "size", "len":
		s, err := fs.toCEL(n.args[0])
		return s + ".size()", err
	}
	return fs.celTree(n)
}

func (fs fieldSet) celTree(n *node) (string, error) {
	parts := make([]string, len(n.args))
	for i, a := range n.args {
		s, err := fs.toCEL(a)
		if err != nil {
			return "", err
		}
		if weaker(a, n, i) {
			s = "(" + s + ")"
		}
		parts[i] = s
	}
	if n.op == "?:" {
		return parts[0] + " ? " + parts[1] + " : " + parts[2], nil
	}
	// a key compared with a choice carries the mended key
	for i, a := range n.args {
		other := n.args[1-i]
		if f := fs[other.val]; a.op == "str" && other.op == "field" && f.Type == program.TypeChoice {
			parts[i] = "'" + mendKey(a.val) + "'"
		}
	}
	return parts[0] + " " + n.op + " " + parts[1], nil
}

// weaker reports whether the i-th argument binds less than its parent.
func weaker(a, parent *node, i int) bool {
	mine, his := power[a.op], power[parent.op]
	switch {
	case a.op == "?:":
		return true
	case mine == 0 || parent.op == "?:":
		return false
	}
	return mine < his || mine == his && i > 0
}

// compound reports whether a written argument needs brackets behind a sign.
func (fs fieldSet) compound(n *node) bool {
	if len(n.args) < 2 {
		return false
	}
	_, has := fs.presence(n)
	_, yes := fs.yesNo(n)
	return !has && !yes
}

// presence reads `${x} = ”` and `${x} != ”`.
func (fs fieldSet) presence(n *node) (string, bool) {
	a, b := n.args[0], n.args[1]
	if a.op == "str" {
		a, b = b, a
	}
	if n.op != "==" && n.op != "!=" || a.op != "field" || fs[a.val] == nil || b.op != "str" || b.val != "" {
		return "", false
	}
	if n.op == "==" {
		return "!has(it." + a.val + ")", true
	}
	return "has(it." + a.val + ")", true
}

// yesNo reads `${x} = 'yes'` of a yes/no question.
func (fs fieldSet) yesNo(n *node) (string, bool) {
	a, b := n.args[0], n.args[1]
	if a.op != "field" || b.op != "str" || fs[a.val] == nil || fs[a.val].Type != program.TypeBool ||
		n.op != "==" && n.op != "!=" || b.val != "yes" && b.val != "no" {
		return "", false
	}
	if (n.op == "==") == (b.val == "yes") {
		return a.val, true
	}
	return "!" + a.val, true
}

// choiceNumber reads `${q9} >= 1` of a choice whose options are numbered.
func (fs fieldSet) choiceNumber(n *node) (string, bool, error) {
	a, b := n.args[0], n.args[1]
	if a.op != "field" || b.op != "num" || fs[a.val] == nil || fs[a.val].Type != program.TypeChoice || fs[a.val].List == nil {
		return "", false, nil
	}
	f := fs[a.val]
	bound, err := strconv.Atoi(b.val)
	if err != nil || f.Many {
		return "", false, fmt.Errorf("选项不能与 %s 相比", b.val)
	}
	var keys []string
	for _, k := range f.List.Options.Keys() {
		p, _ := optionPoints(f.List, k)
		hit := map[string]bool{"==": p == bound, "!=": p != bound, "<": p < bound, "<=": p <= bound, ">": p > bound, ">=": p >= bound}
		if hit[n.op] {
			keys = append(keys, "'"+k+"'")
		}
	}
	if len(keys) == 1 {
		return f.Key + " == " + keys[0], true, nil
	}
	return f.Key + " in [" + strings.Join(keys, ", ") + "]", true, nil
}

// toXPath writes a condition of a program for a spreadsheet.
func (fs fieldSet) toXPath(n *node) (string, error) {
	switch n.op {
	case "field":
		f := fs[n.val]
		if f == nil {
			return "", fmt.Errorf("“%s”不在本表中", SafeKey(n.val))
		}
		if f.Type == program.TypeBool {
			return "${" + n.val + "} = 'yes'", nil
		}
		return "${" + n.val + "}", nil
	case "num":
		return n.val, nil
	case "bool":
		return n.val + "()", nil
	case "str":
		return "'" + n.val + "'", nil
	case "today":
		return "today()", nil
	case "!":
		s, err := fs.toXPath(n.args[0])
		return "not(" + s + ")", err
	case "neg":
		s, err := fs.toXPath(n.args[0])
		return "-" + s, err
	case "has":
		if fs[n.args[0].val] == nil {
			return "", fmt.Errorf("“%s”不在本表中", SafeKey(n.args[0].val))
		}
		return "${" + n.args[0].val + "} != ''", nil
	case "size":
		s, err := fs.toXPath(n.args[0])
		if f := fs[n.args[0].val]; f != nil && f.Many {
			return "count-selected(" + s + ")", err
		}
		return "string-length(" + s + ")", err
	case "in":
		return fs.xpathIn(n)
	case "list":
		return "", fmt.Errorf("XLSForm 没有列表")
	}
	return fs.xpathTree(n)
}

// xpathIn writes 'a' in many and one in ['a', 'b'].
func (fs fieldSet) xpathIn(n *node) (string, error) {
	what, where := n.args[0], n.args[1]
	if what.op == "str" && where.op == "field" && fs[where.val] != nil {
		return "selected(${" + where.val + "}, '" + what.val + "')", nil
	}
	if what.op != "field" || fs[what.val] == nil || where.op != "list" || len(where.args) == 0 {
		return "", fmt.Errorf("XLSForm 写不出这个 in")
	}
	var parts []string
	for _, a := range where.args {
		s, err := fs.toXPath(a)
		if err != nil {
			return "", err
		}
		parts = append(parts, "${"+what.val+"} = "+s)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return "(" + strings.Join(parts, " or ") + ")", nil
}

func (fs fieldSet) xpathTree(n *node) (string, error) {
	parts := make([]string, len(n.args))
	for i, a := range n.args {
		s, err := fs.toXPath(a)
		if err != nil {
			return "", err
		}
		boolField := a.op == "field" && fs[a.val].Type == program.TypeBool
		switch {
		case boolField && power[n.op] > power["&&"]: // smokes == true
			return "", fmt.Errorf("是否类栏目请直接写栏目名")
		case weaker(a, n, i) || a.op == "?:":
			s = "(" + s + ")"
		}
		parts[i] = s
	}
	if n.op == "?:" {
		return "if(" + strings.Join(parts, ", ") + ")", nil
	}
	op := n.op
	if w, ok := map[string]string{"&&": "and", "||": "or", "==": "=", "/": "div", "%": "mod"}[op]; ok {
		op = w
	}
	return parts[0] + " " + op + " " + parts[1], nil
}

// mendKey turns an XLSForm name into a key of programs: small letters, digits,
// underscore, a letter first. Option 0 becomes v0.
func mendKey(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(name)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			b.WriteRune(r)
		} else {
			b.WriteByte('_')
		}
	}
	key := b.String()
	if key == "" || !('a' <= key[0] && key[0] <= 'z') {
		key = "v" + key
	}
	return key
}
