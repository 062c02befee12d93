package match

import (
	"hash/maphash"
	"math"
	"time"

	"linqiao/domain"
	"linqiao/kernel/rule"
)

// Values are compared as int64 keys: equal keys mean equal values and, but for
// texts, the order of keys is the order of values. Texts get a number each, in
// order of arrival.

// noKey stands for a value that has no exact key (NaN, an instant finer than a
// microsecond, a Go type outside the contract). Rows with such a value are left
// to CEL.
const noKey = math.MinInt64

// keyed reports whether values of a kind have keys, and whether those are ordered.
func keyed(k rule.Kind) (ok, ordered bool) {
	switch k {
	case rule.Int, rule.Double, rule.Date, rule.Time, rule.Duration:
		return true, true
	case rule.Bool, rule.Text:
		return true, false
	}
	return false, false
}

// keyOf gives the key of a value; text gives the number of a text.
func keyOf(v any, text func(string) int64) int64 {
	switch v := v.(type) {
	case string:
		return text(v)
	case int64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case domain.Date:
		return int64(v)
	case time.Duration:
		return int64(v)
	case time.Time:
		if v.Nanosecond()%1000 == 0 {
			return v.UnixMicro()
		}
	case float64:
		return floatKey(v)
	}
	return noKey
}

// floatKey maps the order of floating-point numbers to that of integers.
func floatKey(f float64) int64 {
	switch {
	case math.IsNaN(f):
		return noKey
	case f == 0:
		return 0 // -0 equals 0
	}
	k := int64(math.Float64bits(f))
	if k < 0 {
		k ^= math.MaxInt64
	}
	return k
}

// texts numbers the texts that rows hold. A version is immutable; adding a text
// copies one small part, so readers never wait and a writer never copies all.
type texts struct {
	parts []map[string]int64
	n     int64
	seed  maphash.Seed
}

// unknownText is a text that no row holds.
const unknownText = -1

func newTexts(expected int) *texts {
	n := 16
	for n < expected/32 && n < 1<<14 {
		n *= 2
	}
	return &texts{parts: make([]map[string]int64, n), seed: maphash.MakeSeed()}
}

func (t *texts) part(s string) int {
	return int(maphash.String(t.seed, s)) & (len(t.parts) - 1)
}

func (t *texts) find(s string) int64 {
	if k, ok := t.parts[t.part(s)][s]; ok {
		return k
	}
	return unknownText
}

// builder adds texts to a version without disturbing its readers. own marks the
// parts already copied.
type builder struct {
	texts
	own    []bool
	copied bool
}

func (t *texts) edit() *builder { return &builder{texts: *t} }

func (b *builder) add(s string) int64 {
	i := b.part(s)
	if k, ok := b.parts[i][s]; ok {
		return k
	}
	if !b.copied {
		b.parts = append([]map[string]int64(nil), b.parts...)
		b.own = make([]bool, len(b.parts))
		b.copied = true
	}
	if !b.own[i] {
		part := make(map[string]int64, len(b.parts[i])+1)
		for k, v := range b.parts[i] {
			part[k] = v
		}
		b.parts[i], b.own[i] = part, true
	}
	k := b.n
	b.parts[i][s] = k
	b.n++
	return k
}

// done gives the new version, or old when nothing was added.
func (b *builder) done(old *texts) *texts {
	if !b.copied {
		return old
	}
	return &texts{parts: b.parts, n: b.n, seed: b.seed}
}
