package api

import (
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
	"linqiao/domain"
)

// rule is the standing a route asks for before it does anything. Package app
// decides again on the row; a rule only turns away who has no business at all.
// Its zero value lets nobody in.
type rule struct {
	name  string
	open  bool // also without sign-in
	may   func(*app.Who) bool
	code  string // of the refusal
	blind bool   // whoever asks is not looked at, signed in or not
	idle  bool   // asked by screens of themselves: does not keep the sign-in alive
	// stages are the unfinished sign-ins that may come too (domain.Stage…).
	stages []string
	fresh  freshness
}

// freshness says whether a route asks its caller to prove himself again when he last did
// so some time ago (step-up).
type freshness int

const (
	asEver      freshness = iota
	whenGuarded           // of who has a second factor, or whose county asks for one
	always                // of everybody: acts on the factors themselves
)

// proved is a rule for dangerous acts: taking data out in bulk, breaking glass, changing
// rights and keys.
func proved(r rule) rule {
	r.fresh = whenGuarded
	return r
}

var (
	public   = rule{name: "public", open: true}
	demoOnly = rule{name: "demo", open: true} // and only in a demo county
	signedIn = rule{name: "signed-in", may: func(*app.Who) bool { return true }}
	watching = rule{name: "signed-in", may: func(*app.Who) bool { return true }, idle: true}
	// halfway lets in whoever still lacks his second step; atFactor and atEnrol who is at it.
	halfway  = rule{name: "signed-in", may: signedIn.may, stages: []string{domain.StageFactor, domain.StageEnrol}}
	atFactor = rule{name: "signed-in", may: signedIn.may, stages: []string{domain.StageFactor}}
	atEnrol  = rule{name: "signed-in", may: signedIn.may, stages: []string{domain.StageEnrol}, fresh: always}
	ownKeys  = rule{name: "signed-in", may: signedIn.may, fresh: always}
	staff    = rule{name: "staff", may: func(w *app.Who) bool { return len(w.Memberships) > 0 || w.Admin }, code: "staff_only"}
	admin    = rule{name: "admin", may: func(w *app.Who) bool { return w.Admin }, code: "admin_only"}
	auditor  = rule{name: "auditor", may: func(w *app.Who) bool { return w.Auditor }, code: "auditor_only"}
	security = rule{name: "security", may: func(w *app.Who) bool { return w.Security }, code: "security_only"}
	officer  = rule{name: "officer", may: func(w *app.Who) bool { return w.Admin || w.Auditor || w.Security }, code: "officer_only"}
	overseer = rule{name: "overseer", may: func(w *app.Who) bool { return w.Admin || w.Auditor }, code: "admin_only"}
)

// repeat says how a mutating route is kept from acting twice on a retry.
type repeat int

const (
	reads repeat = iota // changes nothing, or needs no key (session)
	inTx                // the use case keeps its first answer in its own transaction
	again               // doing it twice does no harm, and the answer must not be kept
)

// guard lets a request pass to its handler only with the rule's standing and,
// where the route changes something, a request key.
func (s *Server) guard(r rule, rep repeat) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		q := requestOf(c.Context())
		if err := s.admit(q, r, rep, c); err != nil {
			_ = huma.WriteErr(s.huma, c, 0, "", err)
			return
		}
		next(c)
	}
}

func (s *Server) admit(q *request, r rule, rep repeat, c huma.Context) error {
	if r.name == demoOnly.name && !s.app.Demo {
		return notFound()
	}
	if !r.blind && (!r.open || q.token != "") {
		ask := s.app.Who
		switch {
		case r.idle:
			ask = s.app.Watcher
		case len(r.stages) > 0:
			ask = s.app.Halfway
		}
		who, err := ask(c.Context(), q.token)
		switch {
		case err == nil:
			who.Lang = q.lang
			q.who = who
		case !r.open:
			return err
		}
	}
	if !r.open && (r.may == nil || !r.may(q.who)) {
		return domain.E(domain.KindForbidden, orText(r.code, "forbidden"))
	}
	if !r.open && q.who.Stage != "" && !slices.Contains(r.stages, q.who.Stage) {
		return domain.E(domain.KindUnauthenticated, "sign_in_"+q.who.Stage)
	}
	if r.fresh != asEver && q.who.Stage == "" {
		if err := s.app.Fresh(c.Context(), q.who, r.fresh == always); err != nil {
			return err
		}
	}
	if rep == reads {
		return nil
	}
	key := c.Header("Idempotency-Key")
	if key == "" {
		return domain.E(domain.KindInvalid, "idempotency_key_missing")
	}
	if len(key) < 8 || len(key) > 100 {
		return domain.E(domain.KindInvalid, "idempotency_key_bad")
	}
	q.once = app.Once{Key: key, Hash: q.hash, Rev: &q.rev}
	return nil
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
