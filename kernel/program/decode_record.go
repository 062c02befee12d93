package program

import (
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// records: fields, stages, moves, clocks and the words of each noun.

func (s *source) record(key string, n *node) *RecordType {
	rt := &RecordType{
		Program: s.p.Key, Key: key, Label: n.str("label"), LabelEN: s.en(n, "label"), Noun: domain.Noun(n.str("is")),
		Of: n.str("of"), Alone: n.yes("alone"), For: n.strs("for"), Unique: n.strs("unique"), Period: n.str("period"),
		Search: n.str("search") != "false", Class: s.class(n, "class", s.p.Class), Identity: n.str("identity"),
		KeptBy: s.roles(n, "kept_by"), Keep: s.span(n, "keep", nil), Offers: n.str("offers"),
		Assured: s.span(n, "assured", nil),
	}
	if rt.Identity == "" {
		rt.Identity = "named"
	}
	sc := s.inRecord(rt)
	s.recordPlace(rt, n)
	s.fieldsInto(&rt.Fields, n.get("fields"), fieldHome{class: rt.Class, scope: sc})
	s.stages(rt, n.get("stages"))
	s.block(n, "moves", func(k string, e *node) {
		m := s.move(rt, k, e)
		rt.Moves.Set(k, m)
		if m.When != nil {
			rt.Whens = append(rt.Whens, m)
		}
	})
	s.block(n, "clocks", func(k string, e *node) { rt.Clocks.Set(k, s.clock(rt, k, e)) })
	s.nounWords(rt, n, sc)
	s.later(func() { s.kinship(rt) })
	return rt
}

// recordPlace: parent, subject, uniqueness.
func (s *source) recordPlace(rt *RecordType, n *node) {
	s.recordRef(n.get("of"))
	for _, v := range n.get("for").each() {
		if level, ok := strings.CutPrefix(v.val, "region."); ok {
			if !slices.Contains([]string{"province", "city", "county", "town", "village", "grid", "circle"}, level) {
				s.fault(v, "unknown-level", "没有“"+level+"”这级区划", "")
			}
		} else if v.val != "none" && v.val != "account" && !slices.Contains(partyKinds, v.val) {
			s.fault(v, "unknown-party", "没有“"+v.val+"”这类服务对象", "可选："+strings.Join(partyKinds, " ")+" account none region.级")
		}
	}
	rt.Where = s.cel(n, "where", s.subjectScope(rt), tBool)
	for _, v := range n.get("unique").each() {
		s.ownField(rt, v)
	}
	if sm := n.get("same"); sm != nil {
		rt.Same = &Same{By: sm.strs("by"), Then: sm.str("then")}
		if sm.str("within") == "open" {
			rt.Same.Open = true
		} else {
			rt.Same.Within = s.span(sm, "within", nil)
		}
		for _, v := range sm.get("by").each() {
			s.ownField(rt, v)
		}
	}
}

// subjectScope: `where` of a record is asked before there is a record, so only
// the subject is known.
func (s *source) subjectScope(rt *RecordType) scopeOf {
	return func() *scope {
		return s.cached("subject:"+rt.Addr(), func() *scope {
			vars := typeMap{}
			if t, ok := s.subjectType(rt); ok {
				vars["subject"] = t
			}
			return s.plain().with(vars)
		})
	}
}

// ownField holds a name to be a field or built-in of the record.
func (s *source) ownField(rt *RecordType, v *node) {
	s.later(func() {
		if v.kind == scalarNode && rt.Field(v.val) == nil && v.val != "period" {
			s.fault(v, "unknown-field", "记录“"+rt.Key+"”没有字段“"+v.val+"”", didYouMean(v.val, rt.Fields.Keys()))
		}
	})
}

func (s *source) fieldNames(rt *RecordType, n *node, key string) []string {
	for _, v := range n.get(key).each() {
		s.ownField(rt, v)
	}
	return n.strs(key)
}

// kinship tells the parent of its children, once all records are known.
func (s *source) kinship(rt *RecordType) {
	parent := s.set.RecordType(rt.Of, s.p.Key)
	if parent == nil {
		return
	}
	name := rt.Key
	if parent.Program != s.p.Key {
		name = rt.Addr()
	}
	if rt.Noun == domain.Batch {
		parent.Batches = append(parent.Batches, name)
	} else {
		parent.Children = append(parent.Children, name)
	}
}

func (s *source) stages(rt *RecordType, n *node) {
	if n == nil || n.kind != mapNode || len(n.pairs) == 0 {
		for _, st := range standardStages(rt.Noun) {
			rt.Stages.Set(st.Key, st)
		}
		return
	}
	for _, p := range n.pairs {
		if reservedCEL[p.key.val] && p.key.val != "void" {
			s.fault(p.key, "reserved-name", "“"+p.key.val+"”是 CEL 保留字，不能作阶段", "换一个名字")
		}
		st := &Stage{Key: p.key.val, Label: p.val.str("label"), LabelEN: s.en(p.val, "label"), Phase: domain.Phase(p.val.str("phase"))}
		if v := p.val.get("phase"); v != nil && rt.Noun != "" && !slices.Contains(domain.Phases[rt.Noun], st.Phase) {
			s.fault(v, "wrong-phase", string(rt.Noun)+" 没有状态“"+v.val+"”", "可选："+joinPhases(domain.Phases[rt.Noun]))
		}
		rt.Stages.Set(p.key.val, st)
	}
}

func joinPhases(ps []domain.Phase) string {
	var out []string
	for _, p := range ps {
		out = append(out, string(p))
	}
	return strings.Join(out, " ")
}

func (s *source) stageNames(rt *RecordType, n *node, key string) []string {
	for _, v := range n.get(key).each() {
		s.resolve(v, "阶段", func(k string) bool { return rt.Stages.Has(k) }, func() []string { return rt.Stages.Keys() })
	}
	return n.strs(key)
}

func (s *source) move(rt *RecordType, key string, n *node) *Move {
	sc := s.inRecord(rt)
	m := &Move{
		Key: key, Label: n.str("label"), LabelEN: s.en(n, "label"), Record: rt,
		From: s.stageNames(rt, n, "from"), By: s.roles(n, "by"), When: s.cel(n, "when", sc, tBool),
		Channels: n.strs("channels"), Form: n.str("form"), Need: s.fieldNames(rt, n, "need"), Ask: s.fieldNames(rt, n, "ask"),
		Guard: s.guards(n, "guard", sc), Sign: s.signs(n, sc), Joint: n.strs("joint"), Reason: n.str("reason"), TextRequired: n.str("text") == "required",
		Proof: s.proof(n.get("proof"), sc), Offline: n.yes("offline"), Follow: n.str("follow"),
		Sets: s.sets(rt, n.get("sets"), sc),
	}
	if v := n.get("to"); v != nil {
		s.stageNames(rt, n, "to")
		m.To = v.val
	}
	if reservedCEL[key] && key != "void" {
		s.fault(n, "reserved-name", "“"+key+"”是 CEL 保留字，不能作操作", "换一个名字")
	}
	s.formRef(n.get("form"))
	s.resolve(n.get("reason"), "选项表", func(k string) bool { return s.set.ListOf(k, s.p.Key) != nil }, func() []string { return s.p.Lists.Keys() })
	s.later(func() { m.ReasonList = s.set.ListOf(m.Reason, s.p.Key) })
	if t := n.get("ticket"); t != nil {
		m.Ticket = &Ticket{To: s.oneRole(t, "to"), Uses: s.num(t, "uses")}
	}
	m.Do = s.actions(n.get("do"), sc, rt)
	if v := n.get("when"); v != nil {
		s.exprs = append(s.exprs, func() { s.noClockTime(v, m.When) })
	}
	return m
}

// noClockTime: a when-move may read the day, never the instant, or it would
// have to be asked at every moment.
func (s *source) noClockTime(v *node, x *rule.Expr) {
	for _, r := range x.Reads() {
		if r == "now" || strings.HasPrefix(r, "clock.") && (strings.HasSuffix(r, ".spent") || strings.HasSuffix(r, ".left") || strings.HasSuffix(r, ".over")) {
			s.fault(v, "time-in-when", "when 里只能读 today，不能读 "+r, "到时才发生的事写进时限的 ladder")
		}
	}
}

func (s *source) formRef(v *node) {
	s.resolve(v, "表单", func(k string) bool { return s.p.Forms.Has(k) }, func() []string { return s.p.Forms.Keys() })
}

func (s *source) guards(n *node, key string, sc scopeOf) []Guard {
	var out []Guard
	for _, e := range n.get(key).each() {
		if e.kind == scalarNode { // a step's bare condition
			out = append(out, Guard{If: s.expr(e, sc, tBool)})
			continue
		}
		out = append(out, Guard{If: s.cel(e, "if", sc, tBool), Say: s.text(e.get("say"), sc)})
	}
	return out
}

func (s *source) signs(n *node, sc scopeOf) []Sign {
	var out []Sign
	for _, e := range n.get("sign").each() {
		if e.kind == scalarNode {
			s.role(e)
			out = append(out, Sign{By: []string{e.val}})
			continue
		}
		out = append(out, Sign{
			By: s.roles(e, "by"), When: s.cel(e, "when", sc, tBool), Proof: e.strs("proof"), Silent: s.span(e, "silent", sc),
		})
	}
	return out
}

func (s *source) proof(n *node, sc scopeOf) *Proof {
	if n == nil || n.kind != mapNode {
		return nil
	}
	p := &Proof{
		Near: s.cel(n, "near", sc, tObject("place")), Photo: s.num(n, "photo"), Pass: n.str("pass"),
		When: s.cel(n, "when", sc, tBool), Or: n.str("or"),
	}
	s.resolve(n.get("pass"), "凭码", func(k string) bool { return s.p.Passes.Has(k) }, func() []string { return s.p.Passes.Keys() })
	if v := n.get("within"); v != nil {
		m, err := metres(v.val)
		if err != nil {
			s.fault(v, "bad-distance", "“"+v.val+"”不是距离", "写 500m 或 2km")
		}
		p.Within = m
	}
	if p.Near != nil && p.Within == 0 {
		s.fault(n, "missing-key", "near 要写 within", "within: 500m")
	}
	return p
}

func metres(v string) (float64, error) {
	unit := 1.0
	num, ok := strings.CutSuffix(v, "km")
	if ok {
		unit = 1000
	} else {
		num = strings.TrimSuffix(v, "m")
	}
	f, err := strconv.ParseFloat(num, 64)
	return f * unit, err
}

// sets reads {field: CEL}; a target is an own field, a settable built-in or
// subject.field (the party's file).
func (s *source) sets(rt *RecordType, n *node, sc scopeOf) []Assign {
	var out []Assign
	if n == nil || n.kind != mapNode {
		return nil
	}
	for _, p := range n.pairs {
		x := new(rule.Expr)
		out = append(out, Assign{Target: p.key.val, Expr: x})
		s.exprs = append(s.exprs, func() { s.assign(p.key, p.val, x, sc(), sc().vars, rt) })
	}
	return out
}

// assign compiles a value for a target among the fields of a struct.
func (s *source) assign(key, v *node, x *rule.Expr, sc *scope, targets typeMap, rt *RecordType) {
	want, ok := targets[key.val]
	if field, sub := strings.CutPrefix(key.val, "subject."); sub {
		want, ok = s.set.structs[targets["subject"].Name].Fields[field]
	}
	if ok && rt != nil && computed(rt, key.val) {
		s.fault(key, "computed-field", "“"+key.val+"”是计算出来的，不能写入", "")
	}
	if !ok {
		s.fault(key, "unknown-field", "没有字段“"+key.val+"”可写", didYouMean(key.val, fieldKeys(rt)))
		s.compile(v, x, sc)
		return
	}
	s.compile(v, x, sc, want)
}

func fieldKeys(rt *RecordType) []string {
	if rt == nil {
		return nil
	}
	return rt.Fields.Keys()
}

func computed(rt *RecordType, key string) bool {
	if f := rt.Fields.Get(key); f != nil {
		return f.Calc != nil
	}
	return slices.Contains([]string{"id", "ref_no", "stage", "phase", "created", "ended", "taken", "present", "stars"}, key)
}

func (s *source) clock(rt *RecordType, key string, n *node) *Clock {
	sc := func() *scope { return s.ofClock(rt) }
	c := &Clock{
		Key: key, Label: n.str("label"), From: s.cel(n, "from", sc, tTime, tDate), Until: s.cel(n, "until", sc, tTime, tDate),
		Limit: s.span(n, "limit", sc), Due: s.cel(n, "due", sc, tTime, tDate), When: s.cel(n, "when", sc, tBool),
		Pause: s.cel(n, "pause", sc, tBool),
	}
	if n.has("limit") == n.has("due") {
		s.fault(n, "limit-or-due", "limit 与 due 须有且只有一个", "时长写 limit，到期时刻写 due")
	}
	if e := n.get("extend"); e != nil {
		c.Extend = &Extend{By: s.roles(e, "by"), Most: s.span(e, "most", sc), Times: s.num(e, "times")}
	}
	c.Ladder = s.ladder(n.get("ladder"), sc, rt)
	s.ladderOrder(n.get("ladder"), c.Ladder)
	return c
}

func (s *source) ladder(n *node, sc scopeOf, rt *RecordType) []Rung {
	if n == nil || n.kind != mapNode {
		return nil
	}
	var out []Rung
	for _, p := range n.pairs {
		r, ok := parseRung(p.key.val)
		if !ok {
			continue // reported by the validator
		}
		if p.val.kind == mapNode {
			r.To, r.Say = s.roles(p.val, "to"), s.message(p.val, "say", sc)
			r.Do = s.actions(p.val.get("do"), sc, rt)
		} else {
			for _, v := range p.val.each() {
				s.role(v)
				r.To = append(r.To, v.val)
			}
		}
		out = append(out, r)
	}
	return out
}

// ladderOrder refuses a ladder whose last rung reaches only whom the first did:
// nobody new would learn of the delay.
func (s *source) ladderOrder(n *node, l []Rung) {
	if len(l) < 2 {
		return
	}
	first, last := l[0], l[len(l)-1]
	if len(first.To) == 1 && slices.Equal(first.To, last.To) && len(last.Do) == 0 && first.Base != "due" {
		s.fault(n, "flat-ladder", "阶梯最后一级只告诉第一级的同一人", "最后一级告诉上级")
	}
}
