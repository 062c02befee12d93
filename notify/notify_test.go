package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// recorded is what a fake gateway received last.
type recorded struct {
	head  http.Header
	query map[string][]string
	body  []byte
}

// gatewayThat answers every request alike and keeps what it was asked.
func gatewayThat(t *testing.T, status int, answer string, head ...string) (*httptest.Server, *recorded) {
	t.Helper()
	r := &recorded{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.head, r.query = q.Header, q.URL.Query()
		r.body, _ = io.ReadAll(q.Body)
		for i := 0; i+1 < len(head); i += 2 {
			w.Header().Set(head[i], head[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s, r
}

func open(t *testing.T, kind string, c Config) Channel {
	t.Helper()
	ch, err := Open(kind, c)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

var note = Message{ID: "0190-ab", To: "13800000001", Text: "您的“订单”\"已有\"人接单。"}

// TestGatewayShape: the standard request, the idempotency key, and a signature that
// the gateway can check.
func TestGatewayShape(t *testing.T) {
	s, r := gatewayThat(t, 200, `{"code":"OK","data":{"no":"g-77"}}`)
	ch := open(t, SMS, Config{URL: s.URL, Key: "county", Secret: "s3cret", Sign: SignHMAC, OKPath: "code", OK: "OK", IDPath: "data.no"})
	got, err := ch.Send(t.Context(), note)
	if err != nil || got.ID != "g-77" {
		t.Fatalf("%+v %v", got, err)
	}
	var body map[string]string
	if err := json.Unmarshal(r.body, &body); err != nil {
		t.Fatal(err)
	}
	if body["phone"] != note.To || body["text"] != note.Text || body["id"] != note.ID || len(body) != 3 {
		t.Errorf("body %s", r.body)
	}
	if r.head.Get("Idempotency-Key") != note.ID || r.head.Get("X-Key") != "county" {
		t.Errorf("headers %v", r.head)
	}
	if want := Signature("s3cret", r.head.Get("X-Timestamp"), r.body); r.head.Get("X-Signature") != want || len(want) != 64 {
		t.Errorf("signature %q, want %q", r.head.Get("X-Signature"), want)
	}
}

// TestCtyunShape: the request of SendSms with a template parameter that is JSON in a
// string, and the signature computed here step by step as its document says.
func TestCtyunShape(t *testing.T) {
	s, r := gatewayThat(t, 200, `{"code":"OK","message":"success","requestId":"q1"}`)
	body := `{"action":"SendSms","phoneNumber":"{{phone}}","signName":"茂南区","templateCode":"SMS1","templateParam":"{\"text\":\"{{text}}\"}","sessionId":"{{id}}"}`
	ch := open(t, SMS, Config{URL: s.URL + "/sms/api/v1", Key: "AK", Secret: "SK", Sign: SignCtyun, Body: body, OKPath: "code", OK: "OK", IDPath: "requestId"})
	ch.(*gateway).now = func() time.Time { return time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC) }
	if got, err := ch.Send(t.Context(), note); err != nil || got.ID != "q1" {
		t.Fatalf("%+v %v", got, err)
	}
	var out map[string]string
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatal(err)
	}
	var param map[string]string
	if err := json.Unmarshal([]byte(out["templateParam"]), &param); err != nil || param["text"] != note.Text {
		t.Errorf("template parameter %q: %v", out["templateParam"], err)
	}
	if out["phoneNumber"] != note.To || out["sessionId"] != note.ID || out["action"] != "SendSms" {
		t.Errorf("body %s", r.body)
	}
	sign := func(key, text string) string {
		m := hmac.New(sha256.New, []byte(key))
		m.Write([]byte(text))
		return string(m.Sum(nil))
	}
	sum := sha256.Sum256(r.body)
	text := "ctyun-eop-request-id:" + note.ID + "\neop-date:20260302T010203Z\n" + "\n" + "" + "\n" + hex.EncodeToString(sum[:])
	want := "AK Headers=ctyun-eop-request-id;eop-date Signature=" +
		base64.StdEncoding.EncodeToString([]byte(sign(sign(sign(sign("SK", "20260302T010203Z"), "AK"), "20260302"), text)))
	if got := r.head.Get("Eop-Authorization"); got != want {
		t.Errorf("authorization\n%s\n%s", got, want)
	}
	if r.head.Get("Eop-Date") != "20260302T010203Z" || r.head.Get("Ctyun-Eop-Request-Id") != note.ID {
		t.Errorf("headers %v", r.head)
	}
}

// TestRobots: the shapes the two robots ask for, DingTalk's signed timestamp, the
// longest text, and that nobody's number goes along.
func TestRobots(t *testing.T) {
	long := strings.Repeat("县", 5000)
	for _, x := range []struct {
		kind string
		most int
	}{{WeCom, 2048}, {DingTalk, 20000}} {
		s, r := gatewayThat(t, 200, `{"errcode":0,"errmsg":"ok"}`)
		ch := open(t, x.kind, Config{URL: s.URL + "/send?key=robot-key", Secret: "SECabc"})
		if _, err := ch.Send(t.Context(), Message{ID: "1", To: "13800000001", Text: long}); err != nil {
			t.Fatal(err)
		}
		var body struct {
			Type string            `json:"msgtype"`
			Text map[string]string `json:"text"`
		}
		if err := json.Unmarshal(r.body, &body); err != nil || body.Type != "text" || len(body.Text) != 1 {
			t.Errorf("%s: %s", x.kind, r.body)
		}
		content := body.Text["content"]
		if len(content) > x.most || len(r.body) > 20000 || !utf8.ValidString(content) || !strings.HasSuffix(content, "…") {
			t.Errorf("%s: %d bytes of text in %d", x.kind, len(content), len(r.body))
		}
		if strings.Contains(string(r.body), "138") || r.query["key"][0] != "robot-key" {
			t.Errorf("%s: %v", x.kind, r.query)
		}
		if x.kind == DingTalk {
			stamp := r.query["timestamp"][0]
			m := hmac.New(sha256.New, []byte("SECabc"))
			m.Write([]byte(stamp + "\n" + "SECabc"))
			if want := base64.StdEncoding.EncodeToString(m.Sum(nil)); r.query["sign"][0] != want || len(stamp) != 13 {
				t.Errorf("sign %v at %s, want %s", r.query["sign"], stamp, want)
			}
		}
	}
}

// TestFaults: whose fault each answer is, and how long to wait.
func TestFaults(t *testing.T) {
	const seven = 7 * time.Second
	for _, x := range []struct {
		kind   string
		status int
		answer string
		fault  Fault
		after  time.Duration
		code   string
	}{
		{WeCom, 200, `{"errcode":45009,"errmsg":"api freq out of limit"}`, Down, time.Minute, "45009"},
		{WeCom, 200, `{"errcode":93000,"errmsg":"invalid webhook url"}`, Refused, 0, "93000"},
		{WeCom, 200, `{"errcode":-1,"errmsg":"system busy"}`, Later, 0, "-1"},
		{WeCom, 200, `<html>sign in to the network</html>`, Later, 0, "answer"},
		{DingTalk, 200, `{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, Down, 10 * time.Minute, "130101"},
		{DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, Refused, 0, "310000"},
		{SMS, 503, `busy`, Down, seven, "503"},
		{SMS, 429, ``, Down, seven, "429"},
		{SMS, 500, ``, Later, seven, "500"},
		{SMS, 401, `bad key`, Refused, seven, "401"},
		{SMS, 302, ``, Refused, seven, "302"},
		{SMS, 200, `{"code":"isv.MOBILE_NUMBER_ILLEGAL"}`, Refused, 0, "isv.MOBILE_NUMBER_ILLEGAL"},
	} {
		head := []string{"Retry-After", "7", "Location", "http://elsewhere.invalid/"}
		if x.after != seven {
			head = nil
		}
		s, _ := gatewayThat(t, x.status, x.answer, head...)
		_, err := open(t, x.kind, Config{URL: s.URL, OKPath: "code", OK: "OK"}).Send(t.Context(), note)
		if err == nil {
			t.Errorf("%s %d %s: taken", x.kind, x.status, x.answer)
			continue
		}
		if f := FailureOf(err); f.Fault != x.fault || f.After != x.after || f.Code != x.code {
			t.Errorf("%s %d %s: %+v", x.kind, x.status, x.answer, f)
		}
	}
}

// TestAway: a gateway that is not there takes nothing from anybody, and the error
// does not name the robot's address. Metadata services are not asked at all.
func TestAway(t *testing.T) {
	s, _ := gatewayThat(t, 200, "{}")
	s.Close()
	_, err := open(t, WeCom, Config{URL: s.URL + "/send?key=robot-key"}).Send(t.Context(), note)
	if f := FailureOf(err); f.Fault != Down || f.Code != "network" || strings.Contains(err.Error(), "robot-key") {
		t.Errorf("%+v", f)
	}
	t.Setenv("HTTPS_PROXY", "")
	_, err = open(t, SMS, Config{URL: "https://169.254.169.254/latest"}).Send(t.Context(), note)
	if f := FailureOf(err); f.Code != "address" {
		t.Errorf("link-local: %+v", f)
	}
}

// TestCheck names the setting that is wrong.
func TestCheck(t *testing.T) {
	for _, x := range []struct {
		kind  string
		c     Config
		field string
	}{
		{SMS, Config{URL: "ftp://a/b"}, "url"},
		{SMS, Config{URL: "http://gateway.example.cn/send"}, "url"},
		{SMS, Config{URL: "http://8.8.8.8/send"}, "url"},
		{SMS, Config{URL: "https://user:pass@a.cn/"}, "url"},
		{SMS, Config{URL: "https://a.cn/", Body: "{"}, "body"},
		{SMS, Config{URL: "https://a.cn/", Body: `{"to":"{{phone}}"}`}, "body"},
		{SMS, Config{URL: "https://a.cn/", Sign: "hmac"}, "secret"},
		{SMS, Config{URL: "https://a.cn/", Sign: "ctyun", Secret: "s"}, "key"},
		{SMS, Config{URL: "https://a.cn/", Sign: "md5"}, "sign"},
		{"pigeon", Config{URL: "https://a.cn/"}, "kind"},
		{SMS, Config{URL: "http://10.1.2.3:8080/send"}, ""},
		{WeCom, Config{URL: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x"}, ""},
	} {
		got := ""
		if err, ok := Check(x.kind, x.c).(*ConfigError); ok {
			got = err.Field
		}
		if got != x.field {
			t.Errorf("%s %+v: %q, want %q", x.kind, x.c, got, x.field)
		}
	}
}

// FuzzFill: whatever a text holds, the request stays JSON with the text in its place.
func FuzzFill(f *testing.F) {
	for _, s := range []string{`a"b`, "{{phone}}", "\\", "\x00\n", "县\u2028", `{"x":1}`} {
		f.Add(s)
	}
	body := any(map[string]any{"t": "{{text}}", "p": `{"v":"{{text}}","n":"{{phone}}"}`})
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := json.Marshal(fill(body, map[string]string{"{{text}}": text, "{{phone}}": "1", "{{id}}": "2"}))
		if err != nil {
			t.Fatal(err)
		}
		var out, in map[string]string
		if json.Unmarshal(raw, &out) != nil || json.Unmarshal([]byte(out["p"]), &in) != nil {
			t.Fatalf("%s", raw)
		}
		if utf8.ValidString(text) && (out["t"] != text || in["v"] != text || in["n"] != "1") {
			t.Fatalf("%q became %s", text, raw)
		}
	})
}

// TestScrub: an answer that repeats the number is kept without it.
func TestScrub(t *testing.T) {
	if got := Scrub("bad number 13812345678\n" + strings.Repeat("x", 900)); strings.Contains(got, "13812345678") || len(got) > 300 || strings.Contains(got, "\n") {
		t.Errorf("%q", got)
	}
}
