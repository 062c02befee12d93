package app

import (
	"context"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// PublishedRef is what is published now of a record, or of a draw, a vote or a
// paper of it: where it stands, and how long anybody may object.
type PublishedRef struct {
	ID        string         `json:"id"`
	Notice    string         `json:"notice"`
	Of        string         `json:"of"` // choice.k, ballot.k, document.k; the record's own key
	Label     string         `json:"label"`
	Open      bool           `json:"open"` // to everybody, at /notices/{id}
	Until     *time.Time     `json:"until,omitempty"`
	Objection *ObjectionView `json:"objection,omitempty"`
}

// viewPublished lists what of the record is published and shown to this reader.
func (w *work) viewPublished(r *record.Row, s sight, v *RecordView) error {
	v.Published = []PublishedRef{}
	if !s.full {
		return nil
	}
	for key, nt := range r.P.Notices.All() {
		if !noticeOn(r, nt) {
			continue
		}
		targets, err := w.shownAs(nt, r.ID)
		if err != nil {
			return err
		}
		for _, target := range targets {
			list, err := w.tx.Notices(r.P.Key, key, target, noticeLive, 1)
			if err != nil {
				return err
			}
			for i := range list {
				if w.shownTo(r.P, nt, &list[i]) {
					v.Published = append(v.Published, w.publishedRef(r.P, nt, &list[i]))
				}
			}
		}
	}
	return nil
}

func (w *work) publishedRef(p *program.Program, nt *program.Notice, n *domain.Notice) PublishedRef {
	ref := PublishedRef{ID: n.ID, Notice: n.Key, Of: nt.Of, Label: w.words(p).Named("notices", n.Key, nt.Label), Open: nt.To == noticePublic}
	if !n.Until.IsZero() {
		ref.Until = &n.Until
	}
	if nt.ObjectionOpens != "" {
		ref.Objection = w.objectionView(n, p, nt)
	}
	return ref
}

// noticeOn: a notice of the record itself, or of what is made on such a record.
func noticeOn(r *record.Row, nt *program.Notice) bool {
	head, key, dotted := strings.Cut(nt.Of, ".")
	switch {
	case !dotted:
		return nt.Of == r.Key
	case head == "choice":
		c := r.P.Choices.Get(key)
		return c != nil && c.Of == r.Key
	case head == "ballot":
		b := r.P.Ballots.Get(key)
		return b != nil && b.Of == r.Key
	case head == "document":
		d := r.P.Documents.Get(key)
		return d != nil && d.Of == r.Key
	}
	return false
}

// MyNotices lists what is published to roles that the caller holds, newest first;
// what is public stands at /notices.
func (a *App) MyNotices(ctx context.Context, who *Who) (l List[PublicNotice], err error) {
	err = a.read(ctx, who, func(w *work) error {
		t, err := w.tx.Tenant()
		if err != nil {
			return err
		}
		out := []PublicNotice{}
		for _, p := range w.set.set.Programs.All() {
			for key, nt := range p.Notices.All() {
				if nt.To == noticePublic {
					continue
				}
				list, err := w.tx.Notices(p.Key, key, "", noticeLive, myNotices)
				if err != nil {
					return err
				}
				for i := range list {
					if w.shownTo(p, nt, &list[i]) {
						out = append(out, *w.noticeView(&list[i], p, nt, *t))
					}
				}
			}
		}
		sortNewest(out, func(n PublicNotice) time.Time { return n.Published })
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// myNotices bounds the publications of one kind in the list of a reader.
const myNotices = 20
