package testkit_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// codeOf makes the eight digits as a phone makes them.
func codeOf(key, facts string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(facts))
	digits := fmt.Sprintf("%07d", binary.BigEndian.Uint64(mac.Sum(nil)[:8])>>12%10_000_000)
	sum := 0
	for i := range digits {
		d := int(digits[6-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + fmt.Sprint((10-sum%10)%10)
}

// TestConfirmVectors: the phone makes the same codes (web/mobile/test/confirm.test.ts
// reads the same file).
func TestConfirmVectors(t *testing.T) {
	raw, err := os.ReadFile("../web/mobile/test/confirm.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Key, Facts, Code string }
	if err := json.Unmarshal(raw, &list); err != nil || len(list) < 5 {
		t.Fatal(err, len(list))
	}
	for _, v := range list {
		if got := codeOf(v.Key, v.Facts); got != v.Code {
			t.Errorf("%s %s: %s, the file has %s", v.Key, v.Facts, got, v.Code)
		}
	}
}

// served opens a county in which a volunteer has served an order that waits for both
// sides to confirm.
type served2 struct {
	*errands
	order, key string
}

func openBorrow(t *testing.T, engine storetest.Engine) *served2 {
	e := openErrands(t, engine)
	s := &served2{errands: e}
	v := e.desk.Must(t, http.MethodPost, "/programs/errand-desk/records/visit/plan", testkit.Object{"subject": e.party})
	s.order = testkit.Text(v, "id")
	e.desk.Must(t, http.MethodPost, "/records/"+s.order+"/moves/serve", testkit.Object{"fields": testkit.Object{"spent": 60}})
	for _, c := range testkit.Items(e.self.Must(t, http.MethodGet, "/records/"+s.order, nil), "confirms") {
		s.key = testkit.Text(c, "key")
	}
	if s.key == "" {
		t.Fatal("the other side gets no key")
	}
	if got := e.desk.Must(t, http.MethodGet, "/records/"+s.order, nil); got["confirms"] != nil {
		t.Fatal("the mover sees the other side's key")
	}
	return s
}

func (s *served2) facts(spent int) string {
	return fmt.Sprintf(`{"r":"%s","m":"agree","at":"2026-03-10T01:00:00Z","f":{"spent":%d}}`, s.order, spent)
}

func (s *served2) agree(t *testing.T, facts, code string) *testkit.Answer {
	t.Helper()
	return s.desk.Do(t, http.MethodPost, "/records/"+s.order+"/moves/agree", testkit.Object{"proof": testkit.Object{"facts": facts, "code": code}})
}

func (s *served2) stage(t *testing.T) string {
	t.Helper()
	return testkit.Text(s.desk.Must(t, http.MethodGet, "/records/"+s.order, nil), "stage")
}

// TestTwoSided: a code made on the other phone completes the move; forged, altered and
// foreign ones are refused with a reason, and a second time does nothing.
func TestTwoSided(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			s := openBorrow(t, engine)
			for name, x := range map[string]struct{ facts, code, want string }{
				"forged":         {s.facts(60), codeOf("0000", s.facts(60)), "confirm_wrong"},
				"other facts":    {s.facts(90), codeOf(s.key, s.facts(60)), "confirm_wrong"},
				"not the record": {strings.Replace(s.facts(60), s.order, s.errand, 1), codeOf(s.key, s.facts(60)), "facts_bad"},
				"no facts":       {"", codeOf(s.key, ""), "facts_bad"},
				"differs":        {s.facts(61), codeOf(s.key, s.facts(61)), "facts_differ"},
			} {
				if a := s.agree(t, x.facts, x.code); testkit.Text(a.Object(), "type") != x.want {
					t.Errorf("%s: %s", name, a.Raw)
				}
			}
			if s.stage(t) != "shown" {
				t.Fatal("a refused code moved it to", s.stage(t))
			}
			if a := s.agree(t, s.facts(60), codeOf(s.key, s.facts(60))); a.Status != http.StatusOK || testkit.Text(a.Object(), "stage") != "seen" {
				t.Fatal(a.Status, string(a.Raw))
			}
			if a := s.agree(t, s.facts(60), codeOf(s.key, s.facts(60))); testkit.Text(a.Object(), "type") != "move_made" {
				t.Error("the same code again:", string(a.Raw))
			}
			half := s.self.Do(t, http.MethodPost, "/records/"+s.order+"/confirmations", testkit.Object{"facts": s.facts(60)})
			if half.Status != http.StatusOK || s.stage(t) != "seen" {
				t.Error("the other half, later:", half.Status, string(half.Raw))
			}
		})
	}
}

// TestTwoSidedHalf: the other side's half comes first and waits; it signs only what it
// saw, and nobody else's half counts.
func TestTwoSidedHalf(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			s := openBorrow(t, engine)
			path := "/records/" + s.order + "/confirmations"
			if a := s.desk.Do(t, http.MethodPost, path, testkit.Object{"facts": s.facts(60)}); a.Status != http.StatusForbidden {
				t.Error("the mover confirms for the other side:", a.Status)
			}
			if a := s.self.Do(t, http.MethodPost, path, testkit.Object{"facts": "{"}); testkit.Text(a.Object(), "type") != "facts_bad" {
				t.Error(string(a.Raw))
			}
			s.self.Must(t, http.MethodPost, path, testkit.Object{"facts": s.facts(90)}) // saw 90 minutes
			if a := s.desk.Do(t, http.MethodPost, "/records/"+s.order+"/moves/agree", testkit.Object{}); testkit.Text(a.Object(), "stage") != "shown" {
				t.Fatal("signed by a half that saw something else:", string(a.Raw))
			}
			s.self.Must(t, http.MethodPost, path, testkit.Object{"facts": s.facts(60)})
			if s.stage(t) != "seen" {
				t.Error("the half that fits did not sign:", s.stage(t))
			}
			s.self.Must(t, http.MethodPost, path, testkit.Object{"facts": s.facts(60)})
		})
	}
}

// TestTwoSidedGuess: digits cannot be tried one after the other.
func TestTwoSidedGuess(t *testing.T) {
	s := openBorrow(t, storetest.Engines(t)[0])
	for range 5 {
		s.agree(t, s.facts(60), "00000000")
	}
	if a := s.agree(t, s.facts(60), codeOf(s.key, s.facts(60))); a.Status != http.StatusTooManyRequests || testkit.Text(a.Object(), "type") != "confirm_locked" {
		t.Error(a.Status, string(a.Raw))
	}
}
