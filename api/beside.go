package api

import (
	"encoding/json"
	"net"
	"net/http"
)

// beside registers what stands outside of /api/v1: health, metrics, the OpenAPI
// document, the screens and the public pages.
func (s *Server) beside(static Static) {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.HandleFunc("GET /metrics", s.showMetrics)
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write(s.openapi())
	})
	s.mux.HandleFunc(apiRoot+"/", func(w http.ResponseWriter, r *http.Request) { writeProblem(w, r, notFound()) })
	s.screens("/console/", static.Console)
	s.screens("/m/", static.Mobile)
	s.publicPages()
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	err := s.app.DB.Ready(r.Context())
	if err == nil && s.isReady != nil {
		err = s.isReady()
	}
	if err != nil {
		requestOf(r.Context()).cause = err
		say(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	say(w, http.StatusOK, "ready")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text})
}

// showMetrics answers only peers of this machine or of the private network that
// come directly, not through a proxy from outside.
func (s *Server) showMetrics(w http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	if ip == nil || !ip.IsLoopback() && !ip.IsPrivate() || r.Header.Get("X-Forwarded-For") != "" {
		writeProblem(w, r, notFound())
		return
	}
	s.metrics.handler().ServeHTTP(w, r)
}
