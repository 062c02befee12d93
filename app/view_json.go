package app

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// Lists of records are the answers that people wait for most, fifty rows of twenty
// columns at a time. They are written here by hand, byte for byte as encoding/json
// writes them without HTML escapes; a test compares the two on every field.

// AppendJSON appends the list as JSON; false where its items are not written here.
func (l List[T]) AppendJSON(b []byte) ([]byte, bool, error) {
	items, ok := any(l.Items).([]RecordSummary)
	if !ok {
		return b, false, nil
	}
	w := jsonWriter{b: b}
	w.raw(`{"items":`)
	if items == nil {
		w.raw("null")
	} else {
		w.b = append(w.b, '[')
		for i := range items {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.summary(&items[i])
		}
		w.b = append(w.b, ']')
	}
	w.raw(`,"next":`)
	if l.Next == nil {
		w.raw("null")
	} else {
		w.text(*l.Next)
	}
	w.b = append(w.b, '}')
	return w.b, true, w.err
}

type jsonWriter struct {
	b   []byte
	err error
}

func (w *jsonWriter) raw(s string) { w.b = append(w.b, s...) }

// field writes `,"key":"text"`; the first field of an object is written by hand.
func (w *jsonWriter) field(key, s string) {
	w.raw(key)
	w.text(s)
}

// writtenSummary is the JSON of a summary before and after what is left of its
// time limit, which changes by the minute.
type writtenSummary struct{ head, tail []byte }

func writeSummary(v *RecordSummary) *writtenSummary {
	w := jsonWriter{}
	w.head(v)
	n := len(w.b)
	w.tail(v)
	if w.err != nil {
		return nil
	}
	return &writtenSummary{w.b[:n:n], w.b[n:]}
}

func (w *jsonWriter) summary(v *RecordSummary) {
	if v.written != nil {
		w.b = append(w.b, v.written.head...)
		w.due(v.Due)
		w.b = append(w.b, v.written.tail...)
		return
	}
	w.head(v)
	w.due(v.Due)
	w.tail(v)
}

func (w *jsonWriter) head(v *RecordSummary) {
	w.field(`{"id":`, string(v.ID))
	w.field(`,"ref_no":`, v.RefNo)
	w.field(`,"program":`, v.Program)
	w.field(`,"record":`, v.Record)
	w.field(`,"record_label":`, v.RecordLabel)
	w.field(`,"noun":`, string(v.Noun))
	w.field(`,"title":`, v.Title)
	w.field(`,"stage":`, v.Stage)
	w.field(`,"stage_label":`, v.StageLabel)
	w.field(`,"phase":`, string(v.Phase))
	w.refs(v)
	w.time(`,"created":`, v.Created)
	w.time(`,"entered":`, v.Entered)
	if v.Ended != nil {
		w.time(`,"ended":`, *v.Ended)
	}
	if v.Channel != "" {
		w.field(`,"channel":`, v.Channel)
	}
}

func (w *jsonWriter) due(d *DueView) {
	if d != nil {
		w.field(`,"due":{"clock":`, d.Clock)
		w.field(`,"label":`, d.Label)
		w.time(`,"due":`, d.Due)
		w.raw(`,"overdue":`)
		w.b = strconv.AppendBool(w.b, d.Overdue)
		w.field(`,"left":`, d.Left)
		w.b = append(w.b, '}')
	}
}

func (w *jsonWriter) tail(v *RecordSummary) {
	w.raw(`,"fields":`)
	w.value(v.Fields)
	w.raw(`,"labels":`)
	w.labels(v.Labels)
	w.raw(`,"rev":`)
	w.b = strconv.AppendInt(w.b, v.Rev, 10)
	w.b = append(w.b, '}')
}

func (w *jsonWriter) refs(v *RecordSummary) {
	if p := v.Subject; p != nil {
		w.ref(`,"subject":{"id":`, string(p.ID), `,"kind":`, string(p.Kind), `,"name":`, p.Name)
	}
	if g := v.Region; g != nil {
		w.ref(`,"region":{"id":`, string(g.ID), `,"name":`, g.Name, `,"level":`, string(g.Level))
	}
	if a := v.Owner; a != nil {
		w.ref(`,"owner":{"id":`, string(a.ID), `,"name":`, a.Name)
	}
	if o := v.OwnerOrg; o != nil {
		w.ref(`,"owner_org":{"id":`, string(o.ID), `,"name":`, o.Name, `,"kind":`, o.Kind)
	}
	if o := v.Provider; o != nil {
		w.ref(`,"provider":{"id":`, string(o.ID), `,"name":`, o.Name, `,"kind":`, o.Kind)
	}
}

// ref writes an object of texts: keys and values in turn.
func (w *jsonWriter) ref(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		w.field(pairs[i], pairs[i+1])
	}
	w.b = append(w.b, '}')
}

func (w *jsonWriter) labels(m map[string]string) {
	if m == nil {
		w.raw("null")
		return
	}
	w.b = append(w.b, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.text(k)
		w.b = append(w.b, ':')
		w.text(m[k])
	}
	w.b = append(w.b, '}')
}

func (w *jsonWriter) time(key string, t time.Time) {
	if y := t.Year(); y < 1 || y > 9999 || t.Location() != time.UTC {
		w.raw(key)
		w.other(t)
		return
	}
	w.raw(key)
	w.b = append(w.b, '"')
	w.b = t.AppendFormat(w.b, time.RFC3339Nano)
	w.b = append(w.b, '"')
}

// value writes what stands in a field: mostly texts and whole numbers.
func (w *jsonWriter) value(v any) {
	switch x := v.(type) {
	case string:
		w.text(x)
	case int64:
		w.b = strconv.AppendInt(w.b, x, 10)
	case bool:
		w.b = strconv.AppendBool(w.b, x)
	case map[string]any:
		w.object(x)
	default:
		w.other(v)
	}
}

func (w *jsonWriter) object(m map[string]any) {
	if m == nil {
		w.raw("null")
		return
	}
	w.b = append(w.b, '{')
	for i, k := range sortedKeys(m) {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.text(k)
		w.b = append(w.b, ':')
		w.value(m[k])
	}
	w.b = append(w.b, '}')
}

// text writes a string that needs no escapes; others take the long way.
func (w *jsonWriter) text(s string) {
	if !plainText(s) {
		w.other(s)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"')
}

// plainText: nothing that JSON, or encoding/json, writes differently. The line
// separators U+2028 and U+2029, which it escapes, begin with 0xe2 0x80.
func plainText(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c == '"' || c == '\\' || c == 0x7f:
			return false
		case c == 0xe2:
			if i+1 < len(s) && s[i+1] == 0x80 {
				return false
			}
			ascii = false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s)
}

// other writes any value as encoding/json does.
func (w *jsonWriter) other(v any) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && w.err == nil {
		w.err = err
	}
	w.b = append(w.b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
