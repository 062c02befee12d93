package testkit_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

const classDesk = `program: class-desk
version: 1
title: 班级问卷
class: internal
law: [问卷约定]
roles:
  desk: {label: 问卷台, is: area, held_by: {org: class_desk}, read: sealed, figures: all}
records:
  sheet:
    label: 问卷
    is: case
    for: none
    class: sealed
    keep: 1y
    fields:
      room: {label: 班级, class: internal, list: {a: 甲班, b: 乙班, c: 丙班}}
      mild: {label: 轻度及以上, type: bool}
    stages: {made: {label: 已交, phase: done}}
    moves:
      make: {label: 交表, to: made, by: desk, need: [room, mild]}
stats:
  counted: {label: 人数, flow: sheet.make, by: [area, room, month], suppress: 5}
  mild:    {label: 轻度及以上, flow: sheet.make, where: mild, by: [area, room, month], suppress: 5}
  share:   {label: 比例, ratio: [mild, counted], by: [area, room, month]}
`

// TestClassOfFour: a report on a class of four cannot be subtracted from one on five: not
// by class, by village, by month, nor by asking for the whole and for all of it but one.
func TestClassOfFour(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 2, 10, 9, 0, 0, 0, domain.Beijing))
			if _, err := c.App.Apply(t.Context(), app.System(c.Code), map[string]fs.FS{"class-desk": fstest.MapFS{"program.yaml": &fstest.MapFile{Data: []byte(classDesk)}}}); err != nil {
				t.Fatal(err)
			}
			_, staff := c.Staff(t, "class_desk", "county", string(c.Code), "desk")
			desk := staff[0]
			towns := c.SignIn(t, c.Admin.Login).All(t, "/regions?level=town&parent="+string(c.Code))
			near, far := testkit.Text(towns[0], "id"), testkit.Text(towns[1], "id")
			hamlet, village := c.Region(t, "小河村", "village", near), c.Region(t, "大河村", "village", near)
			hand := func(n, mild int, room, region string) {
				t.Helper()
				for i := range n {
					desk.Must(t, http.MethodPost, "/programs/class-desk/records/sheet/make", testkit.Object{"region": region, "fields": testkit.Object{"room": room, "mild": i < mild}})
				}
			}
			hand(20, 12, "c", far) // February
			c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
			desk = c.SignIn(t, "desk")
			hand(5, 5, "a", village)
			hand(4, 4, "b", hamlet)
			hand(20, 8, "c", village)
			ask := func(query string) testkit.Object {
				t.Helper()
				return desk.Must(t, http.MethodGet, "/programs/class-desk/stats/"+query, nil)
			}
			told := func(query string) bool {
				v := ask(query)
				return v["suppressed"] != true
			}
			for query, want := range map[string]bool{
				"counted?period=2026-03":                                true,  // 29
				"counted?period=2026-03&where=room:c":                   true,  // 20
				"counted?period=2026-03&where=room:b":                   false, // four
				"counted?period=2026-03&where=room:a":                   false, // five, beside the four
				"counted?period=2026&where=room:b":                      false,
				"counted?where=room:b":                                  false,
				"counted?period=2026-03&region=" + hamlet:               false, // the village of the four
				"counted?period=2026-03&region=" + village:              false, // the town without it
				"counted?period=2026-03&region=" + near:                 true,
				"counted?period=2026-03-10..2026-03-10":                 false, // a day, beside the next day
				"counted?period=2026-02-11..2026-03-31":                 false,
				"counted?period=2026-02..2026-03&where=room:b":          false,
				"mild?period=2026-03&where=room:b":                      false,
				"share?period=2026-03&where=room:b":                     false,
				"share?period=2026-03&where=room:a":                     false,
				"share?period=2026-03&region=" + hamlet:                 false,
				"counted?period=2026-03&where=room:c&region=" + village: true,
			} {
				if got := told(query); got != want {
					t.Errorf("%s is told: %v (%v)", query, got, ask(query)["value"])
				}
			}
			// the breakdowns: what is hidden in one cannot be found by another
			shown := func(query string) map[string]float64 {
				out := map[string]float64{}
				for _, x := range testkit.Items(ask(query), "cells") {
					if x["suppressed"] != true {
						key := ""
						for _, d := range []string{"area", "room", "month"} {
							key += fmt.Sprint(testkit.Text(x, "dims", d, "key"), "/")
						}
						out[key], _ = x["value"].(float64)
					}
				}
				return out
			}
			if got := shown("counted?period=2026-03&by=room"); len(got) != 1 || got["/c//"] != 20 {
				t.Errorf("by class: %v", got)
			}
			for _, query := range []string{"counted?by=room,month", "counted?by=area,room", "counted?period=2026&by=area,room,month"} {
				// in no row and no column does a single one hide beside others that are told
				hidden, shown := map[string]int{}, map[string]int{}
				for _, x := range testkit.Items(ask(query), "cells") {
					for _, d := range []string{"area", "room", "month"} {
						if testkit.Text(x, "dims", d, "key") == "" {
							continue
						}
						line := d
						for _, o := range []string{"area", "room", "month"} {
							if o != d {
								line += "|" + testkit.Text(x, "dims", o, "key")
							}
						}
						if x["suppressed"] == true {
							hidden[line]++
						} else {
							shown[line]++
						}
					}
				}
				if len(hidden) == 0 {
					t.Errorf("%s hides nothing", query)
				}
				for line, n := range hidden {
					if n == 1 && shown[line] > 0 {
						t.Errorf("%s gives a hidden one away along %s", query, line)
					}
				}
				for _, x := range testkit.Items(ask(query), "cells") {
					if testkit.Text(x, "dims", "room", "key") == "b" && x["suppressed"] != true {
						t.Errorf("%s tells of the class of four: %v", query, x)
					}
				}
			}
		})
	}
}
