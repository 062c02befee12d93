package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

// The public pages of content libraries: read, listen and watch without signing in and
// without scripts.

func (s *Server) libraryPages() {
	s.mux.HandleFunc("GET /library", s.librariesPage)
	s.mux.HandleFunc("GET /library/{p}/{k}", s.libraryPage)
	s.mux.HandleFunc("GET /library/items/{id}", s.itemPage)
	s.mux.HandleFunc("GET /library/items/{id}/media", func(w http.ResponseWriter, r *http.Request) { s.itemFile(w, r, false) })
	s.mux.HandleFunc("GET /library/items/{id}/captions", func(w http.ResponseWriter, r *http.Request) { s.itemFile(w, r, true) })
}

type librariesData struct{ Libraries []app.LibraryRef }

func visitor(r *http.Request) *app.Who {
	if langOf(r) == "en" {
		return app.Visitor("en")
	}
	return app.Visitor("zh-CN")
}

func (s *Server) librariesPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.Libraries(r.Context(), visitor(r))
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	s.pages.show(w, r, http.StatusOK, "libraries", "library", "library", s.app.Demo, librariesData{list.Items})
}

type libraryData struct {
	*app.LibraryPage
	Topic, Words, After, Named string
	Several                    bool // more counties than one: the address names which
}

func (s *Server) libraryPage(w http.ResponseWriter, r *http.Request) {
	ask := r.URL.Query()
	d := libraryData{Topic: cutRunes(ask.Get("topic"), longestAsked), Words: cutRunes(strings.TrimSpace(ask.Get("q")), longestAsked),
		Named: cutRunes(ask.Get("county"), longestAsked)}
	var err error
	d.LibraryPage, err = s.app.LibraryItems(r.Context(), visitor(r), d.Named, app.LibraryQuery{Program: r.PathValue("p"), Key: r.PathValue("k"), Topic: d.Topic,
		Words: d.Words, Cursor: ask.Get("after"), Limit: 20})
	if err != nil {
		s.noItem(w, r, err)
		return
	}
	if d.Next != nil {
		d.After = *d.Next
	}
	s.pages.show(w, r, http.StatusOK, "library", "library", d.Label, s.app.Demo, d)
}

// noItem answers for what is not there, or no more.
func (s *Server) noItem(w http.ResponseWriter, r *http.Request, err error) {
	switch domain.KindOf(err) {
	case domain.KindGone:
		words, how := catalogue(visitor(r).Lang).of(domain.CodeOf(err), asDomain(err).Args)
		s.pages.show(w, r, http.StatusGone, "message", "library", "withdrawn", s.app.Demo, words+"。"+how)
	case domain.KindNotFound, domain.KindInvalid: // a spoilt place to go on from, too
		s.pages.missing(w, r)
	default:
		s.pages.broken(w, r, err)
	}
}

// machines open pages that nobody reads: crawlers and browsers that fetch ahead.
var machines = regexp.MustCompile(`(?i)bot\b|spider|crawl|slurp`)

func readByNobody(r *http.Request) bool {
	_, err := r.Cookie(readJustNow)
	return err == nil || r.Method == http.MethodHead || machines.MatchString(r.UserAgent()) ||
		strings.Contains(r.Header.Get("Sec-Purpose")+r.Header.Get("Purpose"), "prefetch")
}

func (s *Server) itemPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	v, err := s.app.LibraryItem(r.Context(), visitor(r), domain.RecordID(id), readByNobody(r))
	if err != nil {
		s.noItem(w, r, err)
		return
	}
	c := readCookie("/library/items/"+url.PathEscape(id), requestOf(r.Context()).secure)
	http.SetCookie(w, &c)
	s.pages.show(w, r, http.StatusOK, "item", "library", v.Title, s.app.Demo, v)
}

func (s *Server) itemFile(w http.ResponseWriter, r *http.Request, captions bool) {
	f, err := s.app.LibraryFile(r.Context(), visitor(r), domain.RecordID(r.PathValue("id")), captions)
	if err != nil {
		s.noItem(w, r, err)
		return
	}
	sendRanges(w, r, f)
}
