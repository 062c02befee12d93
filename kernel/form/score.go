package form

import (
	"strconv"
	"strings"

	"linqiao/kernel/program"
)

// Score sums the scored answers of a form. ok is false while one of them is
// missing: a partial sum would look like a low one. The band is the key of the
// highest band that begins at or below the total, "" without bands.
//
// An answer counts what it says: a number itself, yes 1 and no 0, an option the
// digits its key ends in (f0 … f3), else its place in the list, from 0. A
// reversed item counts lowest + highest − value.
func Score(f *program.Form, answers map[string]any) (total int, band string, ok bool) {
	if f.Score == nil {
		return 0, "", false
	}
	items := Items(f)
	if len(items) == 0 {
		return 0, "", false
	}
	for _, key := range items {
		n, ok := points(f, key, answers[key])
		if !ok {
			return 0, "", false
		}
		if w, has := f.Score.Weights[key]; has {
			n *= w
		}
		total += n
	}
	if f.Score.Max > 0 {
		total = min(total, f.Score.Max)
	}
	return total, bandOf(f.Score.Bands, total), true
}

// Items lists the questions that make the score: those named, else those with a weight.
func Items(f *program.Form) []string {
	if f.Score == nil {
		return nil
	}
	if len(f.Score.Sum) > 0 {
		return f.Score.Sum
	}
	return weighted(f)
}

// weighted lists the fields that have a weight, in the order of the form.
func weighted(f *program.Form) []string {
	var keys []string
	for key := range f.Fields.All() {
		if _, ok := f.Score.Weights[key]; ok {
			keys = append(keys, key)
		}
	}
	return keys
}

// BandSay is what the form says to who filled it in, for a band.
func BandSay(f *program.Form, band string) string {
	for _, b := range f.Score.Bands {
		if b.Key == band {
			return b.Say
		}
	}
	return ""
}

// BandLabel is the name of a band; a band of a former version is its key.
func BandLabel(f *program.Form, band string) string {
	if f.Score != nil {
		for _, b := range f.Score.Bands {
			if b.Key == band {
				return b.Label
			}
		}
	}
	return band
}

func bandOf(bands []program.Band, total int) string {
	key, from := "", 0
	for _, b := range bands {
		if b.From <= total && (key == "" || b.From >= from) {
			key, from = b.Key, b.From
		}
	}
	return key
}

// points gives the value of one answer. Several ticked options add up.
func points(f *program.Form, key string, v any) (int, bool) {
	field := f.Fields.Get(key)
	if v == nil || field == nil {
		return 0, false
	}
	n, ok := 0, true
	if list, many := v.([]any); many {
		for _, one := range list {
			p, good := pointsOne(field, one)
			n, ok = n+p, ok && good
		}
		return n, ok
	}
	if n, ok = pointsOne(field, v); !ok {
		return 0, false
	}
	for _, r := range f.Score.Reverse {
		if r == key {
			lo, hi, bounded := bounds(field)
			return lo + hi - n, bounded
		}
	}
	return n, true
}

func pointsOne(f *program.Field, v any) (int, bool) {
	switch x := v.(type) {
	case bool:
		if x {
			return 1, true
		}
		return 0, true
	case string:
		return optionPoints(f.List, x)
	}
	n, ok := toInt(v)
	return int(n), ok
}

func optionPoints(l *program.List, key string) (int, bool) {
	if l == nil {
		return 0, false
	}
	for i, k := range l.Options.Keys() {
		if k != key {
			continue
		}
		digits := k[len(strings.TrimRight(k, "0123456789")):]
		if n, err := strconv.Atoi(digits); err == nil {
			return n, true
		}
		return i, true
	}
	return 0, false
}

// bounds are the lowest and the highest points of an item.
func bounds(f *program.Field) (lo, hi int, ok bool) {
	switch {
	case f.Type == program.TypeBool:
		return 0, 1, true
	case f.List != nil:
		for i, k := range f.List.Options.Keys() {
			n, _ := optionPoints(f.List, k)
			if i == 0 {
				lo, hi = n, n
			}
			lo, hi = min(lo, n), max(hi, n)
		}
		return lo, hi, f.List.Options.Len() > 0
	case f.Range != nil:
		a, ok1 := toInt(f.Range[0])
		b, ok2 := toInt(f.Range[1])
		return int(a), int(b), ok1 && ok2
	}
	return 0, 0, false
}
