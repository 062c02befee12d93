package program

import (
	"encoding/json"
	"fmt"
)

// Schema is the JSON Schema (draft 2020-12) of program.yaml for editors, made
// from the same table that the validator reads. It is looser than Load: names
// and conditions are strings to it.
func Schema() []byte {
	g := &schemaMaker{defs: map[string]any{}, names: map[*shape]string{}}
	root := g.object(programShape)
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Linqiao program.yaml"
	root["$defs"] = g.defs
	b, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	return append(b, '\n')
}

type jsonMap = map[string]any

type schemaMaker struct {
	defs  map[string]any
	names map[*shape]string
}

// ref names a shape after the word that first leads to it.
func (g *schemaMaker) ref(sh *shape, word string) jsonMap {
	name, ok := g.names[sh]
	if !ok {
		name = word
		for i := 2; g.defs[name] != nil; i++ {
			name = fmt.Sprintf("%s_%d", word, i)
		}
		g.names[sh] = name
		g.defs[name] = jsonMap{} // taken, while it is being made
		g.defs[name] = g.object(sh)
	}
	return jsonMap{"$ref": "#/$defs/" + name}
}

func (g *schemaMaker) object(sh *shape) jsonMap {
	props := jsonMap{}
	var need []string
	for _, w := range sh.words {
		p := g.slot(w.slot, w.name)
		if w.doc != "" {
			p = jsonMap{"description": w.doc, "allOf": []any{p}}
		}
		props[w.name] = p
		if w.need {
			need = append(need, w.name)
		}
	}
	out := jsonMap{"type": "object", "description": sh.title, "properties": props, "additionalProperties": false}
	switch {
	case len(need) > 0 && sh.like:
		out["anyOf"] = []any{jsonMap{"required": need}, jsonMap{"required": []string{"like"}}}
	case len(need) > 0:
		out["required"] = need
	}
	return out
}

// slot allows every form; a list form also allows one bare element.
func (g *schemaMaker) slot(s slot, word string) jsonMap {
	forms := append([]slot{s.bare()}, s.or...)
	var any_, items []any
	for _, f := range forms {
		one := g.single(f, word)
		any_ = append(any_, one)
		if f.many || s.many {
			items = append(items, one)
		}
	}
	if len(items) > 0 {
		any_ = append(any_, jsonMap{"type": "array", "items": either(items)})
	}
	return either(any_)
}

func either(of []any) jsonMap {
	if len(of) == 1 {
		return of[0].(jsonMap)
	}
	return jsonMap{"anyOf": of}
}

func (g *schemaMaker) single(s slot, word string) jsonMap {
	switch s.kind {
	case keyword:
		return jsonMap{"enum": s.enum}
	case classSlot:
		return jsonMap{"enum": classNames}
	case boolSlot:
		return jsonMap{"type": "boolean"}
	case intSlot:
		return either([]any{jsonMap{"type": "integer"}, jsonMap{"type": "string", "pattern": `^param\.[a-z][a-z0-9_]*$`}})
	case name, spanSlot, recurSlot:
		return jsonMap{"type": []string{"string", "integer"}}
	case anyText, celSlot:
		return jsonMap{"type": []string{"string", "boolean", "number"}}
	case object:
		return g.ref(s.obj, word)
	case mapOf:
		m := jsonMap{"type": "object", "additionalProperties": g.slot(*s.elem, word)}
		if s.keys == "key" {
			m["propertyNames"] = jsonMap{"pattern": keyRE.String()}
		}
		return m
	}
	return jsonMap{"type": []string{"string", "boolean", "number"}}
}
