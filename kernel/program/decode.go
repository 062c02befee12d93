package program

import (
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Small readers shared by all blocks. They trust the validator: what is
// malformed was reported and reads as its zero value.

func (s *source) num(n *node, key string) int {
	v := n.str(key)
	if k, ok := strings.CutPrefix(v, "param."); ok {
		return s.paramInt(n.get(key), k)
	}
	i, _ := strconv.Atoi(v)
	return i
}

// paramInt reads a number a param stands for. The value of the file is used for
// counts that the engine reads once; a county's own value comes through CEL.
func (s *source) paramInt(at *node, key string) int {
	p := s.p.Params.Get(key)
	if p == nil {
		s.fault(at, "unknown-param", "没有参数“"+key+"”", didYouMean(key, s.p.Params.Keys()))
		return 0
	}
	i, ok := p.Value.(int64)
	if !ok {
		s.fault(at, "wrong-param", "参数“"+key+"”不是整数", "")
	}
	return int(i)
}

func (s *source) class(n *node, key string, or domain.Class) domain.Class {
	if c, ok := domain.ParseClass(n.str(key)); ok {
		return c
	}
	return or
}

// span reads a duration: 5d, param.k, a path, or {per: path, option: 5d}.
func (s *source) span(n *node, key string, sc scopeOf) Span {
	v := n.get(key)
	if v == nil {
		return Span{}
	}
	if v.kind == mapNode {
		return s.spanPer(v, sc)
	}
	return s.spanOf(v, sc)
}

func (s *source) spanOf(v *node, sc scopeOf) Span {
	if sp, ok := parseSpan(v.val); ok {
		return sp
	}
	if key, ok := strings.CutPrefix(v.val, "param."); ok {
		s.link = append(s.link, func() {
			p := s.p.Params.Get(key)
			if p == nil {
				s.fault(v, "unknown-param", "没有参数“"+key+"”", didYouMean(key, s.p.Params.Keys()))
			} else if p.Type != TypeSpan {
				s.fault(v, "wrong-param", "参数“"+key+"”不是时长", "type 应为 span")
			}
		})
		return Span{Param: key}
	}
	if !isPath(v.val) || sc == nil {
		return Span{}
	}
	return Span{Expr: s.expr(v, sc, tDuration, tInt)}
}

func (s *source) spanPer(v *node, sc scopeOf) Span {
	per := v.get("per")
	if per == nil {
		s.fault(v, "bad-span", "分情形的时长要写 per", "{per: 选项字段, 选项: 时长…}")
		return Span{}
	}
	sp := &SpanPer{Path: per.val, Expr: new(rule.Expr), Is: map[string]Span{}}
	for _, p := range v.pairs {
		if p.key.val == "per" {
			continue
		}
		one, ok := parseSpan(p.val.val)
		if k, isParam := strings.CutPrefix(p.val.val, "param."); isParam {
			one, ok = Span{Param: k}, true
		}
		if !ok {
			s.fault(p.val, "bad-span", "“"+p.val.val+"”不是时长", "写 30m、2h、4wh、5d、3wd")
			continue
		}
		sp.Is[p.key.val] = one
	}
	s.exprs = append(s.exprs, func() { s.perPath(v, per, sp.Expr, sc) })
	return Span{Per: sp}
}

// perPath compiles the path of a {per: …} and holds every option to be covered.
func (s *source) perPath(v, per *node, dst *rule.Expr, sc scopeOf) {
	if sc == nil {
		s.fault(per, "bad-per", "这里不能分情形", "")
		return
	}
	s.compile(per, dst, sc(), tText, tInt, tBool)
	f := sc().field(per.val)
	if f == nil || f.List == nil || f.List.Options.Len() == 0 {
		return
	}
	for opt := range f.List.Options.All() {
		if !v.has(opt) {
			s.fault(v, "uncovered-option", "选项“"+opt+"”没有对应的值", "每个选项都要写到")
		}
	}
	for _, p := range v.pairs {
		if p.key.val != "per" && !f.List.Options.Has(p.key.val) && !f.List.Open {
			s.fault(p.key, "unknown-option", "字段“"+per.val+"”没有选项“"+p.key.val+"”", didYouMean(p.key.val, f.List.Options.Keys()))
		}
	}
}

// recur reads a recurrence, a path to a time or schedule field, or {per: …}.
func (s *source) recur(n *node, key string, sc scopeOf) *Recur {
	v := n.get(key)
	if v == nil {
		return nil
	}
	if v.kind == mapNode {
		return s.recurPer(v, sc)
	}
	if r, ok := parseRecur(v.val); ok {
		return &r
	}
	if nearRecur(v.val) != "" {
		return nil // reported by the validator
	}
	if sc != nil {
		return &Recur{Raw: v.val, Unit: "field", Field: s.expr(v, sc, tTime, tText, tDuration)}
	}
	s.fault(v, "bad-recurrence", "“"+v.val+"”不是周期", "")
	return nil
}

func (s *source) recurPer(v *node, sc scopeOf) *Recur {
	per := v.get("per")
	if per == nil {
		s.fault(v, "bad-recurrence", "分情形的周期要写 per", "{per: 选项字段, 选项: 周期…}")
		return nil
	}
	rp := &RecurPer{Path: per.val, Expr: new(rule.Expr), Is: map[string]Recur{}}
	for _, p := range v.pairs {
		if p.key.val == "per" {
			continue
		}
		one, ok := parseRecur(p.val.val)
		if !ok {
			s.fault(p.val, "bad-recurrence", "“"+p.val.val+"”不是周期", "写 14d、day 08:30、month…")
			continue
		}
		rp.Is[p.key.val] = one
	}
	s.exprs = append(s.exprs, func() { s.perPath(v, per, rp.Expr, sc) })
	return &Recur{Raw: "per " + per.val, Unit: "per", Per: rp}
}

// later runs when every program of the set is decoded, with names to resolve.
func (s *source) later(f func()) { s.link = append(s.link, f) }

// resolve refuses a name that is not among those declared.
func (s *source) resolve(v *node, what string, known func(string) bool, among func() []string) {
	if v == nil || v.kind != scalarNode {
		return
	}
	s.later(func() {
		if !known(v.val) {
			s.fault(v, "unresolved", "没有"+what+"“"+v.val+"”", didYouMean(v.val, among()))
		}
	})
}

// resolveAll reads names that must be declared in the map in gives. The map is
// asked late: it may not be filled yet.
func resolveAll[T any](s *source, n *node, key, what string, in func() Map[T]) []string {
	for _, v := range n.get(key).each() {
		s.resolve(v, what, func(k string) bool { return in().Has(k) }, func() []string { return in().Keys() })
	}
	return n.strs(key)
}

// roles reads role names and holds them to exist.
func (s *source) roles(n *node, key string) []string {
	for _, v := range n.get(key).each() {
		s.role(v)
	}
	return n.strs(key)
}

func (s *source) role(v *node) {
	s.resolve(v, "角色", func(k string) bool { return s.set.roleOf(k, s.p.Key) != nil }, func() []string { return s.p.Roles.Keys() })
}

func (s *source) oneRole(n *node, key string) string {
	s.roles(n, key)
	return n.str(key)
}

func (s *Set) roleOf(addr, from string) *Role {
	p, rest := s.owner(addr, from)
	if p == nil {
		return nil
	}
	return p.Roles.Get(rest)
}

// message reads the name of a message; its text is compiled where it is used.
func (s *source) message(n *node, key string, sc scopeOf) string {
	v := n.get(key)
	if v == nil {
		return ""
	}
	s.resolve(v, "消息", func(k string) bool { return s.p.Messages.Has(k) }, func() []string { return s.p.Messages.Keys() })
	s.exprs = append(s.exprs, func() { s.messageText(v, sc) })
	return v.val
}
