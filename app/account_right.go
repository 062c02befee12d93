package app

import (
	"context"

	"linqiao/domain"
	"linqiao/store"
)

// What changes the rights of an account: its posts, whether it may sign in, and with
// what. Where powers are separated each of these is proposed and approved (approval.go);
// shutting an ordinary account takes rights away and waits for nobody.

// AddMembership gives an account another post.
func (a *App) AddMembership(ctx context.Context, who *Who, once Once, id domain.AccountID, in MembershipAct) (*AccountView, error) {
	defer a.people.forget(id)
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminAlone(); err != nil {
			return "", err
		}
		acc, err := w.Account(id)
		if err != nil {
			return "", err
		}
		m, err := w.join(acc.ID, in)
		if err != nil {
			return "", err
		}
		return domain.RecordID(m.ID), w.changed("account", "join", string(id), "", map[string]any{"org": string(in.Org), "post": in.Post, "role": in.Role})
	})
	if err != nil {
		return nil, err
	}
	return a.Account(ctx, who, id)
}

// adminAlone lets the administrator change a right by himself, where powers are joint.
func (w *work) adminAlone() error {
	if err := w.adminOnly(); err != nil {
		return err
	}
	return w.alone()
}

// DropMembership ends a post.
func (a *App) DropMembership(ctx context.Context, who *Who, once Once, id domain.AccountID, membership string) error {
	defer a.people.forget(id)
	return a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminAlone(); err != nil {
			return err
		}
		return w.leave(id, membership)
	})
}

// membership finds one post of an account.
func (w *work) membership(id domain.AccountID, membership string) (*domain.Membership, error) {
	list, err := w.tx.Memberships(store.MembershipFilter{Account: id, AnyDay: true})
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == membership {
			return &list[i], nil
		}
	}
	return nil, domain.NotFound("membership")
}

func (w *work) leave(id domain.AccountID, membership string) error {
	m, err := w.membership(id, membership)
	if err != nil {
		return err
	}
	m.Active = false
	if err := w.tx.SaveMembership(m); err != nil {
		return err
	}
	return w.changed("account", "leave", string(id), "", map[string]any{"org": string(m.Org)})
}

// saveAccount saves a change of what an account may do and ends its sign-ins.
func (w *work) saveAccount(acc *domain.Account, typ string) error {
	if err := w.tx.UpdateAccount(acc); err != nil {
		return err
	}
	if err := w.tx.DeleteSignInsOf(acc.ID); err != nil {
		return err
	}
	return w.changed("account", typ, string(acc.ID), "", nil)
}

// changeAccount runs one administrative change of an account, when may lets it.
func (a *App) changeAccount(ctx context.Context, who *Who, id domain.AccountID, typ string, may func(w *work) error, fn func(acc *domain.Account)) error {
	defer a.people.forget(id)
	return a.write(ctx, who, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		acc, err := w.tx.Account(id)
		if err != nil {
			return err
		}
		if err := may(w); err != nil {
			return err
		}
		if typ == "password" {
			if err := w.giveUpPassword(acc); err != nil {
				return err
			}
		}
		fn(acc)
		return w.saveAccount(acc, typ)
	})
}

// LockAccount shuts an account; its sign-ins end at once. That of another officer is
// shut only with approval: who is watched may not shut out who watches.
func (a *App) LockAccount(ctx context.Context, who *Who, id domain.AccountID) error {
	if id == who.Account {
		return domain.E(domain.KindRefused, "lock_self")
	}
	return a.changeAccount(ctx, who, id, "lock", func(w *work) error {
		list, err := w.tx.Memberships(store.MembershipFilter{Account: id, AnyDay: true})
		if err != nil {
			return err
		}
		for _, m := range list {
			if m.Role != "" {
				return w.alone()
			}
		}
		return nil
	}, func(acc *domain.Account) { acc.Active = false })
}

// UnlockAccount opens it again.
func (a *App) UnlockAccount(ctx context.Context, who *Who, id domain.AccountID) error {
	return a.changeAccount(ctx, who, id, "unlock", (*work).alone, func(acc *domain.Account) { acc.Active = true })
}

// ResetPassword gives an account a generated password, returned once: to who proposed
// it, where somebody else had to approve.
func (a *App) ResetPassword(ctx context.Context, who *Who, id domain.AccountID) (string, error) {
	if !who.Admin && !who.System {
		return "", domain.E(domain.KindForbidden, "admin_only")
	}
	password := newPassword()
	hash := a.door.hasher.hash(password)
	err := a.changeAccount(ctx, who, id, "password", func(w *work) error {
		return w.carry(ApprovePassword, "account/"+string(id))
	}, func(acc *domain.Account) { acc.PasswordHash = hash })
	return password, err
}
