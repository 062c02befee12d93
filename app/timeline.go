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
	ClockOff int64          `json:"clock_off,omitempty"` // seconds by which the phone's clock was behind; At is corrected
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
	// Masked: changed, to a value that the journal does not hold: above internal
	// it stands sealed in the record alone.
	Masked  bool `json:"masked,omitempty"`
	Cleared bool `json:"cleared,omitempty"`
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
	if domain.KindOf(err) == domain.KindNotFound && err != nil {
		return v, false, nil // made by a batch that was taken back
	}
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
	v = TimelineEntry{ID: e.ID, Type: e.Type, At: e.OccurredAt, Recorded: e.RecordedAt, Late: e.RecordedAt.Sub(e.OccurredAt) > lateAfter,
		Record: TimelineRecord{r.ID, w.words(r.P).Kind(r.T), r.Title()}, Changes: []Change{}, Label: w.eventLabel(r, e)}
	if !s.full {
		return v, true, nil
	}
	v.Text = asText(e.Data["text"])
	if st := asText(e.Data["stage"]); st != "" {
		v.Stage = w.words(r.P).Stage(r.T, st)
	}
	v.Reason = w.reasonLabel(r, e)
	switch off := e.Data["clock_off"].(type) {
	case int64:
		v.ClockOff = off
	case float64:
		v.ClockOff = int64(off)
	}
	if photos, ok := e.Data["photos"].([]any); ok {
		for _, p := range photos {
			v.Photos = append(v.Photos, asText(p))
		}
	}
	if a, err := w.Account(e.Actor); e.Actor != "" && err == nil {
		class := s.class
		if r.Subject != "" && subjectClass(w, r) > class { // not even whom it is about
			class = domain.Internal
		}
		v.Actor = w.personBehind(a, class)
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
		c := Change{Field: f.Key, Label: w.words(r.P).Field(f)}
		switch x, ok := values[f.Key]; {
		case !ok:
			c.Masked = true
		case x == nil || x == "":
			c.Cleared = true
		default:
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
			return w.words(r.P).Move(mv)
		}
	case "extend":
		return w.pick("延期：", "Extended: ") + asText(e.Data["label"]) + " " + w.words(r.P).Span(asText(e.Data["n"])+asText(e.Data["unit"]))
	case "rung":
		label := asText(e.Data["label"])
		if c := r.T.Clocks.Get(asText(e.Data["clock"])); c != nil {
			label = w.words(r.P).Clock(r.T, c)
		}
		return w.pick("时限提醒：", "Deadline reminder: ") + label
	case "sign_asked":
		return w.pick("提请签字：", "Signature asked: ") + asText(e.Data["text"])
	case "form":
		label := asText(e.Data["label"])
		if f := r.P.Forms.Get(asText(e.Data["form"])); f != nil {
			label = w.words(r.P).Form(f)
		}
		return w.pick("填写：", "Filled in: ") + label
	case "pass_open":
		label := asText(e.Data["pass"])
		if p := r.P.Passes.Get(label); p != nil {
			label = w.words(r.P).Named("passes", label, p.Label)
		}
		return w.pick("有人扫码打开：", "Opened by its code: ") + label
	case "notice_ended":
		return w.pick("公示期满：", "Shown for its time: ") + asText(e.Data["label"])
	case "undone":
		label := w.pick("撤回批量办理", "Batch taken back")
		if mv := r.T.Moves.Get(e.Move); mv != nil {
			label += w.pick("：", ": ") + w.words(r.P).Move(mv)
		}
		return label
	}
	if l, ok := eventLabels[e.Type]; ok {
		return w.pick(l[0], l[1])
	}
	return e.Type
}

// eventLabels word the kernel's own events, in Chinese and English.
var eventLabels = map[string][2]string{
	"create": {"新建", "Created"}, "amend": {"更正", "Put right"}, "edit": {"修改", "Edited"}, "signed": {"签字", "Signed"}, "sign_refused": {"拒签", "Refused to sign"},
	"owner": {"移交", "Handed over"}, "remind": {"催办", "Reminded"}, "rung_failed": {"时限提醒未成功，将再试", "Reminder failed, will be tried again"},
	"duty_due": {"任务生成", "Task owed"}, "duty_done": {"任务完成", "Task done"}, "duty_missed": {"任务漏做", "Task missed"},
	"received": {"对方系统更新", "Changed by a partner's system"}, "partner_ours": {"与对方系统不一致，以本地为准", "Differed from a partner's system: ours stands"},
	"partner_withdrawn": {"对方系统停止提供", "A partner's system tells no more"},
	"joined":            {"又报来一次，并入本件", "Reported again, joined to this one"},
	"end":               {"停用", "Ended"}, "issue": {"出具文书", "Document issued"}, "move": {"办理", "Moved"},
}

func (w *work) reasonLabel(r *record.Row, e *domain.Event) string {
	key := asText(e.Data["reason"])
	if mv := r.T.Moves.Get(e.Move); mv != nil && key != "" {
		if l := r.P.Lists.Get(mv.Reason); l != nil && l.Options.Has(key) {
			return w.words(r.P).Option(l.Options.Get(key))
		}
	}
	return key
}
