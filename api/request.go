package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

// request is what is known of a request beside its input.
type request struct {
	id     string
	lang   string // zh-CN or en
	token  string // of the session, "" = none
	client app.Client
	secure bool // came by HTTPS
	cookie bool // the token came as a cookie
	who    *app.Who
	once   app.Once
	hash   string // of method, path and body
	slim   bool   // Prefer: return=minimal
	rev    int64  // of the record that this request changed, when known
	cause  error  // of an internal error, for the log
}

type requestKey struct{}

// requestOf gives the request of a context; code outside a request gets an empty one.
func requestOf(ctx context.Context) *request {
	if q, ok := ctx.Value(requestKey{}).(*request); ok {
		return q
	}
	return &request{lang: "zh-CN"}
}

func newRequest(r *http.Request, secure bool) *request {
	q := &request{id: newRequestID(), lang: language(r), slim: strings.Contains(r.Header.Get("Prefer"), "return=minimal")}
	addr, proto := peer(r)
	q.client = app.Client{Address: addr, Agent: r.UserAgent()}
	q.secure = secure || r.TLS != nil || proto == "https"
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		q.token = strings.TrimSpace(t)
	} else if c, err := r.Cookie(sessionCookie); err == nil {
		q.token, q.cookie = c.Value, true
	}
	return q
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// peer gives the address a request comes from. Forwarding headers are believed
// only from a proxy on this very machine.
func peer(r *http.Request) (addr, proto string) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ip := net.ParseIP(host)
	if ip == nil || !ip.IsLoopback() {
		return host, ""
	}
	list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if last := strings.TrimSpace(list[len(list)-1]); net.ParseIP(last) != nil {
		host = last
	}
	return host, r.Header.Get("X-Forwarded-Proto")
}

// language is what the reader asks for first; Chinese unless it is English.
func language(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch tag, _, _ := strings.Cut(strings.ToLower(tag), "-"); tag {
		case "zh":
			return "zh-CN"
		case "en":
			return "en"
		}
	}
	return "zh-CN"
}

// addressFault refuses an address with characters that no name here can hold (a
// NUL, bytes that are not UTF-8): the engines differ in what they make of them.
func addressFault(r *http.Request) error {
	if !domain.Storable(r.URL.Path) {
		return notFound()
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	for k, list := range r.URL.Query() {
		for _, v := range append(list, k) {
			if !domain.Storable(v) {
				if !plainPath.MatchString(k) {
					k = "?"
				}
				return domain.E(domain.KindInvalid, "fields_invalid").With(k, "format", "label", k)
			}
		}
	}
	return nil
}

// escapedNUL is a NUL as JSON writes it; an escaped backslash before it makes it
// plain text.
var escapedNUL = regexp.MustCompile(`(^|[^\\])((?:\\\\)*)\\u0000`)

// dropNULs takes NULs out of JSON texts. Nobody types them, and no column of
// PostgreSQL holds them.
func dropNULs(body []byte) []byte {
	for bytes.Contains(body, []byte(`\u0000`)) {
		next := escapedNUL.ReplaceAll(body, []byte("$1$2"))
		if len(next) == len(body) {
			break
		}
		body = next
	}
	return body
}

// takeBody reads a JSON body once, within the limit, and hashes the request so
// that the same key with another request is noticed. Uploads are streamed; their
// hash covers the address and the declared length.
func (q *request) takeBody(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+" "+r.URL.RequestURI()+"\n")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		most := int64(maxMultipart)
		if r.URL.Path == apiRoot+"/imports" {
			most = maxImport
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		_, _ = io.WriteString(h, strconv.FormatInt(r.ContentLength, 10))
	} else {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
		if err != nil {
			var big *http.MaxBytesError
			if errors.As(err, &big) {
				return domain.E(domain.KindTooLarge, "body_too_large", "max", "1 MB")
			}
			return domain.E(domain.KindInvalid, "body_broken").Wrap(err)
		}
		body = dropNULs(body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		_, _ = h.Write(body)
	}
	q.hash = hex.EncodeToString(h.Sum(nil))
	return nil
}
