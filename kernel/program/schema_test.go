package program

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("program.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("program.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSONValue reads YAML as an editor's validator does.
func asJSONValue(t *testing.T, src []byte) any {
	t.Helper()
	b, err := yaml.YAMLToJSON(src)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSchemaAcceptsPrograms: every program of the repository, and the test
// program, is valid by the published schema.
func TestSchemaAcceptsPrograms(t *testing.T) {
	s := compileSchema(t)
	dirs := repository(t)
	dirs["good"] = os.DirFS("testdata/good")
	for key, dir := range dirs {
		src, err := fs.ReadFile(dir, "program.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(asJSONValue(t, src)); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	src, err := os.ReadFile("testdata/good/program.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"unknown word", "law: [志愿服务条例]", "laws: [志愿服务条例]"},
		{"unknown noun", "is: order", "is: ordering"},
		{"missing label", "{label: 完成, from: taken, to: done}", "{from: taken, to: done}"},
		{"wrong form", "to: new, by: [client, desk]", "to: new, by: {client: desk}"},
		{"bad key", "  ask:\n", "  Ask:\n"},
		{"bad class", "class: internal\nlaw", "class: secret\nlaw"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(string(src), c.old) {
				t.Fatalf("%q is not in the good program", c.old)
			}
			if err := s.Validate(asJSONValue(t, []byte(strings.Replace(string(src), c.old, c.new, 1)))); err == nil {
				t.Error("the schema accepts it")
			}
		})
	}
}
