package record

import (
	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// Incoming reads values that another system sent, by the keys of the record's own
// fields, as a dialog is read: a key with nothing clears the value.
func Incoming(t *program.RecordType, raw map[string]any) (map[string]any, []domain.FieldError) {
	var fields []*program.Field
	for k := range raw {
		if f := t.Fields.Get(k); f != nil && f.Calc == nil {
			fields = append(fields, f)
		}
	}
	return form.Fill(fields, nil, raw)
}

// Receive lays values that another system sent over a running row. What is calculated
// and what waits for a fact follows as after any change; what a row in its last stage
// holds nobody changes any more.
func (u *Unit) Receive(r *Row, vals map[string]any, from string) error {
	switch {
	case len(vals) == 0:
		return nil
	case !r.Ended.IsZero():
		return domain.E(domain.KindRefused, "partner_ended")
	}
	for k, v := range vals {
		r.set(k, v)
	}
	if len(r.T.Unique) > 0 {
		r.Unique = r.uniqueKey()
	}
	u.touch(r)
	return u.log(r, "received", nil, Act{Text: from}, vals)
}
