package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// PublicService is a program as the county presents it to everybody.
type PublicService struct {
	Key      string
	Title    string
	About    string // its README, in the light markup of such files
	Law      []string
	Counties []string
	Ways     []ServiceWay
	Contacts []ServiceContact
	words    string // what it is found by
}

// ServiceWay is one way to begin: an intake that a person may make himself, or that
// an office makes for him.
type ServiceWay struct {
	Label     string
	For       []string // kinds of parties: person, household, enterprise, organization
	Self      bool     // by oneself on the phone
	Channels  []string // labels
	Needs     []string // labels of what is asked, in order
	Optional  []string
	Deadlines []ServiceDeadline
}

// ServiceDeadline is a time limit that begins when the matter is handed in.
type ServiceDeadline struct {
	Label string
	N     int64
	Unit  string // m h wh d wd mo y
}

// ServiceContact is an office that answers for a service.
type ServiceContact struct{ Name, Phone string }

// PublicPhone is the tag of a unit whose telephone the county publishes.
const PublicPhone = "public_phone"

// Services lists the programs that run in any county of this instance, once each.
// Words (blank apart) must all be found in what a service says of itself; area is
// the name of a county.
func (a *App) Services(ctx context.Context, lang, words, area string) (out []PublicService, err error) {
	err = a.eachCounty(ctx, "", func(w *work, t domain.Tenant) error {
		for _, p := range w.set.set.Programs.All() {
			if p.Records.Len() == 0 {
				continue
			}
			i := slices.IndexFunc(out, func(o PublicService) bool { return o.Key == p.Key })
			if i < 0 {
				out = append(out, publicService(p, lang))
				i = len(out) - 1
			}
			out[i].Counties = append(out[i].Counties, t.Name)
		}
		return nil
	})
	terms := strings.Fields(strings.ToLower(words))
	out = slices.DeleteFunc(out, func(s PublicService) bool {
		return area != "" && !slices.Contains(s.Counties, area) ||
			slices.ContainsFunc(terms, func(x string) bool { return !strings.Contains(s.words, x) })
	})
	slices.SortFunc(out, func(a, b PublicService) int { return strings.Compare(a.Key, b.Key) })
	return out, err
}

// Service gives one of them whole, with the offices that answer for it.
func (a *App) Service(ctx context.Context, lang, key string) (v *PublicService, err error) {
	err = a.eachCounty(ctx, "", func(w *work, t domain.Tenant) error {
		p, err := w.Program(key, 0)
		if err != nil || p.Records.Len() == 0 {
			return orNilErr(err)
		}
		if v == nil {
			s := publicService(p, lang)
			v = &s
		}
		v.Counties = append(v.Counties, t.Name)
		contacts, err := w.contacts(p)
		v.Contacts = append(v.Contacts, contacts...)
		return err
	})
	if err == nil && v == nil {
		err = domain.NotFound("program")
	}
	return v, err
}

// orNilErr takes "not found" for nothing.
func orNilErr(err error) error {
	if domain.KindOf(err) == domain.KindNotFound {
		return nil
	}
	return err
}

func publicService(p *program.Program, lang string) PublicService {
	s := PublicService{Key: p.Key, Title: titleOf(p, lang), About: string(p.Sources["README.md"]), Law: p.Law}
	view := p.View(lang)
	words := []string{p.Title, p.TitleEN, s.About}
	for i := range view.Records {
		rv, rt := &view.Records[i], p.Records.Get(view.Records[i].Key)
		words = append(words, rv.Label)
		for _, m := range rv.Moves {
			if mv := rt.Moves.Get(m.Key); mv.Intake() && len(mv.By) > 0 {
				if way, ok := serviceWay(p, lang, rt, mv, rv, &m); ok {
					s.Ways = append(s.Ways, way)
				}
			}
		}
	}
	for _, l := range view.Lists {
		for _, o := range l.Options {
			words = append(words, o.Label)
		}
	}
	s.words = strings.ToLower(strings.Join(words, "\n"))
	return s
}

// serviceWay is an intake that serves a person: he makes it himself, or it has
// channels through which he asks for it.
func serviceWay(p *program.Program, lang string, rt *program.RecordType, mv *program.Move, rv *program.RecordView, m *program.MoveView) (ServiceWay, bool) {
	way := ServiceWay{Label: m.Label, Channels: m.Channels}
	for _, k := range mv.By {
		role := p.Roles.Get(k)
		if role != nil && (role.Is == "self" || role.Is == "guardian" || role.Is == "public") {
			way.Self = true
		}
	}
	if !way.Self && len(mv.Channels) == 0 || rt.Of != "" && !rt.Alone {
		return way, false
	}
	for _, kind := range rt.For {
		if slices.Contains([]string{"person", "household", "enterprise", "organization"}, kind) {
			way.For = append(way.For, kind)
		}
	}
	label := func(key string) string {
		for _, f := range append(slices.Clone(rv.Fields), rv.Builtins...) {
			if f.Key == key {
				return f.Label
			}
		}
		return key
	}
	for _, k := range mv.Need {
		way.Needs = append(way.Needs, label(k))
	}
	for _, k := range mv.Ask {
		way.Optional = append(way.Optional, label(k))
	}
	way.Channels = channelLabels(p, lang, mv, way.Self)
	for _, c := range rv.Clocks {
		if d, ok := deadline(p, rt.Clocks.Get(c.Key), mv, c.Label); ok {
			way.Deadlines = append(way.Deadlines, d)
		}
	}
	return way, true
}

// ownChannels are the channels by which one serves oneself.
var ownChannels = []string{"app", "online"}

// channelLabels words the channels of an intake by the program's own list; where one
// may serve oneself that is said apart.
func channelLabels(p *program.Program, lang string, mv *program.Move, self bool) (out []string) {
	for _, k := range mv.Channels {
		if self && slices.Contains(ownChannels, k) {
			continue
		}
		out = append(out, channelWord(p, lang, k))
	}
	return out
}

// deadline is a limit that runs from the intake: promised to whoever hands it in.
func deadline(p *program.Program, c *program.Clock, mv *program.Move, label string) (d ServiceDeadline, ok bool) {
	if c == nil || c.From == nil {
		return d, false
	}
	if from := c.From.Src(); from != "created" && from != "entered."+mv.To && from != "made."+mv.Key {
		return d, false
	}
	span := c.Limit
	if span.Param != "" {
		if q := p.Params.Get(span.Param); q != nil {
			span, _ = q.Value.(program.Span)
		}
	}
	return ServiceDeadline{label, span.N, span.Unit}, span.N > 0
}

// contacts are the offices of the county that watch over the program, whose
// telephone is marked as public.
func (w *work) contacts(p *program.Program) ([]ServiceContact, error) {
	var kinds []string
	for _, r := range p.Roles.All() {
		if h := r.HeldBy; r.Is == "area" && (len(h.Levels) == 0 || slices.Contains(h.Levels, string(domain.County))) {
			kinds = append(kinds, h.Org...)
		}
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	list, err := w.tx.Orgs(store.OrgFilter{Kinds: kinds})
	if err != nil {
		return nil, err
	}
	var out []ServiceContact
	for i := range list {
		o := &list[i]
		marked := slices.ContainsFunc(o.Tags, func(t domain.Tag) bool { return t.Key == PublicPhone && (t.Until == 0 || t.Until >= w.today()) })
		if o.Phone != "" && marked {
			out = append(out, ServiceContact{o.Name, o.Phone})
		}
	}
	return out, nil
}

// PublicOffer is something on offer that anybody may know of.
type PublicOffer struct {
	Title, Provider, Area string
}

// Offers lists what a service has on offer in a division (by its name; "" = all),
// a page at a time: live offers of public class, by the title and unit alone.
func (a *App) Offers(ctx context.Context, key, area, cursor string) (out []PublicOffer, next string, err error) {
	err = a.eachCounty(ctx, "", func(w *work, _ domain.Tenant) error {
		p, err := w.Program(key, 0)
		if err != nil {
			return orNilErr(err)
		}
		keys := publicOffers(p)
		if len(keys) == 0 || len(out) > 0 {
			return nil
		}
		f := store.RecordFilter{Program: key, Keys: keys, Phases: []domain.Phase{domain.PhaseLive}, Access: store.AccessAll, Cursor: cursor, Limit: 30}
		if area != "" {
			if f.Path, err = w.pathNamed(area); err != nil || f.Path == "" {
				return err
			}
		}
		page, err := w.tx.Records(f)
		if err != nil {
			return err
		}
		for i := range page.Items {
			r, err := w.unit.Adopt(&page.Items[i])
			if err != nil {
				return err
			}
			out = append(out, w.publicOffer(r))
		}
		next = page.Next
		return nil
	})
	return out, next, err
}

// publicOffers are the offers that everybody may read, by a title of public class.
func publicOffers(p *program.Program) (keys []string) {
	for k, rt := range p.Records.All() {
		if rt.Noun == domain.Offer && rt.Class == domain.Public {
			keys = append(keys, k)
		}
	}
	return keys
}

func (w *work) publicOffer(r *record.Row) PublicOffer {
	v := PublicOffer{Title: r.T.Label}
	for _, k := range []string{"title", "name"} {
		if f := r.T.Fields.Get(k); f != nil && f.Class == domain.Public && r.Value(k) != nil {
			v.Title = w.display(f, r.Value(k))
		}
	}
	if o, err := w.Org(r.Provider); err == nil {
		v.Provider = o.Name
		if g := w.regionRef(o.Region); g != nil {
			v.Area = g.Name
		}
	}
	return v
}

// pathNamed finds a town or village by its name; "" when there is none.
func (w *work) pathNamed(name string) (string, error) {
	list, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{domain.Town, domain.Village}, Name: name})
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Path, nil
}

// Towns names the towns and streets of all counties, for choosing an area.
func (a *App) Towns(ctx context.Context) (out []string, err error) {
	err = a.eachCounty(ctx, "", func(w *work, _ domain.Tenant) error {
		list, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{domain.Town}})
		for i := range list {
			out = append(out, list[i].Name)
		}
		return err
	})
	return out, err
}
