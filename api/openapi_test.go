package api

import (
	"encoding/json"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// TestOpenAPISchemas: every answer of 2xx with a body has a schema; the record and
// the program are described, not left open.
func TestOpenAPISchemas(t *testing.T) {
	s := New(Options{})
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct{ Schema map[string]any }
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := json.Unmarshal(s.openapi(), &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			for status, r := range op.Responses {
				if c, ok := r.Content["application/json"]; ok && len(c.Schema) == 0 {
					t.Errorf("%s %s %s has no schema", method, path, status)
				}
			}
		}
	}
	for name, field := range map[string]string{"RecordView": "stages_walked", "ProgramView": "ledgers", "ProgramRecordView": "stages", "TimelineEntry": "changes"} {
		if doc.Components.Schemas[name].Properties[field] == nil {
			t.Errorf("%s lacks %s", name, field)
		}
	}
}

// TestBodiesOutlastAnswers: no operation stops reading while its answer may still be on
// its way (the library's own limit of five seconds would).
func TestBodiesOutlastAnswers(t *testing.T) {
	s, bodies := New(Options{}), 0
	for path, item := range s.huma.OpenAPI().Paths {
		for method, op := range map[string]*huma.Operation{"POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op == nil {
				continue
			}
			bodies++
			if op.BodyReadTimeout <= answerWithin {
				t.Errorf("%s %s reads its body for %v, and may answer after %v", method, path, op.BodyReadTimeout, answerWithin)
			}
		}
	}
	if bodies < 50 {
		t.Errorf("only %d operations were looked at", bodies)
	}
}
