package app

import (
	"context"
	"slices"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// The parts of a dossier that are fetched when they are looked at: what happened
// over all programs, what is owed, the files.

// PartyEvents is the timeline of a party over all programs, newest first: of its
// records as far as the reader sees them, and of its file.
func (a *App) PartyEvents(ctx context.Context, who *Who, id domain.PartyID, cursor string, limit int) (l List[TimelineEntry], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		page, err := w.tx.Events(store.EventFilter{Subject: id, MaxClass: domain.Sealed, Newest: true, Cursor: cursor, Limit: limitOf(limit)})
		if err != nil {
			return err
		}
		var out []TimelineEntry
		for i := range page.Items {
			e := &page.Items[i]
			v, ok := w.partyEvent(p, e), true
			if e.Record != "" {
				if v, ok, err = w.timeline(e, sight{}); err != nil {
					return err
				}
			}
			if ok {
				out = append(out, v)
			}
		}
		l = listOf(out, page.Next)
		return nil
	})
	return l, err
}

// partyEvent is an event of the file itself: that it was opened or changed, not
// to what.
func (w *work) partyEvent(p *domain.Party, e *domain.Event) TimelineEntry {
	v := TimelineEntry{ID: e.ID, Type: e.Type, At: e.OccurredAt, Recorded: e.RecordedAt, Late: e.RecordedAt.Sub(e.OccurredAt) > lateAfter,
		Record: TimelineRecord{Label: w.pick("档案", "File"), Title: shownName(p, w.partyClass(p))}, Changes: []Change{}, Label: w.partyEventLabel(e)}
	v.Actor, v.Org = w.actorOf(e.Actor)
	v.Text = w.partyEventText(e)
	keys, _ := e.Data["fields"].([]any)
	for _, k := range keys {
		v.Changes = append(v.Changes, Change{Field: asText(k), Label: w.fieldWord(p.Kind, asText(k)), Masked: true})
	}
	return v
}

func (w *work) partyEventLabel(e *domain.Event) string {
	for _, key := range []string{e.Key + "_" + e.Type, e.Type} {
		if l := w.auditLabel(key); l != key {
			return l
		}
	}
	if l, ok := eventLabels[e.Type]; ok {
		return w.pick(l[0], l[1])
	}
	return e.Type
}

// partyEventText names the consent or the roster that an event is about.
func (w *work) partyEventText(e *domain.Event) string {
	p := w.set.set.Program(e.Program)
	if p == nil {
		return ""
	}
	if c := p.Consents.Get(asText(e.Data["consent"])); c != nil {
		return w.words(p).Consent(c)
	}
	if g := p.Grounds.Get(asText(e.Data["ground"])); g != nil {
		return w.words(p).Named("grounds", g.Key, g.Label)
	}
	if key := asText(e.Data["roster"]); p.Rosters.Has(key) {
		return w.words(p).Named("rosters", key, p.Rosters.Get(key).Label)
	}
	return ""
}

// PartyTasks lists what is or was owed for a party by rosters' duties, to those
// who take part in the duty and to the party itself; newest first.
func (a *App) PartyTasks(ctx context.Context, who *Who, id domain.PartyID) (l List[DutyItemView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		p, err := w.party(id)
		if err != nil {
			return err
		}
		page, err := w.tx.DutyItems(store.DutyFilter{OverID: string(p.ID), Limit: 200})
		if err != nil {
			return err
		}
		var out []DutyItemView
		for i := range page.Items {
			it := &page.Items[i]
			pr, d, err := w.duty(it.Program, it.Key)
			if err != nil || it.Opens.After(w.Now()) || !w.mayDuty(pr, d) && !w.actsFor(p.ID) {
				continue
			}
			v, err := w.dutyView(it)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		slices.Reverse(out)
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// FileView is an attachment with where it belongs.
type FileView struct {
	AttachmentView
	By    *AccountRef    `json:"by,omitempty"`
	Of    TimelineRecord `json:"of"`
	Image bool           `json:"image"`             // the browser can show it
	Chain bool           `json:"custody,omitempty"` // every look at it is written down (`GET /attachments/{id}/custody`)
}

// shownImages are what every browser draws by itself.
var shownImages = []string{"image/jpeg", "image/png", "image/webp", "image/gif"}

// RecordFiles lists the files of a record that the reader may open.
func (a *App) RecordFiles(ctx context.Context, who *Who, id domain.RecordID) (l List[FileView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, _, err := w.row(id)
		if err != nil {
			return err
		}
		out, err := w.filesOf(r)
		l = listOf(out, "")
		return err
	})
	return l, err
}

func (w *work) filesOf(r *record.Row) ([]FileView, error) {
	list, err := w.tx.Attachments(r.ID)
	if err != nil {
		return nil, err
	}
	var out []FileView
	chained := custodyOf(r)
	for i := range list {
		x := &list[i]
		if w.maySeeFile(x) != nil {
			continue
		}
		v := FileView{AttachmentView: *attachmentView(x), Of: TimelineRecord{r.ID, w.words(r.P).Kind(r.T), r.Title()}, Image: slices.Contains(shownImages, x.MIME)}
		v.By, _ = w.actorOf(x.ByAccount)
		v.Chain = slices.Contains(chained, x.ID)
		out = append(out, v)
	}
	return out, nil
}

// PartyFiles lists the files of the newest records about a party that the reader
// may open.
func (a *App) PartyFiles(ctx context.Context, who *Who, id domain.PartyID) (l List[FileView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		if _, err := w.party(id); err != nil {
			return err
		}
		page, err := w.tx.Records(store.RecordFilter{Subject: id, Access: w.access("", ""), Limit: 50})
		if err != nil {
			return err
		}
		var out []FileView
		for i := range page.Items {
			r, err := w.unit.Adopt(&page.Items[i])
			if err != nil {
				return err
			}
			files, err := w.filesOf(r)
			if err != nil {
				return err
			}
			out = append(out, files...)
		}
		l = listOf(out, "")
		return nil
	})
	return l, err
}

// lateAfter: what was recorded longer after it happened counts as noted afterwards.
const lateAfter = 5 * time.Minute
