package storetest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"linqiao/domain"
	"linqiao/store"
)

func partyRoundTrip(t *testing.T, e Engine) {
	db := Seeded(t, e)
	p := Person("陈静")
	p.Tags = []domain.Tag{{Key: "elderly", From: 100, Until: 0}, {Key: "poor", From: 1, Until: 9}}
	p.Data = map[string]any{"sex": "f"}
	p.Secret = map[string]any{"phone": "13800000000"}
	p.Lat, p.Lng, p.Address = 21.6, 110.9, "河西街道"
	Write(t, db, func(tx *store.Tx) error { return tx.InsertParty(p) })
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.PartyOpen(p.ID)
		if err == nil && !reflect.DeepEqual(got, p) {
			t.Errorf("read back\n%+v\nwant\n%+v", got, p)
		}
		closed, err2 := tx.Party(p.ID)
		if err2 == nil && closed.Secret != nil {
			t.Error("a plain read opened the secret")
		}
		return firstError(err, err2)
	})
	stale := *p
	Write(t, db, func(tx *store.Tx) error {
		got, err := tx.Party(p.ID)
		if err != nil {
			return err
		}
		got.Name = "陈小静"
		return tx.UpdateParty(got)
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.UpdateParty(&stale) }), "stale")
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.PartyOpen(p.ID)
		if err == nil && (got.Name != "陈小静" || got.Secret["phone"] != "13800000000" || got.Pinyin != "chen xiao jing") {
			t.Errorf("after update %+v", got)
		}
		old, err2 := tx.Search("party", "陈静", "", 10)
		now, err3 := tx.Search("party", "小静", "", 10)
		if len(old) != 0 || len(now) != 1 {
			t.Errorf("search finds the old name %d times, the new %d", len(old), len(now))
		}
		return firstError(err, err2, err3)
	})
}

func partyIdent(t *testing.T, e Engine) {
	db := Seeded(t, e)
	a, b := Person("甲"), Person("乙")
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.InsertParty(a), tx.InsertParty(b), tx.AddIdent(a.ID, "resident_id", "11010519491231002X"), tx.AddIdent(b.ID, "phone", "11010519491231002X"))
	})
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.AddIdent(b.ID, "resident_id", "11010519491231002X") }), "duplicate")
	Read(t, db, func(tx *store.Tx) error {
		got, err := tx.PartyByIdent("resident_id", "11010519491231002X")
		if err == nil && got.ID != a.ID {
			t.Errorf("found %s", got.Name)
		}
		_, missing := tx.PartyByIdent("resident_id", "other")
		WantCode(t, missing, "not_found")
		hash, err2 := tx.Index("resident_id", "11010519491231002X")
		if strings.Contains(hash, "1101") || len(hash) != 32 {
			t.Errorf("blind index %q", hash)
		}
		return firstError(err, err2)
	})
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.DropIdents(a.ID, "resident_id"), tx.AddIdent(b.ID, "resident_id", "11010519491231002X"))
	})
}

func partyRelations(t *testing.T, e Engine) {
	db := Seeded(t, e)
	child, mother := Person("小明"), Person("李梅")
	Write(t, db, func(tx *store.Tx) error {
		r := domain.Relation{Kind: "guardian", From: 10, Until: 0}
		if err := firstError(tx.InsertParty(child), tx.InsertParty(mother)); err != nil {
			return err
		}
		r.A, r.B = mother.ID, child.ID
		return tx.SaveRelation(&r)
	})
	count := func(p domain.PartyID, on domain.Date) (n int) {
		Read(t, db, func(tx *store.Tx) error {
			list, err := tx.Relations(p, on)
			n = len(list)
			return err
		})
		return n
	}
	if count(child.ID, 9) != 0 || count(child.ID, 10) != 1 || count(mother.ID, 99) != 1 {
		t.Error("a relation holds from its first day, seen from both sides")
	}
	Write(t, db, func(tx *store.Tx) error {
		return tx.SaveRelation(&domain.Relation{A: mother.ID, B: child.ID, Kind: "guardian", From: 10, Until: 20})
	})
	if count(child.ID, 20) != 1 || count(child.ID, 21) != 0 {
		t.Error("a relation holds up to its last day")
	}
}

func partyStanding(t *testing.T, e Engine) {
	db := Seeded(t, e)
	p := Person("老李")
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertParty(p); err != nil {
			return err
		}
		s := domain.Standing{Party: p.ID, Program: "test", Key: "credit", State: "a", From: Start}
		if err := tx.SaveStanding(&s); err != nil {
			return err
		}
		s.State, s.Until = "b", Start.Add(time.Hour)
		return tx.SaveStanding(&s)
	})
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.Standings(p.ID)
		if len(list) != 1 || list[0].State != "b" || list[0].Rev != 2 {
			t.Errorf("standings %+v", list)
		}
		of, err2 := tx.StandingsOf("test", "credit", "b")
		none, err3 := tx.StandingsOf("test", "credit", "a")
		if len(of) != 1 || len(none) != 0 {
			t.Errorf("%d hold b, %d hold a", len(of), len(none))
		}
		return firstError(err, err2, err3)
	})
}

func partyConsent(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	p := Person("小红")
	c := &domain.Consent{Program: "test", Key: "share", Evidence: "tick", Until: Start.Add(48 * time.Hour)}
	Write(t, db, func(tx *store.Tx) error {
		if err := tx.InsertParty(p); err != nil {
			return err
		}
		c.Party, c.ByParty = p.ID, p.ID
		return tx.InsertConsent(c)
	})
	stands := func() (yes bool) {
		Read(t, db, func(tx *store.Tx) (err error) { yes, err = tx.Consented(p.ID, "test", "share"); return err })
		return yes
	}
	if !stands() {
		t.Error("a consent given does not stand")
	}
	clock.Set(Start.Add(48 * time.Hour))
	if stands() {
		t.Error("a consent stands after its end")
	}
	clock.Set(Start.Add(time.Hour))
	Write(t, db, func(tx *store.Tx) error { return tx.WithdrawConsent(c.ID, "a", tx.Now()) })
	if stands() {
		t.Error("a consent stands after withdrawal")
	}
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { return tx.WithdrawConsent(c.ID, "a", tx.Now()) }), "stale")
	Read(t, db, func(tx *store.Tx) error {
		list, err := tx.Consents(p.ID, "")
		if len(list) != 1 || list[0].WithdrawnAt.IsZero() {
			t.Errorf("history %+v", list)
		}
		return err
	})
}

func rosterDated(t *testing.T, e Engine) {
	clock := NewClock()
	db := e.Open(t, store.Config{Now: clock.Now})
	Seed(t, db)
	join := func() (joined bool) {
		Write(t, db, func(tx *store.Tx) (err error) {
			joined, err = tx.JoinRoster(&domain.RosterMember{Program: "test", Roster: "firms", Member: "p1", Group: "g"})
			return err
		})
		return joined
	}
	if !join() || join() {
		t.Error("joining twice must count once")
	}
	clock.Set(Start.Add(time.Hour))
	Write(t, db, func(tx *store.Tx) error {
		left, err := tx.LeaveRoster("test", "firms", "p1")
		again, err2 := tx.LeaveRoster("test", "firms", "p1")
		if !left || again {
			t.Errorf("left %v, again %v", left, again)
		}
		return firstError(err, err2)
	})
	clock.Set(Start.Add(2 * time.Hour))
	if !join() {
		t.Error("joining again after leaving")
	}
	Read(t, db, func(tx *store.Tx) error {
		for at, want := range map[time.Time]int{Start: 1, Start.Add(90 * time.Minute): 0, clock.Now(): 1} {
			list, err := tx.Roster("test", "firms", at, "", 0)
			if err != nil {
				return err
			}
			if len(list) != want {
				t.Errorf("at %v: %d members, want %d", at, len(list), want)
			}
		}
		all, err := tx.RostersOf("p1")
		if len(all) != 2 {
			t.Errorf("history has %d rows", len(all))
		}
		return err
	})
}

func searchChinese(t *testing.T, e Engine) {
	db := Seeded(t, e)
	names := []string{"重庆大学", "重阳敬老院", "王芳", "王方明", "化州市农商行", "Acme 科技有限公司", "单雄信", "张三丰", "三丰食品厂"}
	Write(t, db, func(tx *store.Tx) error {
		for _, n := range names {
			p := Person(n)
			if err := tx.InsertParty(p); err != nil {
				return err
			}
		}
		far := Person("王芳")
		far.Path = "44/4409/440902/440902002"
		return tx.InsertParty(far)
	})
	for _, c := range []struct {
		text string
		want []string
	}{
		{"重庆", []string{"重庆大学"}},
		{"chongqing", []string{"重庆大学"}},
		{"cqdx", []string{"重庆大学"}},
		{"重", []string{"重庆大学", "重阳敬老院"}},
		{"王芳", []string{"王芳", "王芳"}},
		{"wangfang", []string{"王方明", "王芳", "王芳"}},
		{"wf", []string{"王方明", "王芳", "王芳"}},
		{"农商行", []string{"化州市农商行"}},
		{"nongshanghang", []string{"化州市农商行"}},
		{"ACME", []string{"Acme 科技有限公司"}},
		{"shanxiongxin", []string{"单雄信"}},
		{"三丰", []string{"三丰食品厂", "张三丰"}},
		{"没有的", nil},
		{"，。", nil},
	} {
		Read(t, db, func(tx *store.Tx) error {
			page, err := tx.Parties(store.PartyFilter{Query: c.text})
			var got []string
			for _, p := range page.Items {
				got = append(got, p.Name)
			}
			if strings.Join(sorted(got), "|") != strings.Join(sorted(c.want), "|") {
				t.Errorf("%q finds %v, want %v", c.text, got, c.want)
			}
			return err
		})
	}
	Read(t, db, func(tx *store.Tx) error {
		ids, err := tx.Search("party", "王芳", "44/4409/440902/440902002", 10)
		if len(ids) != 1 {
			t.Errorf("search in a town finds %d", len(ids))
		}
		return err
	})
}

func searchRecords(t *testing.T, e Engine) {
	db := Seeded(t, e)
	mine, theirs := Case(func(r *domain.Record) { r.Owner = "a1" }), Case(func(r *domain.Record) { r.Owner = "a2" })
	Write(t, db, func(tx *store.Tx) error {
		return firstError(tx.InsertRecord(mine), tx.InsertRecord(theirs),
			tx.IndexText("record", string(mine.ID), mine.Path, "荔枝种植贷款", "三十万"), tx.IndexText("record", string(theirs.ID), theirs.Path, "荔枝收购贷款"))
	})
	found := func(text string, access []store.AccessClause) (n int) {
		Read(t, db, func(tx *store.Tx) error {
			list, err := tx.SearchRecords(text, access, 10)
			n = len(list)
			return err
		})
		return n
	}
	own := []store.AccessClause{{MaxClass: domain.Sealed, Owner: "a1"}}
	if found("荔枝", store.AccessAll) != 2 || found("荔枝 三十", store.AccessAll) != 1 || found("荔枝", own) != 1 || found("收购", own) != 0 {
		t.Error("search does not keep to the access clauses")
	}
	Write(t, db, func(tx *store.Tx) error { return tx.IndexText("record", string(mine.ID), mine.Path, "龙眼") })
	if found("荔枝", own) != 0 || found("龙眼", own) != 1 {
		t.Error("the old text is still found")
	}
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
