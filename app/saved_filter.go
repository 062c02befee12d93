package app

import (
	"context"
	"slices"
	"strings"

	"linqiao/domain"
)

const (
	savedFilterMost = 50 // of one person
	savedFilterName = 40 // characters
	savedFilterKeys = 20
)

// SavedFilterView is a list's filters under a name. Who reads it asks the list
// himself: what he may not see stays unseen.
type SavedFilterView struct {
	ID      string            `json:"id"`
	List    string            `json:"list"`
	Name    string            `json:"name"`
	Filters map[string]string `json:"filters"`
	Shared  bool              `json:"shared"`
	Mine    bool              `json:"mine"`
	By      *AccountRef       `json:"by,omitempty"`
}

// SavedFilterAct makes one. Shared lets the maker's organisation see it.
type SavedFilterAct struct {
	List    string            `json:"list" minLength:"1" maxLength:"130"`
	Name    string            `json:"name"`
	Filters map[string]string `json:"filters"`
	Shared  bool              `json:"shared,omitempty"`
}

// SavedFilters lists the caller's own, and those that his organisations share.
func (a *App) SavedFilters(ctx context.Context, who *Who, list string) (l List[SavedFilterView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		all, err := w.tx.SavedFilters(who.Account, orgIDs(who.Memberships))
		if err != nil {
			return err
		}
		var out []SavedFilterView
		for i := range all {
			if list == "" || all[i].List == list {
				out = append(out, w.savedFilter(&all[i]))
			}
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

func (w *work) savedFilter(f *domain.SavedFilter) SavedFilterView {
	v := SavedFilterView{ID: f.ID, List: f.List, Name: f.Name, Filters: map[string]string{}, Shared: f.Org != "", Mine: f.Account == w.who.Account}
	for k, x := range f.Filters {
		v.Filters[k] = asText(x)
	}
	if acc, err := w.Account(f.Account); err == nil && !v.Mine {
		v.By = &AccountRef{acc.ID, acc.Name}
	}
	return v
}

// SaveFilter keeps a list's filters under a name.
func (a *App) SaveFilter(ctx context.Context, who *Who, once Once, in SavedFilterAct) (*SavedFilterView, error) {
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case in.Name == "" || len([]rune(in.Name)) > savedFilterName:
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("name", "filter_name", "max", itoa64(savedFilterName))
	case len(in.Filters) > savedFilterKeys:
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("filters", "filter_long")
	case in.Shared && len(who.Memberships) == 0:
		return nil, domain.E(domain.KindInvalid, "fields_invalid").With("shared", "filter_no_org")
	}
	filters := map[string]any{}
	for k, x := range in.Filters {
		if len(k) > 40 || len(x) > 400 {
			return nil, domain.E(domain.KindInvalid, "fields_invalid").With("filters", "filter_long")
		}
		filters[k] = x
	}
	return onceAnswered(ctx, a, who, once, func(w *work) (*SavedFilterView, error) {
		all, err := w.tx.SavedFilters(who.Account, nil)
		if err != nil {
			return nil, err
		}
		if len(all) >= savedFilterMost {
			return nil, domain.E(domain.KindRefused, "filter_too_many", "max", itoa64(savedFilterMost))
		}
		if slices.ContainsFunc(all, func(f domain.SavedFilter) bool { return f.List == in.List && f.Name == in.Name }) {
			return nil, domain.E(domain.KindConflict, "filter_same").With("name", "filter_same")
		}
		f := &domain.SavedFilter{Account: who.Account, List: in.List, Name: in.Name, Filters: filters}
		if in.Shared {
			f.Org = who.Memberships[0].Org
		}
		if err := w.tx.InsertSavedFilter(f); err != nil {
			return nil, err
		}
		v := w.savedFilter(f)
		return &v, nil
	})
}

// DropFilter deletes one of the caller's own.
func (a *App) DropFilter(ctx context.Context, who *Who, once Once, id string) error {
	_, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		there, err := w.tx.DropSavedFilter(id, who.Account)
		if err == nil && !there {
			err = domain.NotFound("filter")
		}
		return domain.RecordID(id), err
	})
	return err
}
