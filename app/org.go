package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/store"
)

type OrgView struct {
	ID        domain.OrgID `json:"id"`
	Name      string       `json:"name"`
	ShortName string       `json:"short_name,omitempty"`
	Kind      string       `json:"kind"`
	Level     string       `json:"level,omitempty"`
	USCC      string       `json:"uscc,omitempty"`
	Region    *RegionRef   `json:"region,omitempty"`
	Area      []RegionRef  `json:"area"` // what it serves, when not its own region
	Place     *PlaceView   `json:"place,omitempty"`
	Phone     string       `json:"phone,omitempty"`
	Tags      []string     `json:"tags"`
	Active    bool         `json:"active"`
	Rev       int64        `json:"rev"`
	Posts     []Choice     `json:"posts,omitempty"` // of one unit by itself
}

// OrgQuery selects units. Q is a name, its pinyin or initials.
type OrgQuery struct {
	Kind   string
	Q      string
	Region domain.RegionID
	All    bool // also closed ones
	Cursor string
	Limit  int
}

// Orgs lists units by kind, place and name. Units are no secret; anybody signed
// in may find them.
func (a *App) Orgs(ctx context.Context, who *Who, q OrgQuery) (l List[OrgView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		f := store.OrgFilter{Query: q.Q, All: q.All}
		if q.Kind != "" {
			f.Kinds = strings.Split(q.Kind, ",")
		}
		if q.Region != "" {
			g, err := w.Region(q.Region)
			if err != nil {
				return domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
			}
			f.Path = g.Path
		}
		list, err := w.tx.Orgs(f)
		if err != nil {
			return err
		}
		from := 0
		if q.Cursor != "" {
			from = slices.IndexFunc(list, func(o domain.Org) bool { return string(o.ID) == q.Cursor }) + 1
		}
		to := min(from+limitOf(q.Limit), len(list))
		out := make([]OrgView, 0, to-from)
		for i := from; i < to; i++ {
			out = append(out, w.orgView(&list[i]))
		}
		next := ""
		if to < len(list) {
			next = string(list[to-1].ID)
		}
		l = listOf(out, next)
		return nil
	})
	return l, err
}

func (w *work) orgView(o *domain.Org) OrgView {
	v := OrgView{ID: o.ID, Name: o.Name, ShortName: o.ShortName, Kind: o.Kind, Level: o.Level, USCC: o.USCC, Area: []RegionRef{},
		Place: placeOf(o.Lat, o.Lng, o.Address), Phone: o.Phone, Tags: tagsOn(o.Tags, w.today()), Active: o.Active, Rev: o.Rev}
	v.Region = w.regionRef(o.Region)
	if o.AreaPath != "" {
		for _, path := range strings.Split(o.AreaPath, ",") {
			if ref := w.regionRef(lastOf(path)); ref != nil {
				v.Area = append(v.Area, *ref)
			}
		}
	}
	return v
}

// lastOf is the division at the end of a path.
func lastOf(path string) domain.RegionID {
	return domain.RegionID(path[strings.LastIndexByte(path, '/')+1:])
}

func (w *work) regionRef(id domain.RegionID) *RegionRef {
	if id == "" {
		return nil
	}
	g, err := w.Region(id)
	if err != nil {
		return nil
	}
	return &RegionRef{g.ID, g.Name, g.Level}
}

// Org reads one unit.
func (a *App) Org(ctx context.Context, who *Who, id domain.OrgID) (v *OrgView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		o, err := w.Org(id)
		if err != nil {
			return err
		}
		x := w.orgView(o)
		x.Posts = w.postsOf(o)
		v = &x
		return nil
	})
	return v, err
}

// postsOf lists the posts that some mechanism reads of a unit of this kind, in words.
func (w *work) postsOf(o *domain.Org) (out []Choice) {
	for _, p := range w.set.set.Programs.All() {
		for _, r := range p.Roles.All() {
			if len(r.HeldBy.Org) > 0 && !slices.Contains(r.HeldBy.Org, o.Kind) {
				continue
			}
			for _, post := range r.HeldBy.Post {
				if !slices.ContainsFunc(out, func(c Choice) bool { return c.Key == post }) {
					out = append(out, Choice{post, w.words(p).Role(r.Key)})
				}
			}
		}
	}
	return out
}

// OrgAct makes or changes a unit; a field left out is left alone.
type OrgAct struct {
	Name      *string            `json:"name,omitempty"`
	ShortName *string            `json:"short_name,omitempty"`
	Kind      string             `json:"kind,omitempty"`
	Level     string             `json:"level,omitempty"`
	USCC      string             `json:"uscc,omitempty"`
	Region    domain.RegionID    `json:"region,omitempty"`
	Area      *[]domain.RegionID `json:"area,omitempty"`
	Place     *PlaceView         `json:"place,omitempty"`
	Phone     *string            `json:"phone,omitempty"`
	Tags      *[]string          `json:"tags,omitempty"`
	Active    *bool              `json:"active,omitempty"`
	Rev       int64              `json:"rev,omitempty"`
}

// CreateOrg adds a unit. Its region defaults to the county, its platform level to
// the level of its region.
func (a *App) CreateOrg(ctx context.Context, who *Who, once Once, in OrgAct) (*OrgView, error) {
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		o, err := w.newOrg(in)
		if err != nil {
			return "", err
		}
		return domain.RecordID(o.ID), nil
	})
	if err != nil {
		return nil, err
	}
	return a.Org(ctx, who, domain.OrgID(id))
}

func (w *work) newOrg(in OrgAct) (*domain.Org, error) {
	o := &domain.Org{Active: true}
	if in.Region == "" {
		in.Region = domain.RegionID(w.who.County)
	}
	if err := w.fillOrg(o, in); err != nil {
		return nil, err
	}
	if err := w.tx.InsertOrg(o); err != nil {
		return nil, err
	}
	return o, w.changed("org", "create", string(o.ID), "", map[string]any{"name": o.Name, "kind": o.Kind})
}

// fillOrg writes the given parts and checks the whole.
func (w *work) fillOrg(o *domain.Org, in OrgAct) error {
	e := domain.E(domain.KindInvalid, "fields")
	if in.Name != nil {
		o.Name = strings.TrimSpace(*in.Name)
	}
	if in.ShortName != nil {
		o.ShortName = strings.TrimSpace(*in.ShortName)
	}
	if in.Kind != "" {
		o.Kind = in.Kind
	}
	if o.Name == "" || len([]rune(o.Name)) > 120 {
		e = e.With("name", "required")
	}
	if o.Kind == "" {
		e = e.With("kind", "required")
	}
	if in.USCC != "" {
		if c := domain.CheckUSCC(in.USCC); c.Form {
			o.USCC = c.Norm
		} else {
			e = e.With("uscc", "uscc")
		}
	}
	if in.Phone != nil {
		o.Phone = ""
		if *in.Phone != "" {
			n, _, ok := domain.CheckPhone(*in.Phone)
			if !ok {
				e = e.With("phone", "phone")
			}
			o.Phone = n
		}
	}
	w.placeOrg(o, in, e)
	if len(e.Fields) > 0 {
		return e
	}
	if in.Tags != nil {
		o.Tags = retag(o.Tags, *in.Tags, w.today())
	}
	if in.Active != nil {
		o.Active = *in.Active
	}
	return nil
}

// placeOrg settles where the unit stands, what it serves, and its level.
func (w *work) placeOrg(o *domain.Org, in OrgAct, e *domain.Error) {
	if in.Region != "" {
		g, err := w.Region(in.Region)
		if err != nil {
			e.With("region", "region_unknown")
			return
		}
		if o.Level == "" || in.Level == "" && o.Region != "" {
			o.Level = string(g.Level)
		}
		o.Region, o.Path = g.ID, g.Path
		if o.Lat == 0 && o.Lng == 0 {
			o.Lat, o.Lng = g.Lat, g.Lng
		}
	}
	if in.Level != "" {
		o.Level = in.Level
	}
	if in.Place != nil {
		if !validPlace(in.Place) {
			e.With("place", "place")
		}
		o.Lat, o.Lng, o.Address = in.Place.Lat, in.Place.Lng, cutText(strings.TrimSpace(in.Place.Address), 600)
	}
	if in.Area != nil {
		paths := make([]string, 0, len(*in.Area))
		for _, id := range *in.Area {
			g, err := w.Region(id)
			if err != nil {
				e.With("area", "region_unknown")
				continue
			}
			paths = append(paths, g.Path)
		}
		o.AreaPath = strings.Join(paths, ",")
	}
}

// PatchOrg changes a unit at the version the caller saw.
func (a *App) PatchOrg(ctx context.Context, who *Who, once Once, id domain.OrgID, in OrgAct) (*OrgView, error) {
	defer a.people.forgetAll()
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		o, err := w.tx.Org(id)
		if err != nil {
			return err
		}
		if in.Rev != 0 && in.Rev != o.Rev {
			return nameTheirs(o.Name, o.Rev)
		}
		if changesRights(o, in, w.today()) {
			if err := w.alone(); err != nil {
				return err
			}
		}
		return w.saveOrg(o, in)
	})
	if err != nil {
		return nil, err
	}
	return a.Org(ctx, who, id)
}

// saveOrg writes an edit of a unit.
func (w *work) saveOrg(o *domain.Org, in OrgAct) error {
	if err := w.fillOrg(o, in); err != nil {
		return err
	}
	w.forgetPlaces()
	if err := w.tx.UpdateOrg(o); err != nil {
		return err
	}
	return w.changed("org", "edit", string(o.ID), "", map[string]any{"name": o.Name, "active": o.Active})
}
