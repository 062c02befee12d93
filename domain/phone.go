package domain

import "strings"

// CheckPhone checks a mainland telephone number and gives the form to store:
// digits only, a landline with a hyphen after its area code. Mobile numbers are
// 11 digits 13x–19x; landlines 0 + area code + 7 or 8 digits, an extension after
// a hyphen; 400/800 numbers; short public numbers such as 12345.
func CheckPhone(s string) (norm string, mobile, ok bool) {
	n := strings.Map(func(r rune) rune {
		switch r = HalfWidth(r); r {
		case ' ', '\t', '\n', '\r', '(', ')', '.', 0xA0, '\'':
			return -1
		case '－', '—', '–', '‐', '‑':
			return '-'
		}
		return r
	}, s)
	n = strings.TrimPrefix(n, "+")
	if strings.HasPrefix(n, "0086") {
		n = n[4:]
	} else if strings.HasPrefix(n, "86") && len(strings.ReplaceAll(n, "-", "")) > 11 {
		n = n[2:]
	}
	n = strings.TrimPrefix(n, "-")
	digits := strings.ReplaceAll(n, "-", "")
	if !allDigits(digits) {
		return "", false, false
	}
	switch {
	case len(digits) == 11 && digits[0] == '1' && digits[1] >= '3':
		return digits, true, true
	case len(digits) == 10 && (strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800")):
		return digits, false, true
	case len(digits) >= 3 && len(digits) <= 6 && (digits[0] == '1' || digits[0] == '9') && n == digits:
		return digits, false, true
	case digits != "" && digits[0] == '0':
		return landline(n, digits)
	}
	return "", false, false
}

// landline splits area code, number and extension. 010 and 02x are the
// three-digit area codes.
func landline(n, digits string) (string, bool, bool) {
	ext := ""
	if parts := strings.Split(n, "-"); len(parts) == 3 {
		ext, digits = parts[2], parts[0]+parts[1]
	}
	if len(ext) > 6 || len(digits) < 3 {
		return "", false, false
	}
	area := 4
	if digits[1] == '1' || digits[1] == '2' {
		area = 3
	}
	rest := len(digits) - area
	if rest < 7 || rest > 8 || digits[1] == '0' || digits[area] == '0' {
		return "", false, false
	}
	out := digits[:area] + "-" + digits[area:]
	if ext != "" {
		out += "-" + ext
	}
	return out, false, true
}
