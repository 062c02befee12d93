package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func recordRoundTrip(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case(func(r *domain.Record) {
		r.RefNo, r.Channel, r.Reason = "440902-26-000001", "wecom", "materials"
		r.Owner, r.OwnerOrg, r.Provider, r.Org = "a1", "o1", "o2", "o3"
		r.Data = map[string]any{"whole": int64(3), "share": 3.0, "tiny": 1e-9, "yes": true, "none": nil, "text": "引号\"\\\n\x01🌾",
			"place": map[string]any{"lat": 21.66, "lng": 110.92, "address": "河东街道"}, "list": []any{"a", int64(1), 1.5}, "big": int64(1<<62 + 1)}
		r.Hist = map[string]time.Time{"e:new": Start, "m:apply": Start.Add(time.Millisecond)}
		r.Walk = []string{"new", "review"}
	})
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	if r.ID == "" || r.Root != r.ID || r.Rev != 1 || !r.Created.Equal(Start) || r.County != Home {
		t.Fatalf("defaults not filled: %+v", r)
	}
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(got, r) {
			t.Errorf("read back\n%+v\nwant\n%+v", got, r)
		}
		byRef, err := tx.RecordByRef("440902-26-000001")
		if err == nil && byRef.ID != r.ID {
			t.Errorf("by ref: %s", byRef.ID)
		}
		return err
	})
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err != nil {
			return err
		}
		got.Stage, got.Phase, got.Owner, got.Ended = "done", domain.PhaseDone, "a2", Start.Add(time.Hour)
		got.Data["amount"] = int64(5)
		return tx.UpdateRecord(got)
	})
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err == nil && (got.Rev != 2 || got.Stage != "done" || got.Owner != "a2" || got.Data["amount"] != int64(5) || got.Provider != "o2") {
			t.Errorf("after update: %+v", got)
		}
		_, missing := tx.Record("nobody")
		WantCode(t, missing, "not_found")
		return err
	})
}

func recordSecret(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case(func(r *domain.Record) { r.Secret = map[string]any{"income": int64(120000), "illness": "高血压"} })
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	// A change made without opening the secret must not lose it.
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err != nil {
			return err
		}
		if got.Secret != nil {
			t.Error("a plain read opened the secret")
		}
		got.Stage = "review"
		return tx.UpdateRecord(got)
	})
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.RecordOpen(r.ID)
		if err == nil && !reflect.DeepEqual(got.Secret, r.Secret) {
			t.Errorf("opened %v", got.Secret)
		}
		page, err2 := tx.Records(store.RecordFilter{Program: "test", Access: store.AccessAll})
		if err2 == nil && page.Items[0].Secret != nil {
			t.Error("a list opened the secret")
		}
		open, err3 := tx.Records(store.RecordFilter{Program: "test", Access: store.AccessAll, Open: true})
		if err3 == nil && open.Items[0].Secret["illness"] != "高血压" {
			t.Error("an opened list did not")
		}
		return firstError(err, err2, err3)
	})
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.RecordOpen(r.ID)
		if err != nil {
			return err
		}
		got.Secret = map[string]any{}
		return tx.UpdateRecord(got)
	})
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.RecordOpen(r.ID)
		if err == nil && len(got.Secret) != 0 {
			t.Errorf("an emptied secret stayed: %v", got.Secret)
		}
		return err
	})
}

func firstError(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func recordStale(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case()
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	old := *r
	Write(t, db, func(tx *store.Tx) error { r.Stage = "review"; return tx.UpdateRecord(r) })
	old.Stage = "lost"
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateRecord(&old) }), "stale")
	ghost := Case(func(r *domain.Record) { r.ID, r.Rev = "ghost", 1 })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateRecord(ghost) }), "stale")
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err == nil && (got.Stage != "review" || got.Rev != 2) {
			t.Errorf("stale write got through: %+v", got)
		}
		return err
	})
}

// recordPlain: the character that stands between the columns of a read row is
// refused in plain columns, and comes back whole from data.
func recordPlain(t *testing.T, e Engine) {
	db := Seeded(t, e)
	const separator = "\x1f"
	for _, set := range []func(*domain.Record){
		func(r *domain.Record) { r.Channel = "we" + separator + "com" },
		func(r *domain.Record) { r.Reason = separator },
		func(r *domain.Record) { r.RefNo = "1" + separator },
		func(r *domain.Record) { r.Unique = separator + "1" },
	} {
		WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.InsertRecord(Case(set)) }), "control_character")
		r := Case()
		Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
		set(r)
		WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateRecord(r) }), "control_character")
	}
	r := Case(func(r *domain.Record) {
		r.Data = map[string]any{"a" + separator: "b" + separator + "c"}
		r.Hist, r.Walk = map[string]time.Time{"e:" + separator: Start}, []string{separator, ""}
	})
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.Record(r.ID)
		if err == nil && !reflect.DeepEqual(got, r) {
			t.Errorf("read back\n%+v\nwant\n%+v", got, r)
		}
		return err
	})
}

func recordUnique(t *testing.T, e Engine) {
	db := Seeded(t, e)
	unique := func(v string) *domain.Record { return Case(func(r *domain.Record) { r.Unique = v }) }
	first := unique("2026-p1")
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(first) })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.InsertRecord(unique("2026-p1")) }), "duplicate")
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.RecordByUnique("test", "need", "2026-p1")
		if err == nil && got.ID != first.ID {
			t.Errorf("found %s", got.ID)
		}
		if err != nil {
			return err
		}
		got.Unique = "" // ended: the value is free again
		return tx.UpdateRecord(got)
	})
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(unique("2026-p1")) })
	twins := Case(func(r *domain.Record) { r.RefNo = "R1" })
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(twins) })
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertRecord(Case(func(r *domain.Record) { r.RefNo = "R1" }))
	}), "duplicate")
}

func recordChildren(t *testing.T, e Engine) {
	db := Seeded(t, e)
	parent := Case()
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertRecord(parent); err != nil {
			return err
		}
		for i := range 5 {
			key := []string{"order", "visit"}[i%2]
			c := Case(func(r *domain.Record) { r.Parent, r.Root, r.Key, r.Stage = parent.ID, parent.ID, key, fmt.Sprint(i) })
			if err := tx.InsertRecord(c); err != nil {
				return err
			}
		}
		return nil
	})
	Read(t, db, func(tx *store.Tx) error {
		orders, err := tx.Children(parent.ID, "order")
		all, err2 := tx.Children(parent.ID, "")
		if len(orders) != 3 || len(all) != 5 {
			t.Errorf("%d orders, %d children", len(orders), len(all))
		}
		for i, c := range all {
			if c.Stage != fmt.Sprint(i) {
				t.Errorf("child %d is %s: not in order of creation", i, c.Stage)
			}
		}
		return firstError(err, err2)
	})
}

func recordReferences(t *testing.T, e Engine) {
	db := Seeded(t, e)
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertRecord(Case(func(r *domain.Record) { r.Parent = "nobody" }))
	}), "reference")
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertRecord(Case(func(r *domain.Record) { r.Subject = "nobody" }))
	}), "reference")
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertRecord(Case(func(r *domain.Record) { r.Phase = "" }))
	}), "check")
	WantCode(t, TryWrite(db, func(tx *store.Tx) error {
		return tx.InsertRecord(Case(func(r *domain.Record) { r.County = Neighbour }))
	}), "county")
	if err := db.Write(context.Background(), func(tx *store.Tx) error { return tx.InsertRecord(Case()) }); err == nil {
		t.Error("a transaction without a county wrote")
	}
}

// recordListTies pages through rows of which many share one instant: each must
// come exactly once, in either direction.
func recordListTies(t *testing.T, e Engine) {
	db := Seeded(t, e)
	const n = 57
	Write(t, db, func(tx *store.Tx) error {
		for i := range n {
			r := Case(func(r *domain.Record) { r.Created = Start.Add(time.Duration(i/10) * time.Minute) })
			if err := tx.InsertRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	for _, oldest := range []bool{false, true} {
		seen := map[domain.RecordID]bool{}
		var last *domain.Record
		cursor, pages := "", 0
		for {
			var page store.Page[domain.Record]
			Read(t, db, func(tx *store.Tx) (err error) {
				page, err = tx.Records(store.RecordFilter{Program: "test", Keys: []string{"need"}, Access: store.AccessAll, Oldest: oldest, Limit: 7, Cursor: cursor})
				return err
			})
			for i := range page.Items {
				r := &page.Items[i]
				if seen[r.ID] {
					t.Fatalf("row %s came twice", r.ID)
				}
				seen[r.ID] = true
				if last != nil && (oldest && r.Created.Before(last.Created) || !oldest && r.Created.After(last.Created)) {
					t.Fatal("out of order")
				}
				last = r
			}
			pages++
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != n || pages != 9 {
			t.Errorf("oldest %v: %d rows on %d pages", oldest, len(seen), pages)
		}
	}
	Read(t, db, func(tx *store.Tx) error {
		_, err := tx.Records(store.RecordFilter{Access: store.AccessAll, Cursor: "nonsense"})
		WantCode(t, err, "cursor")
		n, err := tx.CountRecords(store.RecordFilter{Program: "test", Access: store.AccessAll}, 20)
		if n != 20 {
			t.Errorf("capped count %d", n)
		}
		return err
	})
}

func recordListFilters(t *testing.T, e Engine) {
	db := Seeded(t, e)
	person := Person("王芳")
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertParty(person); err != nil {
			return err
		}
		for i, path := range []string{"44/4409/440902/440902001", "44/4409/440902/440902001/440902001001", "44/4409/440902/4409020011", "44/4409/440902/440902002"} {
			r := Case(func(r *domain.Record) {
				r.Path, r.Stage, r.Created = path, fmt.Sprintf("s%d", i), Start.Add(time.Duration(i)*time.Hour)
				r.Owner, r.Provider = domain.AccountID(fmt.Sprintf("a%d", i)), domain.OrgID(fmt.Sprintf("o%d", i%2))
				if i == 3 {
					r.Subject, r.Ended, r.Phase = person.ID, Start, domain.PhaseDone
				}
			})
			if err := tx.InsertRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	for name, c := range map[string]struct {
		f    store.RecordFilter
		want string
	}{
		"path is a subtree, not a text prefix": {store.RecordFilter{Path: "44/4409/440902/440902001"}, "s1 s0"},
		"stages":                               {store.RecordFilter{Program: "test", Stages: []string{"s0", "s2"}}, "s2 s0"},
		"empty list matches none":              {store.RecordFilter{Stages: []string{}}, ""},
		"phase":                                {store.RecordFilter{Phases: []domain.Phase{domain.PhaseDone}}, "s3"},
		"running":                              {store.RecordFilter{Running: true}, "s2 s1 s0"},
		"subject":                              {store.RecordFilter{Subject: person.ID}, "s3"},
		"owner":                                {store.RecordFilter{Owner: "a1"}, "s1"},
		"providers":                            {store.RecordFilter{Providers: []domain.OrgID{"o0"}}, "s2 s0"},
		"created in":                           {store.RecordFilter{From: Start.Add(time.Hour), Until: Start.Add(3 * time.Hour)}, "s2 s1"},
		"oldest":                               {store.RecordFilter{Oldest: true, Limit: 2}, "s0 s1"},
		"nobody":                               {store.RecordFilter{Access: []store.AccessClause{}}, ""},
		"public only":                          {store.RecordFilter{Access: []store.AccessClause{{}}}, ""},
		"either way": {store.RecordFilter{Access: []store.AccessClause{
			{MaxClass: domain.Personal, Owner: "a0"}, {MaxClass: domain.Personal, Subjects: []domain.PartyID{person.ID}}}}, "s3 s0"},
	} {
		f := c.f
		if f.Access == nil {
			f.Access = store.AccessAll
		}
		Read(t, db, func(tx *store.Tx) error {
			page, err := tx.Records(f)
			var got []string
			for _, r := range page.Items {
				got = append(got, r.Stage)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: got %v, want %q", name, got, c.want)
			}
			return err
		})
	}
	Read(t, db, func(tx *store.Tx) error {
		page, err := tx.Records(store.RecordFilter{Program: "test"})
		if len(page.Items) != 0 {
			t.Error("a list without access showed rows: deny by default")
		}
		return err
	})
}

// recordAccessTwin: the SQL of access clauses and their Go twin give the same
// answer for random clauses on random rows.
func recordAccessTwin(t *testing.T, e Engine) {
	db := Seeded(t, e)
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	paths := []string{"44/4409/440902", "44/4409/440902/440902001", "44/4409/440902/440902001/440902001002", "44/4409/440902/440902010"}
	var parties []domain.PartyID
	var records []*domain.Record
	Write(t, db, func(tx *store.Tx) error {
		for i := range 4 {
			p := Person(fmt.Sprint("人", i))
			if err := tx.InsertParty(p); err != nil {
				return err
			}
			parties = append(parties, p.ID)
		}
		for range 120 {
			r := Case(func(r *domain.Record) {
				r.Program, r.Key, r.Path = pick("test", "other"), pick("need", "order"), pick(paths...)
				r.Class = domain.Class(rnd.IntN(5))
				r.Owner, r.OwnerOrg = domain.AccountID(pick("", "a1", "a2")), domain.OrgID(pick("", "o1"))
				r.Provider, r.Org = domain.OrgID(pick("", "o1", "o2")), domain.OrgID(pick("", "o2"))
				if i := rnd.IntN(6); i < 4 {
					r.Subject = parties[i]
				}
				if len(records) > 0 && rnd.IntN(2) == 0 {
					up := records[rnd.IntN(len(records))]
					r.Parent, r.Root = up.ID, up.Root
				}
			})
			if err := tx.InsertRecord(r); err != nil {
				return err
			}
			records = append(records, r)
		}
		return nil
	})
	some := func(r *domain.Record) store.AccessClause {
		a := store.AccessClause{MaxClass: domain.Class(rnd.IntN(5))}
		set := func(f func()) {
			if rnd.IntN(4) == 0 {
				f()
			}
		}
		set(func() { a.Program = pick("test", "other") })
		set(func() { a.Keys = []string{pick("need", "order")} })
		set(func() { a.Path = pick(paths...) })
		set(func() { a.Subjects = []domain.PartyID{parties[rnd.IntN(4)], ""} })
		set(func() { a.Owner = domain.AccountID(pick("", "a1")) })
		set(func() { a.OwnerOrg = "o1" })
		set(func() { a.Provider = "o2" })
		set(func() { a.Org = "o2" })
		set(func() { a.Parents = []domain.RecordID{r.Parent} })
		set(func() { a.Roots = []domain.RecordID{r.Root, records[0].Root} })
		set(func() { a.IDs = []domain.RecordID{r.ID} })
		return a
	}
	for range 150 {
		var access []store.AccessClause
		for range 1 + rnd.IntN(3) {
			access = append(access, some(records[rnd.IntN(len(records))]))
		}
		var want, got []string
		for _, r := range records {
			if store.Allows(access, r) {
				want = append(want, string(r.ID))
			}
		}
		Read(t, db, func(tx *store.Tx) error {
			page, err := tx.Records(store.RecordFilter{Access: access, Limit: 1000})
			for _, r := range page.Items {
				got = append(got, string(r.ID))
			}
			return err
		})
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Fatalf("access %+v: SQL gives %d rows, the twin %d", access, len(got), len(want))
		}
	}
}

func recordRefNumbers(t *testing.T, e Engine) {
	db := Seeded(t, e)
	for want := int64(1); want <= 3; want++ {
		Write(t, db, func(tx *store.Tx) error {
			n, err := tx.NextRef("case-26")
			other, err2 := tx.NextRef(fmt.Sprint("only-", want))
			if n != want || other != 1 {
				t.Errorf("got %d and %d, want %d and 1", n, other, want)
			}
			return firstError(err, err2)
		})
	}
	drawNumbers(t, db)
}

// drawNumbers: numbers run on; what a failed transaction or a failed part of one drew is
// drawn again; many at once draw each number once.
func drawNumbers(t *testing.T, db *store.DB) {
	draw := func(tx *store.Tx, want int64) error {
		n, err := tx.DrawRef("often-26")
		if n != want {
			t.Errorf("drew %d, want %d", n, want)
		}
		return err
	}
	Write(t, db, func(tx *store.Tx) error { return draw(tx, 1) })
	lost := errors.New("lost")
	if err := TryWrite(db, func(tx *store.Tx) error { return firstError(draw(tx, 2), lost) }); err == nil {
		t.Error("the transaction did not fail")
	}
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.Nested(func(tx *store.Tx) error { return firstError(draw(tx, 2), lost) }); err == nil {
			t.Error("the part did not fail")
		}
		return firstError(draw(tx, 2), draw(tx, 3))
	})
	var mu sync.Mutex
	var all []int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				if err := TryWrite(db, func(tx *store.Tx) error {
					n, err := tx.DrawRef("often-26")
					mu.Lock()
					all = append(all, n)
					mu.Unlock()
					return err
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(all)
	for i, n := range all {
		if n != int64(i+4) {
			t.Fatalf("number %d of 200 is %d, want %d", i+1, n, i+4)
		}
	}
}

func countyApart(t *testing.T, e Engine) {
	db := Seeded(t, e)
	r := Case(func(r *domain.Record) { r.Unique = "u" })
	Write(t, db, func(tx *store.Tx) error { return tx.InsertRecord(r) })
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		tx = tx.In(Neighbour)
		if _, err := tx.Record(r.ID); domain.KindOf(err) != domain.KindNotFound {
			t.Errorf("the neighbour reads it: %v", err)
		}
		page, err := tx.Records(store.RecordFilter{Access: store.AccessAll})
		if len(page.Items) != 0 {
			t.Error("the neighbour lists it")
		}
		if err != nil {
			return err
		}
		return tx.InsertRecord(Case(func(r *domain.Record) { r.Unique = "u" }))
	})
	if err != nil {
		t.Fatalf("the same unique value in another county: %v", err)
	}
}

// Probe runs a statement on a second, raw connection of a SQLite file.
func Probe(t testing.TB, path, query string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var s string
	if err := db.QueryRow(query).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}
