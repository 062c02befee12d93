package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
)

// apiRoot is where all routes of routes.go stand.
const apiRoot = "/api/v1"

// handler is one route's work: who asks (nil on public routes without sign-in),
// the decoded input, the answer.
type handler[I, O any] func(ctx context.Context, who *app.Who, in *I) (*O, error)

// The functions below register one route each; routes.go is written with them.

func get[I, O any](s *Server, r rule, path, summary string, h handler[I, O]) {
	register(s, r, reads, http.MethodGet, path, summary, http.StatusOK, h)
}

func post[I, O any](s *Server, r rule, rep repeat, path, summary string, h handler[I, O]) {
	register(s, r, rep, http.MethodPost, path, summary, http.StatusOK, h)
}

// create is a POST that answers 201.
func create[I, O any](s *Server, r rule, rep repeat, path, summary string, h handler[I, O]) {
	register(s, r, rep, http.MethodPost, path, summary, http.StatusCreated, h)
}

func put[I, O any](s *Server, r rule, rep repeat, path, summary string, h handler[I, O]) {
	register(s, r, rep, http.MethodPut, path, summary, http.StatusOK, h)
}

func patch[I, O any](s *Server, r rule, rep repeat, path, summary string, h handler[I, O]) {
	register(s, r, rep, http.MethodPatch, path, summary, http.StatusOK, h)
}

func del[I, O any](s *Server, r rule, rep repeat, path, summary string, h handler[I, O]) {
	register(s, r, rep, http.MethodDelete, path, summary, http.StatusOK, h)
}

// none is an answer without a body (204).
type none struct{}

// body is an answer with a body and nothing else to say.
type body[T any] struct{ Body T }

func register[I, O any](s *Server, r rule, rep repeat, method, path, summary string, status int, h handler[I, O]) {
	op := huma.Operation{Method: method, Path: apiRoot + path, OperationID: operationID(method, path), Summary: summary,
		Tags: []string{strings.SplitN(path[1:], "/", 2)[0]}, DefaultStatus: status, MaxBodyBytes: -1, BodyReadTimeout: readWithin,
		Middlewares: huma.Middlewares{s.guard(r, rep)}, Extensions: map[string]any{"x-rule": r.name}}
	if r.fresh != asEver {
		op.Extensions["x-step-up"] = true
	}
	if reflect.TypeFor[O]() == reflect.TypeFor[none]() {
		op.DefaultStatus = http.StatusNoContent
	}
	if !r.open {
		op.Security = []map[string][]string{{"session": {}}}
	}
	if rep != reads {
		op.Parameters = append(op.Parameters, idempotencyParam())
	}
	s.rules[method+" "+op.Path] = r
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*O, error) {
		q := requestOf(ctx)
		return h(ctx, q.who, in)
	})
}

func idempotencyParam() *huma.Param {
	lo, hi := 8, 100
	return &huma.Param{Name: "Idempotency-Key", In: "header", Required: true, Description: "每次办理一个新值（UUID）；重发同一请求用同一个值",
		Schema: &huma.Schema{Type: huma.TypeString, MinLength: &lo, MaxLength: &hi}}
}

// operationID is `post-records-id-moves-move`: stable names for generated clients.
func operationID(method, path string) string {
	id := strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-", "_", "-").Replace(path)
	return strings.ToLower(method) + id
}
