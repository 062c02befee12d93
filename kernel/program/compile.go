package program

import (
	"errors"
	"strings"

	"linqiao/kernel/rule"
)

// expr reads a CEL node: the Expr is filled when all types are known. nil when
// nothing is written.
func (s *source) expr(v *node, sc scopeOf, want ...rule.Type) *rule.Expr {
	if v == nil || v.kind != scalarNode {
		return nil
	}
	x := new(rule.Expr)
	s.exprs = append(s.exprs, func() { s.compile(v, x, sc(), want...) })
	return x
}

func (s *source) cel(n *node, key string, sc scopeOf, want ...rule.Type) *rule.Expr {
	return s.expr(n.get(key), sc, want...)
}

// compile fills dst, or reports what is wrong at the place in the file.
func (s *source) compile(v *node, dst *rule.Expr, sc *scope, want ...rule.Type) bool {
	if sc == nil {
		s.fault(v, "no-scope", "这里不能写条件", "")
		return false
	}
	x, err := sc.rs.Compile(v.val)
	if err != nil {
		s.celFault(v, err)
		return false
	}
	*dst = *x
	s.checkReads(v, x, sc)
	if len(want) == 0 {
		return true
	}
	for _, t := range want {
		if s.fits(t, x.Type()) {
			return true
		}
	}
	s.fault(v, "cel-type", "结果应是"+sayTypes(want)+"，实际是"+sayType(x.Type()), "")
	return false
}

func (s *source) celFault(v *node, err error) {
	at := *v
	var ce *rule.CompileError
	if !errors.As(err, &ce) {
		s.fault(v, "cel", err.Error(), "")
		return
	}
	if ce.Col > 0 {
		at.col += ce.Col - 1
		if v.quoted {
			at.col++
		}
	}
	s.fault(&at, "cel", ce.Msg, ce.Hint)
}

// fits reports whether a value of type got may stand where want is asked. A
// party of one kind may stand for a party of several; int for number.
func (s *source) fits(want, got rule.Type) bool {
	switch want.Kind {
	case rule.List:
		if got.Kind != rule.List {
			return false
		}
		return got.Elem == nil || got.Elem.Kind == 0 || want.Elem == nil || want.Elem.Kind == 0 || s.fits(*want.Elem, *got.Elem)
	case rule.Object:
		return got.Kind == rule.Object && (want.Name == got.Name || want.Name == "" || partyLike(want.Name) && partyLike(got.Name))
	case rule.Double:
		return got.Kind == rule.Double || got.Kind == rule.Int
	}
	return want.Kind == got.Kind
}

func partyLike(name string) bool {
	return name == "org" || name == "party" || name == "account" || name == "region" || strings.HasPrefix(name, "party.")
}

var kindNames = map[rule.Kind]string{
	rule.Bool: "真假值", rule.Int: "整数", rule.Double: "数", rule.Text: "文字", rule.Date: "日期",
	rule.Time: "时刻", rule.Duration: "时长", rule.List: "列表", rule.Object: "对象",
}

func sayType(t rule.Type) string {
	switch {
	case t.Kind == rule.List && t.Elem != nil && t.Elem.Kind != 0:
		return sayType(*t.Elem) + "列表"
	case t.Kind == rule.Object && t.Name != "":
		return "对象 " + t.Name
	case t.Kind == 0:
		return "未知类型"
	}
	return kindNames[t.Kind]
}

func sayTypes(ts []rule.Type) string {
	words := make([]string, len(ts))
	for i, t := range ts {
		words[i] = sayType(t)
	}
	return strings.Join(words, "或")
}

// text reads a sentence with {path} holes.
func (s *source) text(v *node, sc scopeOf) *Text {
	if v == nil || v.kind != scalarNode {
		return nil
	}
	t := &Text{Raw: v.val}
	if strings.Contains(v.val, "{") {
		s.exprs = append(s.exprs, func() { s.compileText(v, t, sc()) })
	} else {
		t.Parts = []TextPart{{Lit: v.val}}
	}
	return t
}

// compileText splits at the holes and compiles each.
func (s *source) compileText(v *node, t *Text, sc *scope) {
	rest, parts := v.val, []TextPart(nil)
	for rest != "" {
		lit, hole, ok := strings.Cut(rest, "{")
		if lit != "" {
			parts = append(parts, TextPart{Lit: lit})
		}
		if !ok {
			break
		}
		src, after, closed := strings.Cut(hole, "}")
		if !closed {
			s.fault(v, "bad-text", "花括号没有合上", "写成 {路径}")
			return
		}
		at := *v
		at.val, at.quoted = src, false
		if i := strings.Index(v.val, "{"+src+"}"); i >= 0 {
			at.col = v.col + len([]rune(v.val[:i])) + 1
			if v.quoted {
				at.col++
			}
		}
		x := new(rule.Expr)
		if s.compile(&at, x, sc) {
			parts = append(parts, TextPart{Expr: x})
		}
		rest = after
	}
	t.Parts = parts
}

// messageText compiles a message where it is used; the first use fills it.
func (s *source) messageText(use *node, sc scopeOf) {
	m := s.p.Messages.Get(use.val)
	if m == nil || m.Text == nil {
		return
	}
	if s.messageUses == nil {
		s.messageUses = map[string][]*scope{}
	}
	s.messageUses[use.val] = append(s.messageUses[use.val], sc())
	v := s.root.get("messages").get(use.val).get("text")
	if !strings.Contains(m.Text.Raw, "{") {
		return
	}
	t := &Text{Raw: m.Text.Raw}
	s.compileText(v, t, sc())
	if m.Text.Parts == nil {
		m.Text.Parts = t.Parts
	}
}
