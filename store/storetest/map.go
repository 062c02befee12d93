package storetest

import (
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func upload(name string, regions ...domain.RegionID) (*domain.MapUpload, []domain.MapShape) {
	m := &domain.MapUpload{Name: name, State: domain.MapChecked, Areas: int64(len(regions)), Created: Start, Data: map[string]any{"matched": int64(len(regions))}}
	shapes := make([]domain.MapShape, len(regions))
	for i, r := range regions {
		level, _ := domain.RegionLevelOf(r)
		shapes[i] = domain.MapShape{Region: r, Level: level, Path: domain.RegionPath(r), West: 110, South: 21, East: 111, North: 22, Lat: 21.5, Lng: 110.5, Shape: name}
	}
	return m, shapes
}

// mapVersions: what is checked is not drawn; of each region the newest drawn
// outline stands; taken back, the one before it stands again.
func mapVersions(t *testing.T, e Engine) {
	db := Seeded(t, e)
	first, a := upload("first", "440902001", "440902002")
	second, b := upload("second", "440902002", "440902001-c01")
	Write(t, db, func(tx *store.Tx) error { return tx.InsertMap(first, a) })
	Write(t, db, func(tx *store.Tx) error { return tx.InsertMap(second, b) })
	standing := func() map[domain.RegionID]string {
		out := map[domain.RegionID]string{}
		Read(t, db, func(tx *store.Tx) error {
			list, err := tx.MapShapes(store.ShapeFilter{Limit: 10})
			for _, s := range list {
				out[s.Region] = s.Shape
			}
			return err
		})
		return out
	}
	want := func(what string, list map[domain.RegionID]string) {
		t.Helper()
		got := standing()
		if len(got) != len(list) {
			t.Fatalf("%s: %v, want %v", what, got, list)
		}
		for k, v := range list {
			if got[k] != v {
				t.Errorf("%s: %s is of %q, want %q", what, k, got[k], v)
			}
		}
	}
	want("checked", nil)
	draw := func(m *domain.MapUpload) { Write(t, db, func(tx *store.Tx) error { return tx.DrawMap(m) }) }
	draw(first)
	want("first", map[domain.RegionID]string{"440902001": "first", "440902002": "first"})
	draw(second)
	want("both", map[domain.RegionID]string{"440902001": "first", "440902002": "second", "440902001-c01": "second"})
	if second.Number != 2 || second.State != domain.MapDrawn {
		t.Errorf("second is %d %s", second.Number, second.State)
	}
	stale := *second
	Write(t, db, func(tx *store.Tx) error { return tx.UndoMap(second) })
	want("undone", map[domain.RegionID]string{"440902001": "first", "440902002": "first"})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UndoMap(&stale) }), "stale")
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.MapShapes(store.ShapeFilter{Levels: []domain.RegionLevel{domain.Town}, Path: domain.RegionPath("440902002"), Bare: true, Limit: 10})
		if len(list) != 1 || list[0].Shape != "" || list[0].West != 110 || list[0].Lng != 110.5 {
			t.Errorf("filtered: %+v", list)
		}
		maps, err2 := tx.Maps(10)
		if len(maps) != 2 || maps[0].Data["matched"] != int64(2) {
			t.Errorf("maps: %+v", maps)
		}
		return firstError(err, err2)
	})
	third, c := upload("third", "440902001")
	Write(t, db, func(tx *store.Tx) error { return tx.InsertMap(third, c) })
	Write(t, db, func(tx *store.Tx) error { return tx.DropCheckedMaps(Start.Add(time.Hour)) })
	Read(t, db, func(tx *store.Tx) error {
		_, err := tx.Map(third.ID)
		if domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("a checked map of before is kept: %v", err)
		}
		return nil
	})
	want("dropped", map[domain.RegionID]string{"440902001": "first", "440902002": "first"})
}

// mapVisits: visits by the day on which they ended, cut to what may be read.
func mapVisits(t *testing.T, e Engine) {
	db := Seeded(t, e)
	visit := func(path string, ended time.Time, noun domain.Noun) *domain.Record {
		r := Case()
		r.Noun, r.Key, r.Path, r.Ended = noun, "visit", path, ended
		if !ended.IsZero() {
			r.Phase = domain.PhaseDone
		}
		Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
		return r
	}
	here, there := domain.RegionPath("440902001"), domain.RegionPath("440902002")
	mine := visit(here, Start.Add(time.Hour), domain.Visit)
	visit(there, Start.Add(2*time.Hour), domain.Visit)
	visit(here, Start.Add(30*time.Hour), domain.Visit)
	visit(here, time.Time{}, domain.Visit)
	visit(here, Start.Add(time.Hour), domain.Case)
	count := func(f store.VisitFilter) (list []domain.Record) {
		f.Program, f.Until, f.Limit = mine.Program, Start.Add(24*time.Hour), 10
		Read(t, db, func(tx *store.Tx) (err error) { list, err = tx.Visits(f); return err })
		return list
	}
	if n := len(count(store.VisitFilter{Access: store.AccessAll, From: Start})); n != 2 {
		t.Errorf("%d visits of the day", n)
	}
	if list := count(store.VisitFilter{Access: []store.AccessClause{{MaxClass: domain.Sealed, Path: here}}}); len(list) != 1 || list[0].ID != mine.ID {
		t.Errorf("by area: %d", len(list))
	}
	if n := len(count(store.VisitFilter{Access: store.AccessAll, Path: there})); n != 1 {
		t.Errorf("%d below a path", n)
	}
	if n := len(count(store.VisitFilter{From: Start})); n != 0 {
		t.Errorf("nobody sees %d", n)
	}
}

// overdueByUnit counts records with a clock past due by provider, else by the
// owner's unit.
func overdueByUnit(t *testing.T, e Engine) {
	db := Seeded(t, e)
	add := func(provider, owner domain.OrgID, due time.Time, state string, clocks int) {
		r := Case()
		r.Provider, r.OwnerOrg = provider, owner
		Write(t, db, func(tx *store.Tx) error {
			if err := tx.InsertRecord(r); err != nil {
				return err
			}
			for n := range clocks {
				c := &domain.Clock{Record: r.ID, Key: string(rune('a' + n)), State: state, FromAt: Start.Add(-time.Hour), DueAt: due}
				if err := tx.SaveClock(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	late, early := Start.Add(-time.Minute), Start.Add(time.Hour)
	add("bank", "office", late, "running", 2)
	add("bank", "", late, "running", 1)
	add("", "office", late, "running", 1)
	add("", "", late, "running", 1)
	add("", "office", early, "running", 1)
	add("", "office", late, "met", 1)
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.OverdueByUnit(Start, "test", store.AccessAll)
		want := []store.UnitCount{{Org: "bank", N: 2}, {Org: "", N: 1}, {Org: "office", N: 1}}
		if len(list) != len(want) {
			t.Fatalf("%v", list)
		}
		for i := range want {
			if list[i] != want[i] {
				t.Errorf("%v, want %v", list, want)
			}
		}
		none, err2 := tx.OverdueByUnit(Start, "test", nil)
		if len(none) != 0 {
			t.Errorf("nobody sees %v", none)
		}
		return firstError(err, err2)
	})
}
