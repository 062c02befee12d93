package program

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// listStructs declares the structs of a program's own blocks: param, roster,
// table, standing, consent… Each block is read by its singular name.
func (s *source) listStructs() {
	p := s.p
	block := func(name string, f typeMap, m map[string]rule.Method) { s.declareWith(p.Key+"."+name, f, m) }

	block("param", s.paramTypes(), nil)
	lists := typeMap{}
	for k := range p.Lists.All() {
		lists[k] = tList(tText)
	}
	block("list", lists, nil)
	s.consentStructs()
	stats := typeMap{}
	for k := range p.Stats.All() {
		stats[k] = tInt
	}
	block("stat", stats, nil)
	block("notice", objects(p.Notices.Keys(), "notice"), nil)
	block("document", objects(p.Documents.Keys(), "document"), nil)
	block("duty", objects(p.Duties.Keys(), "duty"), nil)
	s.tableStructs()
	s.rosterStructs()
	s.runStructs()
	s.formStructs()
	s.accountStruct()
}

func objects(keys []string, name string) typeMap {
	t := typeMap{}
	for _, k := range keys {
		t[k] = tObject(name)
	}
	return t
}

func (s *source) paramTypes() typeMap {
	t := typeMap{}
	for k, p := range s.p.Params.All() {
		t[k] = s.oneType(&Field{Type: p.Type}, "")
	}
	return t
}

// consentStructs: `consent.k` and `ground.k` are bool, `consent.k.of(party)` too.
func (s *source) consentStructs() {
	declare := func(name string, keys []string) {
		f, m := typeMap{}, map[string]rule.Method{}
		for _, k := range keys {
			f[k] = tBool
			m[k+".of"] = rule.Method{Args: takes(tAny), Result: tBool}
		}
		s.declareWith(s.p.Key+"."+name, f, m)
	}
	declare("consent", s.p.Consents.Keys())
	declare("ground", s.p.Grounds.Keys())
}

func (s *source) tableStructs() {
	all := typeMap{}
	for k, t := range s.p.Tables.All() {
		name := s.p.Key + ".table." + k
		row := typeMap{}
		s.declare(name+".row", row)
		for _, c := range t.KeyCols {
			row[c] = tText
		}
		for c, f := range t.Fields.All() {
			row[c] = s.fieldType(f, name+".row")
			s.remember(name+".row", f)
		}
		var args []rule.Type
		for _, c := range t.KeyCols {
			args = append(args, row[c])
		}
		if t.Band != "" {
			args = append(args, row[t.Band])
		}
		if t.Dated {
			args = append(args, tDate)
		}
		opt := 0
		if t.Dated {
			opt = 1
		}
		s.declareWith(name, typeMap{"rows": tList(tObject(name + ".row"))}, map[string]rule.Method{
			"at": {Args: args, Optional: opt, Result: tObject(name + ".row")},
		})
		all[k] = tObject(name)
	}
	s.declare(s.p.Key+".table", all)
}

func (s *source) rosterStructs() {
	all := typeMap{}
	for k, r := range s.p.Rosters.All() {
		name := s.p.Key + ".roster." + k
		row := s.memberOf(r.Of)
		s.declareWith(name, typeMap{"members": tList(row)}, map[string]rule.Method{
			"size": {Result: tInt},
			"has":  {Args: takes(tAny), Result: tBool},
		})
		all[k] = tObject(name)
	}
	s.declare(s.p.Key+".roster", all)
	standing := typeMap{}
	for k := range s.p.Standings.All() {
		name := s.p.Key + ".standing." + k
		s.declareWith(name, typeMap{}, map[string]rule.Method{"of": {Args: takes(tAny), Result: tText}})
		standing[k] = tObject(name)
	}
	s.declare(s.p.Key+".standing", standing)
}

// memberOf is the row of a roster of this kind.
func (s *source) memberOf(kind string) rule.Type {
	if slices.Contains(partyKinds, kind) {
		return s.party([]string{kind})
	}
	return tObject("account")
}

// rowOf is the row of what a duty, choice or ballot runs over: `roster.k`, a
// record, `region.level`, `org.kind`, `choice.k`.
func (s *source) rowOf(over string, depth int) (rule.Type, *RecordType, bool) {
	head, key, dotted := strings.Cut(over, ".")
	if !dotted {
		head = ""
	}
	switch head {
	case "roster":
		if r := s.p.Rosters.Get(key); r != nil {
			return s.memberOf(r.Of), nil, true
		}
		return rule.Type{}, nil, false
	case "region":
		return tObject("region"), nil, true
	case "org":
		return tObject("org"), nil, true
	case "choice":
		if c := s.p.Choices.Get(key); c != nil && depth < 4 {
			return s.rowOf(c.From, depth+1)
		}
		return rule.Type{}, nil, false
	}
	if rt := s.set.RecordType(over, s.p.Key); rt != nil {
		return tObject(rt.Addr()), rt, true
	}
	return rule.Type{}, nil, false
}

func (s *source) runStructs() {
	choice, ballot := typeMap{}, typeMap{}
	for k, c := range s.p.Choices.All() {
		name := s.p.Key + ".choice." + k
		row, _, ok := s.rowOf(c.From, 0)
		if !ok {
			row = tObject("party")
		}
		s.declareWith(name, typeMap{"members": tList(row), "size": tInt, "done": tBool}, map[string]rule.Method{
			"has": {Args: takes(row), Result: tBool}, "place": {Args: takes(row), Result: tInt},
			"drew": {Args: takes(row, tInt), Result: tBool},
		})
		choice[k] = tObject(name)
	}
	for k, b := range s.p.Ballots.All() {
		name := s.p.Key + ".ballot." + k
		row := tText
		if rt := s.set.RecordType(b.Record, s.p.Key); rt != nil {
			row = tObject(rt.Addr())
		}
		s.declareWith(name, typeMap{"closed": tBool, "passed": tBool, "turnout": tInt}, map[string]rule.Method{"votes": {Args: takes(row), Result: tInt}})
		ballot[k] = tObject(name)
	}
	s.declare(s.p.Key+".choice", choice)
	s.declare(s.p.Key+".ballot", ballot)
}

func (s *source) formStructs() {
	all := typeMap{}
	for k, f := range s.p.Forms.All() {
		name := s.p.Key + ".form." + k
		answer := typeMap{}
		s.declare(name+".answer", answer)
		for c, fd := range f.Fields.All() {
			answer[c] = s.fieldType(fd, name+".answer")
			s.remember(name+".answer", fd)
		}
		s.declare(name, typeMap{
			"count": tInt, "first": tTime, "last": tTime, "at": tList(tTime), "score": tInt, "band": tText,
			"answer": tObject(name + ".answer"),
		})
		all[k] = tObject(name)
	}
	s.declare(s.p.Key+".form", all)
}

// accountStruct: `account.held(x)`, one argument for each dimension in the order
// of `by`; one left out is summed.
func (s *source) accountStruct() {
	m := map[string]rule.Method{}
	for k, a := range s.p.Accounts.All() {
		var args []rule.Type
		for _, d := range a.By {
			args = append(args, s.dimArg(d))
		}
		m[k] = rule.Method{Args: args, Optional: len(args), Result: tInt}
	}
	s.declareWith(s.p.Key+".account", typeMap{}, m)
}

// dimArg: who a dimension is may be given as any party, account, organisation or
// record; only an option or a year has a type of its own.
func (s *source) dimArg(dim string) rule.Type {
	if t := s.dimType(dim); t.Kind == rule.Int || s.p.Lists.Has(dim) {
		return t
	}
	return tAny
}

// dimType is the type of an account's dimension: who or what its name says.
func (s *source) dimType(dim string) rule.Type {
	switch dim {
	case "account":
		return tObject("account")
	case "org", "provider", "organization":
		return tObject("org")
	case "party", "subject":
		return tObject("party")
	case "year":
		return tInt
	case "region", "area", "province", "city", "county", "town", "village", "grid", "circle":
		return tObject("region")
	}
	if slices.Contains(partyKinds, dim) {
		return s.party([]string{dim})
	}
	if rt := s.p.Records.Get(dim); rt != nil {
		return tObject(rt.Addr())
	}
	return tText
}

// fileOf finds who declares a party file field. An overlay repeats its base's.
func (l *loader) fileOf(kind domain.PartyKind, key string) *source {
	for _, s := range l.sources {
		if f := s.p.Files[kind]; f != nil && f.Fields.Has(key) && !s.inherits(kind, key) {
			return s
		}
	}
	return nil
}

func (s *source) inherits(kind domain.PartyKind, key string) bool {
	if s.base == nil {
		return false
	}
	f := s.base.p.Files[kind]
	return f != nil && f.Fields.Has(key)
}
