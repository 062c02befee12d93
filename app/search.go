package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/store"
)

// SearchView is what one search box finds, within what the caller may see.
type SearchView struct {
	Parties []PartySummary  `json:"parties"`
	Records []RecordSummary `json:"records"`
	Offers  []RecordSummary `json:"offers"`
	Orgs    []OrgRef        `json:"orgs"`
}

const searchMost = 20 // of each kind

// Search finds parties by name (two characters are enough, pinyin and initials
// work) or by a whole identifier; records by reference number and by the texts
// that their program makes searchable, and those about a party that was found by
// its identifier; offers and units by their names.
func (a *App) Search(ctx context.Context, who *Who, text string) (v *SearchView, err error) {
	text = strings.TrimSpace(cutText(text, 200))
	v = &SearchView{Parties: []PartySummary{}, Records: []RecordSummary{}, Offers: []RecordSummary{}, Orgs: []OrgRef{}}
	if text == "" || who.Anonymous {
		return v, nil
	}
	err = a.read(ctx, who, func(w *work) error {
		f := store.RecordFilter{Query: text, Access: w.access("", ""), Limit: searchMost}
		if p, kind := w.byIdentifier(text); kind != "" {
			if p == nil || !p.Active || !w.maySeeParty(p) {
				return nil
			}
			v.Parties = append(v.Parties, w.partySummary(p))
			f.Query, f.Subject = "", p.ID
		} else if err := w.searchParties(text, v); err != nil {
			return err
		}
		if err := w.narrow(&f); err != nil {
			return err
		}
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		list, err := w.summaries(page.Items)
		for _, r := range list {
			if r.Noun == domain.Offer {
				v.Offers = append(v.Offers, r)
			} else {
				v.Records = append(v.Records, r)
			}
		}
		if err != nil || f.Subject != "" {
			return err
		}
		return w.searchOffersOrgs(text, v)
	})
	return v, err
}

// searchOffersOrgs finds what is offered, by its name, and units, which every
// signed-in person may look up.
func (w *work) searchOffersOrgs(text string, v *SearchView) error {
	page, err := w.tx.Records(store.RecordFilter{Query: text, Nouns: []domain.Noun{domain.Offer}, Access: w.access("", ""), Limit: searchMost})
	if err != nil {
		return err
	}
	list, err := w.summaries(page.Items)
	if err != nil {
		return err
	}
	for _, r := range list {
		if !slices.ContainsFunc(v.Offers, func(o RecordSummary) bool { return o.ID == r.ID }) {
			v.Offers = append(v.Offers, r)
		}
	}
	orgs, err := w.tx.Orgs(store.OrgFilter{Query: text, Limit: searchMost})
	for i := range orgs {
		v.Orgs = append(v.Orgs, OrgRef{orgs[i].ID, orgs[i].Name, orgs[i].Kind})
	}
	return err
}

func (w *work) searchParties(text string, v *SearchView) error {
	f := store.PartyFilter{Query: text, Open: true}
	if len(w.who.Memberships) == 0 && !w.who.System {
		f.IDs = append(append([]domain.PartyID{}, w.who.Parties...), w.who.Wards...)
	}
	var l List[PartySummary]
	if err := w.scanParties(f, PartyQuery{Limit: searchMost}, &l); err != nil {
		return err
	}
	v.Parties = l.Items
	return nil
}
