package api

import (
	"encoding/json"
	"testing"
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
