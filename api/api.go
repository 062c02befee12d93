// Package api is HTTP and nothing else: it decodes a request, makes one call of
// package app, and writes the answer. It knows no SQL, no program and no rule of
// who may see what; package app has already cut its views to the reader. All
// routes stand in routes.go, each with the standing it asks for.
package api

import (
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"linqiao/app"
)

// Static holds the built screens; a nil one answers that it was not built in.
type Static struct{ Console, Mobile fs.FS }

// DemoAccount is one account that a demo county offers to visitors.
type DemoAccount struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Name     string `json:"name"`
	Role     string `json:"role"`
}

// Options are what a Server is made of.
type Options struct {
	App    *app.App
	Log    *slog.Logger
	Static Static
	// Demo lists the accounts of a demo county; called only in demo mode.
	Demo func() []DemoAccount
	// Secure marks the session cookie for HTTPS only, also when the request came
	// by plain HTTP from a proxy that does not say so.
	Secure bool
	// Ready reports further conditions of /readyz; nil = the database alone.
	Ready func() error
}

// Server answers all HTTP requests of the product.
type Server struct {
	app     *app.App
	log     *slog.Logger
	demo    func() []DemoAccount
	secure  bool
	isReady func() error

	mux     *http.ServeMux
	handler http.Handler
	huma    huma.API
	metrics *metrics
	pages   *pages
	rules   map[string]rule // by "METHOD path", for the test that walks all routes
	openapi func() []byte
	ending  chan struct{} // closed when the server stops: open streams end
	once    sync.Once
}

// Limits of what a request may send and how long an answer may take.
const (
	maxJSON      = 1 << 20
	maxMultipart = 21 << 20
	maxImport    = 65 << 20 // a roster of 200,000 lines as CSV
	answerWithin = 30 * time.Second
	// readWithin is how long a request may take to arrive. The library sets it anew when
	// it takes the body, which the chain has read by then: net/http is listening for a
	// hang-up, and a time-out of that cancels this request and all later ones of its
	// connection. So it must be longer than answerWithin.
	readWithin = 2 * time.Minute
)

// New makes a Server with all its routes.
func New(o Options) *Server {
	s := &Server{app: o.App, log: o.Log, demo: o.Demo, secure: o.Secure, isReady: o.Ready,
		mux: http.NewServeMux(), metrics: newMetrics(), pages: newPages(), rules: map[string]rule{}, ending: make(chan struct{})}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.huma = huma.NewAPI(humaConfig(), humago.NewAdapter(s.mux, ""))
	s.routes()
	s.openapi = sync.OnceValue(s.renderOpenAPI)
	s.beside(o.Static)
	s.handler = s.chain(s.mux)
	return s
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// HTTPServer wraps the Server with the time limits that keep slow or silent
// peers from holding connections.
func (s *Server) HTTPServer() *http.Server {
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: readWithin,
		WriteTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	srv.RegisterOnShutdown(func() { s.once.Do(func() { close(s.ending) }) })
	return srv
}
