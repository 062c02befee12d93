// Command pocketbase is the other side of the measurement: PocketBase with the
// same nouns as the small program of package bench, as its users would write
// them: one collection of cases and one of events, open to whoever has signed
// in. It is a module of its own, so that the product does not depend on it, and
// must not grow features: what it cannot do by configuration is not measured.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // its own tables
	"github.com/pocketbase/pocketbase/tools/types"
	_ "modernc.org/sqlite"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "where to listen")
	dir := flag.String("dir", "", "data directory")
	seed := flag.Int("seed", 0, "cases to have before serving")
	clerks := flag.Int("clerks", 20, "accounts")
	sync := flag.String("sync", "FULL", "SQLite's synchronous: FULL, or NORMAL as PocketBase ships")
	flag.Parse()
	if err := run(*addr, *dir, *sync, *seed, *clerks); err != nil {
		log.Fatal(err)
	}
}

func run(addr, dir, sync string, seed, clerks int) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: dir, DBConnect: connect(sync), QueryTimeout: 2 * time.Minute})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	if _, err := app.FindCollectionByNameOrId("cases"); err != nil {
		if err := schema(app); err != nil {
			return err
		}
		if err := accounts(app, clerks); err != nil {
			return err
		}
	}
	if err := fill(app, seed); err != nil {
		return err
	}
	return apis.Serve(app, apis.ServeConfig{HttpAddr: addr})
}

// connect opens the database with PocketBase's own settings but for the
// durability: it ships synchronous(NORMAL), which syncs at checkpoints only, so
// that a power cut loses answered requests.
func connect(sync string) core.DBConnectFunc {
	return func(path string) (*dbx.DB, error) {
		pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "journal_size_limit(200000000)", "synchronous(" + sync + ")",
			"foreign_keys(ON)", "temp_store(MEMORY)", "cache_size(-32000)"}
		return dbx.Open("sqlite", path+"?_pragma="+strings.Join(pragmas, "&_pragma="))
	}
}

// schema makes the collections. The figures are a view over an index: the
// fastest way PocketBase offers.
func schema(app core.App) error {
	signedIn := types.Pointer("@request.auth.id != ''")
	open := func(c *core.Collection) {
		c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule = signedIn, signedIn, signedIn, signedIn
	}
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	cases := core.NewBaseCollection("cases")
	open(cases)
	cases.Fields.Add(
		&core.SelectField{Name: "kind", Values: []string{"ask", "complaint", "help", "advice"}, MaxSelect: 1, Required: true},
		&core.TextField{Name: "title", Required: true},
		&core.NumberField{Name: "heads", OnlyInt: true},
		&core.NumberField{Name: "money", OnlyInt: true},
		&core.SelectField{Name: "stage", Values: []string{"doing", "done"}, MaxSelect: 1, Required: true},
		&core.TextField{Name: "town", Required: true},
		&core.RelationField{Name: "owner", CollectionId: users.Id, MaxSelect: 1},
		&core.AutodateField{Name: "created", OnCreate: true},
		&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true},
	)
	cases.AddIndex("cases_created", false, "created, id", "")
	cases.AddIndex("cases_stage", false, "stage, created, id", "")
	cases.AddIndex("cases_town", false, "town, created, id", "")
	cases.AddIndex("cases_figures", false, "stage, kind", "")
	if err := app.Save(cases); err != nil {
		return fmt.Errorf("cases: %w", err)
	}
	events := core.NewBaseCollection("events")
	open(events)
	events.Fields.Add(
		&core.RelationField{Name: "case", CollectionId: cases.Id, MaxSelect: 1, Required: true},
		&core.RelationField{Name: "actor", CollectionId: users.Id, MaxSelect: 1},
		&core.TextField{Name: "text", Required: true},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	events.AddIndex("events_case", false, "`case`, created", "")
	if err := app.Save(events); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	figures := core.NewViewCollection("figures")
	figures.ListRule, figures.ViewRule = signedIn, signedIn
	figures.ViewQuery = "SELECT (stage || kind) AS id, stage, kind, COUNT(*) AS total FROM cases GROUP BY stage, kind"
	if err := app.Save(figures); err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	return nil
}

// accounts makes the clerks who sign in.
func accounts(app core.App, n int) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	for i := range n {
		r := core.NewRecord(users)
		r.Set("email", fmt.Sprintf("clerk%d@bench.example", i))
		r.SetPassword("Bench-Desk-2026")
		r.SetVerified(true)
		if err := app.Save(r); err != nil {
			return err
		}
	}
	return nil
}

// fill writes cases straight into the table: through its own API a million would
// take hours.
func fill(app core.App, want int) error {
	var have int
	if err := app.NonconcurrentDB().NewQuery("SELECT COUNT(*) FROM cases").Row(&have); err != nil {
		return err
	}
	start := time.Now()
	for have < want {
		n := min(5000, want-have)
		err := app.RunInTransaction(func(tx core.App) error { return insert(tx, have, n, want) })
		if err != nil {
			return err
		}
		have += n
	}
	fmt.Fprintf(os.Stderr, "pocketbase: %d cases after %.1f s\n", have, time.Since(start).Seconds())
	return nil
}

func insert(tx core.App, from, n, all int) error {
	kinds := []string{"ask", "complaint", "help", "advice"}
	for i := from; i < from+n; i++ {
		at := time.Now().UTC().Add(-time.Duration(all-i) * 30 * time.Second).Format("2006-01-02 15:04:05.000Z")
		stage := "done"
		if i%10 == 0 {
			stage = "doing"
		}
		_, err := tx.NonconcurrentDB().NewQuery("INSERT INTO cases (id, kind, title, heads, money, stage, town, owner, created, updated)" +
			" VALUES ({:id}, {:kind}, {:title}, {:heads}, {:money}, {:stage}, {:town}, '', {:at}, {:at})").Bind(dbx.Params{
			"id": fmt.Sprintf("c%014d", i), "kind": kinds[i%4], "title": fmt.Sprintf("第%d件：路灯不亮，请派人看一看", i), "heads": 1 + i%5,
			"money": i % 7 * 10000, "stage": stage, "town": fmt.Sprintf("town%02d", i%20), "at": at}).Execute()
		if err != nil {
			return err
		}
	}
	return nil
}
