package program

import (
	"slices"
	"strings"
)

func (s *source) checkStats() {
	for _, st := range s.p.Stats.All() {
		n := s.root.get("stats").get(st.Key)
		if st.Kind == "ratio" {
			s.checkRatio(st, n)
		}
		s.statCycle(st, n)
		s.checkOpenings(st, n)
	}
}

// checkOpenings: of openings only their number is known, not whose they were.
func (s *source) checkOpenings(st *Stat, n *node) {
	if strings.HasPrefix(st.firstSource(), "library.") && st.Agg != "count" {
		s.fault(n, "bad-library", "内容的打开只能计次", "去掉 sum、distinct、median、p90")
	}
}

// checkRatio: both parts must be counted by every dimension of the ratio.
func (s *source) checkRatio(st *Stat, n *node) {
	for _, part := range st.Parts {
		p := s.set.statOf(part, s.p.Key)
		if p == nil || p.Kind == "ratio" {
			continue
		}
		for i, d := range st.By {
			if !slices.ContainsFunc(p.By, func(x Dim) bool { return x.Key == d.Key }) {
				s.fault(at(n.get("by"), i), "ratio-dimension", "比率按“"+d.Key+"”分，但“"+part+"”没有这个维度", "两项的维度要相同")
			}
		}
	}
}

// statCycle: a ratio of ratios must end somewhere.
func (s *source) statCycle(st *Stat, n *node) {
	var visit func(addr, from string, seen []string) bool
	visit = func(addr, from string, seen []string) bool {
		p, rest := s.set.owner(addr, from)
		if p == nil || !p.Stats.Has(rest) {
			return false
		}
		full := p.Key + "." + rest
		if slices.Contains(seen, full) {
			return true
		}
		for _, part := range p.Stats.Get(rest).Parts {
			if visit(part, p.Key, append(seen, full)) {
				return true
			}
		}
		return false
	}
	if visit(st.Key, s.p.Key, nil) {
		s.fault(n, "stat-cycle", "指标绕回了自己："+strings.Join(st.Parts, "、"), "")
	}
}
