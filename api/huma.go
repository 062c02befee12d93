package api

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"linqiao/app"
)

// humaConfig is the OpenAPI head and the one format. Schema links and the docs
// page of the framework are left out: they would add `$schema` to every answer
// and load scripts from elsewhere.
func humaConfig() huma.Config {
	c := huma.DefaultConfig("邻桥 Linqiao", "1")
	c.Info.Description = "县区基层办事的接口。约定见 docs/api.md。"
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", ""
	c.CreateHooks = nil
	c.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	c.DefaultFormat = "application/json"
	c.RejectUnknownQueryParameters = true
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "POST /session 返回的 token；浏览器用同名 Cookie " + sessionCookie},
	}
	return c
}

var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		if l, ok := v.(interface {
			AppendJSON(b []byte) ([]byte, bool, error)
		}); ok {
			buf := answers.Get().(*[]byte)
			b, done, err := l.AppendJSON((*buf)[:0])
			if done && err == nil {
				b = append(b, '\n')
				_, err = w.Write(b)
			}
			if *buf = b; cap(b) <= answerMost {
				answers.Put(buf)
			}
			if done {
				return err
			}
		}
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(v)
	},
	Unmarshal: func(data []byte, v any) error {
		if err := json.Unmarshal(data, v); err != nil {
			return err
		}
		if raw, ok := v.(*any); ok {
			dropNulls(*raw)
		}
		return nil
	},
}

// answers keeps the memory of long answers for the next ones.
var answers = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

const answerMost = 256 << 10

// dropNulls takes a null at the top of a body as left out. Below, null means
// "clear this value" and stays.
func dropNulls(v any) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	for k, x := range m {
		if x == nil {
			delete(m, k)
		}
	}
}

// schemaName tells the parts of a program from the records that run by it: both
// packages call them Record, Move, Form.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if strings.HasSuffix(t.PkgPath(), "kernel/program") && !strings.HasPrefix(name, "Program") {
		return "Program" + name
	}
	return name
}

// describeViews gives their schemas to answers that are one of two shapes, and so
// have no type of their own in Go: a record, whole or by its version alone.
func (s *Server) describeViews() {
	doc := s.huma.OpenAPI()
	schema := func(v any) *huma.Schema { return doc.Components.Schemas.Schema(reflect.TypeOf(v), true, "") }
	record, slim, prog := schema(app.RecordView{}), schema(recordSlim{}), schema(app.ProgramView{})
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Patch} {
			if op == nil {
				continue
			}
			for status, r := range op.Responses {
				c := r.Content["application/json"]
				if c == nil || c.Schema == nil || c.Schema.Ref != "" || c.Schema.Type != "" || status[0] != '2' {
					continue
				}
				switch {
				case r.Headers["ETag"] != nil && op == item.Get:
					c.Schema = record
				case r.Headers["ETag"] != nil:
					c.Schema = &huma.Schema{OneOf: []*huma.Schema{record, slim}}
				case strings.HasSuffix(path, "/programs/{p}"):
					c.Schema = prog
				}
			}
		}
	}
}

func (s *Server) renderOpenAPI() []byte {
	s.describeViews()
	b, err := json.Marshal(s.huma.OpenAPI())
	if err != nil {
		panic(fmt.Sprintf("openapi: %v", err))
	}
	return b
}
