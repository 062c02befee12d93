package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Sizes of the batch: a county's households with their points, and its villages.
const (
	scoreKey      = "bench-score"
	scoreHomes    = 20_000
	scoreVillages = 2_500
	graderLogin   = "grader"
)

// scores measures what a named officer lives through who settles a whole county: the
// proposals of all households with their sums by village, the same of the villages,
// confirming both, and taking both back.
func (b *bench) scores(ctx context.Context) error {
	homes, villages := scoreHomes, scoreVillages
	if b.quick {
		homes, villages = 2_000, 250
	}
	b.section(fmt.Sprintf("batch: %s households scored and %s villages rolled up, through the public API", thousands(fmt.Sprint(homes)), thousands(fmt.Sprint(villages))))
	if err := b.scored(ctx, "sqlite", filepath.Join(b.dir, "score.db"), homes, villages); err != nil {
		return err
	}
	address := os.Getenv("LINQIAO_TEST_PG")
	if !b.beside("postgres") || address == "" {
		return nil
	}
	dsn, drop, err := freshSchema(ctx, address)
	if err != nil {
		b.skip("a batch on PostgreSQL", err)
		return nil
	}
	defer drop()
	return b.scored(ctx, "postgres", dsn, homes, villages)
}

func (b *bench) scored(ctx context.Context, engine, dsn string, homes, villages int) error {
	a, err := openCounty(ctx, dsn, b.keyFile())
	if err != nil {
		return err
	}
	if err := seedScores(ctx, a, homes, villages); err != nil {
		a.DB.Close()
		return fmt.Errorf("seed: %w", err)
	}
	if err := a.DB.Close(); err != nil {
		return err
	}
	d, p, err := b.startDesk(ctx, "score-"+engine, dsn)
	if err != nil {
		return err
	}
	defer p.stop()
	if err := d.actAs(ctx, graderLogin); err != nil {
		return err
	}
	before := p.cpu()
	var confirmed []string
	for _, part := range []struct {
		record, move, name string
		n                  int
		goal               *goal
	}{{"home", "settle", "households", homes, atMost(60, " s")}, {"hamlet", "assess", "villages", villages, nil}} {
		ask := map[string]any{"op": "move", "move": part.move, "filter": map[string]any{"program": scoreKey, "record": part.record}}
		check, looked, err := d.job(ctx, "/bulk", ask)
		if err != nil {
			return err
		}
		done, took, err := d.job(ctx, "/bulk/"+check.ID+"/confirm", nil)
		if err != nil {
			return err
		}
		if check.Done != int64(part.n) || done.Done != int64(part.n) || check.Failed+done.Failed > 0 || check.Result.Areas == 0 {
			return fmt.Errorf("%s: proposed %d for %d divisions, settled %d of %d, %d refused", part.name, check.Done, check.Result.Areas, done.Done, part.n, check.Failed+done.Failed)
		}
		confirmed = append(confirmed, done.ID)
		n := thousands(fmt.Sprint(part.n)) + " " + part.name
		b.value(engine+": propose for "+n+", added up for "+thousands(fmt.Sprint(check.Result.Areas))+" divisions", looked.Seconds(), " s", part.goal)
		b.value(engine+": confirm "+n, took.Seconds(), " s", part.goal)
	}
	for i := len(confirmed) - 1; i >= 0; i-- {
		_, took, err := d.job(ctx, "/bulk/"+confirmed[i]+"/undo", nil)
		if err != nil {
			return err
		}
		b.value(engine+": take a batch back", took.Seconds(), " s", nil)
	}
	b.value("processor time of the server for all of it", (p.cpu() - before).Seconds(), " s", nil)
	b.value("most memory, whole server", p.peak(), " MiB", atMost(512, " MiB"))
	return nil
}

// actAs signs one more account in, for which the calls after it are made.
func (d *deskSide) actAs(ctx context.Context, login string) error {
	body, err := json.Marshal(map[string]string{"login": login, "password": password, "county": string(benchCounty)})
	if err != nil {
		return err
	}
	b, err := d.t.send(ctx, "POST", deskAPI+"/session", nil, body)
	if err != nil {
		return err
	}
	var s struct{ Token string }
	if err := json.Unmarshal(b, &s); err != nil || s.Token == "" {
		return fmt.Errorf("no token for %s: %w", login, err)
	}
	d.tokens[login], d.as = s.Token, login
	return nil
}

func villageID(i int) domain.RegionID { return domain.RegionID(fmt.Sprintf("990101v%04d", i)) }

func villagePath(i int) string {
	return countyPath + "/" + string(townID(i%towns)) + "/" + string(villageID(i))
}

// seedScores makes the villages, and copies one household and one village that were
// entered by the rules; their counts are those of their events, times so many.
func seedScores(ctx context.Context, a *app.App, homes, villages int) error {
	if err := staff(ctx, a, graderLogin, "bench_committee", domain.RegionID(benchCounty)); err != nil {
		return err
	}
	if err := a.DB.Write(ctx, func(tx0 *store.Tx) error {
		tx := tx0.In(benchCounty)
		for i := range villages {
			id := villageID(i)
			if err := tx.InsertRegion(&domain.Region{ID: id, Code: string(id), Parent: townID(i % towns), Level: domain.Village, Name: fmt.Sprintf("第%d村", i+1), Path: villagePath(i), Active: true}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	view, err := a.SignIn(ctx, app.SignInAct{Login: graderLogin, Password: password, County: benchCounty}, app.Client{Address: "127.0.0.1"})
	if err != nil {
		return err
	}
	who, err := a.Who(ctx, view.Token)
	if err != nil {
		return err
	}
	name := "第0户"
	party, err := a.CreateParty(ctx, who, app.Once{}, app.PartyAct{Kind: domain.Household, Name: &name, Region: villageID(0)})
	if err != nil {
		return err
	}
	for _, c := range []struct {
		key, move string
		act       app.Act
		n         int
	}{
		{"home", "enter", app.Act{Subject: party.ID, Fields: map[string]any{"credit": 28, "income": 20, "virtue": 18, "business": 12}}, homes},
		{"hamlet", "start", app.Act{Region: villageID(0), Fields: map[string]any{"npl": 120}}, villages},
	} {
		id, err := a.Create(ctx, who, app.Once{}, scoreKey, c.key, c.move, c.act)
		if err != nil {
			return fmt.Errorf("%s: %w", c.key, err)
		}
		one, err := remembered(ctx, a.DB, id)
		if err != nil {
			return err
		}
		for from := 1; from < c.n; from += seedBatch {
			if err := a.DB.Write(ctx, func(tx *store.Tx) error {
				return copyScores(tx.In(benchCounty), one, party.ID, from, min(from+seedBatch, c.n), villages)
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyScores writes copies of a record: each household in a village in turn, with
// points of its own.
func copyScores(tx *store.Tx, src *life, of domain.PartyID, from, to, villages int) error {
	open, err := tx.RecordOpen(src.rec.ID)
	if err != nil {
		return err
	}
	counts := []domain.Count{}
	for i := from; i < to; i++ {
		rec, v := *open, i%villages
		rec.ID = domain.RecordID(fmt.Sprintf("01900000-0000-7000-8%03x-%012x", len(rec.Key), i))
		rec.Root, rec.Region, rec.Path, rec.RefNo = rec.ID, villageID(v), villagePath(v), fmt.Sprintf("%s-%s-%06d", benchCounty, rec.Key, i)
		if rec.Subject == of {
			p := &domain.Party{ID: domain.PartyID(fmt.Sprintf("01900000-0000-7000-9000-%012x", i)), Kind: domain.Household, Name: fmt.Sprintf("第%d户", i),
				Region: rec.Region, Path: rec.Path, Active: true}
			if err := tx.InsertParty(p); err != nil {
				return err
			}
			rec.Subject = p.ID
		}
		for _, part := range []map[string]any{rec.Data, rec.Secret} {
			if part["credit"] != nil {
				part["credit"], part["score"] = 10+i%30, 60+i%30
			}
		}
		if err := tx.InsertRecord(&rec); err != nil {
			return err
		}
		for _, c := range src.counts {
			counts = append(counts, countAt(c, rec.Path))
		}
	}
	return tx.AddCounts(counts)
}

func countAt(c record.Count, path string) domain.Count {
	return domain.Count{Program: scoreKey, Stat: c.Stat, Day: c.Day, Path: path, Dims: c.Dims, Value: c.Value, N: c.N}
}
