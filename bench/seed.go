package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Seeded cases are copies of two that were lived through by the rules: one that
// runs and one that is closed, with their events, clocks and counts. Nine in ten
// are closed; they came in every half minute and stand in all towns in turn. The
// text index holds the newest hundredth only, which no list or figure reads.

const (
	seedBatch = 5000
	seedEvery = 30 * time.Second
)

// life is one case with everything it left behind.
type life struct {
	rec    domain.Record
	events []domain.Event
	clocks []domain.Clock
	counts []record.Count
}

// seed brings the county to n cases. It may be called again for more.
func seed(ctx context.Context, a *app.App, n int) error {
	have, err := seeded(ctx, a.DB)
	if err != nil || have >= n {
		return err
	}
	running, closed, err := lives(ctx, a)
	if err != nil {
		return err
	}
	s := &seeder{kinds: []string{"ask", "complaint", "help", "advice"}, running: running, closed: closed, first: time.Now().Add(-time.Duration(n) * seedEvery)}
	for from := have; from < n; from += seedBatch {
		to := min(from+seedBatch, n)
		if err := a.DB.Write(ctx, func(tx *store.Tx) error { return s.batch(tx.In(benchCounty), from, to, n) }); err != nil {
			return err
		}
	}
	return nil
}

// seeded is how many cases stand there by seeding: their numbers tell.
func seeded(ctx context.Context, db *store.DB) (n int, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		page, err := tx.In(benchCounty).Records(store.RecordFilter{Program: benchKey, Keys: []string{"matter"}, Access: store.AccessAll, Limit: 1000})
		for _, r := range page.Items {
			var i int
			if _, bad := fmt.Sscanf(r.RefNo, string(benchCounty)+"-20-%d", &i); bad == nil {
				n = max(n, i+1)
			}
		}
		return err
	})
	return n, err
}

// lives lets a clerk take two cases in, one of which he closes.
func lives(ctx context.Context, a *app.App) (running, closed *life, err error) {
	view, err := a.SignIn(ctx, app.SignInAct{Login: clerkLogin(0), Password: password, County: benchCounty}, app.Client{Address: "127.0.0.1"})
	if err != nil {
		return nil, nil, err
	}
	who, err := a.Who(ctx, view.Token)
	if err != nil {
		return nil, nil, err
	}
	fields := map[string]any{"kind": "help", "title": "路灯不亮，请派人看一看", "heads": 3, "money": 120000}
	var ids [2]domain.RecordID
	for i := range ids {
		if ids[i], err = a.Create(ctx, who, app.Once{}, benchKey, "matter", "open", app.Act{Fields: fields, Channel: "window"}); err != nil {
			return nil, nil, err
		}
	}
	if err := a.Move(ctx, who, app.Once{}, ids[1], "close", app.Act{Text: "已修好"}); err != nil {
		return nil, nil, err
	}
	if running, err = remembered(ctx, a.DB, ids[0]); err != nil {
		return nil, nil, err
	}
	closed, err = remembered(ctx, a.DB, ids[1])
	return running, closed, err
}

// remembered reads what a case left behind.
func remembered(ctx context.Context, db *store.DB, id domain.RecordID) (*life, error) {
	l := &life{}
	err := db.Read(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(benchCounty)
		r, err := tx.Record(id)
		if err != nil {
			return err
		}
		l.rec = *r
		if l.clocks, err = tx.Clocks(id); err != nil {
			return err
		}
		page, err := tx.Events(store.EventFilter{Record: id, MaxClass: domain.Sealed, Limit: 100})
		l.events = page.Items
		return err
	})
	for i := range l.events {
		raw, _ := json.Marshal(l.events[i].Stats["counts"])
		var list []record.Count
		if len(l.events[i].Stats) > 0 {
			if err := json.Unmarshal(raw, &list); err != nil {
				return nil, err
			}
		}
		l.counts = append(l.counts, list...)
	}
	return l, err
}

type seeder struct {
	kinds           []string
	running, closed *life
	first           time.Time
}

func (s *seeder) batch(tx *store.Tx, from, to, all int) error {
	counts := map[domain.Count]int64{} // by everything but the value, which is summed
	for i := from; i < to; i++ {
		src := s.closed
		if i%10 == 0 {
			src = s.running
		}
		if err := s.one(tx, src, i, counts); err != nil {
			return fmt.Errorf("case %d: %w", i, err)
		}
		if i < all-all/100 {
			continue
		}
		if err := tx.IndexNew("record", string(s.id(i)), s.path(i), refNo(i), title(i)); err != nil {
			return err
		}
	}
	list := make([]domain.Count, 0, len(counts))
	for c, n := range counts {
		list = append(list, domain.Count{Program: c.Program, Stat: c.Stat, Day: c.Day, Path: c.Path, Dims: c.Dims, Value: c.Value * n, N: c.N * n})
	}
	return tx.AddCounts(list)
}

func refNo(i int) string { return fmt.Sprintf("%s-20-%07d", benchCounty, i) }
func title(i int) string { return fmt.Sprintf("第%d件：路灯不亮，请派人看一看", i) }

func (s *seeder) id(i int) domain.RecordID {
	return domain.RecordID(fmt.Sprintf("01900000-0000-7000-8000-%012x", i))
}

func (s *seeder) path(i int) string { return countyPath + "/" + string(townID(i%towns)) }

// one writes a copy of a life at its own time and in its own town.
func (s *seeder) one(tx *store.Tx, src *life, i int, counts map[domain.Count]int64) error {
	shift := s.first.Add(time.Duration(i) * seedEvery).Truncate(time.Millisecond).Sub(src.rec.Created)
	move := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(shift)
	}
	rec := src.rec
	rec.ID, rec.Root, rec.RefNo, rec.Path, rec.Region = s.id(i), s.id(i), refNo(i), s.path(i), townID(i%towns)
	rec.Created, rec.Entered, rec.Ended = move(rec.Created), move(rec.Entered), move(rec.Ended)
	rec.Data = maps.Clone(rec.Data)
	rec.Data["title"], rec.Data["kind"] = title(i), s.kinds[i%len(s.kinds)]
	if stock, ok := rec.Data["_stock"].(map[string]any); ok {
		own := map[string]any{}
		for k, v := range stock {
			own[k] = strings.ReplaceAll(fmt.Sprint(v), string(townID(0)), string(townID(i%towns)))
		}
		rec.Data["_stock"] = own
	}
	rec.Hist = maps.Clone(rec.Hist)
	for k, t := range rec.Hist {
		rec.Hist[k] = move(t)
	}
	if err := tx.InsertRecord(&rec); err != nil {
		return err
	}
	for k := range src.events {
		e := src.events[k]
		e.ID = domain.EventID(fmt.Sprintf("01900000-0000-7000-9%03x-%012x", k, i))
		e.Record, e.Root, e.OccurredAt, e.RecordedAt = rec.ID, rec.ID, move(e.OccurredAt), move(e.RecordedAt)
		if err := tx.AppendEvent(&e); err != nil {
			return err
		}
	}
	for _, c := range src.clocks {
		c.Record, c.FromAt, c.DueAt, c.MetAt = rec.ID, move(c.FromAt), move(c.DueAt), move(c.MetAt)
		if !c.NextAt.IsZero() { // far off, so that no rung fires while reads are measured
			c.DueAt, c.NextAt = time.Now().AddDate(1, 0, 0), time.Now().AddDate(0, 6, i%30)
		}
		if err := tx.SaveClock(&c); err != nil {
			return err
		}
	}
	day := domain.DateOf(rec.Created)
	for _, c := range src.counts {
		dims := strings.ReplaceAll(c.Dims, "help", s.kinds[i%len(s.kinds)])
		counts[domain.Count{Program: benchKey, Stat: c.Stat, Day: day, Path: rec.Path, Dims: dims, Value: c.Value, N: c.N}]++
	}
	return nil
}

// logins lists all accounts of the load.
func logins() []string {
	out := []string{centreLogin}
	for i := range towns {
		out = append(out, clerkLogin(i))
	}
	return slices.Clip(out)
}
