package program

import (
	"slices"
	"strings"

	"linqiao/domain"
)

// consents, grounds, break_glass, rosters and roles.

func (s *source) people(n *node) {
	s.block(n, "consents", func(k string, e *node) { s.p.Consents.Set(k, s.consent(k, e)) })
	s.block(n, "grounds", func(k string, e *node) { s.p.Grounds.Set(k, s.ground(k, e)) })
	if g := n.get("break_glass"); g != nil && g.kind == mapNode {
		s.p.BreakGlass = s.breakGlass(g)
	}
	s.block(n, "rosters", func(k string, e *node) { s.p.Rosters.Set(k, s.roster(k, e)) })
	s.block(n, "roles", func(k string, e *node) { s.p.Roles.Set(k, s.roleEntry(k, e)) })
}

func (s *source) consent(key string, n *node) *Consent {
	c := &Consent{
		Key: key, Label: n.str("label"), By: n.strs("by"), Under: s.num(n, "under"), Evidence: n.strs("evidence"),
		Purpose: n.str("purpose"), Lasts: s.span(n, "lasts", nil), Shares: n.strs("shares"),
	}
	if slices.Contains(c.By, "guardian") != (c.Under > 0) && n.has("under") {
		s.fault(n.get("under"), "wrong-key", "under 与 by: guardian 须同时出现", "")
	}
	for _, v := range n.get("shares").each() {
		s.resolve(v, "可出示的派单或协同系统", s.isShared, func() []string { return s.p.Records.Keys() })
	}
	c.Withdrawn = s.actions(n.get("withdrawn"), s.plain, nil)
	for i, a := range c.Withdrawn {
		if !slices.Contains([]string{"move", "stop", "leave", "notify"}, a.Verb) {
			s.fault(at(n.get("withdrawn"), i), "bad-withdrawn", "撤回同意只能停下事情，不能“"+a.Verb+"”", "可用：move stop leave notify")
		}
	}
	return c
}

func (s *source) isShared(k string) bool {
	if p, ok := strings.CutPrefix(k, "partner."); ok {
		return s.p.Partners.Has(p)
	}
	rt := s.set.RecordType(k, s.p.Key)
	return rt != nil && rt.Noun == domain.Order
}

func (s *source) ground(key string, n *node) *Ground {
	return &Ground{
		Key: key, Label: n.str("label"), Law: n.strs("law"), By: s.roles(n, "by"),
		Lasts: s.span(n, "lasts", nil), Review: s.oneRole(n, "review"),
	}
}

func (s *source) breakGlass(n *node) *BreakGlass {
	b := &BreakGlass{By: s.roles(n, "by"), Sign: s.roles(n, "sign"), Lasts: s.span(n, "lasts", nil), Tells: s.roles(n, "tells")}
	if sp, ok := parseSpan(n.str("review")); ok {
		b.Within = sp
	} else {
		b.Review = s.oneRole(n, "review")
	}
	return b
}

func (s *source) roster(key string, n *node) *Roster {
	r := &Roster{
		Key: key, Label: n.str("label"), Of: n.str("of"), KeptBy: n.str("kept_by"), File: n.str("file"),
		Freeze: strings.TrimPrefix(n.str("freeze"), "made."), Proxy: s.roles(n, "proxy"), Lasts: s.span(n, "lasts", nil),
	}
	s.roles(n, "kept_by")
	member := func() *scope { return s.ofMember(s.memberOf(r.Of)) }
	r.Where = s.cel(n, "where", member, tBool)
	s.block(n, "except", func(k string, e *node) {
		r.Except.Set(k, &Except{Key: k, Label: e.str("label"), If: s.cel(e, "if", member, tBool)})
	})
	if g := n.get("group"); g != nil {
		r.GroupBy, r.Keeper, r.One = g.str("by"), s.oneRole(g, "keeper"), g.yes("one")
	}
	if sh := n.get("shifts"); sh != nil {
		r.Shifts = &Shifts{Ranks: sh.strs("ranks"), Gap: s.span(sh, "gap", nil), Tells: s.roles(sh, "tells")}
	}
	if !n.has("where") && !n.has("kept_by") && !n.has("file") {
		s.fault(n, "no-members", "名册没说成员从哪里来", "写 where、kept_by 或 file")
	}
	if v := n.get("freeze"); v != nil {
		s.resolve(v, "冻结名册的操作", s.freezes, func() []string { return nil })
	}
	return r
}

// freezes accepts `made.<move>` (of any record) and `record.move`.
func (s *source) freezes(addr string) bool {
	move, bare := strings.CutPrefix(addr, "made.")
	if !bare {
		return s.set.MoveOf(addr, s.p.Key) != nil
	}
	for _, rt := range s.p.Records.All() {
		if rt.Moves.Has(move) {
			return true
		}
	}
	return false
}

func (s *source) roleEntry(key string, n *node) *Role {
	r := &Role{Key: key, Label: n.str("label"), Is: n.str("is"), Of: n.strs("of"), Rank: n.str("rank"), Named: n.yes("named"), Figures: n.strs("figures")}
	if r.Named && r.Is != "owner" {
		s.fault(n.get("named"), "named-owner", "named 只用于 is: owner 的角色", "去掉 named，或写 is: owner")
	}
	if slices.Equal(r.Figures, []string{"all"}) {
		r.FiguresAll, r.Figures = true, nil
	}
	s.heldBy(r, n)
	s.reads(r, n.get("read"))
	for _, v := range n.get("of").each() {
		s.roleOfRef(v)
	}
	for _, v := range n.get("figures").each() {
		if v.val != "all" {
			s.resolve(v, "指标", func(k string) bool { return s.set.statOf(k, s.p.Key) != nil }, func() []string { return s.p.Stats.Keys() })
		}
	}
	if v := n.get("rank"); v != nil {
		s.later(func() { s.rankKnown(v, r) })
	}
	return r
}

func (s *source) rankKnown(v *node, r *Role) {
	for _, of := range r.Of {
		if ro := s.p.Rosters.Get(strings.TrimPrefix(of, "roster.")); ro != nil && ro.Shifts != nil && slices.Contains(ro.Shifts.Ranks, r.Rank) {
			return
		}
	}
	s.fault(v, "unknown-rank", "名册没有班次“"+r.Rank+"”", "shifts.ranks 里要有它")
}

func (s *source) heldBy(r *Role, n *node) {
	h := n.get("held_by")
	if h == nil {
		// Everyone, or whoever the relation itself names, needs no holder.
		if r.Is == "owner" || r.Is == "area" || r.Is == "receiver" || r.Is == "keeper" {
			s.fault(n, "no-holder", "角色没有 held_by，没有人能担任", "写 held_by: {org: …}")
		}
		return
	}
	r.HeldBy = HeldBy{Org: h.strs("org"), Levels: h.strs("level"), Post: h.strs("post"), Roster: strings.TrimPrefix(h.str("roster"), "roster."), Tag: h.strs("tag")}
	if len(r.HeldBy.Levels) > 0 {
		r.HeldBy.Level = r.HeldBy.Levels[0]
	}
	if t := h.str("team"); t != "" && t != "false" {
		r.HeldBy.Team = true
		if t != "true" {
			r.HeldBy.Teams = []string{t}
		}
	}
	for _, k := range h.strs("party") {
		r.HeldBy.Party = append(r.HeldBy.Party, domain.PartyKind(k))
	}
	if r.Is == "area" && len(r.HeldBy.Party) > 0 && len(r.HeldBy.Org) == 0 && len(r.HeldBy.Post) == 0 && len(r.HeldBy.Tag) == 0 && !r.HeldBy.Team {
		s.fault(h, "no-holder", "area 是任职的辖区，居民没有辖区，没有人能担任", "写 is: member, of: roster.…，由名册说明是哪些人")
	}
	if v := h.get("roster"); v != nil {
		s.resolve(v, "名册", func(k string) bool { return s.p.Rosters.Has(strings.TrimPrefix(k, "roster.")) }, func() []string { return s.p.Rosters.Keys() })
	}
}

// reads takes `read: class` or `{record: class | [class, field…]}`.
func (s *source) reads(r *Role, v *node) {
	if v == nil {
		return
	}
	if v.kind == scalarNode {
		if c, ok := domain.ParseClass(v.val); ok {
			r.ReadAll = &c
		}
		return
	}
	r.Read = map[string]*ReadRule{}
	for _, p := range v.pairs {
		s.recordRef(p.key)
		r.Read[p.key.val] = s.readRule(p.key.val, p.val)
	}
}

func (s *source) readRule(record string, v *node) *ReadRule {
	rr := &ReadRule{}
	for i, e := range v.each() {
		if c, ok := domain.ParseClass(e.val); ok && i == 0 {
			rr.Class = c
			continue
		}
		rr.Fields = append(rr.Fields, e.val)
		s.later(func() {
			rt := s.set.RecordType(record, s.p.Key)
			if rt == nil || rt.Field(e.val) != nil || rt.Clocks.Has(e.val) {
				return
			}
			s.fault(e, "unknown-field", "记录“"+record+"”没有字段“"+e.val+"”", didYouMean(e.val, rt.Fields.Keys()))
		})
	}
	return rr
}

// roleOfRef checks what a role is relative to: a record, `roster.k`, `pass.k`,
// `panel.k`, `choice.k`, or `record.field` of a party field.
func (s *source) roleOfRef(v *node) {
	s.resolve(v, "角色所对的", func(addr string) bool {
		head, key, _ := strings.Cut(addr, ".")
		switch head {
		case "roster":
			return s.p.Rosters.Has(key)
		case "pass":
			return s.p.Passes.Has(key)
		case "panel":
			return s.p.Panels.Has(key)
		case "choice":
			return s.p.Choices.Has(key)
		}
		rt := s.set.RecordType(addr, s.p.Key)
		if rt == nil || !strings.Contains(addr, ".") {
			return rt != nil
		}
		last := addr[strings.LastIndex(addr, ".")+1:]
		return last == rt.Key || rt.Field(last) != nil
	}, func() []string { return s.p.Records.Keys() })
}

func (s *Set) statOf(addr, from string) *Stat {
	p, rest := s.owner(addr, from)
	if p == nil {
		return nil
	}
	return p.Stats.Get(rest)
}
