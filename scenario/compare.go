package scenario

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// readKey finds a key among the fields of a view, else as a path in the view.
func readKey(view object, key string) (any, bool) {
	for _, part := range []string{"fields", "shown"} {
		if fields, ok := view[part].(map[string]any); ok {
			if v, ok := fields[key]; ok {
				return v, true
			}
		}
	}
	return dig(view, key)
}

// dig follows a dotted path; a number picks from a list.
func dig(v any, path string) (any, bool) {
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			next, ok := x[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// compare holds an answer against what the story says, by the field's type.
func (w *world) compare(ctx context.Context, c Compare, got any, f *program.Field) error {
	switch c.Op {
	case ">", "<", ">=", "<=":
		n, ok := got.(float64)
		want, err := wantNumber(c.Want, f)
		if !ok || err != nil {
			return fmt.Errorf("是 %v，不能与 %s 比大小", got, c.Want)
		}
		if map[string]bool{">": n > want, "<": n < want, ">=": n >= want, "<=": n <= want}[c.Op] {
			return nil
		}
		return fmt.Errorf("是 %v，应 %s %s", got, c.Op, c.Want)
	case "含":
		if strings.Contains(fmt.Sprint(got), c.Want.Text) || strings.Contains(nameOf(got), c.Want.Text) {
			return nil
		}
		return fmt.Errorf("是 %v，应含 %s", got, c.Want)
	}
	same := w.same(ctx, got, c.Want, f)
	if same == (c.Op != "≠") {
		return nil
	}
	return fmt.Errorf("是 %s，应 %s %s", show(got), c.Op, c.Want)
}

func (w *world) same(ctx context.Context, got any, want Value, f *program.Field) bool {
	if f != nil {
		if v, err := w.encode(ctx, w.admin, f, want); err == nil && reflect.DeepEqual(normal(v), got) {
			return true
		}
	}
	if fmt.Sprint(got) == want.Text || nameOf(got) == want.Text {
		return true
	}
	if t, err := w.get(want.Text); err == nil && t.id != "" && t.id == fmt.Sprint(got) {
		return true
	}
	if at, err := time.Parse(time.RFC3339, fmt.Sprint(got)); err == nil {
		return sameInstant(at, want.Text)
	}
	n, ok := got.(float64)
	x, err := wantNumber(want, f)
	return ok && err == nil && n == x
}

// sameInstant: a bare day means the end of that day (its 24:00) or any time in it.
func sameInstant(at time.Time, want string) bool {
	t, err := parseInstant(want)
	if err != nil {
		return false
	}
	if strings.Contains(want, ":") {
		return at.Equal(t)
	}
	day := domain.DateOf(t)
	return at.Equal(day.End()) || domain.DateOf(at) == day
}

func wantNumber(v Value, f *program.Field) (float64, error) {
	if f != nil {
		switch f.Type {
		case program.TypeMoney:
			n, err := parseMoney(v.Text)
			return float64(n), err
		case program.TypeBP:
			n, err := parseBP(v.Text)
			return float64(n), err
		}
	}
	return strconv.ParseFloat(v.Text, 64)
}

// normal gives a value as it looks after a trip through JSON.
func normal(v any) any {
	switch x := v.(type) {
	case int64:
		return float64(x)
	case []any:
		out := make([]any, len(x))
		for i, y := range x {
			out[i] = normal(y)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, y := range x {
			out[k] = normal(y)
		}
		return out
	}
	return v
}

func nameOf(v any) string {
	m, _ := v.(map[string]any)
	return str(m["name"])
}

func show(v any) string {
	if n := nameOf(v); n != "" {
		return n
	}
	if f, ok := v.(float64); ok {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
