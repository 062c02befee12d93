package testkit

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Client asks the API over HTTP as one account; without a token it is a stranger.
type Client struct {
	Base  string // scheme and host
	HTTP  *http.Client
	Token string
}

// Answer is what came back, whole.
type Answer struct {
	Status int
	Header http.Header
	Raw    []byte
}

// Object is a JSON object.
type Object = map[string]any

// NewKey makes a request key.
func NewKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Header is one header of a request.
type Header struct{ Name, Value string }

// Key is the header by which a repeated request is known.
func Key(k string) Header { return Header{"Idempotency-Key", k} }

// Try sends one request below /api/v1. A body that is a []byte goes as it is,
// anything else as JSON. Requests that change something get a fresh key unless
// the headers bring one.
func (c *Client) Try(ctx context.Context, method, path string, body any, headers ...Header) (*Answer, error) {
	raw, ok := body.([]byte)
	if !ok && body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if raw != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		req.Header.Set("Idempotency-Key", NewKey())
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for _, h := range headers {
		if req.Header.Set(h.Name, h.Value); h.Value == "" {
			req.Header.Del(h.Name)
		}
	}
	return send(c.HTTP, req)
}

func send(client *http.Client, req *http.Request) (*Answer, error) {
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	a := &Answer{Status: res.StatusCode, Header: res.Header}
	a.Raw, err = io.ReadAll(res.Body)
	return a, err
}

// Do is Try for a server that must be there.
func (c *Client) Do(t testing.TB, method, path string, body any, headers ...Header) *Answer {
	t.Helper()
	a, err := c.Try(t.Context(), method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// Must is Do for a request that must succeed; it gives the object answered.
func (c *Client) Must(t testing.TB, method, path string, body any, headers ...Header) Object {
	t.Helper()
	a := c.Do(t, method, path, body, headers...)
	if a.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Raw)
	}
	return a.Object()
}

// Page gets a page or another file outside of the API.
func (c *Client) Page(t testing.TB, path string) *Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := send(c.HTTP, req)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Object decodes the answer; nil when it is not a JSON object.
func (a *Answer) Object() Object {
	var o Object
	if json.Unmarshal(a.Raw, &o) != nil {
		return nil
	}
	return o
}

// Text reads a text along a path of keys; "" when it is not there.
func Text(o Object, path ...string) string {
	s, _ := At(o, path...).(string)
	return s
}

// At reads a value along a path of keys; nil when it is not there.
func At(o Object, path ...string) any {
	var v any = o
	for _, k := range path {
		m, ok := v.(Object)
		if !ok {
			return nil
		}
		v = m[k]
	}
	return v
}

// Items are the objects of a list.
func Items(o Object, key string) []Object {
	list, _ := o[key].([]any)
	out := make([]Object, 0, len(list))
	for _, x := range list {
		if m, ok := x.(Object); ok {
			out = append(out, m)
		}
	}
	return out
}

// All reads every page of a list.
func (c *Client) All(t testing.TB, path string) []Object {
	t.Helper()
	sep := "?"
	if bytes.ContainsRune([]byte(path), '?') {
		sep = "&"
	}
	var out []Object
	for cursor := ""; ; {
		page := c.Must(t, http.MethodGet, path+sep+"limit=200"+cursor, nil)
		out = append(out, Items(page, "items")...)
		next := Text(page, "next")
		if next == "" {
			return out
		}
		cursor = "&cursor=" + next
	}
}

// SignIn gives a client of an account.
func (c *Client) SignIn(t testing.TB, county, login, password string) *Client {
	t.Helper()
	o := c.Must(t, http.MethodPost, "/session", Object{"login": login, "password": password, "county": county})
	return &Client{Base: c.Base, HTTP: c.HTTP, Token: Text(o, "token")}
}

// Form posts a form as a browser does that has no script.
func (c *Client) Form(t testing.TB, path, form string) *Answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.Base+path, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	a, err := send(c.HTTP, req)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
