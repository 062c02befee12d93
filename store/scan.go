package store

import (
	"fmt"
	"time"

	"linqiao/domain"
)

// plain turns Go values into what both drivers bind alike: instants to
// milliseconds, yes/no to 0/1, maps and lists to JSON text, typed names to text.
func plain(args []any) []any {
	for i, a := range args {
		switch v := a.(type) {
		case string, int64, []byte, nil, float64:
		case int:
			args[i] = int64(v)
		case bool:
			args[i] = boolInt(v)
		case time.Time:
			args[i] = millis(v)
		case domain.CountyCode:
			args[i] = string(v)
		case domain.RecordID:
			args[i] = string(v)
		case domain.PartyID:
			args[i] = string(v)
		case domain.AccountID:
			args[i] = string(v)
		case domain.OrgID:
			args[i] = string(v)
		case domain.RegionID:
			args[i] = string(v)
		case domain.EventID:
			args[i] = string(v)
		case domain.Date:
			args[i] = int64(v)
		case domain.Class:
			args[i] = int64(v)
		case domain.Phase:
			args[i] = string(v)
		case domain.Noun:
			args[i] = string(v)
		case domain.PartyKind:
			args[i] = string(v)
		case domain.RegionLevel:
			args[i] = string(v)
		case map[string]any:
			args[i] = string(encodeObject(v))
		default:
			panic(fmt.Sprintf("store: no binding for %T", a))
		}
	}
	return args
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Scan targets. Each wraps a pointer to a field.

// intTarget and textTarget are targets that can be given a column's value without
// a value of any type in between.
type intTarget interface{ setInt(n int64) }
type textTarget interface{ setText(s string) error }

type instant struct{ to *time.Time }

// Scan reads unix milliseconds.
func (s instant) Scan(v any) error {
	ms, err := asInt(v)
	*s.to = fromMillis(ms)
	return err
}

func (s instant) setInt(ms int64) { *s.to = fromMillis(ms) }

type yesNo struct{ to *bool }

func (s yesNo) setInt(n int64) { *s.to = n != 0 }

// Scan reads 0 or 1.
func (s yesNo) Scan(v any) error {
	n, err := asInt(v)
	*s.to = n != 0
	return err
}

type number[T ~int | ~int32 | ~int64] struct{ to *T }

// Scan reads an integer without reflection.
func (s number[T]) Scan(v any) error {
	n, err := asInt(v)
	*s.to = T(n)
	return err
}

func (s number[T]) setInt(n int64) { *s.to = T(n) }

func num[T ~int | ~int32 | ~int64](to *T) number[T] { return number[T]{to} }

type optText struct{ to *string }

// Scan reads text where NULL means none.
func (s optText) Scan(v any) error {
	if v == nil {
		*s.to = ""
		return nil
	}
	text, err := asText(v)
	*s.to = text
	return err
}

type object struct{ to *map[string]any }

// Scan reads a JSON object.
func (s object) Scan(v any) error {
	text, err := asText(v)
	if err != nil {
		return err
	}
	return s.setText(text)
}

func (s object) setText(text string) error {
	m, err := decodeObject(text)
	*s.to = m
	return err
}

type texts struct{ to *[]string }

// Scan reads a JSON list of texts.
func (s texts) Scan(v any) error {
	text, err := asText(v)
	if err != nil {
		return err
	}
	return s.setText(text)
}

func (s texts) setText(text string) error {
	list, err := decodeList(text)
	if err != nil {
		return err
	}
	*s.to = nil
	for _, e := range list {
		t, ok := e.(string)
		if !ok {
			return fmt.Errorf("want text in list, got %T", e)
		}
		*s.to = append(*s.to, t)
	}
	return nil
}

type tags struct{ to *[]domain.Tag }

// Scan reads a JSON list of [key, from, until].
func (s tags) Scan(v any) error {
	text, err := asText(v)
	if err != nil {
		return err
	}
	list, err := decodeList(text)
	if err != nil {
		return err
	}
	*s.to = nil
	for _, e := range list {
		row, ok := e.([]any)
		if !ok || len(row) != 3 {
			return fmt.Errorf("want [key, from, until] in tags")
		}
		key, _ := row[0].(string)
		from, _ := row[1].(int64)
		until, _ := row[2].(int64)
		*s.to = append(*s.to, domain.Tag{Key: key, From: domain.Date(from), Until: domain.Date(until)})
	}
	return nil
}

func encodeTags(list []domain.Tag) string {
	rows := make([]any, len(list))
	for i, t := range list {
		rows[i] = []any{t.Key, int64(t.From), int64(t.Until)}
	}
	return string(encodeValue(nil, rows))
}

func encodeTexts(list []string) string {
	rows := make([]any, len(list))
	for i, t := range list {
		rows[i] = t
	}
	return string(encodeValue(nil, rows))
}

func asInt(v any) (int64, error) {
	switch n := v.(type) {
	case int64:
		return n, nil
	case int16:
		return int64(n), nil
	case nil:
		return 0, nil
	}
	return 0, fmt.Errorf("want integer, got %T", v)
}

func asText(v any) (string, error) {
	switch t := v.(type) {
	case string:
		return t, nil
	case []byte:
		return string(t), nil
	case nil:
		return "", nil
	}
	return "", fmt.Errorf("want text, got %T", v)
}
