package form

import (
	"regexp"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// expression translates one noted condition of a spreadsheet.
func (r *xlsReader) expression(p pendingExpr) {
	n, err := parseXPath(p.src, p.key)
	if err != nil {
		r.problem(p.row, false, "条件没有导入：%v", err)
		return
	}
	r.rename(n)
	if p.kind == "calc" && r.scored(p.key, n) {
		return
	}
	src, err := r.fields.toCEL(n)
	if err != nil {
		r.problem(p.row, false, "条件没有导入：%v", err)
		return
	}
	switch p.kind {
	case "show":
		r.d.Show[p.key] = src
	case "calc":
		r.d.Calc[p.key] = src
		if f := r.fields[p.key]; f.Type == program.TypeText && arithmetic(n) {
			f.Type = program.TypeInt
		}
	case "require": // XLSForm checks a constraint only once there is an answer
		r.d.Require = append(r.d.Require, DraftGuard{If: guarded(p.key, src, n), Say: p.say})
	}
}

func guarded(key, src string, n *node) string {
	if n.op == "?:" {
		src = "(" + src + ")"
	}
	return "!has(it." + key + ") || " + src
}

// rename brings the names of the spreadsheet to the keys of the form.
func (r *xlsReader) rename(n *node) {
	if n.op == "field" {
		if key, ok := r.names[n.val]; ok {
			n.val = key
		}
	}
	for _, a := range n.args {
		r.rename(a)
	}
}

func arithmetic(n *node) bool {
	switch n.op {
	case "+", "-", "*", "/", "%", "neg", "num", "size", "len":
		return true
	case "?:":
		return arithmetic(n.args[1])
	}
	return false
}

// scored takes `${q1} + ${q2} + …` over choices as the form's score: the total
// is then kept with the response, not as an answer.
func (r *xlsReader) scored(key string, n *node) bool {
	items := addends(n)
	if len(items) < 2 {
		return false
	}
	for _, k := range items {
		if f := r.fields[k]; f == nil || f.Type != program.TypeChoice || f.Many {
			return false
		}
	}
	if r.d.Form.Score != nil {
		return false
	}
	r.d.Form.Score = &program.Score{Sum: items}
	rest := program.Map[*program.Field]{}
	for k, f := range r.d.Form.Fields.All() {
		if k != key {
			rest.Set(k, f)
		}
	}
	r.d.Form.Fields = rest
	delete(r.fields, key)
	return true
}

// addends lists the fields of a pure sum, nil when it is something else.
func addends(n *node) []string {
	switch {
	case n.op == "field":
		return []string{n.val}
	case n.op == "+":
		a, b := addends(n.args[0]), addends(n.args[1])
		if a != nil && b != nil {
			return append(a, b...)
		}
	}
	return nil
}

var boundRE = regexp.MustCompile(`^\.\s*(>=|<=)\s*(-?\d+(?:\.\d+)?|'[^']*'|date\('[^']*'\))$`)

// plainRange reads `. >= 1 and . <= 5`.
func plainRange(f *program.Field, c string) (*[2]any, bool) {
	if c == "" || f.Type == program.TypeText || f.Type == program.TypeChoice || f.Many {
		return nil, false
	}
	var out [2]any
	for part := range strings.SplitSeq(c, " and ") {
		m := boundRE.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return nil, false
		}
		v, ok := bound(f, m[2])
		if !ok {
			return nil, false
		}
		i := map[string]int{">=": 0, "<=": 1}[m[1]]
		if out[i] != nil {
			return nil, false
		}
		out[i] = v
	}
	return &out, true
}

// peelRange takes the bounds off a constraint: `. >= 1 and . <= 5 and (rest)`.
func peelRange(f *program.Field, c string) (span *[2]any, rest string) {
	if span, ok := plainRange(f, c); ok {
		return span, ""
	}
	head, tail, ok := strings.Cut(c, " and (")
	if !ok || !strings.HasSuffix(tail, ")") {
		return nil, c
	}
	tail = strings.TrimSuffix(tail, ")")
	if span, ok = plainRange(f, head); !ok {
		return nil, c
	}
	if _, err := parseXPath(tail, f.Key); err != nil { // the bracket closed before the end
		return nil, c
	}
	return span, tail
}

func bound(f *program.Field, s string) (any, bool) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "date("), ")")
	if strings.HasPrefix(s, "'") {
		v, w := readOne(&program.Field{Key: f.Key, Type: f.Type}, strings.Trim(s, "'"))
		return v, w == nil && v != nil
	}
	switch f.Type {
	case program.TypeInt, program.TypeMoney, program.TypeBP:
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	case program.TypeNumber:
		n, err := strconv.ParseFloat(s, 64)
		return n, err == nil
	}
	return nil, false
}
