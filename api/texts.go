package api

import (
	"strings"

	"linqiao/domain"
)

// text words one code: what is wrong, and how to mend it. `{name}` is filled
// with the error's argument; `{name?a:b}` is a if the argument is there, else b.
type text struct{ say, mend string }

// words is the catalogue of one language.
type words struct {
	codes map[string]text
	nouns map[string]string // of not_found and stale
	kinds map[string]string // names of identifiers and of record parts
}

var (
	chinese = words{codes: textsZH, nouns: nounsZH}
	english = words{codes: textsEN, nouns: nounsEN}
)

func catalogue(lang string) *words {
	if lang == "en" {
		return &english
	}
	return &chinese
}

// of words a code with its arguments. A sentence of the program itself (`say`)
// stands as it is.
func (w *words) of(code string, args map[string]string) (say, mend string) {
	t, ok := w.codes[code]
	if !ok {
		t = w.codes["internal"]
	}
	return w.fill(t.say, args), w.fill(t.mend, args)
}

// fill puts arguments into the holes of a sentence; an absent one leaves its
// hole empty, and `what` is worded.
func (w *words) fill(s string, args map[string]string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s, '}')
		if i < 0 || j < i {
			break
		}
		b.WriteString(s[:i])
		b.WriteString(w.arg(s[i+1:j], args))
		s = s[j+1:]
	}
	b.WriteString(s)
	return strings.TrimSpace(b.String())
}

func (w *words) arg(hole string, args map[string]string) string {
	name, choice, conditional := strings.Cut(hole, "?")
	v := args[name]
	if name == "what" || name == "field" {
		v = orText(w.nouns[v], v)
	}
	if !conditional {
		return v
	}
	yes, no, _ := strings.Cut(choice, ":")
	if v == "" {
		return no
	}
	return strings.ReplaceAll(yes, "#", v)
}

// Text words an error in one line, for places that are not HTTP.
func Text(lang string, e *domain.Error) string {
	w := catalogue(lang)
	say, mend := w.of(e.Code, e.Args)
	parts := []string{say}
	for _, f := range e.Fields {
		msg, _ := w.of(f.Code, f.Args)
		parts = append(parts, f.Path+" "+msg)
	}
	if mend != "" {
		parts = append(parts, mend)
	}
	return strings.Join(parts, "；")
}
