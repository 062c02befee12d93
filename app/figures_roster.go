package app

import (
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// rosterStock counts the members of a roster in a region as they stand now, by the
// dimensions of the stat read on each of them.
func (w *work) rosterStock(p *program.Program, st *program.Stat, path string, where map[string]string, by []string) (map[string]cell, error) {
	ids, err := w.RosterMembers(p.Key, strings.TrimPrefix(source0(st), "roster."), "")
	if err != nil {
		return nil, err
	}
	out := map[string]cell{"": {set: true}}
	if len(by) > 0 {
		out = map[string]cell{}
	}
	for _, id := range ids {
		pt, err := w.Party(domain.PartyID(id))
		if err != nil {
			if o, err := w.Org(domain.OrgID(id)); err == nil && len(where)+len(by) == 0 && st.Where == nil && (path == "" || record.InPath(o.Path, path)) {
				c := out[""] // a unit of the county: nothing is known of it that a figure could be broken down by
				c.value++
				out[""] = c
			}
			continue
		}
		if path != "" && !record.InPath(pt.Path, path) {
			continue
		}
		if st.Where != nil {
			if ok, err := w.unit.MemberCounts(st, pt.ID); err != nil {
				return nil, err
			} else if !ok {
				continue
			}
		}
		dims := ""
		if len(where)+len(by) > 0 {
			if dims, err = w.unit.MemberDims(p, st, pt.ID); err != nil {
				return nil, err
			}
		}
		for _, d := range spread(dims, w.today(), pt.Path, where, by) {
			k := cellKey(by, d)
			c := out[k]
			c.dims, c.set = d, true
			c.value++
			out[k] = c
		}
	}
	return out, nil
}
