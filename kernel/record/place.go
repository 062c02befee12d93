package record

import (
	"strings"

	"linqiao/domain"
)

// inherit takes subject, owner, provider, region and root from the parent.
func (u *Unit) inherit(r *Row) error {
	if r.Record.Parent == "" {
		if r.T.Of != "" && !r.T.Alone && r.Noun != domain.Batch {
			return domain.E(domain.KindInvalid, "parent_missing", "record", r.T.Label)
		}
		return nil
	}
	par, err := u.Load(r.Record.Parent)
	if err != nil {
		return err
	}
	r.Root = par.Root
	if r.Subject == "" && len(r.T.For) == 0 {
		r.Subject = par.Subject
	}
	if r.Provider == "" {
		r.Provider = par.Provider
	}
	r.Owner, r.OwnerOrg = par.Owner, par.OwnerOrg
	if r.Region == "" {
		r.Region, r.Path = par.Region, par.Path
	}
	if r.Channel == "" {
		r.Channel = par.Channel
	}
	return nil
}

// place settles the region: stated, else the subject's, else the actor's. Nobody
// may state an abolished one; what comes from a running record may stand there.
func (u *Unit) place(r *Row, stated bool) error {
	if r.Region != "" {
		reg, err := u.w.Region(r.Region)
		if err != nil {
			return domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown").Wrap(err)
		}
		if !reg.Active && stated {
			return domain.E(domain.KindInvalid, "region_abolished", "name", reg.Name).With("region", "region_abolished", "name", reg.Name)
		}
		r.Path = reg.Path
		return nil
	}
	if r.Subject != "" {
		p, err := u.w.Party(r.Subject)
		if err != nil {
			return err
		}
		r.Region, r.Path = p.Region, p.Path
	}
	if r.Path == "" {
		if m := u.actor.standing(); m != nil && len(m.Paths) > 0 {
			r.Path = m.Paths[0]
			r.Region = domain.RegionID(r.Path[strings.LastIndexByte(r.Path, '/')+1:])
		} else if len(u.actor.Parties) > 0 { // a resident speaks of where he lives
			p, err := u.w.Party(u.actor.Parties[0])
			if err != nil {
				return err
			}
			r.Region, r.Path = p.Region, p.Path
		}
	}
	return nil
}
