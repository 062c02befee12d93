package program

import (
	"maps"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// The struct types that expressions meet (program-format §6). One universe
// serves all programs of a Set; names are `<program>.<record>`, `party.<kind>`
// and, for a subject of several kinds, `party.<kind>+<kind>`.

var (
	tBool     = rule.Type{Kind: rule.Bool}
	tInt      = rule.Type{Kind: rule.Int}
	tDouble   = rule.Type{Kind: rule.Double}
	tText     = rule.Type{Kind: rule.Text}
	tDate     = rule.Type{Kind: rule.Date}
	tTime     = rule.Type{Kind: rule.Time}
	tAny      = rule.Type{Kind: rule.Any}
	tDuration = rule.Type{Kind: rule.Duration}
)

func tObject(name string) rule.Type       { return rule.Type{Kind: rule.Object, Name: name} }
func tList(t rule.Type) rule.Type         { return rule.Type{Kind: rule.List, Elem: &t} }
func takes(args ...rule.Type) []rule.Type { return args }

type typeMap = map[string]rule.Type

// buildTypes declares every struct and makes the universe.
func (l *loader) buildTypes() bool {
	l.set.structs = map[string]rule.StructDecl{}
	l.fields = map[string]map[string]*Field{}
	l.baseStructs()
	for _, s := range l.sources {
		s.programStructs()
	}
	for _, s := range l.sources {
		for _, f := range s.p.Forms.All() {
			v, _ := s.formFields(f) // `it` of a form: its own questions, for has(it.x)
			s.declare(s.formIt(f), v)
		}
	}
	u, err := rule.NewUniverse(l.set.structs)
	if err != nil {
		l.issues = append(l.issues, Issue{Rule: "types", Msg: "类型无法建立：" + err.Error()})
		return false
	}
	l.set.Universe = u
	return true
}

func (l *loader) declare(name string, f typeMap) { l.set.structs[name] = rule.StructDecl{Fields: f} }

func (l *loader) declareWith(name string, f typeMap, m map[string]rule.Method) {
	l.set.structs[name] = rule.StructDecl{Fields: f, Methods: m}
}

// remember keeps which declared field stands behind a struct's field, for
// option checks, labels and classes.
func (l *loader) remember(structName string, f *Field) {
	if l.fields[structName] == nil {
		l.fields[structName] = map[string]*Field{}
	}
	l.fields[structName][f.Key] = f
}

func (l *loader) baseStructs() {
	place := tObject("place")
	l.declare("place", typeMap{"lat": tDouble, "lng": tDouble, "address": tText, "region": tText})
	l.declare("interval", typeMap{"start": tTime, "end": tTime})
	l.declare("rate", typeMap{"base": tText, "bp": tInt})
	l.declareWith("area", typeMap{}, map[string]rule.Method{"covers": {Args: takes(tText), Result: tBool}})
	l.declare("region", typeMap{"id": tText, "name": tText, "short_name": tText, "level": tText, "region": tText, "place": place, "tags": tList(tText)})
	l.declare("account", typeMap{
		"id": tText, "name": tText, "short_name": tText, "org": tObject("org"), "roles": tList(tText), "phone": tText,
		"region": tText, "tags": tList(tText), "posts": tList(tText), "person": tText, "household": tText, "birth_date": tDate,
	})
	l.declare("clock", typeMap{"due": tTime, "over": tDuration, "spent": tDuration, "left": tDuration, "met": tBool, "overdue": tBool})
	l.declare("match", typeMap{"open": tBool, "accepted": tBool, "unmet": tBool, "sent": tInt})
	l.declareWith("panel", typeMap{"n": tInt, "mean": tInt, "sum": tInt, "score": tInt, "done": tBool, "closed": tBool}, map[string]rule.Method{"of": {Args: takes(tText), Result: tInt}})
	l.declare("notice", typeMap{"open": tBool, "clear": tBool})
	l.declare("document", typeMap{"issued": tTime, "signed": tTime, "version": tInt})
	l.declare("duty", typeMap{"due": tInt, "done": tInt, "missed": tInt, "in_row": tInt, "missed_in_row": tInt})
	l.declare("period", typeMap{"year": tInt, "start": tDate, "end": tDate})
	l.declare("window", typeMap{"start": tTime, "end": tTime, "key": tText})
	l.declare("round", typeMap{"from": tDate, "to": tDate})
	for _, k := range partyKinds {
		l.party([]string{k})
	}
	l.party(partyKinds)
}

// party gives the type of a party of these kinds, declaring it when new. An
// organisation as subject and a provider are the same struct, `org`.
func (l *loader) party(kinds []string) rule.Type {
	kinds = slices.Sorted(slices.Values(kinds))
	name := "party." + strings.Join(kinds, "+")
	switch {
	case len(kinds) == 1 && kinds[0] == "organization":
		name = "org"
	case len(kinds) == len(partyKinds):
		name = "party"
	}
	if _, ok := l.set.structs[name]; ok {
		return tObject(name)
	}
	f := typeMap{}
	l.declare(name, f)
	for _, k := range kinds {
		for key, t := range l.partyFields(k, name) {
			if _, ok := f[key]; !ok {
				f[key] = t
			}
		}
	}
	return tObject(name)
}

// partyFields are the built-in and file fields of one kind of party. File fields
// of every program are here; reading one of a program not in `uses` is a fault
// of its own (check_file.go).
func (l *loader) partyFields(kind, structName string) typeMap {
	place := tObject("place")
	f := typeMap{
		"id": tText, "name": tText, "short_name": tText, "phone": tText, "kind": tText,
		"region": tText, "place": place, "tags": tList(tText),
	}
	switch domain.PartyKind(kind) {
	case domain.Person:
		maps.Copy(f, typeMap{"id_number": tText, "gender": tText, "birth_date": tDate, "age": tInt, "household": tText})
	case domain.Household:
		maps.Copy(f, typeMap{"head": tObject("party.person"), "members": tList(tObject("party.person"))})
	case domain.Enterprise:
		maps.Copy(f, typeMap{"uscc": tText, "legal_person": tObject("party.person")})
	case domain.Organization:
		maps.Copy(f, typeMap{
			"uscc": tText, "level": tText, "area": tObject("area"), "provider": tObject("org"), "stars": tDouble,
			"capacity": tInt, "taken": tInt, "open": tInt, "org": tObject("org"), "owner": tObject("account"),
		})
	}
	for _, s := range l.sources {
		file := s.p.Files[domain.PartyKind(kind)]
		if file == nil {
			continue
		}
		for key, fd := range file.Fields.All() {
			f[key] = s.fieldType(fd, structName)
			l.remember(structName, fd)
		}
	}
	return f
}

// fieldType is the type an expression reads a field with. Owner names the struct
// that nested checks and rows belong to.
func (s *source) fieldType(f *Field, owner string) rule.Type {
	t := s.oneType(f, owner)
	if f.Many && f.Type != TypeRows {
		return tList(t)
	}
	return t
}

func (s *source) oneType(f *Field, owner string) rule.Type {
	switch f.Type {
	case TypeInt, TypeMoney, TypeBP:
		return tInt
	case TypeNumber:
		return tDouble
	case TypeBool:
		return tBool
	case TypeDate:
		return tDate
	case TypeTime:
		return tTime
	case TypeSpan:
		return tDuration
	case TypeInterval:
		return tObject("interval")
	case TypePlace:
		return tObject("place")
	case TypeRate:
		return tObject("rate")
	case TypeOrg:
		return tObject("org")
	case TypeAccount:
		return tObject("account")
	case TypePerson:
		return tObject("party.person")
	case TypeParty:
		return tObject("party")
	case TypeRef:
		if rt := s.set.RecordType(f.To, s.p.Key); rt != nil {
			return tObject(rt.Addr())
		}
		return tText
	case TypeChecks:
		return s.checksType(f, owner)
	case TypeRows:
		return s.rowsType(f, owner)
	}
	return tText
}

func (s *source) checksType(f *Field, owner string) rule.Type {
	name := owner + "." + f.Key
	t := typeMap{"all_pass": tBool, "any_fail": tBool, "failed": tText}
	for k := range f.Items.All() {
		t[k] = tText
	}
	s.declare(name, t)
	return tObject(name)
}

func (s *source) rowsType(f *Field, owner string) rule.Type {
	name := owner + "." + f.Key
	if _, ok := s.set.structs[name]; !ok {
		t := typeMap{}
		s.declare(name, t)
		for k, col := range f.Fields.All() {
			t[k] = s.fieldType(col, name)
			s.remember(name, col)
		}
	}
	return tList(tObject(name))
}

// Addr is the full address of the record type: program.record.
func (rt *RecordType) Addr() string { return rt.Program + "." + rt.Key }

// subjectType is what `subject` is in a record; ok is false when it has none.
func (l *loader) subjectType(rt *RecordType) (t rule.Type, ok bool) {
	for depth := 0; rt != nil && depth < 16; depth++ {
		if len(rt.For) > 0 {
			return l.subjectOf(rt.For)
		}
		if rt.Noun == domain.Batch {
			return rule.Type{}, false
		}
		rt = l.set.RecordType(rt.Of, rt.Program)
	}
	return rule.Type{}, false
}

func (l *loader) subjectOf(kinds []string) (rule.Type, bool) {
	var party []string
	for _, k := range kinds {
		switch {
		case k == "account":
			return tObject("account"), true
		case strings.HasPrefix(k, "region."):
			return tObject("region"), true
		case slices.Contains(partyKinds, k):
			party = append(party, k)
		}
	}
	if len(party) == 0 {
		return rule.Type{}, false
	}
	return l.party(party), true
}

// offersType is what `offer` is in an order.
func (l *loader) offersType(rt *RecordType) rule.Type {
	switch rt.Offers {
	case "organization":
		return tObject("org")
	case "account":
		return tObject("account")
	}
	if o := l.set.RecordType(rt.Offers, rt.Program); o != nil {
		return tObject(o.Addr())
	}
	return tObject("org")
}

// programStructs declares the structs of one program.
func (s *source) programStructs() {
	s.listStructs()
	for _, rt := range s.p.Records.All() {
		s.recordStruct(rt)
	}
}

// recordStruct declares a record with its built-ins, own fields, and the structs
// that hang on it (entered, clock, all…).
func (s *source) recordStruct(rt *RecordType) {
	name := rt.Addr()
	t := typeMap{
		"id": tText, "ref_no": tText, "stage": tText, "phase": tText, "region": tText, "channel": tText, "reason": tText,
		"owner": tObject("account"), "org": tObject("org"), "created": tTime, "ended": tTime,
	}
	if sub, ok := s.subjectType(rt); ok {
		t["subject"] = sub
	}
	if parent := s.set.RecordType(rt.Of, s.p.Key); parent != nil && rt.Noun != domain.Batch {
		t["parent"] = tObject(parent.Addr())
	}
	if s.hasProvider(rt) {
		t["provider"] = tObject("org")
	}
	for _, f := range Builtins(rt.Noun) {
		t[f.Key] = s.builtinType(rt, f, name)
		s.remember(name, f)
	}
	for _, f := range Common() {
		s.remember(name, f)
	}
	for k, f := range rt.Fields.All() {
		t[k] = s.fieldType(f, name)
		s.remember(name, f)
	}
	if rt.Period != "" {
		t["period"], t["previous"] = tObject("period"), tObject(name)
	}
	for _, sub := range []string{"entered", "left", "made", "clock", "match", "panel", "ballot", "choice", "form", "all"} {
		t[sub] = tObject(name + "." + sub)
	}
	s.declare(name, t)
	s.partsOf(rt, name)
}

func (s *source) builtinType(rt *RecordType, f *Field, name string) rule.Type {
	switch {
	case rt.Noun == domain.Order && f.Key == "offer":
		return s.offersType(rt)
	case rt.Noun == domain.Batch && f.Key == "members":
		if m := s.set.RecordType(rt.Of, s.p.Key); m != nil {
			return tList(tObject(m.Addr()))
		}
		return tList(tText)
	case rt.Noun == domain.Offer && f.Key == "area":
		return tObject("area")
	}
	return s.fieldType(f, name)
}

// hasProvider: orders and offers have one, and their descendants inherit it.
func (s *source) hasProvider(rt *RecordType) bool {
	for depth := 0; rt != nil && depth < 16; depth++ {
		if rt.Noun == domain.Order || rt.Noun == domain.Offer {
			return true
		}
		rt = s.set.RecordType(rt.Of, rt.Program)
	}
	return false
}

// partsOf declares what hangs on a record: its history, clocks, runs, children.
func (s *source) partsOf(rt *RecordType, name string) {
	times := func(part string, keys []string) {
		t := typeMap{}
		for _, k := range keys {
			t[k] = tTime
		}
		s.declare(name+"."+part, t)
	}
	times("entered", rt.Stages.Keys())
	times("left", rt.Stages.Keys())
	times("made", rt.Moves.Keys())
	clocks, all := typeMap{}, typeMap{}
	for k := range rt.Clocks.All() {
		clocks[k] = tObject("clock")
	}
	for _, c := range append(slices.Clone(rt.Children), rt.Batches...) {
		if child := s.set.RecordType(c, s.p.Key); child != nil {
			all[child.Key] = tList(tObject(child.Addr()))
		}
	}
	s.declare(name+".clock", clocks)
	s.declare(name+".all", all)
	s.runsOf(rt, name)
}

// runsOf declares matches, panels, ballots, choices and forms of a record.
func (s *source) runsOf(rt *RecordType, name string) {
	match, panel, ballot, choice, form := typeMap{}, typeMap{}, typeMap{}, typeMap{}, typeMap{}
	for k, m := range s.p.Matches.All() {
		if m.Need == rt.Key {
			match[k] = tObject("match")
		}
	}
	for k, p := range s.p.Panels.All() {
		if p.Of == rt.Key {
			panel[k] = tObject("panel")
		}
	}
	for k, b := range s.p.Ballots.All() {
		if b.Of == rt.Key {
			ballot[k] = tObject(s.p.Key + ".ballot." + k)
		}
	}
	for k, c := range s.p.Choices.All() {
		if c.Of == rt.Key {
			choice[k] = tObject(s.p.Key + ".choice." + k)
		}
	}
	for k, f := range s.p.Forms.All() {
		if slices.Contains(f.Of, rt.Key) || slices.Contains(f.Of, "subject") || slices.Contains(f.Of, "region") {
			form[k] = tObject(s.p.Key + ".form." + k)
		}
	}
	for part, t := range map[string]typeMap{"match": match, "panel": panel, "ballot": ballot, "choice": choice, "form": form} {
		s.declare(name+"."+part, t)
	}
}
