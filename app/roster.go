package app

import (
	"context"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// cutRoster reads `roster.k`.
func cutRoster(of string) (string, bool) { return strings.CutPrefix(of, "roster.") }

func (w *work) rosterOf(prog, key string) (*program.Program, *program.Roster, error) {
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, nil, err
	}
	r := p.Rosters.Get(key)
	if r == nil {
		return nil, nil, domain.NotFound("roster")
	}
	return p, r, nil
}

// RosterHas reports whether the member is on a roster now: kept ones by their
// list, computed ones by asking `where` of the member. Exceptions are left out.
func (w *work) RosterHas(prog, roster, member string) (bool, error) {
	p, r, err := w.rosterOf(prog, roster)
	if err != nil || member == "" {
		return false, err
	}
	if r.Where == nil {
		on, err := w.tx.OnRoster(prog, roster, member)
		if err != nil || !on || r.Except.Len() == 0 {
			return on, err
		}
		return w.inRoster(w.unit, p, r, domain.PartyID(member))
	}
	party, err := orNil(w.Party(domain.PartyID(member)))
	if err != nil || party == nil || !party.Active || string(party.Kind) != r.Of {
		return false, err
	}
	return w.inRoster(w.unit, p, r, party.ID)
}

// inRoster asks a roster's conditions of one party.
func (w *work) inRoster(u *record.Unit, p *program.Program, r *program.Roster, id domain.PartyID) (bool, error) {
	in, _, err := w.onRoster(u, p, r, id)
	return in, err
}

// onRoster is inRoster that also says for which exception somebody is left out.
func (w *work) onRoster(u *record.Unit, p *program.Program, r *program.Roster, id domain.PartyID) (in bool, except string, err error) {
	vars, err := u.PartyVars(p, id)
	if err != nil {
		return false, "", err
	}
	if r.Where != nil {
		if ok, err := u.Test(r.Where, vars); err != nil || !ok {
			return false, "", err
		}
	}
	for k, e := range r.Except.All() {
		if e.If == nil {
			continue
		}
		if out, err := u.Test(e.If, vars); err != nil || out {
			return false, k, err
		}
	}
	return true, "", nil
}

// RosterFreeze lists who is on a roster now and counts by reason whom its exceptions
// leave out; who meets several counts under the first. One look at everybody does both.
func (w *work) RosterFreeze(prog, roster, path string) (members []string, except map[string]int64, err error) {
	p, r, err := w.rosterOf(prog, roster)
	if err != nil {
		return nil, nil, err
	}
	except = map[string]int64{}
	err = w.eachAsked(p, r, path, func(id string, _ time.Time, in bool, reason string) bool {
		if in {
			members = append(members, id)
		} else if reason != "" {
			except[reason]++
		}
		return true
	})
	return members, except, err
}

// RosterMembers lists who is on a roster now.
func (w *work) RosterMembers(prog, roster, path string) ([]string, error) {
	p, r, err := w.rosterOf(prog, roster)
	if err != nil {
		return nil, err
	}
	var out []string
	err = w.eachMember(p, r, path, func(id string, _ time.Time) bool {
		out = append(out, id)
		return true
	})
	return out, err
}

// eachMember calls fn for the members in a fixed order until it says no.
func (w *work) eachMember(p *program.Program, r *program.Roster, path string, fn func(id string, since time.Time) bool) error {
	return w.eachAsked(p, r, path, func(id string, since time.Time, in bool, _ string) bool {
		return !in || fn(id, since)
	})
}

// eachAsked calls fn for everybody whom a roster asks about, with the answer. A
// computed roster is read page by page: the county's file does not stand in memory
// at once.
func (w *work) eachAsked(p *program.Program, r *program.Roster, path string, fn func(id string, since time.Time, in bool, except string) bool) error {
	if r.Where == nil {
		return w.eachKept(p, r, path, fn)
	}
	f := store.PartyFilter{Kind: domain.PartyKind(r.Of), Path: path, Open: true, Oldest: true, Limit: 1000}
	for {
		page, err := w.tx.Parties(f)
		if err != nil {
			return err
		}
		on, err := w.askPage(p, r, page.Items, fn)
		if err != nil || !on {
			return err
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return nil
		}
	}
}

// askPage asks a page of parties; on is false when fn has had enough.
func (w *work) askPage(p *program.Program, r *program.Roster, items []domain.Party, fn func(id string, since time.Time, in bool, except string) bool) (on bool, err error) {
	u, kept := record.Begin(w), w.c.parties
	defer func() { w.c.parties = kept }()
	w.c.parties = make(map[domain.PartyID]*domain.Party, len(items))
	for i := range items {
		w.c.parties[items[i].ID] = &items[i]
	}
	for i := range items {
		in, except, err := w.onRoster(u, p, r, items[i].ID)
		if err != nil || !fn(string(items[i].ID), items[i].Created, in, except) {
			return false, err
		}
	}
	return true, nil
}

func (w *work) eachKept(p *program.Program, r *program.Roster, path string, fn func(id string, since time.Time, in bool, except string) bool) error {
	list, err := w.tx.Roster(p.Key, r.Key, w.Now(), "", 0)
	if err != nil {
		return err
	}
	for _, m := range list {
		in, except := true, ""
		if path != "" || r.Except.Len() > 0 {
			party, err := orNil(w.Party(domain.PartyID(m.Member)))
			if err != nil {
				return err
			}
			if party != nil {
				if path != "" && !record.InPath(party.Path, path) {
					continue
				}
				if in, except, err = w.onRoster(w.unit, p, r, party.ID); err != nil {
					return err
				}
			}
		}
		if !fn(m.Member, m.From, in, except) {
			return nil
		}
	}
	return nil
}

// RosterItem is one member: a party, an organization or an account.
type RosterItem struct {
	Party   *PartyRef   `json:"party,omitempty"`
	Org     *OrgRef     `json:"org,omitempty"`
	Account *AccountRef `json:"account,omitempty"`
	Since   time.Time   `json:"since"`
}

// RosterView is one page of a roster. Count covers all members within sight.
type RosterView struct {
	Key      string       `json:"key"`
	Label    string       `json:"label"`
	Computed bool         `json:"computed"`
	CanKeep  bool         `json:"can_keep"`
	Items    []RosterItem `json:"items"`
	Count    int          `json:"count"`
	Next     *string      `json:"next"`
}

// RosterQuery pages a roster; Cursor is the member after which to go on.
type RosterQuery struct {
	Program, Roster string
	Region          domain.RegionID
	Cursor          string
	Limit           int
}

// Roster lists the members that the caller may see.
func (a *App) Roster(ctx context.Context, who *Who, q RosterQuery) (v *RosterView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, r, err := w.rosterOf(q.Program, q.Roster)
		if err != nil {
			return err
		}
		if len(who.Memberships) == 0 && !who.System {
			return domain.NotFound("roster")
		}
		path := ""
		if q.Region != "" {
			g, err := w.Region(q.Region)
			if err != nil {
				return domain.E(domain.KindInvalid, "region_unknown").With("region", "region_unknown")
			}
			path = g.Path
		}
		v = &RosterView{Key: r.Key, Label: w.words(p).Named("rosters", r.Key, r.Label), Computed: r.Where != nil, CanKeep: w.keepsRoster(p, r), Items: []RosterItem{}}
		return w.fillRoster(v, p, r, path, q)
	})
	return v, err
}

func (w *work) fillRoster(v *RosterView, p *program.Program, r *program.Roster, path string, q RosterQuery) error {
	var last string
	var fail error
	limit, past := limitOf(q.Limit), q.Cursor == ""
	err := w.eachMember(p, r, path, func(id string, since time.Time) bool {
		item, ok, err := w.rosterItem(r, id, since)
		if err != nil {
			fail = err
			return false
		}
		if !ok {
			return true
		}
		v.Count++
		switch {
		case !past:
			past = id == q.Cursor
		case len(v.Items) < limit:
			v.Items = append(v.Items, item)
			last = id
		case v.Next == nil:
			v.Next = &last
		}
		return true
	})
	if fail != nil {
		return fail
	}
	return err
}

// rosterItem names a member; ok is false when the caller may not see it.
func (w *work) rosterItem(r *program.Roster, id string, since time.Time) (item RosterItem, ok bool, err error) {
	item.Since = since
	if r.Of == "account" {
		acc, err := orNil(w.Account(domain.AccountID(id)))
		if err != nil || acc == nil {
			return item, false, err
		}
		item.Account = &AccountRef{acc.ID, acc.Name}
		return item, true, nil
	}
	p, err := orNil(w.Party(domain.PartyID(id)))
	if err != nil {
		return item, false, err
	}
	if p == nil {
		o, err := orNil(w.Org(domain.OrgID(id)))
		if err != nil || o == nil {
			return item, false, err
		}
		item.Org = &OrgRef{o.ID, o.Name, o.Kind}
		return item, true, nil
	}
	if !w.maySeeParty(p) {
		return item, false, nil
	}
	item.Party = &PartyRef{p.ID, p.Kind, shownName(p, w.partyClass(p))}
	return item, true, nil
}

// keepsRoster: the role named by kept_by, within its area, or an administrator.
func (w *work) keepsRoster(p *program.Program, r *program.Roster) bool {
	if w.who.System || w.who.Admin {
		return r.Where == nil
	}
	role := p.Roles.Get(r.KeptBy)
	return r.Where == nil && role != nil && len(w.who.Qualified(role)) > 0
}

// AddToRoster puts members on a kept roster, all or none.
func (a *App) AddToRoster(ctx context.Context, who *Who, once Once, prog, roster string, members []string) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		p, r, err := w.rosterOf(prog, roster)
		if err != nil {
			return err
		}
		if !w.keepsRoster(p, r) {
			return domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
		}
		for _, id := range members {
			subject, err := w.rosterCandidate(p, r, id)
			if err != nil {
				return err
			}
			until := time.Time{}
			if r.Lasts.Unit != "" {
				until, _ = w.app.cal.Due(w.Now(), r.Lasts.N, r.Lasts.Unit, false)
			}
			joined, err := w.tx.JoinRoster(&domain.RosterMember{Program: prog, Roster: roster, Member: id, From: w.Now(), Until: until})
			if err != nil || !joined {
				if err != nil {
					return err
				}
				continue
			}
			if err := w.rosterChanged(prog, roster, "join", id, subject); err != nil {
				return err
			}
		}
		return nil
	})
}

// rosterCandidate checks that a member is of the roster's kind and within the
// keeper's area.
func (w *work) rosterCandidate(p *program.Program, r *program.Roster, id string) (domain.PartyID, error) {
	unknown := domain.E(domain.KindInvalid, "member_unknown").With("parties", "member_unknown")
	if r.Of == "account" {
		if _, err := w.Account(domain.AccountID(id)); err != nil {
			return "", unknown.Wrap(err)
		}
		return "", nil
	}
	party, err := orNil(w.Party(domain.PartyID(id)))
	if err != nil {
		return "", err
	}
	if party == nil {
		if _, err := w.Org(domain.OrgID(id)); err != nil || r.Of != string(domain.Organization) {
			return "", unknown
		}
		return "", nil
	}
	if !w.maySeeParty(party) {
		return "", unknown
	}
	if string(party.Kind) != r.Of {
		return "", domain.E(domain.KindInvalid, "member_kind", "roster", r.Label).With("parties", "member_kind")
	}
	if role := p.Roles.Get(r.KeptBy); role != nil && role.Is == "area" && !w.who.Admin && !w.who.System && !covers(w.who.Qualified(role), party.Path) {
		return "", domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
	}
	return party.ID, nil
}

// RemoveFromRoster ends a membership now.
func (a *App) RemoveFromRoster(ctx context.Context, who *Who, once Once, prog, roster, member string) error {
	return a.onceOnly(ctx, who, once, func(w *work) error {
		p, r, err := w.rosterOf(prog, roster)
		if err != nil {
			return err
		}
		if !w.keepsRoster(p, r) {
			return domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
		}
		subject, err := w.rosterCandidate(p, r, member)
		if err != nil {
			return err
		}
		left, err := w.tx.LeaveRoster(prog, roster, member)
		if err != nil {
			return err
		}
		if !left {
			return domain.NotFound("member")
		}
		return w.rosterChanged(prog, roster, "leave", member, subject)
	})
}

func (w *work) rosterChanged(prog, roster, typ, member string, subject domain.PartyID) error {
	ev := &domain.Event{Program: prog, Key: "roster", Type: typ, Subject: subject, Actor: w.who.Account, Class: domain.Internal,
		Data: map[string]any{"roster": roster, "member": member}}
	if err := w.tx.AppendEvent(ev); err != nil {
		return err
	}
	return w.audit("roster_"+typ, "roster/"+prog+"."+roster, "", map[string]any{"member": member})
}
