package domain

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

type idVectors struct {
	USCC struct {
		Valid, Invalid []string
		Failing        []string `json:"failing_in_circulation"`
	}
	Resident struct{ Valid, Invalid []string } `json:"resident_id"`
}

func readIDs(t testing.TB) (v idVectors) {
	t.Helper()
	b, err := os.ReadFile("testdata/id-codes.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.USCC.Valid) < 9 || len(v.Resident.Valid) < 5 {
		t.Fatal("vectors are missing")
	}
	return v
}

func TestCheckUSCC(t *testing.T) {
	v := readIDs(t)
	for _, s := range v.USCC.Valid {
		if c := CheckUSCC(s); !c.Form || !c.Digit || len(c.Warn) != 0 || c.Norm != s || c.Region != s[2:8] {
			t.Errorf("%s: %+v", s, c)
		}
	}
	for _, s := range v.USCC.Invalid {
		if c := CheckUSCC(s); c.Form {
			t.Errorf("%s was accepted", s)
		}
	}
	for _, s := range v.USCC.Failing {
		if c := CheckUSCC(s); !c.Form || c.Digit || !slices.Contains(c.Warn, "uscc_digit") {
			t.Errorf("%s must warn and pass: %+v", s, c)
		}
	}
	if c := CheckUSCC(" ９１３５０１００ｍ０００１００ｙ43\n"); !c.Digit || c.Norm != "91350100M000100Y43" {
		t.Errorf("full width and lower case: %+v", c)
	}
	if c := CheckUSCC("B1350100M000100Y43"); !slices.Contains(c.Warn, "uscc_registry") {
		t.Errorf("unknown registry: %+v", c)
	}
}

// Any single wrong character of a valid code is noticed.
func TestUSCCSingleError(t *testing.T) {
	for _, s := range readIDs(t).USCC.Valid {
		for i := range len(s) {
			for _, r := range usccSet {
				if byte(r) == s[i] {
					continue
				}
				if c := CheckUSCC(s[:i] + string(r) + s[i+1:]); c.Digit {
					t.Fatalf("%s with %c at %d passes", s, r, i)
				}
			}
		}
	}
}

func TestCheckResidentID(t *testing.T) {
	v := readIDs(t)
	for _, s := range v.Resident.Valid {
		c := CheckResidentID(s)
		born := s[6:10] + "-" + s[10:12] + "-" + s[12:14]
		if !c.Form || !c.Digit || c.BirthDate.String() != born || c.Male != (strings.IndexByte("13579", s[16]) >= 0) {
			t.Errorf("%s: %+v", s, c)
		}
	}
	for _, s := range v.Resident.Invalid {
		if c := CheckResidentID(s); c.Form && c.Digit {
			t.Errorf("%s was accepted", s)
		}
	}
	if c := CheckResidentID("11010519491231002x"); !c.Digit || c.Norm != "11010519491231002X" {
		t.Errorf("lower-case x: %+v", c)
	}
	if c := CheckResidentID("999999201302290015"); c.Form {
		t.Errorf("29 February 2013: %+v", c)
	}
	if c := CheckResidentID("110105491231002"); c.Norm != "11010519491231002X" || !c.Form || !slices.Contains(c.Warn, "id_old") {
		t.Errorf("fifteen digits: %+v", c)
	}
}

// The check digit notices every single error and every swap of neighbours.
func TestResidentIDErrors(t *testing.T) {
	for _, s := range readIDs(t).Resident.Valid {
		for i := range len(s) - 1 {
			for d := byte('0'); d <= '9'; d++ {
				if d != s[i] {
					if c := CheckResidentID(s[:i] + string(d) + s[i+1:]); c.Digit {
						t.Fatalf("%s with %c at %d passes", s, d, i)
					}
				}
			}
			if i > 0 && s[i] != s[i-1] {
				if c := CheckResidentID(s[:i-1] + string(s[i]) + string(s[i-1]) + s[i+1:]); c.Digit {
					t.Fatalf("%s with %d swapped passes", s, i)
				}
			}
		}
	}
}

func TestAgeOn(t *testing.T) {
	for _, x := range []struct {
		birth, day string
		age        int
	}{
		{"2012-06-01", "2026-05-31", 13}, {"2012-06-01", "2026-06-01", 14},
		{"2012-02-29", "2026-02-28", 13}, {"2012-02-29", "2026-03-01", 14}, {"2012-02-29", "2028-02-29", 16},
	} {
		b, _ := ParseDate(x.birth)
		d, _ := ParseDate(x.day)
		if got := AgeOn(b, d); got != x.age {
			t.Errorf("born %s, on %s: %d, want %d", x.birth, x.day, got, x.age)
		}
	}
}

func TestCheckPhone(t *testing.T) {
	for _, x := range []struct {
		in, norm   string
		mobile, ok bool
	}{
		{"13800000001", "13800000001", true, true},
		{"+86 138-0000-0001", "13800000001", true, true},
		{"0086 13800000001", "13800000001", true, true},
		{"１３８００００ ０００１", "13800000001", true, true},
		{"0668-2281234", "0668-2281234", false, true},
		{"（0668）2281234", "0668-2281234", false, true},
		{"010 6655 4433", "010-66554433", false, true},
		{"0755-12345678-801", "0755-12345678-801", false, true},
		{"4008001234", "4008001234", false, true},
		{"12345", "12345", false, true},
		{"110", "110", false, true},
		{"12800000001", "", false, false},
		{"1380000000", "", false, false},
		{"138000000012", "", false, false},
		{"0668-02281234", "", false, false},
		{"无", "", false, false},
		{"", "", false, false},
		{"-", "", false, false},
		{"0", "", false, false},
		{"86", "", false, false},
	} {
		norm, mobile, ok := CheckPhone(x.in)
		if norm != x.norm || mobile != x.mobile || ok != x.ok {
			t.Errorf("%q: %q %v %v", x.in, norm, mobile, ok)
		}
	}
}

func TestMasks(t *testing.T) {
	for _, x := range []struct{ got, want string }{
		{MaskPhone("13800000001"), "138****0001"},
		{MaskPhone("12345"), "****5"},
		{MaskID("11010519491231002X"), "110***********002X"},
		{MaskID("AB12"), "***2"},
		{MaskID(""), ""},
		{MaskName("张三"), "张*"},
		{MaskName("欧阳娜娜"), "欧***"},
		{MaskName("张"), "*"},
		{MaskName(""), ""},
		{MaskLast("6222021234567890", 4), "************7890"},
		{MaskLast("12", 4), "12"},
	} {
		if x.got != x.want {
			t.Errorf("%q, want %q", x.got, x.want)
		}
	}
}

func FuzzIDs(f *testing.F) {
	v := readIDs(f)
	for _, s := range slices.Concat(v.USCC.Valid, v.USCC.Invalid, v.Resident.Valid, v.Resident.Invalid) {
		f.Add(s)
	}
	f.Add("0668-2281234-1")
	f.Fuzz(func(t *testing.T, s string) {
		for _, check := range []func(string) IDCheck{CheckUSCC, CheckResidentID} {
			c := check(s)
			if c.Digit && !c.Form {
				t.Fatalf("%q: a digit without a form", s)
			}
			if again := check(c.Norm); c.Form && (again.Norm != c.Norm || again.Digit != c.Digit) {
				t.Fatalf("%q: %+v, then %+v", s, c, again)
			}
		}
		if norm, mobile, ok := CheckPhone(s); ok {
			again, m2, ok2 := CheckPhone(norm)
			if again != norm || m2 != mobile || !ok2 {
				t.Fatalf("%q: %q, then %q %v", s, norm, again, ok2)
			}
		}
		if m := MaskID(s); len([]rune(m)) != len([]rune(s)) {
			t.Fatalf("mask changed the length of %q", s)
		}
	})
}
