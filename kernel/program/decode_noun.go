package program

import (
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// nounWords reads the words that only some nouns have, and refuses them on others.
func (s *source) nounWords(rt *RecordType, n *node, sc scopeOf) {
	only := func(word string, nouns ...domain.Noun) bool {
		v := n.get(word)
		if v == nil {
			return false
		}
		for _, noun := range nouns {
			if rt.Noun == noun {
				return true
			}
		}
		s.fault(v, "wrong-noun", "“"+word+"”不能用于 "+string(rt.Noun), "")
		return false
	}
	if only("offers", domain.Order) {
		s.offersRef(n.get("offers"))
	}
	if only("shows", domain.Order) {
		rt.Shows = s.shows(rt, n.get("shows"))
	}
	if v := n.get("concludes"); only("concludes", domain.Order) {
		rt.Concludes = v.val
		s.ownField(rt, v)
	}
	if only("terms", domain.Order) {
		rt.Terms = s.terms(rt, n.get("terms"), sc)
	}
	only("assured", domain.Offer)
	if only("takes", domain.Batch) {
		rt.Takes = s.cel(n, "takes", s.batchScope(rt), tBool)
	}
	if only("plan", domain.Session) {
		rt.Plan = s.plan(n.get("plan"), sc)
	}
	if only("book", domain.Session, domain.Activity) {
		rt.Book = s.book(n.get("book"), sc)
	}
	if only("capacity", domain.Session, domain.Activity, domain.Offer) {
		rt.Capacity = s.cel(n, "capacity", sc, tInt)
	}
	if only("lanes", domain.Session) {
		rt.Lanes = s.cel(n, "lanes", sc, tInt, tList(rule.Type{}))
	}
}

func (s *source) offersRef(v *node) {
	if v.val == "organization" || v.val == "account" {
		return
	}
	s.resolve(v, "供给", func(k string) bool {
		rt := s.set.RecordType(k, s.p.Key)
		return rt != nil && rt.Noun == domain.Offer
	}, func() []string { return s.p.Records.Keys() })
}

// shows lists what the receiver sees, as record.field or subject.field.
func (s *source) shows(rt *RecordType, n *node) *Shows {
	for _, word := range []string{"before", "after", "never"} {
		for _, v := range n.get(word).each() {
			s.exprs = append(s.exprs, func() { s.shownField(rt, v) })
		}
	}
	sh := &Shows{Before: n.strs("before"), After: n.strs("after"), Never: n.strs("never"), Keeps: s.span(n, "keeps", s.inRecord(rt))}
	if v := n.get("packet"); v != nil {
		sh.Packet = map[string]*ReadRule{}
		for _, p := range v.pairs {
			s.recordRef(p.key)
			sh.Packet[p.key.val] = s.readRule(p.key.val, p.val)
		}
	}
	return sh
}

// shownField resolves a dotted name against the records above the order.
func (s *source) shownField(rt *RecordType, v *node) {
	head, field, ok := strings.Cut(v.val, ".")
	var t rule.Type
	if head == "subject" {
		t, ok = s.subjectType(rt)
	} else if head == "guardian" {
		t = tObject("party.person")
	} else if ok {
		up := s.set.RecordType(head, s.p.Key)
		if up == nil {
			s.fault(v, "unresolved", "没有记录“"+head+"”", "")
			return
		}
		t = tObject(up.Addr())
	}
	fields := s.set.structs[t.Name].Fields
	key, _, _ := strings.Cut(field, ".")
	if _, known := fields[key]; !ok || !known {
		s.fault(v, "unknown-field", "没有“"+v.val+"”这一项可以出示", "写 记录.字段 或 subject.字段")
	}
}

func (s *source) terms(rt *RecordType, n *node, sc scopeOf) *Terms {
	t := &Terms{
		Task: s.cel(n, "task", sc, tText), Standard: s.cel(n, "standard", sc, tText),
		Duty: s.cel(n, "duty", sc, tText), Limit: n.str("limit"),
	}
	s.resolve(n.get("limit"), "时限", func(k string) bool { return rt.Clocks.Has(k) }, func() []string { return rt.Clocks.Keys() })
	return t
}

// batchScope: `takes` is asked of each candidate, so the candidate's fields
// stand bare.
func (s *source) batchScope(rt *RecordType) scopeOf {
	return func() *scope {
		of := s.set.RecordType(rt.Of, s.p.Key)
		if of == nil {
			return s.ofRecord(rt)
		}
		return s.ofRecord(of)
	}
}

func (s *source) plan(n *node, sc scopeOf) *SessionPlan {
	p := &SessionPlan{
		At: s.cel(n, "at", sc, tTime), Every: s.recur(n, "every", sc), Hours: n.str("hours"),
		Length: s.span(n, "length", sc), Gap: s.span(n, "gap", sc), While: s.cel(n, "while", sc, tBool),
	}
	given := 0
	for _, w := range []string{"at", "every", "hours"} {
		if n.has(w) {
			given++
		}
	}
	if given != 1 {
		s.fault(n, "two-timings", "plan 须有且只有 at、every、hours 之一", "")
	}
	if !n.has("length") {
		s.fault(n, "missing-key", "plan 缺“length”", "每场多久")
	}
	return p
}

func (s *source) book(n *node, sc scopeOf) *SessionBook {
	b := &SessionBook{
		Opens: s.span(n, "opens", sc), Closes: s.span(n, "closes", sc), Cancel: s.span(n, "cancel", sc),
		Most: s.num(n, "most"), Wait: n.yes("wait"),
	}
	if m := n.get("missed"); m != nil {
		b.MissedCount, b.MissedBars = s.num(m, "count"), s.span(m, "bars", sc)
	}
	return b
}
