package testkit_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
	"linqiao/testkit"
)

// way is one way out of the county: a route or a page that is read. Who adds one says
// here how the matrix asks for it, or why nothing about anybody can come out by it, or
// which test holds it; without a line the matrix fails.
type way struct {
	ask  func(*asking) []string // the addresses that one reader asks for
	test string                 // the test that holds it instead
	why  string                 // why there is nothing to hold
}

// asking is what one reader's addresses are made of.
type asking struct {
	*matrix
	t      *testing.T
	r      *reader
	path   string
	opened []string // records that he may open
}

func ask(f func(*asking) []string) way { return way{ask: f} }

func held(by string) way { return way{test: by} }

func nothing(why string) way { return way{why: why} }

// fill puts values into an address in place of its placeholders, in order.
func (a *asking) fill(values ...string) string {
	return slot.ReplaceAllStringFunc(a.path, func(string) string {
		v := values[0]
		values = values[1:]
		return v
	})
}

var slot = regexp.MustCompile(`\{[a-z]+\}`)

var once = ask(func(a *asking) []string { return []string{a.path + "?limit=200"} })

var ofOpened = ask(func(a *asking) (out []string) {
	for _, id := range a.opened {
		out = append(out, a.fill(id))
	}
	return out
})

var ofPeople = ask(func(a *asking) (out []string) {
	for _, id := range a.r.met {
		out = append(out, a.fill(id))
	}
	return out
})

// ofProgram asks once for each program that holds marks, and its entries of a block.
func ofProgram(keys func(*program.Program) []string) way {
	return ask(func(a *asking) (out []string) {
		for key, p := range a.set.Programs.All() {
			if !a.holdsMarks(key) || !a.concerned(a.r, p) {
				continue
			}
			if keys == nil {
				out = append(out, a.fill(key))
				continue
			}
			for _, k := range keys(p) {
				out = append(out, a.fill(key, k)+"?limit=200")
			}
		}
		return out
	})
}

// concerned: he holds a role of the program, or oversees the county. Of the others a few
// ask all the same: the door is one and the same for all of them.
func (m *matrix) concerned(r *reader, p *program.Program) bool {
	if r.who.Admin || r.who.Auditor || r.nth%12 == 0 {
		return true
	}
	for _, role := range p.Roles.All() {
		if role.Is != "public" && r.who.HoldsStatic(role) {
			return true
		}
	}
	return false
}

func (m *matrix) holdsMarks(program string) bool {
	for k := range m.kinds {
		if k[0] == program {
			return true
		}
	}
	return false
}

// ofItems asks for each item of a list that he may see.
func ofItems(lists ...string) way {
	return ask(func(a *asking) (out []string) {
		for _, list := range lists {
			for _, x := range testkit.Items(a.r.client.Do(a.t, http.MethodGet, list, nil).Object(), "items") {
				out = append(out, a.fill(testkit.Text(x, "id")))
			}
		}
		return out
	})
}

// ofOffers asks for the shelves of the programs that hold marks.
func offerKeys(p *program.Program) (out []string) {
	for k, rt := range p.Records.All() {
		if rt.Noun == domain.Offer {
			out = append(out, k)
		}
	}
	return out
}

// ways are all of them, by route or page.
func ways() map[string]way {
	text := nothing("the text of a program, or of the kernel")
	place := nothing("names of places and units")
	own := nothing("his own account")
	count := nothing("a number, no row; searches are asked by word")
	return map[string]way{
		"/session": once, "/sessions": own, "/session/factors": own, "/session/ways": text, "/session/oidc/{key}/callback": nothing("leads to a page"), "/sign-in-rules": text, "/preferences": own, "/notifications/count": count, "/filters": once,
		"/programs": text, "/programs/{p}": text, "/programs/{p}/source": text, "/programs/{p}/versions": text, "/programs/{p}/diff": text,
		"/offers": once, "/programs/{p}/offers/{record}": ofProgram(offerKeys), "/programs/{p}/stages": ofProgram(nil),
		"/programs/{p}/board/{record}": ofProgram(func(p *program.Program) []string { return p.Records.Keys() }),
		"/calendar":                    once, "/calendar/mine": once, "/calendar/feed": once,
		"/records": once, "/records/count": count, "/records/{id}": held("TestMatrix"), "/records/{id}/forms": ofOpened, "/records/{id}/attachments": ofOpened,
		"/records/{id}/roll": ofOpened, "/records/{id}/events": ofOpened, "/records/{id}/matches/{match}": ask(matchesOf), "/records/{id}/packets/{order}": ask(packetsOf),
		"/records/{id}/ballots/{ballot}/roll": held("TestVoters"),
		"/parties":                            once, "/parties/{id}": held("TestMatrix"), "/parties/{id}/events": ofPeople, "/parties/{id}/tasks": ofPeople, "/parties/{id}/attachments": ofPeople,
		"/parties/{id}/access": ofPeople, "/parties/{id}/consents/{program}/{consent}/effects": ask(effectsOf), "/grounds": once,
		"/regions": place, "/regions/{id}": place, "/orgs": place, "/orgs/{id}": place, "/accounts": once, "/accounts/{id}": nothing("a line of /accounts"), "/staff": once,
		"/imports": once, "/imports/kinds": text, "/imports/template.xlsx": text, "/imports/{id}": held("TestImportSight"), "/imports/{id}/rows": held("TestImportSight"),
		"/imports/{id}/verdict.xlsx": held("TestImportSight"),
		"/jobs":                      once, "/jobs/{id}": ofItems("/jobs?limit=200"), "/jobs/{id}/items": ofItems("/jobs?limit=200"), "/jobs/{id}/areas": count, "/jobs/{id}/file": ofItems("/jobs?limit=200"),
		"/maps": place, "/maps/{id}": place, "/map/shapes": place,
		"/programs/{p}/screen": ofProgram(nil), "/programs/{p}/map/units": ofProgram(nil), "/programs/{p}/map/things": ofProgram(nil), "/programs/{p}/map/visits": ofProgram(nil),
		"/programs/{p}/rosters/{k}":         ofProgram(func(p *program.Program) []string { return p.Rosters.Keys() }),
		"/programs/{p}/rosters/{k}/shifts":  ofProgram(func(p *program.Program) []string { return p.Rosters.Keys() }),
		"/programs/{p}/rosters/{k}/keepers": ofProgram(func(p *program.Program) []string { return p.Rosters.Keys() }),
		"/programs/{p}/duties/{k}/rounds":   ofProgram(func(p *program.Program) []string { return p.Duties.Keys() }),
		"/programs/{p}/duties/{k}/windows":  ofProgram(func(p *program.Program) []string { return p.Duties.Keys() }),
		"/duty-rounds/{id}":                 ask(roundsOf), "/duty-rounds/{id}/items": ask(roundsOf), "/duty-windows/{id}": held("TestWindowsSeen"), "/duty-windows/{id}/items": held("TestWindowsSeen"),
		"/check-ins": once, "/work": once, "/sync": once, "/sync/keys": once,
		"/programs/{p}/devices/{k}":               ofProgram(func(p *program.Program) []string { return p.Devices.Keys() }),
		"/programs/{p}/stats":                     ofProgram(nil),
		"/programs/{p}/stats/{k}":                 ofProgram(func(p *program.Program) []string { return p.Stats.Keys() }),
		"/programs/{p}/ledgers":                   ofProgram(nil),
		"/programs/{p}/ledgers/{k}":               ofProgram(func(p *program.Program) []string { return p.Ledgers.Keys() }),
		"/programs/{p}/ledgers/{k}/export.xlsx":   ofProgram(func(p *program.Program) []string { return p.Ledgers.Keys() }),
		"/programs/{p}/ledgers/{k}/cells/{stat}":  held("TestLedgerCellAccess"),
		"/programs/{p}/accounts/{k}":              ofProgram(func(p *program.Program) []string { return p.Accounts.Keys() }),
		"/programs/{p}/accounts/{k}/entries":      ofProgram(func(p *program.Program) []string { return p.Accounts.Keys() }),
		"/programs/{p}/accounts/{k}/entries.xlsx": ofProgram(func(p *program.Program) []string { return p.Accounts.Keys() }),
		"/holdings":                   once,
		"/programs/{p}/libraries/{k}": ofProgram(func(p *program.Program) []string { return p.Libraries.Keys() }),
		"/public/notices":             once, "/public/notices/{id}": ofItems("/public/notices"), "/notices": once, "/notices/{id}": ofItems("/notices", "/public/notices"),
		"/programs/{p}/notices":             ofProgram(nil),
		"/programs/{p}/notices/{k}/preview": ofProgram(func(p *program.Program) []string { return p.Notices.Keys() }),
		"/libraries":                        once, "/libraries/{p}/{k}": ofProgram(func(p *program.Program) []string { return p.Libraries.Keys() }),
		"/library-items/{id}": held("TestLibrary"), "/library-items/{id}/media": held("TestLibrary"), "/library-items/{id}/captions": held("TestLibrary"),
		"/public/check/{serial}": held("TestPapers"), "/health": text, "/approvals": once, "/approvals/{id}": ofItems("/approvals"), "/powers": count,
		"/attachments/{id}": ask(filesOf), "/attachments/{id}/custody": ask(filesOf), "/uploads/{id}": held("TestUploadRefused"),
		"/search": nothing("asked by word"), "/audit": once, "/audit/actions": text, "/audit/export.xlsx": once, "/audit/verify": count,
		"/stream": held("TestMatrix"), "/notifications": once, "/channels": once, "/deliveries": once, "/deliveries/count": count,
		"/gateways": once, "/exchange/{id}/events": held("TestFeedTellsNoMore"), "/partners": once, "/partners/{id}/items": held("TestFeedTellsNoMore"),
		"/programs/{p}/conflicts": ofProgram(nil), "/demo/accounts": nothing("names of posts"),
		// pages and what else stands beside the API
		"GET /healthz": count, "GET /readyz": count, "GET /metrics": nothing("numbers"), "GET /openapi.json": text, "GET /draw.js": text, "GET /about": text, "GET /accessibility": text,
		"GET /public.css": text, "GET /robots.txt": text, "GET /demo/phone": text,
		"GET /{$}": page("/"), "GET /services": page("/services"), "GET /services/{key}": pageEach(func(k string) string { return "/services/" + k }),
		"GET /services/{key}/offers": pageEach(func(k string) string { return "/services/" + k + "/offers" }),
		"GET /notices":               page("/notices"), "GET /notices.rss": page("/notices.rss"), "GET /notices/{id}": pagesOfNotices(""), "GET /notices/{id}/table.csv": pagesOfNotices("/table.csv"),
		"GET /notices/{id}/draw.json": pagesOfNotices("/draw.json"), "GET /calendar/{token}": held("TestBookings"),
		"GET /check": page("/check"), "GET /check/{serial}": held("TestPapers"), "GET /card/{code}": held("TestCard"),
		"GET /library": page("/library"), "GET /library/{p}/{k}": held("TestLibrary"), "GET /library/items/{id}": held("TestLibrary"),
		"GET /library/items/{id}/media": held("TestLibrary"), "GET /library/items/{id}/captions": held("TestLibrary"),
		"GET /voices": page("/voices"), "GET /voices/{p}/{move}": held("TestVoices"),
	}
}

// A page is asked for without sign-in, and may show no mark at all: m.pages does it.
func page(path string) way { return ask(func(*asking) []string { return []string{"page " + path} }) }

func pageEach(path func(program string) string) way {
	return ask(func(a *asking) (out []string) {
		for _, k := range a.set.Programs.Keys() {
			out = append(out, "page "+path(k))
		}
		return out
	})
}

func pagesOfNotices(tail string) way {
	return ask(func(a *asking) (out []string) {
		for _, n := range testkit.Items(a.r.client.Do(a.t, http.MethodGet, "/public/notices?limit=200", nil).Object(), "items") {
			out = append(out, "page /notices/"+testkit.Text(n, "id")+tail)
		}
		return out
	})
}

func matchesOf(a *asking) (out []string) {
	for _, id := range a.opened {
		kind := a.kindOf[id]
		for k, mt := range a.set.Programs.Get(kind[0]).Matches.All() {
			if order := a.set.Programs.Get(kind[0]).Records.Get(mt.Makes); order != nil && order.Of == kind[1] {
				out = append(out, a.fill(id, k))
			}
		}
	}
	return out
}

// packetsOf asks what an order of each kind below an opened record would show.
func packetsOf(a *asking) (out []string) {
	for _, id := range a.opened {
		kind := a.kindOf[id]
		for k, rt := range a.set.Programs.Get(kind[0]).Records.All() {
			if rt.Noun == domain.Order && rt.Of == kind[1] && rt.Shows != nil {
				out = append(out, a.fill(id, k))
			}
		}
	}
	return out
}

func effectsOf(a *asking) (out []string) {
	for _, id := range a.r.met {
		for key, p := range a.set.Programs.All() {
			if !a.holdsMarks(key) || !a.concerned(a.r, p) {
				continue
			}
			for _, c := range p.Consents.Keys() {
				out = append(out, a.fill(id, key, c))
			}
		}
	}
	return out
}

func roundsOf(a *asking) (out []string) {
	for key, p := range a.set.Programs.All() {
		if !a.holdsMarks(key) || !a.concerned(a.r, p) {
			continue
		}
		for _, k := range p.Duties.Keys() {
			for _, x := range testkit.Items(a.r.client.Do(a.t, http.MethodGet, "/programs/"+key+"/duties/"+k+"/rounds", nil).Object(), "items") {
				out = append(out, a.fill(testkit.Text(x, "id")))
			}
		}
	}
	return out
}

func filesOf(a *asking) (out []string) {
	for id := range a.files {
		out = append(out, a.fill(id))
	}
	slices.Sort(out)
	return out
}

var (
	mounted = regexp.MustCompile(`HandleFunc\("(GET /[^"]*)"`)
	funcs   = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
)

// everyWay holds that the table names all routes and pages that are read, and that the
// tests it leans on are there.
func (m *matrix) everyWay(t *testing.T) {
	t.Helper()
	table, is := ways(), map[string]bool{}
	for r := range served(t, m.County) {
		if path, ok := strings.CutPrefix(r, "GET "); ok {
			is[path] = true
		}
	}
	tests := map[string]bool{}
	read := func(pattern string, find *regexp.Regexp, into map[string]bool) {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range find.FindAllSubmatch(raw, -1) {
				into[string(x[1])] = true
			}
		}
	}
	read("../api/*.go", mounted, is)
	read("*_test.go", funcs, tests)
	if len(is) < 120 {
		t.Fatalf("only %d ways out were found", len(is))
	}
	for path := range is {
		if w, ok := table[path]; !ok {
			t.Errorf("%s is a new way out: say in ways() how the matrix asks for it", path)
		} else if w.test != "" && !tests[w.test] {
			t.Errorf("%s is held by %s, which is no test", path, w.test)
		}
	}
	for path := range table {
		if !is[path] {
			t.Errorf("ways() names %s, which is no way out", path)
		}
	}
}

// askWays asks for everything that the table says, as one reader.
func (m *matrix) askWays(t *testing.T, r *reader, opened []string) {
	t.Helper()
	table := ways()
	for _, path := range slices.Sorted(func(yield func(string) bool) {
		for k := range table {
			if !yield(k) {
				return
			}
		}
	}) {
		if table[path].ask == nil {
			continue
		}
		for _, one := range table[path].ask(&asking{m, t, r, path, opened}) {
			if _, isPage := strings.CutPrefix(one, "page "); !isPage && !m.asked[r.login+one] {
				m.asked[r.login+one] = true
				m.get(t, r, one)
			}
		}
	}
}

// pages asks for all pages without sign-in: nobody's mark stands on one.
func (m *matrix) pages(t *testing.T, r *reader) {
	t.Helper()
	n := 0
	for path, w := range ways() {
		if w.ask == nil || !strings.HasPrefix(path, "GET ") {
			continue
		}
		for _, one := range w.ask(&asking{matrix: m, t: t, r: r, path: path}) {
			at := strings.TrimPrefix(one, "page ")
			a := m.Stranger().Page(t, at)
			if n++; a.Status >= 500 {
				t.Errorf("%s: %d", at, a.Status)
			}
			for _, mark := range m.marksIn(a.Raw) {
				if !m.said[mark] && m.secrets[mark].party == "" {
					t.Errorf("%s stands on the page %s", m.secrets[mark], at)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d pages were asked for", n)
	}
}

// attach gives each kind of marked record a file, whose name and bytes hold a mark.
func (m *matrix) attach(t *testing.T) {
	t.Helper()
	done := map[[2]string]bool{}
	for _, id := range m.ids {
		kind := m.kindOf[id]
		if done[kind] {
			continue
		}
		done[kind] = true
		rt := m.set.Programs.Get(kind[0]).Records.Get(kind[1])
		s := &guarded{program: kind[0], record: kind[1], field: "(file)", class: max(rt.Class, domain.Sensitive), at: map[string]bool{id: true}}
		mark := fmt.Sprintf("zq%04dz", 9000+len(m.files))
		up, err := store.TakeIn(t.Context(), m.App.Blobs, strings.NewReader("写着 "+mark+" 的文件\n"), 1<<20, "text/plain")
		if err != nil {
			t.Fatal(err)
		}
		att := &domain.Attachment{SHA256: up.SHA256, Size: up.Size, MIME: up.MIME, Name: mark + ".txt", Record: domain.RecordID(id), Class: s.class}
		if err := m.App.DB.Write(t.Context(), func(tx *store.Tx) error { return tx.In(m.Code).InsertAttachment(att) }); err != nil {
			t.Fatal(err)
		}
		m.secrets[mark], m.files[att.ID] = s, mark
	}
	if len(m.files) < 10 {
		t.Fatalf("only %d files", len(m.files))
	}
}

// maySeeFile: somebody who opens the record and reads it, by a role or by its fields'
// own rule, at the class of the file.
func (m *matrix) fileShown(r *reader, id string, opened bool) {
	for file, mark := range m.files {
		if s := m.secrets[mark]; s.at[id] && opened && m.mayRead(r.who, s) {
			r.direct[mark], m.openFiles[file] = true, true
		}
	}
}

// inSheets gives the text inside a workbook, so that marks are found in it.
func inSheets(raw []byte) []byte {
	if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) {
		return raw
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return raw
	}
	var out bytes.Buffer
	for _, f := range z.File {
		if r, err := f.Open(); err == nil {
			_, _ = io.Copy(&out, io.LimitReader(r, 4<<20))
			_ = r.Close()
		}
	}
	return out.Bytes()
}

// streamed reads what the stream tells a reader who missed the last changes: ids of
// records that he may open, and nothing else.
func (m *matrix) streamed(t *testing.T, r *reader) {
	t.Helper()
	raw, _ := m.listen(t, r, "")
	mark := streamMark.FindSubmatch(raw)
	if mark == nil {
		t.Fatalf("no mark in the stream of %s: %s", r.login, raw)
	}
	seq, _ := strconv.ParseInt(string(mark[2]), 36, 64)
	raw, ids := m.listen(t, r, string(mark[1])+"-"+strconv.FormatInt(max(0, seq-50), 36))
	m.meet(r, "/stream", raw)
	for _, id := range ids {
		if a := r.client.Do(t, http.MethodGet, "/records/"+id, nil); a.Status != http.StatusOK {
			t.Errorf("the stream tells %s of %s, which he may not open: %d", r.login, id, a.Status)
		}
	}
	m.streamedIDs += len(ids)
}

var (
	streamMark = regexp.MustCompile(`(?m)^id: ([0-9a-f]+)-([0-9a-z]+)$`)
	streamID   = regexp.MustCompile(`"type":"record","id":"([^"]+)"`)
)

// listen reads a stream up to where it says that nothing is missing any more.
func (m *matrix) listen(t *testing.T, r *reader, since string) (raw []byte, ids []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.Server.URL+"/api/v1/stream?since="+since, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.client.Token)
	res, err := r.client.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		raw = append(append(raw, lines.Bytes()...), '\n')
		if id := streamID.FindSubmatch(lines.Bytes()); id != nil {
			ids = append(ids, string(id[1]))
		}
		if bytes.Contains(lines.Bytes(), []byte(`"type":"ready"`)) || bytes.Contains(lines.Bytes(), []byte(`"type":"reset"`)) {
			break
		}
	}
	return raw, ids
}

// hidden: an error about a record that he may not see is word for word the error about
// one that is not there.
func (m *matrix) hidden(t *testing.T, r *reader, id string) {
	t.Helper()
	kind := m.kindOf[id]
	mv := ""
	for k := range m.set.Programs.Get(kind[0]).Records.Get(kind[1]).Moves.All() {
		mv = k
		break
	}
	const none = "01890000-0000-7000-8000-000000000000"
	for _, x := range []struct {
		method, tail string
		body         any
	}{{http.MethodGet, "", nil}, {http.MethodGet, "/events", nil}, {http.MethodGet, "/forms", nil}, {http.MethodGet, "/attachments", nil}, {http.MethodPost, "/moves/" + mv, testkit.Object{"rev": 1}}, {http.MethodPost, "/confirmations", testkit.Object{}},
		{http.MethodPatch, "", testkit.Object{"rev": 1, "fields": testkit.Object{}}}, {http.MethodPost, "/owner", testkit.Object{"account": none}}} {
		a, b := r.client.Do(t, x.method, "/records/"+id+x.tail, x.body), r.client.Do(t, x.method, "/records/"+none+x.tail, x.body)
		told := strings.ReplaceAll(string(a.Raw), id, none)
		if a.Status != b.Status || cutTrace(told) != cutTrace(string(b.Raw)) {
			t.Errorf("%s learns by %s %s that %v %s is there: %d %s, and of none %d %s", r.login, x.method, x.tail, kind, id, a.Status, a.Raw, b.Status, b.Raw)
		}
	}
}

var trace = regexp.MustCompile(`"(trace|trace_id|request_id|request)":"[^"]*"`)

func cutTrace(s string) string { return trace.ReplaceAllString(s, "") }
