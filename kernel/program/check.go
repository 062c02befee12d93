package program

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// The checks that need the whole set: the "Refused" lists of program-format §3.
// A rule that cannot be proved to hold is refused; what is only unwise warns.

func (s *source) check() {
	s.checkFiles()
	for _, rt := range s.p.Records.All() {
		n := s.root.get("records").get(rt.Key)
		s.checkRecord(rt, n)
		s.orderCalcs(&rt.Calcs, rt.Fields, n.get("fields"))
	}
	for kind, f := range s.p.Files {
		var order []*Field
		s.orderCalcs(&order, f.Fields, s.root.get("files").get(string(kind)))
	}
	s.checkWhens()
	s.checkClasses()
	s.checkBlocks()
	s.checkStats()
}

// checkFiles: one fact about a party is declared once.
func (s *source) checkFiles() {
	for kind, f := range s.p.Files {
		for key := range f.Fields.All() {
			if o := s.fileOf(kind, key); o != s && o != nil && !s.inherits(kind, key) {
				at := s.root.get("files").get(string(kind)).get(key)
				s.fault(at, "declared-twice", "“"+key+"”已由程序 "+o.p.Key+" 声明", "去掉这里的声明，在 uses 里写 "+o.p.Key)
			}
		}
	}
}

// orderCalcs sorts calculated fields so that each comes after what it reads, and
// refuses a cycle.
func (s *source) orderCalcs(dst *[]*Field, fields Map[*Field], n *node) {
	const visiting, done = 1, 2
	state := map[string]int{}
	var visit func(f *Field) bool
	visit = func(f *Field) bool {
		switch state[f.Key] {
		case done:
			return true
		case visiting:
			return false
		}
		state[f.Key] = visiting
		for _, r := range f.Calc.Reads() {
			first, rest, _ := strings.Cut(r, ".")
			if first == "it" {
				first, _, _ = strings.Cut(rest, ".")
			}
			if other := fields.Get(first); other != nil && other.Calc != nil && !visit(other) {
				if state[f.Key] == visiting {
					s.fault(n.get(f.Key), "calc-cycle", "“"+f.Key+"”的计算绕回了自己", "")
				}
				state[f.Key] = done
				return true
			}
		}
		state[f.Key] = done
		*dst = append(*dst, f)
		return true
	}
	for _, f := range fields.All() {
		if f.Calc != nil && f.Calc.Src() != "" {
			visit(f)
		}
	}
}

// checkReads looks at what an expression reads: party fields of a program that
// is not in `uses`, children of a higher class, options that do not exist.
func (s *source) checkReads(v *node, x *rule.Expr, sc *scope) {
	for _, path := range x.Reads() {
		sc.walk(path, func(structName, field string) { s.checkRead(v, structName, field) })
		if child, ok := strings.CutPrefix(path, "all."); ok && sc.rec != nil {
			child, _, _ = strings.Cut(child, ".")
			s.checkHigherChild(v, sc.rec, child)
		}
	}
	s.checkOptions(v, sc)
}

// walk calls f for each struct field on a path, as far as types are known.
func (sc *scope) walk(path string, f func(structName, field string)) {
	parts := strings.Split(path, ".")
	t, ok := sc.vars[parts[0]]
	for _, p := range parts[1:] {
		if !ok || t.Kind != rule.Object {
			return
		}
		f(t.Name, p)
		t, ok = sc.l.set.structs[t.Name].Fields[p]
	}
}

func (s *source) checkRead(v *node, structName, field string) {
	if structName != "org" && structName != "party" && !strings.HasPrefix(structName, "party.") || s.fields[structName][field] == nil {
		return
	}
	for _, kind := range kindsOf(structName) {
		o := s.fileOf(domain.PartyKind(kind), field)
		if o == nil || o == s || slices.Contains(s.p.Uses, o.p.Key) || o.p.Key == s.p.Extends {
			continue
		}
		s.fault(v, "not-used", "“"+field+"”由程序 "+o.p.Key+" 声明，uses 里没有它", "uses: [… "+o.p.Key+"]")
		return
	}
}

// kindsOf are the kinds of party behind a struct name.
func kindsOf(structName string) []string {
	switch structName {
	case "org":
		return []string{"organization"}
	case "party":
		return partyKinds
	}
	return strings.Split(strings.TrimPrefix(structName, "party."), "+")
}

// betrays: a sealed row must not show through a row that more people see. Lower
// classes differ by fields, not by the row's existence.
func betrays(opener, opened *RecordType) bool {
	return opened.Class == domain.Sealed && opener.Class < domain.Sealed
}

func (s *source) checkHigherChild(v *node, rt *RecordType, child string) {
	for _, c := range rt.Children {
		if ct := s.set.RecordType(c, s.p.Key); ct != nil && ct.Key == child && betrays(rt, ct) {
			s.fault(v, "higher-child", "“"+rt.Label+"”不能读级别更高的下级“"+ct.Label+"”", "上级读下级的有无也会泄露它")
		}
	}
}

// checkBlocks: rules of single blocks that need resolved names.
func (s *source) checkBlocks() {
	for _, r := range s.p.Roles.All() {
		s.checkRole(r, s.root.get("roles").get(r.Key))
	}
	for _, m := range s.p.Matches.All() {
		s.checkMatch(m, s.root.get("matches").get(m.Key))
	}
	for _, d := range s.p.Duties.All() {
		for _, v := range s.root.get("duties").get(d.Key).get("to").each() {
			if r := s.set.roleOf(v.val, s.p.Key); r != nil && r.Is == "public" {
				s.fault(v, "no-one-owes", "“"+r.Label+"”是任何人，不能承担任务", "to 要写与该行有关系的角色")
			}
		}
	}
	for _, k := range s.p.Messages.Keys() {
		s.checkMessage(s.p.Messages.Get(k), s.root.get("messages").get(k))
	}
}

// checkRole: a code opens little, unless what it opens is proved in person.
func (s *source) checkRole(r *Role, n *node) {
	if r.Is != "bearer" {
		return
	}
	top := domain.Public
	if r.ReadAll != nil {
		top = *r.ReadAll
	}
	for _, rr := range r.Read {
		top = max(top, rr.Class)
	}
	if top <= domain.Personal {
		return
	}
	for _, of := range r.Of {
		if p := s.p.Passes.Get(strings.TrimPrefix(of, "pass.")); p != nil && len(p.Proof) == 0 {
			s.fault(n, "bearer-too-high", "凭码者可读到 "+top.String()+"，凭码却不须凭据", "降低 read，或给 passes 写 proof")
		}
	}
}

func (s *source) checkMatch(m *Match, n *node) {
	order := s.p.Records.Get(m.Makes)
	if order == nil {
		return
	}
	proposed := stagesIn(order, domain.PhaseProposed)
	answered := slices.ContainsFunc(clocksOf(order), func(c *Clock) bool {
		return c.From != nil && slices.ContainsFunc(proposed, func(st string) bool { return c.From.Src() == "entered."+st })
	})
	if !answered {
		s.fault(n, "no-answer-clock", "派单“"+order.Label+"”没有从待应开始的时限，撮合不会结束", "给派单写 clocks: {answer: {from: entered.…, until: left.…}}")
	}
	for _, st := range m.Steps {
		if st.Mode == "claim" && offlineAccept(order, proposed) {
			s.fault(n, "claim-offline", "抢单不能离线：两个人都会以为抢到了", "去掉接单操作的 offline")
			return
		}
	}
}

func offlineAccept(order *RecordType, proposed []string) bool {
	for _, mv := range order.Moves.All() {
		to := order.Stages.Get(mv.To)
		if mv.Offline && to != nil && to.Phase == domain.PhaseAccepted && overlap(mv.From, proposed) {
			return true
		}
	}
	return false
}

func stagesIn(rt *RecordType, ph domain.Phase) []string {
	var out []string
	for k, st := range rt.Stages.All() {
		if st.Phase == ph {
			out = append(out, k)
		}
	}
	return out
}

func clocksOf(rt *RecordType) []*Clock {
	var out []*Clock
	for _, c := range rt.Clocks.All() {
		out = append(out, c)
	}
	return out
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// checkMessage: nobody used it, so its holes were never compiled.
func (s *source) checkMessage(m *Message, n *node) {
	if m.Text.Parts == nil && m.Text.Raw != "" {
		s.warn(n, "unused-message", "消息“"+m.Key+"”没有地方用到", "")
	}
}
