package program

import (
	"maps"
	"slices"
	"strings"

	"linqiao/kernel/rule"
)

// Actions (program-format §4).

var verbs = []string{"open", "move", "start", "stop", "enter", "reverse", "issue", "mark", "join", "leave", "notify"}

// actions reads a `do`. rt is the record it runs in, nil outside records.
func (s *source) actions(n *node, sc scopeOf, rt *RecordType) []*Action {
	var out []*Action
	for _, e := range n.each() {
		if e.kind == mapNode {
			if a := s.action(e, sc, rt); a != nil {
				out = append(out, a)
			}
		}
	}
	return out
}

func (s *source) action(n *node, sc scopeOf, rt *RecordType) *Action {
	a := &Action{Each: s.cel(n, "each", sc, tList(rule.Type{}))}
	for _, v := range verbs {
		if n.has(v) {
			if a.Verb != "" {
				s.fault(n, "two-verbs", "一条动作只能有一个动词，这里有 "+a.Verb+" 和 "+v, "分成两条")
			}
			a.Verb, a.Target = v, n.str(v)
		}
	}
	if a.Verb == "" {
		s.fault(n, "no-verb", "动作没有动词", "可用："+strings.Join(verbs, " "))
		return nil
	}
	if a.Each != nil {
		sc = s.eachScope(sc, a)
	}
	a.When = s.cel(n, "when", sc, tBool)
	a.Of = s.cel(n, "of", sc)
	s.verb(a, n, sc, rt)
	return a
}

// eachScope adds `each`, whose type is known once the list is compiled: `each`
// is queued before everything that reads it.
func (s *source) eachScope(sc scopeOf, a *Action) scopeOf {
	var made *scope
	return func() *scope {
		if made == nil {
			t := tText
			if lt := a.Each.Type(); lt.Kind == rule.List && lt.Elem != nil && lt.Elem.Kind != 0 {
				t = *lt.Elem
			}
			made = sc().with(typeMap{"each": t})
		}
		return made
	}
}

func (s *source) verb(a *Action, n *node, sc scopeOf, rt *RecordType) {
	v := n.get(a.Verb)
	switch a.Verb {
	case "open":
		s.openAction(a, n, sc)
	case "move":
		s.moveAction(a, n, sc, rt)
	case "start":
		s.blockRef(v, "match", "panel", "duty", "choice", "ballot", "notice")
	case "stop":
		s.blockRef(v, "match", "pass", "notice", "partner", "choice")
	case "issue":
		s.blockRef(v, "document", "pass")
		a.Copies = s.cel(n, "copies", sc, tInt)
	case "mark":
		s.blockRef(v, "standing")
		s.markAction(a, n)
	case "join", "leave":
		s.blockRef(v, "roster")
	case "enter":
		s.enterAction(a, v, sc)
	case "reverse":
		if v.val != "it" {
			s.fault(v, "bad-reverse", "reverse 只能写 it", "")
		}
	case "notify":
		s.notifyAction(a, n, sc)
	}
}

func (s *source) notifyAction(a *Action, n *node, sc scopeOf) {
	var to []string
	for _, r := range n.get("notify").each() {
		s.role(r)
		to = append(to, r.val)
	}
	a.Target = strings.Join(to, " ")
	a.Say = s.message(n, "say", sc)
	if a.Say == "" {
		s.fault(n, "missing-key", "notify 缺“say”", "写 messages 里的一条")
	}
}

// blockRef holds `match.k` and its like to name a declared entry.
func (s *source) blockRef(v *node, blocks ...string) {
	s.resolve(v, strings.Join(blocks, "、")+" 条目", func(addr string) bool {
		block, key, ok := strings.Cut(addr, ".")
		return ok && slices.Contains(blocks, block) && slices.Contains(s.p.blockKeys(block), key)
	}, func() []string {
		var all []string
		for _, b := range blocks {
			for _, k := range s.p.blockKeys(b) {
				all = append(all, b+"."+k)
			}
		}
		return all
	})
}

func (p *Program) blockKeys(block string) []string {
	switch block {
	case "match":
		return p.Matches.Keys()
	case "panel":
		return p.Panels.Keys()
	case "duty":
		return p.Duties.Keys()
	case "choice":
		return p.Choices.Keys()
	case "ballot":
		return p.Ballots.Keys()
	case "notice":
		return p.Notices.Keys()
	case "library":
		return p.Libraries.Keys()
	case "pass":
		return p.Passes.Keys()
	case "partner":
		return p.Partners.Keys()
	case "document":
		return p.Documents.Keys()
	case "standing":
		return p.Standings.Keys()
	case "roster":
		return p.Rosters.Keys()
	case "account":
		return p.Accounts.Keys()
	case "ledger":
		return p.Ledgers.Keys()
	case "form":
		return p.Forms.Keys()
	}
	return nil
}

// openAction: `open: record[.move]`; without a move the record's only intake.
func (s *source) openAction(a *Action, n *node, sc scopeOf) {
	v := n.get("open")
	s.later(func() {
		rt := s.set.RecordType(v.val, s.p.Key)
		if rt == nil {
			s.fault(v, "unresolved", "没有记录“"+v.val+"”", didYouMean(v.val, s.p.Records.Keys()))
			return
		}
		if m := s.openedBy(rt, v.val); m == nil && rt.Moves.Len() > 0 {
			s.fault(v, "no-intake", "“"+v.val+"”没有可用的新建操作", "写成 记录.新建操作")
		}
	})
	a.With = s.withValues(n, sc, func() (typeMap, *RecordType) {
		rt := s.set.RecordType(v.val, s.p.Key)
		if rt == nil {
			return nil, nil
		}
		return s.set.structs[rt.Addr()].Fields, rt
	})
}

// openedBy is the intake move that `open: addr` uses.
func (s *source) openedBy(rt *RecordType, addr string) *Move {
	if m := s.set.MoveOf(addr, s.p.Key); m != nil {
		if m.Intake() {
			return m
		}
		return nil
	}
	if strings.HasSuffix(addr, rt.Key) {
		var only *Move
		for _, m := range rt.Moves.All() {
			if m.Intake() && only == nil {
				only = m
			}
		}
		return only
	}
	return nil
}

// moveAction: `move: record.move, of: CEL`; a bare move is this record's own.
func (s *source) moveAction(a *Action, n *node, sc scopeOf, rt *RecordType) {
	v := n.get("move")
	target := func() *RecordType {
		if !strings.Contains(v.val, ".") {
			return rt
		}
		return s.set.RecordType(v.val, s.p.Key)
	}
	s.later(func() { s.movedTo(v, target(), n) })
	if of := n.get("of"); of != nil {
		s.exprs = append(s.exprs, func() {
			t := target()
			if t != nil && a.Of.Src() != "" && !s.ofRecordType(a.Of.Type(), t) {
				s.fault(of, "cel-type", "of 应是“"+t.Key+"”记录或其列表，实际是"+sayType(a.Of.Type()), "")
			}
		})
	}
	a.With = s.withValues(n, sc, func() (typeMap, *RecordType) {
		t := target()
		if t == nil {
			return nil, nil
		}
		return s.set.structs[t.Addr()].Fields, t
	})
}

func (s *source) movedTo(v *node, rt *RecordType, n *node) {
	if rt == nil {
		s.fault(v, "unresolved", "没有记录的操作“"+v.val+"”", "写成 记录.操作")
		return
	}
	key := v.val[strings.LastIndex(v.val, ".")+1:]
	m := rt.Moves.Get(key)
	if m == nil {
		s.fault(v, "unresolved", "记录“"+rt.Key+"”没有操作“"+key+"”", didYouMean(key, rt.Moves.Keys()))
		return
	}
	if m.Intake() {
		s.fault(v, "move-is-intake", "“"+v.val+"”是新建操作", "用 open")
	}
	if len(m.Sign) > 0 {
		s.fault(v, "action-needs-sign", "动作不能做要会签的操作“"+v.val+"”", "去掉会签，或由人来做")
	}
	for _, f := range m.Need {
		if !n.get("with").has(f) {
			s.warn(v, "action-needs-input", "“"+v.val+"”必填“"+f+"”，动作没有带去", "用 with 带上")
		}
	}
}

func (s *source) ofRecordType(t rule.Type, rt *RecordType) bool {
	if t.Kind == rule.List && t.Elem != nil {
		t = *t.Elem
	}
	return t.Kind == 0 || t.Kind == rule.Object && t.Name == rt.Addr()
}

// withValues reads `with`: fields of the target, or its subject or parent.
func (s *source) withValues(n *node, sc scopeOf, target func() (typeMap, *RecordType)) []Assign {
	w := n.get("with")
	if w == nil || w.kind != mapNode {
		return nil
	}
	var out []Assign
	for _, p := range w.pairs {
		x := new(rule.Expr)
		out = append(out, Assign{Target: p.key.val, Expr: x})
		s.exprs = append(s.exprs, func() {
			fields, rt := target()
			if fields == nil {
				return
			}
			if p.key.val == "subject" || p.key.val == "parent" {
				fields = maps.Clone(fields)
				if _, ok := fields[p.key.val]; !ok {
					fields[p.key.val] = tObject("")
				}
			}
			s.assign(p.key, p.val, x, sc(), fields, rt)
		})
	}
	return out
}

func (s *source) markAction(a *Action, n *node) {
	a.As = n.str("as")
	v := n.get("as")
	if v == nil {
		s.fault(n, "missing-key", "mark 缺“as”", "写 standings 的一个状态")
		return
	}
	s.later(func() {
		st := s.p.Standings.Get(strings.TrimPrefix(a.Target, "standing."))
		if st != nil && !st.States.Has(v.val) {
			s.fault(v, "unknown-state", "资格没有状态“"+v.val+"”", didYouMean(v.val, st.States.Keys()))
		}
	})
}

func (s *source) enterAction(a *Action, n *node, sc scopeOf) {
	if n == nil || n.kind != mapNode {
		return
	}
	a.From, a.To = n.str("from"), n.str("to")
	a.Amount = s.cel(n, "amount", sc, tInt)
	for _, side := range []string{"from", "to"} {
		s.resolve(n.get(side), "账户", func(k string) bool { return s.p.Accounts.Has(k) }, func() []string { return s.p.Accounts.Keys() })
	}
	if at := n.get("at"); at != nil && at.kind == mapNode {
		for _, p := range at.pairs {
			a.At = append(a.At, Assign{Target: p.key.val, Expr: s.expr(p.val, sc)})
		}
	}
	s.later(func() { s.entryDims(a, n) })
}

// entryDims: both accounts count in one unit, and every dimension is given.
func (s *source) entryDims(a *Action, n *node) {
	from, to := s.p.Accounts.Get(a.From), s.p.Accounts.Get(a.To)
	if from == nil || to == nil {
		return
	}
	if from.Unit != to.Unit {
		s.fault(n, "units-differ", "两个账户的单位不同："+from.Unit+" 与 "+to.Unit, "")
	}
	for _, d := range append(slices.Clone(from.By), to.By...) {
		if !n.get("at").has(d) {
			s.fault(n, "open-dimension", "流水没有给出维度“"+d+"”", "at: {"+d+": …}")
		}
	}
	if at := n.get("at"); at != nil {
		for _, p := range at.pairs {
			if !slices.Contains(from.By, p.key.val) && !slices.Contains(to.By, p.key.val) {
				s.fault(p.key, "unknown-dimension", "两个账户都没有维度“"+p.key.val+"”", "")
			}
		}
	}
}
