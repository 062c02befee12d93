package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/store"
)

type RegionView struct {
	ID       domain.RegionID    `json:"id"`
	Name     string             `json:"name"`
	Level    domain.RegionLevel `json:"level"`
	Code     string             `json:"code,omitempty"`
	Parent   domain.RegionID    `json:"parent,omitempty"`
	Path     string             `json:"path"`
	Place    *PlaceView         `json:"place,omitempty"`
	Children bool               `json:"children"`
	Active   bool               `json:"active"`
	Rev      int64              `json:"rev"`
}

// RegionQuery selects divisions: the children of a parent, a level below it, or
// both. Without a parent the county itself is where the list begins.
type RegionQuery struct {
	Parent domain.RegionID
	Level  domain.RegionLevel
	All    bool // also abolished ones
	Cursor string
	Limit  int
}

// Regions lists divisions in path order.
func (a *App) Regions(ctx context.Context, who *Who, q RegionQuery) (l List[RegionView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		f := store.RegionFilter{All: q.All}
		if q.Level != "" {
			f.Levels = []domain.RegionLevel{q.Level}
		}
		parent := q.Parent
		if parent == "" {
			parent = domain.RegionID(who.County)
		}
		top, err := w.Region(parent)
		if err != nil {
			return domain.E(domain.KindInvalid, "region_unknown").With("parent", "region_unknown")
		}
		f.Path = top.Path
		if q.Level == "" {
			f.Parent = parent
		}
		list, err := w.tx.Regions(f)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(g domain.Region) bool { return g.ID == parent && q.Parent != "" })
		has, err := w.parents(top.Path)
		if err != nil {
			return err
		}
		l = pageRegions(list, has, q)
		return nil
	})
	return l, err
}

// parents tells which divisions below a path have children.
func (w *work) parents(path string) (map[domain.RegionID]bool, error) {
	list, err := w.tx.Regions(store.RegionFilter{Path: path})
	has := map[domain.RegionID]bool{}
	for _, g := range list {
		has[g.Parent] = true
	}
	return has, err
}

func pageRegions(list []domain.Region, has map[domain.RegionID]bool, q RegionQuery) List[RegionView] {
	from := 0
	if q.Cursor != "" {
		from = slices.IndexFunc(list, func(g domain.Region) bool { return string(g.ID) == q.Cursor }) + 1
	}
	to := min(from+limitOf(q.Limit), len(list))
	out := make([]RegionView, 0, to-from)
	for _, g := range list[from:to] {
		out = append(out, regionView(&g, has[g.ID]))
	}
	if to < len(list) {
		return listOf(out, string(list[to-1].ID))
	}
	return listOf(out, "")
}

func regionView(g *domain.Region, children bool) RegionView {
	return RegionView{g.ID, g.Name, g.Level, g.Code, g.Parent, g.Path, placeOf(g.Lat, g.Lng, ""), children, g.Active, g.Rev}
}

// RegionAct makes or changes a division that the county keeps itself: a grid, a
// service circle, a village renamed or newly set up.
type RegionAct struct {
	Parent domain.RegionID    `json:"parent,omitempty"`
	Name   string             `json:"name,omitempty"`
	Level  domain.RegionLevel `json:"level,omitempty"`
	Code   string             `json:"code,omitempty"`
	Place  *PlaceView         `json:"place,omitempty"`
	Active *bool              `json:"active,omitempty"`
	Rev    int64              `json:"rev,omitempty"`
}

func (w *work) adminOnly() error {
	if w.who.Admin || w.who.System {
		return nil
	}
	return domain.E(domain.KindForbidden, "admin_only")
}

// CreateRegion adds a division below another. A second one of the same name below
// the same parent is a conflict "duplicate".
func (a *App) CreateRegion(ctx context.Context, who *Who, once Once, in RegionAct) (*RegionView, error) {
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		g, err := w.draftRegion(in)
		if err != nil {
			return "", err
		}
		if err := w.tx.InsertRegion(g); err != nil {
			return "", err
		}
		return domain.RecordID(g.ID), w.changed("region", "create", string(g.ID), "", map[string]any{"name": g.Name, "level": string(g.Level)})
	})
	if err != nil {
		return nil, err
	}
	return a.Region(ctx, who, domain.RegionID(id))
}

// Region reads one division.
func (a *App) Region(ctx context.Context, who *Who, id domain.RegionID) (v *RegionView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		g, err := w.Region(id)
		if err != nil {
			return err
		}
		has, err := w.parents(g.Path)
		x := regionView(g, has[g.ID])
		v = &x
		return err
	})
	return v, err
}

func (w *work) draftRegion(in RegionAct) (*domain.Region, error) {
	name := strings.TrimSpace(in.Name)
	if name == "" || len([]rune(name)) > 60 {
		return nil, domain.E(domain.KindInvalid, "fields").With("name", "required")
	}
	if in.Parent == "" {
		in.Parent = domain.RegionID(w.who.County)
	}
	parent, err := w.tx.HoldRegion(in.Parent)
	if err != nil {
		return nil, domain.E(domain.KindInvalid, "region_unknown").With("parent", "region_unknown")
	}
	below, err := w.tx.Regions(store.RegionFilter{Path: parent.Path, All: true})
	if err != nil {
		return nil, err
	}
	for _, g := range below {
		if g.Active && g.Parent == parent.ID && g.Level == in.Level && g.Name == name {
			return nil, domain.E(domain.KindConflict, "duplicate", "id", string(g.ID), "name", g.Name).With("name", "duplicate")
		}
	}
	id, err := newRegionID(parent, in, below)
	if err != nil {
		return nil, err
	}
	g := &domain.Region{ID: id, Parent: parent.ID, Level: in.Level, Code: in.Code, Name: name, Path: parent.Path + "/" + string(id),
		ValidFrom: w.today(), Active: true}
	if in.Place != nil {
		if !validPlace(in.Place) {
			return nil, domain.E(domain.KindInvalid, "fields").With("place", "place")
		}
		g.Lat, g.Lng = in.Place.Lat, in.Place.Lng
	}
	return g, nil
}

// newRegionID takes the official code when there is one; else the next free one.
// Codes made here end in 9xx, above all ranges that GB/T 10114 gives out.
func newRegionID(parent *domain.Region, in RegionAct, below []domain.Region) (domain.RegionID, error) {
	bad := domain.E(domain.KindInvalid, "region_level").With("level", "region_level")
	if in.Code != "" {
		id, ok := domain.TrimRegionCode(in.Code)
		level, _ := domain.RegionLevelOf(id)
		if !ok || level != in.Level || !strings.HasPrefix(string(id), string(parent.ID)) {
			return "", domain.E(domain.KindInvalid, "region_code").With("code", "region_code")
		}
		return id, nil
	}
	form := ""
	switch {
	case in.Level == domain.Town && parent.Level == domain.County, in.Level == domain.Village && parent.Level == domain.Town:
		form = string(parent.ID) + "%03d"
	case in.Level == domain.Grid && !strings.Contains(string(parent.ID), "-"):
		form = string(parent.ID) + "-g%02d"
	case in.Level == domain.Circle && !strings.Contains(string(parent.ID), "-"):
		form = string(parent.ID) + "-c%02d"
	default:
		return "", bad
	}
	n := 1
	if in.Level == domain.Town || in.Level == domain.Village {
		n = 901
	}
	for ; n < 1000; n++ {
		id := domain.RegionID(fmt.Sprintf(form, n))
		if !slices.ContainsFunc(below, func(g domain.Region) bool { return g.ID == id }) {
			return id, nil
		}
	}
	return "", bad
}

// PatchRegion renames a division, moves its centre or abolishes it. Codes and
// paths stay: records keep the place where they happened.
func (a *App) PatchRegion(ctx context.Context, who *Who, once Once, id domain.RegionID, in RegionAct) (*RegionView, error) {
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		g, err := w.tx.Region(id)
		if err != nil {
			return err
		}
		if in.Rev != 0 && in.Rev != g.Rev {
			return nameTheirs(g.Name, g.Rev)
		}
		if n := strings.TrimSpace(in.Name); n != "" {
			g.Name = n
		}
		if in.Place != nil {
			if !validPlace(in.Place) {
				return domain.E(domain.KindInvalid, "fields").With("place", "place")
			}
			g.Lat, g.Lng = in.Place.Lat, in.Place.Lng
		}
		if in.Active != nil && *in.Active != g.Active {
			g.Active, g.ValidTo = *in.Active, 0
			if !g.Active {
				g.ValidTo = w.today()
			}
		}
		w.forgetPlaces()
		if err := w.tx.UpdateRegion(g); err != nil {
			return err
		}
		return w.changed("region", "edit", string(id), "", map[string]any{"name": g.Name, "active": g.Active})
	})
	if err != nil {
		return nil, err
	}
	return a.Region(ctx, who, id)
}
