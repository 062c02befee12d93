package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/domain"
)

// stub is a server that remembers requests and answers just enough: what the
// player sends, in which order, as whom and when, is what these tests are about.
type stub struct {
	mu     sync.Mutex
	now    time.Time
	ticks  []time.Time
	seen   []request
	keys   map[string]bool
	expire bool // the next request of a signed-in account meets an expired session
	refuse string
	n      int
}

type request struct {
	method, path, who string
	body              map[string]any
	at                time.Time
}

func (s *stub) Set(t time.Time) { s.mu.Lock(); s.now = t; s.mu.Unlock() }
func (s *stub) Now() time.Time  { s.mu.Lock(); defer s.mu.Unlock(); return s.now }

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	var body map[string]any
	_ = json.NewDecoder(r.Body).Decode(&body)
	if path == "/session" {
		_ = json.NewEncoder(w).Encode(map[string]any{"token": body["login"]})
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if r.Method != http.MethodGet && (key == "" || s.keys[key] && !s.expire) {
		s.keys["bad"] = true
	}
	who := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.expire && who != "admin" {
		s.expire = false
		s.problem(w, 401, "session_expired")
		return
	}
	s.keys[key] = true
	s.seen = append(s.seen, request{r.Method, path, who, body, s.now})
	if s.refuse != "" && r.Method == http.MethodPost {
		s.problem(w, 422, s.refuse)
		return
	}
	s.n++
	answer := map[string]any{"id": fmt.Sprint("id", s.n), "record": "demand", "program": "sme-finance", "stage": "raised", "rev": 1, "count": s.n}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *stub) problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": code, "title": "因为" + code, "status": status})
}

func (s *stub) posts(part string) []request {
	var out []request
	for _, r := range s.seen {
		if r.method == http.MethodPost && strings.Contains(r.path, part) {
			out = append(out, r)
		}
	}
	return out
}

const stage = header + `时间 2022-04-01 09:00
单位 金融办 是 finance_office
人员 甲 任 taskforce 在 金融办
企业 乙: industry=工业，founded=2020-01-01
`

func playStub(t *testing.T, s *stub, text string) error {
	t.Helper()
	st, issues := Parse("t.txt", []byte(stage+text))
	if len(issues) > 0 {
		t.Fatal(issues)
	}
	s.keys = map[string]bool{}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	target := &Target{BaseURL: srv.URL, Client: srv.Client(), Clock: s, Admin: Credentials{"admin", "x"},
		Tick: func(context.Context) error { s.ticks = append(s.ticks, s.Now()); return nil }}
	open := func(domain.CountyCode, string) (*Target, error) { return target, nil }
	err := Play(t.Context(), st, loadPrograms(t), open, nil)
	if s.keys["bad"] {
		t.Error("a request without key, or two with one key")
	}
	return err
}

func TestPlayActsAsThePerson(t *testing.T) {
	s := &stub{}
	if err := playStub(t, s, "甲 做 demand.raise 于 乙: 需求金额=300万，用途=周转，来源=政务窗口\n"); err != nil {
		t.Fatal(err)
	}
	got := s.posts("/demand/raise")
	if len(got) != 1 || got[0].who == "admin" || got[0].who == "" {
		t.Fatalf("requests %+v", got)
	}
	fields := got[0].body["fields"].(map[string]any)
	if fields["amount"] != 3e8 || fields["purpose"] != "working" || got[0].body["channel"] != "window" || got[0].body["subject"] == "" {
		t.Errorf("labels become keys and amounts fen: %+v", got[0].body)
	}
}

// A story that expects a stage fails when the record is in another one.
func TestPlayComparesTheStage(t *testing.T) {
	text := "甲 做 demand.raise 于 乙: amount=1万，purpose=working\n记 需求 = 上句\n应 需求 在 %s\n"
	if err := playStub(t, &stub{}, fmt.Sprintf(text, "raised")); err != nil {
		t.Errorf("in the stage that is expected: %v", err)
	}
	if err := playStub(t, &stub{}, fmt.Sprintf(text, "met")); err == nil || !strings.Contains(err.Error(), "应在「met」") {
		t.Errorf("in another stage than expected: %v", err)
	}
}

func TestPlayKeepsARefusalForTheNextLine(t *testing.T) {
	s := &stub{}
	text := "甲 做 demand.raise 于 乙: amount=1万，purpose=working\n应拒 %s\n"
	err := playStub(t, s, fmt.Sprintf(text, "guard"))
	if err == nil || !strings.Contains(err.Error(), "没有被拒") {
		t.Errorf("an act that succeeds must fail 应拒: %v", err)
	}
	s = &stub{}
	st, _ := Parse("t.txt", []byte(stage+fmt.Sprintf(text, "「因为guard」")))
	if n := len(st.Scenes[0].Lines); n != 6 {
		t.Fatalf("%d lines", n)
	}
	w := &world{}
	w.refusal = &APIError{Type: "guard", Title: "因为guard"}
	if err := w.checkRefused(t.Context(), ExpectRefused{Text: "因为guard"}); err != nil {
		t.Error(err)
	}
	if err := w.checkRefused(t.Context(), ExpectRefused{Code: "stale"}); err == nil {
		t.Error("another code is another refusal")
	}
	if err := w.keepRefusal(fmt.Errorf("网络断了")); err == nil {
		t.Error("only an answer of the server is a refusal")
	}
}

func TestPlaySignsInAgain(t *testing.T) {
	s := &stub{expire: true}
	if err := playStub(t, s, "甲 做 demand.raise 于 乙: amount=1万，purpose=working\n"); err != nil {
		t.Fatal(err)
	}
	if got := s.posts("/demand/raise"); len(got) != 1 {
		t.Errorf("the act is repeated once after signing in again: %+v", got)
	}
}

func TestOfflineActsCarryTheirTime(t *testing.T) {
	s := &stub{}
	err := playStub(t, s, `断网 甲
时间 2022-04-02 10:00
甲 做 demand.raise 于 乙: amount=1万，purpose=working
时间 2022-04-03 12:00
联网 甲
`)
	if err != nil {
		t.Fatal(err)
	}
	got := s.posts("/demand/raise")
	if len(got) != 1 {
		t.Fatalf("requests %+v", got)
	}
	if got[0].body["at"] != "2022-04-02T02:00:00Z" || !got[0].at.Equal(time.Date(2022, 4, 3, 4, 0, 0, 0, time.UTC)) {
		t.Errorf("happened %v, sent %v", got[0].body["at"], got[0].at)
	}
}

func TestBatchWaitsForItsDays(t *testing.T) {
	s := &stub{}
	err := playStub(t, s, `批量 6 家 企业 户{n} 走 demand.raise: amount=分摊(60万; 1=10万)，purpose=working，channel=window，industry=工业，日=2022-05-01..2022-05-03
时间 2022-05-10 18:00
`)
	if err != nil {
		t.Fatal(err)
	}
	got := s.posts("/demand/raise")
	if len(got) != 6 {
		t.Fatalf("%d acts", len(got))
	}
	perDay, sum := map[string]int{}, 0.0
	for _, r := range got {
		perDay[domain.DateOf(r.at).String()]++
		sum += r.body["fields"].(map[string]any)["amount"].(float64)
	}
	if perDay["2022-05-01"] != 2 || perDay["2022-05-03"] != 2 || sum != 6e7 {
		t.Errorf("days %v, sum %v", perDay, sum)
	}
	if parties := s.posts("/parties"); len(parties) != 7 {
		t.Errorf("%d parties: the batch makes its own", len(parties))
	}
	for i := 1; i < len(s.ticks); i++ {
		if s.ticks[i].Before(s.ticks[i-1]) {
			t.Fatal("the clock went back")
		}
	}
	if last := s.ticks[len(s.ticks)-1]; domain.DateOf(last).String() != "2022-05-10" {
		t.Errorf("ends at %v", last)
	}
}

func TestBatchRefusesAnUnusedArgument(t *testing.T) {
	s := &stub{}
	err := playStub(t, s, "批量 2 家 企业 户{n} 走 demand.raise: amount=1万，purpose=working，colour=红\n")
	if err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("got %v", err)
	}
}

func TestFaultsAreJoinedAndReported(t *testing.T) {
	s := &stub{}
	st, _ := Parse("t.txt", []byte(stage+"应 指标 visited = 999\n应 重算 相同\n"))
	srv := httptest.NewServer(s)
	defer srv.Close()
	s.keys = map[string]bool{}
	var reported, bad int
	err := Play(t.Context(), st, loadPrograms(t), func(domain.CountyCode, string) (*Target, error) {
		return &Target{BaseURL: srv.URL, Clock: s, Admin: Credentials{"admin", "x"}}, nil
	}, func(_ Line, err error) {
		reported++
		if err != nil {
			bad++
		}
	})
	if err == nil || reported != 6 || bad != 2 || !strings.Contains(err.Error(), "t.txt:12") {
		t.Errorf("reported %d, bad %d: %v", reported, bad, err)
	}
}
