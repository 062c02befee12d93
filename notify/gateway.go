package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// gatewayMost bounds one message by SMS: 500 characters, some eight segments.
const gatewayMost = 1500

// StandardBody is the request a gateway gets unless it wants another one.
const StandardBody = `{"id":"{{id}}","phone":"{{phone}}","text":"{{text}}"}`

// Ways to sign a request.
const (
	SignNone = ""
	// SignHMAC: X-Timestamp holds Unix seconds, X-Signature the hexadecimal
	// HMAC-SHA256 under the secret of timestamp, newline, body. X-Key names the key.
	SignHMAC = "hmac"
	// SignCtyun is the signature of China Telecom's cloud (天翼云 EOP), whose SMS
	// service is SendSms: https://www.ctyun.cn/document/10020426/10021544 (request),
	// https://www.ctyun.cn/document/10020426/10021549 (signature). There 200 with
	// code OK means taken, and sessionId comes back in the report of what became of it.
	SignCtyun = "ctyun"
)

// gateway is an SMS or voice gateway spoken to by a JSON POST.
type gateway struct {
	client *http.Client
	c      Config
	body   any
	now    func() time.Time
}

func newGateway(c Config) (*gateway, error) {
	if c.Body == "" {
		c.Body = StandardBody
	}
	g := &gateway{client: Client(), c: c, now: time.Now}
	return g, json.Unmarshal([]byte(c.Body), &g.body)
}

// Check looks a configuration over without sending anything.
func Check(kind string, c Config) error {
	if err := CheckURL(c.URL); err != nil {
		return err
	}
	switch kind {
	case WeCom:
		return nil
	case DingTalk:
		return nil // without a secret the robot must be secured by a keyword or an address
	case SMS, Call:
	default:
		return &ConfigError{"kind", "option"}
	}
	if c.Sign != SignNone && c.Sign != SignHMAC && c.Sign != SignCtyun {
		return &ConfigError{"sign", "option"}
	}
	if c.Sign != SignNone && c.Secret == "" {
		return &ConfigError{"secret", "required"}
	}
	if c.Sign == SignCtyun && c.Key == "" {
		return &ConfigError{"key", "required"}
	}
	if c.Body != "" {
		var v any
		if len(c.Body) > 4000 || json.Unmarshal([]byte(c.Body), &v) != nil {
			return &ConfigError{"body", "json"}
		}
		for _, hole := range []string{"{{phone}}", "{{text}}"} {
			if !strings.Contains(c.Body, hole) {
				return &ConfigError{"body", "body_holes"}
			}
		}
	}
	return nil
}

// Send implements Channel.
func (g *gateway) Send(ctx context.Context, m Message) (Receipt, error) {
	body, err := json.Marshal(fill(g.body, map[string]string{"{{phone}}": m.To, "{{text}}": m.Text, "{{id}}": m.ID}))
	if err != nil {
		return Receipt{}, &Failure{Fault: Refused, Code: "body"}
	}
	head := http.Header{"Idempotency-Key": {m.ID}}
	g.sign(head, m.ID, body)
	out, answer, err := post(ctx, g.client, g.c.URL, body, head)
	if err != nil {
		return Receipt{}, err
	}
	if g.c.OKPath != "" {
		got, ok := at(out, g.c.OKPath)
		if !ok || got != g.c.OK {
			return Receipt{}, &Failure{Fault: Refused, Code: cut(Scrub(orText(got, "answer")), 60), Answer: answer}
		}
	}
	id := ""
	if g.c.IDPath != "" {
		id, _ = at(out, g.c.IDPath)
	}
	return Receipt{ID: cut(id, 100), Answer: answer}, nil
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// fill puts values into the strings of a JSON value. A string that is JSON itself
// (a templateParam) is filled as JSON, so that a quote in a text stays a quote.
func fill(v any, holes map[string]string) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for k, e := range x {
			out[k] = fill(e, holes)
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, e := range x {
			out[i] = fill(e, holes)
		}
		return out
	case string:
		var inner map[string]any
		if strings.HasPrefix(strings.TrimSpace(x), "{") && !strings.HasPrefix(x, "{{") && json.Unmarshal([]byte(x), &inner) == nil {
			b, err := json.Marshal(fill(inner, holes))
			if err == nil {
				return string(b)
			}
		}
		var pairs []string
		for k, v := range holes {
			pairs = append(pairs, k, v)
		}
		return strings.NewReplacer(pairs...).Replace(x) // in one pass: a value is never filled again
	}
	return v
}

func (g *gateway) sign(head http.Header, id string, body []byte) {
	switch g.c.Sign {
	case SignHMAC:
		stamp := strconv.FormatInt(g.now().Unix(), 10)
		head.Set("X-Timestamp", stamp)
		head.Set("X-Signature", Signature(g.c.Secret, stamp, body))
		if g.c.Key != "" {
			head.Set("X-Key", g.c.Key)
		}
	case SignCtyun:
		g.signCtyun(head, id, body)
	}
}

// Signature is the HMAC of SignHMAC; reports that a gateway sends back bear the same.
func Signature(secret, stamp string, body []byte) string {
	return hex.EncodeToString(mac([]byte(secret), append([]byte(stamp+"\n"), body...)))
}

func (g *gateway) signCtyun(head http.Header, id string, body []byte) {
	date := g.now().UTC().Format("20060102T150405Z")
	key := mac(mac(mac([]byte(g.c.Secret), []byte(date)), []byte(g.c.Key)), []byte(date[:8]))
	sum := sha256.Sum256(body)
	query := ""
	if u, err := url.Parse(g.c.URL); err == nil {
		query = u.Query().Encode() // sorted by name
	}
	text := "ctyun-eop-request-id:" + id + "\neop-date:" + date + "\n\n" + query + "\n" + hex.EncodeToString(sum[:])
	head.Set("Ctyun-Eop-Request-Id", id)
	head.Set("Eop-Date", date)
	head.Set("Eop-Authorization", g.c.Key+" Headers=ctyun-eop-request-id;eop-date Signature="+base64.StdEncoding.EncodeToString(mac(key, []byte(text))))
}

func mac(key, text []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(text)
	return m.Sum(nil)
}
