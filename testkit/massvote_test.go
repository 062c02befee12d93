package testkit_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// A county votes: so many on the roll, who send their requests again, send a second
// vote, and are joined by people who are not on it.
const (
	massAway   = 400 // on file with the tag, left out by an exception
	massOthers = 600 // not electors
)

// massRoll is how many are on the roll. PostgreSQL answers each statement over a
// socket: there the whole hundred thousand take minutes, and are voted when
// LINQIAO_TEST_FULL is set.
func massRoll(engine string) int {
	if engine == "sqlite" || os.Getenv("LINQIAO_TEST_FULL") != "" {
		return 100_000
	}
	return 10_000
}

// TestMassVote: a ballot of 100,000 votes, taken at once while the urn is being
// emptied, counts each voter once whatever is repeated; the test counts again by
// itself, from what each request was answered.
func TestMassVote(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			m := openMass(t, testkit.Open(t, engine, storetest.Home), massRoll(engine.Name))
			m.open(t)
			m.vote(t)
			m.close(t)
		})
	}
}

type massVote struct {
	*testkit.County
	roll   int
	desk   *testkit.Client
	people []domain.PartyID // electors, then those away, then others
	topic  domain.RecordID
	said   []massReceipt
}

// massReceipt is what the test itself keeps of a voter: what was taken of him.
type massReceipt struct {
	taken atomic.Int32 // different requests answered with yes
	picks atomic.Pointer[[]string]
}

func openMass(t *testing.T, c *testkit.County, roll int) *massVote {
	t.Helper()
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("mass-vote")); err != nil {
		t.Fatal(err)
	}
	_, desk := c.Staff(t, "vote_desk", "county", string(c.Code), "biaojue")
	m := &massVote{County: c, roll: roll, desk: desk[0], said: make([]massReceipt, roll+massAway+massOthers)}
	began := time.Now()
	town := domain.RegionID(firstTown(t, c))
	var path string
	storetest.Read(t, c.App.DB, func(tx *store.Tx) error {
		g, err := tx.Region(town)
		path = g.Path
		return err
	})
	for from := 0; from < len(m.said); from += 10_000 {
		storetest.Write(t, c.App.DB, func(tx *store.Tx) error {
			m.people = m.people[:from]
			for i := from; i < min(from+10_000, len(m.said)); i++ {
				p := &domain.Party{ID: domain.PartyID(store.NewID()), Kind: domain.Person, Region: town, Path: path, Active: true}
				if i < m.roll+massAway {
					p.Tags = append(p.Tags, domain.Tag{Key: "选民"})
				}
				if i >= m.roll && i < m.roll+massAway {
					p.Tags = append(p.Tags, domain.Tag{Key: "迁出"})
				}
				if err := tx.InsertPartyLater(p); err != nil {
					return err
				}
				m.people = append(m.people, p.ID)
			}
			return nil
		})
	}
	t.Logf("%d people on file in %v", len(m.people), time.Since(began).Round(time.Millisecond))
	return m
}

func (m *massVote) open(t *testing.T) {
	t.Helper()
	began := time.Now()
	made := m.desk.Must(t, http.MethodPost, "/programs/mass-vote/records/topic/open", testkit.Object{"region": m.Code,
		"fields": testkit.Object{"what": "公路走哪条线", "until": "2026-03-12T20:00:00+08:00"}})
	m.topic = domain.RecordID(testkit.Text(made, "id"))
	t.Logf("roll of %d frozen in %v", m.roll, time.Since(began).Round(time.Millisecond))
	frozen := testkit.Items(m.desk.Must(t, http.MethodGet, "/records/"+string(m.topic), nil), "rosters")
	if len(frozen) != 1 || frozen[0]["size"] != float64(m.roll) || testkit.Items(frozen[0], "except")[0]["n"] != float64(massAway) {
		t.Fatalf("frozen: %v", frozen)
	}
}

// request is one vote as it is sent; a voter's second request has another key.
type massRequest struct {
	voter int
	key   string
	picks []string
	times int // how often the same request comes
}

func (m *massVote) requests() []massRequest {
	r := rand.New(rand.NewPCG(7, 26))
	options := []string{"north", "middle", "south"}
	pick := func() []string {
		n := 1 + r.IntN(2)
		return slices.Clone(options)[:n:n]
	}
	var list []massRequest
	for i := range m.said {
		r.Shuffle(3, func(a, b int) { options[a], options[b] = options[b], options[a] })
		if i%37 == 5 && i < m.roll {
			continue // does not vote
		}
		one := massRequest{voter: i, key: fmt.Sprint("k", i), picks: pick(), times: 1}
		if i%8 == 0 {
			one.times = 2
		}
		list = append(list, one)
		if i%20 == 0 { // another vote of the same voter, perhaps before the first
			list = append(list, massRequest{voter: i, key: fmt.Sprint("other", i), picks: pick(), times: 1 + i%3})
		}
	}
	r.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
	return list
}

func (m *massVote) vote(t *testing.T) {
	t.Helper()
	list := m.requests()
	var next, sent atomic.Int64
	done := make(chan struct{})
	var mixer, voters sync.WaitGroup
	mixer.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
			if _, err := m.App.BallotsDue(t.Context()); err != nil {
				t.Error(err)
				return
			}
		}
	})
	began := time.Now()
	for range 4 * runtime.GOMAXPROCS(0) {
		voters.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(list) || t.Failed() {
					return
				}
				for range list[i].times {
					sent.Add(1)
					m.send(t, &list[i])
				}
			}
		})
	}
	voters.Wait()
	took := time.Since(began)
	close(done)
	mixer.Wait()
	t.Logf("%d requests in %v, %.0f a second", sent.Load(), took.Round(time.Millisecond), float64(sent.Load())/took.Seconds())
}

// send sends a request once and notes what it was answered.
func (m *massVote) send(t *testing.T, q *massRequest) {
	id := m.people[q.voter]
	who := &app.Who{County: m.Code, Actor: &record.Actor{Account: domain.AccountID(id), Name: "选民", Parties: []domain.PartyID{id}}, Lang: "zh-CN"}
	err := m.App.Vote(t.Context(), who, q.key, m.topic, "vote", app.VoteAct{Picks: q.picks, Channel: "app"})
	got := &m.said[q.voter]
	switch code := domain.CodeOf(err); {
	case err == nil && q.voter < m.roll:
		if old := got.picks.Swap(&q.picks); old == nil || old != &q.picks {
			got.taken.Add(1)
		}
	case q.voter >= m.roll && (code == "not_on_roll" || code == "not_found"):
	case q.voter < m.roll && code == "voted":
	default:
		t.Errorf("voter %d: %v", q.voter, err)
	}
}

// close makes the tally, and counts a second time from the receipts alone.
func (m *massVote) close(t *testing.T) {
	t.Helper()
	m.Clock.Set(time.Date(2026, 3, 12, 20, 0, 1, 0, domain.Beijing))
	began := time.Now()
	if err := m.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("tally in %v", time.Since(began).Round(time.Millisecond))
	want, voted := map[string]int{}, 0
	for i := range m.said {
		if n := m.said[i].taken.Load(); n > 1 || n == 1 && i >= m.roll {
			t.Fatalf("voter %d was counted %d times", i, n)
		} else if n == 1 {
			voted++
			for _, k := range *m.said[i].picks.Load() {
				want[k]++
			}
		}
	}
	m.desk = m.SignIn(t, "biaojue")
	b := testkit.Items(m.desk.Must(t, http.MethodGet, "/records/"+string(m.topic), nil), "ballots")[0]
	lines := ""
	for _, o := range testkit.Items(b, "options") {
		k := testkit.Text(o, "key")
		if o["votes"] != float64(want[k]) {
			t.Errorf("%s has %v votes, counted %d", k, o["votes"], want[k])
		}
		lines += fmt.Sprintf("%s\t%d\n", k, want[k])
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%svoted\t%d\nroll\t%d\ninvalid\t0\n", lines, voted, m.roll)))
	if b["voted"] != float64(voted) || voted < m.roll*9/10 || b["state"] != "closed" || b["hash"] != hex.EncodeToString(sum[:]) {
		t.Errorf("%v of %v voted, %d by the second count; %v, hash %v of\n%s", b["voted"], b["roll"], voted, b["state"], b["hash"], strings.TrimSpace(lines))
	}
	storetest.Read(t, m.App.DB, func(tx *store.Tx) error {
		votes, voters, err := tx.BallotCount(m.run(t, tx))
		if int(voters["app"]) != voted || len(votes) != 3 {
			t.Errorf("the running sums say %v, %v", votes, voters)
		}
		return err
	})
}

func (m *massVote) run(t *testing.T, tx *store.Tx) string {
	t.Helper()
	runs, err := tx.PanelRuns(record.KindBallot, m.topic, "vote")
	if err != nil || len(runs) != 1 {
		t.Fatal(runs, err)
	}
	return runs[0].ID
}
