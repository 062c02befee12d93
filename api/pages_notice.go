package api

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
)

type noticesData struct {
	Lists, Figures []app.PublicNotice
}

func (s *Server) noticesPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.Notices(r.Context(), "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	var d noticesData
	for _, n := range list {
		if n.Figures {
			d.Figures = append(d.Figures, n)
		} else {
			d.Lists = append(d.Lists, n)
		}
	}
	s.pages.show(w, r, http.StatusOK, "notices", "notices", "notices", s.app.Demo, d)
}

type noticeData struct {
	*app.PublicNotice
	Object   string // where to object, "" when one may not
	Before   string // numbers of the pages beside this one
	After    string
	Adjusted bool // corrections are shown
}

func (s *Server) noticePage(w http.ResponseWriter, r *http.Request) {
	page, err := strconv.Atoi(orText(r.URL.Query().Get("page"), "1"))
	if err != nil || page < 1 {
		s.pages.missing(w, r)
		return
	}
	n, err := s.app.PublicNotice(r.Context(), r.PathValue("id"), page)
	switch {
	case err != nil && domain.KindOf(err) == domain.KindNotFound:
		s.pages.missing(w, r)
		return
	case err != nil:
		s.pages.broken(w, r, err)
		return
	}
	d := noticeData{PublicNotice: n, Adjusted: len(n.Table.Corrections) > 0}
	if n.Objection != nil {
		d.Object = "/m/start/" + url.PathEscape(n.Program) + "/" + n.Objection.Record + "/" + n.Objection.Move + "?notice=" + url.QueryEscape(n.ID)
	}
	if page > 1 {
		d.Before = strconv.Itoa(page - 1)
	}
	if page < n.Table.Pages {
		d.After = strconv.Itoa(page + 1)
	}
	s.pages.show(w, r, http.StatusOK, "notice", "notices", n.Title, s.app.Demo, d)
}

// noticeCSV gives a publication as a table for a spreadsheet, all pages of it.
func (s *Server) noticeCSV(w http.ResponseWriter, r *http.Request) {
	n, err := s.app.PublicNotice(r.Context(), r.PathValue("id"), 1)
	if err != nil {
		s.pages.missing(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": n.Title + ".csv"}))
	_, _ = w.Write([]byte("\xef\xbb\xbf")) // so that spreadsheets read it as UTF-8
	out := csv.NewWriter(w)
	t := n.Table
	areas := named(t.Rows)
	head := []string{}
	if areas {
		head = append(head, s.pages.text(r, "part"))
	}
	for _, c := range t.Columns {
		head = append(head, plainCell(c.Label+csvUnit(c.Unit)))
	}
	_ = out.Write(append(head, s.pages.text(r, "correction")))
	for page := 1; ; page++ {
		for _, row := range t.Rows {
			_ = out.Write(csvRow(t, row, areas))
		}
		if page >= t.Pages {
			break
		}
		if n, err = s.app.PublicNotice(r.Context(), r.PathValue("id"), page+1); err != nil {
			requestOf(r.Context()).cause = err
			panic(http.ErrAbortHandler) // half a table must not pass for a whole one
		}
		t.Rows = n.Table.Rows
	}
	for _, row := range t.Corrections {
		_ = out.Write(csvRow(t, row, areas))
	}
	out.Flush()
}

func csvRow(t *app.PublicTable, row app.LedgerRow, areas bool) []string {
	var out []string
	if areas {
		out = append(out, plainCell(row.Labels["_row"]))
	}
	for _, c := range t.Columns {
		out = append(out, csvCell(row, c))
	}
	return append(out, row.Labels["_correction"])
}

// csvCell is a number as a number, anything else as it reads on the page.
func csvCell(row app.LedgerRow, c app.LedgerColumn) string {
	n, ok := wholeNumber(row.Cells[c.Key])
	switch {
	case ok && c.Unit == "fen", ok && c.Unit == "bp":
		return strconv.FormatFloat(float64(n)/100, 'f', 2, 64)
	case ok && c.Unit != "":
		return strconv.FormatInt(n, 10)
	}
	return plainCell(figure(row, c))
}

func csvUnit(unit string) string {
	switch unit {
	case "fen":
		return "（元）"
	case "bp":
		return "（%）"
	}
	return ""
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// feed is RSS 2.0.
type feed struct {
	XMLName xml.Name    `xml:"rss"`
	Version string      `xml:"version,attr"`
	Channel feedChannel `xml:"channel"`
}

type feedChannel struct {
	Title       string     `xml:"title"`
	Link        string     `xml:"link"`
	Description string     `xml:"description"`
	Language    string     `xml:"language"`
	Items       []feedItem `xml:"item"`
}

type feedItem struct {
	Title string   `xml:"title"`
	Link  string   `xml:"link"`
	GUID  feedGUID `xml:"guid"`
	Date  string   `xml:"pubDate"`
	Text  string   `xml:"description"`
}

type feedGUID struct {
	IsLink bool   `xml:"isPermaLink,attr"`
	ID     string `xml:",chardata"`
}

func (s *Server) noticesFeed(w http.ResponseWriter, r *http.Request) {
	list, err := s.app.Notices(r.Context(), "")
	if err != nil {
		s.pages.broken(w, r, err)
		return
	}
	scheme := "http"
	if requestOf(r.Context()).secure {
		scheme = "https"
	}
	root := scheme + "://" + r.Host
	f := feed{Version: "2.0", Channel: feedChannel{Title: s.pages.text(r, "site"), Link: root + "/notices", Description: s.pages.text(r, "notices"), Language: "zh-CN"}}
	for _, n := range list {
		f.Channel.Items = append(f.Channel.Items, feedItem{n.Title, root + "/notices/" + n.ID, feedGUID{false, n.ID},
			n.Published.In(domain.Beijing).Format(time.RFC1123Z), n.County + " · " + n.Label})
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	if err := xml.NewEncoder(w).Encode(f); err != nil {
		requestOf(r.Context()).cause = fmt.Errorf("write feed: %w", err)
	}
}

type checkData struct {
	Serial string
	Found  *app.CheckView
	Asked  bool
}

// longestSerial bounds a certificate's number.
const longestSerial = 64

func (s *Server) checkPage(w http.ResponseWriter, r *http.Request) {
	d := checkData{Serial: strings.TrimSpace(orText(r.PathValue("serial"), r.URL.Query().Get("serial")))}
	status := http.StatusOK
	d.Asked = d.Serial != ""
	if len(d.Serial) > longestSerial {
		d.Serial, status = "", http.StatusNotFound // no serial is as long
	}
	if d.Serial != "" {
		v, err := s.app.CheckSerial(r.Context(), requestOf(r.Context()).client.Address, d.Serial)
		switch {
		case err == nil:
			d.Found = v
		case domain.KindOf(err) == domain.KindNotFound:
			status = http.StatusNotFound
		case domain.KindOf(err) == domain.KindRateLimited:
			s.pages.show(w, r, http.StatusTooManyRequests, "message", "check", "check", s.app.Demo, s.pages.text(r, "checkLater"))
			return
		default:
			s.pages.broken(w, r, err)
			return
		}
	}
	s.pages.show(w, r, status, "check", "check", "check", s.app.Demo, d)
}

// cardPage is what the code of a printed card opens, without sign-in. Whoever is
// signed in is named in the log of openings; the code stands in no log.
func (s *Server) cardPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Robots-Tag", "noindex")
	q := requestOf(r.Context())
	var who *app.Who
	if q.token != "" {
		who, _ = s.app.Who(r.Context(), q.token) // an old sign-in is none
	}
	code := r.PathValue("code")
	if len(code) > longestSerial {
		code = ""
	}
	v, err := s.app.OpenCard(r.Context(), q.client.Address, who, code)
	if err == nil {
		s.pages.show(w, r, http.StatusOK, "card", "", "card", s.app.Demo, v)
		return
	}
	switch domain.KindOf(err) {
	case domain.KindNotFound:
		s.pages.show(w, r, http.StatusNotFound, "message", "", "card", s.app.Demo, s.pages.text(r, "cardOver"))
	case domain.KindRateLimited:
		s.pages.show(w, r, http.StatusTooManyRequests, "message", "", "card", s.app.Demo, s.pages.text(r, "checkLater"))
	default:
		s.pages.broken(w, r, err)
	}
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
