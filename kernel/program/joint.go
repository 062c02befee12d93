package program

import (
	"slices"
	"strings"

	"linqiao/domain"
)

// Several helpers on one matter: what each is shown by the class of its fields, what
// each concludes, and the move that may only be made once all have.

// fillPacket writes a packet's fields out into what the receiver sees once he has
// accepted: of each record those up to the class, in their order, and those named;
// never what `never` names.
func (s *source) fillPacket(rt *RecordType, n *node) {
	if rt.Shows == nil || rt.Shows.Packet == nil {
		return
	}
	sh := rt.Shows
	for _, p := range n.get("shows").get("packet").pairs {
		up := s.set.RecordType(p.key.val, s.p.Key)
		if up == nil {
			continue // said already
		}
		if !s.liesAbove(up, rt) {
			s.fault(p.key, "packet-elsewhere", "“"+up.Label+"”不在派单的上级里", "写派单的上级记录")
			continue
		}
		for _, f := range up.Fields.All() {
			path := up.Key + "." + f.Key
			rule := sh.Packet[up.Key]
			if s.fieldClass(up, f) > rule.Class && !slices.Contains(rule.Fields, f.Key) || slices.Contains(sh.Never, path) ||
				slices.Contains(sh.Before, path) || slices.Contains(sh.After, path) {
				continue
			}
			sh.After = append(sh.After, path)
		}
	}
}

// liesAbove: one of the order's ancestors is of the kind.
func (s *source) liesAbove(up, rt *RecordType) bool {
	for depth := 0; rt != nil && depth < 16; depth++ {
		if rt = s.set.RecordType(rt.Of, rt.Program); rt == up {
			return rt != nil
		}
	}
	return false
}

// checkConcludes: whoever ends the order as done is asked for what he concludes.
func (s *source) checkConcludes(rt *RecordType, n *node) {
	if rt.Concludes == "" {
		return
	}
	for _, m := range rt.Moves.All() {
		if st := rt.Stages.Get(m.To); st != nil && st.Phase == domain.PhaseDone && !slices.Contains(m.Need, rt.Concludes) {
			s.fault(n.get("moves").get(m.Key), "no-conclusion", "“"+m.Label+"”使派单办结，却不要结论“"+rt.Concludes+"”", "写 need: ["+rt.Concludes+"]")
		}
	}
}

// checkJoint: a joint move waits for orders that conclude, below its own record.
func (s *source) checkJoint(rt *RecordType, m *Move, n *node) {
	for _, v := range n.get("joint").each() {
		o := s.set.RecordType(v.val, s.p.Key)
		switch {
		case o == nil:
			s.fault(v, "unresolved", "没有派单“"+v.val+"”", didYouMean(v.val, s.p.Records.Keys()))
		case o.Concludes == "":
			s.fault(v, "no-conclusion", "“"+o.Label+"”没有 concludes，谈不上合并结论", "在派单上写 concludes: 字段")
		case !s.liesAbove(rt, o):
			s.fault(v, "packet-elsewhere", "“"+o.Label+"”不在“"+rt.Label+"”之下", "")
		}
	}
}

// MatchOf is the match that an action starts, or nil.
func (p *Program) MatchOf(a *Action) *Match {
	if key, ok := strings.CutPrefix(a.Target, "match."); ok && a.Verb == "start" {
		return p.Matches.Get(key)
	}
	return nil
}
