package app

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/geo"
	"linqiao/store"
)

// MapAct says what a file of outlines is. Datum gcj02 = turn it from GCJ-02.
type MapAct struct {
	Name  string
	Datum string
}

// MapUpload is an uploaded file of outlines and what was found in it. It is drawn
// only when it is confirmed.
type MapUpload struct {
	ID        string                     `json:"id"`
	Name      string                     `json:"name"`
	State     string                     `json:"state"`
	Number    int64                      `json:"number"` // order of drawing, 0 = never
	Areas     int64                      `json:"areas"`
	Points    int64                      `json:"points"`
	Synthetic bool                       `json:"synthetic"`
	Levels    map[domain.RegionLevel]int `json:"levels"` // matched regions by level
	Unmatched []MapStranger              `json:"unmatched"`
	Strangers int                        `json:"strangers"` // all unmatched; the list is cut
	Warnings  []string                   `json:"warnings"`
	Datum     string                     `json:"datum,omitempty"`
	By        *AccountRef                `json:"by,omitempty"`
	Created   time.Time                  `json:"created"`
	Rev       int64                      `json:"rev"`
}

// MapStranger is an area of the file that is no region of the county.
type MapStranger struct {
	Index int    `json:"index"` // place in the file, from 1
	Code  string `json:"code,omitempty"`
	Name  string `json:"name,omitempty"`
}

const (
	// checkedFor is how long an upload waits to be confirmed.
	checkedFor = 24 * time.Hour
	// shownStrangers bounds how many unmatched areas an answer names.
	shownStrangers = 50
	// namedStrangers bounds how many the refusal's own sentence names.
	namedStrangers = 6
)

// Warnings of an upload. None of them hinders drawing.
const (
	warnDatum     = "datum"     // seems to be written in GCJ-02
	warnPart      = "part"      // names some of the county's towns only
	warnStrangers = "strangers" // areas that are no region here are left out
	warnReplaces  = "replaces"  // regions that have an outline get another
)

// matched is an area of the file with the region that it shows.
type matched struct {
	area   *geo.Area
	region *domain.Region
}

// CheckMap reads a file of outlines, compares it with the county's divisions and
// keeps it, not yet drawn.
func (a *App) CheckMap(ctx context.Context, who *Who, once Once, in MapAct, r io.Reader) (*MapUpload, error) {
	if !who.Admin && !who.System {
		return nil, domain.E(domain.KindForbidden, "admin_only")
	}
	if in.Datum != "" && in.Datum != "wgs84" && in.Datum != "gcj02" {
		return nil, domain.E(domain.KindInvalid, "fields").With("datum", "option", "label", "datum", "options", "wgs84、gcj02")
	}
	data, err := io.ReadAll(io.LimitReader(r, geo.MostBytes+1))
	if err != nil {
		return nil, domain.E(domain.KindInvalid, "body_broken").Wrap(err)
	}
	file, err := geo.Read(data)
	if err != nil {
		return nil, err
	}
	if in.Datum == "gcj02" {
		file.Unshift()
	}
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		m, shapes, err := w.compareMap(file, in)
		if err != nil {
			return "", err
		}
		if err := w.tx.DropCheckedMaps(w.Now().Add(-checkedFor)); err != nil {
			return "", err
		}
		if err := w.tx.InsertMap(m, shapes); err != nil {
			return "", err
		}
		return domain.RecordID(m.ID), w.audit("map_check", "map/"+m.ID, "", map[string]any{"name": m.Name, "areas": m.Areas})
	})
	if err != nil {
		return nil, err
	}
	return a.Map(ctx, who, string(id))
}

// compareMap says which region each area shows and what is odd about the file.
func (w *work) compareMap(file *geo.File, in MapAct) (*domain.MapUpload, []domain.MapShape, error) {
	regions, err := w.countyRegions()
	if err != nil {
		return nil, nil, err
	}
	list, strangers := matchAreas(file, regions, w.who.County)
	if err := refuseStrangers(len(list), strangers); err != nil {
		return nil, nil, err
	}
	if err := refuseTwice(list); err != nil {
		return nil, nil, err
	}
	m := &domain.MapUpload{ID: store.NewID(), Name: cutName(in.Name), State: domain.MapChecked, Areas: int64(len(list)), Points: int64(file.Points),
		Synthetic: file.Synthetic, By: w.who.Account, Created: w.Now(), Data: map[string]any{}}
	light := file.Light()
	shapes := make([]domain.MapShape, len(list))
	levels := map[string]any{}
	for i, x := range list {
		box, at := x.area.Box(), x.area.Centre()
		shapes[i] = domain.MapShape{Region: x.region.ID, Level: x.region.Level, Path: x.region.Path, West: box[0], South: box[1], East: box[2], North: box[3],
			Lat: at.Lat, Lng: at.Lng, Shape: light[x.area.Index-1]}
		n, _ := levels[string(x.region.Level)].(int64)
		levels[string(x.region.Level)] = n + 1
	}
	warnings, err := w.mapWarnings(file, list, strangers, regions)
	if err != nil {
		return nil, nil, err
	}
	m.Data["levels"], m.Data["warnings"], m.Data["strangers"] = levels, warnings, int64(len(strangers))
	named := make([]any, 0, len(strangers))
	for _, s := range strangers[:min(len(strangers), shownStrangers)] {
		named = append(named, map[string]any{"index": int64(s.Index), "code": s.Code, "name": s.Name})
	}
	m.Data["unmatched"] = named
	if in.Datum == "gcj02" {
		m.Data["datum"] = in.Datum
	}
	return m, shapes, nil
}

// countyRegions lists the county's own divisions and what lies below them.
func (w *work) countyRegions() ([]domain.Region, error) {
	top, err := w.Region(domain.RegionID(w.who.County))
	if err != nil {
		return nil, err
	}
	return w.tx.Regions(store.RegionFilter{Path: top.Path})
}

// matchAreas finds the region of each area: by its code, or, where it carries none
// of a division elsewhere, by a name that only one region bears.
func matchAreas(file *geo.File, regions []domain.Region, county domain.CountyCode) (list []matched, strangers []MapStranger) {
	byID, byName := map[domain.RegionID]*domain.Region{}, map[string]*domain.Region{}
	for i := range regions {
		g := &regions[i]
		byID[g.ID] = g
		if _, twice := byName[g.Name]; twice {
			byName[g.Name] = nil
		} else {
			byName[g.Name] = g
		}
	}
	for i := range file.Areas {
		x := &file.Areas[i]
		g := byID[domain.RegionID(x.Code)]
		id, isCode := domain.TrimRegionCode(x.Code)
		if g == nil && isCode {
			g = byID[id]
		}
		elsewhere := isCode && len(id) >= 6 && !strings.HasPrefix(string(id), string(county))
		if g == nil && !elsewhere {
			g = byName[x.Name]
		}
		if g == nil {
			strangers = append(strangers, MapStranger{x.Index, cutName(x.Code), cutName(x.Name)})
			continue
		}
		list = append(list, matched{x, g})
	}
	return list, strangers
}

// refuseStrangers: a file most of whose areas are not of this county is that of
// another one, or of another list of divisions.
func refuseStrangers(good int, strangers []MapStranger) error {
	if good > 0 && good >= len(strangers) {
		return nil
	}
	var names []string
	for _, s := range strangers[:min(len(strangers), namedStrangers)] {
		names = append(names, strings.TrimSpace(s.Name+" "+s.Code))
	}
	args := []string{"good", strconv.Itoa(good), "bad", strconv.Itoa(len(strangers)), "names", strings.Join(names, "、")}
	e := domain.E(domain.KindInvalid, "map_county", args...)
	for _, s := range strangers[:min(len(strangers), shownStrangers)] {
		_ = e.With("features["+strconv.Itoa(s.Index-1)+"]", "map_stranger", "n", strconv.Itoa(s.Index), "name", s.Name, "code", s.Code)
	}
	return e
}

func refuseTwice(list []matched) error {
	first := map[domain.RegionID]int{}
	e := domain.E(domain.KindInvalid, "map_areas")
	for _, x := range list {
		if n, ok := first[x.region.ID]; ok && len(e.Fields) < shownStrangers {
			_ = e.With("features["+strconv.Itoa(x.area.Index-1)+"]", "map_twice", "n", strconv.Itoa(x.area.Index), "first", strconv.Itoa(n), "name", x.region.Name)
			continue
		}
		first[x.region.ID] = x.area.Index
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// mapWarnings compares the file with what is known: outlines drawn until now, units
// whose place is on file, and how many towns there are.
func (w *work) mapWarnings(file *geo.File, list []matched, strangers []MapStranger, regions []domain.Region) ([]any, error) {
	var out []any
	drawn, err := w.tx.MapShapes(store.ShapeFilter{Bare: true, Limit: geo.MostAreas})
	if err != nil {
		return nil, err
	}
	known, replaces, err := w.knownPlaces(list, drawn)
	if err != nil {
		return nil, err
	}
	if len(file.Marks) > 0 || file.Shifted(known) {
		out = append(out, warnDatum)
	}
	towns, of := 0, 0
	for _, x := range list {
		if x.region.Level == domain.Town {
			towns++
		}
	}
	for i := range regions {
		if regions[i].Level == domain.Town {
			of++
		}
	}
	if towns > 0 && towns < of {
		out = append(out, warnPart)
	}
	if len(strangers) > 0 {
		out = append(out, warnStrangers)
	}
	if replaces {
		out = append(out, warnReplaces)
	}
	return out, nil
}

// knownPlaces gathers, for each area, what its datum can be told by. Synthetic
// outlines tell nothing.
func (w *work) knownPlaces(list []matched, drawn []domain.MapShape) (known map[int]geo.Known, replaces bool, err error) {
	orgs, err := w.tx.Orgs(store.OrgFilter{})
	if err != nil {
		return nil, false, err
	}
	known = map[int]geo.Known{}
	for _, x := range list {
		var k geo.Known
		i := slices.IndexFunc(drawn, func(s domain.MapShape) bool { return s.Region == x.region.ID })
		if i >= 0 {
			replaces = true
			if !drawn[i].Synthetic {
				m := geo.Box{drawn[i].West, drawn[i].South, drawn[i].East, drawn[i].North}.Middle()
				k.Middle = &m
			}
		}
		for j := range orgs {
			if o := &orgs[j]; (o.Lat != 0 || o.Lng != 0) && domain.InSubtree(o.Path, x.region.Path) {
				k.Places = append(k.Places, geo.Point{Lng: o.Lng, Lat: o.Lat})
			}
		}
		if k.Middle != nil || k.Places != nil {
			known[x.area.Index] = k
		}
	}
	return known, replaces, nil
}

func cutName(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80])
	}
	return s
}

// ConfirmMap draws a checked upload: its outlines become those of their regions.
// Confirming twice is the same as once.
func (a *App) ConfirmMap(ctx context.Context, who *Who, once Once, id string) (*MapUpload, error) {
	return a.changeMap(ctx, who, once, id, func(w *work, m *domain.MapUpload) error {
		switch m.State {
		case domain.MapDrawn:
			return nil
		case domain.MapUndone:
			return domain.E(domain.KindConflict, "map_undone")
		}
		if err := w.tx.DrawMap(m); err != nil {
			return err
		}
		return w.changed("map", "draw", m.ID, "", map[string]any{"name": m.Name, "areas": m.Areas})
	})
}

// UndoMap takes an upload back: regions have the outline again that they had
// before, or none.
func (a *App) UndoMap(ctx context.Context, who *Who, once Once, id string) (*MapUpload, error) {
	return a.changeMap(ctx, who, once, id, func(w *work, m *domain.MapUpload) error {
		if m.State == domain.MapUndone {
			return nil
		}
		if err := w.tx.UndoMap(m); err != nil {
			return err
		}
		return w.changed("map", "undo", m.ID, "", map[string]any{"name": m.Name})
	})
}

func (a *App) changeMap(ctx context.Context, who *Who, once Once, id string, change func(*work, *domain.MapUpload) error) (*MapUpload, error) {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		// One at a time: which outline is the newest is decided under the county's row.
		if _, err := w.tx.HoldRegion(domain.RegionID(w.who.County)); err != nil {
			return "", err
		}
		m, err := w.tx.Map(id)
		if err != nil {
			return "", err
		}
		return domain.RecordID(m.ID), change(w, m)
	})
	if err != nil {
		return nil, err
	}
	return a.Map(ctx, who, id)
}

// Maps lists uploads, newest first.
func (a *App) Maps(ctx context.Context, who *Who) (l List[MapUpload], err error) {
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.Maps(50)
		if err != nil {
			return err
		}
		out := make([]MapUpload, len(list))
		for i := range list {
			out[i] = w.mapUpload(&list[i])
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// Map gives one upload.
func (a *App) Map(ctx context.Context, who *Who, id string) (v *MapUpload, err error) {
	err = a.read(ctx, who, func(w *work) error {
		m, err := w.tx.Map(id)
		if err != nil {
			return err
		}
		x := w.mapUpload(m)
		v = &x
		return nil
	})
	return v, err
}

func (w *work) mapUpload(m *domain.MapUpload) MapUpload {
	v := MapUpload{ID: m.ID, Name: m.Name, State: m.State, Number: m.Number, Areas: m.Areas, Points: m.Points, Synthetic: m.Synthetic,
		Levels: map[domain.RegionLevel]int{}, Unmatched: []MapStranger{}, Warnings: []string{}, Datum: asText(m.Data["datum"]), Created: m.Created, Rev: m.Rev}
	if acc, err := w.Account(m.By); err == nil {
		v.By = &AccountRef{acc.ID, acc.Name}
	}
	levels, _ := m.Data["levels"].(map[string]any)
	for k, n := range levels {
		v.Levels[domain.RegionLevel(k)] = int(asInt(n))
	}
	v.Strangers = int(asInt(m.Data["strangers"]))
	list, _ := m.Data["unmatched"].([]any)
	for _, x := range list {
		s, _ := x.(map[string]any)
		v.Unmatched = append(v.Unmatched, MapStranger{int(asInt(s["index"])), asText(s["code"]), asText(s["name"])})
	}
	list, _ = m.Data["warnings"].([]any)
	for _, x := range list {
		v.Warnings = append(v.Warnings, asText(x))
	}
	return v
}

func asInt(v any) int64 {
	n, _ := v.(int64)
	return n
}
