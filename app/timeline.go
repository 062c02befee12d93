package app

import (
	"context"
	"time"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// TimelineEntry is one event as a reader may see it.
type TimelineEntry struct {
	ID       domain.EventID `json:"id"`
	Type     string         `json:"type"`
	Label    string         `json:"label"`
	Actor    *AccountRef    `json:"actor,omitempty"`
	Org      *OrgRef        `json:"org,omitempty"`
	At       time.Time      `json:"at"`
	Recorded time.Time      `json:"recorded_at"`
	Late     bool           `json:"late"` // 补录: happened well before it was recorded
	Record   TimelineRecord `json:"record"`
	Text     string         `json:"text,omitempty"`
	Reason   string         `json:"reason,omitempty"`
	Stage    string         `json:"stage,omitempty"`
	Changes  []Change       `json:"changes"`
	Photos   []string       `json:"photos,omitempty"`
}

type TimelineRecord struct {
	ID    domain.RecordID `json:"id"`
	Label string          `json:"label"`
	Title string          `json:"title"`
}

type Change struct {
	Field string `json:"field"`
	Label string `json:"label"`
	To    string `json:"to,omitempty"`
}

// Events is the timeline of a record and of its children that the reader sees.
func (a *App) Events(ctx context.Context, who *Who, id domain.RecordID, cursor string, limit int) (l List[TimelineEntry], err error) {
	err = a.read(ctx, who, func(w *work) error {
		r, s, err := w.row(id)
		if err != nil {
			return err
		}
		f := store.EventFilter{MaxClass: domain.Sealed, Newest: true, Cursor: cursor, Limit: min(limit, 200)}
		if r.Root == r.ID {
			f.Root = r.ID
		} else {
			f.Record = r.ID
		}
		page, err := w.tx.Events(f)
		if err != nil {
			return err
		}
		var items []TimelineEntry
		for i := range page.Items {
			e, ok, err := w.timeline(&page.Items[i], s)
			if err != nil {
				return err
			}
			if ok {
				items = append(items, e)
			}
		}
		l = listOf(items, page.Next)
		return nil
	})
	return l, err
}

func (w *work) timeline(e *domain.Event, _ sight) (v TimelineEntry, ok bool, err error) {
	if e.Type == "count" {
		return v, false, nil
	}
	r, err := w.unit.Load(e.Record)
	if err != nil {
		return v, false, err
	}
	s, err := w.look(r)
	if err != nil {
		if domain.KindOf(err) == domain.KindNotFound {
			return v, false, nil
		}
		return v, false, err
	}
	v = TimelineEntry{ID: e.ID, Type: e.Type, At: e.OccurredAt, Recorded: e.RecordedAt, Late: e.RecordedAt.Sub(e.OccurredAt) > 5*time.Minute,
		Record: TimelineRecord{r.ID, r.T.Label, r.Title()}, Changes: []Change{}, Label: w.eventLabel(r, e)}
	if !s.full {
		return v, true, nil
	}
	v.Text = asText(e.Data["text"])
	if st := r.T.Stages.Get(asText(e.Data["stage"])); st != nil {
		v.Stage = st.Label
	}
	v.Reason = w.reasonLabel(r, e)
	if photos, ok := e.Data["photos"].([]any); ok {
		for _, p := range photos {
			v.Photos = append(v.Photos, asText(p))
		}
	}
	if a, err := w.Account(e.Actor); e.Actor != "" && err == nil {
		v.Actor = &AccountRef{a.ID, a.Name}
	}
	if o, err := w.Org(e.Org); e.Org != "" && err == nil {
		v.Org = &OrgRef{o.ID, o.Name, o.Kind}
	}
	values, _ := e.Data["values"].(map[string]any)
	keys, _ := e.Data["fields"].([]any)
	for _, k := range keys {
		f := record.FieldOf(r.T, asText(k))
		if f == nil || !s.may(r, f) {
			continue
		}
		c := Change{Field: f.Key, Label: f.Label}
		if x, ok := values[f.Key]; ok {
			c.To = w.display(f, x)
		}
		v.Changes = append(v.Changes, c)
	}
	return v, true, nil
}

func (w *work) eventLabel(r *record.Row, e *domain.Event) string {
	switch e.Type {
	case "move":
		if mv := r.T.Moves.Get(e.Move); mv != nil {
			return mv.Label
		}
	case "create":
		return "新建"
	case "edit":
		return "修改"
	case "rung":
		return "时限提醒：" + asText(e.Data["label"])
	case "sign_asked":
		return "提请签字：" + asText(e.Data["text"])
	case "signed":
		return "签字"
	case "sign_refused":
		return "拒签"
	case "form":
		return "填写：" + asText(e.Data["label"])
	case "owner":
		return "移交"
	}
	return e.Type
}

func (w *work) reasonLabel(r *record.Row, e *domain.Event) string {
	key := asText(e.Data["reason"])
	if mv := r.T.Moves.Get(e.Move); mv != nil && key != "" {
		if l := r.P.Lists.Get(mv.Reason); l != nil && l.Options.Has(key) {
			return l.Options.Get(key).Label
		}
	}
	return key
}
