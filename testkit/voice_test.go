package testkit_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/app"
	"linqiao/domain"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestVoices: what is said without a name, from the ticket to the answer; then the
// whole database, the log and a backup are searched for anything that joins what
// was said to whoever said it.
func TestVoices(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			b := openBox(t, testkit.Open(t, engine, storetest.Home))
			b.refuses(t)
			b.mixes(t)
			b.emptiesBeforeMoves(t)
			b.outAtDaysEnd(t)
			b.followed(t)
			b.open(t)
			b.pages(t)
			b.holdsNobody(t)
		})
	}
}

type box struct {
	*testkit.County
	desk    *testkit.Client
	people  []*testkit.Client
	parties []string
	talk    string
	codes   []string // of all tickets taken
	mu      sync.Mutex
}

const said = "食堂早班开门太晚"

func openBox(t *testing.T, c *testkit.County) *box {
	t.Helper()
	c.Clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, domain.Beijing))
	if _, err := c.App.Apply(t.Context(), app.System(c.Code), mechanisms("voice-box")); err != nil {
		t.Fatal(err)
	}
	b := &box{County: c}
	_, desk := c.Staff(t, "voice_desk", "county", string(c.Code), "xiangzi")
	b.desk = desk[0]
	for i := range 6 {
		party, self := c.Resident(t, fmt.Sprintf("zhigong%02d", i), firstTown(t, c))
		b.parties, b.people = append(b.parties, party), append(b.people, self)
	}
	b.desk.Must(t, http.MethodPost, "/programs/voice-box/rosters/guests/members", testkit.Object{"parties": b.parties})
	b.talk = b.begin(t)
	return b
}

func (b *box) begin(t *testing.T) string {
	t.Helper()
	return testkit.Text(b.desk.Must(t, http.MethodPost, "/programs/voice-box/records/talk/begin", testkit.Object{"region": b.Code, "fields": testkit.Object{"what": "食堂"}}), "id")
}

func (b *box) ticket(t *testing.T, i int) string {
	t.Helper()
	code := testkit.Text(b.people[i].Must(t, http.MethodPost, "/records/"+b.talk+"/tickets/opinion.drop", testkit.Object{}), "code")
	b.mu.Lock()
	b.codes = append(b.codes, code)
	b.mu.Unlock()
	return code
}

func (b *box) say(t *testing.T, code, text string) *testkit.Answer {
	return b.Stranger().Do(t, http.MethodPost, "/public/voices", testkit.Object{"ticket": code, "fields": testkit.Object{"text": text}})
}

func (b *box) opinions(t *testing.T) []testkit.Object {
	return b.desk.All(t, "/records?program=voice-box&record=opinion")
}

// tick does what is due, and signs in anew: a day may have passed.
func (b *box) tick(t *testing.T) {
	t.Helper()
	if err := b.App.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.desk = b.SignIn(t, "xiangzi")
}

// refuses: no ticket for who is not on the list; two for each and no more; codes
// that are none; texts that name somebody, which leave the ticket unused.
func (b *box) refuses(t *testing.T) {
	_, other := b.Resident(t, "luren", firstTown(t, b.County))
	if a := other.Do(t, http.MethodPost, "/records/"+b.talk+"/tickets/opinion.drop", testkit.Object{}); a.Status < 400 {
		t.Errorf("who is not on the list takes a ticket: %d", a.Status)
	}
	if a := b.Stranger().Do(t, http.MethodPost, "/records/"+b.talk+"/tickets/opinion.drop", testkit.Object{}); a.Status != http.StatusUnauthorized {
		t.Errorf("a stranger takes a ticket: %d", a.Status)
	}
	code := b.ticket(t, 0)
	b.ticket(t, 0)
	if a := b.people[0].Do(t, http.MethodPost, "/records/"+b.talk+"/tickets/opinion.drop", testkit.Object{}); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("票已经领完")) {
		t.Errorf("a third ticket: %d %s", a.Status, a.Raw)
	}
	for text, want := range map[string]string{
		"请找王主任反映食堂":         "像是写了人名",
		"我叫李小明，食堂太晚":        "像是写了人名",
		"打 13800001234 问食堂": "像是写了人名",
		"":                  "须填写",
	} {
		if a := b.say(t, code, text); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("意见")) || !bytes.Contains(a.Raw, []byte(want)) {
			t.Errorf("%q: %d %s", text, a.Status, a.Raw)
		}
	}
	if a := b.say(t, "AAAABBBBCCCCDDDD", said); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("没有这张票")) {
		t.Errorf("a ticket that is none: %d %s", a.Status, a.Raw)
	}
	if a := b.say(t, code, said+"0"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	if a := b.say(t, code[:4]+"-"+strings.ToLower(code[4:]), said+"0"); a.Status != http.StatusOK {
		t.Errorf("the same again: %d %s", a.Status, a.Raw)
	}
	if a := b.say(t, code, "别的"); a.Status != http.StatusConflict || !bytes.Contains(a.Raw, []byte("已经用过")) {
		t.Errorf("a ticket used twice: %d %s", a.Status, a.Raw)
	}
}

// mixes: one alone waits; five come out together.
func (b *box) mixes(t *testing.T) {
	b.tick(t)
	if n := len(b.opinions(t)); n != 0 {
		t.Fatalf("one opinion alone came out (%d)", n)
	}
	var wg sync.WaitGroup
	for i := 1; i < 5; i++ {
		code := b.ticket(t, i)
		for range 2 { // each request twice at once
			wg.Go(func() {
				if a := b.say(t, code, fmt.Sprint(said, i)); a.Status != http.StatusOK {
					t.Errorf("%d %s", a.Status, a.Raw)
				}
			})
		}
	}
	wg.Wait()
	b.tick(t)
	list := b.opinions(t)
	if len(list) != 5 {
		t.Fatalf("%d opinions, 5 were handed in", len(list))
	}
	for _, o := range list {
		if testkit.Text(o, "owner", "name") != "xiangzi" || o["subject"] != nil { // who answers it, as of the talk
			t.Errorf("an opinion has somebody: %v", o)
		}
	}
}

// emptiesBeforeMoves: what waits comes out before the talk moves on, so that
// nothing is left behind unanswered.
func (b *box) emptiesBeforeMoves(t *testing.T) {
	for _, o := range b.opinions(t) {
		b.desk.Must(t, http.MethodPost, "/records/"+testkit.Text(o, "id")+"/moves/answer", testkit.Object{"fields": testkit.Object{"reply": "明日起提前半小时"}})
	}
	if a := b.say(t, b.ticket(t, 5), said+"5"); a.Status != http.StatusOK {
		t.Fatal(a.Status)
	}
	if a := b.desk.Do(t, http.MethodPost, "/records/"+b.talk+"/moves/close", testkit.Object{}); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("还有意见未答复")) {
		t.Errorf("closed over the tray: %d %s", a.Status, a.Raw)
	}
	if n := len(b.opinions(t)); n != 6 {
		t.Fatalf("%d opinions, want 6", n)
	}
	late := b.ticket(t, 5)
	for _, o := range b.opinions(t) {
		if o["stage"] == "raised" {
			b.desk.Must(t, http.MethodPost, "/records/"+testkit.Text(o, "id")+"/moves/answer", testkit.Object{"fields": testkit.Object{"reply": "已办"}})
		}
	}
	b.desk.Must(t, http.MethodPost, "/records/"+b.talk+"/moves/close", testkit.Object{})
	if a := b.say(t, late, said); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("征集已经结束")) {
		t.Errorf("after the end: %d %s", a.Status, a.Raw)
	}
}

func (b *box) outAtDaysEnd(t *testing.T) {
	b.talk = b.begin(t)
	if a := b.say(t, b.ticket(t, 1), said+"夜"); a.Status != http.StatusOK {
		t.Fatal(a.Status)
	}
	b.tick(t)
	if n := len(b.opinions(t)); n != 6 {
		t.Errorf("%d before the day is over", n)
	}
	b.Clock.Set(time.Date(2026, 3, 11, 0, 0, 1, 0, domain.Beijing))
	b.tick(t)
	if n := len(b.opinions(t)); n != 7 {
		t.Errorf("%d after the day is over, want 7", n)
	}
}

// followed: the author reads the answer by his code, and nothing else of the record.
func (b *box) followed(t *testing.T) {
	v := b.Stranger().Must(t, http.MethodPost, "/public/voices/answer", testkit.Object{"code": b.codes[0]})
	if v["stage_label"] != "已答复" || v["ended"] != true || len(testkit.Items(v, "answers")) != 1 || testkit.Items(v, "answers")[0]["text"] != "明日起提前半小时" {
		t.Errorf("%v", v)
	}
	if a := b.Stranger().Do(t, http.MethodPost, "/public/voices/answer", testkit.Object{"code": b.codes[1]}); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("还没有用")) {
		t.Errorf("an unused ticket: %d %s", a.Status, a.Raw)
	}
}

// open: what anybody may say. The same request is one record; whoever is signed in
// is not looked at.
func (b *box) open(t *testing.T) {
	key := testkit.Key(testkit.NewKey())
	tell := testkit.Object{"program": "voice-box", "move": "tip.tell", "fields": testkit.Object{"text": "有人虚报"}}
	first := b.people[2].Must(t, http.MethodPost, "/public/voices", tell, key)
	again := b.Stranger().Must(t, http.MethodPost, "/public/voices", tell, key)
	if first["code"] == "" || first["code"] != again["code"] {
		t.Errorf("%v, then %v", first, again)
	}
	list := b.desk.All(t, "/records?program=voice-box&record=tip")
	if len(list) != 1 || list[0]["owner"] != nil {
		t.Errorf("tips %v", list)
	}
	b.codes = append(b.codes, testkit.Text(first, "code"))
	b.Stranger().Must(t, http.MethodPost, "/public/voices", testkit.Object{"program": "voice-box", "move": "wish.make", "fields": testkit.Object{"text": "修一条近路"}})
	for _, move := range []string{"talk.begin", "opinion.drop", "wish.settle", "none.none"} {
		if a := b.Stranger().Do(t, http.MethodPost, "/public/voices", testkit.Object{"program": "voice-box", "move": move, "fields": testkit.Object{"text": "x"}}); a.Status != http.StatusNotFound {
			t.Errorf("%s by nobody: %d %s", move, a.Status, a.Raw)
		}
	}
}

// pages: the same without a script.
func (b *box) pages(t *testing.T) {
	if a := b.Stranger().Page(t, "/voices"); a.Status != http.StatusOK || !bytes.Contains(a.Raw, []byte("说心愿")) || !bytes.Contains(a.Raw, []byte("我有一张票")) {
		t.Errorf("/voices: %d", a.Status)
	}
	a := b.Stranger().Page(t, "/voices/voice-box/wish.make")
	if a.Status != http.StatusOK || !bytes.Contains(a.Raw, []byte("<textarea")) {
		t.Errorf("the form: %d", a.Status)
	}
	post := func(path, form string) *testkit.Answer {
		return b.Stranger().Form(t, path, form)
	}
	request := strings.Split(strings.Split(string(a.Raw), `name="request" value="`)[1], `"`)[0]
	if a := post("/voices/send", "program=voice-box&move=wish.make&request="+request+"&f-text="); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("须填写")) {
		t.Errorf("an empty wish: %d", a.Status)
	}
	for range 2 {
		if a := post("/voices/send", "program=voice-box&move=wish.make&request="+request+"&f-text=%E7%81%AF"); a.Status != http.StatusOK || !bytes.Contains(a.Raw, []byte("已收下")) {
			t.Errorf("a wish: %d %s", a.Status, a.Raw)
		}
	}
	if a := post("/voices/answer", "code="+b.codes[0]); a.Status != http.StatusOK || !bytes.Contains(a.Raw, []byte("明日起提前半小时")) {
		t.Errorf("the answer: %d", a.Status)
	}
	if a := post("/voices/write", "ticket=ZZZZ"); a.Status != http.StatusUnprocessableEntity || !bytes.Contains(a.Raw, []byte("没有这张票")) {
		t.Errorf("a wrong ticket: %d", a.Status)
	}
	b.Clock.Set(time.Date(2026, 3, 12, 0, 0, 1, 0, domain.Beijing))
	b.tick(t)
	if n := len(b.desk.All(t, "/records?program=voice-box&record=wish")); n != 2 {
		t.Errorf("%d wishes, want 2", n)
	}
}

// holdsNobody: no line of the backup holds both somebody and what he said, the
// record made of it, or a ticket; codes stand nowhere; no time finer than the day
// lies in what waits; the log says no texts and no codes.
func (b *box) holdsNobody(t *testing.T) {
	l := link{people: slices.Clone(b.parties), never: b.codes, hushed: []string{said, "有人虚报", "修一条近路"}}
	for _, a := range b.SignIn(t, b.Admin.Login).All(t, "/accounts") {
		if strings.HasPrefix(testkit.Text(a, "login"), "zhigong") {
			l.people = append(l.people, testkit.Text(a, "id"))
		}
	}
	if len(l.people) != 12 {
		t.Fatalf("%d people and accounts to look for", len(l.people))
	}
	for _, rec := range []string{"opinion", "wish", "tip"} {
		for _, o := range b.desk.All(t, "/records?program=voice-box&record="+rec) {
			l.said = append(l.said, testkit.Text(o, "id"))
		}
	}
	_, met := l.search(t, b.County, func(table, line string, somebody, something bool) {
		if table == "idempotency" && (something || strings.Contains(line, "voice")) {
			t.Errorf("a request is kept: %s", line)
		}
		if (table == "audit" || table == "event") && somebody && strings.Contains(line, "opinion") {
			t.Errorf("the journal knows who: %s", line)
		}
	})
	if met["record"] == 0 || met["event"] == 0 || met["voice"] == 0 {
		t.Errorf("the search saw nothing of what was said: %v", met)
	}
}
