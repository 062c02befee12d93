package testkit_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestCard: a card of paper opens its few lines to whoever holds it and nothing else;
// each opening is told to those who watch over the person; a card printed anew, run
// out or taken back opens nothing, and the code stands neither in the database nor in
// the log.
func TestCard(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, storetest.Home)
			c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
			if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("card-desk")); err != nil {
				t.Fatal(err)
			}
			_, desk := c.Staff(t, "card_desk", "county", string(c.Code), "faka")
			_, near := c.Staff(t, "card_near", "county", string(c.Code), "linjin")
			party, _ := c.Resident(t, "阿禾", firstTown(t, c))
			file := testkit.Text(desk[0].Must(t, http.MethodPost, "/programs/card-desk/records/file/register", testkit.Object{"subject": party,
				"fields": testkit.Object{"nick": "小禾", "phones": "12355", "note": "不能给扫卡人看"}}), "id")
			first := printCard(t, desk[0], file)
			if a := near[0].Do(t, http.MethodPost, "/prints", cardAct(file)); a.Status != http.StatusForbidden {
				t.Errorf("a unit that does not own the file prints its card: %d", a.Status)
			}
			opensTo(t, c, first, "小禾", "12355")
			cardOpened(t, desk[0], party, file, 1)
			opensTo(t, c, first) // leafing back is the same opening
			cardOpened(t, desk[0], party, file, 1)
			if a := near[0].Page(t, first); a.Status != http.StatusOK {
				t.Errorf("card: %d", a.Status)
			}

			second := printCard(t, desk[0], file)
			shut(t, c, first, "a card that was printed anew")
			opensTo(t, c, second, "小禾")
			c.Clock.Set(c.Clock.Now().Add(366 * 24 * time.Hour))
			shut(t, c, second, "a card that has run out")
			later := c.SignIn(t, "faka")
			third := printCard(t, later, file)
			later.Must(t, http.MethodPost, "/records/"+file+"/moves/close", testkit.Object{})
			shut(t, c, third, "a card of a closed file")
			if a := later.Do(t, http.MethodPost, "/prints", cardAct(file)); a.Status != http.StatusUnprocessableEntity {
				t.Errorf("a closed file gets a card: %d %s", a.Status, a.Raw)
			}
			shut(t, c, "/card/"+strings.Repeat("a", 26), "an invented code")
			for _, path := range []string{first, second, third} {
				code := strings.TrimPrefix(path, "/card/")
				if strings.Contains(c.Log.Text(), code) {
					t.Errorf("the code of a card stands in the log")
				}
				if a := later.Do(t, http.MethodGet, "/records/"+file+"/events", nil); bytes.Contains(a.Raw, []byte(code)) {
					t.Errorf("the code of a card stands in the history")
				}
			}
		})
	}
}

func cardAct(file string) testkit.Object {
	return testkit.Object{"sheet": "pass", "record": file, "pass": "card", "purpose": "发给监护人"}
}

func printCard(t *testing.T, who *testkit.Client, file string) string {
	t.Helper()
	return testkit.Text(who.Must(t, http.MethodPost, "/prints", cardAct(file)), "card", "path")
}

func opensTo(t *testing.T, c *testkit.County, path string, words ...string) {
	t.Helper()
	a := c.Stranger().Page(t, path)
	if a.Status != http.StatusOK || bytes.Contains(a.Raw, []byte("不能给扫卡人看")) || bytes.Contains(a.Raw, []byte("阿禾")) {
		t.Errorf("card: %d %s", a.Status, a.Raw)
	}
	for _, word := range words {
		if !bytes.Contains(a.Raw, []byte(word)) {
			t.Errorf("the card lacks %q: %s", word, a.Raw)
		}
	}
}

func shut(t *testing.T, c *testkit.County, path, what string) {
	t.Helper()
	if a := c.Stranger().Page(t, path); a.Status != http.StatusNotFound || bytes.Contains(a.Raw, []byte("小禾")) {
		t.Errorf("%s opens: %d", what, a.Status)
	}
}

// cardOpened counts the openings that the keeper is told of, in the access log and in the
// record's history.
func cardOpened(t *testing.T, who *testkit.Client, party, file string, want int) {
	t.Helper()
	log, history := 0, 0
	for _, e := range who.All(t, "/parties/"+party+"/access") {
		if testkit.Text(e, "action") == "pass_open" {
			log++
		}
	}
	for _, e := range who.All(t, "/records/"+file+"/events") {
		if strings.Contains(testkit.Text(e, "label"), "扫码打开：联系卡") {
			history++
		}
	}
	if log != want || history != want {
		t.Errorf("openings: %d in the access log, %d in the history, want %d", log, history, want)
	}
}
