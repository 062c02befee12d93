package program

import (
	"slices"

	"linqiao/kernel/rule"
)

// View is what screens know of a program: names, labels and shapes, no secrets
// of configuration. Lists keep the order of the file.
type View struct {
	Key       string          `json:"key"`
	Version   int             `json:"version"`
	Title     string          `json:"title"`
	Records   []RecordView    `json:"records"`
	Forms     []FormView      `json:"forms"`
	Roles     []EntryView     `json:"roles"`
	Rosters   []EntryView     `json:"rosters"`
	Devices   []EntryView     `json:"devices"`
	Matches   []MatchView     `json:"matches"`
	Duties    []EntryView     `json:"duties"`
	Panels    []EntryView     `json:"panels"`
	Stats     []StatView      `json:"stats"`
	Ledgers   []LedgerView    `json:"ledgers"`
	Libraries []LibraryView   `json:"libraries"`
	Notices   []NoticeView    `json:"notices"`
	Documents []EntryView     `json:"documents"`
	Passes    []EntryView     `json:"passes"`
	Accounts  []AccountView   `json:"accounts"`
	Consents  []ConsentView   `json:"consents"`
	Grounds   []EntryView     `json:"grounds"`
	Params    []ParamView     `json:"params"`
	Lists     []ListView      `json:"lists"`
	Files     []PartyFileView `json:"files"`
	Messages  []MessageView   `json:"messages"`
	Law       []string        `json:"law"`
}

type EntryView struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Of    string `json:"of,omitempty"` // what it runs over or belongs to
	// By lists the roles that may start it (duties that people start).
	By []string `json:"by,omitempty"`
	// Windows of a duty, by key: from and until, as 07:00.
	Windows map[string][2]string `json:"windows,omitempty"`
	Is      string               `json:"is,omitempty"` // of a role: how its holder stands to the row (self, area, public …)
	// Of a role: kinds of units and parties that hold it, at which level; the class it
	// reads, by record ("*" = all); whether it sees all figures.
	Held    []string          `json:"held,omitempty"`
	Level   string            `json:"level,omitempty"`
	Read    map[string]string `json:"read,omitempty"`
	Figures bool              `json:"figures,omitempty"`
	// Of a clock: its rule in words, and its reminders.
	Words  string      `json:"words,omitempty"`
	Ladder []RungWords `json:"ladder,omitempty"`
}

type OptionView struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

type ListView struct {
	Key     string       `json:"key"`
	Label   string       `json:"label"`
	Open    bool         `json:"open,omitempty"`
	Options []OptionView `json:"options"`
}

type FieldView struct {
	Key     string       `json:"key"`
	Label   string       `json:"label"`
	Type    FieldType    `json:"type"`
	Options []OptionView `json:"options,omitempty"`
	Open    bool         `json:"open,omitempty"` // other options may be added
	Many    bool         `json:"many,omitempty"`
	Class   string       `json:"class"`
	Unit    string       `json:"unit,omitempty"`
	Range   []any        `json:"range,omitempty"`
	Digits  int          `json:"digits,omitempty"`
	Default any          `json:"default,omitempty"`
	Items   []OptionView `json:"items,omitempty"`
	Fields  []FieldView  `json:"fields,omitempty"`
	To      string       `json:"to,omitempty"`
	Calc    bool         `json:"calc,omitempty"`    // computed: never asked
	Suggest bool         `json:"suggest,omitempty"` // a person confirms
	Builtin bool         `json:"builtin,omitempty"`
	Live    bool         `json:"live,omitempty"`
	Hint    string       `json:"hint,omitempty"`
}

type StageView struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Phase string `json:"phase"`
	Final bool   `json:"final"`
}

type MoveView struct {
	Key      string       `json:"key"`
	Label    string       `json:"label"`
	From     []string     `json:"from"`
	To       string       `json:"to"`
	By       []string     `json:"by"`
	Auto     bool         `json:"auto,omitempty"` // fires by fact
	Need     []string     `json:"need"`
	Ask      []string     `json:"ask"`
	Form     string       `json:"form,omitempty"`
	Reason   []OptionView `json:"reason,omitempty"`
	Text     bool         `json:"text,omitempty"`
	Proof    *ProofView   `json:"proof,omitempty"`
	Offline  bool         `json:"offline,omitempty"`
	Intake   bool         `json:"intake,omitempty"`
	Channels []string     `json:"channels,omitempty"`
	Sign     []SignView   `json:"sign,omitempty"`
	Follow   string       `json:"follow,omitempty"`
}

type ProofView struct {
	Near   string  `json:"near,omitempty"`
	Within float64 `json:"within,omitempty"` // metres
	Photo  int     `json:"photo,omitempty"`
	Pass   string  `json:"pass,omitempty"`
	When   string  `json:"when,omitempty"`
	Or     string  `json:"or,omitempty"`
}

type SignView struct {
	By     []string `json:"by"`
	Proof  []string `json:"proof,omitempty"`
	Silent bool     `json:"silent,omitempty"`
}

type RecordView struct {
	Key      string      `json:"key"`
	Label    string      `json:"label"`
	Noun     string      `json:"noun"`
	Of       string      `json:"of,omitempty"`
	Alone    bool        `json:"alone,omitempty"` // may stand without the record it is of
	For      []string    `json:"for,omitempty"`
	Class    string      `json:"class"`
	Identity string      `json:"identity"`
	KeptBy   []string    `json:"kept_by,omitempty"`
	Fields   []FieldView `json:"fields"`
	Builtins []FieldView `json:"builtins"`
	Stages   []StageView `json:"stages"`
	Moves    []MoveView  `json:"moves"`
	Clocks   []EntryView `json:"clocks"`
	Children []string    `json:"children,omitempty"`
}

type GuardView struct {
	If  string `json:"if"`
	Say string `json:"say"`
}

type UrgentView struct {
	If   string   `json:"if"`
	Say  string   `json:"say"`
	Call []string `json:"call"`
}

// ScoreView is how a form is scored, for the phone that has no network.
type ScoreView struct {
	Sum     []string       `json:"sum"`
	Weights map[string]int `json:"weights,omitempty"`
	Reverse []string       `json:"reverse,omitempty"`
	Max     int            `json:"max,omitempty"`
	Bands   []BandView     `json:"bands,omitempty"`
}

type BandView struct {
	From  int    `json:"from"`
	Key   string `json:"key"`
	Label string `json:"label"`
	Say   string `json:"say,omitempty"`
}

type FormView struct {
	Key     string            `json:"key"`
	Label   string            `json:"label"`
	Of      []string          `json:"of"`
	By      []string          `json:"by"`
	Ask     []string          `json:"ask"`
	Fields  []FieldView       `json:"fields"`
	Show    map[string]string `json:"show,omitempty"` // CEL within the phone subset
	Require []GuardView       `json:"require,omitempty"`
	Urgent  []UrgentView      `json:"urgent,omitempty"`
	Offline bool              `json:"offline,omitempty"`
	Source  string            `json:"source,omitempty"`
	Licence string            `json:"licence,omitempty"`
	Score   *ScoreView        `json:"score,omitempty"`
}

type MatchView struct {
	Key   string     `json:"key"`
	Label string     `json:"label"`
	Makes string     `json:"makes"`
	Need  string     `json:"need"`
	As    string     `json:"as"`
	Max   int        `json:"max,omitempty"`
	Steps []StepView `json:"steps"`
}

type StepView struct {
	Mode string   `json:"mode"`
	By   []string `json:"by,omitempty"`
}

type StatView struct {
	Key   string    `json:"key"`
	Label string    `json:"label"`
	Unit  string    `json:"unit"`
	Kind  string    `json:"kind"`
	Words string    `json:"words"` // what it counts
	By    []DimView `json:"by"`
}

type DimView struct {
	Key     string       `json:"key"`
	Label   string       `json:"label"`
	Options []OptionView `json:"options,omitempty"`
}

type LedgerView struct {
	Key    string       `json:"key"`
	Label  string       `json:"label"`
	Rows   string       `json:"rows,omitempty"`
	Stats  []string     `json:"stats,omitempty"`
	Cols   []OptionView `json:"cols,omitempty"`
	Every  string       `json:"every"`
	Layout string       `json:"layout,omitempty"`
}

// LibraryView names a library and the fields of its items.
type LibraryView struct {
	Key        string   `json:"key"`
	Label      string   `json:"label"`
	Of         string   `json:"of"`
	To         []string `json:"to"`
	Media      string   `json:"media,omitempty"`
	Transcript string   `json:"transcript,omitempty"`
}

type NoticeView struct {
	Key   string       `json:"key"`
	Label string       `json:"label"`
	Of    string       `json:"of"`
	To    string       `json:"to"`
	Cols  []OptionView `json:"cols,omitempty"`
	// Objection is what somebody opens to object: a record of its own, or `record.move`.
	Objection string `json:"objection,omitempty"`
}

type AccountView struct {
	Key   string   `json:"key"`
	Label string   `json:"label"`
	Unit  string   `json:"unit"`
	By    []string `json:"by"`
}

type ConsentView struct {
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	By       []string `json:"by"`
	Under    int      `json:"under,omitempty"`
	Evidence []string `json:"evidence"`
}

type ParamView struct {
	Key   string    `json:"key"`
	Label string    `json:"label"`
	Type  FieldType `json:"type"`
	Value any       `json:"value"`
	Range []any     `json:"range,omitempty"`
}

type PartyFileView struct {
	Kind   string      `json:"kind"`
	Fields []FieldView `json:"fields"`
}

// viewer renders in one language: "en" takes the English text where there is
// one, anything else Chinese.
type viewer struct {
	p  *Program
	en bool
}

// View describes the program for screens.
func (p *Program) View(lang string) *View {
	v := viewer{p, lang == "en"}
	out := &View{
		Key: p.Key, Version: p.Version, Title: v.pick(p.Title, p.TitleEN),
		Roles:     roleViews(v, p.Roles),
		Devices:   entryViews(v, p.Devices, "devices", func(d *Device) (string, string) { return d.Label, d.Of }),
		Rosters:   entryViews(v, p.Rosters, "rosters", func(r *Roster) (string, string) { return r.Label, r.Of }),
		Duties:    entryViews(v, p.Duties, "duties", func(d *Duty) (string, string) { return d.Label, d.Over }),
		Panels:    entryViews(v, p.Panels, "panels", func(x *Panel) (string, string) { return x.Label, x.Of }),
		Documents: entryViews(v, p.Documents, "documents", func(d *Document) (string, string) { return d.Label, d.Of }),
		Passes:    entryViews(v, p.Passes, "passes", func(x *Pass) (string, string) { return x.Label, x.Of }),
		Grounds:   entryViews(v, p.Grounds, "grounds", func(g *Ground) (string, string) { return g.Label, "" }),
	}
	for _, rt := range p.Records.All() {
		out.Records = append(out.Records, v.record(rt))
	}
	for _, f := range p.Forms.All() {
		out.Forms = append(out.Forms, v.form(f))
	}
	for i, k := range v.p.Duties.Keys() {
		out.Duties[i].By = orEmpty(v.p.Duties.Get(k).By)
		for key, w := range v.p.Duties.Get(k).Windows.All() {
			if out.Duties[i].Windows == nil {
				out.Duties[i].Windows = map[string][2]string{}
			}
			out.Duties[i].Windows[key] = w
		}
	}
	v.matches(out)
	v.figures(out)
	v.settings(out)
	out.Messages, out.Law = v.messages(), orEmpty(v.p.Law)
	return out
}

func (v viewer) pick(zh, en string) string {
	if v.en && en != "" {
		return en
	}
	return zh
}

func (v viewer) label(zh, addr string) string { return v.pick(zh, v.p.EN[addr+".label"]) }

func entryViews[T any](v viewer, m Map[T], block string, about func(T) (label, of string)) []EntryView {
	out := []EntryView{}
	for k, e := range m.All() {
		label, of := about(e)
		out = append(out, EntryView{Key: k, Label: v.label(label, block+"."+k), Of: of})
	}
	return out
}

func roleViews(v viewer, m Map[*Role]) []EntryView {
	out := entryViews(v, m, "roles", func(r *Role) (string, string) { return r.Label, "" })
	for i := range out {
		v.role(&out[i], m.Get(out[i].Key))
	}
	return out
}

func (v viewer) options(l *List) []OptionView {
	if l == nil {
		return nil
	}
	out := []OptionView{}
	for k, o := range l.Options.All() {
		out = append(out, OptionView{k, v.pick(o.Label, o.LabelEN)})
	}
	return out
}

func (v viewer) fields(m Map[*Field]) []FieldView {
	out := []FieldView{}
	for _, f := range m.All() {
		out = append(out, v.field(f))
	}
	return out
}

func (v viewer) field(f *Field) FieldView {
	fv := FieldView{
		Key: f.Key, Label: v.pick(f.Label, f.LabelEN), Type: f.Type, Options: v.options(f.List), Many: f.Many, Class: f.Class.String(),
		Unit: f.Unit, Digits: f.Digits, Default: jsonValue(f.Default), To: f.To, Calc: f.Calc != nil, Suggest: f.Suggest != nil,
		Live: f.Live, Hint: f.Hint, Open: f.List != nil && f.List.Open, Range: rangeView(f.Range),
	}
	for k, it := range f.Items.All() {
		fv.Items = append(fv.Items, OptionView{k, v.pick(it.Label, it.LabelEN)})
	}
	if f.Fields.Len() > 0 {
		fv.Fields = v.fields(f.Fields)
	}
	return fv
}

func rangeView(r *[2]any) []any {
	if r == nil {
		return nil
	}
	return []any{jsonValue(r[0]), jsonValue(r[1])}
}

// jsonValue writes a span as its text; all else is JSON already.
func jsonValue(x any) any {
	if sp, ok := x.(Span); ok {
		return sp.String()
	}
	return x
}

func (v viewer) record(rt *RecordType) RecordView {
	rv := RecordView{
		Key: rt.Key, Label: v.pick(rt.Label, rt.LabelEN), Noun: string(rt.Noun), Of: rt.Of, Alone: rt.Alone, For: rt.For, Class: rt.Class.String(),
		Identity: rt.Identity, KeptBy: rt.KeptBy, Fields: v.fields(rt.Fields), Builtins: []FieldView{}, Stages: []StageView{},
		Moves: []MoveView{}, Children: rt.Children,
		Clocks: v.clocks(rt),
	}
	for _, f := range Builtins(rt.Noun) {
		if !rt.Fields.Has(f.Key) {
			fv := v.field(f)
			fv.Builtin = true
			rv.Builtins = append(rv.Builtins, fv)
		}
	}
	for k, st := range rt.Stages.All() {
		rv.Stages = append(rv.Stages, StageView{k, v.pick(st.Label, st.LabelEN), string(st.Phase), st.Final})
	}
	for _, m := range rt.Moves.All() {
		rv.Moves = append(rv.Moves, v.move(rt, m))
	}
	return rv
}

// withReasons is what a move asks, and the reason beside each field with `differ`.
func withReasons(rt *RecordType, m *Move) []string {
	out := orEmpty(slices.Clone(m.Ask))
	for _, k := range slices.Concat(m.Need, m.Ask) {
		if f, ok := rt.Fields.Find(k); ok && len(f.Differ) > 0 && rt.Fields.Has(f.DifferKey()) && !slices.Contains(out, f.DifferKey()) {
			out = append(out, f.DifferKey())
		}
	}
	return out
}

func (v viewer) move(rt *RecordType, m *Move) MoveView {
	mv := MoveView{
		Key: m.Key, Label: v.pick(m.Label, m.LabelEN), From: orEmpty(m.From), To: m.To, By: orEmpty(m.By), Auto: m.When != nil,
		Need: orEmpty(m.Need), Ask: withReasons(rt, m), Form: m.Form, Text: m.TextRequired, Offline: m.Offline, Intake: m.Intake(),
		Channels: m.Channels, Follow: m.Follow,
	}
	if m.Reason != "" {
		mv.Reason = v.options(m.ReasonList)
	}
	if p := m.Proof; p != nil {
		mv.Proof = &ProofView{Near: srcOf(p.Near), Within: p.Within, Photo: p.Photo, Pass: p.Pass, When: srcOf(p.When), Or: p.Or}
	}
	for _, s := range m.Sign {
		mv.Sign = append(mv.Sign, SignView{By: s.By, Proof: s.Proof, Silent: !s.Silent.IsZero()})
	}
	return mv
}

func orEmpty(l []string) []string { return append([]string{}, l...) }

func srcOf(x *rule.Expr) string {
	if x == nil {
		return ""
	}
	return x.Src()
}

func (v viewer) form(f *Form) FormView {
	fv := FormView{
		Key: f.Key, Label: v.pick(f.Label, f.LabelEN), Of: f.Of, By: orEmpty(f.By), Ask: orEmpty(f.Ask), Fields: v.fields(f.Fields),
		Offline: f.Offline, Source: f.Source, Licence: f.Licence,
	}
	if len(f.Show) > 0 {
		fv.Show = map[string]string{}
		for k, x := range f.Show {
			fv.Show[k] = srcOf(x)
		}
	}
	for _, g := range f.Require {
		fv.Require = append(fv.Require, GuardView{srcOf(g.If), g.Say.Raw})
	}
	fv.Score = ScoreViewOf(f)
	for _, u := range f.Urgent {
		fv.Urgent = append(fv.Urgent, UrgentView{srcOf(u.If), u.Say, u.Call})
	}
	return fv
}

// ScoreViewOf says how a form is scored; nil when it is not.
func ScoreViewOf(f *Form) *ScoreView {
	if f.Score == nil {
		return nil
	}
	sc := &ScoreView{Sum: orEmpty(f.Score.Sum), Weights: f.Score.Weights, Reverse: f.Score.Reverse, Max: f.Score.Max}
	for _, b := range f.Score.Bands {
		sc.Bands = append(sc.Bands, BandView{b.From, b.Key, b.Label, b.Say})
	}
	return sc
}

func (v viewer) matches(out *View) {
	out.Matches = []MatchView{}
	for k, m := range v.p.Matches.All() {
		mv := MatchView{Key: k, Label: v.label(m.Label, "matches."+k), Makes: m.Makes, Need: m.Need, As: m.As, Max: m.Max}
		for _, s := range m.Steps {
			mv.Steps = append(mv.Steps, StepView{s.Mode, s.By})
		}
		out.Matches = append(out.Matches, mv)
	}
}

func (v viewer) figures(out *View) {
	out.Stats, out.Ledgers, out.Notices = []StatView{}, []LedgerView{}, []NoticeView{}
	for k, st := range v.p.Stats.All() {
		sv := StatView{Key: k, Label: v.pick(st.Label, st.LabelEN), Unit: st.Unit, Kind: st.Kind, Words: v.stat(st), By: []DimView{}}
		for _, d := range st.By {
			dv := DimView{Key: d.Key, Label: d.Label}
			if d.Field != nil {
				dv.Options = v.options(d.Field.List)
			}
			sv.By = append(sv.By, dv)
		}
		out.Stats = append(out.Stats, sv)
	}
	for k, l := range v.p.Ledgers.All() {
		lv := LedgerView{Key: k, Label: v.label(l.Label, "ledgers."+k), Rows: l.Rows, Stats: l.Stats, Cols: colViews(l.Cols), Every: "window", Layout: l.Layout}
		if l.Every != nil {
			lv.Every = l.Every.Raw
		}
		out.Ledgers = append(out.Ledgers, lv)
	}
	out.Libraries = []LibraryView{}
	for k, l := range v.p.Libraries.All() {
		out.Libraries = append(out.Libraries, LibraryView{k, v.label(l.Label, "libraries."+k), l.Of, l.To, l.Media, l.Transcript})
	}
	for k, nt := range v.p.Notices.All() {
		out.Notices = append(out.Notices, NoticeView{k, v.label(nt.Label, "notices."+k), nt.Of, nt.To, colViews(nt.Cols), nt.ObjectionOpens})
	}
}

func colViews(cols []Col) []OptionView {
	var out []OptionView
	for _, c := range cols {
		out = append(out, OptionView{c.Path, c.Label})
	}
	return out
}

func (v viewer) settings(out *View) {
	out.Accounts, out.Consents, out.Params, out.Lists, out.Files = []AccountView{}, []ConsentView{}, []ParamView{}, []ListView{}, []PartyFileView{}
	for k, a := range v.p.Accounts.All() {
		out.Accounts = append(out.Accounts, AccountView{k, v.label(a.Label, "accounts."+k), a.Unit, orEmpty(a.By)})
	}
	for k, c := range v.p.Consents.All() {
		out.Consents = append(out.Consents, ConsentView{k, v.label(c.Label, "consents."+k), c.By, c.Under, c.Evidence})
	}
	for k, p := range v.p.Params.All() {
		out.Params = append(out.Params, ParamView{k, v.label(p.Label, "params."+k), p.Type, jsonValue(p.Value), rangeView(p.Range)})
	}
	for k, l := range v.p.Lists.All() {
		out.Lists = append(out.Lists, ListView{k, v.label(l.Label, "lists."+k), l.Open, v.options(l)})
	}
	kinds := []string{}
	for k := range v.p.Files {
		kinds = append(kinds, string(k))
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		out.Files = append(out.Files, PartyFileView{k, v.fields(v.p.Files[partyKind(k)].Fields)})
	}
}
