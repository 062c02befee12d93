package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/calendar"
	"linqiao/scenario"
)

// stage is a whole county in this process for stories to act on: the real
// server over a real database, with a clock that the story sets.
type stage struct {
	c      *config
	dirs   map[string]fs.FS
	county domain.CountyCode
	name   string
	cal    *calendar.Calendar
	clock  *storyClock
	demo   bool

	inst   *instance
	server atomic.Pointer[api.Server]
}

// storyClock stands still until it is set.
type storyClock struct{ ms atomic.Int64 }

// Set implements scenario.Target's clock.
func (k *storyClock) Set(t time.Time) { k.ms.Store(t.UnixMilli()) }

// Now implements scenario.Target's clock.
func (k *storyClock) Now() time.Time { return time.UnixMilli(k.ms.Load()) }

// start opens the database and makes the county when it is not there.
func (s *stage) start(ctx context.Context) error {
	if s.clock == nil {
		s.clock = &storyClock{}
		s.clock.Set(time.Now())
	}
	if err := s.boot(ctx); err != nil {
		return err
	}
	a := s.inst.app
	if _, err := a.ImportDivisions(ctx, app.System(s.county), s.county, nil); err != nil {
		return fmt.Errorf("建县 %s：%w", s.county, err)
	}
	if _, err := a.Apply(ctx, app.System(s.county), s.dirs); err != nil {
		return err
	}
	_, err := a.OpenOffice(ctx, s.county, app.RoleAdmin, app.Office{Name: s.name + "办公室", Login: stageAdmin.Login, Admin: "县区管理员", Password: stageAdmin.Password})
	return err
}

var stageAdmin = scenario.Credentials{Login: "admin", Password: scenario.Password}

// boot opens the database and puts a server in front of it.
func (s *stage) boot(ctx context.Context) error {
	i, err := open(ctx, s.c, settings{now: s.clock.Now, log: discard(), demo: s.demo, hash: app.LightCost})
	if err != nil {
		return err
	}
	if s.cal != nil {
		i.app.SetCalendar(s.cal)
	}
	s.inst = i
	s.server.Store(api.New(api.Options{App: i.app, Log: discard(), Static: screens()}))
	return nil
}

// Close ends the county; its files stay for whoever made them to remove.
func (s *stage) Close() error {
	if s.inst == nil {
		return nil
	}
	return s.inst.Close()
}

// RoundTrip implements http.RoundTripper: requests go to the server without a
// network between, through every layer that a request of a browser meets.
func (s *stage) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RemoteAddr, in.RequestURI = "127.0.0.1:1", r.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	out := httptest.NewRecorder()
	s.server.Load().ServeHTTP(out, in)
	return out.Result(), nil
}

// target lets stories act on the county.
func (s *stage) target() *scenario.Target {
	return &scenario.Target{
		BaseURL: "http://stage.invalid", Client: &http.Client{Transport: s}, Clock: s.clock, Admin: stageAdmin,
		Tick:    func(ctx context.Context) error { return s.inst.app.RunDue(ctx) },
		NextDue: func(ctx context.Context) (time.Time, bool, error) { return s.inst.app.NextDue(ctx) },
		Restart: func(ctx context.Context) error { return errors.Join(s.inst.Close(), s.boot(ctx)) },
		Rebuild: func(ctx context.Context) ([]string, error) { return s.inst.app.RebuildAll(ctx, app.System(s.county)) },
		Workday: func(d domain.Date) bool { return s.inst.app.Calendar().WorkDay(d) },
		Find:    s.find,
		Workers: 4,
	}
}

// find gives the tables, or the public pages, in which a text stands.
func (s *stage) find(ctx context.Context, text, where string) ([]string, error) {
	if where == "页" {
		return s.findInPages(ctx, text)
	}
	want := map[string]string{"事件": "event", "讯": "delivery"}[where]
	r, w := io.Pipe()
	go func() {
		_, err := s.inst.db.Backup(ctx, w)
		w.CloseWithError(err)
	}()
	defer r.Close()
	var places []string
	table := ""
	lines := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := lines.ReadString('\n')
		if name, ok := strings.CutPrefix(line, `["table","`); ok {
			table, _, _ = strings.Cut(name, `"`)
		} else if strings.Contains(line, text) && (want == "" || want == table) && (len(places) == 0 || places[len(places)-1] != table) {
			places = append(places, table)
		}
		if errors.Is(err, io.EOF) {
			return places, nil
		}
		if err != nil {
			return places, err
		}
	}
}

func (s *stage) findInPages(ctx context.Context, text string) ([]string, error) {
	pages := []string{"/", "/notices"}
	list, err := s.inst.app.Notices(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, n := range list {
		pages = append(pages, "/notices/"+n.ID)
	}
	var places []string
	for _, p := range pages {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://stage.invalid"+p, nil)
		if err != nil {
			return nil, err
		}
		res, err := s.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(b), text) {
			places = append(places, p)
		}
	}
	return places, nil
}

// calendarOf reads a story's 日历 line: the published years, save those it wants
// by weekends only (2020=仅周末).
func calendarOf(line string) (*calendar.Calendar, error) {
	cal := calendar.Official()
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ，,、", r) }) {
		year, how, _ := strings.Cut(word, "=")
		var y int
		if _, err := fmt.Sscanf(year, "%d", &y); err != nil {
			return nil, fmt.Errorf("日历：%q 不是年份", year)
		}
		if how == "仅周末" {
			cal = cal.Without(y)
		} else if how != "" {
			return nil, fmt.Errorf("日历：不认识“%s”", how)
		}
	}
	return cal, nil
}

// scratch is a directory for counties that are thrown away: in memory where the
// system has such a place, for nothing of it need survive a crash.
func scratch() (dir string, drop func(), err error) {
	root := os.Getenv("TMPDIR")
	if st, err := os.Stat("/dev/shm"); root == "" && err == nil && st.IsDir() {
		root = "/dev/shm"
	}
	dir, err = os.MkdirTemp(root, "linqiao-test-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

func fileIn(dir string, n int) string { return filepath.Join(dir, fmt.Sprintf("%d.db", n)) }
