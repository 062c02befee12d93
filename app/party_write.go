package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// Kinds of identifiers, as the blind index keeps them apart.
const (
	identUSCC  = "uscc"
	identID    = "id_number"
	identPhone = "phone"
)

// PartyAct makes or changes a party; a field left out is left alone.
type PartyAct struct {
	Kind        domain.PartyKind `json:"kind,omitempty"`
	Name        *string          `json:"name,omitempty"`
	Region      domain.RegionID  `json:"region,omitempty"`
	Identifiers Identifiers      `json:"identifiers,omitzero"`
	Place       *PlaceView       `json:"place,omitempty"`
	Tags        *[]string        `json:"tags,omitempty"`
	Fields      map[string]any   `json:"fields,omitempty"`
	Rev         int64            `json:"rev,omitempty"`
}

type Identifiers struct {
	USCC     string `json:"uscc,omitempty"`
	IDNumber string `json:"id_number,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

// ident is one checked identifier. Indexed ones name their party alone.
type ident struct {
	kind, value string
	indexed     bool
}

// identifierIn reads a text that is a whole identifier.
func identifierIn(text string) (kind, norm string) {
	if c := domain.CheckResidentID(text); c.Form {
		return identID, c.Norm
	}
	if c := domain.CheckUSCC(text); c.Form {
		return identUSCC, c.Norm
	}
	if n, mobile, ok := domain.CheckPhone(text); ok && mobile {
		return identPhone, n
	}
	return "", ""
}

// partyDraft is a party being made or changed, and what was noticed on the way.
type partyDraft struct {
	p      *domain.Party
	idents []ident
	warn   []string
	errs   []domain.FieldError
}

func (d *partyDraft) bad(path, code string) {
	d.errs = append(d.errs, domain.FieldError{Path: path, Code: code})
}

func (d *partyDraft) err() error {
	if len(d.errs) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.KindInvalid, Code: "fields", Fields: d.errs}
}

// CreateParty puts somebody on file. An identifier that is already known is a
// conflict "duplicate"; a check digit that fails is a warning, for such codes are
// in circulation.
func (a *App) CreateParty(ctx context.Context, who *Who, once Once, in PartyAct) (*PartyView, error) {
	var warn []string
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		p, warnings, err := w.newParty(in)
		if err != nil {
			return "", err
		}
		warn = warnings
		return domain.RecordID(p.ID), nil
	})
	if err != nil {
		return nil, err
	}
	v, err := a.Party(ctx, who, domain.PartyID(id))
	if err != nil {
		return nil, err
	}
	v.Warnings = warn
	return v, nil
}

func (w *work) newParty(in PartyAct) (*domain.Party, []string, error) {
	d, err := w.draftParty(in)
	if err != nil {
		return nil, nil, err
	}
	if err := w.refuseKnown(d); err != nil {
		return nil, nil, err
	}
	if err := w.insertParty(d); err != nil {
		return nil, nil, err
	}
	return d.p, d.warn, w.changed("party", "create", string(d.p.ID), d.p.ID, map[string]any{"kind": string(d.p.Kind)})
}

// draftParty checks everything that can be checked before looking for twins.
func (w *work) draftParty(in PartyAct) (*partyDraft, error) {
	d := &partyDraft{p: &domain.Party{Kind: in.Kind, Active: true, Data: map[string]any{}, Secret: map[string]any{}}}
	switch in.Kind {
	case domain.Person, domain.Household, domain.Enterprise, domain.Organization:
	default:
		d.bad("kind", "required")
	}
	if in.Name == nil {
		d.bad("name", "required")
	}
	if in.Region == "" {
		in.Region = domain.RegionID(w.who.County)
	}
	w.fillParty(d, in)
	if err := d.err(); err != nil {
		return nil, err
	}
	if !w.mayKeepParty(d.p.Path) {
		return nil, domain.E(domain.KindForbidden, "party_forbidden")
	}
	return d, nil
}

func (w *work) insertParty(d *partyDraft) error {
	if err := w.tx.InsertParty(d.p); err != nil {
		return err
	}
	for _, i := range d.idents {
		if i.indexed {
			if err := w.tx.AddIdent(d.p.ID, i.kind, i.value); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuseKnown looks for somebody on file with one of the identifiers. A phone is
// shared in families: beside an identity number it only warns.
func (w *work) refuseKnown(d *partyDraft) error {
	strong := slices.ContainsFunc(d.idents, func(i ident) bool { return i.kind != identPhone })
	for n := range d.idents {
		i := &d.idents[n]
		if !i.indexed {
			continue
		}
		found, err := orNil(w.tx.PartyByIdent(i.kind, i.value))
		if err != nil {
			return err
		}
		if found == nil || found.ID == d.p.ID {
			continue
		}
		if i.kind == identPhone && strong {
			i.indexed = false
			d.warn = append(d.warn, "phone_shared")
			continue
		}
		e := domain.E(domain.KindConflict, "duplicate", "field", i.kind).With("identifiers."+i.kind, "duplicate")
		if full, err := w.Party(found.ID); err == nil && w.maySeeParty(full) {
			e.Args["id"], e.Args["name"] = string(full.ID), shownName(full, w.partyClass(full))
		}
		return e
	}
	return nil
}

// fillParty writes the given parts into the draft.
func (w *work) fillParty(d *partyDraft, in PartyAct) {
	p := d.p
	if in.Name != nil {
		if p.Name = strings.TrimSpace(*in.Name); p.Name == "" || len([]rune(p.Name)) > 120 {
			d.bad("name", "required")
		}
	}
	if in.Region != "" {
		g, err := w.Region(in.Region)
		if err != nil || !g.Active {
			d.bad("region", "region_unknown")
		} else {
			p.Region, p.Path = g.ID, g.Path
		}
	}
	if in.Place != nil {
		if !validPlace(in.Place) {
			d.bad("place", "place")
		}
		p.Lat, p.Lng, p.Address = in.Place.Lat, in.Place.Lng, cutText(strings.TrimSpace(in.Place.Address), 600)
	}
	if in.Tags != nil {
		p.Tags = retag(p.Tags, *in.Tags, w.today())
	}
	w.fillIdents(d, in.Identifiers)
	w.fillFields(d, in.Fields)
}

func validPlace(p *PlaceView) bool {
	return p.Lat >= -90 && p.Lat <= 90 && p.Lng >= -180 && p.Lng <= 180
}

// fillIdents checks identifiers. The form must be right; a failing check digit
// only warns (GB 32100, GB 11643: codes in circulation fail it).
func (w *work) fillIdents(d *partyDraft, in Identifiers) {
	p := d.p
	if in.USCC != "" {
		c := domain.CheckUSCC(in.USCC)
		if !c.Form || p.Kind == domain.Person {
			d.bad("identifiers.uscc", "uscc")
		} else {
			p.Data[identUSCC] = c.Norm
			d.idents = append(d.idents, ident{identUSCC, c.Norm, true})
			d.warn = append(d.warn, c.Warn...)
		}
	}
	if in.IDNumber != "" {
		c := domain.CheckResidentID(in.IDNumber)
		if !c.Form || p.Kind != domain.Person {
			d.bad("identifiers.id_number", "id_number")
		} else {
			p.Secret[identID] = c.Norm
			p.Secret["birth_date"] = c.BirthDate.String()
			p.Secret["gender"] = gender(c.Male)
			d.idents = append(d.idents, ident{identID, c.Norm, true})
			d.warn = append(d.warn, c.Warn...)
		}
	}
	if in.Phone != "" {
		n, mobile, ok := domain.CheckPhone(in.Phone)
		if !ok {
			d.bad("identifiers.phone", "phone")
			return
		}
		p.Secret[identPhone] = n
		d.idents = append(d.idents, ident{identPhone, n, mobile && p.Kind == domain.Person})
	}
}

func gender(male bool) string {
	if male {
		return "男"
	}
	return "女"
}

// fillFields checks fields of the file and puts each where its class belongs.
func (w *work) fillFields(d *partyDraft, in map[string]any) {
	for _, key := range sortedKeys(in) {
		f := w.fileField(d.p.Kind, key)
		if f == nil || f.Calc != nil {
			d.bad("fields."+key, "unknown_field")
			continue
		}
		v, fe := form.Normalize(f, in[key])
		if fe != nil {
			fe.Path = "fields." + fe.Path
			d.errs = append(d.errs, *fe)
			continue
		}
		putFile(d.p, f, v)
	}
}

// fileField finds a field that some program, or every person, has on file.
func (w *work) fileField(kind domain.PartyKind, key string) *program.Field {
	if f := w.FileField(kind, key); f != nil {
		return f
	}
	if kind == domain.Person {
		for _, f := range commonFields {
			if f.Key == key {
				return f
			}
		}
	}
	return nil
}

func putFile(p *domain.Party, f *program.Field, v any) {
	into, other := p.Data, p.Secret
	if f.Class >= domain.Personal {
		into, other = p.Secret, p.Data
	}
	delete(other, f.Key)
	if v == nil {
		delete(into, f.Key)
		return
	}
	into[f.Key] = v
}

// retag makes the given marks the ones that hold from today; those dropped keep
// their dates until yesterday.
func retag(have []domain.Tag, want []string, today domain.Date) []domain.Tag {
	var out []domain.Tag
	on := map[string]bool{}
	for _, t := range have {
		live := t.Until == 0 || t.Until >= today
		switch {
		case !live:
			out = append(out, t)
		case slices.Contains(want, t.Key):
			on[t.Key] = true
			out = append(out, t)
		case t.From < today:
			t.Until = today - 1
			out = append(out, t)
		}
	}
	for _, k := range want {
		if k = strings.TrimSpace(k); k != "" && !on[k] {
			on[k] = true
			out = append(out, domain.Tag{Key: k, From: today})
		}
	}
	return out
}

// PatchParty changes a party at the version the caller saw. Staff change
// everything; somebody who acts for the party changes its file and place only.
func (a *App) PatchParty(ctx context.Context, who *Who, id domain.PartyID, in PartyAct) (*PartyView, error) {
	var warn []string
	err := a.write(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		keeps := w.mayKeepParty(p.Path)
		if !keeps && !w.actsFor(id) {
			return domain.E(domain.KindForbidden, "party_forbidden")
		}
		if !keeps && (in.Name != nil || in.Region != "" || in.Tags != nil || in.Identifiers != (Identifiers{})) {
			return domain.E(domain.KindForbidden, "party_own_fields")
		}
		if in.Rev != 0 && in.Rev != p.Rev {
			return domain.E(domain.KindConflict, "stale", "what", "party")
		}
		d := &partyDraft{p: p}
		if in.Kind = p.Kind; p.Data == nil {
			p.Data = map[string]any{}
		}
		w.fillParty(d, in)
		if err := d.err(); err != nil {
			return err
		}
		if !w.mayKeepParty(p.Path) && keeps {
			return domain.E(domain.KindForbidden, "party_forbidden") // moved out of the caller's area
		}
		if err := w.aboveClass(p, in.Fields); err != nil {
			return err
		}
		if err := w.refuseKnown(d); err != nil {
			return err
		}
		warn = d.warn
		return w.saveParty(d, in)
	})
	if err != nil {
		return nil, err
	}
	v, err := a.Party(ctx, who, id)
	if v != nil {
		v.Warnings = warn
	}
	return v, err
}

// aboveClass refuses fields that the caller may not even read.
func (w *work) aboveClass(p *domain.Party, fields map[string]any) error {
	class := w.partyClass(p)
	for _, k := range sortedKeys(fields) {
		if f := w.fileField(p.Kind, k); f != nil && f.Class > class {
			return domain.E(domain.KindForbidden, "field_forbidden").With("fields."+k, "field_forbidden")
		}
	}
	return nil
}

func (w *work) saveParty(d *partyDraft, in PartyAct) error {
	p := d.p
	if err := w.tx.UpdateParty(p); err != nil {
		return err
	}
	for _, i := range d.idents {
		if err := w.tx.DropIdents(p.ID, i.kind); err != nil {
			return err
		}
		if i.indexed {
			if err := w.tx.AddIdent(p.ID, i.kind, i.value); err != nil {
				return err
			}
		}
	}
	what := sortedKeys(in.Fields)
	for k, on := range map[string]bool{"name": in.Name != nil, "region": in.Region != "", "place": in.Place != nil, "tags": in.Tags != nil, "identifiers": len(d.idents) > 0} {
		if on {
			what = append(what, k)
		}
	}
	slices.Sort(what)
	return w.changed("party", "edit", string(p.ID), p.ID, map[string]any{"fields": anyList(what)})
}

// RelationAct: the named party is Kind of the one in the path.
type RelationAct struct {
	Kind  string         `json:"kind"`
	Party domain.PartyID `json:"party"`
	Until string         `json:"until,omitempty"` // date; ends a relation that holds
}

// AddRelation notes a relation from today. It gives powers (a guardian acts for
// his ward), so only staff who keep the party's file may add one.
func (a *App) AddRelation(ctx context.Context, who *Who, id domain.PartyID, in RelationAct) error {
	defer a.people.forgetAll() // whoever acts for one of the two
	return a.write(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		if !w.mayKeepParty(p.Path) {
			return domain.E(domain.KindForbidden, "party_forbidden")
		}
		if in.Kind == "legal_representative" {
			in.Kind = relLegal
		}
		if _, ok := relationLabels[in.Kind]; !ok {
			return domain.E(domain.KindInvalid, "relation_kind").With("kind", "relation_kind")
		}
		o, err := w.party(in.Party)
		if err != nil || o.ID == p.ID {
			return domain.E(domain.KindInvalid, "party_unknown").With("party", "party_unknown")
		}
		rel := &domain.Relation{A: o.ID, Kind: in.Kind, B: p.ID, From: w.today()}
		if err := w.relate(rel, in.Until); err != nil {
			return err
		}
		return w.changed("party", "relation", string(p.ID), p.ID, map[string]any{"kind": in.Kind, "party": string(o.ID)})
	})
}

// relate writes a relation, or sets the end of the one that holds.
func (w *work) relate(rel *domain.Relation, until string) error {
	if until != "" {
		d, err := domain.ParseDate(until)
		if err != nil {
			return domain.E(domain.KindInvalid, "date").With("until", "date")
		}
		rel.Until = d
	}
	list, err := w.tx.Relations(rel.B, w.today())
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.A == rel.A && r.B == rel.B && r.Kind == rel.Kind {
			rel.From = r.From
		}
	}
	return w.tx.SaveRelation(rel)
}

// RevealAct asks for one identifier or field in full; the purpose is kept.
type RevealAct struct {
	Field   string `json:"field"`
	Purpose string `json:"purpose"`
}

const purposeMin = 4 // characters

// Reveal shows one masked value and writes down who asked, and why.
func (a *App) Reveal(ctx context.Context, who *Who, id domain.PartyID, in RevealAct) (value any, err error) {
	purpose := strings.TrimSpace(in.Purpose)
	if len([]rune(purpose)) < purposeMin {
		return nil, domain.E(domain.KindInvalid, "purpose_short").With("purpose", "purpose_short", "min", itoa64(purposeMin))
	}
	err = a.write(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		f := w.fileField(p.Kind, in.Field)
		if in.Field == identPhone || in.Field == identID {
			f = &program.Field{Key: in.Field, Type: program.TypeText, Class: domain.Personal}
		}
		if f == nil || w.fileValue(p, f) == nil {
			return domain.NotFound("field")
		}
		if f.Class > w.partyClass(p) {
			return domain.E(domain.KindForbidden, "field_forbidden").With("field", "field_forbidden")
		}
		value = w.fileValue(p, f)
		return w.audit("reveal", "party/"+string(p.ID), cutText(purpose, 500), map[string]any{"field": in.Field})
	})
	return value, err
}

func anyList[T any](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = x
	}
	return out
}
