package app

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Two systems in step. A change marks its record in its own transaction; the background
// builds the event, which says all that may travel of the record as it stands, and hands
// it over until it is taken. What comes is laid against what both sides agreed on last:
// a field that only they have changed is taken, one that only we have changed stays, and
// where both have, the mapping says whose stands, or somebody decides.

// linkState is what a link knows, by the names of the mapping.
type linkState struct {
	Known   map[string]any   // our values as the partner has been told them
	Base    map[string]any   // values on which both sides agreed last
	Changed map[string]int64 // when ours were last seen to change, in milliseconds
	Chose   []string         // decided since the last event
	Decided map[string]int64 // the event that told of the decision
	Sent    []sentValues     // what was said and is not known to have been taken in, oldest first
	Before  []baseBefore     // earlier bases, which the partner may still speak from, oldest first
}

// baseBefore is what both sides agreed on of a field until one of our events was taken in.
// An event that the partner built before that (its Seen is lower) says this value and means
// no change.
type baseBefore struct {
	Name  string
	Seq   int64 // of our event
	Known bool  // there was a base
	Val   any
}

// sentValues is what one event said.
type sentValues struct {
	Seq  int64
	Vals map[string]any
}

// sentMost bounds what is kept of events that nobody acknowledges; with fewer, both
// sides changing one field is asked where it need not be.
const sentMost = 20

// beforeMost bounds the earlier bases of a record; with fewer, an event that crossed many
// of ours is asked about where it need not be.
const beforeMost = 400

// acknowledged: the partner has taken an event in, so what it said is agreed on, but for
// the fields on which somebody there has still to decide.
func (s *linkState) acknowledged(seq int64, open []string) {
	var rest []sentValues // what is still asked there: the next word on it may settle it
	for len(s.Sent) > 0 && s.Sent[0].Seq <= seq {
		asked := map[string]any{}
		for k, v := range s.Sent[0].Vals {
			if slices.Contains(open, k) {
				asked[k] = v
			} else {
				s.agree(k, v, s.Sent[0].Seq)
			}
		}
		if rest = nil; len(asked) > 0 {
			rest = []sentValues{{s.Sent[0].Seq, asked}}
		}
		s.Sent = s.Sent[1:]
	}
	s.Sent = append(rest, s.Sent...)
}

// agree moves the base of a field to what our event said.
func (s *linkState) agree(name string, v any, seq int64) {
	was, known := s.Base[name]
	if known && sameOnWire(was, v) {
		return
	}
	s.Base[name] = v
	s.Before = append(s.Before, baseBefore{name, seq, known, was})
	if n := len(s.Before) - beforeMost; n > 0 {
		s.Before = slices.Delete(s.Before, 0, n)
	}
}

// baseAt is what both sides agreed on of a field when the partner had seen our event seq.
func (s *linkState) baseAt(name string, seen int64) (v any, known bool) {
	for _, b := range s.Before {
		if b.Name == name && b.Seq > seen {
			return b.Val, b.Known
		}
	}
	v, known = s.Base[name]
	return v, known
}

// heard: the partner has seen our event seq, so nothing of his is older than that.
func (s *linkState) heard(seq int64) {
	s.Before = slices.DeleteFunc(s.Before, func(b baseBefore) bool { return b.Seq <= seq })
}

// rebase: this is what the partner has of a field, whatever was said before.
func (s *linkState) rebase(name string, v any) {
	s.Base[name] = v
	s.Before = slices.DeleteFunc(s.Before, func(b baseBefore) bool { return b.Name == name })
}

// settled: both sides have this value now, whatever was said before.
func (s *linkState) settled(name string, v any) {
	s.rebase(name, v)
	s.Known[name] = v
	for i := range s.Sent {
		s.Sent[i].Vals[name] = v
	}
}

func stateOf(l *domain.PartnerLink) *linkState {
	s := &linkState{Known: map[string]any{}, Base: map[string]any{}, Changed: map[string]int64{}, Decided: map[string]int64{}}
	if m, ok := l.Secret["known"].(map[string]any); ok {
		s.Known = m
	}
	if m, ok := l.Secret["base"].(map[string]any); ok {
		s.Base = m
	}
	for k, v := range asMap(l.Secret["changed"]) {
		s.Changed[k] = wireInt(v)
	}
	for k, v := range asMap(l.Secret["decided"]) {
		s.Decided[k] = wireInt(v)
	}
	sent, _ := l.Secret["sent"].([]any)
	for _, x := range sent {
		m := asMap(x)
		s.Sent = append(s.Sent, sentValues{wireInt(m["seq"]), asMap(m["vals"])})
	}
	before, _ := l.Secret["before"].([]any)
	for _, x := range before {
		m := asMap(x)
		known, _ := m["known"].(bool)
		s.Before = append(s.Before, baseBefore{asText(m["name"]), wireInt(m["seq"]), known, m["val"]})
	}
	list, _ := l.Secret["chose"].([]any)
	for _, v := range list {
		s.Chose = append(s.Chose, asText(v))
	}
	return s
}

func (s *linkState) into(l *domain.PartnerLink) {
	changed, decided, chose := map[string]any{}, map[string]any{}, make([]any, len(s.Chose))
	for k, v := range s.Changed {
		changed[k] = v
	}
	for k, v := range s.Decided {
		decided[k] = v
	}
	for i, v := range s.Chose {
		chose[i] = v
	}
	sent := make([]any, len(s.Sent))
	for i, v := range s.Sent {
		sent[i] = map[string]any{"seq": v.Seq, "vals": v.Vals}
	}
	before := make([]any, len(s.Before))
	for i, b := range s.Before {
		before[i] = map[string]any{"name": b.Name, "seq": b.Seq, "known": b.Known, "val": b.Val}
	}
	l.Secret = map[string]any{"sent": sent, "before": before, "known": s.Known, "base": s.Base, "changed": changed, "decided": decided, "chose": chose}
}

func asMap(v any) map[string]any { m, _ := v.(map[string]any); return m }

func wireInt(v any) int64 {
	switch x := v.(type) {
	case int64:
		return x
	case float64:
		return int64(x)
	case json.Number:
		n, _ := x.Int64()
		return n
	}
	return 0
}

// sameOnWire compares values as they travel: 5 and 5.0 of two decoders are one.
func sameOnWire(a, b any) bool { return bytes.Equal(canonical(a), canonical(b)) }

func canonical(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var x any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&x) != nil {
		return raw
	}
	out, err := json.Marshal(plainNumbers(x))
	if err != nil {
		return raw
	}
	return out
}

// plainNumbers writes every number in one way.
func plainNumbers(v any) any {
	switch x := v.(type) {
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		if f, err := x.Float64(); err == nil {
			if f == float64(int64(f)) {
				return int64(f)
			}
			return f
		}
	case []any:
		for i := range x {
			x[i] = plainNumbers(x[i])
		}
		if len(x) == 0 {
			return nil
		}
	case map[string]any:
		for k := range x {
			x[k] = plainNumbers(x[k])
		}
	case string:
		if x == "" {
			return nil
		}
	}
	return v
}

// mappingOf is a partner's mapping in the version of the program that is in force.
func (w *work) mappingOf(pt *domain.Partner) (*program.Program, *program.Partner) {
	p := w.set.set.Program(pt.Program)
	if p == nil {
		return nil, nil
	}
	return p, p.Partners.Get(pt.Key)
}

// grants: what may travel to or from a partner at most.
func grants(pt *domain.Partner, def *program.Partner) domain.Class {
	return min(pt.Ceiling, def.Ceiling)
}

// tellable gives what a partner may be told of a row now; false = nothing at all.
func (w *work) tellable(pt *domain.Partner, def *program.Partner, rt *program.PartnerRecord, r *record.Row) (map[string]any, bool, error) {
	ceiling := grants(pt, def)
	if !rt.Out || r.Class > ceiling {
		return nil, false, nil
	}
	ok, err := w.travelsNow(def, rt, r)
	if err != nil || !ok {
		return nil, false, err
	}
	out := map[string]any{}
	for i := range rt.Fields {
		f := &rt.Fields[i]
		if f.Col.Class > ceiling {
			continue
		}
		if out[f.Name], err = w.valueOf(f, r); err != nil {
			return nil, false, err
		}
	}
	return out, len(out) > 0, nil
}

// travelsNow asks the mapping's condition: a consent that was withdrawn or is over ends
// the exchange of the record in both directions, and so does `stop: partner.k`.
func (w *work) travelsNow(def *program.Partner, rt *program.PartnerRecord, r *record.Row) (bool, error) {
	if stopped, err := w.tx.PartnerStopped(r.P.Key, def.Key, r.ID); err != nil || stopped {
		return false, err
	}
	if rt.When == nil {
		return true, nil
	}
	return w.unit.Test(rt.When, r.Vars())
}

func (w *work) valueOf(f *program.PartnerField, r *record.Row) (any, error) {
	if f.Own != "" {
		return r.Value(f.Own), nil
	}
	x, ok, err := w.unit.Eval(f.Col.Expr, r.Vars())
	if err != nil || !ok {
		return nil, err
	}
	v := record.Stored(x)
	if t, ok := v.(time.Time); ok {
		return t.UTC().Format(time.RFC3339), nil
	}
	return v, nil
}

// partnersOf lists the partners of a program that are in step.
func (w *work) partnersOf(prog string) ([]domain.Partner, error) {
	all, err := memo(&w.c.partners, "", w.tx.Partners)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(p domain.Partner) bool { return p.Program != prog || !p.Active }), nil
}

// markPartners notes that a record may have something to tell, with the change itself.
func (w *work) markPartners(rec *domain.Record) error {
	p := w.set.set.Program(rec.Program)
	if p == nil || p.Partners.Len() == 0 {
		return nil
	}
	list, err := w.partnersOf(rec.Program)
	for i := range list {
		def := p.Partners.Get(list[i].Key)
		if def == nil {
			continue
		}
		if rt := def.Records.Get(rec.Key); rt == nil || !rt.Out {
			continue
		}
		if err := w.tx.MarkPartnerDue(list[i].ID, rec.ID); err != nil {
			return err
		}
	}
	return err
}

// markPartnersOf does the same for the running records of a party: his name, a consent.
func (w *work) markPartnersOf(party domain.PartyID, only string) error {
	if party == "" {
		return nil
	}
	for _, p := range w.set.set.Programs.All() {
		if p.Partners.Len() == 0 || only != "" && p.Key != only {
			continue
		}
		list, err := w.partnersOf(p.Key)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		rows, err := w.runningOf(p.Key, party)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := w.markPartners(r.Record); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopPartner ends the exchange of a record with a system: what it was told it is told
// to be withdrawn, what waits for it goes no more, and what it sends is kept aside.
func (w *work) stopPartner(key string, rec *domain.Record) error {
	if err := w.tx.StopPartner(rec.Program, key, rec.ID); err != nil {
		return err
	}
	return w.markPartners(rec)
}

// restartPartners lets the running records of somebody travel again to the systems that
// a consent shares with, when it is given anew.
func (w *work) restartPartners(p *program.Program, c *program.Consent, party domain.PartyID) error {
	for _, s := range c.Shares {
		key, ok := strings.CutPrefix(s, "partner.")
		if !ok {
			continue
		}
		rows, err := w.runningOf(p.Key, party)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := w.tx.RestartPartner(p.Key, key, r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
