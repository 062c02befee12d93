package app

import (
	"context"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// ThingPoint is a thing or an offer on the map, at its own place.
type ThingPoint struct {
	Record RecordSummary `json:"record"`
	At     [2]float64    `json:"at"` // longitude, latitude
	// Behind: something that is owed on it was not done in time and is not done yet.
	Behind bool `json:"behind,omitempty"`
}

// ThingsView are the running things and offers of a program that have a place.
type ThingsView struct {
	Items  []ThingPoint `json:"items"`
	Behind int          `json:"behind"`
	More   bool         `json:"more"` // there are more than a map can bear
}

// MapThings gives the places of a program's running things and offers, as far as the
// reader may see them and their place.
func (a *App) MapThings(ctx context.Context, who *Who, prog string, region domain.RegionID) (v *ThingsView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		top, err := w.mapTop(region)
		if err != nil {
			return err
		}
		v = &ThingsView{Items: []ThingPoint{}}
		for _, t := range p.Records.All() {
			if t.Noun != domain.Thing && t.Noun != domain.Offer {
				continue
			}
			if err := w.thingsOf(v, p, t, top.Path); err != nil || v.More {
				return err
			}
		}
		return nil
	})
	return v, err
}

func (w *work) thingsOf(v *ThingsView, p *program.Program, t *program.RecordType, path string) error {
	f := store.RecordFilter{Program: p.Key, Keys: []string{t.Key}, Path: path, Running: true, Access: w.access(p.Key, t.Key), Limit: 200}
	for {
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			if len(v.Items) >= mostPoints {
				v.More = true
				return nil
			}
			if err := w.thingPoint(v, &page.Items[i]); err != nil {
				return err
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return nil
		}
	}
}

func (w *work) thingPoint(v *ThingsView, rec *domain.Record) error {
	r, err := w.unit.Adopt(rec)
	if err != nil {
		return err
	}
	s, err := w.look(r)
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return nil
	} else if err != nil {
		return err
	}
	f := record.FieldOf(r.T, "place")
	m, placed := r.Value("place").(map[string]any)
	if !s.full || s.class < r.Class || f == nil || !placed || !s.may(r, f) {
		return nil
	}
	lat, lng, ok := latLng(m)
	if !ok {
		return nil
	}
	sum, err := w.summary(r, s)
	if err != nil {
		return err
	}
	x := ThingPoint{Record: sum, At: [2]float64{lng, lat}}
	if x.Behind, err = w.behind(r); err != nil {
		return err
	}
	if x.Behind {
		v.Behind++
	}
	v.Items = append(v.Items, x)
	return nil
}

// behind reports whether a recurring duty over the record was missed when it was last
// due, and not done since.
func (w *work) behind(r *record.Row) (bool, error) {
	for _, d := range r.P.Duties.All() {
		if d.Over != r.Key || d.Every == nil {
			continue
		}
		last, err := orNil(w.tx.LatestOverDuty(r.P.Key, d.Key, string(r.ID)))
		if err != nil {
			return false, err
		}
		if last != nil && last.DoneAt.IsZero() {
			return true, nil
		}
	}
	return false, nil
}
