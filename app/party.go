package app

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/kernel/rule"
	"linqiao/store"
)

type PartySummary struct {
	ID     domain.PartyID    `json:"id"`
	Kind   domain.PartyKind  `json:"kind"`
	Name   string            `json:"name"`
	Region *RegionRef        `json:"region,omitempty"`
	USCC   string            `json:"uscc,omitempty"` // stands in a public register
	Tags   []string          `json:"tags"`
	Masked map[string]string `json:"masked"`
}

// PartyFileView is the part of the file that one program asks for.
type PartyFileView struct {
	Program string              `json:"program"`
	Title   string              `json:"title"`
	Fields  []program.FieldView `json:"fields"`
}

type GivenConsent struct {
	Program     string     `json:"program"`
	Key         string     `json:"key"`
	Label       string     `json:"label"`
	Evidence    string     `json:"evidence"`
	Role        string     `json:"role,omitempty"` // self, guardian
	Purpose     string     `json:"purpose,omitempty"`
	TextVersion string     `json:"text_version,omitempty"`
	By          *PartyRef  `json:"by,omitempty"`
	GivenAt     time.Time  `json:"given_at"`
	Until       *time.Time `json:"until,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// PartyConsent is a consent that may be asked for.
type PartyConsent struct {
	Program  string   `json:"program"`
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	Given    bool     `json:"given"`
	Can      bool     `json:"can"`
	Evidence []string `json:"evidence"`
	Purpose  string   `json:"purpose,omitempty"`
}

type RelationView struct {
	Kind  string   `json:"kind"`
	Label string   `json:"label"`
	Party PartyRef `json:"party"`
	Of    bool     `json:"of"` // the other one is Kind of this one; else this one is Kind of the other
}

// PartyView is the dossier: what the caller may see of a party in one place.
type PartyView struct {
	PartySummary
	Place      *PlaceView        `json:"place,omitempty"`
	Fields     map[string]any    `json:"fields"`
	Labels     map[string]string `json:"labels"`
	Hidden     []string          `json:"hidden"` // filled, but above the caller's class
	Files      []PartyFileView   `json:"files"`
	Records    []RecordSummary   `json:"records"`
	Consents   []GivenConsent    `json:"consents"`
	CanConsent []PartyConsent    `json:"can_consent"`
	CanGround  []PartyGround     `json:"can_ground,omitempty"` // what the reader may take where nobody has consented
	Relations  []RelationView    `json:"relations"`
	CanEdit    bool              `json:"can_edit"`
	Created    time.Time         `json:"created"`
	Rev        int64             `json:"rev"`
	Warnings   []string          `json:"warnings,omitempty"`
}

type PlaceView struct {
	Lat     float64 `json:"lat"`
	Lng     float64 `json:"lng"`
	Address string  `json:"address,omitempty"`
}

// PartyQuery selects parties; Q is a name, its pinyin or initials, or a whole
// identifier.
type PartyQuery struct {
	Kind   domain.PartyKind
	Q      string
	Region domain.RegionID
	Tag    string
	Cursor string
	Limit  int
}

// pagesScanned bounds how far one list request walks past rows that the caller
// may not see.
const pagesScanned = 20

// Parties lists whom the caller may see, newest first.
func (a *App) Parties(ctx context.Context, who *Who, q PartyQuery) (l List[PartySummary], err error) {
	err = a.read(ctx, who, func(w *work) error {
		f := store.PartyFilter{Kind: q.Kind, Query: q.Q, Cursor: q.Cursor, Open: true}
		if q.Region != "" {
			g, err := w.Region(q.Region)
			if err != nil {
				return domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
			}
			f.Path = g.Path
		} else if !who.System && !who.Admin {
			f.Path = w.commonPath()
		}
		if len(who.Memberships) == 0 && !who.System {
			f.IDs = append(append([]domain.PartyID{}, who.Parties...), who.Wards...)
		}
		if p, kind := w.byIdentifier(q.Q); kind != "" {
			out := []PartySummary{}
			if p != nil && p.Active && w.maySeeParty(p) && (q.Kind == "" || q.Kind == p.Kind) {
				out = append(out, w.partySummary(p))
			}
			l = listOf(out, "")
			return nil
		}
		return w.scanParties(f, q, &l)
	})
	return l, err
}

func (w *work) scanParties(f store.PartyFilter, q PartyQuery, l *List[PartySummary]) error {
	out, limit := []PartySummary{}, limitOf(q.Limit)
	for range pagesScanned {
		f.Limit = limit - len(out)
		page, err := w.tx.Parties(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			p := &page.Items[i]
			if w.maySeeParty(p) && (q.Tag == "" || hasTag(p.Tags, q.Tag, w.today())) {
				out = append(out, w.partySummary(p))
			} else if w.mayName(p, q) {
				out = append(out, PartySummary{ID: p.ID, Kind: p.Kind, Name: p.Name, Tags: []string{}, Masked: map[string]string{}})
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" || len(out) >= limit {
			break
		}
	}
	*l = listOf(out, f.Cursor)
	return nil
}

// mayName lets a unit's people write down a helper of their own area whom they know
// by full name (a volunteer who goes along): the name they typed, and nothing else.
func (w *work) mayName(p *domain.Party, q PartyQuery) bool {
	if p.Kind != domain.Person || q.Kind != domain.Person || q.Tag != "" || strings.TrimSpace(q.Q) != p.Name || utf8.RuneCountInString(p.Name) < 2 {
		return false
	}
	return slices.ContainsFunc(w.who.Memberships, func(m record.Membership) bool {
		return slices.ContainsFunc(m.Paths, func(path string) bool { return path != "" && strings.HasPrefix(p.Path, path) })
	})
}

// commonPath is the smallest subtree that holds all areas of the caller's area
// roles: where a list begins, so that a village need not walk through the county.
// It is "" for those who have no area and see parties by their records alone.
func (w *work) commonPath() string {
	common := ""
	for _, pr := range w.set.set.Programs.All() {
		for _, role := range pr.Roles.All() {
			if role.Is != "area" && role.Is != "keeper" {
				continue
			}
			for _, m := range w.who.Qualified(role) {
				for _, p := range m.Paths {
					if common == "" {
						common = p
					}
					for !domain.InSubtree(p, common) {
						i := strings.LastIndexByte(common, '/')
						if i < 0 {
							return ""
						}
						common = common[:i]
					}
				}
			}
		}
	}
	return common
}

func (w *work) today() domain.Date { return domain.DateOf(w.Now()) }

func hasTag(tags []domain.Tag, key string, day domain.Date) bool {
	for _, t := range tags {
		if t.Key == key && t.From <= day && (t.Until == 0 || t.Until >= day) {
			return true
		}
	}
	return false
}

// byIdentifier finds the party of a whole identifier. kind is "" when the text is
// none; the party is nil when nobody has it.
func (w *work) byIdentifier(text string) (p *domain.Party, kind string) {
	kind, norm := identifierIn(text)
	if kind == "" {
		return nil, ""
	}
	found, err := w.tx.PartyByIdent(kind, norm)
	if err != nil {
		return nil, kind
	}
	p, err = w.Party(found.ID)
	if err != nil {
		return nil, kind
	}
	return p, kind
}

func (w *work) partySummary(p *domain.Party) PartySummary {
	v := PartySummary{ID: p.ID, Kind: p.Kind, Name: shownName(p, w.partyClass(p)), Tags: tagsOn(p.Tags, w.today()), Masked: masked(p)}
	v.USCC, _ = p.Data[identUSCC].(string)
	if g, err := w.Region(p.Region); err == nil {
		v.Region = &RegionRef{g.ID, g.Name, g.Level}
	}
	return v
}

// Party is the dossier of one party; what the caller may not see is not there.
func (a *App) Party(ctx context.Context, who *Who, id domain.PartyID) (v *PartyView, err error) {
	var note lookNote
	err = a.read(ctx, who, func(w *work) error {
		note = w.lookAtParty(id)
		v, err = w.dossier(id)
		return err
	})
	if err == nil {
		err = a.seen(ctx, who, note)
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

// party reads a party that the caller may see; else it is not there.
func (w *work) party(id domain.PartyID) (*domain.Party, error) {
	p, err := w.Party(id)
	if err != nil {
		return nil, err
	}
	if !p.Active || !w.maySeeParty(p) {
		return nil, domain.NotFound("party")
	}
	return p, nil
}

func (w *work) dossier(id domain.PartyID) (*PartyView, error) {
	p, err := w.party(id)
	if err != nil {
		return nil, err
	}
	v := &PartyView{PartySummary: w.partySummary(p), Fields: map[string]any{}, Labels: map[string]string{}, Hidden: []string{},
		Files: []PartyFileView{}, Records: []RecordSummary{}, Consents: []GivenConsent{}, CanConsent: []PartyConsent{},
		Relations: []RelationView{}, CanEdit: w.mayKeepParty(p.Path) || w.actsFor(p.ID), Created: p.Created, Rev: p.Rev}
	for _, part := range []func(*domain.Party, *PartyView) error{w.dossierFields, w.dossierRecords, w.dossierConsents, w.dossierGrounds, w.dossierRelations} {
		if err := part(p, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// commonFields are those that every person has, without any program asking.
var commonFields = []*program.Field{
	{Key: "birth_date", Label: "出生日期", Type: program.TypeDate, Class: domain.Personal},
	{Key: "gender", Label: "性别", Type: program.TypeText, Class: domain.Personal},
}

func (w *work) dossierFields(p *domain.Party, v *PartyView) error {
	class := w.partyClass(p)
	if class >= domain.Personal && (p.Lat != 0 || p.Lng != 0 || p.Address != "") || p.Kind == domain.Enterprise {
		v.Place = placeOf(p.Lat, p.Lng, p.Address)
	}
	if p.Kind == domain.Person {
		for _, f := range commonFields {
			w.putField(p, f, class, v)
		}
	}
	for _, pr := range w.set.set.Programs.All() {
		file := pr.Files[p.Kind]
		if file == nil || file.Fields.Len() == 0 {
			continue
		}
		fv := PartyFileView{Program: pr.Key, Title: w.words(pr).Title()}
		for _, f := range file.Fields.All() {
			fv.Fields = append(fv.Fields, pr.ViewOf(f, w.who.Lang))
			w.putField(p, f, class, v)
		}
		v.Files = append(v.Files, fv)
	}
	return nil
}

func (w *work) putField(p *domain.Party, f *program.Field, class domain.Class, v *PartyView) {
	x := w.fileValue(p, f)
	switch {
	case x == nil:
	case f.Class > class:
		v.Hidden = append(v.Hidden, f.Key)
	case f.Type == program.TypeText || f.Type == program.TypeChoice:
		v.Fields[f.Key], v.Labels[f.Key] = x, w.format(f, x)
	default:
		v.Fields[f.Key], v.Labels[f.Key] = x, w.display(f, x)
	}
}

// fileValue reads a field of the file; a calculated one is worked out.
func (w *work) fileValue(p *domain.Party, f *program.Field) any {
	if f.Calc == nil {
		if x, ok := p.Data[f.Key]; ok {
			return x
		}
		return p.Secret[f.Key]
	}
	vars, err := w.unit.PartyVars(nil, p.ID)
	if err != nil {
		return nil
	}
	m, err := vars.Var("member")
	if err != nil {
		return nil
	}
	x, err := m.(rule.Struct).Get(f.Key)
	if err != nil {
		return nil
	}
	return record.Stored(x)
}

func placeOf(lat, lng float64, address string) *PlaceView {
	if lat == 0 && lng == 0 && address == "" {
		return nil
	}
	return &PlaceView{lat, lng, address}
}

// dossierRecords shows the newest records about the party.
func (w *work) dossierRecords(p *domain.Party, v *PartyView) error {
	page, err := w.tx.Records(store.RecordFilter{Subject: p.ID, Access: w.access("", ""), Limit: 50})
	if err != nil {
		return err
	}
	list, err := w.summaries(page.Items)
	if list != nil {
		v.Records = list
	}
	return err
}

// relationLabels word a relation: B of A, seen from either side.
var relationLabels = map[string][2]string{
	relGuardian: {"监护人", "被监护人"},
	relLegal:    {"法定代表人", "所代表的单位"},
	relHead:     {"户主", "所在家庭"},
	relMember:   {"成员", "所属"},
	relKin:      {"亲属", "亲属"},
}

var relationEN = map[string][2]string{
	relGuardian: {"Guardian", "Ward"},
	relLegal:    {"Legal representative", "Represents"},
	relHead:     {"Head of household", "Household"},
	relMember:   {"Member", "Belongs to"},
	relKin:      {"Kin", "Kin"},
}

func (w *work) relationLabel(kind string, of bool) string {
	zh, en := relationLabels[kind], relationEN[kind]
	if of {
		return w.pick(zh[0], en[0])
	}
	return w.pick(zh[1], en[1])
}

func (w *work) dossierRelations(p *domain.Party, v *PartyView) error {
	list, err := w.tx.Relations(p.ID, w.today())
	if err != nil {
		return err
	}
	for _, r := range list {
		other, of := r.A, true
		if r.A == p.ID {
			other, of = r.B, false
		}
		o, err := w.Party(other)
		if err != nil {
			return err
		}
		if !w.maySeeParty(o) {
			continue
		}
		label := w.relationLabel(r.Kind, of)
		v.Relations = append(v.Relations, RelationView{r.Kind, label, PartyRef{o.ID, o.Kind, shownName(o, w.partyClass(o))}, of})
	}
	return nil
}
