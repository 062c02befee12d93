package program

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Partner says what of a program a system outside is kept in step with: which records,
// in which direction, under which names, and who decides where both have changed one
// field. Nothing that is not named here travels.
type Partner struct {
	Key, Label string
	Records    Map[*PartnerRecord]
	Ceiling    domain.Class
	Match      []string // how a record that comes for the first time is found: external_id, subject.<identifier>
	Wins       map[string]string
	Asks       []string
	QuietFor   Span // silence after which Tells are told
	Quiet      bool
	Tells      []string
}

// PartnerRecord is one kind of record that travels.
type PartnerRecord struct {
	Key     string
	In, Out bool
	When    *rule.Expr // nil = always
	Fields  []PartnerField
	Intake  *Move // makes the record that a partner sends for the first time; nil = its keepers' way
}

// PartnerField is one value under the name that the partner knows it by.
type PartnerField struct {
	Name string
	Own  string // the record's own field, which may also come in; "" = a path that only goes out
	Col  Col
}

// Winner says whose value stands where both sides have changed a field: ask, ours,
// theirs or newer.
func (p *Partner) Winner(f *PartnerField) string {
	for _, k := range []string{f.Own, f.Col.Path, f.Name, "default"} {
		if w := p.Wins[k]; k != "" && w != "" {
			return w
		}
	}
	return "ask"
}

// Field finds a value by the partner's name.
func (r *PartnerRecord) Field(name string) *PartnerField {
	for i := range r.Fields {
		if r.Fields[i].Name == name {
			return &r.Fields[i]
		}
	}
	return nil
}

// travels are the types whose values mean the same in another county's system. What
// names a row, a unit or a file of this one does not.
var travels = []FieldType{TypeText, TypeInt, TypeNumber, TypeMoney, TypeBP, TypeRate, TypeBool, TypeDate, TypeTime, TypeSpan, TypeInterval,
	TypeSchedule, TypePlace, TypePhone, TypeChecks, TypeChoice}

// partnerKeys are what a subject can be known by in another system.
var partnerKeys = words("external_id subject.id_number subject.uscc subject.phone")

func (s *source) partner(key string, n *node) *Partner {
	p := &Partner{
		Key: key, Label: n.str("label"), Ceiling: s.class(n, "ceiling", s.p.Class), Match: n.strs("match"),
		Asks: s.roles(n, "asks"), Tells: s.roles(n, "tells"), Wins: map[string]string{}, QuietFor: s.span(n, "quiet", nil), Quiet: n.has("quiet"),
	}
	for _, e := range pairsOf(n.get("records")) {
		r := &PartnerRecord{Key: e.key.val, In: e.val.val != "out", Out: e.val.val != "in"}
		s.ownRecord(e.key)
		p.Records.Set(r.Key, r)
		sc := s.ownerScope(func() string { return r.Key })
		r.When = s.cel(n, "when", sc, tBool)
		for _, f := range pairsOf(n.get("map").get(r.Key)) {
			r.Fields = append(r.Fields, PartnerField{Name: f.key.val, Col: Col{Path: f.val.val, Expr: new(rule.Expr)}})
		}
		s.exprs = append(s.exprs, func() {
			for i, f := range pairsOf(n.get("map").get(r.Key)) {
				s.col(f.val, &r.Fields[i].Col, sc())
			}
		})
	}
	for _, e := range pairsOf(n.get("wins")) {
		p.Wins[e.key.val] = e.val.val
	}
	return p
}

func (s *source) checkPartner(p *Partner, n *node) {
	for _, e := range pairsOf(n.get("map")) {
		if !p.Records.Has(e.key.val) {
			s.fault(e.key, "unknown-key", "records 里没有“"+e.key.val+"”", didYouMean(e.key.val, p.Records.Keys()))
		}
	}
	for i, m := range p.Match {
		if !partnerKeys[m] {
			s.fault(at(n.get("match"), i), "bad-match", "不能按“"+m+"”认同一条", "可用：external_id、subject.id_number、subject.uscc、subject.phone")
		}
	}
	own := map[string]bool{"default": true}
	for key, r := range p.Records.All() {
		rt := s.p.Records.Get(key)
		if rt == nil {
			continue
		}
		for _, f := range s.checkPartnerRecord(p, r, rt, n) {
			own[f.Name], own[f.Col.Path] = true, true
		}
	}
	for _, e := range pairsOf(n.get("wins")) {
		if !own[e.key.val] {
			s.fault(e.key, "unknown-key", "map 里没有“"+e.key.val+"”", "")
		}
	}
	if slices.Contains(sortedWinners(p), "ask") && len(p.Asks) == 0 && inbound(p) {
		s.fault(n, "missing-key", "双方都改了一项时要问人，须写 asks", "asks: 角色")
	}
	if p.Quiet && len(p.Tells) == 0 {
		s.fault(n.get("quiet"), "missing-key", "无声时要告诉人，须写 tells", "tells: 角色")
	}
}

func inbound(p *Partner) bool {
	for _, r := range p.Records.All() {
		if r.In {
			return true
		}
	}
	return false
}

func sortedWinners(p *Partner) []string {
	out := []string{p.Wins["default"]}
	if out[0] == "" {
		out[0] = "ask"
	}
	for _, w := range p.Wins {
		out = append(out, w)
	}
	return out
}

func (s *source) checkPartnerRecord(p *Partner, r *PartnerRecord, rt *RecordType, n *node) []PartnerField {
	pairs := pairsOf(n.get("map").get(r.Key))
	if len(pairs) == 0 {
		s.fault(n, "missing-key", "“"+r.Key+"”没有字段对照", "map: {"+r.Key+": {对方的名字: 字段}}")
	}
	if rt.Identity == "none" {
		s.fault(n.get("records"), "bad-partner", "不记名的“"+r.Key+"”不能交换", "")
	}
	if rt.Class > p.Ceiling {
		s.fault(n.get("records"), "class-too-high", "“"+r.Key+"”整条是 "+rt.Class.String()+"，高于协同上限 "+p.Ceiling.String(), "")
	}
	if rt.Moves.Len() > 0 {
		r.Intake = s.openedBy(rt, r.Key)
	}
	sc := s.ofRecord(rt)
	personal := false
	for i, e := range pairs {
		f := &r.Fields[i]
		cls, ok := s.classOf(e.val.val, sc)
		if !ok {
			s.fault(e.val, "bad-map", "“"+e.val.val+"”不是一个字段", "写字段名，或 subject.name 这样的路径")
			continue
		}
		f.Col.Class = cls
		personal = personal || cls > domain.Internal
		if cls > p.Ceiling {
			s.fault(e.val, "class-too-high", "“"+e.val.val+"”是 "+cls.String()+"，高于协同上限 "+p.Ceiling.String(), "")
		}
		if field := f.Col.Field; field != nil && !slices.Contains(travels, field.Type) {
			s.fault(e.val, "bad-map", "“"+e.val.val+"”是 "+string(field.Type)+"，在别的系统里认不出来", "换成文字、数字、日期或选项")
		}
		if field := rt.Fields.Get(e.val.val); field != nil && field.Calc == nil {
			f.Own = field.Key
		}
	}
	if personal && r.Out && s.aboutPerson(rt) && !s.testsConsent(n) {
		s.fault(n, "no-consent", "向“"+p.Label+"”送出个人的资料没有同意或依据", "写 when: consent.k 或 ground.k")
	}
	return r.Fields
}

// testsConsent: the condition under which records travel asks for a consent or ground.
func (s *source) testsConsent(n *node) bool {
	when := n.str("when")
	return strings.Contains(when, "consent.") || strings.Contains(when, "ground.")
}
