package form

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode"

	"linqiao/kernel/program"
)

// Texts, whole numbers, decimals, yes and no.

func init() {
	kinds[program.TypeText] = kind{normText, asIs, func(_ *program.Field, v any) string { s, _ := v.(string); return s }}
	kinds[program.TypeInt] = kind{normInt, textInt, showInt}
	kinds[program.TypeNumber] = kind{normNumber, textNumber, showNumber}
	kinds[program.TypeBool] = kind{normBool, textBool, showBool}
}

func normText(f *program.Field, raw any) (any, *fault) {
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	if s = clean(s); s == "" {
		return nil, nil
	}
	n, most := len([]rune(s)), maxText
	if f.Range != nil { // of a text: how many characters
		if lo, ok := toInt(f.Range[0]); ok && int64(n) < lo {
			return nil, bad("too_short", "min", strconv.FormatInt(lo, 10))
		}
		if hi, ok := toInt(f.Range[1]); ok {
			most = int(min(hi, maxPage))
		}
	}
	if n > most {
		return nil, bad("too_long", "max", strconv.Itoa(most))
	}
	return s, nil
}

// clean drops what nobody typed on purpose: control and invisible direction
// characters, blanks at the ends, Windows line ends.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r), 0x202A <= r && r <= 0x202E, 0x2066 <= r && r <= 0x2069, r == 0xFEFF, r == 0x200B:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// short checks a text of at most maxShort characters.
func short(raw any) (string, *fault) {
	s, ok := raw.(string)
	if !ok {
		return "", bad("type")
	}
	if s = clean(s); len([]rune(s)) > maxShort {
		return "", bad("too_long", "max", strconv.Itoa(maxShort))
	}
	return s, nil
}

// toInt reads the integers that JSON, YAML and Go give. A float must be whole
// and small enough to be exact.
func toInt(v any) (int64, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case int:
		return int64(x), true
	case uint64:
		return int64(x), x <= math.MaxInt64
	case float64:
		return int64(x), x == math.Trunc(x) && math.Abs(x) <= 1<<53
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n, true
		}
		d, ok := parseDecimal(x.String())
		if !ok {
			return 0, false
		}
		return d.whole(0)
	}
	return 0, false
}

func toFloat(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	}
	n, ok := toInt(v)
	return float64(n), ok
}

func lessInt(a, b any) bool {
	x, _ := toInt(a)
	y, ok := toInt(b)
	return ok && x < y
}

func lessFloat(a, b any) bool {
	x, ok1 := toFloat(a)
	y, ok2 := toFloat(b)
	return ok1 && ok2 && x < y
}

func normInt(f *program.Field, raw any) (any, *fault) {
	n, ok := toInt(raw)
	if !ok {
		if _, number := toFloat(raw); number {
			return nil, bad("digits", "max", "0")
		}
		return nil, bad("type")
	}
	return n, within(f, n, lessInt)
}

func textInt(_ *program.Field, s string) (any, *fault) {
	d, ok := parseDecimal(s)
	if !ok {
		return nil, bad("type")
	}
	n, ok := d.whole(0)
	if !ok {
		return nil, bad("digits", "max", "0")
	}
	return n, nil
}

func showInt(f *program.Field, v any) string {
	n, ok := toInt(v)
	if !ok {
		return ""
	}
	return withUnit(group(strconv.FormatInt(n, 10)), f.Unit)
}

func withUnit(s, unit string) string {
	if unit == "" {
		return s
	}
	if r := []rune(unit); r[0] < 0x80 { // kg, km/h: set apart from the figure
		return s + " " + unit
	}
	return s + unit
}

func normNumber(f *program.Field, raw any) (any, *fault) {
	n, ok := toFloat(raw)
	if !ok || math.Abs(n) > 1e15 {
		return nil, bad("type")
	}
	if n == 0 {
		n = 0 // no negative zero
	}
	if f.Digits > 0 {
		p := math.Pow10(f.Digits)
		if math.Abs(n*p-math.Round(n*p)) > 1e-6 {
			return nil, bad("digits", "max", strconv.Itoa(f.Digits))
		}
	}
	return n, within(f, n, lessFloat)
}

func textNumber(f *program.Field, s string) (any, *fault) {
	d, ok := parseDecimal(strings.TrimSuffix(half(s), half(f.Unit)))
	if !ok {
		return nil, bad("type")
	}
	n, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return nil, bad("type")
	}
	return n, nil
}

func showNumber(f *program.Field, v any) string {
	n, ok := toFloat(v)
	if !ok {
		return ""
	}
	digits := -1
	if f.Digits > 0 {
		digits = f.Digits
	}
	return withUnit(group(strconv.FormatFloat(n, 'f', digits, 64)), f.Unit)
}

func normBool(_ *program.Field, raw any) (any, *fault) {
	if b, ok := raw.(bool); ok {
		return b, nil
	}
	return nil, bad("type")
}

var boolWords = map[string]bool{
	"是": true, "有": true, "对": true, "真": true, "√": true, "✓": true, "✔": true, "同意": true,
	"true": true, "yes": true, "y": true, "1": true,
	"否": false, "无": false, "没有": false, "不是": false, "错": false, "假": false, "×": false, "✗": false,
	"不同意": false, "false": false, "no": false, "n": false, "0": false,
}

func textBool(_ *program.Field, s string) (any, *fault) {
	b, ok := boolWords[strings.ToLower(half(s))]
	if !ok {
		return nil, bad("type")
	}
	return b, nil
}

func showBool(_ *program.Field, v any) string {
	b, ok := v.(bool)
	switch {
	case !ok:
		return ""
	case b:
		return "是"
	}
	return "否"
}
