package exchange_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linqiao/exchange"
	"linqiao/notify"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func event() *exchange.Event {
	return &exchange.Event{ID: "e-1", Source: "urn:test:other", Type: exchange.TypeChanged, Time: noon,
		Data: exchange.Data{Program: "step-desk", Record: "case", ID: "their-1", Version: 3, Seen: 2,
			Fields:  map[string]any{"cd": "some", "n": json.Number("12345678901234567"), "text": "<a>&中"},
			Changed: map[string]time.Time{"cd": noon}, Open: []string{"z", "a"}, Chose: []string{"q", "b"}}}
}

// TestEventRoundTrip: what is written is read as it was, and is always the same bytes.
func TestEventRoundTrip(t *testing.T) {
	one, err := event().Encode()
	if err != nil {
		t.Fatal(err)
	}
	two, _ := event().Encode()
	if string(one) != string(two) || !strings.Contains(string(one), "<a>&中") || strings.HasSuffix(string(one), "\n") {
		t.Fatalf("%s", one)
	}
	got, err := exchange.Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	d := got.Data
	if got.SpecVersion != "1.0" || got.DataContentType != "application/json" || !got.Time.Equal(noon) || d.Version != 3 || d.Seen != 2 {
		t.Errorf("%+v", got)
	}
	if d.Fields["n"] != json.Number("12345678901234567") { // a number of many digits loses none
		t.Errorf("n is %v", d.Fields["n"])
	}
	if strings.Join(d.Names(), " ") != "cd n text" || strings.Join(d.Open, " ") != "a z" || strings.Join(d.Chose, " ") != "b q" {
		t.Errorf("%v %v %v", d.Names(), d.Open, d.Chose)
	}
	three, err := got.Encode()
	if err != nil || string(three) != string(one) {
		t.Errorf("written again: %s, %v", three, err)
	}
}

// TestExtensionAttribute: the standard allows attributes of the sender's own.
func TestExtensionAttribute(t *testing.T) {
	raw, _ := event().Encode()
	if _, err := exchange.Parse([]byte(strings.Replace(string(raw), "{", `{"traceparent":"00-x",`, 1))); err != nil {
		t.Error(err)
	}
}

// TestParseFaults: each fault names its place and its kind, and repeats no value.
func TestParseFaults(t *testing.T) {
	spoil := func(change func(map[string]any)) []byte {
		raw, _ := event().Encode()
		var m map[string]any
		_ = json.Unmarshal(raw, &m)
		change(m)
		out, _ := json.Marshal(m)
		return out
	}
	data := func(key string, v any) []byte {
		return spoil(func(m map[string]any) { m["data"].(map[string]any)[key] = v })
	}
	many := map[string]any{}
	for i := range exchange.FieldMost + 1 {
		many[strings.Repeat("a", i+1)] = 1
	}
	for name, try := range map[string]struct {
		body []byte
		want string
	}{
		"no JSON":            {[]byte("geheim"), "body: json"},
		"a list":             {[]byte("[]"), "body: json"},
		"something after it": {append(spoil(func(map[string]any) {}), '1'), "body: json"},
		"too large":          {[]byte(strings.Repeat(" ", exchange.BodyMost+1)), "body: too_large"},
		"specversion":        {spoil(func(m map[string]any) { m["specversion"] = "0.3" }), "specversion: option"},
		"no id":              {spoil(func(m map[string]any) { delete(m, "id") }), "id: format"},
		"an id of spaces":    {spoil(func(m map[string]any) { m["id"] = "geheim geheim" }), "id: format"},
		"a long id":          {spoil(func(m map[string]any) { m["id"] = strings.Repeat("x", 201) }), "id: format"},
		"no source":          {spoil(func(m map[string]any) { m["source"] = "" }), "source: format"},
		"a type":             {spoil(func(m map[string]any) { m["type"] = "geheim" }), "type: option"},
		"a content type":     {spoil(func(m map[string]any) { m["datacontenttype"] = "text/xml" }), "datacontenttype: option"},
		"no time":            {spoil(func(m map[string]any) { delete(m, "time") }), "time: required"},
		"a wrong time":       {spoil(func(m map[string]any) { m["time"] = "geheim" }), "time: format"},
		"a number for text":  {spoil(func(m map[string]any) { m["id"] = 5 }), "id: format"},
		"an unknown word":    {data("geheim", 1), "data: unknown_field"},
		"no record":          {data("record", ""), "data.record: required"},
		"no id of a record":  {data("id", ""), "data.id: format"},
		"external":           {data("external", "a b"), "data.external: format"},
		"version 0":          {data("version", 0), "data.version: range"},
		"a text for version": {data("version", "geheim"), "data.version: format"},
		"seen":               {data("seen", -1), "data.seen: range"},
		"no fields":          {data("fields", map[string]any{}), "data.fields: required"},
		"many fields":        {data("fields", many), "data.fields: too_many"},
	} {
		_, err := exchange.Parse(try.body)
		var f *exchange.Fault
		if !errors.As(err, &f) || f.Path+": "+f.Code != try.want {
			t.Errorf("%s: %v, want %s", name, err, try.want)
		} else if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s repeats the value: %v", name, err)
		}
	}
}

// TestKeyAndSignature: a key is read as it was shown; a signature covers time, method,
// address and every byte, and is nobody else's.
func TestKeyAndSignature(t *testing.T) {
	key, err := exchange.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	again, ok := exchange.ParseKey(" " + key.Text() + "\n")
	if !ok || again != key {
		t.Fatalf("%v is not %v", again, key)
	}
	for _, bad := range []string{"", "x", "lqx1.a.b", "lqx2" + key.Text()[4:], key.Text() + "A", key.Text() + ".x", strings.Replace(key.Text(), ".", "..", 1)} {
		if _, ok := exchange.ParseKey(bad); ok {
			t.Errorf("%q is taken for a key", bad)
		}
	}
	other, _ := exchange.NewKey()
	if other == key || exchange.AccessHash(key.Access()) == exchange.AccessHash(other.Access()) || key.Access() == key.Secret() {
		t.Error("two keys are one")
	}
	body := []byte(`{"a":1}`)
	stamp, sig := exchange.Sign(key.Secret(), noon, "POST", "/x/events?after=1", body)
	if !exchange.Verify(key.Secret(), stamp, sig, "POST", "/x/events?after=1", body) {
		t.Fatal("its own signature is refused")
	}
	for name, got := range map[string]bool{
		"another key":     exchange.Verify(other.Secret(), stamp, sig, "POST", "/x/events?after=1", body),
		"no key":          exchange.Verify("", stamp, sig, "POST", "/x/events?after=1", body),
		"another time":    exchange.Verify(key.Secret(), stamp+"0", sig, "POST", "/x/events?after=1", body),
		"another method":  exchange.Verify(key.Secret(), stamp, sig, "GET", "/x/events?after=1", body),
		"another address": exchange.Verify(key.Secret(), stamp, sig, "POST", "/x/events?after=2", body),
		"another body":    exchange.Verify(key.Secret(), stamp, sig, "POST", "/x/events?after=1", []byte(`{"a":2}`)),
		"no version":      exchange.Verify(key.Secret(), stamp, strings.TrimPrefix(sig, "v1="), "POST", "/x/events?after=1", body),
		"nothing":         exchange.Verify(key.Secret(), stamp, "", "POST", "/x/events?after=1", body),
	} {
		if got {
			t.Errorf("%s is accepted", name)
		}
	}
	for d, want := range map[time.Duration]bool{0: true, exchange.Window: true, -exchange.Window: true, exchange.Window + time.Second: false, -exchange.Window - time.Second: false} {
		if exchange.Fresh(stamp, noon.Add(d)) != want {
			t.Errorf("%v from its stamp: fresh is not %v", d, want)
		}
	}
	if exchange.Fresh("geheim", noon) {
		t.Error("a stamp that is no number is fresh")
	}
}

// TestClientJudges: what an answer means for the event and for the way.
func TestClientJudges(t *testing.T) {
	key, _ := exchange.NewKey()
	status, answer := 200, ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !exchange.Verify(key.Secret(), r.Header.Get(exchange.HeaderTime), r.Header.Get(exchange.HeaderSignature), r.Method, r.URL.RequestURI(), body) ||
			r.Header.Get("Authorization") != "Bearer "+key.Access() {
			t.Error("not signed as the partner checks it")
		}
		w.Header().Set("Location", "https://example.org/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	client := exchange.NewClient(server.URL+"/base", key, func() time.Time { return noon })
	for _, x := range []struct {
		status int
		answer string
		fault  notify.Fault
	}{
		{500, "", notify.Later}, {502, "", notify.Down}, {503, "", notify.Down}, {429, "", notify.Down}, {409, "", notify.Later},
		{401, "", notify.Down}, {403, "", notify.Down}, {404, "", notify.Down}, {410, "", notify.Down}, {405, "", notify.Down},
		{422, `{"code":"partner_event"}`, notify.Refused}, {413, "", notify.Refused}, {302, "", notify.Refused},
		{200, "<html>", notify.Down}, {200, strings.Repeat(" ", 65<<10), notify.Down},
	} {
		status, answer = x.status, x.answer
		_, err := client.Push(context.Background(), []byte("{}"))
		if f := notify.FailureOf(err); err == nil || f.Fault != x.fault {
			t.Errorf("%d %.20q: %v", x.status, x.answer, err)
		}
	}
	status, answer = 200, `{"status":"applied","id":"r-1","conflicts":["cd"]}`
	got, err := client.Push(context.Background(), []byte("{}"))
	if err != nil || got.Status != "applied" || got.ID != "r-1" || len(got.Open) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	answer = `{"items":[{"id":"e-1"}],"next":7,"more":true}`
	page, err := client.Pull(context.Background(), 3)
	if err != nil || page.Next != 7 || !page.More || string(page.Items[0]) != `{"id":"e-1"}` {
		t.Errorf("%+v %v", page, err)
	}
	server.Close()
	if _, err := client.Push(context.Background(), []byte("{}")); err == nil || notify.FailureOf(err).Fault != notify.Down {
		t.Errorf("nobody there: %v", err)
	}
}

// TestWhereAPartnerMayStand: HTTPS, or plain HTTP inside the office's own network.
func TestWhereAPartnerMayStand(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://example.org/api": true, "http://127.0.0.1:8080/api": true, "http://10.1.2.3/api": true, "http://localhost/x": true,
		"http://example.org/api": false, "ftp://10.1.2.3/x": false, "https://u:p@example.org": false, "https://example.org/?x=1": false,
		"https://example.org/#x": false, "": false, "x": false,
	} {
		if err := exchange.CheckURL(raw); (err == nil) != want {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
