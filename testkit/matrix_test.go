package testkit_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/programs"
	"linqiao/scenario"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestMatrix is every role by every field class by every way out. The demonstrations
// of all programs are played with a mark of its own in each text above `internal`, and
// in the names of people. Then every kind of reader asks for everything, and each mark
// in an answer is held against two rules: the class that one of his roles reads of that
// kind of record at all, as the program says it; and what the record itself shows him.
// What he does not read there he may find nowhere: in no list, count, search, export,
// history, message or error, and nobody finds a mark in the log or in the clear on disk.
func TestMatrix(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			m := openMatrix(t, engine)
			m.everyWay(t)
			readers := m.readers(t)
			if engine.Name != "sqlite" && os.Getenv("LINQIAO_TEST_FULL") == "" {
				// Who may read what is decided above the database: here every fourth asks.
				some := readers[:0]
				for i := 0; i < len(readers); i += 4 {
					some = append(some, readers[i])
				}
				readers = some
			}
			for _, r := range readers {
				m.streamed(t, r)
			}
			for _, r := range readers {
				m.export(t, r)
			}
			if err := m.App.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, r := range readers {
				m.ask(t, r)
			}
			if m.streamedIDs == 0 || len(m.openFiles) == 0 {
				t.Errorf("%d records came by the stream, %d of %d files were shown to somebody", m.streamedIDs, len(m.openFiles), len(m.files))
			}
			m.pages(t, readers[0])
			m.atRest(t)
		})
	}
}

// guarded is a markOf text and where it belongs.
type guarded struct {
	program, record, form, field string
	class                        domain.Class
	at                           map[string]bool // ids of the records that hold it
	party                        string          // whose name it is
}

func (s guarded) String() string {
	if s.party != "" {
		return "name of " + s.party
	}
	return fmt.Sprintf("%s %s.%s%s (%s)", s.program, s.record, s.form, s.field, s.class)
}

type matrix struct {
	*testkit.County
	set     *program.Set
	secrets map[string]*guarded
	subject map[string]string // of markOf records, the person
	ids     []string          // of markOf records
	kinds   map[[2]string]bool
	people  []string        // ids of those whose names are marks
	said    map[string]bool // marks that a calculated field of a lower class says

	kindOf      map[string][2]string // program and record of the marked records
	files       map[string]string    // attachment → mark in its name and bytes
	openFiles   map[string]bool      // those that somebody was shown
	asked       map[string]bool      // reader and address
	streamedIDs int
}

// reader is one who asks, and the marks that records themselves show him.
type reader struct {
	login  string
	nth    int
	met    []string // people whose file he may open
	who    *app.Who
	client *testkit.Client
	direct map[string]bool
	open   map[string]bool   // by a calculated field of a lower class
	found  map[string]string // mark → first way out
}

var (
	markOf = regexp.MustCompile(`zq\d{4}z`)
	valued = regexp.MustCompile(`([a-z_]+)=(「[^」]*」|[^，,。\s「」\[\]]+)`)
	acted  = regexp.MustCompile(`^\S+ (做|填) ([a-z_]+)(?:\.([a-z_]+))?[ :]`)
	named  = regexp.MustCompile(`^个人 ([^:：\s]+)[:：]`)
)

func openMatrix(t *testing.T, engine storetest.Engine) *matrix {
	t.Helper()
	dirs, err := programs.FS()
	if err != nil {
		t.Fatal(err)
	}
	set, issues := program.Load(dirs)
	if program.Fatal(issues) {
		t.Fatalf("programs: %+v", issues)
	}
	m := &matrix{set: set, secrets: map[string]*guarded{}, subject: map[string]string{}, kinds: map[[2]string]bool{}, said: map[string]bool{},
		kindOf: map[string][2]string{}, files: map[string]string{}, openFiles: map[string]bool{}, asked: map[string]bool{}}
	var stories []*scenario.Story
	var names []string
	all := ""
	for _, key := range set.Programs.Keys() {
		src, err := fs.ReadFile(dirs[key], "demo.txt")
		if err != nil {
			continue
		}
		story, faults := scenario.Parse(key+"/demo.txt", []byte(m.plant(set.Programs.Get(key), string(src), &names)))
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		stories, all = append(stories, story), all+string(src)
	}
	m.County = testkit.Open(t, engine, stories[0].Code)
	if err := scenario.PlayTogether(t.Context(), stories, set, m.Target()); err != nil {
		t.Fatal(err)
	}
	m.locate(t)
	m.markNames(names, all)
	m.attach(t)
	for _, p := range m.SignIn(t, m.Admin.Login).All(t, "/parties") {
		if m.secrets[testkit.Text(p, "name")] != nil {
			m.people = append(m.people, testkit.Text(p, "id"))
		}
	}
	if len(m.ids) < 10 || len(m.secrets) < 30 {
		t.Fatalf("only %d records hold %d marks", len(m.ids), len(m.secrets))
	}
	return m
}

// plant puts a mark into each text above `internal` that a demonstration fills in.
func (m *matrix) plant(p *program.Program, src string, names *[]string) string {
	lines := strings.Split(src, "\n")
	for i, line := range lines {
		if n := named.FindStringSubmatch(line); n != nil {
			*names = append(*names, n[1])
		}
		act := acted.FindStringSubmatch(line)
		if act == nil {
			continue
		}
		lines[i] = valued.ReplaceAllStringFunc(line, func(pair string) string {
			key, value, _ := strings.Cut(pair, "=")
			s := guarded{program: p.Key, field: key, at: map[string]bool{}}
			var f *program.Field
			if act[1] == "填" {
				if fm := p.Forms.Get(act[2]); fm != nil && len(fm.Of) > 0 {
					f, s.form, s.record = fm.Fields.Get(key), act[2]+".", fm.Of[0]
				}
			} else if rt := p.Records.Get(act[2]); rt != nil {
				f, s.record = rt.Fields.Get(key), act[2]
			}
			if f == nil || f.Type != program.TypeText || f.Many || f.List != nil || f.Calc != nil || f.Class <= domain.Internal {
				return pair
			}
			s.class = f.Class
			mark := fmt.Sprintf("zq%04dz", len(m.secrets))
			m.secrets[mark] = &s
			return key + "=「" + strings.Trim(value, "「」") + mark + "」"
		})
	}
	return strings.Join(lines, "\n")
}

// locate finds the records that hold the marks.
func (m *matrix) locate(t *testing.T) {
	t.Helper()
	system := app.System(m.Code)
	q := app.RecordQuery{Limit: 200}
	for {
		page, err := m.App.Records(t.Context(), system, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Items {
			m.locateIn(t, system, r)
		}
		if page.Next == nil {
			return
		}
		q.Cursor = *page.Next
	}
}

func (m *matrix) locateIn(t *testing.T, system *app.Who, r app.RecordSummary) {
	t.Helper()
	v, err := m.App.Record(t.Context(), system, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	forms, err := m.App.Forms(t.Context(), system, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := json.NewEncoder(&raw).Encode([]any{v.Fields, forms.Items}); err != nil {
		t.Fatal(err)
	}
	for key, value := range v.Fields {
		if f := m.set.Programs.Get(v.Program).Records.Get(v.Record).Fields.Get(key); f != nil && f.Calc != nil {
			for _, mark := range markOf.FindAllString(fmt.Sprint(value), -1) {
				m.said[mark] = true
			}
		}
	}
	held := false
	for _, mark := range markOf.FindAllString(raw.String(), -1) {
		if s := m.secrets[mark]; s != nil && s.program == v.Program && (s.record == v.Record || s.form != "") {
			s.record, held = v.Record, true
			s.at[string(r.ID)] = true
		}
	}
	if held || m.set.Programs.Get(v.Program).Records.Get(v.Record).Class > domain.Personal {
		m.ids = append(m.ids, string(r.ID))
		m.kinds[[2]string{v.Program, v.Record}] = true
		m.kindOf[string(r.ID)] = [2]string{v.Program, v.Record}
		if v.Subject != nil {
			m.subject[string(r.ID)] = string(v.Subject.ID)
		}
	}
}

// markNames makes marks of the names of people that stand in no other text.
func (m *matrix) markNames(names []string, all string) {
	for _, name := range names {
		if len([]rune(name)) < 3 || strings.Contains(name, "{") || strings.Contains(all, "="+name) || strings.Contains(all, "「"+name) || strings.Count(all, "个人 "+name) != 1 {
			continue
		}
		if slices.ContainsFunc(names, func(n string) bool { return n != name && strings.Contains(n, name) }) {
			continue
		}
		m.secrets[name] = &guarded{party: name, class: domain.Personal}
	}
}

// marksIn lists the marks that stand in an answer.
func (m *matrix) marksIn(raw []byte) (out []string) {
	raw = inSheets(raw)
	for _, mark := range markOf.FindAll(raw, -1) {
		out = append(out, string(mark))
	}
	for mark, s := range m.secrets {
		if s.party != "" && bytes.Contains(raw, []byte(mark)) {
			out = append(out, mark)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// readers are accounts of the demonstrations: enough that each role of each program
// that anybody holds is among theirs, and every resident.
func (m *matrix) readers(t *testing.T) (out []*reader) {
	t.Helper()
	admin := m.SignIn(t, m.Admin.Login)
	seen := map[string]bool{}
	for _, a := range admin.All(t, "/accounts") {
		login := testkit.Text(a, "login")
		r := &reader{login: login, client: admin, direct: map[string]bool{}, open: map[string]bool{}, found: map[string]string{}}
		if login != m.Admin.Login {
			r.client = m.Stranger().SignIn(t, string(m.Code), login, scenario.Password)
		}
		var err error
		if r.who, err = m.App.Who(t.Context(), r.client.Token); err != nil {
			t.Fatal(err)
		}
		fresh := false
		for _, role := range m.hand(r.who) {
			fresh, seen[role] = fresh || !seen[role], true
		}
		if fresh {
			r.nth = len(out)
			out = append(out, r)
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d kinds of readers", len(out))
	}
	return out
}

// hand is the set of roles that an account can hold; who is a person is himself.
func (m *matrix) hand(who *app.Who) (roles []string) {
	for key, p := range m.set.Programs.All() {
		for k, role := range p.Roles.All() {
			if who.HoldsStatic(role) && role.Is != "public" {
				roles = append(roles, key+"."+k)
			}
		}
	}
	if len(who.Parties)+len(who.Wards) > 0 {
		roles = append(roles, fmt.Sprint(who.Parties, who.Wards))
	}
	return roles
}

// mayRead is the first rule: what one of his roles reads of that kind of record, what
// an order shows him, and what he fills in himself.
func (m *matrix) mayRead(who *app.Who, s *guarded) bool {
	p := m.set.Programs.Get(s.program)
	for k, role := range p.Roles.All() {
		if !who.HoldsStatic(role) {
			continue
		}
		read, ok := role.Read[s.record]
		switch {
		case ok && (read.Class >= s.class || slices.Contains(read.Fields, s.field)), role.ReadAll != nil && *role.ReadAll >= s.class:
			return true
		case s.form != "" && slices.Contains(p.Forms.Get(strings.TrimSuffix(s.form, ".")).By, k):
			return true
		}
		for _, of := range role.Of {
			if rt := p.Records.Get(of); rt != nil && rt.Shows != nil && slices.Contains(append(slices.Clone(rt.Shows.Before), rt.Shows.After...), s.record+"."+s.field) {
				return true
			}
		}
	}
	return false
}

// ask asks for everything as one reader.
func (m *matrix) ask(t *testing.T, r *reader) {
	t.Helper()
	var opened []string
	tried := map[[2]string]bool{}
	for _, id := range m.ids {
		a := r.client.Do(t, http.MethodGet, "/records/"+id, nil)
		m.meet(r, "/records/"+id, a.Raw)
		if a.Status != http.StatusOK {
			if !tried[m.kindOf[id]] {
				tried[m.kindOf[id]] = true
				m.hidden(t, r, id)
			}
			continue
		}
		opened = append(opened, id)
		m.fileShown(r, id, true)
		m.shows(r, id, a.Object())
		forms := r.client.Do(t, http.MethodGet, "/records/"+id+"/forms", nil)
		for _, mark := range m.marksIn(forms.Raw) {
			if s := m.secrets[mark]; s.form != "" && s.at[id] {
				r.direct[mark] = true
			}
		}
		m.meet(r, "/records/"+id+"/forms", forms.Raw)
	}
	for _, id := range m.people {
		a := r.client.Do(t, http.MethodGet, "/parties/"+id, nil)
		m.meet(r, "/parties/"+id, a.Raw)
		if a.Status != http.StatusOK {
			continue
		}
		r.met = append(r.met, id)
		if name := testkit.Text(a.Object(), "name"); m.secrets[name] != nil {
			r.direct[name] = true
		}
	}
	m.askAround(t, r)
	m.askWays(t, r, opened)
	m.judge(t, r)
}

// shows keeps what a record itself shows of its own.
func (m *matrix) shows(r *reader, id string, v testkit.Object) {
	fields, _ := v["fields"].(testkit.Object)
	rt := m.set.Programs.Get(testkit.Text(v, "program")).Records.Get(testkit.Text(v, "record"))
	for key, value := range fields {
		raw, _ := json.Marshal(value)
		for _, mark := range m.marksIn(raw) {
			if s := m.secrets[mark]; s.party != "" || s.at[id] {
				r.direct[mark] = true
			}
			// a calculated field says what its program wants said: a name with consent
			if f := rt.Fields.Get(key); f != nil && f.Calc != nil {
				r.open[mark], m.said[mark] = true, true
			}
		}
	}
	order, _ := json.Marshal([]any{v["shown"], v["shown_labels"], v["title"], v["subject"]})
	for _, mark := range m.marksIn(order) {
		r.direct[mark] = true
	}
}

// askAround lists each marked kind, and searches; the other ways stand in ways().
func (m *matrix) askAround(t *testing.T, r *reader) {
	t.Helper()
	for kind := range m.kinds {
		p, record := kind[0], kind[1]
		m.get(t, r, "/records?limit=200&program="+p+"&record="+record)
	}
	m.askByWord(t, r)
}

// export has the lists of all marked kinds written into files.
func (m *matrix) export(t *testing.T, r *reader) {
	t.Helper()
	for kind := range m.kinds {
		if !m.concerned(r, m.set.Programs.Get(kind[0])) {
			continue
		}
		for _, format := range []string{"csv", "xlsx"} {
			r.client.Do(t, http.MethodPost, "/records/export", testkit.Object{"format": format, "filter": testkit.Object{"program": kind[0], "record": kind[1]}})
		}
	}
}

// askByWord searches for marks that he does not read, and tries moves on what he does
// not see: neither a hit, nor a count, nor an error may tell him of them.
func (m *matrix) askByWord(t *testing.T, r *reader) {
	t.Helper()
	tried := map[string]bool{}
	for _, mark := range slices.Sorted(maps.Keys(m.secrets)) {
		s := m.secrets[mark]
		if kind := s.program + "." + s.record + "." + s.class.String(); r.direct[mark] || s.party != "" || tried[kind] {
			continue
		} else {
			tried[kind] = true
		}
		for _, path := range []string{"/records?q=", "/parties?q=", "/search?q="} {
			a := r.client.Do(t, http.MethodGet, path+mark, nil)
			if n := bytes.Count(a.Raw, []byte(`"id":"`)); n > 0 {
				t.Errorf("%s finds %d by a word of %s: %s", r.login, n, s, path)
			}
		}
		if n, _ := r.client.Do(t, http.MethodGet, "/records/count?q="+mark, nil).Object()["count"].(float64); n > 0 {
			t.Errorf("%s counts %v by a word of %s", r.login, n, s)
		}
		for id := range s.at {
			rt := m.set.Programs.Get(s.program).Records.Get(s.record)
			for mv := range rt.Moves.All() {
				a := r.client.Do(t, http.MethodPost, "/records/"+id+"/moves/"+mv, testkit.Object{"rev": 1 << 30})
				m.meet(r, "/records/{id}/moves/"+mv, a.Raw)
				break
			}
		}
	}
}

func (m *matrix) get(t *testing.T, r *reader, path string) {
	t.Helper()
	a := r.client.Do(t, http.MethodGet, path, nil)
	if a.Status >= 500 {
		t.Errorf("%s as %s: %d %s", path, r.login, a.Status, a.Raw)
	}
	m.meet(r, path, a.Raw)
}

// meet keeps the first way by which a mark came out.
func (m *matrix) meet(r *reader, way string, raw []byte) {
	for _, mark := range m.marksIn(raw) {
		r.found[mark] = cmp.Or(r.found[mark], way)
	}
}

func (m *matrix) judge(t *testing.T, r *reader) {
	t.Helper()
	for _, mark := range slices.Sorted(maps.Keys(r.found)) {
		s := m.secrets[mark]
		switch {
		case s.party == "" && !r.open[mark] && !m.mayRead(r.who, s) && !r.who.System:
			t.Errorf("%s (%s) comes upon %s by %s: no role of his reads it", r.login, m.hand(r.who), s, r.found[mark])
		case !r.direct[mark]:
			t.Errorf("%s (%s) comes upon %s by %s: the record does not show it to him", r.login, m.hand(r.who), s, r.found[mark])
		}
	}
}

// atRest: no mark stands in the log, on a public page or in the clear on disk.
func (m *matrix) atRest(t *testing.T) {
	t.Helper()
	var disk bytes.Buffer
	if _, err := m.App.DB.Backup(context.WithoutCancel(t.Context()), &disk); err != nil {
		t.Fatal(err)
	}
	for where, raw := range map[string][]byte{"the log": []byte(m.Log.Text()), "the clear on disk": disk.Bytes(), "the public notices": m.Stranger().Page(t, "/notices").Raw} {
		for _, mark := range slices.Compact(slices.Sorted(slices.Values(markOf.FindAllString(string(raw), -1)))) {
			tables, _ := m.Target().Find(t.Context(), mark, "全库")
			if !m.said[mark] && !slices.Equal(tables, []string{"document"}) { // issued papers are kept as they were issued
				t.Errorf("%s stands in %s: %v", m.secrets[mark], where, tables)
			}
		}
	}
}
