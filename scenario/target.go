package scenario

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"linqiao/domain"
)

// Target is a running county that a scene acts on.
type Target struct {
	BaseURL string // without /api/v1
	Client  *http.Client
	Clock   interface {
		Set(t time.Time)
		Now() time.Time
	}
	// Tick runs everything due at the present clock until nothing is left to do.
	Tick func(ctx context.Context) error
	// NextDue gives the next instant at which Tick would do something. When nil
	// the player walks hour by hour.
	NextDue func(ctx context.Context) (next time.Time, ok bool, err error)
	// Restart stops the server abruptly and starts it again on the same data.
	Restart func(ctx context.Context) error
	Admin   Credentials
	// Rebuild recomputes every counter from the events beside the stored ones and
	// describes each difference (应 重算 相同 wants none).
	Rebuild func(ctx context.Context) (differences []string, err error)
	// Find gives the places that hold a text; where is 全库, 事件, 讯 or 页.
	Find func(ctx context.Context, text, where string) ([]string, error)
	// Workday reports working days of the county's calendar; nil = Monday to Friday.
	Workday func(d domain.Date) bool
	// Workers bounds how many acts of a batch run at once; 0 = 8.
	Workers int
}

// Credentials sign an account in.
type Credentials struct{ Login, Password string }

// APIError is a problem answer (RFC 9457) of the server.
type APIError struct {
	Status int            `json:"status"`
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Detail string         `json:"detail"`
	Fields []ProblemField `json:"fields"`
	Method string         `json:"-"`
	Path   string         `json:"-"`
}

type ProblemField struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s：%d %s %s", e.Method, e.Path, e.Status, e.Type, e.Title)
	if e.Detail != "" {
		b.WriteString("（" + e.Detail + "）")
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "；%s %s %s", f.Path, f.Code, f.Message)
	}
	return b.String()
}

// says reports whether the problem shows the text to its reader.
func (e *APIError) says(text string) bool {
	for _, s := range []string{e.Title, e.Detail} {
		if strings.Contains(s, text) {
			return true
		}
	}
	for _, f := range e.Fields {
		if strings.Contains(f.Message, text) {
			return true
		}
	}
	return false
}

// hasCode reports whether the problem, or one of its fields, has the code.
func (e *APIError) hasCode(code string) bool {
	if e.Type == code || strings.HasSuffix(e.Type, "/"+code) {
		return true
	}
	for _, f := range e.Fields {
		if f.Code == code {
			return true
		}
	}
	return false
}
