package store

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linqiao/domain"
)

// The JSON of data columns. It is written here by hand for two reasons: whole
// numbers must come back as int64 and fractions as float64 (3 and 3.0 differ),
// and keys are sorted so that equal values have equal bytes, which hashes and
// signatures rest on.

func encodeObject(m map[string]any) []byte {
	if m == nil {
		return []byte("{}")
	}
	return encodeValue(nil, m)
}

func encodeValue(b []byte, v any) []byte {
	switch t := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, t)
	case string:
		return encodeText(b, t)
	case int64:
		return strconv.AppendInt(b, t, 10)
	case int:
		return strconv.AppendInt(b, int64(t), 10)
	case int16:
		return strconv.AppendInt(b, int64(t), 10)
	case int32:
		return strconv.AppendInt(b, int64(t), 10)
	case float64:
		return encodeFloat(b, t)
	case time.Time:
		return encodeText(b, t.UTC().Format(time.RFC3339Nano))
	case domain.Date:
		return encodeText(b, t.String())
	case map[string]any:
		return encodeMap(b, t)
	case []any:
		b = append(b, '[')
		for i, e := range t {
			if i > 0 {
				b = append(b, ',')
			}
			b = encodeValue(b, e)
		}
		return append(b, ']')
	}
	return encodeOther(b, v)
}

// encodeOther takes the long way for rarer types: marshal, read back plainly.
func encodeOther(b []byte, v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: value of type %T is no JSON: %v", v, err))
	}
	plain, err := decodeAny(string(raw))
	if err != nil {
		panic(fmt.Sprintf("store: value of type %T: %v", v, err))
	}
	return encodeValue(b, plain)
}

func encodeMap(b []byte, m map[string]any) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = encodeText(b, k)
		b = append(b, ':')
		b = encodeValue(b, m[k])
	}
	return append(b, '}')
}

// encodeFloat marks whole fractions (3.0). NaN and infinities have no JSON: null.
func encodeFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	at := len(b)
	b = strconv.AppendFloat(b, f, 'g', -1, 64)
	if !slices.ContainsFunc(b[at:], func(c byte) bool { return c == '.' || c == 'e' }) {
		b = append(b, ".0"...)
	}
	return b
}

const hexDigits = "0123456789abcdef"

func encodeText(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[start:i]...), "\ufffd"...)
			i++
			start = i
			continue
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func decodeObject(s string) (map[string]any, error) {
	v, err := decodeAny(s)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want a JSON object, got %T", v)
	}
	return m, nil
}

func decodeList(s string) ([]any, error) {
	v, err := decodeAny(s)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("want a JSON list, got %T", v)
	}
	return list, nil
}

func decodeAny(s string) (any, error) {
	p := parser{s: s}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.i != len(p.s) {
		return nil, p.fail("text after the value")
	}
	return v, nil
}

// parser is a strict JSON reader over a string.
type parser struct {
	s string
	i int
}

const maxDepth = 64

func (p *parser) fail(why string) error { return fmt.Errorf("JSON at byte %d: %s", p.i, why) }

func (p *parser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *parser) value(depth int) (any, error) {
	p.space()
	if depth > maxDepth {
		return nil, p.fail("nested too deeply")
	}
	if p.i >= len(p.s) {
		return nil, p.fail("ends early")
	}
	switch c := p.s[p.i]; {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.list(depth)
	case c == '"':
		return p.text()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, w := range [...]struct {
		word string
		v    any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(p.s[p.i:], w.word) {
			p.i += len(w.word)
			return w.v, nil
		}
	}
	return nil, p.fail("no value")
}

func (p *parser) object(depth int) (any, error) {
	m := make(map[string]any)
	p.i++
	if p.space(); p.take('}') {
		return m, nil
	}
	for {
		if p.space(); p.i >= len(p.s) || p.s[p.i] != '"' {
			return nil, p.fail("want a key")
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		if p.space(); !p.take(':') {
			return nil, p.fail("want a colon")
		}
		if m[key], err = p.value(depth + 1); err != nil {
			return nil, err
		}
		p.space()
		if p.take('}') {
			return m, nil
		}
		if !p.take(',') {
			return nil, p.fail("want a comma or }")
		}
	}
}

func (p *parser) list(depth int) (any, error) {
	list := []any{}
	p.i++
	if p.space(); p.take(']') {
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.space()
		if p.take(']') {
			return list, nil
		}
		if !p.take(',') {
			return nil, p.fail("want a comma or ]")
		}
	}
}

func (p *parser) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *parser) number() (any, error) {
	start := p.i
	whole := true
	for p.i < len(p.s) {
		c := p.s[p.i]
		if c == '.' || c == 'e' || c == 'E' {
			whole = false
		} else if (c < '0' || c > '9') && c != '-' && c != '+' {
			break
		}
		p.i++
	}
	if whole {
		n, err := strconv.ParseInt(p.s[start:p.i], 10, 64)
		if err == nil {
			return n, nil
		}
	}
	f, err := strconv.ParseFloat(p.s[start:p.i], 64)
	if err != nil {
		return nil, p.fail("bad number")
	}
	return f, nil
}

// text reads a string. Without escapes it is a slice of the input, no copy.
func (p *parser) text() (string, error) {
	start := p.i + 1
	end := start
	for end < len(p.s) && p.s[end] != '"' {
		if p.s[end] == '\\' {
			return p.escaped(start)
		}
		end++
	}
	if end >= len(p.s) {
		return "", p.fail("text has no end")
	}
	p.i = end + 1
	return p.s[start:end], nil
}

// escaped leaves escapes to the standard library.
func (p *parser) escaped(start int) (string, error) {
	for i := start; i < len(p.s); i++ {
		switch p.s[i] {
		case '\\':
			i++
		case '"':
			var s string
			if err := json.Unmarshal([]byte(p.s[start-1:i+1]), &s); err != nil {
				return "", p.fail("bad text")
			}
			p.i = i + 1
			return s, nil
		}
	}
	return "", p.fail("text has no end")
}
