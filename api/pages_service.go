package api

import (
	"net/http"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

// homeData are the services and the latest publications.
type homeData struct {
	Services []service
	Notices  []app.PublicNotice
}

type service struct{ Key, Title, Lead string }

const latestNotices = 5

func (s *Server) homePage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.Services(r.Context(), langOf(r), "", "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	d := homeData{Services: serviceCards(list)}
	if d.Notices, err = s.app.Notices(r.Context(), ""); err != nil {
		s.pages.broken(w, r, err)
		return
	}
	d.Notices = d.Notices[:min(len(d.Notices), latestNotices)]
	s.pages.show(w, r, http.StatusOK, "home", "home", "site", s.app.Demo, d)
}

func langOf(r *http.Request) string { return r.URL.Query().Get("lang") }

func serviceCards(list []app.PublicService) []service {
	out := make([]service, len(list))
	for i, p := range list {
		out[i] = service{p.Key, p.Title, leadOf(readMarkup(p.About))}
	}
	return out
}

type servicesData struct {
	Words, Area string
	Areas       []string
	Found       []service
	Asked       bool
}

// longestAsked bounds what is looked for: a question, not a book.
const longestAsked = 60

// servicesPage finds services by words and area.
func (s *Server) servicesPage(w http.ResponseWriter, r *http.Request) {
	d := servicesData{Words: cutRunes(strings.TrimSpace(r.URL.Query().Get("q")), longestAsked), Area: cutRunes(r.URL.Query().Get("area"), longestAsked)}
	d.Asked = d.Words != "" || d.Area != ""
	list, err := s.app.Services(r.Context(), langOf(r), d.Words, d.Area)
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	d.Found = serviceCards(list)
	all, err := s.app.Services(r.Context(), langOf(r), "", "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	seen := map[string]bool{}
	for _, p := range all {
		for _, c := range p.Counties {
			if !seen[c] {
				seen[c] = true
				d.Areas = append(d.Areas, c)
			}
		}
	}
	s.pages.show(w, r, http.StatusOK, "services", "services", "services", s.app.Demo, d)
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

type serviceData struct {
	Key      string
	Blocks   []block
	Law      []string
	Ways     []serviceWay
	Contacts []app.ServiceContact
	Offers   bool
}

// serviceWay is one way to begin, in words.
type serviceWay struct {
	app.ServiceWay
	Whom   []string
	Limits []labelled
}

type labelled struct{ Label, Text string }

func (s *Server) servicePage(w http.ResponseWriter, r *http.Request) {
	p, err := s.app.Service(r.Context(), langOf(r), r.PathValue("key"))
	switch {
	case err != nil && domain.KindOf(err) == domain.KindNotFound:
		s.pages.missing(w, r)
		return
	case err != nil:
		s.pages.broken(w, r, err)
		return
	}
	offers, _, err := s.app.Offers(r.Context(), p.Key, "", "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	d := serviceData{Key: p.Key, Blocks: readMarkup(p.About), Law: p.Law, Contacts: p.Contacts, Offers: len(offers) > 0}
	for _, way := range p.Ways {
		v := serviceWay{ServiceWay: way}
		for _, k := range way.For {
			v.Whom = append(v.Whom, s.pages.text(r, "for."+k))
		}
		for _, l := range way.Deadlines {
			v.Limits = append(v.Limits, labelled{l.Label, limitWords(l, langOf(r))})
		}
		d.Ways = append(d.Ways, v)
	}
	s.pages.show(w, r, http.StatusOK, "service", "services", p.Title, s.app.Demo, d)
}

type offersData struct {
	Key, Service, Area, Next string
	Towns                    []string
	Offers                   []app.PublicOffer
}

// offersPage lists what a service has on offer, by area.
func (s *Server) offersPage(w http.ResponseWriter, r *http.Request) {
	p, err := s.app.Service(r.Context(), langOf(r), r.PathValue("key"))
	if err != nil {
		s.pages.missing(w, r)
		return
	}
	d := offersData{Key: p.Key, Service: p.Title, Area: cutRunes(r.URL.Query().Get("area"), longestAsked)}
	if d.Offers, d.Next, err = s.app.Offers(r.Context(), p.Key, d.Area, r.URL.Query().Get("after")); err == nil {
		d.Towns, err = s.app.Towns(r.Context())
	}
	switch {
	case err != nil && domain.KindOf(err) == domain.KindInvalid:
		s.pages.missing(w, r) // a spoilt place to go on from
	case err != nil:
		s.pages.broken(w, r, err)
	default:
		s.pages.show(w, r, http.StatusOK, "offers", "services", "offers", s.app.Demo, d)
	}
}
