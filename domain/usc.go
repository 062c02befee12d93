package domain

import "strings"

// IDCheck is what can be known of an identifier from its characters alone.
//
// Form says that length, characters and date are possible; without it the
// identifier is wrong and must be refused. Digit says that the check digit
// agrees; codes in circulation are known to fail it, so its failure is a warning
// for staff and never refuses an enterprise. Warn holds codes for translation:
// "uscc_digit", "uscc_body", "uscc_registry", "id_digit", "id_old".
type IDCheck struct {
	Form, Digit bool
	Norm        string // half-width, upper case, no spaces; the form to store and to index
	BirthDate   Date   // resident id only
	Male        bool   // resident id only
	Region      string // six-digit division code at the time of issue, perhaps abolished since
	Warn        []string
}

// usccSet are the characters of GB 32100-2015; a character's value is its index.
const usccSet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// orgSet are the characters of GB 11714-1997.
const orgSet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

var orgWeights = [...]int{3, 7, 9, 10, 5, 8, 4, 2}

// usccRegistries are the first characters that registering departments use.
const usccRegistries = "123456789ANY"

// CheckUSCC checks a unified social credit code (统一社会信用代码, GB 32100-2015):
// registry, kind, division code, organisation code (GB 11714), check character.
func CheckUSCC(s string) IDCheck {
	c := IDCheck{Norm: mendID(s)}
	n := c.Norm
	if len(n) != 18 {
		return c
	}
	for i := range len(n) {
		if strings.IndexByte(usccSet, n[i]) < 0 || i >= 2 && i < 8 && !isDigit(n[i]) {
			return c
		}
	}
	c.Form, c.Region = true, n[2:8]
	if n[17] != usccDigit(n) {
		c.Warn = append(c.Warn, "uscc_digit")
	} else {
		c.Digit = true
	}
	if n[16] != orgDigit(n[8:16]) {
		c.Warn = append(c.Warn, "uscc_body")
	}
	if strings.IndexByte(usccRegistries, n[0]) < 0 {
		c.Warn = append(c.Warn, "uscc_registry")
	}
	return c
}

// usccDigit weighs the first 17 characters with powers of three modulo 31.
func usccDigit(s string) byte {
	sum, w := 0, 1
	for i := range 17 {
		sum += w * strings.IndexByte(usccSet, s[i])
		w = w * 3 % 31
	}
	return usccSet[(31-sum%31)%31]
}

// orgDigit is the check character of an eight-character organisation code.
func orgDigit(s string) byte {
	sum := 0
	for i, w := range orgWeights {
		sum += w * strings.IndexByte(orgSet, s[i])
	}
	switch r := 11 - sum%11; r {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return orgSet[r]
	}
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

// mendID undoes what keyboards and spreadsheets do to a code: full-width
// characters, lower case, blanks, hyphens, the apostrophe that marks text.
func mendID(s string) string {
	return strings.Map(func(r rune) rune {
		r = HalfWidth(r)
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '-' || r == '\'' || r == 0xA0 || r == 0xFEFF:
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// HalfWidth turns a full-width letter, digit, sign or blank into its ASCII twin.
func HalfWidth(r rune) rune {
	switch {
	case r == 0x3000:
		return ' '
	case 0xFF01 <= r && r <= 0xFF5E:
		return r - 0xFF01 + '!'
	}
	return r
}
