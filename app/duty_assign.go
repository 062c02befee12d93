package app

import (
	"strings"

	"linqiao/domain"
	"linqiao/kernel/dispatch"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// For whom something is owed, and who is to do it.

// dutyRows lists the rows that the duty runs over, within a region.
func (w *work) dutyRows(p *program.Program, d *program.Duty, path string) ([]owed, error) {
	kind, key, _ := strings.Cut(d.Over, ".")
	var out []owed
	switch kind {
	case "roster":
		ids, err := w.RosterMembers(p.Key, key, "")
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			row, err := w.rosterRow(p, d, domain.PartyID(id), path)
			if err != nil {
				return nil, err
			}
			out = append(out, row...)
		}
	case "region":
		regs, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{domain.RegionLevel(key)}, Path: path})
		if err != nil {
			return nil, err
		}
		for _, g := range regs {
			out = append(out, owed{kind: "region", over: string(g.ID), path: g.Path, region: g.ID})
		}
	case "org":
		orgs, err := w.tx.Orgs(store.OrgFilter{Kinds: []string{key}, Path: path})
		if err != nil {
			return nil, err
		}
		for _, o := range orgs {
			out = append(out, owed{kind: "org", over: string(o.ID), path: o.Path, region: o.Region, org: o.ID})
		}
	default:
		return w.runningRows(p, d, path)
	}
	return out, nil
}

// rosterRow is the row of one member of a roster, none where the duty is not for him.
func (w *work) rosterRow(p *program.Program, d *program.Duty, id domain.PartyID, path string) ([]owed, error) {
	pt, err := w.Party(id)
	if err != nil || !pt.Active || path != "" && !record.InPath(pt.Path, path) {
		return nil, err
	}
	if d.Where != nil {
		v, err := w.unit.PartyVars(p, pt.ID)
		if err != nil {
			return nil, err
		}
		if ok, err := w.unit.Test(d.Where, v); err != nil || !ok {
			return nil, err
		}
	}
	return []owed{{kind: "roster", over: string(id), party: pt.ID, path: pt.Path, region: pt.Region, lat: pt.Lat, lng: pt.Lng}}, nil
}

// assignAll finds who does each row: the person himself, or units of the role's
// kinds whose area covers the row; among equally near ones evenly, by grid.
func (w *work) assignAll(p *program.Program, d *program.Duty, list []owed) error {
	for _, k := range d.To {
		role := p.Roles.Get(k)
		if role == nil {
			continue
		}
		if role.Is == "self" || role.Is == "guardian" {
			if err := w.assignSelf(role, list); err != nil {
				return err
			}
			continue
		}
		if role.Is == "owner" { // who is in charge of the record; of what has nobody yet, a team
			assignOwner(list)
		}
		if role.Is == "keeper" {
			if err := w.assignKeepers(p, role, list); err != nil {
				return err
			}
		}
		if err := w.assignOrgs(role, d.Split, list); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) assignSelf(role *program.Role, list []owed) error {
	for i := range list {
		if list[i].account != "" || list[i].party == "" {
			continue
		}
		parties := []domain.PartyID{list[i].party}
		if role.Is == "guardian" {
			var err error
			if parties, err = w.Guardians(list[i].party); err != nil {
				return err
			}
		}
		for _, pt := range parties {
			accs, err := w.tx.AccountsOf(pt)
			if err != nil {
				return err
			}
			if len(accs) > 0 {
				list[i].account = accs[0].ID
				break
			}
		}
	}
	return nil
}

// assignKeepers gives each row to the contact of its group, where there is one.
func (w *work) assignKeepers(p *program.Program, role *program.Role, list []owed) error {
	named := map[string]domain.AccountID{} // by region path
	for i := range list {
		if list[i].account != "" || list[i].org != "" {
			continue
		}
		acc, known := named[list[i].path]
		if !known {
			accs, err := w.namedKeepers(p.Key, role, list[i].path)
			if err != nil {
				return err
			}
			if len(accs) > 0 {
				acc = accs[0]
			}
			named[list[i].path] = acc
		}
		list[i].account = acc
	}
	return nil
}

func (w *work) assignOrgs(role *program.Role, split string, list []owed) error {
	var teams []dispatch.Team
	covers := ""
	if len(list) == 1 { // one row: only the units round it
		covers = list[0].path
	}
	for _, kind := range role.HeldBy.Org {
		orgs, err := w.tx.Orgs(store.OrgFilter{Kinds: []string{kind}, Covers: covers})
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if !o.Active || role.HeldBy.Level != "" && o.Level != role.HeldBy.Level {
				continue
			}
			for _, path := range areaPaths(&o) {
				teams = append(teams, dispatch.Team{ID: string(o.ID), Path: path, Size: 1})
			}
		}
	}
	items := make([]dispatch.Item, 0, len(list))
	at := map[string][]int{}
	for i, x := range list {
		if x.org != "" || x.account != "" {
			continue
		}
		id, path := x.over, x.path
		if split != "" { // a whole division of that level goes to one team
			if g := domain.PathAt(x.path, domain.RegionLevel(split)); g != "" {
				id, path = "split/"+string(g), domain.RegionPath(g)
			}
		}
		if at[id] == nil {
			items = append(items, dispatch.Item{ID: id, Path: path, Lat: x.lat, Lng: x.lng})
		}
		at[id] = append(at[id], i)
	}
	byTeam, _ := dispatch.SplitGrid(items, teams)
	for team, ids := range byTeam {
		for _, id := range ids {
			for _, i := range at[id] {
				list[i].org = domain.OrgID(team)
			}
		}
	}
	return nil
}

func areaPaths(o *domain.Org) []string {
	if o.AreaPath != "" {
		return strings.Split(o.AreaPath, ",")
	}
	return []string{o.Path}
}
