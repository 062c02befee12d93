package record

import (
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// standing gives the actor's main membership, nil for residents.
func (a *Actor) standing() *Membership {
	if len(a.Memberships) == 0 {
		return nil
	}
	return &a.Memberships[0]
}

// Qualified lists the memberships by which the actor may hold a role.
func (a *Actor) Qualified(role *program.Role) []Membership {
	h := role.HeldBy
	var out []Membership
	for _, m := range a.Memberships {
		if len(h.Org) > 0 && !slices.Contains(h.Org, m.Kind) ||
			len(h.Levels) > 0 && !slices.Contains(h.Levels, m.Level) ||
			len(h.Post) > 0 && !slices.Contains(h.Post, m.Post) ||
			len(h.Tag) > 0 && !slices.ContainsFunc(h.Tag, func(t string) bool { return slices.Contains(m.Tags, t) }) {
			continue
		}
		if len(h.Org) == 0 && len(h.Post) == 0 && len(h.Tag) == 0 && !h.Team {
			continue
		}
		out = append(out, m)
	}
	return out
}

// qualified is Qualified of the unit's actor: a list of rows asks it for each row.
func (u *Unit) qualified(role *program.Role) []Membership {
	ms, ok := u.roles[role]
	if !ok {
		ms = u.actor.Qualified(role)
		if u.roles == nil {
			u.roles = map[*program.Role][]Membership{}
		}
		u.roles[role] = ms
	}
	return ms
}

// HoldsStatic reports whether the actor can hold the role at all, whatever the row.
func (a *Actor) HoldsStatic(role *program.Role) bool {
	switch role.Is {
	case "public":
		return true
	case "member":
		if slices.ContainsFunc(a.Places, func(x Place) bool { return slices.Contains(role.Of, "roster."+x.Roster) }) {
			return true
		}
	case "owner":
		return len(a.Qualified(role)) > 0 || a.ownsAsParty(role)
	case "receiver":
		return len(a.Qualified(role)) > 0 || ofPerson(role) && len(a.Parties) > 0
	case "self", "guardian":
		return len(role.HeldBy.Org) == 0 && (len(a.Parties) > 0 || len(a.Wards) > 0) || len(a.Qualified(role)) > 0
	}
	return len(a.Qualified(role)) > 0
}

// Serves reports whether the actor may be expected to act in the role: he can hold it,
// it is not everybody's, and if it is of whoever on a roster took a row, he is on it.
func (a *Actor) Serves(p *program.Program, role *program.Role) bool {
	if role.Is == "public" || !a.HoldsStatic(role) {
		return false
	}
	if role.Is != "owner" || role.HeldBy.Roster == "" || len(role.HeldBy.Org) > 0 {
		return true
	}
	return slices.ContainsFunc(a.Places, func(x Place) bool { return x.Program == p.Key && x.Roster == role.HeldBy.Roster })
}

// ownsAsParty: the role is of those who began a row for themselves (an objection), and
// the actor is such a person; or it is of whoever on a roster took the row, and of him
// alone: his unit does not own it with him.
func (a *Actor) ownsAsParty(role *program.Role) bool {
	return byParty(role) && len(a.Parties) > 0 || role.Is == "owner" && role.HeldBy.Roster != "" && len(role.HeldBy.Org) == 0 && a.Account != ""
}

func byParty(role *program.Role) bool {
	return role.Is == "owner" && len(role.HeldBy.Party) > 0 && len(role.HeldBy.Org) == 0
}

// Holds reports whether the actor holds the role relative to the row.
func (u *Unit) Holds(r *Row, key string) bool {
	role := r.P.Roles.Get(key)
	if role == nil || u.actor.System {
		return false
	}
	a := u.actor
	ms := u.qualified(role)
	switch role.Is {
	case "public":
		return true
	case "self":
		return r.Subject != "" && slices.Contains(a.Parties, r.Subject)
	case "guardian":
		return r.Subject != "" && slices.Contains(a.Wards, r.Subject)
	case "area":
		return inAreas(r.Path, ms)
	case "owner":
		o := u.nearest(r, role.Of)
		if o == nil {
			o = r // of no such kind: whose own row is it?
		}
		return o.Owner != "" && o.Owner == a.Account && (len(ms) > 0 || a.ownsAsParty(role)) || !role.Named && inOrgs(o.OwnerOrg, ms)
	case "receiver":
		return u.receives(r, role, ms, true)
	case "keeper":
		return a.keeps(r.P, role, r.Path) || inAreas(r.Path, ms) && u.inRosters(r.P, u.unkept(r.P, role, r.Path), string(r.Subject))
	case "member":
		if role.Rank != "" {
			return onShift(a, r.P, role, u.w.Now())
		}
		return len(ms) > 0 && u.onPanelOf(r, role) || u.inChoice(r, role) || u.inRosters(r.P, role.Of, string(a.Account)) || slices.ContainsFunc(a.Parties, func(p domain.PartyID) bool {
			return u.inRosters(r.P, role.Of, string(p))
		})
	case "party":
		return u.isPartyOf(r, role)
	}
	return false
}

// KeptPaths are the regions of the groups that the actor keeps by a role.
func (a *Actor) KeptPaths(p *program.Program, role *program.Role) (paths []string) {
	for _, k := range a.Keeps {
		if k.Program == p.Key && slices.Contains(role.Of, "roster."+k.Roster) {
			paths = append(paths, k.Path)
		}
	}
	return paths
}

func (a *Actor) keeps(p *program.Program, role *program.Role, path string) bool {
	return slices.ContainsFunc(a.KeptPaths(p, role), func(top string) bool { return InPath(path, top) })
}

// keeperFinder is the part of a World that knows whether the group of a roster that a
// path lies in has a contact.
type keeperFinder interface {
	Kept(program, roster, path string) (bool, error)
}

// unkept lists the rosters of a keeper's role whose members nobody is named for round a
// path: they are kept by whoever holds the role there.
func (u *Unit) unkept(p *program.Program, role *program.Role, path string) (of []string) {
	for _, k := range role.Of {
		key, _ := strings.CutPrefix(k, "roster.")
		r := p.Rosters.Get(key)
		if r == nil {
			continue
		}
		if w, ok := u.w.(keeperFinder); ok && r.GroupBy != "" {
			if kept, err := w.Kept(p.Key, key, path); err != nil || kept {
				continue
			}
		}
		of = append(of, k)
	}
	return of
}

// onShift: the account is on one of the role's rosters now, in its rank.
func onShift(a *Actor, p *program.Program, role *program.Role, now time.Time) bool {
	return slices.ContainsFunc(role.Of, func(of string) bool {
		key, ok := strings.CutPrefix(of, "roster.")
		return ok && a.On(p.Key, key, role.Rank, now)
	})
}

func inAreas(path string, ms []Membership) bool {
	for _, m := range ms {
		for _, p := range m.Paths {
			if InPath(path, p) {
				return true
			}
		}
	}
	return false
}

func inOrgs(org domain.OrgID, ms []Membership) bool {
	return org != "" && slices.ContainsFunc(ms, func(m Membership) bool { return m.Org == org })
}

// nearest is the row itself or its nearest ancestor of one of the kinds.
func (u *Unit) nearest(r *Row, of []string) *Row {
	for r != nil {
		if len(of) == 0 || slices.Contains(of, r.Key) {
			return r
		}
		par, err := u.Parent(r)
		if err != nil {
			return nil
		}
		r = par
	}
	return nil
}

// receives: the order (or a row below it) is with one of the actor's units; or
// the row has a child order that one of them has accepted.
func (u *Unit) receives(r *Row, role *program.Role, ms []Membership, accepted bool) bool {
	if o := u.nearest(r, role.Of); o != nil {
		return u.isReceiver(o, role, ms)
	}
	for _, key := range role.Of {
		if !slices.Contains(r.T.Children, key) {
			continue
		}
		list, err := u.Children(r, key)
		if err != nil {
			return false
		}
		for _, o := range list {
			if u.isReceiver(o, role, ms) && (!accepted || o.Phase == domain.PhaseAccepted || o.Phase == domain.PhaseDone) {
				return true
			}
		}
	}
	return false
}

// isReceiver: the order is with one of the actor's units, with his account, or with
// himself, where what is offered is a person's own and the role is held by people.
func (u *Unit) isReceiver(o *Row, role *program.Role, ms []Membership) bool {
	return inOrgs(o.Provider, ms) || o.T.Offers == "account" && o.str("offer") == string(u.actor.Account) ||
		ofPerson(role) && o.Owner != "" && o.Owner == u.actor.Account && offersPerson(o.P, o.T)
}

// ofPerson: a receiver's role that people hold for themselves, by being on file.
func ofPerson(role *program.Role) bool {
	return role.Is == "receiver" && slices.Contains(role.HeldBy.Party, domain.Person)
}

// offersPerson: orders of the kind go to what one person offers. Such an order belongs
// to the person's account.
func offersPerson(p *program.Program, t *program.RecordType) bool {
	offer := p.Records.Get(t.Offers)
	return offer != nil && slices.Contains(offer.For, string(domain.Person))
}

func (u *Unit) inRosters(p *program.Program, of []string, member string) bool {
	for _, k := range of {
		key, ok := strings.CutPrefix(k, "roster.")
		if !ok || member == "" {
			continue
		}
		if has, err := u.w.RosterHas(p.Key, key, member); err == nil && has {
			return true
		}
	}
	return false
}

func (u *Unit) isPartyOf(r *Row, role *program.Role) bool {
	for _, k := range role.Of {
		key, field := splitAddr(k)
		if o := u.nearest(r, []string{key}); o != nil && slices.Contains(u.actor.Parties, domain.PartyID(o.str(field))) {
			return true
		}
	}
	return false
}

// MayMove reports whether the actor may make the move on the row by hand.
func (u *Unit) MayMove(r *Row, mv *program.Move) bool {
	return slices.ContainsFunc(mv.By, func(k string) bool { return u.Holds(r, k) })
}

// mayIntake: roles are read relative to the row as it would be; a role that
// owns this very kind of record is enough to make one.
func (u *Unit) mayIntake(r *Row, mv *program.Move) error {
	by := r.T.KeptBy
	label := "新建"
	if mv != nil {
		by, label = mv.By, mv.Label
	}
	if len(by) == 0 || !slices.ContainsFunc(by, func(k string) bool { return u.mayOpen(r, k) }) {
		return domain.E(domain.KindForbidden, "move_forbidden", "move", label)
	}
	return nil
}

func (u *Unit) mayOpen(r *Row, key string) bool {
	role := r.P.Roles.Get(key)
	if role == nil {
		return false
	}
	if role.Is == "owner" && slices.Contains(role.Of, r.Key) {
		return len(u.qualified(role)) > 0 || u.actor.ownsAsParty(role)
	}
	if u.Holds(r, key) {
		return true
	}
	if role.Is != "receiver" { // who serves the need may open more below it
		return false
	}
	par, err := u.Parent(r)
	return err == nil && par != nil && u.receives(par, role, u.qualified(role), true)
}

// CouldIntake reports whether the actor could hold one of an intake's roles on some
// row: what a calendar offers him.
func (u *Unit) CouldIntake(p *program.Program, mv *program.Move) bool {
	return slices.ContainsFunc(mv.By, func(k string) bool {
		role := p.Roles.Get(k)
		return role != nil && (role.Is != "guardian" || len(u.actor.Wards) > 0) && (role.Is != "self" || len(u.actor.Parties) > 0) && u.actor.HoldsStatic(role)
	})
}

// MayKeep reports whether the actor may edit a record that is kept.
func (u *Unit) MayKeep(r *Row) bool {
	return slices.ContainsFunc(r.T.KeptBy, func(k string) bool { return u.Holds(r, k) })
}

// takeOwnership: staff who take a record in own it; an offer belongs to the unit
// of the provider who makes it, or to the one named where its intake asks for it. Residents own nothing, the record waits; but what a
// program has an owner among parties for (an objection) belongs to who began it.
func (u *Unit) takeOwnership(r, opener *Row) {
	m := u.ownerMembership(r)
	if m == nil && u.beganForSelf(r) {
		r.Owner = u.actor.Account
		if len(r.T.For) == 0 { // about him who objects, and not about him objected against, whom he may not see
			r.Subject = u.actor.Parties[0]
		}
	}
	if m == nil || u.actor.System {
		return
	}
	if r.Noun == domain.Offer {
		if org := r.str("provider"); org != "" && r.Provider == "" {
			r.Provider, r.OwnerOrg = domain.OrgID(org), domain.OrgID(org)
			return
		}
		r.Owner, r.OwnerOrg = u.actor.Account, m.Org
		if r.Provider == "" {
			r.Provider = m.Org
		}
		return
	}
	if r.Owner == "" && r.OwnerOrg == "" && r.Record.Parent == "" {
		r.Owner, r.OwnerOrg = u.actor.Account, m.Org
		if opener != nil && opener.OwnerOrg != "" { // what a team's visit opens is the team's
			r.OwnerOrg = opener.OwnerOrg
		}
	}
}

func (u *Unit) beganForSelf(r *Row) bool {
	for _, role := range r.P.Roles.All() {
		if slices.Contains(role.Of, r.Key) && u.actor.ownsAsParty(role) {
			return true
		}
	}
	return false
}

func (u *Unit) ownerMembership(r *Row) *Membership {
	for _, k := range r.T.KeptBy {
		if role := r.P.Roles.Get(k); role != nil {
			if ms := u.qualified(role); len(ms) > 0 {
				return &ms[0]
			}
		}
	}
	return u.actor.standing()
}

// Clearance is what the actor may read of a row: the highest class of the roles
// that reach it, and the fields that are readable whatever their class. ok is
// false when no role reaches the row.
func (u *Unit) Clearance(r *Row) (class domain.Class, fields map[string]bool, ok bool) {
	if u.actor.Glass(r.P.Key, r.Subject, u.w.Now()) != nil {
		return domain.Sealed, nil, true
	}
	for key, role := range r.P.Roles.All() {
		c, extra, has := roleReads(role, r.Key)
		if !has || !u.Holds(r, key) || role.Is == "public" && r.Class > domain.Public {
			continue
		}
		if c < r.T.Class && len(extra) == 0 {
			continue
		}
		if role.Is == "receiver" && u.nearest(r, role.Of) == nil {
			continue // what lies above his order he sees through its `shows` only
		}
		ok = true
		class = max(class, c)
		for _, f := range extra {
			if fields == nil {
				fields = map[string]bool{}
			}
			fields[f] = true
		}
	}
	return class, fields, ok
}

// BearerReads is what the holder of a pass reads of a record: a class, and fields
// whatever their class. ok is false when no role of the program bears the pass.
func BearerReads(p *program.Program, pass, record string) (class domain.Class, fields []string, ok bool) {
	for _, role := range p.Roles.All() {
		if role.Is != "bearer" || !slices.Contains(role.Of, "pass."+pass) {
			continue
		}
		if c, extra, has := roleReads(role, record); has {
			class, fields, ok = max(class, c), append(fields, extra...), true
		}
	}
	return class, fields, ok
}

func roleReads(role *program.Role, record string) (domain.Class, []string, bool) {
	if rr, ok := role.Read[record]; ok {
		return rr.Class, rr.Fields, true
	}
	if role.ReadAll != nil {
		return *role.ReadAll, nil, true
	}
	return 0, nil, false
}

// Slice is what a receiver sees of an order's parent and subject, by the order's
// `shows`: dotted paths (`demand.amount`, `subject.phone`). ok is false when the
// actor receives no order below the row.
func (u *Unit) Slice(r *Row) (paths map[string]bool, ok bool) {
	paths = map[string]bool{}
	for key, role := range r.P.Roles.All() {
		if role.Is != "receiver" && !u.onPanel(r, key) {
			continue
		}
		ms := u.qualified(role)
		for _, of := range role.Of {
			t := r.P.Records.Get(of)
			if t == nil || t.Shows == nil || len(ms) == 0 && !ofPerson(role) || !slices.Contains(r.T.Children, of) {
				continue
			}
			list, _ := u.Children(r, of)
			for _, o := range list {
				if u.isReceiver(o, role, ms) {
					ok = true
					for _, p := range u.ShownPaths(o) {
						paths[p] = true
					}
				}
			}
			if u.onPanel(r, key) {
				ok = true
				for _, p := range u.withConsent(r.P, t, r.Subject, t.Shows.Before) {
					paths[p] = true
				}
			}
		}
	}
	return paths, ok
}

// ShownPaths lists what an order shows its receiver in its present phase: of a
// person no more than his consent, or a ground, carries at this moment.
func (u *Unit) ShownPaths(o *Row) []string {
	if o.T.Shows == nil {
		return nil
	}
	return u.withConsent(o.P, o.T, o.Subject, u.phasePaths(o))
}

// withConsent leaves out what is personal while nothing stands behind it.
func (u *Unit) withConsent(p *program.Program, t *program.RecordType, subject domain.PartyID, paths []string) []string {
	if len(t.Shows.Personal) == 0 || u.MayShare(p, t, subject) {
		return paths
	}
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return t.Shows.Personal[path] })
}

// MayShare reports whether personal facts of the subject may be shown by orders of
// the kind: a consent that names it stands, or a ground of the program does. Where
// no consent names it, a guard on its way has asked (the loader sees to that).
func (u *Unit) MayShare(p *program.Program, t *program.RecordType, subject domain.PartyID) bool {
	named := false
	for key, c := range p.Consents.All() {
		if !slices.Contains(c.Shares, t.Key) {
			continue
		}
		named = true
		if ok, err := u.w.Consent(p.Key, key, subject); err == nil && ok {
			return true
		}
	}
	if !named || subject == "" {
		return true
	}
	for key := range p.Grounds.All() {
		if ok, err := u.w.Ground(p.Key, key, subject); err == nil && ok {
			return true
		}
	}
	return false
}

// phasePaths lists what an order's phase opens. What was shown for the work ends
// `keeps` after the order did.
func (u *Unit) phasePaths(o *Row) []string {
	s := o.T.Shows
	if o.Phase != domain.PhaseAccepted && o.Phase != domain.PhaseDone {
		return s.Before
	}
	if !s.Keeps.IsZero() && !o.Ended.IsZero() {
		until, _ := u.w.Calendar().Due(o.Ended, s.Keeps.N, s.Keeps.Unit, false)
		if u.w.Now().After(until) {
			return s.Before
		}
	}
	return append(slices.Clone(s.Before), s.After...)
}

// Access is one way to a set of rows. The store turns it into SQL and into the
// same test on one row; clauses of a reader are ORed.
type Access struct {
	All       bool
	Paths     []string // region subtrees
	Owner     domain.AccountID
	OwnerOrgs []domain.OrgID
	Providers []domain.OrgID
	Subjects  []domain.PartyID
}

// Where gives the clauses by which an actor may list a program's record.
func Where(a *Actor, p *program.Program, t *program.RecordType, now time.Time) (list []Access) {
	for _, role := range p.Roles.All() {
		c, extra, has := roleReads(role, t.Key)
		if !has || c < t.Class && len(extra) == 0 {
			continue
		}
		ms := a.Qualified(role)
		orgs := make([]domain.OrgID, 0, len(ms))
		for _, m := range ms {
			orgs = append(orgs, m.Org)
		}
		switch role.Is {
		case "public":
			if t.Class == domain.Public {
				list = append(list, Access{All: true})
			}
		case "area":
			var paths []string
			for _, m := range ms {
				paths = append(paths, m.Paths...)
			}
			if len(paths) > 0 {
				list = append(list, Access{Paths: paths})
			}
		case "keeper":
			if paths := a.KeptPaths(p, role); len(paths) > 0 {
				list = append(list, Access{Paths: paths})
			}
		case "member":
			if onShift(a, p, role, now) {
				list = append(list, Access{All: true})
			}
		case "owner":
			switch {
			case len(ms) > 0:
				list = append(list, Access{Owner: a.Account})
				if !role.Named {
					list = append(list, Access{OwnerOrgs: orgs})
				}
			case a.ownsAsParty(role):
				list = append(list, Access{Owner: a.Account})
			}
		case "receiver":
			if len(orgs) > 0 && ownsKind(p, role, t) {
				list = append(list, Access{Providers: orgs})
			}
			if ofPerson(role) && len(a.Parties) > 0 && slices.Contains(role.Of, t.Key) && offersPerson(p, t) {
				list = append(list, Access{Owner: a.Account})
			}
		case "self":
			if len(a.Parties) > 0 {
				list = append(list, Access{Subjects: a.Parties})
			}
		case "guardian":
			if len(a.Wards) > 0 {
				list = append(list, Access{Subjects: a.Wards})
			}
		}
	}
	return list
}

// ownsKind: the record is of the role's kinds or stands below one of them.
func ownsKind(p *program.Program, role *program.Role, t *program.RecordType) bool {
	for t != nil {
		if len(role.Of) == 0 || slices.Contains(role.Of, t.Key) {
			return true
		}
		t = p.Records.Get(t.Of)
	}
	return false
}

// onPanelOf: a unit of the role's kind sits on a panel of the row, or of its
// nearest ancestor that has one.
func (u *Unit) onPanelOf(r *Row, role *program.Role) bool {
	for _, k := range role.Of {
		key, ok := strings.CutPrefix(k, "panel.")
		if !ok {
			continue
		}
		p := r.P.Panels.Get(key)
		if p == nil {
			continue
		}
		o := u.nearest(r, []string{p.Of})
		if o == nil {
			continue
		}
		if run, err := u.w.Round(KindPanel, o.ID, key); err == nil && run != nil {
			return true
		}
	}
	return false
}
