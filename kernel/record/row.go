package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// raw gives the stored value of a field, nil when nothing is set.
func (r *Row) raw(key string) any {
	if v, ok := r.Data[key]; ok {
		return v
	}
	r.open()
	return r.Secret[key]
}

// open decrypts the sealed part when it is first wanted.
func (r *Row) open() {
	if r.Secret == nil && r.u != nil {
		if err := r.u.w.Unseal(r.Record); err != nil || r.Secret == nil {
			r.Secret = map[string]any{}
		}
	}
}

func (r *Row) has(key string) bool { return r.raw(key) != nil }

// set stores a normalised value; personal and higher fields go to the sealed part.
func (r *Row) set(key string, v any) {
	if v == nil {
		r.unset(key)
		return
	}
	if f := FieldOf(r.T, key); f != nil && f.Class >= domain.Personal {
		r.open()
		r.Secret[key] = v
		return
	}
	r.Data[key] = v
}

func (r *Row) unset(key string) {
	if f := FieldOf(r.T, key); f != nil && f.Class >= domain.Personal {
		r.open() // a closed secret would keep the value
	}
	delete(r.Data, key)
	delete(r.Secret, key)
}

// overlay sets values and returns what puts the former ones back.
func (r *Row) overlay(vals map[string]any) func() {
	old := map[string]any{}
	for k, v := range vals {
		old[k] = r.raw(k)
		r.set(k, v)
	}
	return func() {
		for k, v := range old {
			r.set(k, v)
		}
	}
}

// Value gives a field's stored value for views; nil when unset.
func (r *Row) Value(key string) any { return r.raw(key) }

// Int gives a whole number of the row.
func (r *Row) Int(key string) (int64, bool) { return integer(r.raw(key)) }

// Counted gives what of a session or activity is counted and not stored.
func (r *Row) Counted(key string) any {
	if r.Noun != domain.Session && r.Noun != domain.Activity {
		return nil
	}
	v, known, err := recordView{r}.places(key)
	if !known || err != nil {
		return nil
	}
	return v
}

// StageLabel is the Chinese name of the present stage.
func (r *Row) StageLabel() string {
	if s := r.T.Stages.Get(r.Stage); s != nil {
		return s.Label
	}
	return r.Stage
}

// Title is how a list names the row when its subject's name may not be shown.
func (r *Row) Title() string {
	if r.RefNo != "" {
		return r.T.Label + " " + r.RefNo
	}
	return r.T.Label
}

// Members lists the members of a batch.
func (r *Row) Members() []domain.RecordID {
	list, _ := r.raw("members").([]any)
	out := make([]domain.RecordID, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, domain.RecordID(s))
		}
	}
	return out
}

func (r *Row) str(key string) string { s, _ := r.raw(key).(string); return s }

func splitAddr(addr string) (record, move string) {
	record, move, _ = strings.Cut(addr, ".")
	return
}

func itoa(n int) string { return strconv.Itoa(n) }

// text writes any scalar value as text, for keys and dimensions.
func text(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case time.Time:
		return x.UTC().Format(time.RFC3339)
	case fmt.Stringer:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// integer reads the numbers that JSON and rules may give.
func integer(v any) (int64, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case int:
		return int64(x), true
	case float64:
		return int64(x), x == float64(int64(x))
	case json.Number:
		n, err := x.Int64()
		return n, err == nil
	}
	return 0, false
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case json.Number:
		f, err := x.Float64()
		return f, err == nil
	}
	n, ok := integer(v)
	return float64(n), ok
}

// clockTold: a phone's clock that was off by so many seconds is told on the event.
const clockTold = 300

// log appends the event of a change. What is logged of the dialog are the
// changed fields' keys and the values up to class internal: higher ones stay in
// the sealed part of the row.
func (u *Unit) log(r *Row, typ string, mv *program.Move, a Act, changed map[string]any) error {
	data := map[string]any{}
	var keys []string
	open := map[string]any{}
	for k, v := range changed {
		keys = append(keys, k)
		if f := FieldOf(r.T, k); f == nil || f.Class <= domain.Internal {
			open[k] = v
		}
	}
	slices.Sort(keys)
	if len(keys) > 0 {
		data["fields"] = keys
	}
	if len(open) > 0 {
		data["values"] = open
	}
	if a.Reason != "" {
		data["reason"] = a.Reason
	}
	if a.Text != "" {
		data["text"] = a.Text
	}
	data["stage"] = r.Stage
	if a.ClockOff <= -clockTold || a.ClockOff >= clockTold {
		data["clock_off"] = a.ClockOff
	}
	if a.Proof.Has {
		data["located"] = true
	}
	if len(a.Proof.Photos) > 0 {
		data["photos"] = a.Proof.Photos
	}
	ev := &domain.Event{
		County: r.County, ID: domain.EventID(u.w.NewID()), Record: r.ID, Root: r.Root, Subject: r.Subject,
		Program: r.P.Key, Key: r.Key, Type: typ, OccurredAt: u.at(a), RecordedAt: u.w.Now(),
		Data: data, Class: r.Class,
	}
	if r.T.Identity != "none" && !u.actor.System {
		ev.Actor = u.actor.Account
		if m := u.actor.standing(); m != nil {
			ev.Org = m.Org
		}
	}
	if mv != nil {
		ev.Move = mv.Key
		counts, err := u.flows(r, mv.Record.Key+"."+mv.Key, ev)
		if err != nil {
			return err
		}
		addCounts(ev, counts)
	}
	u.record(r, ev)
	return nil
}

// Suggest gives what the program proposes for a field.
func (u *Unit) Suggest(r *Row, f *program.Field) (any, error) {
	v, err := u.value(f.Suggest, r.vars())
	if err != nil {
		return nil, err
	}
	return fromRule(v), nil
}

// TermTexts are the words of an order's fixings.
type TermTexts struct{ Task, Standard, Duty string }

// Terms evaluates an order's task, standard and duty.
func (u *Unit) Terms(r *Row) (t TermTexts) {
	if r.T.Terms == nil {
		return t
	}
	get := func(x *rule.Expr) string {
		if x == nil {
			return ""
		}
		v, err := u.value(x, r.vars())
		if err != nil {
			return ""
		}
		return u.display(x, r.vars(), v)
	}
	return TermTexts{get(r.T.Terms.Task), get(r.T.Terms.Standard), get(r.T.Terms.Duty)}
}

// ShownValue reads one dotted path of `shows` (`demand.amount`, `subject.phone`)
// from an order's parent or subject. nil when nothing is set.
func (u *Unit) ShownValue(r *Row, path string) (*program.Field, any) {
	head, key, _ := strings.Cut(path, ".")
	if head == "subject" {
		pv, err := u.partyOf(r.Subject, head)
		if err != nil {
			return nil, nil
		}
		x, err := pv.(*partyView).Get(key)
		if err != nil {
			return nil, nil
		}
		if key == "region" {
			if reg, err := u.w.Region(domain.RegionID(text(x))); err == nil {
				return nil, reg.Name
			}
		}
		return pv.(*partyView).fileField(key), fromRule(x)
	}
	if head == "guardian" {
		list, err := u.w.Guardians(r.Subject)
		if r.Subject == "" || err != nil || len(list) == 0 {
			return nil, nil
		}
		pv, err := u.partyOf(list[0], head)
		if err != nil {
			return nil, nil
		}
		x, err := pv.(*partyView).Get(key)
		if err != nil {
			return nil, nil
		}
		return nil, fromRule(x)
	}
	o := u.nearest(r, []string{head})
	if o == nil {
		return nil, nil
	}
	return FieldOf(o.T, key), o.raw(key)
}
