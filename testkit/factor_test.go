package testkit_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/hotp"

	"linqiao/store/storetest"
	"linqiao/testkit"
)

// phoneApp makes one-time codes as the app on a person's phone does.
type phoneApp struct {
	c    *testkit.County
	seed string
}

func (p phoneApp) code(t *testing.T) string { return p.codeAt(t, p.c.Clock.Now()) }

func (p phoneApp) codeAt(t *testing.T, at time.Time) string {
	t.Helper()
	code, err := hotp.GenerateCode(p.seed, uint64(at.Unix()/30))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// bind gives a signed-in person an app, and the recovery codes said to him.
func bind(t *testing.T, c *testkit.County, who *testkit.Client) (phoneApp, []string) {
	t.Helper()
	begun := who.Must(t, http.MethodPost, "/session/factors/totp", testkit.Object{})
	p := phoneApp{c, testkit.Text(begun, "secret")}
	if !strings.HasPrefix(testkit.Text(begun, "url"), "otpauth://totp/") || strings.Contains(testkit.Text(begun, "url"), "+") {
		t.Errorf("the app cannot read %q", testkit.Text(begun, "url"))
	}
	path := "/session/factors/totp/" + testkit.Text(begun, "id")
	if a := who.Do(t, http.MethodPost, path, testkit.Object{"code": "12345x"}); testkit.Text(a.Object(), "type") != "factor_wrong" {
		t.Fatalf("a wrong code binds: %s", a.Raw)
	}
	done := who.Must(t, http.MethodPost, path, testkit.Object{"code": p.code(t), "name": "我的手机"})
	var codes []string
	list, _ := done["codes"].([]any) // of the first factor only
	for _, x := range list {
		codes = append(codes, x.(string))
	}
	return p, codes
}

// half signs in by password and expects to be stopped at a step.
func half(t *testing.T, c *testkit.County, login, step string) *testkit.Client {
	t.Helper()
	o := c.Stranger().Must(t, http.MethodPost, "/session", testkit.Object{"login": login, "password": testkit.Password, "county": string(c.Code)})
	if testkit.Text(o, "step") != step {
		t.Fatalf("%s signs in to step %q, want %q", login, testkit.Text(o, "step"), step)
	}
	if o["vault"] != nil || len(testkit.Items(o, "roles"))+len(testkit.Items(o, "memberships")) > 0 || o["admin"] == true {
		t.Fatalf("half a sign-in tells more than its step: %v", o)
	}
	return &testkit.Client{Base: c.Server.URL, HTTP: c.Server.Client(), Token: testkit.Text(o, "token")}
}

func whole(c *testkit.County, o testkit.Object) *testkit.Client {
	return &testkit.Client{Base: c.Server.URL, HTTP: c.Server.Client(), Token: testkit.Text(o, "token")}
}

func later(c *testkit.County, d time.Duration) { c.Clock.Set(c.Clock.Now().Add(d)) }

func refused(t *testing.T, a *testkit.Answer, code string) {
	t.Helper()
	if got := testkit.Text(a.Object(), "type"); a.Status < 400 || got != code {
		t.Fatalf("want %s, got %d %s", code, a.Status, a.Raw)
	}
}

// TestSecondFactor: who has bound an app gets nowhere by his password alone; a code works
// once, wrong ones close the way, a recovery code helps once.
func TestSecondFactor(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, "440902")
			_, people := c.Staff(t, "visit_team", "county", string(c.Code), "wang")
			app, codes := bind(t, c, people[0])
			if len(codes) != 10 {
				t.Fatalf("%d recovery codes", len(codes))
			}
			later(c, time.Minute)
			at := half(t, c, "wang", "factor")
			for _, way := range []string{"/work", "/records", "/sessions", "/notifications/count"} {
				refused(t, at.Do(t, http.MethodGet, way, nil), "sign_in_factor")
			}
			refused(t, at.Do(t, http.MethodPost, "/session/factors/totp", testkit.Object{}), "sign_in_factor")
			refused(t, at.Do(t, http.MethodPut, "/session/password", testkit.Object{"old": testkit.Password, "new": "ling-yi-ge-mi-ma"}), "sign_in_factor")

			code := app.code(t)
			me := whole(c, at.Must(t, http.MethodPost, "/session/factor", testkit.Object{"code": code[:3] + " " + code[3:]}))
			me.Must(t, http.MethodGet, "/work", nil)
			refused(t, at.Do(t, http.MethodGet, "/session", nil), "unauthenticated") // the half one has ended
			again := half(t, c, "wang", "factor")
			refused(t, again.Do(t, http.MethodPost, "/session/factor", testkit.Object{"code": code}), "factor_wrong")
			refused(t, again.Do(t, http.MethodPost, "/session/factor", testkit.Object{"code": app.codeAt(t, c.Clock.Now().Add(-5*time.Minute))}), "factor_wrong")
			lost := whole(c, again.Must(t, http.MethodPost, "/session/factor", testkit.Object{"recovery": strings.ToUpper(codes[0])}))
			if n := lost.Must(t, http.MethodGet, "/session/factors", nil)["recovery"]; n != float64(9) {
				t.Errorf("%v recovery codes left", n)
			}
			third := half(t, c, "wang", "factor")
			refused(t, third.Do(t, http.MethodPost, "/session/factor", testkit.Object{"recovery": codes[0]}), "factor_wrong")
			for range 4 {
				refused(t, third.Do(t, http.MethodPost, "/session/factor", testkit.Object{"code": "000000"}), "factor_wrong")
			}
			c.Target().Restart(t.Context()) // what was counted is not forgotten
			later(c, time.Minute)
			refused(t, third.Do(t, http.MethodPost, "/session/factor", testkit.Object{"code": app.code(t)}), "factor_locked")
			later(c, 15*time.Minute)
			half(t, c, "wang", "factor").Must(t, http.MethodPost, "/session/factor", testkit.Object{"code": app.code(t)})
			for _, secret := range append(codes, app.seed) {
				if strings.Contains(c.Log.Text(), secret) {
					t.Error("the log holds a secret")
				}
			}
		})
	}
}

// TestFactorCompulsory: once the county asks for it, whoever may read personal data by his
// roles comes only as far as setting a factor up; others are not bothered.
func TestFactorCompulsory(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, "440902")
			c.Staff(t, "finance_office", "county", string(c.Code), "reader")
			c.Staff(t, "nobody_knows_this_kind", "county", string(c.Code), "clerk")
			c.Resident(t, "jumin", string(c.Code))
			admin := c.SignIn(t, c.Admin.Login)
			refused(t, c.SignIn(t, "reader").Do(t, http.MethodPut, "/sign-in-rules", testkit.Object{"second_factor": "off", "idle_days": 90}), "admin_only")
			refused(t, admin.Do(t, http.MethodPut, "/sign-in-rules", testkit.Object{"second_factor": "sometimes", "idle_days": 90}), "fields_invalid")
			admin.Must(t, http.MethodPut, "/sign-in-rules", testkit.Object{"second_factor": "reveal", "idle_days": 90})

			c.SignIn(t, "jumin").Must(t, http.MethodGet, "/work", nil)
			c.SignIn(t, "clerk").Must(t, http.MethodGet, "/work", nil)
			half(t, c, c.Admin.Login, "enrol")
			at := half(t, c, "reader", "enrol")
			refused(t, at.Do(t, http.MethodGet, "/work", nil), "sign_in_enrol")
			refused(t, at.Do(t, http.MethodPost, "/session/factor", testkit.Object{"code": "000000"}), "sign_in_enrol")
			begun := at.Must(t, http.MethodPost, "/session/factors/totp", testkit.Object{})
			app := phoneApp{c, testkit.Text(begun, "secret")}
			done := at.Must(t, http.MethodPost, "/session/factors/totp/"+testkit.Text(begun, "id"), testkit.Object{"code": app.code(t)})
			me := whole(c, done["session"].(testkit.Object))
			me.Must(t, http.MethodGet, "/work", nil)
			list := me.Must(t, http.MethodGet, "/session/factors", nil)
			refused(t, me.Do(t, http.MethodDelete, "/session/factors/"+testkit.Text(testkit.Items(list, "items")[0], "id"), nil), "factor_last")

			admin = c.SignIn(t, c.Admin.Login) // still half: the rule holds for the administrator, too
			refused(t, admin.Do(t, http.MethodGet, "/accounts", nil), "sign_in_enrol")
		})
	}
}

// TestStepUp: a dangerous act asks again for the factor, does nothing meanwhile, and then
// goes through under the very key it was first sent with.
func TestStepUp(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, "440902")
			admin := c.SignIn(t, c.Admin.Login)
			org, _ := c.Staff(t, "visit_team", "county", string(c.Code), "li")
			app, _ := bind(t, c, admin)
			body := testkit.Object{"login": "chen", "name": "陈", "password": testkit.Password, "memberships": []testkit.Object{{"org": org}}}
			key := testkit.Header{Name: "Idempotency-Key", Value: testkit.NewKey()}
			later(c, 11*time.Minute)
			a := admin.Do(t, http.MethodPost, "/accounts", body, key)
			refused(t, a, "step_up_required")
			if got := testkit.Items(admin.Must(t, http.MethodGet, "/accounts?q=chen", nil), "items"); len(got) != 0 {
				t.Fatal("it was done all the same")
			}
			refused(t, admin.Do(t, http.MethodPost, "/session/step-up", testkit.Object{"code": "000000"}), "factor_wrong")
			refused(t, admin.Do(t, http.MethodPost, "/session/step-up", testkit.Object{"password": testkit.Password}), "factor_wrong")
			refused(t, admin.Do(t, http.MethodPost, "/accounts", body, key), "step_up_required")
			admin.Must(t, http.MethodPost, "/session/step-up", testkit.Object{"code": app.code(t)})
			admin.Must(t, http.MethodPost, "/accounts", body, key)
			admin.Must(t, http.MethodPost, "/accounts", body, key)
			if got := testkit.Items(admin.Must(t, http.MethodGet, "/accounts?q=chen", nil), "items"); len(got) != 1 {
				t.Fatalf("%d accounts", len(got))
			}

			// Without a factor it is the password that is asked, and only for one's own keys.
			li := c.SignIn(t, "li")
			later(c, 11*time.Minute)
			li.Do(t, http.MethodPost, "/records/export", testkit.Object{})
			refused(t, li.Do(t, http.MethodPost, "/session/factors/totp", testkit.Object{}), "step_up_required")
			refused(t, li.Do(t, http.MethodPost, "/session/step-up", testkit.Object{"password": "falsch"}), "password_wrong")
			li.Must(t, http.MethodPost, "/session/step-up", testkit.Object{"password": testkit.Password})
			li.Must(t, http.MethodPost, "/session/factors/totp", testkit.Object{})
		})
	}
}

// stick is an authenticator in software, and the server it believes to speak to.
type stick struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	cred virtualwebauthn.Credential
}

func newStick() *stick {
	return &stick{rp: virtualwebauthn.RelyingParty{ID: "linqiao.example", Name: "邻桥", Origin: testkit.Origin},
		auth: virtualwebauthn.NewAuthenticator(), cred: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
}

func decoded(t *testing.T, text string) (o testkit.Object) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func options(t *testing.T, asked testkit.Object) string {
	t.Helper()
	raw, err := json.Marshal(asked["options"])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// make answers a registration.
func (s *stick) register(t *testing.T, who *testkit.Client) *testkit.Answer {
	t.Helper()
	asked := who.Must(t, http.MethodPost, "/session/factors/passkey/options", testkit.Object{})
	o, err := virtualwebauthn.ParseAttestationOptions(options(t, asked))
	if err != nil {
		t.Fatal(err)
	}
	s.auth.Options.UserHandle = []byte(o.UserID)
	answer := decoded(t, virtualwebauthn.CreateAttestationResponse(s.rp, s.auth, s.cred, *o))
	s.auth.AddCredential(s.cred)
	return who.Do(t, http.MethodPost, "/session/factors/passkey", testkit.Object{"id": asked["id"], "response": answer, "name": "钥匙"})
}

// sign answers a challenge.
func (s *stick) sign(t *testing.T, asked testkit.Object) testkit.Object {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(options(t, asked))
	if err != nil {
		t.Fatal(err)
	}
	s.cred.Counter++
	return testkit.Object{"id": asked["id"], "response": decoded(t, virtualwebauthn.CreateAssertionResponse(s.rp, s.auth, s.cred, *o))}
}

// TestPasskey: a key is made, used as second step, for step-up and alone; an answer works
// once, and not for another address nor by another key.
func TestPasskey(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			c := testkit.Open(t, engine, "440902")
			_, people := c.Staff(t, "visit_team", "county", string(c.Code), "wang", "zhao")
			phisher := newStick()
			phisher.rp.Origin = "https://linqiao.example.evil.test"
			refused(t, phisher.register(t, people[0]), "passkey_bad")
			key := newStick()
			if a := key.register(t, people[0]); a.Status >= 300 || len(a.Object()["codes"].([]any)) != 10 {
				t.Fatalf("%d %s", a.Status, a.Raw)
			}
			copied := *key
			if a := copied.register(t, people[1]); a.Status < 400 || a.Status >= 500 {
				t.Fatalf("one key belongs to two accounts: %d %s", a.Status, a.Raw)
			}

			at := half(t, c, "wang", "factor")
			answer := key.sign(t, at.Must(t, http.MethodPost, "/session/factor/options", testkit.Object{}))
			me := whole(c, at.Must(t, http.MethodPost, "/session/factor", testkit.Object{"passkey": answer}))
			refused(t, half(t, c, "wang", "factor").Do(t, http.MethodPost, "/session/factor", testkit.Object{"passkey": answer}), "factor_wrong")
			later(c, 11*time.Minute)
			refused(t, me.Do(t, http.MethodPost, "/session/factors/recovery", testkit.Object{}), "step_up_required")
			me.Must(t, http.MethodPost, "/session/step-up", testkit.Object{"passkey": key.sign(t, me.Must(t, http.MethodPost, "/session/factor/options", testkit.Object{}))})
			me.Must(t, http.MethodPost, "/session/factors/recovery", testkit.Object{})

			// Alone: the key knows whose it is.
			alone := func() testkit.Object {
				return c.Stranger().Must(t, http.MethodPost, "/session/passkey/options", testkit.Object{"county": string(c.Code)})
			}
			o := c.Stranger().Must(t, http.MethodPost, "/session/passkey", key.sign(t, alone()))
			if testkit.Text(o, "account", "name") != "wang" || o["step"] != nil {
				t.Fatalf("the key alone opens %v", o)
			}
			whole(c, o).Must(t, http.MethodGet, "/work", nil)
			other := newStick()
			other.auth.Options.UserHandle = key.auth.Options.UserHandle
			refused(t, c.Stranger().Do(t, http.MethodPost, "/session/passkey", other.sign(t, alone())), "passkey_unknown")
			key.rp.Origin = "https://elsewhere.test"
			refused(t, c.Stranger().Do(t, http.MethodPost, "/session/passkey", key.sign(t, alone())), "passkey_unknown")
			key.rp.Origin = testkit.Origin
			key.cred.Counter = 0 // a copy of the key, kept back
			refused(t, c.Stranger().Do(t, http.MethodPost, "/session/passkey", key.sign(t, alone())), "passkey_unknown")

			list := testkit.Items(me.Must(t, http.MethodGet, "/session/factors", nil), "items")
			if len(list) != 1 || !slices.Contains([]string{"钥匙"}, testkit.Text(list[0], "name")) {
				t.Fatalf("%v", list)
			}
			me.Must(t, http.MethodDelete, "/session/factors/"+testkit.Text(list[0], "id"), nil)
			c.SignIn(t, "wang").Must(t, http.MethodGet, "/work", nil)
		})
	}
}
