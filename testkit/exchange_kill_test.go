package testkit_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"linqiao/exchange"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const linkFiles = 6

// linked is one of two real processes that are kept in step.
type linked struct {
	install                   *testkit.Install
	server                    *testkit.Running
	county, addr              string
	admin, desk, keeper       *testkit.Client
	town, partner, path, text string
	wire                      *wire
}

// TestLinkKilled runs two counties as processes of their own that are each other's
// partner. The line is cut while both change the same files, both are killed without
// warning, started, killed again while they catch up, and started. In the end each file
// stands once on both sides with what either has changed, and nothing waits or is lost.
func TestLinkKilled(t *testing.T) {
	bin := testkit.Binary(t)
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			a, b := newHalf(t, bin, engine.Name, "440902"), newHalf(t, bin, engine.Name, "440904")
			a.tie(t, b)
			b.tie(t, a)
			for i := range linkFiles {
				b.know(t, i)
				a.desk.Must(t, http.MethodPost, "/programs/step-desk/records/case/enter",
					testkit.Object{"subject": a.know(t, i), "fields": testkit.Object{"level": "some", "visits": 1, "officer": strconv.Itoa(i)}})
			}
			b.awaits(t, "files", func() bool { return len(b.files(t)) == linkFiles })
			a.wire.mode.Store("down") // in front of a: b's do not come
			b.wire.mode.Store("lost") // a's arrive, and a never learns of it
			for i, r := range a.files(t) {
				a.change(t, r, testkit.Object{"visits": i + 2})
			}
			for _, r := range b.files(t) {
				b.change(t, r, testkit.Object{"level": "hard"})
			}
			a.kill(t)
			b.kill(t)
			a.wire.mode.Store("")
			b.wire.mode.Store("")
			for range 2 { // and once more while they catch up
				a.kill(t)
				b.kill(t)
			}
			for _, s := range []*linked{a, b} {
				s.awaits(t, "catching up", func() bool {
					v := s.view(t)
					return v["queued"] == float64(0) && v["filling"] == false && s.settled(t)
				})
				if v := s.view(t); v["dead"] != float64(0) || v["held"] != float64(0) || v["conflicts"] != float64(0) {
					t.Errorf("%s: %v", s.county, v)
				}
				if n := len(s.files(t)); n != linkFiles {
					t.Errorf("%s has %d files of %d", s.county, n, linkFiles)
				}
				s.server.Stop(t)
			}
		})
	}
}

func newHalf(t *testing.T, bin, engine, county string) *linked {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "testdata", "step-desk"), os.DirFS("../testdata/step-desk")); err != nil {
		t.Fatal(err)
	}
	s := &linked{county: county, addr: testkit.FreeAddress(t), install: &testkit.Install{Bin: bin, DB: testkit.NewDatabase(t, engine, dir),
		Key: filepath.Join(dir, "key"), Programs: "testdata", Dir: dir, Env: []string{"LINQIAO_PASSWORD=" + killPass, "LINQIAO_COUNTY=" + county}}}
	s.install.Must(t, "account", "create-admin", "--powers", "joint")
	s.start(t)
	s.wire = newWire(t, "http://"+s.addr)
	s.admin = s.server.SignIn(t, county, "admin", killPass)
	s.town = testkit.Text(s.admin.All(t, "/regions?level=town&parent="+county)[0], "id")
	s.desk, s.keeper = s.hire(t, "step_desk", "desk"), s.hire(t, "step_office", "keeper")
	made := s.admin.Must(t, http.MethodPost, "/partners", testkit.Object{"name": "邻县", "program": "step-desk", "mapping": "other"})
	s.partner, s.path = testkit.Text(made, "id"), testkit.Text(made, "path")
	s.text = testkit.Text(s.admin.Must(t, http.MethodPost, "/partners/"+s.partner+"/key", nil), "key")
	if _, ok := exchange.ParseKey(s.text); !ok {
		t.Fatal("no key")
	}
	return s
}

func (s *linked) hire(t *testing.T, kind, login string) *testkit.Client {
	t.Helper()
	org := s.admin.Must(t, http.MethodPost, "/orgs", testkit.Object{"name": login + "的单位", "kind": kind, "level": "county", "region": s.county})
	s.admin.Must(t, http.MethodPost, "/accounts", testkit.Object{"login": login, "name": login, "password": killPass, "memberships": []testkit.Object{{"org": org["id"]}}})
	return s.server.SignIn(t, s.county, login, killPass)
}

func (s *linked) start(t *testing.T) {
	t.Helper()
	s.server = s.install.Serve(t, s.addr)
	s.server.Ready(t, 30*time.Second)
}

// kill ends the process as a power cut would, and starts it again at its address.
func (s *linked) kill(t *testing.T) {
	t.Helper()
	s.server.Kill()
	s.start(t)
	for _, c := range []*testkit.Client{s.admin, s.desk, s.keeper} {
		c.HTTP.CloseIdleConnections()
	}
}

// tie gives this side the address and key of the other.
func (s *linked) tie(t *testing.T, other *linked) {
	t.Helper()
	s.admin.Must(t, http.MethodPatch, "/partners/"+s.partner, testkit.Object{"url": other.wire.server.URL + other.path, "key": other.text,
		"push": true, "rev": s.view(t)["rev"]})
}

// know puts a person on file with his consent.
func (s *linked) know(t *testing.T, i int) string {
	t.Helper()
	id := testkit.Text(s.admin.Must(t, http.MethodPost, "/parties", testkit.Object{"kind": "person", "name": "居民" + strconv.Itoa(i), "region": s.town,
		"identifiers": testkit.Object{"id_number": residentNumber(i)}}), "id")
	s.desk.Must(t, http.MethodPost, "/parties/"+id+"/consents/step-desk/share", testkit.Object{"evidence": "paper"})
	return id
}

// residentNumber is an invented number with a right check digit.
func residentNumber(i int) string {
	body := "11010119900307" + strconv.Itoa(200+i)
	weights, sum := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 0
	for k, w := range weights {
		sum += w * int(body[k]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

func (s *linked) files(t *testing.T) []testkit.Object {
	t.Helper()
	return s.keeper.All(t, "/records?program=step-desk&record=case")
}

func (s *linked) change(t *testing.T, r testkit.Object, fields testkit.Object) {
	t.Helper()
	s.desk.Must(t, http.MethodPost, "/records/"+testkit.Text(r, "id")+"/moves/edit", testkit.Object{"fields": fields})
}

func (s *linked) view(t *testing.T) testkit.Object {
	t.Helper()
	return testkit.Items(s.admin.Must(t, http.MethodGet, "/partners", nil), "items")[0]
}

// settled: every file has what either side has changed.
func (s *linked) settled(t *testing.T) bool {
	t.Helper()
	for _, r := range s.files(t) {
		f := s.keeper.Must(t, http.MethodGet, "/records/"+testkit.Text(r, "id"), nil)
		if n, _ := testkit.At(f, "fields", "visits").(float64); n < 2 || testkit.At(f, "fields", "level") != "hard" {
			return false
		}
	}
	return true
}

// awaits waits for a state that the background brings about.
func (s *linked) awaits(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: %s: %v", s.county, what, s.view(t))
		}
	}
}
