package api

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
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
	funcs := template.FuncMap{"day": day, "clock": clock, "cell": cell, "figure": figure, "named": named}
	for _, name := range []string{"home", "service", "notices", "notice", "check", "message", "phone"} {
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

// day words an instant as a day in Beijing.
func day(v any) string {
	switch t := v.(type) {
	case time.Time:
		return domain.DateOf(t).String()
	case *time.Time:
		return domain.DateOf(*t).String()
	}
	return ""
}

func clock(t time.Time) string { return t.In(domain.Beijing).Format("15:04:05") }

// cell shows a value of a table as it was worded, or as it is.
func cell(labels map[string]string, cells map[string]any, key string) string {
	if s := labels[key]; s != "" {
		return s
	}
	if v := cells[key]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// named reports whether a table's rows have names: a table of figures, whose own
// first row is the whole.
func named(rows []app.LedgerRow) bool { return len(rows) > 0 && rows[0].Labels["_row"] != "" }

// figure words one cell for people; the labels are written for spreadsheets. In a
// table of figures an area where nothing happened counts nought, a share of
// nothing is not set.
func figure(row app.LedgerRow, col app.LedgerColumn) string {
	v := row.Cells[col.Key]
	if v == nil && row.Labels["_row"] != "" && col.Unit != "bp" {
		v = int64(0)
	}
	switch {
	case v == nil && row.Labels["_row"] != "":
		return "—"
	case col.Unit == "fen":
		if fen, ok := wholeNumber(v); ok {
			return moneyWords(fen)
		}
	case v != nil && row.Labels[col.Key] == "":
		return fmt.Sprint(v)
	}
	return strings.Replace(cell(row.Labels, row.Cells, col.Key), ".00%", "%", 1)
}

func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64: // of a frozen ledger, read back from its text
		return int64(n), n == math.Trunc(n)
	}
	return 0, false
}

// moneyWords says fen as people do: 200万元, 1.2亿元, 350元.
func moneyWords(fen int64) string {
	yuan, unit := float64(fen)/100, "元"
	switch {
	case math.Abs(yuan) >= 1e8:
		yuan, unit = yuan/1e8, "亿元"
	case math.Abs(yuan) >= 1e4:
		yuan, unit = yuan/1e4, "万元"
	}
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(yuan, 'f', 6, 64), "0"), ".") + unit
}

// page is what the frame knows of a page.
type page struct {
	Lang, OtherLang string
	Title, Site     string
	Here            string
	Q               string // "?lang=en" or "": carried along in links
	Other           string // this page in the other language
	Style           string
	Demo            bool
	T               map[string]string
	Data            any
}

// show renders a page. The title is a key of the texts or stands as it is.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name, here, title string, demo bool, data any) {
	v := page{Lang: "zh-CN", OtherLang: "en", T: pageZH, Here: here, Style: p.style, Demo: demo, Data: data}
	other := *r.URL
	q := other.Query()
	q.Set("lang", "en")
	if r.URL.Query().Get("lang") == "en" {
		v.Lang, v.OtherLang, v.T, v.Q = "en", "zh-CN", pageEN, "?lang=en"
		q.Del("lang")
	}
	other.RawQuery = q.Encode()
	v.Other = (&url.URL{Path: other.Path, RawQuery: other.RawQuery}).String()
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
	s.mux.HandleFunc("GET /services/{key}", s.servicePage)
	s.mux.HandleFunc("GET /notices", s.noticesPage)
	s.mux.HandleFunc("GET /notices/{id}", s.noticePage)
	s.mux.HandleFunc("GET /check", s.checkPage)
	s.mux.HandleFunc("GET /check/{serial}", s.checkPage)
	s.mux.HandleFunc("GET /demo/phone", s.phonePage)
	s.mux.HandleFunc("GET /public.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		_, _ = w.Write(s.pages.css)
	})
	s.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /api/\nDisallow: /console/\nDisallow: /m/\nDisallow: /check\nDisallow: /demo/\n"))
	})
	s.mux.HandleFunc("/", s.pages.missing)
}

// homeData are the services and the latest publications.
type homeData struct {
	Services []service
	Notices  []app.PublicNotice
}

type service struct{ Key, Title, Lead string }

const latestNotices = 5

func (s *Server) homePage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.PublicPrograms(r.Context(), r.URL.Query().Get("lang"))
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	var d homeData
	for _, p := range list {
		d.Services = append(d.Services, service{p.Key, p.Title, leadOf(readMarkup(p.About))})
	}
	if d.Notices, err = s.app.Notices(r.Context(), ""); err != nil {
		s.pages.broken(w, r, err)
		return
	}
	d.Notices = d.Notices[:min(len(d.Notices), latestNotices)]
	s.pages.show(w, r, http.StatusOK, "home", "home", "site", s.app.Demo, d)
}

type serviceData struct {
	Blocks []block
	Law    []string
}

func (s *Server) servicePage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.PublicPrograms(r.Context(), r.URL.Query().Get("lang"))
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	for _, p := range list {
		if p.Key == r.PathValue("key") {
			s.pages.show(w, r, http.StatusOK, "service", "", p.Title, s.app.Demo, serviceData{readMarkup(p.About), p.Law})
			return
		}
	}
	s.pages.missing(w, r)
}

func (s *Server) noticesPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.Notices(r.Context(), "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	s.pages.show(w, r, http.StatusOK, "notices", "notices", "notices", s.app.Demo, list)
}

func (s *Server) noticePage(w http.ResponseWriter, r *http.Request) {
	n, err := s.app.PublicNotice(r.Context(), r.PathValue("id"))
	switch {
	case domain.KindOf(err) == domain.KindNotFound && err != nil:
		s.pages.missing(w, r)
	case err != nil:
		s.pages.broken(w, r, err)
	default:
		s.pages.show(w, r, http.StatusOK, "notice", "notices", n.Title, s.app.Demo, n)
	}
}

type checkData struct {
	Serial string
	Found  *app.CheckView
}

func (s *Server) checkPage(w http.ResponseWriter, r *http.Request) {
	d := checkData{Serial: strings.TrimSpace(orText(r.PathValue("serial"), r.URL.Query().Get("serial")))}
	status := http.StatusOK
	if len(d.Serial) > 64 {
		d.Serial = d.Serial[:0]
	}
	if d.Serial != "" {
		v, err := s.app.CheckSerial(r.Context(), d.Serial)
		switch {
		case err == nil:
			d.Found = v
		case domain.KindOf(err) == domain.KindNotFound:
			status = http.StatusNotFound
		default:
			s.pages.broken(w, r, err)
			return
		}
	}
	s.pages.show(w, r, status, "check", "check", "check", s.app.Demo, d)
}

// phonePage is the fake phone of a demo county: the codes sent to everybody.
func (s *Server) phonePage(w http.ResponseWriter, r *http.Request) {
	if !s.app.Demo {
		s.pages.missing(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	s.pages.show(w, r, http.StatusOK, "phone", "", "phone", true, s.app.DemoCodes())
}
