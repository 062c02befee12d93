package testkit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/draw"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestVoteAndDraw: a secret vote of a village and the draw of its delegates, each
// person as himself, to the pages on which anybody checks them.
func TestVoteAndDraw(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			v := openVillage(t, testkit.Open(t, engine, storetest.Home))
			v.votes(t)
			v.papers(t)
			v.tallies(t)
			v.draws(t)
			v.holdsNoLink(t)
		})
	}
}

type village struct {
	*testkit.County
	desk, board *testkit.Client
	people      []*testkit.Client
	parties     []string
	topic       string
}

const electors = 12

func openVillage(t *testing.T, c *testkit.County) *village {
	t.Helper()
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("town-vote")); err != nil {
		t.Fatal(err)
	}
	v := &village{County: c}
	_, desk := c.Staff(t, "vote_desk", "county", string(c.Code), "yishi")
	_, board := c.Staff(t, "vote_board", "county", string(c.Code), "jiandu")
	v.desk, v.board = desk[0], board[0]
	for i := range electors {
		party, self := c.Resident(t, fmt.Sprintf("cunmin%02d", i), firstTown(t, c))
		v.parties, v.people = append(v.parties, party), append(v.people, self)
	}
	v.desk.Must(t, http.MethodPost, "/programs/town-vote/rosters/electors/members", testkit.Object{"parties": v.parties})
	made := v.desk.Must(t, http.MethodPost, "/programs/town-vote/records/topic/open", testkit.Object{"region": c.Code,
		"fields": testkit.Object{"what": "修村道", "until": "2026-03-12T20:00:00+08:00", "seats": 3}})
	v.topic = testkit.Text(made, "id")
	return v
}

func (v *village) vote(t *testing.T, i int, pick string, h ...testkit.Header) *testkit.Answer {
	return v.people[i].Do(t, http.MethodPost, "/records/"+v.topic+"/ballots/vote", testkit.Object{"picks": []string{pick}, "channel": "app"}, h...)
}

// votes: eight people at once, each request sent twice and one more on top; each
// counts once.
func (v *village) votes(t *testing.T) {
	v.waits(t, 0, 1)
	var wg sync.WaitGroup
	for i := range 8 {
		pick := []string{"agree", "agree", "agree", "oppose"}[i%4]
		key := testkit.Key(testkit.NewKey())
		wg.Go(func() {
			for range 2 {
				if a := v.vote(t, i, pick, key); a.Status != http.StatusOK {
					t.Errorf("vote of %d: %d %s", i, a.Status, a.Raw)
				}
			}
			if a := v.vote(t, i, "oppose"); a.Status != http.StatusConflict || !bytes.Contains(a.Raw, []byte("已经投过票")) {
				t.Errorf("a second vote of %d: %d %s", i, a.Status, a.Raw)
			}
		})
	}
	wg.Wait()
	v.waits(t, 0, 0)
	v.waits(t, 11, 1) // has not voted
	_, late := v.Resident(t, "houlai", firstTown(t, v.County))
	if a := late.Do(t, http.MethodPost, "/records/"+v.topic+"/ballots/vote", testkit.Object{"picks": []string{"agree"}}); a.Status < 400 {
		t.Errorf("who is not on the roll votes: %d", a.Status)
	}
	b := v.ballot(t, v.people[0])
	if b["done"] != true || b["can_vote"] != false || b["voted"] != float64(8) || testkit.Items(b, "options")[0]["votes"] != nil {
		t.Errorf("what a voter sees: %v", b)
	}
}

// waits: how many ballots the work list of an elector names.
func (v *village) waits(t *testing.T, i, n int) {
	t.Helper()
	list := testkit.Items(v.people[i].Must(t, http.MethodGet, "/work", nil), "votes")
	if len(list) != n || n > 0 && (testkit.Text(list[0], "record", "id") != v.topic || testkit.Text(list[0], "ballot") != "vote") {
		t.Errorf("votes that wait for elector %d: %v", i, list)
	}
}

func (v *village) ballot(t *testing.T, who *testkit.Client) testkit.Object {
	t.Helper()
	list := testkit.Items(who.Must(t, http.MethodGet, "/records/"+v.topic, nil), "ballots")
	if len(list) != 1 {
		t.Fatalf("%d ballots", len(list))
	}
	return list[0]
}

// papers: two people take papers at the desk; a second person signs the count.
func (v *village) papers(t *testing.T) {
	at := "/records/" + v.topic + "/ballots/vote"
	for _, i := range []int{8, 9} {
		v.desk.Must(t, http.MethodPost, at+"/desk", testkit.Object{"voter": v.parties[i]})
	}
	if a := v.vote(t, 8, "agree"); a.Status != http.StatusConflict {
		t.Errorf("who took a paper votes by phone: %d", a.Status)
	}
	if a := v.desk.Do(t, http.MethodPost, at+"/papers", testkit.Object{"votes": testkit.Object{"agree": 3}, "papers": 3}); a.Status < 400 || !bytes.Contains(a.Raw, []byte("2 张")) {
		t.Errorf("more papers than were handed out: %d %s", a.Status, a.Raw)
	}
	v.desk.Must(t, http.MethodPost, at+"/papers", testkit.Object{"votes": testkit.Object{"agree": 1}, "papers": 2, "invalid": 1})
	if a := v.desk.Do(t, http.MethodPost, at+"/papers/sign", testkit.Object{}); a.Status != http.StatusForbidden {
		t.Errorf("who counted signs: %d", a.Status)
	}
	v.board.Must(t, http.MethodPost, at+"/papers/sign", testkit.Object{})
}

func (v *village) tallies(t *testing.T) {
	v.Clock.Set(time.Date(2026, 3, 12, 20, 0, 1, 0, domain.Beijing))
	if err := v.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.desk = v.SignIn(t, "yishi")
	b := v.ballot(t, v.desk)
	got := map[string]any{}
	for _, o := range testkit.Items(b, "options") {
		got[testkit.Text(o, "key")] = o["votes"]
	}
	if b["state"] != "closed" || got["agree"] != float64(7) || got["oppose"] != float64(2) || b["voted"] != float64(10) || b["passed"] != true {
		t.Fatalf("tally %v of %v", got, b)
	}
	if stage := v.desk.Must(t, http.MethodGet, "/records/"+v.topic, nil)["stage"]; stage != "passed" {
		t.Errorf("the topic is %v", stage)
	}
	v.published(t, "计票结果", testkit.Text(b, "hash"), "赞成", "名册人数")
}

// published finds the page of a notice and what must stand on it.
func (v *village) published(t *testing.T, label string, words ...string) (id string) {
	t.Helper()
	list := testkit.Items(v.Stranger().Must(t, http.MethodGet, "/public/notices", nil), "items")
	i := slices.IndexFunc(list, func(n testkit.Object) bool { return n["label"] == label })
	if i < 0 {
		t.Fatalf("%s is not published: %v", label, list)
	}
	id = testkit.Text(list[i], "id")
	page := v.Stranger().Page(t, "/notices/"+id)
	for _, w := range words {
		if !bytes.Contains(page.Raw, []byte(w)) {
			t.Errorf("the page of %s does not say %s", label, w)
		}
	}
	for _, name := range []string{"cunmin", "jumin"} {
		if bytes.Contains(page.Raw, []byte(name)) {
			t.Errorf("the page of %s names somebody", label)
		}
	}
	return id
}

// draws: pool frozen, then a number that nobody chose; the page has what it takes
// to compute it again.
func (v *village) draws(t *testing.T) {
	v.desk.Must(t, http.MethodPost, "/records/"+v.topic+"/moves/lock", testkit.Object{})
	frozen := testkit.Items(v.desk.Must(t, http.MethodGet, "/records/"+v.topic, nil), "choices")[0]
	if frozen["state"] != "frozen" || testkit.Text(frozen, "secret") != "" || testkit.Text(frozen, "commit") == "" {
		t.Fatalf("%v", frozen)
	}
	if a := v.desk.Do(t, http.MethodPost, "/records/"+v.topic+"/moves/lock", testkit.Object{}); a.Status < 400 {
		t.Error("frozen a second time")
	}
	v.desk.Must(t, http.MethodPost, "/records/"+v.topic+"/moves/draw", testkit.Object{"fields": testkit.Object{"number": "061528"}})
	id := v.published(t, "抽取公示", "重新计算", testkit.Text(frozen, "commit"))
	var proof app.ChoiceView
	if err := json.Unmarshal(v.Stranger().Page(t, "/notices/"+id+"/draw.json").Raw, &proof); err != nil {
		t.Fatal(err)
	}
	var pool []draw.Entry
	for line := range strings.Lines(proof.Pool) {
		pool = append(pool, draw.Entry{Code: strings.Split(line, "\t")[0], Weight: 1})
	}
	if len(pool) != electors || proof.Take != 3 || len(proof.Members) != 0 || proof.Commit != testkit.Text(frozen, "commit") ||
		draw.PoolHash(pool) != proof.PoolHash || draw.Commit(proof.Secret) != proof.Commit ||
		!slices.Equal(draw.Order(pool, draw.Seed(proof.Secret, proof.PoolHash, "061528"), false), proof.Order) {
		t.Errorf("the draw cannot be computed again: %+v", proof)
	}
	chosen := 0
	for i := range v.people {
		for _, m := range testkit.Items(testkit.Items(v.people[i].Must(t, http.MethodGet, "/records/"+v.topic, nil), "choices")[0], "members") {
			if m["mine"] == true {
				chosen++
			}
		}
	}
	if chosen != 3 {
		t.Errorf("%d people read that they were drawn, of 3", chosen)
	}
	if js := v.Stranger().Page(t, "/draw.js"); js.Status != http.StatusOK || !strings.HasPrefix(js.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("draw.js: %d", js.Status)
	}
}

// holdsNoLink: no row of the whole backup, no line of the log and no event says
// both who voted and what; no paper is left; requests are kept for no voter.
func (v *village) holdsNoLink(t *testing.T) {
	l := link{people: v.parties, hushed: []string{"agree", "oppose"}}
	papers, rolls := 0, 0
	people, _ := l.search(t, v.County, func(table, _ string, somebody, _ bool) {
		switch {
		case table == "ballot_paper":
			papers++
		case table == "ballot_roll" && somebody:
			rolls++
		}
	})
	if papers != 0 || rolls != electors || people["party"] == 0 {
		t.Errorf("%d papers left, %d lines of the roll; the search met people in %v", papers, rolls, people)
	}
}
