package api

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// The public pages are whole without JavaScript and ask nobody else for
// anything. Chinese unless `?lang=en`.

//go:embed public/*
var publicFiles embed.FS

// pages are the parsed templates, one set a page over the common frame.
type pages struct {
	sets  map[string]*template.Template
	css   []byte
	style string // of the stylesheet's content, so that it may be kept for ever
}

func newPages() *pages {
	p := &pages{sets: map[string]*template.Template{}}
	funcs := template.FuncMap{"day": day, "clock": clock, "cell": cell, "figure": figure, "named": named, "join": strings.Join}
	for _, name := range []string{"home", "services", "service", "offers", "notices", "notice", "check", "about", "access", "message", "phone", "voices", "card", "libraries", "library", "item"} {
		p.sets[name] = template.Must(template.New(name).Funcs(funcs).ParseFS(publicFiles, "public/frame.html", "public/"+name+".html"))
	}
	css, err := publicFiles.ReadFile("public/style.css")
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(css)
	p.css, p.style = css, hex.EncodeToString(sum[:4])
	return p
}

// page is what the frame knows of a page.
type page struct {
	Lang, OtherLang string
	Title, Site     string
	Here            string
	Large           bool   // large type, chosen in the address: no script, no cookie
	Other           string // this page in the other language
	Size            string // this page in the other size of type
	Style           string
	Demo            bool
	T               map[string]string
	Data            any
	carried         url.Values
}

// To is an address on these pages with the reader's language and size of type, and
// more parameters as pairs; empty ones are left out.
func (p page) To(path string, more ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			q.Set(more[i], more[i+1])
		}
	}
	for k, v := range p.carried {
		q[k] = v
	}
	return (&url.URL{Path: path, RawQuery: q.Encode()}).String()
}

// Carried are language and size, for forms that change the address.
func (p page) Carried() map[string]string {
	out := map[string]string{}
	for k := range p.carried {
		out[k] = p.carried.Get(k)
	}
	return out
}

// lasting are the parameters that go along from page to page, with the one value
// each that means something.
var lasting = map[string]string{"lang": "en", "type": "large"}

// turned is the address of a request with a lasting parameter set or dropped.
func turned(r *http.Request, key string) string {
	q := r.URL.Query()
	if q.Get(key) == lasting[key] {
		q.Del(key)
	} else {
		q.Set(key, lasting[key])
	}
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

// show renders a page. The title is a key of the texts or stands as it is.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name, here, title string, demo bool, data any) {
	v := page{Lang: "zh-CN", OtherLang: "en", T: pageZH, Here: here, Style: p.style, Demo: demo, Data: data, carried: url.Values{},
		Other: turned(r, "lang"), Size: turned(r, "type"), Large: r.URL.Query().Get("type") == lasting["type"]}
	if r.URL.Query().Get("lang") == "en" {
		v.Lang, v.OtherLang, v.T = "en", "zh-CN", pageEN
	}
	for k, want := range lasting {
		if r.URL.Query().Get(k) == want {
			v.carried.Set(k, want)
		}
	}
	v.Site = v.T["site"]
	v.Title = orText(v.T[title], title)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if err := p.sets[name].ExecuteTemplate(w, "frame", v); err != nil {
		requestOf(r.Context()).cause = err
	}
}

func (p *pages) text(r *http.Request, key string) string {
	if r.URL.Query().Get("lang") == "en" {
		return pageEN[key]
	}
	return pageZH[key]
}

func (p *pages) missing(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusNotFound, "message", "", "missing", false, p.text(r, "missingSay"))
}

func (p *pages) broken(w http.ResponseWriter, r *http.Request, err error) {
	q := requestOf(r.Context())
	q.cause = err
	p.show(w, r, http.StatusInternalServerError, "message", "", "broken", false, p.text(r, "brokenSay")+q.id)
}

func (p *pages) notBuilt(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusNotFound, "message", "", "notBuilt", false, p.text(r, "notBuiltSay"))
}

// publicPages registers the pages at the root.
func (s *Server) publicPages() {
	s.mux.HandleFunc("GET /{$}", s.homePage)
	s.mux.HandleFunc("GET /services", s.servicesPage)
	s.mux.HandleFunc("GET /services/{key}", s.servicePage)
	s.mux.HandleFunc("GET /services/{key}/offers", s.offersPage)
	s.mux.HandleFunc("GET /notices", s.noticesPage)
	s.mux.HandleFunc("GET /notices.rss", s.noticesFeed)
	s.mux.HandleFunc("GET /notices/{id}", s.noticePage)
	s.mux.HandleFunc("GET /notices/{id}/table.csv", s.noticeCSV)
	s.mux.HandleFunc("GET /notices/{id}/draw.json", s.noticeDraw)
	s.mux.HandleFunc("GET /draw.js", s.drawScript)
	s.voicePages()
	s.libraryPages()
	s.mux.HandleFunc("GET /about", s.plainPage("about", "about"))
	s.mux.HandleFunc("GET /accessibility", s.plainPage("access", "access"))
	s.mux.HandleFunc("GET /calendar/{token}", s.calendarICS)
	s.mux.HandleFunc("GET /check", s.checkPage)
	s.mux.HandleFunc("GET /check/{serial}", s.checkPage)
	s.mux.HandleFunc("GET /card/{code}", s.cardPage)
	s.mux.HandleFunc("GET /demo/phone", s.phonePage)
	s.mux.HandleFunc("GET /public.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(s.pages.css)
	})
	s.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /api/\nDisallow: /console/\nDisallow: /m/\nDisallow: /check\nDisallow: /calendar/\nDisallow: /voices/\nDisallow: /demo/\n"))
	})
	s.mux.HandleFunc("/", s.pages.missing)
}

// plainPage is a page of mere words.
func (s *Server) plainPage(name, title string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.pages.show(w, r, http.StatusOK, name, name, title, s.app.Demo, nil)
	}
}
