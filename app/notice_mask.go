package app

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// maskCell covers one cell for publication: what comes out says no more than the
// mask lets through, and a value the mask cannot read says nothing.
func maskCell(mask string, f *program.Field, value any, shown string) string {
	if value == nil && shown == "" {
		return "—"
	}
	switch mask {
	case program.MaskSurname:
		return eachWord(shown, domain.MaskName)
	case program.MaskLast4:
		return eachWord(shown, lastFour)
	case program.MaskMonth:
		return monthOf(value)
	case program.MaskRange:
		return bandOf(f, value)
	case program.MaskFaces:
		return fmt.Sprintf("照片%d张", len(listed(value)))
	}
	return "—"
}

// eachWord masks every name of a list (王芳、李四).
func eachWord(s string, mask func(string) string) string {
	parts := strings.Split(s, "、")
	for i, p := range parts {
		parts[i] = mask(p)
	}
	return strings.Join(parts, "、")
}

// lastFour keeps the last four characters of a number that has at least as many
// again to hide.
func lastFour(s string) string {
	if utf8.RuneCountInString(s) < 8 {
		return strings.Repeat("*", utf8.RuneCountInString(s))
	}
	return domain.MaskLast(s, 4)
}

// monthOf keeps year and month of a stored day or instant.
func monthOf(v any) string {
	s := asText(v)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		s = domain.DateOf(t).String()
	}
	d, err := domain.ParseDate(s)
	if err != nil {
		return "—"
	}
	return d.String()[:7]
}

// bandOf gives the band of the series 1, 2, 5, 10, 20, 50 … that holds a number
// (37 → 20–50); money is banded in yuan.
func bandOf(f *program.Field, v any) string {
	var x float64
	switch n := v.(type) {
	case int64:
		x = float64(n)
	case float64:
		x = n
	default:
		return "—"
	}
	unit := ""
	if f != nil {
		unit = f.Unit
		if f.Type == program.TypeMoney {
			x, unit = x/100, "元"
		}
	}
	switch {
	case x < 0:
		return "0" + unit + "以下"
	case x < 1:
		return "1" + unit + "以下"
	}
	low, scale := 1.0, 1.0
	for {
		for _, step := range []float64{2, 5, 10} {
			if high := step * scale; x < high {
				return number(low) + "–" + number(high) + unit
			} else {
				low = high
			}
		}
		scale *= 10
	}
}

func number(x float64) string {
	if x >= 10_000 {
		return strconv.FormatFloat(x/10_000, 'f', -1, 64) + "万"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
