package app

import (
	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
	"linqiao/store"
)

// Notify writes one delivery for everybody who holds the role relative to the
// row; sending is the background's work, after the commit.
func (w *work) Notify(n record.Notice) error {
	p, err := w.Program(n.Program, 0)
	if err != nil {
		return err
	}
	role := p.Roles.Get(n.Role)
	if role == nil {
		return nil
	}
	accounts, err := w.holders(role, n.Record)
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		for _, via := range n.Via {
			d := &domain.Delivery{ID: store.NewID(), ToAccount: acc, Channel: via, Message: n.Message, Text: n.Text, State: "sent", Record: n.Record.ID, Created: w.Now()}
			if via != "push" {
				d.State, d.NextAt = "queued", w.Now()
			}
			if w.trace != nil {
				w.trace.sent = append(w.trace.sent, d.ID)
			}
			w.later("", func() error { return w.tx.InsertDelivery(d) })
		}
	}
	return nil
}

// holders lists the accounts that hold a role relative to a record.
func (w *work) holders(role *program.Role, r *domain.Record) ([]domain.AccountID, error) {
	switch role.Is {
	case "self":
		return w.accountsOf(r.Subject)
	case "guardian":
		list, err := w.Guardians(r.Subject)
		if err != nil {
			return nil, err
		}
		var out []domain.AccountID
		for _, g := range list {
			acc, err := w.accountsOf(g)
			if err != nil {
				return nil, err
			}
			out = append(out, acc...)
		}
		return out, nil
	case "owner":
		if r.Owner != "" {
			return []domain.AccountID{r.Owner}, nil
		}
		return w.members(store.MembershipFilter{Org: r.OwnerOrg}, r.OwnerOrg != "")
	case "receiver":
		return w.members(store.MembershipFilter{Org: r.Provider}, r.Provider != "")
	case "area", "keeper":
		return w.areaHolders(role, r.Path)
	}
	return nil, nil
}

func (w *work) accountsOf(p domain.PartyID) ([]domain.AccountID, error) {
	if p == "" {
		return nil, nil
	}
	list, err := w.tx.AccountsOf(p)
	var out []domain.AccountID
	for _, a := range list {
		out = append(out, a.ID)
	}
	return out, err
}

func (w *work) members(f store.MembershipFilter, set bool) ([]domain.AccountID, error) {
	if !set {
		return nil, nil
	}
	list, err := w.tx.Memberships(f)
	var out []domain.AccountID
	for _, m := range list {
		if m.Active {
			out = append(out, m.Account)
		}
	}
	return out, err
}

// areaHolders: members of units of the role's kinds whose area covers the path.
func (w *work) areaHolders(role *program.Role, path string) ([]domain.AccountID, error) {
	var out []domain.AccountID
	for _, kind := range role.HeldBy.Org {
		orgs, err := w.tx.Orgs(store.OrgFilter{Kinds: []string{kind}, Covers: path})
		if err != nil {
			return nil, err
		}
		for i := range orgs {
			o := &orgs[i]
			if role.HeldBy.Level != "" && o.Level != role.HeldBy.Level || !orgCovers(o, path) {
				continue
			}
			acc, err := w.members(store.MembershipFilter{Org: o.ID}, true)
			if err != nil {
				return nil, err
			}
			out = append(out, acc...)
		}
	}
	return out, nil
}

func orgCovers(o *domain.Org, path string) bool {
	for _, p := range areaPaths(o) {
		if record.InPath(path, p) {
			return true
		}
	}
	return false
}
