package app

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/kernel/geo"
	"linqiao/store/storetest"
)

// callsProgram is a mechanism of visits: a team makes them, the county's office
// reads them up to internal.
const callsProgram = `program: calls
version: 1
title: 走访
class: internal
law: [个人信息保护法]

roles:
  team:   {label: 走访组, is: area, held_by: {org: team}, read: personal, figures: all}
  office: {label: 县办, is: area, held_by: {org: office}, read: internal, figures: all}

records:
  call:
    label: 走访
    is: visit
    for: [person, enterprise]
    keep: 3y
    fields:
      note: {label: 情况, type: text, class: personal}
    stages:
      todo: {label: 待访, phase: open}
      seen: {label: 已访, phase: done}
    moves:
      plan:   {label: 安排, to: todo, by: team}
      record: {label: 登记, from: todo, to: seen, by: team, need: [note]}

stats:
  calls: {label: 走访数, flow: call.record, by: [area, month], goal: {month: 4, year: 40}}
  todo:  {label: 待访数, stock: call, by: [area]}
`

// area is a feature: a square around a place.
func area(props string, lng, lat, half float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{%s},"geometry":{"type":"Polygon","coordinates":[[[%[2]g,%[3]g],[%[4]g,%[3]g],[%[4]g,%[5]g],[%[2]g,%[5]g],[%[2]g,%[3]g]]]}}`,
		props, lng-half, lat-half, lng+half, lat+half)
}

func geojson(features ...string) *strings.Reader {
	return strings.NewReader(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

func onEngines(t *testing.T, test func(t *testing.T, c *desk)) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) { test(t, newDeskWith(t, e, "calls", callsProgram)) })
	}
}

func TestMapLife(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		admin := c.staff("admin", "county_office", "440902", RoleAdmin)
		near := c.staff("near", "team", "440902100", "")
		check := func(who *Who, act MapAct, features ...string) (*MapUpload, error) {
			return c.a.CheckMap(ctx, who, Once{}, act, geojson(features...))
		}
		_, err := check(near, MapAct{Name: "镇.geojson"}, area(`"code":"440902100"`, 110.9, 21.6, 0.1))
		wantCode(t, err, "admin_only")
		_, err = check(admin, MapAct{Datum: "bd09"}, area(`"code":"440902100"`, 110.9, 21.6, 0.1))
		wantCode(t, err, "fields")

		// Another county's file: how many fit, and which do not.
		_, err = check(admin, MapAct{}, area(`"code":"440902100"`, 110.9, 21.6, 0.1), area(`"adcode":440904100,"name":"公馆镇"`, 111, 21.6, 0.1), area(`"name":"天边镇"`, 112, 21.6, 0.1))
		wantCode(t, err, "map_county")
		var e *domain.Error
		if !errors.As(err, &e) || e.Args["good"] != "1" || e.Args["bad"] != "2" || !strings.Contains(e.Args["names"], "天边镇") || len(e.Fields) != 2 || e.Fields[0].Path != "features[1]" {
			t.Errorf("%+v", e)
		}
		_, err = check(admin, MapAct{}, area(`"code":"440902100"`, 110.9, 21.6, 0.1), area(`"name":"金塘镇"`, 110.9, 21.6, 0.1))
		wantCode(t, err, "map_areas")
		if l, err := c.a.Maps(ctx, admin); err != nil || len(l.Items) != 0 {
			t.Errorf("a refused file is kept: %+v %v", l, err)
		}

		first, err := check(admin, MapAct{Name: "镇.geojson"}, area(`"code":"440902100000"`, 110.9, 21.6, 0.1), area(`"name":"邻县"`, 113, 21.6, 0.1))
		if err != nil || first.State != domain.MapChecked || first.Areas != 1 || first.Strangers != 1 || first.Unmatched[0].Name != "邻县" ||
			strings.Join(first.Warnings, " ") != "part strangers" || first.Levels[domain.Town] != 1 {
			t.Fatalf("%+v %v", first, err)
		}
		drawn := func() *ShapesView {
			t.Helper()
			v, err := c.a.Shapes(ctx, near, domain.Town, "")
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		if v := drawn(); v.Undrawn != 2 || v.Items[0].Shape != nil {
			t.Errorf("drawn before it is confirmed: %+v", v)
		}
		confirm := func(m *MapUpload) *MapUpload {
			t.Helper()
			m, err := c.a.ConfirmMap(ctx, admin, Once{}, m.ID)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		_, err = c.a.ConfirmMap(ctx, near, Once{}, first.ID)
		wantCode(t, err, "admin_only")
		confirm(first)
		if m := confirm(first); m.State != domain.MapDrawn || m.Number != 1 {
			t.Errorf("confirmed twice: %+v", m)
		}
		if v := drawn(); v.Undrawn != 1 || v.Items[0].Box[0] != 110.8 || v.Items[1].Shape != nil {
			t.Errorf("%+v", v)
		}
		second, err := check(admin, MapAct{Name: "新.geojson"}, area(`"code":"440902100"`, 110.95, 21.65, 0.1), area(`"name":"公馆镇"`, 111.15, 21.65, 0.1))
		if err != nil || strings.Join(second.Warnings, " ") != "replaces" {
			t.Fatalf("%+v %v", second, err)
		}
		confirm(second)
		if v := drawn(); v.Undrawn != 0 || v.Items[0].Box[0] != 110.85 {
			t.Errorf("%+v", v)
		}
		for range 2 {
			if m, err := c.a.UndoMap(ctx, admin, Once{}, second.ID); err != nil || m.State != domain.MapUndone {
				t.Fatalf("%+v %v", m, err)
			}
		}
		if v := drawn(); v.Undrawn != 1 || v.Items[0].Box[0] != 110.8 {
			t.Errorf("after taking back: %+v", v)
		}
		_, err = c.a.ConfirmMap(ctx, admin, Once{}, second.ID)
		wantCode(t, err, "map_undone")
		if n := c.audits("map_draw") + c.audits("map_undo"); n != 3 {
			t.Errorf("%d rows in the journal", n)
		}
		// Another county's people see nothing of it, and cannot touch it.
		_, err = c.a.Map(ctx, System(storetest.Neighbour), first.ID)
		if domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("seen from another county: %v", err)
		}
	})
}

// TestMapRetry: a retry of an upload gets the first answer and keeps one row.
func TestMapRetry(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		admin := c.staff("admin", "county_office", "440902", RoleAdmin)
		once := Once{Key: "map-upload-1", Hash: "h"}
		var ids []string
		for range 2 {
			m, err := c.a.CheckMap(t.Context(), admin, once, MapAct{Name: "镇"}, geojson(area(`"code":"440902100"`, 110.9, 21.6, 0.1)))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, m.ID)
		}
		if l, err := c.a.Maps(t.Context(), admin); err != nil || len(l.Items) != 1 || ids[0] != ids[1] {
			t.Errorf("%v %+v %v", ids, l, err)
		}
	})
}

// TestMapDatum: a file in GCJ-02 is suspected by units that lie outside their own
// town in it, and turned when the operator says so.
func TestMapDatum(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		admin := c.staff("admin", "county_office", "440902", RoleAdmin)
		home := geo.Point{Lng: 110.9, Lat: 21.6}
		for i, p := range []geo.Point{{Lng: 110.801, Lat: 21.6}, {Lng: 110.8005, Lat: 21.62}, {Lng: 110.801, Lat: 21.58}} {
			name := fmt.Sprintf("站%d", i)
			if _, err := c.a.CreateOrg(ctx, admin, Once{}, OrgAct{Name: &name, Kind: "team", Region: "440902100", Place: &PlaceView{Lat: p.Lat, Lng: p.Lng}}); err != nil {
				t.Fatal(err)
			}
		}
		off := geo.ToGCJ(home)
		file := func() *strings.Reader { return geojson(area(`"code":"440902100"`, off.Lng, off.Lat, 0.1)) }
		m, err := c.a.CheckMap(ctx, admin, Once{}, MapAct{}, file())
		if err != nil || m.Warnings[0] != warnDatum {
			t.Fatalf("not suspected: %+v %v", m, err)
		}
		m, err = c.a.CheckMap(ctx, admin, Once{}, MapAct{Datum: "gcj02"}, file())
		if err != nil || m.Warnings[0] == warnDatum || m.Datum != "gcj02" {
			t.Fatalf("%+v %v", m, err)
		}
		if _, err := c.a.ConfirmMap(ctx, admin, Once{}, m.ID); err != nil {
			t.Fatal(err)
		}
		v, err := c.a.Shapes(ctx, admin, domain.Town, "440902100")
		if err != nil || len(v.Items) != 1 || geo.Metres(geo.Point{Lng: v.Items[0].Box[0], Lat: v.Items[0].Box[1]}, geo.Point{Lng: 110.8, Lat: 21.5}) > 40 { // the shift itself differs over the square, and is 600 m
			t.Errorf("%+v %v", v, err)
		}
	})
}

// TestMapVisits: visits stand where they were for those who may know it, and in the
// middle of the town for others; nobody sees what is not his.
func TestMapVisits(t *testing.T) {
	onEngines(t, func(t *testing.T, c *desk) {
		ctx := t.Context()
		c.staff("admin", "county_office", "440902", RoleAdmin)
		team := c.staff("team", "team", "440902100", "")
		far := c.staff("far", "team", "440902101", "")
		office := c.staff("office", "office", "440902", "")
		m, err := c.a.CheckMap(ctx, System(storetest.Home), Once{}, MapAct{}, geojson(area(`"code":"440902100"`, 110.9, 21.6, 0.1), area(`"code":"440902101"`, 111.1, 21.6, 0.1)))
		if err == nil {
			_, err = c.a.ConfirmMap(ctx, System(storetest.Home), Once{}, m.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
		visit := func(kind domain.PartyKind, name string, lat float64) {
			t.Helper()
			p, err := c.a.CreateParty(ctx, team, Once{}, PartyAct{Kind: kind, Name: &name, Region: "440902100", Place: &PlaceView{Lat: lat, Lng: 110.912345}})
			if err != nil {
				t.Fatal(err)
			}
			v, err := c.a.Create(ctx, team, Once{}, "calls", "call", "plan", Act{Subject: p.ID})
			if err == nil {
				err = c.a.Move(ctx, team, Once{}, v, "record", Act{Fields: map[string]any{"note": "在家"}})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		visit(domain.Person, "冯奶奶", 21.61)
		visit(domain.Enterprise, "荷塘食品厂", 21.62)
		look := func(who *Who, day string) *VisitsView {
			t.Helper()
			v, err := c.a.MapVisits(ctx, who, "calls", "", day)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		want := func(what string, v *VisitsView, names ...string) {
			t.Helper()
			got := []string{}
			for _, x := range v.Items {
				got = append(got, fmt.Sprintf("%s coarse=%v %.4f,%.4f", x.Record.Title, x.Coarse, x.At[0], x.At[1]))
			}
			for _, n := range names {
				if !strings.Contains(strings.Join(got, "\n"), n) {
					t.Errorf("%s: %q is not among %q", what, n, got)
				}
			}
			if len(got) != len(names) {
				t.Errorf("%s: %q", what, got)
			}
		}
		want("the team", look(team, ""), "冯奶奶 coarse=false 110.9123,21.6100", "荷塘食品厂 coarse=false 110.9123,21.6200")
		want("the office", look(office, ""), "coarse=true 110.9000,21.6000", "荷塘食品厂 coarse=false 110.9123,21.6200")
		for _, x := range look(office, "").Items {
			if strings.Contains(x.Record.Title, "冯") {
				t.Errorf("the office reads a name: %s", x.Record.Title)
			}
		}
		want("another town", look(far, ""))
		if v := look(far, ""); v.Latest != "" {
			t.Errorf("another town is told of a day: %s", v.Latest)
		}
		c.clock.Set(storetest.Start.Add(48 * time.Hour))
		if v := look(team, ""); len(v.Items) != 0 || v.Latest != domain.DateOf(storetest.Start).String() {
			t.Errorf("two days later: %+v", v)
		}
		want("that day", look(team, domain.DateOf(storetest.Start).String()), "冯奶奶", "荷塘食品厂")
		_, err = c.a.MapVisits(ctx, team, "calls", "", "昨天")
		wantCode(t, err, "date")
		u, err := c.a.MapUnits(ctx, team, "calls", "440902101")
		if err != nil || len(u.Items) != 0 || u.Unplaced != 1 {
			t.Errorf("units %+v %v", u, err)
		}
	})
}
