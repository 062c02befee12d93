package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"linqiao/notify"
)

// Client hands events to one partner and asks for his. It goes nowhere that a gateway
// may not stand, and follows no redirect.
type Client struct {
	base string
	key  Key
	http *http.Client
	now  func() time.Time
}

// CheckURL accepts the address of a partner as that of a gateway: HTTPS, or plain HTTP
// to this machine or the office's own network.
func CheckURL(raw string) error {
	if u, err := url.Parse(raw); err == nil && (u.RawQuery != "" || u.Fragment != "") {
		return &notify.ConfigError{Field: "url", Code: "url"}
	}
	return notify.CheckURL(raw)
}

// NewClient makes a client of a partner's address and the key that he gave.
func NewClient(base string, key Key, now func() time.Time) *Client {
	return &Client{base: base, key: key, http: notify.Client(), now: now}
}

// Push hands one event over. A failure is a *notify.Failure: Down when nothing goes
// through, Later when this event did not, Refused when it never will.
func (c *Client) Push(ctx context.Context, body []byte) (*Receipt, error) {
	out := &Receipt{}
	return out, c.do(ctx, http.MethodPost, "/events", body, 64<<10, out)
}

// Pull asks for the events after a mark.
func (c *Client) Pull(ctx context.Context, after int64) (*Page, error) {
	out := &Page{}
	return out, c.do(ctx, http.MethodGet, "/events?after="+strconv.FormatInt(after, 10), nil, PageMost*BodyMost, out)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte, most int64, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return &notify.Failure{Fault: notify.Refused, Code: "url"}
	}
	stamp, signature := Sign(c.key.Secret(), c.now(), method, req.URL.RequestURI(), body)
	req.Header.Set("Authorization", "Bearer "+c.key.Access())
	req.Header.Set(HeaderTime, stamp)
	req.Header.Set(HeaderSignature, signature)
	if body != nil {
		req.Header.Set("Content-Type", ContentType)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return notify.NetFailure(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return notify.NetFailure(err)
	case res.StatusCode/100 != 2:
		return statusFailure(res, raw)
	case int64(len(raw)) > most || json.Unmarshal(raw, out) != nil:
		return &notify.Failure{Fault: notify.Down, Code: "answer"}
	}
	return nil
}

// statusFailure judges an answer. What concerns the key or the limits concerns every
// event, and is a state of the link; what concerns the event is its own.
func statusFailure(res *http.Response, raw []byte) *notify.Failure {
	f := notify.StatusFailure(res, raw)
	switch res.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusMethodNotAllowed:
		f.Fault = notify.Down
	}
	return f
}
