package program

import (
	"slices"
	"strings"

	"linqiao/domain"
)

func (s *source) checkRecord(rt *RecordType, n *node) {
	s.checkKey(rt, n)
	s.checkAncestors(rt, n)
	s.markFinal(rt)
	if n.get("moves") == nil {
		if len(rt.KeptBy) == 0 && rt.Noun != domain.Item {
			s.fault(n, "no-moves", "没有 moves 的记录要写 kept_by", "谁来新建和修改它")
		}
		return
	}
	s.checkStages(rt, n)
	for _, m := range rt.Moves.All() {
		s.checkMove(rt, m, n.get("moves").get(m.Key))
	}
	if rt.Noun == domain.Order {
		s.checkOrder(rt, n)
	}
	if rt.Identity == "none" {
		s.checkNameless(rt, n)
	}
}

// checkKey: a record may not be read as something else.
func (s *source) checkKey(rt *RecordType, n *node) {
	switch {
	case placeKeys[rt.Key]:
		s.fault(n, "reserved-name", "“"+rt.Key+"”是服务对象或区划的名字，不能作记录键", "换一个名字")
	case celVars[rt.Key] && rt.Key != "form":
		s.fault(n, "reserved-name", "“"+rt.Key+"”是条件里的变量名，不能作记录键", "换一个名字")
	case reservedCEL[rt.Key]:
		s.fault(n, "reserved-name", "“"+rt.Key+"”是 CEL 保留字，不能作记录键", "换一个名字")
	}
	if rt.Keep.IsZero() && rt.Noun != domain.Offer && !s.inheritsKeep(rt) {
		s.fault(n, "missing-key", "记录缺“keep”", "保存多久，如 keep: 3y")
	}
	for _, f := range rt.Fields.All() {
		for _, b := range append(Builtins(rt.Noun), Common()...) {
			if b.Key == f.Key && (b.Type != f.Type || b.Many != f.Many) {
				s.fault(n.get("fields").get(f.Key), "builtin-type", "“"+f.Key+"”是内置字段，类型须是 "+string(b.Type), "改名，或用内置的类型")
			}
		}
	}
}

func (s *source) inheritsKeep(rt *RecordType) bool {
	for depth := 0; rt != nil && depth < 16; depth++ {
		if !rt.Keep.IsZero() {
			return true
		}
		rt = s.set.RecordType(rt.Of, rt.Program)
	}
	return false
}

func (s *source) checkAncestors(rt *RecordType, n *node) {
	seen := map[string]bool{rt.Addr(): true}
	for up := s.set.RecordType(rt.Of, rt.Program); up != nil; up = s.set.RecordType(up.Of, up.Program) {
		if seen[up.Addr()] {
			s.fault(n.get("of"), "parent-cycle", "上级绕成了圈", "")
			return
		}
		seen[up.Addr()] = true
	}
	if rt.Noun == domain.Order && rt.Of == "" {
		s.fault(n, "missing-key", "派单缺“of”：派的是哪件事", "")
	}
}

// markFinal: a stage ends the life when its phase does (present: when no move
// leaves it) and nothing leads on from it by itself.
func (s *source) markFinal(rt *RecordType) {
	for k, st := range rt.Stages.All() {
		leaves, byItself := false, false
		for _, m := range rt.Moves.All() {
			if slices.Contains(m.From, k) && m.To != "" && m.To != k {
				leaves = true
				byItself = byItself || m.When != nil
			}
		}
		st.Final = (st.Phase.Final() || st.Phase == domain.PhasePresent && !leaves) && !byItself
	}
}

func (s *source) checkStages(rt *RecordType, n *node) {
	if !stagesKnown(rt) {
		return // reported already; the graph would only repeat it
	}
	reached := map[string]bool{}
	for grew := true; grew; {
		grew = false
		for _, m := range rt.Moves.All() {
			open := m.Intake() || slices.ContainsFunc(m.From, func(f string) bool { return reached[f] })
			if open && m.To != "" && !reached[m.To] {
				reached[m.To], grew = true, true
			}
		}
	}
	final := false
	for k, st := range rt.Stages.All() {
		at := n.get("stages").get(k)
		if at == nil {
			at = n
		}
		switch {
		case !reached[k]:
			s.fault(at, "unreachable-stage", "没有操作能到阶段“"+st.Label+"”", "补一个操作，或删去这个阶段")
		case st.Final:
			final = true
		case !s.leaves(rt, k):
			s.fault(at, "stuck-stage", "阶段“"+st.Label+"”没有出路", "补一个离开它的操作，或改成终结状态")
		}
	}
	if !final && len(reached) > 0 {
		s.fault(n, "no-final-stage", "记录没有可到达的终结阶段", "终结状态：done void declined expired returned ended out absent")
	}
}

func stagesKnown(rt *RecordType) bool {
	for _, m := range rt.Moves.All() {
		for _, st := range append(slices.Clone(m.From), m.To) {
			if st != "" && !rt.Stages.Has(st) {
				return false
			}
		}
	}
	return true
}

func (s *source) leaves(rt *RecordType, stage string) bool {
	for _, m := range rt.Moves.All() {
		if slices.Contains(m.From, stage) && m.To != "" && m.To != stage {
			return true
		}
	}
	return false
}

func (s *source) checkMove(rt *RecordType, m *Move, n *node) {
	if m.Intake() && m.To == "" {
		s.fault(n, "intake-without-to", "新建操作“"+m.Label+"”没有 to", "新建到哪个阶段")
	}
	s.checkJoint(rt, m, n)
	for _, f := range m.From {
		st := rt.Stages.Get(f)
		if st == nil || !st.Phase.Final() || m.To == "" || m.To == f || len(m.Sign) > 0 || m.TextRequired || m.When != nil {
			continue
		}
		if to := rt.Stages.Get(m.To); to != nil && to.Phase == st.Phase {
			continue
		}
		s.fault(n, "leaves-final", "离开终结阶段“"+st.Label+"”须会签或写说明", "加 sign 或 text: required")
	}
	if len(m.By) == 0 && m.When == nil && !s.called(rt, m) {
		s.fault(n, "nobody-can", "操作“"+m.Label+"”没有人能做，也没有动作引它", "写 by、when，或由别处的动作引它")
	}
	if len(m.By) == 0 {
		for _, key := range m.Need {
			if f := rt.Fields.Get(key); f != nil && f.Suggest != nil && m.When != nil {
				s.fault(n, "suggest-without-person", "自动的操作不能要求须人确认的“"+f.Label+"”", "")
			}
		}
	}
	for i, g := range m.Guard {
		s.checkGuardFields(rt, m, g, at(n.get("guard"), i))
	}
}

func at(n *node, i int) *node {
	if es := n.each(); i < len(es) {
		return es[i]
	}
	return n
}

// called: some action, match, duty, plan, notice or partner makes the move.
func (s *source) called(rt *RecordType, m *Move) bool {
	if s.calls == nil {
		s.calls = s.collectCalls()
	}
	if s.calls[rt.Addr()+"."+m.Key] {
		return true
	}
	to := rt.Stages.Get(m.To)
	switch {
	case m.Intake() && (rt.Noun == domain.Order || rt.Noun == domain.Session && rt.Plan != nil || rt.Noun == domain.Booking):
		return true
	case rt.Noun == domain.Order && to != nil && to.Phase == domain.PhaseExpired:
		return true // the rest of a claim expires
	case rt.Noun == domain.Booking && to != nil && (to.Phase == domain.PhaseIn || to.Phase == domain.PhaseOut || to.Phase == domain.PhaseAbsent):
		return true // promotion from the wait list, end of the session
	}
	return false
}

// collectCalls gathers every move that an action anywhere in the set names.
func (l *loader) collectCalls() map[string]bool {
	calls := map[string]bool{}
	for _, s := range l.sources {
		s.eachAction(func(a *Action, home *RecordType) {
			for _, m := range s.targets(a, home) {
				calls[m.Record.Addr()+"."+m.Key] = true
			}
		})
		add := func(addr string) {
			if m := s.set.MoveOf(addr, s.p.Key); m != nil {
				calls[m.Record.Addr()+"."+m.Key] = true
			} else if rt := s.set.RecordType(addr, s.p.Key); rt != nil {
				if m := s.openedBy(rt, addr); m != nil {
					calls[rt.Addr()+"."+m.Key] = true
				}
			}
		}
		for _, d := range s.p.Duties.All() {
			add(d.Makes)
		}
		for _, nt := range s.p.Notices.All() {
			add(nt.ObjectionOpens)
		}
		for _, p := range s.p.Partners.All() {
			for k := range p.Records.All() {
				add(k)
			}
		}
	}
	return calls
}

// targets are the moves an open or move action makes.
func (s *source) targets(a *Action, home *RecordType) []*Move {
	var m *Move
	switch a.Verb {
	case "open":
		if rt := s.set.RecordType(a.Target, s.p.Key); rt != nil {
			m = s.openedBy(rt, a.Target)
		}
	case "move":
		if strings.Contains(a.Target, ".") {
			m = s.set.MoveOf(a.Target, s.p.Key)
		} else if home != nil {
			m = home.Moves.Get(a.Target)
		}
	}
	if m == nil {
		return nil
	}
	return []*Move{m}
}

// eachAction visits every action of the program with the record it runs in.
func (s *source) eachAction(f func(a *Action, home *RecordType)) {
	all := func(as []*Action, rt *RecordType) {
		for _, a := range as {
			f(a, rt)
		}
	}
	rungs := func(l []Rung, rt *RecordType) {
		for _, r := range l {
			all(r.Do, rt)
		}
	}
	for _, rt := range s.p.Records.All() {
		for _, m := range rt.Moves.All() {
			all(m.Do, rt)
		}
		for _, c := range rt.Clocks.All() {
			rungs(c.Ladder, rt)
		}
	}
	for _, d := range s.p.Duties.All() {
		rungs(d.Ladder, nil)
	}
	for _, p := range s.p.Panels.All() {
		rungs(p.Ladder, s.p.Records.Get(p.Of))
	}
	for _, fm := range s.p.Forms.All() {
		for _, u := range fm.Urgent {
			all(u.Do, s.formRecord(fm))
		}
	}
	for _, c := range s.p.Consents.All() {
		all(c.Withdrawn, nil)
	}
}

// enrolment reports whether a field is the link of a session's booking to the
// enrolment that it follows from: the kernel fills it.
func (s *source) enrolment(rt *RecordType, f *Field) bool {
	session, to := s.p.Records.Get(rt.Of), s.p.Records.Get(f.To)
	return rt.Noun == domain.Booking && f.Type == TypeRef && session != nil && session.Noun == domain.Session &&
		to != nil && to.Noun == domain.Booking && to.Of == session.Of
}

// checkGuardFields refuses a guard on an own field that nothing ever fills: it
// could only say that the value is missing.
func (s *source) checkGuardFields(rt *RecordType, m *Move, g Guard, n *node) {
	if g.If == nil || g.If.Src() == "" {
		return
	}
	for _, r := range g.If.Reads() {
		key, _, _ := strings.Cut(r, ".")
		f := rt.Fields.Get(key)
		if f == nil || f.Calc != nil || f.Default != nil || f.DefaultExpr != nil || s.everFilled(rt, key) || s.enrolment(rt, f) {
			continue
		}
		s.fault(n, "never-asked", "条件读“"+f.Label+"”，但没有操作或表单填它", "放进 need 或 ask")
	}
}

func (s *source) everFilled(rt *RecordType, key string) bool {
	for _, m := range rt.Moves.All() {
		if slices.Contains(m.Need, key) || slices.Contains(m.Ask, key) || slices.ContainsFunc(m.Sets, func(a Assign) bool { return a.Target == key }) {
			return true
		}
	}
	for _, f := range s.p.Forms.All() {
		if slices.Contains(f.Of, rt.Key) && slices.Contains(f.Ask, key) {
			return true
		}
	}
	filled := false
	for _, o := range s.sources {
		o.eachAction(func(a *Action, home *RecordType) {
			for _, m := range o.targets(a, home) {
				filled = filled || m.Record == rt && slices.ContainsFunc(a.With, func(w Assign) bool { return w.Target == key })
			}
		})
	}
	return filled || len(rt.KeptBy) > 0
}

// checkOrder: a dispatch that lacks any of the five fixings cannot be made.
func (s *source) checkOrder(rt *RecordType, n *node) {
	if rt.Offers == "" {
		s.fault(n, "missing-key", "派单缺“offers”", "派给哪种供给，或 organization、account")
	}
	if rt.Terms == nil {
		s.fault(n, "missing-key", "派单缺“terms”：任务、标准、责任、时限", "五个定缺一不可")
	}
	s.checkConcludes(rt, n)
}

// checkNameless: `identity: none` leaves no trace of its author.
func (s *source) checkNameless(rt *RecordType, n *node) {
	if rt.Same != nil {
		s.fault(n.get("same"), "nameless", "不留名的记录不能查重", "")
	}
	for _, m := range rt.Moves.All() {
		mn := n.get("moves").get(m.Key)
		if m.Intake() && m.Proof != nil {
			s.fault(mn.get("proof"), "nameless", "不留名的新建不能要凭据", "")
		}
		for _, a := range m.Sets {
			if a.Target == "owner" {
				s.fault(mn.get("sets"), "nameless", "不留名的记录没有责任人", "")
			}
		}
	}
}
