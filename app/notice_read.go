package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/store"
)

// Notices lists what is published to everybody in all counties of this instance.
func (a *App) Notices(ctx context.Context, county domain.CountyCode) (out []PublicNotice, err error) {
	out = []PublicNotice{}
	err = a.eachCounty(ctx, county, func(w *work, t domain.Tenant) error {
		list, err := w.tx.Notices("", "", "", noticeLive, noticeMost)
		if err != nil {
			return err
		}
		for i := range list {
			p, nt, err := w.noticeOf(&list[i])
			if err != nil {
				return err
			}
			if nt != nil && nt.To == noticePublic {
				out = append(out, *w.noticeView(&list[i], p, nt, t))
			}
		}
		return nil
	})
	sortNewest(out, func(n PublicNotice) time.Time { return n.Published })
	return out, err
}

// PublicNotice gives one publication with a page of its table (the first is 1).
func (a *App) PublicNotice(ctx context.Context, id string, page int) (v *PublicNotice, err error) {
	err = a.eachCounty(ctx, "", func(w *work, t domain.Tenant) error {
		n, err := orNil(w.tx.Notice(id))
		if err != nil || n == nil || n.State != noticeLive {
			return err
		}
		p, nt, err := w.noticeOf(n)
		if err != nil || nt == nil || nt.To != noticePublic {
			return err
		}
		v = w.noticeView(n, p, nt, t)
		v.Table, err = w.noticePage(n, page)
		return err
	})
	if err == nil && v == nil {
		err = domain.NotFound("notice")
	}
	return v, err
}

// eachCounty reads in one county, or in all.
func (a *App) eachCounty(ctx context.Context, county domain.CountyCode, fn func(w *work, t domain.Tenant) error) error {
	return a.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Tenants()
		if err != nil {
			return err
		}
		for _, t := range list {
			if county != "" && t.Code != county {
				continue
			}
			w, err := a.begin(tx, System(t.Code))
			if err != nil {
				return err
			}
			if err := fn(w, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// noticePage reads a page of a publication as it was stored.
func (w *work) noticePage(n *domain.Notice, page int) (*PublicTable, error) {
	data, err := orNil2(w.tx.NoticePage(n.ID, max(page, 1)))
	if err != nil {
		return nil, err
	}
	if data == nil {
		return nil, domain.NotFound("page")
	}
	b, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	t := &PublicTable{}
	return t, json.Unmarshal(b, t)
}

// orNil2 is orNil for an object.
func orNil2(v map[string]any, err error) (map[string]any, error) {
	if err != nil && domain.KindOf(err) == domain.KindNotFound {
		return nil, nil
	}
	return v, err
}

// NoticeList are a program's publications and the lists that the reader may let out.
type NoticeList struct {
	Items   []PublicNotice `json:"items"`
	Publish []Choice       `json:"publish"`
}

// ProgramNotices lists a program's publications of every state for who reviews
// them, and what is live for the role it is shown to.
func (a *App) ProgramNotices(ctx context.Context, who *Who, prog string) (out *NoticeList, err error) {
	err = a.read(ctx, who, func(w *work) error {
		out = &NoticeList{Items: []PublicNotice{}, Publish: []Choice{}}
		p, err := w.Program(prog, 0)
		if err != nil {
			return err
		}
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		list, err := w.tx.Notices(prog, "", "", "", noticeMost)
		if err != nil {
			return err
		}
		for i := range list {
			v, err := w.noticeFor(&list[i], p, *t)
			if err != nil {
				return err
			}
			if v != nil {
				out.Items = append(out.Items, *v)
			}
		}
		for k, nt := range p.Notices.All() {
			_, ok, err := w.reviews(p, nt, "")
			if err != nil {
				return err
			}
			live := slices.ContainsFunc(list, func(n domain.Notice) bool { return n.Key == k && n.State == noticeLive })
			if ok && isList(nt) && !live {
				out.Publish = append(out.Publish, Choice{k, nt.Label})
			}
		}
		return nil
	})
	return out, err
}

// isList: a notice of many rows at once. One with a time to object, or for a time
// only, shows a row by itself; a ledger goes out by its period.
func isList(nt *program.Notice) bool {
	head, _, dotted := strings.Cut(nt.Of, ".")
	return dotted && head == "account" || !dotted && nt.ObjectionOpens == "" && nt.Lasts.IsZero()
}

// noticeFor is a publication as this reader may see it; nil when he may not.
func (w *work) noticeFor(n *domain.Notice, p *program.Program, t domain.Tenant) (*PublicNotice, error) {
	nt := p.Notices.Get(n.Key)
	if nt == nil {
		return nil, nil
	}
	_, reviewer, err := w.reviews(p, nt, ledgerless(nt, n.Target))
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return nil, err
	}
	if !reviewer && (n.State != noticeLive || !w.shownTo(p, nt, n)) {
		return nil, nil
	}
	v := w.noticeView(n, p, nt, t)
	if v.CanReview = reviewer; reviewer && n.State == noticeProposed {
		v.Target = n.Target
	}
	return v, nil
}

// shownTo reports whether a live publication is for this reader.
func (w *work) shownTo(p *program.Program, nt *program.Notice, n *domain.Notice) bool {
	if nt.To == noticePublic {
		return true
	}
	role := p.Roles.Get(nt.To)
	if role == nil {
		return false
	}
	if rec := w.noticeTarget(nt, n.Target); rec != "" {
		r, err := w.unit.Load(rec)
		return err == nil && w.unit.Holds(r, nt.To)
	}
	return w.who.HoldsStatic(role)
}

// NoticeFor gives one publication with a page of its table to a reader who is
// signed in.
func (a *App) NoticeFor(ctx context.Context, who *Who, id string, page int) (v *PublicNotice, err error) {
	err = a.read(ctx, who, func(w *work) error {
		n, err := w.tx.Notice(id)
		if err != nil {
			return domain.NotFound("notice")
		}
		p, nt, err := w.noticeOf(n)
		if err != nil || nt == nil {
			return orNotFound(err)
		}
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		if v, err = w.noticeFor(n, p, *t); err != nil || v == nil {
			return orNotFound(err)
		}
		switch n.State {
		case noticeProposed:
			v.Table, err = w.noticeTable(p, nt, n.Target, asText(n.Data["path"]))
		case noticeLive:
			v.Table, err = w.noticePage(n, page)
		}
		return err
	})
	return v, err
}
