package record

import (
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// What a consent stops when it is withdrawn, and who stands where towards a person
// before any record about him exists.

// PartyRow is an unsaved row about a party, to ask roles of it.
func (u *Unit) PartyRow(p *program.Program, party *domain.Party) *Row {
	rec := &domain.Record{County: u.w.County(), Program: p.Key, Version: p.Version, Subject: party.ID, Region: party.Region, Path: party.Path}
	return &Row{Record: rec, P: p, T: &program.RecordType{Program: p.Key}, u: u}
}

// Withdraw does, on one running row of the person, what the program says of a
// withdrawn consent. It reports the actions that did something.
func (u *Unit) Withdraw(r *Row, c *program.Consent) ([]*program.Action, error) {
	var done []*program.Action
	for _, a := range c.Withdrawn {
		if !u.stops(r, a) {
			continue
		}
		if err := u.act(r, a, nil); err != nil {
			return nil, err
		}
		done = append(done, a)
	}
	return done, nil
}

// Stops lists the actions of a withdrawn consent that would do something to a row.
func (u *Unit) Stops(r *Row, c *program.Consent) []*program.Action {
	return slices.DeleteFunc(slices.Clone(c.Withdrawn), func(a *program.Action) bool { return !u.stops(r, a) })
}

// stops: the action is meant for rows of this kind, and the row is where it can act.
func (u *Unit) stops(r *Row, a *program.Action) bool {
	if key, ok := strings.CutPrefix(a.Target, "partner."); ok && a.Verb == "stop" {
		return r.P.Partners.Get(key).Records.Has(r.Key) && r.Ended.IsZero()
	}
	if r.P.StopsOn(a) != r.Key && (r.P.StopsOn(a) != "" || r.Record.Parent != "") || !r.Ended.IsZero() {
		return false
	}
	if a.Verb != "move" {
		return true
	}
	_, move := splitAddr(a.Target)
	mv := r.T.Moves.Get(move)
	return mv != nil && slices.Contains(mv.From, r.Stage)
}

// Shares reports whether an order is showing its receiver something personal by a consent.
func Shares(r *Row, c *program.Consent) bool {
	return r.Noun == domain.Order && r.T.Shows != nil && len(r.T.Shows.Personal) > 0 && slices.Contains(c.Shares, r.Key) &&
		(r.Phase == domain.PhaseProposed || r.Phase == domain.PhaseAccepted || r.Phase == domain.PhaseDone)
}

// NeedsConsent reports whether a move is refused while a consent is not given.
func NeedsConsent(mv *program.Move, key string) bool {
	return slices.ContainsFunc(mv.Guard, func(g program.Guard) bool {
		return g.If != nil && slices.ContainsFunc(g.If.Reads(), func(path string) bool {
			return path == "consent."+key || strings.HasPrefix(path, "consent."+key+".")
		})
	})
}
