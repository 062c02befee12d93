package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	answerWithin = 10 * time.Second
	answerMost   = 64 << 10 // bytes read of an answer
	answerKept   = 300      // bytes kept of it
)

// errAddress refuses addresses at which no gateway stands.
var errAddress = errors.New("address not allowed")

// Client gives an HTTP client for gateways and partners. It follows no redirects (a redirect
// would carry numbers and texts to somebody else) and connects to no link-local
// address: there the metadata services of clouds answer. Addresses of the office's
// own network are allowed; SMS gateways often stand there.
func Client() *http.Client {
	dial := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if ip := at.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
			return errAddress
		}
		return nil
	}}
	return &http.Client{
		Timeout:       answerWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dial.DialContext, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 4, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second},
	}
}

// CheckURL accepts HTTPS everywhere and plain HTTP only inside: to a loopback or a
// private address. Names are not looked up here; the dialer has the last word.
func CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || len(raw) > 1000 {
		return &ConfigError{"url", "url"}
	}
	if u.Scheme == "https" {
		return nil
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if u.Scheme != "http" || u.Hostname() != "localhost" && (err != nil || !ip.IsLoopback() && !ip.IsPrivate()) {
		return &ConfigError{"url", "url_https"}
	}
	return nil
}

// post sends a body and gives the answer. What HTTP itself says is judged here:
// no connection, a timeout, 429 and 502 to 504 mean that nothing goes through now.
func post(ctx context.Context, c *http.Client, to string, body []byte, head http.Header) (map[string]any, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, "", &Failure{Fault: Refused, Code: "url"}
	}
	req.Header = head
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	res, err := c.Do(req)
	if err != nil {
		return nil, "", NetFailure(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, answerMost))
	answer := Scrub(string(raw))
	if err != nil {
		return nil, answer, &Failure{Fault: Down, Code: netCode(err), Answer: answer, cause: withoutURL(err)}
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated && res.StatusCode != http.StatusAccepted {
		return nil, answer, StatusFailure(res, raw)
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		out = nil // a gateway that answers no JSON is judged by its status alone
	}
	return out, answer, nil
}

// NetFailure is the failure of a request that got no answer.
func NetFailure(err error) *Failure {
	return &Failure{Fault: Down, Code: netCode(err), cause: withoutURL(err)}
}

// StatusFailure is the failure that an answer's status means.
func StatusFailure(res *http.Response, raw []byte) *Failure {
	return &Failure{Fault: faultOf(res.StatusCode), Code: strconv.Itoa(res.StatusCode), Answer: Scrub(string(raw)), After: retryAfter(res.Header)}
}

func faultOf(status int) Fault {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return Down
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return Later
	}
	if status >= 500 {
		return Later
	}
	return Refused
}

func netCode(err error) string {
	var t interface{ Timeout() bool }
	switch {
	case errors.Is(err, errAddress):
		return "address"
	case errors.As(err, &t) && t.Timeout():
		return "timeout"
	}
	return "network"
}

// withoutURL drops the address from an error of net/http: it holds the robot's key.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// retryAfter reads Retry-After in seconds, at most an hour.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return min(time.Duration(n)*time.Second, time.Hour)
}

var (
	digits  = regexp.MustCompile(`\d{7,}`)
	control = regexp.MustCompile(`[\x00-\x1f\x7f]+`)
)

// Scrub makes a gateway's answer fit to be kept: short, one line, and with the
// middle of long numbers hidden, as gateways repeat the number they were given.
func Scrub(s string) string {
	s = control.ReplaceAllString(strings.ToValidUTF8(s, ""), " ")
	s = digits.ReplaceAllStringFunc(s, func(n string) string { return n[:3] + "****" + n[len(n)-2:] })
	return cut(strings.TrimSpace(s), answerKept)
}

// at reads a value along a dotted path of an answer.
func at(answer map[string]any, path string) (string, bool) {
	var v any = answer
	for _, k := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[k]
		case []any:
			n, err := strconv.Atoi(k)
			if err != nil || n < 0 || n >= len(x) {
				return "", false
			}
			v = x[n]
		default:
			return "", false
		}
	}
	if v == nil {
		return "", false
	}
	return fmt.Sprint(v), true
}
