package program

import (
	"slices"
	"strings"

	"linqiao/domain"
)

// Classes: nothing may be shown, sent, printed or published above its class.

// partyClasses are the classes of a party's built-in fields. What identifies a
// person or a family is personal; firms and organisations are public record.
var partyClasses = map[string]domain.Class{
	"name": domain.Personal, "phone": domain.Personal, "id_number": domain.Personal, "birth_date": domain.Personal,
	"place": domain.Personal, "household": domain.Personal, "head": domain.Personal, "members": domain.Personal,
	"gender": domain.Internal, "age": domain.Internal, "tags": domain.Internal, "short_name": domain.Internal,
}

var orgClasses = map[string]domain.Class{"phone": domain.Internal, "tags": domain.Internal, "legal_person": domain.Personal}

// openBuiltins are built-in fields that may be published as they are: they
// identify the row, not a person.
var openBuiltins = words(`id ref_no stage phase created ended region channel provider offer place area capacity taken open stars
	assured_on hosts start end present heads number lane index code step as mode at kind`)

// classOf is the class of what a path ends in; ok is false when that is no field.
func (s *source) classOf(path string, sc *scope) (domain.Class, bool) {
	var cls domain.Class
	known := false
	if f := sc.bare[path]; f != nil && sc.rec != nil {
		return s.fieldClass(sc.rec, f), true
	}
	if f := sc.bare[path]; f != nil {
		return f.Class, true
	}
	sc.walk(path, func(structName, field string) {
		cls, known = s.structClass(structName, field)
	})
	return cls, known
}

func (s *source) fieldClass(rt *RecordType, f *Field) domain.Class {
	if rt.Fields.Has(f.Key) {
		return f.Class
	}
	if openBuiltins[f.Key] {
		return domain.Public
	}
	return f.Class
}

func (s *source) structClass(structName, field string) (domain.Class, bool) {
	f := s.fields[structName][field]
	switch {
	case structName == "org" || structName == "party.enterprise" || structName == "party.enterprise+organization":
		if f != nil {
			return f.Class, true
		}
		return orgClasses[field], true
	case structName == "party" || strings.HasPrefix(structName, "party."):
		if f != nil {
			return f.Class, true
		}
		return partyClasses[field], true
	case f == nil:
		return 0, false
	}
	if rt := s.set.RecordType(structName, ""); rt != nil {
		return s.fieldClass(rt, f), true
	}
	prog, rec, _ := strings.Cut(structName, ".")
	if p := s.set.Program(prog); p != nil && p.Records.Has(rec) {
		return s.fieldClass(p.Records.Get(rec), f), true
	}
	return f.Class, true
}

func (s *source) checkClasses() {
	for _, rt := range s.p.Records.All() {
		n := s.root.get("records").get(rt.Key)
		s.checkShown(rt, n)
		s.checkOpened(rt, n)
		s.checkQuotes(rt, n)
		s.checkCopies(rt, n)
	}
	for _, d := range s.p.Documents.All() {
		s.checkCols(d.Cols, s.root.get("documents").get(d.Key).get("cols"), s.ofDocument(d), d.Class, "文书的级别")
	}
	for _, l := range s.p.Ledgers.All() {
		for i := range l.Cols {
			l.Cols[i].Class, _ = s.colClass(&l.Cols[i], s.sourceScope(l.Rows))
		}
	}
	for _, nt := range s.p.Notices.All() {
		s.checkNotice(nt, s.root.get("notices").get(nt.Key))
	}
	for _, m := range s.p.Messages.All() {
		s.checkMessageClass(m)
	}
	for _, p := range s.p.Partners.All() {
		s.checkPartner(p, s.root.get("partners").get(p.Key))
	}
}

// colClass is the class of a column: of its field, or the highest that its
// expression reads.
func (s *source) colClass(c *Col, sc *scope) (cls domain.Class, known bool) {
	if isPath(c.Path) || c.Expr == nil {
		return s.classOf(c.Path, sc)
	}
	for _, path := range c.Expr.Reads() {
		if one, ok := s.classOf(path, sc); ok {
			cls, known = max(cls, one), true
		}
	}
	return cls, known
}

// checkCols refuses columns above a ceiling.
func (s *source) checkCols(cols []string, n *node, sc *scope, ceiling domain.Class, whose string) {
	for i, c := range cols {
		if cls, ok := s.classOf(c, sc); ok && cls > ceiling {
			s.fault(at(n, i), "class-too-high", "“"+c+"”是 "+cls.String()+"，高于"+whose+" "+ceiling.String(), "去掉这一列，或提高级别")
		}
	}
}

func (s *source) checkNotice(nt *Notice, n *node) {
	ceiling := domain.Public
	if r := s.set.roleOf(nt.To, s.p.Key); r != nil {
		ceiling = s.roleReads(r, nt.Of)
	}
	sc := s.ofPublished(nt.Of)
	for i, c := range nt.Show {
		cls, ok := s.colClass(&nt.Cols[i], sc)
		if nt.To == "public" {
			cls = publishedClass(&nt.Cols[i], cls)
		}
		if _, masked := nt.Mask[c]; masked {
			s.checkMask(nt, n, i, cls, ok)
			continue
		}
		if ok && cls > ceiling {
			s.fault(at(n.get("show"), i), "class-too-high", "“"+c+"”是 "+cls.String()+"，不能公布给 "+nt.To, "放进 mask，或不公布")
		}
	}
	if key, ok := strings.CutPrefix(nt.Of, "document."); ok && len(nt.Show) == 0 { // all that the paper says
		if d := s.p.Documents.Get(key); d != nil && d.Class > ceiling {
			s.fault(n.get("of"), "class-too-high", "文书“"+d.Label+"”是 "+d.Class.String()+"，不能整份公布给 "+nt.To, "写 show 和 mask，或降低文书的级别")
		}
	}
	for m := range nt.Mask {
		if !slices.Contains(nt.Show, m) {
			s.fault(n.get("mask"), "unknown-field", "mask 里的“"+m+"”没有在 show 里", "")
		}
	}
}

// roleReads is the class a role may read of a record.
func (s *source) roleReads(r *Role, record string) domain.Class {
	if r.ReadAll != nil {
		return *r.ReadAll
	}
	if rr := r.Read[record]; rr != nil {
		return rr.Class
	}
	return domain.Public
}

// checkMessageClass: what leaves by phone may be read by anyone who holds it.
func (s *source) checkMessageClass(m *Message) {
	if !overlap(m.Via, []string{"sms", "call", "push", "wecom", "screen"}) || m.Text == nil {
		return
	}
	n := s.root.get("messages").get(m.Key).get("text")
	for _, use := range s.messageUses[m.Key] {
		for _, part := range m.Text.Parts {
			if part.Expr == nil {
				continue
			}
			if cls, ok := s.classOf(part.Expr.Src(), use); ok && cls > domain.Internal {
				s.fault(n, "class-too-high", "“"+part.Expr.Src()+"”是 "+cls.String()+"，短信、电话、推送、工作群里最高 internal", "改用 short_name，或请对方登录查看")
				return
			}
		}
	}
}

// checkShown: what a receiver sees of a person above internal needs a consent
// or ground that shares it, or one tested on the way.
func (s *source) checkShown(rt *RecordType, n *node) {
	s.fillPacket(rt, n)
	s.markPersonal(rt)
	if rt.Shows == nil || !s.aboutPerson(rt) || s.shared(rt) || s.testedOnTheWay(rt) {
		return
	}
	for _, path := range slices.Concat(rt.Shows.Before, rt.Shows.After) {
		if cls, ok := s.shownClass(rt, path); ok && cls > domain.Internal {
			s.fault(shownAt(n.get("shows"), path), "no-consent", "向承接方出示“"+path+"”("+cls.String()+")没有同意或依据", "在 consents 写 shares: ["+rt.Key+"]，或在操作里检验 consent.k")
			return
		}
	}
}

// shownAt is where a shown path is written: by itself, or with its packet.
func shownAt(n *node, path string) *node {
	for _, word := range []string{"before", "after"} {
		for _, v := range n.get(word).each() {
			if v.val == path {
				return v
			}
		}
	}
	return n.get("packet")
}

// markPersonal notes which shown paths hang on a consent at run time.
func (s *source) markPersonal(rt *RecordType) {
	if rt.Shows == nil {
		return
	}
	rt.Shows.Personal = map[string]bool{}
	for _, path := range slices.Concat(rt.Shows.Before, rt.Shows.After) {
		if cls, ok := s.shownClass(rt, path); ok && cls > domain.Internal {
			rt.Shows.Personal[path] = true
		}
	}
}

func (s *source) shownClass(rt *RecordType, path string) (domain.Class, bool) {
	head, field, _ := strings.Cut(path, ".")
	field, _, _ = strings.Cut(field, ".")
	if head == "subject" {
		t, ok := s.subjectType(rt)
		if !ok {
			return 0, false
		}
		return s.structClass(t.Name, field)
	}
	if head == "guardian" {
		return s.structClass("party.person", field)
	}
	if up := s.set.RecordType(head, s.p.Key); up != nil {
		return s.structClass(up.Addr(), field)
	}
	return 0, false
}

func (s *source) aboutPerson(rt *RecordType) bool {
	t, ok := s.subjectType(rt)
	return ok && (strings.Contains(t.Name, "person") || strings.Contains(t.Name, "household") || t.Name == "party")
}

func (s *source) shared(rt *RecordType) bool {
	for _, c := range s.p.Consents.All() {
		if slices.Contains(c.Shares, rt.Key) {
			return true
		}
	}
	return false
}

// testedOnTheWay: some move of the order or of what it serves tests a consent
// or ground.
func (s *source) testedOnTheWay(rt *RecordType) bool {
	for depth := 0; rt != nil && depth < 16; depth++ {
		for _, m := range rt.Moves.All() {
			for _, g := range m.Guard {
				if g.If != nil && slices.ContainsFunc(g.If.Reads(), func(r string) bool {
					return strings.HasPrefix(r, "consent.") || strings.HasPrefix(r, "ground.")
				}) {
					return true
				}
			}
		}
		rt = s.set.RecordType(rt.Of, rt.Program)
	}
	return false
}

// checkOpened: a row of higher class may be opened by hand only from its own
// intake; otherwise the button itself betrays it.
func (s *source) checkOpened(rt *RecordType, n *node) {
	for _, m := range rt.Moves.All() {
		if m.When != nil {
			continue
		}
		for i, a := range m.Do {
			if a.Verb != "open" {
				continue
			}
			child := s.set.RecordType(a.Target, s.p.Key)
			if child != nil && betrays(rt, child) {
				s.fault(at(n.get("moves").get(m.Key).get("do"), i), "opens-higher", "手动操作不能新建级别更高的“"+child.Label+"”("+child.Class.String()+")", "改由 urgent、阶梯、when 操作或它自己的新建操作")
			}
		}
	}
}

// checkQuotes: a field that repeats a parent's value is no lower than it.
func (s *source) checkQuotes(rt *RecordType, n *node) {
	sc := s.ofRecord(rt)
	for _, f := range rt.Fields.All() {
		for word, src := range map[string]string{"calc": n.get("fields").get(f.Key).str("calc"), "suggest": n.get("fields").get(f.Key).str("suggest")} {
			if !strings.HasPrefix(src, "parent.") || !isPath(src) {
				continue
			}
			if cls, ok := s.classOf(src, sc); ok && cls > f.Class {
				s.fault(n.get("fields").get(f.Key).get(word), "class-too-high", "“"+f.Key+"”("+f.Class.String()+")照抄了 "+cls.String()+" 的 "+src, "提高字段的 class")
			}
		}
	}
}

// checkCopies: an action does not carry a value into a lower class, unless a
// second person signs or the subject does it himself.
func (s *source) checkCopies(rt *RecordType, n *node) {
	sc := s.ofRecord(rt)
	for _, m := range rt.Moves.All() {
		if len(m.Sign) > 0 || s.onlySubject(m.By) {
			continue
		}
		do := n.get("moves").get(m.Key).get("do")
		for i, a := range m.Do {
			for _, t := range s.targets(a, rt) {
				s.checkCopy(at(do, i), a, t.Record, sc)
			}
		}
	}
}

func (s *source) checkCopy(n *node, a *Action, target *RecordType, sc *scope) {
	for _, w := range a.With {
		f := target.Fields.Get(w.Target)
		if f == nil || w.Expr == nil || !isPath(w.Expr.Src()) {
			continue
		}
		if cls, ok := s.classOf(w.Expr.Src(), sc); ok && cls > f.Class {
			s.fault(n.get("with").get(w.Target), "copies-down", "“"+w.Expr.Src()+"”是 "+cls.String()+"，不能带进 "+f.Class.String()+" 的“"+f.Label+"”", "提高字段的 class，或加会签")
		}
	}
}

// onlySubject: every role that may do it is the subject or his guardian.
func (s *source) onlySubject(by []string) bool {
	for _, k := range by {
		if r := s.set.roleOf(k, s.p.Key); r == nil || r.Is != "self" && r.Is != "guardian" {
			return false
		}
	}
	return len(by) > 0
}
