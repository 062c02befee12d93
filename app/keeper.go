package app

import (
	"context"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Contacts of the groups of a roster (包组): who looks after whom.

func keepsOf(tx *store.Tx, account domain.AccountID) (out []record.Keep, err error) {
	list, err := tx.KeeperOf(account)
	for _, k := range list {
		out = append(out, record.Keep{Program: k.Program, Roster: k.Roster, Path: k.Path})
	}
	return out, err
}

func (w *work) keepers(prog, roster string) ([]domain.RosterKeeper, error) {
	return memo(&w.c.keepers, prog+"/"+roster, func() ([]domain.RosterKeeper, error) { return w.tx.Keepers(prog, roster) })
}

// Kept reports whether the group of a roster that a path lies in has a contact.
func (w *work) Kept(prog, roster, path string) (bool, error) {
	list, err := w.keepers(prog, roster)
	return slices.ContainsFunc(list, func(k domain.RosterKeeper) bool { return record.InPath(path, k.Path) }), err
}

// namedKeepers lists the contacts of the groups that a path lies in.
func (w *work) namedKeepers(prog string, role *program.Role, path string) (out []domain.AccountID, err error) {
	for _, of := range role.Of {
		key, _ := cutRoster(of)
		list, err := w.keepers(prog, key)
		if err != nil {
			return nil, err
		}
		for _, k := range list {
			if record.InPath(path, k.Path) && !slices.Contains(out, k.Account) {
				out = append(out, k.Account)
			}
		}
	}
	return out, nil
}

// keepersOf lists the accounts that keep the group a path lies in; where nobody is
// named, whoever holds the role round it, else those who keep the roster itself.
func (w *work) keepersOf(prog string, role *program.Role, path string) ([]domain.AccountID, error) {
	out, err := w.namedKeepers(prog, role, path)
	if err != nil || len(out) > 0 {
		return out, err
	}
	if out, err = w.areaHolders(role, path); err != nil || len(out) > 0 {
		return out, err
	}
	p, err := w.Program(prog, 0)
	if err != nil {
		return nil, err
	}
	for _, of := range role.Of {
		key, _ := cutRoster(of)
		if r := p.Rosters.Get(key); r != nil && p.Roles.Has(r.KeptBy) {
			return w.areaHolders(p.Roles.Get(r.KeptBy), path)
		}
	}
	return nil, nil
}

// KeeperView is one group of a roster and who looks after it.
type KeeperView struct {
	Region RegionRef    `json:"region"`
	People []AccountRef `json:"people"`
}

// KeepersView lists the groups within the caller's area.
type KeepersView struct {
	Roster  string       `json:"roster"`
	Label   string       `json:"label"`
	One     bool         `json:"one"`
	CanKeep bool         `json:"can_keep"`
	Groups  []KeeperView `json:"groups"`
	Staff   []AccountRef `json:"staff"` // who may be named, where the caller may name
}

// Keepers lists the groups of a roster with their contacts.
func (a *App) Keepers(ctx context.Context, who *Who, prog, roster string) (v *KeepersView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, r, err := w.rosterOf(prog, roster)
		if err != nil {
			return err
		}
		v, err = w.keepersView(p, r)
		return err
	})
	return v, err
}

func (w *work) keepersView(p *program.Program, r *program.Roster) (*KeepersView, error) {
	paths := w.keepingPaths(p, r)
	if r.GroupBy == "" || len(paths) == 0 {
		return nil, domain.NotFound("roster")
	}
	v := &KeepersView{Roster: r.Key, Label: w.words(p).Named("rosters", r.Key, r.Label), One: r.One, Groups: []KeeperView{}, Staff: []AccountRef{}}
	v.CanKeep = w.namesKeepers(p, r, "")
	return v, w.fillKeepers(v, p, r, paths)
}

// keepingPaths: an administrator sees all groups; those who keep the roster or read
// all figures those in their area; a contact his own.
func (w *work) keepingPaths(p *program.Program, r *program.Roster) (paths []string) {
	if w.who.System || w.who.Admin {
		return []string{countyPath(w.countyTop())}
	}
	for k, role := range p.Roles.All() {
		if k == r.KeptBy || role.FiguresAll {
			for _, m := range w.who.Qualified(role) {
				paths = append(paths, m.Paths...)
			}
		}
		if k == r.Keeper {
			paths = append(paths, w.who.KeptPaths(p, role)...)
		}
	}
	return paths
}

func (w *work) countyTop() string { return domain.RegionPath(domain.RegionID(w.who.County)) }

// namesKeepers: the role that keeps the roster, in its area, or an administrator.
func (w *work) namesKeepers(p *program.Program, r *program.Roster, path string) bool {
	if w.who.System || w.who.Admin {
		return true
	}
	key := r.KeptBy
	if key == "" { // a computed roster: whoever keeps another one of the same groups
		for _, x := range p.Rosters.All() {
			if x.GroupBy == r.GroupBy && x.KeptBy != "" {
				key = x.KeptBy
			}
		}
	}
	role := p.Roles.Get(key)
	if role == nil {
		return false
	}
	ms := w.who.Qualified(role)
	return len(ms) > 0 && (path == "" || covers(ms, path))
}

func (w *work) fillKeepers(v *KeepersView, p *program.Program, r *program.Roster, paths []string) error {
	named, err := w.tx.Keepers(p.Key, r.Key)
	if err != nil {
		return err
	}
	at := map[domain.RegionID]int{}
	for _, path := range paths {
		regs, err := w.tx.Regions(store.RegionFilter{Levels: []domain.RegionLevel{domain.RegionLevel(r.GroupBy)}, Path: path})
		if err != nil {
			return err
		}
		for _, g := range regs {
			if _, seen := at[g.ID]; seen {
				continue
			}
			at[g.ID] = len(v.Groups)
			v.Groups = append(v.Groups, KeeperView{Region: RegionRef{g.ID, g.Name, g.Level}, People: []AccountRef{}})
		}
	}
	for _, k := range named {
		if i, ok := at[k.Region]; ok {
			if acc, err := w.Account(k.Account); err == nil {
				v.Groups[i].People = append(v.Groups[i].People, AccountRef{acc.ID, acc.Name})
			}
		}
	}
	if role := p.Roles.Get(r.Keeper); v.CanKeep && role != nil && len(paths) > 0 {
		ids, err := w.areaHolders(role, paths[0])
		if err != nil {
			return err
		}
		for _, id := range ids {
			if acc, err := w.Account(id); err == nil && !slices.ContainsFunc(v.Staff, func(x AccountRef) bool { return x.ID == id }) {
				v.Staff = append(v.Staff, AccountRef{acc.ID, acc.Name})
			}
		}
	}
	return nil
}

// KeeperAct names who looks after a group; an empty account leaves it with nobody.
type KeeperAct struct {
	Region  domain.RegionID  `json:"region" maxLength:"64"`
	Account domain.AccountID `json:"account" maxLength:"64"`
}

// SetKeeper makes an account the contact of a group. Where a group has one contact
// (`one`), the new one takes over from the old.
func (a *App) SetKeeper(ctx context.Context, who *Who, once Once, prog, roster string, in KeeperAct) (*KeepersView, error) {
	var changed []domain.AccountID
	v, err := onceAnswered(ctx, a, who, once, func(w *work) (*KeepersView, error) {
		p, r, err := w.rosterOf(prog, roster)
		if err != nil {
			return nil, err
		}
		g, err := w.Region(in.Region)
		if r.GroupBy == "" || err != nil || string(g.Level) != r.GroupBy {
			return nil, domain.E(domain.KindInvalid, "keeper_group").With("region", "keeper_group")
		}
		if !w.namesKeepers(p, r, g.Path) {
			return nil, domain.E(domain.KindForbidden, "roster_forbidden", "roster", r.Label)
		}
		if in.Account != "" && !w.mayBeKeeper(p, r, g.Path, in.Account) {
			return nil, domain.E(domain.KindInvalid, "keeper_account").With("account", "keeper_account")
		}
		if changed, err = w.replaceKeeper(p, r, g, in.Account); err != nil {
			return nil, err
		}
		if err := w.audit("roster_keeper", "roster/"+prog+"."+roster, "", map[string]any{"region": g.Name, "account": string(in.Account)}); err != nil {
			return nil, err
		}
		return w.keepersView(p, r)
	})
	for _, acc := range changed {
		a.people.forget(acc)
	}
	return v, err
}

func (w *work) replaceKeeper(p *program.Program, r *program.Roster, g *domain.Region, account domain.AccountID) (changed []domain.AccountID, err error) {
	list, err := w.tx.Keepers(p.Key, r.Key)
	if err != nil {
		return nil, err
	}
	for _, k := range list {
		if k.Region != g.ID || k.Account == account || !r.One && account != "" {
			continue
		}
		if _, err := w.tx.DropKeeper(p.Key, r.Key, g.ID, k.Account); err != nil {
			return nil, err
		}
		changed = append(changed, k.Account)
	}
	if account == "" {
		return changed, nil
	}
	k := &domain.RosterKeeper{Program: p.Key, Roster: r.Key, Region: g.ID, Account: account, Path: g.Path, Since: w.Now()}
	return append(changed, account), w.tx.AddKeeper(k)
}

// mayBeKeeper: an active account with a post that the keeper's role asks for.
func (w *work) mayBeKeeper(p *program.Program, r *program.Roster, path string, id domain.AccountID) bool {
	role := p.Roles.Get(r.Keeper)
	if role == nil {
		return false
	}
	list, err := w.areaHolders(role, path)
	return err == nil && slices.Contains(list, id)
}
