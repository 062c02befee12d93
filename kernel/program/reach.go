package program

import (
	"slices"

	"linqiao/domain"
)

// reach works out, once all programs are linked, whom each role's work concerns: by the
// kind of party, the highest class that the role reads of records about such parties.
// An area role sees the files of its area of those kinds and of no other: an office that
// serves enterprises does not list the residents, nor does who reads of residents only
// what anybody may.
func (s *Set) reach() {
	for _, p := range s.Programs.All() {
		for _, role := range p.Roles.All() {
			role.Reach = p.reachOf(s, role)
		}
	}
}

func (p *Program) reachOf(s *Set, role *Role) map[domain.PartyKind]domain.Class {
	out := map[domain.PartyKind]domain.Class{}
	add := func(kind string, class domain.Class) {
		if k := domain.PartyKind(kind); class > domain.Public && slices.Contains(partyKinds, kind) {
			out[k] = max(out[k], class)
		}
	}
	top := domain.Public
	for key, rt := range p.Records.All() {
		class, reads := role.classOf(key)
		if rt.begunBy(role.Key) { // he chooses whom it is about
			class, reads = max(class, domain.Internal), true
		}
		if !reads {
			continue
		}
		top = max(top, class)
		for _, kind := range s.subjectKinds(rt) {
			add(kind, class)
		}
	}
	for _, roster := range p.Rosters.All() {
		if roster.KeptBy == role.Key || roster.Keeper == role.Key {
			add(roster.Of, top)
		}
	}
	// A household's file is that of its members, and a member's names his household.
	person, one := out[domain.Person]
	household, other := out[domain.Household]
	if one || other {
		out[domain.Person], out[domain.Household] = max(person, household), max(person, household)
	}
	return out
}

// begunBy: the role may begin records of this kind.
func (rt *RecordType) begunBy(role string) bool {
	for _, m := range rt.Moves.All() {
		if m.Intake() && slices.Contains(m.By, role) {
			return true
		}
	}
	return false
}

// classOf is what the role reads of one kind of record; ok is false when it reads none.
func (r *Role) classOf(record string) (class domain.Class, ok bool) {
	if r.ReadAll != nil {
		return *r.ReadAll, true
	}
	rule := r.Read[record]
	if rule == nil {
		return 0, false
	}
	return rule.Class, true
}

// TopClass is the highest class that the role reads of any record.
func (r *Role) TopClass() (class domain.Class) {
	if r.ReadAll != nil {
		return *r.ReadAll
	}
	for _, rule := range r.Read {
		class = max(class, rule.Class)
	}
	return class
}

// subjectKinds are the kinds of parties that records of a type are about: its own, or
// those of what it belongs to.
func (s *Set) subjectKinds(rt *RecordType) []string {
	for depth := 0; rt != nil && depth < 16; depth++ {
		if len(rt.For) > 0 {
			return rt.For
		}
		rt = s.RecordType(rt.Of, rt.Program)
	}
	return nil
}
