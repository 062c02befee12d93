package record

import (
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// Several helpers on one matter: each order ends with what its receiver concludes, and
// a joint move of the matter waits until nobody still owes a conclusion.

// concludedBy is where an order keeps which account concluded.
const concludedBy = "_concluded_by"

// Conclusion is what the receiver of one order found.
type Conclusion struct {
	Order *Row
	By    domain.AccountID // "" while it is open, and of one that came to nothing
}

// ConcludedBy is the account that ended an order with its conclusion.
func (r *Row) ConcludedBy() domain.AccountID { return domain.AccountID(text(r.Data[concludedBy])) }

// concluded asks for the conclusion when an order becomes done, by whatever way, and
// notes whose it is.
func (u *Unit) concluded(r *Row, before domain.Phase) error {
	if r.T.Concludes == "" || r.Phase != domain.PhaseDone || before == domain.PhaseDone {
		return nil
	}
	f := r.T.Fields.Get(r.T.Concludes)
	if !r.has(r.T.Concludes) {
		return domain.E(domain.KindInvalid, "fields_invalid").With("fields."+f.Key, "required", "label", f.Label)
	}
	r.Data[concludedBy] = string(u.actor.Account)
	return nil
}

// jointRule refuses a joint move while an order that it waits for is still running.
func (u *Unit) jointRule(r *Row, mv *program.Move) error {
	if len(mv.Joint) == 0 {
		return nil
	}
	list, err := u.Conclusions(r, mv.Joint)
	if err != nil {
		return err
	}
	for _, c := range list {
		if o := c.Order; o.Phase == domain.PhaseProposed || o.Phase == domain.PhaseAccepted {
			unit := ""
			if org, err := u.w.Org(o.Provider); err == nil {
				unit = org.Name
			}
			return domain.E(domain.KindRefused, "joint_open", "unit", unit, "order", o.T.Label, "stage", o.T.Stages.Get(o.Stage).Label)
		}
	}
	return nil
}

// Conclusions lists the orders below a row, of the kinds named or, without any, of all
// kinds that conclude: children, their children, and so on.
func (u *Unit) Conclusions(r *Row, kinds []string) ([]Conclusion, error) {
	var out []Conclusion
	for _, key := range r.T.Children {
		t := r.P.Records.Get(key)
		if t == nil || t.Noun == domain.Batch || !concludesBelow(r.P, t, kinds) {
			continue
		}
		list, err := u.Children(r, key)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if t.Concludes != "" && (len(kinds) == 0 || slices.Contains(kinds, key)) {
				out = append(out, Conclusion{c, c.ConcludedBy()})
			}
			below, err := u.Conclusions(c, kinds)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
		}
	}
	return out, nil
}

// concludesBelow spares a look at children under which no such order can lie.
func concludesBelow(p *program.Program, t *program.RecordType, kinds []string) bool {
	if t.Concludes != "" && (len(kinds) == 0 || slices.Contains(kinds, t.Key)) {
		return true
	}
	return slices.ContainsFunc(t.Children, func(k string) bool {
		c := p.Records.Get(k)
		return c != nil && c != t && concludesBelow(p, c, kinds)
	})
}

// Packet is an order of a kind as it would stand below a row, to show beforehand what
// would go out with it. The unit does not keep it.
func (u *Unit) Packet(r *Row, t *program.RecordType) *Row {
	rec := &domain.Record{County: u.w.County(), Program: r.P.Key, Version: r.Version, Key: t.Key, Noun: t.Noun, Class: t.Class,
		Parent: r.ID, Subject: r.Subject, Region: r.Region, Path: r.Path, Data: map[string]any{}, Secret: map[string]any{}}
	o := &Row{Record: rec, P: r.P, T: t, u: u}
	o.is.new = true
	return o
}

// Sends lists the kinds of orders that a move sends out from its own record.
func Sends(p *program.Program, mv *program.Move) []string {
	var out []string
	for _, a := range mv.Do {
		if m := p.MatchOf(a); m != nil && m.Need == mv.Record.Key && !slices.Contains(out, m.Makes) {
			out = append(out, m.Makes)
		}
	}
	return out
}
