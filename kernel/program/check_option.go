package program

import (
	"regexp"
	"slices"
	"strings"
)

// Options in conditions are texts to CEL, so a misspelt one would never match
// and nobody would know. These patterns catch the usual forms: a path compared
// with a text, a path in a list of texts, a text in a path.
var (
	equalsRE = regexp.MustCompile(`([a-z_][a-z0-9_.]*)\s*(?:==|!=)\s*'([^']*)'`)
	inListRE = regexp.MustCompile(`([a-z_][a-z0-9_.]*)\s+in\s+\[([^\]]*)\]`)
	inPathRE = regexp.MustCompile(`'([^']*)'\s+in\s+([a-z_][a-z0-9_.]*)`)
	macroRE  = regexp.MustCompile(`([a-z_][a-z0-9_.]*)\.(?:all|exists|exists_one|filter|map)\(([a-z_][a-z0-9_]*),`)
	quotedRE = regexp.MustCompile(`'([^']*)'`)
)

func (s *source) checkOptions(v *node, sc *scope) {
	src := v.val
	if !strings.Contains(src, "'") {
		return
	}
	bound := macroVars(src, sc)
	for _, m := range equalsRE.FindAllStringSubmatch(src, -1) {
		s.optionKnown(v, m[1], m[2], sc, bound)
	}
	for _, m := range inListRE.FindAllStringSubmatch(src, -1) {
		for _, lit := range quotedRE.FindAllStringSubmatch(m[2], -1) {
			s.optionKnown(v, m[1], lit[1], sc, bound)
		}
	}
	for _, m := range inPathRE.FindAllStringSubmatch(src, -1) {
		s.optionKnown(v, m[2], m[1], sc, bound)
	}
}

// macroVars gives the type names of variables bound by macros over lists of
// records: `all.application.exists(a, …)` binds a.
func macroVars(src string, sc *scope) map[string]string {
	out := map[string]string{}
	for _, m := range macroRE.FindAllStringSubmatch(src, -1) {
		t, ok := sc.typeAt(m[1])
		if ok && t.Elem != nil {
			out[m[2]] = t.Elem.Name
		}
	}
	return out
}

func (s *source) optionKnown(v *node, path, lit string, sc *scope, bound map[string]string) {
	known := s.optionsAt(path, sc, bound)
	if known == nil || slices.Contains(known, lit) {
		return
	}
	s.fault(v, "unknown-option", "“"+path+"”没有“"+lit+"”这个取值", didYouMean(lit, known))
}

// optionsAt lists the values a path may take: options of a list, stages, phases.
// nil when anything may stand there.
func (s *source) optionsAt(path string, sc *scope, bound map[string]string) []string {
	head, rest, dotted := strings.Cut(path, ".")
	if structName, ok := bound[head]; ok && dotted {
		return s.optionsOf(structName, rest)
	}
	if _, ok := bound[head]; ok {
		return nil
	}
	if !dotted {
		if sc.rec != nil && (path == "stage" || path == "phase") {
			return s.optionsOf(sc.rec.Addr(), path)
		}
		return listKeys(sc.bare[path])
	}
	var known []string
	sc.walk(path, func(structName, field string) { known = s.optionsOf(structName, field) })
	return known
}

func (s *source) optionsOf(structName, field string) []string {
	if strings.Contains(field, ".") {
		return nil
	}
	prog, rec, _ := strings.Cut(structName, ".")
	if p := s.set.Program(prog); p != nil && p.Records.Has(rec) {
		rt := p.Records.Get(rec)
		switch field {
		case "stage":
			return rt.Stages.Keys()
		case "phase":
			var out []string
			for _, st := range rt.Stages.All() {
				out = append(out, string(st.Phase))
			}
			return out
		}
	}
	return listKeys(s.fields[structName][field])
}

func listKeys(f *Field) []string {
	if f == nil || f.List == nil || f.List.Open || f.List.Options.Len() == 0 {
		return nil
	}
	return f.List.Options.Keys()
}
