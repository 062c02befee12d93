package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"linqiao/domain"
)

// chain wraps the routes: each request gets its id, its log line and its limits.
func (s *Server) chain(routes http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		q := newRequest(r, s.secure)
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
		out := &recorder{ResponseWriter: w}
		defer s.finish(out, r, q, start)
		securityHeaders(w.Header(), q.secure)
		w.Header().Set("X-Request-Id", q.id)
		// A browser sends the cookie by itself, so a page elsewhere could use it;
		// a bearer token is only ever sent on purpose.
		if r.Header.Get("Authorization") == "" {
			if err := csrf.Check(r); err != nil {
				writeProblem(out, r, domain.E(domain.KindForbidden, "cross_origin").Wrap(err))
				return
			}
		}
		if err := addressFault(r); err != nil {
			writeProblem(out, r, err)
			return
		}
		if err := q.takeBody(out, r); err != nil {
			writeProblem(out, r, err)
			return
		}
		if strings.HasPrefix(r.URL.Path, apiRoot) {
			w.Header().Set("Cache-Control", "no-store")
			// Phones set their clock by it: it must be the clock that judges what they send.
			w.Header().Set("Date", s.app.Now().UTC().Format(http.TimeFormat))
			if !strings.HasPrefix(r.URL.Path, apiRoot+"/stream") {
				ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
				defer cancel()
				// The mux writes what it matched into this very request.
				next := r.WithContext(ctx)
				defer func() { r.Pattern = next.Pattern }()
				routes.ServeHTTP(out, next)
				return
			}
		}
		routes.ServeHTTP(out, r)
	})
}

// finish logs a request after it is answered; a panic becomes a plain 500.
func (s *Server) finish(out *recorder, r *http.Request, q *request, start time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		err := domain.E(domain.KindInternal, "panic").Wrap(fmt.Errorf("%v\n%s", p, debug.Stack()))
		q.cause = err
		if !out.wrote {
			writeProblem(out, r, err)
		}
	}
	took := time.Since(start)
	route := routeOf(r)
	s.metrics.observe(r.Method, route, out.code(), took)
	// The route's pattern and not its path: ids of people stay out of the log.
	attrs := []any{slog.String("id", q.id), slog.String("route", route), slog.String("method", r.Method), slog.Int("status", out.code()),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.Int64("bytes", out.bytes)}
	if q.cause != nil {
		s.log.Error("request", append(attrs, slog.Any("cause", q.cause))...)
		return
	}
	level := slog.LevelInfo
	if strings.HasPrefix(route, "/healthz") || strings.HasPrefix(route, "/readyz") || strings.HasPrefix(route, "/metrics") {
		level = slog.LevelDebug
	}
	s.log.Log(r.Context(), level, "request", attrs...)
}

func routeOf(r *http.Request) string {
	if r.Pattern == "" {
		return "unmatched"
	}
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path
	}
	return r.Pattern
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if !w.wrote && status >= 200 {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// policy allows only what this server itself serves, and no script, style or style
// attribute that stands in a page's own text: the screens set styles by the object model
// alone. Previews of photos are blob: addresses.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; " +
	"frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func securityHeaders(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
