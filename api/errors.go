package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
	"linqiao/domain"
)

// Problem is an error answer (RFC 9457). It never holds a submitted value.
type Problem struct {
	Type    string         `json:"type" doc:"固定代码"`
	Title   string         `json:"title" doc:"哪里不对，按读者的语言"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail,omitempty" doc:"怎么办"`
	Fields  []ProblemField `json:"fields,omitempty"`
	Request string         `json:"request,omitempty" doc:"请求编号，报修时用"`
	// Consents are what a refused act lacks: a screen may ask for them in place.
	Consents []string `json:"consents,omitempty" doc:"缺少的同意事项"`
}

// ProblemField is what is wrong with one field of the input. Theirs is the
// stored value on a conflict, as this reader may see it.
type ProblemField struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Theirs  any    `json:"theirs,omitempty"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Type + ": " + p.Title }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}

// statuses is the one table from kinds of error to HTTP.
var statuses = map[domain.Kind]int{
	domain.KindInvalid:         http.StatusUnprocessableEntity,
	domain.KindUnauthenticated: http.StatusUnauthorized,
	domain.KindForbidden:       http.StatusForbidden,
	domain.KindNotFound:        http.StatusNotFound,
	domain.KindGone:            http.StatusGone,
	domain.KindConflict:        http.StatusConflict,
	domain.KindRefused:         http.StatusUnprocessableEntity,
	domain.KindTooLarge:        http.StatusRequestEntityTooLarge,
	domain.KindRateLimited:     http.StatusTooManyRequests,
	domain.KindUnavailable:     http.StatusServiceUnavailable,
	domain.KindInternal:        http.StatusInternalServerError,
}

func notFound() error { return domain.NotFound("page") }

// problemOf words an error for its reader. What is not a domain error is
// internal: the reader gets the request's number, the log the cause.
func problemOf(err error, q *request) *Problem {
	e := asDomain(err)
	if e.Kind == domain.KindInternal {
		q.cause = err
		e = domain.E(domain.KindInternal, "internal")
	} else if e.Kind == domain.KindUnavailable {
		q.cause = err
	}
	words := catalogue(q.lang)
	p := &Problem{Type: e.Code, Status: statuses[e.Kind], Request: q.id}
	p.Title, p.Detail = words.of(e.Code, e.Args)
	if keys := e.Args["consents"]; keys != "" {
		p.Consents = strings.Split(keys, ",")
	}
	for _, f := range e.Fields {
		msg, _ := words.of(f.Code, f.Args)
		p.Fields = append(p.Fields, ProblemField{Path: f.Path, Code: f.Code, Message: msg, Theirs: f.Theirs})
	}
	return p
}

func asDomain(err error) *domain.Error {
	var e *domain.Error
	var apply *app.ApplyError
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &apply):
		return faultsError(apply)
	case errors.As(err, &big):
		return domain.E(domain.KindTooLarge, "body_too_large", "max", strconv.FormatInt(big.Limit/1_000_000/10*10, 10)+" MB")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return domain.E(domain.KindUnavailable, "too_slow").Wrap(err)
	}
	return domain.E(domain.KindInternal, "internal").Wrap(err)
}

// faultsError lists the faults of program files, the first hundred.
func faultsError(apply *app.ApplyError) *domain.Error {
	e := domain.E(domain.KindInvalid, "program_faults")
	for _, i := range apply.Issues[:min(len(apply.Issues), 100)] {
		e.With(i.File+":"+i.Path, "program_fault", "say", i.Msg, "hint", i.Hint)
	}
	return e
}

// The framework's own errors pass here, with the values they carry dropped.
func init() {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return frameworkProblem(&request{lang: "zh-CN"}, status, msg, errs)
	}
	huma.NewErrorWithContext = func(c huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return frameworkProblem(requestOf(c.Context()), status, msg, errs)
	}
}

func frameworkProblem(q *request, status int, msg string, errs []error) *Problem {
	for _, err := range errs {
		var d *huma.ErrorDetail
		if err != nil && !errors.As(err, &d) && status != http.StatusBadRequest && status != http.StatusNotAcceptable {
			return problemOf(err, q)
		}
	}
	switch status {
	case 0: // the framework asks what an error looks like
		return &Problem{}
	case http.StatusBadRequest:
		return problemOf(domain.E(domain.KindInvalid, orText(bodyFault(msg), "json_broken")), q)
	case http.StatusUnsupportedMediaType:
		return problemOf(domain.E(domain.KindInvalid, "media_type"), q)
	case http.StatusRequestEntityTooLarge:
		return problemOf(domain.E(domain.KindTooLarge, "body_too_large", "max", "1 MB"), q)
	case http.StatusUnprocessableEntity:
		e := domain.E(domain.KindInvalid, "fields_invalid")
		for _, err := range errs {
			var d *huma.ErrorDetail
			if errors.As(err, &d) {
				e.Fields = append(e.Fields, fieldOf(d))
			}
		}
		return problemOf(e, q)
	case http.StatusNotAcceptable:
		return problemOf(domain.E(domain.KindInvalid, "media_type"), q)
	}
	return problemOf(domain.E(domain.KindInternal, "internal").Wrap(errors.Join(append(errs, errors.New(msg))...)), q)
}

func bodyFault(msg string) string {
	if strings.Contains(msg, "required") {
		return "body_missing"
	}
	return ""
}

// detailCodes maps the beginnings of the framework's messages to our codes; a
// trailing bound becomes the named argument.
var detailCodes = []struct{ begins, code, arg string }{
	{"unexpected property", "unknown_field", ""},
	{"unknown query parameter", "unknown_field", ""},
	{"expected required property", "required", ""},
	{"required ", "required", ""},
	{"expected value to be one of", "option", ""},
	{"expected length >= ", "too_short", "min"},
	{"expected length <= ", "too_long", "max"},
	{"expected array length >= ", "too_few", "min"},
	{"expected array length <= ", "too_many", "max"},
	{"expected number >= ", "range", "min"},
	{"expected number <= ", "range", "max"},
	{"expected string to be RFC 3339 date-time", "time", ""},
	{"expected string to be RFC 3339 date", "date", ""},
	{"expected string to be", "format", ""},
	{"expected string to match", "format", ""},
	{"invalid date/time", "time", ""},
}

var (
	plainPath   = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]{1,120}$`)
	missingName = regexp.MustCompile(`^expected required property (\w+) to be present`)
	bound       = regexp.MustCompile(`^-?[0-9.]+$`)
	wrongType   = regexp.MustCompile(`into Go struct field (?:\w+\.)*(\w+) of type `) // encoding/json
)

// fieldOf turns a message of the framework into one of ours. Neither the value
// nor a name that is not a plain word comes through.
func fieldOf(d *huma.ErrorDetail) domain.FieldError {
	path := strings.TrimPrefix(d.Location, "body")
	for _, where := range []string{"query.", "path.", "header.", "form."} {
		path = strings.TrimPrefix(path, where)
	}
	path = strings.NewReplacer("[", ".", "]", "").Replace(strings.TrimPrefix(path, "."))
	if m := missingName.FindStringSubmatch(d.Message); m != nil {
		path = strings.TrimPrefix(path+"."+m[1], ".")
	}
	if m := wrongType.FindStringSubmatch(d.Message); m != nil && path == "" {
		path = m[1]
	}
	if !plainPath.MatchString(path) {
		path = "?"
	}
	f := domain.FieldError{Path: path, Code: "type", Args: map[string]string{"label": path}}
	for _, c := range detailCodes {
		rest, ok := strings.CutPrefix(d.Message, c.begins)
		if !ok {
			continue
		}
		f.Code = c.code
		if c.arg != "" && bound.MatchString(rest) {
			f.Args[c.arg] = rest
		}
		break
	}
	return f
}

// writeProblem answers outside of the framework.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err, requestOf(r.Context()))
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}
