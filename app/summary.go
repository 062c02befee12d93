package app

import (
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

func (w *work) summary(r *record.Row, s sight) (RecordSummary, error) {
	v := RecordSummary{ID: r.ID, RefNo: r.RefNo, Program: r.P.Key, Record: r.Key, RecordLabel: w.words(r.P).Kind(r.T), Noun: r.Noun,
		Title: r.Title(), Stage: r.Stage, StageLabel: w.stageLabel(r), Phase: r.Phase, Created: r.Created, Entered: r.Entered,
		Channel: r.Channel, Rev: r.Rev, Fields: map[string]any{}, Labels: map[string]string{}}
	if !r.Ended.IsZero() {
		ended := r.Ended // a pointer into the row would keep all of it
		v.Ended = &ended
	}
	if err := w.people4(r, s, &v); err != nil {
		return v, err
	}
	n := 0
	// Of a session people ask when and where, whatever fields the program adds.
	for _, k := range heldAt[r.Noun] {
		if x, f := r.Value(k), record.FieldOf(r.T, k); x != nil && f != nil && s.may(r, f) {
			v.Fields[k] = x
			w.briefLabel(f, k, x, &v)
		}
	}
	for k, f := range r.T.Fields.All() {
		if n >= 8 {
			break
		}
		if !s.may(r, f) || f.Type == program.TypeText && f.Key != "name" && f.Key != "title" {
			continue
		}
		if x := r.Value(k); x != nil {
			v.Fields[k] = x
			w.briefLabel(f, k, x, &v)
			n++
		}
	}
	if r.Noun == domain.Offer {
		if t := offerTitle(r); t != "" {
			v.Title = t
		}
	}
	if v.Subject == nil { // people know it by its name, not by its number
		for _, k := range []string{"title", "name"} {
			if f := record.FieldOf(r.T, k); f != nil && f.Class <= domain.Internal && s.may(r, f) && asText(r.Value(k)) != "" {
				v.Title = asText(r.Value(k))
				break
			}
		}
	}
	if r.Noun == domain.Session || r.Noun == domain.Booking {
		w.nameOccasion(r, &v)
	}
	if r.Noun == domain.Order && v.Subject == nil {
		w.nameOrder(r, &v)
	}
	return v, nil
}

// heldAt are the built-in facts by which people choose what they take part in.
var heldAt = map[domain.Noun][]string{
	domain.Session:  {"start", "end", "place", "capacity", "taken"},
	domain.Activity: {"place", "capacity", "taken"},
}

// briefLabel words a value for a list. A bare position says nothing in a line: it
// stands on the page, with its map.
func (w *work) briefLabel(f *program.Field, key string, x any, v *RecordSummary) {
	if m, ok := x.(map[string]any); ok && f.Type == program.TypePlace && asText(m["address"]) == "" {
		return
	}
	v.Labels[key] = w.display(f, x)
}

// nameOrder lets a receiver tell his orders apart in a list by what the order's own
// page shows him: the subject's name where it stands among it, and short facts.
func (w *work) nameOrder(r *record.Row, v *RecordSummary) {
	for _, path := range w.unit.ShownPaths(r) {
		f, x := w.unit.ShownValue(r, path)
		switch {
		case x == nil:
		case path == "subject.name":
			v.Title = asText(x)
		case f != nil && f.Class <= domain.Internal && f.Type != program.TypeText && f.Type != program.TypePlace && f.Type != program.TypeChecks:
			v.Labels[path] = w.display(f, x)
			if f.Type == program.TypeInt || f.Type == program.TypeNumber {
				v.Labels[path] = w.words(r.P).Field(f) + " " + v.Labels[path]
			}
		}
	}
}

// nameOccasion tells sessions and bookings apart in a list: what it is, and when.
func (w *work) nameOccasion(r *record.Row, v *RecordSummary) {
	from, to, ok := w.unit.Times(r)
	if !ok {
		return
	}
	start, end := from.In(domain.Beijing), to.In(domain.Beijing)
	v.Fields["start"], v.Fields["end"] = from.Format(time.RFC3339), to.Format(time.RFC3339)
	v.Labels["start"] = start.Format("2006-01-02 15:04") + "–" + end.Format("15:04")
	if r.Noun == domain.Session {
		v.Title = w.sessionName(r) + " " + start.Format("01-02 15:04") + "–" + end.Format("15:04")
	}
}

func offerTitle(r *record.Row) string {
	for _, k := range []string{"title", "name"} {
		if s, ok := r.Value(k).(string); ok {
			return s
		}
	}
	return ""
}
