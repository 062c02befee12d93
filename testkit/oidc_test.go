package testkit_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linqiao/identity"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// townHall is a county's identity provider: it vouches for whoever it is told to.
type townHall struct {
	server *httptest.Server
	key    *rsa.PrivateKey
	mu     sync.Mutex
	asked  map[string]url.Values // by code
	claims map[string]any        // laid over the usual ones
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func openTownHall(t *testing.T) *townHall {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	h := &townHall{key: key, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := h.server.URL
		say(w, map[string]any{"issuer": at, "authorization_endpoint": at + "/ask", "token_endpoint": at + "/token", "jwks_uri": at + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", h.token)
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

// token gives an ID token for a code, to whoever knows the verifier.
func (h *townHall) token(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	asked := h.asked[r.FormValue("code")]
	delete(h.asked, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if asked == nil || asked.Get("code_challenge_method") != "S256" || asked.Get("code_challenge") != b64(sum[:]) {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	now := time.Now()
	claims := map[string]any{"iss": h.server.URL, "aud": asked.Get("client_id"), "sub": "42", "nonce": asked.Get("nonce"),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "preferred_username": "wang"}
	for k, v := range h.claims {
		claims[k] = v
	}
	head, _ := json.Marshal(map[string]string{"alg": "RS256", "kid": "1", "typ": "JWT"})
	body, _ := json.Marshal(claims)
	text := b64(head) + "." + b64(body)
	digest := sha256.Sum256([]byte(text))
	sign, _ := rsa.SignPKCS1v15(rand.Reader, h.key, crypto.SHA256, digest[:])
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": text + "." + b64(sign)})
}

// goThrough walks from the button to the provider and gives the address back to us.
func (h *townHall) goThrough(t *testing.T, c *testkit.County) (back, cookie string) {
	t.Helper()
	a := c.Stranger().Do(t, http.MethodPost, "/session/oidc/hall", testkit.Object{})
	u, err := url.Parse(testkit.Text(a.Object(), "url"))
	if err != nil || !strings.HasPrefix(u.String(), h.server.URL+"/ask") {
		t.Fatalf("%d %s", a.Status, a.Raw)
	}
	q := u.Query()
	if q.Get("redirect_uri") != testkit.Origin+"/api/v1/session/oidc/hall/callback" || q.Get("nonce") == "" {
		t.Fatalf("asked with %v", q)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	code := "code-" + q.Get("state")[:20]
	h.asked[code] = q
	cookie, _, _ = strings.Cut(a.Header.Get("Set-Cookie"), ";")
	return "/api/v1/session/oidc/hall/callback?" + url.Values{"code": {code}, "state": {q.Get("state")}, "session_state": {"x"}}.Encode(), cookie
}

// comeBack asks for the page that the provider sends a browser to.
func comeBack(t *testing.T, c *testkit.County, back, cookie string) (to, session string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Server.URL+back, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	res, err := c.Server.Client().Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for _, k := range res.Cookies() {
		if k.Name == "lq_session" {
			session = k.Value
		}
	}
	return res.Header.Get("Location"), session
}

// TestOIDC: whom the county's provider vouches for is signed in where an account of that
// name was opened; a stolen way back, a second use, another browser, an old or foreign
// token, an unknown name open nothing.
func TestOIDC(t *testing.T) {
	hall := openTownHall(t)
	file := filepath.Join(t.TempDir(), "oidc.json")
	settings, _ := json.Marshal([]map[string]any{{"key": "hall", "county": string(storetest.Home), "label": "县统一身份认证", "issuer": hall.server.URL,
		"client_id": "linqiao", "strong_amr": []string{"mfa"}}})
	if err := os.WriteFile(file, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			providers, err := identity.Load(file, testkit.Origin)
			if err != nil {
				t.Fatal(err)
			}
			c := testkit.OpenWith(t, engine, storetest.Home, providers)
			_, people := c.Staff(t, "visit_team", "county", string(c.Code), "wang")
			hall.claims = nil
			ways := c.Stranger().Must(t, http.MethodGet, "/session/ways", nil)
			if testkit.Text(testkit.Items(ways, "providers")[0], "label") != "县统一身份认证" {
				t.Errorf("the button says %v", ways)
			}

			back, cookie := hall.goThrough(t, c)
			to, token := comeBack(t, c, back, cookie)
			me := &testkit.Client{Base: c.Server.URL, HTTP: c.Server.Client(), Token: token}
			if to != "/console/" || testkit.Text(me.Must(t, http.MethodGet, "/session", nil), "account", "name") != "wang" {
				t.Fatalf("came back to %q", to)
			}
			failed := func(what, back, cookie, code string) {
				t.Helper()
				if to, token := comeBack(t, c, back, cookie); token != "" || !strings.HasSuffix(to, "sign-in?problem="+code) {
					t.Errorf("%s: to %q, session %v", what, to, token != "")
				}
			}
			failed("the same way again", back, cookie, "oidc_failed")
			back, _ = hall.goThrough(t, c)
			failed("another browser", back, "", "oidc_failed")
			_, cookie = hall.goThrough(t, c)
			back, _ = hall.goThrough(t, c)
			failed("another browser's cookie", back, cookie, "oidc_failed")
			for what, claims := range map[string]map[string]any{
				"a token of another sign-in": {"nonce": "else"}, "a token for somebody else's site": {"aud": "other"}, "an old token": {"exp": time.Now().Add(-time.Hour).Unix()},
				"another issuer": {"iss": "https://evil.test"}, "no name": {"preferred_username": ""},
			} {
				hall.claims = claims
				back, cookie = hall.goThrough(t, c)
				failed(what, back, cookie, "oidc_failed")
			}
			hall.claims = map[string]any{"preferred_username": "nobody"}
			back, cookie = hall.goThrough(t, c)
			failed("an unknown name", back, cookie, "oidc_unknown")

			// A second factor of ours is still asked for, unless the provider says it has seen one.
			bind(t, c, people[0])
			hall.claims = nil
			back, cookie = hall.goThrough(t, c)
			_, token = comeBack(t, c, back, cookie)
			me.Token = token
			refused(t, me.Do(t, http.MethodGet, "/work", nil), "sign_in_factor")
			hall.claims = map[string]any{"amr": []string{"pwd", "mfa"}}
			back, cookie = hall.goThrough(t, c)
			_, me.Token = comeBack(t, c, back, cookie)
			me.Must(t, http.MethodGet, "/work", nil)
		})
	}
}
