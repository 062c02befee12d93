package program

import (
	"maps"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// scope is what stands bare in one kind of place (program-format §6), with the
// declared fields behind the names for checks of options and classes.
type scope struct {
	l    *loader
	rs   *rule.Scope
	vars typeMap
	bare map[string]*Field
	rec  *RecordType
	acc  *Account // of the entries of an account
}

// scopeOf gives a scope when expressions are compiled, after all types are known.
type scopeOf func() *scope

func (l *loader) newScope(vars typeMap) *scope {
	rs, err := l.set.Universe.Scope(vars)
	if err != nil {
		// A type that could not be declared was reported already.
		rs, _ = l.set.Universe.Scope(nil)
	}
	return &scope{l: l, rs: rs, vars: vars, bare: map[string]*Field{}}
}

// cached keeps one scope per place: its CEL environment is the costly part.
func (l *loader) cached(key string, mk func() *scope) *scope {
	if sc := l.scopes[key]; sc != nil {
		return sc
	}
	sc := mk()
	l.scopes[key] = sc
	return sc
}

// with adds variables.
func (sc *scope) with(more typeMap) *scope {
	vars := maps.Clone(sc.vars)
	maps.Copy(vars, more)
	out := sc.l.newScope(vars)
	out.bare, out.rec = maps.Clone(sc.bare), sc.rec
	return out
}

// typeAt is the type at the end of a path.
func (sc *scope) typeAt(path string) (rule.Type, bool) {
	parts := strings.Split(path, ".")
	t, ok := sc.vars[parts[0]]
	for _, p := range parts[1:] {
		if !ok || t.Kind != rule.Object {
			return rule.Type{}, false
		}
		t, ok = sc.l.set.structs[t.Name].Fields[p]
	}
	return t, ok
}

// field finds the declared field at the end of a path, nil when the path ends
// elsewhere.
func (sc *scope) field(path string) *Field {
	first, rest, dotted := strings.Cut(path, ".")
	if !dotted {
		if f := sc.bare[path]; f != nil {
			return f
		}
		return nil
	}
	t, ok := sc.vars[first]
	for ok && t.Kind == rule.Object {
		name, more, deeper := strings.Cut(rest, ".")
		if !deeper {
			return sc.l.fields[t.Name][name]
		}
		t, ok = sc.l.set.structs[t.Name].Fields[name]
		rest = more
	}
	return nil
}

// programVars stand in every scope of a program.
func (s *source) programVars() typeMap {
	v := typeMap{"today": tDate, "never": tTime}
	for _, block := range []string{
		"param", "list", "table", "roster", "standing", "stat", "consent", "ground", "notice", "document", "duty", "choice", "ballot", "account",
	} {
		v[block] = tObject(s.p.Key + "." + block)
	}
	return v
}

// plain is the scope of rules that belong to no record.
func (s *source) plain() *scope {
	return s.cached("program:"+s.p.Key, func() *scope { return s.newScope(s.programVars()) })
}

// ofRecord is the scope of a record's rules: own fields and built-ins bare.
func (s *source) ofRecord(rt *RecordType) *scope {
	return s.cached("record:"+rt.Addr()+"@"+s.p.Key, func() *scope {
		sc := s.newScope(s.recordVars(rt))
		sc.rec = rt
		maps.Copy(sc.bare, s.fields[rt.Addr()])
		return sc
	})
}

func (s *source) inRecord(rt *RecordType) scopeOf { return func() *scope { return s.ofRecord(rt) } }

func (s *source) recordVars(rt *RecordType) typeMap {
	v := s.programVars()
	me := tObject(rt.Addr())
	for k, t := range s.set.structs[rt.Addr()].Fields {
		// Program-wide choices and ballots stand bare; a record's own hang on it.
		if k != "choice" && k != "ballot" {
			v[k] = t
		}
	}
	v["it"], v["actor"], v["period"] = me, tObject("account"), tObject("period")
	if rt.Noun == domain.Order {
		if parent, ok := v["parent"]; ok {
			v["need"] = parent
		}
	}
	return v
}

// ofClock is a record's scope with `now` in place of `today`.
func (s *source) ofClock(rt *RecordType) *scope {
	return s.cached("clock:"+rt.Addr(), func() *scope {
		vars := s.recordVars(rt)
		vars["now"] = tTime
		delete(vars, "today")
		sc := s.newScope(vars)
		sc.rec = rt
		maps.Copy(sc.bare, s.fields[rt.Addr()])
		return sc
	})
}

// ofMember is a scope where only the row `member` is known.
func (s *source) ofMember(t rule.Type) *scope {
	return s.cached("member:"+t.Name+"@"+s.p.Key, func() *scope { return s.plain().with(typeMap{"member": t}) })
}

// ofMatch is the scope of eligible and rank: the need, an offer, the subject.
func (s *source) ofMatch(m *Match) *scope {
	return s.cached("match:"+s.p.Key+"."+m.Key, func() *scope {
		v := s.programVars()
		v["actor"], v["step"], v["provider"] = tObject("account"), tInt, tObject("org")
		order := s.p.Records.Get(m.Makes)
		if order == nil {
			return s.newScope(v)
		}
		v["offer"] = s.offersType(order)
		if need := s.set.RecordType(order.Of, s.p.Key); need != nil {
			v["need"] = tObject(need.Addr())
		}
		if sub, ok := s.subjectType(order); ok {
			v["subject"] = sub
		}
		return s.newScope(v)
	})
}

// ofForm is what a form's own rules may read: the phone subset of §6, that is
// the form's questions, answers and `today`.
func (s *source) ofForm(f *Form) *scope {
	return s.cached("form:"+s.p.Key+"."+f.Key, func() *scope {
		v, bare := s.formFields(f)
		v["today"], v["it"] = tDate, tObject(s.formIt(f))
		sc := s.newScope(v)
		sc.bare = bare
		return sc
	})
}

func (s *source) formIt(f *Form) string { return s.p.Key + ".form." + f.Key + ".it" }

// formFields are a form's answers and the record or party fields it asks.
func (s *source) formFields(f *Form) (typeMap, map[string]*Field) {
	v, bare := typeMap{}, map[string]*Field{}
	for k, fd := range f.Fields.All() {
		v[k] = s.set.structs[s.p.Key+".form."+f.Key+".answer"].Fields[k]
		bare[k] = fd
	}
	for _, k := range f.Ask {
		for _, rt := range s.formRecords(f) {
			if t, ok := s.set.structs[rt.Addr()].Fields[k]; ok {
				v[k], bare[k] = t, s.fields[rt.Addr()][k]
			}
		}
		if fd, t := s.subjectField(f, k); fd != nil {
			v[k], bare[k] = t, fd
		}
	}
	return v, bare
}

func (s *source) formRecords(f *Form) []*RecordType {
	var out []*RecordType
	for _, of := range f.Of {
		if rt := s.set.RecordType(of, s.p.Key); rt != nil {
			out = append(out, rt)
		}
	}
	return out
}

// subjectField finds a party file field that a form `of: subject` asks.
func (s *source) subjectField(f *Form, key string) (*Field, rule.Type) {
	if !slices.Contains(f.Of, "subject") {
		return nil, rule.Type{}
	}
	for _, k := range partyKinds {
		name := s.party([]string{k}).Name
		if fd := s.fields[name][key]; fd != nil {
			return fd, s.set.structs[name].Fields[key]
		}
	}
	return nil, rule.Type{}
}

// ofFile is the scope of a party file's calc: the party's own fields bare.
func (s *source) ofFile(kind domain.PartyKind) *scope {
	return s.cached("file:"+string(kind)+"@"+s.p.Key, func() *scope {
		name := s.party([]string{string(kind)}).Name
		v := s.programVars()
		maps.Copy(v, s.set.structs[name].Fields)
		v["it"] = tObject(name)
		sc := s.newScope(v)
		maps.Copy(sc.bare, s.fields[name])
		return sc
	})
}

// ofAccount is a journal entry: its dimensions, amount and balance.
func (s *source) ofAccount(a *Account) *scope {
	return s.cached("account:"+s.p.Key+"."+a.Key, func() *scope {
		v := s.programVars()
		for _, d := range a.By {
			v[d] = s.dimType(d)
		}
		maps.Copy(v, typeMap{"amount": tInt, "balance": tInt, "day": tDate, "entry": tText, "from": tText, "to": tText})
		sc := s.newScope(v)
		sc.acc = a
		return sc
	})
}
