package testkit_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestRungsBesideMoves: rungs fire while people work on the same records; on
// PostgreSQL both write at once. Neither loses.
func TestRungsBesideMoves(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			start := time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing)
			c.Clock.Set(start)
			d := openFast(t, c)
			for i := range 6 {
				c.Clock.Set(start.Add(time.Duration(i+1) * 1300 * time.Millisecond))
				d.together(t)
			}
			c.Clock.Set(start.Add(30 * time.Second))
			if err := c.App.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			d.allOnce(t)
		})
	}
}

// fast is the window with clocks of seconds, and slips on which people work.
type fast struct {
	*testkit.County
	keeper *testkit.Client
	slips  []string
	notes  int // on each slip
}

func openFast(t *testing.T, c *testkit.County) *fast {
	t.Helper()
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("fast-desk")); err != nil {
		t.Fatal(err)
	}
	_, people := c.Staff(t, "window", "county", string(c.Code), "keeper")
	f := &fast{County: c, keeper: people[0]}
	for range 12 {
		v := f.keeper.Must(t, http.MethodPost, "/programs/fast-desk/records/slip/take", testkit.Object{"fields": testkit.Object{"tag": "x"}, "region": c.Code})
		f.slips = append(f.slips, testkit.Text(v, "id"))
	}
	return f
}

// together fires what is due from two sides while a note is written on every slip.
func (f *fast) together(t *testing.T) {
	t.Helper()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := f.App.FireDue(t.Context()); err != nil {
				t.Errorf("fire: %v", err)
			}
		})
	}
	for _, id := range f.slips {
		wg.Go(func() {
			if a := f.keeper.Do(t, http.MethodPost, "/records/"+id+"/moves/note", testkit.Object{"text": "记"}); a.Status != http.StatusOK {
				t.Errorf("note beside a rung: %d %s", a.Status, a.Raw)
			}
		})
	}
	wg.Wait()
	f.notes++
}

func (f *fast) allOnce(t *testing.T) {
	t.Helper()
	for _, id := range f.slips {
		rungs, notes := 0, 0
		for _, e := range f.keeper.All(t, "/records/"+id+"/events") {
			switch {
			case e["type"] == "rung" && testkit.Text(e, "record", "id") == id:
				rungs++
			case e["type"] == "move" && strings.Contains(testkit.Text(e, "label"), "记一笔"):
				notes++
			}
		}
		children := testkit.Items(f.keeper.Must(t, http.MethodGet, "/records/"+id, nil), "children")
		nudges := 0
		for _, c := range children {
			nudges += len(testkit.Items(c, "items"))
		}
		if rungs != 3 || nudges != 1 || notes != f.notes {
			t.Errorf("%s: %d rungs, %d nudges, %d of %d notes", id, rungs, nudges, notes, f.notes)
		}
	}
}

// TestRegionsMadeTogether: divisions set up below one parent at the same moment
// get numbers of their own; none is refused as another's twin.
func TestRegionsMadeTogether(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			who := app.System(c.Code)
			made := make([]domain.RegionID, 24)
			var wg sync.WaitGroup
			for i := range made {
				wg.Go(func() {
					g, err := c.App.CreateRegion(t.Context(), who, app.Once{}, app.RegionAct{Name: "片区" + strconv.Itoa(i), Level: domain.Town})
					if err != nil {
						t.Errorf("%d: %v", i, err)
						return
					}
					made[i] = g.ID
				})
			}
			wg.Wait()
			slices.Sort(made)
			if got := len(slices.Compact(made)); got != 24 {
				t.Errorf("%d numbers for 24 towns", got)
			}
		})
	}
}
