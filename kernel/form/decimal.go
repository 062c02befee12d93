package form

import (
	"math/big"
	"strconv"
	"strings"
)

// decimal is an exact decimal number as people write it: digits × 10^exp.
// Money must not pass through a float.
type decimal struct {
	mant *big.Int
	exp  int
}

var magnitudes = []struct {
	word string
	exp  int
}{{"万亿", 12}, {"亿", 8}, {"千万", 7}, {"百万", 6}, {"万", 4}, {"千", 3}}

// parseDecimal reads 1234, 1,234.50, －3, 300万, 1.2亿, 2e3, full-width too.
func parseDecimal(s string) (decimal, bool) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == ',' || r == '_' {
			return -1
		}
		return r
	}, half(s))
	d := decimal{mant: new(big.Int)}
	for _, m := range magnitudes {
		if rest, ok := strings.CutSuffix(s, m.word); ok {
			s, d.exp = rest, m.exp
			break
		}
	}
	if i := strings.IndexAny(s, "eE"); i > 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 30 || e < -30 {
			return d, false
		}
		s, d.exp = s[:i], d.exp+e
	}
	neg := false
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		neg, s = s[0] == '-', s[1:]
	}
	whole, frac, _ := strings.Cut(s, ".")
	digits := whole + frac
	if digits == "" || len(digits) > 40 || strings.Trim(digits, "0123456789") != "" {
		return d, false
	}
	d.mant.SetString(digits, 10)
	if neg {
		d.mant.Neg(d.mant)
	}
	d.exp -= len(frac)
	return d, true
}

// whole gives the number × 10^shift when that is an integer that fits.
func (d decimal) whole(shift int) (int64, bool) {
	e := d.exp + shift
	n := new(big.Int).Set(d.mant)
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(e, -e))), nil)
	if e >= 0 {
		n.Mul(n, p)
	} else if _, rest := n.QuoRem(n, p, new(big.Int)); rest.Sign() != 0 {
		return 0, false
	}
	return n.Int64(), n.IsInt64()
}

func (d decimal) String() string { return d.mant.String() + "e" + strconv.Itoa(d.exp) }

// group sets a comma after every three digits from five digits on, as figures
// of money and counts are printed; 2026 stays 2026.
func group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, cut := strings.Cut(s, ".")
	if len(whole) > 4 {
		var b strings.Builder
		for i, r := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteByte(',')
			}
			b.WriteRune(r)
		}
		whole = b.String()
	}
	if cut {
		whole += "." + frac
	}
	return sign + whole
}
