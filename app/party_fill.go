package app

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// What is written into a party's file, checked: identifiers, place, marks, and
// the fields that programs ask for.

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
			d.bad("fields."+form.SafeKey(key), "unknown_field")
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
