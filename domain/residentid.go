package domain

// ISO 7064 MOD 11-2 as GB 11643-1999 writes it.
var residentWeights = [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const residentDigits = "10X98765432"

// CheckResidentID checks a citizen identity number (公民身份号码, GB 11643-1999):
// division code, date of birth, sequence, check digit. The fifteen digits of
// 1989 are accepted and brought to eighteen, with the warning "id_old". The
// division is not looked up: numbers keep codes that were abolished since.
func CheckResidentID(s string) IDCheck {
	c := IDCheck{Norm: mendID(s)}
	if len(c.Norm) == 15 && allDigits(c.Norm) {
		c.Norm = c.Norm[:6] + "19" + c.Norm[6:]
		c.Norm += string(residentDigit(c.Norm))
		c.Warn = append(c.Warn, "id_old")
	}
	n := c.Norm
	if len(n) != 18 || !allDigits(n[:17]) || !isDigit(n[17]) && n[17] != 'X' || n[0] == '0' {
		return c
	}
	birth, err := ParseDate(n[6:10] + "-" + n[10:12] + "-" + n[12:14])
	if err != nil || birth < NewDate(1850, 1, 1) {
		return c
	}
	c.Form, c.BirthDate, c.Region = true, birth, n[:6]
	c.Male = (n[16]-'0')%2 == 1
	c.Digit = n[17] == residentDigit(n)
	if !c.Digit {
		c.Warn = append(c.Warn, "id_digit")
	}
	return c
}

func residentDigit(s string) byte {
	sum := 0
	for i, w := range residentWeights {
		sum += w * int(s[i]-'0')
	}
	return residentDigits[sum%11]
}

// AgeOn is the age in full years on a day (周岁): it grows on the birthday, or
// on 1 March for those born on 29 February in other years.
func AgeOn(birth, day Date) int {
	by, bm, bd := birth.YMD()
	y, _, _ := day.YMD()
	age := y - by
	if day < NewDate(y, int(bm), bd) {
		age--
	}
	return age
}

// MaskID hides the middle of an identifier: the first three and the last four
// characters of a long one stay, the last two of a short one.
func MaskID(s string) string { return maskMiddle(s, 12, 3, 4) }

// MaskPhone keeps the first three and the last four digits of a mobile number,
// and the last two of any other.
func MaskPhone(s string) string { return maskMiddle(s, 11, 3, 4) }

// MaskName keeps the first character of a name.
func MaskName(s string) string {
	r := []rune(s)
	for i := 1; i < len(r); i++ {
		r[i] = '*'
	}
	if len(r) == 1 {
		return "*"
	}
	return string(r)
}

func maskMiddle(s string, long, head, tail int) string {
	r := []rune(s)
	if len(r) < long {
		head, tail = 0, min(2, len(r)/3)
	}
	for i := head; i < len(r)-tail; i++ {
		r[i] = '*'
	}
	return string(r)
}

// MaskLast keeps the last n characters (“尾号 1234”).
func MaskLast(s string, n int) string {
	r := []rune(s)
	for i := range max(len(r)-n, 0) {
		r[i] = '*'
	}
	return string(r)
}
