package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Kinds of events. A changed record comes whole: every field that may travel, as it
// stands. A withdrawn one says that no more will come of it, and why is not said.
const (
	TypeChanged   = "linqiao.record.changed.v1"
	TypeWithdrawn = "linqiao.record.withdrawn.v1"
)

// Limits of what a partner may send.
const (
	BodyMost  = 256 << 10
	FieldMost = 200
	PageMost  = 100
)

// ContentType of one event, and of a page of them.
const ContentType = "application/cloudevents+json"

// Event is a CloudEvent in structured mode. Source and ID together name it for ever:
// the same pair is the same event, however often it is delivered.
type Event struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject,omitempty"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype,omitempty"`
	Data            Data      `json:"data"`
}

// Data is what an event of a record says.
type Data struct {
	Program  string               `json:"program"`
	Record   string               `json:"record"`              // kind of record, by its key in the program
	ID       string               `json:"id"`                  // the record's id at the sender
	External string               `json:"external,omitempty"`  // its id at the receiver, once known
	Version  int64                `json:"version"`             // rises with every event of the sender
	Seen     int64                `json:"seen"`                // the receiver's latest version that the sender had taken in
	Fields   map[string]any       `json:"fields,omitempty"`    // by the names of the mapping
	Changed  map[string]time.Time `json:"changed,omitempty"`   // when each field was last seen to change
	Open     []string             `json:"conflicts,omitempty"` // fields on which somebody has still to decide
	Chose    []string             `json:"decided,omitempty"`   // fields that somebody has decided on since the last event
}

// Fault says what is wrong with an event and where; it never repeats the value.
type Fault struct{ Path, Code string }

func (f *Fault) Error() string { return "exchange: " + f.Path + ": " + f.Code }

var idShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$`)

// Parse reads one event strictly: an unknown attribute of the data, a number where a
// text belongs or anything after the event is a fault.
func Parse(body []byte) (*Event, error) {
	if len(body) > BodyMost {
		return nil, &Fault{"body", "too_large"}
	}
	var outer map[string]json.RawMessage
	if err := json.Unmarshal(body, &outer); err != nil {
		return nil, &Fault{"body", "json"}
	}
	// Extension attributes are allowed by the standard, and of no concern.
	known := map[string]json.RawMessage{}
	for _, k := range []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"} {
		if v, ok := outer[k]; ok {
			known[k] = v
		}
	}
	plain, err := json.Marshal(known)
	if err != nil {
		return nil, &Fault{"body", "json"}
	}
	e := &Event{}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(e); err != nil {
		return nil, decodeFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &Fault{"body", "json"}
	}
	return e, e.check()
}

func decodeFault(err error) *Fault {
	var t *json.UnmarshalTypeError
	switch {
	case errors.As(err, &t):
		return &Fault{t.Field, "format"}
	case strings.Contains(err.Error(), "unknown field"):
		return &Fault{"data", "unknown_field"}
	case strings.Contains(err.Error(), "parsing time"):
		return &Fault{"time", "format"}
	}
	return &Fault{"body", "json"}
}

func (e *Event) check() error {
	d := &e.Data
	switch {
	case e.SpecVersion != "1.0":
		return &Fault{"specversion", "option"}
	case !idShape.MatchString(e.ID):
		return &Fault{"id", "format"}
	case e.Source == "" || len(e.Source) > 200:
		return &Fault{"source", "format"}
	case e.Type != TypeChanged && e.Type != TypeWithdrawn:
		return &Fault{"type", "option"}
	case e.DataContentType != "" && e.DataContentType != "application/json":
		return &Fault{"datacontenttype", "option"}
	case e.Time.IsZero():
		return &Fault{"time", "required"}
	case d.Record == "" || len(d.Record) > 100:
		return &Fault{"data.record", "required"}
	case !idShape.MatchString(d.ID):
		return &Fault{"data.id", "format"}
	case d.External != "" && !idShape.MatchString(d.External):
		return &Fault{"data.external", "format"}
	case d.Version < 1:
		return &Fault{"data.version", "range"}
	case d.Seen < 0:
		return &Fault{"data.seen", "range"}
	case len(d.Fields) > FieldMost:
		return &Fault{"data.fields", "too_many"}
	case e.Type == TypeChanged && len(d.Fields) == 0:
		return &Fault{"data.fields", "required"}
	case len(d.Open) > FieldMost || len(d.Chose) > FieldMost || len(d.Changed) > FieldMost:
		return &Fault{"data", "too_many"}
	}
	return nil
}

// Encode writes an event as it is sent and signed: always the same bytes.
func (e *Event) Encode() ([]byte, error) {
	e.SpecVersion, e.DataContentType = "1.0", "application/json"
	e.Time = e.Time.UTC()
	slices.Sort(e.Data.Open)
	slices.Sort(e.Data.Chose)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("exchange: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// Names are the fields of the event in order.
func (d *Data) Names() []string { return slices.Sorted(maps.Keys(d.Fields)) }

// Page is what a partner is answered that asks for events: those after a mark, in
// order, as the exact bytes that would be pushed. Next is the mark to ask from.
type Page struct {
	Items []json.RawMessage `json:"items"`
	Next  int64             `json:"next"`
	More  bool              `json:"more"`
}

// Receipt is what became of an event that was handed over.
type Receipt struct {
	Status string   `json:"status"` // applied, repeated, held
	ID     string   `json:"id,omitempty"`
	Open   []string `json:"conflicts,omitempty"` // fields that the receiver did not take: somebody decides
}
