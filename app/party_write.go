package app

import (
	"context"
	"maps"
	"slices"

	"linqiao/domain"
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

// partyTheirs is the conflict of an edit that saw an older version: what is
// stored now of everything it wanted to change, as the caller may see it.
func (w *work) partyTheirs(p *domain.Party, in PartyAct) error {
	e := domain.E(domain.KindConflict, "stale", "rev", itoa64(p.Rev))
	v, err := w.dossier(p.ID)
	if err != nil {
		return err
	}
	put := func(path, label string, theirs any) {
		e.Fields = append(e.Fields, domain.FieldError{Path: path, Code: "theirs", Args: map[string]string{"label": label}, Theirs: theirs})
	}
	if in.Name != nil {
		put("name", "名称", v.Name)
	}
	if in.Region != "" {
		put("region", "区划", v.Region)
	}
	if in.Tags != nil {
		put("tags", "标签", v.Tags)
	}
	if in.Place != nil {
		put("place", "位置", v.Place)
	}
	for _, k := range slices.Sorted(maps.Keys(in.Fields)) {
		if x, ok := v.Fields[k]; ok {
			label := k
			if f := w.FileField(p.Kind, k); f != nil {
				label = f.Label
			}
			put("fields."+k, label, x)
		}
	}
	return e
}

// PatchParty changes a party at the version the caller saw. Staff change
// everything; somebody who acts for the party changes its file and place only.
func (a *App) PatchParty(ctx context.Context, who *Who, once Once, id domain.PartyID, in PartyAct) (*PartyView, error) {
	var warn []string
	err := a.onceOnly(ctx, who, once, func(w *work) error {
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
			return w.partyTheirs(p, in)
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
	if err := w.markPartnersOf(p.ID, ""); err != nil {
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
