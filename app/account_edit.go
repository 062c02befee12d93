package app

import (
	"context"
	"strings"

	"linqiao/domain"
)

// AccountEdit changes an account; what is nil stays. Rev is the version that was
// seen.
type AccountEdit struct {
	Name  *string `json:"name,omitempty"`
	Phone *string `json:"phone,omitempty"` // "" takes it away
	Rev   int64   `json:"rev,omitempty"`
}

// EditAccount changes the name or the phone of an account. What an account may do
// is changed by its posts, not here.
func (a *App) EditAccount(ctx context.Context, who *Who, once Once, id domain.AccountID, in AccountEdit) (*AccountView, error) {
	defer a.people.forget(id)
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		acc, err := w.tx.Account(id)
		if err != nil {
			return err
		}
		if acc.Rev != in.Rev {
			e := domain.E(domain.KindConflict, "stale")
			e.Fields = append(e.Fields, domain.FieldError{Path: "name", Code: "theirs", Args: map[string]string{"label": "姓名"}, Theirs: acc.Name})
			return e
		}
		changed, number := []any{}, ""
		if in.Name != nil && strings.TrimSpace(*in.Name) != acc.Name {
			if acc.Name = strings.TrimSpace(cutText(*in.Name, 60)); acc.Name == "" {
				return domain.E(domain.KindInvalid, "fields").With("name", "required")
			}
			changed = append(changed, "name")
		}
		if in.Phone != nil {
			if err := w.alone(); err != nil { // it signs in
				return err
			}
			acc.PhoneIndex = ""
			if *in.Phone != "" {
				if number, err = w.setPhone(acc, *in.Phone); err != nil {
					return err
				}
			}
			changed = append(changed, "phone")
		}
		if len(changed) == 0 {
			return nil
		}
		if err := w.tx.UpdateAccount(acc); err != nil {
			return err
		}
		if in.Phone != nil {
			if err := w.keepPhone(id, number); err != nil {
				return err
			}
		}
		return w.changed("account", "edit", string(id), "", map[string]any{"fields": changed})
	})
	if err != nil {
		return nil, err
	}
	a.accounts.forget()
	return a.Account(ctx, who, id)
}

// postDates reads the first and the last day of a post.
func postDates(m *domain.Membership, in MembershipAct) error {
	var err error
	if in.From != "" {
		if m.From, err = domain.ParseDate(in.From); err != nil {
			return domain.E(domain.KindInvalid, "fields").With("from", "date", "label", "起始日")
		}
	}
	if in.Until != "" {
		if m.Until, err = domain.ParseDate(in.Until); err != nil {
			return domain.E(domain.KindInvalid, "fields").With("until", "date", "label", "截止日")
		}
		if m.Until < m.From {
			return domain.E(domain.KindInvalid, "fields").With("until", "post_dates")
		}
	}
	return nil
}
