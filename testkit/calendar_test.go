package testkit_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestBookings: many want the last place at once and one gets it; who waits longest
// moves up; nobody sees another's booking, and the calendar address names nobody.
func TestBookings(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 3, 9, 8, 0, 0, 0, domain.Beijing)) // a Monday
			if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("slot-desk")); err != nil {
				t.Fatal(err)
			}
			_, staff := c.Staff(t, "slot_desk", "county", string(c.Code), "desk")
			desk := staff[0]
			desk.Must(t, http.MethodPost, "/programs/slot-desk/records/room/create", testkit.Object{"fields": testkit.Object{"name": "一号室", "hours": "周二 09:00-10:00"}})
			if err := c.App.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			slots := desk.All(t, "/calendar?program=slot-desk")
			if len(slots) != 2 { // this Tuesday and the next
				t.Fatalf("%d slots", len(slots))
			}
			slot := testkit.Text(slots[0], "id")
			raceForSlot(t, c, desk, slot)
		})
	}
}

func raceForSlot(t *testing.T, c *testkit.County, desk *testkit.Client, slot string) {
	t.Helper()
	type person struct {
		party string
		self  *testkit.Client
	}
	var people []person
	for i := range 6 {
		party, self := c.Resident(t, fmt.Sprintf("ren%d", i), string(c.Code))
		people = append(people, person{party, self})
	}
	var wg sync.WaitGroup
	got := make([]*testkit.Answer, len(people))
	for i, p := range people {
		wg.Go(func() {
			got[i], _ = p.self.Try(t.Context(), http.MethodPost, "/programs/slot-desk/records/seat/book", testkit.Object{"subject": p.party, "parent": slot})
		})
	}
	wg.Wait()
	winner := -1
	for i, a := range got {
		switch {
		case a == nil:
			t.Fatalf("%d got no answer", i)
		case a.Status == http.StatusCreated && winner < 0:
			winner = i
		case a.Status == http.StatusCreated:
			t.Fatalf("%d and %d both hold the last place", winner, i)
		case !strings.Contains(string(a.Raw), "booking_full"):
			t.Errorf("%d: %d %s", i, a.Status, a.Raw)
		}
	}
	if winner < 0 {
		t.Fatal("nobody got the place")
	}
	first, second := people[(winner+1)%6], people[(winner+2)%6]
	for _, p := range []person{first, second} {
		p.self.Must(t, http.MethodPost, "/programs/slot-desk/records/seat/queue", testkit.Object{"subject": p.party, "parent": slot})
		c.Clock.Set(c.Clock.Now().Add(time.Minute))
	}
	mine := bookings(t, people[winner].self)
	if len(mine) != 1 {
		t.Fatalf("the winner has %d bookings", len(mine))
	}
	if n := len(bookings(t, first.self)); n != 1 {
		t.Errorf("who waits sees %d", n)
	}
	if a := second.self.Do(t, http.MethodGet, "/records/"+testkit.Text(mine[0], "id"), nil); a.Status != http.StatusNotFound {
		t.Errorf("another's booking: %d", a.Status)
	}
	rows := second.self.Must(t, http.MethodGet, "/records/"+slot+"/roll", nil)["rows"].([]any)
	if len(rows) != 1 {
		t.Errorf("a resident sees %d lines of the roll", len(rows))
	}
	feed := people[winner].self.Must(t, http.MethodPost, "/calendar/feed", testkit.Object{})
	ics := string(c.Stranger().Page(t, testkit.Text(feed, "path")).Raw)
	if !strings.Contains(ics, "BEGIN:VEVENT") || !strings.Contains(ics, "DTSTART:20260310T010000Z") || strings.Contains(ics, "ren") {
		t.Errorf("feed:\n%s", ics)
	}
	people[winner].self.Must(t, http.MethodPost, "/records/"+testkit.Text(mine[0], "id")+"/moves/cancel", testkit.Object{})
	if s := testkit.Text(bookings(t, first.self)[0], "stage"); s != "booked" {
		t.Errorf("who waited longest is %s", s)
	}
	if s := testkit.Text(bookings(t, second.self)[0], "stage"); s != "waiting" {
		t.Errorf("the next is %s", s)
	}
	people[winner].self.Must(t, http.MethodPost, "/calendar/feed", testkit.Object{})
	if a := c.Stranger().Page(t, testkit.Text(feed, "path")); a.Status != http.StatusNotFound {
		t.Errorf("the former address answers %d", a.Status)
	}
}

func bookings(t *testing.T, who *testkit.Client) (out []testkit.Object) {
	t.Helper()
	items, _ := who.Must(t, http.MethodGet, "/calendar/mine", nil)["items"].([]any)
	for _, x := range items {
		out = append(out, testkit.Object(x.(map[string]any)))
	}
	return out
}
