package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Kind groups errors by what the caller can do about them; the API maps each
// kind to one HTTP status.
type Kind string

const (
	KindInvalid         Kind = "invalid"         // input is wrong: mend the named fields
	KindUnauthenticated Kind = "unauthenticated" // sign in
	KindForbidden       Kind = "forbidden"       // this actor may not
	KindNotFound        Kind = "not_found"       // absent, or not for this actor: alike
	KindGone            Kind = "gone"            // was public here and has been withdrawn
	KindConflict        Kind = "conflict"        // somebody was faster: look and try again
	KindRefused         Kind = "refused"         // a rule of the program says no, and why
	KindTooLarge        Kind = "too_large"
	KindRateLimited     Kind = "rate_limited"
	KindUnavailable     Kind = "unavailable" // try again later, nothing was acknowledged
	KindInternal        Kind = "internal"
)

// FieldError names one field of the input and what is wrong with it.
// Path is dotted as in the request body (`fields.amount`).
type FieldError struct {
	Path string
	Code string
	Args map[string]string
	// Theirs is set on version conflicts: the value now stored, as the reader may
	// see it. It is never the submitted value.
	Theirs any
}

// Error is the one error type that crosses layers. Code is the translation key
// and the API's problem `type`; Args fill the translation and must never hold a
// submitted secret. The cause is logged, never shown.
type Error struct {
	Kind   Kind
	Code   string
	Args   map[string]string
	Fields []FieldError
	cause  error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " %s:%s", f.Path, f.Code)
	}
	if s := e.Args["say"]; s != "" {
		fmt.Fprintf(&b, " (%s)", s)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// E makes an error. Args are pairs: name, value, name, value.
func E(kind Kind, code string, args ...string) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(args) > 0 {
		e.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			e.Args[args[i]] = args[i+1]
		}
	}
	return e
}

// Wrap adds the hidden cause.
func (e *Error) Wrap(cause error) *Error { e.cause = cause; return e }

// With adds one field error.
func (e *Error) With(path, code string, args ...string) *Error {
	f := FieldError{Path: path, Code: code}
	if len(args) > 0 {
		f.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			f.Args[args[i]] = args[i+1]
		}
	}
	e.Fields = append(e.Fields, f)
	return e
}

// Refuse is the answer of a guard: the program's own sentence says why.
func Refuse(say string) *Error { return E(KindRefused, "guard", "say", say) }

// NotFound is what both an absent thing and a forbidden one look like.
func NotFound(what string) *Error { return E(KindNotFound, "not_found", "what", what) }

// KindOf gives the kind of any error; an unknown error is internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// CodeOf gives the code of any error, or "internal".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return "internal"
}
