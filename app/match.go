package app

import (
	"context"
	"errors"

	"linqiao/domain"
	"linqiao/kernel/match"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// OfferResult is one candidate of a match with its verdict.
type OfferResult struct {
	Offer   OfferCard `json:"offer"`
	Verdict string    `json:"verdict"`
	Reasons []string  `json:"reasons"`
	Missing []string  `json:"missing"`
	Ask     []string  `json:"ask"`
	Sent    bool      `json:"sent"`
}

type OfferCard struct {
	ID       string         `json:"id"`
	Title    string         `json:"title"`
	Provider *OrgRef        `json:"provider,omitempty"`
	Fields   map[string]any `json:"fields"`
	Labels   []Choice       `json:"labels"` // field label, shown value
}

type MatchView struct {
	Key     string        `json:"key"`
	Label   string        `json:"label"`
	Step    int           `json:"step"`
	State   string        `json:"state"`
	Max     int           `json:"max"`
	Results []OfferResult `json:"results"`
}

// Match shows which offers a need may have, why, and what is missing.
func (a *App) Match(ctx context.Context, who *Who, id domain.RecordID, key string) (v *MatchView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		m := r.P.Matches.Get(key)
		if m == nil || m.Need != r.Key || !s.full {
			return domain.NotFound("match")
		}
		v = &MatchView{Key: key, Label: w.words(r.P).Match(m), Max: max(m.Max, 1), Results: []OfferResult{}}
		step := -1
		if run, err := w.MatchRun(r.ID, key); err != nil {
			return err
		} else if run != nil {
			v.Step, v.State = run.Step, run.State
			step = run.Step - 1
		}
		found, err := w.unit.Find(r, m, step)
		if err != nil {
			return err
		}
		orders, err := w.unit.Children(r, m.Makes)
		if err != nil {
			return err
		}
		for _, f := range found {
			card, err := w.offerCard(f.Candidate)
			if err != nil {
				return err
			}
			res := OfferResult{Offer: card, Verdict: f.Verdict.String(), Reasons: nonNil(f.Reasons), Missing: nonNil(f.Missing), Ask: nonNil(f.Ask)}
			for _, o := range orders {
				res.Sent = res.Sent || asText(o.Value("offer")) == f.Offer
			}
			v.Results = append(v.Results, res)
		}
		return nil
	})
	return v, err
}

func (w *work) offerCard(c record.Candidate) (OfferCard, error) {
	card := OfferCard{ID: c.ID(), Fields: map[string]any{}, Labels: []Choice{}}
	switch {
	case c.Org != nil:
		card.Title = c.Org.Name
		card.Provider = &OrgRef{c.Org.ID, c.Org.Name, c.Org.Kind}
		return card, nil
	case c.Account != nil:
		card.Title = c.Account.Name
		return card, nil
	}
	r, err := w.unit.Adopt(c.Offer)
	if err != nil {
		return card, err
	}
	if o, err := w.Org(r.Provider); err == nil {
		card.Provider = &OrgRef{o.ID, o.Name, o.Kind}
		card.Title = o.Name + " " + r.T.Label
	}
	if t := offerTitle(r); t != "" {
		card.Title = t
	}
	for k, f := range r.T.Fields.All() {
		if x := r.Value(k); x != nil && f.Class <= domain.Public {
			card.Fields[k] = x
			card.Labels = append(card.Labels, Choice{w.words(r.P).Field(f), w.display(f, x)})
		}
	}
	return card, nil
}

// Choose sends orders to chosen offers in an open match.
func (a *App) Choose(ctx context.Context, who *Who, once Once, id domain.RecordID, key string, offers []string) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if len(offers) == 0 {
			return "", domain.E(domain.KindInvalid, "pick_missing").With("offers", "pick_missing")
		}
		return id, w.choose(id, key, offers)
	})
	return err
}

// choose sends orders to the offers, or, when none is named, to the best that fit.
func (w *work) choose(id domain.RecordID, key string, offers []string) error {
	r, _, err := w.row(id)
	if err != nil {
		return err
	}
	m := r.P.Matches.Get(key)
	if m == nil || m.Need != r.Key {
		return domain.NotFound("match")
	}
	if len(offers) == 0 {
		if offers, err = w.best(r, m); err != nil {
			return err
		}
	}
	return w.unit.Choose(r, m, offers)
}

// best names the first of those that fit the open step of a match and have not
// been asked in this run.
func (w *work) best(r *record.Row, m *program.Match) ([]string, error) {
	run, err := w.MatchRun(r.ID, m.Key)
	if err != nil || run == nil || run.State != record.MatchOpen {
		return nil, errors.Join(err, domain.E(domain.KindConflict, "match_not_open"))
	}
	found, err := w.unit.Find(r, m, run.Step-1)
	if err != nil {
		return nil, err
	}
	orders, err := w.unit.Children(r, m.Makes)
	if err != nil {
		return nil, err
	}
	asked := map[string]bool{}
	for _, o := range orders {
		asked[asText(o.Value("offer"))] = asked[asText(o.Value("offer"))] || asText(o.Value("run")) == run.ID
	}
	for _, f := range found {
		if f.Verdict == match.Fit && !asked[f.Offer] {
			return []string{f.Offer}, nil
		}
	}
	return nil, domain.E(domain.KindRefused, "no_fit", "match", m.Label)
}
