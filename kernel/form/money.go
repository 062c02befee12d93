package form

import (
	"math"
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// Money in fen, shares and interest in basis points.

func init() {
	kinds[program.TypeMoney] = kind{normMoney, textMoney, func(_ *program.Field, v any) string { return showMoney(v) }}
	kinds[program.TypeBP] = kind{normInt, textBP, func(_ *program.Field, v any) string { return showBP(v) }}
	kinds[program.TypeRate] = kind{normRate, textRate, func(_ *program.Field, v any) string { return showRate(v) }}
}

// maxMoney is a thousand times a large province's yearly product: above it lies
// a slip of the keyboard, and sums of many stay inside int64.
const maxMoney = int64(1e16) // fen

func normMoney(f *program.Field, raw any) (any, *fault) {
	n, ok := toInt(raw)
	if !ok {
		switch x, number := toFloat(raw); {
		case number && math.Abs(x) > float64(maxMoney):
			return nil, tooMuch()
		case number:
			return nil, bad("digits", "max", "0")
		}
		return nil, bad("type")
	}
	if f.Range != nil {
		if w := within(f, n, lessInt); w != nil {
			return nil, w
		}
	}
	if n > maxMoney || n < 0 && (f.Range == nil || f.Range[0] == nil) || n < -maxMoney {
		return nil, tooMuch()
	}
	return n, nil
}

func tooMuch() *fault { return bad("range", "min", "0元", "max", showMoney(maxMoney)) }

func textMoney(_ *program.Field, s string) (any, *fault) {
	s = strings.NewReplacer("¥", "", "￥", "", "人民币", "", "元整", "", "元", "", "圆", "").Replace(half(s))
	d, ok := parseDecimal(s)
	if !ok {
		return nil, bad("type")
	}
	fen, ok := d.whole(2)
	if !ok {
		return nil, bad("digits", "max", "2")
	}
	return fen, nil
}

// showMoney uses 亿 and 万 where that loses nothing and stays short.
func showMoney(v any) string {
	n, ok := toInt(v)
	if !ok {
		return ""
	}
	switch {
	case n != 0 && n%1e6 == 0 && (n >= 1e10 || n <= -1e10):
		return hundredths(n/1e6, 4) + "亿元"
	case n != 0 && n%1e4 == 0 && (n >= 1e6 || n <= -1e6):
		return hundredths(n/1e4, 2) + "万元"
	case n%100 == 0:
		return group(strconv.FormatInt(n/100, 10)) + "元"
	}
	return group(fixed(n, 2)) + "元"
}

// fixed writes n / 10^digits with all its digits.
func fixed(n int64, digits int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	for len(s) <= digits {
		s = "0" + s
	}
	return sign + s[:len(s)-digits] + "." + s[len(s)-digits:]
}

// hundredths is fixed without zeros at the end.
func hundredths(n int64, digits int) string {
	return group(strings.TrimSuffix(strings.TrimRight(fixed(n, digits), "0"), "."))
}

// textBP reads 403, 4.03%, 35BP, 千分之… written 5‰.
func textBP(_ *program.Field, s string) (any, *fault) {
	s = strings.ToUpper(half(s))
	shift := 0
	for _, u := range []struct {
		word  string
		shift int
	}{{"%", 2}, {"‰", 1}, {"BPS", 0}, {"BP", 0}, {"个基点", 0}, {"基点", 0}} {
		if rest, ok := strings.CutSuffix(s, u.word); ok {
			s, shift = rest, u.shift
			break
		}
	}
	d, ok := parseDecimal(s)
	if !ok {
		return nil, bad("type")
	}
	n, ok := d.whole(shift)
	if !ok {
		return nil, bad("digits", "max", strconv.Itoa(shift))
	}
	return n, nil
}

func showBP(v any) string {
	n, ok := toInt(v)
	if !ok {
		return ""
	}
	return hundredths(n, 2) + "%"
}

// rateBases are what an interest rate is counted from: the loan prime rates of
// one and of five years, or nothing.
var rateBases = map[string]string{"LPR1Y": "一年期LPR", "LPR5Y": "五年期LPR", "fixed": "固定"}

func normRate(f *program.Field, raw any) (any, *fault) {
	m, ok := raw.(map[string]any)
	if !ok {
		if s, isText := raw.(string); isText {
			return readOne(f, s)
		}
		return nil, bad("type")
	}
	base, _ := m["base"].(string)
	if rateBases[base] == "" {
		return nil, bad("option", "options", "LPR1Y、LPR5Y、fixed").under("base")
	}
	bp, ok := toInt(m["bp"])
	if !ok {
		return nil, bad("type").under("bp")
	}
	if bp > 10_000 || base == "fixed" && bp < 0 || bp < -1_000 {
		return nil, bad("range", "min", "0%", "max", "100%").under("bp")
	}
	return map[string]any{"base": base, "bp": bp}, nil
}

// textRate reads LPR1Y+35, LPR-20BP, 五年期LPR, fixed 403, 4.03%.
func textRate(f *program.Field, s string) (any, *fault) {
	s = strings.ToUpper(strings.ReplaceAll(half(s), " ", ""))
	base, rest := "", ""
	for _, p := range []struct{ word, base string }{
		{"LPR1Y", "LPR1Y"}, {"LPR5Y", "LPR5Y"}, {"一年期LPR", "LPR1Y"}, {"1年期LPR", "LPR1Y"}, {"五年期LPR", "LPR5Y"},
		{"5年期LPR", "LPR5Y"}, {"五年期以上LPR", "LPR5Y"}, {"LPR", "LPR1Y"}, {"FIXED", "fixed"}, {"固定", "fixed"},
	} {
		if r, ok := strings.CutPrefix(s, p.word); ok {
			base, rest = p.base, r
			break
		}
	}
	switch {
	case base == "":
		base, rest = "fixed", s
	case rest == "" && base != "fixed":
		rest = "0"
	}
	bp, w := textBP(f, strings.ReplaceAll(strings.ReplaceAll(rest, "加", "+"), "减", "-"))
	if w != nil {
		return nil, w
	}
	return map[string]any{"base": base, "bp": bp}, nil
}

func showRate(v any) string {
	m, _ := v.(map[string]any)
	base, _ := m["base"].(string)
	bp, ok := toInt(m["bp"])
	switch {
	case !ok || rateBases[base] == "":
		return ""
	case base == "fixed":
		return "固定 " + showBP(bp)
	case bp == 0:
		return rateBases[base]
	}
	sign := "+"
	if bp < 0 {
		sign = "" // the number brings its own
	}
	return rateBases[base] + sign + strconv.FormatInt(bp, 10) + "BP"
}
