package app

import (
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Who sees whom on file. A party is not a record: programs say who reads records,
// and from that it follows who may know the people they are about.

// maySeeParty: oneself and one's wards; staff whose area covers the party; and
// whoever owns or has been sent a record about it.
func (w *work) maySeeParty(p *domain.Party) bool {
	if w.who.System || w.who.Admin || w.actsFor(p.ID) {
		return true
	}
	if _, ok := w.areaClass(p); ok {
		return true
	}
	return w.hasRecordOf(p.ID)
}

// actsFor: the caller is the party, represents it, or is its guardian.
func (w *work) actsFor(id domain.PartyID) bool {
	return slices.Contains(w.who.Parties, id) || slices.Contains(w.who.Wards, id)
}

// areaClass is the class that the caller's area roles read of a party's own file,
// when one of them covers it: what they read of records, up to personal. That a role
// reads one kind of record above that opens the file as far only where such a record
// about the party exists.
func (w *work) areaClass(p *domain.Party) (class domain.Class, ok bool) {
	for _, pr := range w.set.set.Programs.All() {
		c, sees := w.areaClassOf(pr, p)
		ok, class = ok || sees, max(class, min(c, domain.Personal))
		if sees && c > domain.Personal && w.guardedFiles() {
			class = max(class, w.heldClass(pr, p))
		}
	}
	return class, ok
}

// areaClassOf is the highest class that the caller's area roles of one program read.
func (w *work) areaClassOf(pr *program.Program, p *domain.Party) (class domain.Class, ok bool) {
	for _, role := range pr.Roles.All() {
		if w.areaSees(pr, role, p) {
			ok, class = true, max(class, role.Reach[p.Kind])
		}
	}
	return class, ok
}

// guardedFiles reports whether any file holds a field above personal.
func (w *work) guardedFiles() bool {
	above := func(f *program.Field) bool { return f.Class > domain.Personal }
	if slices.ContainsFunc(commonFields, above) {
		return true
	}
	for _, pr := range w.set.set.Programs.All() {
		for _, file := range pr.Files {
			for _, f := range file.Fields.All() {
				if above(f) {
					return true
				}
			}
		}
	}
	return false
}

// heldClass is the highest class above personal that the caller's area roles read of a
// record that there is about the party.
func (w *work) heldClass(pr *program.Program, p *domain.Party) (class domain.Class) {
	kinds := map[domain.Class][]string{}
	for _, role := range pr.Roles.All() {
		if !w.areaSees(pr, role, p) {
			continue
		}
		for key := range pr.Records.All() {
			c := role.Read[key].Class
			if role.ReadAll != nil {
				c = *role.ReadAll
			}
			if c > domain.Personal {
				kinds[c] = append(kinds[c], key)
			}
		}
	}
	for c, keys := range kinds {
		if c <= class {
			continue
		}
		page, err := w.tx.Records(store.RecordFilter{Program: pr.Key, Keys: keys, Subject: p.ID, Access: store.AccessAll, Limit: 1})
		if err == nil && len(page.Items) > 0 {
			class = c
		}
	}
	return class
}

// areaSees: the party is of a kind that the role's work concerns, and lives in the area
// of an area role, or in a group of a roster that the caller keeps; of a roster without
// groups, whoever holds the role round it.
func (w *work) areaSees(p *program.Program, role *program.Role, pt *domain.Party) bool {
	if _, concerns := role.Reach[pt.Kind]; !concerns {
		return false
	}
	switch role.Is {
	case "area":
		return covers(w.who.Qualified(role), pt.Path)
	case "keeper":
		return inPaths(pt.Path, w.who.KeptPaths(p, role)) || covers(w.who.Qualified(role), pt.Path) && w.inGroupOf(p, role, pt)
	}
	return false
}

func inPaths(path string, tops []string) bool {
	return slices.ContainsFunc(tops, func(top string) bool { return record.InPath(path, top) })
}

func covers(ms []record.Membership, path string) bool {
	return slices.ContainsFunc(ms, func(m record.Membership) bool {
		return slices.ContainsFunc(m.Paths, func(top string) bool { return record.InPath(path, top) })
	})
}

func (w *work) inGroupOf(p *program.Program, role *program.Role, pt *domain.Party) bool {
	return slices.ContainsFunc(role.Of, func(of string) bool {
		key, ok := cutRoster(of)
		r := p.Rosters.Get(key)
		if !ok || r == nil {
			return false
		}
		if kept, err := w.Kept(p.Key, key, pt.Path); r.GroupBy != "" && (err != nil || kept) {
			return false
		}
		has, err := w.RosterHas(p.Key, key, string(pt.ID))
		return err == nil && has
	})
}

// hasRecordOf: a record about the party is within the caller's own work. Clauses
// that open a kind of record to everybody do not count.
func (w *work) hasRecordOf(id domain.PartyID) bool {
	own := slices.DeleteFunc(w.access("", ""), func(c store.AccessClause) bool {
		return c.Path == "" && c.Owner == "" && c.OwnerOrg == "" && c.Provider == "" && len(c.Subjects) == 0
	})
	if len(own) == 0 || id == "" {
		return false
	}
	page, err := w.tx.Records(store.RecordFilter{Subject: id, Access: own, Limit: 1})
	return err == nil && len(page.Items) > 0
}

// partyClass is the highest class of file fields that the caller may read of a
// party he may see. An administrator keeps the files, so he reads personal data,
// but nothing sensitive.
func (w *work) partyClass(p *domain.Party) domain.Class {
	if w.who.System {
		return domain.Sealed
	}
	class := domain.Internal
	if w.who.Admin {
		class = domain.Personal
	}
	if c, ok := w.areaClass(p); ok {
		class = max(class, c)
	}
	if w.actsFor(p.ID) {
		class = max(class, domain.Sensitive)
	}
	return class
}

// personBehind names who acted. Staff act under their name; of a resident it is
// personal, like the name on his file, and stands masked for who may not read that; who
// reads no more of the matter than the public is not told who it was.
func (w *work) personBehind(a *domain.Account, class domain.Class) *AccountRef {
	v := &AccountRef{a.ID, a.Name}
	if a.Party == "" || class >= domain.Personal || w.actsFor(a.Party) {
		return v
	}
	if posts, err := w.tx.Memberships(store.MembershipFilter{Account: a.ID}); err == nil && len(posts) > 0 {
		return v
	}
	// Of a matter whose inside he does not read, whose it is would be told by this; nor
	// is anybody named whose file cannot be read.
	p, err := w.Party(a.Party)
	if class < domain.Internal || err != nil {
		return &AccountRef{Name: w.pick("居民", "a resident")}
	}
	v.Name = shownName(p, w.partyClass(p))
	return v
}

// mayKeepParty: administrators, and staff whose area covers the party.
func (w *work) mayKeepParty(path string) bool {
	return w.who.System || w.who.Admin || covers(w.who.Memberships, path)
}

// shownName is the name as the caller may read it: enterprises and organisations
// stand in public registers, a person's name identifies him.
func shownName(p *domain.Party, class domain.Class) string {
	if class >= domain.Personal || p.Kind == domain.Enterprise || p.Kind == domain.Organization {
		return p.Name
	}
	return domain.MaskName(p.Name)
}

// masked gives what stands on screen instead of identifiers.
func masked(p *domain.Party) map[string]string {
	out := map[string]string{}
	if s := partyText(p, "phone"); s != "" {
		out["phone"] = domain.MaskPhone(s)
	}
	if s := partyText(p, "id_number"); s != "" {
		out["id_number"] = domain.MaskID(s)
	}
	return out
}

// partyText reads a text of the file, open or sealed.
func partyText(p *domain.Party, key string) string {
	if s, ok := p.Data[key].(string); ok {
		return s
	}
	s, _ := p.Secret[key].(string)
	return s
}
