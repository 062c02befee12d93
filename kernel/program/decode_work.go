package program

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// forms, matches and duties.

func (s *source) work(n *node) {
	s.block(n, "forms", func(k string, e *node) { s.p.Forms.Set(k, s.form(k, e)) })
	s.block(n, "matches", func(k string, e *node) { s.p.Matches.Set(k, s.match(k, e)) })
	s.block(n, "duties", func(k string, e *node) { s.p.Duties.Set(k, s.duty(k, e)) })
	s.block(n, "panels", func(k string, e *node) { s.p.Panels.Set(k, s.panel(k, e)) })
	s.block(n, "choices", func(k string, e *node) { s.p.Choices.Set(k, s.drawing(k, e)) })
	s.block(n, "ballots", func(k string, e *node) { s.p.Ballots.Set(k, s.ballot(k, e)) })
}

func (s *source) form(key string, n *node) *Form {
	f := &Form{
		Key: key, Label: n.str("label"), LabelEN: s.en(n, "label"), Of: n.strs("of"), By: s.roles(n, "by"), Ask: n.strs("ask"),
		Repeat: n.str("repeat"), Offline: n.yes("offline"), Time: n.str("time"), Late: n.str("late"),
		Keep: s.span(n, "keep", nil), Source: n.str("source"), Licence: n.str("licence"),
	}
	for _, v := range n.get("of").each() {
		if v.val != "subject" && v.val != "region" {
			s.recordRef(v)
		}
	}
	f.Class = s.class(n, "class", s.formClass(f))
	sc := func() *scope { return s.ofForm(f) }
	s.fieldsInto(&f.Fields, n.get("fields"), fieldHome{class: f.Class, scope: sc})
	for _, v := range n.get("ask").each() {
		s.exprs = append(s.exprs, func() { s.asked(f, v) })
	}
	if sh := n.get("show"); sh != nil && sh.kind == mapNode {
		f.Show = map[string]*rule.Expr{}
		for _, p := range sh.pairs {
			f.Show[p.key.val] = s.phone(p.val, sc)
			if !slices.Contains(f.Ask, p.key.val) && !f.Fields.Has(p.key.val) {
				s.fault(p.key, "unknown-field", "表单里没有“"+p.key.val+"”", didYouMean(p.key.val, append(f.Fields.Keys(), f.Ask...)))
			}
		}
	}
	for _, e := range n.get("require").each() {
		f.Require = append(f.Require, Guard{If: s.phone(e.get("if"), sc), Say: s.text(e.get("say"), sc)})
	}
	f.Score = s.score(f, n.get("score"))
	for _, e := range n.get("urgent").each() {
		f.Urgent = append(f.Urgent, Urgent{
			If: s.phone(e.get("if"), sc), Say: e.str("say"), Call: e.strs("call"),
			Do: s.actions(e.get("do"), s.urgentScope(f), s.formRecord(f)),
		})
	}
	return f
}

// formClass is the default class of a form's answers: its record's.
func (s *source) formClass(f *Form) domain.Class {
	for _, of := range f.Of {
		if rt := s.p.Records.Get(of); rt != nil {
			return rt.Class
		}
	}
	return s.p.Class
}

func (s *source) formRecord(f *Form) *RecordType {
	for _, of := range f.Of {
		if rt := s.p.Records.Get(of); rt != nil {
			return rt
		}
	}
	return nil
}

// urgentScope: what `urgent` does runs on the server, where record, subject and
// answers are known.
func (s *source) urgentScope(f *Form) scopeOf {
	return func() *scope {
		base := s.plain()
		if rt := s.formRecord(f); rt != nil {
			base = s.ofRecord(rt)
		} else if slices.Contains(f.Of, "subject") {
			base = base.with(typeMap{"subject": tObject("party"), "actor": tObject("account")})
		}
		more := typeMap{}
		for k := range f.Fields.All() {
			more[k] = s.set.structs[s.p.Key+".form."+f.Key+".answer"].Fields[k]
		}
		return base.with(more)
	}
}

// asked holds `ask` to name fields of the record (or of the subject's file).
func (s *source) asked(f *Form, v *node) {
	for _, rt := range s.formRecords(f) {
		if fd := rt.Field(v.val); fd != nil {
			if fd.Calc != nil {
				s.fault(v, "computed-field", "“"+v.val+"”是计算出来的，不能填", "")
			}
			return
		}
	}
	if fd, _ := s.subjectField(f, v.val); fd != nil {
		return
	}
	s.fault(v, "unknown-field", "表单所在的记录没有字段“"+v.val+"”", "")
}

// phone reads a condition that phones evaluate too, so it must keep to their subset.
func (s *source) phone(v *node, sc scopeOf) *rule.Expr {
	x := s.expr(v, sc, tBool)
	if x != nil {
		s.exprs = append(s.exprs, func() {
			if err := x.Phone(); x.Src() != "" && err != nil {
				s.fault(v, "server-only", "手机上算不了这个条件："+err.Error(), "只用表单里的字段、today、age、months、days、near")
			}
		})
	}
	return x
}

func (s *source) score(f *Form, n *node) *Score {
	if n == nil || n.kind != mapNode {
		return nil
	}
	sc := &Score{Sum: n.strs("sum"), Max: s.num(n, "max"), Reverse: n.strs("reverse")}
	if w := n.get("weights"); w != nil {
		sc.Weights = map[string]int{}
		for _, p := range w.pairs {
			sc.Weights[p.key.val] = s.num(w, p.key.val)
		}
	}
	for _, v := range append(n.get("sum").each(), n.get("reverse").each()...) {
		if !f.Fields.Has(v.val) && !slices.Contains(f.Ask, v.val) {
			s.fault(v, "unknown-field", "表单里没有题“"+v.val+"”", didYouMean(v.val, f.Fields.Keys()))
		}
	}
	if b := n.get("bands"); b != nil {
		sc.Bands = s.bands(b)
	}
	return sc
}

// bands reads {0: none, 5: mild} or [{from, key, label}].
func (s *source) bands(b *node) []Band {
	var out []Band
	for _, e := range b.each() {
		if e.has("from") {
			out = append(out, Band{From: s.num(e, "from"), Key: e.str("key"), Label: e.str("label"), Say: e.str("say")})
			continue
		}
		for _, p := range e.pairs {
			out = append(out, Band{From: atoi(p.key.val), Key: p.val.val, Label: p.val.val})
		}
	}
	return out
}

func (s *source) match(key string, n *node) *Match {
	m := &Match{Key: key, Label: n.str("label"), Makes: n.str("makes"), As: n.str("as")}
	s.resolve(n.get("makes"), "派单", func(k string) bool {
		rt := s.p.Records.Get(k)
		return rt != nil && rt.Noun == domain.Order
	}, func() []string { return s.p.Records.Keys() })
	if order := s.p.Records.Get(m.Makes); order != nil {
		m.Need, m.Offers = order.Of, order.Offers
	}
	sc := func() *scope { return s.ofMatch(m) }
	if v := n.get("max"); v != nil {
		if digits(v.val) {
			m.Max = atoi(v.val)
		} else {
			m.MaxExpr = s.expr(v, sc, tInt)
		}
	}
	m.Eligible = s.guards(n, "eligible", sc)
	for _, e := range n.get("steps").each() {
		m.Steps = append(m.Steps, Step{Mode: e.str("mode"), By: s.roles(e, "by"), Eligible: s.guards(e, "eligible", sc)})
	}
	m.Rank = s.ranks(n, sc)
	return m
}

func (s *source) ranks(n *node, sc scopeOf) []Rank {
	var out []Rank
	for _, e := range n.get("rank").each() {
		if e.kind == mapNode {
			out = append(out, Rank{W: s.num(e, "w"), By: s.cel(e, "by", sc, tBool, tInt, tDouble, tDuration), Say: e.str("say")})
		}
	}
	return out
}

func (s *source) duty(key string, n *node) *Duty {
	d := &Duty{
		Key: key, Label: n.str("label"), Over: n.str("over"), By: s.roles(n, "by"), Split: n.str("split"),
		To: s.roles(n, "to"), Makes: n.str("makes"), Form: n.str("form"),
	}
	sc := func() *scope { return s.ofDuty(d) }
	s.overRef(n.get("over"))
	d.Where = s.cel(n, "where", sc, tBool)
	d.Every = s.recur(n, "every", s.perMember(d))
	d.After = s.cel(n, "after", sc, tTime, tDate)
	d.Done = s.cel(n, "done", func() *scope { return s.dutyDone(d) }, tBool)
	for _, v := range n.get("at").each() {
		d.At = append(d.At, s.spanOf(v, sc))
	}
	s.dutyWindow(d, n)
	d.Ladder = s.ladder(n.get("ladder"), sc, nil)
	s.dutyTimings(n)
	s.formRef(n.get("form"))
	if v := n.get("makes"); v != nil {
		s.later(func() {
			if m := s.set.MoveOf(v.val, s.p.Key); m == nil || !m.Intake() {
				s.fault(v, "no-intake", "“"+v.val+"”不是新建操作", "写成 记录.新建操作")
			}
		})
	}
	if n.has("makes") == n.has("form") {
		s.fault(n, "makes-or-form", "任务须有且只有 makes 或 form", "")
	}
	return d
}

func (s *source) overRef(v *node) {
	s.resolve(v, "任务对象", func(k string) bool { _, _, ok := s.overKind(k); return ok }, func() []string {
		all := slices.Clone(s.p.Records.Keys())
		for _, k := range s.p.Rosters.Keys() {
			all = append(all, "roster."+k)
		}
		return all
	})
}

// overKind tells what an `over`, `from` or `roll` names, before types are built.
func (s *source) overKind(over string) (head, key string, ok bool) {
	head, key, dotted := strings.Cut(over, ".")
	switch {
	case dotted && head == "roster":
		return head, key, s.p.Rosters.Has(key)
	case dotted && head == "choice":
		return head, key, s.p.Choices.Has(key)
	case dotted && (head == "region" || head == "org"):
		return head, key, true
	}
	return "record", over, s.set.RecordType(over, s.p.Key) != nil
}

func (s *source) dutyWindow(d *Duty, n *node) {
	for i, v := range n.get("window").each() {
		if i < 2 {
			d.Window[i] = s.spanOf(v, nil)
		}
	}
	if w := n.get("window"); w != nil && len(w.each()) != 2 {
		s.fault(w, "bad-window", "window 写成 [前, 后]", "window: [-5d, 3d]")
	}
	for _, p := range pairsOf(n.get("windows")) {
		t := p.val.each()
		if len(t) != 2 || !timeRE.MatchString(t[0].val) || !timeRE.MatchString(t[1].val) {
			s.fault(p.val, "bad-window", "时段写成 [起, 止]", `am: ["07:00", "09:00"]`)
			continue
		}
		d.Windows.Set(p.key.val, [2]string{t[0].val, t[1].val})
	}
}

func pairsOf(n *node) []pair {
	if n == nil {
		return nil
	}
	return n.pairs
}

// dutyTimings: by, every, or after with at; one of the three.
func (s *source) dutyTimings(n *node) {
	given := 0
	for _, w := range []string{"by", "every", "after"} {
		if n.has(w) {
			given++
		}
	}
	if given != 1 {
		s.fault(n, "two-timings", "任务须有且只有 by、every、after 之一", "")
	}
	if n.has("after") != n.has("at") {
		s.fault(n, "missing-key", "after 与 at 须同时出现", "after: 起点, at: [30d]")
	}
}

// ofDuty is the scope of a duty: the row `member`, the round and the window.
func (s *source) ofDuty(d *Duty) *scope {
	return s.cached("duty:"+s.p.Key+"."+d.Key, func() *scope {
		row, rt, ok := s.rowOf(d.Over, 0)
		vars := typeMap{"window": tObject("window"), "round": tObject("round"), "actor": tObject("account")}
		if ok {
			vars["member"] = row
			switch {
			case rt != nil:
				if t, has := s.subjectType(rt); has {
					vars["subject"] = t
				}
			case partyLike(row.Name):
				vars["subject"] = row
			}
		}
		return s.plain().with(vars)
	})
}

// perMember: in `every: {per: x}` the row's own fields stand bare.
func (s *source) perMember(d *Duty) scopeOf {
	return func() *scope {
		if _, rt, ok := s.rowOf(d.Over, 0); ok && rt != nil {
			return s.ofRecord(rt)
		}
		return s.ofDuty(d)
	}
}

// dutyDone: `done` is read on the made record, or on `member` for a form.
func (s *source) dutyDone(d *Duty) *scope {
	m := s.set.MoveOf(d.Makes, s.p.Key)
	if m == nil {
		return s.ofDuty(d)
	}
	more := typeMap{}
	if t, ok := s.ofDuty(d).vars["member"]; ok {
		more["member"] = t
	}
	return s.ofRecord(m.Record).with(more)
}

func atoi(v string) int {
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' || n > 1<<30 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}
