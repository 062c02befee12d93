package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// ShapeView is one region on a map. Without Shape nobody has drawn it yet; a
// service circle then still has its centre, and Radius as far as feet carry in a
// quarter of an hour.
type ShapeView struct {
	Region RegionRef       `json:"region"`
	Centre *[2]float64     `json:"centre,omitempty"` // longitude, latitude
	Box    *[4]float64     `json:"box,omitempty"`    // west, south, east, north
	Shape  json.RawMessage `json:"shape,omitempty"`  // GeoJSON geometry
	Radius int             `json:"radius,omitempty"` // metres
}

// ShapesView are the regions of one level with their outlines.
type ShapesView struct {
	Items []ShapeView `json:"items"`
	// Synthetic outlines show no real border; a screen says so.
	Synthetic bool `json:"synthetic"`
	Undrawn   int  `json:"undrawn"` // regions without an outline
}

const (
	// mostShapes bounds one answer; a county has some hundreds of villages.
	mostShapes = 2000
	// mostPoints bounds the points of one map.
	mostPoints = 500
	// walk15 is how many metres fifteen minutes on foot are.
	walk15 = 1000
)

// Shapes gives the regions of a level within one region (the county by default)
// with the outlines now drawn.
func (a *App) Shapes(ctx context.Context, who *Who, level domain.RegionLevel, region domain.RegionID) (v *ShapesView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		top, err := w.mapTop(region)
		if err != nil {
			return err
		}
		regions, err := w.tx.Regions(store.RegionFilter{Path: top.Path, Levels: []domain.RegionLevel{level}})
		if err != nil {
			return err
		}
		shapes, err := w.tx.MapShapes(store.ShapeFilter{Levels: []domain.RegionLevel{level}, Path: top.Path, Limit: mostShapes})
		if err != nil {
			return err
		}
		by := map[domain.RegionID]*domain.MapShape{}
		v = &ShapesView{Items: []ShapeView{}}
		for i := range shapes {
			by[shapes[i].Region] = &shapes[i]
		}
		for i := range regions[:min(len(regions), mostShapes)] {
			x := shapeView(&regions[i], by[regions[i].ID])
			if s := by[regions[i].ID]; s == nil {
				v.Undrawn++
			} else {
				v.Synthetic = v.Synthetic || s.Synthetic
			}
			v.Items = append(v.Items, x)
		}
		return nil
	})
	return v, err
}

func shapeView(g *domain.Region, s *domain.MapShape) ShapeView {
	x := ShapeView{Region: RegionRef{g.ID, g.Name, g.Level}}
	switch {
	case s != nil:
		x.Centre, x.Box, x.Shape = &[2]float64{s.Lng, s.Lat}, &[4]float64{s.West, s.South, s.East, s.North}, json.RawMessage(s.Shape)
	case g.Lat != 0 || g.Lng != 0:
		x.Centre = &[2]float64{g.Lng, g.Lat}
		if g.Level == domain.Circle {
			x.Radius = walk15
		}
	}
	return x
}

func (w *work) mapTop(region domain.RegionID) (*domain.Region, error) {
	if region == "" {
		region = domain.RegionID(w.who.County)
	}
	g, err := w.Region(region)
	if err != nil {
		return nil, domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
	}
	return g, nil
}

// UnitPoint is a unit on a map.
type UnitPoint struct {
	Org    OrgRef     `json:"org"`
	At     [2]float64 `json:"at"` // longitude, latitude
	Region *RegionRef `json:"region,omitempty"`
	Phone  string     `json:"phone,omitempty"`
}

// UnitsView are the units that take part in a program, as far as their place is on
// file.
type UnitsView struct {
	Items    []UnitPoint `json:"items"`
	Unplaced int         `json:"unplaced"` // units without a place
	More     bool        `json:"more"`     // there are more than a map can bear
}

// MapUnits gives the places of the units that hold a role of a program.
func (a *App) MapUnits(ctx context.Context, who *Who, prog string, region domain.RegionID) (v *UnitsView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		top, err := w.mapTop(region)
		if err != nil {
			return err
		}
		orgs, err := w.tx.Orgs(store.OrgFilter{Kinds: unitKinds(p), Path: top.Path})
		if err != nil {
			return err
		}
		v = &UnitsView{Items: []UnitPoint{}}
		for i := range orgs {
			o := &orgs[i]
			switch {
			case o.Lat == 0 && o.Lng == 0:
				v.Unplaced++
			case len(v.Items) >= mostPoints:
				v.More = true
			default:
				v.Items = append(v.Items, UnitPoint{OrgRef{o.ID, o.Name, o.Kind}, [2]float64{o.Lng, o.Lat}, w.regionRef(o.Region), o.Phone})
			}
		}
		return nil
	})
	return v, err
}

// unitKinds are the kinds of units that hold any role of the program.
func unitKinds(p *program.Program) []string {
	out := []string{}
	for _, role := range p.Roles.All() {
		for _, k := range role.HeldBy.Org {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// VisitPoint is a visit on the map of its day. A coarse one stands at the middle of
// its region: where exactly it was is not for this reader.
type VisitPoint struct {
	Record RecordSummary `json:"record"`
	At     *[2]float64   `json:"at,omitempty"`
	Coarse bool          `json:"coarse"`
}

// VisitsView are the visits of one day.
type VisitsView struct {
	Day   string       `json:"day"`
	Items []VisitPoint `json:"items"`
	More  bool         `json:"more"`
	// Latest is the last day up to this one on which the reader finds a visit.
	Latest string `json:"latest,omitempty"`
}

// MapVisits gives the visits that ended on a day (today by default), as far as the
// reader may see them.
func (a *App) MapVisits(ctx context.Context, who *Who, prog string, region domain.RegionID, day string) (v *VisitsView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		if _, err := w.Program(prog, 0); err != nil {
			return err
		}
		top, err := w.mapTop(region)
		if err != nil {
			return err
		}
		on := w.today()
		if day != "" {
			if on, err = domain.ParseDate(day); err != nil {
				return domain.E(domain.KindInvalid, "date").With("day", "date")
			}
		}
		f := store.VisitFilter{Program: prog, Path: top.Path, From: on.Start(), Until: (on + 1).Start(), Access: w.access(prog, ""), Limit: mostPoints + 1}
		v = &VisitsView{Day: on.String(), Items: []VisitPoint{}}
		return w.visitsOf(v, f)
	})
	return v, err
}

func (w *work) visitsOf(v *VisitsView, f store.VisitFilter) error {
	list, err := w.tx.Visits(f)
	if err != nil {
		return err
	}
	if len(list) > mostPoints {
		list, v.More = list[:mostPoints], true
	}
	middles := map[domain.RegionID]*[2]float64{}
	for i := range list {
		x, err := w.visitPoint(&list[i], middles)
		if domain.KindOf(err) == domain.KindNotFound && err != nil {
			continue
		} else if err != nil {
			return err
		}
		v.Items = append(v.Items, *x)
	}
	if len(v.Items) > 0 {
		v.Latest = v.Day
		return nil
	}
	f.From, f.Limit = time.Time{}, 1
	before, err := w.tx.Visits(f)
	if err == nil && len(before) > 0 {
		v.Latest = domain.DateOf(before[0].Ended).String()
	}
	return err
}

func (w *work) visitPoint(rec *domain.Record, middles map[domain.RegionID]*[2]float64) (*VisitPoint, error) {
	r, err := w.unit.Adopt(rec)
	if err != nil {
		return nil, err
	}
	s, err := w.look(r)
	if err != nil {
		return nil, err
	}
	sum, err := w.summary(r, s)
	if err != nil {
		return nil, err
	}
	x := &VisitPoint{Record: sum}
	if x.At, err = w.visitedAt(r, s); err != nil || x.At != nil {
		return x, err
	}
	x.Coarse = true
	x.At, err = w.middleOf(r.Region, middles)
	return x, err
}

// visitedAt is where a visit was: its own place, else that of whom it was paid to;
// nil when there is none or the reader's clearance is below it. Where an
// enterprise has its seat is internal, where a person lives is personal, and no
// place is below the class of its row.
func (w *work) visitedAt(r *record.Row, s sight) (*[2]float64, error) {
	if !s.full || s.class < r.Class {
		return nil, nil
	}
	if f := r.T.Field("place"); f != nil && s.may(r, f) {
		if m, ok := r.Value("place").(map[string]any); ok {
			if lat, lng, ok := latLng(m); ok {
				return &[2]float64{lng, lat}, nil
			}
		}
	}
	if r.Subject == "" || max(domain.Internal, subjectClass(w, r)) > s.class {
		return nil, nil
	}
	p, err := w.Party(r.Subject)
	if err != nil || p.Lat == 0 && p.Lng == 0 {
		return nil, err
	}
	return &[2]float64{p.Lng, p.Lat}, nil
}

func latLng(m map[string]any) (lat, lng float64, ok bool) {
	lat, ok1 := m["lat"].(float64)
	lng, ok2 := m["lng"].(float64)
	return lat, lng, ok1 && ok2
}

// middleOf is the middle of a region: of its outline, of its own place, or of the
// nearest region above that has one.
func (w *work) middleOf(id domain.RegionID, known map[domain.RegionID]*[2]float64) (*[2]float64, error) {
	if at, ok := known[id]; ok {
		return at, nil
	}
	var at *[2]float64
	for up := id; up != "" && at == nil; {
		g, err := w.Region(up)
		if err != nil {
			break
		}
		shapes, err := w.tx.MapShapes(store.ShapeFilter{Regions: []domain.RegionID{up}, Bare: true, Limit: 1})
		if err != nil {
			return nil, err
		}
		switch {
		case len(shapes) > 0:
			at = &[2]float64{shapes[0].Lng, shapes[0].Lat}
		case g.Lat != 0 || g.Lng != 0:
			at = &[2]float64{g.Lng, g.Lat}
		}
		if g.Level == domain.County {
			break
		}
		up = g.Parent
	}
	known[id] = at
	return at, nil
}
