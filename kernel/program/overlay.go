package program

import (
	"slices"
	"strings"
)

// An overlay (`extends: p`) is read as the base with the overlay's words laid
// over it: entries and words it names are added or replaced, lists grow. What it
// may not do (program-format §8) is judged on the result, by Diff.

func (l *loader) sourceOf(key string) *source {
	for _, s := range l.sources {
		if s.p.Key == key {
			return s
		}
	}
	return nil
}

// overlay merges the base's file into the program's, base first. depth stops two
// programs that extend each other.
func (s *source) overlay(depth int) {
	key := s.root.str("extends")
	base := s.sourceOf(key)
	if key == "" || s.base != nil {
		return
	}
	if base == nil || base == s || depth > 4 {
		s.fault(s.root.get("extends"), "unknown-program", "没有“"+key+"”可以叠加", "")
		return
	}
	base.overlay(depth + 1)
	s.base = base
	s.root = mergeNodes(base.root, s.root)
	for name, src := range base.p.Sources {
		if _, own := s.p.Sources[name]; !own && strings.HasPrefix(name, "tables/") {
			s.p.Sources[name] = src
		}
	}
}

// mergeNodes lays over onto base. Neither is changed.
func mergeNodes(base, over *node) *node {
	switch {
	case base == nil || over == nil || base.kind != over.kind && !(base.kind == listNode || over.kind == listNode):
		return over
	case over.kind == mapNode && base.kind == mapNode:
		out := *over
		out.pairs, out.index = nil, nil
		for _, p := range base.pairs {
			if v := over.get(p.key.val); v != nil {
				out.put(p.key, mergeNodes(p.val, v))
			} else {
				out.put(p.key, p.val)
			}
		}
		for _, p := range over.pairs {
			if !base.has(p.key.val) {
				out.put(p.key, p.val)
			}
		}
		return &out
	case over.kind == listNode || base.kind == listNode:
		out := *over
		out.kind, out.val = listNode, ""
		out.items = slices.Clone(base.each())
		for _, e := range over.each() {
			if !slices.ContainsFunc(out.items, func(b *node) bool { return e.kind == scalarNode && b.kind == scalarNode && b.val == e.val }) {
				out.items = append(out.items, e)
			}
		}
		return &out
	}
	return over
}

// checkOverlay refuses an overlay that weakens its base.
func (s *source) checkOverlay() {
	if s.base == nil {
		return
	}
	for _, c := range Diff(s.base.p, s.p) {
		if c.Kind == Weakens {
			s.fault(s.nodeAt(c.Path), "overlay-weakens", "叠加只能加强："+c.Text, "改基础程序，或另立一个程序")
		}
	}
}

// nodeAt finds the node of a dotted address, or the nearest above it.
func (s *source) nodeAt(path string) *node {
	n := s.root
	for _, p := range strings.Split(path, ".") {
		next := n.get(p)
		if next == nil {
			break
		}
		n = next
	}
	return n
}
