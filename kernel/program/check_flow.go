package program

import (
	"slices"
	"strings"
)

// checkWhens refuses cycles of moves that fire by themselves. The graph is of
// stages: an edge for every when-move, and for every record that such a move's
// actions move or open. Conditions are not looked at: a cycle that only
// conditions stop can run away with unset values.
func (s *source) checkWhens() {
	g := map[string][]string{}
	first := map[string]*node{}
	for _, rt := range s.p.Records.All() {
		for _, m := range rt.Whens {
			n := s.root.get("records").get(rt.Key).get("moves").get(m.Key)
			for _, from := range m.From {
				a := rt.Addr() + "/" + from
				if first[a] == nil {
					first[a] = n
				}
				if m.To != "" && m.To != from {
					g[a] = append(g[a], rt.Addr()+"/"+m.To)
				}
				g[a] = append(g[a], s.reaches(m)...)
			}
		}
	}
	for _, rt := range s.p.Records.All() {
		for st := range rt.Stages.All() {
			a := rt.Addr() + "/" + st
			if first[a] != nil && cycleBack(g, a) {
				s.fault(first[a], "when-cycle", "自动操作绕成了圈，会不停地转", "圈里至少留一步由人来做")
				return
			}
		}
	}
}

// reaches are the stages that a move's actions put other records into.
func (s *source) reaches(m *Move) []string {
	var out []string
	for _, a := range m.Do {
		for _, t := range s.targets(a, m.Record) {
			if t.To != "" && t != m {
				out = append(out, t.Record.Addr()+"/"+t.To)
			}
		}
		if k, ok := strings.CutPrefix(a.Target, "match."); ok && a.Verb == "start" {
			if mt := s.p.Matches.Get(k); mt != nil {
				if order := s.p.Records.Get(mt.Makes); order != nil {
					for _, st := range stagesIn(order, "proposed") {
						out = append(out, order.Addr()+"/"+st)
					}
				}
			}
		}
	}
	return out
}

// cycleBack reports a path from a back to itself.
func cycleBack(g map[string][]string, a string) bool {
	seen := map[string]bool{}
	todo := slices.Clone(g[a])
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if n == a {
			return true
		}
		if !seen[n] {
			seen[n] = true
			todo = append(todo, g[n]...)
		}
	}
	return false
}
